// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that nobody may touch, where AddressSanitizer is linked in.
 *
 * The symbols are weak and not found by macro, so that a file built without
 * the sanitizer still guards memory for files that are built with it.
 */
#ifndef MAPPER_MACHINE_POISON_H
#define MAPPER_MACHINE_POISON_H

#include <stddef.h>

__attribute__((weak)) void __asan_poison_memory_region(const volatile void *at, size_t bytes);
__attribute__((weak)) void __asan_unpoison_memory_region(const volatile void *at, size_t bytes);

static inline void poison(const volatile void *at, size_t bytes)
{
	if (__asan_poison_memory_region)
		__asan_poison_memory_region(at, bytes);
}

static inline void unpoison(const volatile void *at, size_t bytes)
{
	if (__asan_unpoison_memory_region)
		__asan_unpoison_memory_region(at, bytes);
}

#endif
