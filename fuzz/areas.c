// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/areas.h"

#include "mapper/machine/assert.h"

static void add(struct areas *areas, struct vm_area area)
{
	ASSERT_CMP(areas->count, <, SCENARIO_MAX_OPS);
	areas->area[areas->count++] = area;
}

/* Struct pages that a call is about, whose ends may lie in the middle of a page. */
static void keep_struct_pages(struct areas *areas, const struct call *call, uint64_t page)
{
	uint64_t first = call_half_first(call, page), end = call_half_end(call, page);
	add(areas,
	    (struct vm_area){ .kind = AREA_VMEMMAP, .va = call->va + first, .bytes = end - first });
}

/* Struct pages go. A range may cut an area in two: each call adds one at most. */
static void forget_struct_pages(struct areas *areas, const struct call *call, uint64_t page)
{
	uint64_t from = call->va + call_half_first(call, page);
	uint64_t to = call->va + (call_half_end(call, page) - 1);
	const struct areas before = *areas;
	areas->count = 0;
	for (unsigned i = 0; i < before.count; i++) {
		struct vm_area area = before.area[i], rest = area;
		uint64_t last = area.va + (area.bytes - 1);
		if (area.kind != AREA_VMEMMAP || from > last || area.va > to) {
			add(areas, area);
			continue;
		}
		area.bytes = from > area.va ? from - area.va : 0;
		rest.va = to + 1;
		rest.bytes = last > to ? last - to : 0;
		if (area.bytes)
			add(areas, area);
		if (rest.bytes)
			add(areas, rest);
	}
}

static void keep(struct areas *areas, const struct call *call, const struct outcome *out)
{
	add(areas,
	    (struct vm_area){
		    .kind = call_traits(call->kind)->area,
		    .va = call->va,
		    .bytes = call->bytes,
		    .flags = call->flags,
		    .pages = call->kind == CALL_VMAP_PFN ? (struct page_array){ 0 } : call->pages,
		    .page_shift = out->page_shift,
	    });
}

static void forget(struct areas *areas, const struct call *unmap)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < areas->count; i++) {
		const struct vm_area *area = &areas->area[i];
		if (area->va < unmap->va || area->bytes > unmap->bytes ||
		    area->va - unmap->va > unmap->bytes - area->bytes)
			areas->area[kept++] = *area;
	}
	areas->count = kept;
}

/* The array keeps the pages that are cut off: nothing reads them past its count. */
static void resize(struct areas *areas, const struct call *call, const struct outcome *out)
{
	unsigned i = areas->count;
	while (i > 0 && areas->area[i - 1].va != call->va)
		i--;
	ASSERT_CMP(i, >, 0);
	if (out->pages < areas->area[i - 1].pages.count)
		areas->area[i - 1].pages.count = out->pages;
}

void areas_follow(struct areas *areas, const struct call *call, const struct outcome *out,
		  unsigned page_shift)
{
	uint64_t page = UINT64_C(1) << page_shift;
	if (call->kind == CALL_VMEMMAP_POPULATE)
		keep_struct_pages(areas, call, page);
	else if (call->kind == CALL_VMEMMAP_FREE && !out->error)
		forget_struct_pages(areas, call, page);
	else if (call_maps(call->kind))
		keep(areas, call, out);
	else if (call->kind == CALL_VREALLOC)
		resize(areas, call, out);
	else if (call_effect(call->kind) == CALL_UNMAPS)
		forget(areas, call);
}

struct call areas_clean_up(struct areas *areas, const struct call *failed, unsigned page_shift)
{
	if (call_is_of_vmemmap(failed->kind))
		keep_struct_pages(areas, failed, UINT64_C(1) << page_shift);
	return (struct call){
		.kind = call_traits(failed->kind)->undo,
		.va = failed->va,
		.bytes = failed->bytes,
		.half = failed->half,
	};
}

/* Whether an area that was made later lies in some of this one. */
static bool is_overlaid(const struct address_space *space, const struct vm_area *area)
{
	for (const struct vm_area *later = area + 1; later < space->area + space->areas; later++)
		if (later->va < area->va + area->bytes && area->va < later->va + later->bytes)
			return true;
	return false;
}

bool areas_lack(const struct address_space *space, const struct call *call)
{
	bool resizes = call->kind == CALL_VREALLOC;
	if (call->kind != CALL_VFREE && !resizes)
		return false;
	const struct vm_area *area = areas_find(space, call->va, 0);
	if (!area || area->va != call->va || area->bytes != call->bytes)
		return true;
	if (resizes)
		return area->kind != AREA_ALLOC || is_overlaid(space, area);
	return area->kind != AREA_ALLOC && area->kind != AREA_MAP;
}

const struct vm_area *areas_find(const struct address_space *space, uint64_t va, uint64_t guard)
{
	for (unsigned i = space->areas; i-- > 0;)
		if (va - space->area[i].va < space->area[i].bytes + guard)
			return &space->area[i];
	return NULL;
}
