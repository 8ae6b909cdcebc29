// SPDX-License-Identifier: GPL-2.0-only
/* Choices that several families have in common, each read from digits. */
#ifndef FUZZ_EXHAUSTIVE_CHOICES_H
#define FUZZ_EXHAUSTIVE_CHOICES_H

#include "fuzz/exhaustive/digits.h"
#include "fuzz/scenario.h"

/* The scaled-down machine, in pages. */
#define TABLE_BITS 3
#define GROUP_BITS 1
#define GROUP (UINT64_C(1) << GROUP_BITS)
#define BLOCK (UINT64_C(1) << TABLE_BITS)       /* one level 2 entry */
#define UPPER (UINT64_C(1) << (2 * TABLE_BITS)) /* one level 1 entry */
#define SPACE (UINT64_C(1) << (3 * TABLE_BITS)) /* all of the address space */
#define MOST_PAGES (2 * BLOCK + 1)              /* of a page array: any pair of decisions fits */

/* The runs of one page array. */
struct array {
	struct page_run run[FAMILY_MAX_RUNS];
	unsigned runs;
	uint32_t pages;
};

/*
 * Up to `runs` runs of at most MOST_PAGES pages together, each at every
 * alignment, and the third and later also where the first would have gone on.
 * False where the digits repeat an array that others stand for.
 */
bool take_array(struct digits *d, unsigned runs, struct array *a);

/* The page at which an area of `pages` starts: around a block, across a level 1 entry, at the end. */
#define VA_CLASSES (2 * BLOCK + 1)
bool take_va(struct digits *d, uint64_t pages, uint64_t *page);

/* Every policy that a mapper of the series tells apart; the first `few` are the most different. */
#define POLICIES 10
struct policy take_policy(struct digits *d, unsigned few);

/* An empty scenario on the scaled-down machine. */
void begin_scaled(struct scenario *s, struct policy policy);

/* Adds an op at a page of the space; it has no runs yet. */
struct op *add_op(struct scenario *s, enum call_kind kind, uint64_t page, uint64_t pages);

/* Gives the last op its page array. */
void give_array(struct scenario *s, const struct array *a);

bool build_vmap(struct digits *d, unsigned runs, struct scenario *s);
bool build_bad_page(struct digits *d, unsigned runs, struct scenario *s);
bool build_vmalloc(struct digits *d, unsigned runs, struct scenario *s);
bool build_granules(struct digits *d, unsigned runs, struct scenario *s);
bool build_ioremap(struct digits *d, unsigned runs, struct scenario *s);
bool build_again(struct digits *d, unsigned runs, struct scenario *s);
bool build_busy(struct digits *d, unsigned runs, struct scenario *s);
bool build_vunmap(struct digits *d, unsigned runs, struct scenario *s);
bool build_set_memory(struct digits *d, unsigned runs, struct scenario *s);
bool build_linear(struct digits *d, unsigned runs, struct scenario *s);
bool build_levels(struct digits *d, unsigned runs, struct scenario *s);
bool build_boundaries(struct digits *d, unsigned runs, struct scenario *s);
bool build_huge(struct digits *d, unsigned runs, struct scenario *s);
bool build_existing(struct digits *d, unsigned runs, struct scenario *s);
bool build_apply(struct digits *d, unsigned runs, struct scenario *s);
bool build_vrealloc(struct digits *d, unsigned runs, struct scenario *s);
bool build_add_memory(struct digits *d, unsigned runs, struct scenario *s);
bool build_remove_memory(struct digits *d, unsigned runs, struct scenario *s);
bool build_sections(struct digits *d, unsigned runs, struct scenario *s);
bool build_halves(struct digits *d, unsigned runs, struct scenario *s);
bool build_meet(struct digits *d, unsigned runs, struct scenario *s);
bool build_read(struct digits *d, unsigned runs, struct scenario *s);
bool build_meet_granules(struct digits *d, unsigned runs, struct scenario *s);

#endif
