// SPDX-License-Identifier: GPL-2.0-only
#ifndef FUZZ_APART_H
#define FUZZ_APART_H

/* What run_apart() gives where the process died. */
#define APART_DIED (-1)

/*
 * Calls run(context) in a process of its own, which may crash without a word.
 * Returns what it returned, from 0 to 127; APART_DIED if it crashed or took
 * more than `seconds`. Ends this process if no other can be started.
 */
int run_apart(int (*run)(void *context), void *context, unsigned seconds);

#endif
