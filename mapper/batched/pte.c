// SPDX-License-Identifier: GPL-2.0-only
/*
 * The last level: contiguous groups in batches of several groups, and single
 * pages gathered into lists (the series' vmap_set_ptes() and arm64's
 * arch_vmap_pte_range_map_size()).
 */
#include <errno.h>

#include "mapper/batched/pages.h"
#include "mapper/batched/walk.h"
#include "mapper/machine/min.h"

#define GATHER 256 /* pages that are stored by one list */
/* log2 pages of the largest block that is not worth a store of its own, and joins others in a list. */
#define LIST_ORDER 5u

/* The largest power of two that is not above x; x is not 0. */
static uint64_t power_of_two_below(uint64_t x)
{
	return UINT64_C(1) << (63 - __builtin_clzll(x));
}

/* A piece of one table of pages that is being filled. */
struct ptes {
	struct walk *w;
	table_t table;
	uint64_t end; /* offset */
	uint64_t
		busy; /* offset of the first entry in use, as far as looked; `end` if there is none */
};

/* Looks for entries in use from `offset` on: all of the piece is read at once. */
static void find_busy(struct ptes *p, uint64_t offset)
{
	const struct geometry *g = &p->w->g;
	uint32_t pages = (uint32_t)((p->end - offset) >> g->page_shift);
	uint32_t free = machine_find_nonzero(p->w->machine, p->table,
					     level_index(g, PTE_LEVEL, offset), pages);
	p->busy = offset + ((uint64_t)free << g->page_shift);
}

/*
 * Bytes from `offset` that one batch of contiguous groups may map: several
 * whole groups, or 0. VA and PA are group aligned, and the batch ends before
 * its table, its range and its verified block do. The posted series lacks the
 * last of these bounds.
 */
static uint64_t batch_bytes(const struct walk *w, uint64_t offset, uint64_t end)
{
	uint64_t group = UINT64_C(1) << w->g.cont_shift;
	uint64_t left = min(end - offset, block_left(w, offset));
	uint64_t pa = run_page(w, offset) << w->g.page_shift;
	if (left < group || (offset | pa) & (group - 1))
		return 0;
	uint64_t most = min(UINT64_C(1) << w->run.shift, UINT64_C(1) << (w->g.pmd_shift - 1));
	return min(power_of_two_below(left), most);
}

/* Bytes from `offset`, where no batch can start, to where the next one might, or to `end`. */
static uint64_t single_bytes(const struct walk *w, uint64_t offset, uint64_t end)
{
	uint64_t group = UINT64_C(1) << w->g.cont_shift;
	uint64_t left = min(end - offset, block_left(w, offset));
	uint64_t pa = run_page(w, offset) << w->g.page_shift;
	if ((offset ^ pa) & (group - 1))
		return left; /* VA and PA are never both group aligned in this block */
	return min(left, group - (offset & (group - 1)));
}

/* Stores consecutive pages from `pfn` on, each with the bits of `attributes`. */
static void store_series(struct ptes *p, uint64_t offset, uint64_t pfn, uint64_t bytes,
			 uint64_t attributes)
{
	const struct geometry *g = &p->w->g;
	uint32_t pages = (uint32_t)(bytes >> g->page_shift);
	uint32_t index = level_index(g, PTE_LEVEL, offset);
	for (uint32_t done = 0, part; done < pages; done += part) {
		part = (uint32_t)min(pages - done, desc_series_pages(g, pfn + done));
		machine_store(p->w->machine, p->table, index + done, part,
			      desc_output(g, pfn + done) | attributes | DESC_PAGE_TYPE,
			      UINT64_C(1) << g->page_shift);
	}
}

/* Stores consecutive Contiguous pages; none if one of their entries is in use. */
static int map_batch(struct ptes *p, uint64_t offset, uint64_t bytes)
{
	struct walk *w = p->w;
	bool head_only = w->space->policy->quirks & QUIRK_HEAD_CHECK;
	uint64_t tested = head_only ? UINT64_C(1) << w->g.page_shift : bytes;
	if (p->busy < offset) /* overwritten: by that quirk */
		find_busy(p, offset);
	if (p->busy < offset + tested)
		return walk_busy(w, p->busy);
	store_series(p, offset, run_page(w, offset), bytes, w->attributes | DESC_CONT);
	return 0;
}

/* The kernel's errno for a page that cannot be mapped. */
static int page_error(uint64_t page)
{
	return page == PAGE_HOLE ? -ENOMEM : -EINVAL;
}

