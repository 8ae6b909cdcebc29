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

#define PAGE_SHIFT 12
#define ENTRIES 512
#define MOST_PENDING 4096
#define TLBI_BITS ((UINT64_C(1) << 44) - 1)

/* What this CPU reads of the tables: its own stores, at once. */
static uint64_t seen[MACHINE_MAX_TABLES][ENTRIES];

static struct {
	table_t table;
	uint32_t index, count;
} store[MOST_PENDING];
static struct {
	uint64_t va, bytes;
	bool last_level_only, all;
} tlbi[MOST_PENDING];
static uint32_t stores, tlbis;

/* --- the tables that the MMU walks ------------------------------------------------- */

static uint64_t *walked(table_t table)
{
	return (uint64_t *)(GUEST_TABLES + ((uint64_t)table << PAGE_SHIFT));
}

uint64_t late_machine_root(void)
{
	return GUEST_TABLES;
}

static void complete_stores(void)
{
	late_machine_walks();
	for (uint32_t i = 0; i < stores; i++)
		for (uint32_t k = store[i].index; k < store[i].index + store[i].count; k++)
			__atomic_store_n(&walked(store[i].table)[k], seen[store[i].table][k],
					 __ATOMIC_RELAXED);
	stores = 0;
	__asm__ volatile("dsb ishst" ::: "memory");
}

static void invalidate(uint64_t va, uint64_t bytes, bool last_level_only)
{
	for (uint64_t end = va + bytes; va != end; va += 1 << PAGE_SHIFT) {
		uint64_t operand = va >> PAGE_SHIFT & TLBI_BITS;
		if (last_level_only)
			__asm__ volatile("tlbi vaale1is, %0" ::"r"(operand) : "memory");
		else
			__asm__ volatile("tlbi vaae1is, %0" ::"r"(operand) : "memory");
	}
}

static void complete_tlbis(void)
{
	for (uint32_t i = 0; i < tlbis; i++) {
		if (tlbi[i].all)
			__asm__ volatile("tlbi vmalle1is" ::: "memory");
		else
			invalidate(tlbi[i].va, tlbi[i].bytes, tlbi[i].last_level_only);
	}
	tlbis = 0;
	__asm__ volatile("dsb ish\n\tisb" ::: "memory");
	late_machine_walks();
}

/* --- the interface ------------------------------------------------------------------- */

void machine_reset(struct machine *m, const struct machine_config *config)
{
	memset(m, 0, sizeof(*m));
	m->config = *config;
	m->entries = ENTRIES;
	m->tables = 1;
	m->table[MACHINE_ROOT].low = ENTRIES;
	memset(walked(MACHINE_ROOT), 0, sizeof(seen[0]));
}

table_t machine_alloc_table(struct machine *m)
{
	if (m->tables == MACHINE_MAX_TABLES)
		return MACHINE_NO_TABLE;
	/* Zeroes are stores too: what stood there before is walked until they are complete. */
	table_t table = m->tables++;
	m->table[table] = (struct machine_table){ .low = ENTRIES };
	machine_store(m, table, 0, ENTRIES, 0, 0);
	return table;
}

void machine_free_table(struct machine *m, table_t table)
{
	m->table[table].freed = true;
}

uint64_t machine_table_pfn(const struct machine *m, table_t table)
{
	(void)m;
	return (GUEST_TABLES >> PAGE_SHIFT) + table;
}

table_t machine_table_at(const struct machine *m, uint64_t pfn)
{
	uint64_t table = pfn - (GUEST_TABLES >> PAGE_SHIFT);
	return table < m->tables ? (table_t)table : MACHINE_NO_TABLE;
}

uint64_t machine_load(struct machine *m, table_t table, uint32_t index)
{
	(void)m;
	return seen[table][index];
}

uint32_t machine_find_nonzero(struct machine *m, table_t table, uint32_t index, uint32_t count)
{
	(void)m;
	for (uint32_t i = 0; i < count; i++)
		if (seen[table][index + i])
			return i;
	return count;
}

const uint64_t *machine_words(const struct machine *m, table_t table)
{
	(void)m;
	return seen[table];
}

/* Takes note that entries were stored to; each is complete at a DSB. */
static void put_off(struct machine *m, table_t table, uint32_t index, uint32_t count)
{
	if (stores == MOST_PENDING)
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
		seen[table][index + i] = first + i * step;
	put_off(m, table, index, count);
}

void machine_store_list(struct machine *m, table_t table, uint32_t index, uint32_t count,
			const uint64_t *words)
{
	for (uint32_t i = 0; i < count; i++)
		seen[table][index + i] = words[i];
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
	if (tlbis == MOST_PENDING)
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

/* No call is bounded here: the guest's time is. */
bool machine_look(struct machine *m)
{
	(void)m;
	return true;
}
