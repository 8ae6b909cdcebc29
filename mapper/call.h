// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls: what a caller of the kernel asks of its mapping code, and what a
 * line of a scenario says. Everything that is said once per kind of call
 * stands in its row of the table in call.c. To add a call, add its kind here
 * and its row there, and then one file on each floor; .github/CONTRIBUTING.md
 * has the list.
 */
#ifndef MAPPER_CALL_H
#define MAPPER_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mapper/machine/assert.h"

/* What a page array holds in place of a page frame number. */
#define PAGE_HOLE (UINT64_C(1) << 63) /* a NULL page pointer */
#define PAGE_BAD (UINT64_C(1) << 62)  /* a page whose pfn_valid() is false */
#define PAGE_IS_PFN(page) ((page) < PAGE_BAD)

/* Pages that the page arrays of one address space may have together: 4 GiB of 4K pages. */
#define CALL_MAX_PAGES 1048576

/* What vmap() is given: `count` pages, each a pfn, PAGE_HOLE or PAGE_BAD. Owned by the caller. */
struct page_array {
	const uint64_t *page;
	size_t count;
};

/*
 * Whether the pages of each block of so many pages follow each other in
 * memory. The last block may be cut short.
 */
bool page_array_in_blocks(struct page_array pages, uint64_t block);

/*
 * Protections, by what a caller of the kernel passes. What would be no leaf, or
 * a part of a group, is not passed: PROT_NONE, and what has PTE_CONT.
 */
enum prot {
	PROT_KERNEL,      /* PAGE_KERNEL: read, write, Normal memory */
	PROT_KERNEL_RO,   /* PAGE_KERNEL_RO */
	PROT_KERNEL_EXEC, /* PAGE_KERNEL_EXEC */
	PROT_NORMAL_NC,   /* pgprot_writecombine(PAGE_KERNEL) */
	PROT_DEVICE,      /* pgprot_device(PAGE_KERNEL): Device-nGnRE */
	PROT_TAGGED,      /* pgprot_tagged(PAGE_KERNEL): Normal Tagged */
	PROT_NONCACHED,   /* pgprot_noncached(PAGE_KERNEL): Device-nGnRnE */
	/* PAGE_KERNEL as nobody asks for it, and no function that maps refuses it. */
	PROT_NOT_GLOBAL, /* with PTE_NG */
	PROT_OLD,        /* without PTE_AF: the first access faults */
	PROT_SPECIAL,    /* with PTE_SPECIAL, which is software's */
	/* A user's, as an ioremap_prot() hands it on that does not take the memory type alone. */
	PROT_USER,      /* PAGE_SHARED: PTE_USER, PTE_NG */
	PROT_USER_EXEC, /* PAGE_READONLY_EXEC: the same, read-only, without PTE_UXN */
	PROT_COUNT,
};

/* What set_memory_ro() and the functions like it change; and how leaves are split for them. */
enum memory_change {
	MEMORY_RO,
	MEMORY_RW,
	MEMORY_NX,
	MEMORY_X,
	MEMORY_INVALID,     /* set_memory_valid(addr, n, 0): the entry stays, and faults */
	MEMORY_VALID,       /* set_memory_valid(addr, n, 1) */
	MEMORY_SPLIT,       /* split_kernel_leaf_mapping(): both ends lie between leaves */
	MEMORY_SPLIT_PAGES, /* range_split_to_ptes(): single pages */
	MEMORY_ROX,         /* set_memory_rox(): RO, and then X */
	MEMORY_CHANGES,
};

/* What set_direct_map_invalid_noflush() and _default_noflush() make of a page of the linear map. */
enum direct_map {
	DIRECT_MAP_INVALID, /* the entry stays, and faults */
	DIRECT_MAP_DEFAULT, /* valid and writable, as boot code mapped it */
	DIRECT_MAP_STATES,
};

/* Which leaves a part of the linear map is laid in. */
enum leaf_size {
	LEAF_LARGEST, /* the largest that Linux makes there, in contiguous groups */
	LEAF_PAGE,
};

/*
 * Which pages at the ends of a range of struct pages it has one half of alone. With 16K and 64K pages
 * one page holds the struct pages of several sub-sections of memory.
 */
