// SPDX-License-Identifier: GPL-2.0-only
/* The checked-in scenarios together exercise every rule, on the mapper under test. */
#include "mapper/test/cmocka_all.h"
#include "regress/tool/vmapdiff.h"

static struct player *player;
static struct scenario scenario; /* too large for a stack */

static bool play(const char *path, void *context)
{
	struct verdict verdict;
	(void)context;
	if (!load_scenario(path, &scenario))
		return false;
	player_prepare(player, &scenario);
	player_run(player, &scenario, mapper_list()->under_test, scenario.ops, &verdict);
	return true;
}

static void every_rule_is_exercised(void **state)
{
	(void)state;
	unsigned idle = 0;
	assert_true(for_each_file("regress/cases", play, NULL));
	assert_true(for_each_file("corpus", play, NULL));
	for (int rule = RULE_NONE + 1; rule < RULE_COUNT; rule++) {
		if (player_statistics(player)->examined.rules & RULE_BIT(rule))
			continue;
		print_error("no checked-in scenario exercises %s.%s\n",
			    rule_text((enum rule)rule)->property, rule_text((enum rule)rule)->name);
		idle++;
	}
	if (idle)
		fail_msg("add a case to regress/cases for each");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_rule_is_exercised) };
	player = need_player();
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	player_destroy(player);
	return failed;
}
