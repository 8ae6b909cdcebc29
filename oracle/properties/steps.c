// SPDX-License-Identifier: GPL-2.0-only
/*
 * The steps that a call may take, one entry at a time, while hardware walks
 * and caches the tables:
 *
 *   valid to invalid    the entry is stale until a TLBI that drops it is complete
 *   invalid to valid    nothing stale may overlap the entry (R_DDMVT)
 *   valid to valid      only permissions and software's bits may change
 *                       (R_WHZWS), or, from BBM level 2 on, the size of a leaf
 *                       with nothing else (R_KFLJB, R_PVTFW), or the
 *                       Contiguous bit. At level 1 a TLB conflict abort is
 *                       possible then (R_KHRBC), which no kernel mapping can
 *                       stand: that counts as not allowed.
 */
#include "oracle/properties/steps.h"

#include <stdio.h>

#include "mapper/machine/assert.h"
#include "oracle/properties/fail.h"

static void fail_step(const struct step *s, enum rule rule, const char *expected)
{
	char old[VERDICT_DETAIL_SIZE], new[VERDICT_DETAIL_SIZE], found[VERDICT_DETAIL_SIZE];
	oracle_describe(s->o, s->level, s->old, old);
	oracle_describe(s->o, s->level, s->new, new);
	snprintf(found, sizeof(found), "%.54s, stored over %.54s", new, old);
	trace_fail(s->o, rule, s->level, s->page, expected, found);
}

static table_t child_of(const struct oracle *o, uint64_t desc)
{
	return machine_table_at(o->machine, arm64_address(&o->g, desc) >> o->g.granule);
}

/* --- tables that are linked, unlinked and freed ---------------------------------------------------- */

/* Entries of `table` that were ever stored to. */
static uint32_t first_touched(const struct oracle *o, table_t table)
{
	return o->machine->table[table].low;
}

static uint32_t end_touched(const struct oracle *o, table_t table)
{
	uint32_t high = o->machine->table[table].high;
	uint32_t entries = arm64_table_entries(&o->g, o->trace.place[table].level);
	return high < entries ? high : entries;
}

/* Records that walks now reach the table, and the tables that it already links. */
static void table_linked(struct oracle *o, table_t table, int level, uint64_t page)
{
	ASSERT_CMP(level, <=, ARM64_LAST_LEVEL);
	ASSERT_CMP(table, <, o->machine->tables);
	struct table_place *place = &o->trace.place[table];
	place->linked = place->was_linked = true;
	place->level = level;
	place->page = page;
	const uint64_t *words = machine_words(o->machine, table);
	for (uint32_t i = first_touched(o, table); i < end_touched(o, table); i++) {
		table_t child = MACHINE_NO_TABLE;
		if (arm64_kind(&o->g, level, words[i]) == ARM64_TABLE)
			child = child_of(o, words[i]);
		if (child != MACHINE_NO_TABLE && !o->trace.place[child].linked)
			table_linked(o, child, level + 1, page + i * pages_at(o, level));
	}
}

/* Records that walks no longer reach the table; caches may still hold its entries. */
static void table_unlinked(struct oracle *o, table_t table)
{
	struct table_place *place = &o->trace.place[table];
	const uint64_t *words = machine_words(o->machine, table);
	if (!place->linked)
		return;
	place->linked = false;
	for (uint32_t i = first_touched(o, table); i < end_touched(o, table); i++) {
		enum arm64_kind kind = arm64_kind(&o->g, place->level, words[i]);
		table_t child = kind == ARM64_TABLE ? child_of(o, words[i]) : MACHINE_NO_TABLE;
		if (kind == ARM64_INVALID)
			continue;
		uint64_t page = place->page + i * pages_at(o, place->level);
		tlb_add(&o->trace.tlb, (struct tlb_stale){ .page = page,
							   .entries = 1,
							   .level = place->level,
							   .table = table,
							   .child = child,
							   .unlinked = true });
		if (kind == ARM64_LEAF)
			isolation_faults(o, place->level, page, pages_at(o, place->level));
		if (child != MACHINE_NO_TABLE)
			table_unlinked(o, child);
	}
}

