// SPDX-License-Identifier: GPL-2.0-only
/*
 * Emulators: MMU implementations that nobody here wrote, asked to translate
 * what the oracle's walk translates.
 */
#ifndef ORACLE_MMU_EMULATOR_H
#define ORACLE_MMU_EMULATOR_H

#include <stddef.h>

#include "oracle/mmu/answer.h"

#define EMULATOR_MAX_ADDRESSES 4096 /* addresses in one question */

struct emulator;

/* Where an emulator is known to answer otherwise than Arm's manual says. */
struct deviation {
	const char *name;
	const char *what; /* a sentence */
	bool fatal;       /* it would not live to answer: it is not asked */
	/* Whether the oracle's walk of `va` ends where the emulator deviates. */
	bool (*is_met)(const struct arm64_geometry *g, const struct machine *m, uint64_t va,
		       const struct arm64_translation *t);
};

struct emulator {
	const char *name;
	const struct deviation *deviation; /* ends with a NULL name */
	bool (*knows)(const struct machine_config *config);
	/*
	 * Translates `count` addresses, at most EMULATOR_MAX_ADDRESSES, through the machine's
	 * tables; false when it cannot, after a message. PAR_EL1 of each access to each address goes to `par`.
	 */
	bool (*ask)(struct emulator *emulator, const struct machine *m, const uint64_t *va,
		    size_t count, uint64_t (*par)[MMU_ACCESSES]);
	void (*close)(struct emulator *emulator);
};

/* NULL, with a reason on standard error, where it cannot be had. Owned by the caller, who closes it. */
struct emulator *unicorn_open(void);
/* `server` is the path of the guest image that answers. */
struct emulator *qemu_open(const char *server);

#endif
