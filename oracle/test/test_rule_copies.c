// SPDX-License-Identifier: GPL-2.0-only
/*
 * trans_pgd on every machine: what a copy of the linear map must have, what it may not have, and whose
 * the tables are that it took.
 */
#include <errno.h>

#include "oracle/reference/reference.h"
#include "oracle/test/fixture.h"

#define MIDDLE 3 /* a page of the range that is looked at */

/* The call's range is the linear map of the fixture from now on. */
static void begin(unsigned machine)
{
	fixture_begin(&fixture_machines[machine]);
	fixture.name = "trans_pgd";
	fixture.first = BASE_PFN;
	fixture.va = oracle_va(&fixture.oracle, fixture.first);
}

static void copy(void)
{
	fixture_expect(CALL_TRANS_PGD, 0);
	fixture_run();
	assert_int_equal(fixture.out.error, 0);
}

static void make(unsigned machine)
{
	begin(machine);
	copy();
}

/* The same after pages were made invalid, and their TLB entries dropped. */
static void make_of_invalid(unsigned machine)
{
	begin(machine);
	fixture_expect(CALL_SET_MEMORY, MEMORY_INVALID);
	fixture_run();
	fixture_holds();
	copy();
}

/* Where the copy has the descriptor for a page of the space, at a level. */
static uint64_t word_of_copy(uint64_t page, int level, table_t *table, uint32_t *index)
{
	uint64_t va = oracle_va(&fixture.oracle, page);
	*table = fixture.out.copy;
	for (int l = fixture.g.start_level;; l++) {
		*index = arm64_table_index(&fixture.g, l, va);
		uint64_t word = machine_words(fixture.m, *table)[*index];
		if (l == level)
			return word;
		*table = reference_child(&fixture.g, fixture.m, word);
		assert_int_not_equal(*table, MACHINE_NO_TABLE);
	}
}

static void change_copy(uint64_t page, int level, uint64_t clear, uint64_t set)
{
	table_t table;
	uint32_t index;
	uint64_t word = word_of_copy(page, level, &table, &index);
	machine_store(fixture.m, table, index, 1, (word & ~clear) | set, 0);
}

static void a_copy_of_what_is_valid_or_not_holds(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		make(m);
		fixture_holds();
		assert_true(fixture.oracle.examined.rules & RULE_BIT(RULE_TRANSLATION_COPY));
		make_of_invalid(m);
		fixture_holds();
	}
}

/* What TLBs hold of what changed before is no matter: nothing of the original changes. */
static void a_range_may_be_stale(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		begin(m);
		fixture_expect(CALL_SET_DIRECT_MAP, FIXTURE_INVALID);
		for (uint64_t i = 0; i < PAGES; i++) {
			table_t table;
			uint32_t index;
			uint64_t desc = fixture_word(fixture.first + i, 3, &table, &index);
			machine_store(fixture.m, table, index, 1, (desc & ~ARM64_VALID) | ARM64_NG,
				      0);
		}
		fixture.out = (struct outcome){ 0 };
		fixture_holds();
		assert_true(oracle_meets_lazy(&fixture.oracle, fixture.va, fixture.call.bytes));
		copy();
		fixture_holds();
		assert_true(oracle_meets_lazy(&fixture.oracle, fixture.va, fixture.call.bytes));
	}
}

static void each_attribute_is_that_of_the_original(void **state)
{
	static const struct {
		uint64_t clear, set;
		const char *what;
	} changes[] = {
		{ 0, ARM64_AP2, "a page that is read-only" },
		{ ARM64_VALID, 0, "a page that is not valid" },
		{ ARM64_PXN, 0, "a page that may be executed" },
		{ ARM64_UXN, 0, "a page that EL0 may execute" },
		{ 0, ARM64_AP1, "a page that EL0 may read" },
		{ ARM64_AF, 0, "a page whose first access faults" },
		{ 0, ARM64_NG, "a page that is not global" },
		{ ARM64_ATTRINDX, UINT64_C(2) << 2, "another memory type" },
		{ 0, ARM64_BIT(20), "another page frame" },
	};
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		for (unsigned i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
			make(m);
			change_copy(fixture.first + MIDDLE, 3, changes[i].clear, changes[i].set);
			fixture_breaks(RULE_TRANSLATION_COPY, changes[i].what, i);
			make_of_invalid(m);
			change_copy(fixture.first + MIDDLE, 3, changes[i].clear, changes[i].set);
			fixture_breaks(RULE_TRANSLATION_COPY, changes[i].what, i);
		}
	}
}

static void all_pages_and_no_others_are_copied(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		for (uint64_t page = 0; page < PAGES; page++) {
			make(m);
			change_copy(fixture.first + page, 3, ~UINT64_C(0), 0);
			fixture_breaks(RULE_TRANSLATION_COPY, "a page that is missing", page);
		}
		table_t table;
		uint32_t index;
		make(m);
		uint64_t word = word_of_copy(fixture.first, 3, &table, &index);
		change_copy(fixture.first + PAGES, 3, 0, word);
		fixture_breaks(RULE_TRANSLATION_COPY, "a page after the range", 0);
		begin(m);
		fixture.pages = 4;
		copy();
		change_copy(fixture.first + 4, 3, 0,
			    fixture_word(fixture.first + 4, 3, &table, &index));
		fixture_breaks(RULE_TRANSLATION_COPY, "a page of the original after the range", 0);
	}
}

