// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/skip.h"

#include "fuzz/areas.h"
#include "fuzz/leaves.h"
#include "oracle/expect/expect.h"

/* --- what a call meets ---------------------------------------------------------------- */

struct range {
	uint64_t first, end; /* pages of the space */
};

static struct range range_of(const struct oracle *o, const struct call *call)
{
	uint64_t first = oracle_page(o, call->va);
	return (struct range){ first, first + (call->bytes >> o->g.granule) };
}

static struct tables tables_of(const struct oracle *o)
{
	return (struct tables){ &o->g, o->machine };
}

static bool is_used(const struct oracle *o, struct range range)
{
	const struct tables t = tables_of(o);
	struct leaf leaf;
	return leaf_next(&t, range.first, range.end, &leaf);
}

static bool all_used(const struct oracle *o, struct range range)
{
	const struct tables t = tables_of(o);
	return leaf_covers(&t, range.first, range.end);
}

/* Whether some page of the range is mapped by a block. */
static bool meets_large(const struct oracle *o, struct range range)
{
	const struct tables t = tables_of(o);
	struct leaf leaf;
	for (uint64_t page = range.first; leaf_next(&t, page, range.end, &leaf); page = leaf.end)
		if (leaf.level < ARM64_LAST_LEVEL)
			return true;
	return false;
}

/* Whether some page of the range lies below a table, or in a block whose table may, forbid to run it. */
static bool meets_pxn_table(const struct oracle *o, struct range range)
{
	const struct tables t = tables_of(o);
	struct leaf leaf;
	for (uint64_t page = range.first; leaf_next(&t, page, range.end, &leaf); page = leaf.end)
		if (leaf.level < ARM64_LAST_LEVEL || leaf.limits & ARM64_PXNTABLE)
			return true;
	return false;
}

/* Whether some page of the range was made invalid in a block or, if not, in a contiguous group. */
static bool meets_invalid_large(const struct oracle *o, struct range range, bool in_group)
{
	const struct tables t = tables_of(o);
	struct leaf leaf;
	for (uint64_t page = range.first; leaf_next(&t, page, range.end, &leaf); page = leaf.end) {
		bool large =
			in_group ? leaf.desc & ARM64_CONTIGUOUS : leaf.level < ARM64_LAST_LEVEL;
		if (large && !(leaf.desc & ARM64_VALID))
			return true;
	}
	return false;
}

/* Pages of a contiguous group, and of a level 2 block. */
static uint64_t group_pages(const struct oracle *o)
{
	return UINT64_C(1) << arm64_contiguous_size(&o->g, ARM64_LAST_LEVEL);
}

static uint64_t block_pages(const struct oracle *o)
{
	return UINT64_C(1) << arm64_leaf_order(&o->g, ARM64_LAST_LEVEL - 1);
}

/* Whether a range that begins or ends at `page` cuts a contiguous group of pages. */
static bool cuts_group(const struct oracle *o, uint64_t page)
{
	const struct tables t = tables_of(o);
	struct leaf leaf;
	if (!(page & (group_pages(o) - 1)))
		return false; /* as the end of the space is, which is no page of it */
	return leaf_next(&t, page, page + 1, &leaf) && leaf.level == ARM64_LAST_LEVEL &&
	       leaf.desc & ARM64_CONTIGUOUS;
}

/* Pages of a contiguous group of level 2 blocks. */
static uint64_t block_group_pages(const struct oracle *o)
{
	return block_pages(o) << arm64_contiguous_size(&o->g, ARM64_LAST_LEVEL - 1);
}

/* Whether `page` lies inside of a contiguous group of blocks of the root, between two of them. */
static bool is_between_blocks_of_root(const struct oracle *o, uint64_t page)
{
	const struct tables t = tables_of(o);
	struct leaf leaf;
	if (o->g.start_level != ARM64_LAST_LEVEL - 1 || page & (block_pages(o) - 1) ||
	    !(page & (block_group_pages(o) - 1)))
		return false;
	return leaf_next(&t, page, page + 1, &leaf) && leaf.level == o->g.start_level &&
	       leaf.desc & ARM64_CONTIGUOUS;
}

