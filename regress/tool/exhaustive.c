// SPDX-License-Identifier: GPL-2.0-only
/* exhaustive: plays every scenario of some kind up to a bound. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fuzz/exhaustive/families.h"
#include "fuzz/nearest.h"
#include "regress/tool/search.h"
#include "regress/tool/vmapdiff.h"

#define CHUNK 8192 /* numbers */

struct enumeration {
	const struct family *family;
	unsigned runs;
	uint64_t numbers;
	uint64_t sample; /* one in so many is played */
	struct search search;
};

static struct scenario scenario;

/*
 * Whether a number is in the sample. The digits of a number choose alignments
 * and lengths, so that a stride would leave some of them out: a hash does not
 * (the finalizer of MurmurHash3, Appleby 2011).
 */
static bool in_sample(const struct enumeration *e, uint64_t number)
{
	number ^= number >> 33;
	number *= 0xff51afd7ed558ccdULL;
	number ^= number >> 33;
	number *= 0xc4ceb9fe1a85ec53ULL;
	number ^= number >> 33;
	return number % e->sample == 0;
}

static void begin(void *context)
{
	search_begin(&((struct enumeration *)context)->search);
}

static void play_chunk(void *context, uint64_t chunk, struct chunk_result *result)
{
	struct enumeration *e = context;
	struct verdict verdict;
	const struct statistics *statistics = player_statistics(e->search.player);
	const uint64_t met_before = statistics->met;
	uint64_t end = (chunk + 1) * CHUNK < e->numbers ? (chunk + 1) * CHUNK : e->numbers;
	for (uint64_t number = chunk * CHUNK; number < end; number++) {
		if (!in_sample(e, number) || !family_case(e->family, e->runs, number, &scenario))
			continue;
		result->cases++;
		bool held = player_play(e->search.player, &scenario, &verdict);
		result->met = statistics->met - met_before;
		if (held)
			continue;
		result->finding = number;
		return;
	}
}

static void take(void *context, const struct chunk_result *result)
{
	search_take(&((struct enumeration *)context)->search, result);
}

static int report(struct enumeration *e, const char *output)
{
	char where[128];
	snprintf(where, sizeof(where), "case %" PRIu64 " of %" PRIu64 " of the family %s",
		 e->search.finding, e->numbers, e->family->name);
	family_case(e->family, e->runs, e->search.finding, &scenario);
	return search_report(&e->search, &scenario, where, output);
}

static int run_family(const struct family *family, const struct arguments *a, uint64_t *cases)
{
	struct enumeration e = { .family = family,
				 .runs = (unsigned)a->runs,
				 .sample = a->sample,
				 .search.finding = NO_FINDING };
	e.numbers = family_size(family, e.runs);
	struct work work = { .what = family->name,
			     .chunks = (e.numbers + CHUNK - 1) / CHUNK,
			     .workers = (unsigned)a->jobs,
			     .begin = begin,
			     .play = play_chunk,
			     .take = take,
			     .context = &e };
	if (!workers_run(&work)) {
		printf("%-11s a worker process crashed: see above\n", family->name);
		return EXIT_RULE_BROKEN;
	}
	*cases += e.search.cases;
	if (e.search.finding == NO_FINDING) {
		printf("%-11s %10" PRIu64 " cases hold%s: %s\n", family->name, e.search.cases,
		       e.sample > 1 ? " (a sample)" : "", family->proves);
		if (e.search.met)
			printf("%-11s %10" PRIu64 " calls were made while another ran\n", "",
			       e.search.met);
		fflush(stdout);
		return EXIT_AS_EXPECTED;
	}
	return report(&e, a->output);
}

static const struct family *find_family(const char *name)
{
	char hint[NEAREST_HINT_SIZE];
	struct nearest meant = nearest_to(name, strlen(name));
	for (const struct family *f = families; f->name; f++) {
		if (!strcmp(f->name, name))
			return f;
		nearest_try(&meant, f->name);
	}
	fprintf(stderr, "vmapdiff exhaustive: '%s' is not a family%s%s the families are:", name,
		nearest_hint(&meant, hint), meant.word ? "" : ";");
	for (const struct family *f = families; f->name; f++)
		fprintf(stderr, " %s", f->name);
	fprintf(stderr, "\n");
	return NULL;
}

int command_exhaustive(int argc, char **argv)
{
	struct arguments a = { .runs = 2, .sample = 1 };
	uint64_t cases = 0;
	if (!read_options("exhaustive", argc, argv, &a))
		return EXIT_UNUSABLE;
	if (a.runs > FAMILY_MAX_RUNS) {
		fprintf(stderr, "vmapdiff exhaustive: --runs is 1 to %d\n", FAMILY_MAX_RUNS);
		return EXIT_UNUSABLE;
	}
	for (int i = 0; i < a.files; i++)
		if (!find_family(a.file[i]))
			return EXIT_UNUSABLE;
	printf("tables of 8 entries, groups of 2; page arrays of up to %" PRIu64
	       " runs and 17 pages, each run at every alignment\n",
	       a.runs);
	int worst = EXIT_AS_EXPECTED;
	for (int i = 0; i < a.files && worst == EXIT_AS_EXPECTED; i++)
		worst = run_family(find_family(a.file[i]), &a, &cases);
	for (const struct family *f = families; !a.files && f->name && !worst; f++)
		worst = run_family(f, &a, &cases);
	if (worst == EXIT_AS_EXPECTED && a.sample > 1)
		printf("%" PRIu64 " cases, 1 in %" PRIu64 " of all, no finding\n", cases, a.sample);
	else if (worst == EXIT_AS_EXPECTED)
		printf("%" PRIu64 " cases, no finding: within this bound, no rule of "
		       "./rig rules is broken\n",
		       cases);
	return worst;
}
