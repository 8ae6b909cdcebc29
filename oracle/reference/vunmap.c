// SPDX-License-Identifier: GPL-2.0-only
/* vunmap(): whatever leaf maps a page of the range is cleared, and then every TLB is emptied. */
#include "oracle/arm64/translate.h"
#include "oracle/reference/reference.h"

/* Clears the leaf that maps `va`, if one does; *at is the level at which the walk ended. */
static bool unmap_page(const struct arm64_geometry *g, struct machine *m, struct outcome *out,
		       uint64_t va, int *at)
{
	struct slot slot = { MACHINE_ROOT, arm64_table_index(g, g->start_level, va) };
	for (int level = *at = g->start_level;; level = ++*at) {
		uint64_t desc = machine_load(m, slot.table, slot.index);
		enum arm64_kind kind = arm64_kind(g, level, desc);
		if (kind == ARM64_LEAF) {
			machine_store(m, slot.table, slot.index, 1, 0, 0);
			out->modified |= MODIFIED_LEVEL(level);
			return true;
		}
		if (kind != ARM64_TABLE)
			return false;
		slot = (struct slot){ reference_child(g, m, desc),
				      arm64_table_index(g, level + 1, va) };
	}
}

/* A block, which was there before, goes as a whole; a warning says if it reaches out of the range. */
int reference_vunmap(struct address_space *space, const struct call *call, struct outcome *out)
{
	struct machine *m = space->machine;
	uint64_t va = call->va, bytes = call->bytes;
	struct arm64_geometry g = arm64_geometry(&m->config);
	machine_flush_cache(m, CACHE_FLUSH_VUNMAP, va, bytes);
	for (uint64_t done = 0, size; done < bytes; done += size - ((va + done) & (size - 1))) {
		int level;
		bool cleared = unmap_page(&g, m, out, va + done, &level);
		size = UINT64_C(1) << arm64_leaf_bits(&g, level);
		uint64_t start = (va + done) & ~(size - 1);
		if (cleared && (start < va || size - 1 > va + (bytes - 1) - start))
			machine_warn(m, va + done);
		if (cleared) /* the other pages of the leaf are looked at all the same */
			size = UINT64_C(1) << g.granule;
	}
	machine_barrier(m, BARRIER_DSB_ISHST);
	machine_tlbi_all(m);
	machine_barrier(m, BARRIER_DSB_ISH);
	machine_barrier(m, BARRIER_ISB);
	return 0;
}
