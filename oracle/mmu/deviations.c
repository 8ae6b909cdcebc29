// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/mmu/deviations.h"

#include "mapper/machine/assert.h"

/* A leaf that every access may use, without shareability, which is address bits with LPA2. */
#define OPEN (ARM64_VALID | ARM64_AP1 | ARM64_AF)
#define INNER (UINT64_C(3) << 8)
#define MEMORY(index) (UINT64_C(index) << 2)
#define NORMAL 0xff /* MAIR_EL1 has these at index 0, 2 and 4 */
#define NON_CACHEABLE 0x44
#define DEVICE 0x04

#define TRANSLATES(address, type, share)                                                           \
	((struct mmu_answer){ .fault = MMU_TRANSLATES,                                             \
			      .pa = (address),                                                     \
			      .memory = (type),                                                    \
			      .shareability = (share) })
#define FAULTS(kind, at) ((struct mmu_answer){ .fault = (kind), .level = (at) })

/* --- blocks where the granule has none ---------------------------------------------------- */

static bool is_unsupported_block(const struct deviation *d, const struct arm64_geometry *g,
				 const struct arm64_translation *t)
{
	return !t->mapped && g->granule == d->probe.config.page_shift &&
	       t->level == d->probe.level &&
	       (t->desc & (ARM64_VALID | ARM64_TYPE)) == ARM64_VALID &&
	       !arm64_block_supported(g, t->level);
}

/* Of the tables that the walk of `va` passes on its way to `level`. */
static uint64_t limits_above(const struct arm64_geometry *g, const struct machine *m, uint64_t va,
			     int level)
{
	uint64_t limits = 0;
	table_t table = MACHINE_ROOT;
	for (int above = g->start_level; above < level; above++) {
		uint64_t desc = machine_words(m, table)[arm64_table_index(g, above, va)];
		limits |= desc & ARM64_TABLE_LIMITS;
		table = machine_table_at(m, arm64_address(g, desc) >> g->granule);
		ASSERT(table != MACHINE_NO_TABLE);
	}
	return limits;
}

static void take_block(const struct arm64_geometry *g, const struct machine *m, uint64_t va,
		       struct arm64_translation *t)
{
	uint64_t low = (UINT64_C(1) << arm64_leaf_bits(g, t->level)) - 1;
	t->mapped = true;
	t->oa = (arm64_address(g, t->desc) & ~low) | (va & low);
	t->attributes = arm64_attributes(g, t->desc, limits_above(g, m, va, t->level));
}

/* --- output addresses ----------------------------------------------------------------------- */

/* OA[51:50] in the format of LPA2. */
static const uint64_t high_bits = ARM64_BITS(9, 8);

static bool has_high_bits(const struct deviation *d, const struct arm64_geometry *g,
			  const struct arm64_translation *t)
{
	(void)d;
	return t->mapped && g->ds && g->oa_size <= 48 && t->desc & high_bits;
}

static void ignore_high_bits(const struct arm64_geometry *g, const struct machine *m, uint64_t va,
			     struct arm64_translation *t)
{
	(void)g;
	(void)m;
	(void)va;
	t->desc &= ~high_bits;
	t->oa &= ARM64_BITS(49, 0);
}

/* What stands in a block where its size has no address bits. */
static uint64_t low_bits(const struct arm64_geometry *g, const struct arm64_translation *t)
{
	if (!t->mapped || t->level == ARM64_LAST_LEVEL)
		return 0;
	return t->desc & ARM64_BITS(arm64_leaf_bits(g, t->level) - 1, g->granule);
}

static bool has_low_bits(const struct deviation *d, const struct arm64_geometry *g,
			 const struct arm64_translation *t)
{
	(void)d;
	return low_bits(g, t) & ~ARM64_NT;
}

static void keep_low_bits(const struct arm64_geometry *g, const struct machine *m, uint64_t va,
			  struct arm64_translation *t)
{
	(void)m;
	(void)va;
	t->oa |= low_bits(g, t) & ~ARM64_NT;
}

static bool has_nt(const struct deviation *d, const struct arm64_geometry *g,
		   const struct arm64_translation *t)
{
	(void)d;
	return low_bits(g, t) & ARM64_NT;
}

static void keep_nt(const struct arm64_geometry *g, const struct machine *m, uint64_t va,
		    struct arm64_translation *t)
{
	(void)g;
	(void)m;
	(void)va;
	t->oa |= ARM64_NT;
}

/* --- shareability ---------------------------------------------------------------------------- */

static bool is_device(const struct deviation *d, const struct arm64_geometry *g,
		      const struct arm64_translation *t)
{
	(void)d;
	(void)g;
	return t->mapped && !(t->attributes.memory & 0xf0);
}

static bool is_non_cacheable(const struct deviation *d, const struct arm64_geometry *g,
			     const struct arm64_translation *t)
{
	(void)d;
	(void)g;
	return t->mapped && t->attributes.memory == NON_CACHEABLE;
}

