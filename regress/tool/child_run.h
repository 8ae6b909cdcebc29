// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether a scenario fails, and how, played in a child process of its own,
 * so that a scenario on which a mapper crashes is judged like any other.
 */
#ifndef REGRESS_TOOL_CHILD_RUN_H
#define REGRESS_TOOL_CHILD_RUN_H

#include <signal.h>

#include "fuzz/player.h"

/* A signature line; empty when all rules hold. */
struct child_run {
	char signature[VERDICT_SIGNATURE_SIZE];
};

/*
 * Plays *s on all mappers. False, after a message, when the host cannot start
 * a process, or ends it. Nothing of what the child says is kept: a sanitizer's error is
 * told by its signature, without a report, which takes a symbolizer long.
 */
bool child_run_play(struct player *p, const struct scenario *s, struct child_run *result);

/*
 * The same, and writes to `to` what there is to say of the failure: the
 * verdict as verdict_print() has it and the kernel's WARN or BUG, or the
 * sanitizer's whole report. Nothing when all rules hold.
 */
bool child_run_tell(struct player *p, const struct scenario *s, struct child_run *result, FILE *to);

/* How many seconds of the processor each run may take from now on; CHILD_SECONDS by default. */
void child_run_limit(unsigned limit);

/* Whether two runs failed in the same way: verdict_same_kind(). */
bool child_run_same(const struct child_run *a, const struct child_run *b);

/* --- for whoever plays in a process of its own -------------------------------------- */

/*
 * Readies this process, a child, for playing: the parent decides when to
 * stop, and the child ends with it.
 */
void child_begin(void);

/* Whether this build counts lines: then each process that ends by exit() writes its counts, over those of others. */
bool child_counts_lines(void);

/* Ends this process as coverage needs it: what was counted is written by exit() alone. */
void child_end(int code) __attribute__((noreturn));

#define CHILD_TIMEOUT "process.hang" /* of the signature of what hangs */
#define CHILD_SECONDS 5              /* that a scenario may take, of the processor */

/*
 * From now on this process may play for so many seconds, after which it counts
 * as hanging: `hangs` is called, which may allocate nothing and ends the
 * process, or is ended itself after a while, as what it needs may be held by
 * what it interrupts. The time is the processor's, since others may have it in between.
 */
typedef void child_hangs(int signal, siginfo_t *info, void *context);
void child_limit_time(unsigned limit_seconds, child_hangs *hangs);

/*
 * From now on a crash calls `end` with `FAIL process.signal-N` and what was
 * being played, unless AddressSanitizer takes it first. `end` ends the process
 * and may allocate nothing.
 */
void child_catch_crashes(void (*end)(const char *signature));

/*
 * Readies this process, a child, for playing many scenarios on *p: as child_begin(), and what ends
 * it, a crash or its time, leaves a signature in `death`. That has VERDICT_SIGNATURE_SIZE bytes, which
 * the parent shares.
 */
void child_begin_for(struct player *p, char *death);

/* Ends this process, which child_begin_for() readied, with a signature in its `death`. */
void child_leave(const char *signature) __attribute__((noreturn));

/* The same as child_limit_time() for the scenario that is played next, after child_begin_for(). */
void child_limit_scenario(unsigned limit_seconds);

/*
 * Names the end of a child that left no signature: `FAIL process.hang`,
 * `FAIL process.signal N` or `FAIL process.exit N`.
 */
void child_name_death(int status, char *signature);

#endif
