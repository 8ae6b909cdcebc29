// SPDX-License-Identifier: GPL-2.0-only
/*
 * Generated pairs of calls meet: a fixed seed makes scenarios, and each kind of
 * call is met by each of several, at early and late events, with locks that are held.
 */
#include <string.h>

#include "fuzz/generate.h"
#include "fuzz/mutate.h"
#include "fuzz/player.h"
#include "mapper/test/cmocka_all.h"

#define SCENARIOS 6000
#define MAX_PAGES 4096
#define OFTEN 5 /* times that something is met, at least */

static struct scenario scenario;

/* What is looked for, by name. */
enum {
	BY_CPU,
	BY_IRQ,
	AFTER_IT,
	TOGETHER,
	SAME_PAGES,
	AT_FIRST,
	LATE,
	WAITS_FOR_TABLE,
	WAITS_FOR_SPLIT,
	FAILS_OUTSIDE,
	FAILS_INSIDE,
	STATES,
};

static const char *const names[STATES] = {
	[BY_CPU] = "a call by another CPU while one runs",
	[BY_IRQ] = "a call by an interrupt while one runs",
	[AFTER_IT] = "a call after one that makes no event at which to meet it",
	[TOGETHER] = "two that map, while one runs",
	[SAME_PAGES] = "two of the same pages, one after the other",
	[AT_FIRST] = "before the first event",
	[LATE] = "after twenty events",
	[WAITS_FOR_TABLE] = "a call that waits for the page table lock",
	[WAITS_FOR_SPLIT] = "a call that waits for the mutex of splits",
	[FAILS_OUTSIDE] = "a call that runs out of memory, while another one is made in it",
	[FAILS_INSIDE] = "a call in another one that runs out of memory",
};

static unsigned seen[STATES];

static void count_met(const struct player *p, uint32_t i)
{
	const struct op *op = &scenario.op[i];
	const struct how_met *met = &p->met[i];
	bool by_irq = op->during.by == MEETING_BY_IRQ;
	seen[BY_CPU] += !by_irq;
	seen[BY_IRQ] += by_irq;
	seen[TOGETHER] += call_maps(op->call.kind) && call_maps(op[-1].call.kind);
	seen[AT_FIRST] += !met->event;
	seen[LATE] += met->event >= 20;
	seen[WAITS_FOR_TABLE] += met->waited_for == LOCK_PAGE_TABLE;
	seen[WAITS_FOR_SPLIT] += met->waited_for == LOCK_SPLIT;
	seen[FAILS_INSIDE] += op->fail_alloc > 0;
	seen[FAILS_OUTSIDE] += op[-1].fail_alloc > 0;
}

static void count(const struct player *p, uint32_t i)
{
	const struct how_met *met = &p->met[i];
	if (met->how == MET_DURING) {
		count_met(p, i);
	} else if (met->how == MET_AFTER) {
		seen[AFTER_IT] += met->apart == APART_NO_EVENT;
		seen[SAME_PAGES] += met->apart == APART_SAME_PAGES;
	}
}

static void pairs_meet(void **state)
{
	(void)state;
	struct player *p = player_create();
	struct verdict verdict;
	for (uint64_t i = 0; i < SCENARIOS; i++) {
		struct rng rng = { i };
		if (i % 4 == 0)
			generate(&scenario, PROFILE_INTERRUPTED, &rng, MAX_PAGES);
		else
			mutate(&scenario, PROFILE_INTERRUPTED, &rng, MAX_PAGES);
		player_prepare(p, &scenario);
		assert_true(player_run(p, &scenario, mapper_list()->under_test, scenario.ops,
				       &verdict));
		for (uint32_t op = 0; op < scenario.ops; op++)
			count(p, op);
	}
	player_destroy(p);
	for (unsigned i = 0; i < STATES; i++)
		print_message("%6u  %s\n", seen[i], names[i]);
	for (unsigned i = 0; i < STATES; i++)
		if (seen[i] < OFTEN)
			fail_msg("met %u times: %s", seen[i], names[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(pairs_meet) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
