// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a mapping call may cost, up to the last store and load, and the blocks that vmalloc() keeps, on
 * every machine.
 */
#include "oracle/test/fixture.h"

static unsigned levels_above(void)
{
	return (unsigned)(3 - fixture.g.start_level);
}

/* A mapping call of one page, by a mapper that promises what the series promises. */
static void map_one_page(const struct fixture_machine *machine, enum call_kind kind)
{
	fixture_begin(machine);
	fixture.name = call_traits(kind)->name;
	fixture.oracle.owed = owed_by(MAPPER_SERIES, &fixture.policy);
	fixture.pages = 1;
	fixture_expect(kind, 0);
	fixture_run();
}

enum waste {
	STORED_AGAIN,
	LOADED_ONCE_TOO_OFTEN,
	SCANNED_AGAIN,
	EMPTIED_TLBS,
	ONE_PAGE,
	MANY_PAGES,
	MANY_RANGES,
	WASTES
};

static uint64_t loads(void)
{
	return fixture.m->counters.loads - fixture.oracle.before.loads;
}

/* Reads the root until the call has read so often. */
static void load_up_to(uint64_t count)
{
	while (loads() < count)
		machine_load(fixture.m, MACHINE_ROOT, 0);
}

/* An entry above the last level is read to try a block and to descend, and once from the root for a run. */
static uint64_t most_loads(void)
{
	return 1 + 3 * levels_above() + 3 * levels_above();
}

static void tlbi(struct event tlbi_event)
{
	machine_barrier(fixture.m, BARRIER_DSB_ISHST);
	machine_tlbi(fixture.m, tlbi_event);
	machine_barrier(fixture.m, BARRIER_DSB_ISH);
}

static void store_again(void)
{
	table_t table;
	uint32_t index;
	uint64_t desc = fixture_word(fixture.first, 3, &table, &index);
	fixture_forget_events(EVENT_CACHE_FLUSH); /* it must come after the stores */
	machine_store(fixture.m, table, index, 1, desc, 0);
	machine_flush_cache(fixture.m, CACHE_FLUSH_VMAP, fixture.va, fixture.call.bytes);
}

static enum rule waste(enum waste what)
{
	uint64_t limit = UINT64_C(1) << fixture.g.stride, page = UINT64_C(1) << fixture.g.granule;
	struct event range = { .level = EVENT_NO_HINT, .last_level_only = true, .va = fixture.va };
	switch (what) {
	case STORED_AGAIN:
		store_again();
		return RULE_COST_STORES;
	case LOADED_ONCE_TOO_OFTEN:
		load_up_to(most_loads() + 1);
		return RULE_COST_LOADS;
	case SCANNED_AGAIN:
		machine_count_scanned(fixture.m, 2);
		return RULE_COST_SCAN;
	case EMPTIED_TLBS:
		range.all = true;
		tlbi(range);
		return RULE_COST_TLBI;
	case ONE_PAGE: /* where nothing is stale */
		range.bytes = page;
		tlbi(range);
		return RULE_COST_TLBI;
	case MANY_PAGES:
		range.bytes = (limit + 1) * page;
		tlbi(range);
		return RULE_COST_TLBI;
	default:
		range.by_range = true;
		range.bytes = limit * page;
		range.count = 5;
		tlbi(range);
		return RULE_COST_TLBI;
	}
}

/* As much as may be; a mapping call that frees no table has no TLBI. */
static void spend_all(void)
{
	load_up_to(most_loads());
	machine_count_scanned(fixture.m, fixture.call.pages.count);
}

static void each_cost_is_bounded(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (unsigned c = 0; c < 4; c++) {
			map_one_page(&fixture_machines[m], fixture_calls[c].kind);
			fixture_holds();
			map_one_page(&fixture_machines[m], fixture_calls[c].kind);
			spend_all();
			fixture_holds();
			for (int what = 0; what < WASTES; what++) {
				map_one_page(&fixture_machines[m], fixture_calls[c].kind);
				enum rule rule = waste((enum waste)what);
				fixture_breaks(rule, "waste", (uint64_t)what);
			}
		}
}

