// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scenarios are adapted to what a tree's callers do: calls that would not be
 * made are, and nothing else changes.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz/adapt.h"
#include "fuzz/generate.h"
#include "fuzz/leaves.h"
#include "fuzz/mutate.h"
#include "fuzz/scenario_text.h"
#include "mapper/kernel/callers.h"
#include "mapper/test/cmocka_all.h"

#define SCENARIOS 2400
#define MAX_PAGES (GENERATE_HUGE_FROM - 1) /* huge ones take long, and are adapted alike */

#define ALL_TREES (WAIVER(WAIVER_FREES_LIVE_TABLES) | WAIVER(WAIVER_DESCENDS_BLOCKS))
/* What trees of Linux 6.12 and 7.3 have, and what the series has besides. */
#define LINUX_6_12 (ALL_TREES | WAIVER(WAIVER_CHANGES_HUGE) | WAIVER(WAIVER_FILLS_EMPTY))
#define LINUX_7_3                                                                                  \
	(ALL_TREES | WAIVER(WAIVER_HEAD_CHECK) | WAIVER(WAIVER_NARROW_FLUSH) |                     \
	 WAIVER(WAIVER_PXN_TABLES) | WAIVER(WAIVER_FILLS_EMPTY) |                                  \
	 WAIVER(WAIVER_CUT_GROUPS_OF_ROOT))
#define SERIES (LINUX_7_3 | WAIVER(WAIVER_CUT_GROUPS))

static struct player *player;
static struct scenario scenario, original;

static const struct mapper *model(const char *name)
{
	return mapper_list()->mapper[mapper_index(name)];
}

static void parse(const char *text)
{
	struct text_error error;
	if (!scenario_parse(text, strlen(text), &scenario, &error))
		fail_msg("%u:%u: %s in:\n%s", error.line, error.column, error.message, text);
}

static void expect_text(const char *text)
{
	char *found = scenario_to_text(&scenario);
	assert_string_equal(found, text);
	free(found);
}

/* --- one by one --------------------------------------------------------------------------- */

#define HEAD "vmapdiff 2\nmachine granule=4k va=48 pa=48 bbm="
#define PRIOR "\npolicy prior\n"
#define OLD HEAD "0" PRIOR
#define SPLITS HEAD "2" PRIOR

