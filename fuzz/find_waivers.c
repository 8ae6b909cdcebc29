// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/find_waivers.h"

#include <stdio.h>
#include <string.h>

#include "fuzz/apart.h"
#include "fuzz/measure.h"
#include "fuzz/scenario_text.h"

#define FOUND 42      /* exit code of the process in which a tree breaks a waiver's rule */
#define TIME_LIMIT 10 /* seconds of the processor that the scenario of a waiver may take */

/*
 * What was measured of the tree, and nothing left unjudged. Where it is not
 * understood what a tree does, it may seem to have a behaviour that it has not:
 * then calls are not made that it could make, which is better than the reverse.
 */
static const struct tree_knobs *judge_all(unsigned page_shift)
{
	static struct tree_knobs all;
	const struct measured *m = measured_of(page_shift);
	all = m ? m->setting.knobs : (struct tree_knobs){ 0 };
	for (enum call_kind kind = 0; kind < CALL_KINDS; kind++)
		all.call[kind].unjudged = 0;
	return &all;
}

static struct scenario scenario; /* too large for a stack */

/*
 * Reads a waiver's scenario, and has the tree measured that it is fitted to;
 * here, since a process of its own is silent, and forgets what it measured.
 */
static void read_scenario(const struct waiver *waiver)
{
	struct text_error error;
	if (scenario_parse(waiver->scenario, strlen(waiver->scenario), &scenario, &error)) {
		mapper_fit_policy(&scenario);
		return;
	}
	fprintf(stderr, "vmapdiff: the scenario of %s: %u:%u: %s\n", waiver->name, error.line,
		error.column, error.message);
	apart_give_up();
}

/* Whether the tree breaks the waiver's rule in its scenario, where what would hide that is waived. */
static bool has_behaviour(struct player *player, const struct waiver *waiver)
{
	struct verdict verdict;
	if (!mapper_has_machine(mapper_tested(), &scenario.machine))
		return false;
	player->tree_waivers &= waiver->after;
	player->probed = judge_all(scenario.machine.page_shift);
	player_prepare(player, &scenario);
	player_run(player, &scenario, mapper_list()->under_test, scenario.ops, &verdict);
	return verdict.rule == waiver->rule[0];
}

struct search {
	struct player *player;
	const struct waiver *waiver;
};

static int search_apart(void *context)
{
	const struct search *search = context;
	return has_behaviour(search->player, search->waiver) ? FOUND : 0;
}

/* The same in a process of its own: a crash is for the scenario that is to be played, not for this one. */
static bool has_behaviour_apart(struct player *player, const struct waiver *waiver)
{
	struct search search = { player, waiver };
	read_scenario(waiver);
	int how = run_apart(search_apart, &search, TIME_LIMIT);
	return how == FOUND || (waiver->crashes && how);
}

/* Searches the tree for waiver `id`, and before that for those that would hide it. */
static void find_waiver(struct player *player, enum waiver_id id, uint32_t *searched)
{
	if (*searched & WAIVER(id))
		return;
	*searched |= WAIVER(id);
	for (int before = 0; before < WAIVERS; before++)
		if (waiver_list[id].after & WAIVER(before))
			find_waiver(player, (enum waiver_id)before, searched);
	if (has_behaviour_apart(player, &waiver_list[id]))
		player->tree_waivers |= WAIVER(id);
}

void find_waivers(struct player *player)
{
	uint32_t searched = 0;
	if (!mapper_tested()->tree)
		return;
	for (int id = 0; id < WAIVERS; id++)
		find_waiver(player, (enum waiver_id)id, &searched);
}
