// SPDX-License-Identifier: GPL-2.0-only
/*
 * Splitting leaves in place, with the mapping live all the time. Arm allows
 * that from BBM level 2 on (R_KFLJB, R_KHRBC), which the caller has checked.
 */
#include <errno.h>

#include "mapper/batched/protect.h"
#include "mapper/machine/assert.h"
#include "mapper/pgtable/table.h"

/* A leaf, or an empty entry, that a walk for an offset ends at. */
struct leaf {
	table_t table;
	uint32_t index;
	int level;
	uint64_t desc;
};

static struct leaf leaf_at(struct protect *p, uint64_t offset)
{
	struct leaf leaf = { .table = MACHINE_ROOT, .level = p->g.start_level };
	for (;; leaf.level++) {
		leaf.index = level_index(&p->g, leaf.level, offset);
		leaf.desc = machine_load(p->machine, leaf.table, leaf.index);
		if (leaf.level == PTE_LEVEL || !desc_is_table(leaf.desc))
			return leaf;
		leaf.table = table_below(p->machine, &p->g, leaf.desc);
	}
}

/* Entries of the contiguous group that leaves at `level` may form. */
static uint32_t group_entries(const struct protect *p, int level)
{
	return 1u << (group_shift(&p->g, level) - level_shift(&p->g, level));
}

static bool is_at_end_of_space(const struct protect *p, uint64_t at)
{
	return at == -p->g.va_base;
}

bool boundary_in_leaf(struct protect *p, uint64_t at)
{
	if (is_at_end_of_space(p, at))
		return false;
	struct leaf leaf = leaf_at(p, at);
	if (!leaf.desc)
		return false;
	bool whole_groups = !(p->space->policy->quirks & QUIRK_CUT_GROUPS);
	unsigned shift = leaf.desc & DESC_CONT && whole_groups ? group_shift(&p->g, leaf.level)
							       : level_shift(&p->g, leaf.level);
	return at & ((UINT64_C(1) << shift) - 1);
}

/* Makes the contiguous group that a leaf is in a group of single leaves. */
static void clear_group(struct protect *p, const struct leaf *leaf)
{
	uint32_t entries = group_entries(p, leaf->level);
	uint32_t first = leaf->index & ~(entries - 1);
	uint64_t list[GATHER];
	ASSERT_CMP(entries, <=, GATHER);
	for (uint32_t i = 0; i < entries; i++)
		list[i] = machine_load(p->machine, leaf->table, first + i) & ~DESC_CONT;
	machine_store_list(p->machine, leaf->table, first, entries, list);
	machine_barrier(p->machine, BARRIER_DSB_ISHST);
	machine_barrier(p->machine, BARRIER_ISB);
}

/* Fills a new table with the leaves, one level down, that map what block `desc` at `level` maps. */
static void fill_table(struct protect *p, table_t child, int level, uint64_t desc)
{
	uint64_t list[GATHER];
	uint32_t entries = 1u << p->g.table_bits;
	uint64_t pages = UINT64_C(1) << (level_shift(&p->g, level + 1) - p->g.page_shift);
	uint64_t pfn = desc_pfn(&p->g, desc);
	uint64_t bits = desc | DESC_CONT; /* the block's address bits are in those of each part */
	if (level + 1 == PTE_LEVEL)
		bits |= DESC_TABLE; /* a page's type */
	uint32_t part = entries < GATHER ? entries : GATHER;
	for (uint32_t i = 0; i < entries; i += part) {
		for (uint32_t k = 0; k < part; k++)
			list[k] = desc_output(&p->g, pfn + (i + k) * pages) | bits;
		machine_store_list(p->machine, child, i, part, list);
	}
}

/*
 * Puts a full table in a block's place. Its descriptor has no PXNTable. Linux
 * sets PXNTable if the block had PXN, and set_memory_x() of a page below could
 * not clear it.
 */
static int split_block(struct protect *p, const struct leaf *leaf)
{
	table_t child = machine_alloc_table(p->machine);
	if (child == MACHINE_NO_TABLE)
		return -ENOMEM;
	fill_table(p, child, leaf->level, leaf->desc);
	machine_barrier(p->machine, BARRIER_DSB_ISHST);
	uint64_t link = desc_to_table(&p->g, machine_table_pfn(p->machine, child));
	if (p->space->policy->quirks & QUIRK_PXN_TABLES && leaf->desc & DESC_PXN)
		link |= DESC_TABLE_PXN;
	machine_store(p->machine, leaf->table, leaf->index, 1, link, 0);
	machine_barrier(p->machine, BARRIER_DSB_ISHST);
	machine_barrier(p->machine, BARRIER_ISB);
	return 0;
}

int split_at(struct protect *p, uint64_t at)
{
	while (boundary_in_leaf(p, at)) {
		struct leaf leaf = leaf_at(p, at);
		if (leaf.desc & DESC_CONT) {
			clear_group(p, &leaf);
			continue;
		}
		int error = split_block(p, &leaf);
		if (error)
			return error;
	}
	return 0;
}
