// SPDX-License-Identifier: GPL-2.0-only
/*
 * What each kind of call returns and does besides its stores, on every machine: its errno, warnings,
 * cache flushes, the mask of modified levels, and what it does when it cannot map or must refuse.
 */
#include "oracle/test/fixture.h"

#include <errno.h>

typedef void each(const struct fixture_machine *machine, const struct fixture_call *call);

static void for_each_call(each *f)
{
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (unsigned c = 0; c < fixture_call_count; c++)
			f(&fixture_machines[m], &fixture_calls[c]);
}

static const int errors[] = { 0, -ENOMEM, -EINVAL, -EBUSY, -EPERM, -EFAULT };

/* What fails with `code` fails the test with every other errno, and without one. */
static void other_errors(void (*again)(const void *), const void *with)
{
	again(with);
	int code = fixture.out.error;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (errors[i] == code)
			continue;
		again(with);
		fixture.out.error = errors[i];
		fixture_breaks(RULE_ERRORS_CODE, "another errno", i);
	}
}

/* --- calls that succeed -------------------------------------------------------- */

struct made {
	const struct fixture_machine *machine;
	const struct fixture_call *call;
};

static void make_again(const void *with)
{
	const struct made *made = with;
	fixture_make(made->machine, made->call);
}

static void errors_of(const struct fixture_machine *machine, const struct fixture_call *call)
{
	const struct made made = { machine, call };
	other_errors(make_again, &made);
	make_again(&made);
	machine_warn(fixture.m, fixture.va);
	fixture_breaks(RULE_ERRORS_WARNING, "a warning", 0);
	make_again(&made);
	machine_bug(fixture.m, fixture.va);
	fixture_breaks(RULE_ERRORS_CODE, "a BUG()", 0);
}

static void what_a_call_returns_is_judged(void **state)
{
	(void)state;
	for_each_call(errors_of);
}

/* Levels of which the mask says too much or too little. */
static void mask_of(const struct fixture_machine *machine, const struct fixture_call *call)
{
	for (int level = -1; level <= 3; level++) {
		fixture_make(machine, call);
		if (fixture_changes(call))
			return; /* it has no mask */
		fixture.out.modified ^= MODIFIED_LEVEL(level);
		fixture_breaks(RULE_FLUSH_MODIFIED, "a level", (uint64_t)(int64_t)level);
	}
}

/* A mapping call that makes tables at every level: each must be in the mask. */
static void mask_of_new_tables(const struct fixture_machine *machine)
{
	for (int lost = -1; lost <= 3; lost++) {
		fixture_begin(machine);
		fixture.va += (uint64_t)1 << (fixture.oracle.g.ia_size - 2);
		fixture.first = oracle_page(&fixture.oracle, fixture.va);
		fixture_expect(CALL_VMAP, 0);
		fixture_run();
		if (!(fixture.out.modified & MODIFIED_LEVEL(lost)))
			continue;
		fixture.out.modified &= ~MODIFIED_LEVEL(lost);
		fixture_breaks(RULE_FLUSH_MODIFIED, "a level", (uint64_t)(int64_t)lost);
	}
}

static void the_mask_is_judged(void **state)
{
	(void)state;
	for_each_call(mask_of);
	for (unsigned m = 0; m < fixture_machine_count; m++)
		mask_of_new_tables(&fixture_machines[m]);
}

static struct event *cache_flush(void)
{
	for (uint32_t i = 0; i < fixture.m->log.events; i++)
		if (fixture.m->log.event[i].kind == EVENT_CACHE_FLUSH)
			return &fixture.m->log.event[i];
	fail_msg("%s does not flush", fixture.name);
	return NULL;
}

/* The flush and the store before or after which it must come change their places. */
static void swap_flush_and_store(void)
{
	struct event *flush = cache_flush(), *store = NULL, kept = *flush;
	for (uint32_t i = 0; i < fixture.m->log.events; i++) {
		struct event *e = &fixture.m->log.event[i];
		bool first_after = e > flush && !store, last_before = e < flush;
		if (e->kind == EVENT_STORE && (first_after || last_before))
			store = e;
	}
	assert_non_null(store);
	*flush = *store;
	*store = kept;
}

