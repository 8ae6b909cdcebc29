// SPDX-License-Identifier: GPL-2.0-only
/* A copy of the linear map: a leaf for each entry that is in use, at its level, and no groups. */
#include <errno.h>

#include "oracle/arm64/translate.h"
#include "oracle/reference/reference.h"

/* Stores a leaf for `va` at `level` of the tables below `root`, with the tables that are missing. */
static int store_leaf(const struct arm64_geometry *g, struct machine *m, table_t root, uint64_t va,
		      int level, uint64_t desc)
{
	table_t table = root;
	for (int at = g->start_level; at < level; at++) {
		uint32_t index = arm64_table_index(g, at, va);
		uint64_t link = machine_load(m, table, index);
		table_t child = link ? reference_child(g, m, link) : machine_alloc_table(m);
		if (child == MACHINE_NO_TABLE)
			return -ENOMEM;
		if (!link)
			machine_store(m, table, index, 1, reference_link(g, m, child), 0);
		table = child;
	}
	machine_store(m, table, arm64_table_index(g, level, va), 1, desc, 0);
	return 0;
}

int reference_trans_pgd(struct address_space *space, const struct call *call, struct outcome *out)
{
	struct machine *m = space->machine;
	struct arm64_geometry g = arm64_geometry(&m->config);
	table_t root = machine_alloc_table(m);
	if (root == MACHINE_NO_TABLE)
		return -ENOMEM;
	uint64_t low;
	for (uint64_t va = call->va; va - call->va < call->bytes; va = (va | low) + 1) {
		struct arm64_translation t = arm64_translate(&g, m, va);
		uint64_t mark = t.desc & ARM64_VALID ? 0 : ARM64_NG;
		low = (UINT64_C(1) << arm64_leaf_bits(&g, t.level)) - 1;
		t.desc = t.desc & ~(mark | ARM64_AP2 | ARM64_CONTIGUOUS);
		if (t.desc &&
		    store_leaf(&g, m, root, va, t.level, t.desc | ARM64_VALID | ARM64_DBM))
			return -ENOMEM;
	}
	out->copy = root;
	return 0;
}
