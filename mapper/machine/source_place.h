// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where in the source of what is under test an event was caused. Plain C:
 * a kernel build includes it too.
 */
#ifndef MAPPER_MACHINE_SOURCE_PLACE_H
#define MAPPER_MACHINE_SOURCE_PLACE_H

#include <stdint.h>

/* A call in a source file, as the compiler saw it. Static. */
struct source_call {
	const char *file, *function;
	unsigned line;
};

/*
 * The calls that an event is caused by: the innermost in a .c file, and the
 * one by which that function was reached out of another, if such a call is
 * known. NULL where nothing is known. The numbers tell two executions of one
 * call apart; 0 where there is no call.
 */
struct source_place {
	const struct source_call *at, *caller;
	uint32_t at_number, caller_number;
};

#endif
