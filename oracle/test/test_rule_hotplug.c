// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that is added and removed, the linear map as a tree lays it, and splits of leaves alone, on
 * every machine: what of them is judged that other calls do not have.
 */
#include <errno.h>

#include "oracle/reference/reference.h"
#include "oracle/test/fixture.h"

/* Memory far from the fixture's, with tables of its own. */
#define FAR_PFN (UINT64_C(5) << 16)
#define ADDED 40

/* Pages of memory from a page frame on are the call's range from now on. */
static void begin_on(const struct fixture_machine *machine, uint64_t pfn, uint64_t pages)
{
	fixture_begin(machine);
	fixture.name = "memory";
	fixture.first = pfn;
	fixture.pages = pages;
	fixture.va = oracle_va(&fixture.oracle, pfn);
}

static void begin(unsigned machine, uint64_t pfn, uint64_t pages)
{
	begin_on(&fixture_machines[machine], pfn, pages);
}

static void make(enum call_kind kind)
{
	fixture_expect(kind, 0);
	fixture_run();
}

static void have_far_memory(unsigned machine)
{
	begin(machine, FAR_PFN, ADDED);
	make(CALL_ADD_MEMORY);
	fixture_holds();
}

static void what_is_added_is_judged(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		uint64_t page = FAR_PFN + 3;
		table_t table;
		uint32_t index;
		have_far_memory(m);
		begin(m, FAR_PFN, ADDED);
		make(CALL_ADD_MEMORY);
		fixture_set(page, 3, 0);
		fixture_breaks(RULE_TRANSLATION_MISSING, "a page that is missing", page);
		begin(m, FAR_PFN, ADDED);
		make(CALL_ADD_MEMORY);
		fixture_set(page, 3, fixture_word(FAR_PFN + 4, 3, &table, &index));
		fixture_breaks(RULE_TRANSLATION_OUTPUT_ADDRESS, "another page", page);
		begin(m, FAR_PFN, ADDED);
		make(CALL_ADD_MEMORY);
		machine_flush_cache(fixture.m, CACHE_FLUSH_VMAP, fixture.va, fixture.call.bytes);
		fixture_breaks(RULE_FLUSH_CACHE, "a cache flush", 0);
	}
}

/* One that fails in the middle leaves nothing: neither a page nor a table. */
static void what_cannot_be_added_leaves_nothing(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		begin(m, FAR_PFN, ADDED);
		fixture_expect(CALL_ADD_MEMORY, 0);
		machine_begin_call(fixture.m, 1, 0);
		fixture_run();
		assert_int_equal(fixture.out.error, -ENOMEM);
		fixture_holds();
		begin(m, FAR_PFN, ADDED);
		make(CALL_ADD_MEMORY); /* all of it, and then it says that it failed */
		fixture.m->alloc_failed = true;
		fixture.out.error = -ENOMEM;
		fixture_breaks(RULE_TRANSLATION_UNEXPECTED, "pages that stay", FAR_PFN);
	}
}

static void what_is_there_is_not_added_again(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		table_t table;
		uint32_t index;
		have_far_memory(m);
		begin(m, BASE_PFN - 1, 2); /* the second of which is there */
		fixture_expect(CALL_ADD_MEMORY, 0);
		uint64_t desc = fixture_word(BASE_PFN, 3, &table, &index);
		machine_store(fixture.m, table, index, 1, desc ^ ARM64_AP2, 0);
		machine_store(fixture.m, table, index, 1, desc, 0);
		fixture.out = (struct outcome){ 0 };
		fixture.oracle.space.segments = 0;
		assert_false(oracle_judge(&fixture.oracle, &fixture.out));
	}
}

static void what_is_removed_is_judged(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		table_t table;
		uint32_t index;
		have_far_memory(m);
		make(CALL_REMOVE_MEMORY);
		fixture_holds();
		begin(m, BASE_PFN + 2, 3);
		make(CALL_REMOVE_MEMORY);
		fixture_set(BASE_PFN + 3, 3, fixture_word(BASE_PFN + 8, 3, &table, &index));
		fixture_breaks(RULE_TRANSLATION_UNEXPECTED, "a page that stays", BASE_PFN + 3);
		begin(m, BASE_PFN + 2, 3);
		make(CALL_REMOVE_MEMORY);
		fixture_set(BASE_PFN + 8, 3, 0);
		fixture_breaks(RULE_ISOLATION_OUTSIDE, "a page that goes too", BASE_PFN + 8);
	}
}

static void clear_without_tlbi(uint64_t first, uint64_t pages)
{
	for (uint64_t page = first; page < first + pages; page++) {
		table_t table;
		uint32_t index;
		fixture_word(page, 3, &table, &index);
		machine_store(fixture.m, table, index, 1, 0, 0);
	}
	fixture.out = (struct outcome){ 0 };
}

static void empty_tlbs(void)
{
	machine_barrier(fixture.m, BARRIER_DSB_ISHST);
	machine_tlbi_all(fixture.m);
	machine_barrier(fixture.m, BARRIER_DSB_ISH);
	machine_barrier(fixture.m, BARRIER_ISB);
}

