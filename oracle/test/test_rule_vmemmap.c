// SPDX-License-Identifier: GPL-2.0-only
/*
 * Struct pages on every machine: what backs them and what else is there, when their memory is given
 * back, and what others have a half of.
 */
#include <errno.h>

#include "oracle/test/fixture.h"

#define BACKED 4 /* of a range: fewer than a section has on any machine */

#define MANY 140 /* pages of a range: more than a word, and two, have bits */

/* A range of struct pages of the space, far from all else. */
static void begin(unsigned machine)
{
	fixture_begin(&fixture_machines[machine]);
	fixture.name = "struct pages";
	fixture.first = (UINT64_C(3) << (fixture.g.ia_size - fixture.g.granule)) / 4;
	fixture.va = oracle_va(&fixture.oracle, fixture.first);
	fixture.pages = BACKED;
	fixture.prot = PROT_KERNEL;
	fixture.areas = 0;
}

static void populate(void)
{
	fixture_expect(CALL_VMEMMAP_POPULATE, 0);
	fixture_run();
}

/* Struct pages are in use, of which the next call is about. */
static void have(unsigned machine)
{
	begin(machine);
	populate();
	fixture_holds();
}

/* The other half of the first page is in use, by an area that was there before; that of the last is not. */
static void have_other_half(void)
{
	uint64_t half = UINT64_C(1) << (fixture.g.granule - 1);
	fixture.area[0] = (struct vm_area){ .kind = AREA_VMEMMAP,
					    .va = fixture.va - half,
					    .bytes = 2 * half };
	fixture.areas = 1;
}

/* Expects a call of which the first page is another's too. */
static void expect_half(enum call_kind kind)
{
	const struct call_context in = { .area = fixture.area, .areas = fixture.areas };
	fixture.call = (struct call){ .kind = kind,
				      .va = fixture.va,
				      .bytes = (uint64_t)BACKED << fixture.g.granule,
				      .pfn = fixture.base + 64,
				      .half = HALF_FIRST };
	machine_begin_call(fixture.m, 0, 0);
	oracle_expect(&fixture.oracle, &fixture.call, &in);
}

static void clear(uint64_t page)
{
	table_t table;
	uint32_t index;
	fixture_word(page, 3, &table, &index);
	machine_store(fixture.m, table, index, 1, 0, 0);
}

static void invalidate(void)
{
	machine_barrier(fixture.m, BARRIER_DSB_ISHST);
	machine_tlbi_all(fixture.m);
	machine_barrier(fixture.m, BARRIER_DSB_ISH);
	machine_barrier(fixture.m, BARRIER_ISB);
}

static void give_back(uint64_t index)
{
	machine_free_memory(fixture.m, fixture.base + index, UINT64_C(1) << fixture.g.granule);
}

/* Clears the range, up to the tables, which the reference's own call takes then. */
static void expect_free(void)
{
	fixture_expect(CALL_VMEMMAP_FREE, 0);
	fixture.out = (struct outcome){ 0 };
}

static void what_is_populated_is_judged(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		table_t table;
		uint32_t index;
		begin(m);
		populate();
		fixture_set(fixture.first + 2, 3, 0);
		fixture_breaks(RULE_TRANSLATION_MISSING, "a page that is missing",
			       fixture.first + 2);
		begin(m);
		populate();
		fixture_set(fixture.first + 2, 3, fixture_word(fixture.first, 3, &table, &index));
		fixture_breaks(RULE_TRANSLATION_OUTPUT_ADDRESS, "the memory of another page",
			       fixture.first + 2);
		begin(m);
		populate();
		machine_flush_cache(fixture.m, CACHE_FLUSH_VMAP, fixture.va, fixture.call.bytes);
		fixture_breaks(RULE_FLUSH_CACHE, "a cache flush", 0);
	}
}

static void no_memory_is_taken_that_is_not_mapped(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		begin(m);
		populate();
		machine_alloc_memory(fixture.m, UINT64_C(1) << fixture.g.granule);
		fixture_breaks(RULE_TABLES_LEAK, "a page of memory too many", 0);
		begin(m);
		fixture_expect(CALL_VMEMMAP_POPULATE, 0);
		machine_begin_call(fixture.m, 5, 0); /* of memory, or of a table */
		fixture_run();
		assert_int_equal(fixture.out.error, -ENOMEM);
		fixture_holds();
	}
}

static void memory_is_given_back_once_and_by_its_call(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		have(m);
		fixture_expect(CALL_VMEMMAP_FREE, 0);
		fixture_run();
		fixture_holds();
		have(m);
		fixture_expect(CALL_VMEMMAP_FREE, 0);
		fixture_run();
		give_back(1);
		fixture_breaks(RULE_HISTORY_FREED_PAGE, "a page given back twice", 0);
		have(m);
		fixture_expect(CALL_VMEMMAP_FREE, 0);
		fixture_run();
		give_back(BACKED);
		fixture_breaks(RULE_HISTORY_FREED_PAGE, "memory of others given back", 0);
		have(m);
		fixture_expect(CALL_VMEMMAP_FREE, 0);
		fixture.m->watch.see = NULL; /* as if no event had been one of memory */
		fixture_run();
		fixture.m->watch.see = NULL;
		assert_false(oracle_judge(&fixture.oracle, &fixture.out));
		begin(m);
		populate();
		give_back(0);
		fixture_breaks(RULE_HISTORY_FREED_PAGE, "memory given back as it is taken", 0);
	}
}

