// SPDX-License-Identifier: GPL-2.0-only
/*
 * The calls: each is one of the kernel's public ones, and the kernel chooses
 * the address. Where a plan asks for a distance from a boundary, areas that
 * are in the way are filled until the kernel comes to choose it.
 */
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/set_memory.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "mapper/kernel/boot/driver.h"

#define TRIES 48
#define SMALL_HOLE 64 /* pages: a filler that is larger falls into no hole that booting left */

static struct area areas[MAX_AREAS];
static void *tried[MAX_AREAS * TRIES];
static struct vm_struct *filler[MAX_AREAS * TRIES];
static unsigned int tries, fillers;

struct area *area_at(unsigned int id)
{
	return id < MAX_AREAS && areas[id].kind > AREA_FAILED ? &areas[id] : NULL;
}

static const struct {
	const char *name;
	enum { KERNEL, KERNEL_RO, KERNEL_EXEC, NORMAL_NC, DEVICE, TAGGED, NONCACHED } prot;
} prots[] = {
	{ "kernel", KERNEL },       { "kernel-ro", KERNEL_RO }, { "kernel-exec", KERNEL_EXEC },
	{ "normal-nc", NORMAL_NC }, { "device", DEVICE },       { "tagged", TAGGED },
	{ "noncached", NONCACHED },
};

static bool find_prot(const char *name, pgprot_t *prot)
{
	const pgprot_t value[] = {
		[KERNEL] = PAGE_KERNEL,
		[KERNEL_RO] = PAGE_KERNEL_RO,
		[KERNEL_EXEC] = PAGE_KERNEL_EXEC,
		[NORMAL_NC] = pgprot_writecombine(PAGE_KERNEL),
		[DEVICE] = pgprot_device(PAGE_KERNEL),
		[TAGGED] = pgprot_tagged(PAGE_KERNEL),
		[NONCACHED] = pgprot_noncached(PAGE_KERNEL),
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(prots); i++) {
		if (!strcmp(prots[i].name, name)) {
			*prot = value[prots[i].prot];
			return true;
		}
	}
	return false;
}

/* An area of a plan, made. Says where it is, or that the call mapped nothing. */
static const char *area_made(unsigned int id, enum area_kind kind, const void *va,
			     struct page **pages, unsigned long count)
{
	if (!va) {
		say("area %u none", id);
		areas[id].kind = AREA_FAILED;
		kfree(pages);
		return NULL;
	}
	areas[id] = (struct area){
		.kind = kind,
		.va = (unsigned long)va,
		.count = count,
		.pages = pages,
	};
	say("area %u 0x%lx %lu", id, areas[id].va, count);
	if (kind != AREA_IOREMAP)
		tag_area(&areas[id]);
	return NULL;
}

static const char *check_new(unsigned int id)
{
	return id >= MAX_AREAS || areas[id].kind != AREA_NONE ? "no such area can be made" : NULL;
}

/* --- where an area comes to lie ------------------------------------------------------------ */

static bool lies_well(const void *va, unsigned long modulus, unsigned long residue)
{
	return modulus < 2 || ((unsigned long)va >> PAGE_SHIFT) % modulus == residue;
}

/* Fills what is free after an area of so many pages, so that the next one may lie as it should. */
static void fill_after(const void *va, unsigned long count, unsigned long modulus,
		       unsigned long residue)
{
	unsigned long next = ((unsigned long)va >> PAGE_SHIFT) + count + 1;
	unsigned long gap = (residue + modulus - next % modulus) % modulus;

	while (gap && gap < SMALL_HOLE)
		gap += modulus;
	if (gap && fillers < ARRAY_SIZE(filler)) /* of which one page is its guard page */
		filler[fillers++] = get_vm_area((gap - 1) << PAGE_SHIFT, VM_MAP);
}

/* vmap(), again until its address is as the plan needs it, or TRIES times. */
static void *vmap_at(struct page **pages, unsigned long count, unsigned long flags, pgprot_t prot,
		     unsigned long modulus, unsigned long residue)
{
	void *va = vmap(pages, count, flags, prot);
	unsigned int i;

	for (i = 1; va && i < TRIES && !lies_well(va, modulus, residue); i++) {
		tried[tries++] = va;
		fill_after(va, count, modulus, residue);
		va = vmap(pages, count, flags, prot);
	}
	return va;
}

/* --- calls that map ---------------------------------------------------------------------- */

const char *play_vmap(unsigned int id, const char *prot_name, bool huge, unsigned long modulus,
		      unsigned long residue)
{
	unsigned long count, flags = VM_MAP | (huge ? VM_ALLOW_HUGE_VMAP : 0);
	struct page **pages = array_take(&count);
	const char *why = check_new(id);
	pgprot_t prot;

	if (!why && !pages)
		why = "vmap without pages";
	if (!why && !find_prot(prot_name, &prot))
		why = "no such protection";
	if (why) {
		kfree(pages);
		return why;
	}
	return area_made(id, AREA_VMAP, vmap_at(pages, count, flags, prot, modulus, residue), pages,
			 count);
}

const char *play_vm_map_ram(unsigned int id)
{
	unsigned long count;
	struct page **pages = array_take(&count);
	const char *why = check_new(id);

	if (!why && !pages)
		why = "vm_map_ram without pages";
	if (why) {
		kfree(pages);
		return why;
	}
	return area_made(id, AREA_RAM, vm_map_ram(pages, count, NUMA_NO_NODE), pages, count);
}

