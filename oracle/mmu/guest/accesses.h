// SPDX-License-Identifier: GPL-2.0-only
/* Real accesses to the mapped windows, and what each must do. */
#ifndef ORACLE_MMU_GUEST_ACCESSES_H
#define ORACLE_MMU_GUEST_ACCESSES_H

#include "oracle/mmu/guest/late_machine.h"
#include "oracle/mmu/guest/layout.h"

/* What the TLB comes to hold during a call. */
enum caching {
	CACHES_ALL, /* the translations of all addresses */
	CACHES_ONE, /* that of one address alone, which the call changes */
};

struct access_counts {
	uint64_t made, faulted;
};

/* The windows of a layout, and the machine whose tables are walked. Both are kept, not copied. */
void accesses_open(const struct layout *layout, struct machine *machine);

/* Before each call. */
void accesses_begin_call(enum caching caching);

/* Makes them all, after a call of that name. 0, or 1 after a message. */
int accesses_check(const char *call, uint64_t number);

struct access_counts accesses_counts(void);

#endif
