// SPDX-License-Identifier: GPL-2.0-only
/* vrealloc(): the end of an area of single pages goes, and nothing else of any. */
#include "oracle/expect/expect.h"

#include <errno.h>

#include "mapper/machine/assert.h"

/* Pages that the area is to have, and those that it has. */
static uint64_t wanted(const struct oracle *o)
{
	return o->call->kept >> o->g.granule;
}

static uint64_t present(const struct oracle *o)
{
	return area_of_call(o)->pages.count;
}

/*
 * Whether pages are cut off. A block would have to be split, and aliases to be reset first; some
 * trees never cut any off (Linux 6.12).
 */
static bool shrinks(const struct oracle *o)
{
	const struct vm_area *area = area_of_call(o);
	return wanted(o) < present(o) && area->page_shift <= o->g.granule && !o->call->reset &&
	       !o->tree->keeps_tail;
}

static void narrow(struct oracle *o)
{
	uint64_t first = o->first_page;
	if (!shrinks(o))
		return;
	o->first_page = first + wanted(o);
	o->end_page = first + present(o);
}

/* No leaf of such an area is larger than a page: whatever is cut, what stays keeps its translation. */
static struct expected expect(const struct oracle *o)
{
	uint64_t before = present(o);
	bool cuts = shrinks(o);
	return (struct expected){
		.error = wanted(o) > before ? -ENOMEM : 0,
		.idle = !cuts,
		.area_pages = cuts ? wanted(o) : before,
		.affected_first = o->first_page,
		.affected_end = o->end_page,
	};
}

static void apply(struct oracle *o, const struct expected *e)
{
	if (!e->idle)
		space_remove(&o->space, e->affected_first, e->affected_end);
}

const struct call_expectation expect_vrealloc = {
	.narrow = narrow,
	.expect = expect,
	.apply = apply,
};
