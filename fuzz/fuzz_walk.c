// SPDX-License-Identifier: GPL-2.0-only
/*
 * Property: for any tables whatsoever, the oracle's walk translates every
 * address as an MMU does that nobody here wrote, or faults alike: for reads
 * and writes of EL1 and EL0, at the same level.
 */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz/arbitrary_tables.h"
#include "fuzz/sizes.h"
#include "oracle/mmu/compare.h"
#include "oracle/mmu/probe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int __lsan_is_turned_off(void);

/* The emulator keeps translated code, which libFuzzer would look for leaks in after every input. */
int __lsan_is_turned_off(void)
{
	return 1;
}

static struct emulator *emulator;
static struct machine *machine;

/* What it deviates in from the manual is asked first. */
static void start(void)
{
	struct mmu_measured measured;
	emulator = unicorn_open();
	machine = machine_create();
	if (!emulator || !machine || !mmu_measure(emulator, machine, &measured))
		exit(2);
	if (!mmu_explained(&measured)) {
		mmu_print_measured(stderr, emulator, &measured);
		exit(1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint64_t va[WALK_MOST_ADDRESSES];
	struct mmu_tally tally = { 0 };
	if (!emulator)
		start();
	if (!size)
		return -1;
	const struct machine_config *config = &linux_machines[data[0] % LINUX_MACHINES];
	if (!emulator->knows(config))
		return -1;
	struct walk_source from = { .byte = data + 1, .bytes = size - 1 };
	size_t count = walk_fill(machine, config, &from, va);
	if (!mmu_compare(emulator, machine, va, count, &tally))
		abort();
	if (tally.differ) {
		fprintf(stderr, "FAIL emulator.%s: %s\n", emulator->name, tally.first);
		abort();
	}
	return 0;
}
