// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/generate.h"

#include "fuzz/edit.h"
#include "fuzz/shape.h"

#define MAX_NEW_RUNS 8 /* few: a bug of two runs is found among few */

static uint64_t min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static bool add_run(struct scenario *s, uint32_t op, struct page_run run)
{
	return edit_splice_runs(s, op, s->op[op].runs, 0, &run, 1);
}

/* Where the next run of an array comes to stand, and what came before it. */
struct array_state {
	uint64_t va_page, after, left;
	uint64_t pages; /* of the run before */
};

static void add_some_run(struct scenario *s, uint32_t op, const struct shape *shape,
			 struct rng *rng, struct array_state *a)
{
	if (rng_chance(rng, 3)) {
		add_run(s, op, (struct page_run){ rng_chance(rng, 50) ? PAGE_HOLE : PAGE_BAD, 1 });
		a->pages = 1;
	} else {
		/* Neighbours of one length are what blocks of one order look like. */
		uint64_t pages =
			a->pages && rng_chance(rng, 40) ? a->pages : shape_length(shape, rng);
		a->pages = min(pages, a->left);
		uint64_t pfn = shape_pfn(shape, rng, a->pages, a->va_page, a->after);
		add_run(s, op, (struct page_run){ pfn, (uint32_t)a->pages });
		a->after = pfn + a->pages;
	}
	a->va_page += a->pages;
	a->left -= a->pages;
}

void generate_runs(struct scenario *s, uint32_t op, struct rng *rng, uint64_t max_pages)
{
	struct shape shape = shape_of(&s->machine);
	struct array_state a = {
		.va_page = (s->op[op].va - scenario_va_base(s)) >> shape.page_shift,
		.after = shape.block,
		.left = max_pages,
	};
	uint64_t runs = 1 + rng_below(rng, rng_chance(rng, 70) ? 4 : MAX_NEW_RUNS);
	edit_splice_runs(s, op, 0, s->op[op].runs, NULL, 0);
	for (uint64_t i = 0; i < runs && a.left; i++)
		add_some_run(s, op, &shape, rng, &a);
}

static void some_faults(struct op *op, struct rng *rng)
{
	if (rng_chance(rng, 8))
		op->fail_alloc = 1 + (uint32_t)rng_below(rng, GENERATE_MAX_FAULT);
	if (rng_chance(rng, 4))
		op->fail_trylock = 1 + (uint32_t)rng_below(rng, GENERATE_MAX_FAULT);
}

static void add_vmap(struct scenario *s, struct rng *rng, uint64_t va_page, uint64_t max_pages)
{
	struct op op = {
		.kind = OP_VMAP,
		.va = scenario_va_base(s) + (va_page << s->machine.page_shift),
		.prot = rng_chance(rng, 60) ? PROT_KERNEL : rng_below(rng, PROT_COUNT),
		.flags = rng_chance(rng, 50) ? MAP_FLAG_HUGE : 0,
	};
	some_faults(&op, rng);
	if (edit_insert_op(s, s->ops, &op))
		generate_runs(s, s->ops - 1, rng, max_pages);
}

static void add_vunmap(struct scenario *s)
{
	const struct op *area = &s->op[s->ops - 1];
	struct op op = { .kind = OP_VUNMAP, .va = area->va, .bytes = op_bytes(s, area) };
	edit_insert_op(s, s->ops, &op);
}

static void add_plant(struct scenario *s, struct rng *rng, uint64_t va_page)
{
	struct shape shape = shape_of(&s->machine);
	uint64_t page = va_page + rng_below(rng, rng_chance(rng, 50) ? shape.group : shape.block);
	struct op op = {
		.kind = OP_PLANT,
		.va = scenario_va_base(s) + (page << shape.page_shift),
		.pfn = shape_pfn(&shape, rng, 1, page, 0),
	};
	edit_insert_op(s, s->ops, &op);
}

/* An area that is mapped, perhaps unmapped, perhaps mapped again otherwise. */
static void add_area(struct scenario *s, struct rng *rng, uint64_t max_pages)
{
	struct shape shape = shape_of(&s->machine);
	uint64_t va_page = shape_va_page(&shape, rng, min(max_pages, shape.va_pages / 4));
	if (rng_chance(rng, 12))
		add_plant(s, rng, va_page);
	add_vmap(s, rng, va_page, max_pages);
	if (!rng_chance(rng, 45))
		return;
	add_vunmap(s);
	if (rng_chance(rng, 60))
		add_vmap(s, rng, va_page, max_pages);
}

/* Most scenarios are small: many small ones find more than one large one. */
static uint64_t page_budget(const struct scenario *s, struct rng *rng, uint64_t max_pages)
{
	struct shape shape = shape_of(&s->machine);
	uint64_t budget = shape.block * 3;
	if (rng_chance(rng, 50))
		budget = shape.group * 5;
	else if (rng_chance(rng, 10))
		budget = max_pages;
	return min(budget, max_pages);
}

void generate_vmap(struct scenario *s, struct rng *rng, uint64_t max_pages)
{
	do {
		scenario_init(s);
		s->machine = shape_machine(rng);
		s->policy = shape_policy(rng, &s->machine);
		uint64_t areas = rng_chance(rng, 70) ? 1 : 2 + rng_below(rng, 2);
		for (uint64_t i = 0; i < areas; i++)
			add_area(s, rng, page_budget(s, rng, max_pages / areas));
	} while (!edit_repair(s) || scenario_pages(s) > max_pages);
}
