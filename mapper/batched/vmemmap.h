// SPDX-License-Identifier: GPL-2.0-only
/* What the calls about struct pages have in common. */
#ifndef MAPPER_BATCHED_VMEMMAP_H
#define MAPPER_BATCHED_VMEMMAP_H

#include "mapper/mapper.h"
#include "mapper/pgtable/geometry.h"

/* Offsets of the pages that a call maps or takes away, and not those that others have a half of. */
struct vmemmap_range {
	uint64_t start, end;
};

/* vmemmap.c: the range of a call in whole pages, without those at its ends that are another's too. */
struct vmemmap_range vmemmap_own(const struct address_space *space, const struct geometry *g,
				 const struct call *call);

/* Clears, invalidates and gives back what maps the range, which cuts no leaf. */
typedef void vmemmap_free_leaves(struct machine *m, const struct geometry *g,
				 struct vmemmap_range own);

/*
 * vmemmap_free.c: takes away the struct pages of a call, their leaves by
 * `free_them`, with the tables that are empty then. 0; -EPERM, and nothing is
 * stored, where the range cuts a leaf.
 */
int vmemmap_free_by(struct address_space *space, const struct call *call,
		    vmemmap_free_leaves *free_them);

/* Bytes of the struct pages of a section of memory, of 64 bytes each (SECTION_SIZE_BITS of Linux 5.12). */
uint64_t vmemmap_section_bytes(const struct geometry *g);

/* Whether one block maps the range: a whole section, with 4K pages. */
bool vmemmap_is_block(const struct geometry *g, const struct call *call);

#endif
