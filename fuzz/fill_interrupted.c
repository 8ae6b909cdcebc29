// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pairs of calls that meet: on ranges of their own, which no two callers share,
 * and in the same tables, for else they have nothing to do with each other.
 */
#include "fuzz/edit.h"
#include "fuzz/fill.h"
#include "fuzz/generate_ops.h"
#include "fuzz/meetings.h"
#include "fuzz/sizes.h"
#include "fuzz/weights.h"
#include "mapper/machine/min.h"

#define MAX_PAIR_BLOCKS 2 /* of the pages of one call */

/* The last op meets the one before it, or a reader. */
static void let_meet(struct scenario *s, uint32_t first, struct rng *rng)
{
	if (s->ops != first + 2)
		return;
	if (rng_chance(rng, weights.read_instead))
		s->op[first + 1].read = pick_read(rng);
	else
		s->op[first + 1].during = pick_during(&s->op[first + 1].call, rng);
}

/* The page at which a second area begins: where the first ends with its guard page, its group or its block. */
static uint64_t page_after(const struct scenario *s, uint32_t op, struct rng *rng)
{
	struct sizes sizes = sizes_of(&s->machine);
	uint64_t end = scenario_va_page(s, op) + scenario_op_pages(s, op);
	const uint64_t units[] = { 1, sizes.group, sizes.block };
	uint64_t unit = units[rng_below(rng, sizeof(units) / sizeof(units[0]))];
	return unit == 1 ? end + 1 : (end + unit - 1) & ~(unit - 1);
}

static void map_two(struct scenario *s, const struct profile *profile, uint64_t page,
		    struct rng *rng, uint64_t max_pages)
{
	uint32_t first = s->ops;
	generate_mapping(s, rng, pick_call(profile->areas, rng), page, max_pages);
	if (s->ops == first || s->ops == SCENARIO_MAX_OPS || !scenario_op_pages(s, first))
		return;
	enum call_kind kind = pick_call(profile->neighbours, rng);
	generate_mapping(s, rng, kind, page_after(s, first, rng), max_pages);
	let_meet(s, first, rng);
}

/* Something about an op that maps, or about a part of the linear map. */
static void add_about(struct scenario *s, uint32_t about, struct rng *rng)
{
	if (s->op[about].call.kind == CALL_LINEAR || rng_chance(rng, weights.pair_changes))
		generate_change(s, s->ops, about, rng);
	else
		generate_unmap(s, s->ops, about, rng);
}

static uint32_t pick_area(const struct scenario *s, uint32_t ops, struct rng *rng)
{
	uint32_t from = (uint32_t)rng_below(rng, ops);
	for (uint32_t i = 0; i < ops; i++) {
		enum call_kind kind = s->op[(from + i) % ops].call.kind;
		if (call_maps(kind) || kind == CALL_LINEAR)
			return (from + i) % ops;
	}
	return ops;
}

/* Two areas that are there, or two parts of the linear map, are unmapped or changed. */
static void change_two(struct scenario *s, struct rng *rng)
{
	uint32_t first = s->ops, one = pick_area(s, first, rng), other = pick_area(s, first, rng);
	if (first + 2 > SCENARIO_MAX_OPS || one == first || other == first)
		return;
	add_about(s, one, rng);
	if (s->ops == first + 1)
		add_about(s, other, rng);
	let_meet(s, first, rng);
}

static uint32_t pick_linear(const struct scenario *s, struct rng *rng)
{
	uint32_t from = (uint32_t)rng_below(rng, s->ops);
	for (uint32_t i = 0; i < s->ops; i++)
		if (s->op[(from + i) % s->ops].call.kind == CALL_LINEAR)
			return (from + i) % s->ops;
	return s->ops;
}

/* A change of pages [first, first + pages) of the space, which lie in the linear map. */
static void change_linear(struct scenario *s, uint32_t about, uint64_t first, uint64_t pages,
			  struct rng *rng)
{
	uint32_t at = s->ops;
	generate_change(s, at, about, rng);
	if (s->ops == at || !call_is_of_linear_map(&s->op[at].call))
		return;
	s->op[at].call.va = scenario_va_of_page(s, first);
	s->op[at].call.bytes = min(pages, SCENARIO_MAX_DIRECT_PAGES) << s->machine.page_shift;
}

