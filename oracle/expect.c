// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/expect.h"

#include <errno.h>

#include "oracle/attributes.h"

/* --- mapping ------------------------------------------------------------------ */

/* The first page of a mapping call that cannot be mapped, and why. */
struct trouble {
	uint64_t index; /* in the range; its number of pages if there is none */
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
	uint64_t pages = o->end_page - o->first_page;
	struct trouble bad = { pages, 0 };
	if (o->call->kind != CALL_IOREMAP)
		bad = first_bad_page(o->call->pages);
	unsigned at = space_find(&o->space, o->first_page);
	if (at == o->space.segments)
		return bad;
	uint64_t start = o->space.segment[at].start;
	uint64_t busy = start > o->first_page ? start - o->first_page : 0;
	if (busy < pages && busy <= bad.index)
		return (struct trouble){ busy, -EBUSY };
	return bad;
}

/*
 * ioremap() dies of an entry in use, and so did vmalloc() of one under a block
 * before the series; everything else warns, and was -ENOMEM before it. What
 * vmalloc() took for a block only the call itself can tell: see expect_complete().
 */
static struct expected expect_mapping(const struct oracle *o)
{
	struct trouble trouble = first_trouble(o);
	struct expected e = { .done = trouble.index, .error = trouble.error };
	if (!trouble.error)
		return e;
	e.bug = o->call->kind == CALL_IOREMAP;
	e.warns = !e.bug;
	if (oracle_before_series(o) && !e.bug)
		e.error = -ENOMEM;
	return e;
}

/* --- what a leaf or group around a page means to a range that begins or ends there ------ */

/* Pages of the leaf or contiguous group, valid or not, that the entry for `page` is part of. */
static uint64_t pages_together(const struct oracle *o, uint64_t page)
{
	uint64_t va = arm64_va_base(&o->g) + (page << o->g.granule);
	if (!va)
		return 1; /* the end of the space */
	struct arm64_translation t = arm64_translate(&o->g, o->machine, va);
	if (!t.desc)
		return 1;
	unsigned order = arm64_leaf_order(&o->g, t.level);
	if (t.desc & ARM64_CONTIGUOUS)
		order += arm64_contiguous_size(&o->g, t.level);
	return UINT64_C(1) << order;
}

/* Whether a range that begins or ends at `page` cuts what stands there. */
static bool is_cut(const struct oracle *o, uint64_t page)
{
	return page & (pages_together(o, page) - 1);
}

/* --- unmapping ------------------------------------------------------------------ */

static struct expected expect_vunmap(const struct oracle *o)
{
	uint64_t head = pages_together(o, o->first_page), tail = pages_together(o, o->end_page);
	return (struct expected){
		.warns = is_cut(o, o->first_page) || is_cut(o, o->end_page),
		.affected_first = o->first_page & ~(head - 1),
		.affected_end = (o->end_page + tail - 1) & ~(tail - 1),
	};
}

/* --- set_memory ------------------------------------------------------------------ */

static const struct expected invalid_argument = { .error = -EINVAL, .refused = true };

/* The youngest area that holds the call's address, its guard page included. */
static const struct vm_area *area_of(const struct call *call, uint64_t guard)
{
	const struct vm_area *found = NULL;
	for (unsigned i = 0; i < call->areas; i++)
		if (call->area[i].va <= call->va &&
		    call->va - call->area[i].va < call->area[i].bytes + guard)
			found = &call->area[i];
	return found;
}

/* Whether a leaf or group is cut at an end of [page, end), and must not be split. */
static bool needs_forbidden_split(const struct oracle *o, uint64_t page, uint64_t end)
{
	return !oracle_splits_live(o) && (is_cut(o, page) || is_cut(o, end));
}

static bool changes_aliases(enum memory_change change)
{
	return change == MEMORY_RO || change == MEMORY_RW;
}

/* Fills which aliases change, up to the first that may not be split; true if all do. */
static bool expect_aliases(const struct oracle *o, struct expected *e)
{
	uint64_t first = (o->call->va - e->area->va) >> o->g.granule;
	uint64_t pages = o->end_page - o->first_page, most = e->area->pages.count;
	if (oracle_waives(o, WAIVER_ALIASES_OF_ALL)) {
		first = 0;
		pages = most;
	}
	e->first_alias = first < most ? first : most;
	e->all_aliases = pages < most - e->first_alias ? pages : most - e->first_alias;
	for (e->aliases = 0; e->aliases < e->all_aliases; e->aliases++) {
		uint64_t alias = e->area->pages.page[e->first_alias + e->aliases];
		if (alias < oracle_linear_pages(o) && needs_forbidden_split(o, alias, alias + 1))
			return false;
	}
	return true;
}

