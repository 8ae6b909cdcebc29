// SPDX-License-Identifier: GPL-2.0-only
/*
 * Chains reach what bugs need: a fixed seed makes scenarios, and each relation
 * between ops, and each place of an alias, is met in several of them.
 */
#include <string.h>

#include "fuzz/chain.h"
#include "fuzz/edit.h"
#include "fuzz/generate.h"
#include "fuzz/mutate.h"
#include "fuzz/repair.h"
#include "fuzz/sizes.h"
#include "mapper/test/cmocka_all.h"

#define SCENARIOS 12000
#define MAX_PAGES 25600
#define OFTEN 3 /* times that something is met, at least */

static struct scenario scenario;

/* What is looked for, by name. */
enum {
	NEIGHBOUR,
	NEIGHBOUR_AFTER_GUARD,
	NEIGHBOUR_BLOCK,
	CHANGED_ACROSS,
	UNMAPPED_ACROSS,
	FAILED_THEN_MADE,
	BAD_PAGE_THEN_MADE,
	CHANGE_FAILED_THEN_MADE,
	PART_UNMAPPED_THEN_LARGER,
	CHANGED_TWICE,
	CHANGED_BACK,
	RUNS_AND_RUNS_NOT,
	INVALID_AND_VALID,
	FIRST_ALIAS,
	LAST_ALIAS,
	AFTER_LAST_ALIAS,
	ACROSS_END,
	FIRST_LINEAR_PAGE,
	LAST_LINEAR_PAGE,
	GROUP_OF_BLOCKS_CHANGED,
	STATES,
};

static const char *const names[STATES] = {
	[NEIGHBOUR] = "an area where the guard page of another is",
	[NEIGHBOUR_AFTER_GUARD] = "an area right after the guard page of another",
	[NEIGHBOUR_BLOCK] = "a block where the guard page of an area is",
	[CHANGED_ACROSS] = "set_memory of a page and of the guard page, where something is",
	[UNMAPPED_ACROSS] =
		"an unmap of the end of an area and of its guard page, where something is",
	[FAILED_THEN_MADE] = "a mapping that fails, and then the same without the fault",
	[BAD_PAGE_THEN_MADE] = "the same, with a bad page",
	[CHANGE_FAILED_THEN_MADE] = "set_memory that fails, and then the same without the fault",
	[PART_UNMAPPED_THEN_LARGER] = "an area of which a part is unmapped, and a larger one there",
	[CHANGED_TWICE] = "set_memory twice of one page, the same",
	[CHANGED_BACK] = "set_memory, and what undoes it, of ranges that differ and overlap",
	[RUNS_AND_RUNS_NOT] = "x, nx and x of one page",
	[INVALID_AND_VALID] = "invalid and valid of ranges that differ and overlap",
	[FIRST_ALIAS] = "a page frame of vmalloc() at the start of the linear map",
	[LAST_ALIAS] = "a page frame of vmalloc() at the end of the linear map",
	[AFTER_LAST_ALIAS] = "a page frame of vmalloc() just after the linear map",
	[ACROSS_END] = "a run of vmalloc() across the end of the linear map",
	[FIRST_LINEAR_PAGE] = "the first page of the linear map laid",
	[LAST_LINEAR_PAGE] = "the last page of the linear map laid",
	[GROUP_OF_BLOCKS_CHANGED] = "a whole group of blocks of several made invalid",
};

static unsigned met[STATES];

/* --- pairs of ops --------------------------------------------------------------------------- */

static uint64_t end_of(const struct op *op)
{
	return op->call.va + op_bytes(&scenario, op);
}

static bool overlap(const struct op *a, const struct op *b)
{
	return a->call.va < end_of(b) && b->call.va < end_of(a);
}

static bool same_range(const struct op *a, const struct op *b)
{
	return a->call.va == b->call.va && end_of(a) == end_of(b);
}

