// SPDX-License-Identifier: GPL-2.0-only
/* Table memory: what it holds, how it is handed out, how it is emptied. */
#include "mapper/machine/machine.h"

#include <string.h>

#include "mapper/machine/assert.h"
#include "mapper/machine/meeting.h"
#include "mapper/machine/poison.h"
#include "mapper/machine/record.h"
#include "mapper/machine/reserve.h"

#define MAX_TABLE_BYTES ((size_t)1 << 16)
/* After each table page lies a guard page that nobody may touch. */
#define PAGES_PER_TABLE 2

struct machine *machine_create(void)
{
	const int open = PROT_READ | PROT_WRITE;
	struct machine *m = reserve(sizeof(*m), open);
	if (!m)
		return NULL;
	m->arena_bytes = (size_t)MACHINE_MAX_TABLES * PAGES_PER_TABLE * MAX_TABLE_BYTES;
	m->arena = reserve(m->arena_bytes, PROT_NONE);
	if (!log_create(&m->log) || !m->arena || !meeting_create(m)) {
		machine_destroy(m);
		return NULL;
	}
	return m;
}

void machine_destroy(struct machine *m)
{
	if (!m)
		return;
	if (m->arena)
		unpoison(m->arena, m->opened_bytes);
	meeting_destroy(m);
	release(m->arena, m->arena_bytes);
	log_destroy(&m->log);
	release(m, sizeof(*m));
}

static uint64_t *table_words(const struct machine *m, table_t table)
{
	return m->arena + (size_t)table * PAGES_PER_TABLE * m->entries;
}

static size_t table_bytes(const struct machine *m)
{
	return (size_t)m->entries * sizeof(uint64_t);
}

static void hand_out(struct machine *m)
{
	ASSERT_CMP(m->tables, <, MACHINE_MAX_TABLES);
	m->table[m->tables] = (struct machine_table){ .low = m->entries };
	m->opened_bytes = open_poisoned(m->arena, m->opened_bytes,
					table_bytes(m) * PAGES_PER_TABLE * (m->tables + 1),
					"vmapdiff: no memory for a translation table");
	unpoison(table_words(m, m->tables), table_bytes(m));
	m->tables++;
}

/* Gives back the memory of tables from `first` on. */
static void give_back_tables(struct machine *m, table_t first)
{
	size_t kept = (char *)table_words(m, first) - (char *)m->arena;
	kept = (kept + MAX_TABLE_BYTES - 1) & -MAX_TABLE_BYTES; /* whole pages of any host */
	if (kept < m->opened_bytes)
		give_back((char *)m->arena + kept, m->opened_bytes - kept);
}

static void zero_touched(struct machine *m)
{
	const size_t page = 4096; /* the smallest of any host */
	size_t zeroed = 0;
	table_t kept = 0;
	for (table_t t = 0; t < m->tables; t++) {
		struct machine_table *touched = &m->table[t];
		uint64_t *words = table_words(m, t);
		if (touched->freed)
			unpoison(words, table_bytes(m));
		if (touched->low < touched->high) {
			size_t bytes = (touched->high - touched->low) * sizeof(uint64_t);
			memset(words + touched->low, 0, bytes);
			zeroed += (bytes + page - 1) & -page;
		}
		poison(words, table_bytes(m));
		if (zeroed <= MACHINE_KEPT_TABLE_BYTES)
			kept = t + 1;
	}
	if (kept < m->tables)
		give_back_tables(m, kept);
}

/* What fuzz/scenario_check.c promises of every machine. */
static void check_config(const struct machine_config *config)
{
	ASSERT_CMP(config->page_shift, >=, 12);
	ASSERT_CMP(config->page_shift, <=, 16);
	ASSERT_CMP(config->va_bits, >, config->page_shift);
	ASSERT_CMP(config->va_bits, <=, 52);
	ASSERT_CMP(config->pa_bits, <=, 52);
	ASSERT_CMP(config->bbm, <=, 2);
	ASSERT(!config->table_bits == !config->group_bits);
	ASSERT_CMP(config->group_bits, <=, config->table_bits);
}

void machine_reset(struct machine *m, const struct machine_config *config)
{
	check_config(config);
	if (m->meets)
		meeting_end(m);
	m->switched = NULL;
	zero_touched(m);
	m->config = *config;
	m->counters = (struct machine_counters){ 0 };
	m->watch = (struct event_watch){ 0 };
	m->trap = MACHINE_TRAP_NONE;
	m->entries = 1u << (config->table_bits ? config->table_bits : config->page_shift - 3);
	m->tables = 0;
	m->live_tables = 1;
	hand_out(m);
	machine_begin_call(m, 0, 0);
}

