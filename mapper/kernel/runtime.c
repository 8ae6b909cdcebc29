// SPDX-License-Identifier: GPL-2.0-only
/*
 * One tree for one geometry, as one translation unit: the shim, which the
 * compiler is told to include first; the tree's own sliced files; and what
 * calls them.
 */
// clang-format off
#include <stubs.h>
/* Locks, which other headers bring in a kernel: guard(mutex) and its like. */
#if __has_include(<linux/mutex.h>)
#include <linux/mutex.h>
#endif
#if __has_include(<linux/spinlock.h>)
#include <linux/spinlock.h>
#endif
#include <linux/pgtable.h>
#include <linux/vmalloc.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlbflush.h>
#include <asm/hugetlb.h>
#include <linux/pagewalk.h>
#include <linux/ptdump.h>
#include <asm/ptdump.h>
#include <asm/trans_pgd.h>
// clang-format on

#include <have.h>

/* Declared in files that are not sliced. */
int __pte_alloc_kernel(pmd_t *pmd);
int __pmd_alloc(struct mm_struct *mm, pud_t *pud, unsigned long address);
int __pud_alloc(struct mm_struct *mm, p4d_t *p4d, unsigned long address);
int __p4d_alloc(struct mm_struct *mm, pgd_t *pgd, unsigned long address);

// clang-format off
#include <unlisted.h>
#include <arch/arm64/mm/mmu.c>
#include <mm/sparse-vmemmap.c>
#include <arch/arm64/mm/hugetlbpage.c>
#include <arch/arm64/mm/contpte.c>
#include <mm/pagewalk.c>
#include <mm/memory.c>
#include <mm/pgtable-generic.c>
#include <arch/arm64/mm/pageattr.c> /* which vfree() calls */
#include <mm/vmalloc.c>
#include <arch/arm64/mm/trans_pgd.c>
#include <mm/ptdump.c>
#include <arch/arm64/mm/ptdump.c>
#include <boot.h> /* tree_boot() */
// clang-format on

/* --- what the shim declares -------------------------------------------------------- */

struct mm_struct rig_mm;
u64 swapper_pg_dir[1];

/* It is asked at each load and store, and touches what is the rig's alone. */
static inline RIG_OWN bool in_tables(const volatile void *p)
{
	return (const volatile uint64_t *)p >= rig->tables &&
	       (const volatile uint64_t *)p < rig->tables_end;
}

static RIG_APART void rig_loaded(const volatile void *from)
{
	bool is_entry = in_tables(from);
	*rig->loads += is_entry;
	if (*rig->loads >= *rig->next_look)
		rig->look(is_entry ? from : NULL);
}

static void rig_write(void *to, const void *value, size_t bytes)
{
	if (in_tables(to))
		rig->store(to, *(const uint64_t *)value);
	else
		__builtin_memcpy(to, value, bytes);
}

/* Of tables word by word, as clear_page() and copy_page() do: part of an entry is nothing that mapping code sets. */
static bool are_entries(const void *p, size_t bytes)
{
	if (!in_tables(p))
		return false;
	if (((uintptr_t)p | bytes) % sizeof(uint64_t))
		BUG();
	return true;
}

static void *rig_fill(void *to, int byte, size_t bytes)
{
	if (!are_entries(to, bytes))
		return __builtin_memset(to, byte, bytes);
	const uint64_t word = (uint8_t)byte * UINT64_C(0x0101010101010101);
	for (size_t at = 0; at < bytes; at += sizeof(word))
		rig_write((char *)to + at, &word, sizeof(word));
	return to;
}

static void *rig_copy(void *to, const void *from, size_t bytes)
{
	bool reads = are_entries(from, bytes), writes = are_entries(to, bytes);
	if (!reads && !writes)
		return __builtin_memcpy(to, from, bytes);
	for (size_t at = 0; at < bytes; at += sizeof(uint64_t)) {
		uint64_t word;
		rig_loaded((const char *)from + at);
		__builtin_memcpy(&word, (const char *)from + at, sizeof(word));
		rig_write((char *)to + at, &word, sizeof(word));
	}
	return to;
}

