// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a tree is, by what it declares: version numbers say nothing of trees
 * that carry patches. <have.h> stands in the slice.
 */
#ifndef MAPPER_KERNEL_TREE_H
#define MAPPER_KERNEL_TREE_H

#include <have.h>

/* The series, as it was before and after blocks of pages were freed from HugeTLB; or neither. */
#if defined(RIG_HAVE_vmap_batched) && defined(RIG_HAVE_pte_set_huge)
#define TREE_SERIES POLICY_V9
#elif defined(RIG_HAVE_vmap_batched)
#define TREE_SERIES POLICY_V4
#else
#define TREE_SERIES POLICY_PRIOR
#endif

/* Contiguous groups in vmap_range_noflush() (Linux 6.16). */
#ifdef RIG_HAVE_arch_vmap_pte_range_map_size
#define TREE_HAS_GROUPS true
#else
#define TREE_HAS_GROUPS false
#endif

/* set_memory is left out where what it reaches did not build: the build says so. */
#ifdef RIG_HAVE_set_memory_ro
#define TREE_SETS_MEMORY true
#define TREE_LEFT_OUT NULL
#else
#define TREE_SETS_MEMORY false
#define TREE_LEFT_OUT "set_memory, which uses names that mapper/kernel/shim.h lacks"
#endif

/* Leaves that are split in place for set_memory (Linux 6.18). */
#ifdef RIG_HAVE_split_kernel_leaf_mapping
#define TREE_SPLITS true
#define TREE_ABOUT "leaves are split"
#else
#define TREE_SPLITS false
#define TREE_ABOUT "no leaf is split"
#endif

#endif
