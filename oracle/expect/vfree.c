// SPDX-License-Identifier: GPL-2.0-only
/* vfree(): a whole area, and with VM_FLUSH_RESET_PERMS the permissions of its linear aliases. */
#include "oracle/expect/expect.h"

#include "mapper/machine/assert.h"

const struct vm_area *area_of_call(const struct oracle *o)
{
	const struct vm_area *found = NULL;
	for (unsigned i = 0; i < o->in.areas; i++)
		if (o->in.area[i].va == o->call->va)
			found = &o->in.area[i];
	ASSERT(found);
	ASSERT_CMP(found->bytes, ==, o->call->bytes);
	return found;
}

/* Whether the alias has to stay: it lies in a leaf or group that may not be split, or nowhere. */
static bool stays(const struct oracle *o, uint64_t alias)
{
	return alias >= oracle_linear_pages(o) ||
	       (!oracle_splits_for_set_memory(o) && pages_together(o, alias) > 1);
}

static struct expected expect(const struct oracle *o)
{
	struct expected e = expect_unmapping(o);
	if (!o->call->reset || !linear_map_may_change(o))
		return e;
	e.area = area_of_call(o);
	e.aliases = e.all_aliases = e.area->pages.count;
	for (uint64_t i = 0; i < e.aliases && !e.warns; i++) {
		uint64_t alias = e.area->pages.page[i];
		e.warns = alias < oracle_linear_pages(o) && stays(o, alias);
	}
	return e;
}

/*
 * Leaves that may not be split are what they were: after the call their aliases are found as before.
 * Nobody is told that an alias found no table page.
 */
static void apply(struct oracle *o, const struct expected *e)
{
	bool open = o->machine->alloc_failed;
	apply_unmapping(o, e);
	for (uint64_t i = 0, next; i < e->all_aliases; i = next) {
		const uint64_t *page = e->area->pages.page;
		next = i + 1;
		if (stays(o, page[i]))
			continue;
		while (next < e->all_aliases && page[next] == page[next - 1] + 1 &&
		       !stays(o, page[next]))
			next++;
		space_change(&o->space, page[i], page[next - 1] + 1,
			     open ? 0 : MAY_BE_ABSENT | MAY_NOT_WRITE, MAY_BE_MAPPED | MAY_WRITE);
	}
}

const struct call_expectation expect_vfree = {
	.expect = expect,
	.apply = apply,
};
