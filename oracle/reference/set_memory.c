// SPDX-License-Identifier: GPL-2.0-only
/*
 * set_memory, naively: whatever larger leaf lies across an end of the range
 * is taken apart into single pages, then every leaf is changed by itself.
 */
#include <errno.h>

#include "mapper/machine/assert.h"
#include "oracle/arm64/translate.h"
#include "oracle/reference/reference.h"

#define MAX_GROUP 128 /* entries, of 16K pages */
#define BBM_LEVEL_OF_SPLITS 2

struct change {
	struct address_space *space;
	struct machine *m;
	struct arm64_geometry g;
	uint64_t clear, set;
};

/* The bits of each change; an entry that is not valid is marked by nG (PTE_PRESENT_INVALID). */
static struct change change_of(struct address_space *space, enum memory_change change)
{
	static const struct {
		uint64_t clear, set;
	} bits[MEMORY_CHANGES] = {
		[MEMORY_RO] = { ARM64_DBM, ARM64_AP2 },
		[MEMORY_RW] = { ARM64_AP2, ARM64_DBM },
		[MEMORY_NX] = { 0, ARM64_PXN },
		[MEMORY_X] = { ARM64_PXN, 0 },
		[MEMORY_INVALID] = { ARM64_VALID, ARM64_NG },
		[MEMORY_VALID] = { ARM64_NG, ARM64_VALID },
		[MEMORY_SPLIT] = { 0, 0 },
		[MEMORY_SPLIT_PAGES] = { 0, 0 },
		[MEMORY_ROX] = { ARM64_DBM | ARM64_PXN, ARM64_AP2 },
	};
	return (struct change){ space, space->machine, arm64_geometry(&space->machine->config),
				bits[change].clear, bits[change].set };
}

/* Where the walk for `va` ends: at a leaf, valid or not, or at nothing. */
struct found {
	struct slot slot;
	int level;
	uint64_t desc;
	uint64_t size; /* bytes of the leaf, or of the contiguous group that it is in */
};

static struct found find(const struct change *c, uint64_t va)
{
	struct found f = { { MACHINE_ROOT, arm64_table_index(&c->g, c->g.start_level, va) },
			   c->g.start_level,
			   0,
			   0 };
	for (;; f.level++) {
		f.desc = machine_load(c->m, f.slot.table, f.slot.index);
		if (arm64_kind(&c->g, f.level, f.desc) != ARM64_TABLE)
			break;
		f.slot = (struct slot){ reference_child(&c->g, c->m, f.desc),
					arm64_table_index(&c->g, f.level + 1, va) };
	}
	unsigned bits = arm64_leaf_bits(&c->g, f.level);
	if (f.desc & ARM64_CONTIGUOUS)
		bits += arm64_contiguous_size(&c->g, f.level);
	f.size = UINT64_C(1) << bits;
	return f;
}

static bool is_cut(const struct change *c, uint64_t va)
{
	struct found f = { 0 };
	if (va)
		f = find(c, va);
	return f.desc && va & (f.size - 1);
}

/*
 * In one event: between two, another CPU that changes an entry which is none of
 * a group any more takes no mutex, and its TLBI would come while others still are.
 */
static void end_group(const struct change *c, const struct found *f)
{
	uint64_t list[MAX_GROUP];
	uint32_t entries = 1u << arm64_contiguous_size(&c->g, f->level);
	uint32_t first = f->slot.index & ~(entries - 1);
	ASSERT_CMP(entries, <=, MAX_GROUP);
	for (uint32_t i = 0; i < entries; i++)
		list[i] = machine_load(c->m, f->slot.table, first + i) & ~ARM64_CONTIGUOUS;
	machine_store_list(c->m, f->slot.table, first, entries, list);
	machine_barrier(c->m, BARRIER_DSB_ISHST);
	machine_barrier(c->m, BARRIER_ISB);
}

/* Replaces a block by a table of the leaves one level below that map the same. */
static int take_apart(const struct change *c, const struct found *f)
{
	table_t child = machine_alloc_table(c->m);
	if (child == MACHINE_NO_TABLE)
		return -ENOMEM;
	uint64_t base = arm64_address(&c->g, f->desc);
	uint64_t bits = f->desc & ~arm64_address_field(&c->g);
	if (f->level + 1 == ARM64_LAST_LEVEL)
		bits |= ARM64_TYPE;
	for (uint32_t i = 0; i < 1u << c->g.stride; i++) {
		uint64_t oa = base + ((uint64_t)i << arm64_leaf_bits(&c->g, f->level + 1));
		machine_store(c->m, child, i, 1, arm64_address_bits(&c->g, oa) | bits, 0);
	}
	machine_barrier(c->m, BARRIER_DSB_ISHST);
	machine_store(c->m, f->slot.table, f->slot.index, 1, reference_link(&c->g, c->m, child), 0);
	machine_barrier(c->m, BARRIER_DSB_ISHST);
	machine_barrier(c->m, BARRIER_ISB);
	return 0;
}

