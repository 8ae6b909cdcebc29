// SPDX-License-Identifier: GPL-2.0-only
/*
 * errors: a call returns what the kernel's returns, and what it maps follows
 * from that: all of its pages, or, when it fails at some page, some of those
 * before it.
 */
#include "oracle/properties/properties.h"

#include <errno.h>
#include <stdio.h>

/* The first page of a mapping call that cannot be mapped, and why. */
struct trouble {
	uint64_t index; /* in the page array; its count if there is none */
	int error;
};

static struct trouble first_bad_page(struct page_array pages)
{
	uint64_t any = 0;
	for (size_t i = 0; i < pages.count; i++)
		any |= pages.page[i];
	if (PAGE_IS_PFN(any))
		return (struct trouble){ pages.count, 0 };
	size_t i = 0;
	while (PAGE_IS_PFN(pages.page[i]))
		i++;
	return (struct trouble){ i, pages.page[i] == PAGE_HOLE ? -ENOMEM : -EINVAL };
}

/* An entry in use is noticed before the page that was to go there. */
static struct trouble first_trouble(const struct oracle *o)
{
	struct trouble bad = first_bad_page(o->call->pages);
	unsigned at = space_find(&o->space, o->first_page);
	if (at == o->space.segments)
		return bad;
	uint64_t start = o->space.segment[at].start;
	uint64_t busy = start > o->first_page ? start - o->first_page : 0;
	if (busy < o->call->pages.count && busy <= bad.index)
		return (struct trouble){ busy, -EBUSY };
	return bad;
}

static bool code_is(struct oracle *o, int expected, uint64_t page)
{
	if (o->call->returned == expected)
		return true;
	property_failed(o, RULE_ERRORS_CODE, VERDICT_NO_LEVEL, page);
	snprintf(o->verdict.expected, VERDICT_DETAIL_SIZE, "%d", expected);
	snprintf(o->verdict.found, VERDICT_DETAIL_SIZE, "%d", o->call->returned);
	return false;
}

static bool judge_vmap(struct oracle *o)
{
	struct trouble trouble = first_trouble(o);
	int expected = o->machine->alloc_failed ? -ENOMEM : trouble.error;
	if (!code_is(o, expected, o->first_page + trouble.index))
		return false;
	/* vmap() never maps code: pgprot_nx() in mm/vmalloc.c. */
	enum prot prot = o->call->prot == PROT_KERNEL_EXEC ? PROT_KERNEL : o->call->prot;
	space_add(&o->space, (struct segment){ .start = o->first_page,
					       .end = o->first_page + trouble.index,
					       .page = o->call->pages.page,
					       .prot = prot,
					       .optional = expected != 0 });
	return true;
}

bool errors_code(struct oracle *o)
{
	if (o->call->kind == CALL_VMAP)
		return judge_vmap(o);
	space_remove(&o->space, o->first_page, o->end_page);
	return code_is(o, 0, o->first_page);
}
