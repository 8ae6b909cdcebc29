// SPDX-License-Identifier: GPL-2.0-only
/* The calls of the batched mapper, one file each. What they promise: mapper/mapper.h. */
#ifndef MAPPER_BATCHED_BATCHED_H
#define MAPPER_BATCHED_BATCHED_H

#include "mapper/mapper.h"

#define DECLARE(KIND, name) mapper_function batched_##name;
CALLS(DECLARE)
#undef DECLARE
uint64_t batched_lookup(struct address_space *space, uint64_t va);
bool batched_page_present(struct address_space *space, uint64_t pfn);
unsigned batched_dump(struct address_space *space, uint64_t va, uint64_t bytes,
		      struct dump_line *line, unsigned room);

#endif
