// SPDX-License-Identifier: GPL-2.0-only
/* The naive mapper that says what the others must give. */
#ifndef ORACLE_REFERENCE_REFERENCE_H
#define ORACLE_REFERENCE_REFERENCE_H

#include "mapper/mapper.h"
#include "oracle/arm64/encoding.h"

extern const struct mapper reference_mapper;

/* Where a descriptor stands. */
struct slot {
	table_t table;
	uint32_t index;
};

/*
 * The slot for `va` in the table at `level`, with tables made on the way. 0,
 * -ENOMEM, or -EBUSY when a leaf stands above.
 */
int reference_slot(const struct arm64_geometry *g, struct address_space *space, uint64_t va,
		   int level, struct slot *slot);

/* A table descriptor for `table`, and the table that one points to. */
uint64_t reference_link(const struct arm64_geometry *g, const struct machine *m, table_t table);
table_t reference_child(const struct arm64_geometry *g, const struct machine *m, uint64_t desc);

/* set_memory.c */
int reference_set_memory(struct address_space *space, uint64_t va, uint64_t pages,
			 enum memory_change change);

#endif
