// SPDX-License-Identifier: GPL-2.0-only
/*
 * contiguous: a group in which any member has the Contiguous bit has all its
 * members valid and Contiguous (R_QTRPM), on one output range that is aligned
 * to the group (StageOA takes the low address bits from the VA), with equal
 * attributes (R_JQQTC). Only then may hardware use one TLB entry for it.
 *
 * A group lies in one table, since its index in the table is aligned. It
 * lies in the address space, since no supported geometry has a root table
 * smaller than a group at a level with groups (R_WMNPV; a test checks that).
 */
#include "oracle/properties/properties.h"

#include <inttypes.h>
#include <stdio.h>

#include "mapper/machine/assert.h"
#include "oracle/properties/fail.h"

/* A group of a table that a span reaches into. */
struct group {
	const struct arm64_span *span;
	const uint64_t *words;
	uint32_t index, count;
};

/* Bits in which members may differ: the address; software's own; AF (D8.5.5). */
static uint64_t free_bits(const struct arm64_geometry *g)
{
	return arm64_address_field(g) | ARM64_SOFTWARE | ARM64_AF;
}

static bool fail_member(struct oracle *o, enum rule rule, const struct group *group,
			uint32_t member, const char *expected)
{
	int level = group->span->level;
	int64_t entries = (int64_t)(group->index + member) - group->span->index;
	uint64_t page = group->span->page + ((uint64_t)entries << arm64_leaf_order(&o->g, level));
	char leaf[VERDICT_DETAIL_SIZE], found[VERDICT_DETAIL_SIZE];
	oracle_describe(o, level, group->words[member], leaf);
	snprintf(found, sizeof(found), "member %" PRIu32 " of %" PRIu32 ": %.64s", member,
		 group->count, leaf);
	return fail(o, rule, level, page, expected, found);
}

static bool judge_member(struct oracle *o, const struct group *group, uint32_t i)
{
	const struct arm64_geometry *g = &o->g;
	uint64_t first = group->words[0], desc = group->words[i];
	uint64_t leaf = UINT64_C(1) << arm64_leaf_bits(g, group->span->level);
	if (!(desc & ARM64_VALID) || !(desc & ARM64_CONTIGUOUS))
		return fail_member(o, RULE_CONTIGUOUS_PARTIAL, group, i,
				   "all members valid and Contiguous");
	if (i == 0 && arm64_address(g, desc) & (leaf * group->count - 1))
		return fail_member(o, RULE_CONTIGUOUS_ALIGNMENT, group, i,
				   "address aligned to the group");
	if (arm64_address(g, desc) != arm64_address(g, first) + i * leaf)
		return fail_member(o, RULE_CONTIGUOUS_CONSECUTIVE, group, i,
				   "the address after the last's");
	if ((desc ^ first) & ~free_bits(g))
		return fail_member(o, RULE_CONTIGUOUS_ATTRIBUTES, group, i,
				   "the first member's attributes");
	return true;
}

/* Whether the group is, word for word, an aligned series with the Contiguous bit. */
static bool is_plain_series(const struct oracle *o, const struct group *group)
{
	const struct arm64_geometry *g = &o->g;
	uint64_t leaf = UINT64_C(1) << arm64_leaf_bits(g, group->span->level);
	uint64_t base = arm64_address(g, group->words[0]);
	uint64_t rest = group->words[0] ^ arm64_address_bits(g, base);
	if (!(rest & ARM64_VALID) || !(rest & ARM64_CONTIGUOUS) || base & (leaf * group->count - 1))
		return false;
	uint64_t differ = 0;
	for (uint32_t i = 0; i < group->count; i++)
		differ |= group->words[i] ^ arm64_address_bits(g, base + i * leaf) ^ rest;
	return !differ;
}

static bool any_contiguous(const uint64_t *words, uint32_t count)
{
	uint64_t any = 0;
	for (uint32_t i = 0; i < count; i++)
		any |= words[i];
	return any & ARM64_CONTIGUOUS;
}

static bool judge_group(struct oracle *o, const struct group *group)
{
	if (!any_contiguous(group->words, group->count) || is_plain_series(o, group))
		return true;
	for (uint32_t i = 0; i < group->count; i++)
		if (!judge_member(o, group, i))
			return false;
	return true;
}

bool contiguous_span(struct oracle *o, const struct arm64_span *span)
{
	unsigned size = arm64_contiguous_size(&o->g, span->level);
	if (!size || !any_contiguous(span->table + span->index, span->count))
		return true;
	oracle_exercised(o, RULE_CONTIGUOUS_PARTIAL);
	oracle_exercised(o, RULE_CONTIGUOUS_ALIGNMENT);
	oracle_exercised(o, RULE_CONTIGUOUS_CONSECUTIVE);
	oracle_exercised(o, RULE_CONTIGUOUS_ATTRIBUTES);
	uint32_t count = 1u << size;
	ASSERT_CMP(count, <=, arm64_table_entries(&o->g, span->level)); /* R_WMNPV */
	for (uint32_t at = span->index & ~(count - 1); at < span->index + span->count;
	     at += count) {
		struct group group = { span, span->table + at, at, count };
		if (!judge_group(o, &group))
			return false;
	}
	return true;
}

/*
 * Invalid members are allowed: a group may be filled, and cleared, entry by
 * entry (I_PGVGZ).
 */
bool contiguous_mixed(struct oracle *o, int level, uint32_t made, uint64_t desc, uint32_t index,
		      uint64_t neighbour)
{
	unsigned size = arm64_contiguous_size(&o->g, level);
	if (!size || index >> size != made >> size || index >= arm64_table_entries(&o->g, level))
		return false;
	if (arm64_kind(&o->g, level, neighbour) != ARM64_LEAF ||
	    !((neighbour | desc) & ARM64_CONTIGUOUS))
		return false;
	oracle_exercised(o, RULE_CONTIGUOUS_MIXED);
	return (neighbour ^ desc) & ARM64_CONTIGUOUS;
}
