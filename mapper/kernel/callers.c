// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls that no caller of a kernel makes: a scenario may ask for them, and
 * what the tree's code does then says nothing about it. Each has a reason,
 * and the rig counts and prints what is not made.
 */
#include "mapper/kernel/callers.h"

#include "mapper/kernel/tree.h"
#include "mapper/machine/poison.h"
#include "mapper/pgtable/descriptor.h"
#include "mapper/pgtable/geometry.h"
#include "mapper/pgtable/table.h"

struct place {
	const struct machine *m;
	bool tree_splits;
	struct geometry g;
};

/* --- reasons ---------------------------------------------------------------------------- */

static const struct reason beyond_linear_map = {
	"beyond-linear-map",
	"a page lies beyond the linear map, which has all memory",
};
static const struct reason unsplit_linear_map = {
	"unsplit-linear-map",
	"where leaves are not split, the linear map is made of single pages",
};
static const struct reason set_memory_left_out = {
	"set-memory-left-out",
	"the tree's set_memory was left out, since it did not build",
};
static const struct reason no_direct_map = {
	"no-set-direct-map",
	"the tree has no set_direct_map_invalid_noflush() and set_direct_map_default_noflush()",
};
static const struct reason no_split = {
	"no-split",
	"the tree has no split_kernel_leaf_mapping(), or no range_split_to_ptes()",
};
static const struct reason no_struct_pages = {
	"no-struct-pages",
	"the tree's vmemmap_populate() and vmemmap_free() were left out, since they did not build, "
	"or "
	"there are none",
};
static const struct reason top_of_struct_pages = {
	"top-of-struct-pages",
	"the last entry of the root is not of struct pages alone: VMEMMAP_END lies in it, and the "
	"fixmap after that",
};
static const struct reason no_hotplug = {
	"no-hotplug",
	"the tree's code for memory that is added and removed was left out, since it did not "
	"build, "
	"or there is none",
};
static const struct reason dies_out_of_tables = {
	"dies-out-of-tables",
	"memory that is added where there is no table page is a BUG() of the tree",
};
static const struct reason memory_in_use = {
	"memory-in-use",
	"memory that is removed is offline: nobody has made any of it invalid",
};
static const struct reason no_vfree = {
	"no-vfree",
	"the tree's vfree() was left out, since it did not build, or there is none",
};
static const struct reason no_rox = {
	"no-set-memory-rox",
	"the tree has no set_memory_rox(), which is of Linux 6.2",
};
static const struct reason no_apply = {
	"no-apply",
	"the tree's apply_to_page_range(), or its vmap_pfn(), was left out, since it did not "
	"build, or "
	"there is none",
};
static const struct reason frames_in_use = {
	"frames-in-use",
	"vmap_pfn() overwrites entries in use: its area is free, as the allocator gives it out",
};
static const struct reason cuts_group_of_pages = {
	"apply-cuts-group",
	"who clears pages by apply_to_existing_page_range() mapped them one by one, in no group",
};
static const struct reason no_vrealloc = {
	"no-vrealloc",
	"the tree's vrealloc() was left out, since it did not build, or there is none",
};
static const struct reason no_trans_pgd = {
	"no-trans-pgd",
	"the tree's trans_pgd_create_copy() was left out, since it did not build, or there is none",
};
static const struct reason part_of_leaf = {
	"copy-of-part",
	"who copies the linear map copies all of it, and so no part of a block or group",
};
static const struct reason guard_page_alias = {
	"guard-page-alias",
	"set_memory_ro() and _rw() of a guard page, or of what vrealloc() cut off, read past "
	"area->pages[]",
};
static const struct reason unsplit_leaf = {
	"unsplit-leaf",
	"where leaves are not split, set_memory is for single pages",
};
static const struct reason top_of_space = {
	"top-of-space",
	"the range and its guard page reach the top of the address space",
};
static const struct reason part_of_blocks = {
	"part-of-blocks",
	"groups of blocks are the linear map's, or split from a block on a guard page, where none "
	"is",
};
static const struct reason misaligned_blocks = {
	"misaligned-blocks",
	"vmalloc() aligns an area and its size to the blocks, and blocks come aligned",
};

static const struct reason user_protection = {
	"user-protection",
	"ioremap() and vmap() are given the kernel's protections: set_pte() orders nothing for a "
	"user's, and whoever hands one on is at fault",
};

