// SPDX-License-Identifier: GPL-2.0-only
/*
 * How mappings and unmaps become calls that are made: areas go elsewhere, come
 * aligned, or are made after an unmap. Each change does one thing; the lists
 * at the end say which are tried.
 */
#include "fuzz/adaptation.h"
#include "fuzz/edit.h"

static uint64_t round_up(uint64_t x, uint64_t unit)
{
	return (x + unit - 1) & ~(unit - 1);
}

/* --- places ------------------------------------------------------------------------------ */

/* Whether op `k` goes where the op goes: it begins in its range or right after it, and may be there. */
static bool follows(const struct adaptation *a, uint32_t k, uint64_t distance)
{
	const struct op *op = &a->s->op[a->op], *later = &a->s->op[k];
	if (!call_has_field(later->call.kind, FIELD_VA) ||
	    later->call.va - op->call.va > op_bytes(a->s, op))
		return false;
	if (call_has_field(later->call.kind, FIELD_LEVEL))
		return !(distance &
			 ((UINT64_C(1) << scenario_level_shift(&a->s->machine, later->call.level)) -
			  1));
	return true;
}

/* The mapping before op `k` that made the area which op `k` takes away, as a whole; s->ops if none did. */
static uint32_t partner_of(const struct scenario *s, uint32_t k)
{
	const struct call *unmap = &s->op[k].call;
	for (uint32_t i = k; i-- > 0;)
		if (s->op[i].call.va == unmap->va && call_undoes(unmap->kind, s->op[i].call.kind))
			return i;
	return s->ops;
}

/* Whether op `k` goes along: it is done to the area of the op, or to one that goes along. */
static bool goes_along(const struct adaptation *a, uint32_t k, uint64_t distance)
{
	if (!call_traits(a->s->op[k].call.kind)->whole)
		return follows(a, k, distance);
	uint32_t partner = partner_of(a->s, k);
	return follows(a, k, distance) && partner >= a->op && partner < a->s->ops;
}

/* Moves the op, and what is done to its area later. */
static bool move_by(struct adaptation *a, uint64_t distance)
{
	bool moves[SCENARIO_MAX_OPS] = { false };
	struct scenario *s = a->s;
	for (uint32_t k = a->op; k < s->ops; k++)
		moves[k] = goes_along(a, k, distance);
	for (uint32_t k = a->op; k < s->ops; k++)
		if (moves[k])
			s->op[k].call.va += distance;
	return distance;
}

/* Down from the top of the space, as far as a guard page needs; where it is in a block stays. */
static bool leave_top(struct adaptation *a)
{
	uint64_t bytes = op_bytes(a->s, adaptation_op(a)) + 2 * adaptation_page_bytes(a);
	uint64_t left = -adaptation_op(a)->call.va;
	uint64_t block = UINT64_C(1) << scenario_level_shift(&a->s->machine, 2);
	return left < bytes && move_by(a, -round_up(bytes - left, block));
}

/* The bytes that an area of so many keeps its place in: a block of the level that can map it. */
static uint64_t unit_of(const struct adaptation *a, uint64_t bytes)
{
	unsigned upper = scenario_level_shift(&a->s->machine, 1);
	if (upper < a->s->machine.va_bits - 2u && bytes >> upper)
		return UINT64_C(1) << upper;
	return UINT64_C(1) << scenario_level_shift(&a->s->machine, 2);
}

/* Whether nothing is mapped in the area at `va`, nor where its guard pages are. */
static bool is_free(const struct adaptation *a, uint64_t va, uint64_t bytes)
{
	const struct tables tables = adaptation_tables(a);
	uint64_t base = scenario_va_base(a->s), page = adaptation_page_bytes(a);
	struct leaf leaf;
	if (va < base + page || -va < bytes + 2 * page)
		return false;
	uint64_t first = (va - page - base) >> a->s->machine.page_shift;
	uint64_t pages = (bytes + 2 * page) >> a->s->machine.page_shift;
	return !leaf_next(&tables, first, first + pages, &leaf);
}

#define MAX_PLACES 32

/* The distance to a free place near by, a number of blocks; 0 if there is none. */
static uint64_t free_place(const struct adaptation *a)
{
	const struct op *op = &a->s->op[a->op];
	uint64_t va = op->call.va, bytes = op_bytes(a->s, op);
	uint64_t stride = round_up(bytes + 2 * adaptation_page_bytes(a), unit_of(a, bytes));
	for (uint64_t i = 2; i < MAX_PLACES; i++) {
		uint64_t distance = (i & 1 ? -(i / 2) : i / 2) * stride;
		if (is_free(a, va + distance, bytes))
			return distance;
	}
	return 0;
}

