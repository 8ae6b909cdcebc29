// SPDX-License-Identifier: GPL-2.0-only
#ifndef FUZZ_APART_H
#define FUZZ_APART_H

#include <stdbool.h>
#include <sys/types.h>

/* Seconds of the clock that run_apart() allows for one of the processor. */
#define APART_PATIENCE 12

/* What run_apart() gives where the process died. */
#define APART_DIED (-1)

/*
 * Waits for a child's end and gives its wait status. False, after a message,
 * where it cannot be had: then nothing is known of what the child did.
 */
bool apart_wait(pid_t child, int *status);

/*
 * Whether a child was ended from outside, as a host does whose memory runs
 * out. That says nothing of what the child did. A message says which signal.
 */
bool apart_was_ended(int status);

/*
 * Calls run(context) in a process of its own, which may crash without a word.
 * Returns what it returned, from 0 to 125; APART_DIED if it crashed or took
 * more than `seconds` of the processor. Ends this process, after a message, if
 * no other can be started, if the host ended it, or if an assertion of this
 * project failed in it, which says nothing of a tree.
 */
int run_apart(int (*run)(void *context), void *context, unsigned seconds);

/*
 * In that process: it may take so many seconds of the processor from now on,
 * and so many of the clock, in which others have the processor too. Then it
 * gets SIGPROF, or SIGALRM.
 */
void apart_limit_time(unsigned seconds, unsigned clock_seconds);

/* Ends this process as unusable, by _exit(2): an engine takes what exit() says for a finding. */
void apart_give_up(void) __attribute__((noreturn));

#endif