/* --- what is mapped ------------------------------------------------------------------- */

/* Whether a block, or a leaf of a contiguous group, maps some of [offset, end) of a table. */
static bool table_has_large(const struct place *p, table_t table, int level, uint64_t offset,
			    uint64_t end)
{
	for (uint64_t next; offset < end; offset = next) {
		uint64_t desc = machine_words(p->m, table)[level_index(&p->g, level, offset)];
		next = window_end(&p->g, level, offset, end);
		if (!desc)
			continue;
		if (level < PTE_LEVEL && desc_is_table(desc)) {
			if (table_has_large(p, table_below(p->m, &p->g, desc), level + 1, offset,
					    next))
				return true;
		} else if (level < PTE_LEVEL || desc & DESC_CONT) {
			return true;
		}
	}
	return false;
}

static bool meets_large(const struct place *p, uint64_t offset, uint64_t bytes)
{
	return table_has_large(p, MACHINE_ROOT, p->g.start_level, offset, offset + bytes);
}

/* Whether an entry of the last level for some of [offset, end) is in use. */
static bool table_has_page(const struct place *p, table_t table, int level, uint64_t offset,
			   uint64_t end)
{
	for (uint64_t next; offset < end; offset = next) {
		uint64_t desc = machine_words(p->m, table)[level_index(&p->g, level, offset)];
		next = window_end(&p->g, level, offset, end);
		if (!desc || (level < PTE_LEVEL && !desc_is_table(desc)))
			continue;
		if (level == PTE_LEVEL ||
		    table_has_page(p, table_below(p->m, &p->g, desc), level + 1, offset, next))
			return true;
	}
	return false;
}

/* Whether a range that begins or ends at `offset` cuts a contiguous group of pages. */
static bool cuts_pages(const struct place *p, uint64_t offset)
{
	table_t table = MACHINE_ROOT;
	if (!(offset & ((UINT64_C(1) << p->g.cont_shift) - 1)))
		return false;
	for (int level = p->g.start_level; level < PTE_LEVEL; level++) {
		uint64_t desc = machine_words(p->m, table)[level_index(&p->g, level, offset)];
		if (!desc_is_table(desc))
			return false;
		table = table_below(p->m, &p->g, desc);
	}
	return machine_words(p->m, table)[level_index(&p->g, PTE_LEVEL, offset)] & DESC_CONT;
}

static const struct reason *never_applied(const struct place *p, const struct call *call)
{
	uint64_t start = call->va - p->g.va_base, end = start + call->bytes;
	if (call->kind == CALL_VMAP_PFN ? !TREE_MAPS_FRAMES : !TREE_APPLIES)
		return &no_apply;
	if (call->kind == CALL_VMAP_PFN &&
	    table_has_page(p, MACHINE_ROOT, p->g.start_level, start, end))
		return &frames_in_use;
	if (call->kind == CALL_APPLY_TO_EXISTING_PAGE_RANGE &&
	    (cuts_pages(p, start) || cuts_pages(p, end)))
		return &cuts_group_of_pages;
	return NULL;
}

/* --- set_memory ------------------------------------------------------------------------- */

const struct vm_area *kernel_find_area(const struct address_space *space, uint64_t va)
{
	uint64_t guard = UINT64_C(1) << space->machine->config.page_shift;
	for (unsigned i = space->areas; i-- > 0;)
		if (va - space->area[i].va < space->area[i].bytes + guard)
			return &space->area[i];
	return NULL;
}

/* Whether leaves are split while they are live: where not, boot code maps memory by single pages. */
static bool splits(const struct place *p)
{
	const struct machine_config *config = &p->m->config;
	return p->tree_splits && config->bbm >= 2 && (!config->noalias || config->realm);
}

/* Whether the tree has no function for a call that splits. */
static bool lacks_split(const struct call *call)
{
	if (!call_splits(call))
		return false;
	return call->change == MEMORY_SPLIT ? !TREE_SPLITS : !TREE_SPLITS_TO_PAGES;
}

/* Whether the kernel refuses the call before it looks at any entry. */
static bool is_refused(const struct vm_area *area, const struct call *call, uint64_t guard)
{
	return !area || area->kind != AREA_ALLOC || area->flags & MAP_FLAG_HUGE ||
	       call->va + call->bytes > area->va + area->bytes + guard;
}

