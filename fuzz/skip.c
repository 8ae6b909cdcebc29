// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/skip.h"

/* --- what a call meets ---------------------------------------------------------------- */

struct range {
	uint64_t first, end; /* pages of the space */
};

static struct range range_of(const struct oracle *o, const struct call *call)
{
	uint64_t first = oracle_page(o, call->va);
	return (struct range){ first, first + (call->bytes >> o->g.granule) };
}

/* The next page from `page` on that something is mapped at; range.end if there is none. */
static uint64_t next_used(const struct oracle *o, struct range range, uint64_t page)
{
	unsigned at = space_find(&o->space, page);
	if (at == o->space.segments || o->space.segment[at].start >= range.end)
		return range.end;
	return o->space.segment[at].start > page ? o->space.segment[at].start : page;
}

static bool all_used(const struct oracle *o, struct range range)
{
	for (uint64_t page = range.first; page < range.end;) {
		unsigned at = space_find(&o->space, page);
		if (at == o->space.segments || o->space.segment[at].start > page)
			return false;
		page = o->space.segment[at].end;
	}
	return true;
}

static struct arm64_translation leaf_at(const struct oracle *o, uint64_t page)
{
	return arm64_translate(&o->g, o->machine, oracle_va(o, page));
}

/* Whether some page of the range is mapped by a block. */
static bool meets_large(const struct oracle *o, struct range range)
{
	uint64_t page = next_used(o, range, range.first);
	while (page < range.end) {
		struct arm64_translation t = leaf_at(o, page);
		if (t.desc && t.level < ARM64_LAST_LEVEL &&
		    arm64_kind(&o->g, t.level, t.desc) != ARM64_TABLE)
			return true;
		page = next_used(o, range, page + 1);
	}
	return false;
}

/* Whether a page was made invalid in a block or, if not, in a contiguous group. */
static bool is_invalid_large(const struct oracle *o, uint64_t page, bool in_group)
{
	struct arm64_translation t = leaf_at(o, page);
	if (t.mapped || !t.desc)
		return false;
	return in_group ? t.desc & ARM64_CONTIGUOUS : t.level < ARM64_LAST_LEVEL;
}

/* Whether a change of the range meets such a page. */
static bool meets_invalid_large(const struct oracle *o, struct range range, bool in_group)
{
	for (uint64_t page = range.first; page < range.end; page++)
		if (is_invalid_large(o, page, in_group))
			return true;
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
	if (!(page & (group_pages(o) - 1)))
		return false; /* as the end of the space is, which is no page of it */
	struct arm64_translation t = leaf_at(o, page);
	return t.desc & ARM64_CONTIGUOUS && t.level == ARM64_LAST_LEVEL;
}

/* Whether a page is mapped in an aligned window of so many pages that lies in the range. */
static bool meets_in_window(const struct oracle *o, struct range range, uint64_t window)
{
	struct range windows = { (range.first + window - 1) & ~(window - 1),
				 range.end & ~(window - 1) };
	return windows.first < windows.end && next_used(o, windows, windows.first) < windows.end;
}

static const char *reason(enum waiver_id id)
{
	return waiver_list[id].why;
}

/* --- set_memory ------------------------------------------------------------------------- */

/* The most recent area at the call's address, with its guard page: find_vm_area(). */
static const struct vm_area *area_of(const struct oracle *o, const struct call *call,
				     const struct address_space *space)
{
	uint64_t guard = UINT64_C(1) << o->g.granule;
	for (unsigned i = space->areas; i-- > 0;)
		if (call->va - space->area[i].va < space->area[i].bytes + guard)
			return &space->area[i];
	return NULL;
}

/* Whether the call is refused whatever is waived. */
static bool is_refused(const struct vm_area *area, const struct call *call, uint64_t guard)
{
	return !area || area->kind != AREA_ALLOC ||
	       call->va + call->bytes > area->va + area->bytes + guard;
}

static bool all_aliases_used(const struct oracle *o, const struct vm_area *area)
{
	for (size_t i = 0; i < area->pages.count; i++)
		if (!all_used(o, (struct range){ area->pages.page[i], area->pages.page[i] + 1 }))
			return false;
	return true;
}

/* Whether a change of the range, or of the aliases of its area, meets a large leaf that is invalid. */
static bool changes_invalid_large(const struct oracle *o, struct range range,
				  const struct vm_area *aliased, bool in_group)
{
	for (size_t i = 0; aliased && i < aliased->pages.count; i++)
		if (aliased->pages.page[i] < oracle_linear_pages(o) &&
		    is_invalid_large(o, aliased->pages.page[i], in_group))
			return true;
	return meets_invalid_large(o, range, in_group);
}

static const char *skip_change(const struct oracle *o, const struct call *call,
			       const struct address_space *space)
{
	struct range range = range_of(o, call);
	bool linear = call->change == MEMORY_INVALID || call->change == MEMORY_VALID;
	bool aliases = call->change == MEMORY_RO || call->change == MEMORY_RW;
	const struct vm_area *area = linear ? NULL : area_of(o, call, space);
	if (!linear && is_refused(area, call, UINT64_C(1) << o->g.granule))
		return NULL;
	if (area && area->flags & MAP_FLAG_HUGE)
		return oracle_waives(o, WAIVER_CHANGES_HUGE) ? reason(WAIVER_CHANGES_HUGE) : NULL;
	if (oracle_waives(o, WAIVER_READS_PAST_PAGES) && aliases &&
	    call->va + call->bytes > area->va + area->bytes)
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
	if (oracle_waives(o, WAIVER_CUT_GROUPS) &&
	    (cuts_group(o, range.first) || cuts_group(o, range.end)))
		return reason(WAIVER_CUT_GROUPS);
	if (oracle_waives(o, WAIVER_PXN_TABLES) && call->change == MEMORY_X &&
	    meets_large(o, range))
		return reason(WAIVER_PXN_TABLES);
	return NULL;
}

/* --- mapping and unmapping ---------------------------------------------------------------- */

static const char *skip_mapping(const struct oracle *o, const struct call *call)
{
	struct range range = range_of(o, call);
	bool blocks = !call_traits(call->kind)->has_pages || call->flags & MAP_FLAG_HUGE ||
		      !oracle_before_series(o);
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

static const char *skip_unmapping(const struct oracle *o, const struct call *call)
{
	struct range range = range_of(o, call);
	if (oracle_waives(o, WAIVER_NARROW_FLUSH) &&
	    (cuts_group(o, range.first) || cuts_group(o, range.end)))
		return reason(WAIVER_NARROW_FLUSH);
	return NULL;
}

const char *skip_reason(const struct oracle *o, const struct call *call,
			const struct address_space *space)
{
	if (!o->waivers.behaviours)
		return NULL;
	switch (call_effect(call->kind)) {
	case CALL_MAPS:
		return skip_mapping(o, call);
	case CALL_UNMAPS:
		return skip_unmapping(o, call);
	default:
		return skip_change(o, call, space);
	}
}
