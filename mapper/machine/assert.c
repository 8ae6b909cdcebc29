// SPDX-License-Identifier: GPL-2.0-only
#include "mapper/machine/assert.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const char *about; /* NULL: nothing */

void assert_about(const char *what)
{
	about = what;
}

static void (*call_first)(void); /* NULL: nothing */

void assert_call(void (*first)(void))
{
	call_first = first;
}

static void begin(void)
{
	if (call_first)
		call_first();
}

static void __attribute__((noreturn)) end(void)
{
	if (about)
		fprintf(stderr, "  while at work on: %s\n", about);
	fprintf(stderr, "  vmapdiff itself is wrong, whatever it tests: please report this\n");
	fflush(stderr);
	abort();
}

void assert_failed(const struct assertion *a)
{
	begin();
	fprintf(stderr, "%s:%u: assertion failed: %s\n", a->file, a->line, a->expression);
	end();
}

void assert_failed_values(const struct assertion *a, uint64_t left, uint64_t right)
{
	begin();
	fprintf(stderr, "%s:%u: assertion failed: %s (0x%" PRIx64 " and 0x%" PRIx64 ")\n", a->file,
		a->line, a->expression, left, right);
	end();
}
