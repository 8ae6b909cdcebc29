// SPDX-License-Identifier: GPL-2.0-only
/*
 * lookup: a reader that meets a call touches no freed table, ends, and finds
 * of each page what was there before the call or what is there after it.
 *
 * Of a split or a group that is cut, entries change that map what they did: so
 * of a dump neither levels nor the Contiguous bit are compared. Of a call that
 * fails, pages of its range may be found as they were in the middle. Pages that
 * are not valid are those of the linear map, of which no lookup is made.
 */
#include "oracle/reading.h"

#include <inttypes.h>
#include <stdio.h>

#include "mapper/machine/assert.h"
#include "mapper/machine/min.h"
#include "oracle/arm64/translate.h"
#include "oracle/attributes.h"
#include "oracle/properties/fail.h"
#include "oracle/properties/properties.h"

#define AROUND_PAGES 32                      /* before the range, and after it, of lookups */
#define SHAPE (DUMP_CONTIGUOUS | DUMP_BLOCK) /* how a page is mapped, and not what it is */

static uint32_t says_now(const struct oracle *o, uint64_t page, uint64_t *pfn)
{
	struct arm64_translation t = arm64_translate(&o->g, o->machine, oracle_va(o, page));
	*pfn = t.mapped ? t.oa >> o->g.granule : PAGE_HOLE;
	return attributes_dumped(&o->g, t.level, t.desc);
}

static uint64_t all_pages(const struct oracle *o)
{
	return UINT64_C(1) << (o->g.ia_size - o->g.granule);
}

static void add_page(struct table_reading *r, const struct oracle *o, uint64_t page)
{
	unsigned i = r->pages;
	if (i == DUMP_MAX_LINES || page >= all_pages(o))
		return;
	r->before[i].says = says_now(o, page, &r->before[i].pfn);
	if (r->by == READER_LOOKUP && r->before[i].pfn == PAGE_HOLE)
		return;
	r->page[r->pages++] = page;
}

void reading_begin(struct table_reading *r, const struct oracle *o, const struct call *call,
		   enum reader_kind by)
{
	const uint64_t first = oracle_page(o, call->va),
		       end = first + (call->bytes >> o->g.granule);
	const bool around = by == READER_LOOKUP && call_effect(call->kind) != CALL_CHANGES;
	r->by = by;
	r->pages = r->lines = 0;
	if (first)
		add_page(r, o, first - 1);
	for (uint64_t i = 0; !around && i < DUMP_MAX_LINES && first + i <= end; i++)
		add_page(r, o, first + i);
	for (uint64_t i = 0; around && i < AROUND_PAGES; i++) {
		if (first > i + 1)
			add_page(r, o, first - i - 2);
		add_page(r, o, end + i);
	}
}

static uint32_t comparable(const struct oracle *o, uint32_t says)
{
	return says & ~(SHAPE | (o->g.ds ? DUMP_SHARED : 0)); /* LPA2 has no such field */
}

/* The line of a page; NULL where there is none. */
static const struct dump_line *line_of(const struct table_reading *r, uint64_t va)
{
	for (unsigned i = 0; i < r->lines; i++)
		if (va - r->line[i].va < r->line[i].bytes)
			return &r->line[i];
	return NULL;
}

/*
 * Of a block that is unmapped between two reads of its entry, ptdump_walk()
 * notes nothing (Linux 7.3, walk_pud_range()): the line before it goes on, if
 * there is one.
 */
static bool went_unnoticed(const struct oracle *o, const struct dump_line *line)
{
	return !line || line->va < oracle_va(o, o->expected->affected_first);
}

/*
 * What a page is like after the first half of a call, where that has two:
 * set_memory_rox() is set_memory_ro(), and then set_memory_x()
 * (include/linux/set_memory.h, Linux 6.12).
 */
static uint32_t halfway(const struct oracle *o, uint32_t before)
{
	return changes_of_range(o) > 1 && before & DUMP_VALID ? before | DUMP_READ_ONLY : before;
}

static bool dump_held(const struct table_reading *r, struct oracle *o, unsigned i)
{
	uint64_t pfn;
	const uint32_t after = comparable(o, says_now(o, r->page[i], &pfn));
	const uint32_t before = comparable(o, r->before[i].says);
	const struct dump_line *line = line_of(r, oracle_va(o, r->page[i]));
	const uint32_t found = line ? comparable(o, line->says) : 0;
	char expected[VERDICT_DETAIL_SIZE], given[VERDICT_DETAIL_SIZE] = "no line";
	if ((line && (found == before || found == after || found == halfway(o, before))) ||
	    (before != after && went_unnoticed(o, line)))
		return true;
	snprintf(expected, sizeof(expected),
		 "what is before the call or after it: 0x%" PRIx32 " or 0x%" PRIx32, before, after);
	if (line)
		snprintf(given, sizeof(given), "a line that says 0x%" PRIx32, found);
	return fail(o, RULE_LOOKUP_MEETING, VERDICT_NO_LEVEL, r->page[i], expected, given);
}

static bool lookup_held(const struct table_reading *r, struct oracle *o, unsigned i)
{
	uint64_t after;
	const uint64_t before = r->before[i].pfn, found = r->pfn[i];
	uint32_t says = says_now(o, r->page[i], &after);
	bool kept = (says && after == PAGE_HOLE) || (r->before[i].says && before == PAGE_HOLE);
	char expected[VERDICT_DETAIL_SIZE], given[VERDICT_DETAIL_SIZE];
	if (kept || found == before || found == after)
		return true;
	snprintf(expected, sizeof(expected),
		 "the page before the call or after it: 0x%" PRIx64 " or 0x%" PRIx64, before,
		 after);
	snprintf(given, sizeof(given), "pfn 0x%" PRIx64, found);
	return fail(o, RULE_LOOKUP_MEETING, VERDICT_NO_LEVEL, r->page[i], expected, given);
}

/* Whether the page may be in a state that is neither: that of a call which failed. */
static bool is_open(const struct oracle *o, uint64_t page)
{
	const struct expected *e = o->expected;
	return o->out.error && page >= e->affected_first && page < e->affected_end;
}

static bool warned(const struct machine *m)
{
	bool any = false;
	for (uint32_t i = 0; i < m->log.events; i++)
		any |= m->log.event[i].kind == EVENT_WARN || m->log.event[i].kind == EVENT_BUG;
	return any;
}

bool reading_held(const struct table_reading *r, struct oracle *o)
{
	ASSERT_CMP(r->pages, <=, DUMP_MAX_LINES);
	oracle_exercised(o, RULE_LOOKUP_MEETING);
	if (!tables_accesses(o))
		return false;
	if (warned(o->machine))
		return fail(o, RULE_LOOKUP_MEETING, VERDICT_NO_LEVEL, o->first_page, "no warning",
			    "a warning");
	for (unsigned i = 0; i < r->pages; i++) {
		bool held = is_open(o, r->page[i]) ||
			    (r->by == READER_DUMP ? dump_held(r, o, i) : lookup_held(r, o, i));
		if (!held)
			return false;
	}
	return true;
}
