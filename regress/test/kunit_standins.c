// SPDX-License-Identifier: GPL-2.0-only
/*
 * Enough of a kernel to compile and run an exported KUnit test, which is
 * included by -DEXPORTED=file. Memory is a file, so that an area can be read;
 * areas follow each other, as the kernel's do. BUG in the environment is what
 * is wrong with this kernel.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define GFP_KERNEL 0
#define __GFP_NOWARN 0
#define VM_MAP 4
#define VM_ALLOW_HUGE_VMAP 1024
#define NUMA_NO_NODE (-1)
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define MODULE_DESCRIPTION(text)
#define MODULE_LICENSE(text)
#define KUNIT_CASE(test)                                                                           \
	{                                                                                          \
		test, #test                                                                        \
	}
#define kunit_test_suite(suite) static struct kunit_suite *const suites = &(suite)
#define KUNIT_ASSERT_NOT_NULL(test, p) ((p) ? (void)0 : kunit_fail(test))
#define KUNIT_EXPECT_FALSE_MSG(test, a, ...) (!(a) ? (void)0 : kunit_fail(test))
#define KUNIT_EXPECT_EQ_MSG(test, a, b, ...) ((a) == (b) ? (void)0 : kunit_fail(test))

#define FIRST_PFN 0x40000UL
#define MEMORY_PAGES (1UL << 18)
#define AREA_PAGES (1UL << 18)

typedef int gfp_t;
enum { PAGE_KERNEL, PAGE_KERNEL_RO, PAGE_KERNEL_EXEC };

struct page {
	int unused;
};

struct kunit {
	unsigned failures;
};

struct kunit_case {
	void (*run)(struct kunit *test);
	const char *name;
};

struct kunit_suite {
	const char *name;
	struct kunit_case *test_cases;
};

static struct page frame[MEMORY_PAGES];
static unsigned long allocated, live; /* pages that were taken, and that are not free */
static char *memory, *areas;          /* of all pages; of all that is mapped */
static struct page *mapped[AREA_PAGES];
static unsigned long next_area = 3; /* a page of the areas: somewhere past a boundary */
static unsigned mappings;
static unsigned following; /* pages of the last array that lie after the one before them */
static int memory_file;

static bool has_bug(const char *name)
{
	const char *bug = getenv("BUG");
	return bug && !strcmp(bug, name);
}

/* --- KUnit ----------------------------------------------------------------------------------- */

static void kunit_fail(struct kunit *test)
{
	test->failures++;
}

static void kunit_info(struct kunit *test, const char *format, ...)
{
	va_list values;
	(void)test;
	va_start(values, format);
	vprintf(format, values);
	va_end(values);
	putchar('\n');
}

/* Ends the test, as in the kernel. */
static void check_all_is_free(void)
{
	if (!live && !mappings)
		return;
	printf("%lu pages and %u areas are left\n", live, mappings);
	exit(3);
}

#define kunit_skip(test, ...)                                                                      \
	do {                                                                                       \
		kunit_info(test, __VA_ARGS__);                                                     \
		check_all_is_free();                                                               \
		exit(2);                                                                           \
	} while (0)

static void *kunit_kcalloc(struct kunit *test, size_t n, size_t size, int gfp)
{
	(void)test;
	(void)gfp;
	return calloc(n, size);
}

static void *kunit_kzalloc(struct kunit *test, size_t size, int gfp)
{
	return kunit_kcalloc(test, 1, size, gfp);
}

/* --- memory ---------------------------------------------------------------------------------- */

static unsigned long page_to_pfn(const struct page *page)
{
	return FIRST_PFN + (unsigned long)(page - frame);
}

static void *page_address(const struct page *page)
{
	return memory + (page - frame) * (long)PAGE_SIZE;
}

/* The next block is where the last one ends, so that they adjoin unless the test sees to it. */
static struct page *alloc_pages(int gfp, unsigned order)
{
	unsigned long pages = 1UL << order, at = (allocated + pages - 1) / pages * pages;
	(void)gfp;
	if (has_bug("no-memory") || at + pages > MEMORY_PAGES)
		return NULL;
	allocated = at + pages;
	live += pages;
	return &frame[at];
}

static void __free_pages(struct page *page, unsigned order)
{
	(void)page;
	live -= 1UL << order;
}

/* --- areas ----------------------------------------------------------------------------------- */

static void map_page(unsigned long at, struct page *page, struct page *read)
{
	mapped[at] = page;
	if (mmap(areas + at * PAGE_SIZE, PAGE_SIZE, PROT_READ, MAP_SHARED | MAP_FIXED, memory_file,
		 (read - frame) * (long)PAGE_SIZE) == MAP_FAILED)
		exit(4);
}

static void *map(struct page **pages, unsigned count)
{
	unsigned long at = has_bug("aligned") ? (next_area + 511) / 512 * 512 : next_area;
	if (has_bug("fails") || at + count >= AREA_PAGES)
		return NULL;
	next_area = at + count + 1;
	mappings++;
	following = 0;
	for (unsigned i = 0; i < count; i++) {
		bool last = count > 1 && i == count - 1;
		following += i && pages[i] == pages[i - 1] + 1;
		struct page *wrong = pages[i] == frame ? frame + 1 : frame;
		map_page(at + i, last && has_bug("wrong-page") ? wrong : pages[i],
			 last && has_bug("wrong-memory") ? wrong : pages[i]);
	}
	if (count > 1 && has_bug("missing-page"))
		mapped[at + count - 1] = NULL;
	return areas + at * PAGE_SIZE;
}

static void *vmap(struct page **pages, unsigned count, unsigned long flags, int prot)
{
	if (!(flags & VM_MAP) || prot > PAGE_KERNEL_EXEC)
		exit(4);
	return map(pages, count);
}

static void *vm_map_ram(struct page **pages, unsigned count, int node)
{
	(void)node;
	return map(pages, count);
}

static void vunmap(const void *va)
{
	mappings -= va != NULL;
}

static void vm_unmap_ram(const void *va, unsigned count)
{
	(void)count;
	vunmap(va);
}

static struct page *vmalloc_to_page(const void *va)
{
	return mapped[(unsigned long)((const char *)va - areas) >> PAGE_SHIFT];
}

#include EXPORTED

int main(void)
{
	struct kunit test = { 0 };
	(void)vm_map_ram;
	(void)vm_unmap_ram;
	memory_file = memfd_create("memory", 0);
	if (ftruncate(memory_file, (off_t)(MEMORY_PAGES * PAGE_SIZE)))
		return 4;
	memory = mmap(NULL, MEMORY_PAGES * PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
		      memory_file, 0);
	areas = mmap((void *)0x200000000000, AREA_PAGES * PAGE_SIZE, PROT_NONE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory == MAP_FAILED || areas == MAP_FAILED || (uintptr_t)areas % (512 * PAGE_SIZE))
		return 4;
	for (struct kunit_case *one = suites->test_cases; one->run; one++)
		one->run(&test);
	printf("%u failures, %u pages follow each other\n", test.failures, following);
	check_all_is_free();
	return test.failures != 0;
}
