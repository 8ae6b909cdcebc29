// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that is added: __create_pgd_mapping() of arch/arm64/mm/mmu.c, and what
 * arch_add_memory() does where that fails (Linux 7.2). Of the linear map, address
 * and physical address have the same offset.
 */
#include "mapper/batched/batched.h"
#include "mapper/batched/memory.h"
#include "mapper/machine/min.h"
#include "mapper/pgtable/descriptor.h"
#include "mapper/pgtable/table.h"

/* Entries of a table that are stored by one list. */
#define GATHER 128

struct laying {
	struct machine *machine;
	struct outcome *out;
	struct geometry g;
	uint64_t start, end; /* offsets of all that is laid */
	bool by_pages;
};

/* DESC_CONT where the leaf at `level` for `offset` is in a group that is laid as a whole. */
static uint64_t group_bit(const struct laying *l, int level, uint64_t offset)
{
	uint64_t size = UINT64_C(1) << group_shift(&l->g, level), first = offset & ~(size - 1);
	bool in_root = level < PTE_LEVEL && level == l->g.start_level;
	if (l->by_pages || size == 1 || in_root)
		return 0;
	return first >= l->start && first + size <= l->end ? DESC_CONT : 0;
}

static void lay_pages(const struct laying *l, table_t table, uint64_t offset, uint64_t end)
{
	uint64_t attributes = desc_attributes(&l->g, PROT_KERNEL) | DESC_PAGE_TYPE;
	uint32_t index = level_index(&l->g, PTE_LEVEL, offset);
	uint32_t count = (uint32_t)((end - offset) >> l->g.page_shift);
	uint64_t list[GATHER];
	for (uint32_t i = 0, part; i < count; i += part) {
		part = (uint32_t)min(count - i, GATHER);
		for (uint32_t k = 0; k < part; k++) {
			uint64_t at = offset + ((uint64_t)(i + k) << l->g.page_shift);
			list[k] = desc_output(&l->g, at >> l->g.page_shift) | attributes |
				  group_bit(l, PTE_LEVEL, at);
		}
		machine_store_list(l->machine, table, index + i, part, list);
	}
}

static void lay_block(const struct laying *l, table_t table, int level, uint64_t offset)
{
	uint64_t desc = desc_output(&l->g, offset >> l->g.page_shift) | DESC_BLOCK_TYPE |
			desc_attributes(&l->g, PROT_KERNEL) | group_bit(l, level, offset);
	machine_store(l->machine, table, level_index(&l->g, level, offset), 1, desc, 0);
}

/* Whether one block at `level` maps [offset, end). */
static bool is_block(const struct laying *l, int level, uint64_t offset, uint64_t end)
{
	uint64_t size = UINT64_C(1) << level_shift(&l->g, level);
	return !l->by_pages && level_has_blocks(&l->g, level) && end - offset == size;
}

static int lay_table(const struct laying *l, table_t table, int level, uint64_t offset,
		     uint64_t end)
{
	int error = 0;
	if (level == PTE_LEVEL) {
		lay_pages(l, table, offset, end);
		return 0;
	}
	for (uint64_t next; offset < end && !error; offset = next) {
		next = window_end(&l->g, level, offset, end);
		if (is_block(l, level, offset, next)) {
			lay_block(l, table, level, offset);
			continue;
		}
		table_t child;
		error = table_descend(l->machine, l->out, &l->g, table, level,
				      level_index(&l->g, level, offset), &child);
		if (!error)
			error = lay_table(l, child, level + 1, offset, next);
	}
	return error;
}

int batched_add_memory(struct address_space *space, const struct call *call, struct outcome *out)
{
	struct laying l = {
		.machine = space->machine,
		.out = out,
		.g = geometry_of(&space->machine->config),
		.by_pages = call->leaf == LEAF_PAGE,
	};
	l.start = call->va - l.g.va_base;
	l.end = l.start + call->bytes;
	int error = lay_table(&l, MACHINE_ROOT, l.g.start_level, l.start, l.end);
	machine_barrier(l.machine, BARRIER_DSB_ISHST);
	machine_barrier(l.machine, BARRIER_ISB);
	if (error)
		remove_range(space, l.start, l.end);
	out->modified = 0; /* the kernel's has no mask */
	return error;
}
