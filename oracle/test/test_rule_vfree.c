// SPDX-License-Identifier: GPL-2.0-only
/*
 * vfree() on every machine: what it leaves in TLBs, in which order it resets permissions, which
 * aliases it gives back, and what it says.
 */
#include <errno.h>

#include "oracle/test/fixture.h"

#define FREED 4 /* pages of the area */

static void set_told(const struct fixture_machine *machine, bool noalias, bool realm)
{
	struct fixture_machine one = *machine;
	one.config.noalias = noalias;
	one.config.realm = realm;
	fixture_begin(&one);
	fixture.name = "vfree";
}

static void make(enum call_kind kind, enum memory_change change)
{
	fixture_expect(kind, change);
	fixture_run();
	fixture_holds();
}

/* An area of vmalloc() with so many pages that was made read-only, with its aliases. */
static void make_read_only(uint64_t pages)
{
	fixture.pages = pages;
	make(CALL_VMALLOC, 0);
	fixture_have_area(pages);
	make(CALL_SET_MEMORY, MEMORY_RO);
}

/* Such an area that is to be freed. */
static void make_area(enum area_kind kind)
{
	make_read_only(FREED);
	fixture.area[0].kind = kind;
}

static void begin(unsigned machine, bool reset)
{
	set_told(&fixture_machines[machine], false, false);
	make_area(AREA_ALLOC);
	fixture.resets = reset;
	fixture_expect(CALL_VFREE, 0);
}

static void store_at(uint64_t page, uint64_t clear, uint64_t set)
{
	table_t table;
	uint32_t index;
	uint64_t desc = fixture_word(page, 3, &table, &index);
	machine_store(fixture.m, table, index, 1, (desc & ~clear) | set, 0);
}

static void unmap(void)
{
	machine_flush_cache(fixture.m, CACHE_FLUSH_VUNMAP, fixture.va, fixture.call.bytes);
	for (uint64_t i = 0; i < FREED; i++)
		store_at(fixture.first + i, ~UINT64_C(0), 0);
	fixture.out = (struct outcome){ .modified = MODIFIED_LEVEL(3) };
}

static void aliases_invalid(void)
{
	for (uint64_t i = 0; i < FREED; i++)
		store_at(BASE_PFN + i, ARM64_VALID, ARM64_NG);
}

static void aliases_default(uint64_t first)
{
	for (uint64_t i = first; i < FREED; i++)
		store_at(BASE_PFN + i, ARM64_NG | ARM64_AP2, ARM64_VALID | ARM64_DBM);
}

static void complete(void)
{
	machine_barrier(fixture.m, BARRIER_DSB_ISH);
	machine_barrier(fixture.m, BARRIER_ISB);
}

static void flush_all(void)
{
	machine_unmap_aliases(fixture.m);
	machine_barrier(fixture.m, BARRIER_DSB_ISHST);
	machine_tlbi_all(fixture.m);
	complete();
}

/* All that vfree() does with permissions reset, each step where it belongs. */
static void free_in_order(void)
{
	unmap();
	aliases_invalid();
	flush_all();
	aliases_default(0);
	complete();
}

/* A TLBI of pages [first, first + FREED) alone. */
static void flush_part(uint64_t first)
{
	machine_barrier(fixture.m, BARRIER_DSB_ISHST);
	machine_tlbi_range(fixture.m, oracle_va(&fixture.oracle, first),
			   (uint64_t)FREED << fixture.g.granule, true);
	complete();
}

static bool meets_lazy(void)
{
	return oracle_meets_lazy(&fixture.oracle, fixture.va, fixture.call.bytes);
}

/* Without the flag the area stays in TLBs until a purge, and aliases stay as they are. */
static void without_the_flag_it_is_lazy(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		begin(m, false);
		unmap();
		fixture_holds();
		assert_true(meets_lazy());
		oracle_purge(&fixture.oracle);
		begin(m, false);
		unmap();
		aliases_invalid();
		flush_all();
		aliases_default(0);
		fixture_breaks(RULE_ISOLATION_OUTSIDE, "aliases reset", m);
	}
}

static void in_the_right_order_it_holds(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		begin(m, true);
		free_in_order();
		fixture_holds();
		assert_false(meets_lazy());
	}
}

