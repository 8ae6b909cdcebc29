// SPDX-License-Identifier: GPL-2.0-only
/*
 * For every page: walk from the root, write one page descriptor. No blocks,
 * no groups, no state kept from page to page: too simple to be wrong.
 */
#include "oracle/reference/reference.h"

#include "oracle/arm64/translate.h"
#include "oracle/attributes.h"

static uint64_t reference_lookup(struct address_space *space, uint64_t va)
{
	struct arm64_geometry g = arm64_geometry(&space->machine->config);
	struct arm64_translation t = arm64_translate(&g, space->machine, va);
	return t.mapped ? t.oa >> g.granule : PAGE_HOLE;
}

static bool reference_page_present(struct address_space *space, uint64_t pfn)
{
	struct arm64_geometry g = arm64_geometry(&space->machine->config);
	return arm64_translate(&g, space->machine, arm64_va_base(&g) + (pfn << g.granule)).mapped;
}

/* A line for each entry. */
static unsigned reference_dump(struct address_space *space, uint64_t va, uint64_t bytes,
			       struct dump_line *line, unsigned room)
{
	struct arm64_geometry g = arm64_geometry(&space->machine->config);
	uint64_t low;
	unsigned lines = 0;
	for (uint64_t at = va; at - va < bytes && lines < room; at = (at | low) + 1) {
		struct arm64_translation t = arm64_translate(&g, space->machine, at);
		low = (UINT64_C(1) << arm64_leaf_bits(&g, t.level)) - 1;
		uint64_t left = bytes - (at - va), size = low + 1 - (at & low);
		line[lines++] =
			(struct dump_line){ .va = at,
					    .bytes = left < size ? left : size,
					    .level = t.level,
					    .says = attributes_dumped(&g, t.level, t.desc) };
	}
	return lines;
}

const struct mapper reference_mapper = {
	.name = "reference",
	.kind = MAPPER_PAGES,
	.call = {
#define ENTRY(KIND, name) [CALL_##KIND] = reference_##name,
		CALLS(ENTRY)
#undef ENTRY
	},
	.meets = true,
	.lookup = reference_lookup,
	.page_present = reference_page_present,
	.dump = reference_dump,
};
