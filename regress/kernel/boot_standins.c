// SPDX-License-Identifier: GPL-2.0-only
/*
 * The stand-ins of boot_standins.h. Usage: PROGRAM PLAN-FILE PLACE, where PLACE
 * is what a kernel is told by vmapdiff_plan=. The environment variable BUG names
 * a bug that the calls then have; ALIGNED, if it is set, has large areas aligned.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>

#include "regress/kernel/boot_standins.h"

extern int (*const standin_setup)(char *);
extern int (*const standin_initcall)(void);

#define FIRST_PFN 0x40000ul
#define MEMORY_PAGES (1ul << 19)
#define DEVICE_PAGES (1ul << 19)
#define ENTRIES 512
#define VMALLOC_START 0xffff800080000000ul
#define READ_ONLY (1ull << 7)
#define PAGE_BITS 0xe8000000000703ull /* a page of PAGE_KERNEL, as arm64 stores it */
#define CONTIGUOUS (1ull << 52)
#define MAX_AREAS 4096
#define GROUP 16ul

/* What is counted, in instructions, for each page that is mapped or unmapped, and for each call. */
#define WORK_MAP 20
#define WORK_UNMAP 10
#define WORK_CALL 300
#define WORK_OF_FIRST 1000 /* of the first call of all: it makes tables */
#define INSTRUCTIONS_A_TICK 16
#define CLOCK 62500000

struct standin_mm init_mm;

static unsigned long work, calls;
static bool irqs_off, put_off; /* put_off: what was unmapped and not yet purged */

static struct page *memory; /* one struct a page; only addresses count */
static char *contents, *device, *plan;
static u64 plan_pa, device_pa;
static unsigned long next_page, next_va = VMALLOC_START + PAGE_SIZE;
static struct vm_struct area[MAX_AREAS];
static unsigned areas;

static bool has_bug(const char *name)
{
	const char *bug = getenv("BUG");
	return bug && !strcmp(bug, name);
}

static void *reserve(size_t bytes)
{
	void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (at == MAP_FAILED)
		abort();
	return at;
}

/* --- text ----------------------------------------------------------------------------- */

void printk(const char *format, unsigned number, const struct va_format *text)
{
	(void)format;
	printf("vmapdiff: %u ", number);
	/* The analyzer does not see the caller's va_start() (LLVM issue 55009). */
	vprintf(text->fmt, *text->va); /* NOLINT(clang-analyzer-valist.Uninitialized) */
	putchar('\n');
}

char *standin_strsep(char **text, const char *ends)
{
	char *word = *text;
	if (!word)
		return NULL;
	*text = word + strcspn(word, ends);
	if (**text)
		*(*text)++ = '\0';
	else
		*text = NULL;
	return word;
}

char *strnchr(const char *text, size_t count, int c)
{
	return memchr(text, c, count);
}

u64 memparse(const char *text, char **rest)
{
	return strtoull(text, rest, 0);
}

int kstrtoul(const char *text, unsigned base, unsigned long *value)
{
	char *end;
	*value = strtoul(text, &end, (int)base);
	return *end || end == text ? -EINVAL : 0;
}

void kernel_power_off(void)
{
	exit(0);
}

/* --- memory --------------------------------------------------------------------------- */

void *kmalloc_array(size_t count, size_t size, gfp_t gfp)
{
	(void)gfp;
	return calloc(count, size);
}

void *kmemdup(const void *from, size_t bytes, gfp_t gfp)
{
	void *to = kmalloc_array(bytes, 1, gfp);
	return to ? memcpy(to, from, bytes) : NULL;
}

void kfree(const void *p)
{
	free((void *)(uintptr_t)p);
}

struct page *alloc_pages(gfp_t gfp, unsigned order)
{
	unsigned long size = 1ul << order, at = (next_page + size - 1) & ~(size - 1);
	(void)gfp;
	if (at + size > MEMORY_PAGES)
		return NULL;
	next_page = at + size;
	return memory + at;
}

struct page *alloc_contig_pages(unsigned long count, gfp_t gfp, int node, const void *mask)
{
	(void)node;
	(void)mask;
	return alloc_pages(gfp, (unsigned)__builtin_ctzl(count));
}

void __free_pages(struct page *page, unsigned order)
{
	(void)page;
	(void)order;
}

