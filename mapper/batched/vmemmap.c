// SPDX-License-Identifier: GPL-2.0-only
/*
 * Struct pages: 64 bytes for each page of memory. A section of memory is 128M, with
 * 64K pages 512M (arch/arm64/include/asm/sparsemem.h); with 4K pages the struct pages
 * of one fill a PMD block. On a machine that is scaled down they do so too.
 */
#include "mapper/batched/vmemmap.h"

#include "mapper/machine/assert.h"

#define STRUCT_PAGE_BITS 6
#define SECTION_BITS(page_shift) ((page_shift) == 16 ? 29u : 27u)

uint64_t vmemmap_section_bytes(const struct geometry *g)
{
	if (g->page_shift == 12)
		return UINT64_C(1) << g->pmd_shift;
	return UINT64_C(1) << (SECTION_BITS(g->page_shift) - g->page_shift + STRUCT_PAGE_BITS);
}

bool vmemmap_is_block(const struct geometry *g, const struct call *call)
{
	return g->page_shift == 12 && call->bytes == vmemmap_section_bytes(g);
}

/* Whether struct pages that are in use lie in offsets [start, end), which may be empty. */
static bool is_in_use(const struct address_space *space, const struct geometry *g, uint64_t start,
		      uint64_t end)
{
	for (unsigned i = 0; i < space->areas && start < end; i++) {
		const struct vm_area *area = &space->area[i];
		uint64_t first = area->va - g->va_base;
		if (area->kind == AREA_VMEMMAP && first < end && start < first + area->bytes)
			return true;
	}
	return false;
}

struct vmemmap_range vmemmap_own(const struct address_space *space, const struct geometry *g,
				 const struct call *call)
{
	uint64_t page = UINT64_C(1) << g->page_shift, offset = call->va - g->va_base;
	uint64_t first = offset + call_half_first(call, page);
	uint64_t end = offset + call_half_end(call, page);
	struct vmemmap_range own = { offset, offset + call->bytes };
	ASSERT_CMP(first, <, end);
	if (is_in_use(space, g, own.start, first))
		own.start += page;
	if (own.start < own.end && is_in_use(space, g, end, own.end))
		own.end -= page;
	return own;
}
