// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/fill.h"

#include "fuzz/chain.h"
#include "fuzz/edit.h"
#include "fuzz/generate_ops.h"
#include "fuzz/related.h"
#include "fuzz/sizes.h"
#include "fuzz/struct_pages.h"
#include "fuzz/weights.h"
#include "mapper/machine/assert.h"
#include "mapper/machine/min.h"

/* Most scenarios are small: many small ones find more than one large one. */
static uint64_t page_budget(const struct scenario *s, struct rng *rng, uint64_t max_pages)
{
	struct sizes sizes = sizes_of(&s->machine);
	uint64_t budget = sizes.block * 3;
	if (rng_chance(rng, weights.small_budget))
		budget = sizes.group * 5;
	else if (rng_chance(rng, weights.full_budget))
		budget = max_pages;
	return min(budget, max_pages);
}

static uint64_t new_va_page(const struct scenario *s, struct rng *rng, uint64_t budget)
{
	struct sizes sizes = sizes_of(&s->machine);
	return pick_va_page(&sizes, rng, min(budget, sizes.va_pages / 4));
}

/* An area that is mapped, perhaps unmapped, perhaps mapped again otherwise. */
static void add_area(struct scenario *s, struct rng *rng, enum call_kind kind, uint64_t max_pages)
{
	uint64_t va_page = new_va_page(s, rng, max_pages);
	uint32_t first = s->ops;
	generate_mapping(s, rng, kind, va_page, max_pages);
	uint32_t area = s->ops - 1;
	if (rng_chance(rng, weights.unmapped) && area == first) {
		generate_unmap(s, s->ops, area, rng);
		if (rng_chance(rng, weights.mapped_again))
			generate_mapping(s, rng, kind, va_page, max_pages);
	}
	if (rng_chance(rng, weights.preset_before))
		generate_preset(s, first, first, rng);
}

void fill_areas(struct scenario *s, const struct profile *profile, struct rng *rng,
		uint64_t max_pages)
{
	bool one = rng_chance(rng, weights.one_area);
	uint64_t areas = one ? 1 : 2 + rng_below(rng, weights.max_areas - 1);
	for (uint64_t i = 0; i < areas; i++) {
		enum call_kind kind = pick_call(profile->areas, rng);
		uint64_t budget = page_budget(s, rng, max_pages / areas);
		uint32_t area = s->ops;
		add_area(s, rng, kind, budget);
		if (area < s->ops && s->op[area].call.kind == CALL_VMAP &&
		    rng_chance(rng, weights.in_chunks))
			generate_chunks(s, area, rng, budget);
	}
}

/* Groups of blocks in a part of the linear map, at most. */
#define MAX_GROUPS_OF_BLOCKS 3

/* A part of the linear map that groups of blocks map, or with 4K pages a block of level 1. */
static struct page_range pick_large_linear(const struct sizes *sizes, struct rng *rng)
{
	uint64_t group = sizes->block * sizes->block_group;
	uint64_t upper = sizes->block << sizes->table_bits;
	uint64_t most = min(MAX_GROUPS_OF_BLOCKS * group, SCENARIO_MAX_DEVICE_PAGES - sizes->block);
	if (sizes->page_shift == 12 && rng_chance(rng, weights.linear_upper))
		return (struct page_range){ rng_below(rng, 2) * upper, upper };
	uint64_t pages = group * (1 + rng_below(rng, most / group));
	if (rng_chance(rng, weights.linear_block_more))
		pages += sizes->block;
	return (struct page_range){ rng_below(rng, 2) * group, pages };
}

static struct page_range pick_small_linear(const struct sizes *sizes, struct rng *rng)
{
	uint64_t pages = pick_length(sizes, rng);
	pages *= 1 + rng_below(rng, weights.max_linear_lengths);
	uint64_t place = rng_below(rng, weights.linear_places) * sizes->block;
	if (rng_chance(rng, weights.linear_misaligned))
		place += rng_below(rng, sizes->block);
	return (struct page_range){ place, pages };
}

void fill_linear(struct scenario *s, struct rng *rng, uint64_t max_pages)
{
	struct sizes sizes = sizes_of(&s->machine);
	bool added = rng_chance(rng, weights.added);
	struct op op = scenario_new_op(s, added ? CALL_ADD_MEMORY : CALL_LINEAR);
	op.call.leaf = rng_chance(rng, weights.linear_by_pages) ? LEAF_PAGE : LEAF_LARGEST;
	bool large = op.call.leaf == LEAF_LARGEST && max_pages > 4 * sizes.block_group &&
		     rng_chance(rng, weights.linear_large);
	struct page_range range =
		large ? pick_large_linear(&sizes, rng) : pick_small_linear(&sizes, rng);
	uint64_t end = linear_map_pages(&sizes);
	if (range.pages < end && rng_chance(rng, weights.linear_at_end))
		range.page = end - range.pages;
	op.call.pfn = range.page;
	op.call.bytes = range.pages << sizes.page_shift;
	scenario_place_op(s, &op);
	edit_insert_op(s, s->ops, &op);
}

