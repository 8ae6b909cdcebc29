// SPDX-License-Identifier: GPL-2.0-only
/* Entries and tables that no mapper under test stored: preset ones, and the linear map. */
#include "mapper/machine/assert.h"
#include "oracle/attributes.h"
#include "oracle/oracle.h"
#include "oracle/reference/reference.h"

/* The empty slot of `va` at `level`. False when it is in use or there is no table page. */
static bool empty_slot(struct oracle *o, uint64_t va, int level, struct slot *slot)
{
	struct outcome ignored = { 0 };
	ASSERT(!o->trace.judging); /* nothing is preset in the middle of a call */
	ASSERT_CMP(level, >=, o->g.start_level);
	ASSERT_CMP(level, <=, ARM64_LAST_LEVEL);
	return !reference_slot(&o->g, o->machine, &ignored, va, level, slot) &&
	       !machine_load(o->machine, slot->table, slot->index);
}

/* Stores a word into an empty slot. */
static bool fill_slot(struct oracle *o, uint64_t va, int level, uint64_t desc)
{
	struct slot slot;
	if (!empty_slot(o, va, level, &slot))
		return false;
	machine_store(o->machine, slot.table, slot.index, 1, desc, 0);
	return true;
}

/* PAGE_KERNEL is dirty, as Linux counts: PTE_DIRTY, a bit of software. trans_pgd asks for it. */
#define SOFTWARE_DIRTY ARM64_BIT(55)

static uint64_t leaf_desc(const struct oracle *o, uint64_t pfn, int level)
{
	uint64_t desc = SOFTWARE_DIRTY | arm64_address_bits(&o->g, pfn << o->g.granule) |
			arm64_leaf_bits_of(&o->g, level, attributes_of(PROT_KERNEL));
	ASSERT_CMP(arm64_address(&o->g, desc), ==, pfn << o->g.granule);
	ASSERT_CMP(arm64_kind(&o->g, level, desc), ==, ARM64_LEAF);
	return desc;
}

static void expect_mapped(struct oracle *o, uint64_t page, uint64_t pages, uint64_t pfn)
{
	space_add(&o->space, (struct segment){ .start = page,
					       .end = page + pages,
					       .pfn = pfn,
					       .prot = PROT_KERNEL,
					       .may = attributes_may(PROT_KERNEL) });
}

bool oracle_preset_leaf(struct oracle *o, uint64_t va, uint64_t pfn, int level)
{
	uint64_t pages = UINT64_C(1) << arm64_leaf_order(&o->g, level);
	ASSERT_CMP(oracle_page(o, va) % pages, ==, 0);
	ASSERT_CMP(pfn % pages, ==, 0);
	if (!fill_slot(o, va, level, leaf_desc(o, pfn, level)))
		return false;
	expect_mapped(o, oracle_page(o, va), pages, pfn);
	return true;
}

bool oracle_preset_table(struct oracle *o, uint64_t va, int level)
{
	struct slot slot;
	if (!empty_slot(o, va, level, &slot))
		return false;
	table_t table = machine_alloc_table(o->machine);
	if (table == MACHINE_NO_TABLE)
		return false;
	machine_store(o->machine, slot.table, slot.index, 1,
		      reference_link(&o->g, o->machine, table), 0);
	return true;
}

/* Whether Linux makes leaves, and groups of them, at `level` of the linear map. */
static bool linear_has(const struct oracle *o, int level)
{
	return level >= 2 || (level == 1 && o->g.granule == 12);
}

/* The highest level at which a leaf may stand for `page`, with `pages` left to lay. */
static int linear_level(const struct oracle *o, uint64_t page, uint64_t pages)
{
	for (int level = 1; level < ARM64_LAST_LEVEL; level++) {
		uint64_t size = UINT64_C(1) << arm64_leaf_order(&o->g, level);
		if (level >= o->g.start_level && linear_has(o, level) && size <= pages &&
		    !(page & (size - 1)))
			return level;
	}
	return ARM64_LAST_LEVEL;
}

/* Whether the leaf for `page` at `level` lies in a group that is laid as a whole. */
static bool in_linear_group(const struct oracle *o, uint64_t page, int level, uint64_t first,
			    uint64_t end)
{
	unsigned order = arm64_leaf_order(&o->g, level) + arm64_contiguous_size(&o->g, level);
	uint64_t start = page >> order << order;
	return level >= 2 && start >= first && start + (UINT64_C(1) << order) <= end;
}

bool oracle_lay_linear(struct oracle *o, uint64_t pa, uint64_t bytes, bool by_pages)
{
	uint64_t first = pa >> o->g.granule, end = first + (bytes >> o->g.granule), page = first;
	ASSERT_CMP(end, <=, oracle_linear_pages(o));
	for (uint64_t pages; page < end; page += pages) {
		int level = by_pages ? ARM64_LAST_LEVEL : linear_level(o, page, end - page);
		uint64_t desc = leaf_desc(o, page, level);
		pages = UINT64_C(1) << arm64_leaf_order(&o->g, level);
		if (!by_pages && in_linear_group(o, page, level, first, end))
			desc |= ARM64_CONTIGUOUS;
		if (!fill_slot(o, oracle_va(o, page), level, desc))
			break;
	}
	ASSERT_CMP(page, <=, end);
	expect_mapped(o, first, page - first, first);
	return page == end;
}
