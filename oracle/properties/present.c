// SPDX-License-Identifier: GPL-2.0-only
/*
 * lookup: kernel_page_present() of a page of the linear map says whether it
 * is valid there, after each call that changes the linear map: by its range,
 * or by the aliases of an area. Asked are the pages that changed, as many as
 * lookups.c asks for, and those next to the range.
 */
#include "oracle/properties/properties.h"

#include "oracle/properties/fail.h"

#define EVERY_PAGE 16

/* Whether what was expected leaves open if the page is valid; else *valid says so. */
static bool is_open(const struct oracle *o, uint64_t page, bool *valid)
{
	const uint8_t both = MAY_BE_MAPPED | MAY_BE_ABSENT;
	const struct segment *s = space_at(&o->space, page);
	uint8_t may = s ? s->may : MAY_BE_ABSENT;
	*valid = may & MAY_BE_MAPPED;
	return (may & both) == both;
}

static bool tells(struct oracle *o, uint64_t page)
{
	struct address_space space = { .machine = o->machine, .policy = o->policy };
	bool valid;
	if (page >= oracle_linear_pages(o) || is_open(o, page, &valid))
		return true;
	oracle_exercised(o, RULE_LOOKUP_PRESENT);
	bool present = o->mapper->page_present(&space, page);
	if (!lookup_was_quiet(o, RULE_LOOKUP_PRESENT, page))
		return false;
	if (present == valid)
		return true;
	return fail(o, RULE_LOOKUP_PRESENT, VERDICT_NO_LEVEL, page,
		    valid ? "a page that is present" : "a page that is not present",
		    valid ? "it is not" : "it is");
}

static bool range_told(struct oracle *o)
{
	const struct expected *e = o->expected;
	uint64_t first = e->affected_first, pages = e->affected_end - first;
	if ((first && !tells(o, first - 1)) || !tells(o, e->affected_end))
		return false;
	for (uint64_t i = 0; pages <= EVERY_PAGE && i < pages; i++)
		if (!tells(o, first + i))
			return false;
	for (uint64_t distance = 1; distance <= pages; distance *= 2)
		if (!tells(o, first + distance - 1) || !tells(o, first + pages - distance))
			return false;
	return true;
}

static bool aliases_told(struct oracle *o)
{
	const struct expected *e = o->expected;
	for (uint64_t i = 0; i < e->all_aliases && i < EVERY_PAGE; i++)
		if (!tells(o, e->area->pages.page[e->first_alias + i]))
			return false;
	return true;
}

bool present_held(struct oracle *o)
{
	if (!o->mapper->page_present)
		return true;
	bool linear = call_is_of_linear_map(o->call) || call_is_of_memory(o->call->kind);
	return (!linear || range_told(o)) && aliases_told(o);
}
