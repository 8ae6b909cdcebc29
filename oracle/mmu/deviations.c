// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/mmu/deviations.h"

bool deviation_any_block(const struct arm64_geometry *g, const struct machine *m, uint64_t va,
			 const struct arm64_translation *t)
{
	(void)m;
	(void)va;
	return t->level < ARM64_LAST_LEVEL &&
	       (t->desc & (ARM64_VALID | ARM64_TYPE)) == ARM64_VALID &&
	       !arm64_block_supported(g, t->level);
}

/* PAREncodeShareability(): what is Device, or Non-cacheable, is Outer Shareable. */
bool deviation_sh_as_stored(const struct arm64_geometry *g, const struct machine *m, uint64_t va,
			    const struct arm64_translation *t)
{
	(void)g;
	(void)m;
	(void)va;
	uint8_t memory = t->attributes.memory;
	return t->mapped && (!(memory & 0xf0) || memory == 0x44);
}
