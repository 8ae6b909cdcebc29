// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is measured: one call, with all that it is given. The first three are
 * the rows that the series publishes (cover letter of "mm/vmalloc: Speed up
 * ioremap, vmalloc and vmap with contiguous memory").
 */
#ifndef REGRESS_BENCH_ROWS_H
#define REGRESS_BENCH_ROWS_H

#include "mapper/mapper.h"

struct bench_row {
	char name[40];
	enum call_kind call;
	struct machine_config machine;
	struct policy policy;
	struct page_array pages; /* owned; of ioremap only the count is meant */
	uint64_t pa;
	uint64_t va;     /* of the first slot */
	uint64_t stride; /* bytes from slot to slot */
	unsigned slots;  /* calls that are timed together, each at a slot of its own */
	unsigned shift, flags;
};

/* Orders of page arrays: what an array of `pages` pages is made of. */
enum bench_array {
	BENCH_CONTIGUOUS, /* one aligned run */
	BENCH_ORDER_8,    /* aligned blocks of 256 pages, no two together */
	BENCH_ORDER_4,    /* the same of 16 pages */
	BENCH_ORDER_0,    /* no page follows the one before it */
	BENCH_MISALIGNED, /* one run, whose pfns are aligned to a group and to nothing more */
	BENCH_ARRAYS,
};

extern const char *const bench_array_names[BENCH_ARRAYS];

/* Fills *row; false where the name is none, or memory is short. To be given back with row_free(). */
bool row_named(const char *name, struct bench_row *row);
/* A vmap() of `pages` pages of some kind. */
bool row_of_scale(enum bench_array kind, uint64_t pages, struct bench_row *row);
/* The first vmap() of a scenario file. */
bool row_of_file(const char *path, struct bench_row *row);
void row_free(struct bench_row *row);

/* The names that row_named() knows; ends with NULL. */
extern const char *const bench_rows[];

#endif