/* Stores page[0] to page[pages - 1], each with the bits of `attributes`. */
static void store_list(struct ptes *p, uint64_t offset, const uint64_t *page, uint32_t pages,
		       uint64_t attributes)
{
	uint32_t index = level_index(&p->w->g, PTE_LEVEL, offset);
	uint64_t list[GATHER];
	attributes |= DESC_PAGE_TYPE;
	for (uint32_t done = 0, part; done < pages; done += part) {
		part = (uint32_t)min(pages - done, GATHER);
		desc_of_pages(&p->w->g, page + done, part, attributes, list);
		machine_store_list(p->w->machine, p->table, index + done, part, list);
	}
}

/* Maps single pages up to the first whose entry is in use, or which is none. */
static int map_singles(struct ptes *p, uint64_t offset, uint64_t bytes)
{
	struct walk *w = p->w;
	if (p->busy < offset)
		find_busy(p, offset);
	uint64_t free = min(offset + bytes, p->busy) - offset;
	if (!w->run.page) {
		store_series(p, offset, run_page(w, offset), free, w->attributes);
	} else {
		const uint64_t *page = run_pages(w, offset);
		uint32_t pages = (uint32_t)(free >> w->g.page_shift);
		uint32_t good = (uint32_t)pages_valid(page, pages);
		store_list(p, offset, page, good, w->attributes);
		if (good < pages) {
			uint64_t stopped = offset + ((uint64_t)good << w->g.page_shift);
			machine_warn(w->machine, w->g.va_base + stopped);
			return page_error(page[good]);
		}
	}
	return free < bytes ? walk_busy(w, p->busy) : 0;
}

/* A page alone, the smallest of calls, is no slower than before the series. */
static int map_one(struct walk *w, table_t table, uint64_t offset)
{
	uint32_t index = level_index(&w->g, PTE_LEVEL, offset);
	uint64_t page = run_page(w, offset);
	if (machine_load(w->machine, table, index))
		return walk_busy(w, offset);
	if (!PAGE_IS_PFN(page)) {
		machine_warn(w->machine, w->g.va_base + offset);
		return page_error(page);
	}
	machine_store(w->machine, table, index, 1,
		      desc_output(&w->g, page) | w->attributes | DESC_PAGE_TYPE, 0);
	return 0;
}

/* Bytes from `offset` of whole blocks that can be contiguous groups, and whose entries are free. */
static uint64_t small_blocks_bytes(const struct ptes *p, uint64_t offset)
{
	const struct walk *w = p->w;
	unsigned order = w->run.shift - w->g.page_shift;
	uint64_t group = UINT64_C(1) << w->g.cont_shift, pages = group >> w->g.page_shift;
	uint64_t in_block = (offset - w->run.start) & ((UINT64_C(1) << w->run.shift) - 1);
	if (p->busy < offset || in_block || offset & (group - 1))
		return 0;
	const uint64_t *page = run_pages(w, offset);
	uint64_t blocks = 0, free = (p->busy - offset) >> w->run.shift;
	while (blocks < free && !(page[blocks << order] & (pages - 1)))
		blocks++;
	return blocks << w->run.shift;
}

static int map_many(struct walk *w, table_t table, uint64_t offset, uint64_t end)
{
	struct ptes p = { .w = w, .table = table, .end = end };
	bool groups = w->cont_ptes && w->run.shift >= w->g.cont_shift;
	bool lists = groups && w->run.page && w->run.shift <= w->g.page_shift + LIST_ORDER;
	int error = 0;
	find_busy(&p, offset);
	for (uint64_t bytes; offset < end && !error; offset += bytes) {
		bytes = lists ? small_blocks_bytes(&p, offset) : 0;
		if (bytes) {
			store_list(&p, offset, run_pages(w, offset),
				   (uint32_t)(bytes >> w->g.page_shift), w->attributes | DESC_CONT);
			continue;
		}
		bytes = groups ? batch_bytes(w, offset, end) : 0;
		if (bytes) {
			error = map_batch(&p, offset, bytes);
		} else {
			bytes = groups ? single_bytes(w, offset, end) : end - offset;
			error = map_singles(&p, offset, bytes);
		}
	}
	return error;
}

int walk_map_ptes(struct walk *w, table_t table, uint64_t offset, uint64_t end)
{
	w->out->modified |= MODIFIED_LEVEL(PTE_LEVEL);
	if (end - offset == UINT64_C(1) << w->g.page_shift)
		return map_one(w, table, offset);
	return map_many(w, table, offset, end);
}
