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

static void expect_scenario(const struct scenario *s)
{
	struct refusal why = { "", "" };
	if (!scenario_check(s, &why))
		fail_msg("refused: %s: %s", why.option, why.reason);
	assert_true(scenario_pages(s) <= MAX_PAGES);
}

static void generated_scenarios_are_scenarios(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < SCENARIOS; seed++) {
		struct rng rng = { seed };
		generate_vmap(&scenario, &rng, MAX_PAGES);
		expect_scenario(&scenario);
	}
}

static void mutated_scenarios_are_scenarios(void **state)
{
	(void)state;
	struct rng rng = { 7 };
	generate_vmap(&scenario, &rng, MAX_PAGES);
	for (int i = 0; i < SCENARIOS * 10; i++) {
		mutate(&scenario, &rng, MAX_PAGES);
		expect_scenario(&scenario);
	}
}

static void crossed_scenarios_are_scenarios(void **state)
{
	(void)state;
	struct rng rng = { 11 };
	generate_vmap(&scenario, &rng, MAX_PAGES);
	for (int i = 0; i < SCENARIOS; i++) {
		generate_vmap(&other, &rng, MAX_PAGES);
		cross_over(&scenario, &other, &rng, MAX_PAGES);
		expect_scenario(&scenario);
	}
}

static void a_small_budget_is_kept(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < SCENARIOS; seed++) {
		struct rng rng = { seed };
		generate_vmap(&scenario, &rng, 64);
		assert_true(scenario_pages(&scenario) <= 64);
	}
}

static void the_seed_decides(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 200; seed++) {
		struct rng a = { seed }, b = { seed };
		generate_vmap(&scenario, &a, MAX_PAGES);
		mutate(&scenario, &a, MAX_PAGES);
		size_t size = scenario_encode(&scenario, bytes, sizeof(bytes));
		generate_vmap(&scenario, &b, MAX_PAGES);
		mutate(&scenario, &b, MAX_PAGES);
		assert_int_equal(scenario_encode(&scenario, bytes_again, sizeof(bytes_again)),
				 size);
		assert_memory_equal(bytes, bytes_again, size);
	}
}

/* What a thousand scenarios must have met at least once. */
struct met {
	bool granule[17], fault, hole, bad, plant, vunmap, lpa2, block, group, error, top, boundary;
};

static void look_at(struct met *met, struct player *p)
{
	struct verdict verdict;
	met->granule[scenario.machine.page_shift] = true;
	met->lpa2 |= scenario.machine.lpa2;
	for (uint32_t i = 0; i < scenario.ops; i++) {
		met->fault |= scenario.op[i].fail_alloc || scenario.op[i].fail_trylock;
		met->plant |= scenario.op[i].kind == OP_PLANT;
		met->vunmap |= scenario.op[i].kind == OP_VUNMAP;
		met->top |= scenario.op[i].va + op_bytes(&scenario, &scenario.op[i]) == 0;
	}
	for (uint32_t i = 0; i < scenario.runs; i++) {
		met->hole |= scenario.run[i].pfn == PAGE_HOLE;
		met->bad |= scenario.run[i].pfn == PAGE_BAD;
		met->boundary |= !run_is_trouble(&scenario.run[i]) &&
				 scenario.run[i].pfn << scenario.machine.page_shift >> 48;
	}
	assert_true(player_play(p, &scenario, &verdict));
	for (uint32_t i = 0; i < p->machine[1]->log.events; i++) {
		const struct event *e = &p->machine[1]->log.event[i];
		met->block |=
			e->kind == EVENT_STORE && e->words == EVENT_NO_WORDS && (e->first & 3) == 1;
		met->group |= e->kind == EVENT_STORE && e->first >> 52 & 1;
		met->error |= e->kind == EVENT_WARN;
	}
}

static void generated_scenarios_reach_what_matters(void **state)
{
	(void)state;
	struct met met = { 0 };
	struct player *p = player_create();
	assert_non_null(p);
	struct rng rng = { 3 };
	for (int i = 0; i < 1000; i++) {
		generate_vmap(&scenario, &rng, MAX_PAGES);
		look_at(&met, p);
	}
	player_destroy(p);
	assert_true(met.granule[12] && met.granule[14] && met.granule[16]);
	assert_true(met.fault && met.hole && met.bad && met.plant && met.vunmap);
	assert_true(met.lpa2 && met.block && met.group && met.top && met.boundary);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(generated_scenarios_are_scenarios),
		cmocka_unit_test(mutated_scenarios_are_scenarios),
		cmocka_unit_test(crossed_scenarios_are_scenarios),
		cmocka_unit_test(a_small_budget_is_kept),
		cmocka_unit_test(the_seed_decides),
		cmocka_unit_test(generated_scenarios_reach_what_matters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
