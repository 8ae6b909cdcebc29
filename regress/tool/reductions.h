// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reductions: ways to make a scenario smaller or plainer. minimize.c tries
 * each at every place where it applies, and keeps what still fails alike.
 */
#ifndef REGRESS_TOOL_REDUCTIONS_H
#define REGRESS_TOOL_REDUCTIONS_H

#include "fuzz/scenario.h"

struct reduction {
	const char *name;
	/* How many places of the scenario it applies to. */
	uint32_t (*places)(const struct scenario *s);
	/*
	 * Changes *s at a place by try number `try`, from 0, of which earlier ones
	 * are the more drastic. A try that is not for this scenario leaves it as it
	 * is. False after the last try.
	 */
	bool (*attempt)(struct scenario *s, uint32_t place, unsigned try);
	/* Whether a try that was kept is made again, since it may have more to take away. */
	bool again;
};

/* In the order in which they are tried: what takes away most comes first. Ends with a NULL name. */
extern const struct reduction reductions[];

#endif
