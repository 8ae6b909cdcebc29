// SPDX-License-Identifier: GPL-2.0-only
/*
 * The interface of a mapper: what the kernel's vmap() family does on one
 * address space of one machine. Mappers keep no state of their own: all they
 * know is in the machine's tables, and in the areas that the caller keeps.
 *
 * Addresses and sizes are multiples of the page size. Ranges are not empty and
 * lie inside the address space: fuzz/scenario_check.c refuses others.
 */
#ifndef MAPPER_MAPPER_H
#define MAPPER_MAPPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mapper/call.h"
#include "mapper/dump.h"
#include "mapper/machine/machine.h"

/* Of a page, set_memory stores the entry and its alias, and orders and invalidates both. */
_Static_assert(MACHINE_MAX_EVENTS >= 8 * CALL_MAX_PAGES, "a call on every page fits the record");
_Static_assert(MACHINE_MAX_LOG_WORDS >= 4 * CALL_MAX_PAGES, "and so do old and new words");
/* A table of single pages has 512 entries, where it is the smallest that Linux builds. */
_Static_assert(MACHINE_MAX_TABLES > 2 * CALL_MAX_PAGES / 512,
	       "and so do tables for it, and others");

/* No limit: ioremap_max_page_shift without nohugeiomap. */
#define POLICY_NO_MAX_SHIFT 63

/* What a version of the series decides freely. It changes shape and errno, never translation. */
struct policy {
	enum { POLICY_V9, POLICY_V4, POLICY_PRIOR } series;
	enum { VMAP_HUGE_ALWAYS, VMAP_HUGE_FLAG, VMAP_HUGE_NEVER } vmap_huge;
	bool stop_at_order0; /* the first page that is no block ends the search for blocks */
	bool scan_limit;     /* the search is bounded by the pfn's alignment */
	bool hugetlb;        /* CONFIG_HUGETLB_PAGE: without it v4 and prior make no cont-PTEs */
	uint8_t max_shift; /* log2 of the largest leaf or batch, page_shift to POLICY_NO_MAX_SHIFT */
	uint8_t quirks;    /* QUIRK_: what the kernel does, and breaks a rule by; none by default */
};

/* Where the modelled kernel breaks a rule, the mappers do not, unless they are asked to. */
#define QUIRK_HEAD_CHECK 1u   /* only the first entry of a batch is tested for being in use */
#define QUIRK_NARROW_FLUSH 2u /* vunmap() invalidates what was asked for, not all that it took */
#define QUIRK_CUT_GROUPS 4u   /* set_memory changes a part of a contiguous group as it is */
#define QUIRK_PXN_TABLES 8u   /* the table of a split block forbids what the block forbade to run */
#define QUIRKS 15u

/* What the named version of the series does by default. */
struct policy policy_default(int series);

/* An area as find_vm_area() gives it: a mapping call made it, and no unmapping took all of it away. */
struct vm_area {
	enum area_kind kind;
	uint64_t va, bytes; /* without the guard page after it; of AREA_VMEMMAP in struct pages */
	unsigned flags;     /* MAP_FLAG_ */
	struct page_array pages; /* none for AREA_IOREMAP */
	uint8_t page_shift;      /* log2 bytes of the blocks of AREA_ALLOC (vm_struct.page_order) */
};

/* One address space, as a mapper is handed it. Borrowed for the call. */
struct address_space {
	struct machine *machine;
	const struct policy *policy;
	const struct vm_area *area; /* the oldest first; where two meet, the later one counts */
	unsigned areas;
	bool splits;       /* set_memory of this mapper, a tree's, was seen to split a leaf */
	bool lacks_tables; /* the scenario has a table allocation fail in the call */
};

/* Whose shapes, errors and costs a mapper promises: oracle/owed.h says what each kind owes. */
enum mapper_kind {
	MAPPER_SERIES, /* what the policy says, with one walk for a run of blocks */
	MAPPER_PRIOR,  /* the kernel's before the series, under every policy */
	MAPPER_PAGES,  /* single pages; errors as the policy says */
	MAPPER_TREE,   /* a Linux tree's own code: what it was measured to do */
};

