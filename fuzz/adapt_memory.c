// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a set_memory becomes a call that is made: it leaves out what is not
 * mapped, and what it changes is made as the kernel makes it. Each change does
 * one thing; the lists at the end say which are tried.
 */
#include "fuzz/adaptation.h"
#include "fuzz/sizes.h"
#include "mapper/machine/min.h"

/* --- the range and the change ---------------------------------------------------------------- */

static const struct vm_area *area_of(const struct adaptation *a)
{
	const struct address_space space = adaptation_space(a);
	return areas_find(&space, a->s->op[a->op].call.va, adaptation_page_bytes(a));
}

static bool changes_linear_map(const struct adaptation *a)
{
	return call_is_of_linear_map(&a->s->op[a->op].call);
}

static bool changes_aliases(const struct adaptation *a)
{
	const struct call *call = &a->s->op[a->op].call;
	if (call->kind == CALL_VFREE)
		return call->reset;
	return call->kind == CALL_SET_MEMORY && change_is_of_writing(call->change) &&
	       !a->s->machine.noalias;
}

/* The pages that may change: without the guard page of an area, and what vrealloc() cut off. */
static struct span changeable(const struct adaptation *a)
{
	struct span span = adaptation_span(a);
	const struct vm_area *area = changes_linear_map(a) ? NULL : area_of(a);
	if (!area)
		return span;
	uint64_t first = (area->va - scenario_va_base(a->s)) >> a->s->machine.page_shift;
	uint64_t end = first + (area->kind == AREA_ALLOC ? area->pages.count
							 : area->bytes >> a->s->machine.page_shift);
	if (span.first >= end)
		return span;
	span.end = min(span.end, end);
	return span;
}

static bool is_single(const struct leaf *leaf)
{
	return leaf->level == ARM64_LAST_LEVEL && !(leaf->desc & ARM64_CONTIGUOUS);
}

/* The longest part of the range that is mapped without a hole, perhaps in single pages alone. */
static bool keep_mapped(struct adaptation *a, bool single)
{
	const struct tables tables = adaptation_tables(a);
	struct span all = changeable(a), part = { 0, 0 }, longest = { 0, 0 };
	struct leaf leaf;
	for (uint64_t page = all.first; leaf_next(&tables, page, all.end, &leaf); page = leaf.end) {
		if (single && !is_single(&leaf))
			continue;
		if (part.end != leaf.first)
			part.first = leaf.first < all.first ? all.first : leaf.first;
		part.end = min(leaf.end, all.end);
		if (part.end - part.first > longest.end - longest.first)
			longest = part;
	}
	return longest.end && adaptation_set_span(a, longest);
}

bool adapt_keep_mapped(struct adaptation *a)
{
	return keep_mapped(a, false);
}

static bool keep_single_pages(struct adaptation *a)
{
	return keep_mapped(a, true);
}

/* A change that leaves the aliases in the linear map alone. */
static bool spare_aliases(struct adaptation *a)
{
	struct call *call = &adaptation_op(a)->call;
	if (!changes_aliases(a))
		return false;
	call->change = call->change == MEMORY_RO ? MEMORY_NX : MEMORY_X; /* of ROX, what is left */
	return true;
}

static bool forbid_to_run(struct adaptation *a)
{
	struct call *call = &adaptation_op(a)->call;
	if (call->change != MEMORY_X && call->change != MEMORY_ROX)
		return false;
	call->change = call->change == MEMORY_X ? MEMORY_NX : MEMORY_RO;
	return true;
}

/* --- what set_memory changes, which ops before made ----------------------------------------- */

/* The op that made the area that is changed; the number of ops if there is none. */
static uint32_t area_op(const struct adaptation *a)
{
	const struct vm_area *area = changes_linear_map(a) ? NULL : area_of(a);
	bool frees = a->s->op[a->op].call.kind == CALL_VFREE;
	if (!area || (area->kind != AREA_ALLOC && !(frees && area->kind == AREA_MAP)))
		return a->s->ops;
	for (uint32_t k = a->op; k-- > 0;)
		if (call_maps(a->s->op[k].call.kind) && a->s->op[k].call.va == area->va &&
		    call_traits(a->s->op[k].call.kind)->area == area->kind)
			return k;
	return a->s->ops;
}

