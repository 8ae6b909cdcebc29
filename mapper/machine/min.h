// SPDX-License-Identifier: GPL-2.0-only
#ifndef MAPPER_MACHINE_MIN_H
#define MAPPER_MACHINE_MIN_H

#include <stdint.h>

static inline uint64_t min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

#endif