/* How a range is invalidated: page by page, by everything, by range in so many TLBIs. */
enum way { BY_PAGE, BY_ALL, BY_RANGE, BY_MANY_RANGES, WAYS };

static bool is_cheap(enum way way, bool more)
{
	return way == BY_RANGE || (way == BY_ALL && more) || (way == BY_PAGE && !more);
}

/* A range of more pages than a table has entries is invalidated by one TLBI of everything, or by range. */
static void unmapping_costs_are_bounded(void **state)
{
	(void)state;
	static const uint8_t ranges[WAYS] = { [BY_RANGE] = 4, [BY_MANY_RANGES] = 5 };
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (int more = 0; more < 2; more++)
			for (int way = 0; way < WAYS; way++) {
				fixture_begin(&fixture_machines[m]);
				fixture.oracle.owed = owed_by(MAPPER_SERIES, &fixture.policy);
				fixture.va += UINT64_C(1) << (fixture.g.ia_size - 2);
				fixture.first = oracle_page(&fixture.oracle, fixture.va);
				fixture.pages = (UINT64_C(1) << fixture.g.stride) + (uint64_t)more;
				fixture_expect(CALL_VUNMAP, 0);
				fixture.out = (struct outcome){ 0 };
				machine_flush_cache(fixture.m, CACHE_FLUSH_VUNMAP, fixture.va,
						    fixture.call.bytes);
				tlbi((struct event){ .level = EVENT_NO_HINT,
						     .all = way == BY_ALL,
						     .by_range = ranges[way],
						     .count = ranges[way],
						     .last_level_only = true,
						     .va = fixture.va,
						     .bytes = fixture.call.bytes });
				machine_barrier(fixture.m, BARRIER_ISB);
				if (is_cheap((enum way)way, more))
					fixture_holds();
				else
					fixture_breaks(RULE_COST_TLBI, "a TLBI", (uint64_t)way);
			}
}

/* A TLBI by range or by page, in pages of the call's range. */
struct part {
	int64_t first;
	uint64_t pages;
	bool by_range;
};

/* vunmap() of an empty range, and its TLBIs; the second one may be of no page. */
static void unmap_by(const struct fixture_machine *machine, uint64_t pages, const struct part *part)
{
	fixture_begin(machine);
	fixture.name = "vunmap";
	fixture.oracle.owed = owed_by(MAPPER_SERIES, &fixture.policy);
	fixture.va += UINT64_C(1) << (fixture.g.ia_size - 2);
	fixture.first = oracle_page(&fixture.oracle, fixture.va);
	fixture.pages = pages;
	fixture_expect(CALL_VUNMAP, 0);
	fixture.out = (struct outcome){ 0 };
	machine_barrier(fixture.m, BARRIER_DSB_ISHST);
	/* Right before the TLBIs: none of them goes on where it ends. */
	machine_flush_cache(fixture.m, CACHE_FLUSH_VUNMAP, fixture.va, fixture.call.bytes);
	for (int i = 0; i < 2 && part[i].pages; i++)
		machine_tlbi(fixture.m,
			     (struct event){ .level = EVENT_NO_HINT,
					     .by_range = part[i].by_range,
					     .count = part[i].by_range,
					     .last_level_only = true,
					     .va = fixture.va +
						   ((uint64_t)part[i].first << fixture.g.granule),
					     .bytes = part[i].pages << fixture.g.granule });
	machine_barrier(fixture.m, BARRIER_DSB_ISH);
	machine_barrier(fixture.m, BARRIER_ISB);
}

/* On each machine: the first `good` ways to invalidate PAGES hold, and each of the others breaks the rule. */
static void judge_parts(const struct part (*parts)[2], size_t count, size_t good, const char *what)
{
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (size_t i = 0; i < count; i++) {
			unmap_by(&fixture_machines[m], PAGES, parts[i]);
			if (i < good)
				fixture_holds();
			else
				fixture_breaks(RULE_COST_TLBI, what, i);
		}
}

