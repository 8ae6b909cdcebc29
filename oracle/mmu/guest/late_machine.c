// SPDX-License-Identifier: GPL-2.0-only
/*
 * mapper/machine/machine.h on a real MMU, which does each thing as late as
 * Arm allows: a store reaches the tables that the MMU walks at the next DSB,
 * a TLBI takes effect at the next DSB that waits for it, and there ahead of
 * stores that were not completed before it. Before and after each of these the MMU is
 * made to walk, and so to cache, whatever it can: as if it speculated.
 */
#include "oracle/mmu/guest/late_machine.h"

#include <string.h>

#define MAX_PENDING 8192
#define TLBI_SHIFT 12 /* of the address in a TLBI, whatever the granule */
#define TLBI_BITS ((UINT64_C(1) << 44) - 1)

static unsigned page_shift;
static bool shows_walked;

static struct {
	table_t table;
	uint32_t index, count;
} store[MAX_PENDING];
static struct {
	uint64_t va, bytes;
	bool last_level_only, all;
} tlbi[MAX_PENDING];
static uint32_t stores, tlbis;

/* --- the tables that the MMU walks ------------------------------------------------- */

static uint64_t *walked(table_t table)
{
	return (uint64_t *)(GUEST_TABLES + ((uint64_t)table << page_shift));
}

/* What this CPU reads of a table: its own stores, at once. */
static uint64_t *seen(table_t table)
{
	return (uint64_t *)(GUEST_SEEN + ((uint64_t)table << page_shift));
}

uint64_t late_machine_root(void)
{
	return GUEST_TABLES;
}

void late_machine_show_walked(bool is_walked)
{
	shows_walked = is_walked;
}

uint64_t late_machine_poke(table_t table, uint32_t index, uint64_t word)
{
	uint64_t before = walked(table)[index];
	__atomic_store_n(&walked(table)[index], word, __ATOMIC_RELAXED);
	__asm__ volatile("dsb ishst" ::: "memory");
	return before;
}

static void complete_stores(void)
{
	if (stores)
		late_machine_before_stores();
	for (uint32_t i = 0; i < stores; i++)
		for (uint32_t k = store[i].index; k < store[i].index + store[i].count; k++)
			__atomic_store_n(&walked(store[i].table)[k], seen(store[i].table)[k],
					 __ATOMIC_RELAXED);
	stores = 0;
	__asm__ volatile("dsb ishst" ::: "memory");
}

static void invalidate(uint64_t va, uint64_t bytes, bool last_level_only)
{
	for (uint64_t end = va + bytes; va != end; va += UINT64_C(1) << page_shift) {
		uint64_t operand = va >> TLBI_SHIFT & TLBI_BITS;
		if (last_level_only)
			__asm__ volatile("tlbi vaale1, %0" ::"r"(operand) : "memory");
		else
			__asm__ volatile("tlbi vaae1, %0" ::"r"(operand) : "memory");
	}
}

static void complete_tlbis(void)
{
	for (uint32_t i = 0; i < tlbis; i++) {
		if (tlbi[i].all)
			__asm__ volatile("tlbi vmalle1" ::: "memory");
		else
			invalidate(tlbi[i].va, tlbi[i].bytes, tlbi[i].last_level_only);
	}
	__asm__ volatile("dsb ish\n\tisb" ::: "memory");
	if (tlbis)
		late_machine_after_tlbis();
	tlbis = 0;
}

/* --- the interface ------------------------------------------------------------------- */

void machine_reset(struct machine *m, const struct machine_config *config)
{
	memset(m, 0, sizeof(*m));
	page_shift = config->page_shift;
	m->config = *config;
	m->entries = 1u << (page_shift - 3);
	m->tables = 1;
	m->table[MACHINE_ROOT].low = m->entries;
	memset(walked(MACHINE_ROOT), 0, (size_t)1 << page_shift);
	memset(seen(MACHINE_ROOT), 0, (size_t)1 << page_shift);
	stores = tlbis = 0;
}

table_t machine_alloc_table(struct machine *m)
{
	if (m->tables == MACHINE_MAX_TABLES)
		return MACHINE_NO_TABLE;
	/* Zeroes are stores too: what stood there before is walked until they are complete. */
	table_t table = m->tables++;
	m->table[table] = (struct machine_table){ .low = m->entries };
	machine_store(m, table, 0, m->entries, 0, 0);
	return table;
}

void machine_free_table(struct machine *m, table_t table)
{
	m->table[table].freed = true;
}

uint64_t machine_table_pfn(const struct machine *m, table_t table)
{
	(void)m;
	return (GUEST_TABLES >> page_shift) + table;
}

