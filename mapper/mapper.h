// SPDX-License-Identifier: GPL-2.0-only
/*
 * The interface of a mapper: what the kernel's vmap() family does on one
 * address space of one machine. Mappers keep no state of their own: all they
 * know stands in the machine's tables, and in the areas that the caller keeps.
 *
 * Addresses and sizes are multiples of the page; ranges are not empty and lie
 * inside the address space: fuzz/scenario_check.c refuses others.
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

/* What set_memory_ro() and its kind change. */
enum memory_change {
	MEMORY_RO,
	MEMORY_RW,
	MEMORY_NX,
	MEMORY_X,
	MEMORY_INVALID, /* set_memory_valid(addr, n, 0): the entry stays, and faults */
	MEMORY_VALID,   /* set_memory_valid(addr, n, 1) */
	MEMORY_CHANGES,
};

/* Flags of a mapping call. */
#define MAP_FLAG_HUGE 1u /* VM_ALLOW_HUGE_VMAP */

/* What a version of the series decides freely. It changes shape and errno, never translation. */
struct policy {
	enum { POLICY_V9, POLICY_V4, POLICY_PRIOR } series;
	enum { VMAP_HUGE_ALWAYS, VMAP_HUGE_FLAG, VMAP_HUGE_NEVER } vmap_huge;
	bool stop_at_order0; /* the first page that is no block ends the search for blocks */
	bool scan_limit;     /* the search is bounded by the pfn's alignment */
	bool hugetlb;        /* CONFIG_HUGETLB_PAGE: without it v4 and prior make no cont-PTEs */
	uint8_t max_shift;   /* log2 of the largest leaf or batch, page_shift to 63 */
	uint8_t quirks; /* QUIRK_: what the kernel does, and breaks a rule by; none by default */
};

/* Where the modelled kernel breaks a rule, the mappers do not, unless they are asked to. */
#define QUIRK_HEAD_CHECK 1u   /* only the first entry of a batch is tested for being in use */
#define QUIRK_NARROW_FLUSH 2u /* vunmap() invalidates what was asked for, not all that it took */
#define QUIRK_CUT_GROUPS 4u   /* set_memory changes a part of a contiguous group as it is */
#define QUIRK_PXN_TABLES 8u   /* the table of a split block forbids what the block forbade to run */
#define QUIRKS 15u

/* What the named version of the series does by default. */
struct policy policy_default(int series);

/* The kernel's pgtbl_mod_mask: which level of table was changed. */
#define MODIFIED_LEVEL(level) (1u << ((level) + 1)) /* level -1 to 3 */

/* An area as find_vm_area() gives it: what a call before mapped and nobody took away whole. */
struct vm_area {
	enum { AREA_MAP, AREA_ALLOC, AREA_IOREMAP } kind; /* VM_MAP, VM_ALLOC, VM_IOREMAP */
	uint64_t va, bytes;                               /* without the guard page behind */
	unsigned flags;                                   /* MAP_FLAG_ */
	struct page_array pages;                          /* none for AREA_IOREMAP */
};

/* One address space, as a mapper is handed it. Borrowed for the call. */
struct address_space {
	struct machine *machine;
	const struct policy *policy;
	const struct vm_area *area; /* the oldest first; where two meet, the younger counts */
	unsigned areas;
	uint32_t modified; /* out: MODIFIED_LEVEL() of each level written */
	uint8_t page_shift; /* out, vmalloc: log2 bytes of the area's blocks (vm_struct.page_order) */
};

/* Whose shapes, errors and costs a mapper promises: oracle/owed.h says what each kind owes. */
enum mapper_kind {
	MAPPER_SERIES, /* what the policy says, with one walk for a run of blocks */
	MAPPER_PRIOR,  /* the kernel's before the series, under every policy */
	MAPPER_PAGES,  /* single pages; errors as the policy says */
};

struct mapper {
	const char *name; /* as it stands in a signature line */
	enum mapper_kind kind;

	/* Whether it can map on such a machine; NULL: on every machine. */
	bool (*has_machine)(const struct machine_config *config);
	/* Where the last call of this mapper warned, or ended; "" if nowhere. NULL: never. */
	const char *(*complaint)(void);

	/*
	 * Maps pages.count pages at `va`. 0, or -ENOMEM (no table page, or a
	 * hole), -EINVAL (invalid pfn), -EBUSY (something is mapped there
	 * already; a warning tells so). After an error a part may be mapped; the
	 * caller unmaps the whole range. Never makes an executable mapping.
	 * Before the series every error was -ENOMEM (Linux 6.12,
	 * vmap_pages_pud_range()).
	 */
	int (*vmap)(struct address_space *space, uint64_t va, struct page_array pages,
		    enum prot prot, unsigned flags);

	/*
	 * The same for what vmalloc() allocated, in blocks of 1 << page_shift
	 * bytes if `flags` has MAP_FLAG_HUGE: a page, a contiguous group or a PMD
	 * block. The allocator may have fallen back to single pages: blocks are
	 * kept only if each is physically contiguous (Linux 61ebe5a747da), and
	 * space->page_shift says which. Before the series a page mapped already
	 * under a block was a BUG().
	 */
	int (*vmalloc)(struct address_space *space, uint64_t va, struct page_array pages,
		       unsigned page_shift, enum prot prot, unsigned flags);

	/*
	 * Maps [pa, pa + bytes) at `va`: ioremap_page_range(). 0, -ENOMEM (no
	 * table page), or a BUG() and -EBUSY (something is mapped there already).
	 */
	int (*ioremap)(struct address_space *space, uint64_t va, uint64_t pa, uint64_t bytes,
		       enum prot prot);

	/*
	 * Unmaps [va, va + bytes), holes allowed, and invalidates the TLB. A
	 * block or contiguous group that lies across an end of the range goes as
	 * a whole, with a warning. Frees no table. 0.
	 */
	int (*vunmap)(struct address_space *space, uint64_t va, uint64_t bytes);

	/*
	 * set_memory_ro() and its kind on `pages` pages. RO, RW, NX and X change
	 * one area of vmalloc() without MAP_FLAG_HUGE, the guard page behind it
	 * allowed: others get -EINVAL and no store; RO and RW change the linear
	 * alias of each page first and stop at the first error. INVALID and
	 * VALID change any part of the linear map. -EINVAL, with a warning and
	 * before any store to that range, where it begins or ends inside of a
	 * leaf or contiguous group that may not be split: below BBM level 2.
	 * -ENOMEM when there is no table page for a split.
	 */
	int (*set_memory)(struct address_space *space, uint64_t va, uint64_t pages,
			  enum memory_change change);

	/* vmalloc_to_page(): the pfn that is mapped at `va`, or PAGE_HOLE. */
	uint64_t (*lookup)(struct address_space *space, uint64_t va);
};

/* The series, with what it needs to be right; and the kernel before it. */
extern const struct mapper batched_mapper;
extern const struct mapper prior_mapper;

/*
 * A mapper from outside: whoever links the rig with a definition of this has
 * it tested in the batched mapper's place. Calls for which it has NULL are
 * made by the rig's own mapper of its kind. See mapper/example/README.md.
 */
extern const struct mapper subject_mapper;

#endif
