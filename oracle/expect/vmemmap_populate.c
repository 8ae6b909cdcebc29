// SPDX-License-Identifier: GPL-2.0-only
/*
 * Struct pages are backed: each page of the range that is not another's too is mapped
 * to memory that was taken for it, in order, and a whole section with 4K pages by one
 * block if there is memory for one.
 */
#include "oracle/expect/expect.h"
#include "oracle/struct_pages.h"

static bool is_of_others(const struct oracle *o, uint64_t page)
{
	return struct_pages_of_others(&o->g, o->call, oracle_va(o, page), o->in.area, o->in.areas);
}

/*
 * Pages of which others have a half are not mapped, nor taken away. One page
 * is left, for `idle`.
 */
void narrow_struct_pages(struct oracle *o)
{
	uint64_t first = o->first_page, end = o->end_page;
	if (first + 1 < end && is_of_others(o, first))
		o->first_page++;
	if (o->first_page + 1 < end && is_of_others(o, end - 1))
		o->end_page--;
}

struct expected expect_struct_pages(const struct oracle *o)
{
	return (struct expected){
		.idle = is_of_others(o, o->first_page),
		.done = o->end_page - o->first_page,
		.affected_first = o->first_page,
		.affected_end = o->end_page,
	};
}

/* Where there is no memory for a block, there may be for pages. */
static void complete(const struct oracle *o, struct expected *e)
{
	if (o->machine->alloc_failed_bytes > UINT64_C(1) << o->g.granule)
		e->error = 0;
}

static void apply(struct oracle *o, const struct expected *e)
{
	if (!e->idle)
		apply_mapping(o, e);
}

static void place(const struct oracle *o, struct placement *p)
{
	p->blocks = struct_pages_fill_block(&o->g, o->call) && !o->machine->alloc_failed;
	p->block = o->end_page - o->first_page;
	p->max_shift = 63;
	p->groups = false;
	if (o->expected->idle)
		p->pages = 0;
}

const struct call_expectation expect_vmemmap_populate = {
	.narrow = narrow_struct_pages,
	.expect = expect_struct_pages,
	.complete = complete,
	.apply = apply,
	.place = place,
};