/* With LPA2 it is stored in TCR_EL1, and else in the descriptor. */
static void share_as_stored(const struct arm64_geometry *g, const struct machine *m, uint64_t va,
			    struct arm64_translation *t)
{
	(void)m;
	(void)va;
	t->attributes.shareability = g->ds ? ARM64_SH_INNER : (uint8_t)((t->desc & ARM64_SH) >> 8);
}

/* --- the end of the emulator ------------------------------------------------------------------ */

/*
 * A block at level -1 that would have an access flag fault or a permission
 * fault there: PAR_EL1 has no encodings for them, so QEMU 7.2 asserts.
 */
static bool is_closed_top_block(const struct deviation *d, const struct arm64_geometry *g,
				const struct arm64_translation *t)
{
	(void)d;
	return t->level < 0 && (t->desc & (ARM64_VALID | ARM64_TYPE)) == ARM64_VALID &&
	       !(t->desc & arm64_oversize_bits(g)) &&
	       (t->desc & (ARM64_AF | ARM64_AP1 | ARM64_AP2)) != (ARM64_AF | ARM64_AP1);
}

/* --- the list ---------------------------------------------------------------------------------- */

#define BLOCK_SOURCE "BlockDescSupported, R_KRMJZ"
#define STAGE_OA_SOURCE "StageOA: bits below the size are those of the input address"
#define SHAREABILITY_SOURCE "PAREncodeShareability: Device and Non-cacheable are Outer Shareable"

