// SPDX-License-Identifier: GPL-2.0-only
/* The signature line of a failure that a sanitizer sees and the oracle does not. */
#ifndef FUZZ_CRASH_H
#define FUZZ_CRASH_H

#include "fuzz/player.h"

/*
 * From now on, when a sanitizer reports an error, a line
 * `FAIL sanitizer.<what> mapper=... op=... granule=... level=none` goes to
 * standard error for what `player` was just doing. Borrows the player.
 */
void crash_report_for(const struct player *player);

/* And calls `then` after that line, before the process ends. It may allocate nothing. */
void crash_call(void (*then)(void));

#endif
