// SPDX-License-Identifier: GPL-2.0-only
#include "mapper/batched/batched.h"

const struct mapper batched_mapper = {
	.name = "batched",
	.kind = MAPPER_SERIES,
	.vmap = batched_vmap,
	.vmalloc = batched_vmalloc,
	.ioremap = batched_ioremap,
	.vunmap = batched_vunmap,
	.set_memory = batched_set_memory,
	.lookup = batched_lookup,
};
