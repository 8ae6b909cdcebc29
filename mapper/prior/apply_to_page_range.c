// SPDX-License-Identifier: GPL-2.0-only
/* apply_to_page_range() and apply_to_existing_page_range() (Linux 6.12): one entry after the other. */
#include <errno.h>

#include "mapper/pgtable/table.h"
#include "mapper/prior/prior.h"

/*
 * The entry of the last level for `offset`; 0, or an errno. *table is MACHINE_NO_TABLE if none is there,
 * and then *end is where the empty entry above it ends.
 */
static int find_entry(const struct target *t, uint64_t offset, bool create, table_t *table,
		      uint32_t *index, uint64_t *end)
{
	struct machine *m = t->space->machine;
	*table = MACHINE_ROOT;
	for (int level = t->g.start_level; level < PTE_LEVEL; level++) {
		*index = level_index(&t->g, level, offset);
		uint64_t desc = machine_load(m, *table, *index);
		if (desc && !desc_is_table(desc)) {
			machine_warn(m, t->g.va_base + offset);
			return -EINVAL;
		}
		if (!desc && !create) {
			*table = MACHINE_NO_TABLE;
			*end = window_end(&t->g, level, offset, t->end);
			return 0;
		}
		int error = table_descend(m, t->out, &t->g, *table, level, *index, table);
		if (error)
			return error;
	}
	*index = level_index(&t->g, PTE_LEVEL, offset);
	return 0;
}

static int set_page(const struct target *t, uint64_t offset, uint64_t page)
{
	struct machine *m = t->space->machine;
	table_t table;
	uint32_t index;
	uint64_t end;
	int error = find_entry(t, offset, true, &table, &index, &end);
	if (error)
		return error;
	if (machine_load(m, table, index))
		return -EBUSY;
	if (!PAGE_IS_PFN(page))
		return -EINVAL;
	machine_store(m, table, index, 1, desc_output(&t->g, page) | t->attributes | DESC_PAGE_TYPE,
		      0);
	t->out->modified |= MODIFIED_LEVEL(PTE_LEVEL);
	return 0;
}

int prior_apply_to_page_range(struct address_space *space, const struct call *call,
			      struct outcome *out)
{
	struct target t = target_of(space, call, out);
	int error = 0;
	for (uint64_t i = 0; i < call->pages.count && !error; i++)
		error = set_page(&t, t.start + (i << t.g.page_shift), call->pages.page[i]);
	target_finish(&t);
	return error;
}

/* Whether a contiguous group of which the entry is a member reaches out of the range. */
static bool reaches_out(const struct target *t, uint64_t offset, uint64_t desc)
{
	uint64_t group = UINT64_C(1) << t->g.cont_shift, first = offset & ~(group - 1);
	return desc & DESC_VALID && desc & DESC_CONT &&
	       (first < t->start || first + group > t->end);
}

/* Clears the page at `offset`; the next one is at *next. */
static int clear_page(const struct target *t, uint64_t offset, uint64_t *next)
{
	struct machine *m = t->space->machine;
	table_t table;
	uint32_t index;
	*next = offset + (UINT64_C(1) << t->g.page_shift);
	int error = find_entry(t, offset, false, &table, &index, next);
	if (error || table == MACHINE_NO_TABLE)
		return error;
	uint64_t desc = machine_load(m, table, index);
	if (reaches_out(t, offset, desc)) {
		machine_warn(m, t->g.va_base + offset);
		return -EINVAL;
	}
	if (!desc)
		return 0;
	machine_store(m, table, index, 1, 0, 0);
	t->out->modified |= MODIFIED_LEVEL(PTE_LEVEL);
	return 0;
}

int prior_apply_to_existing_page_range(struct address_space *space, const struct call *call,
				       struct outcome *out)
{
	struct target t = target_of(space, call, out);
	int error = 0;
	machine_flush_cache(space->machine, CACHE_FLUSH_VUNMAP, call->va, call->bytes);
	for (uint64_t offset = t.start, next; offset < t.end && !error; offset = next)
		error = clear_page(&t, offset, &next);
	flush_tlb_range(space->machine, &t.g, t.start, t.end);
	return error;
}
