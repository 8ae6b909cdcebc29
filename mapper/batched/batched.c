// SPDX-License-Identifier: GPL-2.0-only
#include "mapper/batched/batched.h"

const struct mapper batched_mapper = {
	.name = "batched",
	.vmap = batched_vmap,
	.vunmap = batched_vunmap,
};
