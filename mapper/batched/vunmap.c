// SPDX-License-Identifier: GPL-2.0-only
/*
 * vunmap(): clears every leaf of a range, then invalidates the TLB
 * (vunmap_range(), Linux 6.12). Tables stay for the next mapping.
 */
#include "mapper/batched/batched.h"
#include "mapper/batched/descriptor.h"
#include "mapper/batched/geometry.h"

struct unmap {
	struct address_space *space;
	struct machine *machine;
	struct geometry g;
};

/* Clears a leaf above page level: all of it, also where the range ends inside (61ef8ddaa35e). */
static void clear_block(struct unmap *u, table_t table, int level, uint64_t offset, uint64_t end)
{
	if (end - offset != UINT64_C(1) << level_shift(&u->g, level))
		machine_warn(u->machine, u->g.va_base + offset);
	machine_store(u->machine, table, level_index(&u->g, level, offset), 1, 0, 0);
	u->space->modified |= MODIFIED_LEVEL(level);
}

/* Clears the pages of [offset, end), which lie in one table. */
static void clear_pages(struct unmap *u, table_t table, uint64_t offset, uint64_t end)
{
	uint32_t pages = (uint32_t)((end - offset) >> u->g.page_shift);
	machine_store(u->machine, table, level_index(&u->g, PTE_LEVEL, offset), pages, 0, 0);
	u->space->modified |= MODIFIED_LEVEL(PTE_LEVEL);
}

static void unmap_table(struct unmap *u, table_t table, int level, uint64_t offset, uint64_t end)
{
	for (uint64_t next; offset < end; offset = next) {
		next = window_end(&u->g, level, offset, end);
		uint64_t desc = machine_load(u->machine, table, level_index(&u->g, level, offset));
		if (!desc)
			continue;
		if (!desc_is_table(desc)) {
			clear_block(u, table, level, offset, next);
			continue;
		}
		table_t child = machine_table_at(u->machine, desc_table_pfn(&u->g, desc));
		if (level == PMD_LEVEL)
			clear_pages(u, child, offset, next);
		else
			unmap_table(u, child, level + 1, offset, next);
	}
}

/* flush_tlb_kernel_range(): page by page up to MAX_DVM_OPS pages, else everything. */
static void flush_tlb(struct unmap *u, uint64_t va, uint64_t bytes)
{
	uint64_t max_dvm_ops = UINT64_C(1) << u->g.table_bits; /* PTRS_PER_PTE */
	machine_barrier(u->machine, BARRIER_DSB_ISHST);
	if (bytes >> u->g.page_shift > max_dvm_ops)
		machine_tlbi_all(u->machine);
	else
		machine_tlbi_range(u->machine, va, bytes, true);
	machine_barrier(u->machine, BARRIER_DSB_ISH);
	machine_barrier(u->machine, BARRIER_ISB);
}

int batched_vunmap(struct address_space *space, uint64_t va, uint64_t bytes)
{
	struct unmap u = {
		.space = space,
		.machine = space->machine,
		.g = geometry_of(&space->machine->config),
	};
	uint64_t offset = va - u.g.va_base;
	machine_flush_cache(u.machine, CACHE_FLUSH_VUNMAP, va, bytes);
	unmap_table(&u, MACHINE_ROOT, u.g.start_level, offset, offset + bytes);
	flush_tlb(&u, va, bytes);
	return 0;
}
