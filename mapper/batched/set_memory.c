// SPDX-License-Identifier: GPL-2.0-only
/*
 * set_memory_ro() and the like: change_memory_common() of
 * arch/arm64/mm/pageattr.c (Linux 6.18); set_memory_rox() of
 * include/linux/set_memory.h, which is two of them.
 */
#include <errno.h>

#include "mapper/batched/batched.h"
#include "mapper/batched/protect.h"
#include "mapper/pgtable/descriptor.h"

static struct protect protect_of(struct address_space *space, enum memory_change change)
{
	static const struct {
		uint64_t clear, set;
	} bits[MEMORY_CHANGES] = {
		[MEMORY_RO] = { DESC_WRITE, DESC_RDONLY },
		[MEMORY_RW] = { DESC_RDONLY, DESC_WRITE },
		[MEMORY_NX] = { 0, DESC_PXN },
		[MEMORY_X] = { DESC_PXN, 0 },
		[MEMORY_INVALID] = { DESC_VALID, DESC_PRESENT_INVALID },
		[MEMORY_VALID] = { DESC_PRESENT_INVALID, DESC_VALID },
	};
	return (struct protect){
		.space = space,
		.machine = space->machine,
		.g = geometry_of(&space->machine->config),
		.clear = bits[change].clear,
		.set = bits[change].set,
		.keeps_tlb = change == MEMORY_VALID,
	};
}

/* The area that holds `va`, its guard page included: find_vm_area(); NULL if there is none. */
static const struct vm_area *find_area(const struct address_space *space, uint64_t va,
				       uint64_t guard)
{
	for (unsigned i = space->areas; i-- > 0;) {
		const struct vm_area *area = &space->area[i];
		if (va - area->va < area->bytes + guard)
			return area;
	}
	return NULL;
}

/* Areas of vmalloc() without VM_ALLOW_HUGE_VMAP may be changed, from any page to the end of the guard page at most. */
static bool may_change(const struct vm_area *area, uint64_t va, uint64_t bytes, uint64_t guard)
{
	return area && area->kind == AREA_ALLOC && !(area->flags & MAP_FLAG_HUGE) &&
	       bytes <= area->bytes + guard - (va - area->va);
}

/*
 * Changes the linear alias of each page of the range, until one cannot be. A
 * range may end on the guard page, which has no page in the array.
 */
static int change_aliases(struct protect *p, const struct vm_area *area, uint64_t va,
			  uint64_t pages)
{
	uint64_t page_bytes = UINT64_C(1) << p->g.page_shift;
	uint64_t first = (va - area->va) >> p->g.page_shift;
	for (uint64_t i = first; i < first + pages && i < area->pages.count; i++) {
		uint64_t alias = area->pages.page[i] << p->g.page_shift;
		if (alias >= p->g.linear_bytes)
			continue; /* memory that the linear map does not reach */
		int error = protect_range(p, alias, alias + page_bytes);
		if (error)
			return error;
	}
	return 0;
}

static int change_memory(struct address_space *space, const struct call *call,
			 enum memory_change change)
{
	struct protect p = protect_of(space, change);
	uint64_t guard = UINT64_C(1) << p.g.page_shift;
	uint64_t va = call->va, bytes = call->bytes;
	uint64_t start = va - p.g.va_base;
	if (call_splits(call))
		return split_range(&p, change == MEMORY_SPLIT_PAGES, start, start + bytes);
	if (change == MEMORY_INVALID || change == MEMORY_VALID)
		return protect_range(&p, start, start + bytes);

	const struct vm_area *area = find_area(space, va, guard);
	if (!may_change(area, va, bytes, guard))
		return -EINVAL;
	bool writes = change == MEMORY_RO || change == MEMORY_RW;
	if (writes && !p.machine->config.noalias) {
		int error = change_aliases(&p, area, va, bytes >> p.g.page_shift);
		if (error)
			return error;
	}
	machine_unmap_aliases(p.machine);
	return protect_range(&p, start, start + bytes);
}

int batched_set_memory(struct address_space *space, const struct call *call, struct outcome *out)
{
	(void)out; /* the kernel's has no mask of modified levels */
	if (call->change != MEMORY_ROX)
		return change_memory(space, call, call->change);
	/* In this order no page may be written and run at once. */
	int error = change_memory(space, call, MEMORY_RO);
	return error ? error : change_memory(space, call, MEMORY_X);
}