static void change_flush(int what)
{
	uint64_t page = UINT64_C(1) << fixture.g.granule;
	switch (what) {
	case 0:
		fixture_forget_events(EVENT_CACHE_FLUSH);
		return;
	case 1:
		machine_flush_cache(fixture.m, cache_flush()->what, fixture.va, fixture.call.bytes);
		return;
	case 2:
		cache_flush()->va += page;
		return;
	case 3:
		cache_flush()->bytes -= page;
		return;
	case 4:
		cache_flush()->bytes += page;
		return;
	case 5:
		cache_flush()->what ^= CACHE_FLUSH_VMAP ^ CACHE_FLUSH_VUNMAP;
		return;
	case 6:
		cache_flush()->bytes |= UINT64_C(1) << 32;
		return;
	case 7:
		cache_flush()->va ^= UINT64_C(1) << 35;
		return;
	default:
		swap_flush_and_store();
	}
}

static void flushes_of(const struct fixture_machine *machine, const struct fixture_call *call)
{
	for (int what = 0; what <= 8; what++) {
		fixture_make(machine, call);
		if (fixture_changes(call))
			machine_flush_cache(fixture.m, CACHE_FLUSH_VMAP, fixture.va, 1 << 16);
		else
			change_flush(what);
		fixture_breaks(RULE_FLUSH_CACHE, "cache flush", (uint64_t)what);
	}
}

static void cache_flushes_are_judged(void **state)
{
	(void)state;
	for_each_call(flushes_of);
}

static void aliases_of(const struct fixture_machine *machine, const struct fixture_call *call)
{
	fixture_make(machine, call);
	if (call->kind != CALL_SET_MEMORY || call->change >= MEMORY_INVALID)
		return;
	fixture_forget_events(EVENT_UNMAP_ALIASES);
	fixture_breaks(RULE_FLUSH_ALIASES, "no vm_unmap_aliases()", 0);
}

static void stale_aliases_are_judged(void **state)
{
	(void)state;
	for_each_call(aliases_of);
}

/* What a call does to the lock at its end. */
static void change_lock(int what)
{
	switch (what) {
	case 0:
		machine_trylock(fixture.m);
		return;
	case 1:
		machine_unlock(fixture.m);
		return;
	case 2:
		machine_lock(fixture.m);
		machine_write_unlock(fixture.m);
		return;
	case 3:
		machine_write_lock(fixture.m);
		machine_unlock(fixture.m);
		return;
	default:
		machine_lock(fixture.m);
		machine_trylock(fixture.m);
		machine_unlock(fixture.m);
	}
}

static void lock_of(const struct fixture_machine *machine, const struct fixture_call *call)
{
	for (int what = 0; what < 5; what++) {
		fixture_make(machine, call);
		change_lock(what);
		fixture_breaks(RULE_TABLES_LOCK, "the lock", (uint64_t)what);
	}
}

static void the_lock_is_judged(void **state)
{
	(void)state;
	for_each_call(lock_of);
}

/* --- mapping calls that fail ----------------------------------------------------- */

enum obstacle { HOLE, BAD_PAGE, BUSY };

/* A mapping call that cannot map its page `at`. */
struct failing {
	const struct fixture_machine *machine;
	enum call_kind kind;
	int series;
	enum obstacle reason;
	uint64_t at;
};

static void make_failing(const void *with)
{
	const struct failing *f = with;
	fixture_begin(f->machine);
	fixture.name = call_traits(f->kind)->name;
	fixture.policy = policy_default(f->series);
	if (f->reason == BUSY)
		assert_true(oracle_preset_leaf(&fixture.oracle,
					       oracle_va(&fixture.oracle, fixture.first + f->at),
					       0x5000, 3));
	else
		fixture.pfn[f->at] = f->reason == HOLE ? PAGE_HOLE : PAGE_BAD;
	fixture_expect(f->kind, 0);
	fixture_run();
}

/* Once the series is known, the errno tells why; before it is always -ENOMEM but of ioremap(). */
static int error_of(const struct failing *f)
{
	if (f->kind == CALL_IOREMAP)
		return -EBUSY;
	if (f->series == POLICY_PRIOR || f->reason == HOLE)
		return -ENOMEM;
	return f->reason == BUSY ? -EBUSY : -EINVAL;
}

