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

/*
 * From now on a sanitizer that finds an error calls `end` with the signature
 * line in place of printing its report, for which it starts a symbolizer:
 * where only the kind of a failure is wanted, that takes longest. `end` ends
 * the process and may allocate nothing.
 */
void crash_end_by(void (*end)(const char *signature));

/*
 * The line `FAIL WHAT mapper=... op=... granule=... level=none` of what the
 * watched player was just doing, into VERDICT_SIGNATURE_SIZE bytes; `FAIL
 * WHAT` between two plays. Allocates nothing.
 */
void crash_signature(const char *what, char *line);

#endif
