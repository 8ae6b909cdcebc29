// SPDX-License-Identifier: GPL-2.0-only
/*
 * What generator and mutator make is always a scenario, depends on nothing
 * but the seed, and reaches what it is meant to reach.
 */
#include <string.h>

#include "fuzz/generate.h"
#include "fuzz/mutate.h"
#include "fuzz/player.h"
#include "fuzz/scenario_bytes.h"
#include "mapper/test/cmocka_all.h"

#define SCENARIOS 3000
#define MAX_PAGES 25600

static struct scenario scenario, other;
static uint8_t bytes[SCENARIO_MAX_BYTES], bytes_again[SCENARIO_MAX_BYTES];

/* The runs of ops follow each other, as edits expect, also where an op has none. */
static void expect_runs_in_order(const struct scenario *s)
{
	uint32_t runs = 0;
	for (uint32_t i = 0; i < s->ops; i++) {
		assert_int_equal(s->op[i].first_run, runs);
		runs += s->op[i].runs;
	}
	assert_int_equal(s->runs, runs);
}

static void expect_scenario(const struct scenario *s)
{
	struct refusal why = { "", "" };
	if (!scenario_check(s, &why))
		fail_msg("refused: %s: %s", why.option, why.reason);
	assert_true(scenario_work(s) <= SCENARIO_MAX_PAGES); /* and most of MAX_PAGES, see below */
	expect_runs_in_order(s);
}

static void generated_scenarios_are_scenarios(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < SCENARIOS; seed++) {
		struct rng rng = { seed };
		generate(&scenario, seed % PROFILES, &rng, MAX_PAGES);
		expect_scenario(&scenario);
	}
}

static void mutated_scenarios_are_scenarios(void **state)
{
	(void)state;
	for (enum profile_id id = 0; id < ALL_PROFILES; id++) {
		struct rng rng = { 7 };
		generate(&scenario, id, &rng, MAX_PAGES);
		for (int i = 0; i < SCENARIOS * 3; i++) {
			mutate(&scenario, id, &rng, MAX_PAGES);
			expect_scenario(&scenario);
		}
	}
}

static void decoded_scenarios_can_be_edited(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < SCENARIOS; seed++) {
		struct rng rng = { seed };
		enum profile_id id = seed % PROFILES;
		generate(&other, id, &rng, MAX_PAGES);
		size_t size = scenario_encode(&other, bytes, sizeof(bytes));
		assert_true(scenario_decode(bytes, size, &scenario));
		expect_runs_in_order(&scenario);
		mutate(&scenario, id, &rng, MAX_PAGES);
		expect_scenario(&scenario);
	}
}

static void crossed_scenarios_are_scenarios(void **state)
{
	(void)state;
	struct rng rng = { 11 };
	generate(&scenario, PROFILE_SEQUENCE, &rng, MAX_PAGES);
	for (int i = 0; i < SCENARIOS; i++) {
		enum profile_id id = (unsigned)i % PROFILES;
		generate(&other, id, &rng, MAX_PAGES);
		cross_over(&scenario, &other, id, &rng, MAX_PAGES);
		expect_scenario(&scenario);
	}
}

/* A case that is known to fail has children that must hold: what fails in them is a finding. */
static void children_are_expected_to_hold(void **state)
{
	(void)state;
	struct rng rng = { 12 };
	for (unsigned i = 0; i < SCENARIOS; i++) {
		enum profile_id id = i % PROFILES;
		generate(&scenario, id, &rng, MAX_PAGES);
		generate(&other, id, &rng, MAX_PAGES);
		scenario.policy.quirks = QUIRK_HEAD_CHECK;
		scenario.expect.stated = true;
		scenario.expect.rule = RULE_TRANSLATION_OUTPUT_ADDRESS;
		if (i & 1)
			mutate(&scenario, id, &rng, MAX_PAGES);
		else
			cross_over(&scenario, &other, id, &rng, MAX_PAGES);
		assert_int_equal(scenario.policy.quirks, 0);
		assert_int_equal(scenario.expect.rule, RULE_NONE);
		assert_false(scenario.expect.stated);
	}
}

