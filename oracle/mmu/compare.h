// SPDX-License-Identifier: GPL-2.0-only
/* Holds the oracle's walk against an emulator's. */
#ifndef ORACLE_MMU_COMPARE_H
#define ORACLE_MMU_COMPARE_H

#include "oracle/mmu/emulator.h"

#define MMU_MOST_DEVIATIONS 4

struct mmu_tally {
	uint64_t compared;                      /* answers: each access to each address */
	uint64_t deviated[MMU_MOST_DEVIATIONS]; /* as the emulator is known to */
	uint64_t differ;                        /* and nothing known explains it */
	char first[256];                        /* of these */
};

/*
 * Asks the emulator about `count` addresses in the machine's tables and adds
 * to *tally. False when it gave no answer, which it has said.
 */
bool mmu_compare(struct emulator *emulator, const struct machine *m, const uint64_t *va,
		 size_t count, struct mmu_tally *tally);

#endif
