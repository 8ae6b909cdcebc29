// SPDX-License-Identifier: GPL-2.0-only
/*
 * A machine's tables as an emulator's memory has them: the same words, but for
 * table descriptors, which point to where the tables lie there.
 */
#ifndef ORACLE_MMU_IMAGE_H
#define ORACLE_MMU_IMAGE_H

#include "oracle/arm64/translate.h"

/* A part of the emulator's memory. */
struct mmu_bank {
	uint8_t *bytes;
	uint64_t pa; /* of its first byte, a multiple of 64K */
	size_t capacity;
};

#define MMU_MAX_BANKS 2

/* The tables take turns in the banks, so that each links to tables of another bank. */
struct mmu_image {
	struct mmu_bank bank[MMU_MAX_BANKS];
	unsigned banks;
	uint32_t slot[MACHINE_MAX_TABLES]; /* of each table, from 1; 0 where it was not reached */
	uint32_t slots;
};

/*
 * Copies all tables that walks can reach. A table must not be reached at two
 * levels. False when the memory does not suffice.
 */
bool mmu_image_make(struct mmu_image *image, const struct arm64_geometry *g,
		    const struct machine *m);

/* TTBR1_EL1 for the root of the image: the first table of the first bank. */
uint64_t mmu_image_ttbr(const struct mmu_image *image);

#endif
