// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's calls before the series (Linux 6.12): vmap() page by page,
 * vmalloc() with a walk from the root for every block, ioremap() with a
 * single contiguous group at a time. It is the baseline of benchmarks, and
 * one more opinion in every comparison.
 */
#include "mapper/prior/prior.h"

#include <errno.h>

#include "mapper/batched/batched.h"
#include "mapper/pgtable/table.h"

static struct target target_of(struct address_space *space, uint64_t va, uint64_t bytes,
			       enum prot prot)
{
	struct target t = { .space = space, .g = geometry_of(&space->machine->config) };
	t.attributes = desc_attributes(&t.g, prot);
	t.start = va - t.g.va_base;
	t.end = t.start + bytes;
	return t;
}

static void finish(const struct target *t)
{
	struct machine *m = t->space->machine;
	if (t->space->modified) {
		machine_barrier(m, BARRIER_DSB_ISHST);
		machine_barrier(m, BARRIER_ISB);
	}
	machine_flush_cache(m, CACHE_FLUSH_VMAP, t->g.va_base + t->start, t->end - t->start);
}

static int prior_vmap(struct address_space *space, uint64_t va, struct page_array pages,
		      enum prot prot, unsigned flags)
{
	(void)flags;
	uint64_t bytes = (uint64_t)pages.count << space->machine->config.page_shift;
	struct target t = target_of(space, va, bytes, prot);
	int error = map_small_pages(&t, pages.page);
	finish(&t);
	return error;
}

/* Whether each block of the array is what the allocator would have given for it. */
static bool blocks_hold(struct page_array pages, size_t block)
{
	for (size_t i = 0; i < pages.count; i++) {
		uint64_t head = pages.page[i - i % block];
		if (!PAGE_IS_PFN(head) || pages.page[i] != head + i % block)
			return false;
	}
	return true;
}

/* The block size of the call: the one that was asked for, or what lies below it. */
static unsigned block_shift(const struct target *t, struct page_array pages, unsigned page_shift,
			    unsigned flags)
{
	const unsigned shifts[] = { t->g.pmd_shift, t->g.cont_shift };
	for (unsigned i = 0; i < 2 && flags & MAP_FLAG_HUGE; i++)
		if (shifts[i] <= page_shift && shifts[i] <= t->space->policy->max_shift)
			return blocks_hold(pages, (size_t)1 << (shifts[i] - t->g.page_shift))
				       ? shifts[i]
				       : t->g.page_shift;
	return t->g.page_shift;
}

/* Each block on its own, by a walk from the root; only its first page is looked at. */
static int map_blocks(const struct target *t, const uint64_t *page, unsigned shift)
{
	struct target block = *t;
	int error = 0;
	for (uint64_t at = t->start; at < t->end && !error; at = block.end) {
		block.start = at;
		block.end = (t->end - at) >> shift ? at + (UINT64_C(1) << shift) : t->end;
		error = map_physical_range(&block, page[(at - t->start) >> t->g.page_shift], shift);
	}
	return error;
}

static int prior_vmalloc(struct address_space *space, uint64_t va, struct page_array pages,
			 unsigned page_shift, enum prot prot, unsigned flags)
{
	uint64_t bytes = (uint64_t)pages.count << space->machine->config.page_shift;
	struct target t = target_of(space, va, bytes, prot);
	unsigned shift = block_shift(&t, pages, page_shift, flags);
	space->page_shift = (uint8_t)shift;
	int error = shift == t.g.page_shift ? map_small_pages(&t, pages.page)
					    : map_blocks(&t, pages.page, shift);
	finish(&t);
	return error;
}

static int prior_ioremap(struct address_space *space, uint64_t va, uint64_t pa, uint64_t bytes,
			 enum prot prot)
{
	struct target t = target_of(space, va, bytes, prot);
	int error = map_physical_range(&t, pa >> t.g.page_shift, space->policy->max_shift);
	finish(&t);
	return error;
}

/* The series changes neither unmapping, nor set_memory, nor lookup. */
const struct mapper prior_mapper = {
	.name = "prior",
	.kind = MAPPER_PRIOR,
	.vmap = prior_vmap,
	.vmalloc = prior_vmalloc,
	.ioremap = prior_ioremap,
	.vunmap = batched_vunmap,
	.set_memory = batched_set_memory,
	.lookup = batched_lookup,
};
