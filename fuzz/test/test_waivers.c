// SPDX-License-Identifier: GPL-2.0-only
/*
 * The list of waivers holds together, each scenario on it shows what its row
 * says, and what is waived is not reported.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/player.h"
#include "fuzz/scenario_text.h"
#include "fuzz/waive.h"
#include "mapper/test/cmocka_all.h"

static struct player *player;
static struct scenario scenario;

static void parse(const char *text)
{
	struct text_error error;
	if (!scenario_parse(text, strlen(text), &scenario, &error))
		fail_msg("%u:%u: %s in:\n%s", error.line, error.column, error.message, text);
}

static enum rule play(void)
{
	struct verdict verdict;
	player_play_all(player, &scenario, &verdict);
	return verdict.rule;
}

/* The same on the batched mapper alone: the kernel before the series shares its vunmap(). */
static enum rule play_batched(void)
{
	struct verdict verdict;
	player_prepare(player, &scenario);
	player_run(player, &scenario, mapper_list()->under_test, scenario.ops, &verdict);
	return verdict.rule;
}

/* The number of a bit that is set alone. */
static int bit_number(unsigned bits)
{
	assert_int_equal(bits & (bits - 1), 0);
	return __builtin_ctz(bits);
}

static void every_row_is_complete(void **state)
{
	(void)state;
	for (int id = 0; id < WAIVERS; id++) {
		const struct waiver *w = &waiver_list[id];
		if (!w->name || !w->why || !w->scenario || w->rule[0] == RULE_NONE)
			fail_msg("row %d lacks a name, a rule, a reason or a scenario", id);
		for (int other = 0; other < id; other++)
			assert_string_not_equal(w->name, waiver_list[other].name);
		assert_int_equal(w->after & WAIVER(id), 0);
	}
}

/* What hides another is not hidden itself, so a tree can be searched in some order. */
static void the_search_ends(void **state)
{
	(void)state;
	for (int id = 0; id < WAIVERS; id++)
		for (int before = 0; before < WAIVERS; before++)
			if (waiver_list[id].after & WAIVER(before))
				assert_int_equal(waiver_list[before].after, 0);
}

/* Each quirk has one row, under the name that the text has for it. */
static void every_quirk_has_its_row(void **state)
{
	(void)state;
	unsigned quirks = 0;
	for (int id = 0; id < WAIVERS; id++) {
		const struct waiver *w = &waiver_list[id];
		if (!w->quirk)
			continue;
		assert_int_equal(quirks & w->quirk, 0);
		assert_string_equal(quirk_names[bit_number(w->quirk)], w->name);
		quirks |= w->quirk;
	}
	assert_int_equal(quirks, QUIRKS);
}

static void every_scenario_holds_where_the_behaviour_is_not(void **state)
{
	(void)state;
	for (int id = 0; id < WAIVERS; id++) {
		parse(waiver_list[id].scenario);
		if (play() != RULE_NONE)
			fail_msg("the scenario of %s fails", waiver_list[id].name);
	}
}

static void a_model_that_is_asked_breaks_the_rule(void **state)
{
	(void)state;
	unsigned models = 0;
	for (int id = 0; id < WAIVERS; id++) {
		const struct waiver *w = &waiver_list[id];
		if (!w->quirk)
			continue;
		parse(w->scenario);
		scenario.policy.quirks = w->quirk;
		enum rule broken = play();
		if (broken != w->rule[0])
			fail_msg("with quirks=%s the model breaks '%s.%s'", w->name,
				 rule_text(broken)->property, rule_text(broken)->name);
		models++;
	}
	print_message("%d waivers, %u of them of a model too\n", WAIVERS, models);
}

/* --- what is waived for every mapper ------------------------------------------------------ */

/* A scenario that a model fails with history.stale alone. */
static void prepare_stale(void)
{
	parse(waiver_list[WAIVER_NARROW_FLUSH].scenario);
	scenario.policy.quirks = QUIRK_NARROW_FLUSH;
	player->waivers = (struct waivers){ 0 };
	assert_int_equal(play_batched(), RULE_HISTORY_STALE);
}

static void a_waived_rule_is_not_reported(void **state)
{
	(void)state;
	static const char *const lists[] = { "history", "history.stale", "errors.code,history" };
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		prepare_stale();
		assert_true(waive_list(&player->waivers, lists[i]));
		assert_int_equal(play_batched(), RULE_NONE);
	}
	prepare_stale();
	assert_true(waive_list(&player->waivers, "errors,history.dsb"));
	assert_int_equal(play_batched(), RULE_HISTORY_STALE);
	player->waivers = (struct waivers){ 0 };
}

