// SPDX-License-Identifier: GPL-2.0-only
/*
 * The profile `neighbours`: areas that stand next to each other across the
 * boundary of a group, a block or a table, and calls whose ranges begin and
 * end where others do, or a page further, on the guard page. What one call
 * left half done is what the next one meets.
 */
#include "fuzz/edit.h"
#include "fuzz/fill.h"
#include "fuzz/generate_ops.h"
#include "fuzz/mappers.h"
#include "fuzz/sizes.h"
#include "fuzz/struct_pages.h"
#include "fuzz/weights.h"
#include "mapper/machine/assert.h"
#include "mapper/machine/min.h"

#define MAX_UNITS 5
#define MACHINE_DRAWS 4 /* more, until one is scaled down */

struct neighbourhood {
	struct scenario *s;
	struct rng *rng;
	struct sizes sizes;
	uint64_t upper;           /* pages that a level 1 entry maps */
	uint64_t unit[MAX_UNITS]; /* pages of what begins and ends there: a page, a group, ... */
	unsigned units;
	uint64_t low, centre; /* pages of the space: where vmalloc's part begins, and a boundary */
	uint64_t max_pages;   /* of one page array */
};

/* Units by which a quarter of the addresses for areas can be divided. */
static void find_units(struct neighbourhood *n)
{
	const uint64_t unit[MAX_UNITS] = { 1, n->sizes.group, n->sizes.block,
					   n->sizes.block * n->sizes.group, n->upper };
	for (unsigned i = 0; i < MAX_UNITS; i++)
		if (unit[i] <= n->low / 4 && unit[i] <= n->upper)
			n->unit[n->units++] = unit[i];
}

static struct neighbourhood neighbourhood_of(struct scenario *s, struct rng *rng,
					     uint64_t max_pages)
{
	struct sizes sizes = sizes_of(&s->machine);
	struct neighbourhood n = {
		.s = s,
		.rng = rng,
		.sizes = sizes,
		.upper = sizes.block << sizes.table_bits,
		.low = sizes.va_pages / 2,
		.max_pages = max_pages,
	};
	find_units(&n);
	uint64_t unit = n.unit[n.units - 1];
	if (unit == n.upper && n.upper << sizes.table_bits <= n.low / 4 &&
	    rng_chance(rng, weights.centre_between_tables))
		unit <<= sizes.table_bits; /* between two tables of level 1 */
	n.centre = n.low + unit * (1 + rng_below(rng, 2));
	return n;
}

/* An end of an op before, and perhaps of the guard page after it. */
static uint64_t end_of_op(struct neighbourhood *n)
{
	uint32_t op = (uint32_t)rng_below(n->rng, n->s->ops);
	uint64_t page = scenario_va_page(n->s, op);
	if (page < n->low)
		return n->centre; /* of the linear map */
	if (rng_chance(n->rng, 60))
		page += scenario_op_pages(n->s, op);
	return page + rng_chance(n->rng, weights.guard_page);
}

/* A page at which a range may begin or end. */
static uint64_t pick_point(struct neighbourhood *n)
{
	uint64_t page = n->centre;
	if (n->s->ops && rng_chance(n->rng, weights.where_another_ends)) {
		page = end_of_op(n);
	} else {
		uint64_t unit = n->unit[rng_below(n->rng, n->units)];
		uint64_t steps = rng_below(n->rng, 4);
		page += unit * steps - unit * (steps == 3 ? 4 : 0);
		page += rng_chance(n->rng, 15);
	}
	return page < n->low ? n->low : min(page, n->sizes.va_pages);
}

/* A range of the space in pages; not empty. */
struct range {
	uint64_t page, pages;
};

static struct range between(struct neighbourhood *n)
{
	uint64_t a = pick_point(n);
	uint64_t b = pick_point(n);
	return (struct range){ min(a, b), a > b ? a - b : b - a };
}

/* What one or two entries of some level map, or a page more. */
static struct range whole_units(struct neighbourhood *n)
{
	uint64_t unit = n->unit[rng_below(n->rng, n->units)];
	uint64_t before = rng_below(n->rng, 3) == 0 ? unit : 0;
	uint64_t units = 1 + rng_chance(n->rng, 25);
	return (struct range){ n->centre - before, unit * units + rng_chance(n->rng, 15) };
}

static uint64_t few_pages(struct neighbourhood *n)
{
	uint64_t few = rng_chance(n->rng, 25) ? n->sizes.group + 1 : 3;
	return 1 + rng_below(n->rng, few);
}

