// SPDX-License-Identifier: GPL-2.0-only
/*
 * Referees: MMU implementations that nobody here wrote, asked to translate
 * what the oracle's walk translates.
 */
#ifndef ORACLE_MMU_REFEREE_H
#define ORACLE_MMU_REFEREE_H

#include <stddef.h>

#include "oracle/mmu/answer.h"

#define REFEREE_MOST 4096 /* addresses in one question */

struct referee;

/* Where a referee is known to answer otherwise than Arm's manual says. */
struct deviation {
	const char *name;
	const char *what; /* a sentence */
	bool fatal;       /* it would not live to answer: it is not asked */
	/* Whether the oracle's walk of `va` ends where the referee deviates. */
	bool (*is_met)(const struct arm64_geometry *g, const struct machine *m, uint64_t va,
		       const struct arm64_translation *t);
};

struct referee {
	const char *name;
	const struct deviation *deviation; /* ends with a NULL name */
	bool (*knows)(const struct machine_config *config);
	/*
	 * Translates `count` addresses, at most REFEREE_MOST, through the machine's tables; false when
	 * it cannot, after a message. PAR_EL1 of each access to each address goes to `par`.
	 */
	bool (*ask)(struct referee *referee, const struct machine *m, const uint64_t *va,
		    size_t count, uint64_t (*par)[MMU_ACCESSES]);
	void (*close)(struct referee *referee);
};

/* NULL, with a reason on standard error, where it cannot be had. Owned by the caller, who closes it. */
struct referee *unicorn_open(void);
/* `server` is the path of the guest image that answers. */
struct referee *qemu_open(const char *server);

#endif
