// SPDX-License-Identifier: GPL-2.0-only
/* What the calls that add and remove memory have in common. */
#ifndef MAPPER_BATCHED_MEMORY_H
#define MAPPER_BATCHED_MEMORY_H

#include "mapper/mapper.h"

/*
 * remove_memory.c: clears offsets [start, end) of the linear map, which cut no
 * leaf, invalidates the TLBs, and frees the tables there that are empty.
 */
void remove_range(struct address_space *space, uint64_t start, uint64_t end);

/* The same: frees the tables that map some of offsets [start, end) and are empty. */
void free_tables_of_range(struct address_space *space, uint64_t start, uint64_t end);

#endif
