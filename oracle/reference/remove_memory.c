// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that is removed, naively: whatever leaf maps a page of the range is cleared, every TLB is
 * emptied, and then level by level each table that a page of the range has and that is empty is freed,
 * with every TLB emptied again.
 */
#include <errno.h>

#include "oracle/reference/reference.h"

struct removal {
	struct machine *m;
	struct arm64_geometry g;
	uint64_t va, bytes;
};

/* Where the walk for `va` ends at `level` or above; its level. */
static int find(const struct removal *r, uint64_t va, int level, struct slot *slot)
{
	int at = r->g.start_level;
	*slot = (struct slot){ MACHINE_ROOT, arm64_table_index(&r->g, at, va) };
	for (; at < level; at++) {
		uint64_t desc = machine_load(r->m, slot->table, slot->index);
		if (arm64_kind(&r->g, at, desc) != ARM64_TABLE)
			break;
		*slot = (struct slot){ reference_child(&r->g, r->m, desc),
				       arm64_table_index(&r->g, at + 1, va) };
	}
	return at;
}

/* Whether a leaf or group that is there lies across `va`. */
static bool is_cut(const struct removal *r, uint64_t va)
{
	struct slot slot;
	if (!va)
		return false; /* the end of the space */
	int level = find(r, va, ARM64_LAST_LEVEL, &slot);
	uint64_t desc = machine_load(r->m, slot.table, slot.index);
	unsigned bits = arm64_leaf_bits(&r->g, level);
	if (desc & ARM64_CONTIGUOUS)
		bits += arm64_contiguous_size(&r->g, level);
	return desc && va & ((UINT64_C(1) << bits) - 1);
}

static void empty_tlbs(const struct removal *r)
{
	machine_barrier(r->m, BARRIER_DSB_ISHST);
	machine_tlbi_all(r->m);
	machine_barrier(r->m, BARRIER_DSB_ISH);
	machine_barrier(r->m, BARRIER_ISB);
}

static bool is_empty(const struct removal *r, table_t table)
{
	uint32_t entries = 1u << r->g.stride;
	return machine_find_nonzero(r->m, table, 0, entries) == entries;
}

/* Frees the table below the entry at `level` for `va`, if there is one and it is empty. */
static void free_if_empty(const struct removal *r, uint64_t va, int level)
{
	struct slot slot;
	if (find(r, va, level, &slot) != level)
		return;
	uint64_t desc = machine_load(r->m, slot.table, slot.index);
	if (arm64_kind(&r->g, level, desc) != ARM64_TABLE)
		return;
	table_t child = reference_child(&r->g, r->m, desc);
	if (!is_empty(r, child))
		return;
	machine_store(r->m, slot.table, slot.index, 1, 0, 0);
	empty_tlbs(r);
	machine_free_table(r->m, child);
}

static void take_away(const struct removal *r)
{
	uint64_t page = UINT64_C(1) << r->g.granule;
	for (uint64_t done = 0; done < r->bytes; done += page) {
		struct slot slot;
		find(r, r->va + done, ARM64_LAST_LEVEL, &slot);
		if (machine_load(r->m, slot.table, slot.index))
			machine_store(r->m, slot.table, slot.index, 1, 0, 0);
	}
	empty_tlbs(r);
	for (int level = ARM64_LAST_LEVEL - 1; level >= r->g.start_level; level--) {
		uint64_t size = UINT64_C(1) << arm64_leaf_bits(&r->g, level);
		for (uint64_t done = 0; done < r->bytes;
		     done = ((r->va + done) & ~(size - 1)) + size - r->va)
			free_if_empty(r, r->va + done, level);
	}
}

static struct removal removal_of(struct address_space *space, const struct call *call)
{
	return (struct removal){ space->machine, arm64_geometry(&space->machine->config), call->va,
				 call->bytes };
}

void reference_take_away(struct address_space *space, const struct call *call)
{
	const struct removal r = removal_of(space, call);
	take_away(&r);
}

int reference_remove_memory(struct address_space *space, const struct call *call,
			    struct outcome *out)
{
	const struct removal r = removal_of(space, call);
	(void)out; /* the kernel's has no mask of modified levels */
	if (is_cut(&r, r.va) || is_cut(&r, r.va + r.bytes))
		return -EPERM;
	take_away(&r);
	return 0;
}
