// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads, stores and fetches of EL1 and EL0, held against a walk of the tables
 * as they stand. What was not invalidated, or not completed, does what it did
 * before.
 *
 * QEMU keeps one range for all pages larger than 4K that its TLB holds, and a
 * TLBI of any address in it drops everything. So that a TLBI that is too
 * small shows with other granules too, some calls find a single address cached.
 */
#include "oracle/mmu/guest/accesses.h"

#include "oracle/arm64/translate.h"

#define RET_AT 8
#define SVC_AT 12
#define ALL_ACCESSES 10 /* percent of addresses at which EL0 and fetches are tried too */
#define NO_ADDRESS 0
#define MAX_LOOKS 12 /* of a call, at all addresses: set_memory has barriers for each page */

/* Addresses that are accessed. */
struct window {
	uint64_t va, step;
	uint32_t count;
};

#define WINDOWS 4

static const struct layout *layout;
static struct machine *machine;
static struct window window[WINDOWS];
static enum caching caching;
static uint64_t cached; /* the one address that is cached, or NO_ADDRESS */
static unsigned looks;  /* at all addresses, since the call began */
static struct access_counts counts;

void accesses_open(const struct layout *of, struct machine *m)
{
	uint64_t page = UINT64_C(1) << of->page, block = UINT64_C(1) << of->block;
	uint64_t group = UINT64_C(1) << of->group;
	/* Steps that are odd numbers of pages meet each place in a group. */
	uint64_t some = (group / 2 > block / 64 ? group / 2 : block / 64) + page;
	uint64_t few = (block / 16 > group ? block / 16 : group) + page;
	layout = of;
	machine = m;
	window[0] = (struct window){ of->edge - LAYOUT_EDGE * page, page, 2 * LAYOUT_EDGE };
	window[1] = (struct window){ of->blocks, some, (uint32_t)(LAYOUT_BLOCKS * block / some) };
	window[2] = (struct window){ of->linear, few,
				     (uint32_t)((UINT64_C(1) << of->block_group) / few) };
	window[3] =
		(struct window){ of->linear + block - LAYOUT_NEAR * page, page, 2 * LAYOUT_NEAR };
}

void accesses_begin_call(enum caching kind)
{
	caching = kind;
	cached = NO_ADDRESS;
	looks = 0;
}

struct access_counts accesses_counts(void)
{
	return counts;
}

/* --- what the MMU may come to cache ---------------------------------------------------------- */

/* Where a walk of what the MMU walks ends. */
struct end {
	table_t table;
	uint32_t index;
	int level;
};

static struct end walk_to_end(uint64_t va)
{
	struct end e = { .table = MACHINE_ROOT, .level = layout->g.start_level };
	for (;; e.level++) {
		e.index = arm64_table_index(&layout->g, e.level, va);
		uint64_t desc = machine_words(machine, e.table)[e.index];
		if (arm64_kind(&layout->g, e.level, desc) != ARM64_TABLE)
			return e;
		e.table = machine_table_at(machine,
					   arm64_address(&layout->g, desc) >> layout->g.granule);
	}
}

/*
 * What a Contiguous sibling says of the entry at `e`, or 0. A TLB may hold one
 * entry for the whole group, also for those of it that are not valid any more.
 */
static uint64_t by_sibling(const struct end *e)
{
	const uint64_t leaf = ARM64_VALID | ARM64_CONTIGUOUS;
	uint32_t group = 1u << arm64_contiguous_size(&layout->g, e->level);
	const uint64_t *words = machine_words(machine, e->table);
	uint64_t size = UINT64_C(1) << arm64_leaf_bits(&layout->g, e->level);
	uint32_t first = e->index & ~(group - 1);
	for (uint32_t i = first; i < first + group; i++)
		if ((words[i] & leaf) == leaf &&
		    arm64_kind(&layout->g, e->level, words[i]) == ARM64_LEAF)
			return words[i] + e->index * size - i * size; /* of 48 bits, in place */
	return 0;
}

/* Reads an address, of which the TLB then holds what the tables say, or a sibling does. */
static void cache(uint64_t va)
{
	uint64_t value;
	if (!probe_load(va, &value))
		return;
	late_machine_show_walked(true);
	struct end e = walk_to_end(va);
	uint64_t desc = by_sibling(&e);
	late_machine_show_walked(false);
	if (!desc)
		return;
	uint64_t before = late_machine_poke(e.table, e.index, desc);
	probe_load(va, &value);
	late_machine_poke(e.table, e.index, before);
}

static void cache_all(void)
{
	if (looks++ >= MAX_LOOKS)
		return;
	for (unsigned w = 0; w < WINDOWS; w++)
		for (uint32_t i = 0; i < window[w].count; i++)
			cache(window[w].va + i * window[w].step);
}

static bool same(const struct arm64_translation *a, const struct arm64_translation *b)
{
	return a->mapped == b->mapped && a->oa == b->oa &&
	       a->attributes.el1_write == b->attributes.el1_write &&
	       a->attributes.el1_exec == b->attributes.el1_exec;
}