void free_contig_range(unsigned long pfn, unsigned long count)
{
	(void)pfn;
	(void)count;
}

unsigned long page_to_pfn(const struct page *page)
{
	return ((uintptr_t)page - (uintptr_t)memory) / sizeof(*page) + FIRST_PFN;
}

struct page *pfn_to_page(unsigned long pfn)
{
	return (struct page *)((uintptr_t)memory + (pfn - FIRST_PFN) * sizeof(struct page));
}

bool pfn_valid(unsigned long pfn)
{
	return pfn - FIRST_PFN < MEMORY_PAGES;
}

void *page_address(const struct page *page)
{
	return contents + (page_to_pfn(page) - FIRST_PFN) * PAGE_SIZE;
}

void *__va(u64 pa)
{
	return contents + (pa - PFN_PHYS(FIRST_PFN));
}

void *phys_to_virt(u64 pa) /* of tables alone */
{
	return (void *)(uintptr_t)pa;
}

void *memremap(u64 pa, size_t bytes, int how)
{
	(void)how;
	(void)bytes;
	if (pa == plan_pa)
		return plan;
	return pa - device_pa < DEVICE_PAGES * PAGE_SIZE ? device + (pa - device_pa) : NULL;
}

void memunmap(const void *at)
{
	(void)at;
}

/* --- tables --------------------------------------------------------------------------- */

static u64 *new_table(void)
{
	u64 *table = aligned_alloc(PAGE_SIZE, PAGE_SIZE);
	if (!table)
		abort();
	return memset(table, 0, PAGE_SIZE);
}

static u64 *entry_of(unsigned long va)
{
	u64 *table = init_mm.pgd;
	for (unsigned shift = 39; shift > 12; shift -= 9) {
		u64 *entry = table + (va >> shift) % ENTRIES;
		if (!*entry)
			*entry = (uintptr_t)new_table() | 3;
		table = (u64 *)(uintptr_t)(*entry & GENMASK_ULL(47, 12));
	}
	return table + (va >> 12) % ENTRIES;
}

static void set_page(unsigned long va, unsigned long pfn, pgprot_t prot)
{
	*entry_of(va) = PFN_PHYS(pfn) | PAGE_BITS |
			(prot.bits == STANDIN_RO && !has_bug("writable") ? READ_ONLY : 0);
}

static unsigned long stale_va; /* a page that a TLB has still, and what it has */
static u64 stale_entry;

/* Where the bytes of a mapped address are; NULL if none are. */
static char *bytes_at(unsigned long va)
{
	u64 entry = *entry_of(va), pa;
	if (!(entry & 1) && stale_va && va / PAGE_SIZE == stale_va / PAGE_SIZE)
		entry = stale_entry;
	if (!(entry & 1))
		return NULL;
	pa = entry & GENMASK_ULL(47, 12);
	if (pfn_valid(pa >> PAGE_SHIFT))
		return (char *)__va(pa) + va % PAGE_SIZE;
	if (pa - device_pa < DEVICE_PAGES * PAGE_SIZE)
		return device + (pa - device_pa) + va % PAGE_SIZE;
	return NULL;
}

long copy_from_kernel_nofault(void *to, const void *from, size_t bytes)
{
	char *at = bytes_at((unsigned long)from);
	if (!at)
		return -EFAULT;
	memcpy(to, at, bytes);
	return 0;
}

long copy_to_kernel_nofault(void *to, const void *from, size_t bytes)
{
	char *at = bytes_at((unsigned long)to);
	if (!at || *entry_of((unsigned long)to) & READ_ONLY)
		return -EFAULT;
	memcpy(at, from, bytes);
	return 0;
}

/* --- the counter ---------------------------------------------------------------------- */

void standin_irqs(bool off)
{
	irqs_off = off;
}

void vm_unmap_aliases(void)
{
	put_off = false;
}

unsigned int arch_timer_get_rate(void)
{
	return CLOCK;
}

/* Nothing but the call may be measured: no interrupt, and no purge that it comes to make. */
u64 get_cycles(void)
{
	if (!irqs_off)
		abort();
	return work / INSTRUCTIONS_A_TICK;
}