static const struct {
	const char *what;
	uint32_t waivers;
	const char *before, *after;
} cases[] = {
	{ "aliases that rodata=noalias leaves as they are", WAIVER(WAIVER_FILLS_EMPTY),
	  HEAD "2 rodata=noalias" PRIOR "vmalloc va=0xffff800080000000 pages=0x10+2\n"
	       "set_memory va=0xffff800080000000 pages=2 op=ro\n",
	  HEAD "2 rodata=noalias" PRIOR "vmalloc va=0xffff800080000000 pages=0x10+2\n"
	       "set_memory va=0xffff800080000000 pages=2 op=ro\n" },
	{ "an area at the top leaves room for its guard page, and what follows goes with it", 0,
	  OLD "vmap va=0xfffffffffffff000 pages=0x10\n"
	      "vunmap va=0xfffffffffffff000 size=0x1000\n",
	  OLD "vmap va=0xffffffffffdff000 pages=0x10\n"
	      "vunmap va=0xffffffffffdff000 size=0x1000\n" },
	{ "blocks of vmalloc() come aligned, in whole blocks, at an aligned address", 0,
	  OLD "vmalloc va=0xffff800080003000 pages=0x401+1030 shift=21 flags=huge\n"
	      "set_memory va=0xffff800080004000 pages=2 op=nx\n",
	  OLD "vmalloc va=0xffff800080000000 pages=0x400+1024 shift=21 flags=huge\n"
	      "set_memory va=0xffff800080001000 pages=2 op=nx\n" },
	{ "an area smaller than a block has smaller ones", 0,
	  OLD "vmalloc va=0xffff800080003000 pages=0x408+20 shift=21 flags=huge\n",
	  OLD "vmalloc va=0xffff800080000000 pages=0x400+16 shift=16 flags=huge\n" },
	{ "where the allocator fell back to pages, nothing is aligned", 0,
	  OLD "vmalloc va=0xffff800080003000 pages=0x408+9,0x7+7 shift=16 flags=huge\n",
	  OLD "vmalloc va=0xffff800080003000 pages=0x408+9,0x7+7 shift=16 flags=huge\n" },
	{ "a user's protection becomes one of the kernel's, at the top as well", 0,
	  OLD "vmap va=0xfffffffffffff000 pages=0x10 prot=user\n"
	      "ioremap va=0xffff800080000000 pa=0x80000000 size=0x1000 prot=user-exec\n",
	  OLD "vmap va=0xffffffffffdff000 pages=0x10\n"
	      "ioremap va=0xffff800080000000 pa=0x80000000 size=0x1000\n" },
	{ "vmap() may begin on any page", LINUX_7_3,
	  OLD "vmap va=0xffff800080003000 pages=0x401+1030 flags=huge\n",
	  OLD "vmap va=0xffff800080003000 pages=0x401+1030 flags=huge\n" },
	{ "a block over a page: after an unmap", WAIVER(WAIVER_FREES_LIVE_TABLES),
	  OLD "preset va=0xffff800080003000 pfn=0x77\n"
	      "ioremap va=0xffff800080000000 pa=0x80e00000 size=0x200000 prot=device\n",
	  OLD "preset va=0xffff800080003000 pfn=0x77\n"
	      "vunmap va=0xffff800080000000 size=0x200000\n"
	      "ioremap va=0xffff800080000000 pa=0x80e00000 size=0x200000 prot=device\n" },
	{ "the same of other memory: elsewhere, with what comes later",
	  WAIVER(WAIVER_FREES_LIVE_TABLES),
	  OLD "preset va=0xffff800080003000 pfn=0x77\n"
	      "ioremap va=0xffff800080000000 pa=0x80000000 size=0x200000 prot=device\n"
	      "vunmap va=0xffff800080000000 size=0x200000\n",
	  OLD "preset va=0xffff800080003000 pfn=0x77\n"
	      "ioremap va=0xffff800080400000 pa=0x80000000 size=0x200000 prot=device\n"
	      "vunmap va=0xffff800080400000 size=0x200000\n" },
	{ "or elsewhere, and what comes later stays", WAIVER(WAIVER_FREES_LIVE_TABLES),
	  OLD "preset va=0xffff800080003000 pfn=0x77\n"
	      "ioremap va=0xffff800080000000 pa=0x80200000 size=0x200000 prot=device\n"
	      "vunmap va=0xffff800080000000 size=0x200000\n",
	  OLD "preset va=0xffff800080003000 pfn=0x77\n"
	      "ioremap va=0xffff800080400000 pa=0x80200000 size=0x200000 prot=device\n"
	      "vunmap va=0xffff800080000000 size=0x200000\n" },
	{ "a page over a page is a call like any other", LINUX_7_3,
	  OLD "preset va=0xffff800080003000 pfn=0x77\n"
	      "vmap va=0xffff800080002000 pages=0x10+2\n",
	  OLD "preset va=0xffff800080003000 pfn=0x77\n"
	      "vmap va=0xffff800080002000 pages=0x10+2\n" },
	{ "an unmap takes whole groups", WAIVER(WAIVER_NARROW_FLUSH),
	  OLD "ioremap va=0xffff800080000000 pa=0x80000000 size=0x20000 prot=device\n"
	      "vunmap va=0xffff800080004000 size=0x10000\n",
	  OLD "ioremap va=0xffff800080000000 pa=0x80000000 size=0x20000 prot=device\n"
	      "vunmap va=0xffff800080000000 size=0x20000\n" },
	{ "of a failed mapping that is not cleaned up, the place changes",
	  WAIVER(WAIVER_NARROW_FLUSH),
	  OLD "ioremap va=0xffff800080000000 pa=0x80000000 size=0x10000 prot=device\n"
	      "vmap va=0xffff80007ffff000 pages=0x10+2\n"
	      "vunmap va=0xffff80007ffff000 size=0x2000\n",
	  OLD "ioremap va=0xffff800080000000 pa=0x80000000 size=0x10000 prot=device\n"
	      "vmap va=0xffff8000801ff000 pages=0x10+2\n"
	      "vunmap va=0xffff8000801ff000 size=0x2000\n" },
	{ "set_memory leaves the guard page alone, and what was unmapped",
	  WAIVER(WAIVER_FILLS_EMPTY),
	  OLD "vmalloc va=0xffff800080000000 pages=0x10+8\n"
	      "vunmap va=0xffff800080002000 size=0x1000\n"
	      "set_memory va=0xffff800080000000 pages=9 op=nx\n",
	  OLD "vmalloc va=0xffff800080000000 pages=0x10+8\n"
	      "vunmap va=0xffff800080002000 size=0x1000\n"
	      "set_memory va=0xffff800080003000 pages=5 op=nx\n" },
	{ "an area that is changed is made of pages", WAIVER(WAIVER_CHANGES_HUGE),
	  OLD "vmalloc va=0xffff800080000000 pages=0x400+16 shift=16 flags=huge\n"
	      "set_memory va=0xffff800080000000 pages=16 op=nx\n",
	  OLD "vmalloc va=0xffff800080000000 pages=0x400+16\n"
	      "set_memory va=0xffff800080000000 pages=16 op=nx\n" },
	{ "the linear map is of pages where leaves are not split, and no larger than that allows",
	  0,
	  OLD "linear pa=0x40000000 size=0x40000000\n"
	      "set_memory va=0xffff000060003000 pages=2 op=invalid\n"
	      "set_memory va=0xffff000040000000 pages=262144 op=valid\n",
	  OLD "linear pa=0x60000000 size=0x400000 leaf=page\n"
	      "set_memory va=0xffff000060003000 pages=2 op=invalid\n"
	      "set_memory va=0xffff000060000000 pages=1024 op=valid\n" },
	{ "it is of blocks where they are split", 0,
	  SPLITS "linear pa=0x40000000 size=0x40000000\n"
		 "set_memory va=0xffff000060003000 pages=2 op=invalid\n",
	  SPLITS "linear pa=0x40000000 size=0x40000000\n"
		 "set_memory va=0xffff000060003000 pages=2 op=invalid\n" },
	{ "blocks of a group in the root are changed as a whole group",
	  WAIVER(WAIVER_CUT_GROUPS_OF_ROOT),
	  "vmapdiff 2\nmachine granule=16k va=36 pa=48 bbm=2\npolicy prior\n"
	  "linear pa=0x0 size=0x80000000\n"
	  "set_memory va=0xfffffff012000000 pages=2048 op=invalid\n"
	  "set_memory va=0xfffffff010004000 pages=92159 op=valid\n"
	  "set_memory va=0xfffffff042000000 pages=2047 op=invalid\n",
	  "vmapdiff 2\nmachine granule=16k va=36 pa=48 bbm=2\npolicy prior\n"
	  "linear pa=0x0 size=0x80000000\n"
	  "set_memory va=0xfffffff000000000 pages=65536 op=invalid\n"
	  "set_memory va=0xfffffff000000000 pages=131072 op=valid\n"
	  "set_memory va=0xfffffff042000000 pages=2047 op=invalid\n" },
	{ "memory whose aliases are changed is in the linear map", 0,
	  "vmapdiff 2\nmachine granule=4k va=39 pa=48 bbm=0\npolicy prior\n"
	  "vmalloc va=0xffffffe000000000 pages=0x4000010+2,0x20\n"
	  "set_memory va=0xffffffe000000000 pages=3 op=ro\n",
	  "vmapdiff 2\nmachine granule=4k va=39 pa=48 bbm=0\npolicy prior\n"
	  "vmalloc va=0xffffffe000000000 pages=0x11+2,0x20\n"
	  "set_memory va=0xffffffe000000000 pages=3 op=ro\n" },
	{ "aliases are where the scenario has its linear map", WAIVER(WAIVER_FILLS_EMPTY),
	  OLD "linear pa=0x40000000 size=0x4000 leaf=page\n"
	      "vmalloc va=0xffff800080000000 pages=0x100+2,0x40001\n"
	      "set_memory va=0xffff800080000000 pages=1 op=ro\n",
	  OLD "linear pa=0x40000000 size=0x4000 leaf=page\n"
	      "vmalloc va=0xffff800080000000 pages=0x40001+2,0x40001\n"
	      "set_memory va=0xffff800080000000 pages=1 op=ro\n" },
	{ "a page below a table that forbids to run is not to run, whoever split the block",
	  WAIVER(WAIVER_PXN_TABLES),
	  HEAD "2\npolicy prior quirks=pxn-tables\n"
	       "vmalloc va=0xffff8000001ff000 pages=0x400\n"
	       "preset va=0xffff800000200000 level=2 pfn=0x0\n"
	       "set_memory va=0xffff800000200000 pages=1 op=nx\n"
	       "set_memory va=0xffff800000200000 pages=1 op=x\n",
	  HEAD "2\npolicy prior quirks=pxn-tables\n"
	       "vmalloc va=0xffff8000001ff000 pages=0x400\n"
	       "preset va=0xffff800000200000 level=2 pfn=0x0\n"
	       "set_memory va=0xffff800000200000 pages=1 op=nx\n"
	       "set_memory va=0xffff800000200000 pages=1 op=nx\n" },
	{ "set_direct_map of a block, where leaves are not split, is of single pages", 0,
	  OLD "linear pa=0x40000000 size=0x40000000\n"
	      "set_direct_map va=0xffff000060003000 pages=2 op=invalid\n",
	  OLD "linear pa=0x60000000 size=0x400000 leaf=page\n"
	      "set_direct_map va=0xffff000060003000 pages=2 op=invalid\n" },
	{ "vfree() of an area of which a part was unmapped and mapped anew is an unmap of the "
	  "range",
	  0,
	  OLD "vmalloc va=0xffff800080000000 pages=0x400+4\n"
	      "vunmap va=0xffff800080000000 size=0x1000\n"
	      "vmap va=0xffff800080000000 pages=0x10\n"
	      "vfree va=0xffff800080000000 pages=4\n",
	  OLD "vmalloc va=0xffff800080000000 pages=0x400+4\n"
	      "vunmap va=0xffff800080000000 size=0x1000\n"
	      "vmap va=0xffff800080000000 pages=0x10\n"
	      "vunmap va=0xffff800080000000 size=0x4000\n" },
	{ "vfree() gives back aliases that are in the linear map", WAIVER(WAIVER_FILLS_EMPTY),
	  OLD "linear pa=0x40000000 size=0x4000 leaf=page\n"
	      "vmalloc va=0xffff800080000000 pages=0x100+2\n"
	      "vfree va=0xffff800080000000 pages=2 reset\n",
	  OLD "linear pa=0x40000000 size=0x4000 leaf=page\n"
	      "vmalloc va=0xffff800080000000 pages=0x40001+2\n"
	      "vfree va=0xffff800080000000 pages=2 reset\n" },
};

