// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each knob of the policy has a case, cases/knob-NAME.scenario, in which it
 * is the only one turned (read from the project's top folder): turned back,
 * the batched mapper makes leaves of another size. scan-limit alone changes no sizes, but the work.
 */
#include <stdio.h>
#include <string.h>

#include "mapper/test/cmocka_all.h"
#include "regress/tool/view.h"
#include "regress/tool/vmapdiff.h"

static struct scenario scenario;
static struct player *player;

/* What the batched mapper makes of the scenario, and at what cost. */
struct played {
	struct view view;
	uint64_t scanned;
};

static struct played play(void)
{
	struct arm64_geometry g = arm64_geometry(&scenario.machine);
	struct verdict verdict;
	assert_true(player_play_all(player, &scenario, &verdict));
	struct machine *m = player->machine[mapper_index("batched")];
	return (struct played){ view_of(&g, m), m->counters.pages_scanned };
}

static bool same_shape(const struct view *a, const struct view *b)
{
	bool same = a->extents == b->extents;
	for (size_t i = 0; same && i < a->extents; i++)
		same = a->extent[i].page == b->extent[i].page &&
		       a->extent[i].pages == b->extent[i].pages &&
		       a->extent[i].level == b->extent[i].level &&
		       a->extent[i].contiguous == b->extent[i].contiguous;
	return same;
}

static void load(const char *knob)
{
	char path[512];
	snprintf(path, sizeof(path), "regress/cases/knob-%s.scenario", knob);
	if (!load_scenario(path, &scenario))
		fail_msg("%s", path);
}

/* Plays the knob's case as it stands, and with the policy that `turn_back` makes of its own. */
static void compare(const char *knob, void (*turn_back)(struct policy *), bool *same,
		    bool *same_work)
{
	load(knob);
	struct played turned = play();
	turn_back(&scenario.policy);
	struct played standard = play();
	*same = same_shape(&turned.view, &standard.view);
	*same_work = turned.scanned == standard.scanned;
	view_free(&turned.view);
	view_free(&standard.view);
}

static void always(struct policy *policy)
{
	policy->vmap_huge = VMAP_HUGE_ALWAYS;
}

static void stop(struct policy *policy)
{
	policy->stop_at_order0 = true;
}

static void limit(struct policy *policy)
{
	policy->scan_limit = true;
}

static void with_hugetlb(struct policy *policy)
{
	policy->hugetlb = true;
}

static void no_max_shift(struct policy *policy)
{
	policy->max_shift = 63;
}

static void newest(struct policy *policy)
{
	*policy = policy_default(POLICY_V9);
}

static void each_knob_changes_the_shape(void **state)
{
	(void)state;
	static const struct {
		const char *knob;
		void (*turn_back)(struct policy *);
	} knobs[] = {
		{ "vmap-huge-flag", always },  { "vmap-huge-never", always },
		{ "stop-at-order0", stop },    { "hugetlb", with_hugetlb },
		{ "max-shift", no_max_shift }, { "series-prior", newest },
	};
	for (size_t i = 0; i < sizeof(knobs) / sizeof(knobs[0]); i++) {
		bool same, same_work;
		compare(knobs[i].knob, knobs[i].turn_back, &same, &same_work);
		if (same)
			fail_msg("knob-%s: the same shape without it", knobs[i].knob);
	}
}

static void the_scan_limit_changes_the_work_alone(void **state)
{
	(void)state;
	bool same, same_work;
	compare("scan-limit", limit, &same, &same_work);
	assert_true(same && !same_work);
}

/* v8 and v9 free cont-PTEs from HugeTLB, of which v4 loses them without a word. */
static void without_hugetlb_v9_keeps_its_groups(void **state)
{
	(void)state;
	load("hugetlb");
	scenario.policy = policy_default(POLICY_V9);
	struct played with = play();
	scenario.policy.hugetlb = false;
	struct played without = play();
	assert_true(same_shape(&with.view, &without.view));
	view_free(&with.view);
	view_free(&without.view);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_knob_changes_the_shape),
		cmocka_unit_test(the_scan_limit_changes_the_work_alone),
		cmocka_unit_test(without_hugetlb_v9_keeps_its_groups),
	};
	player = need_player();
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	player_destroy(player);
	return failed;
}
