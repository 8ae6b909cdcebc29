// SPDX-License-Identifier: GPL-2.0-only
/* The calls of the batched mapper; their contracts stand in mapper/mapper.h. */
#ifndef MAPPER_BATCHED_BATCHED_H
#define MAPPER_BATCHED_BATCHED_H

#include "mapper/mapper.h"

int batched_vmap(struct address_space *space, uint64_t va, struct page_array pages, enum prot prot,
		 unsigned flags);
int batched_vunmap(struct address_space *space, uint64_t va, uint64_t bytes);

#endif
