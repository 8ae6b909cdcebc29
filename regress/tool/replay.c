// SPDX-License-Identifier: GPL-2.0-only
/* replay: plays scenarios and holds each against what it expects. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz/crash.h"
#include "regress/tool/ahead.h"
#include "regress/tool/colour.h"
#include "regress/tool/explain.h"
#include "regress/tool/ktap.h"
#include "regress/tool/measured.h"
#include "regress/tool/output.h"
#include "regress/tool/sarif.h"
#include "regress/tool/vmapdiff.h"

struct tally {
	struct player *player;
	unsigned told; /* files */
	unsigned as_expected, broken, unusable;
	bool ktap;
	struct sarif *sarif; /* NULL: no such report */
};

static struct scenario scenario;

static void complain(const struct player *p, const char *path, const struct verdict *verdict,
		     FILE *to)
{
	const struct expectation *expect = &scenario.expect;
	if (verdict->rule == RULE_NONE) {
		fprintf(to, "%s: holds, but was expected to fail %s.%s\n", path,
			rule_text(expect->rule)->property, rule_text(expect->rule)->name);
		return;
	}
	fprintf(to, "%s:\n", path);
	verdict_print(verdict, to);
	if (p->warning[0])
		fprintf(to, "  kernel    %s\n", p->warning);
	fprintf(to, "  next      ");
	print_next(to, "show", path);
	fprintf(to, "\n");
}

/* Tells what became of one file, in the form that was asked for. Without a verdict it was unusable, or passed. */
static void tell(struct tally *t, const char *path, bool passed, const struct verdict *verdict)
{
	char *words = NULL;
	size_t size;
	FILE *memory = open_memstream(&words, &size);
	if (!memory)
		abort();
	if (!passed && verdict)
		complain(t->player, path, verdict, memory);
	else if (!passed)
		fprintf(memory, "unusable: standard error says where it is wrong\n");
	fclose(memory);
	t->told++;
	if (t->ktap)
		ktap_test(stdout, t->told, passed, path, words);
	else if (verdict)
		colour_print(words, stdout);
	free(words);
	if (passed || !verdict || !t->sarif || verdict->rule == RULE_NONE)
		return;
	struct sarif_place where = { input_is_stdin(path) ? "stdin" : path,
				     loaded_line_of_op(verdict->op) };
	sarif_result(t->sarif, verdict, &where, t->player->warning,
		     explain_stored(t->player, mapper_index(verdict->mapper), verdict));
}

/* Plays a file; false, after a message, if it is unusable. A replay samples nothing. */
static bool play(struct player *p, const char *path, struct verdict *verdict)
{
	if (!load_scenario(path, &scenario))
		return false;
	player_play_all(p, &scenario, verdict);
	return was_set_up(p, path);
}

/* For ahead.h. */
static bool is_as_expected(struct player *p, const char *path)
{
	struct verdict verdict;
	return play(p, path, &verdict) && verdict.rule == scenario.expect.rule;
}

static void replay_file(struct tally *tally, const char *path)
{
	struct verdict verdict;
	if (!play(tally->player, path, &verdict)) {
		tell(tally, path, false, NULL);
		tally->unusable++;
		return;
	}
	bool passed = verdict.rule == scenario.expect.rule;
	tell(tally, path, passed, &verdict);
	tally->as_expected += passed;
	tally->broken += !passed;
}

/* What is waived of the tree that is played, and what of the scenarios was not played. */
static void print_waivers(const struct player *p)
{
	if (!mapper_tested()->tree)
		return;
	printf("waived:");
	for (int id = 0; id < WAIVERS; id++)
		if (p->tree_waivers & WAIVER(id))
			printf(" %s", waiver_list[id].name);
	printf("%s\n", p->tree_waivers ? "" : " nothing");
	measured_print_unjudged(stdout);
	statistics_print_calls(player_statistics(p), stdout);
	if (player_statistics(p)->unsupported)
		printf("%" PRIu64 " scenarios were not played: the tree is not built for their "
		       "machine\n",
		       player_statistics(p)->unsupported);
}

/* The last words of a replay. */
static void sum_up(const struct tally *t)
{
	if (t->ktap) {
		ktap_end(stdout, t->as_expected, t->broken, t->unusable);
		return;
	}
	print_waivers(t->player);
	if (t->as_expected + t->broken > 1)
		statistics_print("replay", player_statistics(t->player), stdout);
	if (t->broken > 1)
		printf("next: %s triage, with the same arguments, groups them and minimizes one "
		       "of each kind\n",
		       again());
	printf("%u scenarios: %u as expected, %u not, %u unusable\n",
	       t->as_expected + t->broken + t->unusable, t->as_expected, t->broken, t->unusable);
}

/* Plays all that the arguments name. */
static void replay_all(struct tally *t, const struct arguments *a)
{
	struct path_list files = { 0 };
	t->unusable += path_list_fill(&files, a, 0, "replay");
	if (t->ktap)
		ktap_begin(stdout, files.count);
	struct ahead *ahead = ahead_begin(t->player, &files, a->jobs, is_as_expected);
	for (unsigned i = 0; i < files.count; i++)
		if (!ahead_passed(ahead, i)) {
			replay_file(t, files.path[i]);
		} else {
			output_keep_path(files.path[i]); /* as whoever loads it does */
			tell(t, files.path[i], true, NULL);
			t->as_expected++;
		}
	ahead_end(ahead);
	path_list_free(&files);
}

int command_replay(int argc, char **argv)
{
	struct arguments a;
	struct sarif sarif;
	if (!read_arguments("replay", argc, argv, &a))
		return EXIT_UNUSABLE;
	if (a.sarif && !sarif_begin(&sarif, a.sarif))
		return EXIT_UNUSABLE;
	struct tally tally = { .player = need_player(),
			       .ktap = a.ktap,
			       .sarif = a.sarif ? &sarif : NULL };
	crash_report_for(tally.player);
	replay_all(&tally, &a);
	sum_up(&tally);
	player_destroy(tally.player);
	if ((a.sarif && !sarif_end(&sarif)) || tally.unusable)
		return EXIT_UNUSABLE;
	if (!tally.as_expected && !tally.broken) {
		fprintf(stderr, "vmapdiff replay: no scenario is there, and nothing was played\n");
		return EXIT_UNUSABLE;
	}
	return tally.broken ? EXIT_RULE_BROKEN : EXIT_AS_EXPECTED;
}
