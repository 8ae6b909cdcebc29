// SPDX-License-Identifier: GPL-2.0-only
/*
 * A small deterministic generator of random numbers (SplitMix64, Steele et al.
 * 2014). Two draws in one expression or call have no order in C, and would
 * give another scenario with another compiler: each stands in its own.
 */
#ifndef FUZZ_RNG_H
#define FUZZ_RNG_H

#include <stdbool.h>
#include <stdint.h>

#include "mapper/machine/assert.h"

struct rng {
	uint64_t state; /* any seed */
};

static inline uint64_t rng_next(struct rng *rng)
{
	uint64_t z = rng->state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* A number below `n`, which is not 0. Slightly uneven, which does not matter here. */
static inline uint64_t rng_below(struct rng *rng, uint64_t n)
{
	ASSERT(n);
	return rng_next(rng) % n;
}

/* True `percent` times of a hundred. */
static inline bool rng_chance(struct rng *rng, unsigned percent)
{
	ASSERT_CMP(percent, <=, 100);
	return rng_below(rng, 100) < percent;
}

#endif
