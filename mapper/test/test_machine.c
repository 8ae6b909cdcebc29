// SPDX-License-Identifier: GPL-2.0-only
/* The machine keeps what it promises to mappers and to the oracle. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mapper/machine/machine.h"
#include "mapper/test/cmocka_all.h"

__attribute__((weak)) int __asan_address_is_poisoned(const volatile void *at);

static const struct machine_config config_4k = { .page_shift = 12, .va_bits = 48, .pa_bits = 48 };
static const struct machine_config config_64k = { .page_shift = 16, .va_bits = 48, .pa_bits = 52 };

static int setup(void **state)
{
	struct machine *m = machine_create();
	if (!m)
		return -1;
	machine_reset(m, &config_4k);
	*state = m;
	return 0;
}

static int teardown(void **state)
{
	machine_destroy(*state);
	return 0;
}

static void stores_are_read_back(void **state)
{
	struct machine *m = *state;
	uint64_t list[] = { 7, 0, 9 };
	machine_store(m, MACHINE_ROOT, 10, 4, 100, 10);
	machine_store_list(m, MACHINE_ROOT, 14, 3, list);
	assert_int_equal(machine_load(m, MACHINE_ROOT, 9), 0);
	assert_int_equal(machine_load(m, MACHINE_ROOT, 10), 100);
	assert_int_equal(machine_load(m, MACHINE_ROOT, 13), 130);
	assert_int_equal(machine_load(m, MACHINE_ROOT, 16), 9);
	assert_int_equal(m->counters.stores, 7);
	assert_int_equal(m->counters.loads, 4);
	assert_int_equal(m->trap, MACHINE_TRAP_NONE);
}

static void stores_are_recorded_with_what_they_replaced(void **state)
{
	struct machine *m = *state;
	machine_store(m, MACHINE_ROOT, 1, 2, 5, 1);
	machine_store(m, MACHINE_ROOT, 0, 3, 0, 0);
	assert_int_equal(m->log.events, 2);
	const struct event *first = &m->log.event[0], *second = &m->log.event[1];
	assert_int_equal(first->old_words, EVENT_NO_WORDS);
	assert_int_equal(first->first, 5);
	assert_int_equal(second->count, 3);
	assert_int_not_equal(second->old_words, EVENT_NO_WORDS);
	const uint64_t old[] = { 0, 5, 6 };
	assert_memory_equal(&m->log.word[second->old_words], old, sizeof(old));
}

static void lists_are_recorded_word_by_word(void **state)
{
	struct machine *m = *state;
	const uint64_t list[] = { 3, 1, 4 };
	machine_store_list(m, MACHINE_ROOT, 5, 3, list);
	const struct event *e = &m->log.event[0];
	assert_int_equal(e->kind, EVENT_STORE);
	assert_memory_equal(&m->log.word[e->words], list, sizeof(list));
}

static void find_nonzero_finds_the_first(void **state)
{
	struct machine *m = *state;
	machine_store(m, MACHINE_ROOT, 20, 2, 1, 0);
	assert_int_equal(machine_find_nonzero(m, MACHINE_ROOT, 0, 20), 20);
	assert_int_equal(machine_find_nonzero(m, MACHINE_ROOT, 0, 21), 20);
	assert_int_equal(machine_find_nonzero(m, MACHINE_ROOT, 21, 9), 0);
	assert_int_equal(machine_find_nonzero(m, MACHINE_ROOT, 22, 490), 490);
}

static void reset_leaves_all_memory_zero(void **state)
{
	struct machine *m = *state;
	table_t a = machine_alloc_table(m), b = machine_alloc_table(m);
	machine_store(m, a, 0, 512, 1, 1);
	machine_store(m, b, 511, 1, 1, 0);
	machine_free_table(m, b);
	machine_reset(m, &config_64k);
	machine_alloc_table(m);
	machine_alloc_table(m);
	for (table_t t = 0; t < m->tables; t++)
		for (uint32_t i = 0; i < m->entries; i++)
			assert_int_equal(machine_load(m, t, i), 0);
}

/* Bytes of memory that the host keeps at `at`, which is reserved up to `bytes` bytes more. */
static size_t resident(void *at, size_t bytes)
{
	static unsigned char is[1 << 20];
	size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = bytes / page, kept = 0;
	assert_true(pages <= sizeof(is));
	assert_int_equal(mincore(at, bytes, is), 0);
	for (size_t i = 0; i < pages; i++)
		kept += is[i] & 1 ? page : 0;
	return kept;
}

