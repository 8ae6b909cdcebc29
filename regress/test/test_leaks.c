// SPDX-License-Identifier: GPL-2.0-only
/*
 * Opens and closes Unicorn, which may leak by itself, and leaks 4321 bytes
 * with the argument `leak`. LeakSanitizer must report those and no others.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "oracle/mmu/probe.h"

#define ENGINES 3

static const struct mmu_probe page = {
	.config = { .page_shift = 12, .va_bits = 39, .pa_bits = 48 },
	.level = ARM64_LAST_LEVEL,
	.desc = ARM64_AF | ARM64_TYPE | ARM64_VALID,
};
static void *volatile lost;

__attribute__((noinline)) static void leak(void)
{
	lost = malloc(4321);
	lost = NULL;
}

static bool ask_once(struct machine *m)
{
	uint64_t par[1][MMU_ACCESSES];
	struct emulator *unicorn = unicorn_open();
	if (!unicorn)
		return false;
	uint64_t va = mmu_probe_fill(m, &page);
	bool answered = unicorn->ask(unicorn, m, &va, 1, par) == EMULATOR_ANSWERED;
	unicorn->close(unicorn);
	return answered;
}

int main(int argc, char **argv)
{
	struct machine *m = machine_create();
	if (!m)
		return 2;
	if (argc > 1 && !strcmp(argv[1], "leak"))
		leak();
	for (int i = 0; i < ENGINES; i++)
		if (!ask_once(m))
			return 2;
	machine_destroy(m);
	puts("asked");
	return 0;
}
