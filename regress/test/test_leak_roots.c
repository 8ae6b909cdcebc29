// SPDX-License-Identifier: GPL-2.0-only
/*
 * What LeakSanitizer reports of a program that gives it the touched pages alone: what nothing points to
 * any more, by its size; and not what a page of a large array points to. With the argument `late`, a page
 * is touched after the others were given: it is not read, which shows that no other is either.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "regress/tool/leak_roots.h"

#define LEAKED 4321
#define KEPT 1234
#define POINTERS (1 << 24)

static void *volatile array[POINTERS];
static void *volatile initialized[] = { (void *)array, (void *)array };

__attribute__((noinline)) static void keep(void)
{
	for (size_t i = 0; i < POINTERS; i += POINTERS / 4)
		array[i] = malloc(KEPT);
	array[POINTERS - 1] = malloc(KEPT);
	initialized[1] = malloc(KEPT);
}

__attribute__((noinline)) static void leak(void)
{
	array[POINTERS / 2 + 1] = malloc(LEAKED);
	array[POINTERS / 2 + 1] = NULL;
}

static void *volatile *late;

static void touch_late(void)
{
	if (late)
		*late = malloc(LEAKED);
}

/* So that no register and no stack slot has a pointer. */
__attribute__((noinline)) static void wipe(void)
{
	char room[1 << 12];
	memset(room, 0, sizeof(room));
	__asm__ volatile("" : : "r"(room) : "memory");
}

int main(int argc, char **argv)
{
	atexit(touch_late);
	leak_roots_at_exit();
	keep();
	if (argc > 1 && !strcmp(argv[1], "leak"))
		leak();
	if (argc > 1 && !strcmp(argv[1], "late"))
		late = &array[POINTERS / 8];
	wipe();
	puts("kept");
	return 0;
}
