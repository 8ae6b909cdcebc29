// SPDX-License-Identifier: GPL-2.0-only
#ifndef FUZZ_FILL_H
#define FUZZ_FILL_H

#include "fuzz/profile.h"

/* How profiles fill a scenario; see struct profile. */
void fill_areas(struct scenario *s, const struct profile *profile, struct rng *rng,
		uint64_t max_pages);
void fill_set_memory(struct scenario *s, const struct profile *profile, struct rng *rng,
		     uint64_t max_pages);
void fill_sequence(struct scenario *s, const struct profile *profile, struct rng *rng,
		   uint64_t max_pages);
void fill_vmemmap(struct scenario *s, const struct profile *profile, struct rng *rng,
		  uint64_t max_pages);
void fill_neighbours(struct scenario *s, const struct profile *profile, struct rng *rng,
		     uint64_t max_pages);

void fill_interrupted(struct scenario *s, const struct profile *profile, struct rng *rng,
		      uint64_t max_pages);

/* Adds a part of the linear map, in which the pages of areas then have their aliases. */
void fill_linear(struct scenario *s, struct rng *rng, uint64_t max_pages);

/*
 * Any profile, rarely: an area of few runs whose bytes or pages 32 or 16 bits
 * do not hold, on a machine that is picked for it.
 */
void fill_huge(struct scenario *s, const struct profile *profile, struct rng *rng,
	       uint64_t max_pages);

/* A kind of call by the weights of a list that ends with a weight of 0. */
enum call_kind pick_call(const struct call_weight *list, struct rng *rng);

#endif
