// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mapper that a Linux tree's own code is. There is one in builds that
 * were configured with VMAPDIFF_KERNEL_TREE. What its policy is, is measured:
 * see fuzz/measure.h.
 */
#ifndef MAPPER_KERNEL_ADAPTER_H
#define MAPPER_KERNEL_ADAPTER_H

#include "mapper/mapper.h"

extern const struct mapper kernel_mapper;

/* The tree's commit, with "-dirty" if files differ from it; "" where git knows none. Made by each build. */
extern const char kernel_commit[];

#endif
