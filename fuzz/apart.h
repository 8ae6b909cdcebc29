// SPDX-License-Identifier: GPL-2.0-only
#ifndef FUZZ_APART_H
#define FUZZ_APART_H

#include <stdbool.h>
#include <sys/types.h>

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
 * Returns what it returned, from 0 to 127; APART_DIED if it crashed or took
 * more than `seconds`. Ends this process if no other can be started.
 */
int run_apart(int (*run)(void *context), void *context, unsigned seconds);

#endif