/* A mapping that fails wrongly leaves wrong tables, which no later call is blamed for. */
static void the_scenario_ends_where_something_was_waived(void **state)
{
	(void)state;
	parse("vmapdiff 2\n"
	      "preset va=0xffff800080003000 pfn=0x77 level=3\n"
	      "ioremap va=0xffff800080000000 pa=0x80000000 size=0x10000 prot=device\n"
	      "vunmap va=0xffff800080000000 size=0x10000\n");
	scenario.policy.quirks = QUIRK_HEAD_CHECK;
	assert_int_equal(play_batched(), RULE_ERRORS_CODE);
	assert_true(waive_list(&player->waivers, "errors,isolation,translation,history,lookup,"
						 "flush,placement,cost,tables,contiguous"));
	assert_int_equal(play_batched(), RULE_NONE);
	assert_true(player->oracle.waived);
	assert_int_equal(player->oracle.in.op, 1);
	player->waivers = (struct waivers){ 0 };
}

/* What a failed mapping left is unmapped by its caller; where that is not made, it is not known. */
static void the_scenario_ends_where_a_caller_does_not_clean_up(void **state)
{
	(void)state;
	parse("vmapdiff 2\n"
	      "ioremap va=0xffff800000200000 pa=0x0 size=0x10000\n"
	      "fail alloc=1\n"
	      "ioremap va=0xffff8000001ff000 pa=0x0 size=0x2000\n"
	      "vmap va=0xffff8000001ff000 pages=0x2000\n");
	player->waivers.behaviours = WAIVER(WAIVER_NARROW_FLUSH);
	assert_int_equal(play_batched(), RULE_NONE);
	assert_true(player->oracle.waived);
	assert_int_equal(player->oracle.in.op, 1);
	player->waivers = (struct waivers){ 0 };
}

/* A name in the list of what is judged is a bit, and what is none is refused. */
static void known_bugs_are_judged_by_name(void **state)
{
	(void)state;
	static const char *const refused[] = { "", "narrow", "all,narrow-flush", "narrow-flush,",
					       ",narrow-flush" };
	uint32_t bits;
	assert_true(waivers_by_names("all", &bits));
	for (int id = 0; id < WAIVERS; id++)
		assert_true(bits & WAIVER(id));
	assert_true(waivers_by_names("narrow-flush,head-check", &bits));
	assert_int_equal(bits, WAIVER(WAIVER_NARROW_FLUSH) | WAIVER(WAIVER_HEAD_CHECK));
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (waivers_by_names(refused[i], &bits))
			fail_msg("'%s' was accepted", refused[i]);
}

/* Another place of the op is the same kind of verdict; another rule is not. */
static void a_waived_signature_is_not_reported(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		enum rule broken;
	} files[] = {
		{ "FAIL history.stale mapper=batched op=7:vunmap granule=4k level=3\n", RULE_NONE },
		{ "FAIL history.dsb mapper=batched op=1:vunmap granule=4k level=3\n"
		  "FAIL history.stale mapper=batched op=1:vunmap granule=4k level=3",
		  RULE_NONE },
		{ "FAIL history.dsb mapper=batched op=1:vunmap granule=4k level=3\n",
		  RULE_HISTORY_STALE },
		{ "", RULE_HISTORY_STALE },
	};
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char path[] = "/tmp/vmapdiff-waived-XXXXXX", list[sizeof(path) + 1];
		int file = mkstemp(path);
		assert_true(file >= 0);
		FILE *to = fdopen(file, "w");
		assert_non_null(to);
		fputs(files[i].line, to);
		fclose(to);
		prepare_stale();
		snprintf(list, sizeof(list), "@%s", path);
		assert_true(waive_list(&player->waivers, list));
		remove(path);
		assert_int_equal(play_batched(), files[i].broken);
	}
	player->waivers = (struct waivers){ 0 };
}

static void what_names_nothing_is_refused(void **state)
{
	(void)state;
	static const char *const lists[] = {
		"",         "histor",   "history.", "history.stal",
		"history,", ",history", "@",        "@/no/such/file",
	};
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct waivers w = { 0 };
		if (waive_list(&w, lists[i]))
			fail_msg("'%s' was accepted", lists[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_complete),
		cmocka_unit_test(the_search_ends),
		cmocka_unit_test(every_quirk_has_its_row),
		cmocka_unit_test(every_scenario_holds_where_the_behaviour_is_not),
		cmocka_unit_test(a_model_that_is_asked_breaks_the_rule),
		cmocka_unit_test(a_waived_rule_is_not_reported),
		cmocka_unit_test(the_scenario_ends_where_something_was_waived),
		cmocka_unit_test(the_scenario_ends_where_a_caller_does_not_clean_up),
		cmocka_unit_test(known_bugs_are_judged_by_name),
		cmocka_unit_test(a_waived_signature_is_not_reported),
		cmocka_unit_test(what_names_nothing_is_refused),
	};
	player = player_create();
	if (!player)
		return 1;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	player_destroy(player);
	return failed;
}
