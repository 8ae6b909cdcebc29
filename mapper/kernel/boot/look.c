// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an area is now, told in four ways: the words of the tables, read by a
 * walk of our own; the pages that the kernel says; what is read; and what
 * becomes of what is written.
 */
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "mapper/kernel/boot/driver.h"

#define MAGIC 0x766d6170000000UL /* a tag is this plus a page frame number */
#define MAX_PFN (1UL << 36)
#define WRITTEN 0x77726974000000UL /* what is written is this plus a page of the area */
#define WRITTEN_AT 8               /* bytes into a page */
#define MAX_TAGGED_DEVICE                                                                          \
	4096 /* pages of an ioremap(), each of which is tagged by a mapping of its own */

/* --- tags ----------------------------------------------------------------------------- */

static void tag_page(void *at, unsigned long pfn)
{
	WRITE_ONCE(*(u64 *)at, MAGIC + pfn);
	WRITE_ONCE(*(u64 *)(at + WRITTEN_AT), 0);
}

static void tag_device(const struct area *area)
{
	unsigned long i;

	for (i = 0; i < area->count; i++) {
		void *at = memremap(PFN_PHYS(area->pfn + i), PAGE_SIZE, MEMREMAP_WB);

		if (at)
			tag_page(at, area->pfn + i);
		memunmap(at);
	}
}

/* Whether all that an ioremap() maps is memory, which nobody else uses: elsewhere are devices. */
static bool is_unused_memory(const struct area *area)
{
	return PFN_PHYS(area->pfn) >= unused_memory &&
	       PFN_PHYS(area->pfn + area->count) <= unused_memory_end;
}

void tag_area(const struct area *area)
{
	unsigned long i;

	if (area->kind == AREA_IOREMAP) {
		if (area->count <= MAX_TAGGED_DEVICE && is_unused_memory(area))
			tag_device(area);
		return;
	}
	for (i = 0; area->pages && i < area->count; i++)
		if (area->pages[i] && pfn_valid(page_to_pfn(area->pages[i])))
			tag_page(page_address(area->pages[i]), page_to_pfn(area->pages[i]));
}

static bool is_readable(const struct area *area)
{
	return area->kind != AREA_IOREMAP ||
	       (area->count <= MAX_TAGGED_DEVICE && is_unused_memory(area));
}

/* --- words ---------------------------------------------------------------------------- */

#define INDEX_BITS (PAGE_SHIFT - 3)
#define START_LEVEL (4 - CONFIG_PGTABLE_LEVELS)
#define DESC_TABLE 3 /* bits 1:0 above level 3 */
#define DESC_VALID 1

static unsigned int shift_of(int level)
{
	return PAGE_SHIFT + (3 - level) * INDEX_BITS;
}

static u64 word_at(const u64 *table, int level, unsigned long va)
{
	unsigned long entries = level == START_LEVEL
					? 1UL << (CONFIG_ARM64_VA_BITS - shift_of(level))
					: 1UL << INDEX_BITS;

	return READ_ONCE(table[va >> shift_of(level) & (entries - 1)]);
}

/* The entry at which a walk of an address ends, and its level. */
static u64 walk(unsigned long va, int *level)
{
	const u64 *table = (const u64 *)init_mm.pgd;
	u64 word;

	for (*level = START_LEVEL;; (*level)++) {
		word = word_at(table, *level, va);
		if (*level == 3 || (word & 3) != DESC_TABLE)
			return word;
		table = phys_to_virt(word & GENMASK_ULL(47, PAGE_SHIFT));
	}
}

/* From the page before the area to its guard page, both with it. An entry is told from where it begins. */
static void look_at_words(unsigned int id, const struct area *area)
{
	struct run run = { .what = "words", .area = id };
	unsigned long va = area->va - PAGE_SIZE;
	unsigned long end = area->va + ((area->count + 1) << PAGE_SHIFT);

	while (va < end) {
		int level;
		u64 word = walk(va, &level);
		unsigned long size = 1UL << shift_of(level);
		long at = ((long)(va & ~(size - 1)) - (long)area->va) >> PAGE_SHIFT;

		run_add(&run, at, size >> PAGE_SHIFT, level, word, word ? size : 0, NULL);
		va = (va & ~(size - 1)) + size;
	}
	run_end(&run);
}

