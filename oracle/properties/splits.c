// SPDX-License-Identifier: GPL-2.0-only
/*
 * Leaves that set_memory splits: a leaf or group that an end of what changes
 * cuts, and no other, into the largest leaves that no end cuts. What changes
 * is the range, and each page of the linear map that is an alias of its pages
 * (change_memory_common() changes those one by one). So after a split nothing
 * is smaller than it must be. Of set_direct_map every page of the range has two
 * ends, since the kernel's functions are for one page.
 *
 * Each split is judged as it is made: by what is replaced, what replaces it,
 * and where the call ends. Of a call that splits and changes nothing, the end is
 * judged as well: both ends of its range lie between leaves, or all of it is in
 * single pages, with what was in one block with some of it.
 */
#include "oracle/properties/steps.h"

#include "mapper/machine/assert.h"
#include "oracle/expect/expect.h"
#include "oracle/properties/fail.h"
#include "oracle/properties/properties.h"

/* Whether an end of the range lies inside of [page, end). */
static bool has_end(const struct oracle *o, uint64_t page, uint64_t end)
{
	return (page < o->first_page && o->first_page < end) ||
	       (page < o->end_page && o->end_page < end);
}

/* Whether [page, end) has a page whose alias the call changes. They are changed in order: the last is near. */
bool step_has_alias(struct oracle *o, uint64_t page, uint64_t end)
{
	const struct expected *e = &o->kept.expected;
	for (uint64_t i = 0; i < e->all_aliases; i++) {
		uint64_t at = (o->trace.last_alias + i) % e->all_aliases;
		uint64_t alias = e->area->pages.page[e->first_alias + at];
		if (page > alias || alias >= end)
			continue;
		o->trace.last_alias = at;
		return true;
	}
	return false;
}

/* set_direct_map changes each page by itself, and a range is split to its pages. */
static bool takes_each_page(const struct call *call)
{
	return call->kind == CALL_SET_DIRECT_MAP ||
	       (call_splits(call) && call->change == MEMORY_SPLIT_PAGES);
}

static bool is_cut_by_call(struct oracle *o, uint64_t page, uint64_t pages)
{
	bool vfree = o->call && o->call->kind == CALL_VFREE;
	if (!o->call || (!vfree && call_effect(o->call->kind) != CALL_CHANGES))
		return false;
	if (call_splits(o->call) && !oracle_splits_for_set_memory(o))
		return false;
	if (takes_each_page(o->call))
		return page < o->end_page && o->first_page < page + pages;
	return (!vfree && has_end(o, page, page + pages)) ||
	       (page < oracle_linear_pages(o) && step_has_alias(o, page, page + pages));
}

/* The first entry of a group whose Contiguous bit is not `contiguous`; `entries` if none. */
static uint32_t first_other(const uint64_t *words, uint32_t entries, bool contiguous)
{
	uint32_t i = 0;
	while (i < entries && !(words[i] & ARM64_CONTIGUOUS) == !contiguous)
		i++;
	return i;
}

/* Whether the leaves of such a table are in groups. What is split to pages is split further at once. */
static bool makes_groups(const struct oracle *o)
{
	bool to_pages = call_splits(o->call) && o->call->change == MEMORY_SPLIT_PAGES;
	return !to_pages && !o->tree->call[CALL_SET_MEMORY].no_groups;
}

/* Judges the groups of the table that took a block's place. */
static void judge_groups(const struct step *s, table_t child)
{
	struct oracle *o = s->o;
	const uint64_t *words = machine_words(o->machine, child);
	const int level = s->level + 1;
	uint32_t members = 1u << arm64_contiguous_size(&o->g, level);
	uint64_t pages = pages_at(o, level);
	if (members == 1 || !o->owed->large_leaves)
		return;
	for (uint32_t i = 0; i < 1u << o->g.stride; i += members) {
		uint64_t page = s->page + i * pages;
		bool groups = makes_groups(o);
		if (groups && is_cut_by_call(o, page, members * pages))
			continue;
		uint32_t other = first_other(words + i, members, groups);
		if (other == members)
			continue;
		char found[VERDICT_DETAIL_SIZE];
		oracle_describe(o, level, words[i + other], found);
		trace_fail(o, RULE_PLACEMENT_LEAF, level, page + other * pages,
			   groups ? "a contiguous group, which no end of what changes cuts"
				  : "a single leaf",
			   found);
		return;
	}
}

void split_block_judge(const struct step *s, table_t child)
{
	ASSERT_CMP(s->level, <, ARM64_LAST_LEVEL);
	if (!s->o->trace.judging)
		return;
	s->o->trace.splits++;
	oracle_exercised(s->o, RULE_PLACEMENT_LEAF);
	if (!is_cut_by_call(s->o, s->page, pages_at(s->o, s->level)))
		trace_fail(s->o, RULE_PLACEMENT_LEAF, s->level, s->page,
			   "a block, which no end of what changes cuts", "a table");
	judge_groups(s, child);
}

void split_group_judge(const struct step *s)
{
	uint64_t pages = pages_at(s->o, s->level) << arm64_contiguous_size(&s->o->g, s->level);
	if (!s->o->trace.judging)
		return;
	oracle_exercised(s->o, RULE_PLACEMENT_LEAF);
	if (!is_cut_by_call(s->o, s->page & ~(pages - 1), pages))
		trace_fail(s->o, RULE_PLACEMENT_LEAF, s->level, s->page,
			   "a contiguous group, which no end of what changes cuts",
			   "a leaf without the Contiguous bit");
}

/* The first page of the range that is not mapped by a leaf of its own, or its end. */
static uint64_t first_larger(const struct oracle *o)
{
	uint64_t page = o->first_page;
	while (page < o->end_page) {
		struct arm64_translation t = arm64_translate(&o->g, o->machine, oracle_va(o, page));
		uint64_t pages = UINT64_C(1) << arm64_leaf_order(&o->g, t.level);
		if (t.desc && pages_together(o, page) > 1)
			return page;
		page = (page & ~(pages - 1)) + pages;
	}
	return o->end_page;
}

/* The page at which the call ought to have split a leaf, and has not; UINT64_MAX if there is none. */
static uint64_t first_unsplit(const struct oracle *o)
{
	if (is_cut(o, o->first_page))
		return o->first_page;
	if (is_cut(o, o->end_page))
		return o->end_page;
	uint64_t page = o->call->change == MEMORY_SPLIT_PAGES ? first_larger(o) : o->end_page;
	return page < o->end_page ? page : UINT64_MAX;
}

bool splits_held(struct oracle *o)
{
	if (!call_splits(o->call) || o->out.error || !oracle_splits_for_set_memory(o))
		return true;
	oracle_exercised(o, RULE_PLACEMENT_LEAF);
	uint64_t page = first_unsplit(o);
	if (page == UINT64_MAX)
		return true;
	char found[VERDICT_DETAIL_SIZE];
	struct arm64_translation t = arm64_translate(&o->g, o->machine, oracle_va(o, page));
	oracle_describe(o, t.level, t.desc, found);
	return fail(o, RULE_PLACEMENT_LEAF, t.level, page,
		    o->call->change == MEMORY_SPLIT_PAGES ? "a single page"
							  : "the start of a leaf or group",
		    found);
}
