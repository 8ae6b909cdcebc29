// SPDX-License-Identifier: GPL-2.0-only
/*
 * soak: plays scenarios made from a seed alone, of all themes, and digests
 * every verdict and count. The digest is the same on any machine, with any
 * compiler and any number of processes.
 */
#include <inttypes.h>
#include <stdio.h>

#include "fuzz/generate.h"
#include "fuzz/mutate.h"
#include "regress/tool/digest.h"
#include "regress/tool/search.h"
#include "regress/tool/vmapdiff.h"

#define CHUNK 4096 /* executions */
#define MAX_PAGES 25600
#define MUTATIONS 3 /* of each new scenario, played one after the other */

struct soak {
	uint64_t seed, executions, pages, digest;
	struct search search;
	struct statistics all; /* of the mapper under test, by all processes */
};

static struct scenario scenario;

static void begin(void *context)
{
	search_begin(&((struct soak *)context)->search);
}

/* Makes *s scenario `number` of its chunk, from the one before or from nothing. */
static void next_scenario(struct scenario *s, uint64_t number, uint64_t pages, struct rng *rng)
{
	enum profile_id theme = (enum profile_id)(number / (MUTATIONS + 1) % PROFILES);
	if (number % (MUTATIONS + 1))
		mutate(s, theme, rng, pages);
	else
		generate(s, theme, rng, pages);
}

static void play_chunk(void *context, uint64_t chunk, struct chunk_result *result)
{
	struct soak *soak = context;
	struct verdict verdict;
	uint64_t left = soak->executions - chunk * CHUNK;
	struct rng rng = { soak->seed };
	rng.state = rng_next(&rng) + chunk;
	rng.state = rng_next(&rng);
	const struct statistics *statistics = player_statistics(soak->search.player);
	uint64_t calls_before = statistics->calls;
	for (uint64_t i = 0; i < CHUNK && i < left; i++) {
		next_scenario(&scenario, i, soak->pages, &rng);
		bool held = player_play(soak->search.player, &scenario, &verdict);
		digest_player(&result->digest, soak->search.player, &verdict);
		result->cases++;
		if (!held && result->finding == NO_FINDING)
			result->finding = chunk * CHUNK + i;
	}
	result->calls = statistics->calls - calls_before;
	result->rules = statistics->examined.rules; /* and those of earlier chunks: all are taken */
}

/* A sum, so that the order in which chunks come does not matter. */
static void take(void *context, const struct chunk_result *result)
{
	struct soak *soak = context;
	uint64_t digest = result->digest;
	digest_word(&digest, result->chunk);
	soak->digest += digest;
	soak->all.scenarios += result->cases;
	soak->all.calls += result->calls;
	soak->all.examined.rules |= result->rules;
	search_take(&soak->search, result);
}

/* Plays the chunk of the finding again up to it, and shows it. */
static int report(const struct soak *soak, const char *output)
{
	char where[128];
	struct soak part = *soak;
	struct chunk_result result = { .finding = NO_FINDING };
	part.executions = soak->search.finding + 1;
	begin(&part);
	play_chunk(&part, soak->search.finding / CHUNK, &result);
	player_destroy(part.search.player);
	snprintf(where, sizeof(where), "execution %" PRIu64 " of seed %" PRIu64,
		 soak->search.finding, soak->seed);
	return search_report(&part.search, &scenario, where, output);
}

int command_soak(int argc, char **argv)
{
	struct arguments a = { .seed = 1, .executions = UINT64_C(1) << 20, .pages = MAX_PAGES };
	if (!read_options("soak", argc, argv, &a))
		return EXIT_UNUSABLE;
	if (a.files) {
		fprintf(stderr, "vmapdiff soak: takes no files; scenarios come from --seed N\n");
		return EXIT_UNUSABLE;
	}
	if (a.pages > MAX_PAGES) {
		fprintf(stderr, "vmapdiff soak: --pages is at most %d\n", MAX_PAGES);
		return EXIT_UNUSABLE;
	}
	struct soak soak = { .seed = a.seed,
			     .executions = a.executions,
			     .pages = a.pages,
			     .search.finding = NO_FINDING };
	struct work work = { .what = "soak",
			     .chunks = (a.executions + CHUNK - 1) / CHUNK,
			     .workers = (unsigned)a.jobs,
			     .begin = begin,
			     .play = play_chunk,
			     .take = take,
			     .context = &soak };
	if (!workers_run(&work)) {
		printf("soak: a worker process crashed: see above\n");
		return EXIT_RULE_BROKEN;
	}
	if (soak.search.finding != NO_FINDING)
		return report(&soak, a.output);
	printf("seed %" PRIu64 ": %" PRIu64 " executions, no finding, digest %016" PRIx64 "\n",
	       soak.seed, soak.search.cases, soak.digest);
	statistics_print("soak", &soak.all, stdout);
	return EXIT_AS_EXPECTED;
}
