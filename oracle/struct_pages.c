// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/struct_pages.h"

#include "oracle/arm64/encoding.h"

/* sizeof(struct page), and memory of a section: 512M with 64K pages, else 128M (Linux 5.12). */
#define STRUCT_PAGE_BYTES 64
#define SECTION_BYTES(granule) ((granule) == 16 ? UINT64_C(512) << 20 : UINT64_C(128) << 20)

bool struct_pages_of_others(const struct arm64_geometry *g, const struct call *call, uint64_t va,
			    const struct vm_area *area, unsigned areas)
{
	uint64_t size = UINT64_C(1) << g->granule;
	uint64_t half = size / 2, last = call->va + (call->bytes - size);
	bool first_half = va == call->va && (call->half == HALF_FIRST || call->half == HALF_BOTH);
	bool second_half = va == last && (call->half == HALF_LAST || call->half == HALF_BOTH);
	for (unsigned i = 0; i < areas; i++) {
		if (area[i].kind != AREA_VMEMMAP)
			continue;
		/* The last byte, since an area may end where the space does. */
		uint64_t from = area[i].va, to = from + (area[i].bytes - 1);
		if (first_half && from < va + half && to >= va)
			return true;
		if (second_half && from <= va + (size - 1) && to >= va + half)
			return true;
	}
	return false;
}

uint64_t struct_pages_of_section(const struct arm64_geometry *g)
{
	if (g->granule == 12) /* as many as a block, also in tables that are scaled down */
		return UINT64_C(1) << arm64_leaf_order(g, ARM64_LAST_LEVEL - 1);
	uint64_t pages_of_memory = SECTION_BYTES(g->granule) >> g->granule;
	return (pages_of_memory * STRUCT_PAGE_BYTES) >> g->granule;
}

bool struct_pages_fill_block(const struct arm64_geometry *g, const struct call *call)
{
	return g->granule == 12 && call->bytes >> g->granule == struct_pages_of_section(g);
}
