// SPDX-License-Identifier: GPL-2.0-only
/* Ranges of struct pages: where they may lie, and how they come to lie there. */
#ifndef FUZZ_STRUCT_PAGES_H
#define FUZZ_STRUCT_PAGES_H

#include "fuzz/rng.h"
#include "fuzz/scenario.h"

/* Pages of the struct pages of one section of memory, on the scenario's machine. */
uint64_t section_pages(const struct scenario *s);

/*
 * Whether op `i` and the ops before it may stand together: struct pages have addresses of their own,
 * which no call of another kind concerns.
 */
bool struct_pages_are_apart(const struct scenario *s, uint32_t i, struct refusal *why);

/* Fits the range of op `i`, if it is one of struct pages, to the machine and to one section. */
void repair_struct_pages(struct scenario *s, uint32_t i);

/*
 * What the caller of vmemmap_populate() and vmemmap_free() knows: the struct pages of a range that is
 * populated are not there, and those of one that is freed are, all of them. True if it is so, and of
 * other calls.
 */
bool struct_pages_allow(const struct address_space *space, const struct call *call);

/* Adds struct pages, or some more next to struct pages that an op adds, or takes some away. */
void generate_struct_pages(struct scenario *s, uint32_t at, struct rng *rng);

#endif
