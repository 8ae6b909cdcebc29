// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/chain.h"

#include <string.h>

#include "fuzz/edit.h"
#include "fuzz/generate_ops.h"
#include "fuzz/related.h"
#include "fuzz/sizes.h"
#include "fuzz/weights.h"
#include "mapper/machine/assert.h"
#include "mapper/machine/min.h"

/* --- neighbours --------------------------------------------------------------------------- */

/* Moves an area and what is done to it so that it ends where a leaf or a group may end. */
static void end_at_boundary(struct scenario *s, uint32_t about, struct rng *rng)
{
	struct sizes sizes = sizes_of(&s->machine);
	uint64_t unit = rng_chance(rng, weights.ends_at_block) ? sizes.block : sizes.group;
	uint64_t over = (scenario_va_page(s, about) + scenario_op_pages(s, about)) & (unit - 1);
	if (over && call_maps(s->op[about].call.kind))
		edit_move(s, about,
			  s->op[about].call.va + ((unit - over) << s->machine.page_shift));
}

/* Makes a physical range one that blocks may map: a block at least, and misaligned as its address is. */
static void fit_blocks(const struct scenario *s, struct op *op)
{
	struct sizes sizes = sizes_of(&s->machine);
	uint64_t page = (op->call.va - scenario_va_base(s)) >> sizes.page_shift;
	op->call.pfn = (op->call.pfn & ~(sizes.block - 1)) | (page & (sizes.block - 1));
	if (op->call.bytes >> sizes.page_shift < sizes.block)
		op->call.bytes = sizes.block << sizes.page_shift;
}

static void map_at(struct scenario *s, uint64_t page, const struct call_weight *neighbours,
		   struct rng *rng, uint64_t max_pages)
{
	uint32_t at = s->ops;
	generate_mapping(s, rng, pick_call(neighbours, rng), page, max_pages);
	if (at < s->ops && !call_traits(s->op[at].call.kind)->has_pages &&
	    rng_chance(rng, weights.neighbour_in_blocks))
		fit_blocks(s, &s->op[at]);
}

/* Maps an area right after a range or right before it, where its guard page is or with one between. */
static void map_neighbour(struct scenario *s, uint32_t about, const struct call_weight *neighbours,
			  struct rng *rng, uint64_t max_pages)
{
	uint64_t guard = rng_chance(rng, weights.guard_kept);
	uint64_t first = scenario_va_page(s, about);
	uint32_t at = s->ops;
	map_at(s, first + scenario_op_pages(s, about) + guard, neighbours, rng, max_pages);
	if (at < s->ops && rng_chance(rng, weights.neighbour_before))
		s->op[at].call.va =
			scenario_va_of_page(s, first - guard - scenario_op_pages(s, at));
}

/* The page, after the linear map, that would be the alias of a page of the op's array; 0 if none would. */
static uint64_t missed_alias(const struct scenario *s, uint32_t about)
{
	struct sizes sizes = sizes_of(&s->machine);
	uint64_t end = sizes.va_pages / 2;
	for (uint32_t i = 0; i < s->op[about].runs; i++) {
		const struct page_run *run = &s->run[s->op[about].first_run + i];
		if (!run_is_bad(run) && run->pfn + run->pages > end && run->pfn < sizes.va_pages)
			return run->pfn < end ? end : run->pfn;
	}
	return 0;
}

/* Changes or unmaps the end of a range together with what is next to it. */
static void reach_across(struct scenario *s, uint32_t about, struct rng *rng)
{
	bool changes = rng_chance(rng, weights.changed_across);
	uint64_t pages = scenario_op_pages(s, about), skipped = rng_below(rng, pages);
	if (rng_chance(rng, weights.one_page_across))
		skipped = pages - 1;
	if (changes)
		generate_set_memory(s, s->ops, about, rng);
	else
		generate_unmap(s, s->ops, about, rng);
	struct call *call = &s->op[s->ops - 1].call;
	if (call_traits(call->kind)->whole)
		return;
	call->va = scenario_va_of_page(s, scenario_va_page(s, about) + skipped);
	call->bytes = (pages - skipped + 1) << s->machine.page_shift;
}

/* Something next to a range, and often a change of both. */
static void add_adjacent(struct scenario *s, uint32_t about, const struct call_weight *neighbours,
			 struct rng *rng, uint64_t max_pages)
{
	if (rng_chance(rng, weights.neighbour_at_boundary))
		end_at_boundary(s, about, rng);
	uint64_t end = scenario_va_page(s, about) + scenario_op_pages(s, about);
	if (rng_chance(rng, weights.preset_neighbour))
		generate_preset_at(s, s->ops, end, rng);
	else
		map_neighbour(s, about, neighbours, rng, max_pages);
	if (s->ops < SCENARIO_MAX_OPS && rng_chance(rng, weights.reached_across))
		reach_across(s, about, rng);
}

/* The same, or an area where the linear map would go on for the memory of this one, and a change. */
static void add_neighbour(struct scenario *s, uint32_t about, const struct call_weight *neighbours,
			  struct rng *rng, uint64_t max_pages)
{
	uint64_t page = missed_alias(s, about);
	if (page && rng_chance(rng, weights.neighbour_at_alias)) {
		map_at(s, page, neighbours, rng, max_pages);
		generate_set_memory(s, s->ops, about, rng);
	} else {
		add_adjacent(s, about, neighbours, rng, max_pages);
	}
}

/* --- repetitions ---------------------------------------------------------------------------- */

static void clear_faults(struct op *op)
{
	op->fail_alloc = op->fail_trylock = 0;
}