table_t machine_table_at(const struct machine *m, uint64_t pfn)
{
	uint64_t table = pfn - (GUEST_TABLES >> page_shift);
	return table < m->tables ? (table_t)table : MACHINE_NO_TABLE;
}

uint64_t machine_load(struct machine *m, table_t table, uint32_t index)
{
	(void)m;
	return seen(table)[index];
}

uint32_t machine_find_nonzero(struct machine *m, table_t table, uint32_t index, uint32_t count)
{
	(void)m;
	for (uint32_t i = 0; i < count; i++)
		if (seen(table)[index + i])
			return i;
	return count;
}

const uint64_t *machine_words(const struct machine *m, table_t table)
{
	(void)m;
	return shows_walked ? walked(table) : seen(table);
}

/* Takes note that entries were stored to; each is complete at a DSB. */
static void put_off(struct machine *m, table_t table, uint32_t index, uint32_t count)
{
	if (stores == MAX_PENDING)
		complete_stores();
	store[stores].table = table;
	store[stores].index = index;
	store[stores++].count = count;
	if (index < m->table[table].low)
		m->table[table].low = index;
	if (index + count > m->table[table].high)
		m->table[table].high = index + count;
}

void machine_store(struct machine *m, table_t table, uint32_t index, uint32_t count, uint64_t first,
		   uint64_t step)
{
	for (uint32_t i = 0; i < count; i++)
		seen(table)[index + i] = first + i * step;
	put_off(m, table, index, count);
}

void machine_store_list(struct machine *m, table_t table, uint32_t index, uint32_t count,
			const uint64_t *words)
{
	for (uint32_t i = 0; i < count; i++)
		seen(table)[index + i] = words[i];
	put_off(m, table, index, count);
}

void machine_barrier(struct machine *m, enum barrier kind)
{
	(void)m;
	switch (kind) {
	case BARRIER_DMB_ISHST:
		return; /* orders stores, which are late in order anyhow */
	case BARRIER_DSB_ISHST:
		complete_stores();
		return;
	case BARRIER_DSB_ISH:
		complete_tlbis();
		complete_stores();
		return;
	case BARRIER_DSB_NSHST:
	case BARRIER_DSB_NSH:
		return; /* what is put off may reach others later still */
	case BARRIER_ISB:
		__asm__ volatile("isb" ::: "memory");
	}
}

static void put_off_tlbi(uint64_t va, uint64_t bytes, bool last_level_only, bool all)
{
	if (tlbis == MAX_PENDING)
		guest_exit(3);
	tlbi[tlbis].va = va;
	tlbi[tlbis].bytes = bytes;
	tlbi[tlbis].last_level_only = last_level_only;
	tlbi[tlbis++].all = all;
}

void machine_tlbi_range(struct machine *m, uint64_t va, uint64_t bytes, bool last_level_only)
{
	(void)m;
	put_off_tlbi(va, bytes, last_level_only, false);
}

void machine_tlbi_all(struct machine *m)
{
	(void)m;
	put_off_tlbi(0, 0, false, true);
}

bool machine_trylock(struct machine *m)
{
	(void)m;
	return true;
}

void machine_unlock(struct machine *m)
{
	(void)m;
}

/* No call meets another there. */
void machine_take(struct machine *m, enum machine_lock lock)
{
	(void)m;
	(void)lock;
}

void machine_release(struct machine *m, enum machine_lock lock)
{
	(void)m;
	(void)lock;
}

/* No reader is there. */
void machine_lock_for_dump(struct machine *m)
{
	(void)m;
}

void machine_unlock_after_dump(struct machine *m)
{
	(void)m;
}

void machine_flush_cache(struct machine *m, enum cache_flush when, uint64_t va, uint64_t bytes)
{
	(void)m;
	(void)when;
	(void)va;
	(void)bytes;
}

void machine_warn(struct machine *m, uint64_t va)
{
	(void)m;
	(void)va;
}

void machine_bug(struct machine *m, uint64_t va)
{
	(void)m;
	(void)va;
}

void machine_unmap_aliases(struct machine *m)
{
	(void)m;
}

void machine_free_pages(struct machine *m, uint64_t va, uint64_t bytes)
{
	(void)m;
	(void)va;
	(void)bytes;
}

bool machine_alloc_memory(struct machine *m, uint64_t bytes)
{
	(void)m;
	(void)bytes;
	return true;
}

void machine_free_memory(struct machine *m, uint64_t pfn, uint64_t bytes)
{
	(void)m;
	(void)pfn;
	(void)bytes;
}

/* No call is bounded here: the guest's time is. */
bool machine_look(struct machine *m)
{
	(void)m;
	return true;
}