/* An area of single pages: vmalloc() without VM_ALLOW_HUGE_VMAP. */
static bool make_area_single(struct adaptation *a)
{
	uint32_t k = area_op(a);
	if (k == a->s->ops || !(a->s->op[k].call.flags & MAP_FLAG_HUGE))
		return false;
	a->s->op[k].call.flags &= ~MAP_FLAG_HUGE;
	a->s->op[k].call.shift = a->s->machine.page_shift;
	return true;
}

/* Physical memory that has aliases: what the scenario lays of the linear map, or all that it can have. */
static struct span memory_with_aliases(const struct adaptation *a)
{
	const struct machine_config *config = &a->s->machine;
	for (uint32_t k = 0; k < a->op; k++) {
		const struct call *call = &a->s->op[k].call;
		if (call_lays(call->kind))
			return (struct span){ call->pfn,
					      call->pfn + (call->bytes >> config->page_shift) };
	}
	return (struct span){ 0, UINT64_C(1) << (config->va_bits - 1 - config->page_shift) };
}

/* Pages of the area where their aliases are: all memory is in the linear map. */
static bool give_aliases(struct adaptation *a)
{
	uint32_t k = area_op(a);
	struct span memory = memory_with_aliases(a);
	bool changed = false;
	if (k == a->s->ops || !changes_aliases(a))
		return false;
	for (uint32_t i = 0; i < a->s->op[k].runs; i++) {
		struct page_run *run = &a->s->run[a->s->op[k].first_run + i];
		bool inside = run->pfn >= memory.first && run->pfn + run->pages <= memory.end;
		if (run_is_bad(run) || inside || run->pages > memory.end - memory.first)
			continue;
		run->pfn = memory.first + run->pfn % (memory.end - memory.first - run->pages + 1);
		changed = true;
	}
	return changed;
}

/* Whether some page of the area, or of the range in the linear map, has its address in the span. */
static bool concerns(const struct adaptation *a, struct span linear, uint64_t *page)
{
	struct span range = adaptation_span(a);
	uint32_t k = area_op(a);
	*page = range.first;
	if (changes_linear_map(a))
		return range.first < linear.end && range.end > linear.first;
	for (uint32_t i = 0; k < a->s->ops && i < a->s->op[k].runs; i++) {
		const struct page_run *run = &a->s->run[a->s->op[k].first_run + i];
		*page = run->pfn;
		if (run->pfn < linear.end && run->pfn + run->pages > linear.first)
			return true;
	}
	return false;
}

/* Of a range that was inside of `all`, what is inside of `part`; as much of it as goes there if nothing is. */
static struct span bring_inside(struct span range, struct span all, struct span part)
{
	struct span both = { range.first > part.first ? range.first : part.first,
			     min(range.end, part.end) };
	uint64_t pages = part.end - part.first;
	if (both.first < both.end)
		return both;
	uint64_t first = part.first + (range.first - all.first) % pages;
	return (struct span){ first, min(first + (range.end - range.first), part.end) };
}

/* Keeps all changes of the linear map inside of the part of it that stays. */
static void bring_changes_inside(struct scenario *s, struct span all, struct span part)
{
	for (uint32_t k = 0; k < s->ops; k++) {
		struct call *call = &s->op[k].call;
		if (!call_is_of_linear_map(call))
			continue;
		uint64_t first = scenario_va_page(s, k);
		struct span range = { first, first + scenario_op_pages(s, k) };
		if (range.first < all.first || range.end > all.end)
			continue;
		range = bring_inside(range, all, part);
		call->va = scenario_va_of_page(s, range.first);
		call->bytes = (range.end - range.first) << s->machine.page_shift;
	}
}