enum half {
	HALF_NONE,
	HALF_FIRST, /* the range begins in the middle of its first page */
	HALF_LAST,  /* it ends in the middle of its last page */
	HALF_BOTH,
	HALVES,
};

/* Whether a protection is that of user space. */
static inline bool prot_is_user(enum prot prot)
{
	return prot >= PROT_USER;
}

/* Flags of a mapping call. */
#define MAP_FLAG_HUGE 1u /* VM_ALLOW_HUGE_VMAP */

/*
 * The calls into a mapper: the kind, and the name that its functions have in
 * batched_NAME(), prior_NAME(), reference_NAME() and expect_NAME.
 */
#define CALLS(X)                                                                                   \
	X(VMAP, vmap)                                                                              \
	X(VMALLOC, vmalloc)                                                                        \
	X(IOREMAP, ioremap)                                                                        \
	X(VM_MAP_RAM, vm_map_ram)                                                                  \
	X(VMAP_PFN, vmap_pfn)                                                                      \
	X(APPLY_TO_PAGE_RANGE, apply_to_page_range)                                                \
	X(VUNMAP, vunmap)                                                                          \
	X(APPLY_TO_EXISTING_PAGE_RANGE, apply_to_existing_page_range)                              \
	X(VM_UNMAP_RAM, vm_unmap_ram)                                                              \
	X(VFREE, vfree)                                                                            \
	X(VREALLOC, vrealloc)                                                                      \
	X(SET_MEMORY, set_memory)                                                                  \
	X(SET_DIRECT_MAP, set_direct_map)                                                          \
	X(TRANS_PGD, trans_pgd)                                                                    \
	X(ADD_MEMORY, add_memory)                                                                  \
	X(REMOVE_MEMORY, remove_memory)                                                            \
	X(VMEMMAP_POPULATE, vmemmap_populate)                                                      \
	X(VMEMMAP_FREE, vmemmap_free)

/*
 * Kinds of call. The last two set something up before the calls that meet it:
 * the oracle makes them, but for a linear map that a tree's code lays. Their
 * order means nothing; what a kind is, its row says.
 */
enum call_kind {
#define CALL_KIND(KIND, name) CALL_##KIND,
	CALLS(CALL_KIND)
#undef CALL_KIND
		CALL_PRESET, /* an entry, or an empty table, that no mapper under test stored */
	CALL_LINEAR,         /* a part of the linear map */
	CALL_KINDS,
};

/* Fields of calls. How each is written, read, encoded, changed and shrunk: fuzz/field.c. */
enum field_id {
	FIELD_NONE, /* ends a list */
	FIELD_VA,
	FIELD_PAGES,
	FIELD_PA,
	FIELD_SIZE,
	FIELD_COUNT,
	FIELD_KEEP,
	FIELD_RESET,
	FIELD_SHIFT,
	FIELD_PROT,
	FIELD_FLAGS,
	FIELD_CHANGE,
	FIELD_DIRECT_MAP,
	FIELD_LEVEL,
	FIELD_TABLE,
	FIELD_PFN,
	FIELD_LEAF,
	FIELD_HALF,
	FIELD_IDS,
};

#define CALL_MAX_FIELDS 6

/* What a kind of call does to its range. */
enum call_effect {
	CALL_MAPS,    /* makes an area of it */
	CALL_UNMAPS,  /* takes away what it meets */
	CALL_CHANGES, /* changes the attributes of what is mapped */
	CALL_COPIES,  /* makes tables of its own, and leaves those of the space as they are */
	CALL_ADDS,    /* lays a part of the linear map, and makes no area */
	CALL_REMOVES, /* takes memory or struct pages away, with the tables that are empty then */
	CALL_SETS_UP, /* before the calls under test: see CALL_PRESET */
};

/* Which kind of vm_struct a mapping call makes. */
enum area_kind {
	AREA_MAP,     /* VM_MAP */
	AREA_ALLOC,   /* VM_ALLOC */
	AREA_IOREMAP, /* VM_IOREMAP */
	AREA_RAM,     /* of vm_map_ram(): no vm_struct, and so nothing for find_vm_area() */
	AREA_VMEMMAP, /* struct pages: the same, and its ends may lie in the middle of a page */
};

