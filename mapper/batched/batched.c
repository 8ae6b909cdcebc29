// SPDX-License-Identifier: GPL-2.0-only
#include "mapper/batched/batched.h"

const struct mapper batched_mapper = {
	.name = "batched",
	.kind = MAPPER_SERIES,
	.call = {
#define ENTRY(KIND, name) [CALL_##KIND] = batched_##name,
		CALLS(ENTRY)
#undef ENTRY
	},
	.meets = true,
	.lookup = batched_lookup,
	.page_present = batched_page_present,
	.dump = batched_dump,
};
