// SPDX-License-Identifier: GPL-2.0-only
/*
 * A case of a family is a number, read digit by digit: each digit is a choice
 * and has a base of its own, which must not depend on digits before it. So
 * any case can be had by its number alone, on any core and in any order.
 */
#ifndef FUZZ_EXHAUSTIVE_DIGITS_H
#define FUZZ_EXHAUSTIVE_DIGITS_H

#include <stdint.h>

#define FAMILY_MAX_RUNS 4

struct digits {
	uint64_t rest;
	uint64_t cases; /* product of the bases so far; begins as 1 */
};

/* The next digit: below `base`. */
static inline uint64_t digit(struct digits *d, uint64_t base)
{
	uint64_t value = d->rest % base;
	d->rest /= base;
	d->cases *= base;
	return value;
}

#endif
