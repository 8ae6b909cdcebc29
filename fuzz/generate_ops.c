// SPDX-License-Identifier: GPL-2.0-only
/* New ops. */
#include "fuzz/generate_ops.h"

#include "fuzz/edit.h"
#include "fuzz/mappers.h"
#include "fuzz/related.h"
#include "fuzz/sizes.h"
#include "fuzz/struct_pages.h"
#include "fuzz/weights.h"
#include "mapper/machine/assert.h"
#include "mapper/machine/min.h"

/* --- ops that map -------------------------------------------------------------- */

static void pick_faults(struct op *op, struct rng *rng)
{
	enum call_effect effect = call_effect(op->call.kind);
	bool changes = effect == CALL_CHANGES || effect == CALL_COPIES;
	if (rng_chance(rng, changes ? weights.fail_alloc_of_change : weights.fail_alloc))
		op->fail_alloc =
			1 + (uint32_t)rng_below(rng, 1 + rng_below(rng, GENERATE_MAX_FAULT));
	if (rng_chance(rng, weights.fail_trylock))
		op->fail_trylock =
			1 + (uint32_t)rng_below(rng, 1 + rng_below(rng, GENERATE_MAX_FAULT));
}

static uint8_t pick_shift(const struct scenario *s, struct rng *rng)
{
	switch (rng_below(rng, 5)) {
	case 0:
		return s->machine.page_shift;
	case 1:
	case 2:
		return (uint8_t)scenario_group_shift(&s->machine);
	default:
		return (uint8_t)scenario_level_shift(&s->machine, 2);
	}
}

/* A physical range like a run of pages. */
static void pick_range(const struct scenario *s, struct op *op, uint64_t va_page, struct rng *rng,
		       uint64_t max_pages)
{
	struct sizes sizes = sizes_of(&s->machine);
	uint64_t pages = min(pick_length(&sizes, rng), max_pages);
	op->call.pfn = pick_pfn(&sizes, rng, pages, va_page, sizes.block);
	op->call.bytes = pages << sizes.page_shift;
}

/* Pages of a level 1 block; or of a level 0 entry, which can be no block, where it is small. */
static uint64_t pick_upper(const struct scenario *s, const struct sizes *sizes, struct rng *rng)
{
	uint64_t upper = sizes->block << sizes->table_bits, top = upper << sizes->table_bits;
	bool deep = s->machine.table_bits && top < sizes->va_pages / 2;
	return deep && rng_chance(rng, weights.large_of_level_0) ? top : upper;
}

/* A physical range that a level 1 block may map, and most often does. */
static void pick_large_range(const struct scenario *s, struct op *op, uint64_t va_page,
			     struct rng *rng)
{
	struct sizes sizes = sizes_of(&s->machine);
	uint64_t upper = pick_upper(s, &sizes, rng);
	bool aligned = rng_chance(rng, weights.large_aligned);
	uint64_t misalignment = aligned ? 0 : rng_below(rng, sizes.block);
	uint64_t pages = upper + misalignment;
	if (rng_chance(rng, weights.large_tail))
		pages += rng_below(rng, sizes.block * 2);
	if (va_page + upper < sizes.va_pages)
		op->call.va = scenario_va_of_page(s, (va_page | (upper - 1)) + 1 - misalignment);
	op->call.pfn = upper * (1 + rng_below(rng, 8));
	if (rng_chance(rng, weights.large_same_misalignment))
		op->call.pfn -= misalignment;
	op->call.bytes = pages << sizes.page_shift;
}

enum prot pick_prot(struct rng *rng)
{
	return (enum prot)rng_below(rng, mapper_tested()->tree ? PROT_USER : PROT_COUNT);
}