static void a_tlbi_is_of_the_range_alone(void **state)
{
	(void)state;
	static const struct part parts[][2] = {
		{ { 0, PAGES, false } },      { { 0, PAGES, true } },
		{ { -1, PAGES + 1, false } }, { { -1, PAGES, false } },
		{ { 0, PAGES + 1, false } },  { { 1, PAGES, false } },
		{ { -PAGES, PAGES, false } }, { { PAGES, PAGES, false } },
		{ { -1, PAGES + 1, true } },  { { 0, PAGES + 1, true } },
		{ { PAGES, PAGES, true } },
	};
	judge_parts(parts, sizeof(parts) / sizeof(parts[0]), 2, "a TLBI");
}

/* By range, and the pages that no range has room for one by one. */
static void what_goes_on_by_range_is_one_tlbi(void **state)
{
	(void)state;
	static const struct part parts[][2] = {
		{ { 0, PAGES - 1, true }, { PAGES - 1, 1, false } },
		{ { 0, 1, false }, { 1, PAGES - 1, true } },
		{ { 0, 8, true }, { 8, PAGES - 8, true } },
		{ { 0, 8, false }, { 8, PAGES - 8, false } },
		{ { 0, 8, true }, { 9, PAGES - 9, true } },
		{ { 0, 8, true }, { 7, PAGES - 7, true } },
		{ { 8, PAGES - 8, true }, { 0, 8, true } },
	};
	judge_parts(parts, sizeof(parts) / sizeof(parts[0]), 3, "two TLBIs");
}

/* A range of more than 4 GiB, of which a part is left out. */
static void what_goes_on_4_gib_later_is_another_tlbi(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		uint64_t far = (UINT64_C(1) << 32) >> fixture_machines[m].config.page_shift;
		const struct part parts[2] = { { 0, 8, true }, { (int64_t)far + 8, 8, true } };
		if (far + PAGES > CALL_MAX_PAGES)
			continue;
		unmap_by(&fixture_machines[m], far + PAGES, parts);
		fixture_breaks(RULE_COST_TLBI, "two TLBIs", far);
	}
}

/* set_memory_ro(), of which a TLBI is of so many pages from an alias on, and the others are of its range. */
static void invalidate_at_alias(const struct fixture_machine *machine, uint64_t pages)
{
	const struct fixture_call ro = { CALL_SET_MEMORY, MEMORY_RO, "set_memory ro" };
	fixture_make(machine, &ro);
	fixture.oracle.owed = owed_by(MAPPER_SERIES, &fixture.policy);
	struct event *at_alias = NULL;
	for (uint32_t i = 0; i < fixture.m->log.events; i++) {
		struct event *e = &fixture.m->log.event[i];
		if (e->kind != EVENT_TLBI)
			continue;
		at_alias = e;
		e->all = false;
		e->last_level_only = true;
		e->va = fixture.va;
		e->bytes = fixture.call.bytes;
	}
	/* The reference stores each page by itself, which is not what is judged here. */
	fixture.oracle.waivers.rules = RULE_BIT(RULE_COST_STORES);
	assert_non_null(at_alias);
	at_alias->by_range = true;
	at_alias->count = 1;
	at_alias->va = oracle_va(&fixture.oracle, BASE_PFN + 3);
	at_alias->bytes = pages << fixture.g.granule;
}

static void a_tlbi_of_an_alias_is_of_one_page(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		invalidate_at_alias(&fixture_machines[m], 1);
		fixture_holds();
		invalidate_at_alias(&fixture_machines[m], 2);
		fixture_breaks(RULE_COST_TLBI, "an alias", 2);
		invalidate_at_alias(&fixture_machines[m], (UINT64_C(1) << 32) + 1);
		fixture_breaks(RULE_COST_TLBI, "an alias", 1);
	}
}

/* --- store events ---------------------------------------------------------------------- */

/* What PAGES entries of one table take at the most, beside what a change of them may have to split. */
#define EVENTS 1
#define EVENTS_OF_SPLITS 2 /* of the groups at both ends */

/* A call on the range of single pages, by a mapper that promises what the series promises. */
static void expect_on_pages(unsigned machine, bool splits, const struct fixture_call *call)
{
	struct fixture_machine one = fixture_machines[machine];
	one.config.bbm = splits ? 2 : 0;
	fixture_make(&one, &(struct fixture_call){ CALL_VMALLOC, 0, "vmalloc" });
	fixture_holds();
	fixture.name = call->name;
	fixture.oracle.owed = owed_by(MAPPER_SERIES, &fixture.policy);
	fixture_expect(call->kind, call->change);
	fixture.out = (struct outcome){ 0 };
}