static void a_small_budget_is_kept(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < SCENARIOS; seed++) {
		struct rng rng = { seed };
		generate(&scenario, seed % PROFILES, &rng, 64);
		assert_true(scenario_work(&scenario) <= 64);
	}
}

/* Bytes of the largest range of the scenario. */
static uint64_t largest_range(const struct scenario *s)
{
	uint64_t most = 0;
	for (uint32_t i = 0; i < s->ops; i++)
		if (call_maps(s->op[i].call.kind) && op_bytes(s, &s->op[i]) > most)
			most = op_bytes(s, &s->op[i]);
	return most;
}

#define NEW_SCENARIOS 60000 /* about 117 of them are huge */

static void huge_scenarios_are_few_and_short(void **state)
{
	(void)state;
	unsigned arrays = 0, past_4g = 0, past_16_bits = 0, worked = 0;
	struct rng rng = { 5 };
	for (unsigned i = 0; i < NEW_SCENARIOS; i++) {
		generate(&scenario, i % PROFILES, &rng, MAX_PAGES);
		bool is_array = call_traits(scenario.op[0].call.kind)->has_pages;
		worked += scenario_work(&scenario) > MAX_PAGES;
		if (scenario_work(&scenario) <= MAX_PAGES)
			continue;
		arrays += is_array;
		past_4g += largest_range(&scenario) > UINT64_C(1) << 32;
		past_16_bits += is_array && op_pages(&scenario, &scenario.op[0]) > UINT16_MAX;
		assert_true(scenario_encode(&scenario, bytes, sizeof(bytes)) < 256);
	}
	assert_true(worked > NEW_SCENARIOS / 2000 && worked < NEW_SCENARIOS / 300);
	assert_true(arrays > 20 && past_4g > 5 && past_16_bits > 20);
}

static void huge_scenarios_are_no_part_of_a_small_budget(void **state)
{
	(void)state;
	struct rng rng = { 6 };
	for (unsigned i = 0; i < NEW_SCENARIOS / 10; i++) {
		generate(&scenario, i % PROFILES, &rng, GENERATE_HUGE_FROM - 1);
		assert_true(scenario_work(&scenario) < GENERATE_HUGE_FROM);
	}
}

/* On four levels, where a level 0 entry is small: a range that would fill one. */
static void ranges_of_a_level_0_entry_are_generated(void **state)
{
	(void)state;
	unsigned found = 0, roots = 0;
	struct rng rng = { 8 };
	for (unsigned i = 0; i < NEW_SCENARIOS; i++) {
		generate(&scenario, PROFILE_IOREMAP, &rng, MAX_PAGES);
		const struct machine_config *m = &scenario.machine;
		const struct call *call = &scenario.op[scenario.ops - 1].call;
		unsigned top = m->page_shift + 3u * m->table_bits;
		if (!m->table_bits || top >= m->va_bits)
			continue;
		uint64_t mask = (UINT64_C(1) << top) - 1;
		roots += top + m->table_bits > m->va_bits;
		found += call->kind == CALL_IOREMAP && call->bytes > mask && !(call->va & mask) &&
			 !(call->pfn << m->page_shift & mask);
	}
	assert_true(found > NEW_SCENARIOS / 1000);
	assert_true(roots > 100);
}

static void the_seed_decides(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 400; seed++) {
		struct rng a = { seed }, b = { seed };
		enum profile_id id = seed % PROFILES;
		generate(&scenario, id, &a, MAX_PAGES);
		mutate(&scenario, id, &a, MAX_PAGES);
		size_t size = scenario_encode(&scenario, bytes, sizeof(bytes));
		generate(&scenario, id, &b, MAX_PAGES);
		mutate(&scenario, id, &b, MAX_PAGES);
		assert_int_equal(scenario_encode(&scenario, bytes_again, sizeof(bytes_again)),
				 size);
		assert_memory_equal(bytes, bytes_again, size);
	}
}

/* What a thousand scenarios of a profile met at least once. */
struct met {
	bool granule[17], op[CALL_KINDS], change[MEMORY_CHANGES], leaf[4], group;
	bool fault, hole, bad, lpa2, top, boundary, warning, table;
};

