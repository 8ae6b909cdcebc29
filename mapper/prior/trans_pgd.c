// SPDX-License-Identifier: GPL-2.0-only
/* trans_pgd_create_copy(), entry by entry: both tables are walked from their roots for each. */
#include <errno.h>

#include "mapper/pgtable/table.h"
#include "mapper/prior/prior.h"

struct found {
	int level;
	uint64_t desc; /* a leaf, valid or not, or 0 */
};

static struct found find(struct machine *m, const struct geometry *g, uint64_t offset)
{
	struct found at = { .level = g->start_level };
	for (table_t table = MACHINE_ROOT;; at.level++) {
		at.desc = machine_load(m, table, level_index(g, at.level, offset));
		if (at.level == PTE_LEVEL || !desc_is_table(at.desc))
			return at;
		table = table_below(m, g, at.desc);
	}
}

/* Stores a leaf for `offset` at `level` below `root`, and the tables that are missing. */
static int put(struct machine *m, const struct geometry *g, table_t root, uint64_t offset,
	       struct found at)
{
	struct outcome ignored = { 0 };
	table_t table = root;
	for (int level = g->start_level; level < at.level; level++)
		if (table_descend(m, &ignored, g, table, level, level_index(g, level, offset),
				  &table))
			return -ENOMEM;
	machine_store(m, table, level_index(g, at.level, offset), 1, at.desc, 0);
	return 0;
}

int prior_trans_pgd(struct address_space *space, const struct call *call, struct outcome *out)
{
	struct machine *m = space->machine;
	struct geometry g = geometry_of(&m->config);
	uint64_t start = call->va - g.va_base, end = start + call->bytes;
	table_t root = machine_alloc_table(m);
	if (root == MACHINE_NO_TABLE)
		return -ENOMEM;
	for (uint64_t offset = start, next; offset < end; offset = next) {
		struct found at = find(m, &g, offset);
		uint64_t group = (UINT64_C(1) << group_shift(&g, at.level)) - 1;
		next = window_end(&g, at.level, offset, end);
		if (!at.desc)
			continue;
		if (!(at.desc & DESC_VALID))
			at.desc &= ~DESC_PRESENT_INVALID;
		at.desc = (at.desc & ~DESC_RDONLY) | DESC_VALID | DESC_WRITE;
		if ((offset & ~group) < start || (offset | group) >= end)
			at.desc &= ~DESC_CONT;
		if (put(m, &g, root, offset, at))
			return -ENOMEM;
	}
	out->copy = root;
	return 0;
}
