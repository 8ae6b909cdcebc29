// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/mmu/guest/calls.h"

#include <string.h>

#include "mapper/machine/min.h"
#include "mapper/mapper.h"
#include "oracle/arm64/translate.h"

#define MAX_PAGES 32768 /* of a call: all of the window for blocks */
#define MAX_AREAS 32

static const struct layout *layout;
static struct machine *machine;
static struct policy policy;

static struct vm_area area[MAX_AREAS];
static uint64_t area_page[MAX_AREAS][MAX_PAGES];
static unsigned areas;

void calls_open(const struct layout *of, struct machine *m)
{
	layout = of;
	machine = m;
	policy = policy_default(POLICY_V9);
	areas = 0;
}

static const char *make_call(const struct call *call)
{
	struct address_space space = {
		.machine = machine, .policy = &policy, .area = area, .areas = areas
	};
	struct outcome out = { 0 };
	batched_mapper.call[call->kind](&space, call, &out);
	return call_traits(call->kind)->name;
}

/* --- the linear map ------------------------------------------------------------------------------ */

static table_t new_table_at(table_t table, uint32_t index)
{
	table_t child = machine_alloc_table(machine);
	uint64_t pa = machine_table_pfn(machine, child) << layout->page;
	machine_store(machine, table, index, 1, pa | ARM64_TYPE | ARM64_VALID, 0);
	return child;
}

const char *calls_lay_linear(void)
{
	const struct arm64_geometry *g = &layout->g;
	const struct arm64_attributes kernel = {
		.memory = 0xff, .el1_write = true, .global = true, .accessed = true
	};
	int level = layout->page == 12 ? 1 : 2;
	uint32_t leaves = (uint32_t)(layout->linear_bytes >> arm64_leaf_bits(g, level));
	uint64_t leaf = layout->linear_pa | arm64_leaf_bits_of(g, level, &kernel);
	table_t table = MACHINE_ROOT;
	for (int above = g->start_level; above < level; above++)
		table = new_table_at(table, arm64_table_index(g, above, layout->linear));
	if (leaves > 1)
		leaf |= ARM64_CONTIGUOUS;
	machine_store(machine, table, arm64_table_index(g, level, layout->linear), leaves, leaf,
		      UINT64_C(1) << arm64_leaf_bits(g, level));
	machine_barrier(machine, BARRIER_DSB_ISHST);
	machine_barrier(machine, BARRIER_ISB);
	/* The mapper's own tables and barriers, before anything is unmapped. */
	return make_call(&(struct call){ .kind = CALL_IOREMAP,
					 .va = layout->edge - (UINT64_C(1) << layout->group),
					 .bytes = UINT64_C(2) << layout->group,
					 .pfn = layout->pool_pfn,
					 .prot = PROT_KERNEL });
}

/* --- ranges ---------------------------------------------------------------------------------------- */

struct range {
	uint64_t va, bytes;
};

/* A part of a window that begins and ends at multiples of `unit`, log2 bytes. */
static struct range part_of(uint64_t va, uint64_t bytes, unsigned unit)
{
	uint64_t units = bytes >> unit, first = below(units);
	uint64_t most = chance(50) ? units - first : 1 + below(16);
	uint64_t count = 1 + below(most < units - first ? most : units - first);
	return (struct range){ va + (first << unit), count << unit };
}

/* Log2 bytes of a page, a group or a block. */
static unsigned pick_unit(unsigned largest)
{
	const unsigned unit[] = { layout->page, layout->group, layout->block };
	unsigned picked = unit[below(3)];
	return picked > largest ? layout->group : picked;
}

/* Of the pages at the edge, or, less often, of the window for blocks. */
static struct range pick_range(void)
{
	uint64_t half = (uint64_t)LAYOUT_EDGE << layout->page;
	if (chance(60))
		return part_of(layout->edge - half, 2 * half,
			       pick_unit(half >> layout->block ? layout->block : layout->group));
	return part_of(layout->blocks, (uint64_t)LAYOUT_BLOCKS << layout->block,
		       pick_unit(layout->block));
}

static bool is_free(uint64_t va)
{
	return !arm64_translate(&layout->g, machine, va).desc;
}

/* Cuts the range short where something is mapped. False when nothing is left. */
static bool cut_to_free(struct range *range)
{
	uint64_t bytes = 0;
	while (bytes < range->bytes && is_free(range->va + bytes))
		bytes += UINT64_C(1) << layout->page;
	range->bytes = bytes;
	return bytes;
}

/* --- pages ------------------------------------------------------------------------------------------- */

/* A run of memory that may be in groups and blocks where `va` may. */
static uint64_t pick_pfn(uint64_t va, uint64_t pages)
{
	uint64_t pfn = below(layout->pool_pages - pages + 1);
	unsigned shift = chance(50) ? layout->block : layout->group;
	uint64_t most = (UINT64_C(1) << (shift - layout->page)) - 1;
	if (chance(80))
		pfn = (pfn & ~most) | (va >> layout->page & most);
	if (pfn + pages > layout->pool_pages)
		pfn = 0;
	return layout->pool_pfn + pfn;
}

