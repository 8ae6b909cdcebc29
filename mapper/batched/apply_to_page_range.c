// SPDX-License-Identifier: GPL-2.0-only
/*
 * apply_to_page_range() and apply_to_existing_page_range() (Linux 7.3), with what
 * BPF arenas have done to each entry: empty ones are set, or all are cleared. The
 * entries of one table are stored together.
 */
#include <errno.h>

#include "mapper/batched/batched.h"
#include "mapper/batched/pages.h"
#include "mapper/batched/walk.h"
#include "mapper/machine/min.h"
#include "mapper/pgtable/table.h"

#define GATHER 256 /* pages that are stored by one list */

/* What is done to offsets [start, end), and to those of them that lie in one table of pages. */
struct application {
	struct machine *m;
	struct outcome *out;
	struct geometry g;
	uint64_t start, end;
	const uint64_t *page; /* NULL: what is there is cleared, and no table is made */
	int (*apply)(struct application *a, table_t table, uint64_t offset, uint64_t end);
};

static int refuse_leaf(const struct application *a, uint64_t offset)
{
	machine_warn(a->m, a->g.va_base + offset);
	return -EINVAL;
}

/* --- every entry of a range ------------------------------------------------------------ */

static int apply_table(struct application *a, table_t table, int level, uint64_t offset,
		       uint64_t end)
{
	int error = 0;
	for (uint64_t next; offset < end && !error; offset = next) {
		uint32_t index = level_index(&a->g, level, offset);
		uint64_t desc = machine_load(a->m, table, index);
		table_t child;
		next = window_end(&a->g, level, offset, end);
		if (!desc && !a->page)
			continue;
		if (desc && !desc_is_table(desc))
			return refuse_leaf(a, offset);
		error = table_descend(a->m, a->out, &a->g, table, level, index, &child);
		if (error)
			return error;
		error = level == PMD_LEVEL ? a->apply(a, child, offset, next)
					   : apply_table(a, child, level + 1, offset, next);
	}
	return error;
}

/* --- pages are mapped ---------------------------------------------------------------------- */

static void store_pages(struct application *a, table_t table, uint32_t index, const uint64_t *page,
			uint32_t pages)
{
	uint64_t attributes = desc_attributes(&a->g, PROT_KERNEL) | DESC_PAGE_TYPE, list[GATHER];
	for (uint32_t done = 0, part; done < pages; done += part) {
		part = (uint32_t)min(pages - done, GATHER);
		desc_of_pages(&a->g, page + done, part, attributes, list);
		machine_store_list(a->m, table, index + done, part, list);
	}
}

/* Up to the first entry in use, or the first page that is none. */
static int set_pages(struct application *a, table_t table, uint64_t offset, uint64_t end)
{
	uint32_t index = level_index(&a->g, PTE_LEVEL, offset);
	uint32_t pages = (uint32_t)((end - offset) >> a->g.page_shift);
	const uint64_t *page = a->page + ((offset - a->start) >> a->g.page_shift);
	uint32_t free = machine_find_nonzero(a->m, table, index, pages);
	uint32_t good = (uint32_t)pages_valid(page, free);
	a->out->modified |= MODIFIED_LEVEL(PTE_LEVEL);
	store_pages(a, table, index, page, good);
	if (good < free)
		return -EINVAL;
	return free < pages ? -EBUSY : 0;
}

int batched_apply_to_page_range(struct address_space *space, const struct call *call,
				struct outcome *out)
{
	struct walk w = walk_begin(space, call, out);
	struct application a = { space->machine,   out,      w.g, call->va - w.g.va_base, 0,
				 call->pages.page, set_pages };
	a.end = a.start + call->bytes;
	int error = apply_table(&a, MACHINE_ROOT, a.g.start_level, a.start, a.end);
	walk_finish(&w, call->va, call->bytes);
	return error;
}

/* --- pages are cleared --------------------------------------------------------------------- */

/* Whether `offset` lies inside of a contiguous group of `table`, and not at its start. */
static bool cuts_group(const struct application *a, table_t table, uint64_t offset)
{
	uint64_t group = UINT64_C(1) << a->g.cont_shift;
	uint64_t desc;
	if (!(offset & (group - 1)))
		return false;
	desc = machine_load(a->m, table, level_index(&a->g, PTE_LEVEL, offset));
	return (desc & (DESC_VALID | DESC_CONT)) == (DESC_VALID | DESC_CONT);
}

/* Up to a group that the range cuts. */
static int clear_pages(struct application *a, table_t table, uint64_t offset, uint64_t end)
{
	uint64_t group = UINT64_C(1) << a->g.cont_shift, stop = end;
	if (offset == a->start && cuts_group(a, table, offset))
		return refuse_leaf(a, offset);
	if (end == a->end && cuts_group(a, table, end))
		stop = end & ~(group - 1);
	if (stop > offset) {
		machine_store(a->m, table, level_index(&a->g, PTE_LEVEL, offset),
			      (uint32_t)((stop - offset) >> a->g.page_shift), 0, 0);
		a->out->modified |= MODIFIED_LEVEL(PTE_LEVEL);
	}
	return stop < end ? refuse_leaf(a, stop) : 0;
}

int batched_apply_to_existing_page_range(struct address_space *space, const struct call *call,
					 struct outcome *out)
{
	struct application a = { .m = space->machine,
				 .out = out,
				 .g = geometry_of(&space->machine->config),
				 .apply = clear_pages };
	a.start = call->va - a.g.va_base;
	a.end = a.start + call->bytes;
	machine_flush_cache(a.m, CACHE_FLUSH_VUNMAP, call->va, call->bytes);
	int error = apply_table(&a, MACHINE_ROOT, a.g.start_level, a.start, a.end);
	flush_tlb_range(a.m, &a.g, a.start, a.end);
	return error;
}