void generate_mapping(struct scenario *s, struct rng *rng, enum call_kind kind, uint64_t va_page,
		      uint64_t max_pages)
{
	const struct call_traits *traits = call_traits(kind);
	struct op op = scenario_new_op(s, kind);
	op.call.va = scenario_va_of_page(s, va_page);
	if (call_has_field(kind, FIELD_PROT) && !rng_chance(rng, weights.usual_prot))
		op.call.prot = pick_prot(rng);
	pick_faults(&op, rng);
	unsigned small_range = s->machine.table_bits ? weights.small_scaled : weights.small_range;
	bool small = s->machine.page_shift != 12 || rng_chance(rng, small_range);
	if (!traits->has_pages && small)
		pick_range(s, &op, va_page, rng, max_pages);
	else if (!traits->has_pages)
		pick_large_range(s, &op, va_page, rng);
	if (call_has_field(kind, FIELD_FLAGS) && rng_chance(rng, weights.huge))
		op.call.flags = MAP_FLAG_HUGE;
	if (call_has_field(kind, FIELD_SHIFT) && op.call.flags)
		op.call.shift = pick_shift(s, rng);
	if (edit_insert_op(s, s->ops, &op) && traits->has_pages)
		generate_runs(s, s->ops - 1, rng, max_pages);
}

/* --- ops about other ops --------------------------------------------------------- */

/* What takes an op's area away: all of it where that is the only way, or a part. */
void generate_unmap(struct scenario *s, uint32_t at, uint32_t about, struct rng *rng)
{
	enum call_kind about_kind = s->op[about].call.kind;
	enum call_kind kind = call_maps(about_kind) ? call_traits(about_kind)->undo : CALL_VUNMAP;
	struct page_range range = { scenario_va_page(s, about), scenario_op_pages(s, about) };
	bool applied = about_kind == CALL_APPLY_TO_PAGE_RANGE;
	if (about_kind == CALL_VMALLOC && rng_chance(rng, weights.vfree))
		kind = CALL_VFREE;
	if (kind == CALL_VUNMAP &&
	    rng_chance(rng, applied ? weights.cleared : weights.cleared_else))
		kind = CALL_APPLY_TO_EXISTING_PAGE_RANGE;
	if (!call_traits(kind)->whole && rng_chance(rng, weights.unmap_part))
		range = related_range(s, about, rng);
	struct op op = scenario_new_op(s, kind);
	op.call.va = scenario_va_of_page(s, range.page);
	op.call.bytes = range.pages << s->machine.page_shift;
	op.call.reset = kind == CALL_VFREE && rng_chance(rng, weights.reset);
	op.call.half = kind == CALL_VMEMMAP_FREE ? s->op[about].call.half : HALF_NONE;
	edit_insert_op(s, at, &op);
}

uint64_t pick_kept(uint64_t pages, struct rng *rng)
{
	if (rng_chance(rng, weights.grown))
		return pages + 1 + rng_below(rng, pages);
	if (pages > 1 && rng_chance(rng, weights.cut_by_one))
		return pages - 1;
	return 1 + rng_below(rng, pages);
}

void generate_vrealloc(struct scenario *s, uint32_t at, uint32_t about, struct rng *rng)
{
	struct op op = scenario_new_op(s, CALL_VREALLOC);
	uint64_t pages = scenario_op_pages(s, about);
	op.call.va = s->op[about].call.va;
	op.call.bytes = pages << s->machine.page_shift;
	op.call.kept = pick_kept(pages, rng) << s->machine.page_shift;
	op.call.reset = rng_chance(rng, weights.reset_kept);
	edit_insert_op(s, at, &op);
}

/* One whole contiguous group of blocks of a part of the linear map; false if it has none. */
static bool pick_block_group(const struct scenario *s, uint32_t about, struct rng *rng,
			     struct page_range *range)
{
	struct sizes sizes = sizes_of(&s->machine);
	uint64_t group = sizes.block * sizes.block_group, page = scenario_va_page(s, about);
	uint64_t first = (page + group - 1) / group;
	uint64_t end = (page + scenario_op_pages(s, about)) / group;
	if (first >= end)
		return false;
	*range = (struct page_range){ (first + rng_below(rng, end - first)) * group, group };
	return true;
}