static void judge_publication(const struct step *s, table_t child)
{
	ASSERT_CMP(s->o->trace.place[child].written, <=, *s->o->trace.clock);
	if (s->o->trace.judging && s->o->call->kind == CALL_VMEMMAP_POPULATE &&
	    oracle_waives(s->o, WAIVER_UNORDERED_STRUCT_PAGES))
		return;
	oracle_exercised(s->o, RULE_HISTORY_PUBLISH);
	if (s->o->trace.place[child].written >= s->o->trace.ordered)
		fail_step(s, RULE_HISTORY_PUBLISH,
			  "a DMB or DSB between the stores to a table and the link to it");
}

void step_free(struct oracle *o, table_t table)
{
	const struct table_place *place = &o->trace.place[table];
	const struct tlb_stale *pointer = tlb_find_table(&o->trace.tlb, table);
	oracle_exercised(o, RULE_HISTORY_FREED_TABLE);
	if (place->linked)
		trace_fail(o, RULE_HISTORY_FREED_TABLE, place->level, place->page,
			   "a table page that no descriptor points to", "a table that walks reach");
	else if (pointer)
		trace_fail(o, RULE_HISTORY_FREED_TABLE, pointer->level, pointer->page,
			   "DSB, TLBI of all levels, DSB between unlinking and freeing",
			   pointer->local || pointer->local_dsb
				   ? "a table that other processors' walk caches may point to"
				   : "a table that a walk cache may point to");
	/* Nobody else knows of a table in whose place another CPU linked one: pte_free_kernel(). */
	if (o->machine->meets && !place->was_linked) {
		o->trace.made_in_vain = true;
		return;
	}
	if (oracle_waives(o, WAIVER_FREES_UNLOCKED) || call_is_of_memory(o->call->kind) ||
	    call_is_of_vmemmap(o->call->kind))
		return; /* whoever adds and removes memory holds mem_hotplug_lock, which ptdump takes */
	oracle_exercised(o, RULE_TABLES_LOCK);
	if (!o->trace.locked)
		trace_fail(o, RULE_TABLES_LOCK, place->level, place->page,
			   "a table freed under the lock", "a table freed without it");
}

/* --- the lock against ptdump -------------------------------------------------------- */

static void fail_lock(struct oracle *o, const char *expected, const char *found)
{
	trace_fail(o, RULE_TABLES_LOCK, VERDICT_NO_LEVEL, o->first_page, expected, found);
}

/* One CPU: who takes it again waits for itself, at the latest when a writer waits in between. */
void step_lock(struct oracle *o, bool for_writing)
{
	oracle_exercised(o, RULE_TABLES_LOCK);
	if (o->trace.locked)
		fail_lock(o, "a lock that is not held", "a lock that is taken again");
	o->trace.locked = true;
	o->trace.for_writing = for_writing;
}

void step_unlock(struct oracle *o, bool for_writing)
{
	oracle_exercised(o, RULE_TABLES_LOCK);
	if (!o->trace.locked)
		fail_lock(o, "an unlock of a lock that is held", "an unlock of a lock that is not");
	else if (o->trace.for_writing != for_writing)
		fail_lock(o,
			  for_writing ? "an unlock for reading, as it was locked"
				      : "an unlock for writing, as it was locked",
			  for_writing ? "an unlock for writing" : "an unlock for reading");
	o->trace.locked = false;
}

