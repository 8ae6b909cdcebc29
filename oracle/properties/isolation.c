// SPDX-License-Identifier: GPL-2.0-only
/*
 * isolation: addresses outside a call's range read after it as before it.
 *
 * The expectation outside the range is what it was, so this is the same
 * comparison as translation's; the place decides which rule a difference
 * breaks. The guard around the range, one page on each side as an area of
 * the kernel has it, still counts as the range.
 */
#include "oracle/properties/properties.h"

#define GUARD_PAGES 1

static bool in_range(const struct oracle *o, uint64_t page)
{
	return page + GUARD_PAGES >= o->first_page && page < o->end_page + GUARD_PAGES;
}

enum rule isolation_rule(const struct oracle *o, uint64_t page)
{
	if (!in_range(o, page))
		return RULE_ISOLATION_OUTSIDE;
	return o->call->cleanup ? RULE_ERRORS_RESIDUE : RULE_TRANSLATION_UNEXPECTED;
}