/* Whether an end of the range lies there, and no end inside of a block has the group split all the same. */
static bool keeps_group_of_root(const struct oracle *o, struct range range)
{
	bool one_group = range.first / block_group_pages(o) == range.end / block_group_pages(o);
	if (one_group && (range.first | range.end) & (block_pages(o) - 1))
		return false;
	return is_between_blocks_of_root(o, range.first) || is_between_blocks_of_root(o, range.end);
}

/* Whether a page is mapped in an aligned window of so many pages that lies in the range. */
static bool meets_in_window(const struct oracle *o, struct range range, uint64_t window)
{
	struct range windows = { (range.first + window - 1) & ~(window - 1),
				 range.end & ~(window - 1) };
	return windows.first < windows.end && is_used(o, windows);
}

static const struct waiver *reason(enum waiver_id id)
{
	return &waiver_list[id];
}

/* --- set_memory ------------------------------------------------------------------------- */

/* Whether the call is refused whatever is waived. */
static bool is_refused(const struct vm_area *area, const struct call *call, uint64_t guard)
{
	return !area || area->kind != AREA_ALLOC ||
	       call->va + call->bytes > area->va + area->bytes + guard;
}

static bool all_aliases_used(const struct oracle *o, const struct vm_area *area)
{
	for (size_t i = 0; i < area->pages.count; i++) {
		uint64_t alias = area->pages.page[i];
		struct range one = { alias, alias + 1 };
		if (alias >= oracle_linear_pages(o) || !all_used(o, one))
			return false;
	}
	return true;
}

/* Whether a change of the range, or of the aliases of its area, meets a large leaf that is invalid. */
static bool changes_invalid_large(const struct oracle *o, struct range range,
				  const struct vm_area *aliased, bool in_group)
{
	for (size_t i = 0; aliased && i < aliased->pages.count; i++) {
		uint64_t alias = aliased->pages.page[i];
		struct range one = { alias, alias + 1 };
		if (alias < oracle_linear_pages(o) && meets_invalid_large(o, one, in_group))
			return true;
	}
	return meets_invalid_large(o, range, in_group);
}

/* Whether the call changes a part of a contiguous group of pages by itself: set_direct_map does of any. */
static bool changes_part_of_group(const struct oracle *o, const struct call *call,
				  struct range range)
{
	const struct tables t = tables_of(o);
	struct leaf leaf;
	if (call->kind == CALL_SET_MEMORY)
		return cuts_group(o, range.first) || cuts_group(o, range.end);
	for (uint64_t page = range.first; leaf_next(&t, page, range.end, &leaf); page = leaf.end)
		if (leaf.level == ARM64_LAST_LEVEL && leaf.desc & ARM64_CONTIGUOUS)
			return true;
	return false;
}

/* Whether a split of leaves finds a large one that is invalid at an end of the range, or of pages anywhere. */
static bool splits_invalid_large(const struct oracle *o, const struct call *call,
				 struct range range, bool in_group)
{
	struct range first = { range.first, range.first + 1 }, last = { range.end - 1, range.end };
	if (call->change == MEMORY_SPLIT_PAGES)
		return meets_invalid_large(o, range, in_group);
	return meets_invalid_large(o, first, in_group) || meets_invalid_large(o, last, in_group);
}