/* Of a call alone no lock is known; and no interrupt makes one. */
void step_may_sleep(struct oracle *o, const char *what)
{
	if (!o->machine->meets)
		return;
	oracle_exercised(o, RULE_PROCESS_SLEEP);
	if (o->in.by_irq)
		trace_fail(o, RULE_PROCESS_SLEEP, VERDICT_NO_LEVEL, o->first_page,
			   "an interrupt, which never sleeps", what);
	if (o->trace.taken & (1u << LOCK_PAGE_TABLE | 1u << LOCK_OTHER_SPINLOCK))
		trace_fail(o, RULE_PROCESS_SLEEP, VERDICT_NO_LEVEL, o->first_page,
			   "a spinlock, under which nothing sleeps", what);
}

void step_take(struct oracle *o, enum machine_lock lock)
{
	if (lock == LOCK_SPLIT || lock == LOCK_OTHER_MUTEX)
		step_may_sleep(o, lock == LOCK_SPLIT ? "the mutex of splits" : "a mutex");
	oracle_exercised(o, RULE_TABLES_LOCK);
	o->trace.taken |= (uint8_t)(1u << lock);
}

void step_release(struct oracle *o, enum machine_lock lock)
{
	oracle_exercised(o, RULE_TABLES_LOCK);
	if (!(o->trace.taken >> lock & 1))
		fail_lock(o, "an unlock of a lock that is held", "an unlock of a lock that is not");
	o->trace.taken &= (uint8_t) ~(1u << lock);
}

/* --- the three kinds of step ---------------------------------------------------- */

/* Fails `rule` where something is stale, which is described. */
static void judge_stale(struct oracle *o, enum rule rule, int level, uint64_t page,
			const char *expected, const struct tlb_stale *stale)
{
	char found[VERDICT_DETAIL_SIZE];
	oracle_exercised(o, rule);
	if (!stale)
		return;
	tlb_describe(&o->trace.tlb, stale, found, sizeof(found));
	trace_fail(o, rule, level, page, expected, found);
}

/* An entry is set valid, and fails if what is stale overlaps it. */
static void set_valid_over(struct oracle *o, int level, uint64_t page,
			   const struct tlb_stale *stale)
{
	o->trace.valid = TRACE_STORED;
	o->trace.valid_level = level;
	o->trace.valid_page = page;
	if (!o->trace.tlb.used)
		return;
	judge_stale(o, RULE_HISTORY_MAKE_BEFORE_TLBI, level, page,
		    "DSB, TLBI, DSB before the new entry", stale);
}

void step_set_valid(struct oracle *o, int level, uint64_t page, uint64_t pages)
{
	const struct tlb *tlb = &o->trace.tlb;
	set_valid_over(o, level, page, tlb->used ? tlb_find(tlb, page, page + pages) : NULL);
}

void step_use_unlinked(struct oracle *o, table_t table, int level, uint64_t page)
{
	judge_stale(o, RULE_HISTORY_MAKE_BEFORE_TLBI, level, page,
		    "DSB, TLBI, DSB before a table that was unlinked is used again",
		    tlb_find_table(&o->trace.tlb, table));
}

/* Whether the entry would be a leaf if it were valid: set_memory made it invalid. */
static bool is_invalid_leaf(const struct step *s)
{
	return s->old && !(s->old & ARM64_VALID) &&
	       arm64_kind(&s->o->g, s->level, s->old | ARM64_VALID) == ARM64_LEAF;
}

/* An alias of what vfree() unmaps gets its permissions back: no TLB may hold the area, nor this alias. */
static void judge_alias(const struct step *s)
{
	struct oracle *o = s->o;
	const struct expected *e = &o->kept.expected;
	if (!o->trace.judging || o->call->kind != CALL_VFREE || s->page >= oracle_linear_pages(o))
		return;
	judge_stale(o, RULE_HISTORY_ALIAS, s->level, s->page,
		    "DSB, TLBI of the area, DSB before the alias",
		    tlb_find(&o->trace.tlb, e->affected_first, e->affected_end));
}