void machine_begin_call(struct machine *m, uint32_t fail_alloc, uint32_t fail_trylock)
{
	ASSERT(m->tables); /* machine_reset() came before */
	log_shrink(&m->log);
	m->log.events = 0;
	m->log.words = 0;
	m->log.place = NULL;
	m->meets_at = UINT32_MAX;
	m->reads = false;
	m->fail_alloc = fail_alloc;
	m->fail_trylock = fail_trylock;
	m->alloc_failed = false;
	m->alloc_failed_bytes = 0;
	m->refused = 0;
	m->bound = (struct machine_bound){ UINT64_MAX, UINT64_MAX, MACHINE_MAX_EVENTS, UINT32_MAX };
	m->next_look = m->counters.loads + MACHINE_LOOK_EVERY;
	m->next_look_at_events = MACHINE_LOOK_EVERY;
}

/* Counts an armed fault down; true when it strikes now. */
static bool strikes(uint32_t *countdown)
{
	if (!*countdown)
		return false;
	--*countdown;
	return !*countdown;
}

/* Keeps where the first allocation of the call failed. It is not an event: nothing happened. */
static void note_failed_alloc(struct machine *m, uint64_t bytes)
{
	if (m->alloc_failed)
		return;
	m->alloc_failed = true;
	m->alloc_failed_bytes = bytes;
	m->alloc_failed_at = m->log.events;
	m->alloc_failed_place = m->log.place ? *m->log.place : (struct source_place){ 0 };
}

static void refuse_alloc(struct machine *m, uint64_t bytes)
{
	note_failed_alloc(m, bytes);
	if (++m->refused >= m->bound.refused)
		machine_look(m);
}

bool machine_alloc_memory(struct machine *m, uint64_t bytes)
{
	ASSERT_CMP(bytes >> m->config.page_shift, >, 0);
	ASSERT_CMP(bytes & (bytes - 1), ==, 0);
	if (strikes(&m->fail_alloc)) {
		refuse_alloc(m, bytes);
		return false;
	}
	m->counters.memory += bytes >> m->config.page_shift;
	return true;
}

table_t machine_alloc_table(struct machine *m)
{
	bool logged = reach_event(m);
	if (strikes(&m->fail_alloc) || m->tables == MACHINE_MAX_TABLES) {
		refuse_alloc(m, 0);
		return MACHINE_NO_TABLE;
	}
	hand_out(m);
	m->live_tables++;
	m->counters.tables++;
	table_t table = m->tables - 1;
	if (logged)
		append_event(m, (struct event){ .kind = EVENT_ALLOC, .table = table });
	return table;
}

/* Nothing is at entries [index, index + count) of `table`, or no longer. */
static __attribute__((noinline, cold)) void trap_access(struct machine *m, table_t table,
							uint32_t index, uint32_t count)
{
	enum machine_trap trap = table >= m->tables      ? MACHINE_TRAP_NO_TABLE
				 : m->table[table].freed ? MACHINE_TRAP_FREED_TABLE
							 : MACHINE_TRAP_OUTSIDE_TABLE;
	if (m->trap == MACHINE_TRAP_NONE)
		m->trap = trap;
	record(m, (struct event){ .kind = EVENT_TRAP,
				  .what = (uint8_t)trap,
				  .table = table,
				  .index = index,
				  .count = count });
}

/* Whether entries [index, index + count) of `table` may be touched; a trap if not. */
static inline bool in_table(struct machine *m, table_t table, uint32_t index, uint32_t count)
{
	bool in = table < m->tables && !m->table[table].freed && count <= m->entries &&
		  index <= m->entries - count;
	if (__builtin_expect(!in, 0))
		trap_access(m, table, index, count);
	return in;
}

void machine_free_table(struct machine *m, table_t table)
{
	bool logged = reach_event(m);
	if (!in_table(m, table, 0, 0))
		return;
	ASSERT_CMP(m->live_tables, >, 0);
	m->live_tables--;
	m->table[table].freed = true;
	poison(table_words(m, table), table_bytes(m));
	if (logged)
		append_event(m, (struct event){ .kind = EVENT_FREE, .table = table });
}

/* The top of physical memory, so that 52-bit machines have 52-bit table addresses. */
uint64_t machine_table_pool_pfn(const struct machine_config *config)
{
	return (UINT64_C(1) << (config->pa_bits - config->page_shift)) - MACHINE_MAX_TABLES;
}

uint64_t machine_table_pfn(const struct machine *m, table_t table)
{
	return machine_table_pool_pfn(&m->config) + table;
}

table_t machine_table_at(const struct machine *m, uint64_t pfn)
{
	uint64_t table = pfn - machine_table_pool_pfn(&m->config);
	return table < m->tables ? (table_t)table : MACHINE_NO_TABLE;
}

/* For each page, the entries of the largest group, twice. */
#define READS_A_PAGE 256
#define READS_OF_TABLES 64

void machine_begin_reading(struct machine *m, uint64_t pages)
{
	ASSERT_CMP(pages, <, UINT32_MAX / READS_A_PAGE - 1);
	m->reads = true;
	m->spins_at = READS_OF_TABLES + READS_A_PAGE * (uint32_t)pages;
	m->next_look = 0;
}