static void tlbs_hold_nothing_of_removed_memory(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		begin(m, BASE_PFN + 2, 3);
		fixture_expect(CALL_REMOVE_MEMORY, 0);
		clear_without_tlbi(BASE_PFN + 2, 3);
		fixture_breaks(RULE_HISTORY_STALE, "no TLBI", 0);
		begin(m, BASE_PFN + 2, 3);
		fixture_expect(CALL_REMOVE_MEMORY, 0);
		clear_without_tlbi(BASE_PFN + 2, 3);
		empty_tlbs();
		fixture_holds();
	}
}

/* Pages go, and their tables stay without an entry; or go without a TLBI of their own. */
static void empty_tables_of_removed_memory_are_freed(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		table_t table, child;
		uint32_t index;
		have_far_memory(m);
		fixture_expect(CALL_REMOVE_MEMORY, 0);
		clear_without_tlbi(FAR_PFN, ADDED);
		empty_tlbs();
		fixture_breaks(RULE_TABLES_LEAK, "a table that is empty", FAR_PFN);
		have_far_memory(m);
		fixture_expect(CALL_REMOVE_MEMORY, 0);
		clear_without_tlbi(FAR_PFN, ADDED);
		empty_tlbs();
		fixture_word(FAR_PFN, 3, &child, &index);
		fixture_word(FAR_PFN, 2, &table, &index);
		machine_store(fixture.m, table, index, 1, 0, 0);
		machine_free_table(fixture.m, child);
		empty_tlbs();
		assert_false(oracle_judge(&fixture.oracle, &fixture.out));
	}
}

/* A part of the far memory in the largest leaf of level 2 that there is. */
static void have_block_on(const struct fixture_machine *machine)
{
	begin_on(machine, 0, 1);
	uint64_t pages = UINT64_C(1) << arm64_leaf_order(&fixture.g, 2);
	assert_true(oracle_lay_linear(&fixture.oracle, (64 * pages) << fixture.g.granule,
				      pages << fixture.g.granule, false));
	fixture.first = 64 * pages + 3;
	fixture.pages = 5;
	fixture.va = oracle_va(&fixture.oracle, fixture.first);
}

static void have_block(unsigned machine)
{
	have_block_on(&fixture_machines[machine]);
}

static void a_cut_is_refused(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		table_t table;
		uint32_t index;
		have_block(m);
		make(CALL_REMOVE_MEMORY);
		assert_int_equal(fixture.out.error, -EPERM);
		fixture_holds();
		have_block(m);
		fixture_expect(CALL_REMOVE_MEMORY, 0);
		fixture_word(fixture.first, 2, &table, &index);
		machine_store(fixture.m, table, index, 1, 0, 0);
		fixture.out = (struct outcome){ 0 };
		fixture_breaks(RULE_ERRORS_CODE, "a block that goes as a whole", 0);
		have_block(m);
		fixture_expect(CALL_REMOVE_MEMORY, 0);
		uint64_t desc = fixture_word(fixture.first, 2, &table, &index);
		machine_store(fixture.m, table, index, 1, desc, 0);
		fixture.out = (struct outcome){ .error = -EPERM };
		fixture_breaks(RULE_ERRORS_REFUSED, "a store", 0);
	}
}

static void a_tree_lays_the_largest_leaves(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (unsigned by_pages = 0; by_pages < 2; by_pages++) {
			begin(m, FAR_PFN, UINT64_C(1) << 9);
			fixture_expect(CALL_LINEAR, 0);
			fixture.call.leaf = by_pages ? LEAF_PAGE : LEAF_LARGEST;
			fixture.out.error = 0;
			struct address_space space = { .machine = fixture.m,
						       .policy = &fixture.policy };
			reference_add_memory(&space, &fixture.call, &fixture.out);
			fixture.oracle.owed = owed_by(MAPPER_TREE, &fixture.policy);
			if (by_pages)
				fixture_holds();
			else
				fixture_breaks(RULE_PLACEMENT_LEAF, "single pages", 0);
		}
}

/* Part of a block is to be split on a machine that splits live blocks, or not. */
static void expect_split(unsigned machine, bool splits, int change)
{
	struct fixture_machine one = fixture_machines[machine];
	one.config.bbm = splits ? 2 : 0;
	have_block_on(&one);
	fixture_expect(CALL_SET_MEMORY, (enum memory_change)change);
}

/* Nothing is done: that is right where leaves are not split, and nowhere else. */
static void what_is_to_be_split_is(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (int splits = 0; splits < 2; splits++)
			for (int change = MEMORY_SPLIT; change <= MEMORY_SPLIT_PAGES; change++) {
				expect_split(m, splits, change);
				fixture_run();
				fixture_holds();
				expect_split(m, splits, change);
				fixture.out = (struct outcome){ 0 };
				if (splits)
					fixture_breaks(RULE_PLACEMENT_LEAF, "a block", 0);
				else
					fixture_holds();
			}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(what_is_added_is_judged),
	cmocka_unit_test(what_cannot_be_added_leaves_nothing),
	cmocka_unit_test(what_is_there_is_not_added_again),
	cmocka_unit_test(what_is_removed_is_judged),
	cmocka_unit_test(tlbs_hold_nothing_of_removed_memory),
	cmocka_unit_test(empty_tables_of_removed_memory_are_freed),
	cmocka_unit_test(a_cut_is_refused),
	cmocka_unit_test(a_tree_lays_the_largest_leaves),
	cmocka_unit_test(what_is_to_be_split_is),
};
FIXTURE_MAIN(tests)
