// SPDX-License-Identifier: GPL-2.0-only
/*
 * What of a tree is built, by what it declares: version numbers say nothing of
 * trees that carry patches. <have.h> stands in the slice. What the tree's
 * policy is does not stand here: it is measured.
 */
#ifndef MAPPER_KERNEL_TREE_H
#define MAPPER_KERNEL_TREE_H

#include <have.h>

/* A group of roots is left out where what it reaches did not build: the build says so. */
#ifdef RIG_HAVE_set_memory_ro
#define TREE_SETS_MEMORY true
#else
#define TREE_SETS_MEMORY false
#endif

/* What is not tested, in one line: LACKS_x, each with what stands between it and what is before it. */
#ifndef RIG_HAVE_set_memory_ro
#define LACKS_CHANGES "set_memory, which uses names that mapper/kernel/shim.h lacks"
#define AFTER_CHANGES "; "
#elif !defined(RIG_HAVE_kernel_page_present)
#define LACKS_CHANGES "kernel_page_present(), which the tree does not have"
#define AFTER_CHANGES "; "
#else
#define LACKS_CHANGES ""
#define AFTER_CHANGES ""
#endif
#ifdef RIG_HAVE_ptdump_walk
#define LACKS_DUMP ""
#else
#define LACKS_DUMP                                                                                 \
	AFTER_CHANGES "ptdump_walk(), which the tree does not have or which uses names that "      \
		      "mapper/kernel/shim.h lacks"
#endif
#define TREE_LACKS LACKS_CHANGES LACKS_DUMP
#define TREE_LEFT_OUT (sizeof(TREE_LACKS) > 1 ? TREE_LACKS : NULL)

#if defined(RIG_HAVE_set_direct_map_invalid_noflush) &&                                            \
	defined(RIG_HAVE_set_direct_map_default_noflush)
#define TREE_SETS_DIRECT_MAP true
#else
#define TREE_SETS_DIRECT_MAP false
#endif

#ifdef RIG_HAVE_set_memory_rox
#define TREE_SETS_ROX true
#else
#define TREE_SETS_ROX false
#endif

#ifdef RIG_HAVE_trans_pgd_create_copy
#define TREE_COPIES true
#else
#define TREE_COPIES false
#endif

#ifdef RIG_HAVE_vfree
#define TREE_FREES true
#else
#define TREE_FREES false
#endif

#ifdef RIG_HAVE_vmap_pfn
#define TREE_MAPS_FRAMES true
#else
#define TREE_MAPS_FRAMES false
#endif

#ifdef RIG_HAVE_apply_to_existing_page_range
#define TREE_APPLIES true
#else
#define TREE_APPLIES false
#endif

#if defined(RIG_HAVE_vrealloc_node_align_noprof) || defined(RIG_HAVE_vrealloc_noprof)
#define TREE_REALLOCS true
#else
#define TREE_REALLOCS false
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

/* Memory that is added and removed, as far as the linear map goes. */
#if defined(RIG_HAVE___create_pgd_mapping) && defined(RIG_HAVE___remove_pgd_mapping)
#define TREE_ADDS_MEMORY true
#else
#define TREE_ADDS_MEMORY false
#endif

#if defined(RIG_HAVE_vmemmap_populate) && defined(RIG_HAVE_vmemmap_free)
#define TREE_HAS_STRUCT_PAGES true
#else
#define TREE_HAS_STRUCT_PAGES false
#endif

/* Whether a missing table page is an error of memory that is added, and no BUG(). */
#ifdef RIG_RETURNS_NOTHING___create_pgd_mapping
#define TREE_FAILS_TO_ADD false
#else
#define TREE_FAILS_TO_ADD true
#endif

/* Splits of the linear map to single pages (Linux 7.2). */
#ifdef RIG_HAVE_range_split_to_ptes
#define TREE_SPLITS_TO_PAGES true
#else
#define TREE_SPLITS_TO_PAGES false
#endif

#endif
