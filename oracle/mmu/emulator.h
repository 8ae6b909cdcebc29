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
#define EMULATOR_NAME 40

enum emulator_reply {
	EMULATOR_ANSWERED,
	EMULATOR_DIED,  /* it crashed: a signal ended it */
	EMULATOR_SILENT /* it could not be asked, or took too long */
};

struct emulator {
	char name[EMULATOR_NAME]; /* with its version */
	/* What mmu_measure() found: a set of deviations, as DEVIATES() of their numbers. */
	uint32_t deviates;
	/* Whether the tables of machines with 52-bit addresses lie above 2^48. */
	bool high_tables;
	bool (*knows)(const struct machine_config *config);
	/*
	 * Translates `count` addresses, at most EMULATOR_MAX_ADDRESSES, through the machine's
	 * tables. PAR_EL1 of each access to each address goes to `par`. Without an answer there
	 * is a message on standard error.
	 */
	enum emulator_reply (*ask)(struct emulator *emulator, const struct machine *m,
				   const uint64_t *va, size_t count, uint64_t (*par)[MMU_ACCESSES]);
	/* Another one of the same kind; NULL after a message. Owned by the caller, who closes it. */
	struct emulator *(*open_another)(const struct emulator *emulator);
	void (*close)(struct emulator *emulator);
};

/* NULL, with a reason on standard error, where it cannot be had. Owned by the caller, who closes it. */
struct emulator *unicorn_open(void);
/* `server` is the path of the guest image that answers; it is kept, not copied. */
struct emulator *qemu_open(const char *server);

#endif
