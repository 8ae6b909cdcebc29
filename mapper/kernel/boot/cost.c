// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a call costs, by the counter. Under QEMU's -icount it counts the
 * instructions that the processor executed, and is the same on every run.
 *
 * A call is measured with interrupts off, after what was put off has been done:
 * otherwise a timer's interrupt, or the kernel's purge of what was unmapped
 * before, would be in the figure or not, as it falls. A short call is measured
 * with others of its kind, since the counter's ticks are coarse.
 */
#include <clocksource/arm_arch_timer.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/timex.h>
#include <linux/vmalloc.h>

#include "mapper/kernel/boot/driver.h"
#ifdef VMAPDIFF_INTERNAL_VMAP_PAGES_RANGE
#include <internal.h> /* of mm/ */
#endif

#define MAX_LOOPS 64
#define ROUNDS 3 /* the first finds no table where it maps, and empty caches of the allocators */

struct cost;

/* A call and what undoes it. The first and the last are not measured, and may be NULL. */
struct measured {
	void *(*prepare)(const struct cost *cost);
	void *(*map)(const struct cost *cost, void *prepared);
	void (*unmap)(const struct cost *cost, void *va);
	void (*release)(void *prepared);
};

/* What is called, how often, and with what. */
struct cost {
	const struct measured *call;
	unsigned int loops;
	unsigned long count; /* pages */
	struct page **pages; /* owned */
	u64 pa;
	bool huge;
};

static void *prepared[MAX_LOOPS], *mapped[MAX_LOOPS];

/* --- the calls ---------------------------------------------------------------------------- */

static void *map_vmap(const struct cost *cost, void *unused)
{
	return vmap(cost->pages, cost->count, VM_MAP | (cost->huge ? VM_ALLOW_HUGE_VMAP : 0),
		    PAGE_KERNEL);
}

static void unmap_vmap(const struct cost *cost, void *va)
{
	vunmap(va);
}

static void *map_vmalloc(const struct cost *cost, void *unused)
{
	unsigned long bytes = cost->count << PAGE_SHIFT;

	return cost->huge ? vmalloc_huge(bytes, GFP_KERNEL) : vmalloc(bytes);
}

static void unmap_vmalloc(const struct cost *cost, void *va)
{
	vfree(va);
}

static void *map_ioremap(const struct cost *cost, void *unused)
{
	return (void __force *)ioremap(cost->pa, cost->count << PAGE_SHIFT);
}

static void unmap_ioremap(const struct cost *cost, void *va)
{
	iounmap((void __iomem __force *)va);
}

/* VM_IOREMAP has the area aligned to its size, as vmalloc() has it for its blocks. */
static void *prepare_range(const struct cost *cost)
{
	return get_vm_area(cost->count << PAGE_SHIFT, VM_IOREMAP);
}

/* The block size that vmalloc() takes for so many bytes. */
static unsigned int shift_of_vmalloc(unsigned long bytes)
{
	if (arch_vmap_pmd_supported(PAGE_KERNEL) && bytes >= PMD_SIZE)
		return PMD_SHIFT;
	return arch_vmap_pte_supported_shift(bytes);
}

#if defined(VMAPDIFF_PUBLIC_VMAP_PAGES_RANGE) || defined(VMAPDIFF_INTERNAL_VMAP_PAGES_RANGE)
#define HAS_VMAP_PAGES_RANGE true

static void *map_range(const struct cost *cost, void *area)
{
	unsigned long va = (unsigned long)((struct vm_struct *)area)->addr;
	unsigned long bytes = cost->count << PAGE_SHIFT;
	unsigned int shift = shift_of_vmalloc(bytes);
	int error;

#ifdef VMAPDIFF_PUBLIC_VMAP_PAGES_RANGE
	error = vmap_pages_range(va, va + bytes, PAGE_KERNEL, cost->pages, shift);
#else /* what it consists of, where it is static */
	error = vmap_pages_range_noflush(va, va + bytes, PAGE_KERNEL, cost->pages, shift);
	flush_cache_vmap(va, va + bytes);
#endif
	return error ? NULL : (void *)va;
}
#else
#define HAS_VMAP_PAGES_RANGE false

static void *map_range(const struct cost *cost, void *area)
{
	return NULL;
}
#endif

static void unmap_range(const struct cost *cost, void *va)
{
	vunmap_range((unsigned long)va, (unsigned long)va + (cost->count << PAGE_SHIFT));
}

static void release_range(void *area)
{
	free_vm_area(area);
}