static void each_kind_of_call_becomes_one_that_is_made(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct constraints constraints = { .model = model("prior"),
							 .never_called = kernel_never_called,
							 .waivers = cases[i].waivers };
		parse(cases[i].before);
		bool changes = strcmp(cases[i].before, cases[i].after) != 0;
		assert_int_equal(adapt_unmade(player, &constraints, &scenario) > 0, changes);
		expect_text(cases[i].before);
		print_message("%s\n", cases[i].what);
		assert_int_equal(adapt_to(player, &constraints, &scenario), 0);
		expect_text(cases[i].after);
	}
}
/* --- many ------------------------------------------------------------------------------------- */

/* What is played where, and which calls of it are not made. */
static const struct tree {
	const char *model;
	struct policy policy;
	uint32_t waivers;
} trees[] = {
	{ "prior",
	  { .series = POLICY_PRIOR,
	    .vmap_huge = VMAP_HUGE_NEVER,
	    .max_shift = POLICY_NO_MAX_SHIFT },
	  LINUX_6_12 },
	{ "prior",
	  { .series = POLICY_PRIOR,
	    .vmap_huge = VMAP_HUGE_NEVER,
	    .max_shift = POLICY_NO_MAX_SHIFT,
	    .hugetlb = true },
	  LINUX_7_3 },
	{ "batched", { .series = POLICY_V9, .max_shift = POLICY_NO_MAX_SHIFT }, SERIES },
};
#define TREES (sizeof(trees) / sizeof(trees[0]))

