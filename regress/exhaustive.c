// SPDX-License-Identifier: GPL-2.0-only
/* exhaustive: plays every scenario of some kind up to a bound. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fuzz/exhaustive/families.h"
#include "regress/hunt.h"
#include "regress/vmapdiff.h"

#define CHUNK 8192 /* numbers */

struct search {
	const struct family *family;
	unsigned runs;
	uint64_t numbers;
	struct hunt hunt;
};

static struct scenario scenario;

static void begin(void *context)
{
	hunt_begin(&((struct search *)context)->hunt);
}

static void play_chunk(void *context, uint64_t chunk, struct chunk_result *result)
{
	struct search *search = context;
	struct verdict verdict;
	uint64_t end =
		(chunk + 1) * CHUNK < search->numbers ? (chunk + 1) * CHUNK : search->numbers;
	for (uint64_t number = chunk * CHUNK; number < end; number++) {
		if (!family_case(search->family, search->runs, number, &scenario))
			continue;
		result->cases++;
		if (player_play(search->hunt.player, &scenario, &verdict))
			continue;
		result->finding = number;
		return;
	}
}

static void take(void *context, const struct chunk_result *result)
{
	hunt_take(&((struct search *)context)->hunt, result);
}

static int report(struct search *search, const char *output)
{
	char where[128];
	snprintf(where, sizeof(where), "case %" PRIu64 " of %" PRIu64 " of the family %s",
		 search->hunt.finding, search->numbers, search->family->name);
	family_case(search->family, search->runs, search->hunt.finding, &scenario);
	return hunt_report(&search->hunt, &scenario, where, output);
}

static int run_family(const struct family *family, const struct arguments *a, uint64_t *cases)
{
	struct search search = { .family = family,
				 .runs = (unsigned)a->runs,
				 .hunt.finding = NO_FINDING };
	search.numbers = family_size(family, search.runs);
	struct work work = { .what = family->name,
			     .chunks = (search.numbers + CHUNK - 1) / CHUNK,
			     .workers = (unsigned)a->jobs,
			     .begin = begin,
			     .play = play_chunk,
			     .take = take,
			     .context = &search };
	if (!workers_run(&work)) {
		printf("%-11s a worker died: see above\n", family->name);
		return EXIT_RULE_BROKEN;
	}
	*cases += search.hunt.cases;
	if (search.hunt.finding == NO_FINDING) {
		printf("%-11s %10" PRIu64 " cases hold: %s\n", family->name, search.hunt.cases,
		       family->proves);
		fflush(stdout);
		return EXIT_AS_EXPECTED;
	}
	return report(&search, a->output);
}

static const struct family *find_family(const char *name)
{
	for (const struct family *f = families; f->name; f++)
		if (!strcmp(f->name, name))
			return f;
	fprintf(stderr, "vmapdiff exhaustive: '%s' is no family; there are:", name);
	for (const struct family *f = families; f->name; f++)
		fprintf(stderr, " %s", f->name);
	fprintf(stderr, "\n");
	return NULL;
}

int command_exhaustive(int argc, char **argv)
{
	struct arguments a = { .runs = 2 };
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
	if (worst == EXIT_AS_EXPECTED)
		printf("%" PRIu64 " cases, no finding: within this bound nothing of what "
		       "./rig rules lists is broken\n",
		       cases);
	return worst;
}
