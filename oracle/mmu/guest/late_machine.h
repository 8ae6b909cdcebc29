// SPDX-License-Identifier: GPL-2.0-only
/* The machine of a guest whose MMU is a real one. */
#ifndef ORACLE_MMU_GUEST_LATE_MACHINE_H
#define ORACLE_MMU_GUEST_LATE_MACHINE_H

#include "mapper/machine/machine.h"
#include "oracle/mmu/guest/guest.h"

/* Physical address of the root that the MMU walks. */
uint64_t late_machine_root(void);

/* Defined by whoever uses the machine: reads every address that may come to be cached. */
void late_machine_walks(void);

#endif
