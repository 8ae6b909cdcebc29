// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every scenario of some kind up to a bound. Most families live on a
 * scaled-down machine, on which few pages meet all that a mapper decides
 * about: tables of 8 entries, groups of 2. A table must hold four groups: a
 * batch is at most half a table, and hazard D1 needs one of two groups. What a
 * scaled-down machine cannot show, a wrong constant of a granule, the family
 * of the real granules does.
 *
 * What is bounded are runs and not pages: decisions follow the runs.
 */
#ifndef FUZZ_EXHAUSTIVE_FAMILIES_H
#define FUZZ_EXHAUSTIVE_FAMILIES_H

#include "fuzz/exhaustive/digits.h"
#include "fuzz/scenario.h"

struct family {
	const char *name;
	const char *proves; /* what holds when every case holds */
	/* Reads all digits, then fills *s; false where the number stands for no case. */
	bool (*build)(struct digits *d, unsigned runs, struct scenario *s);
};

/* All families; ends with one that has no name. */
extern const struct family families[];

/* How many numbers a family has at a bound of 1 to FAMILY_MAX_RUNS runs a page array. */
uint64_t family_size(const struct family *family, unsigned runs);

/* Case `number`, below the size; false if there is none, or it is one that a scenario cannot say. */
bool family_case(const struct family *family, unsigned runs, uint64_t number, struct scenario *s);

#endif