/* Whether the stores that are put off change what is mapped there now. */
static bool is_to_change(uint64_t va)
{
	late_machine_show_walked(true);
	struct arm64_translation before = arm64_translate(&layout->g, machine, va);
	late_machine_show_walked(false);
	struct arm64_translation after = arm64_translate(&layout->g, machine, va);
	return before.mapped && !same(&before, &after);
}

/* One of the addresses that change, or NO_ADDRESS. */
static uint64_t pick_changed(void)
{
	uint64_t picked = NO_ADDRESS, changed = 0;
	if (looks++ >= MAX_LOOKS)
		return NO_ADDRESS;
	for (unsigned w = 0; w < WINDOWS; w++) {
		for (uint32_t i = 0; i < window[w].count; i++) {
			uint64_t va = window[w].va + i * window[w].step;
			if (is_to_change(va) && !below(++changed))
				picked = va;
		}
	}
	return picked;
}

void late_machine_before_stores(void)
{
	if (caching == CACHES_ALL) {
		cache_all();
	} else if (cached == NO_ADDRESS) {
		cached = pick_changed();
		if (cached == NO_ADDRESS)
			return;
		/* A TLB may drop what it holds at any time. */
		__asm__ volatile("tlbi vmalle1\n\tdsb ish\n\tisb" ::: "memory");
		cache(cached);
	}
}

void late_machine_after_tlbis(void)
{
	if (caching == CACHES_ALL)
		cache_all();
	else if (cached != NO_ADDRESS)
		cache(cached);
}

/* --- what each access must do ------------------------------------------------------------------ */

struct checked {
	const char *call;
	uint64_t number, va;
};

static uint64_t content(uint64_t pa)
{
	return (pa | 1) * UINT64_C(0x9e3779b97f4a7c15);
}

/* Memory has content from the first time that it is mapped, and what can be fetched. */
static void fill(uint64_t pa)
{
	volatile uint64_t *words = (volatile uint64_t *)pa;
	if (words[0] == content(pa))
		return;
	words[0] = content(pa);
	words[1] = GUEST_RET | (uint64_t)GUEST_SVC << 32;
	__asm__ volatile("dsb ish\n\tic ivau, %0\n\tdsb ish\n\tisb" ::"r"(pa + RET_AT) : "memory");
}

static int disagree(const struct checked *c, const char *what, uint64_t expected, uint64_t found)
{
	guest_write("FAIL emulator.stale mapper=batched call=");
	guest_write(c->call);
	guest_write_count(" number=", c->number);
	guest_write(" granule=");
	guest_write(guest_granule_name(layout->page));
	guest_write("\n  ");
	guest_write(what);
	guest_write_number(" at ", c->va);
	guest_write_number(", expected ", expected);
	guest_write_number(", found ", found);
	guest_write("\n");
	return 1;
}

static int judge(const struct checked *c, const char *what, bool allowed, int fault)
{
	counts.made++;
	counts.faulted += (unsigned)fault;
	return fault == allowed ? disagree(c, what, allowed, !fault) : 0;
}

/* Accesses of EL0, and fetches: 1 is an access that is done, 0 one that faults. */
static int check_others(const struct checked *c, const struct arm64_translation *t, bool writable)
{
	const struct arm64_attributes *a = &t->attributes;
	bool user = t->mapped && a->el0_access;
	return judge(c, "a fetch of EL1", t->mapped && a->el1_exec, probe_fetch(c->va + RET_AT)) ||
	       judge(c, "a load of EL0", user, probe_el0_load(c->va)) ||
	       judge(c, "a store of EL0", user && writable,
		     probe_el0_store(c->va, content(t->oa))) ||
	       judge(c, "a fetch of EL0", t->mapped && a->el0_exec,
		     probe_el0_fetch(c->va + SVC_AT));
}

static int check_address(const struct checked *c)
{
	struct arm64_translation t = arm64_translate(&layout->g, machine, c->va);
	bool writable = t.mapped && t.attributes.el1_write && !(t.desc & ARM64_AP2); /* HD is 0 */
	uint64_t value = 0;
	if (t.mapped)
		fill(t.oa);
	if (judge(c, "a load", t.mapped, probe_load(c->va, &value)))
		return 1;
	if (t.mapped && value != content(t.oa))
		return disagree(c, "a load reads another page", content(t.oa), value);
	if (judge(c, "a store", writable, probe_store(c->va, content(t.oa))))
		return 1;
	return c->va == cached || chance(ALL_ACCESSES) ? check_others(c, &t, writable) : 0;
}

int accesses_check(const char *call, uint64_t number)
{
	struct checked c = { call, number, cached };
	if (cached != NO_ADDRESS && check_address(&c))
		return 1;
	for (unsigned w = 0; w < WINDOWS; w++) {
		for (uint32_t i = 0; i < window[w].count; i++) {
			c.va = window[w].va + i * window[w].step;
			if (check_address(&c))
				return 1;
		}
	}
	return 0;
}