static void the_order_is_judged(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		begin(m, true); /* aliases before the TLBI */
		unmap();
		aliases_invalid();
		aliases_default(0);
		flush_all();
		fixture_breaks(RULE_HISTORY_ALIAS, "aliases first", m);
		begin(m, true); /* a TLBI of the aliases alone */
		unmap();
		aliases_invalid();
		machine_unmap_aliases(fixture.m);
		flush_part(BASE_PFN);
		aliases_default(0);
		complete();
		fixture_breaks(RULE_HISTORY_ALIAS, "no TLBI of the area", m);
		begin(m, true); /* a TLBI of the area alone */
		unmap();
		aliases_invalid();
		machine_unmap_aliases(fixture.m);
		flush_part(fixture.first);
		aliases_default(0);
		complete();
		fixture_breaks(RULE_HISTORY_MAKE_BEFORE_TLBI, "no TLBI of the aliases", m);
		begin(m, true); /* aliases that are writable while the area may be cached */
		unmap();
		aliases_default(0);
		flush_all();
		fixture_breaks(RULE_HISTORY_ALIAS, "aliases that change in place", m);
		begin(m, true); /* they change in place, and may stay in TLBs */
		unmap();
		flush_all();
		aliases_default(0);
		complete();
		fixture_breaks(RULE_HISTORY_STALE, "aliases never invalid", m);
	}
}

static void what_comes_of_aliases_is_judged(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		begin(m, true);
		unmap();
		aliases_invalid();
		flush_all();
		aliases_default(1);
		complete();
		fixture_breaks(RULE_TRANSLATION_MISSING, "the first alias stays invalid", m);
		begin(m, true);
		unmap();
		flush_all();
		fixture_breaks(RULE_TRANSLATION_PERMISSION, "aliases that stay read-only", m);
		begin(m, true);
		free_in_order();
		fixture_forget_events(EVENT_UNMAP_ALIASES);
		fixture_breaks(RULE_FLUSH_ALIASES, "no vm_unmap_aliases()", m);
		begin(m, true);
		unmap();
		aliases_invalid();
		store_at(BASE_PFN + FREED, ARM64_VALID, ARM64_NG);
		store_at(BASE_PFN + FREED, ARM64_NG, ARM64_VALID);
		flush_all();
		aliases_default(0);
		complete();
		fixture_breaks(RULE_ISOLATION_TRANSIENT, "a page that is not the area's", m);
	}
}

/* Where the linear map is not to be changed; also an area of vmap(), whose pages vfree() puts. */
static void aliases_change_where_they_may(void **state)
{
	(void)state;
	for (unsigned told = 0; told < 8; told++) {
		bool changes = !(told & 1) || told & 2;
		set_told(&fixture_machines[0], told & 1, told & 2);
		make_area(told & 4 ? AREA_MAP : AREA_ALLOC);
		fixture.resets = true;
		fixture_expect(CALL_VFREE, 0);
		free_in_order();
		if (changes)
			fixture_holds();
		else
			fixture_breaks(RULE_ISOLATION_TRANSIENT, "aliases that fault", told);
	}
}

/* A TLBI of all is what two ranges that lie apart need; one that is not of all need not be elsewhere. */
static void a_tlbi_of_everything_is_right(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		begin(m, true);
		free_in_order();
		fixture.oracle.owed = owed_by(MAPPER_TREE, &fixture.policy);
		fixture_holds();
		begin(m, true);
		unmap();
		aliases_invalid();
		flush_all();
		aliases_default(0);
		flush_all();
		fixture.oracle.owed = owed_by(MAPPER_TREE, &fixture.policy);
		fixture_breaks(RULE_COST_TLBI, "a second TLBI", m);
	}
}

/* No alias of a block below BBM level 2 changes, which a warning says. */
static void an_alias_that_stays_is_warned_of(void **state)
{
	(void)state;
	for (unsigned warned = 0; warned < 2; warned++) {
		struct fixture_machine machine = fixture_machines[0];
		machine.config.bbm = 0;
		set_told(&machine, false, false);
		uint64_t block = UINT64_C(1) << arm64_leaf_order(&fixture.g, 2);
		uint64_t page = (BASE_PFN / block + 2) * block;
		assert_true(oracle_preset_leaf(&fixture.oracle, oracle_va(&fixture.oracle, page),
					       page, 2));
		fixture.pages = 1;
		fixture.pfn[0] = page + 1;
		fixture_expect(CALL_VMALLOC, 0);
		fixture_run();
		fixture_holds();
		fixture_have_area(1);
		fixture.resets = true;
		fixture_expect(CALL_VFREE, 0);
		fixture_run();
		assert_int_equal(fixture.out.error, 0);
		if (!warned)
			fixture_forget_events(EVENT_WARN);
		if (warned)
			fixture_holds();
		else
			fixture_breaks(RULE_ERRORS_WARNING, "no warning", 0);
	}
}

