// SPDX-License-Identifier: GPL-2.0-only
/* Asks an emulator which of the known deviations it has. */
#ifndef ORACLE_MMU_PROBE_H
#define ORACLE_MMU_PROBE_H

#include <stdio.h>

#include "oracle/mmu/deviations.h"
#include "oracle/mmu/emulator.h"

enum probe_outcome {
	PROBE_NOT_ASKED, /* the emulator does not know such machines */
	PROBE_AS_MANUAL,
	PROBE_DEVIATES,
	PROBE_UNEXPLAINED /* it did something else */
};

struct mmu_measured {
	enum probe_outcome outcome[MMU_DEVIATIONS];
	char found[MMU_DEVIATIONS][MMU_TEXT]; /* what it did, where that is unexplained */
};

/* Fills the machine with the probe's tables. Returns the address to ask about. */
uint64_t mmu_probe_fill(struct machine *m, const struct mmu_probe *probe);

/*
 * Asks every probe of another emulator of the same kind, each in a process
 * and an emulator of its own, so that a crash is an answer. Sets
 * emulator->deviates to what was measured; what is unexplained is not in it.
 * Uses the machine. False after a message when the emulator does not even
 * translate an ordinary page.
 */
bool mmu_measure(struct emulator *emulator, struct machine *m, struct mmu_measured *measured);

/* Whether every probe that was asked is explained. */
bool mmu_explained(const struct mmu_measured *measured);

/* Prints the outcomes: a line for each kind, and one for each that is unexplained. */
void mmu_print_measured(FILE *to, const struct emulator *emulator,
			const struct mmu_measured *measured);

#endif
