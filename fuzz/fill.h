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
void fill_neighbours(struct scenario *s, const struct profile *profile, struct rng *rng,
		     uint64_t max_pages);

/* Adds a part of the linear map, in which the pages of areas then have their aliases. */
void fill_linear(struct scenario *s, struct rng *rng, uint64_t max_pages);

#endif
