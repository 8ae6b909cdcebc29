// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/mmu/image.h"

#include <string.h>

static uint64_t slot_pa(const struct mmu_image *image, const struct arm64_geometry *g,
			uint32_t slot)
{
	return image->pa + ((uint64_t)(slot - 1) << g->granule);
}

static uint64_t *slot_words(const struct mmu_image *image, const struct arm64_geometry *g,
			    uint32_t slot)
{
	return (uint64_t *)(image->bytes + ((size_t)(slot - 1) << g->granule));
}

static uint32_t new_slot(struct mmu_image *image, const struct arm64_geometry *g, table_t table)
{
	if ((size_t)(image->slots + 1) << g->granule > image->capacity)
		return 0;
	image->slot[table] = ++image->slots;
	memset(slot_words(image, g, image->slots), 0, (size_t)1 << g->granule);
	return image->slots;
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
