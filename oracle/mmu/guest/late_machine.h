// SPDX-License-Identifier: GPL-2.0-only
/* The machine of a guest whose MMU is a real one. */
#ifndef ORACLE_MMU_GUEST_LATE_MACHINE_H
#define ORACLE_MMU_GUEST_LATE_MACHINE_H

#include "mapper/machine/machine.h"
#include "oracle/mmu/guest/guest.h"

/* Physical address of the root that the MMU walks. */
uint64_t late_machine_root(void);

/*
 * The tables that machine_words() shows: those that the MMU walks, with the
 * stores that are complete, or those that the CPU reads, with all of its
 * stores. It shows the latter unless it is told otherwise.
 */
void late_machine_show_walked(bool walked);

/* A word of the tables that the MMU walks, at once: for what undoes that. Returns the word before. */
uint64_t late_machine_poke(table_t table, uint32_t index, uint64_t word);

/*
 * Defined by whoever uses the machine: reads what may come to be cached, ahead
 * of stores that complete, and after TLBIs have.
 */
void late_machine_before_stores(void);
void late_machine_after_tlbis(void);

#endif
