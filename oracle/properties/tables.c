// SPDX-License-Identifier: GPL-2.0-only
/*
 * tables: no table page leaks, is used after it was freed, or hangs below
 * two descriptors; no access leaves a table page.
 */
#include "oracle/properties/properties.h"

#include <inttypes.h>
#include <stdio.h>

#include "mapper/machine/assert.h"
#include "oracle/properties/fail.h"

static enum rule trap_rule(enum machine_trap trap)
{
	switch (trap) {
	case MACHINE_TRAP_OUTSIDE_TABLE:
		return RULE_TABLES_OUTSIDE_TABLE;
	case MACHINE_TRAP_FREED_TABLE:
		return RULE_TABLES_FREED_ACCESS;
	case MACHINE_TRAP_NO_TABLE:
		return RULE_TABLES_NO_TABLE;
	case MACHINE_TRAP_HANG:
		return RULE_PROCESS_HANG;
	case MACHINE_TRAP_STACK:
		return RULE_PROCESS_STACK_OVERFLOW;
	case MACHINE_TRAP_DEADLOCK:
		return RULE_PROCESS_DEADLOCK;
	default:
		return RULE_TABLES_RUNAWAY;
	}
}

/* The machine looks at each access that the call makes, and lets it through or has trapped. */
static void accesses_exercised(struct oracle *o)
{
	const struct machine *m = o->machine;
	oracle_exercised(o, RULE_TABLES_RUNAWAY);
	oracle_exercised(o, RULE_PROCESS_HANG);
	oracle_exercised(o, RULE_PROCESS_STACK_OVERFLOW);
	if (m->meets)
		oracle_exercised(o, RULE_PROCESS_DEADLOCK);
	if (m->trap == MACHINE_TRAP_NONE && m->counters.loads == o->before.loads &&
	    m->counters.stores == o->before.stores)
		return;
	oracle_exercised(o, RULE_TABLES_OUTSIDE_TABLE);
	oracle_exercised(o, RULE_TABLES_NO_TABLE);
	if (m->live_tables < m->tables)
		oracle_exercised(o, RULE_TABLES_FREED_ACCESS);
}

static const char *name_of(const struct event *e)
{
	static const char *const names[] = {
		[EVENT_STORE] = "a store",
		[EVENT_BARRIER] = "a barrier",
		[EVENT_TLBI] = "a TLBI",
		[EVENT_ALLOC] = "a table page allocated",
		[EVENT_FREE] = "a table page freed",
		[EVENT_CACHE_FLUSH] = "a cache flush",
		[EVENT_TRYLOCK] = "a lock",
		[EVENT_UNLOCK] = "an unlock",
		[EVENT_WARN] = "a warning",
		[EVENT_BUG] = "BUG()",
		[EVENT_UNMAP_ALIASES] = "vm_unmap_aliases()",
		[EVENT_FREE_PAGES] = "pages given back",
		[EVENT_FREE_MEMORY] = "memory given back",
		[EVENT_TRAP] = "a trap",
		[EVENT_LEFT_LAZY] = "the return",
		[EVENT_TAKE] = "a lock",
		[EVENT_RELEASE] = "an unlock",
		[EVENT_READ] = "a read",
	};
	ASSERT_CMP(e->kind, <, sizeof(names) / sizeof(names[0]));
	return names[e->kind];
}

/* Why the call did not end. How often it called itself depends on its compiler: that is not said. */
static const char *why_ended(const struct oracle *o, bool *is_counted)
{
	const struct machine *m = o->machine;
	*is_counted = m->trap == MACHINE_TRAP_HANG || machine_is_out_of_bound(m);
	if (m->trap == MACHINE_TRAP_HANG)
		return "runs on without a load or event";
	if (m->trap == MACHINE_TRAP_STACK)
		return "the stack overflows";
	if (m->trap == MACHINE_TRAP_DEADLOCK)
		return "waits for a lock that nobody will release";
	return *is_counted ? "too many loads or events" : "call inside of call";
}

/* The same, and what the call had done. */
static void describe_end(const struct oracle *o, char found[VERDICT_DETAIL_SIZE])
{
	const struct event_log *log = &o->machine->log;
	bool is_counted;
	const char *why = why_ended(o, &is_counted);
	int length = snprintf(found, VERDICT_DETAIL_SIZE, "%s; last event: %s", why,
			      log->events ? name_of(&log->event[log->events - 1]) : "none");
	if (is_counted)
		snprintf(found + length, VERDICT_DETAIL_SIZE - (size_t)length,
			 ", of %" PRIu32 ", after %" PRIu64 " loads", log->events,
			 o->machine->counters.loads - o->before.loads);
}

static bool accesses_held(struct oracle *o)
{
	accesses_exercised(o);
	if (o->machine->trap == MACHINE_TRAP_NONE)
		return true;
	char found[VERDICT_DETAIL_SIZE];
	enum rule rule = trap_rule(o->machine->trap);
	const struct event *e = o->summary->trap;
	if (e) /* else the log had no room for it */
		snprintf(found, sizeof(found),
			 "table page %" PRIu32 ", %" PRIu32 " entries from %" PRIu32, e->table,
			 e->count, e->index);
	else
		describe_end(o, found);
	return fail(o, rule, VERDICT_NO_LEVEL, o->first_page, rule_text(rule)->sentence, found);
}