/* Changes all entries of the range in so many events: some pages one by one, and the rest at once. */
static void store_in(unsigned events, uint64_t clear, uint64_t set)
{
	uint64_t list[PAGES];
	table_t table;
	uint32_t index;
	for (unsigned i = PAGES; i-- > 0;)
		list[i] = (fixture_word(fixture.first + i, 3, &table, &index) & ~clear) | set;
	for (unsigned i = 0; i + 1 < events; i++)
		machine_store_list(fixture.m, table, index + i, 1, list + i);
	machine_store_list(fixture.m, table, index + events - 1, PAGES - events + 1,
			   list + events - 1);
}

static void flush_range(void)
{
	machine_barrier(fixture.m, BARRIER_DSB_ISHST);
	machine_tlbi_range(fixture.m, fixture.va, fixture.call.bytes, true);
	machine_barrier(fixture.m, BARRIER_DSB_ISH);
	machine_barrier(fixture.m, BARRIER_ISB);
}

static void unmap_in(unsigned machine, bool splits, unsigned events)
{
	const struct fixture_call call = { CALL_VUNMAP, 0, "vunmap" };
	expect_on_pages(machine, splits, &call);
	machine_flush_cache(fixture.m, CACHE_FLUSH_VUNMAP, fixture.va, fixture.call.bytes);
	store_in(events, ~UINT64_C(0), 0);
	flush_range();
	fixture.out.modified = MODIFIED_LEVEL(3);
}

/* Nothing is split then, also where leaves may be. */
static void neighbours_are_cleared_at_once(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (int splits = 0; splits < 2; splits++) {
			unmap_in(m, splits, EVENTS);
			fixture_holds();
			unmap_in(m, splits, EVENTS + 1);
			fixture_breaks(RULE_COST_STORES, "a store event", m);
		}
}

static void invalidate_in(unsigned machine, bool splits, unsigned events)
{
	const struct fixture_call call = { CALL_SET_MEMORY, MEMORY_INVALID, "set_memory invalid" };
	expect_on_pages(machine, splits, &call);
	store_in(events, ARM64_VALID, ARM64_NG);
	flush_range();
}

/* Where leaves may be split, a change has an event more for each end. */
static void neighbours_are_changed_at_once(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (int splits = 0; splits < 2; splits++) {
			unsigned most = EVENTS + (splits ? EVENTS_OF_SPLITS : 0);
			invalidate_in(m, splits, most);
			fixture_holds();
			invalidate_in(m, splits, most + 1);
			fixture_breaks(RULE_COST_STORES, "a store event", m);
		}
}

/* --- TLB maintenance of calls that leave it to others ------------------------------------ */

/* vm_unmap_ram() leaves invalidating to vm_unmap_aliases(). */
static void lazy_unmapping_has_no_tlbi(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		fixture_make(&fixture_machines[m],
			     &(struct fixture_call){ CALL_VM_UNMAP_RAM, 0, "vm_unmap_ram" });
		fixture.oracle.owed = owed_by(MAPPER_SERIES, &fixture.policy);
		fixture_breaks(RULE_COST_TLBI, "a TLBI", 0);
	}
}

/* Where the lock was not to be had, smaller leaves than the policy's are right; where it was, not. */
static void leaves_may_be_smaller_without_the_lock(void **state)
{
	(void)state;
	for (int locked = 0; locked < 2; locked++) {
		fixture_begin(&fixture_machines[0]);
		fixture.name = "ioremap of a block in pages";
		fixture.oracle.owed = owed_by(MAPPER_PRIOR, &fixture.policy);
		uint64_t size = UINT64_C(1) << arm64_leaf_bits(&fixture.g, 2);
		fixture.va = fixture.va / size * size + size;
		fixture.first = oracle_page(&fixture.oracle, fixture.va);
		fixture.pages = size >> fixture.g.granule;
		fixture_expect(CALL_IOREMAP, 0);
		machine_begin_call(fixture.m, 0, locked ? 0 : 1);
		if (machine_trylock(fixture.m))
			machine_unlock(fixture.m);
		fixture_run();
		if (locked)
			fixture_breaks(RULE_PLACEMENT_LEAF, "pages", 0);
		else
			fixture_holds();
	}
}

