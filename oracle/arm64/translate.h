// SPDX-License-Identifier: GPL-2.0-only
/* The translation table walk of one address (pseudocode: AArch64_S1Walk), and of all. */
#ifndef ORACLE_ARM64_TRANSLATE_H
#define ORACLE_ARM64_TRANSLATE_H

#include "oracle/arm64/encoding.h"

struct arm64_translation {
	bool mapped;
	int level;     /* of the leaf, or of the entry that faults */
	uint64_t desc; /* that entry */
	uint64_t oa;   /* for this very address; 0 if not mapped */
	struct arm64_attributes attributes;
};

/* Translates `va`, any address in the space, through the machine's tables. */
struct arm64_translation arm64_translate(const struct arm64_geometry *g, const struct machine *m,
					 uint64_t va);

/* How many of the pages [first, end) of the space are mapped. */
uint64_t arm64_mapped_pages(const struct arm64_geometry *g, const struct machine *m, uint64_t first,
			    uint64_t end);

/* Neighbouring leaves in one table: no entry between them is invalid. */
struct arm64_span {
	int level;
	uint32_t index, count;
	const uint64_t *table; /* all words of the table */
	uint64_t page;         /* number of the first page mapped, counted from the lowest VA */
	uint64_t limits;       /* ARM64_TABLE_LIMITS of the tables above */
};

/* A table descriptor that walks pass. */
struct arm64_link {
	int level; /* of the descriptor */
	uint64_t desc;
	uint64_t page; /* number of the first page below it */
	table_t child; /* MACHINE_NO_TABLE if it points to no table page */
};

/* An entry whose valid bit is set, in an encoding that its level does not have: it faults. */
struct arm64_reserved {
	int level;
	uint64_t desc;
	uint64_t page;
};

/* An entry that is not valid and not 0: what software keeps there. */
struct arm64_invalid {
	int level;
	uint64_t desc;
	uint64_t page;   /* number of the first page that it would map */
	uint64_t limits; /* ARM64_TABLE_LIMITS of the tables above */
};

/* What a sweep calls, in ascending order of VA. Each returns false to end the sweep. */
struct arm64_visitor {
	bool (*span)(void *context, const struct arm64_span *span);
	bool (*link)(void *context, const struct arm64_link *link);
	bool (*reserved)(void *context, const struct arm64_reserved *reserved);
	void *context;
	bool (*invalid)(void *context, const struct arm64_invalid *invalid); /* or NULL */
};

/*
 * Visits every leaf, table descriptor, reserved encoding and entry that
 * software keeps, as far as walks can reach. The cost follows the entries
 * ever stored to, not the size of the tables. False if the visitor ended it.
 */
bool arm64_sweep(const struct arm64_geometry *g, const struct machine *m,
		 const struct arm64_visitor *visitor);

/* The same of the tables below another root. */
bool arm64_sweep_from(const struct arm64_geometry *g, const struct machine *m, table_t root,
		      const struct arm64_visitor *visitor);

#endif
