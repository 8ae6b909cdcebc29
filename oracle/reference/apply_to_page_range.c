// SPDX-License-Identifier: GPL-2.0-only
/* apply_to_page_range() and apply_to_existing_page_range(): page by page, up to the first that is in the way. */
#include <errno.h>

#include "oracle/arm64/translate.h"
#include "oracle/reference/reference.h"

/*
 * The callback returns -EBUSY for an entry in use. A block stops the walk
 * itself: the kernel warns, and returns -EINVAL.
 */
int reference_apply_to_page_range(struct address_space *space, const struct call *call,
				  struct outcome *out)
{
	struct machine *m = space->machine;
	struct arm64_geometry g = arm64_geometry(&m->config);
	uint64_t stopped = call->va;
	int error = reference_map(space, call, out, &stopped);
	struct arm64_translation there = arm64_translate(&g, m, stopped);
	if (!error || m->alloc_failed)
		return error;
	if (error != -EBUSY)
		return -EINVAL;
	if (there.level == ARM64_LAST_LEVEL)
		return -EBUSY;
	machine_warn(m, stopped);
	return -EINVAL;
}

/* Whether the page is in a contiguous group of which not all lies in the range. */
static bool is_cut(const struct arm64_geometry *g, const struct call *call, uint64_t va,
		   uint64_t desc)
{
	uint64_t group = UINT64_C(1) << (g->granule + arm64_contiguous_size(g, ARM64_LAST_LEVEL));
	uint64_t first = va & ~(group - 1);
	return desc & ARM64_VALID && desc & ARM64_CONTIGUOUS &&
	       (group > call->bytes || first < call->va || first - call->va > call->bytes - group);
}

static int clear(const struct arm64_geometry *g, struct machine *m, const struct call *call,
		 struct outcome *out)
{
	for (uint64_t done = 0, size; done < call->bytes;
	     done += size - ((call->va + done) & (size - 1))) {
		struct slot slot;
		bool stops;
		size = UINT64_C(1) << g->granule;
		if (reference_find_page(g, m, call->va + done, &slot, &stops)) {
			uint64_t desc = machine_load(m, slot.table, slot.index);
			stops = is_cut(g, call, call->va + done, desc);
			if (!stops && desc) {
				machine_store(m, slot.table, slot.index, 1, 0, 0);
				out->modified |= MODIFIED_LEVEL(ARM64_LAST_LEVEL);
			}
		} else if (!stops) { /* a hole, as large as the entry that faults */
			int level = arm64_translate(g, m, call->va + done).level;
			size = UINT64_C(1) << arm64_leaf_bits(g, level);
		}
		if (stops) {
			machine_warn(m, call->va + done);
			return -EINVAL;
		}
	}
	return 0;
}

int reference_apply_to_existing_page_range(struct address_space *space, const struct call *call,
					   struct outcome *out)
{
	struct machine *m = space->machine;
	struct arm64_geometry g = arm64_geometry(&m->config);
	machine_flush_cache(m, CACHE_FLUSH_VUNMAP, call->va, call->bytes);
	int error = clear(&g, m, call, out);
	machine_barrier(m, BARRIER_DSB_ISHST);
	machine_tlbi_all(m);
	machine_barrier(m, BARRIER_DSB_ISH);
	machine_barrier(m, BARRIER_ISB);
	return error;
}