static void rig_sync(enum rig_barrier kind)
{
	rig->sync(kind);
}

static void rig_tlbi(unsigned what, uint64_t operand)
{
	rig->tlbi(what, operand);
}

/* Where test_bit() and its kind are of the task's flags: the bit; elsewhere it is not memory. */
static unsigned long *rig_task_word(unsigned long bit, const volatile void *flags)
{
	const volatile char *at = flags, *task = (const volatile char *)&rig_task;
	if (at < task || at >= task + sizeof(rig_task))
		return NULL;
	return (unsigned long *)(uintptr_t)flags + bit / BITS_PER_LONG;
}

static bool rig_test_bit(unsigned long bit, const volatile void *flags)
{
	const unsigned long *word = rig_task_word(bit, flags);
	return word && *word >> bit % BITS_PER_LONG & 1;
}

static bool rig_change_bit(unsigned long bit, volatile void *flags, bool set)
{
	unsigned long *word = rig_task_word(bit, flags), mask = 1UL << bit % BITS_PER_LONG;
	bool was = rig_test_bit(bit, flags);
	if (word)
		*word = set ? *word | mask : *word & ~mask;
	return was;
}

/* As the call found it: in an interrupt the task may be in a lazy MMU section. */
static struct task_struct rig_task_before;

/* Whatever a tree keeps its lazy MMU mode in. */
static unsigned rig_left(void)
{
	const struct lazy_mmu_state *before = &rig_task_before.lazy_mmu_state;
	bool in_state = __builtin_memcmp(&rig_task.lazy_mmu_state, before, sizeof(*before));
	unsigned long changed = rig_task.flags ^ rig_task_before.flags;
	bool pending = changed & BIT(TIF_LAZY_MMU_PENDING);
	return (in_state || pending || changed & BIT(TIF_LAZY_MMU) ? RIG_LEFT_LAZY : 0) |
	       (pending ? RIG_LEFT_PENDING : 0) | (rig_locks ? RIG_LEFT_LOCKED : 0);
}

/* --- locks ---------------------------------------------------------------------------- */

static unsigned
	rig_held[RIG_LOCKS]; /* by the call: of those without a name, all of a kind together */

