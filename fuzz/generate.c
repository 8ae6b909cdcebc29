// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/generate.h"

#include "fuzz/edit.h"
#include "fuzz/mappers.h"
#include "fuzz/profile.h"
#include "fuzz/sizes.h"
#include "mapper/machine/assert.h"
#include "mapper/machine/min.h"

static uint64_t va_page_of(const struct scenario *s, uint32_t op)
{
	return (s->op[op].call.va - scenario_va_base(s)) >> s->machine.page_shift;
}

static uint64_t va_of_page(const struct scenario *s, uint64_t page)
{
	return scenario_va_base(s) + (page << s->machine.page_shift);
}

static uint64_t pages_of_op(const struct scenario *s, uint32_t op)
{
	return op_bytes(s, &s->op[op]) >> s->machine.page_shift;
}

/* --- page arrays ------------------------------------------------------------- */

static bool add_run(struct scenario *s, uint32_t op, struct page_run run)
{
	return edit_splice_runs(s, op, s->op[op].runs, 0, &run, 1);
}

/* Where the next run of an array comes to stand, and what came before it. */
struct array_state {
	uint64_t va_page, after, left;
	uint64_t pages; /* of the run before */
};

static void add_run_after(struct scenario *s, uint32_t op, const struct sizes *sizes,
			  struct rng *rng, struct array_state *a)
{
	if (rng_chance(rng, weights.bad_page)) {
		bool hole = rng_chance(rng, weights.hole);
		add_run(s, op, (struct page_run){ hole ? PAGE_HOLE : PAGE_BAD, 1 });
		a->pages = 1;
	} else {
		/* Neighbours of one length are what blocks of one order look like. */
		uint64_t pages = a->pages && rng_chance(rng, weights.same_length)
					 ? a->pages
					 : pick_length(sizes, rng);
		a->pages = min(pages, a->left);
		uint64_t pfn = pick_pfn(sizes, rng, a->pages, a->va_page, a->after);
		add_run(s, op, (struct page_run){ pfn, (uint32_t)a->pages });
		a->after = pfn + a->pages;
	}
	a->va_page += a->pages;
	a->left -= a->pages;
}

static void add_any_runs(struct scenario *s, uint32_t op, struct rng *rng, uint64_t max_pages)
{
	struct sizes sizes = sizes_of(&s->machine);
	struct array_state a = {
		.va_page = va_page_of(s, op),
		.after = sizes.block,
		.left = max_pages,
	};
	bool few = rng_chance(rng, weights.few_runs);
	uint64_t runs = 1 + rng_below(rng, few ? weights.max_few_runs : weights.max_runs);
	for (uint64_t i = 0; i < runs && a.left; i++)
		add_run_after(s, op, &sizes, rng, &a);
}

/* What an allocator gives that was asked for blocks of `block` pages, and for a tail. */
static void add_blocks(struct scenario *s, uint32_t op, struct rng *rng, uint64_t block,
		       uint64_t max_pages)
{
	struct sizes sizes = sizes_of(&s->machine);
	uint64_t blocks = 1 + rng_below(rng, weights.max_blocks), va_page = va_page_of(s, op),
		 left = max_pages;
	for (uint64_t i = 0; i < blocks && left; i++) {
		uint64_t pages = min(block, left);
		uint64_t pfn = pick_pfn(&sizes, rng, pages, va_page, sizes.block);
		/* Most are aligned to their size, as an allocator's are. */
		if (rng_chance(rng, weights.aligned_block) &&
		    (pfn & ~(block - 1)) + pages < sizes.pfn_limit)
			pfn &= ~(block - 1);
		if (i + 1 == blocks && rng_chance(rng, weights.short_tail))
			pages = 1 + rng_below(rng, pages);
		add_run(s, op, (struct page_run){ pfn, (uint32_t)pages });
		va_page += pages;
		left -= pages;
	}
}

/* The part of physical memory that the scenario's linear map has; 0 pages if none. */
static uint64_t linear_range(const struct scenario *s, uint64_t *first)
{
	for (uint32_t i = 0; i < s->ops; i++) {
		if (s->op[i].call.kind == CALL_LINEAR) {
			*first = s->op[i].call.pfn;
			return s->op[i].call.bytes >> s->machine.page_shift;
		}
	}
	return 0;
}

/* Moves most runs of an op into the linear map, so that they have an alias there. */
static void give_aliases(struct scenario *s, uint32_t op, struct rng *rng)
{
	uint64_t first, pages = linear_range(s, &first);
	for (uint32_t i = 0; i < s->op[op].runs && pages; i++) {
		struct page_run *run = &s->run[s->op[op].first_run + i];
		if (run_is_bad(run))
			continue;
		if (run->pages <= pages && rng_chance(rng, weights.has_alias))
			run->pfn = first + rng_below(rng, pages - run->pages + 1);
		else if (rng_chance(rng, weights.alias_in_area))
			run->pfn = va_page_of(s, op) + rng_below(rng, UINT64_C(2) * run->pages);
	}
}