static void judge_failing(const struct failing *f)
{
	make_failing(f);
	assert_int_equal(fixture.out.error, error_of(f));
	fixture_holds();
	other_errors(make_failing, f);
	make_failing(f);
	fixture_forget_events(f->kind == CALL_IOREMAP ? EVENT_BUG : EVENT_WARN);
	fixture_breaks(f->kind == CALL_IOREMAP ? RULE_ERRORS_CODE : RULE_ERRORS_WARNING,
		       "no warning", f->at);
	make_failing(f);
	if (f->kind == CALL_IOREMAP)
		machine_warn(fixture.m, fixture.va);
	else
		machine_bug(fixture.m, fixture.va);
	fixture_breaks(f->kind == CALL_IOREMAP ? RULE_ERRORS_WARNING : RULE_ERRORS_CODE,
		       "a BUG() or a warning", f->at);
}

static void mapping_calls_that_fail_are_judged(void **state)
{
	(void)state;
	static const int all_series[] = { POLICY_V9, POLICY_V4, POLICY_PRIOR };
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (unsigned c = 0; c < 4; c++)
			for (unsigned s = 0; s < 3; s++)
				for (int reason = HOLE; reason <= BUSY; reason++)
					for (uint64_t at = 0; at < PAGES; at += 23) {
						struct failing f = { &fixture_machines[m],
								     fixture_calls[c].kind,
								     all_series[s],
								     (enum obstacle)reason, at };
						if (f.kind != CALL_IOREMAP || f.reason == BUSY)
							judge_failing(&f);
					}
}

/* A mapping call into an empty part of the space that gets no table page, once it had `had` of them. */
struct starving {
	const struct fixture_machine *machine;
	enum call_kind kind;
	unsigned had;
};

static void make_starving(const void *with)
{
	const struct starving *s = with;
	fixture_begin(s->machine);
	fixture.name = "out of table pages";
	fixture.va += UINT64_C(1) << (fixture.g.ia_size - 2);
	fixture.first = oracle_page(&fixture.oracle, fixture.va);
	fixture_expect(s->kind, 0);
	machine_begin_call(fixture.m, s->had + 1, 0);
	fixture_run();
}

static void judge_starving(const struct starving *s)
{
	make_starving(s);
	assert_int_equal(fixture.out.error, -ENOMEM);
	fixture_holds();
	other_errors(make_starving, s);
	make_starving(s);
	machine_warn(fixture.m, fixture.va);
	fixture_breaks(RULE_ERRORS_WARNING, "a warning", s->had);
	make_starving(s);
	machine_bug(fixture.m, fixture.va);
	fixture_breaks(RULE_ERRORS_CODE, "a BUG()", s->had);
}

static void calls_without_table_pages_are_judged(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (unsigned c = 0; c < 4; c++) {
			fixture_begin(&fixture_machines[m]);
			unsigned tables = 3 - (unsigned)fixture.g.start_level;
			for (unsigned had = 0; had < tables; had++) {
				struct starving s = { &fixture_machines[m], fixture_calls[c].kind,
						      had };
				judge_starving(&s);
			}
		}
}

/* Below the page at which a call failed is mapped what was asked for, or nothing, and above nothing. */
static void what_a_failed_call_leaves_is_judged(void **state)
{
	(void)state;
	table_t table;
	uint32_t index;
	for (unsigned c = 0; c < 3; c++)
		for (int what = 0; what < 3; what++) {
			struct failing f = { &fixture_machines[0], fixture_calls[c].kind, POLICY_V9,
					     BUSY, 12 };
			make_failing(&f);
			uint64_t desc = fixture_word(fixture.first + 11, 3, &table, &index);
			if (what == 0)
				fixture_set(fixture.first, 3, 0);
			else
				fixture_set(fixture.first + (what == 1 ? 3 : 13), 3, desc);
			if (what == 0)
				fixture_holds();
			else
				fixture_breaks(what == 1 ? RULE_TRANSLATION_OUTPUT_ADDRESS
							 : RULE_TRANSLATION_UNEXPECTED,
					       "a page", (uint64_t)what);
		}
}

/* --- set_memory that is refused --------------------------------------------------- */

/* Why an area's permissions may not be changed. */
static const char *const refusals[] = { "no area",   "area of vmap()", "area of vm_map_ram()",
					"huge area", "past the guard", "starts before the area",
					"older area" };
#define REFUSALS (sizeof(refusals) / sizeof(refusals[0]))

struct refused {
	const struct fixture_machine *machine;
	enum memory_change change;
	size_t why;
};