/* strcmp() would be of the C library. */
static bool is_same(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

static enum rig_lock lock_kind(const void *lock, bool is_mutex, const char *name)
{
	if (lock == &rig_mm.page_table_lock)
		return RIG_PAGE_TABLE_LOCK;
	if (!is_mutex)
		return RIG_OTHER_SPINLOCK;
	return is_same(name, "&pgtable_split_lock") ? RIG_SPLIT_MUTEX : RIG_OTHER_MUTEX;
}

static void rig_take(const void *lock, bool is_mutex, const char *name)
{
	enum rig_lock kind = lock_kind(lock, is_mutex, name);
	if (!rig_held[kind])
		rig->take(kind);
	rig_held[kind]++;
}

static void rig_release(const void *lock, bool is_mutex, const char *name)
{
	enum rig_lock kind = lock_kind(lock, is_mutex, name);
	if (!--rig_held[kind])
		rig->release(kind);
}

/* vrealloc() as the tree has it. */
#if defined(RIG_HAVE_vrealloc_node_align_noprof)
#define TREE_VREALLOC(p, size) vrealloc_node_align_noprof(p, size, 1, GFP_KERNEL, NUMA_NO_NODE)
#elif defined(RIG_HAVE_vrealloc_noprof)
#define TREE_VREALLOC(p, size) vrealloc_noprof(p, size, GFP_KERNEL)
#endif

/* --- areas ---------------------------------------------------------------------------- */

static struct vm_struct area;     /* of the call, or what find_vm_area() found last */
static unsigned long freed_flags; /* of the area that vfree() is called for */
static bool gives_back;           /* the call is vrealloc(): pages that it frees are told */
static uint64_t area_va;          /* where the call's area is to lie; 0 in calls that make none */

/* An area where the scenario wants it; none if it must be aligned and is not there. */
struct vm_struct *rig_area(unsigned long size, unsigned long align, unsigned long flags)
{
	if (area_va & (align - 1))
		return NULL;
	area = (struct vm_struct){
		.addr = (void *)area_va,
		.size = size + PAGE_SIZE,
		.flags = flags,
	};
	return &area;
}

static unsigned long area_flags(const struct rig_area *found)
{
	switch (found->kind) {
	case RIG_AREA_ALLOC:
		return VM_ALLOC | (found->huge ? VM_ALLOW_HUGE_VMAP : 0);
	case RIG_AREA_IOREMAP:
		return VM_IOREMAP;
	default:
		return VM_MAP;
	}
}

struct vm_struct *find_vm_area(const void *addr)
{
	struct rig_area found;
	if (area_va)
		return &area;
	if (!rig->find_area((uint64_t)addr, &found))
		return NULL;
	area = (struct vm_struct){
		.addr = (void *)found.va,
		.size = found.bytes + PAGE_SIZE,
		.flags = area_flags(&found) | freed_flags,
		.pages = (struct page **)found.pages,
		.nr_pages = found.count,
		.page_order = found.page_shift > PAGE_SHIFT ? found.page_shift - PAGE_SHIFT : 0,
	};
#ifdef TREE_VREALLOC
	area.requested_size = (unsigned long)found.count << PAGE_SHIFT;
#endif
	return &area;
}

/* --- what vfree() calls ---------------------------------------------------------------- */

/* What free_unmap_vmap_area() does, but for the guard page, of which no entry is in use. */
struct vm_struct *remove_vm_area(const void *addr)
{
	struct vm_struct *found = find_vm_area(addr);
	unsigned long start = (unsigned long)found->addr, end = start + get_vm_area_size(found);
	flush_cache_vunmap(start, end);
	vunmap_range_noflush(start, end);
	return found;
}

/* The lazily unmapped areas are purged with what the caller names; the one that is freed is one of them. */
static void _vm_unmap_aliases(unsigned long start, unsigned long end, int flush)
{
	unsigned long first = (unsigned long)area.addr, last = first + get_vm_area_size(&area);
	RIG_AT(rig->unmap_aliases());
	flush_tlb_kernel_range(min(start, first), max(end, last));
}

/* --- what vrealloc() calls ------------------------------------------------------------- */

struct vmap_node rig_vmap_node;
bool rig_frames;

static void rig_free_pages(const struct vm_struct *freed, unsigned long from, unsigned long to)
{
	if (gives_back && from < to)
		RIG_AT(rig->free_pages((uint64_t)freed->addr + (from << PAGE_SHIFT),
				       (to - from) << PAGE_SHIFT));
}

/* --- calls -------------------------------------------------------------------------------- */

static unsigned long rig_begun; /* calls of the rig so far */

/* What belongs to a call, but for its task. */
static void begin_own(bool interrupts)
{
	rig_interrupts = interrupts;
	rig_task_before = rig_task;
	area_va = 0;
	freed_flags = 0;
	gives_back = false;
	rig_frames = false;
	rig_call = ++rig_begun;
	rig_locks = 0;
	__builtin_memset(rig_held, 0, sizeof(rig_held));
	rig_place = (struct source_place){ 0 };
	rig_calls = 0;
	rig_places->depth = 0;
}

static void begin(const struct rig_host *host)
{
	rig = host;
	rig_task = (struct task_struct){ .active_mm = &rig_mm };
	rig_mm = (struct mm_struct){ .pgd = (pgd_t *)host->root, .mm_users.counter = 2 };
	begin_own(false);
	tree_boot();
}

static void begin_inner(bool by_interrupt)
{
	if (!by_interrupt)
		rig_task = (struct task_struct){ .active_mm = &rig_mm };
	begin_own(by_interrupt);
}

static struct rig_places rig_other_places;

/* Of the call that does not run, where two meet. */
static struct {
	struct task_struct task, task_before;
	struct vm_struct area;
	struct source_place place;
	struct rig_places *places;
	unsigned long call, freed_flags, vmemmap_start, vmemmap_end;
	uint64_t area_va;
	uint32_t calls;
	unsigned locks, held[RIG_LOCKS];
	bool interrupts, gives_back, frames;
} other = { .places = &rig_other_places };

#define EXCHANGE(mine, others)                                                                     \
	do {                                                                                       \
		typeof(mine) _kept;                                                                \
		__builtin_memcpy(&_kept, &(mine), sizeof(_kept));                                  \
		__builtin_memcpy(&(mine), &(others), sizeof(_kept));                               \
		__builtin_memcpy(&(others), &_kept, sizeof(_kept));                                \
	} while (0)

static void exchange(bool by_interrupt)
{
	if (!by_interrupt)
		EXCHANGE(rig_task, other.task);
	EXCHANGE(rig_task_before, other.task_before);
	EXCHANGE(area, other.area);
	EXCHANGE(rig_place, other.place);
	EXCHANGE(rig_places, other.places);
	EXCHANGE(rig_call, other.call);
	EXCHANGE(freed_flags, other.freed_flags);
	EXCHANGE(rig_vmemmap_start, other.vmemmap_start);
	EXCHANGE(rig_vmemmap_end, other.vmemmap_end);
	EXCHANGE(area_va, other.area_va);
	EXCHANGE(rig_calls, other.calls);
	EXCHANGE(rig_locks, other.locks);
	EXCHANGE(rig_held, other.held);
	EXCHANGE(rig_interrupts, other.interrupts);
	EXCHANGE(gives_back, other.gives_back);
	EXCHANGE(rig_frames, other.frames);
}

static pgprot_t change_prot(pgprot_t prot, u64 clear, u64 set)
{
	return __pgprot((pgprot_val(prot) & ~clear) | set);
}

/* Protections that have no name in the kernel, or not in the kernel's half of the space. */
static pgprot_t odd_prot_of(enum rig_prot prot)
{
	switch (prot) {
	case RIG_NOT_GLOBAL:
		return change_prot(PAGE_KERNEL, 0, PTE_NG);
	case RIG_OLD:
		return change_prot(PAGE_KERNEL, PTE_AF, 0);
	case RIG_SPECIAL:
		return change_prot(PAGE_KERNEL, 0, PTE_SPECIAL);
	case RIG_USER:
		return change_prot(PAGE_KERNEL, 0, PTE_USER | PTE_NG);
	case RIG_USER_EXEC:
		return change_prot(PAGE_KERNEL_RO, PTE_UXN, PTE_USER | PTE_NG);
	default:
		return PAGE_KERNEL;
	}
}

static pgprot_t prot_of(enum rig_prot prot)
{
	switch (prot) {
	case RIG_KERNEL_RO:
		return PAGE_KERNEL_RO;
	case RIG_KERNEL_EXEC:
		return PAGE_KERNEL_EXEC;
	case RIG_NORMAL_NC:
		return pgprot_writecombine(PAGE_KERNEL);
	case RIG_DEVICE:
		return pgprot_device(PAGE_KERNEL);
	case RIG_TAGGED:
		return pgprot_tagged(PAGE_KERNEL);
	case RIG_NONCACHED:
		return pgprot_noncached(PAGE_KERNEL);
	default:
		return odd_prot_of(prot);
	}
}

static bool call_vmap(uint64_t va, void **pages, unsigned count, bool huge, enum rig_prot prot)
{
	area_va = va;
	return vmap((struct page **)pages, count, VM_MAP | (huge ? VM_ALLOW_HUGE_VMAP : 0),
		    prot_of(prot));
}

/* vmalloc() of what may be executed is for other callers: no mapper makes it. */
static int call_vmalloc(uint64_t va, void **pages, unsigned count, unsigned page_shift,
			enum rig_prot prot)
{
	uint64_t end = va + ((uint64_t)count << PAGE_SHIFT);
#if RIG_PARAMETERS_vmap_pages_range == 6
	return vmap_pages_range(va, end, pgprot_nx(prot_of(prot)), (struct page **)pages,
				page_shift, GFP_KERNEL);
#else
	return vmap_pages_range(va, end, pgprot_nx(prot_of(prot)), (struct page **)pages,
				page_shift);
#endif
}

/* As the macros of asm/io.h name them: unlike PAGE_KERNEL, none of these has PTE_DIRTY. */
static pgprot_t io_prot_of(enum rig_prot prot)
{
	switch (prot) {
	case RIG_DEVICE:
		return __pgprot(PROT_DEVICE_nGnRE);
	case RIG_NORMAL_NC:
		return __pgprot(PROT_NORMAL_NC);
	case RIG_NONCACHED:
		return __pgprot(PROT_DEVICE_nGnRnE);
	case RIG_KERNEL:
		return __pgprot(PROT_NORMAL);
	default:
		return prot_of(prot);
	}
}

static int call_ioremap(uint64_t va, uint64_t pa, uint64_t bytes, enum rig_prot prot)
{
	area_va = va;
	rig_area(bytes, 1, VM_IOREMAP);
	return ioremap_page_range(va, va + bytes, pa, io_prot_of(prot));
}

static void call_vunmap(uint64_t va, uint64_t bytes)
{
	vunmap_range(va, va + bytes);
}

static void call_vunmap_lazily(uint64_t va, uint64_t bytes)
{
	flush_cache_vunmap(va, va + bytes);
	vunmap_range_noflush(va, va + bytes);
}

static int call_split(uint64_t va, uint64_t bytes, enum rig_change change)
{
#ifdef RIG_HAVE_split_kernel_leaf_mapping
	if (change == RIG_SPLIT)
		return split_kernel_leaf_mapping(va, va + bytes);
#endif
#ifdef RIG_HAVE_range_split_to_ptes
	if (change == RIG_SPLIT_PAGES)
		return range_split_to_ptes(va, va + bytes, GFP_KERNEL);
#endif
	return -EOPNOTSUPP;
}

#ifdef RIG_HAVE_set_memory_ro

static int call_set_memory(uint64_t va, int pages, enum rig_change change)
{
	switch (change) {
	case RIG_SPLIT:
	case RIG_SPLIT_PAGES:
		return call_split(va, (uint64_t)pages << PAGE_SHIFT, change);
	case RIG_RO:
		return set_memory_ro(va, pages);
	case RIG_RW:
		return set_memory_rw(va, pages);
	case RIG_NX:
		return set_memory_nx(va, pages);
	case RIG_X:
		return set_memory_x(va, pages);
	case RIG_ROX:
#ifdef RIG_HAVE_set_memory_rox
		return set_memory_rox(va, pages);
#else
		return -EOPNOTSUPP;
#endif
	case RIG_INVALID:
		return set_memory_valid(va, pages, 0);
	default:
		return set_memory_valid(va, pages, 1);
	}
}

#else /* left out: see tree.h */

static int call_set_memory(uint64_t va, int pages, enum rig_change change)
{
	return -EOPNOTSUPP;
}

#endif

#if defined(RIG_HAVE_set_direct_map_invalid_noflush) &&                                            \
	defined(RIG_HAVE_set_direct_map_default_noflush)

static int set_direct_map(struct page *page, enum rig_direct_map state)
{
	return state == RIG_DIRECT_INVALID ? set_direct_map_invalid_noflush(page)
					   : set_direct_map_default_noflush(page);
}

/* The kernel's functions are for one page: whoever has more calls them for each. */
static int call_set_direct_map(uint64_t va, int pages, enum rig_direct_map state)
{
	struct page *page = pfn_to_page((va - PAGE_OFFSET) >> PAGE_SHIFT);
	int error = 0;
	for (int i = 0; i < pages && !error; i++)
		error = set_direct_map(page + i, state);
	return error;
}

#else

static int call_set_direct_map(uint64_t va, int pages, enum rig_direct_map state)
{
	return -EOPNOTSUPP;
}

#endif

#ifdef RIG_HAVE_vfree

static void call_vfree(uint64_t va, bool reset)
{
	freed_flags = reset ? VM_FLUSH_RESET_PERMS : 0;
	vfree((void *)va);
}

#else

static void call_vfree(uint64_t va, bool reset)
{
}

#endif

#ifdef RIG_HAVE_vmap_pfn

static bool call_vmap_pfn(uint64_t va, const uint64_t *pfns, unsigned count, enum rig_prot prot)
{
	area_va = va;
	rig_frames = true;
	return vmap_pfn((unsigned long *)pfns, count, prot_of(prot));
}

#else

static bool call_vmap_pfn(uint64_t va, const uint64_t *pfns, unsigned count, enum rig_prot prot)
{
	return false;
}

#endif

#ifdef RIG_HAVE_apply_to_existing_page_range

/* As BPF arenas do: an entry in use is nobody else's business, and a page has a frame. */
static int set_page(pte_t *pte, unsigned long addr, void *data)
{
	struct page ***next = data, *page = **next;
	if (!pte_none(READ_ONCE(*pte)))
		return -EBUSY;
	if (!pfn_valid(page_to_pfn(page)))
		return -EINVAL;
	set_pte_at(&init_mm, addr, pte, pfn_pte(page_to_pfn(page), PAGE_KERNEL));
	(*next)++;
	return 0;
}

static int clear_page_entry(pte_t *pte, unsigned long addr, void *data)
{
	ptep_get_and_clear(&init_mm, addr, pte);
	return 0;
}

static int call_set_pages(uint64_t va, void **pages, unsigned count)
{
	struct page **next = (struct page **)pages;
	uint64_t bytes = (uint64_t)count << PAGE_SHIFT;
	int error = apply_to_page_range(&init_mm, va, bytes, set_page, &next);
	if (!error)
		flush_cache_vmap(va, va + bytes);
	return error;
}

/* The caller invalidates the range, whatever came of it. */
static int call_clear_pages(uint64_t va, uint64_t bytes)
{
	flush_cache_vunmap(va, va + bytes);
	int error = apply_to_existing_page_range(&init_mm, va, bytes, clear_page_entry, NULL);
	flush_tlb_kernel_range(va, va + bytes);
	return error;
}

#else

static int call_set_pages(uint64_t va, void **pages, unsigned count)
{
	return -EOPNOTSUPP;
}

static int call_clear_pages(uint64_t va, uint64_t bytes)
{
	return -EOPNOTSUPP;
}

#endif

static int call_vrealloc(uint64_t va, uint64_t bytes, bool reset, unsigned *pages)
{
#ifdef TREE_VREALLOC
	freed_flags = reset ? VM_FLUSH_RESET_PERMS : 0;
	gives_back = true;
	const void *at = TREE_VREALLOC((void *)va, bytes);
	*pages = area.nr_pages;
	return at == (void *)va ? 0 : at ? -EFAULT : -ENOMEM;
#else
	return -EOPNOTSUPP;
#endif
}

#ifdef RIG_HAVE_trans_pgd_create_copy

/* What kexec and hibernation allocate tables of a copy with: zeroed pages, which nobody frees one by one. */
static void *alloc_copied_table(void *unused)
{
	return rig->alloc_table();
}

static int call_trans_pgd(uint64_t va, uint64_t bytes, uint64_t **root)
{
	struct trans_pgd_info info = { .trans_alloc_page = alloc_copied_table };
	pgd_t *copy = NULL;
	int error = trans_pgd_create_copy(&info, &copy, va, va + bytes);
	*root = (uint64_t *)copy;
	return error;
}

#else

static int call_trans_pgd(uint64_t va, uint64_t bytes, uint64_t **root)
{
	return -EOPNOTSUPP;
}

#endif

#ifdef RIG_HAVE___create_pgd_mapping

static phys_addr_t alloc_linear_table(int what);
#define MAPPING(pa, va, bytes, flags)                                                              \
	__create_pgd_mapping(init_mm.pgd, pa, va, bytes, PAGE_KERNEL, (void *)alloc_linear_table,  \
			     flags)
/* In Linux 6.12 it returns nothing: what cannot be mapped is a BUG(). */
#ifdef RIG_RETURNS_NOTHING___create_pgd_mapping
#define CREATE_MAPPING(...) (MAPPING(__VA_ARGS__), 0)
#define HAS_NO_ERROR true
#else
#define CREATE_MAPPING(...) MAPPING(__VA_ARGS__)
#define HAS_NO_ERROR false
#endif

/*
 * As the tree's own: its zeroes are ordered before the table is linked, by the caller where that is
 * init_clear_pgtable(). Where the caller is told of no error, no page is a BUG().
 */
static phys_addr_t alloc_linear_table(int what)
{
	uint64_t *table = RIG_AT(rig->alloc_table());
	BUG_ON(!table && HAS_NO_ERROR);
#ifndef RIG_HAVE_init_clear_pgtable
	dsb(ishst);
#endif
	return table ? (phys_addr_t)rig->table_pa(table) : INVALID_PHYS_ADDR;
}

/* What map_mem() and arch_add_memory() do once they know which leaves there may be. */
static int call_lay_linear(uint64_t va, uint64_t bytes, bool by_pages)
{
	int flags = NO_EXEC_MAPPINGS | (by_pages ? NO_BLOCK_MAPPINGS | NO_CONT_MAPPINGS : 0);
	return CREATE_MAPPING(va - PAGE_OFFSET, va, bytes, flags);
}

#else
#define call_lay_linear NULL
#endif

#ifdef RIG_HAVE___remove_pgd_mapping

/* What arch_add_memory() does to tables, with the flags that the scenario chooses. */
static int call_add_memory(uint64_t va, uint64_t bytes, bool by_pages)
{
	int error = call_lay_linear(va, bytes, by_pages);
	if (error)
		__remove_pgd_mapping(init_mm.pgd, va, bytes);
	return error;
}

/* Whether the notifier refuses it: can_unmap_without_split(), but for the range's struct pages. */
static bool is_refused(uint64_t va, uint64_t bytes)
{
#ifdef RIG_HAVE_addr_splits_kernel_leaf
	return addr_splits_kernel_leaf(va) || addr_splits_kernel_leaf(va + bytes);
#else
	return false;
#endif
}

static int call_remove_memory(uint64_t va, uint64_t bytes)
{
	if (is_refused(va, bytes))
		return -EPERM;
	__remove_pgd_mapping(init_mm.pgd, va, bytes);
	return 0;
}

#else
#define call_add_memory NULL
#define call_remove_memory NULL
#endif

/* --- struct pages ------------------------------------------------------------------------- */

unsigned long rig_vmemmap_start, rig_vmemmap_end;

/* It was zeroed when it was allocated: of its stores one is recorded, to be ordered before the link. */
static void *rig_vmemmap_table(void)
{
	uint64_t *table = rig->alloc_table();
	if (table)
		rig->store(table, 0);
	return table;
}

#if defined(RIG_HAVE_vmemmap_populate) && defined(RIG_HAVE_vmemmap_free)

/* Struct pages may lie below the root's entry that the range lies in. */
static void have_vmemmap(uint64_t start)
{
	rig_vmemmap_start = start & PGDIR_MASK;
	rig_vmemmap_end = rig_vmemmap_start + PGDIR_SIZE;
}

/*
 * Whether the notifier refuses it: can_unmap_without_split(), of the range's struct pages. It is asked of
 * memory blocks, which are of whole sections: an end inside of a page is of a device's memory.
 */
static bool cuts_struct_pages(uint64_t start, uint64_t end)
{
#ifdef RIG_HAVE_addr_splits_kernel_leaf
	return addr_splits_kernel_leaf(start & PAGE_MASK) ||
	       addr_splits_kernel_leaf(end & PAGE_MASK);
#else
	return false;
#endif
}

static int call_vmemmap_populate(uint64_t start, uint64_t end)
{
	have_vmemmap(start);
	return vmemmap_populate(start, end, NUMA_NO_NODE, NULL);
}

static int call_vmemmap_free(uint64_t start, uint64_t end)
{
	have_vmemmap(start);
	if (cuts_struct_pages(start, end))
		return -EPERM;
	vmemmap_free(start, end, NULL);
	return 0;
}

#else
#define call_vmemmap_populate NULL
#define call_vmemmap_free NULL
#endif

static uint64_t call_lookup(uint64_t va)
{
	const struct page *page = vmalloc_to_page((void *)va);
	return page ? page_to_pfn(page) : UINT64_MAX;
}

#ifdef RIG_HAVE_kernel_page_present

static bool call_page_present(uint64_t pfn)
{
	return kernel_page_present(pfn_to_page(pfn));
}

#else
#define call_page_present NULL
#endif

#ifdef RIG_HAVE_ptdump_walk

/* The whole of a text that does not fit is cut: each word of it is what the tree printed. */
void seq_printf(struct seq_file *file, const char *format, ...)
{
	__builtin_va_list list;
	__builtin_va_start(list, format);
	int length = rig->print(file->text, file->room, format, list);
	__builtin_va_end(list);
	size_t used = length < 0 ? 0 : min((size_t)length, file->room ? file->room - 1 : 0);
	file->text += used;
	file->room -= used;
}

/* One area of all addresses: only what its entries are is told, and not whose. */
static void call_dump(uint64_t va, uint64_t end, char *text, size_t room)
{
	const struct addr_marker areas[] = { { 0, "" }, { ~0UL, NULL } };
	struct ptdump_info info = { .mm = &init_mm, .markers = areas, .base_addr = va };
	struct seq_file file = { .text = text, .room = room };
	text[0] = '\0';
	rig_dump_end = end;
	ptdump_initialize();
	ptdump_walk(&file, &info);
}

#else
#define call_dump NULL
#endif

__attribute__((visibility("default"))) const struct rig_build RIG_BUILD = {
	.page_shift = PAGE_SHIFT,
	.va_bits = VA_BITS,
	.pa_bits = CONFIG_ARM64_PA_BITS,
	.lpa2 = IS_ENABLED(CONFIG_ARM64_LPA2),
	.place = &rig_place,
	.begin = begin,
	.begin_inner = begin_inner,
	.exchange = exchange,
	.vmap = call_vmap,
	.vmalloc = call_vmalloc,
	.ioremap = call_ioremap,
	.vunmap = call_vunmap,
	.vunmap_lazily = call_vunmap_lazily,
	.set_memory = call_set_memory,
	.set_direct_map = call_set_direct_map,
	.vfree = call_vfree,
	.vrealloc = call_vrealloc,
	.vmap_pfn = call_vmap_pfn,
	.set_pages = call_set_pages,
	.clear_pages = call_clear_pages,
	.trans_pgd = call_trans_pgd,
	.lay_linear = call_lay_linear,
	.add_memory = call_add_memory,
	.remove_memory = call_remove_memory,
	.vmemmap_populate = call_vmemmap_populate,
	.vmemmap_free = call_vmemmap_free,
	.lookup = call_lookup,
	.page_present = call_page_present,
	.dump = call_dump,
	.left = rig_left,
};
