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
	default:
		return RULE_TABLES_RUNAWAY;
	}
}

/* The machine looks at each access that the call makes, and lets it through or has trapped. */
static void accesses_exercised(struct oracle *o)
{
	const struct machine *m = o->machine;
	if (m->log.events)
		oracle_exercised(o, RULE_TABLES_RUNAWAY);
	if (m->trap == MACHINE_TRAP_NONE && m->counters.loads == o->before.loads &&
	    m->counters.stores == o->before.stores)
		return;
	oracle_exercised(o, RULE_TABLES_OUTSIDE_TABLE);
	oracle_exercised(o, RULE_TABLES_NO_TABLE);
	if (m->live_tables < m->tables)
		oracle_exercised(o, RULE_TABLES_FREED_ACCESS);
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
		snprintf(found, sizeof(found), "more than %u events", MACHINE_MAX_EVENTS);
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

bool tables_all_reached(struct oracle *o)
{
	uint32_t live = 0;
	for (table_t t = 0; t < o->machine->tables; t++)
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