const struct deviation mmu_deviations[MMU_DEVIATIONS] = {
	{ .name = "takes-4k-level-minus-1-block",
	  .what = "with LPA2, a block of 256T is taken",
	  .source = BLOCK_SOURCE,
	  .probe = { .config = { .page_shift = 12, .va_bits = 52, .pa_bits = 52, .lpa2 = true },
		     .level = -1,
		     .desc = UINT64_C(1) << 48 | OPEN,
		     .offset = 0x12345000,
		     .manual = FAULTS(MMU_TRANSLATION, -1),
		     .deviant = TRANSLATES(UINT64_C(0x1000012345000), NORMAL, 3) },
	  .is_met = is_unsupported_block,
	  .alter = take_block },
	{ .name = "takes-4k-level-0-block",
	  .what = "without LPA2, a block of 512G is taken",
	  .source = BLOCK_SOURCE,
	  .probe = { .config = { .page_shift = 12, .va_bits = 48, .pa_bits = 48 },
		     .level = 0,
		     .desc = UINT64_C(1) << 39 | OPEN | INNER,
		     .offset = 0x12345000,
		     .manual = FAULTS(MMU_TRANSLATION, 0),
		     .deviant = TRANSLATES(UINT64_C(0x8012345000), NORMAL, 3) },
	  .is_met = is_unsupported_block,
	  .alter = take_block },
	{ .name = "takes-16k-level-0-block",
	  .what = "a block of 128T is taken",
	  .source = BLOCK_SOURCE,
	  .probe = { .config = { .page_shift = 14, .va_bits = 48, .pa_bits = 48 },
		     .level = 0,
		     .desc = UINT64_C(1) << 47 | OPEN | INNER,
		     .offset = 0x12344000,
		     .manual = FAULTS(MMU_TRANSLATION, 0),
		     .deviant = TRANSLATES(UINT64_C(0x800012344000), NORMAL, 3) },
	  .is_met = is_unsupported_block,
	  .alter = take_block },
	{ .name = "takes-16k-level-1-block",
	  .what = "without LPA2, a block of 64G is taken",
	  .source = BLOCK_SOURCE,
	  .probe = { .config = { .page_shift = 14, .va_bits = 47, .pa_bits = 48 },
		     .level = 1,
		     .desc = UINT64_C(1) << 36 | OPEN | INNER,
		     .offset = 0x12344000,
		     .manual = FAULTS(MMU_TRANSLATION, 1),
		     .deviant = TRANSLATES(UINT64_C(0x1012344000), NORMAL, 3) },
	  .is_met = is_unsupported_block,
	  .alter = take_block },
	{ .name = "takes-64k-level-1-block",
	  .what = "a block of 4T is taken where TCR_EL1.IPS says 48 bits",
	  /* The one that may be right: the manual asks the CPU's size, and TCR_EL1 has the machine's. */
	  .source = BLOCK_SOURCE ": only where PAMax() is 52 bits",
	  .probe = { .config = { .page_shift = 16, .va_bits = 48, .pa_bits = 48 },
		     .level = 1,
		     .desc = UINT64_C(1) << 42 | OPEN | INNER,
		     .offset = 0x12340000,
		     .manual = FAULTS(MMU_TRANSLATION, 1),
		     .deviant = TRANSLATES(UINT64_C(0x40012340000), NORMAL, 3) },
	  .is_met = is_unsupported_block,
	  .alter = take_block },
	{ .name = "ignores-oa-51-50",
	  .what = "with LPA2 and an output size of 48 bits, OA[51:50] do not fault",
	  .source = "AArch64.OAOutOfRange",
	  .probe = { .config = { .page_shift = 12, .va_bits = 52, .pa_bits = 48, .lpa2 = true },
		     .level = 3,
		     .desc = UINT64_C(0x12345000) | UINT64_C(1) << 8 | OPEN | ARM64_TYPE,
		     .manual = FAULTS(MMU_ADDRESS_SIZE, 3),
		     .deviant = TRANSLATES(UINT64_C(0x12345000), NORMAL, 3) },
	  .is_met = has_high_bits,
	  .alter = ignore_high_bits },
	{ .name = "keeps-low-address-bits",
	  .what = "address bits of a block below its size are not dropped",
	  .source = STAGE_OA_SOURCE,
	  .probe = { .config = { .page_shift = 12, .va_bits = 39, .pa_bits = 48 },
		     .level = 2,
		     .desc = UINT64_C(0x40042000) | OPEN | INNER,
		     .offset = 0x2000,
		     .manual = TRANSLATES(UINT64_C(0x40002000), NORMAL, 3),
		     .deviant = TRANSLATES(UINT64_C(0x40042000), NORMAL, 3) },
	  .is_met = has_low_bits,
	  .alter = keep_low_bits },
	{ .name = "keeps-nt",
	  .what = "the nT bit of a block is taken for an address bit",
	  .source = STAGE_OA_SOURCE,
	  .probe = { .config = { .page_shift = 12, .va_bits = 39, .pa_bits = 48 },
		     .level = 2,
		     .desc = UINT64_C(0x40000000) | ARM64_NT | OPEN | INNER,
		     .offset = 0x2000,
		     .manual = TRANSLATES(UINT64_C(0x40002000), NORMAL, 3),
		     .deviant = TRANSLATES(UINT64_C(0x40012000), NORMAL, 3) },
	  .is_met = has_nt,
	  .alter = keep_nt },
	{ .name = "reports-sh-of-device-as-stored",
	  .what = "PAR_EL1 has the shareability that descriptor or TCR_EL1 has, for Device memory",
	  .source = SHAREABILITY_SOURCE,
	  .probe = { .config = { .page_shift = 12, .va_bits = 39, .pa_bits = 48 },
		     .level = 3,
		     .desc = UINT64_C(0x12345000) | MEMORY(4) | OPEN | INNER | ARM64_TYPE,
		     .manual = TRANSLATES(UINT64_C(0x12345000), DEVICE, 2),
		     .deviant = TRANSLATES(UINT64_C(0x12345000), DEVICE, 3) },
	  .is_met = is_device,
	  .alter = share_as_stored },
	{ .name = "reports-sh-of-non-cacheable-as-stored",
	  .what = "the same for memory that is Normal Non-cacheable",
	  .source = SHAREABILITY_SOURCE,
	  .probe = { .config = { .page_shift = 12, .va_bits = 39, .pa_bits = 48 },
		     .level = 3,
		     .desc = UINT64_C(0x12345000) | MEMORY(2) | OPEN | INNER | ARM64_TYPE,
		     .manual = TRANSLATES(UINT64_C(0x12345000), NON_CACHEABLE, 2),
		     .deviant = TRANSLATES(UINT64_C(0x12345000), NON_CACHEABLE, 3) },
	  .is_met = is_non_cacheable,
	  .alter = share_as_stored },
	/* After what decides whether the address is too large, which is a fault that it survives. */
	{ .name = "aborts-at-4k-level-minus-1-block",
	  .what = "a block of 256T that some access may not use ends it",
	  .source = BLOCK_SOURCE,
	  .fatal = true,
	  .probe = { .config = { .page_shift = 12, .va_bits = 52, .pa_bits = 52, .lpa2 = true },
		     .level = -1,
		     .desc = OPEN & ~ARM64_AF,
		     .manual = FAULTS(MMU_TRANSLATION, -1) },
	  .is_met = is_closed_top_block },
};

uint32_t mmu_deviate(const struct arm64_geometry *g, const struct machine *m, uint64_t va,
		     uint32_t set, struct arm64_translation *t)
{
	uint32_t met = 0;
	for (int i = 0; i < MMU_DEVIATIONS; i++) {
		const struct deviation *d = &mmu_deviations[i];
		if (!(set & DEVIATES(i)) || !d->is_met(d, g, t))
			continue;
		met |= DEVIATES(i);
		if (d->alter)
			d->alter(g, m, va, t);
	}
	return met;
}

uint32_t mmu_fatal(uint32_t set)
{
	uint32_t fatal = 0;
	for (int i = 0; i < MMU_DEVIATIONS; i++)
		if (set & DEVIATES(i) && mmu_deviations[i].fatal)
			fatal |= DEVIATES(i);
	return fatal;
}
