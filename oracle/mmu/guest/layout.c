// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/mmu/guest/layout.h"

#include "oracle/mmu/guest/guest.h"

#define BASE UINT64_C(0xffff000000000000)
#define MIDDLE UINT64_C(0xffff800000000000)
#define BLOCKS UINT64_C(0xffff900000000000)
#define LEAST_POOL UINT64_C(0x4000000)

/* The linear map's memory: a multiple of its largest leaf or group. */
static uint64_t linear_pa(unsigned page_shift)
{
	return page_shift == 16 ? UINT64_C(0x400000000) : UINT64_C(0x80000000);
}

struct layout layout_of(unsigned page_shift)
{
	struct layout l = {
		.config = { .page_shift = (uint8_t)page_shift,
			    .va_bits = 48,
			    .pa_bits = 48,
			    .bbm = 2 },
		.page = page_shift,
		.blocks = BLOCKS,
		.linear_pa = linear_pa(page_shift),
		.linear = BASE + linear_pa(page_shift),
		.pool_pfn = linear_pa(page_shift) >> page_shift,
	};
	l.g = arm64_geometry(&l.config);
	l.group = l.page + arm64_contiguous_size(&l.g, 3);
	l.block = arm64_leaf_bits(&l.g, 2);
	l.block_group = l.block + arm64_contiguous_size(&l.g, 2);
	l.edge = MIDDLE + (UINT64_C(1) << arm64_leaf_bits(&l.g, 1));
	unsigned linear = page_shift == 12 ? arm64_leaf_bits(&l.g, 1) : l.block_group;
	l.linear_bytes = UINT64_C(1) << linear;
	uint64_t pool = (uint64_t)LAYOUT_BLOCKS << l.block;
	l.pool_pages = (pool > LEAST_POOL ? pool : LEAST_POOL) >> l.page;
	return l;
}

uint64_t layout_tcr(const struct layout *l)
{
	const uint64_t t0sz = 25, t1sz = 16, cached = 1, inner = 3, pa_48 = 5;
	const uint64_t granule = l->page == 12 ? 2 : l->page == 14 ? 1 : 3;
	return t0sz | cached << 8 | cached << 10 | inner << 12 | t1sz << 16 | cached << 24 |
	       cached << 26 | inner << 28 | granule << 30 | pa_48 << 32;
}

/* --- random numbers: the same in each run ------------------------------------------------- */

uint64_t below(uint64_t limit)
{
	static uint64_t state = 1;
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % limit;
}

bool chance(unsigned percent)
{
	return below(100) < percent;
}
