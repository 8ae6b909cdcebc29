// SPDX-License-Identifier: GPL-2.0-only
/*
 * The interface of a mapper: what the kernel's vmap() family does on one
 * address space of one machine. Mappers keep no state of their own: all they
 * know stands in the machine's tables.
 */
#ifndef MAPPER_MAPPER_H
#define MAPPER_MAPPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mapper/machine/machine.h"

/* What stands in a page array where there is no page frame number. */
#define PAGE_HOLE (UINT64_C(1) << 63) /* a NULL page pointer */
#define PAGE_BAD (UINT64_C(1) << 62)  /* a page whose pfn_valid() is false */
#define PAGE_IS_PFN(page) ((page) < PAGE_BAD)

/* What vmap() is given: `count` pages, each a pfn, PAGE_HOLE or PAGE_BAD. Owned by the caller. */
struct page_array {
	const uint64_t *page;
	size_t count;
};

/* Protections, by what a caller of the kernel would pass. */
enum prot {
	PROT_KERNEL,      /* PAGE_KERNEL: read, write, Normal memory */
	PROT_KERNEL_RO,   /* PAGE_KERNEL_RO */
	PROT_KERNEL_EXEC, /* PAGE_KERNEL_EXEC */
	PROT_NORMAL_NC,   /* pgprot_writecombine(PAGE_KERNEL) */
	PROT_DEVICE,      /* pgprot_device(PAGE_KERNEL): Device-nGnRE */
	PROT_COUNT,
};

/* Flags of a mapping call. */
#define MAP_FLAG_HUGE 1u /* VM_ALLOW_HUGE_VMAP */

/* What a version of the series decides freely. It changes shape, never translation. */
struct policy {
	enum { POLICY_V9, POLICY_V4 } series;
	enum { VMAP_HUGE_ALWAYS, VMAP_HUGE_FLAG, VMAP_HUGE_NEVER } vmap_huge;
	bool stop_at_order0; /* the first page that is no block ends the search for blocks */
	bool scan_limit;     /* the search is bounded by the pfn's alignment */
	bool hugetlb;        /* CONFIG_HUGETLB_PAGE: without it v4 makes no cont-PTEs */
	uint8_t max_shift;   /* log2 of the largest leaf or batch, page_shift to 63 */
};

/* What the named version of the series does by default. */
struct policy policy_default(int series);

/* The kernel's pgtbl_mod_mask: which level of table was changed. */
#define MODIFIED_LEVEL(level) (1u << ((level) + 1)) /* level -1 to 3 */

/* One address space, as a mapper is handed it. Borrowed for the call. */
struct address_space {
	struct machine *machine;
	const struct policy *policy;
	uint32_t modified; /* out: MODIFIED_LEVEL() of each level written */
};

struct mapper {
	const char *name; /* as it stands in a signature line */

	/*
	 * Maps pages.count pages at `va`, page aligned, the whole range inside
	 * the address space. 0, or -ENOMEM (no table page, or a hole), -EINVAL
	 * (invalid pfn), -EBUSY (something is mapped there already). After an
	 * error a part may be mapped; the caller unmaps the whole range. Like
	 * vmap(), it never makes an executable mapping.
	 */
	int (*vmap)(struct address_space *space, uint64_t va, struct page_array pages,
		    enum prot prot, unsigned flags);

	/* Unmaps [va, va + bytes), holes allowed, and invalidates the TLB. Frees no table. 0. */
	int (*vunmap)(struct address_space *space, uint64_t va, uint64_t bytes);
};

extern const struct mapper batched_mapper;

#endif