static void pick_pages(uint64_t *page, const struct range *range)
{
	uint64_t pages = range->bytes >> layout->page;
	for (uint64_t done = 0, run; done < pages; done += run) {
		run = chance(50) ? pages - done : 1 + below(600);
		if (run > pages - done)
			run = pages - done;
		uint64_t pfn = pick_pfn(range->va + (done << layout->page), run);
		for (uint64_t i = 0; i < run; i++)
			page[done + i] = pfn + i;
	}
}

/* --- calls --------------------------------------------------------------------------------------------- */

/* vmalloc() with blocks gets all of its memory in blocks of that size. */
static void ask_for_blocks(struct call *call, uint64_t *page)
{
	unsigned shift = chance(50) && call->bytes >> layout->block ? layout->block : layout->group;
	uint64_t most = (UINT64_C(1) << shift) - 1;
	if (call->va & most || call->bytes & most)
		return;
	uint64_t pages = call->bytes >> layout->page;
	uint64_t places = ((layout->pool_pages - pages) >> (shift - layout->page)) + 1;
	uint64_t pfn = layout->pool_pfn + (below(places) << (shift - layout->page));
	for (uint64_t i = 0; i < pages; i++)
		page[i] = pfn + i;
	call->shift = (uint8_t)shift;
	call->flags = MAP_FLAG_HUGE;
}

static const char *map_something(void)
{
	static const enum call_kind kinds[] = { CALL_IOREMAP, CALL_VMAP, CALL_VMALLOC };
	struct range range = pick_range();
	if (areas == MAX_AREAS || !cut_to_free(&range))
		return "nothing";
	uint64_t *page = area_page[areas];
	struct call call = {
		.kind = kinds[below(3)],
		.va = range.va,
		.bytes = range.bytes,
		.prot = chance(70) ? PROT_KERNEL : PROT_KERNEL_RO,
		.shift = (uint8_t)layout->page,
	};
	pick_pages(page, &range);
	if (call.kind == CALL_VMALLOC && chance(30))
		ask_for_blocks(&call, page);
	if (call_traits(call.kind)->has_pages)
		call.pages = (struct page_array){ page, range.bytes >> layout->page };
	else
		call.pfn = pick_pfn(range.va, range.bytes >> layout->page);
	const char *name = make_call(&call);
	if (call.kind == CALL_VMALLOC)
		area[areas++] = (struct vm_area){ .kind = AREA_ALLOC,
						  .va = call.va,
						  .bytes = call.bytes,
						  .flags = call.flags,
						  .pages = call.pages };
	return name;
}

/* Areas of which [va, va + bytes) takes something away. */
static void forget_areas(uint64_t va, uint64_t bytes)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < areas; i++) {
		if (area[i].va < va + bytes && va < area[i].va + area[i].bytes)
			continue;
		if (kept != i)
			memcpy(area_page[kept], area_page[i],
			       area[i].pages.count * sizeof(uint64_t));
		area[kept] = area[i];
		area[kept].pages.page = area_page[kept];
		kept++;
	}
	areas = kept;
}

static const char *unmap_something(void)
{
	struct range range = pick_range();
	uint64_t block = UINT64_C(1) << layout->block;
	if (chance(70)) /* a few pages, which cut what they lie in */
		range = part_of(range.va, min(range.bytes, UINT64_C(24) << layout->page),
				layout->page);
	/* What is cut goes as a whole: a block, at most. */
	forget_areas(range.va - block, range.bytes + 2 * block);
	return make_call(
		&(struct call){ .kind = CALL_VUNMAP, .va = range.va, .bytes = range.bytes });
}

static const char *change_something(void)
{
	static const enum memory_change changes[] = { MEMORY_RO, MEMORY_RW, MEMORY_NX, MEMORY_X };
	if (!areas)
		return "nothing";
	const struct vm_area *of = &area[below(areas)];
	/* Each page's alias is changed by itself, so few are. */
	uint64_t most = UINT64_C(64) << layout->page;
	uint64_t skipped = of->bytes > most ? below(of->bytes / most) * most : 0;
	struct range range =
		part_of(of->va + skipped, min(of->bytes - skipped, most), layout->page);
	return make_call(&(struct call){ .kind = CALL_SET_MEMORY,
					 .va = range.va,
					 .bytes = range.bytes,
					 .change = changes[below(4)] });
}

/* Any part of the group of blocks; or, to meet groups of pages there, a few where all is accessed. */
static struct range pick_linear(void)
{
	uint64_t block = UINT64_C(1) << layout->block;
	uint64_t near = (uint64_t)LAYOUT_NEAR << layout->page;
	if (chance(50))
		return part_of(layout->linear, UINT64_C(1) << layout->block_group,
			       pick_unit(layout->block));
	struct range range = part_of(layout->linear + block - near, 2 * near, layout->group);
	return chance(50) ? part_of(range.va, range.bytes, layout->page)
			  : (struct range){ range.va, UINT64_C(1) << layout->group };
}

static const char *change_linear(void)
{
	struct range range = pick_linear();
	return make_call(&(struct call){ .kind = CALL_SET_MEMORY,
					 .va = range.va,
					 .bytes = range.bytes,
					 .change = chance(50) ? MEMORY_INVALID : MEMORY_VALID });
}

const char *calls_make(void)
{
	uint64_t what = below(20);
	if (what < 7)
		return map_something();
	if (what < 13)
		return unmap_something();
	return what < 16 ? change_something() : change_linear();
}
