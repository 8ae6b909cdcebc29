// SPDX-License-Identifier: GPL-2.0-only
/* What the player counts of scenarios whose calls are known, and how it is told. */
#include <string.h>

#include "fuzz/player.h"
#include "fuzz/scenario_text.h"
#include "mapper/test/cmocka_all.h"

#define HEAD "vmapdiff 2\n"

static struct player *player;
static struct scenario scenario; /* too large for a stack */

/* Plays a text on every mapper, with counts that begin at zero. */
static const struct statistics *play(const char *text)
{
	struct text_error error;
	struct verdict verdict;
	memset(player->statistics, 0, sizeof(player->statistics));
	player->executions = 0;
	if (!scenario_parse(text, strlen(text), &scenario, &error))
		fail_msg("%u:%u: %s", error.line, error.column, error.message);
	player_play_all(player, &scenario, &verdict);
	return player_statistics(player);
}

static bool exercised(const struct statistics *s, enum rule rule)
{
	return s->examined.rules & RULE_BIT(rule);
}

static void pages_are_counted_by_leaf(void **state)
{
	(void)state;
	const struct statistics *s =
		play(HEAD "vmap va=0xffff800080000000 pages=0x10000+512,0x20000+32,0x31,0x33\n"
			  "vunmap va=0xffff800080000000 size=0x222000\n"
			  "ioremap va=0xffff800090000000 pa=0x80000000 size=0x200000\n");
	assert_int_equal(s->scenarios, 1);
	assert_int_equal(s->calls, 3);
	assert_int_equal(s->skipped_calls, 0);
	assert_int_equal(s->examined.block_pages, 1024);
	assert_int_equal(s->examined.group_pages, 32);
	assert_int_equal(s->examined.single_pages, 2);
	assert_int_equal(player->executions, 1);
}

/* What is counted of two scenarios apart is, together, what is counted of both. */
static void what_is_counted_apart_adds_up(void **state)
{
	static const char first[] = HEAD "vmap va=0xffff800080000000 pages=0x10000+512,0x31\n"
					 "vunmap va=0xffff800080000000 size=0x1000\n";
	static const char second[] = HEAD "vmap va=0xffff800080000000 pages=0x10000+16,null\n";
	struct statistics apart = { 0 }, both;
	struct text_error error;
	struct verdict verdict;
	(void)state;
	statistics_add(&apart, play(second));
	statistics_add(&apart, play(first));
	assert_true(scenario_parse(second, strlen(second), &scenario, &error));
	player_play_all(player, &scenario, &verdict); /* on top of the first */
	both = *player_statistics(player);
	assert_int_equal(both.scenarios, 2);
	assert_memory_equal(&apart, &both, sizeof(both));
	for (unsigned i = 0; i < 2; i++)
		statistics_add(&apart,
			       &(struct statistics){ .skipped = { { "why", "a reason", 2 },
								  { "else", "another", 1 } } });
	assert_int_equal(apart.skipped_calls, both.skipped_calls + 6);
	assert_string_equal(apart.skipped[0].name, "why");
	assert_int_equal(apart.skipped[0].calls, 4);
	assert_int_equal(apart.skipped[1].calls, 2);
}

/* Of a mapping that failed, no page counts; its caller's unmap is a call. */
static void a_failed_call_maps_no_page(void **state)
{
	(void)state;
	const struct statistics *s =
		play(HEAD "vmap va=0xffff800080000000 pages=0x10000+16,null\n");
	assert_int_equal(s->requested, 2);
	assert_int_equal(s->calls, 2);
	assert_int_equal(
		s->examined.block_pages + s->examined.group_pages + s->examined.single_pages, 0);
	assert_true(exercised(s, RULE_ERRORS_RESIDUE));
	assert_false(exercised(s, RULE_PLACEMENT_LEAF));
}

static void what_was_missed_is_counted(void **state)
{
	(void)state;
	const struct statistics *s =
		play(HEAD "policy v9 stop-at-order0=yes\n"
			  "vmap va=0xffff800080000000 pages=0x31,0x10000+16\n");
	assert_int_equal(s->examined.missed.groups[MISSED_BEHIND_SINGLE], 16);
	assert_int_equal(s->examined.single_pages, 17);
}

static void one_page_exercises_nothing_of_groups_and_tables_freed(void **state)
{
	(void)state;
	const struct statistics *s = play(HEAD "vmap va=0xffff800080000000 pages=0x10000\n");
	assert_true(exercised(s, RULE_TRANSLATION_OUTPUT_ADDRESS));
	assert_false(exercised(s, RULE_COST_SCAN)); /* there is no other page to compare it with */
	for (int rule = RULE_CONTIGUOUS_PARTIAL; rule <= RULE_CONTIGUOUS_MIXED; rule++)
		assert_false(exercised(s, (enum rule)rule));
	assert_false(exercised(s, RULE_HISTORY_FREED_TABLE));
	assert_false(exercised(s, RULE_TABLES_FREED_ACCESS));
	assert_false(exercised(s, RULE_ISOLATION_OVERWRITE));
}

