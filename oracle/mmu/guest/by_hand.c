// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/mmu/guest/by_hand.h"

#include <string.h>

#include "oracle/arm64/encoding.h"
#include "oracle/mmu/guest/guest.h"

static uint64_t *table_number(const struct layout *layout, int number)
{
	return (uint64_t *)(GUEST_TABLES + ((uint64_t)number << layout->page));
}

uint64_t *by_hand_table(const struct layout *layout, int level, uint64_t limits)
{
	int links = level - layout->g.start_level;
	for (int i = 0; i <= links; i++)
		memset(table_number(layout, i), 0, (size_t)1 << layout->page);
	for (int i = 0; i < links; i++)
		*table_number(layout, i) = (uint64_t)table_number(layout, i + 1) | ARM64_TYPE |
					   ARM64_VALID | (i == links - 1 ? limits : 0);
	guest_mmu(MACHINE_MAIR_EL1, layout_tcr(layout), GUEST_TABLES);
	return table_number(layout, links);
}

void by_hand_store(uint64_t *entry, uint64_t desc)
{
	__atomic_store_n(entry, desc, __ATOMIC_RELAXED);
	__asm__ volatile("dsb ishst\n\tisb" ::: "memory");
}
