// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a tree's policy is, is measured: the probe scenarios of knobs.h are
 * played on its own code, and the leaves, errnos, warnings and reads that come
 * of them say what each knob is. No function's name and no version counts.
 *
 * It is done once in a process, when it is first asked for, for each granule
 * that the tree has, and in processes of their own: a tree may crash.
 */
#ifndef FUZZ_MEASURE_H
#define FUZZ_MEASURE_H

#include "fuzz/knobs.h"
#include "mapper/mapper.h"
#include "oracle/tree_knobs.h"

#define MEASURED_GRANULES 3
/* log2 bytes of the pages of each. */
extern const uint8_t measured_page_shift[MEASURED_GRANULES];

#define ANSWER_IDLE (-1)           /* the knob does not apply */
#define ANSWER_NOT_UNDERSTOOD (-2) /* no value fits */

#define ANSWER_TEXT_SIZE 960

struct answer {
	int value;   /* of knobs[].value; or one of the above */
	int fixture; /* where not understood: the fixture that fits not even the nearest value */
	int nearest;
	char saw[ANSWER_TEXT_SIZE]; /* what came of that fixture */
};

struct measured {
	struct setting setting;
	struct answer answer[KNOBS];
	bool there; /* false: the tree has no such pages */
};

/* Measures the mapper under test, which is a tree's, for all granules. */
void measure_tree(struct measured measured[MEASURED_GRANULES]);

/*
 * What was measured of the tree that is under test, for pages of 1 << page_shift
 * bytes; NULL where no tree is under test, or has no such pages. Static.
 */
const struct measured *measured_of(unsigned page_shift);

/* The tree's policy, with nohugeiomap where the asked policy allows no leaf larger than a page. */
struct policy measured_policy(const struct policy *asked, unsigned page_shift);

#endif