/* A split of leaves changes nothing else, and asks for no page to be mapped. */
static const struct waiver *skip_split(const struct oracle *o, const struct call *call,
				       struct range range)
{
	if (oracle_waives(o, WAIVER_CUT_GROUPS_OF_ROOT) && call->change == MEMORY_SPLIT &&
	    keeps_group_of_root(o, range))
		return reason(WAIVER_CUT_GROUPS_OF_ROOT);
	if (oracle_waives(o, WAIVER_INVALID_BLOCKS_STAY) &&
	    splits_invalid_large(o, call, range, false))
		return reason(WAIVER_INVALID_BLOCKS_STAY);
	if (oracle_waives(o, WAIVER_CUT_INVALID_GROUPS) &&
	    splits_invalid_large(o, call, range, true))
		return reason(WAIVER_CUT_INVALID_GROUPS);
	return NULL;
}

static const struct waiver *skip_change(const struct oracle *o, const struct call *call,
					const struct address_space *space)
{
	struct range range = range_of(o, call);
	bool linear = call_is_of_linear_map(call);
	if (call_splits(call))
		return skip_split(o, call, range);
	bool aliases = !linear && change_is_of_writing(call->change) && !o->machine->config.noalias;
	uint64_t guard = UINT64_C(1) << o->g.granule;
	const struct vm_area *area = linear ? NULL : areas_find(space, call->va, guard);
	if (!linear && is_refused(area, call, guard))
		return NULL;
	if (area && area->flags & MAP_FLAG_HUGE)
		return oracle_waives(o, WAIVER_CHANGES_HUGE) ? reason(WAIVER_CHANGES_HUGE) : NULL;
	if (oracle_waives(o, WAIVER_READS_PAST_PAGES) && aliases &&
	    call->va + call->bytes > area->va + (area->pages.count << o->g.granule))
		return reason(WAIVER_READS_PAST_PAGES);
	if (oracle_waives(o, WAIVER_INVALID_BLOCKS_STAY) &&
	    changes_invalid_large(o, range, aliases ? area : NULL, false))
		return reason(WAIVER_INVALID_BLOCKS_STAY);
	if (oracle_waives(o, WAIVER_CUT_INVALID_GROUPS) &&
	    changes_invalid_large(o, range, aliases ? area : NULL, true))
		return reason(WAIVER_CUT_INVALID_GROUPS);
	if (oracle_waives(o, WAIVER_FILLS_EMPTY) &&
	    (!all_used(o, range) || (aliases && !all_aliases_used(o, area))))
		return reason(WAIVER_FILLS_EMPTY);
	if (oracle_waives(o, WAIVER_CUT_GROUPS) && changes_part_of_group(o, call, range))
		return reason(WAIVER_CUT_GROUPS);
	if (oracle_waives(o, WAIVER_CUT_GROUPS_OF_ROOT) && call->kind == CALL_SET_MEMORY &&
	    keeps_group_of_root(o, range))
		return reason(WAIVER_CUT_GROUPS_OF_ROOT);
	if (oracle_waives(o, WAIVER_PXN_TABLES) &&
	    (call->change == MEMORY_X || call->change == MEMORY_ROX) && meets_pxn_table(o, range))
		return reason(WAIVER_PXN_TABLES);
	return NULL;
}

/* --- mapping and unmapping ---------------------------------------------------------------- */

static const struct waiver *skip_mapping(const struct oracle *o, const struct call *call)
{
	if (call_applies(call->kind))
		return NULL; /* it takes no block for a table, and makes none */
	struct range range = range_of(o, call);
	bool blocks = !call_traits(call->kind)->has_pages || call->flags & MAP_FLAG_HUGE ||
		      (!oracle_before_series(o) && o->policy->vmap_huge != VMAP_HUGE_NEVER);
	if (oracle_waives(o, WAIVER_DESCENDS_BLOCKS) && meets_large(o, range))
		return reason(WAIVER_DESCENDS_BLOCKS);
	if (blocks && oracle_waives(o, WAIVER_FREES_LIVE_TABLES) &&
	    meets_in_window(o, range, block_pages(o)))
		return reason(WAIVER_FREES_LIVE_TABLES);
	if (blocks && oracle_waives(o, WAIVER_HEAD_CHECK) &&
	    meets_in_window(o, range, group_pages(o)))
		return reason(WAIVER_HEAD_CHECK);
	return NULL;
}