/* Copies op `about` with its page array to before op `at`; NULL if there is no room. */
static struct op *copy_op(struct scenario *s, uint32_t at, uint32_t about)
{
	static struct page_run run[SCENARIO_MAX_RUNS]; /* too large for a stack */
	struct op op = s->op[about];
	uint32_t runs = op.runs;
	if (s->ops == SCENARIO_MAX_OPS || s->runs + runs > SCENARIO_MAX_RUNS)
		return NULL;
	memcpy(run, &s->run[op.first_run], runs * sizeof(*run));
	edit_insert_op(s, at, &op);
	edit_splice_runs(s, at, 0, 0, run, runs);
	return &s->op[at];
}

/* A mapping again, larger: of the same pages and more, or of a longer physical range. */
static void enlarge(struct scenario *s, uint32_t op, struct rng *rng, uint64_t max_pages)
{
	struct sizes sizes = sizes_of(&s->machine);
	uint64_t pages = min(pick_length(&sizes, rng), max_pages);
	struct op *again = &s->op[op];
	if (!call_traits(again->call.kind)->has_pages) {
		again->call.bytes += pages << sizes.page_shift;
		return;
	}
	uint64_t va_page = scenario_va_page(s, op) + scenario_op_pages(s, op), after = sizes.block;
	if (again->runs && !run_is_bad(&s->run[again->first_run + again->runs - 1])) {
		const struct page_run *last = &s->run[again->first_run + again->runs - 1];
		after = last->pfn + last->pages;
	}
	struct page_run run = { pick_pfn(&sizes, rng, pages, va_page, after), (uint32_t)pages };
	edit_splice_runs(s, op, again->runs, 0, &run, 1);
}

/* Unmaps all or a part of an area and maps it again, the same or larger. */
static void map_again(struct scenario *s, uint32_t about, struct rng *rng, uint64_t max_pages)
{
	generate_unmap(s, s->ops, about, rng);
	struct op *again = copy_op(s, s->ops, about);
	if (!again)
		return;
	clear_faults(again);
	if (rng_chance(rng, weights.larger))
		enlarge(s, s->ops - 1, rng, max_pages);
}

/* An unmap or a change again, of a range that has to do with its range. */
static void make_again(struct scenario *s, uint32_t about, struct rng *rng)
{
	struct page_range range = related_range(s, about, rng);
	struct op again = s->op[about];
	if (!call_traits(again.call.kind)->whole) {
		again.call.va = scenario_va_of_page(s, range.page);
		again.call.bytes = range.pages << s->machine.page_shift;
	}
	if (call_has_field(again.call.kind, FIELD_KEEP))
		again.call.kept = pick_kept(scenario_op_pages(s, about), rng)
				  << s->machine.page_shift;
	if (call_has_field(again.call.kind, FIELD_CHANGE))
		again.call.change = rng_chance(rng, weights.change_reversed)
					    ? reverse_change(again.call.change)
					    : again.call.change;
	if (call_has_field(again.call.kind, FIELD_DIRECT_MAP) &&
	    rng_chance(rng, weights.change_reversed))
		again.call.direct_map = reverse_direct_map(again.call.direct_map);
	clear_faults(&again);
	edit_insert_op(s, s->ops, &again);
}

/* One fault: of a trylock, of an allocation, or a bad page in the array of an op that has one. */
static void add_fault(struct scenario *s, uint32_t at, struct rng *rng)
{
	struct op *op = &s->op[at];
	bool hole = rng_chance(rng, weights.hole);
	uint64_t kind = rng_below(rng, 3);
	clear_faults(op);
	if (kind == 0) {
		op->fail_trylock = 1 + (uint32_t)rng_below(rng, GENERATE_MAX_FAULT);
	} else if (kind == 1 && call_traits(op->call.kind)->has_pages) {
		struct page_run bad = { hole ? PAGE_HOLE : PAGE_BAD, 1 };
		uint32_t place = (uint32_t)rng_below(rng, op->runs + 1u);
		edit_splice_runs(s, at, place, 0, &bad, 1);
	} else {
		uint64_t most = 1 + rng_below(rng, GENERATE_MAX_FAULT);
		op->fail_alloc = 1 + (uint32_t)rng_below(rng, most);
	}
}

/* The same call before it, which fails: then it meets what that one left. */
static void fail_before(struct scenario *s, uint32_t about, struct rng *rng)
{
	if (!copy_op(s, about, about))
		return;
	add_fault(s, about, rng);
	clear_faults(&s->op[about + 1]);
}

static void repeat(struct scenario *s, uint32_t about, struct rng *rng, uint64_t max_pages)
{
	enum call_kind kind = s->op[about].call.kind;
	if (call_sets_up(kind) || call_is_of_memory(kind))
		generate_change(s, s->ops, about, rng);
	else if (rng_chance(rng, weights.fails_before))
		fail_before(s, about, rng);
	else if (call_maps(kind))
		map_again(s, about, rng, max_pages);
	else
		make_again(s, about, rng);
}

void chain_extend(struct scenario *s, uint32_t about, const struct call_weight *neighbours,
		  struct rng *rng, uint64_t max_pages)
{
	ASSERT_CMP(about, <, s->ops);
	if (!scenario_op_pages(s, about))
		return; /* its page array found no room */
	if (call_maps(s->op[about].call.kind) && rng_chance(rng, weights.neighbour))
		add_neighbour(s, about, neighbours, rng, max_pages);
	else
		repeat(s, about, rng, max_pages);
}
