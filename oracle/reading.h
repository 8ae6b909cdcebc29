// SPDX-License-Identifier: GPL-2.0-only
/*
 * A reader of tables that meets a call: what is mapped before the call and
 * after it, and what the reader found. It is not a call, and has no expectation
 * but these two.
 */
#ifndef ORACLE_READING_H
#define ORACLE_READING_H

#include "oracle/oracle.h"

enum reader_kind {
	READER_DUMP,   /* ptdump_walk(), which holds the mmap lock for writing */
	READER_LOOKUP, /* vmalloc_to_page() of each page, without a lock */
};

struct table_reading {
	enum reader_kind by;
	uint64_t page[DUMP_MAX_LINES]; /* of the space; of a dump one after the other */
	unsigned pages;
	struct {
		uint32_t says; /* DUMP_ bits */
		uint64_t pfn;  /* PAGE_HOLE where nothing is mapped */
	} before[DUMP_MAX_LINES];

	/* What was found; by a dump in lines, by lookups for each page. */
	struct dump_line line[DUMP_MAX_LINES];
	unsigned lines;
	uint64_t pfn[DUMP_MAX_LINES];
};

/*
 * Chooses the pages that are read, and keeps what is there before the call. A
 * dump reads the call's range, from the page before it on. Lookups are of
 * pages that are mapped and stay: around the range, or in it where the call
 * changes what is mapped. Nobody looks up what another one maps or unmaps.
 */
void reading_begin(struct table_reading *r, const struct oracle *o, const struct call *call,
		   enum reader_kind by);

/*
 * Judges the reader, after the call held. The machine shows its side. False if
 * a rule broke: the verdict is that of the oracle of the call.
 */
bool oracle_judge_reading(struct oracle *o, const struct table_reading *r);

/* The same without waivers: by the oracle alone. */
bool reading_held(const struct table_reading *r, struct oracle *o);

#endif