/* Pages of the linear map that are laid one by one: a block of 4K pages and its neighbours. */
#define MAX_LINEAR_PAGES 2048

/* A part of the linear map, by single pages and not too large for them, with the page in it. */
static void lay_by_pages(struct adaptation *a, struct op *op, struct span linear, uint64_t page)
{
	uint64_t most = min(2 * sizes_of(&a->s->machine).block, MAX_LINEAR_PAGES);
	uint64_t pages = min(linear.end - linear.first, most);
	uint64_t near = page & ~(most / 2 - 1);
	uint64_t first = near < linear.first ? linear.first : min(near, linear.end - pages);
	op->call.leaf = LEAF_PAGE;
	op->call.pfn = first;
	op->call.bytes = pages << a->s->machine.page_shift;
	scenario_place_op(a->s, op);
	bring_changes_inside(a->s, linear, (struct span){ first, first + pages });
}

/* The linear map as boot code lays it where leaves are not split. */
static bool lay_linear_by_pages(struct adaptation *a)
{
	bool changed = false;
	if (!changes_linear_map(a) && !changes_aliases(a))
		return false;
	for (uint32_t k = 0; k < a->op; k++) {
		struct op *op = &a->s->op[k];
		uint64_t page, pages = op->call.bytes >> a->s->machine.page_shift;
		struct span linear = { op->call.pfn, op->call.pfn + pages };
		if (!call_lays(op->call.kind) || op->call.leaf == LEAF_PAGE ||
		    !concerns(a, linear, &page))
			continue;
		lay_by_pages(a, op, linear, page);
		changed = true;
	}
	return changed;
}

/* An area whose aliases are as they were from the start. */
static bool keep_aliases(struct adaptation *a)
{
	struct call *call = &adaptation_op(a)->call;
	bool reset = call->reset;
	call->reset = false;
	return reset;
}

/* What is no area any more, or not all of one, is unmapped as a range. */
static bool unmap_instead(struct adaptation *a)
{
	const struct address_space space = adaptation_space(a);
	struct call *call = &adaptation_op(a)->call;
	if (!areas_lack(&space, call))
		return false;
	call->kind = CALL_VUNMAP;
	call->reset = false;
	call->kept = 0;
	return true;
}

/* --- which are tried -------------------------------------------------------------------------- */

static const adaptation_list here[] = {
	{ adapt_split_to_invalid },
	{ adapt_keep_mapped },
	{ adapt_widen },
	{ adapt_split_to_invalid, adapt_keep_mapped },
	{ NULL },
};

static const adaptation_list before[] = {
	{ make_area_single },
	{ give_aliases },
	{ lay_linear_by_pages },
	{ NULL },
};

static const adaptation_list at_last[] = {
	{ keep_single_pages },
	{ spare_aliases },
	{ spare_aliases, adapt_keep_mapped },
	{ spare_aliases, keep_single_pages },
	{ forbid_to_run },
	{ adapt_add_instead },
	{ adapt_add_instead, adapt_add_what_is_not_there },
	{ NULL },
};

const struct changes changes_of_set_memory = { NULL, here, before, at_last };

static const adaptation_list of_no_area = { unmap_instead };
static const adaptation_list nothing[] = { { NULL } };

static const adaptation_list before_vfree[] = {
	{ give_aliases },
	{ lay_linear_by_pages },
	{ NULL },
};

static const adaptation_list of_vfree[] = {
	{ keep_aliases },
	{ NULL },
};

const struct changes changes_of_vfree = { &of_no_area, nothing, before_vfree, of_vfree };
const struct changes changes_of_vrealloc = { &of_no_area, nothing, nothing, nothing };

/* Who copies copies the whole linear map, and cuts no leaf. */
static const adaptation_list of_copy[] = {
	{ adapt_widen },
	{ NULL },
};

const struct changes changes_of_copy = { NULL, of_copy, nothing, nothing };
