// SPDX-License-Identifier: GPL-2.0-only
#ifndef MAPPER_KERNEL_CALLERS_H
#define MAPPER_KERNEL_CALLERS_H

#include "mapper/mapper.h"

/* Why no caller of the tree's kernel makes such a call; NULL if callers do. See struct mapper. */
const struct reason *kernel_never_called(const struct address_space *space,
					 const struct call *call);

/* The area that vfree() of an address is for; NULL if there is none. Borrowed. */
const struct vm_area *kernel_freed_area(const struct address_space *space, uint64_t va);

/* find_vm_area(): the most recent area at `va`, its guard page included; NULL if there is none. Borrowed. */
const struct vm_area *kernel_find_area(const struct address_space *space, uint64_t va);

/*
 * log2 bytes of the blocks in which __vmalloc_node_range() maps a CALL_VMALLOC:
 * those that it asked for, or a page where the allocator fell back to pages.
 */
unsigned kernel_block_shift(const struct address_space *space, const struct call *call);

#endif
