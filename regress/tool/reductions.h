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
	 * Of a reduction by tries: changes *s at a place by try number `try`, from
	 * 0, of which earlier ones are the more drastic. A try that is not for this
	 * scenario leaves it as it is. False after the last try.
	 */
	bool (*attempt)(struct scenario *s, uint32_t place, unsigned try);
	/* Whether a try that was kept is made again, since it may have more to take away. */
	bool again;

	/* Of an amount of pages: how many there are; 0 where there is none. */
	uint64_t (*amount)(const struct scenario *s, uint32_t place);
	/* Makes it `to`, which is less and not 0. */
	void (*lower)(struct scenario *s, uint32_t place, uint64_t to);

	/* Of a list: how long it is. */
	uint32_t (*length)(const struct scenario *s, uint32_t place);
	/* Removes `count` members from member `at` on, and not all of the list. */
	void (*cut)(struct scenario *s, uint32_t place, uint32_t at, uint32_t count);
};

/* In the order in which they are tried: what takes away most comes first. Ends with a NULL name. */
extern const struct reduction reductions[];

/* Of other steps: those to what callers of a kernel can do. Ends with a NULL name. */
extern const struct reduction reachable_reductions[];

#endif