static bool has_bad_page(const struct op *op)
{
	for (uint32_t i = 0; i < op->runs; i++)
		if (run_is_bad(&scenario.run[op->first_run + i]))
			return true;
	return false;
}

static bool has_fault(const struct op *op)
{
	return op->fail_alloc || op->fail_trylock;
}

static bool is_change(const struct op *op, enum memory_change change)
{
	return op->call.kind == CALL_SET_MEMORY && op->call.change == change;
}

/* Whether the op maps, or is, something that a level 2 block may map from its start on. */
static bool begins_with_block(const struct op *op)
{
	uint64_t block = UINT64_C(1) << scenario_level_shift(&scenario.machine, 2);
	uint64_t pa = op->call.pfn << scenario.machine.page_shift;
	if (op->call.kind == CALL_PRESET)
		return op->call.level == 2 && !op->call.table;
	return op->call.kind == CALL_IOREMAP && !((op->call.va | pa) & (block - 1)) &&
	       op->call.bytes >= block;
}

static void look_at_neighbours(const struct op *a, const struct op *b)
{
	uint64_t page = UINT64_C(1) << scenario.machine.page_shift;
	bool there = call_maps(b->call.kind) || call_sets_up(b->call.kind);
	if (!call_maps(a->call.kind) || !there)
		return;
	met[NEIGHBOUR] += b->call.va == end_of(a);
	met[NEIGHBOUR_AFTER_GUARD] += b->call.va == end_of(a) + page;
	met[NEIGHBOUR_BLOCK] += b->call.va == end_of(a) && begins_with_block(b);
	for (const struct op *c = b + 1; c < scenario.op + scenario.ops; c++) {
		bool across = b->call.va == end_of(a) && overlap(a, c) && overlap(b, c);
		met[CHANGED_ACROSS] += across && c->call.kind == CALL_SET_MEMORY;
		met[UNMAPPED_ACROSS] += across && call_effect(c->call.kind) == CALL_UNMAPS;
	}
}

static void look_at_repetitions(const struct op *a, const struct op *b)
{
	bool again = a->call.kind == b->call.kind && a->call.va == b->call.va && !has_fault(b);
	met[FAILED_THEN_MADE] += again && call_maps(a->call.kind) && has_fault(a);
	met[BAD_PAGE_THEN_MADE] += again && has_bad_page(a) && !has_bad_page(b);
	met[CHANGE_FAILED_THEN_MADE] +=
		again && a->call.kind == CALL_SET_MEMORY && has_fault(a) && same_range(a, b);
	for (const struct op *c = b + 1; c < scenario.op + scenario.ops; c++) {
		bool part = call_maps(a->call.kind) && b->call.kind == CALL_VUNMAP &&
			    overlap(a, b) && !same_range(a, b);
		met[PART_UNMAPPED_THEN_LARGER] += part && call_maps(c->call.kind) &&
						  c->call.va == a->call.va && end_of(c) > end_of(a);
		met[RUNS_AND_RUNS_NOT] += is_change(a, MEMORY_X) && is_change(b, MEMORY_NX) &&
					  is_change(c, MEMORY_X) && overlap(a, b) && overlap(b, c);
	}
}

static void look_at_changes(const struct op *a, const struct op *b)
{
	if (a->call.kind != CALL_SET_MEMORY || b->call.kind != CALL_SET_MEMORY || !overlap(a, b))
		return;
	bool back = (a->call.change ^ b->call.change) == 1; /* they stand in pairs */
	met[CHANGED_TWICE] += a->call.change == b->call.change;
	met[CHANGED_BACK] += back && !same_range(a, b);
	met[INVALID_AND_VALID] += back && !same_range(a, b) && a->call.change == MEMORY_INVALID;
}

/* --- the linear map --------------------------------------------------------------------------- */

static uint64_t linear_end(void)
{
	return UINT64_C(1) << (scenario.machine.va_bits - 1 - scenario.machine.page_shift);
}

