// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a set_memory becomes a call that is made: it leaves out what is not
 * mapped, and what it changes is made as the kernel makes it. Each change does
 * one thing; the lists at the end say which are tried.
 */
#include "fuzz/sizes.h"
#include "fuzz/trial.h"
#include "mapper/machine/min.h"

/* --- the range and the change ---------------------------------------------------------------- */

static const struct vm_area *area_of(const struct trial *t)
{
	const struct address_space space = trial_space(t);
	return areas_find(&space, t->s->op[t->op].call.va, trial_page_bytes(t));
}

static bool changes_linear_map(const struct trial *t)
{
	enum memory_change change = t->s->op[t->op].call.change;
	return change == MEMORY_INVALID || change == MEMORY_VALID;
}

static bool changes_aliases(const struct trial *t)
{
	enum memory_change change = t->s->op[t->op].call.change;
	return (change == MEMORY_RO || change == MEMORY_RW) && !t->s->machine.noalias;
}

/* The pages that may change: without the guard page of an area. */
static struct span changeable(const struct trial *t)
{
	struct span span = trial_span(t);
	const struct vm_area *area = changes_linear_map(t) ? NULL : area_of(t);
	if (!area)
		return span;
	uint64_t end =
		(area->va + area->bytes - scenario_va_base(t->s)) >> t->s->machine.page_shift;
	span.end = min(span.end, end);
	return span;
}

static bool is_single(const struct leaf *leaf)
{
	return leaf->level == ARM64_LAST_LEVEL && !(leaf->desc & ARM64_CONTIGUOUS);
}

/* The longest part of the range that is mapped without a hole, perhaps in single pages alone. */
static bool keep_mapped(struct trial *t, bool single)
{
	const struct tables tables = trial_tables(t);
	struct span all = changeable(t), part = { 0, 0 }, longest = { 0, 0 };
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
	return longest.end && trial_set_span(t, longest);
}

static bool keep_what_is_mapped(struct trial *t)
{
	return keep_mapped(t, false);
}

static bool keep_single_pages(struct trial *t)
{
	return keep_mapped(t, true);
}

static bool widen_change(struct trial *t)
{
	return trial_set_span(t, trial_whole_leaves(t, trial_span(t)));
}

/* A change that leaves the aliases in the linear map alone. */
static bool spare_aliases(struct trial *t)
{
	struct call *call = &trial_op(t)->call;
	if (!changes_aliases(t))
		return false;
	call->change = call->change == MEMORY_RO ? MEMORY_NX : MEMORY_X;
	return true;
}

static bool forbid_to_run(struct trial *t)
{
	struct call *call = &trial_op(t)->call;
	if (call->change != MEMORY_X)
		return false;
	call->change = MEMORY_NX;
	return true;
}

/* --- what set_memory changes, which ops before made ----------------------------------------- */

/* The op that made the area that is changed; the number of ops if there is none. */
static uint32_t area_op(const struct trial *t)
{
	const struct vm_area *area = changes_linear_map(t) ? NULL : area_of(t);
	if (!area || area->kind != AREA_ALLOC)
		return t->s->ops;
	for (uint32_t k = t->op; k-- > 0;)
		if (call_maps(t->s->op[k].call.kind) && t->s->op[k].call.va == area->va &&
		    call_traits(t->s->op[k].call.kind)->area == AREA_ALLOC)
			return k;
	return t->s->ops;
}

/* An area of single pages: vmalloc() without VM_ALLOW_HUGE_VMAP. */
static bool make_area_single(struct trial *t)
{
	uint32_t k = area_op(t);
	if (k == t->s->ops || !(t->s->op[k].call.flags & MAP_FLAG_HUGE))
		return false;
	t->s->op[k].call.flags &= ~MAP_FLAG_HUGE;
	t->s->op[k].call.shift = t->s->machine.page_shift;
	return true;
}

