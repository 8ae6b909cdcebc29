// SPDX-License-Identifier: GPL-2.0-only
/*
 * VMSAv8-64 stage 1 descriptors, by the Arm manual (DDI 0487, D8.3): each
 * field stands here once, with the name that the manual gives it.
 */
#ifndef ORACLE_ARM64_ENCODING_H
#define ORACLE_ARM64_ENCODING_H

#include "oracle/arm64/granule.h"

#define ARM64_BIT(n) (UINT64_C(1) << (n))
/* Bits high to low, both included. */
#define ARM64_BITS(high, low) ((~UINT64_C(0) >> (63 - (high))) & (~UINT64_C(0) << (low)))

#define ARM64_VALID ARM64_BIT(0)
#define ARM64_TYPE ARM64_BIT(1) /* table, or page at the last level */
#define ARM64_ATTRINDX ARM64_BITS(4, 2)
#define ARM64_AP1 ARM64_BIT(6) /* EL0 may access */
#define ARM64_AP2 ARM64_BIT(7) /* read-only */
#define ARM64_SH ARM64_BITS(9, 8)
#define ARM64_AF ARM64_BIT(10)
#define ARM64_NG ARM64_BIT(11)
#define ARM64_NT ARM64_BIT(16) /* blocks: FEAT_BBM level 1 */
#define ARM64_GP ARM64_BIT(50) /* guarded page: FEAT_BTI */
#define ARM64_DBM ARM64_BIT(51)
#define ARM64_CONTIGUOUS ARM64_BIT(52)
#define ARM64_PXN ARM64_BIT(53)
#define ARM64_UXN ARM64_BIT(54)
#define ARM64_SOFTWARE ARM64_BITS(63, 55) /* software use, or ignored */

#define ARM64_PXNTABLE ARM64_BIT(59)
#define ARM64_UXNTABLE ARM64_BIT(60)
#define ARM64_APTABLE ARM64_BITS(62, 61) /* high: no writes; low: no EL0 access */
#define ARM64_TABLE_LIMITS (ARM64_PXNTABLE | ARM64_UXNTABLE | ARM64_APTABLE)

#define ARM64_SH_RESERVED 1
#define ARM64_SH_OUTER 2
#define ARM64_SH_INNER 3

enum arm64_kind { ARM64_INVALID, ARM64_TABLE, ARM64_LEAF };

/* What a leaf gives to accesses, beside its address. */
struct arm64_attributes {
	uint8_t memory;       /* the MAIR_EL1 byte: 0x04 is Device-nGnRE */
	uint8_t shareability; /* effective: Device and Non-cacheable are outer shareable */
	bool el1_write;       /* at once, or when hardware has noted that the page is dirty */
	bool el1_write_at_once;
	bool el1_exec, el0_access, el0_exec;
	bool global, accessed;
};

/* DecodeDescriptorType. A reserved encoding is invalid: it faults. */
static inline enum arm64_kind arm64_kind(const struct arm64_geometry *g, int level, uint64_t desc)
{
	if (!(desc & ARM64_VALID))
		return ARM64_INVALID;
	if (level == ARM64_LAST_LEVEL)
		return desc & ARM64_TYPE ? ARM64_LEAF : ARM64_INVALID;
	if (desc & ARM64_TYPE)
		return ARM64_TABLE;
	return arm64_block_supported(g, level) ? ARM64_LEAF : ARM64_INVALID;
}

/* Output or table address of a descriptor, with the bits below its size as they stand. */
static inline uint64_t arm64_address(const struct arm64_geometry *g, uint64_t desc)
{
	if (g->ds)
		return (desc & ARM64_BITS(49, g->granule)) | (desc & ARM64_BITS(9, 8)) << 42;
	if (g->lpa)
		return (desc & ARM64_BITS(47, 16)) | (desc & ARM64_BITS(15, 12)) << 36;
	return desc & ARM64_BITS(47, g->granule);
}

/* Attributes of a leaf under the limits that tables above it set (ARM64_TABLE_LIMITS). */
struct arm64_attributes arm64_attributes(const struct arm64_geometry *g, uint64_t desc,
					 uint64_t limits);

/* All bits of a descriptor that hold address bits. */
uint64_t arm64_address_field(const struct arm64_geometry *g);

/* The address bits of a descriptor for `oa`. */
static inline uint64_t arm64_address_bits(const struct arm64_geometry *g, uint64_t oa)
{
	if (g->ds)
		return (oa & ARM64_BITS(49, 12)) | (oa & ARM64_BITS(51, 50)) >> 42;
	if (g->lpa)
		return (oa & ARM64_BITS(47, 16)) | (oa & ARM64_BITS(51, 48)) >> 36;
	return oa;
}

/* All bits of a leaf for `a` but its address and Contiguous. */
uint64_t arm64_leaf_bits_of(const struct arm64_geometry *g, int level,
			    const struct arm64_attributes *a);

/* Bits that must be 0: by reservation, by alignment of the output, by output size. */
uint64_t arm64_reserved_bits(const struct arm64_geometry *g, int level);
uint64_t arm64_unaligned_bits(const struct arm64_geometry *g, int level);
uint64_t arm64_oversize_bits(const struct arm64_geometry *g);

#endif