static const struct reason *never_changed_alias(const struct place *p, const struct vm_area *area)
{
	for (size_t i = 0; i < area->pages.count; i++) {
		uint64_t alias = area->pages.page[i] << p->g.page_shift;
		if (alias >= p->g.linear_bytes)
			return &beyond_linear_map;
		if (!splits(p) && meets_large(p, alias, UINT64_C(1) << p->g.page_shift))
			return &unsplit_linear_map;
	}
	return NULL;
}

static const struct reason *never_changed(const struct place *p, const struct address_space *space,
					  const struct call *call)
{
	if (!TREE_SETS_MEMORY)
		return &set_memory_left_out;
	if (call->kind == CALL_SET_DIRECT_MAP && !TREE_SETS_DIRECT_MAP)
		return &no_direct_map;
	if (lacks_split(call))
		return &no_split;
	if (call->kind == CALL_SET_MEMORY && call->change == MEMORY_ROX && !TREE_SETS_ROX)
		return &no_rox;
	uint64_t guard = UINT64_C(1) << p->g.page_shift;
	bool linear = call_is_of_linear_map(call);
	const struct vm_area *area = kernel_find_area(space, call->va);
	if (!linear && is_refused(area, call, guard))
		return NULL;
	/* Elsewhere a waiver is found of it. */
	bool aliases = !linear && change_is_of_writing(call->change) && !p->m->config.noalias;
	if (p->tree_splits && !poisons() && aliases &&
	    call->va + call->bytes > area->va + (area->pages.count << p->g.page_shift))
		return &guard_page_alias;
	bool large = !splits(p) && meets_large(p, call->va - p->g.va_base, call->bytes);
	if (large &&
	    !(call_splits(call) && call->change == MEMORY_SPLIT)) /* which returns at once */
		return &unsplit_leaf;
	if (aliases)
		return never_changed_alias(p, area);
	return NULL;
}

/* --- memory that is added and removed --------------------------------------------------- */

/* Whether some entry for [offset, end) of a table is in use and not valid. */
static bool table_has_invalid(const struct place *p, table_t table, int level, uint64_t offset,
			      uint64_t end)
{
	for (uint64_t next; offset < end; offset = next) {
		uint64_t desc = machine_words(p->m, table)[level_index(&p->g, level, offset)];
		next = window_end(&p->g, level, offset, end);
		bool is_table = level < PTE_LEVEL && desc_is_table(desc);
		if (is_table ? table_has_invalid(p, table_below(p->m, &p->g, desc), level + 1,
						 offset, next)
			     : desc && !(desc & DESC_VALID))
			return true;
	}
	return false;
}

static const struct reason *
never_hotplugged(const struct place *p, const struct address_space *space, const struct call *call)
{
	uint64_t start = call->va - p->g.va_base;
	if (!TREE_ADDS_MEMORY)
		return &no_hotplug;
	if (call->kind == CALL_ADD_MEMORY)
		return space->lacks_tables && !TREE_FAILS_TO_ADD ? &dies_out_of_tables : NULL;
	if (table_has_invalid(p, MACHINE_ROOT, p->g.start_level, start, start + call->bytes))
		return &memory_in_use;
	return NULL;
}

static const struct reason *never_of_struct_pages(const struct place *p, const struct call *call)
{
	uint64_t root_entry = UINT64_C(1) << level_shift(&p->g, p->g.start_level);
	if (!TREE_HAS_STRUCT_PAGES)
		return &no_struct_pages;
	return -call->va <= root_entry ? &top_of_struct_pages : NULL;
}

/* --- vfree ------------------------------------------------------------------------------ */

const struct vm_area *kernel_freed_area(const struct address_space *space, uint64_t va)
{
	for (unsigned i = space->areas; i-- > 0;)
		if (space->area[i].va == va)
			return &space->area[i];
	return NULL;
}

/* Its aliases are changed where those of set_memory are. */
static const struct reason *never_freed(const struct place *p, const struct address_space *space,
					const struct call *call)
{
	if (!TREE_FREES)
		return &no_vfree;
	const struct vm_area *area = kernel_freed_area(space, call->va);
	return call->reset && area ? never_changed_alias(p, area) : NULL;
}

/* --- unmapping -------------------------------------------------------------------------- */