/* Physical memory that has aliases: what the scenario lays of the linear map, or all that it can have. */
static struct span memory_with_aliases(const struct trial *t)
{
	const struct machine_config *config = &t->s->machine;
	for (uint32_t k = 0; k < t->op; k++) {
		const struct call *call = &t->s->op[k].call;
		if (call->kind == CALL_LINEAR)
			return (struct span){ call->pfn,
					      call->pfn + (call->bytes >> config->page_shift) };
	}
	return (struct span){ 0, UINT64_C(1) << (config->va_bits - 1 - config->page_shift) };
}

/* Pages of the area where their aliases are: all memory is in the linear map. */
static bool give_aliases(struct trial *t)
{
	uint32_t k = area_op(t);
	struct span memory = memory_with_aliases(t);
	bool changed = false;
	if (k == t->s->ops || !changes_aliases(t))
		return false;
	for (uint32_t i = 0; i < t->s->op[k].runs; i++) {
		struct page_run *run = &t->s->run[t->s->op[k].first_run + i];
		bool inside = run->pfn >= memory.first && run->pfn + run->pages <= memory.end;
		if (run_is_bad(run) || inside || run->pages > memory.end - memory.first)
			continue;
		run->pfn = memory.first + run->pfn % (memory.end - memory.first - run->pages + 1);
		changed = true;
	}
	return changed;
}

/* Whether some page of the area, or of the range in the linear map, has its address in the span. */
static bool concerns(const struct trial *t, struct span linear, uint64_t *page)
{
	struct span range = trial_span(t);
	uint32_t k = area_op(t);
	*page = range.first;
	if (changes_linear_map(t))
		return range.first < linear.end && range.end > linear.first;
	for (uint32_t i = 0; k < t->s->ops && i < t->s->op[k].runs; i++) {
		const struct page_run *run = &t->s->run[t->s->op[k].first_run + i];
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
		if (call->kind != CALL_SET_MEMORY ||
		    (call->change != MEMORY_INVALID && call->change != MEMORY_VALID))
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
static void lay_by_pages(struct trial *t, struct op *op, struct span linear, uint64_t page)
{
	uint64_t most = min(2 * sizes_of(&t->s->machine).block, MAX_LINEAR_PAGES);
	uint64_t pages = min(linear.end - linear.first, most);
	uint64_t near = page & ~(most / 2 - 1);
	uint64_t first = near < linear.first ? linear.first : min(near, linear.end - pages);
	op->call.leaf = LEAF_PAGE;
	op->call.pfn = first;
	op->call.bytes = pages << t->s->machine.page_shift;
	scenario_place_op(t->s, op);
	bring_changes_inside(t->s, linear, (struct span){ first, first + pages });
}

/* The linear map as boot code lays it where leaves are not split. */
static bool lay_linear_by_pages(struct trial *t)
{
	bool changed = false;
	if (!changes_linear_map(t) && !changes_aliases(t))
		return false;
	for (uint32_t k = 0; k < t->op; k++) {
		struct op *op = &t->s->op[k];
		uint64_t page, pages = op->call.bytes >> t->s->machine.page_shift;
		struct span linear = { op->call.pfn, op->call.pfn + pages };
		if (op->call.kind != CALL_LINEAR || op->call.leaf == LEAF_PAGE ||
		    !concerns(t, linear, &page))
			continue;
		lay_by_pages(t, op, linear, page);
		changed = true;
	}
	return changed;
}

/* --- which are tried -------------------------------------------------------------------------- */

static const trial_list here[] = {
	{ keep_what_is_mapped },
	{ widen_change },
	{ NULL },
};

static const trial_list before[] = {
	{ make_area_single },
	{ give_aliases },
	{ lay_linear_by_pages },
	{ NULL },
};

static const trial_list at_last[] = {
	{ keep_single_pages },
	{ spare_aliases },
	{ spare_aliases, keep_what_is_mapped },
	{ spare_aliases, keep_single_pages },
	{ forbid_to_run },
	{ NULL },
};

const struct changes changes_of_set_memory = { here, before, at_last };