/* Why a call is not made: a word by which it is counted, and a sentence. Static. */
struct reason {
	const char *name, *why;
};

/* Where a function begins in a source tree. */
struct source_line {
	const char *file; /* from the tree's top; NULL if the tree lacks the function */
	unsigned line;
};

/*
 * One kind of call into a mapper. Fills *out, which is zeroed before, and
 * returns 0 or a negative errno, which is the same as out->error afterwards.
 */
typedef int mapper_function(struct address_space *space, const struct call *call,
			    struct outcome *out);

struct mapper {
	const char *name; /* as it stands in a signature line */
	enum mapper_kind kind;
	/*
	 * Whether one of its calls may be made while another is: it takes the locks
	 * of machine.h, and keeps nothing of a call but on the call's own stack.
	 */
	bool meets;

	/*
	 * The calls, by kind. NULL: the function of the rig's own mapper of the
	 * same kind is called; or the oracle lays out what CALL_LINEAR is for. What
	 * each promises is written below.
	 */
	mapper_function *call[CALL_KINDS];
	/* vmalloc_to_page(): the pfn that is mapped at `va`, or PAGE_HOLE. NULL: as above. */
	uint64_t (*lookup)(struct address_space *space, uint64_t va);
	/* kernel_page_present(): whether a page is valid in the linear map. NULL: as above; of a tree, none. */
	bool (*page_present)(struct address_space *space, uint64_t pfn);
	/*
	 * ptdump_walk() of [va, va + bytes): fills in lines, which cover it in order, and returns how
	 * many; those for which there is no room are left out. Stores nothing. NULL: as above; of a
	 * tree, none.
	 */
	unsigned (*dump)(struct address_space *space, uint64_t va, uint64_t bytes,
			 struct dump_line *line, unsigned room);

	/* Whether it can map on such a machine; NULL: on every machine. */
	bool (*has_machine)(const struct machine_config *config);
	/* The WARN or BUG text of the last call, with its place; "" if none. NULL: never any. */
	const char *(*warning)(void);
	/* The same of the last lookup, page_present or dump. NULL: never any. */
	const char *(*lookup_warning)(void);

	/* --- what is different when a Linux tree's own code is the mapper --------------- */

	/* Why no caller makes such a call: static, or NULL if callers do. NULL: all are made. */
	const struct reason *(*never_called)(const struct address_space *space,
					     const struct call *call);
	/*
	 * The tree and its release and commit, what of it could not be built, and
	 * where each call begins in it. NULL and 0 where there is nothing; the commit
	 * may be "" too. Where there is a tree, its policy is measured: no scenario's
	 * counts.
	 */
	const char *tree, *release, *commit, *left_out;
	struct source_line entry[CALL_KINDS];
};

