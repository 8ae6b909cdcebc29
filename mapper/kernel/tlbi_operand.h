// SPDX-License-Identifier: GPL-2.0-only
/*
 * The register operand of a TLBI instruction, decoded from its bits: what a
 * processor makes of it, in the rig's own words (Arm DDI 0487, C5.5: TLBI
 * VAE1IS, TLBI RVAE1IS and their like).
 *
 *   by address   VA[55:12] in bits 43:0, TTL in 47:44
 *   by range     BaseADDR in bits 36:0, TTL in 38:37, NUM in 43:39, SCALE in
 *                45:44, TG in 47:46
 *
 * The ASID, in bits 63:48 of both, is ignored: kernel entries are global.
 */
#ifndef MAPPER_KERNEL_TLBI_OPERAND_H
#define MAPPER_KERNEL_TLBI_OPERAND_H

#include "mapper/machine/machine.h"

/* Pages that one TLBI by range covers at the most: NUM 31, SCALE 3. */
#define TLBI_MAX_RANGE_PAGES (UINT64_C(1) << 21)

/*
 * Sets the `va`, `bytes` (at least a page), `level`, `by_range` and `count` of
 * *tlbi to what the operand says on this machine, and leaves its other fields.
 * NULL; or why the operand invalidates nothing for sure, a static text, and
 * *tlbi is unchanged then. A range that passes the top of the space ends there.
 */
const char *tlbi_decode_address(const struct machine_config *config, uint64_t operand,
				struct event *tlbi);
const char *tlbi_decode_range(const struct machine_config *config, uint64_t operand,
			      struct event *tlbi);

#endif