static void look_at_scenario(struct met *met)
{
	met->granule[scenario.machine.page_shift] = true;
	met->lpa2 |= scenario.machine.lpa2;
	for (uint32_t i = 0; i < scenario.ops; i++) {
		const struct op *op = &scenario.op[i];
		met->op[op->call.kind] = true;
		met->fault |= op->fail_alloc || op->fail_trylock;
		met->change[op->call.change] |= op->call.kind == CALL_SET_MEMORY;
		met->table |= op->call.kind == CALL_PRESET && op->call.table;
		met->top |= op->call.va + op_bytes(&scenario, op) == 0;
		met->boundary |= op->call.kind == CALL_IOREMAP &&
				 op->call.pfn << scenario.machine.page_shift >> 48;
	}
	for (uint32_t i = 0; i < scenario.runs; i++) {
		met->hole |= scenario.run[i].pfn == PAGE_HOLE;
		met->bad |= scenario.run[i].pfn == PAGE_BAD;
		met->boundary |= !run_is_bad(&scenario.run[i]) &&
				 scenario.run[i].pfn << scenario.machine.page_shift >> 48;
	}
}

/* What the last call of the batched mapper did. */
static void look_at_events(struct met *met, struct player *p)
{
	const struct machine *m = p->machine[1];
	for (uint32_t i = 0; i < m->log.events; i++) {
		const struct event *e = &m->log.event[i];
		met->warning |= e->kind == EVENT_WARN;
		met->group |= e->kind == EVENT_STORE && e->first >> 52 & 1;
	}
}

static bool leaf_met(void *context, const struct arm64_span *span)
{
	((struct met *)context)->leaf[span->level] = true;
	return true;
}

static bool link_met(void *context, const struct arm64_link *link)
{
	(void)context;
	(void)link;
	return true;
}

static void meet(enum profile_id id, struct met *met)
{
	struct player *p = player_create();
	struct rng rng = { 3 };
	assert_non_null(p);
	for (int i = 0; i < 1000; i++) {
		struct verdict verdict;
		generate(&scenario, id, &rng, MAX_PAGES);
		look_at_scenario(met);
		if (!player_play(p, &scenario, &verdict))
			fail_msg("scenario %d of id %d: %s", i, id, rule_text(verdict.rule)->name);
		struct arm64_geometry g = arm64_geometry(&scenario.machine);
		struct arm64_visitor visitor = { leaf_met, link_met, NULL, met, NULL };
		arm64_sweep(&g, p->machine[1], &visitor);
		look_at_events(met, p);
	}
	player_destroy(p);
}

static void generated_vmaps_reach_what_matters(void **state)
{
	(void)state;
	struct met met = { 0 };
	meet(PROFILE_VMAP, &met);
	assert_true(met.granule[12] && met.granule[14] && met.granule[16] && met.lpa2);
	assert_true(met.fault && met.hole && met.bad && met.op[CALL_PRESET] && met.op[CALL_VUNMAP]);
	assert_true(met.leaf[2] && met.leaf[3] && met.group && met.top && met.boundary);
	assert_true(met.warning && met.table);
}

static void generated_vmallocs_reach_what_matters(void **state)
{
	(void)state;
	struct met met = { 0 };
	meet(PROFILE_VMALLOC, &met);
	assert_true(met.leaf[2] && met.leaf[3] && met.group && met.warning && met.boundary);
}

static void generated_ioremaps_reach_what_matters(void **state)
{
	(void)state;
	struct met met = { 0 };
	meet(PROFILE_IOREMAP, &met);
	assert_true(met.leaf[1] && met.leaf[2] && met.leaf[3] && met.group);
	assert_true(met.boundary && met.table && met.top);
}

static void generated_changes_reach_what_matters(void **state)
{
	(void)state;
	struct met met = { 0 };
	meet(PROFILE_SET_MEMORY, &met);
	for (int change = 0; change < MEMORY_CHANGES; change++)
		assert_true(met.change[change]);
	assert_true(met.op[CALL_LINEAR] && met.leaf[1] && met.leaf[2] && met.leaf[3] &&
		    met.warning);
}

