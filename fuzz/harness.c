// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/harness.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz/adapt.h"
#include "fuzz/apart.h"
#include "fuzz/crash.h"
#include "fuzz/mutate.h"
#include "fuzz/player.h"
#include "fuzz/scenario_bytes.h"
#include "fuzz/scenario_text.h"
#include "fuzz/statistics_file.h"
#include "fuzz/waive.h"
#include "fuzz/weights.h"

/* Scenarios are large, so they live here and not on the stack. */
static struct player *player;
static bool started;
static uint64_t executions; /* inputs, those too that are no scenario */
static struct scenario scenario, other;

/* The environment variable that bounds pages a scenario, to measure throughput by size. */
static uint64_t max_pages(void)
{
	static uint64_t pages;
	if (!pages) {
		const char *text = getenv("VMAPDIFF_MAX_PAGES");
		pages = text ? strtoull(text, NULL, 0) : 0;
		if (!pages || pages > HARNESS_MAX_PAGES)
			pages = HARNESS_MAX_PAGES;
	}
	return pages;
}

static void record(bool complete)
{
	uint64_t crosschecked = 0;
	for (unsigned i = 0; i < mapper_list()->count; i++)
		crosschecked += i == mapper_list()->under_test ? 0 : player->statistics[i].calls;
	const struct statistics_record now = {
		.mapper = mapper_tested()->name,
		.complete = complete,
		.executions = executions,
		.crosschecked = crosschecked,
		.statistics = player_statistics(player),
	};
	statistics_file_write(&now);
}

static void record_the_last(void)
{
	record(true);
}

/* At the end of the process, when the engine has had its say. */
static void tell(void)
{
	if (statistics_file_is_open())
		record_the_last();
	else
		statistics_print_pages(program_invocation_short_name, player_statistics(player),
				       stderr);
}

static void need_player(void)
{
	if (!player)
		player = player_create();
	if (player)
		return;
	fprintf(stderr, "vmapdiff: no memory for the simulated machines\n");
	apart_give_up();
}

static void start(void)
{
	started = true;
	need_player();
	if (!waive_by_environment(&player->waivers) ||
	    !judge_by_environment(&player->tree_waivers) || !statistics_file_open())
		apart_give_up();
	crash_report_for(player);
	crash_call(record_the_last);
	atexit(tell);
}

/* The finding, as it can be pasted into a mail; then the end of this process. */
static void report(const struct verdict *verdict)
{
	fprintf(stderr, "\n");
	verdict_print(verdict, stderr);
	if (player->warning[0])
		fprintf(stderr, "  kernel    %s\n", player->warning);
	fprintf(stderr, "  after     %" PRIu64 " executions\n\n", player->executions);
	scenario_print(&scenario, stderr);
	fprintf(stderr, "\n");
	record_the_last();
	abort();
}

static int run(const uint8_t *data, size_t size, typeof(player_play) *play)
{
	struct verdict verdict;
	if (!started)
		start();
	if (executions++ % STATISTICS_EVERY == 0)
		record(false);
	if (!scenario_decode(data, size, &scenario))
		return -1;
	mapper_fit_policy(&scenario);
	if (!play(player, &scenario, &verdict) && verdict.rule != scenario.expect.rule)
		report(&verdict);
	return 0;
}

int harness_run(const uint8_t *data, size_t size)
{
	return run(data, size, player_play);
}

int harness_run_all(const uint8_t *data, size_t size)
{
	return run(data, size, player_play_all);
}

/* What a tree's callers do is done in new scenarios: the input is what is played, here and later. */
static void fit_tree(void)
{
	if (!mapper_tested()->tree)
		return;
	need_player();
	mapper_fit_policy(&scenario);
	adapt(player, &scenario);
}

/*
 * The profile of a new scenario. Some sequences are of areas next to each
 * other, but not for a tree: the kernel maps nothing on a guard page.
 */
static enum profile_id new_profile(enum profile_id id, struct rng *rng)
{
	if (id != PROFILE_SEQUENCE || mapper_tested()->tree)
		return id;
	return rng_chance(rng, weights.neighbours) ? PROFILE_NEIGHBOURS : id;
}

size_t harness_mutate(enum profile_id id, uint8_t *data, size_t size, size_t max_size,
		      unsigned seed)
{
	struct rng rng = { seed };
	if (!scenario_decode(data, size, &scenario) || rng_chance(&rng, 10))
		generate(&scenario, new_profile(id, &rng), &rng, max_pages());
	else
		mutate(&scenario, id, &rng, max_pages());
	fit_tree();
	size_t encoded = scenario_encode(&scenario, data, max_size);
	return encoded ? encoded : size;
}

size_t harness_cross_over(enum profile_id id, const uint8_t *a, size_t a_size, const uint8_t *b,
			  size_t b_size, uint8_t *out, size_t max_size, unsigned seed)
{
	struct rng rng = { seed };
	if (!scenario_decode(a, a_size, &scenario) || !scenario_decode(b, b_size, &other))
		return 0;
	cross_over(&scenario, &other, id, &rng, max_pages());
	fit_tree();
	return scenario_encode(&scenario, out, max_size);
}
