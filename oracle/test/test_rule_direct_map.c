// SPDX-License-Identifier: GPL-2.0-only
/*
 * set_direct_map on the linear map, on every machine: what it leaves in TLBs, whose pages change where
 * it ends early, and where it may change none.
 */
#include <errno.h>

#include "oracle/reference/reference.h"
#include "oracle/test/fixture.h"

/* The call's range is the linear map of the fixture from now on. */
static void begin(const struct machine_config *config, unsigned machine)
{
	struct fixture_machine one = fixture_machines[machine];
	if (config) {
		one.config.noalias = config->noalias;
		one.config.realm = config->realm;
	}
	fixture_begin(&one);
	fixture.name = "set_direct_map";
	fixture.first = BASE_PFN;
	fixture.va = oracle_va(&fixture.oracle, fixture.first);
}

static void make(enum memory_change state)
{
	fixture_expect(CALL_SET_DIRECT_MAP, state);
	fixture_run();
}

static bool meets_lazy(int64_t page, uint64_t pages)
{
	uint64_t va = fixture.va + ((uint64_t)page << fixture.g.granule);
	return oracle_meets_lazy(&fixture.oracle, va, pages << fixture.g.granule);
}

/* A change of an area of vmalloc(), which ends with a vm_unmap_aliases(). */
static void unmap_aliases(void)
{
	fixture.va = arm64_va_base(&fixture.g) + (UINT64_C(3) << (fixture.g.ia_size - 2));
	fixture_expect(CALL_VMALLOC, 0);
	fixture_run();
	fixture_holds();
	fixture_have_area(PAGES);
	fixture_expect(CALL_SET_MEMORY, MEMORY_X);
	fixture_run();
	fixture_holds();
}

static void make_invalid_without_tlbi(void)
{
	fixture_expect(CALL_SET_DIRECT_MAP, FIXTURE_INVALID);
	for (uint64_t i = 0; i < PAGES; i++) {
		table_t table;
		uint32_t index;
		uint64_t desc = fixture_word(fixture.first + i, 3, &table, &index);
		machine_store(fixture.m, table, index, 1, (desc & ~ARM64_VALID) | ARM64_NG, 0);
	}
	fixture.out = (struct outcome){ 0 };
}

/* TLBs are its caller's, who invalidates what the call changed; vm_unmap_aliases() knows nothing of it. */
static void the_range_stays_stale_until_the_caller_invalidates(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		begin(NULL, m);
		make_invalid_without_tlbi();
		fixture_holds();
		assert_true(meets_lazy(0, 1) && meets_lazy(PAGES - 1, 1));
		assert_false(meets_lazy(-1, 1) || meets_lazy(PAGES, 1));
		unmap_aliases();
		fixture.va = oracle_va(&fixture.oracle, fixture.first);
		assert_true(meets_lazy(0, PAGES));
		oracle_purge(&fixture.oracle);
		assert_false(meets_lazy(0, PAGES));
	}
}

static void a_tlbi_is_the_callers(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		begin(NULL, m);
		make_invalid_without_tlbi();
		fixture.oracle.owed = owed_by(MAPPER_SERIES, &fixture.policy);
		fixture_holds();
		begin(NULL, m);
		make(FIXTURE_INVALID); /* by the reference, which invalidates */
		fixture.oracle.owed = owed_by(MAPPER_SERIES, &fixture.policy);
		fixture_breaks(RULE_COST_TLBI, "a TLBI", 0);
	}
}

static uint64_t first_word(table_t *table, uint32_t *index)
{
	return fixture_word(fixture.first, 3, table, index);
}

/* Under rodata=noalias nothing changes, but of a Realm's guest; of a tree that knows no Realms nothing. */
static void the_linear_map_changes_where_it_may(void **state)
{
	static const struct tree_knobs knows_no_realms = { .realm_keeps_linear_map = true };
	(void)state;
	for (unsigned told = 0; told < 8; told++) {
		const struct machine_config config = { .noalias = told & 1, .realm = told & 2 };
		bool realm = config.realm && !(told & 4);
		bool changes = !config.noalias || realm;
		table_t table;
		uint32_t index;
		begin(&config, 0);
		if (told & 4)
			fixture.oracle.tree = &knows_no_realms;
		make_invalid_without_tlbi();
		if (changes)
			fixture_holds();
		else
			fixture_breaks(RULE_TRANSLATION_MISSING, "an entry that changed", told);
		begin(&config, 0);
		if (told & 4)
			fixture.oracle.tree = &knows_no_realms;
		uint64_t before = first_word(&table, &index);
		fixture_expect(CALL_SET_DIRECT_MAP, FIXTURE_INVALID);
		fixture.out = (struct outcome){ 0 };
		assert_true(before & ARM64_VALID);
		if (changes)
			fixture_breaks(RULE_TRANSLATION_UNEXPECTED, "an entry that stayed", told);
		else
			fixture_holds();
	}
}

