// SPDX-License-Identifier: GPL-2.0-only
/*
 * Enough of a kernel to compile and run an exported KUnit test, which is
 * included by -DEXPORTED=file. With -DWRONG_PAGE its vmap() maps one page
 * wrongly, and the test must say so.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define GFP_KERNEL 0
#define VM_MAP 4
#define PAGE_KERNEL 0
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define KUNIT_ASSERT_NOT_NULL(test, p) ((p) ? (void)0 : kunit_fail(test))
#define KUNIT_EXPECT_PTR_EQ(test, a, b) ((a) == (b) ? (void)0 : kunit_fail(test))

struct page {
	int unused;
};

struct kunit {
	unsigned failures;
};

static void kunit_fail(struct kunit *test)
{
	test->failures++;
}

static void *kunit_kcalloc(struct kunit *test, size_t n, size_t size, int gfp)
{
	(void)test;
	(void)gfp;
	return calloc(n, size);
}

static int get_order(unsigned long bytes)
{
	int order = 0;
	while ((PAGE_SIZE << order) < bytes)
		order++;
	return order;
}

static struct page *alloc_pages(int gfp, int order)
{
	(void)gfp;
	return calloc(1UL << order, sizeof(struct page));
}

static void __free_pages(struct page *page, int order)
{
	(void)order;
	free(page);
}

/* The area that was mapped last; one at a time is looked at. */
static struct page *mapped[1 << 17];
static char *const area = (char *)0x10000000;

static void *vmap(struct page **pages, unsigned int count, unsigned long flags, int prot)
{
	(void)flags;
	(void)prot;
	memcpy(mapped, pages, count * sizeof(*pages));
#ifdef WRONG_PAGE
	if (count > 1)
		mapped[count - 1]++;
#endif
	return area;
}

static void vunmap(const void *va)
{
	(void)va;
}

static struct page *vmalloc_to_page(const void *va)
{
	return mapped[((const char *)va - area) >> PAGE_SHIFT];
}

#include EXPORTED

int main(void)
{
	struct kunit test = { 0 };
	vmapdiff_test(&test);
	printf("%u failures\n", test.failures);
	return test.failures != 0;
}