static struct constraints constraints_of(const struct tree *tree)
{
	return (struct constraints){ .model = model(tree->model),
				     .never_called = kernel_never_called,
				     .waivers = tree->waivers };
}

static unsigned calls_of(const struct scenario *s)
{
	unsigned calls = 0;
	for (uint32_t i = 0; i < s->ops; i++)
		calls += !call_sets_up(s->op[i].call.kind);
	return calls;
}

/* A new scenario, and after some of them a mutated one. */
static void next_scenario(unsigned number, struct rng *rng, const struct tree *tree)
{
	enum profile_id profile = number % PROFILES;
	if (number % (2 * PROFILES) < PROFILES)
		generate(&scenario, profile, rng, MAX_PAGES);
	else
		mutate(&scenario, profile, rng, MAX_PAGES);
	scenario.policy = tree->policy;
	scenario_copy(&original, &scenario);
}

static bool same(const struct scenario *a, const struct scenario *b)
{
	char *one = scenario_to_text(a), *other = scenario_to_text(b);
	bool equal = !strcmp(one, other);
	free(one);
	free(other);
	return equal;
}

/* The scenario holds on the model, of which the same is waived. */
static void expect_to_hold(const struct tree *tree, unsigned number)
{
	struct verdict verdict;
	player->waivers.behaviours = tree->waivers;
	player_prepare(player, &scenario);
	if (!player_run(player, &scenario, mapper_index(tree->model), scenario.ops, &verdict))
		fail_msg("scenario %u: %s", number, rule_text(verdict.rule)->name);
	player->waivers.behaviours = 0;
}