static void set_valid(const struct step *s, enum arm64_kind kind)
{
	table_t child = kind == ARM64_TABLE ? child_of(s->o, s->new) : MACHINE_NO_TABLE;
	if (child != MACHINE_NO_TABLE && is_invalid_leaf(s))
		split_block_judge(s, child);
	if (kind == ARM64_LEAF)
		judge_alias(s);
	step_set_valid(s->o, s->level, s->page, pages_at(s->o, s->level));
	if (child == MACHINE_NO_TABLE)
		return;
	if (s->o->trace.place[child].was_linked && !s->o->trace.place[child].linked)
		step_use_unlinked(s->o, child, s->level, s->page);
	judge_publication(s, child);
	table_linked(s->o, child, s->level + 1, s->page);
}

/* Caches may still hold what the entry was. It lost only the Contiguous bit: see tlb.h. */
static void old_entry_stays(const struct step *s, table_t child, bool harmless)
{
	tlb_add(&s->o->trace.tlb, (struct tlb_stale){ .page = s->page,
						      .now = s->new,
						      .entries = 1,
						      .level = s->level,
						      .table = s->table,
						      .child = child,
						      .contiguous = s->old &ARM64_CONTIGUOUS,
						      .harmless = harmless });
}

static void clear(const struct step *s, enum arm64_kind kind)
{
	table_t child = kind == ARM64_TABLE ? child_of(s->o, s->old) : MACHINE_NO_TABLE;
	tlb_change(&s->o->trace.tlb, s->page, s->page + pages_at(s->o, s->level));
	old_entry_stays(s, child, false);
	if (kind == ARM64_LEAF)
		isolation_faults(s->o, s->level, s->page, pages_at(s->o, s->level));
	if (child != MACHINE_NO_TABLE)
		table_unlinked(s->o, child);
}

/*
 * Bits that change without any maintenance: software's, and AF, which hardware sets itself. So does
 * DBM of an alias that vfree() could not make invalid, if it was writable: it says nothing without AP[2].
 */
static uint64_t idle_bits(const struct step *s)
{
	bool stays_writable = !((s->old | s->new) & ARM64_AP2);
	bool vfree = s->o->trace.judging && s->o->call->kind == CALL_VFREE;
	return ARM64_SOFTWARE | ARM64_AF | (vfree && stays_writable ? ARM64_DBM : 0);
}

/* Bits of a leaf that may change while it is live, and then need a TLBI: permissions. */
static uint64_t permission_bits(void)
{
	return ARM64_AP1 | ARM64_AP2 | ARM64_DBM | ARM64_PXN | ARM64_UXN;
}

/*
 * Whether each entry of the table gives what the block gave for its part
 * (R_PVTFW). Kernel tables may forbid EL0 to run anything (UXNTable), also
 * where a block in the root let it.
 */
static bool table_means_block(const struct step *s, table_t child)
{
	const struct arm64_geometry *g = &s->o->g;
	const uint64_t *words = machine_words(s->o->machine, child);
	const int level = s->level + 1;
	uint64_t limits = s->new &ARM64_TABLE_LIMITS, oa = arm64_address(g, s->old);
	uint64_t size = UINT64_C(1) << arm64_leaf_bits(g, level);
	struct arm64_attributes want = arm64_attributes(g, s->old, 0);
	if (want.el0_exec)
		limits &= ~ARM64_UXNTABLE;
	for (uint32_t i = 0, entries = 1u << g->stride; i < entries; i++, oa += size) {
		struct arm64_attributes found = arm64_attributes(g, words[i], limits);
		if (arm64_kind(g, level, words[i]) != ARM64_LEAF ||
		    arm64_address(g, words[i]) != oa || want.memory != found.memory ||
		    want.shareability != found.shareability || want.el1_write != found.el1_write ||
		    want.el1_write_at_once != found.el1_write_at_once ||
		    want.el1_exec != found.el1_exec || want.el0_access != found.el0_access ||
		    want.el0_exec != found.el0_exec || want.global != found.global ||
		    want.accessed != found.accessed)
			return false;
	}
	return true;
}