/* Until no leaf or group lies across `va`. */
static int cut(const struct change *c, uint64_t va)
{
	while (is_cut(c, va)) {
		struct found f = find(c, va);
		int error = 0;
		if (f.desc & ARM64_CONTIGUOUS)
			end_group(c, &f);
		else
			error = take_apart(c, &f);
		if (error)
			return error;
	}
	return 0;
}

/* Not where the kernel was told at boot that it will not set the linear map in part. */
static bool may_cut(const struct machine_config *config)
{
	bool told = config->noalias && !config->realm;
	return !told && config->bbm >= BBM_LEVEL_OF_SPLITS;
}

/* Until none lies across either end: under the mutex, where there was one. */
static int cut_ends(const struct change *c, uint64_t va, uint64_t end)
{
	if (!is_cut(c, va) && !is_cut(c, end))
		return 0;
	if (!may_cut(&c->m->config)) {
		machine_warn(c->m, va);
		return -EINVAL;
	}
	machine_take(c->m, LOCK_SPLIT);
	int error = cut(c, va);
	if (!error)
		error = cut(c, end);
	machine_release(c->m, LOCK_SPLIT);
	return error;
}

static int change_range(const struct change *c, uint64_t va, uint64_t bytes)
{
	int error = cut_ends(c, va, va + bytes);
	if (error)
		return error;
	for (uint64_t at = va, left = bytes, size; left; at += size, left -= size) {
		struct found f = find(c, at);
		size = UINT64_C(1) << (f.desc ? arm64_leaf_bits(&c->g, f.level) : c->g.granule);
		if (f.desc)
			machine_store(c->m, f.slot.table, f.slot.index, 1,
				      (f.desc & ~c->clear) | c->set, 0);
	}
	machine_barrier(c->m, BARRIER_DSB_ISHST);
	machine_tlbi_all(c->m);
	machine_barrier(c->m, BARRIER_DSB_ISH);
	machine_barrier(c->m, BARRIER_ISB);
	return 0;
}

/* Whatever lies across an end, or of single pages across any page's, is taken apart. */
static int split_range(const struct change *c, enum memory_change change, uint64_t va,
		       uint64_t bytes)
{
	uint64_t page = UINT64_C(1) << c->g.granule;
	if (!may_cut(&c->m->config))
		return 0;
	if (change == MEMORY_SPLIT)
		return cut_ends(c, va, va + bytes);
	int error = cut(c, va);
	for (uint64_t at = page; at < bytes && !error; at += page)
		error = cut(c, va + at);
	return error ? error : cut(c, va + bytes);
}

int reference_change(struct address_space *space, uint64_t va, uint64_t bytes, uint64_t clear,
		     uint64_t set)
{
	const struct change c = { space, space->machine, arm64_geometry(&space->machine->config),
				  clear, set };
	return change_range(&c, va, bytes);
}

/* The area whose address the call is for; NULL unless the call may change it. */
static const struct vm_area *changeable_area(const struct address_space *space, uint64_t va,
					     uint64_t bytes, uint64_t guard)
{
	const struct vm_area *area = NULL;
	for (unsigned i = 0; i < space->areas; i++) {
		uint64_t from = space->area[i].va, size = space->area[i].bytes + guard;
		if (va >= from && va - from < size)
			area = &space->area[i];
	}
	if (!area || area->kind != AREA_ALLOC || area->flags & MAP_FLAG_HUGE)
		return NULL;
	return bytes <= area->bytes + guard - (va - area->va) ? area : NULL;
}

int reference_set_memory(struct address_space *space, const struct call *call, struct outcome *out)
{
	(void)out; /* the kernel's has no mask of modified levels */
	enum memory_change change = call->change;
	struct change c = change_of(space, change);
	uint64_t va = call->va, bytes = call->bytes;
	uint64_t page = UINT64_C(1) << c.g.granule, pages = bytes >> c.g.granule;
	if (call_splits(call))
		return split_range(&c, change, va, bytes);
	if (change == MEMORY_INVALID || change == MEMORY_VALID)
		return change_range(&c, va, bytes);
	const struct vm_area *area = changeable_area(space, va, bytes, page);
	if (!area)
		return -EINVAL;
	uint64_t first = (va - area->va) >> c.g.granule;
	bool aliases = !c.m->config.noalias &&
		       (change == MEMORY_RO || change == MEMORY_RW || change == MEMORY_ROX);
	struct change of_alias = c;
	of_alias.clear &= ~ARM64_PXN; /* of what may run, the alias has nothing */
	for (uint64_t i = first; aliases && i < first + pages && i < area->pages.count; i++) {
		uint64_t pa = area->pages.page[i] << c.g.granule;
		int error = 0;
		if (pa < UINT64_C(1) << (c.g.ia_size - 1))
			error = change_range(&of_alias, arm64_va_base(&c.g) + pa, page);
		if (error)
			return error;
	}
	machine_unmap_aliases(c.m);
	return change_range(&c, va, bytes);
}
