// SPDX-License-Identifier: GPL-2.0-only
/*
 * lookup: after a call that stored anything, a dump of its range and of a page on either side says of
 * each entry what the walk finds there: level, type, attributes, or that it is empty. So it does around
 * the aliases that changed. Of a long range both ends are asked for: a dump is a function of entries.
 *
 * How the entries are put together to lines is the dump's own. Of an entry that is not valid it may say
 * anything about blocks: what type it would have is told by its level.
 */
#include "oracle/properties/properties.h"

#include <inttypes.h>
#include <stdio.h>

#include "mapper/machine/min.h"
#include "oracle/attributes.h"
#include "oracle/properties/fail.h"

/* Of a range that is longer than two of these, so many pages at each end. */
#define END_PAGES UINT64_C(32)
#define FEW_ALIASES 4

_Static_assert(2 * END_PAGES + 2 == DUMP_MAX_LINES, "a line for each page that is asked for");

static void describe(char *text, int level, uint32_t says)
{
	snprintf(text, VERDICT_DETAIL_SIZE, "level %d, %s%s%s%s%s%s%s%s%s%s%smemory 0x%02x", level,
		 says & DUMP_VALID ? "" : "F ", says & DUMP_USER ? "USR " : "",
		 says & DUMP_READ_ONLY ? "ro " : "RW ", says & DUMP_PXN ? "NX " : "x ",
		 says & DUMP_SHARED ? "SHD " : "", says & DUMP_ACCESSED ? "AF " : "",
		 says & DUMP_NOT_GLOBAL ? "NG " : "", says & DUMP_CONTIGUOUS ? "CON " : "",
		 says & DUMP_BLOCK ? "BLK " : "", says & DUMP_UXN ? "UXN " : "",
		 says & DUMP_GUARDED ? "GP " : "", says >> 16 & 0xff);
	if (!says)
		snprintf(text, VERDICT_DETAIL_SIZE, "level %d, empty", level);
}

static bool fail_line(struct oracle *o, uint64_t page, int level, uint32_t says,
		      const struct dump_line *line)
{
	char expected[VERDICT_DETAIL_SIZE], found[VERDICT_DETAIL_SIZE] = "no line";
	describe(expected, level, says);
	if (line)
		describe(found, line->level, line->says);
	return fail(o, RULE_LOOKUP_DUMP, level, page, expected, found);
}

/* The first page after the entry of that level for `page`, or `end`. */
static uint64_t entry_end(const struct oracle *o, int level, uint64_t page, uint64_t end)
{
	uint64_t pages = UINT64_C(1) << arm64_leaf_order(&o->g, level);
	return min((page | (pages - 1)) + 1, end);
}

static uint32_t comparable(const struct oracle *o, uint32_t says)
{
	uint32_t open = says & DUMP_VALID ? 0 : DUMP_BLOCK;
	return says & ~(open | (o->g.ds ? DUMP_SHARED : 0)); /* LPA2 has no such field */
}

/* Never: a walk ends at a table descriptor where that links no table, which the call may not have changed. */
static bool leads_somewhere(struct oracle *o, uint64_t page, const struct arm64_translation *t)
{
	struct arm64_link link = {
		.level = t->level, .desc = t->desc, .page = page, .child = MACHINE_NO_TABLE
	};
	return tables_link(o, &link);
}

/* Whether the lines go on without a gap, and each entry of pages [page, end) has one that tells it. */
static bool lines_told(struct oracle *o, const struct dump_line *line, unsigned lines,
		       uint64_t page, uint64_t end)
{
	const struct dump_line *last = line + lines;
	uint64_t told = page; /* the first page that no line up to this one covers */
	for (uint64_t next; page < end; page = next) {
		struct arm64_translation t = arm64_translate(&o->g, o->machine, oracle_va(o, page));
		uint32_t says = attributes_dumped(&o->g, t.level, t.desc);
		if (arm64_kind(&o->g, t.level, t.desc) == ARM64_TABLE)
			return leads_somewhere(o, page, &t);
		next = entry_end(o, t.level, page, end);
		if (page == told && line < last && line->va == oracle_va(o, page))
			told += line++->bytes >> o->g.granule;
		const struct dump_line *here = page < told ? line - 1 : NULL;
		if (!here || told < next || here->level != t.level ||
		    comparable(o, here->says) != comparable(o, says))
			return fail_line(o, page, t.level, says, here);
	}
	return true;
}

static bool window_told(struct oracle *o, uint64_t first, uint64_t end)
{
	struct address_space space = { .machine = o->machine, .policy = o->policy };
	uint64_t stores = o->machine->counters.stores;
	oracle_exercised(o, RULE_LOOKUP_DUMP);
	unsigned lines = o->mapper->dump(&space, oracle_va(o, first), (end - first) << o->g.granule,
					 o->dumped, DUMP_MAX_LINES);
	if (!lookup_was_quiet(o, RULE_LOOKUP_DUMP, first))
		return false;
	if (o->machine->counters.stores != stores)
		return fail(o, RULE_LOOKUP_DUMP, VERDICT_NO_LEVEL, first, "no store", "a store");
	return lines_told(o, o->dumped, min(lines, DUMP_MAX_LINES), first, end);
}

/* The range of pages [first, end), with a page on either side where the space has one. */
static bool around_told(struct oracle *o, uint64_t first, uint64_t end)
{
	uint64_t all = UINT64_C(1) << (o->g.ia_size - o->g.granule);
	bool is_long = end - first > 2 * END_PAGES;
	first -= first > 0;
	end += end < all;
	if (!is_long)
		return window_told(o, first, end);
	return window_told(o, first, first + END_PAGES) && window_told(o, end - END_PAGES, end);
}

static bool aliases_told(struct oracle *o)
{
	const struct expected *e = o->expected;
	for (uint64_t i = 0; i < e->all_aliases && i < FEW_ALIASES; i++) {
		uint64_t page = e->area->pages.page[e->first_alias + i];
		if (page < oracle_linear_pages(o) && !around_told(o, page, page + 1))
			return false;
	}
	return true;
}

bool dumps_held(struct oracle *o)
{
	if (!o->mapper->dump || !o->summary->stores)
		return true;
	return around_told(o, o->expected->affected_first, o->expected->affected_end) &&
	       aliases_told(o);
}