static void count_call(unsigned long pages, unsigned long for_each)
{
	if (irqs_off && put_off &&
	    for_each == WORK_MAP) /* it might have to purge, and others not */
		abort();
	work += WORK_CALL + for_each * pages + (calls++ ? 0 : WORK_OF_FIRST);
	put_off = put_off || for_each == WORK_UNMAP;
}

/* --- areas ---------------------------------------------------------------------------- */

static struct vm_struct *new_area(unsigned long count)
{
	if (areas == MAX_AREAS)
		abort();
	/* As the series does it: areas of a PMD and more begin at one. */
	if (getenv("ALIGNED") && count >= ENTRIES)
		next_va = (next_va + ENTRIES * PAGE_SIZE - 1) & ~(ENTRIES * PAGE_SIZE - 1);
	area[areas].addr = (void *)next_va;
	area[areas].size = count * PAGE_SIZE;
	next_va += (count + 1) * PAGE_SIZE;
	return &area[areas++];
}

struct vm_struct *get_vm_area(unsigned long bytes, unsigned long flags)
{
	(void)flags;
	return new_area(bytes >> PAGE_SHIFT);
}

void free_vm_area(struct vm_struct *one)
{
	(void)one;
}

struct vm_struct *find_vm_area(const void *va)
{
	for (unsigned i = areas; i-- > 0;)
		if (area[i].addr == va)
			return &area[i];
	return NULL;
}

/* --- calls ---------------------------------------------------------------------------- */

/* log2 pages of the block that a page begins: as far as they follow each other, and are aligned. */
static unsigned order_at(struct page **pages, unsigned count)
{
	unsigned long pfn = page_to_pfn(pages[0]);
	unsigned n = 1;
	while (n < count && pages[n] == pages[0] + n)
		n++;
	n = 31 - (unsigned)__builtin_clz(n);
	return pfn && (unsigned)__builtin_ctzl(pfn) < n ? (unsigned)__builtin_ctzl(pfn) : n;
}

/*
 * The bug of the series: blocks of one order are one run, and a batch of it is
 * as long as a block if it begins at a group, wherever in its block that is.
 */
static void map_past_block(unsigned long va, struct page **pages, unsigned count)
{
	for (unsigned at = 0, end; at < count; at = end) {
		unsigned order = order_at(pages + at, count - at);
		for (end = at; end < count && order_at(pages + end, count - end) == order;)
			end += 1u << order;
		end = end < count ? end : count;
		for (unsigned i = at, batch; i < end; i += batch) {
			unsigned long page = (va >> PAGE_SHIFT) + i,
				      left = ENTRIES - page % ENTRIES;
			batch = 1;
			if (order >= 4 && !((page | page_to_pfn(pages[i])) % GROUP))
				batch = 1u << order;
			for (; batch > 1 && (batch > end - i || batch > left || batch > 256);)
				batch /= 2;
			for (unsigned k = 0; k < batch; k++) {
				unsigned long at = va + (unsigned long)(i + k) * PAGE_SIZE;
				set_page(at, page_to_pfn(pages[i]) + k, PAGE_KERNEL);
				*entry_of(at) |= batch >= GROUP ? CONTIGUOUS : 0;
			}
		}
	}
}

void *vmap(struct page **pages, unsigned count, unsigned long flags, pgprot_t prot)
{
	struct vm_struct *one;
	unsigned long va;
	(void)flags;
	for (unsigned i = 0; i < count; i++)
		if (!pages[i] || !pfn_valid(page_to_pfn(pages[i])) || has_bug("fails"))
			return puts("WARNING: CPU: 0 PID: 1 at mm/vmalloc.c:1 vmap+0x1"), NULL;
	if (has_bug("panics"))
		puts("Kernel panic - not syncing: of a bug"), exit(0);
	if (has_bug("ends"))
		exit(0);
	if (has_bug("warns"))
		puts("WARNING: CPU: 0 PID: 1 at mm/vmalloc.c:1 vmap+0x1");
	count_call(count, has_bug("slow") ? 2 * WORK_MAP : WORK_MAP);
	one = new_area(count);
	va = (unsigned long)one->addr;
	if (has_bug("past-block")) {
		map_past_block(va, pages, count);
		return one->addr;
	}
	for (unsigned i = 0; i + has_bug("missing") < count; i++)
		set_page(va + i * PAGE_SIZE, page_to_pfn(pages[i]) + has_bug("other-page"), prot);
	return one->addr;
}

