// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/arm64/granule.h"

#include "mapper/machine/assert.h"

#define GRANULE_4K 12
#define GRANULE_16K 14
#define GRANULE_64K 16
#define DESCRIPTOR_BITS 3 /* log2 bytes */

/* S1StartLevel: each level above the last resolves `stride` bits. */
static int start_level(unsigned ia_size, unsigned granule, unsigned stride)
{
	int level = ARM64_LAST_LEVEL - (int)((ia_size - 1 - granule) / stride);
	ASSERT_CMP(level, >=, ARM64_FIRST_LEVEL);
	return level;
}

struct arm64_geometry arm64_geometry(const struct machine_config *config)
{
	unsigned granule = config->page_shift;
	unsigned stride = config->table_bits ? config->table_bits : granule - DESCRIPTOR_BITS;
	ASSERT(granule == GRANULE_4K || granule == GRANULE_16K || granule == GRANULE_64K);
	ASSERT_CMP(config->va_bits, >, granule);
	return (struct arm64_geometry){
		.granule = granule,
		.stride = stride,
		.ia_size = config->va_bits,
		.oa_size = config->pa_bits,
		.ds = config->lpa2,
		.lpa = granule == GRANULE_64K && config->pa_bits > 48,
		.start_level = start_level(config->va_bits, granule, stride),
		.group = config->group_bits,
	};
}

unsigned arm64_contiguous_size(const struct arm64_geometry *g, int level)
{
	switch (g->granule) {
	case GRANULE_4K:
		return level < 1 ? 0 : g->group ? g->group : 4;
	case GRANULE_16K:
		return level == 3 ? 7 : level == 2 ? 5 : 0;
	default:
		return level >= 2 ? 5 : 0;
	}
}

bool arm64_block_supported(const struct arm64_geometry *g, int level)
{
	switch (g->granule) {
	case GRANULE_4K:
		return level == 1 || level == 2 || (level == 0 && g->ds);
	case GRANULE_16K:
		return level == 2 || (level == 1 && g->ds);
	default:
		return level == 2 || (level == 1 && g->lpa);
	}
}