/* Where nothing is to be copied, entries of the copy are 0, and not merely invalid. */
static void no_entry_of_a_copy_is_invalid(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		table_t table;
		uint32_t index;
		make(m);
		uint64_t word = word_of_copy(fixture.first, 3, &table, &index);
		change_copy(fixture.first + PAGES, 3, 0, word & ~ARM64_VALID);
		fixture_breaks(RULE_TRANSLATION_COPY, "an entry after the range", m);
		make(m);
		change_copy(fixture.first + PAGES, 3, 0, ARM64_NG);
		fixture_breaks(RULE_TRANSLATION_COPY, "a bit after the range", m);
	}
}

static void the_original_is_not_stored_to(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		for (int level = fixture.g.start_level; level <= ARM64_LAST_LEVEL; level++) {
			table_t table;
			uint32_t index;
			make(m);
			if (level < fixture.g.start_level)
				continue;
			uint64_t word = fixture_word(fixture.first, level, &table, &index);
			machine_store(fixture.m, table, index, 1, word, 0);
			fixture_breaks(RULE_TRANSLATION_COPY, "a store to the original",
				       (uint64_t)level);
		}
	}
}

static void the_root_is_a_table_of_the_call(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		make(m);
		fixture.out.copy = MACHINE_ROOT;
		fixture_breaks(RULE_TRANSLATION_COPY, "no root", 0);
		make(m);
		fixture.out.copy = 1; /* of the original */
		fixture_breaks(RULE_TRANSLATION_COPY, "a root of before", 1);
		make(m);
		fixture.out.copy = fixture.m->tables;
		fixture_breaks(RULE_TRANSLATION_COPY, "a root that is no table", 2);
		make(m);
		machine_free_table(fixture.m, fixture.out.copy);
		fixture_breaks(RULE_TRANSLATION_COPY, "a root that was freed", 3);
	}
}

/* Of a copy that succeeds each is in it once; those of one that failed are its caller's. */
static void its_tables_are_accounted_for(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		make(m);
		machine_alloc_table(fixture.m);
		fixture_breaks(RULE_TABLES_LEAK, "a table that is nowhere", 0);
		make(m);
		table_t table;
		uint32_t index;
		uint64_t link = word_of_copy(fixture.first, 2, &table, &index);
		machine_store(fixture.m, table, index + 1, 1, link, 0);
		fixture_breaks(RULE_TABLES_REACHED_TWICE, "a table that is there twice", 0);
		make(m);
		fixture_word(fixture.first, 3, &table, &index);
		change_copy(fixture.first, 2, ~UINT64_C(0),
			    reference_link(&fixture.g, fixture.m, table));
		fixture_breaks(RULE_TABLES_REACHED_TWICE, "a table of the original", 0);
		make(m);
		change_copy(fixture.first, 2, 0, ARM64_APTABLE);
		fixture_breaks(RULE_TABLES_DESCRIPTOR, "a table whose pages are read-only", 0);
	}
}

static void run_out_of_tables(unsigned machine, uint32_t fail)
{
	const struct call_context in = { .area = fixture.area, .areas = fixture.areas };
	begin(machine);
	fixture_expect(CALL_TRANS_PGD, 0);
	machine_begin_call(fixture.m, fail, 0);
	oracle_expect(&fixture.oracle, &fixture.call, &in);
	fixture_run();
}

static void out_of_tables_it_fails(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		run_out_of_tables(m, 0);
		uint32_t needed = (uint32_t)(ARM64_LAST_LEVEL - fixture.g.start_level) + 1;
		fixture_holds();
		for (uint32_t fail = 1; fail <= needed; fail++) {
			run_out_of_tables(m, fail);
			assert_int_equal(fixture.out.error, -ENOMEM);
			fixture_holds();
			run_out_of_tables(m, fail);
			fixture.out.error = 0;
			fixture_breaks(RULE_ERRORS_CODE, "no error", fail);
		}
	}
}

/* A part of a group of pages of the copy is Contiguous. */
static void its_groups_are_whole(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		make(m);
		change_copy(fixture.first, 3, 0, ARM64_CONTIGUOUS);
		fixture_breaks(RULE_CONTIGUOUS_PARTIAL, "a part of a group", 0);
	}
}

/* Of a tree that does not copy what is not valid: nothing of it may be missed, and all else is held. */
static void what_is_not_valid_may_be_waived(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		for (int waived = 0; waived < 2; waived++) {
			make_of_invalid(m);
			fixture.oracle.waivers.behaviours =
				waived ? WAIVER(WAIVER_COPIES_NO_INVALID) : 0;
			change_copy(fixture.first + MIDDLE, 3, ~UINT64_C(0), 0);
			if (waived)
				fixture_holds();
			else
				fixture_breaks(RULE_TRANSLATION_COPY, "an invalid page", 0);
			make(m);
			fixture.oracle.waivers.behaviours =
				waived ? WAIVER(WAIVER_COPIES_NO_INVALID) : 0;
			change_copy(fixture.first + MIDDLE, 3, ~UINT64_C(0), 0);
			fixture_breaks(RULE_TRANSLATION_COPY, "a valid page", 0);
		}
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_copy_of_what_is_valid_or_not_holds),
	cmocka_unit_test(a_range_may_be_stale),
	cmocka_unit_test(each_attribute_is_that_of_the_original),
	cmocka_unit_test(all_pages_and_no_others_are_copied),
	cmocka_unit_test(no_entry_of_a_copy_is_invalid),
	cmocka_unit_test(the_original_is_not_stored_to),
	cmocka_unit_test(the_root_is_a_table_of_the_call),
	cmocka_unit_test(its_tables_are_accounted_for),
	cmocka_unit_test(out_of_tables_it_fails),
	cmocka_unit_test(its_groups_are_whole),
	cmocka_unit_test(what_is_not_valid_may_be_waived),
};
FIXTURE_MAIN(tests)
