// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/linear_lines.h"

#include "fuzz/sizes.h"

/*
 * Whether the root has blocks, and a group of them lies in the range. Linux goes from one entry of the
 * root to the next, and sees no whole group of them (alloc_init_cont_pmd() in 6.12).
 */
static bool has_group_of_root(const struct scenario *s, const struct op *op)
{
	const struct sizes sizes = sizes_of(&s->machine);
	uint64_t group = sizes.block * sizes.block_group;
	uint64_t first = (op->call.pfn + group - 1) & ~(group - 1);
	uint64_t end = op->call.pfn + (op->call.bytes >> s->machine.page_shift);
	bool blocks_in_root = scenario_level_shift(&s->machine, 1) >= s->machine.va_bits;
	return blocks_in_root && op->call.leaf == LEAF_LARGEST && first + group <= end;
}

static bool lays(const struct mapper *mapper, const struct op *op)
{
	return op->call.kind == CALL_LINEAR && mapper->call[CALL_LINEAR];
}

const char *laid_by_rig(const struct mapper *mapper, const struct scenario *s, const struct op *op)
{
	if (!lays(mapper, op) || !has_group_of_root(s, op))
		return NULL;
	return "with two levels of tables the tree's code makes no contiguous groups of blocks";
}

bool laid_by_mapper(const struct mapper *mapper, const struct scenario *s, const struct op *op)
{
	return lays(mapper, op) && !laid_by_rig(mapper, s, op);
}
