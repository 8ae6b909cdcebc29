// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/weights.h"

/* Few runs a page array: a bug of two runs is found among few. */
const struct weights weights = {
	.bad_page = 3,
	.hole = 50,
	.same_length = 40,
	.few_runs = 70,
	.max_few_runs = 4,
	.max_runs = 8,

	.in_blocks = 75,
	.max_blocks = 4,
	.aligned_block = 85,
	.short_tail = 30,
	.has_alias = 85,
	.alias_in_area = 30,

	.usual_prot = 60,
	.fail_alloc = 8,
	.fail_alloc_of_change = 20,
	.fail_trylock = 8,
	.huge = 50,

	.small_range = 92,
	.small_scaled = 70,
	.large_of_level_0 = 50,
	.large_aligned = 60,
	.large_tail = 50,
	.large_same_misalignment = 85,

	.from_inside = 35,
	.from_near = 20,
	.to_inside = 35,
	.to_near = 20,
	.unmap_part = 40,

	.preset_in_group = 50,
	.preset_table = 30,
	.preset_table_at_2 = 70,
	.preset_block = 25,
	.preset_block_at_2 = 80,

	.linear_by_pages = 25,
	.linear_large = 30,
	.linear_misaligned = 30,
	.max_linear_lengths = 3,
	.linear_places = 16,

	.small_budget = 50,
	.full_budget = 10,
	.unmapped = 45,
	.mapped_again = 60,
	.preset_before = 12,
	.one_area = 70,
	.max_areas = 3,
	.same_place = 70,
	.exactly_there = 50,
	.has_linear_map = 85,
	.sequence_has_linear_map = 25,
	.max_changes = 4,

	.huge_one_in = 512,
	.huge_4g = 1,
	.huge_single = 8,
	.huge_then = 50,
};
