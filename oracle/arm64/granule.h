// SPDX-License-Identifier: GPL-2.0-only
/*
 * The oracle's own geometry: the stage 1 translation regime of TTBR1_EL1, by
 * the Arm manual (DDI 0487, D8.2, and the functions of the same names in its
 * pseudocode). Shares nothing with the mappers' geometry.
 */
#ifndef ORACLE_ARM64_GRANULE_H
#define ORACLE_ARM64_GRANULE_H

#include <stdbool.h>
#include <stdint.h>

#include "mapper/machine/machine.h"

#define ARM64_LAST_LEVEL 3
#define ARM64_FIRST_LEVEL (-1)

struct arm64_geometry {
	unsigned granule; /* log2 bytes */
	unsigned stride;  /* log2 entries of a table: bits resolved a level */
	unsigned ia_size; /* 64 - TxSZ */
	unsigned oa_size; /* TCR_EL1.IPS in bits */
	bool ds;          /* TCR_EL1.DS: the LPA2 descriptor format */
	bool lpa;         /* the 64K descriptor format with 52 bits */
	int start_level;
	unsigned
		group; /* of a scaled-down machine: its ContiguousSize() where 4K has one; else 0 */
};

struct arm64_geometry arm64_geometry(const struct machine_config *config);

/* TranslationSize: log2 bytes that a leaf at `level` maps. */
static inline unsigned arm64_leaf_bits(const struct arm64_geometry *g, int level)
{
	return g->granule + (unsigned)(ARM64_LAST_LEVEL - level) * g->stride;
}

/* log2 pages that a leaf at `level` maps. */
static inline unsigned arm64_leaf_order(const struct arm64_geometry *g, int level)
{
	return (unsigned)(ARM64_LAST_LEVEL - level) * g->stride;
}

/* Entries that walks can reach in a table at `level`; the root may have fewer than a page. */
static inline uint32_t arm64_table_entries(const struct arm64_geometry *g, int level)
{
	return 1u << (level != g->start_level ? g->stride : g->ia_size - arm64_leaf_bits(g, level));
}

/* The entry for `va` in the table at `level` on its walk. */
static inline uint32_t arm64_table_index(const struct arm64_geometry *g, int level, uint64_t va)
{
	return (uint32_t)(va >> arm64_leaf_bits(g, level)) & (arm64_table_entries(g, level) - 1);
}

/* ContiguousSize: log2 entries of a contiguous group at `level`; 0 where the bit has no effect. */
unsigned arm64_contiguous_size(const struct arm64_geometry *g, int level);

/* BlockDescSupported: whether a leaf above the last level may stand at `level` (R_KRMJZ). */
bool arm64_block_supported(const struct arm64_geometry *g, int level);

/* Lowest address of the TTBR1 range. */
static inline uint64_t arm64_va_base(const struct arm64_geometry *g)
{
	return ~((UINT64_C(1) << g->ia_size) - 1);
}

#endif