/* set_memory_valid() knows no areas. */
static struct expected expect_set_valid(const struct oracle *o)
{
	struct expected e = { 0 };
	if (needs_forbidden_split(o, o->first_page, o->end_page)) {
		e = invalid_argument;
		e.warns = true;
	}
	return e;
}

static struct expected expect_set_memory(const struct oracle *o)
{
	const struct call *call = o->call;
	uint64_t guard = UINT64_C(1) << o->g.granule;
	if (call->change == MEMORY_INVALID || call->change == MEMORY_VALID)
		return expect_set_valid(o);
	struct expected e = { .area = area_of(call, guard) };
	if (!e.area || e.area->kind != AREA_ALLOC || e.area->flags & MAP_FLAG_HUGE ||
	    call->bytes > e.area->va + e.area->bytes + guard - call->va)
		return invalid_argument;
	if ((changes_aliases(call->change) && !expect_aliases(o, &e)) ||
	    needs_forbidden_split(o, o->first_page, o->end_page)) {
		e.error = -EINVAL;
		e.warns = true;
	}
	return e;
}

/* --- all calls ------------------------------------------------------------------ */

struct expected expect_call(const struct oracle *o)
{
	struct expected e;
	if (o->call->kind == CALL_VUNMAP)
		return expect_vunmap(o);
	e = o->call->kind == CALL_SET_MEMORY ? expect_set_memory(o) : expect_mapping(o);
	e.affected_first = o->first_page;
	e.affected_end = o->end_page;
	return e;
}

struct expected expect_out_of_memory(const struct expected *e)
{
	struct expected out = *e;
	out.error = -ENOMEM;
	out.bug = out.warns = false;
	out.aliases = 0;
	return out;
}

static void apply_mapping(struct oracle *o, const struct expected *e)
{
	const struct call *call = o->call;
	/* No mapping is executable: pgprot_nx() in mm/vmalloc.c. */
	enum prot prot = call->prot == PROT_KERNEL_EXEC ? PROT_KERNEL : call->prot;
	uint8_t may = attributes_may(prot);
	space_add(&o->space,
		  (struct segment){
			  .start = o->first_page,
			  .end = o->first_page + e->done,
			  .page = call->kind == CALL_IOREMAP ? NULL : call->pages.page,
			  .pfn = call->kind == CALL_IOREMAP ? call->pa >> o->g.granule : 0,
			  .prot = prot,
			  .may = e->error ? may | MAY_BE_ABSENT : may,
		  });
}

/* What each change makes of a page. */
static const struct {
	uint8_t clear, set;
} changes[MEMORY_CHANGES] = {
	[MEMORY_RO] = { MAY_WRITE, MAY_NOT_WRITE },
	[MEMORY_RW] = { MAY_NOT_WRITE, MAY_WRITE },
	[MEMORY_NX] = { MAY_EXEC, MAY_NOT_EXEC },
	[MEMORY_X] = { MAY_NOT_EXEC, MAY_EXEC },
	[MEMORY_INVALID] = { MAY_BE_MAPPED, MAY_BE_ABSENT },
	[MEMORY_VALID] = { MAY_BE_ABSENT, MAY_BE_MAPPED },
};

/* Changes the linear aliases of `count` pages, those that follow each other at once. */
static void change_aliases(struct oracle *o, const struct expected *e, uint64_t count,
			   uint8_t clear, uint8_t set)
{
	const uint64_t *page = e->area->pages.page + e->first_alias;
	for (uint64_t i = 0, next; i < count; i = next) {
		for (next = i + 1; next < count && page[next] == page[next - 1] + 1;)
			next++;
		uint64_t end = page[next - 1] + 1;
		if (end > oracle_linear_pages(o))
			end = oracle_linear_pages(o);
		if (page[i] < end)
			space_change(&o->space, page[i], end, clear, set);
	}
}

/* Out of table pages, any of the aliases may have been changed, and the range was not reached. */
static void apply_set_memory(struct oracle *o, const struct expected *e)
{
	uint8_t clear = changes[o->call->change].clear, set = changes[o->call->change].set;
	bool open = e->error == -ENOMEM;
	if (e->all_aliases)
		change_aliases(o, e, open || !e->error ? e->all_aliases : e->aliases,
			       open ? 0 : clear, set);
	if (!e->error)
		space_change(&o->space, o->first_page, o->end_page, clear, set);
}

void expect_apply(struct oracle *o, const struct expected *e)
{
	switch (o->call->kind) {
	case CALL_VUNMAP:
		space_remove(&o->space, e->affected_first, e->affected_end);
		return;
	case CALL_SET_MEMORY:
		apply_set_memory(o, e);
		return;
	default:
		apply_mapping(o, e);
	}
}
