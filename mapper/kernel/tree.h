// SPDX-License-Identifier: GPL-2.0-only
/*
 * What of a tree is built, by what it declares: version numbers say nothing of
 * trees that carry patches. <have.h> stands in the slice. What the tree's
 * policy is does not stand here: it is measured.
 */
#ifndef MAPPER_KERNEL_TREE_H
#define MAPPER_KERNEL_TREE_H

#include <have.h>

/* set_memory is left out where what it reaches did not build: the build says so. */
#ifdef RIG_HAVE_set_memory_ro
#define TREE_SETS_MEMORY true
#ifdef RIG_HAVE_kernel_page_present
#define TREE_LEFT_OUT NULL
#else
#define TREE_LEFT_OUT "kernel_page_present(), which the tree does not have"
#endif
#else
#define TREE_SETS_MEMORY false
#define TREE_LEFT_OUT "set_memory, which uses names that mapper/kernel/shim.h lacks"
#endif

#if defined(RIG_HAVE_set_direct_map_invalid_noflush) &&                                            \
	defined(RIG_HAVE_set_direct_map_default_noflush)
#define TREE_SETS_DIRECT_MAP true
#else
#define TREE_SETS_DIRECT_MAP false
#endif

#ifdef RIG_HAVE_vfree
#define TREE_FREES true
#else
#define TREE_FREES false
#endif

/*
 * Leaves that are split in place for set_memory (Linux 6.18). A tree that has
 * the function is to split, and one that was seen to split does, whatever its
 * function is called: address_space.splits.
 */
#ifdef RIG_HAVE_split_kernel_leaf_mapping
#define TREE_SPLITS true
#else
#define TREE_SPLITS false
#endif

#endif
