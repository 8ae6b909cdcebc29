// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a call becomes one that is made. Each change is small and does one
 * thing; the lists at the end say which are tried, in which order.
 */
#include "fuzz/edit.h"
#include "fuzz/sizes.h"
#include "fuzz/trial.h"
#include "mapper/machine/assert.h"
#include "mapper/machine/min.h"

/* --- ranges ----------------------------------------------------------------------------- */

static uint64_t page_bytes(const struct trial *t)
{
	return UINT64_C(1) << t->s->machine.page_shift;
}

static uint64_t round_up(uint64_t x, uint64_t unit)
{
	return (x + unit - 1) & ~(unit - 1);
}

struct span {
	uint64_t first, end; /* pages of the space */
};

static struct span span_of(const struct trial *t)
{
	uint64_t first = scenario_va_page(t->s, t->op);
	return (struct span){ first, first + scenario_op_pages(t->s, t->op) };
}

/* Widened to all of the leaves and groups that lie across its ends. */
static struct span whole_leaves(const struct trial *t, struct span span)
{
	const struct tables tables = trial_tables(t);
	uint64_t head = leaf_pages_together(&tables, span.first);
	uint64_t tail = leaf_pages_together(&tables, span.end);
	return (struct span){ span.first & ~(head - 1), round_up(span.end, tail) };
}

/* Gives the op, whose range is no page array, another range. */
static bool set_span(struct trial *t, struct span span)
{
	struct call *call = &trial_op(t)->call;
	struct span before = span_of(t);
	ASSERT_CMP(span.first, <, span.end);
	call->va = scenario_va_of_page(t->s, span.first);
	call->bytes = (span.end - span.first) << t->s->machine.page_shift;
	return span.first != before.first || span.end != before.end;
}

/* --- places ------------------------------------------------------------------------------ */

/* Whether op `k` goes where the op goes: it begins in its range or right after it, and may be there. */
static bool follows(const struct trial *t, uint32_t k, uint64_t distance)
{
	const struct op *op = &t->s->op[t->op], *later = &t->s->op[k];
	if (!call_has_field(later->call.kind, FIELD_VA) ||
	    later->call.va - op->call.va > op_bytes(t->s, op))
		return false;
	if (call_has_field(later->call.kind, FIELD_LEVEL))
		return !(distance &
			 ((UINT64_C(1) << scenario_level_shift(&t->s->machine, later->call.level)) -
			  1));
	return true;
}

/* The mapping before op `k` that made the area which op `k`, a lazy unmap, takes away. */
static uint32_t partner_of(const struct scenario *s, uint32_t k)
{
	const struct call *unmap = &s->op[k].call;
	for (uint32_t i = k; i-- > 0;)
		if (s->op[i].call.va == unmap->va && call_maps(s->op[i].call.kind) &&
		    call_traits(s->op[i].call.kind)->undo == unmap->kind)
			return i;
	return 0;
}

/* Moves the op, and what is done to its area later. */
static bool move_by(struct trial *t, uint64_t distance)
{
	bool moves[SCENARIO_MAX_OPS] = { false };
	struct scenario *s = t->s;
	for (uint32_t k = t->op; k < s->ops; k++) {
		bool lazy = call_traits(s->op[k].call.kind)->lazy;
		moves[k] = follows(t, k, distance) && (!lazy || partner_of(s, k) >= t->op);
	}
	for (uint32_t k = t->op; k < s->ops; k++)
		if (moves[k])
			s->op[k].call.va += distance;
	return distance;
}

/* Down from the top of the space, as far as a guard page needs; where it is in a block stays. */
static bool leave_top(struct trial *t)
{
	uint64_t bytes = op_bytes(t->s, trial_op(t)) + 2 * page_bytes(t);
	uint64_t left = -trial_op(t)->call.va;
	uint64_t block = UINT64_C(1) << scenario_level_shift(&t->s->machine, 2);
	return left < bytes && move_by(t, -round_up(bytes - left, block));
}

/* The bytes that an area of so many keeps its place in: a block of the level that can map it. */
static uint64_t unit_of(const struct trial *t, uint64_t bytes)
{
	unsigned upper = scenario_level_shift(&t->s->machine, 1);
	if (upper < t->s->machine.va_bits - 2u && bytes >> upper)
		return UINT64_C(1) << upper;
	return UINT64_C(1) << scenario_level_shift(&t->s->machine, 2);
}

