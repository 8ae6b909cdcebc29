// SPDX-License-Identifier: GPL-2.0-only
/*
 * Steps to what callers of a kernel can do (reachable.h). A step may make a
 * scenario larger; minimize.c keeps it only if it comes nearer.
 */
#include "fuzz/edit.h"
#include "fuzz/sizes.h"
#include "regress/tool/reachable.h"
#include "regress/tool/reductions.h"

static uint32_t count_ops(const struct scenario *s)
{
	return s->ops;
}

static bool maps(const struct op *op)
{
	return call_maps(op->call.kind);
}

static uint64_t page_of(const struct scenario *s)
{
	return UINT64_C(1) << s->machine.page_shift;
}

/* The end of all areas, with their guard pages. */
static uint64_t end_of_all(const struct scenario *s)
{
	uint64_t end = 0;
	for (uint32_t i = 0; i < s->ops; i++) {
		uint64_t its_end = s->op[i].call.va + op_bytes(s, &s->op[i]) + page_of(s);
		if (maps(&s->op[i]) && its_end > end)
			end = its_end;
	}
	return end;
}

/* Moves op `i`, which maps, and the ops after it that are about its area. Earlier ones stay. */
static void move_area(struct scenario *s, uint32_t i, uint64_t to)
{
	uint64_t from = s->op[i].call.va, room = op_bytes(s, &s->op[i]) + page_of(s);
	for (uint32_t k = i; k < s->ops; k++)
		if (k == i || (!maps(&s->op[k]) && s->op[k].call.va - from < room))
			s->op[k].call.va += to - from;
}

/* --- one area a call ------------------------------------------------------------------------- */

/* Next to the area in the way, and then after all others, as far past a boundary as it was. */
static bool move_apart(struct scenario *s, uint32_t i, unsigned try)
{
	uint64_t block = UINT64_C(1) << scenario_level_shift(&s->machine, 2);
	int other = maps(&s->op[i]) ? reachable_overlap(s, i) : -1;
	if (other < 0 || try > 1)
		return false;
	uint64_t next = s->op[other].call.va + op_bytes(s, &s->op[other]) + page_of(s);
	if (try == 1)
		next = ((end_of_all(s) | (block - 1)) + 1) + (s->op[i].call.va & (block - 1));
	move_area(s, i, next);
	return true;
}

/* Leaves of a range what lies in the area of one op before it, which try says. */
static bool clamp_range(struct scenario *s, uint32_t i, unsigned try)
{
	struct call *call = &s->op[i].call;
	if (maps(&s->op[i]) || call_sets_up(call->kind) || reachable_area_of(s, i) >= 0 || try >= i)
		return false;
	const struct op *area = &s->op[try];
	uint64_t begin = area->call.va, end = begin + op_bytes(s, area);
	uint64_t range_end = call->va + call->bytes;
	if (!maps(area) || begin >= range_end || end <= call->va)
		return true;
	if (call->va < begin)
		call->va = begin;
	call->bytes = (range_end < end ? range_end : end) - call->va;
	return true;
}

/* vm_unmap_ram() of all that was mapped, or vunmap() of the part. */
static bool unmap_whole(struct scenario *s, uint32_t i, unsigned try)
{
	struct call *call = &s->op[i].call;
	int area = call->kind == CALL_VM_UNMAP_RAM ? reachable_area_of(s, i) : -1;
	if (area < 0 || try > 1)
		return false;
	if (try == 0) {
		call->va = s->op[area].call.va;
		call->bytes = op_bytes(s, &s->op[area]);
	} else {
		call->kind = CALL_VUNMAP;
	}
	return true;
}

/* --- where an area lies ---------------------------------------------------------------------- */

