// SPDX-License-Identifier: GPL-2.0-only
/* Memory that is added: page by page, and all of it goes again where that fails. */
#include "oracle/attributes.h"
#include "oracle/reference/reference.h"

static int add_page(const struct arm64_geometry *g, struct machine *m, uint64_t va)
{
	struct outcome ignored = { 0 }; /* the kernel's has no mask of modified levels */
	struct slot slot;
	int error = reference_slot(g, m, &ignored, va, ARM64_LAST_LEVEL, &slot);
	uint64_t bits = arm64_leaf_bits_of(g, ARM64_LAST_LEVEL, attributes_of(PROT_KERNEL));
	if (!error)
		machine_store(m, slot.table, slot.index, 1,
			      arm64_address_bits(g, va - arm64_va_base(g)) | bits, 0);
	return error;
}

int reference_add_memory(struct address_space *space, const struct call *call, struct outcome *out)
{
	struct machine *m = space->machine;
	struct arm64_geometry g = arm64_geometry(&m->config);
	int error = 0;
	(void)out;
	for (uint64_t done = 0; done < call->bytes && !error; done += UINT64_C(1) << g.granule)
		error = add_page(&g, m, call->va + done);
	machine_barrier(m, BARRIER_DSB_ISHST);
	machine_barrier(m, BARRIER_ISB);
	if (error)
		reference_take_away(space, call);
	return error;
}