/* What other mappers do counts as theirs: the reference never makes a group. */
static void each_mapper_has_its_own_counts(void **state)
{
	(void)state;
	const struct statistics *s = play(HEAD "vmap va=0xffff800080000000 pages=0x10000+16\n");
	const struct statistics *reference = &player->statistics[0];
	assert_true(exercised(s, RULE_CONTIGUOUS_PARTIAL));
	assert_false(exercised(reference, RULE_CONTIGUOUS_PARTIAL));
	assert_int_equal(reference->calls, 1);
	assert_int_equal(reference->examined.single_pages, 16);
}

/* A call that is not made is counted by its reason, and exercises nothing. */
static void skipped_calls_are_counted_by_reason(void **state)
{
	(void)state;
	player->waivers.behaviours = WAIVER(WAIVER_DESCENDS_BLOCKS);
	const struct statistics *s = play(HEAD "preset va=0xffff800080000000 pfn=0x80000 level=2\n"
					       "vmap va=0xffff800080000000 pages=0x10\n"
					       "vmap va=0xffff800080001000 pages=0x10\n");
	player->waivers.behaviours = 0;
	assert_int_equal(s->calls, 0);
	assert_int_equal(s->requested, 2);
	assert_int_equal(s->skipped_calls, 2);
	assert_string_equal(s->skipped[0].name, waiver_list[WAIVER_DESCENDS_BLOCKS].name);
	assert_string_equal(s->skipped[0].why, waiver_list[WAIVER_DESCENDS_BLOCKS].why);
	assert_int_equal(s->skipped[0].calls, 2);
	assert_null(s->skipped[1].name);
	assert_int_equal(s->examined.rules, 0);
}

/* A scenario that ends early leaves calls that are not made either; the sums agree. */
static void calls_after_the_end_of_a_scenario_are_counted(void **state)
{
	(void)state;
	const char *text = HEAD "ioremap va=0xffff800000200000 pa=0x0 size=0x10000\n"
				"fail alloc=1\n"
				"ioremap va=0xffff8000001ff000 pa=0x0 size=0x2000\n"
				"preset va=0xffff800040000000 pfn=0x80000 level=2\n"
				"vmap va=0xffff8000001ff000 pages=0x2000\n";
	player->waivers.behaviours = WAIVER(WAIVER_NARROW_FLUSH);
	const struct statistics *s = play(text);
	player->waivers.behaviours = 0;
	assert_int_equal(s->requested, 4);
	assert_int_equal(s->calls, 2);
	assert_int_equal(s->skipped_calls, 2);
	assert_string_equal(s->skipped[0].name, waiver_list[WAIVER_NARROW_FLUSH].name);
	assert_string_equal(s->skipped[1].name, "ended-before");
	assert_int_equal(s->skipped[1].calls, 1);
}

static void calls_after_a_broken_rule_are_counted(void **state)
{
	(void)state;
	const struct statistics *s =
		play(HEAD "policy v9 quirks=narrow-flush\n"
			  "ioremap va=0xffff800080000000 pa=0x80000000 size=0x10000 prot=device\n"
			  "vunmap va=0xffff800080004000 size=0x4000\n"
			  "vunmap va=0xffff800080000000 size=0x10000\n");
	assert_int_equal(s->requested, 3);
	assert_int_equal(s->calls, 2);
	assert_int_equal(s->skipped[0].calls, 1);
}

/* The first of two calls that meet breaks a rule: the second one was made, and is not judged. */
static void a_call_that_met_a_broken_one_is_unjudged(void **state)
{
	(void)state;
	const struct statistics *s =
		play(HEAD "policy v9 quirks=narrow-flush\n"
			  "ioremap va=0xffff800080000000 pa=0x80000000 size=0x10000 prot=device\n"
			  "vunmap va=0xffff800080004000 size=0x4000\n"
			  "during event=1 by=cpu\n"
			  "vmap va=0xffff800090000000 pages=0x10000\n"
			  "vunmap va=0xffff800090000000 size=0x1000\n");
	assert_int_equal(s->requested, 4);
	assert_int_equal(s->calls, 2);
	assert_int_equal(s->met, 1);
	assert_int_equal(s->unjudged, 1);
	assert_int_equal(s->skipped_calls, 1);
	assert_string_equal(s->skipped[0].name, "ended-before");
}

