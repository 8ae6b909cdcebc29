// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an MMU says of an address: the four AT instructions of EL1 and EL0,
 * as the oracle's own walk has it and as PAR_EL1 reports it.
 */
#ifndef ORACLE_MMU_ANSWER_H
#define ORACLE_MMU_ANSWER_H

#include "oracle/arm64/translate.h"

/* Who asks, and for what: AT S1E1R, S1E1W, S1E0R, S1E0W. */
enum mmu_access { MMU_EL1_READ, MMU_EL1_WRITE, MMU_EL0_READ, MMU_EL0_WRITE, MMU_ACCESSES };

enum mmu_fault {
	MMU_TRANSLATES,
	MMU_TRANSLATION,
	MMU_ADDRESS_SIZE,
	MMU_ACCESS_FLAG,
	MMU_PERMISSION,
	MMU_OTHER
};

struct mmu_answer {
	enum mmu_fault fault;
	int level; /* of the entry that faults */
	/* Only where it translates: */
	uint64_t pa; /* without the offset in the page */
	uint8_t memory, shareability;
};

/* What a walk that ends as `t` says to each access. */
void mmu_answers(const struct arm64_geometry *g, struct arm64_translation t,
		 struct mmu_answer answer[MMU_ACCESSES]);

/* By PAR_EL1 (D24.2.119); `granule` is log2 bytes of a page. */
struct mmu_answer mmu_decode(uint64_t par, unsigned granule);

bool mmu_same(const struct mmu_answer *a, const struct mmu_answer *b);

/* In words, to text[MMU_TEXT]. */
#define MMU_TEXT 96
void mmu_describe(const struct mmu_answer *answer, char *text);

/* Registers of a machine: TTBR1_EL1 is where the emulator puts the root. */
uint64_t mmu_tcr_el1(const struct machine_config *config);

#endif