/* Lets an array begin with `past` pages more, which lie in no block, or in as few blocks as there are. */
static void fill_before(struct scenario *s, uint32_t i, uint64_t past, bool in_blocks)
{
	uint64_t block = sizes_of(&s->machine).block, free = block;
	struct page_run run[64];
	uint32_t runs = 0;
	for (uint32_t r = 0; r < s->runs; r++)
		if (!run_is_bad(&s->run[r]) && s->run[r].pfn + s->run[r].pages > free)
			free = s->run[r].pfn + s->run[r].pages;
	free = (free / block + 2) * block;
	if (!in_blocks)
		run[runs++] = (struct page_run){ free + 1, (uint32_t)past };
	for (unsigned bit = 32; in_blocks && bit-- > 0;)
		if (past >> bit & 1)
			run[runs++] = (struct page_run){ free + (UINT64_C(2) << bit), 1U << bit };
	if (edit_splice_runs(s, i, 0, 0, run, runs))
		s->op[i].call.va -= past << s->machine.page_shift;
}

/* Lets the physical range of an ioremap() begin earlier, as far as its area must. */
static void begin_earlier(struct scenario *s, uint32_t i, uint64_t past)
{
	struct call *call = &s->op[i].call;
	if (call->pfn < past)
		return;
	call->va -= past << s->machine.page_shift;
	call->pfn -= past;
	call->bytes += past << s->machine.page_shift;
}

/*
 * An area at a boundary: as it is, or with more before it, so that the rest
 * stays where it is; or at the next boundary.
 */
static bool align_area(struct scenario *s, uint32_t i, unsigned try)
{
	struct call *call = &s->op[i].call;
	if (!maps(&s->op[i]) || try > 5)
		return false;
	uint64_t block = UINT64_C(1) << scenario_level_shift(&s->machine, 2);
	uint64_t align = reachable_alignment(s, &s->op[i]);
	uint64_t past = call->va & (align - 1), past_block = call->va & (block - 1);
	if (!past)
		return false;
	switch (try) {
	case 0:
		move_area(s, i, call->va - past);
		break;
	case 1:
		move_area(s, i, call->va - past + align);
		break;
	case 2: /* as much as the larger area is aligned to */
	case 3:
		if (call->kind == CALL_IOREMAP)
			begin_earlier(s, i, past_block >> s->machine.page_shift);
		else
			fill_before(s, i, past_block >> s->machine.page_shift, try == 3);
		break;
	default:
		if (call->kind != CALL_IOREMAP)
			fill_before(s, i, past >> s->machine.page_shift, try == 5);
	}
	return true;
}

/* --- what callers leave ---------------------------------------------------------------------- */

/* Where a page next to an area has the same tables: after it, or before it. */
static uint64_t next_to(const struct scenario *s, uint32_t i, bool before)
{
	const struct op *op = &s->op[i];
	return before ? op->call.va - 2 * page_of(s) : op->call.va + op_bytes(s, op) + page_of(s);
}

/* A page that a caller maps next to the area of a later op, in the place of a preset entry: it leaves tables. */
static bool map_instead(struct scenario *s, uint32_t i, unsigned try)
{
	if (s->op[i].call.kind != CALL_PRESET || try >= 2 * (s->ops - i - 1))
		return false;
	uint32_t later = i + 1 + try / 2;
	if (!maps(&s->op[later]))
		return true;
	struct op page = scenario_new_op(s, CALL_VMAP);
	const struct page_run run = { sizes_of(&s->machine).block + 1, 1 };
	page.call.va = next_to(s, later, try % 2);
	edit_remove_op(s, i);
	edit_insert_op(s, i, &page);
	edit_splice_runs(s, i, 0, 0, &run, 1);
	return true;
}

/* vmalloc() takes pages of its own; a caller of vmap() chooses them. */
static bool choose_pages(struct scenario *s, uint32_t i, unsigned try)
{
	struct call *call = &s->op[i].call;
	if (call->kind != CALL_VMALLOC || try)
		return false;
	call->kind = CALL_VMAP;
	call->shift = 0;
	return true;
}

const struct reduction reachable_reductions[] = {
	{ "move areas apart", count_ops, .attempt = move_apart },
	{ "ranges of one area", count_ops, .attempt = clamp_range },
	{ "unmap whole areas", count_ops, .attempt = unmap_whole },
	{ "align areas", count_ops, .attempt = align_area },
	{ "map instead", count_ops, .attempt = map_instead },
	{ "choose pages", count_ops, .attempt = choose_pages },
	{ .name = NULL },
};
