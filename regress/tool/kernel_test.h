// SPDX-License-Identifier: GPL-2.0-only
/* The test of a Linux tree: all scenarios are played, whatever is found in them. */
#ifndef REGRESS_TOOL_KERNEL_TEST_H
#define REGRESS_TOOL_KERNEL_TEST_H

#include "fuzz/player.h"
#include "fuzz/sizes.h"
#include "regress/tool/vmapdiff.h"

#define KERNEL_MAX_PAGES 25600 /* of a generated scenario's page arrays */

/* What was played on each of linux_machines. */
struct kernel_tally {
	uint64_t scenarios, calls;
};

/* What became of all scenarios of a kind, generated or checked in. */
struct kernel_played {
	struct kernel_tally tally[LINUX_MACHINES]; /* of generated scenarios */
	uint64_t digest;
	unsigned as_expected, not_expected, unusable; /* scenarios */
};

/*
 * Plays a->executions generated scenarios of seed a->seed, then those of the
 * files and folders a->file[1] and on. They play in a process of their own,
 * which is started anew after a scenario that ends it. Findings are grouped by
 * signature. The smallest scenario of each group is minimized and, with
 * a->output, kept in that folder, from which scenarios of earlier runs are
 * removed first; a folder with other scenarios is refused. Tells progress on standard error, and the rest on standard
 * output, by `print_generated` after the generated scenarios. Returns an exit
 * code: EXIT_RULE_BROKEN with any finding, EXIT_UNUSABLE if a file is unusable,
 * or after a message that says what failed on this host.
 */
int kernel_test(struct player *player, const struct arguments *a,
		void (*print_generated)(const struct kernel_played *played,
					const struct player *player));

#endif
