// SPDX-License-Identifier: GPL-2.0-only
/*
 * Generated pairs of calls meet: a fixed seed makes scenarios, and each kind of
 * call is met by each of several, at early and late events, with locks that are held.
 */
#include <string.h>

#include "fuzz/exhaustive/families.h"
#include "fuzz/generate.h"
#include "fuzz/mutate.h"
#include "fuzz/player.h"
#include "mapper/test/cmocka_all.h"

#define SCENARIOS 6000
#define MAX_PAGES 4096
#define OFTEN 5   /* times that something is met, at least */
#define STRIDE 97 /* of the numbers of a family: a prime, so that all digits are met */

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
static unsigned seen_kind[CALL_KINDS]; /* while or in which another one runs */

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
	seen_kind[op->call.kind]++;
	seen_kind[op[-1].call.kind]++;
}

static void count(const struct player *p, uint32_t i)
{
	const struct how_met *met = &p->met[i];
	if (!scenario.op[i].during.stated)
		return; /* a reader meets a call alone */
	if (met->how == MET_DURING) {
		count_met(p, i);
	} else if (met->how == MET_AFTER) {
		seen[AFTER_IT] += met->apart == APART_NO_EVENT;
		seen[SAME_PAGES] += met->apart == APART_SAME_PAGES;
	}
}

/* Every call of which the table says that it may. */
static void each_call_that_meets_was_met(unsigned often)
{
	for (int kind = 0; kind < CALL_KINDS; kind++) {
		const struct call_traits *traits = call_traits((enum call_kind)kind);
		if (!traits->meets)
			continue;
		print_message("%6u  %s\n", seen_kind[kind], traits->name);
		if (seen_kind[kind] < often)
			fail_msg("met %u times: %s", seen_kind[kind], traits->name);
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
	each_call_that_meets_was_met(OFTEN);
}

static const struct family *find_family(const char *name)
{
	const struct family *f = families;
	while (f->name && strcmp(f->name, name) != 0)
		f++;
	assert_non_null(f->name);
	return f;
}

/* What the families of pairs, and of readers, enumerate. */
static void families_have_each_call_that_meets(void **state)
{
	static const char *const of_calls[] = { "meet", "meet_granules", "read" };
	(void)state;
	for (unsigned i = 0; i < sizeof(of_calls) / sizeof(of_calls[0]); i++) {
		const struct family *f = find_family(of_calls[i]);
		memset(seen_kind, 0, sizeof(seen_kind));
		for (uint64_t number = 0; number < family_size(f, 1); number += STRIDE) {
			if (!family_case(f, 1, number, &scenario))
				continue;
			const struct op *last = &scenario.op[scenario.ops - 1];
			assert_true(last->during.stated || last->read.stated);
			seen_kind[last->call.kind]++;
		}
		each_call_that_meets_was_met(1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pairs_meet),
		cmocka_unit_test(families_have_each_call_that_meets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