/* Four pages, of which all from `single` on lie in a block that may not be split. */
static void meet_block(unsigned machine, uint64_t single)
{
	begin(NULL, machine);
	uint64_t block = UINT64_C(1) << arm64_leaf_order(&fixture.g, 2);
	uint64_t page = (fixture.first / block + 2) * block;
	for (uint64_t i = 1; i <= single; i++)
		assert_true(oracle_preset_leaf(&fixture.oracle,
					       oracle_va(&fixture.oracle, page - i), page - i, 3));
	assert_true(oracle_preset_leaf(&fixture.oracle, oracle_va(&fixture.oracle, page), page, 2));
	fixture.first = page - single;
	fixture.va = oracle_va(&fixture.oracle, fixture.first);
	fixture.pages = 4;
	make(FIXTURE_INVALID);
}

static void it_ends_at_a_leaf_that_may_not_be_split(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		if (fixture_machines[m].config.bbm == 2)
			continue;
		for (uint64_t single = 0; single < 4; single++) {
			table_t table;
			uint32_t index;
			meet_block(m, single);
			assert_int_equal(fixture.out.error, -EINVAL);
			fixture_holds();
			meet_block(m, single);
			fixture.out.error = 0;
			fixture_breaks(RULE_ERRORS_CODE, "no error", single);
			meet_block(m, single);
			fixture_forget_events(EVENT_WARN);
			fixture_breaks(RULE_ERRORS_WARNING, "no warning", single);
			meet_block(m, single);
			uint64_t desc = fixture_word(fixture.first, single ? 3 : 2, &table, &index);
			machine_store(fixture.m, table, index, 1, desc, 0);
			if (single)
				fixture_holds();
			else
				fixture_breaks(RULE_ERRORS_REFUSED, "a store", single);
		}
	}
}

/* A page that was made read-only is writable again, and valid. */
static void default_is_writable(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		table_t table;
		uint32_t index;
		begin(NULL, m);
		make(FIXTURE_INVALID);
		fixture_holds();
		oracle_purge(&fixture.oracle);
		make(FIXTURE_DEFAULT);
		fixture_set(fixture.first, 3, first_word(&table, &index) | ARM64_AP2);
		fixture_breaks(RULE_TRANSLATION_PERMISSION, "a page that is read-only", 0);
		begin(NULL, m);
		make(FIXTURE_DEFAULT);
		fixture_set(fixture.first, 3, first_word(&table, &index) & ~ARM64_VALID);
		fixture_breaks(RULE_TRANSLATION_MISSING, "a page that is invalid", 0);
	}
}

static uint64_t told_wrong; /* a page of which the opposite is told */

static bool tell_wrong(struct address_space *space, uint64_t pfn)
{
	return reference_mapper.page_present(space, pfn) != (pfn == told_wrong);
}

/* A change of so many pages from one page of the linear map on. */
static void change_part(unsigned machine, int64_t first, uint64_t pages)
{
	begin(NULL, machine);
	fixture.first = (uint64_t)((int64_t)BASE_PFN + first);
	fixture.va = oracle_va(&fixture.oracle, fixture.first);
	fixture.pages = pages;
	make(FIXTURE_INVALID);
}

/* Of the pages that changed, of those next to them, and of none but them. */
static void what_is_told_to_be_present_is_judged(void **state)
{
	static const int64_t noticed[] = { -1, 0, 1, 7, 12, 19, 20 };
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		for (unsigned i = 0; i < 7; i++) {
			change_part(m, 1, PAGES - 4);
			told_wrong = (uint64_t)((int64_t)fixture.first + noticed[i]);
			fixture.mapper.page_present = tell_wrong;
			fixture_breaks(RULE_LOOKUP_PRESENT, "a page", told_wrong);
		}
		for (uint64_t page = 0; page < 16; page++) {
			change_part(m, 1, 16);
			told_wrong = fixture.first + page;
			fixture.mapper.page_present = tell_wrong;
			fixture_breaks(RULE_LOOKUP_PRESENT, "a page", told_wrong);
		}
		change_part(m, 1, 16);
		fixture.mapper.page_present = NULL;
		fixture_holds();
	}
}

/* An area whose aliases set_memory_ro() changes: each is present all the same. */
static void aliases_are_told_to_be_present(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (int change = MEMORY_RO; change <= MEMORY_X; change++) {
			const struct fixture_call call = { CALL_SET_MEMORY,
							   (enum memory_change)change, "an alias" };
			fixture_make(&fixture_machines[m], &call);
			told_wrong = BASE_PFN + 3;
			fixture.mapper.page_present = tell_wrong;
			if (change <= MEMORY_RW)
				fixture_breaks(RULE_LOOKUP_PRESENT, "an alias", told_wrong);
			else
				fixture_holds();
		}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_range_stays_stale_until_the_caller_invalidates),
	cmocka_unit_test(a_tlbi_is_the_callers),
	cmocka_unit_test(the_linear_map_changes_where_it_may),
	cmocka_unit_test(it_ends_at_a_leaf_that_may_not_be_split),
	cmocka_unit_test(default_is_writable),
	cmocka_unit_test(what_is_told_to_be_present_is_judged),
	cmocka_unit_test(aliases_are_told_to_be_present),
};
FIXTURE_MAIN(tests)
