// SPDX-License-Identifier: GPL-2.0-only
/*
 * kernel: what is waived of a Linux tree's own code, and how it fares
 * in generated and checked-in scenarios, machine by machine; or how fast it
 * is beside `batched`.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "fuzz/adapt.h"
#include "fuzz/generate.h"
#include "fuzz/nearest.h"
#include "fuzz/sizes.h"
#include "regress/tool/kernel_test.h"
#include "regress/tool/measured.h"
#include "regress/tool/vmapdiff.h"

#define BENCH_SCENARIOS 8192

static struct scenario scenario;

/* --- what is waived ---------------------------------------------------------------- */

static void print_indented(const char *text, const char *indent)
{
	for (const char *end; *text; text = end + 1) {
		end = strchr(text, '\n');
		printf("%s%.*s\n", indent, (int)(end - text), text);
	}
}

static void print_waiver(const struct waiver *w, bool brief)
{
	const struct rule_text *rule = rule_text(w->rule[0]);
	printf("  %s (%s.%s)\n    %s\n", w->name, rule->property, rule->name, w->why);
	if (!brief)
		print_indented(w->scenario, "      | ");
}

/* What is measured of the tree; in `brief`, without settings that are understood, and without scenarios. */
static void print_tree(const struct player *p, bool brief)
{
	const struct mapper *tree = mapper_tested();
	printf("Linux %s, %s\n", tree->release, tree->tree);
	(brief ? measured_print_brief : measured_print)(stdout);
	if (tree->left_out)
		printf("LEFT OUT: %s\n", tree->left_out);
	printf(p->tree_waivers ? "waived, since the tree is found to do it:\n"
			       : "nothing is waived\n");
	for (int id = 0; id < WAIVERS; id++)
		if (p->tree_waivers & WAIVER(id))
			print_waiver(&waiver_list[id], brief);
	if (brief)
		printf("all settings, and a scenario of each known bug: %s known\n", again());
	fflush(stdout);
}

/* --- generated scenarios ------------------------------------------------------------- */

static void next_scenario(struct player *player, uint64_t number, struct rng *rng)
{
	generate(&scenario, (enum profile_id)(number % PROFILES), rng, KERNEL_MAX_PAGES);
	mapper_fit_policy(&scenario);
	adapt(player, &scenario);
}

static void print_tally(const struct kernel_tally *tally)
{
	struct kernel_tally all = { 0 };
	printf("%-24s %10s %10s\n", "machine", "scenarios", "calls");
	for (unsigned i = 0; i < LINUX_MACHINES; i++) {
		char name[40];
		const struct machine_config *config = &linux_machines[i];
		if (!tally[i].scenarios)
			continue;
		snprintf(name, sizeof(name), "%s va=%u pa=%u%s", granule_name(config->page_shift),
			 config->va_bits, config->pa_bits, config->lpa2 ? " lpa2" : "");
		printf("%-24s %10" PRIu64 " %10" PRIu64 "\n", name, tally[i].scenarios,
		       tally[i].calls);
		all.scenarios += tally[i].scenarios;
		all.calls += tally[i].calls;
	}
	printf("%-24s %10" PRIu64 " %10" PRIu64 "\n", "all", all.scenarios, all.calls);
}

static void print_generated(const struct kernel_played *played, const struct player *player)
{
	print_tally(played->tally);
	statistics_print_calls(player_statistics(player), stdout);
	statistics_print("kernel", player_statistics(player), stdout);
	printf("digest %016" PRIx64 ", the same on every host\n", played->digest);
}

/* --- how fast --------------------------------------------------------------------------- */

static double seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Each scenario on one mapper after the other, so that what slows the host slows all. */
static int bench(struct player *player)
{
	const struct mapper_list *list = mapper_list();
	unsigned batched = mapper_index("batched");
	struct rng rng = { 1 };
	struct verdict verdict;
	double spent[MAX_MAPPERS] = { 0 };
	for (uint64_t i = 0; i < BENCH_SCENARIOS; i++) {
		next_scenario(player, i, &rng);
		player_prepare(player, &scenario);
		for (unsigned which = 1; which < list->count; which++) {
			double start = seconds();
			player_run(player, &scenario, which, scenario.ops, &verdict);
			spent[which] += seconds() - start;
		}
	}
	printf("%d scenarios, judged, of at most %d pages\n", BENCH_SCENARIOS, KERNEL_MAX_PAGES);
	printf("%-10s %12s %18s\n", "mapper", "a second", "times `batched`");
	for (unsigned which = 1; which < list->count; which++)
		printf("%-10s %12.0f %18.2f\n", list->mapper[which]->name,
		       BENCH_SCENARIOS / spent[which], spent[batched] / spent[which]);
	return EXIT_AS_EXPECTED;
}

/* --- the command ------------------------------------------------------------------------ */

enum what { TEST, KNOWN, BRIEF, BENCH, WHATS };
static const char *const what_word[WHATS] = { "test", "known", "brief", "bench" };

/* What the command is asked for. Prints a message and returns WHATS for any other word. */
static enum what what_of(const struct arguments *a)
{
	char hint[NEAREST_HINT_SIZE];
	if (!a->files)
		return TEST;
	struct nearest meant = nearest_to(a->file[0], strlen(a->file[0]));
	for (enum what what = 0; what < WHATS; what++) {
		if (!strcmp(a->file[0], what_word[what]) && (what == TEST || a->files == 1))
			return what;
		nearest_try(&meant, what_word[what]);
	}
	fprintf(stderr, "vmapdiff kernel: '%s' is none of 'test', 'known', 'brief' and 'bench'%s\n",
		a->file[0], nearest_hint(&meant, hint));
	return WHATS;
}

int command_kernel(int argc, char **argv)
{
	struct arguments a = { .seed = 1, .executions = UINT64_C(1) << 16 };
	if (!read_options("kernel", argc, argv, &a))
		return EXIT_UNUSABLE;
	enum what what = what_of(&a);
	if (what == WHATS)
		return EXIT_UNUSABLE;
	if (!mapper_tested()->tree) {
		fprintf(stderr, "vmapdiff kernel: this build has no Linux tree in it; ./rig kernel "
				"TREE makes one that has\n");
		return EXIT_UNUSABLE;
	}
	struct player *player = need_player();
	int code = EXIT_AS_EXPECTED;
	if (what == BENCH)
		code = bench(player);
	else
		print_tree(player, what != KNOWN);
	if (what == TEST)
		code = kernel_test(player, &a, print_generated);
	player_destroy(player);
	return code;
}
