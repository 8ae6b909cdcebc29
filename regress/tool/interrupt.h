// SPDX-License-Identifier: GPL-2.0-only
/*
 * SIGINT asks for an early end: what is under way ends, and what was found by
 * then is told. Any further SIGINT changes nothing, since a terminal and a
 * driver may both send one.
 */
#ifndef REGRESS_TOOL_INTERRUPT_H
#define REGRESS_TOOL_INTERRUPT_H

#include <signal.h>
#include <stdbool.h>

/*
 * From now on SIGINT sets *flag, and no system call fails of it. Borrows
 * *flag, which may be shared with other processes, until interrupt_release();
 * NULL stands for a flag of this process.
 */
void interrupt_catch(volatile sig_atomic_t *flag);

/* Whether SIGINT came since interrupt_catch(). */
bool is_interrupted(void);

/* From now on SIGINT ends the process again, and is_interrupted() is false. */
void interrupt_release(void);

#endif