/* --- which aliases ------------------------------------------------------------------- */

/* The first FREED pages of the range are an area whose permissions are reset as it is freed. */
static void expect_reset(void)
{
	fixture.pages = FREED;
	fixture_have_area(FREED);
	fixture.resets = true;
	fixture_expect(CALL_VFREE, 0);
}

static void set_word(uint64_t page, uint64_t clear, uint64_t set)
{
	table_t table;
	uint32_t index;
	uint64_t desc = fixture_word(page, 3, &table, &index);
	fixture_set(page, 3, (desc & ~clear) | set);
}

/* An area of pages that follow each other two by two, and one by one, is freed. */
static const uint64_t apart[FREED] = { BASE_PFN, BASE_PFN + 1, BASE_PFN + 3, BASE_PFN + 7 };

static void free_apart(unsigned machine)
{
	set_told(&fixture_machines[machine], false, false);
	for (unsigned i = 0; i < FREED; i++)
		fixture.pfn[i] = apart[i];
	make_area(AREA_ALLOC);
	expect_reset();
	fixture_run();
}

static void aliases_that_lie_apart_are_all_reset(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		free_apart(m);
		fixture_holds();
		for (unsigned i = 0; i < FREED; i++) {
			free_apart(m);
			set_word(apart[i], ARM64_DBM, ARM64_AP2);
			fixture_breaks(RULE_TRANSLATION_PERMISSION, "an alias that stays read-only",
				       apart[i]);
		}
	}
}

/* Of an area that is a page longer the first pages are freed; the last alias is another's. */
static void free_all_but_one(unsigned machine)
{
	set_told(&fixture_machines[machine], false, false);
	make_read_only(FREED + 1);
	expect_reset();
	fixture_run();
}

static void the_alias_behind_the_last_is_not_reset(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		free_all_but_one(m);
		fixture_holds();
		free_all_but_one(m);
		set_word(BASE_PFN + FREED, ARM64_AP2, ARM64_DBM);
		fixture_breaks(RULE_ISOLATION_OUTSIDE, "an alias that is writable", m);
	}
}

/*
 * Two pages and two that seem to follow them, by the low half of their numbers. Of what lies between
 * one page is read-only, which is another's.
 */
static void free_far_apart(unsigned machine)
{
	const uint64_t far = BASE_PFN + 2 + (UINT64_C(1) << 32);
	const uint64_t pfn[FREED + 1] = { BASE_PFN, BASE_PFN + 1, far, far + 1, BASE_PFN + 2 };
	set_told(&fixture_machines[machine], false, false);
	for (unsigned i = 0; i <= FREED; i++)
		fixture.pfn[i] = pfn[i];
	for (uint64_t page = far; page < far + 2; page++)
		assert_true(oracle_preset_leaf(&fixture.oracle, oracle_va(&fixture.oracle, page),
					       page, 3));
	make_read_only(FREED + 1);
	expect_reset();
	fixture_run();
}

static void aliases_are_told_apart_by_all_bits(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		const struct machine_config *c = &fixture_machines[m].config;
		if (c->va_bits - 1u - c->page_shift <= 32)
			continue; /* no linear map is so large */
		free_far_apart(m);
		fixture_holds();
		free_far_apart(m);
		set_word(BASE_PFN + 2, ARM64_AP2, ARM64_DBM);
		fixture_breaks(RULE_ISOLATION_OUTSIDE, "an alias that is writable", m);
	}
}

/* The first alias was made invalid, by set_direct_map. */
static void free_with_invalid_alias(unsigned machine)
{
	set_told(&fixture_machines[machine], false, false);
	make_area(AREA_ALLOC);
	uint64_t va = fixture.va;
	fixture.va = oracle_va(&fixture.oracle, BASE_PFN);
	fixture.pages = 1;
	make(CALL_SET_DIRECT_MAP, FIXTURE_INVALID);
	oracle_purge(&fixture.oracle);
	fixture.va = va;
	expect_reset();
	fixture_run();
}

