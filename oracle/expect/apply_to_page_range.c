// SPDX-License-Identifier: GPL-2.0-only
/*
 * apply_to_page_range() and apply_to_existing_page_range(), as their callers use them: they go from
 * page to page, and warn of a leaf that is larger.
 */
#include <errno.h>

#include "oracle/expect/expect.h"

/* Whether what is at `page` is larger than an entry of the last level. */
static bool is_block(const struct oracle *o, uint64_t page)
{
	struct arm64_translation t = arm64_translate(&o->g, o->machine, oracle_va(o, page));
	return t.desc && t.level < ARM64_LAST_LEVEL;
}

/* The caller's function says -EBUSY of an entry in use, and -EINVAL of what is no page. */
static struct expected expect_pages(const struct oracle *o)
{
	struct expected e = expect_mapping(o);
	uint64_t stop = o->first_page + e.done;
	if (!e.error)
		return e;
	unsigned at = space_find(&o->space, stop);
	bool busy = at < o->space.segments && o->space.segment[at].start <= stop;
	e.warns = busy && is_block(o, stop);
	e.error = busy && !e.warns ? -EBUSY : -EINVAL;
	return e;
}

static void place(const struct oracle *o, struct placement *p)
{
	(void)o;
	p->blocks = false;
}

const struct call_expectation expect_apply_to_page_range = {
	.expect = expect_pages,
	.apply = apply_mapping,
	.place = place,
};

/* The first page of the range that a block maps, or a group that lies across an end of it; else its end. */
static uint64_t first_in_the_way(const struct oracle *o)
{
	uint64_t page = o->first_page;
	while (page < o->end_page) {
		struct arm64_translation t = arm64_translate(&o->g, o->machine, oracle_va(o, page));
		uint64_t size = UINT64_C(1) << arm64_leaf_order(&o->g, t.level);
		uint64_t together = t.desc & ARM64_VALID ? pages_together(o, page) : 1;
		uint64_t first = page & ~(together - 1);
		if (t.desc && (t.level < ARM64_LAST_LEVEL || first < o->first_page ||
			       first + together > o->end_page))
			return page;
		page = t.desc ? first + together : (page | (size - 1)) + 1;
	}
	return o->end_page;
}

static struct expected expect_existing(const struct oracle *o)
{
	uint64_t stop = first_in_the_way(o);
	bool stops = stop < o->end_page;
	return (struct expected){
		.error = stops ? -EINVAL : 0,
		.warns = stops,
		.done = stop - o->first_page,
		.affected_first = o->first_page,
		.affected_end = o->end_page,
	};
}

static void apply_existing(struct oracle *o, const struct expected *e)
{
	space_remove(&o->space, o->first_page, o->first_page + e->done);
}

const struct call_expectation expect_apply_to_existing_page_range = {
	.expect = expect_existing,
	.apply = apply_existing,
};
