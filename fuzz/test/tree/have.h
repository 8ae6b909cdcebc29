/* SPDX-License-Identifier: GPL-2.0-only */
/* A tree for test_adapt.c, as the slicer describes one: it has all calls, and splits leaves. */
#ifndef FUZZ_TEST_TREE_HAVE_H
#define FUZZ_TEST_TREE_HAVE_H

#define RIG_HAVE_set_memory_ro 1
#define RIG_HAVE_set_memory_rox 1
#define RIG_HAVE_range_split_to_ptes 1
#define RIG_HAVE___create_pgd_mapping 1
#define RIG_HAVE___remove_pgd_mapping 1
#define RIG_HAVE_set_direct_map_default_noflush 1
#define RIG_HAVE_set_direct_map_invalid_noflush 1
#define RIG_HAVE_trans_pgd_create_copy 1
#define RIG_HAVE_vfree 1
#define RIG_HAVE_vmemmap_populate 1
#define RIG_HAVE_vmemmap_free 1
#define RIG_HAVE_split_kernel_leaf_mapping 1
#define RIG_HAVE_vmap_pfn 1
#define RIG_HAVE_apply_to_existing_page_range 1
#define RIG_HAVE_vrealloc_noprof 1

#endif