static const struct measured of_vmap = { .map = map_vmap, .unmap = unmap_vmap };
static const struct measured of_vmalloc = { .map = map_vmalloc, .unmap = unmap_vmalloc };
static const struct measured of_ioremap = { .map = map_ioremap, .unmap = unmap_ioremap };
static const struct measured of_range = {
	.prepare = prepare_range,
	.map = map_range,
	.unmap = unmap_range,
	.release = release_range,
};

/* --- measuring ------------------------------------------------------------------------------ */

/* Does what the kernel has put off, so that each round begins alike. */
static void catch_up(void)
{
	vm_unmap_aliases();
	schedule_timeout_uninterruptible(2);
}

static const char *prepare(const struct cost *cost)
{
	unsigned int i;

	for (i = 0; cost->call->prepare && i < cost->loops; i++) {
		prepared[i] = cost->call->prepare(cost);
		if (!prepared[i])
			return "there is no room for an area"; /* the kernel ends after this */
	}
	return NULL;
}

static void release(const struct cost *cost)
{
	unsigned int i;

	for (i = 0; cost->call->release && i < cost->loops; i++)
		cost->call->release(prepared[i]);
}

static __always_inline void map_one(const struct cost *cost, unsigned int i)
{
	mapped[i] = cost->call->map(cost, prepared[i]);
}

static __always_inline void unmap_one(const struct cost *cost, unsigned int i)
{
	cost->call->unmap(cost, mapped[i]);
}

/* Ticks of the counter that all calls together take. Inlined: a call of `play` would be counted too. */
static __always_inline u64 ticks_of(const struct cost *cost,
				    void (*play)(const struct cost *cost, unsigned int i))
{
	unsigned long flags;
	unsigned int i;
	u64 begin, end;

	local_irq_save(flags);
	begin = get_cycles();
	for (i = 0; i < cost->loops; i++)
		play(cost, i);
	end = get_cycles();
	local_irq_restore(flags);
	return end - begin;
}

static const char *check_mapped(const struct cost *cost)
{
	unsigned int i;

	for (i = 0; i < cost->loops; i++)
		if (!mapped[i])
			return "a call that is to be measured fails";
	return NULL;
}

/* Where the first of them mapped, for who plays the same call elsewhere. */
static void say_place(const struct cost *cost)
{
	say("area 0 0x%lx %lu", (unsigned long)mapped[0], cost->count);
	if (cost->call == &of_vmalloc)
		kfree(pages_of(0, mapped[0], cost->count));
	if (cost->call == &of_range || (cost->call == &of_vmalloc && cost->huge))
		say("shift %u", shift_of_vmalloc(cost->count << PAGE_SHIFT));
}

static const char *measure_round(const struct cost *cost, unsigned int round)
{
	const char *why;
	u64 map, unmap;

	catch_up(); /* first, so that areas lie where those of the last round lay */
	why = prepare(cost);
	if (why)
		return why;
	map = ticks_of(cost, map_one);
	why = check_mapped(cost);
	if (why)
		return why;
	if (round == ROUNDS - 1)
		say_place(cost);
	catch_up();
	unmap = ticks_of(cost, unmap_one);
	release(cost);
	say("cost %u %u %llu %llu", round, cost->loops, map, unmap);
	return NULL;
}

static const char *measure(const struct cost *cost)
{
	const char *why = NULL;
	unsigned int round;

	if (!cost->loops || cost->loops > MAX_LOOPS)
		why = "so many calls are not measured together";
	else if (!cost->count || cost->count > MAX_ARRAY_PAGES)
		why = "a call of too much, or nothing";
	else
		say("clock %u", arch_timer_get_rate());
	for (round = 0; !why && round < ROUNDS; round++)
		why = measure_round(cost, round);
	kfree(cost->pages);
	return why;
}

/* --- words of a plan -------------------------------------------------------------------------- */

const char *cost_vmap(unsigned int loops, bool huge)
{
	struct cost cost = { .call = &of_vmap, .loops = loops, .huge = huge };

	cost.pages = array_take(&cost.count);
	return measure(&cost);
}

const char *cost_range(unsigned int loops)
{
	struct cost cost = { .call = &of_range, .loops = loops };

	cost.pages = array_take(&cost.count);
	if (HAS_VMAP_PAGES_RANGE)
		return measure(&cost);
	kfree(cost.pages);
	say("cost none");
	return NULL;
}

const char *cost_vmalloc(unsigned int loops, unsigned long count, bool huge)
{
	struct cost cost = { .call = &of_vmalloc, .loops = loops, .count = count, .huge = huge };

	return measure(&cost);
}

const char *cost_ioremap(unsigned int loops, u64 pa, unsigned long bytes)
{
	struct cost cost = { .call = &of_ioremap, .loops = loops, .pa = pa };

	cost.count = bytes >> PAGE_SHIFT;
	return measure(&cost);
}
