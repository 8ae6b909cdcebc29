// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that page arrays are made of: blocks of the kernel's allocator, and
 * the array that is being put together of parts of them.
 */
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "mapper/kernel/boot/driver.h"

#define BUDDY_ORDER 9 /* up to this order the buddy allocator has blocks, on each page size */

static struct block {
	struct page *page;
	unsigned int order;
} block[MAX_BLOCKS];

/* Blocks that came to lie next to another, where the plan has two that are apart. */
static struct block spare[MAX_BLOCKS];
static unsigned int spares;

static struct page **array;
static unsigned long array_count;

static struct page *allocate(unsigned int order)
{
	gfp_t gfp = GFP_KERNEL | __GFP_NOWARN;

	if (order <= BUDDY_ORDER)
		return alloc_pages(gfp, order);
	return alloc_contig_pages(1UL << order, gfp, first_online_node, NULL);
}

static unsigned long end_of(const struct block *one)
{
	return page_to_pfn(one->page) + (1UL << one->order);
}

/* Whether a block begins where another ends, or the reverse: they would be one. */
static bool is_next_to_another(const struct block *one)
{
	unsigned int i;

	for (i = 0; i < MAX_BLOCKS; i++)
		if (block[i].page && (end_of(&block[i]) == page_to_pfn(one->page) ||
				      end_of(one) == page_to_pfn(block[i].page)))
			return true;
	return false;
}

static void block_free(struct block *one)
{
	if (one->page && one->order <= BUDDY_ORDER)
		__free_pages(one->page, one->order);
	else if (one->page)
		free_contig_range(page_to_pfn(one->page), 1UL << one->order);
	one->page = NULL;
}

const char *block_allocate(unsigned int id, unsigned int order)
{
	struct block made = { .order = order };

	if (id >= MAX_BLOCKS || block[id].page || order > MAX_ORDER)
		return "no such block can be made";
	made.page = allocate(order);
	while (made.page && is_next_to_another(&made) && spares < MAX_BLOCKS) {
		spare[spares++] = made;
		made.page = allocate(order);
	}
	if (!made.page)
		return "out of memory for a block";
	block[id] = made;
	say("block %u 0x%lx %lu", id, page_to_pfn(block[id].page), 1UL << order);
	return NULL;
}

static const char *array_grow(unsigned long count)
{
	if (!array)
		array = kmalloc_array(MAX_ARRAY_PAGES, sizeof(*array), GFP_KERNEL);
	if (!array)
		return "out of memory for a page array";
	return count > MAX_ARRAY_PAGES - array_count ? "a page array is too long" : NULL;
}

const char *array_add(unsigned int id, unsigned long offset, unsigned long count)
{
	const char *why = array_grow(count);
	unsigned long i;

	if (why)
		return why;
	if (id >= MAX_BLOCKS || !block[id].page)
		return "a run is in no block";
	if (count > 1UL << block[id].order || offset > (1UL << block[id].order) - count)
		return "a run leaves its block";
	for (i = 0; i < count; i++)
		array[array_count++] = block[id].page + offset + i;
	return NULL;
}

const char *array_add_comb(unsigned int id, unsigned long first, unsigned long count,
			   unsigned long step, unsigned long length)
{
	const char *why = NULL;

	for (; !why && count; count--, first += step)
		why = array_add(id, first, length);
	return why;
}

const char *array_add_bad(bool hole, unsigned long count)
{
	const char *why = array_grow(count);

	for (; !why && count; count--)
		array[array_count++] = hole ? HOLE : pfn_to_page(BAD_PFN);
	return why;
}

struct page **array_take(unsigned long *count)
{
	struct page **taken =
		array_count ? kmemdup(array, array_count * sizeof(*array), GFP_KERNEL) : NULL;

	*count = array_count;
	array_count = 0;
	return taken;
}

void blocks_free(void)
{
	unsigned int i;

	for (i = 0; i < MAX_BLOCKS; i++)
		block_free(&block[i]);
	while (spares)
		block_free(&spare[--spares]);
	array_count = 0;
}
