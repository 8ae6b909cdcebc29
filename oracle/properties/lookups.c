// SPDX-License-Identifier: GPL-2.0-only
/*
 * lookup: vmalloc_to_page() of each address of a call's range gives the page
 * that is mapped there, and no page where nothing is, nor on the guard around
 * the range.
 *
 * Of up to EVERY_PAGE pages that lie together in a block or a table, each is
 * asked for. Of more, those are whose distance from either end is a power of
 * two, so that each bit of an offset or index counts: a lookup is a function
 * of the address and of one entry, and all entries are known to be right.
 */
#include "oracle/properties/properties.h"

#include <inttypes.h>
#include <stdio.h>

#include "mapper/machine/assert.h"
#include "oracle/properties/fail.h"

#define EVERY_PAGE 16

static uint64_t ask(struct oracle *o, uint64_t page)
{
	struct address_space space = { .machine = o->machine, .policy = o->policy };
	return o->mapper->lookup(&space, oracle_va(o, page));
}

static void describe_page(char *text, uint64_t pfn)
{
	if (pfn == PAGE_HOLE)
		snprintf(text, VERDICT_DETAIL_SIZE, "no page");
	else
		snprintf(text, VERDICT_DETAIL_SIZE, "pfn 0x%" PRIx64, pfn);
}

bool lookup_was_quiet(struct oracle *o, enum rule rule, uint64_t page)
{
	const char *warning = o->mapper->lookup_warning ? o->mapper->lookup_warning() : "";
	return !*warning || fail(o, rule, VERDICT_NO_LEVEL, page, "no warning", warning);
}

static bool gives(struct oracle *o, int level, uint64_t page, uint64_t pfn)
{
	uint64_t found = ask(o, page);
	if (!lookup_was_quiet(o, RULE_LOOKUP_PAGE, page))
		return false;
	if (found == pfn)
		return true;
	char expected[VERDICT_DETAIL_SIZE], given[VERDICT_DETAIL_SIZE];
	describe_page(expected, pfn);
	describe_page(given, found);
	return fail(o, RULE_LOOKUP_PAGE, level, page, expected, given);
}

static bool gives_nothing(struct oracle *o, uint64_t page)
{
	if (space_at(&o->space, page))
		return true; /* something is, or may be, mapped here */
	oracle_exercised(o, RULE_LOOKUP_NOTHING);
	uint64_t found = ask(o, page);
	if (!lookup_was_quiet(o, RULE_LOOKUP_NOTHING, page))
		return false;
	if (found == PAGE_HOLE)
		return true;
	char given[VERDICT_DETAIL_SIZE];
	describe_page(given, found);
	return fail(o, RULE_LOOKUP_NOTHING, VERDICT_NO_LEVEL, page, "no page", given);
}

/* The pfn that the leaf for `page`, in the span, gives it. */
static uint64_t pfn_in_span(const struct oracle *o, const struct arm64_span *span, uint64_t page)
{
	unsigned order = arm64_leaf_order(&o->g, span->level);
	uint64_t low = (UINT64_C(1) << order) - 1;
	uint64_t desc = span->table[span->index + ((page - span->page) >> order)];
	return (arm64_address(&o->g, desc) >> o->g.granule & ~low) | (page & low);
}

static bool asked(struct oracle *o, const struct arm64_span *span, uint64_t page)
{
	return gives(o, span->level, page, pfn_in_span(o, span, page));
}

/* The leaves of a span, which are known to be right, as far as the call's range reaches. */
bool lookup_span(struct oracle *o, const struct arm64_span *span)
{
	const struct expected *e = o->expected;
	uint64_t end = span->page + ((uint64_t)span->count << arm64_leaf_order(&o->g, span->level));
	uint64_t first = span->page > e->affected_first ? span->page : e->affected_first;
	uint64_t pages = (end < e->affected_end ? end : e->affected_end) - first;
	if (end <= e->affected_first || span->page >= e->affected_end)
		return true;
	ASSERT_CMP(pages, <=, end - span->page);
	oracle_exercised(o, RULE_LOOKUP_PAGE);
	if (pages <= EVERY_PAGE) {
		for (uint64_t i = 0; i < pages; i++)
			if (!asked(o, span, first + i))
				return false;
		return true;
	}
	for (uint64_t distance = 1; distance <= pages; distance *= 2)
		if (!asked(o, span, first + distance - 1) ||
		    !asked(o, span, first + pages - distance))
			return false;
	return true;
}

/* The guard around the call's range, and the range's ends. */
bool lookup_nothing(struct oracle *o)
{
	const struct expected *e = o->expected;
	uint64_t all = UINT64_C(1) << (o->g.ia_size - o->g.granule);
	return (!e->affected_first || gives_nothing(o, e->affected_first - 1)) &&
	       gives_nothing(o, e->affected_first) && gives_nothing(o, e->affected_end - 1) &&
	       (e->affected_end == all || gives_nothing(o, e->affected_end));
}
