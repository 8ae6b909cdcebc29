// SPDX-License-Identifier: GPL-2.0-only
/*
 * Property: for any tables whatsoever, the oracle's walk translates every
 * address as an MMU does that nobody here wrote, or faults alike: for reads
 * and writes of EL1 and EL0, at the same level.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fuzz/apart.h"
#include "fuzz/arbitrary_tables.h"
#include "fuzz/sizes.h"
#include "fuzz/statistics_file.h"
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

static uint64_t executions;

static void record(bool complete)
{
	static const struct statistics none;
	const struct statistics_record now = { .complete = complete,
					       .executions = executions,
					       .statistics = &none };
	statistics_file_write(&now);
}

static void record_the_last(void)
{
	record(true);
}

/* What it deviates in from the manual is asked first. */
static void start(void)
{
	struct mmu_measured measured;
	emulator = unicorn_open();
	machine = machine_create();
	if (!emulator || !machine || !mmu_measure(emulator, machine, &measured) ||
	    !statistics_file_open())
		apart_give_up();
	if (!mmu_explained(&measured)) {
		mmu_print_measured(stderr, emulator, &measured);
		_exit(1);
	}
	atexit(record_the_last);
}

/* The end of a comparison that found something. */
static void fail(void)
{
	record_the_last();
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint64_t va[WALK_MOST_ADDRESSES];
	struct mmu_tally tally = { 0 };
	if (!emulator)
		start();
	if (executions++ % STATISTICS_EVERY == 0)
		record(false);
	if (!size)
		return -1;
	const struct machine_config *config = &linux_machines[data[0] % LINUX_MACHINES];
	if (!emulator->knows(config))
		return -1;
	struct walk_source from = { .byte = data + 1, .bytes = size - 1 };
	size_t count = walk_fill(machine, config, &from, va);
	if (!mmu_compare(emulator, machine, va, count, &tally))
		fail();
	if (tally.differ) {
		fprintf(stderr, "FAIL emulator.%s: %s\n", emulator->name, tally.first);
		fail();
	}
	return 0;
}