static void generated_sequences_reach_what_matters(void **state)
{
	(void)state;
	struct met met = { 0 };
	meet(PROFILE_SEQUENCE, &met);
	for (int kind = 0; kind < CALL_KINDS; kind++)
		assert_true(met.op[kind]);
	assert_true(met.warning && met.fault && met.leaf[1]);
}

/* Whether a change of the scenario begins or ends on the page after an area that it may change. */
static bool changes_guard_page(void)
{
	uint64_t guard = UINT64_C(1) << scenario.machine.page_shift;
	for (uint32_t i = 0; i < scenario.ops; i++) {
		const struct call *call = &scenario.op[i].call;
		for (uint32_t k = 0; k < i && call->kind == CALL_SET_MEMORY; k++)
			if (scenario.op[k].call.kind == CALL_VMALLOC &&
			    call->va + call->bytes - guard ==
				    scenario.op[k].call.va + op_bytes(&scenario, &scenario.op[k]))
				return true;
	}
	return false;
}

/* Whether an unmap begins inside of a physical range that a level 1 block may map. */
static bool cuts_large_range(void)
{
	for (uint32_t i = 0; i < scenario.ops; i++) {
		const struct call *call = &scenario.op[i].call;
		for (uint32_t k = 0; k < i && call->kind == CALL_VUNMAP; k++) {
			const struct call *range = &scenario.op[k].call;
			if (range->kind == CALL_IOREMAP && call->va > range->va &&
			    call->va - range->va < range->bytes &&
			    range->bytes >> scenario_level_shift(&scenario.machine, 1))
				return true;
		}
	}
	return false;
}

static void generated_neighbours_reach_what_matters(void **state)
{
	(void)state;
	struct met met = { 0 };
	meet(PROFILE_NEIGHBOURS, &met);
	for (int kind = 0; kind < CALL_KINDS; kind++)
		if (!(met.op[kind] || call_traits(kind)->whole))
			fail_msg("no %s", call_traits(kind)->name);
	assert_true(met.warning && met.fault && met.leaf[1] && met.leaf[2] && met.leaf[3]);
	assert_true(met.granule[12] && met.granule[14] && met.granule[16] && met.table);
	struct rng rng = { 5 };
	unsigned guards = 0, cuts = 0;
	for (int i = 0; i < 1000; i++) {
		generate(&scenario, PROFILE_NEIGHBOURS, &rng, MAX_PAGES);
		expect_scenario(&scenario);
		guards += changes_guard_page();
		cuts += cuts_large_range();
	}
	assert_in_range(guards, 100, 1000);
	assert_in_range(cuts, 10, 1000);
}

static void profiles_have_names(void **state)
{
	(void)state;
	for (enum profile_id id = 0; id < ALL_PROFILES; id++)
		assert_int_equal(profile_by_name(profile(id)->name), id);
	assert_int_equal(profile_by_name("none"), ALL_PROFILES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(generated_scenarios_are_scenarios),
		cmocka_unit_test(mutated_scenarios_are_scenarios),
		cmocka_unit_test(decoded_scenarios_can_be_edited),
		cmocka_unit_test(crossed_scenarios_are_scenarios),
		cmocka_unit_test(children_are_expected_to_hold),
		cmocka_unit_test(a_small_budget_is_kept),
		cmocka_unit_test(huge_scenarios_are_few_and_short),
		cmocka_unit_test(huge_scenarios_are_no_part_of_a_small_budget),
		cmocka_unit_test(ranges_of_a_level_0_entry_are_generated),
		cmocka_unit_test(the_seed_decides),
		cmocka_unit_test(generated_vmaps_reach_what_matters),
		cmocka_unit_test(generated_vmallocs_reach_what_matters),
		cmocka_unit_test(generated_ioremaps_reach_what_matters),
		cmocka_unit_test(generated_changes_reach_what_matters),
		cmocka_unit_test(generated_sequences_reach_what_matters),
		cmocka_unit_test(generated_neighbours_reach_what_matters),
		cmocka_unit_test(profiles_have_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
