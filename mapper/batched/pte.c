// SPDX-License-Identifier: GPL-2.0-only
/*
 * The last level: contiguous groups in batches of several groups, and single
 * pages gathered into lists (the series' vmap_set_ptes() and arm64's
 * arch_vmap_pte_range_map_size()).
 */
#include <errno.h>

#include "mapper/batched/walk.h"

#define GATHER 128 /* single pages that are stored by one list */

static uint64_t min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* The largest power of two that is not above x; x is not 0. */
static uint64_t power_of_two_below(uint64_t x)
{
	return UINT64_C(1) << (63 - __builtin_clzll(x));
}

/*
 * Bytes from `offset` that one batch of contiguous groups may map: several
 * whole groups, or 0. VA and PA are group aligned, and the batch ends before
 * its table, its range and its verified block do. The last of these bounds is
 * what the series lacked in July 2026.
 */
static uint64_t batch_bytes(const struct walk *w, uint64_t offset, uint64_t end)
{
	uint64_t group = UINT64_C(1) << w->g.cont_shift;
	if (!w->cont_ptes || w->run.shift < w->g.cont_shift)
		return 0;
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
	if (!w->cont_ptes || w->run.shift < w->g.cont_shift)
		return end - offset;
	uint64_t left = min(end - offset, block_left(w, offset));
	uint64_t pa = run_page(w, offset) << w->g.page_shift;
	if ((offset ^ pa) & (group - 1))
		return left; /* VA and PA are never group aligned together in this block */
	return min(left, group - (offset & (group - 1)));
}

/* Stores `pages` consecutive Contiguous pages; none if one of their entries is in use. */
static int map_batch(struct walk *w, table_t table, uint64_t offset, uint32_t pages)
{
	uint32_t index = level_index(&w->g, PTE_LEVEL, offset);
	bool head_only = w->space->policy->quirks & QUIRK_HEAD_CHECK;
	uint32_t tested = head_only ? 1 : pages;
	uint32_t free = machine_find_nonzero(w->machine, table, index, tested);
	if (free < tested)
		return walk_busy(w, offset + ((uint64_t)free << w->g.page_shift));
	uint64_t pfn = run_page(w, offset);
	for (uint32_t done = 0; done < pages;) {
		uint32_t part = (uint32_t)min(pages - done, desc_series_pages(&w->g, pfn + done));
		uint64_t first = desc_output(&w->g, pfn + done) | w->attributes | DESC_CONT;
		machine_store(w->machine, table, index + done, part, first | DESC_PAGE_TYPE,
			      UINT64_C(1) << w->g.page_shift);
		done += part;
	}
	return 0;
}

/* 0 for a page that can be mapped, else the kernel's errno for it. */
static int page_error(uint64_t page)
{
	if (PAGE_IS_PFN(page))
		return 0;
	return page == PAGE_HOLE ? -ENOMEM : -EINVAL;
}

/* Stores single pages up to the first that cannot be mapped; *stored says how many. */
static int store_singles(struct walk *w, table_t table, uint64_t offset, uint32_t pages,
			 uint32_t *stored)
{
	uint32_t index = level_index(&w->g, PTE_LEVEL, offset);
	uint64_t list[GATHER];
	int error = 0;
	*stored = 0;
	while (*stored < pages && !error) {
		uint32_t most = (uint32_t)min(pages - *stored, GATHER);
		uint64_t at = offset + ((uint64_t)*stored << w->g.page_shift);
		uint32_t n = 0;
		for (; n < most; n++, at += UINT64_C(1) << w->g.page_shift) {
			uint64_t page = run_page(w, at);
			error = page_error(page);
			if (error)
				break;
			list[n] = desc_output(&w->g, page) | w->attributes | DESC_PAGE_TYPE;
		}
		machine_store_list(w->machine, table, index + *stored, n, list);
		*stored += n;
	}
	return error;
}

static int map_singles(struct walk *w, table_t table, uint64_t offset, uint32_t pages)
{
	uint32_t index = level_index(&w->g, PTE_LEVEL, offset);
	uint32_t free = machine_find_nonzero(w->machine, table, index, pages);
	uint32_t stored;
	int error = store_singles(w, table, offset, free, &stored);
	uint64_t stopped = offset + ((uint64_t)stored << w->g.page_shift);
	if (error)
		machine_warn(w->machine, w->g.va_base + stopped);
	else if (free < pages)
		return walk_busy(w, stopped);
	return error;
}

int walk_map_ptes(struct walk *w, table_t table, uint64_t offset, uint64_t end)
{
	w->space->modified |= MODIFIED_LEVEL(PTE_LEVEL);
	while (offset < end) {
		uint64_t bytes = batch_bytes(w, offset, end);
		int error;
		if (bytes) {
			error = map_batch(w, table, offset, (uint32_t)(bytes >> w->g.page_shift));
		} else {
			bytes = single_bytes(w, offset, end);
			error = map_singles(w, table, offset, (uint32_t)(bytes >> w->g.page_shift));
		}
		if (error)
			return error;
		offset += bytes;
	}
	return 0;
}