/* A few pages, or what an entry maps, before or after what an op maps, or the boundary. */
static struct range next_to(struct neighbourhood *n)
{
	uint64_t start = n->centre, end = n->centre, pages = few_pages(n);
	if (rng_chance(n->rng, 40))
		pages = n->unit[rng_below(n->rng, n->units)];
	if (n->s->ops && rng_chance(n->rng, weights.where_another_ends)) {
		uint32_t op = (uint32_t)rng_below(n->rng, n->s->ops);
		start = scenario_va_page(n->s, op);
		end = start + scenario_op_pages(n->s, op);
	}
	if (rng_chance(n->rng, 50))
		return (struct range){ end + rng_chance(n->rng, weights.guard_page), pages };
	return (struct range){ start - min(pages, start), pages };
}

/* A few pages inside of what an op maps. */
static struct range inside_op(struct neighbourhood *n, uint32_t op)
{
	uint64_t page = scenario_va_page(n->s, op), all = scenario_op_pages(n->s, op);
	uint64_t unit = n->unit[rng_below(n->rng, n->units)];
	page += (rng_below(n->rng, all ? all : 1)) / unit * unit;
	return (struct range){ page, few_pages(n) };
}

static struct range inside(struct neighbourhood *n)
{
	return n->s->ops ? inside_op(n, (uint32_t)rng_below(n->rng, n->s->ops)) : next_to(n);
}

static struct range inside_space(const struct neighbourhood *n, struct range r)
{
	r.page = min(r.page < n->low ? n->low : r.page, n->sizes.va_pages - 1);
	r.pages = min(r.pages ? r.pages : 1, n->sizes.va_pages - r.page);
	return r;
}

static struct range pick_range(struct neighbourhood *n)
{
	struct range r;
	switch (rng_below(n->rng, 8)) {
	case 0:
		r = between(n);
		break;
	case 1:
	case 2:
		r = whole_units(n);
		break;
	case 3:
		r = inside(n);
		break;
	default:
		r = next_to(n);
	}
	return inside_space(n, r);
}

/* A frame of memory that is aligned as the page is, in one of the first level 1 entries. */
static uint64_t aligned_alike(struct neighbourhood *n, uint64_t page)
{
	return n->upper * rng_below(n->rng, 3) + (page & (n->upper - 1));
}

/* Maps consecutive frames where the generator put something else. */
static void make_consecutive(struct neighbourhood *n, uint32_t op, struct range r)
{
	struct call *call = &n->s->op[op].call;
	uint64_t pfn = aligned_alike(n, r.page);
	if (pfn >= n->sizes.pfn_limit - r.pages)
		return;
	if (call_traits(call->kind)->has_pages) {
		struct page_run run = { pfn, (uint32_t)min(r.pages, n->max_pages) };
		edit_splice_runs(n->s, op, 0, n->s->op[op].runs, &run, 1);
	} else {
		call->va = scenario_va_of_page(n->s, r.page);
		call->pfn = pfn;
		call->bytes = r.pages << n->sizes.page_shift;
	}
}

static void map_range(struct neighbourhood *n, enum call_kind kind, struct range r)
{
	uint32_t op = n->s->ops;
	generate_mapping(n->s, n->rng, kind, r.page, min(r.pages, n->max_pages));
	if (op == n->s->ops)
		return;
	if (kind == CALL_VMALLOC && rng_chance(n->rng, weights.can_be_changed)) {
		n->s->op[op].call.flags = 0;
		n->s->op[op].call.shift = n->s->machine.page_shift;
	}
	if (rng_chance(n->rng, weights.aligned_alike))
		make_consecutive(n, op, r);
}

static void add_mapping(struct neighbourhood *n, enum call_kind kind)
{
	map_range(n, kind, pick_range(n));
}

static void unmap_range(struct neighbourhood *n, struct range r)
{
	enum call_kind kind = rng_chance(n->rng, weights.cleared_else)
				      ? CALL_APPLY_TO_EXISTING_PAGE_RANGE
				      : CALL_VUNMAP;
	struct op op = scenario_new_op(n->s, kind);
	op.call.va = scenario_va_of_page(n->s, r.page);
	op.call.bytes = r.pages << n->sizes.page_shift;
	edit_insert_op(n->s, n->s->ops, &op);
}

static void add_unmap(struct neighbourhood *n)
{
	unmap_range(n, rng_chance(n->rng, 50) ? inside_space(n, inside(n)) : pick_range(n));
}

