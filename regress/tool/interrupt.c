// SPDX-License-Identifier: GPL-2.0-only
#include "regress/tool/interrupt.h"

#include <stddef.h>

static volatile sig_atomic_t own;
static volatile sig_atomic_t *volatile flag = &own;

static void on_interrupt(int signal)
{
	(void)signal;
	*flag = 1;
}

void interrupt_catch(volatile sig_atomic_t *to)
{
	/* A read of a child's pipe goes on: an early end of it would be taken for the child's. */
	const struct sigaction action = { .sa_handler = on_interrupt, .sa_flags = SA_RESTART };
	own = 0;
	flag = to ? to : &own;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

bool is_interrupted(void)
{
	return *flag;
}

void interrupt_release(void)
{
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	own = 0;
	flag = &own;
}