/* Two parts of the linear map that lie side by side, in one leaf perhaps, change. */
static void change_side_by_side(struct scenario *s, struct rng *rng)
{
	struct sizes sizes = sizes_of(&s->machine);
	uint32_t first = s->ops, about = pick_linear(s, rng);
	if (first + 2 > SCENARIO_MAX_OPS || about == first || scenario_op_pages(s, about) < 2)
		return;
	uint64_t start = scenario_va_page(s, about), pages = scenario_op_pages(s, about);
	uint64_t middle = start + 1 + rng_below(rng, min(pages - 1, 2 * sizes.block));
	uint64_t before = 1 + rng_below(rng, min(middle - start, sizes.group));
	uint64_t after = 1 + rng_below(rng, min(start + pages - middle, sizes.group));
	bool upwards = rng_chance(rng, 50);
	if (upwards)
		change_linear(s, about, middle - before, before, rng);
	change_linear(s, about, middle, after, rng);
	if (!upwards)
		change_linear(s, about, middle - before, before, rng);
	let_meet(s, first, rng);
}

/* A mapping, and an unmapping or a change of something else. */
static void map_and_change(struct scenario *s, const struct profile *profile, uint64_t page,
			   struct rng *rng, uint64_t max_pages)
{
	uint32_t first = s->ops, about = pick_area(s, first, rng);
	bool mapped_first = rng_chance(rng, 50);
	if (first + 2 > SCENARIO_MAX_OPS || about == first)
		return;
	if (!mapped_first)
		add_about(s, about, rng);
	generate_mapping(s, rng, pick_call(profile->areas, rng), page, max_pages);
	if (mapped_first && s->ops == first + 1)
		add_about(s, about, rng);
	let_meet(s, first, rng);
}

static void add_pair(struct scenario *s, const struct profile *profile, uint64_t page,
		     struct rng *rng, uint64_t max_pages)
{
	uint64_t what = s->ops ? rng_below(rng, 10) : 0;
	if (what < 3)
		map_two(s, profile, page, rng, max_pages);
	else if (what < 7)
		change_side_by_side(s, rng);
	else if (what < 8)
		change_two(s, rng);
	else
		map_and_change(s, profile, page, rng, max_pages);
}

/* Where a pair is: in the tables of the one before it, most often. */
static uint64_t pair_page(const struct scenario *s, uint64_t before, struct rng *rng)
{
	struct sizes sizes = sizes_of(&s->machine);
	uint64_t blocks = rng_below(rng, 4), group = rng_below(rng, 3) * sizes.group;
	if (!rng_chance(rng, weights.pair_same_tables))
		return pick_va_page(&sizes, rng, min(4 * sizes.block, sizes.va_pages / 4));
	return (before & ~(sizes.block - 1)) + blocks * sizes.block + group;
}

/* Most often on a machine that splits its leaves: else few changes of it do more than store a page. */
static void add_linear(struct scenario *s, struct rng *rng, uint64_t max_pages)
{
	if (rng_chance(rng, weights.pairs_split))
		s->machine.bbm = 2;
	fill_linear(s, rng, max_pages);
}

void fill_interrupted(struct scenario *s, const struct profile *profile, struct rng *rng,
		      uint64_t max_pages)
{
	struct sizes sizes = sizes_of(&s->machine);
	uint64_t pairs = 1 + rng_below(rng, weights.max_pairs);
	uint64_t most = min(max_pages / (4 * pairs), MAX_PAIR_BLOCKS * sizes.block);
	uint64_t page = pick_va_page(&sizes, rng, min(4 * sizes.block, sizes.va_pages / 4));
	if (rng_chance(rng, weights.pairs_have_linear_map))
		add_linear(s, rng, max_pages / 2);
	for (uint64_t i = 0; i < pairs; i++) {
		uint64_t few = rng_chance(rng, weights.pair_of_groups) ? 3 * sizes.group : most;
		add_pair(s, profile, page, rng, min(few, most));
		page = pair_page(s, page, rng);
	}
}
