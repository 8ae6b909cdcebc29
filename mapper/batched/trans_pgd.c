// SPDX-License-Identifier: GPL-2.0-only
/* trans_pgd_create_copy() of arch/arm64/mm/trans_pgd.c, Linux 7.2: table by table, from the root down. */
#include <errno.h>

#include "mapper/batched/batched.h"
#include "mapper/pgtable/table.h"

#define DESC_SW_DIRTY (UINT64_C(1) << 55) /* PTE_DIRTY: the kernel's own mappings have it */

struct copying {
	struct machine *m;
	struct geometry g;
	uint64_t start, end; /* offsets */
};

/* Whether the whole group that the entry for `offset` is part of lies in the range. */
static bool has_whole_group(const struct copying *c, int level, uint64_t offset)
{
	uint64_t size = UINT64_C(1) << group_shift(&c->g, level), first = offset & ~(size - 1);
	return first >= c->start && first + size <= c->end;
}

/* Valid and writable: pte_mkvalid_k() and pte_mkwrite_novma(). */
static uint64_t copy_of_leaf(const struct copying *c, int level, uint64_t offset, uint64_t desc)
{
	if (!(desc & DESC_VALID))
		desc &= ~DESC_PRESENT_INVALID;
	desc |= DESC_VALID | DESC_WRITE;
	if (desc & DESC_SW_DIRTY)
		desc &= ~DESC_RDONLY;
	if (desc & DESC_CONT && !has_whole_group(c, level, offset))
		desc &= ~DESC_CONT;
	return desc;
}

/* Copies what the tables at `from` map of [offset, end), which lies in one table, to one at `to`. */
static int copy_table(const struct copying *c, table_t to, table_t from, int level, uint64_t offset,
		      uint64_t end)
{
	for (uint64_t next; offset < end; offset = next) {
		uint32_t index = level_index(&c->g, level, offset);
		uint64_t desc = machine_load(c->m, from, index);
		next = window_end(&c->g, level, offset, end);
		if (!desc)
			continue;
		if (level == PTE_LEVEL || !desc_is_table(desc)) {
			machine_store(c->m, to, index, 1, copy_of_leaf(c, level, offset, desc), 0);
			continue;
		}
		table_t child = machine_alloc_table(c->m);
		if (child == MACHINE_NO_TABLE)
			return -ENOMEM;
		machine_store(c->m, to, index, 1,
			      desc_to_table(&c->g, machine_table_pfn(c->m, child)), 0);
		if (copy_table(c, child, table_below(c->m, &c->g, desc), level + 1, offset, next))
			return -ENOMEM;
	}
	return 0;
}

int batched_trans_pgd(struct address_space *space, const struct call *call, struct outcome *out)
{
	struct copying c = { .m = space->machine, .g = geometry_of(&space->machine->config) };
	table_t root = machine_alloc_table(c.m);
	if (root == MACHINE_NO_TABLE)
		return -ENOMEM;
	c.start = call->va - c.g.va_base;
	c.end = c.start + call->bytes;
	int error = copy_table(&c, root, MACHINE_ROOT, c.g.start_level, c.start, c.end);
	out->copy = error ? 0 : root;
	return error;
}
