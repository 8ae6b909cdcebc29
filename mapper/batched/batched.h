// SPDX-License-Identifier: GPL-2.0-only
/* The calls of the batched mapper; their contracts stand in mapper/mapper.h. */
#ifndef MAPPER_BATCHED_BATCHED_H
#define MAPPER_BATCHED_BATCHED_H

#include "mapper/mapper.h"

int batched_vmap(struct address_space *space, uint64_t va, struct page_array pages, enum prot prot,
		 unsigned flags);
int batched_vmalloc(struct address_space *space, uint64_t va, struct page_array pages,
		    unsigned page_shift, enum prot prot, unsigned flags);
int batched_ioremap(struct address_space *space, uint64_t va, uint64_t pa, uint64_t bytes,
		    enum prot prot);
int batched_vunmap(struct address_space *space, uint64_t va, uint64_t bytes);
int batched_set_memory(struct address_space *space, uint64_t va, uint64_t pages,
		       enum memory_change change);
uint64_t batched_lookup(struct address_space *space, uint64_t va);

#endif
