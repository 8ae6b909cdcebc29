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

/* An area of vmalloc() that was made read-only, with its aliases, and is to be freed. */
static void make_area(enum area_kind kind)
{
	fixture.pages = FREED;
	fixture_expect(CALL_VMALLOC, 0);
	fixture_run();
	fixture_holds();
	fixture_have_area(FREED);
	fixture_expect(CALL_SET_MEMORY, MEMORY_RO);
	fixture_run();
	fixture_holds();
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

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(without_the_flag_it_is_lazy),
	cmocka_unit_test(in_the_right_order_it_holds),
	cmocka_unit_test(the_order_is_judged),
	cmocka_unit_test(what_comes_of_aliases_is_judged),
	cmocka_unit_test(aliases_change_where_they_may),
	cmocka_unit_test(a_tlbi_of_everything_is_right),
	cmocka_unit_test(an_alias_that_stays_is_warned_of),
};
FIXTURE_MAIN(tests)