/* One row for each kind of call, in the order of reading: ten rows may have padding. */
struct call_traits {          /* NOLINT(clang-analyzer-optin.performance.Padding) */
	const char *name;     /* in scenario text and in signature lines */
	const char *function; /* the kernel's, for documents and exports */
	uint8_t wire;         /* its number in encoded scenarios; never used again for another */
	enum call_effect effect;
	enum area_kind area; /* of what maps */
	enum call_kind undo; /* of what maps: the call by which its callers take it away */
	bool whole;   /* of what unmaps: its range is a whole area, as large as what mapped it */
	bool lazy;    /* of what unmaps: TLBs may hold what it cleared until vm_unmap_aliases() */
	bool noflush; /* of what changes: TLBs may hold what was there until its caller invalidates */
	bool meets; /* one of these may be made while another runs: fuzz/player_meet.c knows what it stores to */
	const char *example; /* a line of text; lines before it in the table make it valid */
	bool has_pages;      /* maps a page array, and not a physical range */
	/* C that maps `count` pages of `pages` at `va`, and unmaps them, for exports; NULL if none can. */
	const char *c_map, *c_unmap;
	uint8_t fields[CALL_MAX_FIELDS +
		       1]; /* enum field_id, as the text has them; ends with FIELD_NONE */
};

extern const struct call_traits call_rows[CALL_KINDS];

/* The row of a kind. Static. */
static inline const struct call_traits *call_traits(enum call_kind kind)
{
	ASSERT_CMP(kind, <, CALL_KINDS);
	return &call_rows[kind];
}

/* The kind with that number on the wire; CALL_KINDS if there is none. */
enum call_kind call_by_wire(uint64_t wire);

static inline enum call_effect call_effect(enum call_kind kind)
{
	return call_traits(kind)->effect;
}

static inline bool call_maps(enum call_kind kind)
{
	return call_effect(kind) == CALL_MAPS;
}

/* Whether calls of this kind lay a part of the linear map: as boot code does, whoever makes them. */
static inline bool call_lays(enum call_kind kind)
{
	return kind == CALL_LINEAR || kind == CALL_ADD_MEMORY;
}

/* Whether the range of such calls is of physical memory, where that is in the linear map. */
static inline bool call_is_of_memory(enum call_kind kind)
{
	return call_lays(kind) || kind == CALL_REMOVE_MEMORY;
}

/* Whether the range of such calls is of struct pages. */
static inline bool call_is_of_vmemmap(enum call_kind kind)
{
	return kind == CALL_VMEMMAP_POPULATE || kind == CALL_VMEMMAP_FREE;
}

static inline bool call_sets_up(enum call_kind kind)
{
	return call_effect(kind) == CALL_SETS_UP;
}

/* Whether calls of this kind put leaves where none are. */
static inline bool call_fills(enum call_kind kind)
{
	return call_maps(kind) || call_lays(kind);
}

/* Whether the caller of one kind of call, which maps, may take the area, or a part, away by the other. */
bool call_undoes(enum call_kind undo, enum call_kind maps);

/* Whether calls of this kind have the field. */
static inline bool call_has_field(enum call_kind kind, enum field_id field)
{
	const uint8_t *has = call_traits(kind)->fields;
	ASSERT(field != FIELD_NONE);
	while (*has != FIELD_NONE && *has != field)
		has++;
	return *has == field;
}

/* One call. A field that its kind does not have is 0. */
struct call {
	enum call_kind kind;
	uint64_t va;
	uint64_t bytes; /* of the range; with a page array, as many pages as that has */
	struct page_array pages;
	uint64_t pfn; /* the first page frame of a physical range, or of a preset leaf */
	enum prot prot;
	unsigned flags; /* MAP_FLAG_ */
	uint8_t shift;  /* vmalloc: log2 bytes of the blocks that the allocator was asked for */
	enum memory_change change;
	enum direct_map direct_map;
	uint64_t kept; /* vrealloc: bytes that the area is to have */
	bool reset;    /* vfree, vrealloc: the area has VM_FLUSH_RESET_PERMS */
	enum half
		half; /* of struct pages: `va` and `bytes` have the pages at the ends as a whole */