void vunmap_range(unsigned long va, unsigned long end)
{
	count_call((end - va) >> PAGE_SHIFT, WORK_UNMAP);
	if (has_bug("stale"))
		stale_va = end - PAGE_SIZE, stale_entry = *entry_of(end - PAGE_SIZE);
	for (; va + has_bug("left") * PAGE_SIZE < end; va += PAGE_SIZE)
		*entry_of(va) = 0;
}

void vunmap(const void *va)
{
	struct vm_struct *one = find_vm_area(va);
	vunmap_range((unsigned long)va, (unsigned long)va + one->size);
}

int vmap_pages_range(unsigned long va, unsigned long end, pgprot_t prot, struct page **pages,
		     unsigned int shift)
{
	(void)shift;
	count_call((end - va) >> PAGE_SHIFT, WORK_MAP);
	for (; va < end; va += PAGE_SIZE)
		set_page(va, page_to_pfn(*pages++), prot);
	return 0;
}

void *vmalloc(unsigned long bytes)
{
	unsigned count = (unsigned)(bytes >> PAGE_SHIFT);
	struct page **pages = calloc(count, sizeof(void *));
	void *va;
	for (unsigned i = 0; i < count; i++)
		pages[i] = alloc_pages(0, 0);
	va = vmap(pages, count, 0, PAGE_KERNEL);
	if (va) {
		find_vm_area(va)->pages = pages;
		find_vm_area(va)->nr_pages = count;
	}
	return va;
}

void *vmalloc_huge(unsigned long bytes, gfp_t gfp)
{
	(void)gfp;
	return vmalloc(bytes);
}

void vfree(const void *va)
{
	vunmap(va);
}

void *vm_map_ram(struct page **pages, unsigned count, int node)
{
	(void)node;
	return vmap(pages, count, 0, PAGE_KERNEL);
}

void vm_unmap_ram(const void *va, unsigned count)
{
	(void)count;
	vunmap(va);
}

void *ioremap(u64 pa, size_t bytes)
{
	struct vm_struct *one = new_area(bytes >> PAGE_SHIFT);
	count_call(bytes >> PAGE_SHIFT, WORK_MAP);
	for (unsigned long at = 0; at < bytes; at += PAGE_SIZE)
		set_page((unsigned long)one->addr + at, (pa + at) >> PAGE_SHIFT, PAGE_KERNEL);
	return one->addr;
}

void iounmap(const void *va)
{
	vunmap(va);
}

struct page *vmalloc_to_page(const void *va)
{
	u64 entry = *entry_of((unsigned long)va);
	if (!(entry & 1))
		return NULL;
	return pfn_to_page((entry & GENMASK_ULL(47, 12)) >> PAGE_SHIFT) + has_bug("lookup");
}

static int change(unsigned long va, int count, u64 set, u64 clear)
{
	for (; count-- > 0; va += PAGE_SIZE)
		*entry_of(va) = (*entry_of(va) & ~clear) | set;
	return 0;
}

int set_memory_ro(unsigned long va, int count)
{
	return has_bug("stays-writable") ? 0 : change(va, count, READ_ONLY, 0);
}

int set_memory_rw(unsigned long va, int count)
{
	return change(va, count, 0, READ_ONLY);
}

int set_memory_nx(unsigned long va, int count)
{
	return change(va, count, 0, 0);
}

int set_memory_x(unsigned long va, int count)
{
	return change(va, count, 0, 0);
}

/* --- the machine -------------------------------------------------------------------- */

int main(int argc, char **argv)
{
	FILE *file = argc == 3 ? fopen(argv[1], "r") : NULL;
	char *end;
	if (!file)
		return 2;
	plan = reserve(64ul << 20);
	if (fread(plan, 1, 64ul << 20, file) == 0 || fclose(file))
		return 2;
	plan_pa = strtoull(argv[2], &end, 0);
	device_pa = strtoull(end + 1, NULL, 0);
	memory = calloc(MEMORY_PAGES, sizeof(*memory));
	contents = reserve(MEMORY_PAGES * PAGE_SIZE);
	device = reserve(DEVICE_PAGES * PAGE_SIZE);
	init_mm.pgd = new_table();
	standin_setup(argv[2]);
	standin_initcall();
	return 0;
}