/* Plays many of a tree; what is left of the calls that were not made, and of all, in percent. */
static void adapt_many(const struct tree *tree, double *before, double *after)
{
	const struct constraints constraints = constraints_of(tree);
	struct rng rng = { 5 };
	unsigned calls_before = 0, calls_after = 0, unmade_before = 0, unmade_after = 0;
	for (unsigned i = 0; i < SCENARIOS; i++) {
		struct refusal why;
		next_scenario(i, &rng, tree);
		calls_before += calls_of(&scenario);
		unsigned unmade = adapt_unmade(player, &constraints, &scenario);
		unmade_before += unmade;
		unsigned left = adapt_to(player, &constraints, &scenario);
		unmade_after += left;
		calls_after += calls_of(&scenario);
		if (!scenario_check(&scenario, &why))
			fail_msg("scenario %u is refused: %s: %s", i, why.option, why.reason);
		if (!unmade && !same(&scenario, &original))
			fail_msg("scenario %u: nothing was to be changed", i);
		if (calls_of(&scenario) < calls_of(&original))
			fail_msg("scenario %u: a call was removed", i);
		expect_to_hold(tree, i);
		scenario_copy(&original, &scenario);
		assert_int_equal(adapt_to(player, &constraints, &scenario), left);
		if (!left && !same(&scenario, &original))
			fail_msg("scenario %u: what was adapted was not done", i);
	}
	*before = 100.0 * unmade_before / calls_before;
	*after = 100.0 * unmade_after / calls_after;
}