/* Whether a range that begins or ends at `offset` cuts a contiguous group of blocks. */
static bool cuts_blocks(const struct place *p, uint64_t offset)
{
	table_t table = MACHINE_ROOT;
	for (int level = p->g.start_level; level < PTE_LEVEL; level++) {
		uint64_t desc = machine_words(p->m, table)[level_index(&p->g, level, offset)];
		uint64_t group = UINT64_C(1) << group_shift(&p->g, level);
		if (!desc_is_table(desc))
			return desc & DESC_CONT && offset & (group - 1);
		table = table_below(p->m, &p->g, desc);
	}
	return false;
}

static bool unmaps_part_of_blocks(const struct place *p, const struct call *call)
{
	uint64_t start = call->va - p->g.va_base;
	return cuts_blocks(p, start) || cuts_blocks(p, start + call->bytes);
}

/* --- trans_pgd -------------------------------------------------------------------------- */

/* Whether a range that begins or ends at `offset` cuts a block or a contiguous group. */
static bool cuts_leaf(const struct place *p, uint64_t offset)
{
	table_t table = MACHINE_ROOT;
	for (int level = p->g.start_level;; level++) {
		uint64_t desc = machine_words(p->m, table)[level_index(&p->g, level, offset)];
		if (level < PTE_LEVEL && desc_is_table(desc)) {
			table = table_below(p->m, &p->g, desc);
			continue;
		}
		unsigned shift =
			desc & DESC_CONT ? group_shift(&p->g, level) : level_shift(&p->g, level);
		return desc && offset & ((UINT64_C(1) << shift) - 1);
	}
}

static const struct reason *never_copied(const struct place *p, const struct call *call)
{
	uint64_t start = call->va - p->g.va_base;
	if (!TREE_COPIES)
		return &no_trans_pgd;
	return cuts_leaf(p, start) || cuts_leaf(p, start + call->bytes) ? &part_of_leaf : NULL;
}

/* --- vmalloc ---------------------------------------------------------------------------- */

unsigned kernel_block_shift(const struct address_space *space, const struct call *call)
{
	unsigned granule = space->machine->config.page_shift, shift = call->shift;
	bool huge = call->flags & MAP_FLAG_HUGE && space->policy->max_shift >= shift;
	/* The allocator is the scenario. */
	if (!huge || !page_array_in_blocks(call->pages, UINT64_C(1) << (shift - granule)))
		return granule;
	return shift;
}

/* Whether an area of large blocks is as __vmalloc_node_range() and the page allocator make it. */
static bool is_aligned_area(const struct place *p, const struct address_space *space,
			    const struct call *call)
{
	if (kernel_block_shift(space, call) == p->g.page_shift)
		return true; /* a single page stands anywhere */
	uint64_t block = UINT64_C(1) << (call->shift - p->g.page_shift);
	if ((call->va | call->bytes) & ((block << p->g.page_shift) - 1))
		return false;
	for (size_t i = 0; i < call->pages.count; i += block)
		if (call->pages.page[i] & (block - 1))
			return false;
	return true;
}

const struct reason *kernel_never_called(const struct address_space *space, const struct call *call)
{
	struct place p = { space->machine, TREE_SPLITS || space->splits,
			   geometry_of(&space->machine->config) };
	uint64_t guard = UINT64_C(1) << p.g.page_shift;
	if (-call->va <= call->bytes + guard)
		return &top_of_space;
	if (call_effect(call->kind) == CALL_CHANGES)
		return never_changed(&p, space, call);
	if (call_is_of_memory(call->kind))
		return never_hotplugged(&p, space, call);
	if (call_is_of_vmemmap(call->kind))
		return never_of_struct_pages(&p, call);
	if (call->kind == CALL_VREALLOC)
		return TREE_REALLOCS ? NULL : &no_vrealloc;
	if (call_applies(call->kind)) {
		const struct reason *why = never_applied(&p, call);
		if (why || call_effect(call->kind) == CALL_UNMAPS)
			return why;
	}
	if (call_effect(call->kind) == CALL_UNMAPS && unmaps_part_of_blocks(&p, call))
		return &part_of_blocks;
	if (call_effect(call->kind) == CALL_COPIES)
		return never_copied(&p, call);
	if (call->kind == CALL_VFREE)
		return never_freed(&p, space, call);
	if (call_maps(call->kind) && prot_is_user(call->prot))
		return &user_protection;
	if (call->kind == CALL_VMALLOC && !is_aligned_area(&p, space, call))
		return &misaligned_blocks;
	return NULL;
}