/* There, and what is done to the area goes with it. */
static bool move_elsewhere(struct adaptation *a)
{
	return move_by(a, free_place(a));
}

/* There, alone: what comes later meets what is here. */
static bool move_alone(struct adaptation *a)
{
	uint64_t distance = free_place(a);
	adaptation_op(a)->call.va += distance;
	return distance;
}

/* Unmaps before what is mapped in the range, as whole leaves. */
static bool unmap_before(struct adaptation *a)
{
	const struct tables tables = adaptation_tables(a);
	struct span span = adaptation_span(a);
	struct leaf leaf;
	if (!leaf_next(&tables, span.first, span.end, &leaf))
		return false;
	struct op unmap = scenario_new_op(a->s, CALL_VUNMAP);
	span = adaptation_whole_leaves(a, span);
	unmap.call.va = scenario_va_of_page(a->s, span.first);
	unmap.call.bytes = (span.end - span.first) << a->s->machine.page_shift;
	return edit_insert_op(a->s, a->op, &unmap);
}

/* By its content: some mappings are made after an unmap, and others elsewhere. */
static bool unmap_or_move(struct adaptation *a)
{
	static adaptation_change *const one_of[] = { unmap_before, move_elsewhere, move_alone,
						     move_alone };
	const struct call *call = &adaptation_op(a)->call;
	uint64_t mix = (call->va ^ call->pfn << 20 ^ call->bytes) * UINT64_C(0x9e3779b97f4a7c15);
	return one_of[mix >> 62](a);
}

/* --- blocks of vmalloc() ------------------------------------------------------------------- */

/* The op's blocks, as whole ones and each aligned: runs at `to`; their number, 0 if too many. */
static uint32_t aligned_blocks(const struct adaptation *a, uint64_t block, struct page_run *to)
{
	struct page_array pages = a->p->array[a->op];
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
static bool align_blocks(struct adaptation *a)
{
	static struct page_run run[SCENARIO_MAX_RUNS]; /* too large for a stack */
	struct call *call = &adaptation_op(a)->call;
	unsigned page_shift = a->s->machine.page_shift;
	uint64_t pages = scenario_op_pages(a->s, a->op);
	if (!call_has_field(call->kind, FIELD_SHIFT) || call->shift == page_shift ||
	    !page_array_in_blocks(a->p->array[a->op], UINT64_C(1) << (call->shift - page_shift)))
		return false;
	if (pages >> (call->shift - page_shift) == 0)
		call->shift = (uint8_t)scenario_group_shift(&a->s->machine);
	if (pages >> (call->shift - page_shift) == 0) {
		call->shift = (uint8_t)page_shift;
		return true;
	}
	uint32_t runs = aligned_blocks(a, UINT64_C(1) << (call->shift - page_shift), run);
	if (!runs || !edit_splice_runs(a->s, a->op, 0, adaptation_op(a)->runs, run, runs))
		return false;
	move_by(a, -(call->va & ((UINT64_C(1) << call->shift) - 1)));
	return true;
}

/* --- unmaps --------------------------------------------------------------------------------- */

/* Whole leaves and groups, as whole areas are unmapped. */
static bool widen(struct adaptation *a)
{
	return call_has_field(adaptation_op(a)->call.kind, FIELD_SIZE) &&
	       adaptation_set_span(a, adaptation_whole_leaves(a, adaptation_span(a)));
}

/* --- protections ---------------------------------------------------------------------------- */

/* A protection of the kernel in place of a user's, which no caller of these functions passes. */
static bool protect_as_kernel(struct adaptation *a)
{
	struct call *call = &adaptation_op(a)->call;
	if (!call_has_field(call->kind, FIELD_PROT) || !prot_is_user(call->prot))
		return false;
	call->prot = PROT_KERNEL;
	return true;
}

/* --- which are tried -------------------------------------------------------------------------- */

static const adaptation_list none[] = { { NULL } };

const adaptation_list changes_of_place[] = {
	{ move_elsewhere },
	{ NULL },
};

static const adaptation_list of_protection = { protect_as_kernel };

static const adaptation_list of_mapping[] = {
	{ leave_top },
	{ align_blocks, leave_top },
	{ unmap_or_move },
	{ move_elsewhere },
	{ unmap_before },
	{ align_blocks, leave_top, unmap_or_move },
	{ align_blocks, leave_top, move_elsewhere },
	{ NULL },
};

static const adaptation_list of_unmapping[] = {
	{ widen },
	{ leave_top },
	{ leave_top, widen },
	{ NULL },
};

const struct changes changes_of_mapping = { &of_protection, of_mapping, none, none };
const struct changes changes_of_unmapping = { NULL, of_unmapping, none, none };