	/* Of what is set up: the level of an entry, whether it is a table, how memory is laid. */
	uint8_t level;
	bool table;
	enum leaf_size leaf;
};

/* Where the struct pages of a call begin and end, in bytes after `va`, with pages of so many bytes. */
static inline uint64_t call_half_first(const struct call *call, uint64_t page)
{
	return call->half == HALF_FIRST || call->half == HALF_BOTH ? page / 2 : 0;
}

static inline uint64_t call_half_end(const struct call *call, uint64_t page)
{
	return call->bytes - (call->half == HALF_LAST || call->half == HALF_BOTH ? page / 2 : 0);
}

/* Whether TLBs may hold, when the call returned, what it cleared or changed in its range. */
static inline bool call_leaves_tlb(const struct call *call)
{
	const struct call_traits *traits = call_traits(call->kind);
	return (traits->lazy && !call->reset) || traits->noflush;
}

/* Whether the call goes through the tables by apply_to_page_range(), entry by entry of the last level. */
static inline bool call_applies(enum call_kind kind)
{
	return kind == CALL_VMAP_PFN || kind == CALL_APPLY_TO_PAGE_RANGE ||
	       kind == CALL_APPLY_TO_EXISTING_PAGE_RANGE;
}

/* Whether the call splits leaves, and changes nothing else. */
static inline bool call_splits(const struct call *call)
{
	return call->kind == CALL_SET_MEMORY &&
	       (call->change == MEMORY_SPLIT || call->change == MEMORY_SPLIT_PAGES);
}

/*
 * Whether a change says if pages may be written. Such a change of an area is one
 * of the linear aliases of its pages too.
 */
static inline bool change_is_of_writing(enum memory_change change)
{
	return change == MEMORY_RO || change == MEMORY_RW || change == MEMORY_ROX;
}

/* Whether the range of the call is of the linear map: it makes pages valid or invalid there, or splits leaves. */
static inline bool call_is_of_linear_map(const struct call *call)
{
	return call->kind == CALL_SET_DIRECT_MAP || call_splits(call) ||
	       (call->kind == CALL_SET_MEMORY &&
		(call->change == MEMORY_INVALID || call->change == MEMORY_VALID));
}

/* Whether the call may be made while another is. Boot code splits to pages when no other CPU runs. */
static inline bool call_meets(const struct call *call)
{
	return call_traits(call->kind)->meets &&
	       !(call->kind == CALL_SET_MEMORY && call->change == MEMORY_SPLIT_PAGES);
}

/* Whether an interrupt may make the call: as KFENCE and debug_pagealloc do, with pages of the linear map. */
static inline bool call_interrupts(const struct call *call)
{
	return call_is_of_linear_map(call) && !call_splits(call);
}

/* Whether the call meets, and may not meet, what TLBs hold of its range from before. */
static inline bool call_meets_tlb(enum call_kind kind)
{
	return call_effect(kind) != CALL_UNMAPS && call_effect(kind) != CALL_COPIES;
}

/* Whether the call makes pages of its range invalid, which fault from then on. */
static inline bool call_makes_invalid(const struct call *call)
{
	return (call->kind == CALL_SET_MEMORY && call->change == MEMORY_INVALID) ||
	       (call->kind == CALL_SET_DIRECT_MAP && call->direct_map == DIRECT_MAP_INVALID);
}

/* What came of a call, beside what the machine recorded. */
struct outcome {
	int error;          /* 0 or a negative errno; filled from what the mapper returned */
	uint32_t modified;  /* MODIFIED_LEVEL() of each level of table that was stored to */
	uint8_t page_shift; /* vmalloc: log2 bytes of the area's blocks (vm_struct.page_order) */
	uint64_t pages;     /* vrealloc: of the area, after it (vm_struct.nr_pages) */
	uint32_t copy; /* trans_pgd: the root table of the copy, as table_t; 0: there is none */
	uint32_t
		walks; /* of a tree's code: walks that ended, each of which says what it modified */
};

/* The kernel's pgtbl_mod_mask: which level of table was changed. Levels -1 to 3. */
#define MODIFIED_LEVEL(level) (1u << ((level) + 1))

#endif
