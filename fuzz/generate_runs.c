// SPDX-License-Identifier: GPL-2.0-only
/* New page arrays. */
#include "fuzz/generate_ops.h"

#include "fuzz/edit.h"
#include "fuzz/related.h"
#include "fuzz/sizes.h"
#include "fuzz/weights.h"
#include "mapper/machine/assert.h"
#include "mapper/machine/min.h"

static bool add_run(struct scenario *s, uint32_t op, struct page_run run)
{
	return edit_splice_runs(s, op, s->op[op].runs, 0, &run, 1);
}

/* Where the next run of an array comes to stand, and what came before it. */
struct array_state {
	uint64_t va_page, after, left;
	uint64_t pages; /* of the run before */
};

static void add_run_after(struct scenario *s, uint32_t op, const struct sizes *sizes,
			  struct rng *rng, struct array_state *a)
{
	if (rng_chance(rng, weights.bad_page)) {
		bool hole = rng_chance(rng, weights.hole);
		add_run(s, op, (struct page_run){ hole ? PAGE_HOLE : PAGE_BAD, 1 });
		a->pages = 1;
	} else {
		/* Neighbours of one length are what blocks of one order look like. */
		uint64_t pages = a->pages && rng_chance(rng, weights.same_length)
					 ? a->pages
					 : pick_length(sizes, rng);
		a->pages = min(pages, a->left);
		uint64_t pfn = pick_pfn(sizes, rng, a->pages, a->va_page, a->after);
		add_run(s, op, (struct page_run){ pfn, (uint32_t)a->pages });
		a->after = pfn + a->pages;
	}
	a->va_page += a->pages;
	a->left -= a->pages;
}

static void add_any_runs(struct scenario *s, uint32_t op, struct rng *rng, uint64_t max_pages)
{
	struct sizes sizes = sizes_of(&s->machine);
	struct array_state a = {
		.va_page = scenario_va_page(s, op),
		.after = sizes.block,
		.left = max_pages,
	};
	bool few = rng_chance(rng, weights.few_runs);
	uint64_t runs = 1 + rng_below(rng, few ? weights.max_few_runs : weights.max_runs);
	for (uint64_t i = 0; i < runs && a.left; i++)
		add_run_after(s, op, &sizes, rng, &a);
}

/* What an allocator gives that was asked for blocks of `block` pages, and for a tail. */
static void add_blocks(struct scenario *s, uint32_t op, struct rng *rng, uint64_t block,
		       uint64_t max_pages)
{
	struct sizes sizes = sizes_of(&s->machine);
	uint64_t blocks = 1 + rng_below(rng, weights.max_blocks), va_page = scenario_va_page(s, op),
		 left = max_pages;
	for (uint64_t i = 0; i < blocks && left; i++) {
		uint64_t pages = min(block, left);
		uint64_t pfn = pick_pfn(&sizes, rng, pages, va_page, sizes.block);
		/* Most are aligned to their size, as an allocator's are. */
		if (rng_chance(rng, weights.aligned_block) &&
		    (pfn & ~(block - 1)) + pages < sizes.pfn_limit)
			pfn &= ~(block - 1);
		if (i + 1 == blocks && rng_chance(rng, weights.short_tail))
			pages = 1 + rng_below(rng, pages);
		add_run(s, op, (struct page_run){ pfn, (uint32_t)pages });
		va_page += pages;
		left -= pages;
	}
}

/* The pages of the linear map that the scenario lays first; none if it lays none. */
static struct page_range linear_range(const struct scenario *s)
{
	for (uint32_t i = 0; i < s->ops; i++)
		if (call_lays(s->op[i].call.kind))
			return (struct page_range){ scenario_va_page(s, i),
						    scenario_op_pages(s, i) };
	return (struct page_range){ 0, 0 };
}

/* A pfn from which a run of `pages` ends or begins at an end of the range, or lies across it. */
static uint64_t pfn_at_end(struct page_range range, uint64_t pages, struct rng *rng)
{
	uint64_t end = rng_chance(rng, 50) ? range.page : range.page + range.pages;
	uint64_t before =
		rng_chance(rng, 50) ? rng_below(rng, pages + 1) : pages * rng_below(rng, 2);
	return before < end ? end - before : 0;
}