static void look_at_aliases(const struct op *op)
{
	uint64_t end = linear_end();
	for (uint32_t i = 0; op->call.kind == CALL_VMALLOC && i < op->runs; i++) {
		const struct page_run *run = &scenario.run[op->first_run + i];
		met[FIRST_ALIAS] += run->pfn == 0;
		met[LAST_ALIAS] += run->pfn < end && run->pfn + run->pages >= end;
		met[AFTER_LAST_ALIAS] += run->pfn <= end && run->pfn + run->pages > end;
		met[ACROSS_END] += run->pfn < end && run->pfn + run->pages > end;
	}
}

static void look_at_linear_map(const struct op *op)
{
	struct sizes sizes = sizes_of(&scenario.machine);
	uint64_t group = sizes.block * sizes.block_group << sizes.page_shift;
	if (!call_lays(op->call.kind))
		return;
	met[FIRST_LINEAR_PAGE] += op->call.pfn == 0;
	met[LAST_LINEAR_PAGE] +=
		op->call.pfn + (op->call.bytes >> sizes.page_shift) == linear_end();
	for (const struct op *c = op + 1; c < scenario.op + scenario.ops; c++)
		met[GROUP_OF_BLOCKS_CHANGED] += op->call.leaf == LEAF_LARGEST &&
						is_change(c, MEMORY_INVALID) && overlap(op, c) &&
						!same_range(op, c) &&
						!((c->call.va | end_of(c)) & (group - 1));
}

/* --- how often ---------------------------------------------------------------------------------- */

static void look(void)
{
	for (const struct op *a = scenario.op; a < scenario.op + scenario.ops; a++) {
		look_at_aliases(a);
		look_at_linear_map(a);
		for (const struct op *b = a + 1; b < scenario.op + scenario.ops; b++) {
			look_at_neighbours(a, b);
			look_at_repetitions(a, b);
			look_at_changes(a, b);
		}
	}
}

static void each_is_met(enum profile_id id)
{
	struct rng rng = { 1 };
	memset(met, 0, sizeof(met));
	for (unsigned i = 0; i < SCENARIOS; i++) {
		if (i % 4)
			mutate(&scenario, id, &rng, MAX_PAGES);
		else
			generate(&scenario, id, &rng, MAX_PAGES);
		look();
	}
	for (unsigned i = 0; i < STATES; i++) {
		print_message("%6u  %s\n", met[i], names[i]);
		if (met[i] < OFTEN)
			fail_msg("met %u times: %s", met[i], names[i]);
	}
}

static void changes_of_memory_make_chains(void **state)
{
	(void)state;
	each_is_met(PROFILE_SET_MEMORY);
}

static void sequences_make_chains(void **state)
{
	(void)state;
	each_is_met(PROFILE_SEQUENCE);
}

/* --- a full scenario ------------------------------------------------------------------------------- */

static void a_full_scenario_stays_as_it_is(void **state)
{
	(void)state;
	struct rng rng = { 2 };
	for (unsigned i = 0; i < SCENARIOS; i++) {
		struct refusal why;
		generate(&scenario, PROFILE_SEQUENCE, &rng, MAX_PAGES);
		while (scenario.ops < SCENARIO_MAX_OPS)
			edit_insert_op(&scenario, scenario.ops, &scenario.op[0]);
		chain_extend(&scenario, (uint32_t)rng_below(&rng, SCENARIO_MAX_OPS),
			     profile(PROFILE_SEQUENCE)->neighbours, &rng, MAX_PAGES);
		assert_int_equal(scenario.ops, SCENARIO_MAX_OPS);
		if (scenario_repair(&scenario))
			assert_true(scenario_check(&scenario, &why));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_of_memory_make_chains),
		cmocka_unit_test(sequences_make_chains),
		cmocka_unit_test(a_full_scenario_stays_as_it_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
