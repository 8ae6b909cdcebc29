// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>

#include "mapper/pgtable/table.h"
#include "mapper/prior/prior.h"

struct range {
	const struct target *t;
	struct machine *machine;
	uint64_t pfn; /* of t->start */
	unsigned max_shift;
	bool cont_ptes; /* CONFIG_HUGETLB_PAGE */
};

static uint64_t pfn_at(const struct range *r, uint64_t offset)
{
	return r->pfn + ((offset - r->t->start) >> r->t->g.page_shift);
}

/* Whether exactly [offset, end) may be one leaf, or one group, of 1 << shift bytes. */
static bool fits(const struct range *r, unsigned shift, uint64_t offset, uint64_t end)
{
	uint64_t mask = (UINT64_C(1) << shift) - 1;
	uint64_t pa = pfn_at(r, offset) << r->t->g.page_shift;
	return r->max_shift >= shift && end - offset == mask + 1 && !((offset | pa) & mask);
}

/* vmap_try_huge_pmd() and vmap_try_huge_pud(). */
static bool try_block(const struct range *r, table_t table, int level, uint64_t offset,
		      uint64_t end)
{
	const struct target *t = r->t;
	if (!level_has_blocks(&t->g, level) || !fits(r, level_shift(&t->g, level), offset, end))
		return false;
	uint32_t index = level_index(&t->g, level, offset);
	uint64_t desc = desc_output(&t->g, pfn_at(r, offset)) | t->attributes | DESC_BLOCK_TYPE;
	bool empty = !machine_load(r->machine, table, index), locked = false;
	if (!empty) {
		locked = machine_trylock(r->machine);
		empty = locked && try_free_table(r->machine, &t->g, table, level, index, offset);
	}
	if (empty) {
		machine_store(r->machine, table, index, 1, desc, 0);
		t->out->modified |= MODIFIED_LEVEL(level);
	}
	if (locked)
		machine_unlock(r->machine);
	return empty;
}

static int bug_at(const struct range *r, uint64_t offset)
{
	machine_bug(r->machine, r->t->g.va_base + offset);
	return -EBUSY;
}

/* Stores `pages` pages from `offset` on, all of a group or one; -EBUSY before any if one is in use. */
static int store_pages(const struct range *r, table_t table, uint64_t offset, uint32_t pages,
		       uint64_t bits)
{
	const struct geometry *g = &r->t->g;
	uint32_t index = level_index(g, PTE_LEVEL, offset);
	uint32_t free = machine_find_nonzero(r->machine, table, index, pages);
	if (free < pages)
		return bug_at(r, offset + ((uint64_t)free << g->page_shift));
	for (uint32_t i = 0; i < pages; i++)
		machine_store(r->machine, table, index + i, 1,
			      desc_output(g, pfn_at(r, offset) + i) | r->t->attributes | bits, 0);
	return 0;
}

/* vmap_pte_range(): one contiguous group, or one page, at a time. */
static int map_ptes(const struct range *r, table_t table, uint64_t offset, uint64_t end)
{
	const struct geometry *g = &r->t->g;
	r->t->out->modified |= MODIFIED_LEVEL(PTE_LEVEL);
	for (uint64_t size; offset < end; offset += size) {
		uint64_t bits = DESC_PAGE_TYPE;
		size = UINT64_C(1) << g->cont_shift;
		if (r->cont_ptes && end - offset >= size &&
		    fits(r, g->cont_shift, offset, offset + size))
			bits |= DESC_CONT;
		else
			size = UINT64_C(1) << g->page_shift;
		int error = store_pages(r, table, offset, (uint32_t)(size >> g->page_shift), bits);
		if (error)
			return error;
	}
	return 0;
}

static int map_table(const struct range *r, table_t table, int level, uint64_t offset, uint64_t end)
{
	const struct target *t = r->t;
	for (uint64_t next; offset < end; offset = next) {
		table_t child;
		next = window_end(&t->g, level, offset, end);
		if (try_block(r, table, level, offset, next))
			continue;
		int error = table_descend(r->machine, t->out, &t->g, table, level,
					  level_index(&t->g, level, offset), &child);
		if (error)
			return error == -EBUSY ? bug_at(r, offset) : error;
		error = level == PMD_LEVEL ? map_ptes(r, child, offset, next)
					   : map_table(r, child, level + 1, offset, next);
		if (error)
			return error;
	}
	return 0;
}

int map_physical_range(const struct target *t, uint64_t pfn, unsigned max_shift)
{
	struct range r = {
		.t = t,
		.machine = t->space->machine,
		.pfn = pfn,
		.max_shift = max_shift,
		.cont_ptes = t->space->policy->series == POLICY_V9 || t->space->policy->hugetlb,
	};
	return map_table(&r, MACHINE_ROOT, t->g.start_level, t->start, t->end);
}
