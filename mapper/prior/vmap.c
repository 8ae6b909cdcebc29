// SPDX-License-Identifier: GPL-2.0-only
/* vmap() before the series: vmap_small_pages_range_noflush(), Linux 6.12, one page at a time. */
#include <errno.h>

#include "mapper/pgtable/table.h"
#include "mapper/prior/prior.h"

/* Maps [offset, end) of a table of pages. Any failure warns, and its reason is lost. */
static bool map_ptes(const struct target *t, table_t table, uint64_t offset, uint64_t end,
		     const uint64_t *page)
{
	struct machine *m = t->space->machine;
	t->out->modified |= MODIFIED_LEVEL(PTE_LEVEL);
	for (; offset < end; offset += UINT64_C(1) << t->g.page_shift, page++) {
		uint32_t index = level_index(&t->g, PTE_LEVEL, offset);
		if (machine_load(m, table, index) || !PAGE_IS_PFN(*page)) {
			machine_warn(m, t->g.va_base + offset);
			return false;
		}
		uint64_t desc = desc_output(&t->g, *page) | t->attributes | DESC_PAGE_TYPE;
		machine_store(m, table, index, 1, desc, 0);
	}
	return true;
}

static bool map_table(const struct target *t, table_t table, int level, uint64_t offset,
		      uint64_t end, const uint64_t *page)
{
	for (uint64_t next; offset < end; offset = next) {
		table_t child;
		uint32_t index = level_index(&t->g, level, offset);
		next = window_end(&t->g, level, offset, end);
		int error = table_descend(t->space->machine, t->out, &t->g, table, level, index,
					  &child);
		if (error == -EBUSY)
			machine_warn(t->space->machine, t->g.va_base + offset);
		if (error)
			return false;
		bool mapped = level == PMD_LEVEL
				      ? map_ptes(t, child, offset, next, page)
				      : map_table(t, child, level + 1, offset, next, page);
		if (!mapped)
			return false;
		page += (next - offset) >> t->g.page_shift;
	}
	return true;
}

int map_small_pages(const struct target *t, const uint64_t *page)
{
	bool mapped = map_table(t, MACHINE_ROOT, t->g.start_level, t->start, t->end, page);
	return mapped ? 0 : -ENOMEM;
}

int prior_vmap(struct address_space *space, const struct call *call, struct outcome *out)
{
	struct target t = target_of(space, call, out);
	int error = map_small_pages(&t, call->pages.page);
	target_finish(&t);
	return error;
}
