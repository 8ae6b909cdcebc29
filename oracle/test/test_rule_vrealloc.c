// SPDX-License-Identifier: GPL-2.0-only
/*
 * vrealloc() on every machine: what goes and what stays, when pages are given back, and when nothing
 * is to be done.
 */
#include <errno.h>

#include "oracle/test/fixture.h"

#define AREA 8 /* pages of the area, of which KEPT stay */

static void begin(unsigned machine, uint64_t kept)
{
	fixture_begin(&fixture_machines[machine]);
	fixture.name = "vrealloc";
	fixture.pages = AREA;
	fixture_expect(CALL_VMALLOC, 0);
	fixture_run();
	fixture_holds();
	fixture_have_area(AREA);
	fixture.kept = kept;
	fixture_expect(CALL_VREALLOC, 0);
}

static uint64_t va_of(uint64_t page)
{
	return fixture.va + (page << fixture.g.granule);
}

static void clear(uint64_t first, uint64_t end)
{
	table_t table;
	uint32_t index;
	for (uint64_t i = first; i < end; i++) {
		fixture_word(fixture.first + i, 3, &table, &index);
		machine_store(fixture.m, table, index, 1, 0, 0);
	}
	fixture.out = (struct outcome){ .modified = MODIFIED_LEVEL(3), .pages = fixture.kept };
}

static void flush(uint64_t first, uint64_t end)
{
	machine_flush_cache(fixture.m, CACHE_FLUSH_VUNMAP, va_of(first),
			    (end - first) << fixture.g.granule);
}

static void invalidate(uint64_t first, uint64_t end)
{
	machine_barrier(fixture.m, BARRIER_DSB_ISHST);
	machine_tlbi_range(fixture.m, va_of(first), (end - first) << fixture.g.granule, true);
	machine_barrier(fixture.m, BARRIER_DSB_ISH);
	machine_barrier(fixture.m, BARRIER_ISB);
}

static void give_back(uint64_t first, uint64_t end)
{
	machine_free_pages(fixture.m, va_of(first), (end - first) << fixture.g.granule);
}

static void the_end_of_an_area_goes(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		for (uint64_t kept = 1; kept < AREA; kept++) {
			begin(m, kept);
			flush(kept, AREA);
			clear(kept, AREA);
			invalidate(kept, AREA);
			give_back(kept, AREA);
			fixture_holds();
		}
	}
}

static void what_goes_and_stays_is_judged(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		begin(m, KEPT);
		flush(KEPT, AREA);
		clear(KEPT - 1, AREA);
		invalidate(KEPT - 1, AREA);
		give_back(KEPT, AREA);
		fixture_breaks(RULE_ISOLATION_OUTSIDE, "a page too many", m);
		begin(m, KEPT);
		flush(KEPT, AREA);
		clear(KEPT + 1, AREA);
		invalidate(KEPT, AREA);
		give_back(KEPT + 1, AREA);
		fixture_breaks(RULE_TRANSLATION_UNEXPECTED, "a page too few", m);
		begin(m, KEPT);
		flush(0, AREA);
		clear(KEPT, AREA);
		invalidate(KEPT, AREA);
		give_back(KEPT, AREA);
		fixture_breaks(RULE_FLUSH_CACHE, "caches of all", m);
	}
}

/* Of pages, when and which; and what the area counts. */
static void pages_are_given_back_in_order(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		begin(m, KEPT); /* mapped */
		flush(KEPT, AREA);
		give_back(KEPT, AREA);
		clear(KEPT, AREA);
		invalidate(KEPT, AREA);
		fixture_breaks(RULE_HISTORY_FREED_PAGE, "before they are unmapped", m);
		begin(m, KEPT); /* in TLBs */
		flush(KEPT, AREA);
		clear(KEPT, AREA);
		give_back(KEPT, AREA);
		invalidate(KEPT, AREA);
		fixture_breaks(RULE_HISTORY_FREED_PAGE, "before the TLBI", m);
		begin(m, KEPT); /* none, and in part */
		flush(KEPT, AREA);
		clear(KEPT, AREA);
		invalidate(KEPT, AREA);
		fixture_breaks(RULE_HISTORY_FREED_PAGE, "never", m);
		begin(m, KEPT);
		flush(KEPT, AREA);
		clear(KEPT, AREA);
		invalidate(KEPT, AREA);
		give_back(KEPT, AREA - 1);
		fixture_breaks(RULE_HISTORY_FREED_PAGE, "but for the last", m);
		begin(m, KEPT); /* one that stays */
		flush(KEPT, AREA);
		clear(KEPT, AREA);
		invalidate(KEPT, AREA);
		give_back(KEPT - 1, AREA);
		fixture_breaks(RULE_HISTORY_FREED_PAGE, "and one that stays", m);
	}
}

/* TLBs may not hold what was cut off when the call returns: no purge will follow. */
static void tlbs_are_not_left_to_a_purge(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		begin(m, KEPT);
		flush(KEPT, AREA);
		clear(KEPT, AREA);
		fixture_breaks(RULE_HISTORY_STALE, "no TLBI", m);
	}
}

/* Nothing is done where blocks would be split, aliases reset, or nothing is cut off. */
static void begin_idle(unsigned machine, unsigned why)
{
	begin(machine, why == 2 ? AREA : why == 3 ? AREA + 1 : KEPT);
	if (why == 0)
		fixture.area[0].page_shift = (uint8_t)(fixture.g.granule + 4);
	fixture.resets = why == 1;
	fixture_expect(CALL_VREALLOC, 0);
	fixture.out = (struct outcome){ .pages = AREA, .error = why == 3 ? -ENOMEM : 0 };
}

static void an_area_may_have_to_stay_whole(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		for (unsigned why = 0; why < 4; why++) {
			begin_idle(m, why);
			fixture_holds();
			begin_idle(m, why);
			clear(AREA - 1, AREA);
			fixture.out.error = why == 3 ? -ENOMEM : 0;
			fixture_breaks(RULE_TRANSLATION_MISSING, "a page that goes", why);
			begin_idle(m, why);
			flush(KEPT, AREA);
			fixture_breaks(RULE_FLUSH_CACHE, "a flush", why);
			begin_idle(m, why);
			fixture.oracle.owed = owed_by(MAPPER_TREE, &fixture.policy);
			invalidate(KEPT, AREA);
			fixture_breaks(RULE_COST_TLBI, "a TLBI", why);
			begin_idle(m, why);
			fixture.out.pages = KEPT;
			fixture_breaks(RULE_HISTORY_FREED_PAGE, "fewer pages", why);
			begin_idle(m, why);
			fixture.out.error = why == 3 ? 0 : -ENOMEM;
			fixture_breaks(RULE_ERRORS_CODE, "another errno", why);
		}
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_end_of_an_area_goes),
	cmocka_unit_test(what_goes_and_stays_is_judged),
	cmocka_unit_test(pages_are_given_back_in_order),
	cmocka_unit_test(tlbs_are_not_left_to_a_purge),
	cmocka_unit_test(an_area_may_have_to_stay_whole),
};
FIXTURE_MAIN(tests)
