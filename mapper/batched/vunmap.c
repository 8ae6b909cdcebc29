// SPDX-License-Identifier: GPL-2.0-only
/*
 * vunmap(): clears every leaf of a range, then invalidates the TLB
 * (vunmap_range(), Linux 6.12). Tables stay for the next mapping. A block or
 * contiguous group, of pages or blocks, that lies across an end of the range
 * goes as a whole: it is the caller's mistake, and the kernel only warns.
 */
#include "mapper/batched/batched.h"
#include "mapper/batched/unmap.h"
#include "mapper/pgtable/table.h"

struct unmap {
	struct outcome *out;
	struct machine *machine;
	struct geometry g;
	uint64_t low, high; /* offsets that were asked for, and what was cleared with them */
};

static void widen(struct unmap *u, uint64_t low, uint64_t high)
{
	if (low < u->low)
		u->low = low;
	if (high > u->high)
		u->high = high;
}

/*
 * Clears block `desc`, which maps `offset`, or the contiguous group that it is
 * in, and warns if [offset, end) is not all of it (61ef8ddaa35e). Returns the
 * offset after it. A TLBI of any address in a block drops it as a whole
 * (R_LGSCG), unlike a group.
 */
static uint64_t clear_blocks(struct unmap *u, table_t table, int level, uint64_t desc,
			     uint64_t offset, uint64_t end)
{
	bool group = desc & DESC_CONT;
	unsigned block = level_shift(&u->g, level),
		 shift = group ? group_shift(&u->g, level) : block;
	uint64_t size = UINT64_C(1) << shift, start = offset & ~(size - 1);
	if (start < offset || end - start < size)
		machine_warn(u->machine, u->g.va_base + offset);
	machine_store(u->machine, table, level_index(&u->g, level, start), 1u << (shift - block), 0,
		      0);
	u->out->modified |= MODIFIED_LEVEL(level);
	if (group)
		widen(u, start, start + size);
	return start + size;
}

/* Whether `offset` lies inside of a contiguous group of `table`, and not at its start. */
static bool inside_group(struct unmap *u, table_t table, uint64_t offset)
{
	uint64_t group = UINT64_C(1) << u->g.cont_shift;
	uint64_t desc;
	if (!(offset & (group - 1)))
		return false;
	desc = machine_load(u->machine, table, level_index(&u->g, PTE_LEVEL, offset));
	return (desc & (DESC_VALID | DESC_CONT)) == (DESC_VALID | DESC_CONT);
}

/* Clears the pages of [offset, end), which lie in one table, and the groups they cut (2fba13371fe8). */
static void clear_pages(struct unmap *u, table_t table, uint64_t offset, uint64_t end)
{
	uint64_t group = UINT64_C(1) << u->g.cont_shift;
	if (inside_group(u, table, offset)) {
		machine_warn(u->machine, u->g.va_base + offset);
		offset &= ~(group - 1);
	}
	if (inside_group(u, table, end)) {
		machine_warn(u->machine, u->g.va_base + end);
		end = (end | (group - 1)) + 1;
	}
	machine_store(u->machine, table, level_index(&u->g, PTE_LEVEL, offset),
		      (uint32_t)((end - offset) >> u->g.page_shift), 0, 0);
	u->out->modified |= MODIFIED_LEVEL(PTE_LEVEL);
	widen(u, offset, end);
}

static void unmap_table(struct unmap *u, table_t table, int level, uint64_t offset, uint64_t end)
{
	for (uint64_t next; offset < end; offset = next) {
		next = window_end(&u->g, level, offset, end);
		uint64_t desc = machine_load(u->machine, table, level_index(&u->g, level, offset));
		if (!desc)
			continue;
		if (!desc_is_table(desc))
			next = clear_blocks(u, table, level, desc, offset, end);
		else if (level == PMD_LEVEL)
			clear_pages(u, table_below(u->machine, &u->g, desc), offset, next);
		else
			unmap_table(u, table_below(u->machine, &u->g, desc), level + 1, offset,
				    next);
	}
}

struct unmapped unmap_range(struct address_space *space, const struct call *call,
			    struct outcome *out)
{
	struct unmap u = {
		.out = out,
		.machine = space->machine,
		.g = geometry_of(&space->machine->config),
	};
	u.low = call->va - u.g.va_base;
	u.high = u.low + call->bytes;
	machine_flush_cache(u.machine, CACHE_FLUSH_VUNMAP, call->va, call->bytes);
	uint64_t start = u.low, end = u.high;
	unmap_table(&u, MACHINE_ROOT, u.g.start_level, start, end);
	return (struct unmapped){ u.low, u.high };
}

int batched_vunmap(struct address_space *space, const struct call *call, struct outcome *out)
{
	struct geometry g = geometry_of(&space->machine->config);
	struct unmapped cleared = unmap_range(space, call, out);
	if (space->policy->quirks & QUIRK_NARROW_FLUSH) {
		cleared.low = call->va - g.va_base;
		cleared.high = cleared.low + call->bytes;
	}
	flush_tlb_range(space->machine, &g, cleared.low, cleared.high);
	return 0;
}
