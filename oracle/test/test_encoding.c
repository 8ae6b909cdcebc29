// SPDX-License-Identifier: GPL-2.0-only
/*
 * Descriptors and geometry as numbers that are typed from the Arm manual (DDI 0487, D8.2, D8.3) and from
 * Linux's pgprot values, machine by machine.
 */
#include "mapper/test/cmocka_all.h"
#include "oracle/arm64/encoding.h"
#include "oracle/attributes.h"
#include "oracle/owed.h"
#include "oracle/space.h"

#define LEVELS 5

struct row {
	struct machine_config config;
	int start;
	uint32_t root_entries;
	uint8_t group[LEVELS]; /* log2 entries of a contiguous group, by level from -1 on */
	uint8_t blocks;        /* levels that have blocks, 1 << each */
	uint64_t field;        /* address bits of a descriptor */
};

static const struct row rows[] = {
	{ { .page_shift = 12, .va_bits = 39, .pa_bits = 48 },
	  1,
	  512,
	  { 0, 0, 4, 4, 4 },
	  6,
	  UINT64_C(0x0000fffffffff000) },
	{ { .page_shift = 12, .va_bits = 48, .pa_bits = 48 },
	  0,
	  512,
	  { 0, 0, 4, 4, 4 },
	  6,
	  UINT64_C(0x0000fffffffff000) },
	{ { .page_shift = 12, .va_bits = 52, .pa_bits = 52, .lpa2 = true },
	  -1,
	  16,
	  { 0, 0, 4, 4, 4 },
	  7,
	  UINT64_C(0x0003fffffffff300) },
	{ { .page_shift = 14, .va_bits = 36, .pa_bits = 48 },
	  2,
	  2048,
	  { 0, 0, 0, 5, 7 },
	  4,
	  UINT64_C(0x0000ffffffffc000) },
	{ { .page_shift = 14, .va_bits = 47, .pa_bits = 48 },
	  1,
	  2048,
	  { 0, 0, 0, 5, 7 },
	  4,
	  UINT64_C(0x0000ffffffffc000) },
	{ { .page_shift = 14, .va_bits = 48, .pa_bits = 48 },
	  0,
	  2,
	  { 0, 0, 0, 5, 7 },
	  4,
	  UINT64_C(0x0000ffffffffc000) },
	{ { .page_shift = 14, .va_bits = 52, .pa_bits = 52, .lpa2 = true },
	  0,
	  32,
	  { 0, 0, 0, 5, 7 },
	  6,
	  UINT64_C(0x0003ffffffffc300) },
	{ { .page_shift = 16, .va_bits = 42, .pa_bits = 48 },
	  2,
	  8192,
	  { 0, 0, 0, 5, 5 },
	  4,
	  UINT64_C(0x0000ffffffff0000) },
	{ { .page_shift = 16, .va_bits = 48, .pa_bits = 48 },
	  1,
	  64,
	  { 0, 0, 0, 5, 5 },
	  4,
	  UINT64_C(0x0000ffffffff0000) },
	{ { .page_shift = 16, .va_bits = 52, .pa_bits = 52 },
	  1,
	  1024,
	  { 0, 0, 0, 5, 5 },
	  6,
	  UINT64_C(0x0000fffffffff000) },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static void geometries_are_those_of_the_manual(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		struct arm64_geometry g = arm64_geometry(&rows[i].config);
		assert_int_equal(g.start_level, rows[i].start);
		assert_int_equal(arm64_table_entries(&g, g.start_level), rows[i].root_entries);
		assert_true(arm64_address_field(&g) == rows[i].field);
		for (int level = -1; level <= 3; level++)
			assert_int_equal(arm64_contiguous_size(&g, level),
					 rows[i].group[level + 1]);
		for (int level = 0; level < 3; level++)
			assert_int_equal(arm64_block_supported(&g, level),
					 rows[i].blocks >> level & 1);
		assert_false(arm64_block_supported(&g, -1));
		if (g.start_level < 3)
			assert_int_equal(arm64_table_entries(&g, 3), 1 << (g.granule - 3));
	}
}

