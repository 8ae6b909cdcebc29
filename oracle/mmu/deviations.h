// SPDX-License-Identifier: GPL-2.0-only
/*
 * What emulators are known to do otherwise than the manual says. Which of
 * them does, depends on its version: probe.h asks.
 */
#ifndef ORACLE_MMU_DEVIATIONS_H
#define ORACLE_MMU_DEVIATIONS_H

#include "oracle/mmu/answer.h"

#define MMU_DEVIATIONS 11
#define DEVIATES(number) (UINT32_C(1) << (number))

/*
 * A leaf, alone in its table, that shows a deviation: tables lead to it from
 * the root, each by its entry 0. Both answers are typed by hand. They are
 * those to each of the four accesses, all of which the leaf allows.
 */
struct mmu_probe {
	struct machine_config config;
	int level;
	uint64_t desc;
	uint64_t offset; /* of the address that is asked, from the lowest */
	struct mmu_answer manual, deviant;
};

struct deviation {
	const char *name;
	const char *what;   /* the emulator does, as a sentence */
	const char *source; /* of the manual, which says otherwise */
	bool fatal;         /* the emulator crashes: there is no other answer */
	struct mmu_probe probe;
	/* Whether a walk that ends as *t meets the deviation. */
	bool (*is_met)(const struct deviation *d, const struct arm64_geometry *g,
		       const struct arm64_translation *t);
	/* Makes of the end of the walk of `va` what the emulator makes of it. None if fatal. */
	void (*alter)(const struct arm64_geometry *g, const struct machine *m, uint64_t va,
		      struct arm64_translation *t);
};

/* In the order in which they apply to a walk. */
extern const struct deviation mmu_deviations[MMU_DEVIATIONS];

/*
 * Applies the deviations of the set that *t meets, the end of the oracle's
 * walk of `va`. Returns those that it met. Fatal ones change nothing.
 */
uint32_t mmu_deviate(const struct arm64_geometry *g, const struct machine *m, uint64_t va,
		     uint32_t set, struct arm64_translation *t);

/* Those of the set that are fatal. */
uint32_t mmu_fatal(uint32_t set);

#endif
