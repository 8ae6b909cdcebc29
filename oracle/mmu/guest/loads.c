// SPDX-License-Identifier: GPL-2.0-only
/*
 * The batched mapper on a real MMU: after each call, addresses of four windows
 * are read, written and fetched from by real accesses, and each must do what
 * a walk of the tables as they stand says.
 */
#include "oracle/mmu/guest/accesses.h"
#include "oracle/mmu/guest/calls.h"

#define ROUNDS 6 /* each begins with empty tables */
#define CALLS_A_ROUND 40
#define ONE_CACHED 60    /* percent of calls that find one address cached */
#define TABLES_A_CALL 64 /* that one may need, at most */

static struct machine machine;
static struct layout layout;

static int begin_round(void)
{
	machine_reset(&machine, &layout.config);
	guest_mmu(MACHINE_MAIR_EL1, layout_tcr(&layout), late_machine_root());
	calls_open(&layout, &machine);
	accesses_open(&layout, &machine);
	accesses_begin_call(CACHES_ALL);
	return accesses_check(calls_lay_linear(), 0);
}

static int play_round(uint64_t *calls)
{
	if (begin_round())
		return 1;
	for (int i = 0; i < CALLS_A_ROUND && machine.tables < MACHINE_MAX_TABLES - TABLES_A_CALL;
	     i++) {
		accesses_begin_call(chance(ONE_CACHED) ? CACHES_ONE : CACHES_ALL);
		const char *name = calls_make();
		if (accesses_check(name, ++*calls))
			return 1;
	}
	return 0;
}

int guest_main(void)
{
	uint64_t calls = 0;
	int failed = 0;
	layout = layout_of(guest_granule());
	for (int round = 0; round < ROUNDS && !failed; round++)
		failed = play_round(&calls);
	struct access_counts counts = accesses_counts();
	guest_write(guest_granule_name(layout.page));
	guest_write_count(": calls ", calls);
	guest_write_count(", accesses ", counts.made);
	guest_write_count(", of which fault ", counts.faulted);
	guest_write(failed ? "\n" : ", none stale\n");
	return failed;
}
