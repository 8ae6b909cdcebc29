// SPDX-License-Identifier: GPL-2.0-only
/*
 * vunmap() before the series (vunmap_range(), Linux 6.12): entry by entry, a
 * contiguous group as a whole. Tables stay for the next mapping.
 */
#include "mapper/pgtable/table.h"
#include "mapper/prior/prior.h"

struct range {
	struct machine *m;
	struct outcome *out;
	struct geometry g;
	uint64_t start, end; /* offsets to invalidate: the call's, and what was cleared with them */
};

/* Clears `count` entries at `level`, of which the first maps `offset`. */
static void clear(struct range *r, table_t table, int level, uint64_t offset, uint32_t count)
{
	machine_store(r->m, table, level_index(&r->g, level, offset), count, 0, 0);
	r->out->modified |= MODIFIED_LEVEL(level);
}

/* Clears the contiguous group of leaves at `level` that `offset` is in. The offset after it. */
static uint64_t clear_group(struct range *r, table_t table, int level, uint64_t offset,
			    uint64_t end)
{
	uint64_t size = UINT64_C(1) << group_shift(&r->g, level);
	uint64_t start = offset & ~(size - 1);
	if (start != offset || end - offset < size)
		machine_warn(r->m, r->g.va_base + offset);
	clear(r, table, level, start, (uint32_t)(size >> level_shift(&r->g, level)));
	if (start < r->start)
		r->start = start;
	if (start + size > r->end)
		r->end = start + size;
	return start + size;
}

static void clear_ptes(struct range *r, table_t table, uint64_t offset, uint64_t end)
{
	while (offset < end) {
		uint64_t desc = machine_load(r->m, table, level_index(&r->g, PTE_LEVEL, offset));
		if ((desc & (DESC_VALID | DESC_CONT)) == (DESC_VALID | DESC_CONT)) {
			offset = clear_group(r, table, PTE_LEVEL, offset, end);
			continue;
		}
		if (desc)
			clear(r, table, PTE_LEVEL, offset, 1);
		offset += UINT64_C(1) << r->g.page_shift;
	}
}

static void clear_table(struct range *r, table_t table, int level, uint64_t offset, uint64_t end)
{
	for (uint64_t next; offset < end; offset = next) {
		uint64_t desc = machine_load(r->m, table, level_index(&r->g, level, offset));
		next = window_end(&r->g, level, offset, end);
		if (!desc)
			continue;
		if (desc_is_table(desc) && level == PMD_LEVEL) {
			clear_ptes(r, table_below(r->m, &r->g, desc), offset, next);
		} else if (desc_is_table(desc)) {
			clear_table(r, table_below(r->m, &r->g, desc), level + 1, offset, next);
		} else if (desc & DESC_CONT) {
			next = clear_group(r, table, level, offset, end);
		} else {
			if (next - offset != UINT64_C(1) << level_shift(&r->g, level))
				machine_warn(r->m, r->g.va_base + offset);
			clear(r, table, level, offset, 1);
		}
	}
}

void clear_range(struct address_space *space, const struct call *call, struct outcome *out,
		 uint64_t *start, uint64_t *end)
{
	struct range r = { space->machine, out, geometry_of(&space->machine->config), 0, 0 };
	*start = r.start = call->va - r.g.va_base;
	*end = r.end = r.start + call->bytes;
	machine_flush_cache(r.m, CACHE_FLUSH_VUNMAP, call->va, call->bytes);
	clear_table(&r, MACHINE_ROOT, r.g.start_level, *start, *end);
	if (space->policy->quirks & QUIRK_NARROW_FLUSH)
		return;
	*start = r.start;
	*end = r.end;
}

int prior_vunmap(struct address_space *space, const struct call *call, struct outcome *out)
{
	struct geometry g = geometry_of(&space->machine->config);
	uint64_t start, end;
	clear_range(space, call, out, &start, &end);
	flush_tlb_range(space->machine, &g, start, end);
	return 0;
}