/* An op before the end that maps, or is about memory; the number of ops if there is none. */
static uint32_t pick_area(const struct scenario *s, struct rng *rng)
{
	uint32_t from = (uint32_t)rng_below(rng, s->ops + 1u);
	for (uint32_t i = 0; i < s->ops; i++) {
		uint32_t op = (from + i) % s->ops;
		if (call_maps(s->op[op].call.kind) || call_is_of_memory(s->op[op].call.kind))
			return op;
	}
	return s->ops;
}

static void add_set_memory(struct scenario *s, struct rng *rng)
{
	uint32_t about = pick_area(s, rng);
	if (about < s->ops)
		generate_change(s, s->ops, about, rng);
}

/* The first area of vmalloc() goes, and is given back with its permissions perhaps. */
static void free_area(struct scenario *s, struct rng *rng)
{
	uint32_t i = 0;
	while (i < s->ops && s->op[i].call.kind != CALL_VMALLOC)
		i++;
	if (i < s->ops)
		generate_unmap(s, s->ops, i, rng);
}

static bool may_be_changed(const struct op *op)
{
	return op->call.kind == CALL_VMALLOC && !op->call.flags;
}

/* Any op before, most often one that maps what set_memory may change. */
static uint32_t pick_link(const struct scenario *s, struct rng *rng)
{
	uint32_t from = (uint32_t)rng_below(rng, s->ops);
	if (!rng_chance(rng, weights.linked_to_changeable))
		return from;
	for (uint32_t i = 0; i < s->ops; i++)
		if (may_be_changed(&s->op[(from + i) % s->ops]))
			return (from + i) % s->ops;
	return from;
}

/* Adds something that refers to an op before. */
static void add_link(struct scenario *s, const struct profile *profile, struct rng *rng,
		     uint64_t max_pages)
{
	if (s->ops)
		chain_extend(s, pick_link(s, rng), profile->neighbours, rng, max_pages);
}

/* Pages of an area of which a part is changed, at most. */
#define MAX_CHANGED_AREA 2048

void fill_set_memory(struct scenario *s, const struct profile *profile, struct rng *rng,
		     uint64_t max_pages)
{
	uint64_t changes = 1 + rng_below(rng, weights.max_changes);
	if (rng_chance(rng, weights.has_linear_map))
		fill_linear(s, rng, max_pages);
	enum call_kind kind = pick_call(profile->areas, rng);
	uint64_t budget = min(page_budget(s, rng, max_pages), MAX_CHANGED_AREA);
	add_area(s, rng, kind, budget);
	for (uint64_t i = 0; i < changes; i++) {
		if (rng_chance(rng, weights.linked_change))
			add_link(s, profile, rng, budget);
		add_set_memory(s, rng);
	}
	if (rng_chance(rng, weights.freed))
		free_area(s, rng);
}

/* A new area of a sequence, somewhere else or where one was before. */
static void add_new_area(struct scenario *s, const struct profile *profile, struct rng *rng,
			 uint64_t max_pages)
{
	struct sizes sizes = sizes_of(&s->machine);
	uint32_t about = pick_area(s, rng);
	uint64_t budget = page_budget(s, rng, max_pages);
	uint64_t page = new_va_page(s, rng, budget);
	if (about < s->ops && call_maps(s->op[about].call.kind) &&
	    rng_chance(rng, weights.same_place)) {
		bool exactly = rng_chance(rng, weights.exactly_there);
		page = scenario_va_page(s, about) +
		       (exactly ? 0 : (uint64_t)pick_misalignment(&sizes, rng));
	}
	generate_mapping(s, rng, pick_call(profile->areas, rng), page, budget);
}

/* One more op of a sequence: something new, or something about what was there before. */
static void add_step(struct scenario *s, const struct profile *profile, struct rng *rng,
		     uint64_t max_pages)
{
	uint32_t about = pick_area(s, rng);
	uint64_t what = rng_below(rng, 10);
	if (rng_chance(rng, weights.struct_pages))
		generate_struct_pages(s, s->ops, rng);
	else if (about < s->ops && rng_chance(rng, weights.linked_step))
		add_link(s, profile, rng, page_budget(s, rng, max_pages));
	else if (about == s->ops || what < 4)
		add_new_area(s, profile, rng, max_pages);
	else if (what < 7)
		generate_unmap(s, s->ops, about, rng);
	else if (what < 9)
		generate_change(s, s->ops, about, rng);
	else
		generate_preset(s, s->ops, about, rng);
}

void fill_sequence(struct scenario *s, const struct profile *profile, struct rng *rng,
		   uint64_t max_pages)
{
	uint64_t steps = 2 + rng_below(rng, SCENARIO_MAX_OPS - 2);
	if (rng_chance(rng, weights.sequence_has_linear_map))
		fill_linear(s, rng, max_pages);
	for (uint64_t i = 0; i < steps; i++)
		add_step(s, profile, rng, max_pages / steps);
}