/* As the largest scenario leaves it: what few touch takes no memory while others are played. */
static void reset_gives_back_what_is_rare(void **state)
{
	struct machine *m = *state;
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *untouched = (char *)m->arena + m->opened_bytes;
	if (resident(untouched, m->opened_bytes))
		skip(); /* the host does not say */
	uint64_t old[512];
	memset(old, 1, sizeof(old));
	for (table_t t = 0; (size_t)t << 12 < 2 * MACHINE_KEPT_TABLE_BYTES; t++) {
		table_t table = machine_alloc_table(m);
		machine_store_list(m, table, 0, 512, old);
		machine_store(m, table, 0, 512, 0, 0);
	}
	/* After each table lies a page that nobody touches. */
	const size_t kept = 2 * MACHINE_KEPT_TABLE_BYTES + (1 << 17);
	char *rest = (char *)m->arena + kept;
	size_t bytes = m->opened_bytes - kept;
	assert_true(resident(rest, bytes) > bytes / 3);
	uint64_t *words = m->log.word + MACHINE_KEPT_LOG_WORDS;
	size_t word_bytes = (m->log.words - MACHINE_KEPT_LOG_WORDS) * sizeof(*words) & -page;
	assert_int_equal(resident(words, word_bytes), word_bytes);
	machine_reset(m, &config_4k);
	assert_int_equal(resident(rest, bytes), 0);
	assert_int_equal(resident(words, word_bytes), 0);
	reset_leaves_all_memory_zero(state);
}

static void the_armed_allocation_fails_once(void **state)
{
	struct machine *m = *state;
	machine_begin_call(m, 2, 0);
	assert_int_not_equal(machine_alloc_table(m), MACHINE_NO_TABLE);
	assert_false(m->alloc_failed);
	assert_int_equal(machine_alloc_table(m), MACHINE_NO_TABLE);
	assert_true(m->alloc_failed);
	assert_int_not_equal(machine_alloc_table(m), MACHINE_NO_TABLE);
}

static void a_fault_does_not_outlive_its_call(void **state)
{
	struct machine *m = *state;
	machine_begin_call(m, 1, 1);
	machine_begin_call(m, 0, 0);
	assert_int_not_equal(machine_alloc_table(m), MACHINE_NO_TABLE);
	assert_true(machine_trylock(m));
}

static void the_armed_trylock_fails(void **state)
{
	struct machine *m = *state;
	machine_begin_call(m, 0, 2);
	assert_true(machine_trylock(m));
	assert_false(machine_trylock(m));
	assert_true(machine_trylock(m));
}

static void freed_tables_are_not_handed_out_again(void **state)
{
	struct machine *m = *state;
	table_t a = machine_alloc_table(m);
	machine_free_table(m, a);
	assert_int_not_equal(machine_alloc_table(m), a);
}

static void the_arena_ends(void **state)
{
	struct machine *m = *state;
	for (int i = 1; i < MACHINE_MAX_TABLES; i++)
		assert_int_not_equal(machine_alloc_table(m), MACHINE_NO_TABLE);
	assert_int_equal(machine_alloc_table(m), MACHINE_NO_TABLE);
}

static void table_addresses_use_all_address_bits(void **state)
{
	struct machine *m = *state;
	machine_reset(m, &config_64k);
	table_t a = machine_alloc_table(m);
	uint64_t pfn = machine_table_pfn(m, a);
	assert_true(pfn << 16 >> 48);
	assert_true(pfn >> (52 - 16) == 0);
	assert_int_equal(machine_table_at(m, pfn), a);
	assert_int_equal(machine_table_at(m, pfn + 1), MACHINE_NO_TABLE);
	assert_int_equal(machine_table_at(m, 0), MACHINE_NO_TABLE);
}

