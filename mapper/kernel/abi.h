// SPDX-License-Identifier: GPL-2.0-only
/*
 * Between a kernel build, which is a Linux tree's own code compiled for one
 * geometry, and the rig: plain C, with no type of either but places. The kernel's side
 * is runtime.c, the rig's adapter.c.
 */
#ifndef MAPPER_KERNEL_ABI_H
#define MAPPER_KERNEL_ABI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mapper/machine/source_place.h"

/*
 * Where page `pfn` has its struct page: at RIG_PAGES + pfn * RIG_PAGE_SIZE.
 * Nothing is mapped there, since mapping code has no business in it: a read
 * of a struct page's fields ends in a report that names the line.
 */
#define RIG_PAGES UINT64_C(0x0001000000000000)
#define RIG_PAGE_STRUCT_BYTES 64 /* as in a real build: VMALLOC_END depends on it */

enum rig_barrier { RIG_DMB_ISHST, RIG_DSB_ISHST, RIG_DSB_ISH, RIG_ISB, RIG_DSB_NSHST, RIG_DSB_NSH };

/* Which TLBI instruction; without RIG_TLBI_ALL or _RANGE, one by address. */
enum rig_tlbi {
	RIG_TLBI_LOCAL = 1, /* not broadcast */
	RIG_TLBI_LAST = 2,  /* of the last level alone */
	RIG_TLBI_ALL = 4,   /* without an operand */
	RIG_TLBI_RANGE = 8,
};

/* What a call left: a lazy MMU section, barriers that are pending in it, a lock. */
enum rig_left { RIG_LEFT_LAZY = 1, RIG_LEFT_PENDING = 2, RIG_LEFT_LOCKED = 4 };

/* The locks of a tree that is met by another call, by what the machine calls them. */
enum rig_lock {
	RIG_PAGE_TABLE_LOCK, /* init_mm.page_table_lock */
	RIG_SPLIT_MUTEX,     /* pgtable_split_lock */
	RIG_OTHER_SPINLOCK,
	RIG_OTHER_MUTEX,
	RIG_LOCKS
};

/* Kinds of area and flags as a caller of the kernel names them. */
enum rig_area_kind { RIG_AREA_MAP, RIG_AREA_ALLOC, RIG_AREA_IOREMAP };

/* What find_vm_area() finds. */
struct rig_area {
	enum rig_area_kind kind;
	uint64_t va, bytes;  /* without the guard page */
	bool huge;           /* VM_ALLOW_HUGE_VMAP */
	unsigned page_shift; /* of its blocks */
	void **pages;        /* struct pages; exactly count of them may be read */
	unsigned count;
};

/* What the kernel's code finds around it: the machine, and who watches it. */
struct rig_host {
	uint64_t *root;                /* init_mm.pgd */
	uint64_t *tables, *tables_end; /* all of table memory: what is stored there is recorded */
	uint64_t *loads;               /* counts READ_ONCE() of table memory */
	const uint64_t *next_look;     /* count of them at which look() is called */
	uint64_t pfn_limit;            /* pfn_valid() below it */
	uint64_t linear_bytes;         /* of the linear map, from PA 0 on */
	unsigned max_shift;            /* ioremap_max_page_shift */
	bool splits_live;              /* system_supports_bbml2_noabort() */
	bool noalias;                  /* rodata=noalias: rodata_full is false */
	bool realm;                    /* is_realm_world() */
	bool tlb_range;                /* system_supports_tlb_range(), ARM64_HAS_ARMv8_4_TTL */

	/* Ends a call that has run away, and tells a reader of tables, of which entry it reads; NULL: of none. */
	void (*look)(const volatile void *from);
	void (*store)(uint64_t *entry, uint64_t value);
	void (*sync)(enum rig_barrier kind);
	/* `what` of enum rig_tlbi; the operand as the instruction's register has it. */
	void (*tlbi)(unsigned what, uint64_t operand);
	void (*flush_cache)(bool before_unmapping, uint64_t va, uint64_t bytes);
	uint64_t *(*alloc_table)(void); /* zeroed; NULL when there is none */
	void (*free_table)(uint64_t *table);
	uint64_t (*table_pa)(const void *in_table);
	void *(*table_at)(uint64_t pa);
	/* mmap_lock of init_mm: mmap_read_trylock(); the others, for reading or for writing. */
	bool (*trylock)(void);
	void (*lock)(bool for_writing);
	void (*unlock)(bool for_writing);
	/* A lock that nobody of this call holds, once it is had; and its release. */
	void (*take)(enum rig_lock lock);
	void (*release)(enum rig_lock lock);
	void (*unmap_aliases)(void);
	void (*free_pages)(uint64_t va, uint64_t bytes); /* that were mapped there */
	/* Memory for struct pages, as an address that table_pa() knows; NULL when there is none. */
	void *(*alloc_memory)(uint64_t bytes);
	void (*free_memory)(uint64_t pfn, uint64_t bytes);
	bool (*find_area)(uint64_t va, struct rig_area *area);
	void (*modified)(uint32_t mask); /* pgtbl_mod_mask */
	/* vsnprintf() */
	int (*print)(char *text, size_t room, const char *format, __builtin_va_list list);
	void (*warn)(const char *file, int line, const char *what);
	void (*bug)(const char *file, int line, const char *what) __attribute__((noreturn));
};

