// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/shrink.h"

#include "fuzz/edit.h"
#include "fuzz/sizes.h"

#define COUNT_OF(list) (sizeof(list) / sizeof((list)[0]))

/* --- addresses --------------------------------------------------------------------- */

/* An address is simpler when it is nearer to the middle of the space, where vmalloc's area begins. */
static void lower_va(struct scenario *s, uint32_t i, uint64_t page)
{
	uint64_t middle = scenario_va_middle(s), from = s->op[i].call.va;
	uint64_t to = middle + (page << s->machine.page_shift);
	if (from < middle || to < from)
		edit_move(s, i, to);
}

/* A place of its own for each op, with as little misalignment as will do. */
bool shrink_va(struct scenario *s, uint32_t i, unsigned try)
{
	struct sizes sizes = sizes_of(&s->machine);
	uint64_t page = (s->op[i].call.va - scenario_va_base(s)) >> sizes.page_shift;
	uint64_t in_block = page & (sizes.block - 1);
	uint64_t place = UINT64_C(4) * i * sizes.block;
	const uint64_t pages[] = {
		place,
		place + sizes.group,
		place + sizes.block - sizes.group,
		place + (in_block & ~(sizes.group - 1)),
		place + in_block,
	};
	if (try >= COUNT_OF(pages))
		return false;
	lower_va(s, i, pages[try]);
	return true;
}

/* --- physical memory ------------------------------------------------------------------- */

bool shrink_pfn(struct scenario *s, uint32_t i, unsigned try)
{
	struct sizes sizes = sizes_of(&s->machine);
	uint64_t pfn = s->op[i].call.pfn, in_block = pfn & (sizes.block - 1);
	const uint64_t lower[] = {
		0,
		1,
		sizes.group,
		sizes.block,
		in_block & ~(sizes.group - 1),
		in_block,
		pfn & ((sizes.block << sizes.table_bits) - 1),
	};
	if (try >= COUNT_OF(lower))
		return false;
	if (lower[try] < pfn)
		s->op[i].call.pfn = lower[try];
	scenario_place_op(s, &s->op[i]);
	return true;
}

/* --- words and small numbers -------------------------------------------------------------- */

bool shrink_shift(struct scenario *s, uint32_t i, unsigned try)
{
	uint8_t group = (uint8_t)scenario_group_shift(&s->machine);
	if (s->op[i].call.shift > group)
		s->op[i].call.shift = group;
	return !try;
}

bool shrink_prot(struct scenario *s, uint32_t i, unsigned try)
{
	s->op[i].call.prot = PROT_KERNEL;
	return !try;
}

bool shrink_flags(struct scenario *s, uint32_t i, unsigned try)
{
	s->op[i].call.flags = 0;
	return !try;
}

bool shrink_change(struct scenario *s, uint32_t i, unsigned try)
{
	s->op[i].call.change = MEMORY_RO;
	return !try;
}

bool shrink_direct_map(struct scenario *s, uint32_t i, unsigned try)
{
	s->op[i].call.direct_map = DIRECT_MAP_INVALID;
	return !try;
}

bool shrink_kept(struct scenario *s, uint32_t i, unsigned try)
{
	s->op[i].call.kept = UINT64_C(1) << s->machine.page_shift;
	return !try;
}

bool shrink_reset(struct scenario *s, uint32_t i, unsigned try)
{
	s->op[i].call.reset = false;
	return !try;
}

bool shrink_level(struct scenario *s, uint32_t i, unsigned try)
{
	if (!s->op[i].call.table)
		s->op[i].call.level = OP_LAST_LEVEL;
	return !try;
}

bool shrink_leaf(struct scenario *s, uint32_t i, unsigned try)
{
	s->op[i].call.leaf = LEAF_LARGEST;
	return !try;
}

bool shrink_half(struct scenario *s, uint32_t i, unsigned try)
{
	s->op[i].call.half = HALF_NONE;
	return !try;
}