static void stray_accesses_trap_and_change_nothing(void **state)
{
	struct machine *m = *state;
	static const struct {
		uint32_t index, count;
	} stray[] = { { 512, 1 }, { 511, 2 }, { 0, 513 }, { UINT32_MAX, 2 } };
	for (size_t i = 0; i < sizeof(stray) / sizeof(stray[0]); i++) {
		machine_reset(m, &config_4k);
		machine_store(m, MACHINE_ROOT, stray[i].index, stray[i].count, 1, 0);
		assert_int_equal(m->trap, MACHINE_TRAP_OUTSIDE_TABLE);
		assert_int_equal(machine_find_nonzero(m, MACHINE_ROOT, 0, 512), 512);
	}
	machine_reset(m, &config_4k);
	assert_int_equal(machine_load(m, 1, 0), 0);
	assert_int_equal(m->trap, MACHINE_TRAP_NO_TABLE);
	machine_reset(m, &config_4k);
	table_t a = machine_alloc_table(m);
	machine_free_table(m, a);
	machine_free_table(m, a);
	assert_int_equal(m->trap, MACHINE_TRAP_FREED_TABLE);
}

static void a_full_log_traps(void **state)
{
	struct machine *m = *state;
	for (uint32_t i = 0; i < MACHINE_MAX_EVENTS; i++)
		machine_barrier(m, BARRIER_ISB);
	assert_int_equal(m->trap, MACHINE_TRAP_NONE);
	machine_barrier(m, BARRIER_ISB);
	assert_int_equal(m->trap, MACHINE_TRAP_RUNAWAY);
}

/* --- calls that do not end ------------------------------------------------------------ */

static void load_for_ever(void *context)
{
	for (;;)
		machine_load(context, MACHINE_ROOT, 0);
}

static void find_for_ever(void *context)
{
	for (;;)
		machine_find_nonzero(context, MACHINE_ROOT, 0, 512);
}

static void store_for_ever(void *context)
{
	for (uint64_t i = 0;; i++)
		machine_store(context, MACHINE_ROOT, 0, 1, i, 0);
}

static void store_lists_for_ever(void *context)
{
	const uint64_t list[2] = { 1, 2 };
	for (;;)
		machine_store_list(context, MACHINE_ROOT, 0, 2, list);
}

static void leave_the_table_for_ever(void *context)
{
	for (;;)
		machine_load(context, MACHINE_ROOT, 512);
}

static void try_the_lock_for_ever(void *context)
{
	while (machine_trylock(context))
		;
}

static void allocate_for_ever(void *context)
{
	for (;;)
		machine_alloc_table(context);
}

static void scan_for_ever(void *context)
{
	for (;;)
		machine_count_scanned(context, 1);
}

static volatile bool for_ever = true;

static int load_and_recurse(struct machine *m)
{
	volatile char frame[64] = { 0 };
	machine_load(m, MACHINE_ROOT, 0);
	return for_ever ? load_and_recurse(m) + frame[0] : 0;
}

static void recurse_for_ever(void *context)
{
	load_and_recurse(context);
}

static int store_and_recurse(struct machine *m)
{
	volatile char frame[2048] = { 0 };
	machine_store(m, MACHINE_ROOT, 0, 1, 1, 0);
	return for_ever ? store_and_recurse(m) + frame[0] : 0;
}

static void recurse_and_store_for_ever(void *context)
{
	store_and_recurse(context);
}

static void a_call_that_runs_away_is_ended(void **state)
{
	static void (*const calls[])(void *) = {
		load_for_ever,        find_for_ever,     store_for_ever,
		store_lists_for_ever, allocate_for_ever, try_the_lock_for_ever,
		scan_for_ever,        recurse_for_ever,  recurse_and_store_for_ever,
	};
	struct machine *m = *state;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		machine_reset(m, &config_4k);
		machine_begin_call(m, 0, 0);
		machine_bound_call(m, 1);
		assert_false(machine_run(m, calls[i], m));
		assert_int_equal(m->trap, MACHINE_TRAP_RUNAWAY);
		assert_null(machine_running());
	}
}

