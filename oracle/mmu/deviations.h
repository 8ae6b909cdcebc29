// SPDX-License-Identifier: GPL-2.0-only
/* What QEMU does otherwise than the manual says, and with it Unicorn, which was made from it. */
#ifndef ORACLE_MMU_DEVIATIONS_H
#define ORACLE_MMU_DEVIATIONS_H

#include "oracle/mmu/emulator.h"

bool deviation_any_block(const struct arm64_geometry *g, const struct machine *m, uint64_t va,
			 const struct arm64_translation *t);
bool deviation_sh_as_stored(const struct arm64_geometry *g, const struct machine *m, uint64_t va,
			    const struct arm64_translation *t);

#define DEVIATION_ANY_BLOCK                                                                        \
	{                                                                                          \
		.name = "takes-any-block",                                                         \
		.what = "a block is taken at levels where the granule has none",                   \
		.is_met = deviation_any_block,                                                     \
	}
#define DEVIATION_SH_AS_STORED                                                                     \
	{                                                                                          \
		.name = "reports-sh-as-stored",                                                    \
		.what = "of what is not cacheable, PAR_EL1 has the shareability of descriptor or " \
			"TCR_EL1",                                                                 \
		.is_met = deviation_sh_as_stored,                                                  \
	}

#endif