struct page **pages_of(unsigned int id, const void *va, unsigned long count)
{
	struct run run = { .what = "pages", .area = id, .level = -1 };
	struct vm_struct *area = va ? find_vm_area(va) : NULL;
	unsigned long i;

	if (!area || area->nr_pages < count)
		return NULL;
	for (i = 0; i < count; i++)
		run_add(&run, i, 1, -1, page_to_pfn(area->pages[i]), 1, NULL);
	run_end(&run);
	return kmemdup(area->pages, count * sizeof(*area->pages), GFP_KERNEL);
}

const char *play_vmalloc(unsigned int id, unsigned long count, bool huge, const char *prot)
{
	const char *why = check_new(id);
	void *va;

	if (why || strcmp(prot, "kernel"))
		return why ?: "vmalloc has PAGE_KERNEL alone";
	if (!count || count > MAX_ARRAY_PAGES)
		return "vmalloc of too much, or nothing";
	va = huge ? vmalloc_huge(count << PAGE_SHIFT, GFP_KERNEL) : vmalloc(count << PAGE_SHIFT);
	return area_made(id, AREA_VMALLOC, va, pages_of(id, va, count), count);
}

const char *play_ioremap(unsigned int id, u64 pa, unsigned long bytes, const char *prot)
{
	const char *why = check_new(id);
	void __iomem *va;

	if (why)
		return why;
	if (!strcmp(prot, "device"))
		va = ioremap(pa, bytes);
	else if (!strcmp(prot, "normal-nc"))
		va = ioremap_wc(pa, bytes);
	else if (!strcmp(prot, "noncached"))
		va = ioremap_np(pa, bytes);
	else if (!strcmp(prot, "kernel"))
		va = ioremap_cache(pa, bytes);
	else
		return "ioremap has no such protection";
	area_made(id, AREA_IOREMAP, (void __force *)va, NULL, bytes >> PAGE_SHIFT);
	if (va) {
		areas[id].pfn = pa >> PAGE_SHIFT;
		tag_area(&areas[id]);
	}
	return NULL;
}

/* --- calls on areas ------------------------------------------------------------------------ */

/* Whether an area is not there since its call failed: calls on it are left out then. */
static bool has_failed(unsigned int id)
{
	return id < MAX_AREAS && areas[id].kind == AREA_FAILED;
}

static const char *check_range(unsigned int id, unsigned long from, unsigned long count,
			       unsigned long guard_pages)
{
	const struct area *area = area_at(id);
	unsigned long pages;

	if (!area)
		return "no such area";
	pages = area->count + guard_pages;
	return count > pages || from > pages - count ? "a range leaves its area" : NULL;
}

const char *play_vunmap(unsigned int id, unsigned long from, unsigned long count)
{
	const char *why = has_failed(id) ? NULL : check_range(id, from, count, 0);
	unsigned long va;

	if (why || has_failed(id))
		return why;
	va = areas[id].va + (from << PAGE_SHIFT);
	touch(&areas[id]); /* all of it: more than this range may be unmapped */
	vunmap_range(va, va + (count << PAGE_SHIFT));
	look_at_held(id, &areas[id]);
	return NULL;
}

const char *play_vm_unmap_ram(unsigned int id)
{
	struct area *area = area_at(id);

	if (has_failed(id))
		return NULL;
	if (!area || area->kind != AREA_RAM)
		return "no such area of vm_map_ram";
	vm_unmap_ram((void *)area->va, area->count);
	area->kind = AREA_NONE;
	kfree(area->pages);
	return NULL;
}

/* The kernel takes the guard page of an area for a part of it: a range may have that too. */
const char *play_set_memory(unsigned int id, unsigned long from, unsigned long count,
			    const char *change)
{
	const char *why = has_failed(id) ? NULL : check_range(id, from, count, 1);
	unsigned long va;
	int error;

	if (why || has_failed(id))
		return why;
	va = areas[id].va + (from << PAGE_SHIFT);
	if (!strcmp(change, "ro"))
		error = set_memory_ro(va, count);
	else if (!strcmp(change, "rw"))
		error = set_memory_rw(va, count);
	else if (!strcmp(change, "nx"))
		error = set_memory_nx(va, count);
	else if (!strcmp(change, "x"))
		error = set_memory_x(va, count);
	else
		return "no such change of set_memory";
	areas[id].changed = true;
	say("error %u %d", id, error);
	return NULL;
}

/* --- the end of a scenario ------------------------------------------------------------------ */

static void area_free(struct area *area)
{
	void *va = (void *)area->va;

	switch (area->kind) {
	case AREA_VMAP:
		vunmap(va);
		break;
	case AREA_VMALLOC:
		if (area->changed) /* what is read-only is so in the linear map too, and is used again */
			set_memory_rw(area->va, area->count);
		vfree(va);
		break;
	case AREA_IOREMAP:
		iounmap((void __iomem __force *)va);
		break;
	case AREA_RAM:
		vm_unmap_ram(va, area->count);
		break;
	default:
		break;
	}
	if (area->kind > AREA_FAILED)
		kfree(area->pages);
	area->kind = AREA_NONE;
}

void areas_free(void)
{
	unsigned int i;

	for (i = 0; i < MAX_AREAS; i++)
		area_free(&areas[i]);
	while (tries)
		vunmap(tried[--tries]);
	while (fillers)
		if (filler[--fillers])
			free_vm_area(filler[fillers]);
}
