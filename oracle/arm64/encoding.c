// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/arm64/encoding.h"

#include "mapper/machine/assert.h"

uint64_t arm64_address_field(const struct arm64_geometry *g)
{
	if (g->ds)
		return ARM64_BITS(49, g->granule) | ARM64_BITS(9, 8);
	return ARM64_BITS(47, g->lpa ? 12 : g->granule);
}

static uint8_t mair_byte(uint64_t desc)
{
	unsigned index = (unsigned)((desc & ARM64_ATTRINDX) >> 2);
	return (uint8_t)(MACHINE_MAIR_EL1 >> (8 * index));
}

/*
 * Whether EL0 may write, with the dirty state managed by hardware or not: then
 * EL1 may not run it, whatever PXN is (AArch64_S1DirectBasePermissions).
 */
static bool user_writes(uint64_t desc, uint64_t limits)
{
	return (desc & (ARM64_AP1 | ARM64_AP2)) == ARM64_AP1 && !(limits & ARM64_APTABLE);
}

/* Only write-back Normal memory has a shareability of its own (D8.6: others are Outer Shareable). */
static bool is_cacheable(uint8_t memory)
{
	return (memory & 0xf0) && (memory & 0x0f) != 0x04;
}

static uint8_t shareability(const struct arm64_geometry *g, uint64_t desc, uint8_t memory)
{
	if (!is_cacheable(memory))
		return ARM64_SH_OUTER;
	if (g->ds) /* TCR_EL1.SH1, which Linux sets to Inner Shareable */
		return ARM64_SH_INNER;
	return (uint8_t)((desc & ARM64_SH) >> 8);
}

/*
 * With hardware management of dirty state a read-only entry with DBM set is
 * writable (R_JKCXG), without it the first write faults. Whether it is on is
 * not known, so both are told: what must be read-only must not be writable
 * with it, and what must be writable is so without.
 */
struct arm64_attributes arm64_attributes(const struct arm64_geometry *g, uint64_t desc,
					 uint64_t limits)
{
	uint8_t memory = mair_byte(desc);
	bool may_write = !(limits & ARM64_BIT(62)), at_once = !(desc & ARM64_AP2);
	return (struct arm64_attributes){
		.memory = memory,
		.shareability = shareability(g, desc, memory),
		.el1_write = may_write && (at_once || desc & ARM64_DBM),
		.el1_write_at_once = may_write && at_once,
		.el1_exec = !(desc & ARM64_PXN) && !(limits & ARM64_PXNTABLE) &&
			    !user_writes(desc, limits),
		.el0_access = desc & ARM64_AP1 && !(limits & ARM64_BIT(61)),
		.el0_exec = !(desc & ARM64_UXN) && !(limits & ARM64_UXNTABLE),
		.global = !(desc & ARM64_NG),
		.accessed = desc & ARM64_AF,
	};
}

static uint64_t attrindx_of(uint8_t memory)
{
	unsigned index = 0;
	while (index < MACHINE_MAIR_USED && (uint8_t)(MACHINE_MAIR_EL1 >> (8 * index)) != memory)
		index++;
	ASSERT_CMP(index, <, MACHINE_MAIR_USED);
	return (uint64_t)index << 2;
}

uint64_t arm64_leaf_bits_of(const struct arm64_geometry *g, int level,
			    const struct arm64_attributes *a)
{
	uint64_t desc = ARM64_VALID | attrindx_of(a->memory);
	if (level == ARM64_LAST_LEVEL)
		desc |= ARM64_TYPE;
	if (!g->ds)
		desc |= ARM64_SH; /* inner; of no effect on what is not cacheable */
	if (a->accessed)
		desc |= ARM64_AF;
	if (!a->global)
		desc |= ARM64_NG;
	if (!a->el1_write)
		desc |= ARM64_AP2;
	if (a->el0_access)
		desc |= ARM64_AP1;
	if (!a->el1_exec)
		desc |= ARM64_PXN;
	if (!a->el0_exec)
		desc |= ARM64_UXN;
	return desc;
}

/* nT of a block, or 0 where its place is an address bit: in small blocks of scaled-down machines. */
static uint64_t nt_bit(const struct arm64_geometry *g, int level)
{
	return level < ARM64_LAST_LEVEL && arm64_leaf_bits(g, level) > 16 ? ARM64_NT : 0;
}

uint64_t arm64_unaligned_bits(const struct arm64_geometry *g, int level)
{
	ASSERT_CMP(level, <=, ARM64_LAST_LEVEL);
	unsigned low = g->lpa ? 17 : g->granule; /* LPA: bits 15:12 are address bits */
	unsigned size = arm64_leaf_bits(g, level);
	return size > low ? ARM64_BITS(size - 1, low) & ~nt_bit(g, level) : 0;
}

uint64_t arm64_reserved_bits(const struct arm64_geometry *g, int level)
{
	uint64_t reserved = g->ds ? 0 : ARM64_BITS(49, 48);
	reserved |= ARM64_GP; /* in leaves of every granule and size: the machine has no FEAT_BTI */
	if (!arm64_contiguous_size(g, level))
		reserved |= ARM64_CONTIGUOUS;
	reserved |= nt_bit(g, level); /* set only for a while, during a change of size: R_MRRPW */
	if (!g->lpa && g->granule > 12)
		reserved |= ARM64_BITS(g->granule - 1, 12);
	return reserved;
}

uint64_t arm64_oversize_bits(const struct arm64_geometry *g)
{
	if (g->oa_size >= 52)
		return 0;
	return g->ds ? ARM64_BITS(49, 48) | ARM64_BITS(9, 8) : 0;
}