/* --- blocks of vmalloc() ------------------------------------------------------------- */

static unsigned group_order(void)
{
	return fixture.g.granule == 12 ? 4 : fixture.g.granule == 14 ? 7 : 5;
}

/* vmalloc() of one group of pages, which it keeps, before the call is made. */
static void expect_group(const struct fixture_machine *machine, unsigned odd)
{
	fixture_begin(machine);
	fixture.name = "vmalloc of a group";
	fixture.oracle.owed = owed_by(MAPPER_PRIOR, &fixture.policy);
	fixture.va += UINT64_C(256) << fixture.g.granule;
	fixture.first = oracle_page(&fixture.oracle, fixture.va);
	fixture.pages = UINT64_C(1) << group_order();
	if (odd)
		fixture.pfn[odd] = 0x777;
	fixture_expect(CALL_VMALLOC, 0);
	fixture.call.shift = (uint8_t)(fixture.g.granule + group_order());
	fixture.call.flags = MAP_FLAG_HUGE;
	fixture_run();
	fixture.out.page_shift = fixture.call.shift;
	for (uint64_t i = 0; i < fixture.pages; i++) {
		table_t table;
		uint32_t index;
		uint64_t desc = fixture_word(fixture.first + i, 3, &table, &index);
		fixture_set(fixture.first + i, 3, desc | ARM64_CONTIGUOUS);
	}
}

static void blocks_of_vmalloc_are_judged(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		const struct fixture_machine *machine = &fixture_machines[m];
		expect_group(machine, 0);
		fixture_holds();
		unsigned last = (1u << group_order()) - 1;
		for (int off = -2; off <= 2; off++) {
			if (!off)
				continue;
			expect_group(machine, 0);
			fixture.out.page_shift = (uint8_t)(fixture.out.page_shift + off);
			fixture_breaks(RULE_PLACEMENT_BLOCK_SIZE, "a block size",
				       (uint64_t)(int64_t)off);
		}
		expect_group(machine, 0);
		fixture.out.page_shift = (uint8_t)fixture.g.granule;
		fixture_breaks(RULE_PLACEMENT_BLOCK_SIZE, "single pages", 0);
		for (unsigned odd = 1; odd <= last; odd += last - 1) {
			expect_group(machine, odd);
			fixture_breaks(RULE_TRANSLATION_BLOCK_CONTIGUITY, "a page elsewhere", odd);
		}
		/* A member that is no group's, and one that is but should not. */
		for (unsigned i = 0; i <= last; i++) {
			expect_group(machine, 0);
			fixture.oracle.waivers.rules = RULE_BIT(RULE_CONTIGUOUS_PARTIAL) |
						       RULE_BIT(RULE_CONTIGUOUS_ATTRIBUTES);
			table_t table;
			uint32_t index;
			uint64_t desc = fixture_word(fixture.first + i, 3, &table, &index);
			fixture_set(fixture.first + i, 3, desc & ~ARM64_CONTIGUOUS);
			fixture_breaks(RULE_PLACEMENT_LEAF, "a single page", i);
		}
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(each_cost_is_bounded),
	cmocka_unit_test(unmapping_costs_are_bounded),
	cmocka_unit_test(neighbours_are_cleared_at_once),
	cmocka_unit_test(neighbours_are_changed_at_once),
	cmocka_unit_test(a_tlbi_is_of_the_range_alone),
	cmocka_unit_test(what_goes_on_by_range_is_one_tlbi),
	cmocka_unit_test(what_goes_on_4_gib_later_is_another_tlbi),
	cmocka_unit_test(a_tlbi_of_an_alias_is_of_one_page),
	cmocka_unit_test(lazy_unmapping_has_no_tlbi),
	cmocka_unit_test(leaves_may_be_smaller_without_the_lock),
	cmocka_unit_test(blocks_of_vmalloc_are_judged),
};
FIXTURE_MAIN(tests)
