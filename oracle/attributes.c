// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/attributes.h"

#include "mapper/machine/assert.h"
#include "oracle/space.h"

/* Bytes of MAIR_EL1 (Arm D24.2, MAIR_EL1). */
#define NORMAL_WRITE_BACK 0xff
#define NORMAL_NON_CACHEABLE 0x44
#define NORMAL_TAGGED 0xf0
#define DEVICE_nGnRE 0x04
#define DEVICE_nGnRnE 0x00

static const struct arm64_attributes table[PROT_COUNT] = {
	[PROT_KERNEL] = { .memory = NORMAL_WRITE_BACK,
			  .shareability = ARM64_SH_INNER,
			  .el1_write = true,
			  .el1_write_at_once = true,
			  .global = true,
			  .accessed = true },
	[PROT_KERNEL_RO] = { .memory = NORMAL_WRITE_BACK,
			     .shareability = ARM64_SH_INNER,
			     .global = true,
			     .accessed = true },
	[PROT_KERNEL_EXEC] = { .memory = NORMAL_WRITE_BACK,
			       .shareability = ARM64_SH_INNER,
			       .el1_write = true,
			       .el1_write_at_once = true,
			       .el1_exec = true,
			       .global = true,
			       .accessed = true },
	[PROT_NORMAL_NC] = { .memory = NORMAL_NON_CACHEABLE,
			     .shareability = ARM64_SH_OUTER,
			     .el1_write = true,
			     .el1_write_at_once = true,
			     .global = true,
			     .accessed = true },
	[PROT_DEVICE] = { .memory = DEVICE_nGnRE,
			  .shareability = ARM64_SH_OUTER,
			  .el1_write = true,
			  .el1_write_at_once = true,
			  .global = true,
			  .accessed = true },
	[PROT_TAGGED] = { .memory = NORMAL_TAGGED,
			  .shareability = ARM64_SH_INNER,
			  .el1_write = true,
			  .el1_write_at_once = true,
			  .global = true,
			  .accessed = true },
	[PROT_NONCACHED] = { .memory = DEVICE_nGnRnE,
			     .shareability = ARM64_SH_OUTER,
			     .el1_write = true,
			     .el1_write_at_once = true,
			     .global = true,
			     .accessed = true },
	[PROT_NOT_GLOBAL] = { .memory = NORMAL_WRITE_BACK,
			      .shareability = ARM64_SH_INNER,
			      .el1_write = true,
			      .el1_write_at_once = true,
			      .accessed = true },
	[PROT_OLD] = { .memory = NORMAL_WRITE_BACK,
		       .shareability = ARM64_SH_INNER,
		       .el1_write = true,
		       .el1_write_at_once = true,
		       .global = true },
	[PROT_SPECIAL] = { .memory = NORMAL_WRITE_BACK,
			   .shareability = ARM64_SH_INNER,
			   .el1_write = true,
			   .el1_write_at_once = true,
			   .global = true,
			   .accessed = true },
	[PROT_USER] = { .memory = NORMAL_WRITE_BACK,
			.shareability = ARM64_SH_INNER,
			.el1_write = true,
			.el1_write_at_once = true,
			.el0_access = true,
			.accessed = true },
	[PROT_USER_EXEC] = { .memory = NORMAL_WRITE_BACK,
			     .shareability = ARM64_SH_INNER,
			     .el0_access = true,
			     .el0_exec = true,
			     .accessed = true },
};

const struct arm64_attributes *attributes_of(enum prot prot)
{
	ASSERT_CMP((unsigned)prot, <, PROT_COUNT);
	return &table[prot];
}

const char *attributes_memory_name(uint8_t memory)
{
	switch (memory) {
	case NORMAL_WRITE_BACK:
		return "Normal WB";
	case NORMAL_NON_CACHEABLE:
		return "Normal NC";
	case NORMAL_TAGGED:
		return "Normal Tagged";
	case DEVICE_nGnRE:
		return "Device-nGnRE";
	case DEVICE_nGnRnE:
		return "Device-nGnRnE";
	default:
		return "other";
	}
}

uint8_t attributes_may(enum prot prot)
{
	ASSERT_CMP((unsigned)prot, <, PROT_COUNT);
	return MAY_BE_MAPPED | (table[prot].el1_write ? MAY_WRITE : MAY_NOT_WRITE) |
	       (table[prot].el1_exec ? MAY_EXEC : MAY_NOT_EXEC);
}

static uint32_t said_if(bool has, uint32_t says)
{
	return has ? says : 0;
}

static uint32_t memory_dumped(uint64_t desc)
{
	unsigned index = (unsigned)((desc & ARM64_ATTRINDX) >> 2);
	return DUMP_MEMORY(index < MACHINE_MAIR_USED ? MACHINE_MAIR_EL1 >> (8 * index) & 0xff
						     : DUMP_NO_MEMORY);
}

uint32_t attributes_dumped(const struct arm64_geometry *g, int level, uint64_t desc)
{
	if (!desc)
		return 0;
	if (arm64_kind(g, level, desc) == ARM64_TABLE)
		return DUMP_IN_USE;
	return DUMP_IN_USE | said_if(desc & ARM64_VALID, DUMP_VALID) |
	       said_if(desc & ARM64_AP1, DUMP_USER) | said_if(desc & ARM64_AP2, DUMP_READ_ONLY) |
	       said_if(desc & ARM64_PXN, DUMP_PXN) | said_if(desc & ARM64_UXN, DUMP_UXN) |
	       said_if(!g->ds && (desc & ARM64_SH) >> 8 == ARM64_SH_INNER, DUMP_SHARED) |
	       said_if(desc & ARM64_AF, DUMP_ACCESSED) | said_if(desc & ARM64_NG, DUMP_NOT_GLOBAL) |
	       said_if(desc & ARM64_CONTIGUOUS, DUMP_CONTIGUOUS) |
	       said_if(arm64_kind(g, level, desc) == ARM64_LEAF && level < ARM64_LAST_LEVEL,
		       DUMP_BLOCK) |
	       said_if(desc & ARM64_GP, DUMP_GUARDED) | memory_dumped(desc);
}
