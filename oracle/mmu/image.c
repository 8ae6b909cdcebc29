// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/mmu/image.h"

#include <string.h>

/* Slots are counted from 1. */
static const struct mmu_bank *bank_of(const struct mmu_image *image, uint32_t slot)
{
	return &image->bank[(slot - 1) % image->banks];
}

static size_t offset_in_bank(const struct mmu_image *image, const struct arm64_geometry *g,
			     uint32_t slot)
{
	return (size_t)((slot - 1) / image->banks) << g->granule;
}

static uint64_t slot_pa(const struct mmu_image *image, const struct arm64_geometry *g,
			uint32_t slot)
{
	return bank_of(image, slot)->pa + offset_in_bank(image, g, slot);
}

static uint64_t *slot_words(const struct mmu_image *image, const struct arm64_geometry *g,
			    uint32_t slot)
{
	return (uint64_t *)(bank_of(image, slot)->bytes + offset_in_bank(image, g, slot));
}

static uint32_t new_slot(struct mmu_image *image, const struct arm64_geometry *g, table_t table)
{
	uint32_t slot = image->slots + 1;
	size_t end = offset_in_bank(image, g, slot) + ((size_t)1 << g->granule);
	if (end > bank_of(image, slot)->capacity)
		return 0;
	image->slot[table] = image->slots = slot;
	memset(slot_words(image, g, slot), 0, (size_t)1 << g->granule);
	return slot;
}

static bool copy_table(struct mmu_image *image, const struct arm64_geometry *g,
		       const struct machine *m, table_t table, int level);

/* The descriptor with the address of the child's copy. */
static bool link_copy(struct mmu_image *image, const struct arm64_geometry *g,
		      const struct machine *m, uint64_t *desc, int level)
{
	table_t child = machine_table_at(m, arm64_address(g, *desc) >> g->granule);
	if (child == MACHINE_NO_TABLE)
		return true; /* points to what is no table: left as it is */
	if (!image->slot[child] && !copy_table(image, g, m, child, level + 1))
		return false;
	*desc &= ~arm64_address_field(g);
	*desc |= arm64_address_bits(g, slot_pa(image, g, image->slot[child]));
	return true;
}

static bool copy_table(struct mmu_image *image, const struct arm64_geometry *g,
		       const struct machine *m, table_t table, int level)
{
	uint32_t slot = new_slot(image, g, table);
	if (!slot)
		return false;
	const uint64_t *words = machine_words(m, table);
	uint64_t *copy = slot_words(image, g, slot);
	for (uint32_t i = m->table[table].low; i < m->table[table].high; i++) {
		copy[i] = words[i];
		if (arm64_kind(g, level, words[i]) == ARM64_TABLE &&
		    !link_copy(image, g, m, &copy[i], level))
			return false;
	}
	return true;
}

bool mmu_image_make(struct mmu_image *image, const struct arm64_geometry *g,
		    const struct machine *m)
{
	memset(image->slot, 0, sizeof(image->slot));
	image->slots = 0;
	return copy_table(image, g, m, MACHINE_ROOT, g->start_level);
}

/* BADDR: with 52-bit addresses bits 5:2 are address bits 51:48 (TTBR1_EL1, D24.2). */
uint64_t mmu_image_ttbr(const struct mmu_image *image)
{
	uint64_t pa = image->bank[0].pa;
	return (pa & ARM64_BITS(47, 0)) | (pa & ARM64_BITS(51, 48)) >> 46;
}