/* Whether nothing is mapped in the area at `va`, nor where its guard pages are. */
static bool is_free(const struct trial *t, uint64_t va, uint64_t bytes)
{
	const struct tables tables = trial_tables(t);
	uint64_t base = scenario_va_base(t->s), page = page_bytes(t);
	struct leaf leaf;
	if (va < base + page || -va < bytes + 2 * page)
		return false;
	uint64_t first = (va - page - base) >> t->s->machine.page_shift;
	uint64_t pages = (bytes + 2 * page) >> t->s->machine.page_shift;
	return !leaf_next(&tables, first, first + pages, &leaf);
}

#define MAX_PLACES 32

/* The distance to a free place near by, a number of blocks; 0 if there is none. */
static uint64_t free_place(const struct trial *t)
{
	const struct op *op = &t->s->op[t->op];
	uint64_t va = op->call.va, bytes = op_bytes(t->s, op);
	uint64_t stride = round_up(bytes + 2 * page_bytes(t), unit_of(t, bytes));
	for (uint64_t i = 2; i < MAX_PLACES; i++) {
		uint64_t distance = (i & 1 ? -(i / 2) : i / 2) * stride;
		if (is_free(t, va + distance, bytes))
			return distance;
	}
	return 0;
}

/* There, and what is done to the area goes with it. */
static bool move_elsewhere(struct trial *t)
{
	return move_by(t, free_place(t));
}

/* There, alone: what comes later meets what is here. */
static bool move_alone(struct trial *t)
{
	uint64_t distance = free_place(t);
	trial_op(t)->call.va += distance;
	return distance;
}

/* Unmaps before what is mapped in the range, as whole leaves. */
static bool unmap_before(struct trial *t)
{
	const struct tables tables = trial_tables(t);
	struct span span = span_of(t);
	struct leaf leaf;
	if (!leaf_next(&tables, span.first, span.end, &leaf))
		return false;
	struct op unmap = scenario_new_op(t->s, CALL_VUNMAP);
	span = whole_leaves(t, span);
	unmap.call.va = scenario_va_of_page(t->s, span.first);
	unmap.call.bytes = (span.end - span.first) << t->s->machine.page_shift;
	return edit_insert_op(t->s, t->op, &unmap);
}

/* By its content: some mappings are made after an unmap, and others elsewhere. */
static bool unmap_or_move(struct trial *t)
{
	static trial_change *const one_of[] = { unmap_before, move_elsewhere, move_alone,
						move_alone };
	const struct call *call = &trial_op(t)->call;
	uint64_t mix = (call->va ^ call->pfn << 20 ^ call->bytes) * UINT64_C(0x9e3779b97f4a7c15);
	return one_of[mix >> 62](t);
}

/* --- blocks of vmalloc() ------------------------------------------------------------------- */

/* Whether the pages of each block of the op follow each other; the last may be cut short. */
static bool is_in_blocks(const struct trial *t, uint64_t block)
{
	struct page_array pages = t->p->array[t->op];
	for (size_t i = 0; i < pages.count; i++) {
		uint64_t head = pages.page[i / block * block];
		if (!PAGE_IS_PFN(head) || pages.page[i] - head != i % block)
			return false;
	}
	return true;
}

/* The op's blocks, as whole ones and each aligned: runs at `to`; their number, 0 if too many. */
static uint32_t aligned_blocks(const struct trial *t, uint64_t block, struct page_run *to)
{
	struct page_array pages = t->p->array[t->op];
	uint32_t runs = 0;
	for (uint64_t i = 0; i + block <= pages.count; i += block) {
		uint64_t pfn = pages.page[i] & ~(block - 1);
		if (runs && to[runs - 1].pfn + to[runs - 1].pages == pfn)
			to[runs - 1].pages += (uint32_t)block;
		else if (runs == SCENARIO_MAX_RUNS)
			return 0;
		else
			to[runs++] = (struct page_run){ pfn, (uint32_t)block };
	}
	return runs;
}

