// SPDX-License-Identifier: GPL-2.0-only
/*
 * soak: plays scenarios made from a seed alone, of all profiles, and digests
 * every verdict and count. The digest is the same on any machine, with any
 * compiler and any number of processes. Those of the parts of a long run add
 * up to that of the whole.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz/generate.h"
#include "fuzz/mutate.h"
#include "regress/tool/digest.h"
#include "regress/tool/search.h"
#include "regress/tool/vmapdiff.h"

#define CHUNK 4096 /* executions */
#define MAX_PAGES 25600
#define MAX_EXECUTIONS (UINT64_C(1) << 40)
#define MUTATIONS 3 /* of each new scenario, played one after the other */

struct soak {
	uint64_t seed, from, executions, pages, digest;
	enum profile_id profile; /* ALL_PROFILES: those of targets in turn */
	uint8_t *done;           /* which of its chunks are */
	uint64_t all_done;       /* so many, and none before them is missing */
	struct search search;
	struct statistics all; /* of the mapper under test, by all processes */
};

static struct scenario scenario;

static void begin(void *context)
{
	search_begin(&((struct soak *)context)->search);
}

/* Makes *s scenario `number` of its chunk, from the one before or from nothing. */
static void next_scenario(const struct soak *soak, struct scenario *s, uint64_t number,
			  struct rng *rng)
{
	enum profile_id id = soak->profile;
	if (id == ALL_PROFILES)
		id = (enum profile_id)(number / (MUTATIONS + 1) % PROFILES);
	if (number % (MUTATIONS + 1))
		mutate(s, id, rng, soak->pages);
	else
		generate(s, id, rng, soak->pages);
}

static void play_chunk(void *context, uint64_t chunk, struct chunk_result *result)
{
	struct soak *soak = context;
	struct verdict verdict;
	uint64_t left = soak->executions - chunk * CHUNK;
	struct rng rng = { soak->seed };
	rng.state = rng_next(&rng) + soak->from / CHUNK + chunk;
	rng.state = rng_next(&rng);
	const struct statistics *statistics = player_statistics(soak->search.player);
	uint64_t calls_before = statistics->calls;
	for (uint64_t i = 0; i < CHUNK && i < left; i++) {
		next_scenario(soak, &scenario, i, &rng);
		bool held = player_play(soak->search.player, &scenario, &verdict);
		digest_player(&result->digest, soak->search.player, &verdict);
		result->cases++;
		if (!held && result->finding == NO_FINDING)
			result->finding = soak->from + chunk * CHUNK + i;
	}
	result->calls = statistics->calls - calls_before;
	result->rules = statistics->examined.rules; /* and those of earlier chunks: all are taken */
}

/* A sum, so that the order in which chunks come does not matter, and those of parts add up. */
static void take(void *context, const struct chunk_result *result)
{
	struct soak *soak = context;
	uint64_t digest = result->digest;
	digest_word(&digest, soak->from / CHUNK + result->chunk);
	soak->digest += digest;
	soak->all.scenarios += result->cases;
	soak->all.calls += result->calls;
	soak->all.examined.rules |= result->rules;
	search_take(&soak->search, result);
	soak->done[result->chunk] = 1;
	while (soak->done[soak->all_done])
		soak->all_done++;
}

/* Where a run that is ended now can be taken up. */
static void say_where(void *context, FILE *to)
{
	const struct soak *soak = context;
	fprintf(to, "; to resume: --from %" PRIu64, soak->from + soak->all_done * CHUNK);
}

/* Plays the chunk of the finding again up to it, and shows it. */
static int report(const struct soak *soak, const char *output)
{
	char where[128];
	struct soak part = *soak;
	struct chunk_result result = { .finding = NO_FINDING };
	part.executions = soak->search.finding + 1 - soak->from;
	begin(&part);
	play_chunk(&part, (soak->search.finding - soak->from) / CHUNK, &result);
	player_destroy(part.search.player);
	snprintf(where, sizeof(where), "execution %" PRIu64 " of seed %" PRIu64,
		 soak->search.finding, soak->seed);
	return search_report(&part.search, &scenario, where, output);
}

/* --- the command -------------------------------------------------------------------------- */

static bool refuse_number(const char *option, uint64_t number, const char *why)
{
	fprintf(stderr, "vmapdiff soak: %s %" PRIu64 ": %s\n", option, number, why);
	return false;
}

/* The profile that --profile names, or ALL_PROFILES. False after a message. */
static bool read_profile(const char *name, enum profile_id *id)
{
	*id = name ? profile_by_name(name) : ALL_PROFILES;
	if (!name || *id != ALL_PROFILES)
		return true;
	fprintf(stderr, "vmapdiff soak: --profile %s: the profiles are", name);
	for (enum profile_id each = 0; each < ALL_PROFILES; each++)
		fprintf(stderr, "%s %s", each ? "," : "", profile(each)->name);
	fputc('\n', stderr);
	return false;
}

static bool read_soak(int argc, char **argv, struct arguments *a, struct soak *soak)
{
	if (!read_options("soak", argc, argv, a) || !read_profile(a->profile, &soak->profile))
		return false;
	if (a->files) {
		fprintf(stderr, "vmapdiff soak: takes no files; scenarios come from --seed N\n");
		return false;
	}
	if (a->pages > MAX_PAGES)
		return refuse_number("--pages", a->pages, "at most 25600");
	if (a->from % CHUNK)
		return refuse_number("--from", a->from, "not a multiple of 4096");
	if (a->from > MAX_EXECUTIONS)
		return refuse_number("--from", a->from, "at most 2^40");
	if (a->executions > MAX_EXECUTIONS)
		return refuse_number("--executions", a->executions, "at most 2^40");
	return true;
}

static int play_all(struct soak *soak, const struct arguments *a)
{
	struct work work = { .what = "soak",
			     .chunks = (soak->executions + CHUNK - 1) / CHUNK,
			     .workers = (unsigned)a->jobs,
			     .begin = begin,
			     .play = play_chunk,
			     .take = take,
			     .progress = say_where,
			     .context = soak };
	soak->done = calloc(work.chunks + 1, 1); /* the last is never done */
	if (!soak->done) {
		fprintf(stderr, "vmapdiff soak: no memory\n");
		return EXIT_UNUSABLE;
	}
	bool complete = workers_run(&work);
	free(soak->done);
	if (!complete) {
		printf("soak: a worker process crashed: see above\n");
		return EXIT_RULE_BROKEN;
	}
	if (soak->search.finding != NO_FINDING)
		return report(soak, a->output);
	printf("seed %" PRIu64 ": %" PRIu64 " executions, no finding, digest %016" PRIx64 "\n",
	       soak->seed, soak->search.cases, soak->digest);
	statistics_print("soak", &soak->all, stdout);
	return EXIT_AS_EXPECTED;
}

int command_soak(int argc, char **argv)
{
	struct arguments a = { .seed = 1, .executions = UINT64_C(1) << 20, .pages = MAX_PAGES };
	struct soak soak = { .search.finding = NO_FINDING };
	if (!read_soak(argc, argv, &a, &soak))
		return EXIT_UNUSABLE;
	soak.seed = a.seed;
	soak.from = a.from;
	soak.executions = a.executions;
	soak.pages = a.pages;
	return play_all(&soak, &a);
}