uint64_t pick_alias(const struct scenario *s, uint32_t op, const struct page_run *run,
		    struct rng *rng)
{
	struct sizes sizes = sizes_of(&s->machine);
	struct page_range laid = linear_range(s), all = { 0, linear_map_pages(&sizes) };
	if (rng_chance(rng, weights.alias_at_end)) {
		bool of_laid = laid.pages && rng_chance(rng, 50);
		uint64_t pfn = pfn_at_end(of_laid ? laid : all, run->pages, rng);
		return pfn < sizes.pfn_limit - run->pages ? pfn : run->pfn;
	}
	if (run->pages <= laid.pages && rng_chance(rng, weights.has_alias))
		return laid.page + rng_below(rng, laid.pages - run->pages + 1);
	if (laid.pages && rng_chance(rng, weights.alias_in_area))
		return scenario_va_page(s, op) + rng_below(rng, UINT64_C(2) * run->pages);
	return run->pfn;
}

static void give_aliases(struct scenario *s, uint32_t op, struct rng *rng)
{
	for (uint32_t i = 0; i < s->op[op].runs; i++) {
		struct page_run *run = &s->run[s->op[op].first_run + i];
		if (!run_is_bad(run))
			run->pfn = pick_alias(s, op, run, rng);
	}
}

void generate_runs(struct scenario *s, uint32_t op, struct rng *rng, uint64_t max_pages)
{
	ASSERT(call_traits(s->op[op].call.kind)->has_pages);
	ASSERT(max_pages);
	uint64_t block = 1;
	bool in_blocks = call_has_field(s->op[op].call.kind, FIELD_SHIFT);
	if (in_blocks)
		block = UINT64_C(1) << (s->op[op].call.shift - s->machine.page_shift);
	edit_splice_runs(s, op, 0, s->op[op].runs, NULL, 0);
	if (block > 1 && rng_chance(rng, weights.in_blocks))
		add_blocks(s, op, rng, block, max_pages);
	else
		add_any_runs(s, op, rng, max_pages);
	if (in_blocks && block == 1)
		give_aliases(s, op, rng);
}

/*
 * Pages of a chunk as drivers ask the page allocator for it (dma-buf heaps): of an
 * order from that of a contiguous group to that of a block, and two in the array.
 */
static uint64_t pick_chunk(const struct sizes *sizes, struct rng *rng, uint64_t max_pages)
{
	unsigned group_order = (unsigned)__builtin_ctzll(sizes->group);
	unsigned orders = sizes->table_bits - group_order + 1;
	while (orders > 1 && max_pages >> (group_order + orders) == 0)
		orders--;
	return sizes->group << rng_below(rng, orders);
}

/* Moves the area to where a table of pages ends between two groups, in one of its first two chunks or after it. */
static void move_across_tables(struct scenario *s, uint32_t op, const struct sizes *sizes,
			       struct rng *rng, uint64_t chunk)
{
	uint64_t end = (scenario_va_page(s, op) | (sizes->block - 1)) + 1;
	uint64_t before = sizes->group * (1 + rng_below(rng, 2 * chunk / sizes->group));
	if (before <= end && scenario_op_pages(s, op) <= sizes->va_pages - end)
		edit_move(s, op, scenario_va_of_page(s, end - before));
}

void generate_chunks(struct scenario *s, uint32_t op, struct rng *rng, uint64_t max_pages)
{
	ASSERT(call_traits(s->op[op].call.kind)->has_pages);
	ASSERT(max_pages);
	struct sizes sizes = sizes_of(&s->machine);
	uint64_t chunk = pick_chunk(&sizes, rng, max_pages);
	edit_splice_runs(s, op, 0, s->op[op].runs, NULL, 0);
	add_blocks(s, op, rng, chunk, max_pages);
	if (rng_chance(rng, weights.across_tables))
		move_across_tables(s, op, &sizes, rng, chunk);
}