void generate_set_memory(struct scenario *s, uint32_t at, uint32_t about, struct rng *rng)
{
	static const enum memory_change of_linear_map[] = { MEMORY_INVALID, MEMORY_VALID };
	static const enum memory_change splits[] = { MEMORY_SPLIT, MEMORY_SPLIT_PAGES };
	static const enum memory_change of_area[] = { MEMORY_RO, MEMORY_RW, MEMORY_NX, MEMORY_X,
						      MEMORY_ROX };
	bool linear = call_lays(s->op[about].call.kind);
	struct page_range range = related_range(s, about, rng);
	if (linear && rng_chance(rng, weights.whole_block_group))
		pick_block_group(s, about, rng, &range);
	struct op op = scenario_new_op(s, CALL_SET_MEMORY);
	op.call.va = scenario_va_of_page(s, range.page);
	op.call.bytes = range.pages << s->machine.page_shift;
	op.call.change = linear ? of_linear_map[rng_below(rng, 2)] : of_area[rng_below(rng, 5)];
	if (linear && rng_chance(rng, weights.split))
		op.call.change = splits[rng_below(rng, 2)];
	pick_faults(&op, rng);
	edit_insert_op(s, at, &op);
}

void generate_set_direct_map(struct scenario *s, uint32_t at, uint32_t about, struct rng *rng)
{
	struct page_range range = related_range(s, about, rng);
	struct op op = scenario_new_op(s, CALL_SET_DIRECT_MAP);
	op.call.va = scenario_va_of_page(s, range.page);
	op.call.bytes = min(range.pages, SCENARIO_MAX_DIRECT_PAGES) << s->machine.page_shift;
	op.call.direct_map = (enum direct_map)rng_below(rng, DIRECT_MAP_STATES);
	pick_faults(&op, rng);
	edit_insert_op(s, at, &op);
}

/* What is copied of the linear map: all of it, as the kernel's callers do, or what is near a part. */
static struct page_range pick_copied(const struct scenario *s, uint32_t about, struct rng *rng)
{
	struct sizes sizes = sizes_of(&s->machine);
	struct page_range range = related_range(s, about, rng);
	uint64_t all = linear_map_pages(&sizes), unit = sizes.block << sizes.table_bits;
	if (rng_chance(rng, weights.copied_all))
		return (struct page_range){ 0, all };
	if (!rng_chance(rng, weights.copied_around))
		return range;
	uint64_t first = range.page / unit * unit;
	uint64_t end = (range.page + range.pages + unit - 1) / unit * unit;
	return (struct page_range){ first, min(end, all) - first };
}

void generate_trans_pgd(struct scenario *s, uint32_t at, uint32_t about, struct rng *rng)
{
	struct page_range range = pick_copied(s, about, rng);
	struct op op = scenario_new_op(s, CALL_TRANS_PGD);
	op.call.va = scenario_va_of_page(s, range.page);
	op.call.bytes = range.pages << s->machine.page_shift;
	pick_faults(&op, rng);
	edit_insert_op(s, at, &op);
}

/* Whether a range of physical memory ends where the linear map does, at most. */
static bool is_in_linear_map(const struct scenario *s, struct page_range range)
{
	struct sizes sizes = sizes_of(&s->machine);
	uint64_t end = linear_map_pages(&sizes);
	return range.page < end && range.pages <= end - range.page;
}

