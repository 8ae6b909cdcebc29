// SPDX-License-Identifier: GPL-2.0-only
/*
 * Entries that are not valid. Hardware reads nothing of them but that. Linux
 * reads them: an entry is free only if it is 0 (pte_none()), and what
 * set_memory_valid() takes away it gives back from the entry itself, where
 * address and attributes stay. From 6.18 on it marks such an entry by nG
 * (PTE_PRESENT_INVALID), by which pte_present() and pmd_leaf() know a leaf
 * that is to be changed or split while it is not valid. Whether a tree has
 * the mark is measured.
 */
#include "oracle/properties/properties.h"

#include <inttypes.h>
#include <stdio.h>

#include "mapper/machine/assert.h"
#include "mapper/machine/min.h"
#include "oracle/properties/fail.h"

/* Whether the pages of a segment were made invalid, by set_memory alone. */
static bool is_kept(const struct segment *s)
{
	return (s->may & (MAY_BE_MAPPED | MAY_BE_ABSENT | MAY_BE_EMPTY)) == MAY_BE_ABSENT;
}

static bool fail_entry(struct oracle *o, int level, uint64_t page, uint64_t desc,
		       const char *expected)
{
	char found[VERDICT_DETAIL_SIZE];
	snprintf(found, sizeof(found), "an invalid entry of level %d: 0x%016" PRIx64, level, desc);
	return fail(o, RULE_LEAF_INVALID, level, page, expected, found);
}

/* Whether the entry has the mark that Linux gives it, or where that has none, not. */
static bool mark_held(const struct oracle *o, uint64_t desc)
{
	return !(desc & ARM64_NG) == o->tree->unmarked;
}

/* Judges the part [page, end) of an entry, all in a segment whose pages may be invalid. */
static bool judge_part(struct oracle *o, const struct arm64_invalid *in, const struct segment *s,
		       uint64_t page, uint64_t end)
{
	uint64_t leaf = (in->desc | ARM64_VALID) & ~ARM64_NG;
	if (arm64_kind(&o->g, in->level, leaf) != ARM64_LEAF ||
	    !translation_would_hold(o, in->level, leaf, in->limits, s, page, end))
		return fail_entry(o, in->level, page, in->desc,
				  "address and permissions for when it is made valid");
	if (!mark_held(o, in->desc))
		return fail_entry(o, in->level, page, in->desc,
				  o->tree->unmarked ? "no mark (nG)" : "the mark (nG)");
	if (is_kept(s))
		o->kept_pages += end - page;
	return true;
}

/* What should be mapped and is not, translation finds. */
bool invalid_entry(struct oracle *o, const struct arm64_invalid *in)
{
	uint64_t page = in->page, end = page + (UINT64_C(1) << arm64_leaf_order(&o->g, in->level));
	oracle_exercised(o, RULE_LEAF_INVALID);
	for (unsigned at = space_find(&o->space, page); page < end; at++) {
		const struct segment *s = &o->space.segment[at];
		if (at == o->space.segments || s->start > page)
			return fail_entry(o, in->level, page, in->desc, "0 where nothing is");
		uint64_t part = min(s->end, end);
		if (s->may & MAY_BE_ABSENT && !judge_part(o, in, s, page, part))
			return false;
		ASSERT_CMP(part, >, page);
		page = part;
	}
	return true;
}

/* The first page of a segment whose entry is 0. */
static uint64_t first_empty(const struct oracle *o, const struct segment *s)
{
	uint64_t page = s->start;
	while (page < s->end && arm64_translate(&o->g, o->machine, oracle_va(o, page)).desc)
		page++;
	return page;
}

bool invalid_all_kept(struct oracle *o)
{
	uint64_t pages = 0;
	for (unsigned i = 0; i < o->space.segments; i++)
		if (is_kept(&o->space.segment[i]))
			pages += o->space.segment[i].end - o->space.segment[i].start;
	if (pages)
		oracle_exercised(o, RULE_LEAF_INVALID);
	for (unsigned i = 0; i < o->space.segments && o->kept_pages != pages; i++) {
		const struct segment *s = &o->space.segment[i];
		uint64_t page = is_kept(s) ? first_empty(o, s) : s->end;
		if (page < s->end)
			return fail(o, RULE_LEAF_INVALID, VERDICT_NO_LEVEL, page,
				    "an entry that can be made valid again", "nothing");
	}
	return true;
}