static void a_scaled_down_machine_has_its_own_groups(void **state)
{
	(void)state;
	const struct machine_config config = {
		.page_shift = 12, .va_bits = 24, .pa_bits = 48, .table_bits = 4, .group_bits = 2
	};
	struct arm64_geometry g = arm64_geometry(&config);
	assert_int_equal(g.stride, 4);
	assert_int_equal(g.start_level, 1);
	for (int level = 1; level <= 3; level++)
		assert_int_equal(arm64_contiguous_size(&g, level), 2);
	assert_int_equal(arm64_contiguous_size(&g, 0), 0);
}

/* A leaf of each protection at the last level: PAGE_KERNEL and the like, UXN set, without LPA2. */
static const struct {
	enum prot prot;
	uint64_t page;
} leaves[] = {
	{ PROT_KERNEL, UINT64_C(0x0060000000000703) },
	{ PROT_KERNEL_RO, UINT64_C(0x0060000000000783) },
	{ PROT_KERNEL_EXEC, UINT64_C(0x0040000000000703) },
	{ PROT_NORMAL_NC, UINT64_C(0x006000000000070b) },
	{ PROT_DEVICE, UINT64_C(0x0060000000000713) },
};

static void leaves_are_those_of_linux(void **state)
{
	(void)state;
	for (size_t r = 0; r < ROWS; r++)
		for (size_t i = 0; i < sizeof(leaves) / sizeof(leaves[0]); i++) {
			struct arm64_geometry g = arm64_geometry(&rows[r].config);
			uint64_t shareability = rows[r].config.lpa2 ? 0x300 : 0;
			uint64_t want = leaves[i].page & ~shareability;
			const struct arm64_attributes *a = attributes_of(leaves[i].prot);
			assert_true(arm64_leaf_bits_of(&g, 3, a) == want);
			assert_true(arm64_leaf_bits_of(&g, 2, a) == (want & ~UINT64_C(2)));
		}
}

/* Each field of a leaf that is not what kernel mappings have. */
static void each_attribute_has_its_bit(void **state)
{
	(void)state;
	struct arm64_geometry g = arm64_geometry(&rows[0].config);
	const uint64_t plain = UINT64_C(0x0060000000000703);
	struct arm64_attributes a = *attributes_of(PROT_KERNEL);
	a.accessed = false;
	assert_true(arm64_leaf_bits_of(&g, 3, &a) == (plain & ~UINT64_C(0x400)));
	a = *attributes_of(PROT_KERNEL);
	a.global = false;
	assert_true(arm64_leaf_bits_of(&g, 3, &a) == (plain | 0x800));
	a = *attributes_of(PROT_KERNEL);
	a.el0_access = true;
	assert_true(arm64_leaf_bits_of(&g, 3, &a) == (plain | 0x40));
	a = *attributes_of(PROT_KERNEL);
	a.el0_exec = true;
	assert_true(arm64_leaf_bits_of(&g, 3, &a) == (plain & ~UINT64_C(0x0040000000000000)));
}

static bool same(const struct arm64_attributes *a, const struct arm64_attributes *b)
{
	return a->memory == b->memory && a->shareability == b->shareability &&
	       a->el1_write == b->el1_write && a->el1_write_at_once == b->el1_write_at_once &&
	       a->el1_exec == b->el1_exec && a->el0_access == b->el0_access &&
	       a->el0_exec == b->el0_exec && a->global == b->global && a->accessed == b->accessed;
}

static void leaves_are_read_as_they_are_written(void **state)
{
	(void)state;
	for (size_t r = 0; r < ROWS; r++)
		for (size_t i = 0; i < sizeof(leaves) / sizeof(leaves[0]); i++) {
			struct arm64_geometry g = arm64_geometry(&rows[r].config);
			const struct arm64_attributes *a = attributes_of(leaves[i].prot);
			struct arm64_attributes read =
				arm64_attributes(&g, arm64_leaf_bits_of(&g, 3, a), 0);
			assert_true(same(a, &read));
		}
}

/*
 * What hierarchical permissions of tables above take away, each alone. EL1 may run what EL0 may write
 * where a table takes from EL0 the writing (APTable[1]) or the access (APTable[0]).
 */