static void spoil_area(size_t why)
{
	uint64_t page = UINT64_C(1) << fixture.g.granule;
	struct vm_area *area = &fixture.area[0];
	switch (why) {
	case 0:
		fixture.areas = 0;
		return;
	case 1:
		area->kind = AREA_MAP;
		return;
	case 2:
		area->kind = AREA_RAM;
		return;
	case 3:
		area->flags = MAP_FLAG_HUGE;
		return;
	case 4:
		area->bytes -= 2 * page;
		area->pages.count -= 2;
		return;
	case 5:
		area->va += page;
		return;
	default:
		fixture.area[1] = *area;
		fixture.area[1].kind = AREA_MAP;
		fixture.areas = 2;
	}
}

static void make_refused(const void *with)
{
	const struct refused *r = with;
	const struct fixture_call change = { CALL_SET_MEMORY, r->change, refusals[r->why] };
	fixture_make(r->machine, &(struct fixture_call){ CALL_VMALLOC, 0, refusals[r->why] });
	fixture_holds();
	fixture_have_area(PAGES);
	spoil_area(r->why);
	fixture_expect(change.kind, change.change);
	fixture_run();
}

static void judge_refused(const struct refused *r)
{
	table_t table;
	uint32_t index;
	make_refused(r);
	assert_int_equal(fixture.out.error, -EINVAL);
	fixture_holds();
	other_errors(make_refused, r);
	make_refused(r);
	machine_warn(fixture.m, fixture.va);
	fixture_breaks(RULE_ERRORS_WARNING, "a warning", r->why);
	make_refused(r);
	uint64_t desc = fixture_word(fixture.first, 3, &table, &index);
	machine_store(fixture.m, table, index, 1, desc, 0);
	fixture_breaks(RULE_ERRORS_REFUSED, "a store", r->why);
}

static void refused_changes_are_judged(void **state)
{
	(void)state;
	static const enum memory_change changes[] = { MEMORY_RO, MEMORY_RW, MEMORY_NX, MEMORY_X,
						      MEMORY_ROX };
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (unsigned k = 0; k < sizeof(changes) / sizeof(changes[0]); k++)
			for (size_t why = 0; why < REFUSALS; why++) {
				struct refused r = { &fixture_machines[m], changes[k], why };
				judge_refused(&r);
			}
}

/* A range that ends one page after the area reaches its guard page only, and is not refused. */
static void the_guard_page_belongs_to_the_area(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		const struct fixture_call vmalloc = { CALL_VMALLOC, 0, "the guard page" };
		fixture_make(&fixture_machines[m], &vmalloc);
		fixture_holds();
		fixture_have_area(PAGES - 1);
		fixture_expect(CALL_SET_MEMORY, MEMORY_X);
		fixture_run();
		assert_int_equal(fixture.out.error, 0);
		fixture_holds();
	}
}

/* A block that may not be split: an end of the range is inside of it, or an alias is. */
static void splits_that_are_forbidden_are_judged(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (int warned = 0; warned < 2; warned++)
			for (int tail = 0; tail < 2; tail++) {
				if (fixture_machines[m].config.bbm == 2)
					continue;
				fixture_begin(&fixture_machines[m]);
				uint64_t block = UINT64_C(1) << arm64_leaf_bits(&fixture.g, 2);
				uint64_t va = fixture.va / block * block + 2 * block;
				assert_true(oracle_preset_leaf(&fixture.oracle, va, 0, 2));
				fixture.va = va + (tail ? 0 : 1) * (block / 2);
				fixture.first = oracle_page(&fixture.oracle, fixture.va);
				fixture_expect(CALL_SET_MEMORY, MEMORY_INVALID);
				fixture_run();
				assert_int_equal(fixture.out.error, -EINVAL);
				if (warned)
					fixture_forget_events(EVENT_WARN);
				if (warned)
					fixture_breaks(RULE_ERRORS_WARNING, "no warning", 0);
				else
					fixture_holds();
			}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(what_a_call_returns_is_judged),
	cmocka_unit_test(the_mask_is_judged),
	cmocka_unit_test(cache_flushes_are_judged),
	cmocka_unit_test(stale_aliases_are_judged),
	cmocka_unit_test(the_lock_is_judged),
	cmocka_unit_test(mapping_calls_that_fail_are_judged),
	cmocka_unit_test(calls_without_table_pages_are_judged),
	cmocka_unit_test(what_a_failed_call_leaves_is_judged),
	cmocka_unit_test(refused_changes_are_judged),
	cmocka_unit_test(the_guard_page_belongs_to_the_area),
	cmocka_unit_test(splits_that_are_forbidden_are_judged),
};
FIXTURE_MAIN(tests)
