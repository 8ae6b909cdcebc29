// SPDX-License-Identifier: GPL-2.0-only
#include "mapper/machine/assert.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

void assert_failed(const struct assertion *a)
{
	fprintf(stderr, "%s:%u: assertion failed: %s\n", a->file, a->line, a->expression);
	fflush(stderr);
	abort();
}

void assert_failed_values(const struct assertion *a, uint64_t left, uint64_t right)
{
	fprintf(stderr, "%s:%u: assertion failed: %s (0x%" PRIx64 " and 0x%" PRIx64 ")\n", a->file,
		a->line, a->expression, left, right);
	fflush(stderr);
	abort();
}
