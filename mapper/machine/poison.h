// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that nobody may touch, where AddressSanitizer is linked in.
 *
 * The symbols are weak and not found by macro, so that a file built without
 * the sanitizer still guards memory for files that are built with it. They
 * are called by pointer: outside builders tell by direct calls in the machine
 * code which sanitizer a program was built with, and these are in every build.
 */
#ifndef MAPPER_MACHINE_POISON_H
#define MAPPER_MACHINE_POISON_H

#include <stdbool.h>
#include <stddef.h>

__attribute__((weak)) void __asan_poison_memory_region(const volatile void *at, size_t bytes);
__attribute__((weak)) void __asan_unpoison_memory_region(const volatile void *at, size_t bytes);

static inline void poison(const volatile void *at, size_t bytes)
{
	static typeof(&__asan_poison_memory_region) volatile call = __asan_poison_memory_region;
	if (call)
		call(at, bytes);
}

/* Whether anybody notices who touches poisoned memory. */
static inline bool poisons(void)
{
	static typeof(&__asan_poison_memory_region) volatile call = __asan_poison_memory_region;
	return call;
}

static inline void unpoison(const volatile void *at, size_t bytes)
{
	static typeof(&__asan_unpoison_memory_region) volatile call = __asan_unpoison_memory_region;
	if (call)
		call(at, bytes);
}

/*
 * Opens memory at `base`, reserved with PROT_NONE and a multiple of 1 MiB, up to `bytes`, and poisons what it
 * opens. The first `opened` bytes are open; the result is how many are then. If the host refuses, the process
 * ends with status 2, after `message`, as perror() prints it.
 */
size_t open_poisoned(void *base, size_t opened, size_t bytes, const char *message);

#endif