static void nearly_all_calls_are_made(void **state)
{
	(void)state;
	for (size_t i = 0; i < TREES; i++) {
		double before, after;
		adapt_many(&trees[i], &before, &after);
		print_message("%s: %.2f %% of the calls were not made, and %.2f %% are not\n",
			      trees[i].model, before, after);
		assert_true(before > 4);
		assert_true(after < 1);
	}
}

/* The same input gives the same scenario, whatever was played before. */
static void the_scenario_decides(void **state)
{
	(void)state;
	static struct scenario first; /* too large for a stack */
	const struct constraints constraints = constraints_of(&trees[1]);
	struct rng rng = { 6 };
	for (unsigned i = 0; i < 300; i++) {
		struct verdict verdict;
		next_scenario(i, &rng, &trees[1]);
		adapt_to(player, &constraints, &scenario);
		scenario_copy(&first, &scenario);
		player_play_all(player, &scenario, &verdict);
		scenario_copy(&scenario, &original);
		adapt_to(player, &constraints, &scenario);
		assert_true(same(&scenario, &first));
		scenario_copy(&scenario, &original); /* which the next is a mutant of */
	}
}

/* Without a tree, nothing is adapted. */
static void without_a_tree_nothing_changes(void **state)
{
	(void)state;
	struct rng rng = { 7 };
	for (unsigned i = 0; i < 300; i++) {
		next_scenario(i, &rng, &trees[0]);
		adapt(player, &scenario);
		assert_true(same(&scenario, &original));
	}
}

/* --- what stands in the tables ------------------------------------------------------------------ */

static void leaves_are_found_in_order(void **state)
{
	(void)state;
	struct verdict verdict;
	parse("vmapdiff 2\n"
	      "ioremap va=0xffff800080000000 pa=0x80000000 size=0x200000 prot=device\n"
	      "preset va=0xffff800080200000 level=2 table\n"
	      "ioremap va=0xffff800080410000 pa=0x80010000 size=0x10000 prot=device\n"
	      "vmap va=0xffff800080421000 pages=0x10\n");
	player_prepare(player, &scenario);
	unsigned which = mapper_list()->under_test;
	assert_true(player_run(player, &scenario, which, scenario.ops, &verdict));
	const struct tables t = { &player->oracle.g, player->machine[which] };
	uint64_t base = oracle_page(&player->oracle, UINT64_C(0xffff800080000000));
	struct leaf leaf;
	assert_true(leaf_next(&t, base + 3, base + 4, &leaf));
	assert_int_equal(leaf.first, base);
	assert_int_equal(leaf.end, base + 512);
	assert_int_equal(leaf.level, 2);
	assert_false(leaf_next(&t, base + 512, base + 1040, &leaf));
	assert_true(leaf_next(&t, base + 512, base + 4096, &leaf));
	assert_int_equal(leaf.first, base + 1040);
	assert_int_equal(leaf.end, base + 1041);
	assert_int_equal(leaf.level, ARM64_LAST_LEVEL);
	assert_true(leaf_next(&t, base + 1056, base + 4096, &leaf));
	assert_int_equal(leaf.first, base + 1057);
	assert_false(leaf_next(&t, base + 1058, base + (1 << 20), &leaf));
	assert_true(leaf_covers(&t, base + 5, base + 512));
	assert_false(leaf_covers(&t, base + 5, base + 513));
	assert_true(leaf_covers(&t, base + 1040, base + 1056));
	assert_int_equal(leaf_pages_together(&t, base + 7), 512);
	assert_int_equal(leaf_pages_together(&t, base + 1045), 16);
	assert_int_equal(leaf_pages_together(&t, base + 1057), 1);
	assert_int_equal(leaf_pages_together(&t, base + 600), 1);
	assert_int_equal(leaf_pages_together(&t, UINT64_C(1) << 36), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_of_call_becomes_one_that_is_made),
		cmocka_unit_test(nearly_all_calls_are_made),
		cmocka_unit_test(the_scenario_decides),
		cmocka_unit_test(without_a_tree_nothing_changes),
		cmocka_unit_test(leaves_are_found_in_order),
	};
	player = player_create();
	int failed = player ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
	player_destroy(player);
	return failed;
}
