// SPDX-License-Identifier: GPL-2.0-only
/*
 * Enough of a kernel to compile and run the test driver of mapper/kernel/boot/
 * as a program: each header that it includes is this one. Memory is an array,
 * tables are real ones with 4K pages, and calls map page by page.
 */
#ifndef REGRESS_KERNEL_BOOT_STANDINS_H
#define REGRESS_KERNEL_BOOT_STANDINS_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned long long u64;
typedef unsigned int gfp_t;

struct page {
	int unused;
};

struct vm_struct {
	void *addr;
	struct page **pages;
	unsigned int nr_pages;
	unsigned long size;
};

typedef struct {
	u64 bits;
} pgprot_t;

struct va_format {
	const char *fmt;
	va_list *va;
};

#define CONFIG_ARM64_VA_BITS 48
#define CONFIG_PGTABLE_LEVELS 4
#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define PMD_SHIFT 21
#define PMD_SIZE (1UL << PMD_SHIFT)
#define KERN_INFO ""
#define NUMA_NO_NODE (-1)
#define first_online_node 0
#define GFP_KERNEL 1u
#define __GFP_NOWARN 2u
#define VM_MAP 4ul
#define VM_ALLOW_HUGE_VMAP 8ul
#define VM_IOREMAP 16ul
#define MEMREMAP_WB 1
#define __init
#define __force
#define __iomem
#define __printf(a, b) __attribute__((format(printf, a, b)))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, value) (*(volatile __typeof__(x) *)&(x) = (value))
#define GENMASK_ULL(high, low) ((~0ull >> (63 - (high))) & (~0ull << (low)))
#define PFN_PHYS(pfn) ((u64)(pfn) << PAGE_SHIFT)
#define __setup(text, function) int (*const standin_setup)(char *) = (function)
#define late_initcall(function) int (*const standin_initcall)(void) = (function)

extern struct standin_mm {
	u64 *pgd;
} init_mm;

enum standin_prot { STANDIN_RW, STANDIN_RO };
#define PAGE_KERNEL ((pgprot_t){ STANDIN_RW })
#define PAGE_KERNEL_RO ((pgprot_t){ STANDIN_RO })
#define PAGE_KERNEL_EXEC ((pgprot_t){ STANDIN_RW })
#define pgprot_writecombine(prot) (prot)
#define pgprot_device(prot) (prot)
#define pgprot_tagged(prot) (prot)
#define pgprot_noncached(prot) (prot)

void printk(const char *format, unsigned number, const struct va_format *text);
char *standin_strsep(char **text, const char *ends);
#define strsep standin_strsep
char *strnchr(const char *text, size_t count, int c);
u64 memparse(const char *text, char **rest);
int kstrtoul(const char *text, unsigned base, unsigned long *value);
void kernel_power_off(void);
static inline void cond_resched(void)
{
}
static inline void schedule_timeout_uninterruptible(long ticks)
{
	(void)ticks;
}
static inline void generic_bug_clear_once(void)
{
}
void *kmalloc_array(size_t count, size_t size, gfp_t gfp);
void *kmemdup(const void *from, size_t bytes, gfp_t gfp);
void kfree(const void *p);

struct page *alloc_pages(gfp_t gfp, unsigned order);
struct page *alloc_contig_pages(unsigned long count, gfp_t gfp, int node, const void *mask);
void __free_pages(struct page *page, unsigned order);
void free_contig_range(unsigned long pfn, unsigned long count);
unsigned long page_to_pfn(const struct page *page);
struct page *pfn_to_page(unsigned long pfn);
bool pfn_valid(unsigned long pfn);
void *page_address(const struct page *page);
void *__va(u64 pa);
void *phys_to_virt(u64 pa);
void *memremap(u64 pa, size_t bytes, int how);
void memunmap(const void *at);
long copy_from_kernel_nofault(void *to, const void *from, size_t bytes);
long copy_to_kernel_nofault(void *to, const void *from, size_t bytes);

void *vmap(struct page **pages, unsigned count, unsigned long flags, pgprot_t prot);
void vunmap(const void *va);
void *vmalloc(unsigned long bytes);
void *vmalloc_huge(unsigned long bytes, gfp_t gfp);
void vfree(const void *va);
void *vm_map_ram(struct page **pages, unsigned count, int node);
void vm_unmap_ram(const void *va, unsigned count);
void *ioremap(u64 pa, size_t bytes);
#define ioremap_wc ioremap
#define ioremap_np ioremap
#define ioremap_cache ioremap
void iounmap(const void *va);
void vunmap_range(unsigned long va, unsigned long end);
struct page *vmalloc_to_page(const void *va);
struct vm_struct *find_vm_area(const void *va);
struct vm_struct *get_vm_area(unsigned long bytes, unsigned long flags);
void free_vm_area(struct vm_struct *area);
int vmap_pages_range(unsigned long va, unsigned long end, pgprot_t prot, struct page **pages,
		     unsigned int shift);
#define arch_vmap_pmd_supported(prot) true
#define arch_vmap_pte_supported_shift(bytes) ((bytes) >= 65536 ? 16 : PAGE_SHIFT)
void vm_unmap_aliases(void);

/* The counter counts what the stand-ins do: see WORK_ in boot_standins.c. */
u64 get_cycles(void);
unsigned int arch_timer_get_rate(void);
void standin_irqs(bool off);
#define local_irq_save(flags) ((flags) = 0, standin_irqs(true))
#define local_irq_restore(flags) ((void)(flags), standin_irqs(false))

int set_memory_ro(unsigned long va, int count);
int set_memory_rw(unsigned long va, int count);
int set_memory_nx(unsigned long va, int count);
int set_memory_x(unsigned long va, int count);

#endif
