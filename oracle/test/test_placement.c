// SPDX-License-Identifier: GPL-2.0-only
/*
 * What must stand where, and what was missed and why, for page arrays whose
 * answer can be seen by eye. (Fuzzing holds the rest against two mappers.)
 */
#include "mapper/test/cmocka_all.h"
#include "oracle/placement.h"

#define GROUP 16
#define BLOCK 512
#define MAX_PAGES 2048

static const struct machine_config config = { .page_shift = 12, .va_bits = 48, .pa_bits = 48 };
static struct arm64_geometry g;
static struct policy policy;
static uint64_t page[MAX_PAGES];

/* Pages of each kind of leaf, and what they missed. */
struct shape {
	uint64_t single, groups, blocks;
	struct missed missed;
};

static uint64_t run(uint64_t at, uint64_t pfn, uint64_t pages)
{
	for (uint64_t i = 0; i < pages; i++)
		page[at + i] = pfn + i;
	return at + pages;
}

/* The array at page `first` of the space, as vmap() places it, with leaves up to `max_shift`. */
static struct shape place(uint64_t first, uint64_t pages, unsigned max_shift)
{
	struct shape outcome = { 0 };
	policy = policy_default(POLICY_V9);
	g = arm64_geometry(&config);
	struct placement p = {
		.g = &g,
		.policy = &policy,
		.page = page,
		.first = first,
		.pages = pages,
		.max_shift = max_shift,
		.groups = true,
		.blocks = max_shift >= 16,
	};
	for (uint64_t i = 0; i < pages;) {
		struct placed placed = placement_at(&p, i);
		assert_true(placed.end > i && placed.end <= pages);
		*(placed.level == 2   ? &outcome.blocks
		  : placed.contiguous ? &outcome.groups
				      : &outcome.single) += placed.end - i;
		placement_missed(&p, i, &placed, &outcome.missed);
		i = placed.end;
	}
	return outcome;
}

static void a_block_stands_where_va_and_pa_are_aligned(void **state)
{
	(void)state;
	run(0, BLOCK, BLOCK);
	struct shape o = place(BLOCK, BLOCK, 63);
	assert_int_equal(o.blocks, BLOCK);
	o = place(BLOCK + GROUP, BLOCK, 63);
	assert_int_equal(o.groups, BLOCK);
	assert_int_equal(o.missed.blocks[MISSED_SKEW], BLOCK);
	o = place(BLOCK + 1, BLOCK, 63);
	assert_int_equal(o.single, BLOCK);
	assert_int_equal(o.missed.groups[MISSED_SKEW], BLOCK);
}

static void groups_end_with_their_block(void **state)
{
	(void)state;
	run(run(0, 64, 64), 1024, 64);
	struct shape o = place(GROUP, 128, 63);
	assert_int_equal(o.groups, 128);
	run(run(0, 64, 40), 1024, 64); /* a block of 32, of which 8 pages are left over */
	o = place(0, 40, 63);
	assert_int_equal(o.groups, 32);
	assert_int_equal(o.single, 8);
}

static void nothing_large_comes_behind_a_single_page(void **state)
{
	(void)state;
	uint64_t pages = run(run(run(0, 64, 16), 7, 1), 1024 + 17, 15 + 16);
	struct shape o = place(0, pages, 63);
	assert_int_equal(o.groups, 16);
	assert_int_equal(o.single, pages - 16);
	run(17, 1040, 16);
	o = place(0, 33, 63);
	assert_int_equal(o.missed.groups[MISSED_BEHIND_SINGLE], 16);
}

static void a_badly_aligned_pfn_misses_its_group(void **state)
{
	(void)state;
	run(0, 1001, 64);
	struct shape o = place(0, 64, 63);
	assert_int_equal(o.single, 64);
	assert_int_equal(o.missed.groups[MISSED_PFN_ALIGNMENT], 64);
	run(0, 256, 2 * BLOCK);
	o = place(256, 2 * BLOCK, 63);
	assert_int_equal(o.blocks, BLOCK);
	assert_int_equal(o.missed.blocks[MISSED_PFN_ALIGNMENT], BLOCK);
}

static void max_shift_bounds_every_leaf(void **state)
{
	(void)state;
	run(0, BLOCK, BLOCK);
	struct shape o = place(BLOCK, BLOCK, 20);
	assert_int_equal(o.groups, BLOCK);
	assert_int_equal(o.missed.blocks[MISSED_MAX_SHIFT], BLOCK);
	o = place(BLOCK, BLOCK, 15);
	assert_int_equal(o.single, BLOCK);
	assert_int_equal(o.missed.groups[MISSED_MAX_SHIFT], BLOCK);
}

static void pages_apart_miss_nothing(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 64; i++)
		page[i] = 1000 * i;
	struct shape o = place(0, 64, 63);
	assert_int_equal(o.single, 64);
	for (int cause = 0; cause < MISSED_CAUSES; cause++)
		assert_int_equal(o.missed.groups[cause], 0);
}

/* What stands at the first page of a physical range that is as aligned as it is large. */
static struct placed first_of_range(uint64_t pages)
{
	policy = policy_default(POLICY_V9);
	g = arm64_geometry(&config);
	struct placement p = {
		.g = &g,
		.policy = &policy,
		.pfn = pages,
		.first = pages,
		.pages = pages,
		.block = pages,
		.max_shift = 63,
		.groups = true,
		.block_groups = true,
		.blocks = true,
	};
	return placement_at(&p, 0);
}

/* Of blocks, those of level 2 alone are in groups: Linux has no contiguous ones of level 1. */
static void only_blocks_of_level_2_are_in_groups(void **state)
{
	(void)state;
	struct placed placed = first_of_range(GROUP * BLOCK);
	assert_int_equal(placed.level, 2);
	assert_true(placed.contiguous);
	assert_int_equal(placed.end, GROUP * BLOCK);
	placed = first_of_range(GROUP * BLOCK * BLOCK);
	assert_int_equal(placed.level, 1);
	assert_false(placed.contiguous);
	assert_int_equal(placed.end, BLOCK * BLOCK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_block_stands_where_va_and_pa_are_aligned),
		cmocka_unit_test(groups_end_with_their_block),
		cmocka_unit_test(nothing_large_comes_behind_a_single_page),
		cmocka_unit_test(a_badly_aligned_pfn_misses_its_group),
		cmocka_unit_test(max_shift_bounds_every_leaf),
		cmocka_unit_test(pages_apart_miss_nothing),
		cmocka_unit_test(only_blocks_of_level_2_are_in_groups),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