void generate_runs(struct scenario *s, uint32_t op, struct rng *rng, uint64_t max_pages)
{
	ASSERT(call_traits(s->op[op].call.kind)->has_pages);
	ASSERT(max_pages);
	uint64_t block = 1;
	bool in_blocks = call_has_field(s->op[op].call.kind, FIELD_SHIFT);
	if (in_blocks)
		block = UINT64_C(1) << (s->op[op].call.shift - s->machine.page_shift);
	edit_splice_runs(s, op, 0, s->op[op].runs, NULL, 0);
	if (block > 1 && rng_chance(rng, weights.in_blocks))
		add_blocks(s, op, rng, block, max_pages);
	else
		add_any_runs(s, op, rng, max_pages);
	if (in_blocks && block == 1)
		give_aliases(s, op, rng);
}

/* --- ops that map -------------------------------------------------------------- */

static void pick_faults(struct op *op, struct rng *rng)
{
	bool changes = call_traits(op->call.kind)->effect == CALL_CHANGES;
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

/* A physical range that a level 1 block may map, and most often does. */
static void pick_large_range(const struct scenario *s, struct op *op, uint64_t va_page,
			     struct rng *rng)
{
	struct sizes sizes = sizes_of(&s->machine);
	uint64_t upper = sizes.block << sizes.table_bits;
	bool aligned = rng_chance(rng, weights.large_aligned);
	uint64_t misalignment = aligned ? 0 : rng_below(rng, sizes.block);
	uint64_t pages = upper + misalignment;
	if (rng_chance(rng, weights.large_tail))
		pages += rng_below(rng, sizes.block * 2);
	if (va_page + upper < sizes.va_pages)
		op->call.va = va_of_page(s, (va_page | (upper - 1)) + 1 - misalignment);
	op->call.pfn = upper * (1 + rng_below(rng, 8));
	if (rng_chance(rng, weights.large_same_misalignment))
		op->call.pfn -= misalignment;
	op->call.bytes = pages << sizes.page_shift;
}

static void add_mapping(struct scenario *s, struct rng *rng, enum call_kind kind, uint64_t va_page,
			uint64_t max_pages)
{
	const struct call_traits *traits = call_traits(kind);
	struct op op = scenario_new_op(s, kind);
	op.call.va = va_of_page(s, va_page);
	if (call_has_field(kind, FIELD_PROT) && !rng_chance(rng, weights.usual_prot))
		op.call.prot = (enum prot)rng_below(rng, PROT_COUNT);
	pick_faults(&op, rng);
	bool small = s->machine.page_shift != 12 || rng_chance(rng, weights.small_range);
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

/* A part of the pages of an op: all, or from or to somewhere inside, or a little beyond. */
static void pick_part(const struct scenario *s, uint32_t about, struct rng *rng, uint64_t *page,
		      uint64_t *pages)
{
	struct sizes sizes = sizes_of(&s->machine);
	uint64_t first = va_page_of(s, about), all = pages_of_op(s, about) | !pages_of_op(s, about);
	uint64_t from = 0, to = all;
	if (rng_chance(rng, weights.from_inside))
		from = rng_below(rng, all);
	else if (rng_chance(rng, weights.from_near))
		from = (uint64_t)pick_misalignment(&sizes, rng);
	if (rng_chance(rng, weights.to_inside))
		to = 1 + rng_below(rng, all);
	else if (rng_chance(rng, weights.to_near))
		to = all + (uint64_t)pick_misalignment(&sizes, rng);
	if ((int64_t)to <= (int64_t)from)
		to = from + 1;
	*page = first + from;
	*pages = to - from;
}

/* What takes an op's area away: all of it where that is the only way, or a part. */
void generate_unmap(struct scenario *s, uint32_t at, uint32_t about, struct rng *rng)
{
	enum call_kind about_kind = s->op[about].call.kind;
	enum call_kind kind = call_maps(about_kind) ? call_traits(about_kind)->undo : CALL_VUNMAP;
	uint64_t page = va_page_of(s, about), pages = pages_of_op(s, about);
	if (!call_traits(kind)->lazy && rng_chance(rng, weights.unmap_part))
		pick_part(s, about, rng, &page, &pages);
	struct op op = scenario_new_op(s, kind);
	op.call.va = va_of_page(s, page);
	op.call.bytes = pages << s->machine.page_shift;
	edit_insert_op(s, at, &op);
}

void generate_set_memory(struct scenario *s, uint32_t at, uint32_t about, struct rng *rng)
{
	static const enum memory_change of_linear_map[] = { MEMORY_INVALID, MEMORY_VALID };
	static const enum memory_change of_area[] = { MEMORY_RO, MEMORY_RW, MEMORY_NX, MEMORY_X };
	uint64_t page, pages;
	bool linear = s->op[about].call.kind == CALL_LINEAR;
	pick_part(s, about, rng, &page, &pages);
	struct op op = scenario_new_op(s, CALL_SET_MEMORY);
	op.call.va = va_of_page(s, page);
	op.call.bytes = pages << s->machine.page_shift;
	op.call.change = linear ? of_linear_map[rng_below(rng, 2)] : of_area[rng_below(rng, 4)];
	pick_faults(&op, rng);
	edit_insert_op(s, at, &op);
}

void generate_preset(struct scenario *s, uint32_t at, uint32_t about, struct rng *rng)
{
	struct sizes sizes = sizes_of(&s->machine);
	uint64_t within = rng_chance(rng, weights.preset_in_group) ? sizes.group : sizes.block;
	uint64_t page = va_page_of(s, about) + rng_below(rng, within);
	struct op op = scenario_new_op(s, CALL_PRESET);
	struct call *call = &op.call;
	if (rng_chance(rng, weights.preset_table)) {
		call->table = true;
		call->level = rng_chance(rng, weights.preset_table_at_2) ? 2 : 1;
	} else if (rng_chance(rng, weights.preset_block)) {
		bool at_2 = rng_chance(rng, weights.preset_block_at_2);
		call->level = at_2 || sizes.page_shift != 12 ? 2 : 1;
	}
	unsigned above = call->table ? 0 : OP_LAST_LEVEL - (unsigned)call->level;
	uint64_t leaf = UINT64_C(1) << above * sizes.table_bits;
	page &= ~(leaf - 1);
	call->va = va_of_page(s, page);
	call->pfn = call->table ? 0 : pick_pfn(&sizes, rng, leaf, page, 0) & ~(leaf - 1);
	edit_insert_op(s, at, &op);
}

/* --- scenarios -------------------------------------------------------------------- */

/* Most scenarios are small: many small ones find more than one large one. */
static uint64_t page_budget(const struct scenario *s, struct rng *rng, uint64_t max_pages)
{
	struct sizes sizes = sizes_of(&s->machine);
	uint64_t budget = sizes.block * 3;
	if (rng_chance(rng, weights.small_budget))
		budget = sizes.group * 5;
	else if (rng_chance(rng, weights.full_budget))
		budget = max_pages;
	return min(budget, max_pages);
}

static uint64_t new_va_page(const struct scenario *s, struct rng *rng, uint64_t budget)
{
	struct sizes sizes = sizes_of(&s->machine);
	return pick_va_page(&sizes, rng, min(budget, sizes.va_pages / 4));
}

/* An area that is mapped, perhaps unmapped, perhaps mapped again otherwise. */
static void add_area(struct scenario *s, struct rng *rng, enum call_kind kind, uint64_t max_pages)
{
	uint64_t va_page = new_va_page(s, rng, max_pages);
	uint32_t first = s->ops;
	add_mapping(s, rng, kind, va_page, max_pages);
	uint32_t area = s->ops - 1;
	if (rng_chance(rng, weights.unmapped) && area == first) {
		generate_unmap(s, s->ops, area, rng);
		if (rng_chance(rng, weights.mapped_again))
			add_mapping(s, rng, kind, va_page, max_pages);
	}
	if (rng_chance(rng, weights.preset_before))
		generate_preset(s, first, first, rng);
}

void fill_areas(struct scenario *s, const struct profile *profile, struct rng *rng,
		uint64_t max_pages)
{
	bool one = rng_chance(rng, weights.one_area);
	uint64_t areas = one ? 1 : 2 + rng_below(rng, weights.max_areas - 1);
	for (uint64_t i = 0; i < areas; i++) {
		enum call_kind kind = pick_call(profile->areas, rng);
		add_area(s, rng, kind, page_budget(s, rng, max_pages / areas));
	}
}

/* Blocks of a contiguous group at level 2 with 16K and 64K pages. */
#define GROUP_OF_BLOCKS 32

/* A part of the linear map, in which the pages of areas then have their aliases. */
static void add_linear(struct scenario *s, struct rng *rng, uint64_t max_pages)
{
	struct sizes sizes = sizes_of(&s->machine);
	uint64_t upper = sizes.block << sizes.table_bits;
	uint64_t pages = pick_length(&sizes, rng);
	uint64_t blocks_and_one = sizes.block * (GROUP_OF_BLOCKS + 1);
	pages *= 1 + rng_below(rng, weights.max_linear_lengths);
	uint64_t place = rng_below(rng, weights.linear_places) * sizes.block;
	struct op op = scenario_new_op(s, CALL_LINEAR);
	op.call.leaf = rng_chance(rng, weights.linear_by_pages) ? LEAF_PAGE : LEAF_LARGEST;
	if (op.call.leaf == LEAF_LARGEST && max_pages > 4 * sizes.block &&
	    rng_chance(rng, weights.linear_large))
		pages = sizes.page_shift == 12 ? upper : blocks_and_one;
	if (rng_chance(rng, weights.linear_misaligned))
		place += rng_below(rng, sizes.block);
	if (pages >= upper)
		place = rng_below(rng, 2) * upper;
	else if (pages == blocks_and_one)
		place = rng_below(rng, 2) * GROUP_OF_BLOCKS * sizes.block;
	op.call.pfn = place;
	op.call.bytes = pages << sizes.page_shift;
	scenario_place_op(s, &op);
	edit_insert_op(s, s->ops, &op);
}

/* An op before the end that maps, or is a linear range; the number of ops if there is none. */
static uint32_t pick_area(const struct scenario *s, struct rng *rng)
{
	uint32_t from = (uint32_t)rng_below(rng, s->ops + 1u);
	for (uint32_t i = 0; i < s->ops; i++) {
		uint32_t op = (from + i) % s->ops;
		if (call_maps(s->op[op].call.kind) || s->op[op].call.kind == CALL_LINEAR)
			return op;
	}
	return s->ops;
}

static void add_set_memory(struct scenario *s, struct rng *rng)
{
	uint32_t about = pick_area(s, rng);
	if (about < s->ops)
		generate_set_memory(s, s->ops, about, rng);
}

/* Pages of an area of which a part is changed, at most. */
#define MAX_CHANGED_AREA 2048

void fill_set_memory(struct scenario *s, const struct profile *profile, struct rng *rng,
		     uint64_t max_pages)
{
	uint64_t changes = 1 + rng_below(rng, weights.max_changes);
	if (rng_chance(rng, weights.has_linear_map))
		add_linear(s, rng, max_pages);
	enum call_kind kind = pick_call(profile->areas, rng);
	add_area(s, rng, kind, min(page_budget(s, rng, max_pages), MAX_CHANGED_AREA));
	for (uint64_t i = 0; i < changes; i++)
		add_set_memory(s, rng);
}

/* One more op of a sequence: something new, or something about what was there before. */
static void add_step(struct scenario *s, const struct profile *profile, struct rng *rng,
		     uint64_t max_pages)
{
	struct sizes sizes = sizes_of(&s->machine);
	uint32_t about = pick_area(s, rng);
	uint64_t what = rng_below(rng, 10);
	if (about == s->ops || what < 4) {
		uint64_t budget = page_budget(s, rng, max_pages);
		uint64_t page = new_va_page(s, rng, budget);
		if (about < s->ops && call_maps(s->op[about].call.kind) &&
		    rng_chance(rng, weights.same_place)) {
			bool exactly = rng_chance(rng, weights.exactly_there);
			page = va_page_of(s, about) +
			       (exactly ? 0 : (uint64_t)pick_misalignment(&sizes, rng));
		}
		add_mapping(s, rng, pick_call(profile->areas, rng), page, budget);
	} else if (what < 7) {
		generate_unmap(s, s->ops, about, rng);
	} else if (what < 9) {
		generate_set_memory(s, s->ops, about, rng);
	} else {
		generate_preset(s, s->ops, about, rng);
	}
}

void fill_sequence(struct scenario *s, const struct profile *profile, struct rng *rng,
		   uint64_t max_pages)
{
	uint64_t steps = 2 + rng_below(rng, SCENARIO_MAX_OPS - 2);
	if (rng_chance(rng, weights.sequence_has_linear_map))
		add_linear(s, rng, max_pages);
	for (uint64_t i = 0; i < steps; i++)
		add_step(s, profile, rng, max_pages / steps);
}

void generate(struct scenario *s, enum profile_id id, struct rng *rng, uint64_t max_pages)
{
	do {
		scenario_init(s);
		s->machine = pick_machine(rng);
		mapper_fit_machine(&s->machine);
		s->policy = pick_policy(rng, &s->machine);
		profile(id)->fill(s, profile(id), rng, max_pages);
	} while (!edit_repair(s) || scenario_work(s) > max_pages);
	struct refusal why;
	ASSERT(scenario_check(s, &why));
}