void generate_hotplug(struct scenario *s, uint32_t at, uint32_t about, struct rng *rng)
{
	bool adds = s->op[about].call.kind == CALL_REMOVE_MEMORY;
	struct page_range range = { scenario_va_page(s, about), scenario_op_pages(s, about) };
	if (!rng_chance(rng, weights.whole_again))
		range = related_range(s, about, rng);
	if (!is_in_linear_map(s, range))
		return;
	struct op op = scenario_new_op(s, adds ? CALL_ADD_MEMORY : CALL_REMOVE_MEMORY);
	op.call.pfn = range.page;
	op.call.bytes = range.pages << s->machine.page_shift;
	if (adds && rng_chance(rng, weights.linear_by_pages))
		op.call.leaf = LEAF_PAGE;
	if (adds)
		pick_faults(&op, rng);
	scenario_place_op(s, &op);
	edit_insert_op(s, at, &op);
}

void generate_change(struct scenario *s, uint32_t at, uint32_t about, struct rng *rng)
{
	enum call_kind kind = s->op[about].call.kind;
	bool lays = call_lays(kind);
	if (call_is_of_vmemmap(kind))
		generate_struct_pages(s, at, rng);
	else if (kind == CALL_REMOVE_MEMORY || (lays && rng_chance(rng, weights.hotplug)))
		generate_hotplug(s, at, about, rng);
	else if (lays && rng_chance(rng, weights.copied))
		generate_trans_pgd(s, at, about, rng);
	else if (lays && rng_chance(rng, weights.direct_map))
		generate_set_direct_map(s, at, about, rng);
	else if (s->op[about].call.kind == CALL_VMALLOC && rng_chance(rng, weights.vrealloc))
		generate_vrealloc(s, at, about, rng);
	else
		generate_set_memory(s, at, about, rng);
}

void generate_preset_at(struct scenario *s, uint32_t at, uint64_t page, struct rng *rng)
{
	struct sizes sizes = sizes_of(&s->machine);
	struct op op = scenario_new_op(s, CALL_PRESET);
	struct call *call = &op.call;
	if (rng_chance(rng, weights.preset_table)) {
		call->table = true;
		call->level = rng_chance(rng, weights.preset_table_at_2) ? 2 : 1;
	} else if (rng_chance(rng, page & (sizes.block - 1) ? weights.preset_block
							    : weights.preset_aligned_block)) {
		bool at_2 = rng_chance(rng, weights.preset_block_at_2);
		call->level = at_2 || sizes.page_shift != 12 ? 2 : 1;
	}
	unsigned above = call->table ? 0 : OP_LAST_LEVEL - (unsigned)call->level;
	uint64_t leaf = UINT64_C(1) << above * sizes.table_bits;
	page &= ~(leaf - 1);
	call->va = scenario_va_of_page(s, page);
	call->pfn = call->table ? 0 : pick_pfn(&sizes, rng, leaf, page, 0) & ~(leaf - 1);
	edit_insert_op(s, at, &op);
}

void generate_preset(struct scenario *s, uint32_t at, uint32_t about, struct rng *rng)
{
	struct sizes sizes = sizes_of(&s->machine);
	uint64_t within = rng_chance(rng, weights.preset_in_group) ? sizes.group : sizes.block;
	generate_preset_at(s, at, scenario_va_page(s, about) + rng_below(rng, within), rng);
}

enum memory_change reverse_change(enum memory_change change)
{
	static const enum memory_change reverse[MEMORY_CHANGES] = {
		[MEMORY_RO] = MEMORY_RW,         [MEMORY_RW] = MEMORY_RO,
		[MEMORY_NX] = MEMORY_X,          [MEMORY_X] = MEMORY_NX,
		[MEMORY_INVALID] = MEMORY_VALID, [MEMORY_VALID] = MEMORY_INVALID,
		[MEMORY_SPLIT] = MEMORY_INVALID, [MEMORY_SPLIT_PAGES] = MEMORY_INVALID,
		[MEMORY_ROX] = MEMORY_RW,
	};
	return reverse[change];
}

enum direct_map reverse_direct_map(enum direct_map state)
{
	return state == DIRECT_MAP_INVALID ? DIRECT_MAP_DEFAULT : DIRECT_MAP_INVALID;
}