/* Protections and changes, in the order of mapper/mapper.h. */
enum rig_prot {
	RIG_KERNEL,
	RIG_KERNEL_RO,
	RIG_KERNEL_EXEC,
	RIG_NORMAL_NC,
	RIG_DEVICE,
	RIG_TAGGED,
	RIG_NONCACHED,
	RIG_NOT_GLOBAL,
	RIG_OLD,
	RIG_SPECIAL,
	RIG_USER,
	RIG_USER_EXEC,
};
enum rig_change {
	RIG_RO,
	RIG_RW,
	RIG_NX,
	RIG_X,
	RIG_INVALID,
	RIG_VALID,
	RIG_SPLIT,
	RIG_SPLIT_PAGES,
	RIG_ROX
};
enum rig_direct_map { RIG_DIRECT_INVALID, RIG_DIRECT_DEFAULT };

/* One tree, built for one geometry. Errors are the kernel's negative errnos. */
struct rig_build {
	unsigned page_shift, va_bits, pa_bits;
	bool lpa2;
	const struct source_place *place; /* of what is being executed; nothing between calls */

	/* Borrows the host until the next begin. To be called before every call below. */
	void (*begin)(const struct rig_host *host);
	/* The same of a call that is made while another runs; an interrupt is one of the other's task. */
	void (*begin_inner)(bool by_interrupt);
	/* What belongs to the call that runs gives way to what belongs to the other one, and back. */
	void (*exchange)(bool by_interrupt);
	/* vmap(): false where it gave a null pointer. */
	bool (*vmap)(uint64_t va, void **pages, unsigned count, bool huge, enum rig_prot prot);
	/* What __vmalloc_area_node() calls. */
	int (*vmalloc)(uint64_t va, void **pages, unsigned count, unsigned page_shift,
		       enum rig_prot prot);
	int (*ioremap)(uint64_t va, uint64_t pa, uint64_t bytes, enum rig_prot prot);
	void (*vunmap)(uint64_t va, uint64_t bytes);
	/* What vm_unmap_ram() calls of an area: the TLBs are left to vm_unmap_aliases(). */
	void (*vunmap_lazily)(uint64_t va, uint64_t bytes);
	int (*set_memory)(uint64_t va, int pages, enum rig_change change);
	/* Of pages of the linear map, one after the other, up to the first error. */
	int (*set_direct_map)(uint64_t va, int pages, enum rig_direct_map state);
	/* Of a whole area, with VM_FLUSH_RESET_PERMS or without. */
	void (*vfree)(uint64_t va, bool reset);
	/* vmap_pfn(): false where it gave a null pointer. Frames from pfn_limit on have a struct page. */
	bool (*vmap_pfn)(uint64_t va, const uint64_t *pfns, unsigned count, enum rig_prot prot);
	/* apply_to_page_range() of what maps pages where nothing is. */
	int (*set_pages)(uint64_t va, void **pages, unsigned count);
	/* apply_to_existing_page_range() of what clears entries, and the TLBI of its caller. */
	int (*clear_pages)(uint64_t va, uint64_t bytes);
	/* Of a whole area, whose size becomes `bytes`; *pages are those that it has then. */
	int (*vrealloc)(uint64_t va, uint64_t bytes, bool reset, unsigned *pages);
	/* trans_pgd_create_copy(): the root of the copy in *root if it made one. */
	int (*trans_pgd)(uint64_t va, uint64_t bytes, uint64_t **root);
	/* A part of the linear map, in the largest leaves or by pages; NULL: the tree's code was left out. */
	int (*lay_linear)(uint64_t va, uint64_t bytes, bool by_pages);
	/* The same while the kernel runs, and what takes it away; NULL: as above. Negative errnos. */
	int (*add_memory)(uint64_t va, uint64_t bytes, bool by_pages);
	int (*remove_memory)(uint64_t va, uint64_t bytes);
	/* Struct pages from `start` up to `end`, which may lie in the middle of pages; NULL: as above. */
	int (*vmemmap_populate)(uint64_t start, uint64_t end);
	int (*vmemmap_free)(uint64_t start, uint64_t end);
	/* The pfn, or UINT64_MAX. */
	uint64_t (*lookup)(uint64_t va);
	/* kernel_page_present(); NULL: the tree has none. */
	bool (*page_present)(uint64_t pfn);
	/* What ptdump_walk() prints of [va, end), 0 for the end of the space, as text; NULL: the tree has none. */
	void (*dump)(uint64_t va, uint64_t end, char *text, size_t room);
	/* enum rig_left, after a call that returned. */
	unsigned (*left)(void);
};

#endif
