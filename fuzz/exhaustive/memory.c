// SPDX-License-Identifier: GPL-2.0-only
/* Families of memory that comes and goes, in the linear map. */
#include "fuzz/exhaustive/choices.h"

#define FAULTS 4 /* none, or the n-th table allocation */

/* Before a block that is the last of a level 1 entry, or in the midst of one. */
static uint64_t take_base(struct digits *d)
{
	return digit(d, 2) ? UPPER - BLOCK : 2 * BLOCK;
}

/* An op about so many pages of physical memory from `page` on. */
static struct op *add_memory_op(struct scenario *s, enum call_kind kind, uint64_t page,
				uint64_t pages)
{
	struct op *op = add_op(s, kind, page, pages);
	op->call.pfn = page;
	return op;
}

static struct op *lay(struct scenario *s, enum call_kind kind, uint64_t page, uint64_t pages,
		      bool by_pages)
{
	struct op *op = add_memory_op(s, kind, page, pages);
	op->call.leaf = by_pages ? LEAF_PAGE : LEAF_LARGEST;
	return op;
}

#define ROOM (4 * BLOCK) /* pages, from the base on, in which memory is */

bool build_add_memory(struct digits *d, unsigned runs, struct scenario *s)
{
	(void)runs;
	uint64_t base = take_base(d), there = digit(d, BLOCK), pages = digit(d, MOST_PAGES + 1);
	uint64_t from = digit(d, ROOM), more = 1 + digit(d, MOST_PAGES);
	bool by_pages = digit(d, 2), more_by_pages = digit(d, 2);
	uint32_t fault = (uint32_t)digit(d, FAULTS);
	begin_scaled(s, policy_default(POLICY_V9));
	there += BLOCK;
	if (pages)
		lay(s, CALL_LINEAR, base + there, pages, by_pages);
	lay(s, CALL_ADD_MEMORY, base + from, more, more_by_pages)->fail_alloc = fault;
	if (!pages)
		return there == BLOCK && !by_pages;
	return from + more <= there || from >= there + pages;
}

enum { IN_LEAVES, AT_ITS_ENDS, IN_PAGES, HOW_SPLIT };

bool build_remove_memory(struct digits *d, unsigned runs, struct scenario *s)
{
	static const uint8_t next_to[] = { 0, 1, GROUP, BLOCK };
	(void)runs;
	uint64_t base = take_base(d), start = base + digit(d, BLOCK),
		 pages = 1 + digit(d, MOST_PAGES);
	uint64_t more = next_to[digit(d, sizeof(next_to))], from = digit(d, MOST_PAGES + BLOCK);
	uint64_t gone = 1 + digit(d, MOST_PAGES + BLOCK), split = digit(d, HOW_SPLIT);
	bool by_pages = digit(d, 2), comes_back = digit(d, 2);
	begin_scaled(s, policy_default(POLICY_V9));
	s->machine.bbm = split ? 2 : 0;
	lay(s, CALL_LINEAR, start, pages, by_pages);
	if (more)
		lay(s, CALL_ADD_MEMORY, start + pages, more, false);
	if (split)
		add_op(s, CALL_SET_MEMORY, start + from, gone)->call.change =
			split == IN_PAGES ? MEMORY_SPLIT_PAGES : MEMORY_SPLIT;
	add_memory_op(s, CALL_REMOVE_MEMORY, start + from, gone);
	if (comes_back)
		lay(s, CALL_ADD_MEMORY, start + from, gone, false);
	bool across = from < pages && from + gone > pages; /* no line lays all of it */
	return from + gone <= pages + more && !(split && across) && !(split && by_pages);
}
