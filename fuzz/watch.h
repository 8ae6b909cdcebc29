// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ends calls into a mapper that the machine cannot end, since they do nothing
 * that it counts: by the processor's time, and at the end of the stack.
 */
#ifndef FUZZ_WATCH_H
#define FUZZ_WATCH_H

#include <stddef.h>

/* The environment variable that replaces WATCH_SECONDS, and its bounds. */
#define WATCH_VARIABLE "VMAPDIFF_HANG_SECONDS"
#define WATCH_MAX_SECONDS 3600
/* Of the processor, in which a call that the machine counted nothing of counts as hanging. */
#define WATCH_SECONDS 5

/*
 * From now on in this process, a call that makes no progress, by the machine's
 * count, while `seconds` of the processor go by is ended after one to two times
 * as long, with MACHINE_TRAP_HANG: time in which others have the processor does
 * not count. One that overflows its stack is ended with MACHINE_TRAP_STACK;
 * every other fault is for the handlers that were there before. May be called
 * again, with other seconds, and has no more of them than the environment says. What hung once is ended sooner when it is played
 * again.
 */
void watch_calls(double seconds);

/* After handlers of faults were replaced: takes them up again, as the ones before. */
void watch_calls_again(void);

/* The same, with as many seconds as the environment says; WATCH_SECONDS if it does not. */
void watch_calls_by_environment(void);

/* Where the call that was ended last hung: a function and its line, as far as is known; else "". */
void watch_place(char *text, size_t size);

/* The instruction at which a signal came, by what its handler is given; NULL where that is not known. */
void *watch_interrupted_at(const void *context);

#endif
