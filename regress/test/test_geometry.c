// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mapper's geometry, the oracle's and the manual's table say the same:
 * two derivations that share nothing, and numbers typed from the source
 * (Linux 6.12 arch/arm64/Kconfig; DDI 0487, tables D8-15 to D8-23).
 */
#include "mapper/pgtable/descriptor.h"
#include "mapper/pgtable/geometry.h"
#include "mapper/test/cmocka_all.h"
#include "oracle/arm64/encoding.h"
#include "oracle/attributes.h"

static const struct row {
	struct machine_config config;
	int levels;
	unsigned root_shift;  /* log2 bytes that a root entry maps: PGDIR_SHIFT */
	unsigned block_shift; /* of level 2: PMD_SHIFT */
	unsigned cont_shift;  /* of level 3: CONT_PTE_SHIFT */
	unsigned root_entries;
} table[] = {
	{ { .page_shift = 12, .va_bits = 39, .pa_bits = 48 }, 3, 30, 21, 16, 512 },
	{ { .page_shift = 12, .va_bits = 48, .pa_bits = 48 }, 4, 39, 21, 16, 512 },
	{ { .page_shift = 12, .va_bits = 52, .pa_bits = 52, .lpa2 = true }, 5, 48, 21, 16, 16 },
	{ { .page_shift = 14, .va_bits = 36, .pa_bits = 48 }, 2, 25, 25, 21, 2048 },
	{ { .page_shift = 14, .va_bits = 47, .pa_bits = 48 }, 3, 36, 25, 21, 2048 },
	{ { .page_shift = 14, .va_bits = 48, .pa_bits = 48 }, 4, 47, 25, 21, 2 },
	{ { .page_shift = 14, .va_bits = 52, .pa_bits = 52, .lpa2 = true }, 4, 47, 25, 21, 32 },
	{ { .page_shift = 16, .va_bits = 42, .pa_bits = 48 }, 2, 29, 29, 21, 8192 },
	{ { .page_shift = 16, .va_bits = 48, .pa_bits = 48 }, 3, 42, 29, 21, 64 },
	{ { .page_shift = 16, .va_bits = 52, .pa_bits = 52 }, 3, 42, 29, 21, 1024 },
	/* No one built these: tables of 8 and 16 entries, groups of 4 and 2. */
	{ { .page_shift = 12, .va_bits = 21, .pa_bits = 48, .table_bits = 3, .group_bits = 2 },
	  3,
	  18,
	  15,
	  14,
	  8 },
	{ { .page_shift = 12, .va_bits = 23, .pa_bits = 48, .table_bits = 4, .group_bits = 1 },
	  3,
	  20,
	  16,
	  13,
	  8 },
};

#define ROWS (sizeof(table) / sizeof(table[0]))

static void the_mapper_follows_the_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		const struct row *row = &table[i];
		struct geometry g = geometry_of(&row->config);
		assert_int_equal(PTE_LEVEL + 1 - g.start_level, row->levels);
		assert_int_equal(level_shift(&g, g.start_level), row->root_shift);
		assert_int_equal(g.pmd_shift, row->block_shift);
		assert_int_equal(g.cont_shift, row->cont_shift);
		assert_int_equal(level_index(&g, g.start_level, -g.va_base - 1),
				 row->root_entries - 1);
	}
}

static void the_oracle_follows_the_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		const struct row *row = &table[i];
		struct arm64_geometry g = arm64_geometry(&row->config);
		assert_int_equal(ARM64_LAST_LEVEL + 1 - g.start_level, row->levels);
		assert_int_equal(arm64_leaf_bits(&g, g.start_level), row->root_shift);
		assert_int_equal(arm64_leaf_bits(&g, 2), row->block_shift);
		assert_int_equal(g.granule + arm64_contiguous_size(&g, 3), row->cont_shift);
		assert_int_equal(arm64_table_entries(&g, g.start_level), row->root_entries);
		assert_true(arm64_block_supported(&g, 2));
	}
}

/* What one composes the other reads, over all address bits and protections. */
static void descriptors_mean_the_same_to_both(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		const struct machine_config *config = &table[i].config;
		struct geometry mapper = geometry_of(config);
		struct arm64_geometry oracle = arm64_geometry(config);
		for (int bit = 0; bit < config->pa_bits - config->page_shift; bit++) {
			uint64_t pfn = UINT64_C(1) << bit;
			uint64_t link = desc_to_table(&mapper, pfn);
			assert_int_equal(arm64_address(&oracle, link) >> oracle.granule, pfn);
			assert_int_equal(desc_pfn(&mapper, link), pfn);
			assert_int_equal(arm64_address_bits(&oracle, pfn << oracle.granule),
					 desc_output(&mapper, pfn));
		}
		for (int prot = 0; prot < PROT_COUNT; prot++) {
			uint64_t desc = desc_attributes(&mapper, prot) | DESC_PAGE_TYPE;
			struct arm64_attributes found = arm64_attributes(&oracle, desc, 0);
			struct arm64_attributes want = *attributes_of(prot);
			want.el1_exec = false; /* no new mapping is executable */
			assert_memory_equal(&found, &want, sizeof(found));
		}
	}
}

/* AP[2:1] as the manual has it: what EL0 may write EL1 may not run, unless a table takes that away. */
static void what_el0_writes_el1_does_not_run(void **state)
{
	(void)state;
	const uint64_t page = ARM64_VALID | ARM64_TYPE | ARM64_AF;
	const struct {
		uint64_t desc, limits;
		bool runs;
	} row[] = {
		{ 0, 0, true },
		{ ARM64_AP1, 0, false },
		{ ARM64_AP1 | ARM64_AP2, 0, true },
		{ ARM64_AP2, 0, true },
		{ ARM64_AP1, ARM64_BIT(61), true },
		{ ARM64_AP1, ARM64_BIT(62), true },
		{ ARM64_AP1 | ARM64_AP2 | ARM64_PXN, 0, false },
		{ 0, ARM64_PXNTABLE, false },
	};
	struct arm64_geometry g = arm64_geometry(&table[0].config);
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		assert_int_equal(arm64_attributes(&g, page | row[i].desc, row[i].limits).el1_exec,
				 row[i].runs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_mapper_follows_the_table),
		cmocka_unit_test(the_oracle_follows_the_table),
		cmocka_unit_test(descriptors_mean_the_same_to_both),
		cmocka_unit_test(what_el0_writes_el1_does_not_run),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