static void limits_take_permissions_away(void **state)
{
	(void)state;
	struct arm64_geometry g = arm64_geometry(&rows[0].config);
	/* Leaves that everybody may run and EL1 write, where the table lets them: */
	const uint64_t kernel = UINT64_C(0x703), user = UINT64_C(0x743);
	const uint64_t clean = UINT64_C(0x00080000000007c3); /* user's, writable once it is dirty */
	static const struct {
		uint64_t leaf, limit;
		bool write, at_once, exec, access, exec0;
	} limits[] = {
		{ kernel, 0, true, true, true, false, true },
		{ kernel, UINT64_C(1) << 59, true, true, false, false, true },
		{ kernel, UINT64_C(1) << 60, true, true, true, false, false },
		{ kernel, UINT64_C(1) << 61, true, true, true, false, true },
		{ kernel, UINT64_C(1) << 62, false, false, true, false, true },
		{ user, 0, true, true, false, true, true },
		{ user, UINT64_C(1) << 59, true, true, false, true, true },
		{ user, UINT64_C(1) << 60, true, true, false, true, false },
		{ user, UINT64_C(1) << 61, true, true, true, false, true },
		{ user, UINT64_C(1) << 62, false, false, true, true, true },
		{ clean, 0, true, false, true, true, true },
		{ clean, UINT64_C(1) << 59, true, false, false, true, true },
		{ clean, UINT64_C(1) << 60, true, false, true, true, false },
		{ clean, UINT64_C(1) << 61, true, false, true, false, true },
		{ clean, UINT64_C(1) << 62, false, false, true, true, true },
	};
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct arm64_attributes a = arm64_attributes(&g, limits[i].leaf, limits[i].limit);
		assert_int_equal(a.el1_write, limits[i].write);
		assert_int_equal(a.el1_write_at_once, limits[i].at_once);
		assert_int_equal(a.el1_exec, limits[i].exec);
		assert_int_equal(a.el0_access, limits[i].access);
		assert_int_equal(a.el0_exec, limits[i].exec0);
	}
}

/* Shareability is a field of cacheable Normal memory alone (D8.6); Normal Tagged is such. */
static void shareability_is_of_cacheable_memory(void **state)
{
	(void)state;
	static const unsigned expected[5] = { 0, 0, 2, 2, 2 }; /* of SH 0, by AttrIndx */
	static const uint8_t memory[5] = { 0xff, 0xf0, 0x44, 0x00, 0x04 };
	struct arm64_geometry g = arm64_geometry(&rows[0].config),
			      ds = arm64_geometry(&rows[2].config);
	for (unsigned i = 0; i < 5; i++) {
		struct arm64_attributes a = arm64_attributes(&g, 0x403 | i << 2, 0);
		assert_int_equal(a.memory, memory[i]);
		assert_int_equal(a.shareability, expected[i]);
		a = arm64_attributes(&g, 0x703 | i << 2, 0);
		assert_int_equal(a.shareability, expected[i] ? 2 : 3);
		a = arm64_attributes(&ds, 0x403 | i << 2, 0);
		assert_int_equal(a.shareability, expected[i] ? 2 : 3);
	}
}

