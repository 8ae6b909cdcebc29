// SPDX-License-Identifier: GPL-2.0-only
/* Tables written by hand, for guests that ask how the MMU reads single descriptors. */
#ifndef ORACLE_MMU_GUEST_BY_HAND_H
#define ORACLE_MMU_GUEST_BY_HAND_H

#include "oracle/mmu/guest/layout.h"

/* The first address of the table that by_hand_table() returns. */
#define BY_HAND_VA UINT64_C(0xffff000000000000)

/*
 * Turns the MMU on with an empty table at `level`, 2 or 3, that tables lead to
 * by their entries 0. The bits of `limits` are in the descriptor of the last
 * link. Returns the table.
 */
uint64_t *by_hand_table(const struct layout *layout, int level, uint64_t limits);

/* Stores a descriptor, with the barrier that it needs and without a TLBI. */
void by_hand_store(uint64_t *entry, uint64_t desc);

#endif