/* What went wrong first is what is told. */
static void a_runaway_keeps_its_first_trap(void **state)
{
	struct machine *m = *state;
	machine_bound_call(m, 1);
	assert_false(machine_run(m, leave_the_table_for_ever, m));
	assert_int_equal(m->trap, MACHINE_TRAP_OUTSIDE_TABLE);
}

static uint64_t loads_allowed(struct machine *m, uint64_t pages)
{
	machine_begin_call(m, 0, 0);
	machine_bound_call(m, pages);
	return m->bound.loads - m->counters.loads;
}

static uint64_t loads_until_ended(struct machine *m, uint64_t pages)
{
	uint64_t allowed = loads_allowed(m, pages), before = m->counters.loads;
	assert_false(machine_run(m, load_for_ever, m));
	assert_int_equal(m->counters.loads - before, allowed);
	return allowed;
}

/* By counts alone, which are the same at each time; with more for who has more to do. */
static void a_runaway_ends_at_the_same_load(void **state)
{
	struct machine *m = *state;
	uint64_t few = loads_until_ended(m, 1);
	assert_int_equal(loads_until_ended(m, 1), few);
	assert_int_equal(loads_until_ended(m, 1001), few + 1000 * 1024);
	machine_alloc_table(m);
	assert_int_equal(loads_until_ended(m, 1), few + 512 * 1024);
	/* To run into it takes a billion loads, which end as the others do. */
	uint64_t most = loads_allowed(m, UINT64_MAX);
	assert_true(most > few && most < (uint64_t)MACHINE_MAX_TABLES * 512 * 2048);
}

static void load_much(void *context)
{
	for (unsigned i = 0; i < 100000; i++)
		machine_load(context, MACHINE_ROOT, i % 512);
}

static void a_call_that_ends_is_not_ended(void **state)
{
	struct machine *m = *state;
	machine_bound_call(m, 1);
	assert_true(machine_run(m, load_much, m));
	assert_int_equal(m->counters.loads, 100000);
	assert_int_equal(m->trap, MACHINE_TRAP_NONE);
	assert_null(machine_running());
}

static void tables_lie_between_poisoned_pages(void **state)
{
	struct machine *m = *state;
	if (!__asan_address_is_poisoned)
		skip();
	table_t a = machine_alloc_table(m);
	const uint64_t *words = machine_words(m, a);
	assert_false(__asan_address_is_poisoned(words));
	assert_false(__asan_address_is_poisoned(words + 511));
	assert_true(__asan_address_is_poisoned(words - 1));
	assert_true(__asan_address_is_poisoned(words + 512));
	machine_free_table(m, a);
	assert_true(__asan_address_is_poisoned(words));
	machine_reset(m, &config_4k);
	assert_true(__asan_address_is_poisoned(words));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(stores_are_read_back),
		TEST(stores_are_recorded_with_what_they_replaced),
		TEST(lists_are_recorded_word_by_word),
		TEST(find_nonzero_finds_the_first),
		TEST(reset_leaves_all_memory_zero),
		TEST(reset_gives_back_what_is_rare),
		TEST(the_armed_allocation_fails_once),
		TEST(a_fault_does_not_outlive_its_call),
		TEST(the_armed_trylock_fails),
		TEST(freed_tables_are_not_handed_out_again),
		TEST(the_arena_ends),
		TEST(table_addresses_use_all_address_bits),
		TEST(stray_accesses_trap_and_change_nothing),
		TEST(a_full_log_traps),
		TEST(a_call_that_runs_away_is_ended),
		TEST(a_runaway_keeps_its_first_trap),
		TEST(a_runaway_ends_at_the_same_load),
		TEST(a_call_that_ends_is_not_ended),
		TEST(tables_lie_between_poisoned_pages),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
