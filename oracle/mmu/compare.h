// SPDX-License-Identifier: GPL-2.0-only
/* Holds the oracle's walk against an emulator's. */
#ifndef ORACLE_MMU_COMPARE_H
#define ORACLE_MMU_COMPARE_H

#include "oracle/mmu/deviations.h"
#include "oracle/mmu/emulator.h"

struct mmu_tally {
	uint64_t compared;                 /* answers: each access to each address */
	uint64_t deviated[MMU_DEVIATIONS]; /* not the oracle's, but that of a measured deviation */
	uint64_t left_out;                 /* addresses that would end the emulator */
	uint64_t differ;                   /* neither */
	char first[256];                   /* of these */
};

/*
 * Asks the emulator about `count` addresses in the machine's tables and adds
 * to *tally. An answer is right if it is the oracle's, or what the deviations
 * make of it that were measured of this emulator, and nothing else. False
 * when it gave no answer, which it has said.
 */
bool mmu_compare(struct emulator *emulator, const struct machine *m, const uint64_t *va,
		 size_t count, struct mmu_tally *tally);

#endif
