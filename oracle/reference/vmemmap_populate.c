// SPDX-License-Identifier: GPL-2.0-only
/* Struct pages are backed: a page of memory for each page, but where another's are there. */
#include <errno.h>

#include "oracle/attributes.h"
#include "oracle/reference/reference.h"
#include "oracle/struct_pages.h"

static int back_page(const struct arm64_geometry *g, struct machine *m, uint64_t va, uint64_t pfn)
{
	struct outcome ignored = { 0 }; /* the kernel's has no mask of modified levels */
	struct slot slot;
	int error = reference_slot(g, m, &ignored, va, ARM64_LAST_LEVEL, &slot);
	if (error)
		return error;
	if (!machine_alloc_memory(m, UINT64_C(1) << g->granule))
		return -ENOMEM;
	machine_store(m, slot.table, slot.index, 1,
		      arm64_address_bits(g, pfn << g->granule) |
			      arm64_leaf_bits_of(g, ARM64_LAST_LEVEL, attributes_of(PROT_KERNEL)),
		      0);
	return 0;
}

int reference_vmemmap_populate(struct address_space *space, const struct call *call,
			       struct outcome *out)
{
	struct machine *m = space->machine;
	struct arm64_geometry g = arm64_geometry(&m->config);
	uint64_t pfn = call->pfn;
	int error = 0;
	(void)out;
	for (uint64_t done = 0; done < call->bytes && !error; done += UINT64_C(1) << g.granule)
		if (!struct_pages_of_others(&g, call, call->va + done, space->area, space->areas))
			error = back_page(&g, m, call->va + done, pfn++);
	machine_barrier(m, BARRIER_DSB_ISHST);
	machine_barrier(m, BARRIER_ISB);
	return error;
}
