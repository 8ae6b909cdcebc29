// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every combination of the permissions of a leaf and of the table above it:
 * real loads, stores and fetches of EL1 and EL0 must do what the oracle says.
 * AT instructions do not tell what may be fetched.
 */
#include "oracle/arm64/encoding.h"
#include "oracle/mmu/guest/by_hand.h"
#include "oracle/mmu/guest/guest.h"

#define RET_AT 0
#define SVC_AT 4
#define DATA_AT 8
#define COMBINATIONS 256
#define ACCESSES 6

static const char *const names[ACCESSES] = { "load of EL1", "store of EL1", "fetch of EL1",
					     "load of EL0", "store of EL0", "fetch of EL0" };

static const uint64_t bits[] = { ARM64_AP1, ARM64_AP2, ARM64_PXN, ARM64_UXN };
static const uint64_t limit_bits[] = { ARM64_BIT(61), ARM64_BIT(62), ARM64_PXNTABLE,
				       ARM64_UXNTABLE };

/* Those of the four that the low bits of `set` select. */
static uint64_t select(const uint64_t of[4], unsigned set)
{
	uint64_t selected = 0;
	for (unsigned i = 0; i < 4; i++)
		if (set >> i & 1)
			selected |= of[i];
	return selected;
}

static void probe_all(bool done[ACCESSES])
{
	uint64_t value;
	done[0] = !probe_load(BY_HAND_VA + DATA_AT, &value);
	done[1] = !probe_store(BY_HAND_VA + DATA_AT, 1);
	done[2] = !probe_fetch(BY_HAND_VA + RET_AT);
	done[3] = !probe_el0_load(BY_HAND_VA + DATA_AT);
	done[4] = !probe_el0_store(BY_HAND_VA + DATA_AT, 1);
	done[5] = !probe_el0_fetch(BY_HAND_VA + SVC_AT);
}

static void expect_all(const struct layout *l, uint64_t desc, uint64_t limits,
		       bool expected[ACCESSES])
{
	struct arm64_attributes a = arm64_attributes(&l->g, desc, limits);
	expected[0] = true;
	expected[1] = a.el1_write;
	expected[2] = a.el1_exec;
	expected[3] = a.el0_access;
	expected[4] = a.el0_access && a.el1_write;
	expected[5] = a.el0_exec;
}

static void disagree(const struct layout *l, int level, uint64_t desc, uint64_t limits,
		     const char *access, bool done)
{
	guest_write("FAIL emulator.permission granule=");
	guest_write(guest_granule_name(l->page));
	guest_write_count(" level=", (uint64_t)level);
	guest_write(": a ");
	guest_write(access);
	guest_write(done ? " is done" : " faults");
	guest_write_number(", descriptor ", desc);
	guest_write_number(", of the table ", limits);
	guest_write("\n");
}

static int check(const struct layout *l, int level, unsigned combination)
{
	bool expected[ACCESSES], done[ACCESSES];
	uint64_t limits = select(limit_bits, combination >> 4);
	uint64_t desc = l->linear_pa | ARM64_SH | ARM64_AF | ARM64_VALID |
			(level == ARM64_LAST_LEVEL ? ARM64_TYPE : 0) | select(bits, combination);
	by_hand_store(by_hand_table(l, level, limits), desc);
	expect_all(l, desc, limits, expected);
	probe_all(done);
	int failed = 0;
	for (int i = 0; i < ACCESSES; i++) {
		if (expected[i] == done[i])
			continue;
		disagree(l, level, desc, limits, names[i], done[i]);
		failed = 1;
	}
	return failed;
}

int guest_main(void)
{
	struct layout l = layout_of(guest_granule());
	int failed = 0;
	*(volatile uint64_t *)l.linear_pa = GUEST_RET | (uint64_t)GUEST_SVC << 32;
	for (int level = 2; level <= ARM64_LAST_LEVEL; level++)
		for (unsigned i = 0; i < COMBINATIONS; i++)
			failed |= check(&l, level, i);
	guest_write(guest_granule_name(l.page));
	guest_write_count(": permissions, combinations ", 2 * COMBINATIONS);
	guest_write_count(", accesses ", 2 * COMBINATIONS * ACCESSES);
	guest_write(failed ? "\n" : ", all as the oracle says\n");
	return failed;
}