/*
 * What the calls promise. Errors are negative errnos. After an error of a
 * mapping call a part may be mapped: the caller unmaps the whole range.
 *
 * CALL_VMAP maps pages.count pages at `va`. 0, or -ENOMEM (no table page, or
 * a hole), -EINVAL (invalid pfn), -EBUSY (something is mapped there already; a
 * warning says so). Never makes an executable mapping. Before the series every
 * error was -ENOMEM (Linux 6.12, vmap_pages_pud_range()).
 *
 * CALL_VMALLOC does the same for what vmalloc() allocated, in blocks of
 * 1 << shift bytes if `flags` has MAP_FLAG_HUGE: a page, a contiguous group or
 * a PMD block. The allocator may have fallen back to single pages: blocks are
 * kept only if each is physically contiguous (Linux 61ebe5a747da), and
 * out->page_shift says which. Before the series a page mapped already under a
 * block was a BUG().
 *
 * CALL_IOREMAP maps the physical range of `bytes` from `pfn` on at `va`:
 * ioremap_page_range(). 0, -ENOMEM (no table page), or a BUG() and -EBUSY
 * (something is mapped there already).
 *
 * CALL_VM_MAP_RAM does the same as CALL_VMAP in single pages, PAGE_KERNEL,
 * whatever the policy: Linux 6.12, vm_map_ram() and vmap_pages_range().
 * CALL_VM_UNMAP_RAM unmaps all of such a range, flushes the cache before and
 * leaves the TLB to a later purge, before which nothing is mapped there. 0.
 *
 * CALL_VMAP_PFN maps page frames that have no struct page, in single pages. Every
 * page frame number of a scenario stands for such a frame; a hole or a bad page
 * stands for a frame that has a struct page. Never makes an executable mapping. 0, or
 * -ENOMEM for whatever was wrong: vmap_pfn() gives a null pointer. A frame that is
 * refused, and an entry in use, have a warning; Linux tests for a block alone,
 * since its allocator gives out free addresses.
 *
 * CALL_APPLY_TO_PAGE_RANGE maps pages as the kernel's callers of that function do
 * (BPF arenas, Linux 7.3): tables are made where there are none, and each page is
 * mapped by itself, PAGE_KERNEL, where its entry is empty. -EBUSY at one that is
 * not, and -EINVAL at a hole or a bad page, by the caller's own word and without
 * a warning; -EINVAL with a warning at a block; -ENOMEM.
 *
 * CALL_APPLY_TO_EXISTING_PAGE_RANGE clears what is mapped by pages, as they do:
 * makes no tables, and the caller invalidates the range at last, also when it
 * failed. It stops with -EINVAL and a warning at the first block, and at a
 * contiguous group of which a part lies outside of the range, whose members Linux
 * would clear one by one. What was cleared before stays so.
 *
 * CALL_VUNMAP unmaps [va, va + bytes), holes allowed, and invalidates the TLB.
 * A block or contiguous group that lies across an end of the range goes as a
 * whole, with a warning. Frees no table. 0.
 *
 * CALL_VFREE unmaps a whole area that CALL_VMALLOC or CALL_VMAP made, as
 * CALL_VM_UNMAP_RAM does. With `reset` (VM_FLUSH_RESET_PERMS) it leaves nothing
 * in TLBs, and gives the pages back as boot code mapped them: each alias in the
 * linear map is made invalid, then what was unmapped and the aliases are
 * invalidated together, after vm_unmap_aliases(), and then each alias is valid
 * and writable. So no alias can be written while a TLB may still hold the area,
 * executable perhaps. Where the linear map is not to be changed, as below, the
 * aliases stay as they are. An alias that cannot be split off a leaf stays too,
 * with a warning unless no table page was left. 0. The last area at `va` is the
 * one that is freed.
 *
 * CALL_VREALLOC changes the size of a whole area of CALL_VMALLOC to `kept` bytes
 * (Linux 7.2, vrealloc_node_align()). What is cut off an area of single pages is
 * unmapped as by CALL_VUNMAP, which invalidates it, and then its pages are given
 * back; all that stays translates as before. The area keeps its addresses, up to
 * its guard page, and has fewer pages: out->pages says how many. It keeps all its
 * pages, mapped, where it is made of blocks, since a block would have to be split,
 * and where it has VM_FLUSH_RESET_PERMS (`reset`), since the aliases would have to
 * be reset first. 0. An area with fewer pages than `kept` would have to move: the
 * rig's allocator has no place for that, so it is -ENOMEM, and the area stays.
 *
 * CALL_SET_MEMORY changes the attributes of [va, va + bytes). RO, RW, NX, X and
 * ROX change one area of vmalloc() without MAP_FLAG_HUGE, the guard page after it
 * allowed: others get -EINVAL and no store; RO and RW change the linear alias
 * of each page first and stop at the first error. INVALID and VALID change any
 * part of the linear map. -EINVAL, with a warning and before any store to that
 * range, where it begins or ends inside of a leaf or contiguous group that may
 * not be split: below BBM level 2. -ENOMEM when no table page is left for a
 * split. ROX is RO, then X of the same range: no page may be written and run at
 * once, not for a while either; the aliases become read-only, and run no more
 * than before.
 *
 * SPLIT and SPLIT_PAGES are for any part of the linear map, and change no
 * translation. After SPLIT no leaf or group lies across an end of the range;
 * after SPLIT_PAGES its pages are single ones, and so are those that were in one
 * leaf or group with some of them, as far as that was replaced. Leaves that are
 * not valid are split as others are. No TLBI: what TLBs hold means the same.
 * 0 and no store where leaves may not be split; -ENOMEM as above, with some
 * leaves split.
 *
 * CALL_SET_DIRECT_MAP makes pages of the linear map invalid, or valid and
 * writable, one after the other: set_direct_map_invalid_noflush() and
 * set_direct_map_default_noflush() (Linux 6.12). 0, and nothing is stored, where
 * the kernel was told at boot not to change the linear map (rodata=noalias), and
 * is no Realm's guest. -EINVAL, with a warning, at the first page that lies in a
 * larger leaf which may not be split; -ENOMEM as above. What was changed before
 * stays. TLBs are left to the caller, who invalidates the range before anything
 * relies on the change, and before the range is changed again.
 *
 * CALL_TRANS_PGD copies the tables of a part of the linear map to tables of its
 * own: trans_pgd_create_copy(), for kexec and for resuming from hibernation,
 * which run on the copy while they overwrite the original. Each entry in use,
 * valid or not, is valid and writable in the copy (Linux 7.2), with the page
 * frame and all other attributes that it has. A block that an end of the range
 * cuts is copied as a whole; of a group that one cuts, the entries of the range
 * are copied, without the Contiguous bit. Nothing else is there, and no table that walks
 * reach is stored to. 0, and out->copy is the root of the copy; or -ENOMEM. All
 * tables that it took are its caller's, who gives them back, also if it failed.
 *
 * CALL_ADD_MEMORY lays a part of the linear map as CALL_LINEAR does, where no
 * memory is: memory that is added while the kernel runs. 0; or -ENOMEM when no
 * table page is left, and then nothing of it is mapped and no table stays empty.
 * In Linux 6.12 that is a BUG().
 *
 * CALL_REMOVE_MEMORY takes any part of the linear map away, holes allowed, and
 * invalidates the TLBs. Tables that it reaches into and that are empty then are
 * freed, each after its own TLBI. -EPERM, and nothing is stored, where the range
 * begins or ends inside of a leaf or contiguous group: so the notifier of Linux 7.2
 * refuses it (95a58852b0e5). 0.
 *
 * CALL_VMEMMAP_POPULATE backs the struct pages of memory that comes, which is one
 * section or a part of one: vmemmap_populate() (Linux 7.2). With 4K pages, what is a
 * whole section is mapped by one PMD block where nothing is (section and block are
 * as large). All else, and that too where no block is to be had, is mapped by pages,
 * each allocated by itself: a part of a section in a block would lose it with the
 * section's other parts (d4234d131b0a). A page at an end that the range has one
 * half of (`half`) is there already if the other half is in use, and stays as it
 * is. Memory comes from page frame `pfn` on, in order; tables are allocated where
 * there are none. Nothing is mapped besides. 0; or -ENOMEM, and what was mapped
 * before stays, which the caller frees.
 *
 * CALL_VMEMMAP_FREE takes struct pages of memory that goes away, and gives back
 * what backed them: vmemmap_free(). Each leaf is cleared, then invalidated, then
 * its memory is given back, once. A page at an end that the range has one half of
 * stays as long as an area in `space` has the other half. Tables that it reaches
 * into and that are empty then are freed, as by CALL_REMOVE_MEMORY. -EPERM, and
 * nothing is stored, where the range begins or ends inside of a block: its other
 * struct pages are in use. So the notifier of Linux 7.2 refuses it; in 6.12 the
 * whole block goes. 0.
 *
 * CALL_LINEAR lays [va, va + bytes) of the linear map, where nothing is, with
 * PAGE_KERNEL: in single pages, or in the largest leaves and groups of pages and
 * blocks that its range holds whole, blocks of a PUD with 4K pages alone. With
 * two levels of tables there are no groups of blocks. 0; or -ENOMEM. No mapper
 * but a tree's has it: __create_pgd_mapping(), as map_mem() calls it (Linux 6.12).
 */

/* The series, with what it needs to be right; and the kernel before it. */
extern const struct mapper batched_mapper;
extern const struct mapper prior_mapper;

/*
 * A mapper from outside: whoever links the rig with a definition of this has
 * it tested in the batched mapper's place. See mapper/example/README.md.
 */
extern const struct mapper mapper_under_test;

#endif