/* --- pages ---------------------------------------------------------------------------- */

static void look_at_pages(unsigned int id, const struct area *area)
{
	struct run run = { .what = "page", .area = id, .level = -1 };
	unsigned long i;

	for (i = 0; i < area->count; i++) {
		struct page *page = vmalloc_to_page((void *)area->va + (i << PAGE_SHIFT));

		if (page)
			run_add(&run, i, 1, -1, page_to_pfn(page), 1, NULL);
		else
			run_add(&run, i, 1, -1, 0, 0, "none");
	}
	run_end(&run);
}

/* --- memory --------------------------------------------------------------------------- */

/* The page whose tag is read at a page of the area; 0 with a word where it has none. */
static unsigned long read_tag(const struct area *area, unsigned long i, const char **word)
{
	u64 value;

	*word = "faults";
	if (copy_from_kernel_nofault(&value, (void *)area->va + (i << PAGE_SHIFT), sizeof(value)))
		return 0;
	*word = "strange";
	if (value - MAGIC >= MAX_PFN)
		return 0;
	*word = NULL;
	return value - MAGIC;
}

static const u64 *direct(unsigned long pfn)
{
	return pfn_valid(pfn) ? __va(PFN_PHYS(pfn)) + WRITTEN_AT : NULL;
}

/*
 * What becomes of a word written at a page of the area, where what is read
 * there is a page of ours: elsewhere nothing is written, since it may belong to
 * somebody else.
 */
static const char *write_page(const struct area *area, unsigned long i, unsigned long pfn)
{
	void *to = (void *)area->va + (i << PAGE_SHIFT) + WRITTEN_AT;
	const u64 *at = direct(pfn);
	u64 value = WRITTEN + i, seen;

	if (copy_to_kernel_nofault(to, &value, sizeof(value)))
		return "faults";
	if (at)
		return READ_ONCE(*at) == value ? "written" : "lost";
	if (copy_from_kernel_nofault(&seen, to, sizeof(seen)))
		return "lost";
	return seen == value ? "written" : "lost";
}

/* --- a TLB -------------------------------------------------------------------------------- */

static unsigned long held[MAX_HELD]; /* the page that is read at each page of an area; 0: none */

static unsigned long pages_looked_at(const struct area *area)
{
	if (!is_readable(area))
		return 0;
	return area->count < MAX_HELD ? area->count : MAX_HELD;
}

void touch(const struct area *area)
{
	const char *word;
	unsigned long i;

	for (i = 0; i < pages_looked_at(area); i++)
		read_tag(area, i, &word);
}

/* All are read before a line is printed, since printing fills the TLB with other pages. */
void look_at_held(unsigned int id, const struct area *area)
{
	struct run run = { .what = "held", .area = id, .level = -1 };
	const char *word;
	unsigned long i;
	int level;

	for (i = 0; i < pages_looked_at(area); i++)
		held[i] = read_tag(area, i, &word);
	for (i = 0; i < pages_looked_at(area); i++)
		if (held[i] && !(walk(area->va + (i << PAGE_SHIFT), &level) & DESC_VALID))
			run_add(&run, i, 1, -1, held[i], 1, NULL);
	run_end(&run);
}

/* --- what is read and written ----------------------------------------------------------- */

static void look_at_memory(unsigned int id, const struct area *area)
{
	struct run read = { .what = "read", .area = id, .level = -1 };
	struct run wrote = { .what = "wrote", .area = id, .level = -1 };
	unsigned long i;

	if (!is_readable(area)) {
		say("unread %u", id);
		return;
	}
	for (i = 0; i < area->count; i++) {
		const char *word;
		unsigned long pfn = read_tag(area, i, &word);

		run_add(&read, i, 1, -1, pfn, 1, word);
		run_add(&wrote, i, 1, -1, 0, 0, word ? "nothing" : write_page(area, i, pfn));
	}
	run_end(&read);
	run_end(&wrote);
}

void look(unsigned int id, unsigned int what)
{
	const struct area *area = area_at(id);

	if (!area)
		return;
	if (what & LOOK_WORDS)
		look_at_words(id, area);
	if (what & LOOK_PAGES)
		look_at_pages(id, area);
	if (what & LOOK_READ)
		look_at_memory(id, area);
}
