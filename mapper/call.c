// SPDX-License-Identifier: GPL-2.0-only
#include "mapper/call.h"

/* The one table of calls. Wire numbers are for ever: a removed call's is not given to another. */
const struct call_traits call_rows[CALL_KINDS] = {
	[CALL_VMAP] = {
		.name = "vmap",
		.function = "vmap()",
		.wire = 0,
		.effect = CALL_MAPS,
		.meets = true,
		.area = AREA_MAP,
		.has_pages = true,
		.c_map = "vmap(pages, count, VM_MAP, PAGE_KERNEL)",
		.c_unmap = "vunmap(va)",
		.undo = CALL_VUNMAP,
		.example = "vmap va=0xffff800080000000 pages=0x10+3,null,bad,0x40 prot=kernel-ro flags=huge",
		.fields = { FIELD_VA, FIELD_PAGES, FIELD_PROT, FIELD_FLAGS },
	},
	[CALL_VMALLOC] = {
		.name = "vmalloc",
		.function = "vmalloc(), vmalloc_huge()",
		.wire = 1,
		.effect = CALL_MAPS,
		.meets = true,
		.area = AREA_ALLOC,
		.has_pages = true,
		.undo = CALL_VUNMAP,
		.example = "vmalloc va=0xffff800090000000 pages=0x200+512 shift=21 prot=device flags=huge",
		.fields = { FIELD_VA, FIELD_PAGES, FIELD_SHIFT, FIELD_PROT, FIELD_FLAGS },
	},
	[CALL_IOREMAP] = {
		.name = "ioremap",
		.function = "ioremap_page_range()",
		.wire = 2,
		.effect = CALL_MAPS,
		.meets = true,
		.area = AREA_IOREMAP,
		.undo = CALL_VUNMAP,
		.example = "ioremap va=0xffff8000a0000000 pa=0x9000000 size=0x3000 prot=device",
		.fields = { FIELD_VA, FIELD_PA, FIELD_SIZE, FIELD_PROT },
	},
	[CALL_VM_MAP_RAM] = {
		.name = "vm_map_ram",
		.function = "vm_map_ram(), once it has an address",
		.wire = 7,
		.effect = CALL_MAPS,
		.meets = true,
		.area = AREA_RAM,
		.has_pages = true,
		.c_map = "vm_map_ram(pages, count, NUMA_NO_NODE)",
		.c_unmap = "vm_unmap_ram(va, count)",
		.undo = CALL_VM_UNMAP_RAM,
		.example = "vm_map_ram va=0xffff8000d0000000 pages=0x800+3,null",
		.fields = { FIELD_VA, FIELD_PAGES },
	},
	[CALL_VMAP_PFN] = {
		.name = "vmap_pfn",
		.function = "vmap_pfn()",
		.wire = 12,
		.effect = CALL_MAPS,
		.meets = true,
		.area = AREA_IOREMAP,
		.has_pages = true,
		.undo = CALL_VUNMAP,
		.example = "vmap_pfn va=0xffff8000e0000000 pages=0x80000+3,bad prot=normal-nc",
		.fields = { FIELD_VA, FIELD_PAGES, FIELD_PROT },
	},
	[CALL_APPLY_TO_PAGE_RANGE] = {
		.name = "apply_to_page_range",
		.function = "apply_to_page_range()",
		.wire = 13,
		.effect = CALL_MAPS,
		.meets = true,
		.area = AREA_RAM,
		.has_pages = true,
		.undo = CALL_VUNMAP,
		.example = "apply_to_page_range va=0xffff8000f0000000 pages=0x900+3,0xa00",
		.fields = { FIELD_VA, FIELD_PAGES },
	},
	[CALL_APPLY_TO_EXISTING_PAGE_RANGE] = {
		.name = "apply_to_existing_page_range",
		.function = "apply_to_existing_page_range()",
		.wire = 14,
		.effect = CALL_UNMAPS,
		.meets = true,
		.example = "apply_to_existing_page_range va=0xffff8000f0001000 size=0x2000",
		.fields = { FIELD_VA, FIELD_SIZE },
	},
	[CALL_VUNMAP] = {
		.name = "vunmap",
		.function = "vunmap_range()",
		.wire = 3,
		.effect = CALL_UNMAPS,
		.meets = true,
		.example = "vunmap va=0xffff800080001000 size=0x2000",
		.fields = { FIELD_VA, FIELD_SIZE },
	},
	[CALL_VM_UNMAP_RAM] = {
		.name = "vm_unmap_ram",
		.function = "vm_unmap_ram()",
		.wire = 8,
		.effect = CALL_UNMAPS,
		.meets = true,
		.whole = true,
		.lazy = true,
		.example = "vm_unmap_ram va=0xffff8000d0000000 pages=4",
		.fields = { FIELD_VA, FIELD_COUNT },
	},
	[CALL_VFREE] = {
		.name = "vfree",
		.function = "vfree()",
		.wire = 10,
		.effect = CALL_UNMAPS,
		.meets = true,
		.whole = true,
		.lazy = true,
		.example = "vfree va=0xffff800090000000 pages=512 reset",
		.fields = { FIELD_VA, FIELD_COUNT, FIELD_RESET },
	},
	[CALL_VREALLOC] = {
		.name = "vrealloc",
		.function = "vrealloc()",
		.wire = 11,
		.effect = CALL_UNMAPS,
		.whole = true,
		.example = "vrealloc va=0xffff800090000000 pages=512 keep=300 reset",
		.fields = { FIELD_VA, FIELD_COUNT, FIELD_KEEP, FIELD_RESET },
	},
	[CALL_SET_MEMORY] = {
		.name = "set_memory",
		.function = "set_memory_ro() and the like",
		.wire = 4,
		.effect = CALL_CHANGES,
		.meets = true,
		.example = "set_memory va=0xffff000000201000 pages=3 op=invalid",
		.fields = { FIELD_VA, FIELD_COUNT, FIELD_CHANGE },
	},
	[CALL_SET_DIRECT_MAP] = {
		.name = "set_direct_map",
		.function = "set_direct_map_invalid_noflush() and the like",
		.wire = 9,
		.effect = CALL_CHANGES,
		.meets = true,
		.noflush = true,
		.example = "set_direct_map va=0xffff000000202000 pages=2 op=default",
		.fields = { FIELD_VA, FIELD_COUNT, FIELD_DIRECT_MAP },
	},
	[CALL_TRANS_PGD] = {
		.name = "trans_pgd",
		.function = "trans_pgd_create_copy()",
		.wire = 31,
		.effect = CALL_COPIES,
		.example = "trans_pgd va=0xffff000000000000 size=0x40000000",
		.fields = { FIELD_VA, FIELD_SIZE },
	},
	[CALL_ADD_MEMORY] = {
		.name = "add_memory",
		.function = "arch_add_memory()",
		.wire = 21,
		.effect = CALL_ADDS,
		.example = "add_memory pa=0x8000000 size=0x400000 leaf=page",
		.fields = { FIELD_PA, FIELD_SIZE, FIELD_LEAF },
	},
	[CALL_REMOVE_MEMORY] = {
		.name = "remove_memory",
		.function = "arch_remove_memory()",
		.wire = 22,
		.effect = CALL_REMOVES,
		.example = "remove_memory pa=0x8000000 size=0x200000",
		.fields = { FIELD_PA, FIELD_SIZE },
	},
	[CALL_VMEMMAP_POPULATE] = {
		.name = "vmemmap_populate",
		.function = "vmemmap_populate()",
		.wire = 15,
		.effect = CALL_MAPS,
		.area = AREA_VMEMMAP,
		.undo = CALL_VMEMMAP_FREE,
		.example = "vmemmap_populate va=0xffffc00000000000 pa=0x40000000 size=0x8000 half=last",
		.fields = { FIELD_VA, FIELD_PA, FIELD_SIZE, FIELD_HALF },
	},
	[CALL_VMEMMAP_FREE] = {
		.name = "vmemmap_free",
		.function = "vmemmap_free()",
		.wire = 16,
		.effect = CALL_REMOVES,
		.example = "vmemmap_free va=0xffffc00000000000 size=0x8000 half=last",
		.fields = { FIELD_VA, FIELD_SIZE, FIELD_HALF },
	},
	[CALL_PRESET] = {
		.name = "preset",
		.function = "none",
		.wire = 5,
		.effect = CALL_SETS_UP,
		.example = "preset va=0xffff8000b0000000 level=2 pfn=0x400",
		.fields = { FIELD_VA, FIELD_LEVEL, FIELD_TABLE, FIELD_PFN },
	},
	[CALL_LINEAR] = {
		.name = "linear",
		.function = "none",
		.wire = 6,
		.effect = CALL_SETS_UP,
		.example = "linear pa=0x200000 size=0x400000 leaf=page",
		.fields = { FIELD_PA, FIELD_SIZE, FIELD_LEAF },
	},
};

enum call_kind call_by_wire(uint64_t wire)
{
	enum call_kind kind = 0;
	while (kind < CALL_KINDS && call_rows[kind].wire != wire)
		kind++;
	return kind;
}

bool call_undoes(enum call_kind undo, enum call_kind maps)
{
	const struct call_traits *traits = call_traits(maps);
	bool of_vfree = traits->area == AREA_MAP || traits->area == AREA_ALLOC;
	if (traits->effect != CALL_MAPS)
		return false;
	if (undo == CALL_VREALLOC)
		return traits->area == AREA_ALLOC;
	return traits->undo == undo || (undo == CALL_VFREE && of_vfree);
}

bool page_array_in_blocks(struct page_array pages, uint64_t block)
{
	ASSERT_CMP(block, >, 0);
	for (size_t i = 0; i < pages.count; i++) {
		uint64_t first = pages.page[i / block * block];
		if (!PAGE_IS_PFN(first) || pages.page[i] - first != i % block)
			return false;
	}
	return true;
}