static void memory_is_given_back_when_nobody_finds_it(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (unsigned wrong = 0; wrong < 3; wrong++) {
			have(m);
			fixture.pages = 1;
			expect_free();
			if (wrong == 1)
				give_back(0);
			clear(fixture.first);
			if (wrong == 2)
				give_back(0);
			invalidate();
			if (wrong == 0)
				give_back(0);
			if (wrong)
				fixture_breaks(RULE_HISTORY_FREED_PAGE,
					       wrong == 1 ? "mapped" : "not invalidated", 0);
			else
				fixture_holds();
		}
}

/* That it is given back again, when nobody finds it any more, does not make it right. */
static void memory_given_back_too_early_stays_wrong(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (unsigned early = 0; early < 2; early++) {
			have(m);
			fixture.pages = 1;
			expect_free();
			if (early)
				give_back(0);
			clear(fixture.first);
			if (!early)
				give_back(0);
			invalidate();
			give_back(0);
			fixture_breaks(RULE_HISTORY_FREED_PAGE,
				       early ? "mapped" : "not invalidated", 0);
		}
}

/* Of all pages but one, each is given back, and one of them twice. */
static void no_page_of_memory_is_taken_for_another(void **state)
{
	(void)state;
	for (uint64_t wrong = 0; wrong < MANY; wrong++) {
		begin(0);
		fixture.pages = MANY + 1; /* the last one stays, and so does the table */
		populate();
		fixture_holds();
		fixture.pages = MANY;
		expect_free();
		for (uint64_t i = 0; i < MANY; i++)
			clear(fixture.first + i);
		invalidate();
		for (uint64_t i = 0; i < MANY; i++)
			give_back(wrong && i == wrong ? i - 1 : i);
		if (wrong)
			fixture_breaks(RULE_HISTORY_FREED_PAGE, "another page twice", wrong);
		else
			fixture_holds();
	}
}

static void memory_of_2_32_pages_on_is_told_apart(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		have(m);
		fixture.pages = 1;
		expect_free();
		clear(fixture.first);
		invalidate();
		give_back(UINT64_C(1) << 32);
		fixture_breaks(RULE_HISTORY_FREED_PAGE, "memory of others", m);
	}
}

/* Nothing but vmemmap_free() gives back memory of struct pages. */
static void no_other_call_gives_back_memory(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (unsigned i = 0; i < fixture_call_count; i++) {
			fixture_make(&fixture_machines[m], &fixture_calls[i]);
			give_back(0);
			fixture_breaks(RULE_HISTORY_FREED_PAGE, "memory given back", i);
		}
}

/* Nor does anything but vmemmap_populate() take it. */
static void no_other_call_takes_memory(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (unsigned i = 0; i < fixture_call_count; i++) {
			fixture_make(&fixture_machines[m], &fixture_calls[i]);
			machine_alloc_memory(fixture.m, UINT64_C(1) << fixture.g.granule);
			fixture_breaks(RULE_TABLES_LEAK, "memory taken", i);
		}
}

/* The range begins with a page that nothing backs: the memory before that of the others is not its own. */
static void memory_of_a_hole_is_not_given_back(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (unsigned wrong = 0; wrong < 2; wrong++) {
			have(m);
			fixture.first--;
			fixture.va = oracle_va(&fixture.oracle, fixture.first);
			fixture.pages = 3;
			expect_free();
			clear(fixture.first + 1);
			clear(fixture.first + 2);
			invalidate();
			give_back(UINT64_C(0) - wrong);
			give_back(UINT64_C(1) - wrong);
			if (wrong)
				fixture_breaks(RULE_HISTORY_FREED_PAGE, "a page of others", 0);
			else
				fixture_holds();
		}
}

/* The page stays where its other half is in use, and goes where that is not. */
static void a_page_of_two_goes_with_the_second(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		have(m);
		have_other_half();
		expect_half(CALL_VMEMMAP_FREE);
		fixture_run();
		fixture_holds();
		have(m);
		have_other_half();
		expect_half(CALL_VMEMMAP_FREE);
		fixture.call.half = HALF_NONE;
		fixture_run();
		fixture_breaks(RULE_ISOLATION_OUTSIDE, "a page that others need", fixture.first);
		have(m);
		expect_half(CALL_VMEMMAP_FREE);
		fixture_run();
		fixture_holds();
	}
}

static void tables_without_struct_pages_are_freed(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		have(m);
		expect_free();
		for (unsigned i = 0; i < BACKED; i++)
			clear(fixture.first + i);
		invalidate();
		for (unsigned i = 0; i < BACKED; i++)
			give_back(i);
		fixture_breaks(RULE_TABLES_LEAK, "a table that is empty", 0);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(what_is_populated_is_judged),
	cmocka_unit_test(no_memory_is_taken_that_is_not_mapped),
	cmocka_unit_test(memory_is_given_back_once_and_by_its_call),
	cmocka_unit_test(memory_is_given_back_when_nobody_finds_it),
	cmocka_unit_test(memory_given_back_too_early_stays_wrong),
	cmocka_unit_test(no_page_of_memory_is_taken_for_another),
	cmocka_unit_test(memory_of_2_32_pages_on_is_told_apart),
	cmocka_unit_test(no_other_call_gives_back_memory),
	cmocka_unit_test(no_other_call_takes_memory),
	cmocka_unit_test(memory_of_a_hole_is_not_given_back),
	cmocka_unit_test(a_page_of_two_goes_with_the_second),
	cmocka_unit_test(tables_without_struct_pages_are_freed),
};
FIXTURE_MAIN(tests)
