// SPDX-License-Identifier: GPL-2.0-only
/* What the calls that map have in common. */
#include <errno.h>

#include "oracle/attributes.h"
#include "oracle/expect/expect.h"

/* The first page of a mapping call that cannot be mapped, and why. */
struct stop {
	uint64_t index; /* in the range; its number of pages if there is none */
	int error;
};

static struct stop first_bad_page(struct page_array pages)
{
	uint64_t any = 0;
	for (size_t i = 0; i < pages.count; i++)
		any |= pages.page[i];
	if (PAGE_IS_PFN(any))
		return (struct stop){ pages.count, 0 };
	size_t i = 0;
	while (PAGE_IS_PFN(pages.page[i]))
		i++;
	return (struct stop){ i, pages.page[i] == PAGE_HOLE ? -ENOMEM : -EINVAL };
}

/* An entry in use is noticed before the page that was to go there. */
static struct stop first_stop(const struct oracle *o)
{
	uint64_t pages = o->end_page - o->first_page;
	struct stop bad = { pages, 0 };
	if (call_traits(o->call->kind)->has_pages)
		bad = first_bad_page(o->call->pages);
	unsigned at = space_find(&o->space, o->first_page);
	if (at == o->space.segments)
		return bad;
	uint64_t start = o->space.segment[at].start;
	uint64_t busy = start > o->first_page ? start - o->first_page : 0;
	if (busy < pages && busy <= bad.index)
		return (struct stop){ busy, -EBUSY };
	return bad;
}

/* What warns was -ENOMEM before the series. */
struct expected expect_mapping(const struct oracle *o)
{
	struct stop stop = first_stop(o);
	struct expected e = {
		.done = stop.index,
		.error = stop.error,
		.warns = stop.error,
		.affected_first = o->first_page,
		.affected_end = o->end_page,
	};
	if (e.error && (oracle_before_series(o) || o->tree->flat_errors))
		e.error = -ENOMEM;
	return e;
}

void apply_mapping(struct oracle *o, const struct expected *e)
{
	const struct call *call = o->call;
	bool array = call_traits(call->kind)->has_pages;
	/* No mapping is executable: pgprot_nx() in mm/vmalloc.c. */
	enum prot prot = call->prot == PROT_KERNEL_EXEC ? PROT_KERNEL : call->prot;
	uint8_t may = attributes_may(prot);
	space_add(&o->space, (struct segment){
				     .start = o->first_page,
				     .end = o->first_page + e->done,
				     .page = array ? call->pages.page : NULL,
				     .pfn = array ? 0 : call->pfn,
				     .prot = prot,
				     .may = e->error ? may | MAY_BE_ABSENT | MAY_BE_EMPTY : may,
			     });
}

/* Before v8, contiguous groups of pages were HugeTLB's. */
bool has_groups(const struct oracle *o)
{
	if (o->tree->call[o->call->kind].no_groups)
		return false;
	return o->policy->series == POLICY_V9 || o->policy->hugetlb;
}