static void split_live(const struct step *s)
{
	table_t child = child_of(s->o, s->new);
	if (!oracle_splits_live(s->o))
		fail_step(s, RULE_HISTORY_LIVE_CHANGE,
			  "break-before-make: block to table, below BBM level 2");
	if (child == MACHINE_NO_TABLE)
		return;
	if (!table_means_block(s, child))
		fail_step(s, RULE_HISTORY_LIVE_CHANGE,
			  "a table whose entries give what the block gave");
	split_block_judge(s, child);
	set_valid_over(
		s->o, s->level, s->page,
		tlb_find_but_splits(&s->o->trace.tlb, s->page, s->page + pages_at(s->o, s->level)));
	tlb_add_split(&s->o->trace.tlb, s->table, s->level, s->page);
	judge_publication(s, child);
	table_linked(s->o, child, s->level + 1, s->page);
}

/* What a leaf may become while it is live. */
static void change_leaf(const struct step *s)
{
	uint64_t changed = (s->old ^ s->new) & ~idle_bits(s);
	uint64_t free = permission_bits();
	if (oracle_splits_live(s->o))
		free |= ARM64_CONTIGUOUS;
	if (s->old & ~s->new &ARM64_CONTIGUOUS)
		split_group_judge(s);
	if (changed & ~free)
		fail_step(s, RULE_HISTORY_LIVE_CHANGE,
			  "break-before-make: more than permissions changes");
	if (changed & ~ARM64_CONTIGUOUS) {
		judge_alias(s);
		tlb_change(&s->o->trace.tlb, s->page, s->page + pages_at(s->o, s->level));
	}
	if (changed & ~ARM64_CONTIGUOUS || s->old & changed)
		old_entry_stays(s, MACHINE_NO_TABLE, !(changed & ~ARM64_CONTIGUOUS));
	s->o->trace.valid = TRACE_STORED;
	s->o->trace.valid_level = s->level;
	s->o->trace.valid_page = s->page;
}

static void change_live(const struct step *s, enum arm64_kind old, enum arm64_kind new)
{
	oracle_exercised(s->o, RULE_HISTORY_LIVE_CHANGE);
	oracle_exercised(s->o, RULE_ISOLATION_TRANSIENT);
	if (old == ARM64_LEAF && new == ARM64_TABLE) {
		split_live(s);
		return;
	}
	if (old == ARM64_LEAF && new == ARM64_LEAF) {
		change_leaf(s);
		return;
	}
	fail_step(s, RULE_HISTORY_LIVE_CHANGE, "break-before-make: a live table changes");
	clear(s, old);
	set_valid(s, new);
}

/* Whether the call may not overwrite what is live. Memory that cannot be added is taken away by the call itself. */
static bool keeps_live(const struct oracle *o, enum arm64_kind new)
{
	return call_maps(o->call->kind) || (call_lays(o->call->kind) && new != ARM64_INVALID);
}

void step_judge(const struct step *s)
{
	enum arm64_kind old = arm64_kind(&s->o->g, s->level, s->old);
	enum arm64_kind new = arm64_kind(&s->o->g, s->level, s->new);
	if (s->old == s->new)
		return;
	if (old == ARM64_INVALID && new == ARM64_INVALID) {
		if (s->new &&is_invalid_leaf(s) && s->old & ~s->new &ARM64_CONTIGUOUS)
			split_group_judge(s);
		return;
	}
	if (old == ARM64_LEAF && s->o->trace.judging && keeps_live(s->o, new)) {
		oracle_exercised(s->o, RULE_ISOLATION_OVERWRITE);
		fail_step(s, RULE_ISOLATION_OVERWRITE, "no live entry in the range");
	}
	if (old == ARM64_INVALID)
		set_valid(s, new);
	else if (new == ARM64_INVALID)
		clear(s, old);
	else
		change_live(s, old, new);
}
