// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's calls before the series (Linux 6.12): vmap() page by page,
 * vmalloc() with a walk from the root for every block, ioremap() with one
 * contiguous group at a time. It is the baseline of benchmarks, and one more
 * opinion in every comparison.
 */
#include "mapper/prior/prior.h"

const struct mapper prior_mapper = {
	.name = "prior",
	.kind = MAPPER_PRIOR,
	.call = {
#define ENTRY(KIND, name) [CALL_##KIND] = prior_##name,
		CALLS(ENTRY)
#undef ENTRY
	},
	.meets = true,
	.lookup = prior_lookup,
	.page_present = prior_page_present,
	.dump = prior_dump,
};