static void an_alias_that_was_invalid_is_valid_again(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		free_with_invalid_alias(m);
		fixture_holds();
		free_with_invalid_alias(m);
		set_word(BASE_PFN, ARM64_VALID, ARM64_NG);
		fixture_breaks(RULE_TRANSLATION_MISSING, "an alias that stays invalid", m);
	}
}

/* --- aliases in blocks --------------------------------------------------------------- */

/* A machine that splits live blocks, or not, with a block of the linear map; its first page. */
static uint64_t have_block(unsigned machine, bool splits)
{
	struct fixture_machine one = fixture_machines[machine];
	one.config.bbm = splits ? 2 : 0;
	set_told(&one, false, false);
	uint64_t block = UINT64_C(1) << arm64_leaf_order(&fixture.g, 2);
	uint64_t page = (BASE_PFN / block + 2) * block;
	assert_true(oracle_preset_leaf(&fixture.oracle, oracle_va(&fixture.oracle, page), page, 2));
	return page;
}

/* An area of so many pages is to be freed, with permissions reset. */
static void expect_free(uint64_t pages)
{
	fixture.pages = pages;
	make(CALL_VMALLOC, 0);
	fixture_have_area(pages);
	fixture.resets = true;
	fixture_expect(CALL_VFREE, 0);
}

/* One page before a block that is read-only and stays, and the block's first page; or the other way round. */
static void free_across_block(unsigned machine, unsigned first)
{
	table_t table;
	uint32_t index;
	uint64_t page = have_block(machine, false);
	uint64_t end = page + (UINT64_C(1) << arm64_leaf_order(&fixture.g, 2));
	assert_true(oracle_preset_leaf(&fixture.oracle, oracle_va(&fixture.oracle, page - 1),
				       page - 1, 3));
	fixture.pfn[first] = page - 1;
	fixture.pfn[!first] = page;
	expect_free(2);
	fixture_set(page, 2, fixture_word(page, 2, &table, &index) | ARM64_AP2);
	space_change(&fixture.oracle.space, page, end, MAY_WRITE, MAY_NOT_WRITE);
	fixture_run();
}

static void an_alias_in_a_block_stays_read_only(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (unsigned first = 0; first < 2; first++) {
			free_across_block(m, first);
			fixture_holds();
			free_across_block(m, first);
			set_word(fixture.pfn[first], ARM64_VALID, ARM64_NG);
			fixture_breaks(RULE_TRANSLATION_MISSING, "the page before the block", m);
		}
}

/* No table page is left to split the block with. vfree() cannot report that. */
static void no_table_for_an_alias_is_no_error(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (int told = 0; told < 2; told++) {
			uint64_t page = have_block(m, true);
			fixture.pfn[0] = page + 1;
			expect_free(1);
			machine_begin_call(fixture.m, 1, 0);
			fixture_run();
			assert_true(fixture.m->alloc_failed);
			fixture.out.error = told ? -ENOMEM : 0;
			if (told)
				fixture_breaks(RULE_ERRORS_CODE, "an error", m);
			else
				fixture_holds();
		}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(without_the_flag_it_is_lazy),
	cmocka_unit_test(in_the_right_order_it_holds),
	cmocka_unit_test(the_order_is_judged),
	cmocka_unit_test(what_comes_of_aliases_is_judged),
	cmocka_unit_test(aliases_change_where_they_may),
	cmocka_unit_test(a_tlbi_of_everything_is_right),
	cmocka_unit_test(an_alias_that_stays_is_warned_of),
	cmocka_unit_test(aliases_that_lie_apart_are_all_reset),
	cmocka_unit_test(the_alias_behind_the_last_is_not_reset),
	cmocka_unit_test(aliases_are_told_apart_by_all_bits),
	cmocka_unit_test(an_alias_that_was_invalid_is_valid_again),
	cmocka_unit_test(an_alias_in_a_block_stays_read_only),
	cmocka_unit_test(no_table_for_an_alias_is_no_error),
};
FIXTURE_MAIN(tests)
