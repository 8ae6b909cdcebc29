// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/mmu/answer.h"

#include <inttypes.h>
#include <stdio.h>

/* --- the oracle's walk ------------------------------------------------------------ */

static bool is_allowed(const struct arm64_attributes *a, enum mmu_access access)
{
	switch (access) {
	case MMU_EL1_READ:
		return true;
	case MMU_EL1_WRITE:
		return a->el1_write;
	case MMU_EL0_READ:
		return a->el0_access;
	default:
		return a->el0_access && a->el1_write;
	}
}

static struct mmu_answer fault_at(enum mmu_fault fault, int level)
{
	return (struct mmu_answer){ .fault = fault, .level = level };
}

/* AArch64.S1Translate: size, then access flag, then permission. */
static struct mmu_answer answer_of(const struct arm64_geometry *g,
				   const struct arm64_translation *t, enum mmu_access access)
{
	if (!t->mapped)
		return fault_at(MMU_TRANSLATION, t->level);
	if (t->desc & arm64_oversize_bits(g))
		return fault_at(MMU_ADDRESS_SIZE, t->level);
	if (!t->attributes.accessed)
		return fault_at(MMU_ACCESS_FLAG, t->level);
	if (!is_allowed(&t->attributes, access))
		return fault_at(MMU_PERMISSION, t->level);
	return (struct mmu_answer){
		.pa = t->oa >> g->granule << g->granule,
		.memory = t->attributes.memory,
		.shareability = t->attributes.shareability,
	};
}

void mmu_answers(const struct arm64_geometry *g, struct arm64_translation t,
		 struct mmu_answer answer[MMU_ACCESSES])
{
	t.attributes.el1_write = t.attributes.el1_write_at_once; /* emulators have TCR_EL1.HD 0 */
	for (int access = 0; access < MMU_ACCESSES; access++)
		answer[access] = answer_of(g, &t, (enum mmu_access)access);
}

/* --- PAR_EL1 ------------------------------------------------------------------------ */

/* PAR_EL1.FST: a kind of fault and a level, with encodings of their own at level -1. */
static struct mmu_answer decode_fault(unsigned fst)
{
	static const enum mmu_fault kinds[] = { MMU_ADDRESS_SIZE, MMU_TRANSLATION, MMU_ACCESS_FLAG,
						MMU_PERMISSION };
	if (fst == 0x2b)
		return fault_at(MMU_TRANSLATION, -1);
	if (fst == 0x29)
		return fault_at(MMU_ADDRESS_SIZE, -1);
	if (fst >> 2 < 4)
		return fault_at(kinds[fst >> 2], (int)(fst & 3));
	return fault_at(MMU_OTHER, (int)fst);
}

struct mmu_answer mmu_decode(uint64_t par, unsigned granule)
{
	if (par & 1)
		return decode_fault(par >> 1 & 0x3f);
	return (struct mmu_answer){
		.pa = (par & ARM64_BITS(51, 12)) >> granule << granule,
		.memory = (uint8_t)(par >> 56),
		.shareability = par >> 7 & 3,
	};
}

/* --- both ------------------------------------------------------------------------------ */

bool mmu_same(const struct mmu_answer *a, const struct mmu_answer *b)
{
	if (a->fault != b->fault)
		return false;
	if (a->fault != MMU_TRANSLATES)
		return a->level == b->level;
	return a->pa == b->pa && a->memory == b->memory && a->shareability == b->shareability;
}

void mmu_describe(const struct mmu_answer *a, char *text)
{
	static const char *const names[] = {
		[MMU_TRANSLATION] = "translation", [MMU_ADDRESS_SIZE] = "address size",
		[MMU_ACCESS_FLAG] = "access flag", [MMU_PERMISSION] = "permission",
		[MMU_OTHER] = "unknown",
	};
	if (a->fault == MMU_TRANSLATES)
		snprintf(text, MMU_TEXT, "0x%012" PRIx64 ", memory %02x, shareability %u", a->pa,
			 a->memory, a->shareability);
	else
		snprintf(text, MMU_TEXT, "%s fault, level %d", names[a->fault], a->level);
}

uint64_t mmu_tcr_el1(const struct machine_config *config)
{
	const uint64_t tg1 = config->page_shift == 12 ? 2 : config->page_shift == 14 ? 1 : 3;
	const uint64_t cached = 1, inner = 3;
	/* TTBR0 is the emulator's own: 4K, 39 bits, which maps where it is. */
	uint64_t low = 25 | cached << 8 | cached << 10 | inner << 12;
	uint64_t high = (uint64_t)(64 - config->va_bits) << 16 | cached << 24 | cached << 26 |
			inner << 28 | tg1 << 30;
	uint64_t ips = config->pa_bits == 52 ? 6 : 5;
	return low | high | ips << 32 | (uint64_t)config->lpa2 << 59;
}