bool machine_reach_read(struct machine *m, table_t table, uint32_t index)
{
	ASSERT(m->reads);
	if (m->log.events >= m->spins_at) {
		m->spins_at = UINT32_MAX;
		meeting_end_outer_first(m);
	}
	record(m, (struct event){ .kind = EVENT_READ, .table = table, .index = index, .count = 1 });
	return in_table(m, table, index, 1);
}

/* Apart, and last in its caller, so that a load that is not looked at costs no more than it did. */
static __attribute__((noinline, cold)) uint64_t look_and_load(struct machine *m, table_t table,
							      uint32_t index)
{
	machine_look(m);
	if (m->reads && !machine_reach_read(m, table, index))
		return 0;
	return table_words(m, table)[index];
}

uint64_t machine_load(struct machine *m, table_t table, uint32_t index)
{
	if (!in_table(m, table, index, 1))
		return 0;
	if (__builtin_expect(++m->counters.loads >= m->next_look, 0))
		return look_and_load(m, table, index);
	return table_words(m, table)[index];
}

/* Whether any of `count` words is nonzero; without an early exit, so that it vectorizes. */
static bool any_nonzero(const uint64_t *words, uint32_t count)
{
	uint64_t all = 0;
	for (uint32_t i = 0; i < count; i++)
		all |= words[i];
	return all != 0;
}

uint32_t machine_find_nonzero(struct machine *m, table_t table, uint32_t index, uint32_t count)
{
	if (!in_table(m, table, index, count))
		return count;
	machine_count_loads(m, count);
	const uint64_t *words = table_words(m, table) + index;
	if (!any_nonzero(words, count))
		return count;
	uint32_t i = 0;
	while (!words[i])
		i++;
	return i;
}

bool machine_entry_at(const struct machine *m, const void *p, table_t *table, uint32_t *index)
{
	size_t offset = (uintptr_t)p - (uintptr_t)m->arena;
	size_t word = offset / sizeof(uint64_t), stride = PAGES_PER_TABLE * (size_t)m->entries;
	*table = (table_t)(word >> __builtin_ctzl(stride)); /* a power of two: no division */
	*index = (uint32_t)(word & (stride - 1));
	return offset < m->arena_bytes && *table < m->tables && *index < m->entries;
}

const uint64_t *machine_words(const struct machine *m, table_t table)
{
	ASSERT_CMP(table, <, MACHINE_MAX_TABLES);
	return table_words(m, table);
}

static void touch(struct machine *m, table_t table, uint32_t index, uint32_t count)
{
	struct machine_table *t = &m->table[table];
	if (index < t->low)
		t->low = index;
	if (index + count > t->high)
		t->high = index + count;
	m->counters.stores += count;
}

/* The words that a store is about to replace, logged unless all are zero. */
static uint32_t log_old(struct machine *m, const uint64_t *words, uint32_t count)
{
	return any_nonzero(words, count) ? record_words(m, words, count) : EVENT_NO_WORDS;
}

void machine_store(struct machine *m, table_t table, uint32_t index, uint32_t count, uint64_t first,
		   uint64_t step)
{
	bool logged = reach_event(m);
	if (!in_table(m, table, index, count))
		return;
	uint64_t *words = table_words(m, table) + index;
	if (logged)
		append_event(m, (struct event){ .kind = EVENT_STORE,
						.table = table,
						.index = index,
						.count = count,
						.words = EVENT_NO_WORDS,
						.old_words = log_old(m, words, count),
						.first = first,
						.step = step });
	touch(m, table, index, count);
	uint64_t word = first;
	for (uint32_t i = 0; i < count; i++, word += step)
		words[i] = word;
}

void machine_store_list(struct machine *m, table_t table, uint32_t index, uint32_t count,
			const uint64_t *list)
{
	bool logged = reach_event(m);
	if (!in_table(m, table, index, count))
		return;
	uint64_t *words = table_words(m, table) + index;
	uint32_t old_words = log_old(m, words, count);
	if (logged)
		append_event(m, (struct event){ .kind = EVENT_STORE,
						.table = table,
						.index = index,
						.count = count,
						.words = record_words(m, list, count),
						.old_words = old_words });
	touch(m, table, index, count);
	memcpy(words, list, count * sizeof(*list));
}

/* Takes it, once the other of two calls that meet lets it. */
static void lock(struct machine *m, bool for_writing)
{
	bool logged = reach_event(m);
	if (m->meets)
		meeting_lock_mmap(m, for_writing);
	if (logged)
		append_event(m, (struct event){ .kind = EVENT_TRYLOCK,
						.what = true,
						.for_writing = for_writing });
}

void machine_lock(struct machine *m)
{
	lock(m, false);
}

void machine_write_lock(struct machine *m)
{
	lock(m, true);
}

bool machine_trylock(struct machine *m)
{
	bool logged = reach_event(m), had = !strikes(&m->fail_trylock);
	if (m->meets && had)
		had = meeting_trylock_mmap(m);
	if (logged)
		append_event(m, (struct event){ .kind = EVENT_TRYLOCK, .what = had });
	return had;
}
