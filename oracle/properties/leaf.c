// SPDX-License-Identifier: GPL-2.0-only
/*
 * leaf: every leaf stands at a level that its granule allows, with an
 * aligned output address within the physical address size, reserved bits
 * zero and defined attributes. Emulators check the level at most.
 */
#include "oracle/properties/properties.h"

#include <stdio.h>

#include "oracle/properties/fail.h"

static bool attributes_defined(const struct arm64_geometry *g, uint64_t desc)
{
	bool index = ((desc & ARM64_ATTRINDX) >> 2) < MACHINE_MAIR_USED;
	bool shareability = g->ds || (desc & ARM64_SH) >> 8 != ARM64_SH_RESERVED;
	return index && shareability;
}

static bool fail_leaf(struct oracle *o, enum rule rule, const struct arm64_span *span,
		      uint32_t index, const char *expected)
{
	uint64_t page = span->page +
			((uint64_t)(index - span->index) << arm64_leaf_order(&o->g, span->level));
	char found[VERDICT_DETAIL_SIZE];
	oracle_describe(o, span->level, span->table[index], found);
	return fail(o, rule, span->level, page, expected, found);
}

static bool judge_leaf(struct oracle *o, const struct arm64_span *span, uint32_t index)
{
	uint64_t desc = span->table[index];
	if (desc & arm64_unaligned_bits(&o->g, span->level))
		return fail_leaf(o, RULE_LEAF_ALIGNMENT, span, index,
				 "address bits below the size are 0");
	if (desc & arm64_reserved_bits(&o->g, span->level) & ~oracle_waived_bits(o))
		return fail_leaf(o, RULE_LEAF_RESERVED, span, index, "reserved bits are 0");
	if (desc & arm64_oversize_bits(&o->g))
		return fail_leaf(o, RULE_LEAF_ADDRESS_SIZE, span, index, "address below 2^48");
	if (!attributes_defined(&o->g, desc))
		return fail_leaf(o, RULE_LEAF_ATTRIBUTES, span, index,
				 "AttrIndx 0 to 4, shareability not 0b01");
	return true;
}

/* Whether some word of the span has a bit set that none may have, or undefined attributes. */
static bool any_suspect(const struct oracle *o, const struct arm64_span *span)
{
	uint64_t forbidden = arm64_unaligned_bits(&o->g, span->level) |
			     arm64_reserved_bits(&o->g, span->level) | arm64_oversize_bits(&o->g);
	const uint64_t *word = span->table + span->index;
	uint64_t any = 0, undefined = 0;
	for (uint32_t i = 0; i < span->count; i++) {
		any |= word[i];
		undefined |= !attributes_defined(&o->g, word[i]);
	}
	return any & forbidden || undefined;
}

bool leaf_span(struct oracle *o, const struct arm64_span *span)
{
	if (!any_suspect(o, span))
		return true;
	for (uint32_t i = 0; i < span->count; i++)
		if (!judge_leaf(o, span, span->index + i))
			return false;
	return true;
}

bool leaf_reserved(struct oracle *o, const struct arm64_reserved *reserved)
{
	char expected[VERDICT_DETAIL_SIZE], found[VERDICT_DETAIL_SIZE];
	snprintf(expected, sizeof(expected), "a table or nothing at level %d", reserved->level);
	oracle_describe(o, reserved->level, reserved->desc, found);
	return fail(o, RULE_LEAF_LEVEL, reserved->level, reserved->page, expected, found);
}
