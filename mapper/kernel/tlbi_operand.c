// SPDX-License-Identifier: GPL-2.0-only
#include "mapper/kernel/tlbi_operand.h"

#include "mapper/machine/assert.h"

#define LPA2_BASE_SHIFT 16 /* of BaseADDR where TCR_EL1.DS is 1, whatever the granule */
#define TOP_SHIFT 56       /* VA[55] is the sign of a kernel address in an operand */

static uint64_t bits(uint64_t operand, unsigned high, unsigned low)
{
	return operand >> low & ((UINT64_C(1) << (high - low + 1)) - 1);
}

/* An address whose bits from `sign` up are copies of that bit. */
static uint64_t sign_extend(uint64_t value, unsigned sign)
{
	ASSERT_CMP(sign, <, 64);
	return (uint64_t)((int64_t)(value << (63 - sign)) >> (63 - sign));
}

/* The granule as TG and TTL[3:2] write it: 1, 2 and 3 for 4K, 16K and 64K. */
static unsigned granule_field(const struct machine_config *config)
{
	return config->page_shift / 2u - 5u;
}

/* Levels at which a leaf may be, which are those that a hint may name. */
static bool may_hint(const struct machine_config *config, unsigned level)
{
	switch (config->page_shift) {
	case 12:
		return level > 0 || config->lpa2;
	case 14:
		return level > 1 || (level == 1 && config->lpa2);
	default:
		return level > 0;
	}
}

/*
 * TTL of four bits: granule and level. Granule 0 gives no hint, and neither do
 * the reserved levels, which behave as granule 0.
 */
const char *tlbi_decode_address(const struct machine_config *config, uint64_t operand,
				struct event *tlbi)
{
	unsigned granule = (unsigned)bits(operand, 47, 46), level = (unsigned)bits(operand, 45, 44);
	bool hinted = config->tlb_range && granule;
	uint64_t page = UINT64_C(1) << config->page_shift;
	if (hinted && granule != granule_field(config))
		return "the granule of the TTL is not the granule: nothing needs to be invalidated";
	tlbi->va = sign_extend(bits(operand, 43, 0) << 12, TOP_SHIFT - 1) & ~(page - 1);
	tlbi->bytes = page;
	tlbi->by_range = false;
	tlbi->count = 1;
	tlbi->level = hinted && may_hint(config, level) ? (int8_t)level : EVENT_NO_HINT;
	return NULL;
}

/* In units of the granule; with DS = 1, of 64K. */
static uint64_t base_of(const struct machine_config *config, uint64_t operand)
{
	unsigned shift = config->lpa2 ? LPA2_BASE_SHIFT : config->page_shift;
	return sign_extend(bits(operand, 36, 0) << shift, 36 + shift);
}

/* Level 1 of 16K is a hint only with DS = 1; reserved there, it gives none, as 0 does. */
static int8_t range_hint(const struct machine_config *config, uint64_t operand)
{
	unsigned level = (unsigned)bits(operand, 38, 37);
	return level && may_hint(config, level) ? (int8_t)level : EVENT_NO_HINT;
}

const char *tlbi_decode_range(const struct machine_config *config, uint64_t operand,
			      struct event *tlbi)
{
	unsigned granule = (unsigned)bits(operand, 47, 46), scale = (unsigned)bits(operand, 45, 44);
	uint64_t pages = (bits(operand, 43, 39) + 1) << (5 * scale + 1);
	uint64_t base = base_of(config, operand);
	if (!config->tlb_range)
		return "a TLBI by range on a machine without FEAT_TLBIRANGE, where it is undefined";
	if (!granule)
		return "TG 0 of a TLBI by range is reserved: nothing needs to be invalidated";
	if (granule != granule_field(config))
		return "TG of a TLBI by range is not the granule: nothing needs to be invalidated";
	ASSERT_CMP(pages, <=, TLBI_MAX_RANGE_PAGES);
	uint64_t bytes = pages << config->page_shift, room = -base;
	tlbi->va = base;
	tlbi->bytes = base && bytes > room ? room : bytes;
	tlbi->by_range = true;
	tlbi->count = 1;
	tlbi->level = range_hint(config, operand);
	return NULL;
}
