// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mapper that a Linux tree's own code is. There is one in builds that
 * were configured with VMAPDIFF_KERNEL_TREE.
 */
#ifndef MAPPER_KERNEL_ADAPTER_H
#define MAPPER_KERNEL_ADAPTER_H

#include "mapper/mapper.h"

/* Its kind is what the tree is: see mapper/kernel/tree.h. */
extern const struct mapper kernel_mapper;

/* Its version as its Makefile has it, and where it lies. */
extern const char kernel_release[], kernel_tree[];

/* Which of the tree's functions a call begins in, and where that stands; ends with a call of NULL. */
struct kernel_function {
	const char *call; /* as mapper/mapper.h has it */
	const char *file; /* from the tree's top */
	unsigned line;
};
extern const struct kernel_function kernel_functions[];

/* What the tree decides of what a scenario asks for: all but the largest shift. */
struct policy kernel_policy(struct policy asked, unsigned page_shift);

/* Whether set_memory could be built: without it the tree's is not called. */
bool kernel_sets_memory(void);

/* Whether set_memory splits leaves, where the machine has BBM level 2 (Linux 6.18). */
bool kernel_splits(void);

#endif
