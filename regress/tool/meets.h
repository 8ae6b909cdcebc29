// SPDX-License-Identifier: GPL-2.0-only
/* Which calls were made while others ran, and where these stood, in words. */
#ifndef REGRESS_TOOL_MEETS_H
#define REGRESS_TOOL_MEETS_H

#include <stdio.h>

#include "fuzz/player.h"

/* Plays the first `ops` ops on mapper `which`, and tells it; prints nothing where no op says 'during'. */
void meets_print(struct player *p, const struct scenario *s, unsigned which, uint32_t ops,
		 FILE *to);

#endif
