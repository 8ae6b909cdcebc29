// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/related.h"

#include "fuzz/sizes.h"
#include "fuzz/weights.h"
#include "mapper/machine/assert.h"

/* The pages of something that ends at its multiples: a page, a leaf of some level, a group of them. */
static uint64_t pick_unit(const struct sizes *sizes, struct rng *rng)
{
	switch (rng_below(rng, 5)) {
	case 0:
		return 1;
	case 1:
		return sizes->group;
	case 2:
		return sizes->block * sizes->block_group;
	case 3:
		return sizes->block << sizes->table_bits;
	default:
		return sizes->block;
	}
}

/* A page in [from, to]: a multiple of some unit where there is one, or any. */
static uint64_t pick_boundary(const struct sizes *sizes, struct rng *rng, uint64_t from,
			      uint64_t to)
{
	uint64_t unit = pick_unit(sizes, rng);
	uint64_t first = (from + unit - 1) & ~(unit - 1);
	if (first > to)
		return from + rng_below(rng, to - from + 1);
	return first + unit * rng_below(rng, (to - first) / unit + 1);
}

struct page_range related_range(const struct scenario *s, uint32_t about, struct rng *rng)
{
	struct sizes sizes = sizes_of(&s->machine);
	uint64_t first = scenario_va_page(s, about), pages = scenario_op_pages(s, about);
	uint64_t end = first + (pages ? pages : 1), from = first, to = end;
	if (rng_chance(rng, weights.from_inside))
		from = first + rng_below(rng, end - first);
	else if (rng_chance(rng, weights.from_boundary))
		from = pick_boundary(&sizes, rng, first, end - 1);
	else if (rng_chance(rng, weights.from_near))
		from = first + (uint64_t)pick_misalignment(&sizes, rng);
	if (rng_chance(rng, weights.to_guard))
		to = end + 1;
	else if (rng_chance(rng, weights.to_inside))
		to = first + 1 + rng_below(rng, end - first);
	else if (rng_chance(rng, weights.to_boundary))
		to = pick_boundary(&sizes, rng, first + 1, end);
	else if (rng_chance(rng, weights.to_near))
		to = end + (uint64_t)pick_misalignment(&sizes, rng);
	if ((int64_t)(to - from) <= 0)
		to = from + 1;
	return (struct page_range){ from, to - from };
}