static bool root_index_held(struct oracle *o)
{
	uint32_t entries = arm64_table_entries(&o->g, o->g.start_level);
	uint32_t high = o->machine->table[MACHINE_ROOT].high;
	if (high && entries < o->machine->entries)
		oracle_exercised(o, RULE_TABLES_ROOT_INDEX);
	if (high <= entries)
		return true;
	char expected[VERDICT_DETAIL_SIZE], found[VERDICT_DETAIL_SIZE];
	snprintf(expected, sizeof(expected), "entries 0 to %" PRIu32, entries - 1);
	snprintf(found, sizeof(found), "a store to entry %" PRIu32, high - 1);
	return fail(o, RULE_TABLES_ROOT_INDEX, o->g.start_level, o->first_page, expected, found);
}

bool tables_accesses(struct oracle *o)
{
	return accesses_held(o) && root_index_held(o);
}

/*
 * Bits that a kernel table descriptor must not have: the address must be
 * aligned and in size, and only execution may be limited below. What is
 * mapped to be executed there and is not, translation finds.
 */
static uint64_t forbidden_bits(const struct arm64_geometry *g)
{
	uint64_t reserved = ARM64_BITS(51, 12) & ~arm64_address_field(g);
	uint64_t limits = ARM64_TABLE_LIMITS & ~(ARM64_UXNTABLE | ARM64_PXNTABLE);
	return reserved | limits | arm64_oversize_bits(g);
}

static bool fail_link(struct oracle *o, enum rule rule, const struct arm64_link *link,
		      const char *expected)
{
	char found[VERDICT_DETAIL_SIZE];
	snprintf(found, sizeof(found), "0x%016" PRIx64, link->desc);
	return fail(o, rule, link->level, link->page, expected, found);
}

bool tables_link(struct oracle *o, const struct arm64_link *link)
{
	oracle_exercised(o, RULE_TABLES_DESCRIPTOR);
	if (link->desc & forbidden_bits(&o->g) & ~oracle_waived_bits(o))
		return fail_link(
			o, RULE_TABLES_DESCRIPTOR, link,
			"an aligned address, and no hierarchical limit except on execution");
	oracle_exercised(o, RULE_TABLES_DANGLING);
	if (link->child == MACHINE_NO_TABLE)
		return fail_link(o, RULE_TABLES_DANGLING, link, "the address of a live table page");
	oracle_exercised(o, RULE_TABLES_REACHED_TWICE);
	if (o->reached_in[link->child] == o->sweep)
		return fail_link(o, RULE_TABLES_REACHED_TWICE, link, "a table page of its own");
	o->reached_in[link->child] = o->sweep;
	o->reached++;
	return true;
}

/* Tables up to this one must be reached: those that a copy took which failed are its caller's. */
static uint32_t owned_tables(const struct oracle *o)
{
	bool of_caller = call_effect(o->call->kind) == CALL_COPIES && o->out.error;
	return of_caller ? o->tables_before : o->machine->tables;
}

static bool is_empty(const struct oracle *o, table_t table, int level)
{
	const uint64_t *words = machine_words(o->machine, table);
	uint64_t any = 0;
	for (uint32_t i = 0; i < arm64_table_entries(&o->g, level); i++)
		any |= words[i];
	return !any;
}

/* An empty table below `table` that pages of the range have; false after a verdict. */
static bool none_empty_below(struct oracle *o, table_t table, int level, uint64_t base)
{
	const struct expected *e = o->expected;
	const uint64_t *words = machine_words(o->machine, table);
	unsigned order = arm64_leaf_order(&o->g, level);
	uint32_t i = e->affected_first > base ? (uint32_t)((e->affected_first - base) >> order) : 0;
	for (; i < arm64_table_entries(&o->g, level); i++) {
		uint64_t page = base + ((uint64_t)i << order);
		if (page >= e->affected_end)
			break;
		if (arm64_kind(&o->g, level, words[i]) != ARM64_TABLE)
			continue;
		table_t child = machine_table_at(o->machine,
						 arm64_address(&o->g, words[i]) >> o->g.granule);
		if (is_empty(o, child, level + 1))
			return fail(o, RULE_TABLES_LEAK, level, page, "no empty table in the range",
				    "a table without an entry");
		if (!none_empty_below(o, child, level + 1, page))
			return false;
	}
	return true;
}

bool tables_none_empty(struct oracle *o)
{
	enum call_effect effect = call_effect(o->call->kind);
	if (effect != CALL_ADDS && (effect != CALL_REMOVES || o->expected->refused))
		return true;
	oracle_exercised(o, RULE_TABLES_LEAK);
	return none_empty_below(o, MACHINE_ROOT, o->g.start_level, 0);
}

bool tables_all_reached(struct oracle *o)
{
	uint32_t live = 0;
	for (table_t t = 0; t < owned_tables(o); t++)
		live += !o->machine->table[t].freed;
	ASSERT_CMP(o->reached, <=, o->machine->tables);
	if (o->machine->tables > 1 || !live) /* the root is always reached */
		oracle_exercised(o, RULE_TABLES_LEAK);
	if (o->reached == live)
		return true;
	char expected[VERDICT_DETAIL_SIZE], found[VERDICT_DETAIL_SIZE];
	snprintf(expected, sizeof(expected), "%" PRIu32 " live table pages reachable", live);
	snprintf(found, sizeof(found), "%" PRIu32 " reachable", o->reached);
	return fail(o, RULE_TABLES_LEAK, VERDICT_NO_LEVEL, o->expected->affected_first, expected,
		    found);
}