static void reasons_beyond_the_last_are_one(void **state)
{
	(void)state;
	static char names[STATISTICS_MAX_REASONS + 8][16];
	struct statistics s = { 0 };
	for (unsigned i = 0; i < STATISTICS_MAX_REASONS + 8; i++) {
		snprintf(names[i], sizeof(names[i]), "reason %u", i);
		statistics_add_skipped(&s, names[i], "a sentence", 1);
		statistics_add_skipped(&s, names[i], "a sentence", 2);
	}
	assert_string_equal(s.skipped[STATISTICS_MAX_REASONS - 2].name, "reason 30");
	assert_int_equal(s.skipped[0].calls, 3);
	assert_string_equal(s.skipped[STATISTICS_MAX_REASONS - 1].name, STATISTICS_OTHER_REASONS);
	assert_int_equal(s.skipped[STATISTICS_MAX_REASONS - 1].calls, 27);
	assert_int_equal(s.skipped_calls, 120);
}

/* What a line says of statistics; static. */
static const char *line_of(const struct statistics *s,
			   void (*print)(const char *what, const struct statistics *s, FILE *to))
{
	static char text[1024];
	FILE *memory = fmemopen(text, sizeof(text), "w");
	assert_non_null(memory);
	print("name", s, memory);
	fclose(memory);
	return text;
}

/* The line with numbers of rules in it, of which there are as many as there are. Static. */
static const char *with_rules(const char *format, int exercised)
{
	static char text[1024];
	snprintf(text, sizeof(text), format, exercised, RULE_COUNT - 1);
	return text;
}

static void a_line_names_rules_that_are_few(void **state)
{
	(void)state;
	struct statistics s = { .scenarios = 3, .calls = 7, .unsupported = 2 };
	const int all = RULE_COUNT - 1;
	assert_string_equal(line_of(&s, statistics_print),
			    with_rules("name: 3 scenarios (2 more are for machines that the mapper "
				       "does not have), 7 calls judged, %d of %d rules exercised\n",
				       0));
	s.unsupported = 0;
	s.examined.rules =
		RULE_BITS & ~(RULE_BIT(RULE_CONTIGUOUS_MIXED) | RULE_BIT(RULE_LOOKUP_NOTHING));
	assert_string_equal(line_of(&s, statistics_print),
			    with_rules("name: 3 scenarios, 7 calls judged, %d of %d rules "
				       "exercised; not: contiguous.mixed, lookup.nothing\n",
				       all - 2));
	s.examined = (struct examined){
		.rules = RULE_BITS, .block_pages = 1, .group_pages = 2, .single_pages = 3
	};
	assert_string_equal(line_of(&s, statistics_print_pages),
			    with_rules("name: 3 scenarios, 7 calls judged, %d of %d rules "
				       "exercised; pages: 1 in blocks, 2 in groups, 3 single\n",
				       all));
}

static void print_calls(const char *what, const struct statistics *s, FILE *to)
{
	(void)what;
	statistics_print_calls(s, to);
}

static void a_table_says_what_became_of_the_calls(void **state)
{
	(void)state;
	struct statistics s = { .requested = 40, .calls = 36, .unjudged = 1 };
	statistics_add_skipped(&s, "a-name", "a sentence", 2);
	statistics_add_skipped(&s, "another", "why else", 1);
	assert_string_equal(
		line_of(&s, print_calls),
		"calls of the scenarios           40 100.00 %\n"
		"  judged                         36  90.00 %\n"
		"  not made                        3   7.50 %\n"
		"    a-name                        2   5.00 %  a sentence\n"
		"    another                       1   2.50 %  why else\n"
		"  made, but not judged            1   2.50 %  the call that it met broke a "
		"rule, or is waived\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_are_counted_by_leaf),
		cmocka_unit_test(what_is_counted_apart_adds_up),
		cmocka_unit_test(a_failed_call_maps_no_page),
		cmocka_unit_test(what_was_missed_is_counted),
		cmocka_unit_test(one_page_exercises_nothing_of_groups_and_tables_freed),
		cmocka_unit_test(each_mapper_has_its_own_counts),
		cmocka_unit_test(skipped_calls_are_counted_by_reason),
		cmocka_unit_test(a_call_that_met_a_broken_one_is_unjudged),
		cmocka_unit_test(calls_after_the_end_of_a_scenario_are_counted),
		cmocka_unit_test(calls_after_a_broken_rule_are_counted),
		cmocka_unit_test(reasons_beyond_the_last_are_one),
		cmocka_unit_test(a_table_says_what_became_of_the_calls),
		cmocka_unit_test(a_line_names_rules_that_are_few),
	};
	player = player_create();
	int failed = player ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
	player_destroy(player);
	return failed;
}