/* An empty table, or a live leaf, around a point. */
static void add_preset(struct neighbourhood *n)
{
	struct op op = scenario_new_op(n->s, CALL_PRESET);
	uint64_t page = min(pick_point(n), n->sizes.va_pages - 1), leaf = 1;
	op.call.table = rng_chance(n->rng, weights.preset_table);
	op.call.level = (int8_t)(op.call.table ? 2 : 3);
	op.call.level -= (int8_t)rng_below(n->rng, op.call.table ? 2 : 3);
	if (!op.call.table) {
		leaf <<= (unsigned)(OP_LAST_LEVEL - op.call.level) * n->sizes.table_bits;
		page &= ~(leaf - 1);
		op.call.pfn = aligned_alike(n, page) & ~(leaf - 1);
	}
	op.call.va = scenario_va_of_page(n->s, page);
	edit_insert_op(n->s, n->s->ops, &op);
}

/* An area that set_memory may change, if there is one. */
static uint32_t pick_changed(struct neighbourhood *n)
{
	uint32_t from = (uint32_t)rng_below(n->rng, n->s->ops);
	for (uint32_t i = 0; i < n->s->ops; i++) {
		uint32_t op = (from + i) % n->s->ops;
		const struct call *call = &n->s->op[op].call;
		if (call->kind == CALL_LINEAR || (call->kind == CALL_VMALLOC && !call->flags))
			return op;
	}
	return from;
}

/* Changes an area, often up to the end of its guard page; or a part of the linear map. */
static void change(struct neighbourhood *n, uint32_t about)
{
	uint32_t op = n->s->ops;
	generate_change(n->s, op, about, n->rng);
	if (op == n->s->ops || call_is_of_memory(n->s->op[about].call.kind) ||
	    !rng_chance(n->rng, weights.guard_changed))
		return;
	struct call *call = &n->s->op[op].call;
	uint64_t guard = UINT64_C(1) << n->sizes.page_shift;
	uint64_t bytes = op_bytes(n->s, &n->s->op[about]);
	uint64_t skipped = rng_chance(n->rng, 50) ? bytes : 0; /* the guard page alone */
	call->va = n->s->op[about].call.va + skipped;
	call->bytes = bytes - skipped + guard;
}

static void add_change(struct neighbourhood *n)
{
	change(n, pick_changed(n));
}

/*
 * An area that ends at the boundary, a large leaf on its guard page, and a change of the area, which splits
 * that leaf. Then perhaps a part of what the split left is unmapped: only there vunmap() meets a group of blocks.
 */
static void add_leaf_on_guard_page(struct neighbourhood *n)
{
	uint64_t pages = few_pages(n), unit = n->unit[n->units - 1 - rng_below(n->rng, 2)];
	uint32_t area = n->s->ops;
	map_range(n, CALL_VMALLOC, (struct range){ n->centre - pages, pages });
	uint32_t leaf = n->s->ops;
	map_range(n, CALL_IOREMAP, (struct range){ n->centre, unit });
	if (area == n->s->ops)
		return;
	change(n, area);
	if (leaf < n->s->ops && rng_chance(n->rng, weights.split_is_cut))
		unmap_range(n, inside_space(n, inside_op(n, leaf)));
}

static void add_step(struct neighbourhood *n, const struct profile *profile)
{
	uint64_t what = rng_below(n->rng, 10);
	if (rng_chance(n->rng, weights.leaf_on_guard_page))
		add_leaf_on_guard_page(n);
	else if (rng_chance(n->rng, weights.struct_pages))
		generate_struct_pages(n->s, n->s->ops, n->rng);
	else if (!n->s->ops || what < 4)
		add_mapping(n, pick_call(profile->areas, n->rng));
	else if (what < 6)
		add_unmap(n);
	else if (what < 9)
		add_change(n);
	else
		add_preset(n);
}

/* Draws another machine if this is a real one: on scaled-down ones, more ranges meet. */
static void prefer_small_machine(struct scenario *s, struct rng *rng)
{
	for (unsigned i = 0; i < MACHINE_DRAWS && !s->machine.table_bits; i++)
		s->machine = mapper_pick_machine(rng);
	s->policy = pick_policy(rng, &s->machine);
}

void fill_neighbours(struct scenario *s, const struct profile *profile, struct rng *rng,
		     uint64_t max_pages)
{
	prefer_small_machine(s, rng);
	uint64_t steps = 3 + rng_below(rng, SCENARIO_MAX_OPS - 3);
	struct neighbourhood n = neighbourhood_of(s, rng, max_pages / steps);
	bool large = rng_chance(rng, weights.full_budget);
	n.max_pages = min(n.max_pages, large ? n.sizes.block + 1 : n.sizes.group + 1);
	if (rng_chance(rng, weights.sequence_has_linear_map))
		fill_linear(s, rng, max_pages);
	for (uint64_t i = 0; i < steps; i++)
		add_step(&n, profile);
}