/* An area of blocks as vmalloc() makes it: of whole blocks, address and memory aligned to them. */
static bool align_blocks(struct trial *t)
{
	static struct page_run run[SCENARIO_MAX_RUNS]; /* too large for a stack */
	struct call *call = &trial_op(t)->call;
	unsigned page_shift = t->s->machine.page_shift;
	uint64_t pages = scenario_op_pages(t->s, t->op);
	if (!call_has_field(call->kind, FIELD_SHIFT) || call->shift == page_shift ||
	    !is_in_blocks(t, UINT64_C(1) << (call->shift - page_shift)))
		return false;
	if (pages >> (call->shift - page_shift) == 0)
		call->shift = (uint8_t)scenario_group_shift(&t->s->machine);
	if (pages >> (call->shift - page_shift) == 0) {
		call->shift = (uint8_t)page_shift;
		return true;
	}
	uint32_t runs = aligned_blocks(t, UINT64_C(1) << (call->shift - page_shift), run);
	if (!runs || !edit_splice_runs(t->s, t->op, 0, trial_op(t)->runs, run, runs))
		return false;
	move_by(t, -(call->va & ((UINT64_C(1) << call->shift) - 1)));
	return true;
}

/* --- unmaps --------------------------------------------------------------------------------- */

/* Whole leaves and groups, as whole areas are unmapped. */
static bool widen(struct trial *t)
{
	return call_has_field(trial_op(t)->call.kind, FIELD_SIZE) &&
	       set_span(t, whole_leaves(t, span_of(t)));
}

/* --- set_memory ----------------------------------------------------------------------------- */

static const struct vm_area *area_of(const struct trial *t)
{
	const struct address_space space = trial_space(t);
	return areas_find(&space, t->s->op[t->op].call.va, page_bytes(t));
}

static bool changes_linear_map(const struct trial *t)
{
	enum memory_change change = t->s->op[t->op].call.change;
	return change == MEMORY_INVALID || change == MEMORY_VALID;
}

static bool changes_aliases(const struct trial *t)
{
	enum memory_change change = t->s->op[t->op].call.change;
	return change == MEMORY_RO || change == MEMORY_RW;
}

/* The pages that may change: without the guard page of an area. */
static struct span changeable(const struct trial *t)
{
	struct span span = span_of(t);
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
	return longest.end && set_span(t, longest);
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
	return set_span(t, whole_leaves(t, span_of(t)));
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
	struct span range = span_of(t);
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

static const trial_list none[] = { { NULL } };

static const trial_list of_mapping[] = {
	{ leave_top },
	{ align_blocks, leave_top },
	{ unmap_or_move },
	{ move_elsewhere },
	{ unmap_before },
	{ align_blocks, leave_top, unmap_or_move },
	{ align_blocks, leave_top, move_elsewhere },
	{ NULL },
};

static const trial_list of_unmapping[] = {
	{ widen },
	{ leave_top },
	{ leave_top, widen },
	{ NULL },
};

static const trial_list of_change[] = {
	{ keep_what_is_mapped },
	{ widen_change },
	{ NULL },
};

static const trial_list of_ops_before_a_change[] = {
	{ make_area_single },
	{ give_aliases },
	{ lay_linear_by_pages },
	{ NULL },
};

static const trial_list of_change_at_last[] = {
	{ keep_single_pages },
	{ spare_aliases },
	{ spare_aliases, keep_what_is_mapped },
	{ spare_aliases, keep_single_pages },
	{ forbid_to_run },
	{ NULL },
};

const trial_list changes_of_place[] = {
	{ move_elsewhere },
	{ NULL },
};

const trial_list *changes_of_op(const struct trial *t)
{
	switch (call_effect(t->s->op[t->op].call.kind)) {
	case CALL_MAPS:
		return of_mapping;
	case CALL_UNMAPS:
		return of_unmapping;
	default:
		return of_change;
	}
}

const trial_list *changes_of_ops_before(const struct trial *t)
{
	bool changes = call_effect(t->s->op[t->op].call.kind) == CALL_CHANGES;
	return changes ? of_ops_before_a_change : none;
}

const trial_list *changes_at_last(const struct trial *t)
{
	bool changes = call_effect(t->s->op[t->op].call.kind) == CALL_CHANGES;
	return changes ? of_change_at_last : none;
}