/* Bits that must be 0, by machine and level, of whose sizes no other test depends. GP is one in all. */
static void masks_are_those_of_the_manual(void **state)
{
	(void)state;
	static const struct {
		size_t row;
		int level;
		uint64_t reserved, unaligned, oversize;
	} masks[] = {
		{ 1, 3, UINT64_C(0x0007000000000000), 0, 0 },
		{ 1, 2, UINT64_C(0x0007000000010000), UINT64_C(0x1ef000), 0 },
		{ 1, 1, UINT64_C(0x0007000000010000), UINT64_C(0x3ffef000), 0 },
		{ 2, 3, UINT64_C(0x0004000000000000), 0, 0 },
		{ 2, 0, UINT64_C(0x0014000000010000), UINT64_C(0x7ffffef000), 0 },
		{ 4, 3, UINT64_C(0x0007000000003000), 0, 0 },
		{ 4, 2, UINT64_C(0x0007000000013000), UINT64_C(0x1fec000), 0 },
		{ 6, 1, UINT64_C(0x0014000000013000), UINT64_C(0xffffec000), 0 },
		{ 8, 3, UINT64_C(0x000700000000f000), 0, 0 },
		{ 8, 2, UINT64_C(0x000700000001f000), UINT64_C(0x1ffe0000), 0 },
		{ 9, 3, UINT64_C(0x0007000000000000), 0, 0 },
		{ 9, 2, UINT64_C(0x0007000000010000), UINT64_C(0x1ffe0000), 0 },
		{ 9, 1, UINT64_C(0x0017000000010000), UINT64_C(0x3fffffe0000), 0 },
	};
	for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
		struct arm64_geometry g = arm64_geometry(&rows[masks[i].row].config);
		assert_true(arm64_reserved_bits(&g, masks[i].level) == masks[i].reserved);
		assert_true(arm64_unaligned_bits(&g, masks[i].level) == masks[i].unaligned);
		assert_true(arm64_oversize_bits(&g) == masks[i].oversize);
	}
	const struct machine_config small = {
		.page_shift = 12, .va_bits = 52, .pa_bits = 48, .lpa2 = true
	};
	struct arm64_geometry g = arm64_geometry(&small);
	assert_true(arm64_oversize_bits(&g) == UINT64_C(0x0003000000000300));
}

/* Addresses go into descriptors and come out of them, each bit alone. */
static void address_bits_have_their_places(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		struct arm64_geometry g = arm64_geometry(&rows[i].config);
		for (unsigned bit = g.granule; bit < g.oa_size; bit++) {
			uint64_t oa = UINT64_C(1) << bit, desc = arm64_address_bits(&g, oa);
			assert_true(desc && !(desc & (desc - 1)));
			assert_true(desc & rows[i].field);
			assert_true(arm64_address(&g, desc) == oa);
			if (bit < 48)
				assert_true(desc == oa);
		}
	}
}

static void protections_say_what_is_allowed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(leaves) / sizeof(leaves[0]); i++) {
		uint8_t may = attributes_may(leaves[i].prot);
		bool ro = leaves[i].prot == PROT_KERNEL_RO,
		     exec = leaves[i].prot == PROT_KERNEL_EXEC;
		assert_int_equal(may, MAY_BE_MAPPED | (ro ? MAY_NOT_WRITE : MAY_WRITE) |
					      (exec ? MAY_EXEC : MAY_NOT_EXEC));
	}
}

static void each_kind_of_mapper_owes_what_it_promises(void **state)
{
	(void)state;
	const struct policy v9 = policy_default(POLICY_V9), prior = policy_default(POLICY_PRIOR);
	const struct owed *series = owed_by(MAPPER_SERIES, &v9),
			  *before = owed_by(MAPPER_PRIOR, &v9);
	assert_true(series->large_leaves && series->cost && series->counts_missed);
	assert_false(series->before_series);
	assert_true(series->batches);
	assert_true(before->large_leaves && before->before_series);
	assert_false(before->cost || before->batches || before->counts_missed);
	const struct owed *pages = owed_by(MAPPER_PAGES, &v9);
	assert_false(pages->large_leaves || pages->cost || pages->batches || pages->counts_missed ||
		     pages->before_series);
	const struct owed *tree =
		owed_by(MAPPER_TREE, &v9); /* its stores are recorded one by one */
	assert_true(tree->large_leaves && tree->cost && tree->counts_missed);
	assert_false(tree->batches || tree->before_series);
	assert_ptr_equal(owed_by(MAPPER_TREE, &prior), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(geometries_are_those_of_the_manual),
		cmocka_unit_test(a_scaled_down_machine_has_its_own_groups),
		cmocka_unit_test(leaves_are_those_of_linux),
		cmocka_unit_test(each_attribute_has_its_bit),
		cmocka_unit_test(leaves_are_read_as_they_are_written),
		cmocka_unit_test(limits_take_permissions_away),
		cmocka_unit_test(shareability_is_of_cacheable_memory),
		cmocka_unit_test(masks_are_those_of_the_manual),
		cmocka_unit_test(address_bits_have_their_places),
		cmocka_unit_test(protections_say_what_is_allowed),
		cmocka_unit_test(each_kind_of_mapper_owes_what_it_promises),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