/* What vfree() of an area meets in the linear map, when it resets the aliases there. */
static const struct waiver *skip_reset(const struct oracle *o, const struct vm_area *area)
{
	const struct range nothing = { 0, 0 };
	if (oracle_waives(o, WAIVER_INVALID_BLOCKS_STAY) &&
	    changes_invalid_large(o, nothing, area, false))
		return reason(WAIVER_INVALID_BLOCKS_STAY);
	if (oracle_waives(o, WAIVER_CUT_INVALID_GROUPS) &&
	    changes_invalid_large(o, nothing, area, true))
		return reason(WAIVER_CUT_INVALID_GROUPS);
	if (oracle_waives(o, WAIVER_FILLS_EMPTY) && !all_aliases_used(o, area))
		return reason(WAIVER_FILLS_EMPTY);
	return NULL;
}

static const struct waiver *skip_unmapping(const struct oracle *o, const struct call *call,
					   const struct address_space *space)
{
	struct range range = range_of(o, call);
	if (call->kind == CALL_VFREE && call->reset && linear_map_may_change(o)) {
		const struct waiver *meets = skip_reset(o, areas_find(space, call->va, 0));
		if (meets)
			return meets;
	}
	if (oracle_waives(o, WAIVER_NARROW_FLUSH) &&
	    (cuts_group(o, range.first) || cuts_group(o, range.end)))
		return reason(WAIVER_NARROW_FLUSH);
	return NULL;
}

/* Struct pages that begin or end inside of a page. */
static const struct waiver *skip_struct_pages(const struct oracle *o, const struct call *call)
{
	if (oracle_waives(o, WAIVER_LEAVES_OUT_HALVES) && call->half == HALF_BOTH)
		return reason(WAIVER_LEAVES_OUT_HALVES);
	if (oracle_waives(o, WAIVER_FREES_SHARED_PAGES) && call->kind == CALL_VMEMMAP_FREE &&
	    call->half)
		return reason(WAIVER_FREES_SHARED_PAGES);
	return NULL;
}

/* Memory that is removed in part of a leaf, or of a group. */
static const struct waiver *skip_removal(const struct oracle *o, const struct call *call)
{
	struct range range = range_of(o, call);
	bool of_root = is_between_blocks_of_root(o, range.first) ||
		       is_between_blocks_of_root(o, range.end);
	if (oracle_waives(o, WAIVER_CUT_GROUPS_OF_ROOT) && of_root)
		return reason(WAIVER_CUT_GROUPS_OF_ROOT);
	if (oracle_waives(o, WAIVER_REMOVES_CUT_LEAVES) &&
	    (is_cut(o, range.first) || is_cut(o, range.end)))
		return reason(WAIVER_REMOVES_CUT_LEAVES);
	return NULL;
}

const struct waiver *skip_reason(const struct oracle *o, const struct call *call,
				 const struct address_space *space)
{
	const struct waiver *meets = NULL;
	if (!o->waivers.behaviours)
		return NULL;
	if (call_is_of_vmemmap(call->kind))
		meets = skip_struct_pages(o, call);
	if (meets || call->kind == CALL_VMEMMAP_POPULATE)
		return meets;
	switch (call_effect(call->kind)) {
	case CALL_MAPS:
		return skip_mapping(o, call);
	case CALL_UNMAPS:
		return skip_unmapping(o, call, space);
	case CALL_COPIES:
		return o->g.start_level < 0 && oracle_waives(o, WAIVER_COPIES_NO_LEVEL_0)
			       ? reason(WAIVER_COPIES_NO_LEVEL_0)
			       : NULL;
	case CALL_ADDS:
		return NULL;
	case CALL_REMOVES:
		return skip_removal(o, call);
	default:
		return skip_change(o, call, space);
	}
}
