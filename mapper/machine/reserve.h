// SPDX-License-Identifier: GPL-2.0-only
/* Zeroed memory of the host, which takes some only where it is touched. Private to mapper/machine. */
#ifndef MAPPER_MACHINE_RESERVE_H
#define MAPPER_MACHINE_RESERVE_H

#include <stddef.h>
#include <sys/mman.h>

/*
 * NULL when the host has none. Not of the heap, where a search for leaks finds
 * what the machine, which is not there, points at.
 */
static inline void *reserve(size_t bytes, int protection)
{
	void *p = mmap(NULL, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	return p == MAP_FAILED ? NULL : p;
}

static inline void release(void *p, size_t bytes)
{
	if (p)
		munmap(p, bytes);
}

/* Of what stays reserved, whole pages that are zero again. What fails costs memory and nothing else. */
static inline void give_back(void *first, size_t bytes)
{
	madvise(first, bytes, MADV_DONTNEED);
}

#endif
