// SPDX-License-Identifier: GPL-2.0-only
/* replay: plays scenarios and holds each against what it expects. */
#include <inttypes.h>
#include <stdio.h>

#include "fuzz/crash.h"
#include "fuzz/known.h"
#include "regress/vmapdiff.h"

struct tally {
	struct player *player;
	unsigned as_expected, broken, unusable;
};

static struct scenario scenario;

static void complain(const struct player *p, const char *path, const struct verdict *verdict)
{
	const struct expectation *expect = &scenario.expect;
	if (verdict->rule == RULE_NONE) {
		printf("%s: holds, but was expected to fail %s.%s\n", path,
		       rule_text(expect->rule)->property, rule_text(expect->rule)->name);
		return;
	}
	printf("%s:\n", path);
	verdict_print(verdict, stdout);
	if (p->complaint[0])
		printf("  kernel    %s\n", p->complaint);
	printf("  next      ./rig show %s\n\n", path);
}

static bool replay_file(const char *path, void *context)
{
	struct tally *tally = context;
	struct verdict verdict;
	if (!load_scenario(path, &scenario)) {
		tally->unusable++;
		return true;
	}
	player_play_all(tally->player, &scenario, &verdict); /* a replay samples nothing */
	if (verdict.rule == scenario.expect.rule) {
		tally->as_expected++;
		return true;
	}
	complain(tally->player, path, &verdict);
	tally->broken++;
	return true;
}

/* What the kernel that is played is known to do wrong, and what of the scenarios was not played. */
static void print_known(const struct player *p)
{
#ifdef VMAPDIFF_KERNEL
	printf("known to be wrong:");
	for (int i = 0; i < KNOWN_FAULTS; i++)
		if (p->known & KNOWN(i))
			printf(" %s", known_faults[i].name);
	printf("%s\n", p->known ? "" : " nothing");
	printf("%" PRIu64 " calls were not made that the kernel's callers never make\n",
	       p->declined_calls);
#else
	(void)p;
#endif
}

int command_replay(int argc, char **argv)
{
	struct arguments a;
	struct tally tally = { 0 };
	if (!read_arguments("replay", argc, argv, &a))
		return EXIT_UNUSABLE;
	tally.player = need_player();
	crash_report_for(tally.player);
	for (int i = 0; i < a.files; i++)
		if (!for_each_file(a.file[i], replay_file, &tally))
			tally.unusable++;
	print_known(tally.player);
	player_destroy(tally.player);

	if (tally.broken > 1)
		printf("next: ./rig triage with the same arguments groups them and minimizes one "
		       "of each "
		       "kind\n");
	printf("%u scenarios: %u as expected, %u not, %u unusable\n",
	       tally.as_expected + tally.broken + tally.unusable, tally.as_expected, tally.broken,
	       tally.unusable);
	if (tally.unusable)
		return EXIT_UNUSABLE;
	return tally.broken ? EXIT_RULE_BROKEN : EXIT_AS_EXPECTED;
}

int command_rules(int argc, char **argv)
{
	(void)argv;
	if (argc) {
		fprintf(stderr, "vmapdiff rules: takes no arguments\n");
		return EXIT_UNUSABLE;
	}
	for (int rule = RULE_NONE + 1; rule < RULE_COUNT; rule++) {
		const struct rule_text *text = rule_text((enum rule)rule);
		printf("%s.%s\n    %s\n    %s\n", text->property, text->name, text->sentence,
		       text->source);
	}
	return EXIT_AS_EXPECTED;
}
