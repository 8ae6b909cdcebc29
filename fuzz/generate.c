// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/generate.h"

#include "fuzz/edit.h"
#include "fuzz/kernel.h"
#include "fuzz/shape.h"

#define MAX_NEW_RUNS 8 /* few: a bug of two runs is found among few */

static uint64_t min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t va_page_of(const struct scenario *s, uint32_t op)
{
	return (s->op[op].va - scenario_va_base(s)) >> s->machine.page_shift;
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

static void add_any_runs(struct scenario *s, uint32_t op, struct rng *rng, uint64_t max_pages)
{
	struct shape shape = shape_of(&s->machine);
	struct array_state a = {
		.va_page = va_page_of(s, op),
		.after = shape.block,
		.left = max_pages,
	};
	uint64_t runs = 1 + rng_below(rng, rng_chance(rng, 70) ? 4 : MAX_NEW_RUNS);
	for (uint64_t i = 0; i < runs && a.left; i++)
		add_some_run(s, op, &shape, rng, &a);
}

/* What an allocator gives that was asked for blocks of `block` pages, and for a tail. */
static void add_blocks(struct scenario *s, uint32_t op, struct rng *rng, uint64_t block,
		       uint64_t max_pages)
{
	struct shape shape = shape_of(&s->machine);
	uint64_t blocks = 1 + rng_below(rng, 4), va_page = va_page_of(s, op), left = max_pages;
	for (uint64_t i = 0; i < blocks && left; i++) {
		uint64_t pages = min(block, left);
		uint64_t pfn = shape_pfn(&shape, rng, pages, va_page, shape.block);
		/* Most are aligned to their size, as an allocator's are. */
		if (rng_chance(rng, 85) && (pfn & ~(block - 1)) + pages < shape.pfn_limit)
			pfn &= ~(block - 1);
		if (i + 1 == blocks && rng_chance(rng, 30))
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
		if (s->op[i].kind == OP_LINEAR) {
			*first = s->op[i].pfn;
			return s->op[i].bytes >> s->machine.page_shift;
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
		if (run_is_trouble(run))
			continue;
		if (run->pages <= pages && rng_chance(rng, 85))
			run->pfn = first + rng_below(rng, pages - run->pages + 1);
		else if (rng_chance(rng, 30)) /* no alias: the area itself lies where it would be */
			run->pfn = va_page_of(s, op) + rng_below(rng, UINT64_C(2) * run->pages);
	}
}

void generate_runs(struct scenario *s, uint32_t op, struct rng *rng, uint64_t max_pages)
{
	uint64_t block = 1;
	if (s->op[op].kind == OP_VMALLOC)
		block = UINT64_C(1) << (s->op[op].shift - s->machine.page_shift);
	edit_splice_runs(s, op, 0, s->op[op].runs, NULL, 0);
	if (block > 1 && rng_chance(rng, 75))
		add_blocks(s, op, rng, block, max_pages);
	else
		add_any_runs(s, op, rng, max_pages);
	if (s->op[op].kind == OP_VMALLOC && block == 1)
		give_aliases(s, op, rng);
}

/* --- ops that map -------------------------------------------------------------- */

static void some_faults(struct op *op, struct rng *rng)
{
	if (rng_chance(rng, op->kind == OP_SET_MEMORY ? 20 : 8))
		op->fail_alloc =
			1 + (uint32_t)rng_below(rng, 1 + rng_below(rng, GENERATE_MAX_FAULT));
	if (rng_chance(rng, 8))
		op->fail_trylock =
			1 + (uint32_t)rng_below(rng, 1 + rng_below(rng, GENERATE_MAX_FAULT));
}

static uint8_t some_shift(const struct scenario *s, struct rng *rng)
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
static void some_device(const struct scenario *s, struct op *op, uint64_t va_page, struct rng *rng,
			uint64_t max_pages)
{
	struct shape shape = shape_of(&s->machine);
	uint64_t pages = min(shape_length(&shape, rng), max_pages);
	op->pfn = shape_pfn(&shape, rng, pages, va_page, shape.block);
	op->bytes = pages << shape.page_shift;
}

/* A physical range that a level 1 block may map, and most often does: VA and PA skewed alike. */
static void large_device(const struct scenario *s, struct op *op, uint64_t va_page, struct rng *rng)
{
	struct shape shape = shape_of(&s->machine);
	uint64_t upper = shape.block << shape.table_bits;
	uint64_t skew = rng_chance(rng, 60) ? 0 : rng_below(rng, shape.block);
	uint64_t pages = upper + skew;
	if (rng_chance(rng, 50))
		pages += rng_below(rng, shape.block * 2);
	if (va_page + upper < shape.va_pages)
		op->va = va_of_page(s, (va_page | (upper - 1)) + 1 - skew);
	op->pfn = upper * (1 + rng_below(rng, 8));
	if (rng_chance(rng, 85))
		op->pfn -= skew;
	op->bytes = pages << shape.page_shift;
}

static void add_mapping(struct scenario *s, struct rng *rng, enum op_kind kind, uint64_t va_page,
			uint64_t max_pages)
{
	struct op op = {
		.kind = kind,
		.va = va_of_page(s, va_page),
		.prot = rng_chance(rng, 60) ? PROT_KERNEL : rng_below(rng, PROT_COUNT),
		.shift = s->machine.page_shift,
	};
	some_faults(&op, rng);
	bool small = s->machine.page_shift != 12 || rng_chance(rng, 92);
	if (kind == OP_IOREMAP && small)
		some_device(s, &op, va_page, rng, max_pages);
	else if (kind == OP_IOREMAP)
		large_device(s, &op, va_page, rng);
	else
		op.flags = rng_chance(rng, 50) ? MAP_FLAG_HUGE : 0;
	if (kind == OP_VMALLOC && op.flags)
		op.shift = some_shift(s, rng);
	if (edit_insert_op(s, s->ops, &op) && op_has_runs(&op))
		generate_runs(s, s->ops - 1, rng, max_pages);
}

/* --- ops about other ops --------------------------------------------------------- */

/* A part of the pages of an op: all, or from or to somewhere inside, or a little beyond. */
static void some_part(const struct scenario *s, uint32_t about, struct rng *rng, uint64_t *page,
		      uint64_t *pages)
{
	struct shape shape = shape_of(&s->machine);
	uint64_t first = va_page_of(s, about), all = pages_of_op(s, about) | !pages_of_op(s, about);
	uint64_t from = 0, to = all;
	if (rng_chance(rng, 35))
		from = rng_below(rng, all);
	else if (rng_chance(rng, 20))
		from = (uint64_t)shape_skew(&shape, rng);
	if (rng_chance(rng, 35))
		to = 1 + rng_below(rng, all);
	else if (rng_chance(rng, 20))
		to = all + (uint64_t)shape_skew(&shape, rng);
	if ((int64_t)to <= (int64_t)from)
		to = from + 1;
	*page = first + from;
	*pages = to - from;
}

void generate_vunmap(struct scenario *s, uint32_t at, uint32_t about, struct rng *rng)
{
	uint64_t page = va_page_of(s, about), pages = pages_of_op(s, about);
	if (rng_chance(rng, 40))
		some_part(s, about, rng, &page, &pages);
	struct op op = { .kind = OP_VUNMAP,
			 .va = va_of_page(s, page),
			 .bytes = pages << s->machine.page_shift };
	edit_insert_op(s, at, &op);
}

void generate_set_memory(struct scenario *s, uint32_t at, uint32_t about, struct rng *rng)
{
	uint64_t page, pages;
	bool linear = s->op[about].kind == OP_LINEAR;
	some_part(s, about, rng, &page, &pages);
	struct op op = {
		.kind = OP_SET_MEMORY,
		.va = va_of_page(s, page),
		.bytes = pages << s->machine.page_shift,
		.change = linear ? MEMORY_INVALID + rng_below(rng, 2) : rng_below(rng, 4),
	};
	some_faults(&op, rng);
	edit_insert_op(s, at, &op);
}

void generate_plant(struct scenario *s, uint32_t at, uint32_t about, struct rng *rng)
{
	struct shape shape = shape_of(&s->machine);
	uint64_t within = rng_chance(rng, 50) ? shape.group : shape.block;
	uint64_t page = va_page_of(s, about) + rng_below(rng, within);
	struct op op = { .kind = OP_PLANT, .level = 3 };
	if (rng_chance(rng, 30)) {
		op.table = true;
		op.level = rng_chance(rng, 70) ? 2 : 1;
	} else if (rng_chance(rng, 25)) {
		op.level = rng_chance(rng, 80) || shape.page_shift != 12 ? 2 : 1;
	}
	uint64_t leaf = UINT64_C(1) << (op.table ? 0 : (3u - op.level) * shape.table_bits);
	page &= ~(leaf - 1);
	op.va = va_of_page(s, page);
	op.pfn = op.table ? 0 : shape_pfn(&shape, rng, leaf, page, 0) & ~(leaf - 1);
	edit_insert_op(s, at, &op);
}

/* --- scenarios -------------------------------------------------------------------- */

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

static uint64_t new_va_page(const struct scenario *s, struct rng *rng, uint64_t budget)
{
	struct shape shape = shape_of(&s->machine);
	return shape_va_page(&shape, rng, min(budget, shape.va_pages / 4));
}

/* An area that is mapped, perhaps unmapped, perhaps mapped again otherwise. */
static void add_area(struct scenario *s, struct rng *rng, enum op_kind kind, uint64_t max_pages)
{
	uint64_t va_page = new_va_page(s, rng, max_pages);
	uint32_t first = s->ops;
	add_mapping(s, rng, kind, va_page, max_pages);
	uint32_t area = s->ops - 1;
	if (rng_chance(rng, 45) && area == first) {
		generate_vunmap(s, s->ops, area, rng);
		if (rng_chance(rng, 60))
			add_mapping(s, rng, kind, va_page, max_pages);
	}
	if (rng_chance(rng, 12))
		generate_plant(s, first, first, rng);
}

static void add_areas(struct scenario *s, struct rng *rng, enum op_kind kind, uint64_t max_pages)
{
	uint64_t areas = rng_chance(rng, 70) ? 1 : 2 + rng_below(rng, 2);
	for (uint64_t i = 0; i < areas; i++)
		add_area(s, rng, kind, page_budget(s, rng, max_pages / areas));
}

/* A part of the linear map, in which the pages of areas then have their aliases. */
static void add_linear(struct scenario *s, struct rng *rng, uint64_t max_pages)
{
	struct shape shape = shape_of(&s->machine);
	uint64_t upper = shape.block << shape.table_bits;
	uint64_t pages = shape_length(&shape, rng);
	pages *= 1 + rng_below(rng, 3);
	uint64_t place = rng_below(rng, 16) * shape.block;
	struct op op = { .kind = OP_LINEAR, .by_pages = rng_chance(rng, 25) };
	if (!op.by_pages && max_pages > 4 * shape.block && rng_chance(rng, 30))
		pages = shape.page_shift == 12 ? upper : shape.block * 33;
	if (rng_chance(rng, 30))
		place += rng_below(rng, shape.block);
	if (pages >= upper)
		place = rng_below(rng, 2) * upper;
	else if (pages == shape.block * 33)
		place = rng_below(rng, 2) * 32 *
			shape.block; /* a group of 32 blocks, and one more */
	op.pfn = place;
	op.bytes = pages << shape.page_shift;
	op.va = va_of_page(s, op.pfn);
	edit_insert_op(s, s->ops, &op);
}

/* An op before the end that maps, or is a linear range; the number of ops if there is none. */
static uint32_t some_area(const struct scenario *s, struct rng *rng)
{
	uint32_t from = (uint32_t)rng_below(rng, s->ops + 1u);
	for (uint32_t i = 0; i < s->ops; i++) {
		uint32_t op = (from + i) % s->ops;
		if (op_maps(&s->op[op]) || s->op[op].kind == OP_LINEAR)
			return op;
	}
	return s->ops;
}

static void add_set_memory(struct scenario *s, struct rng *rng)
{
	uint32_t about = some_area(s, rng);
	if (about < s->ops)
		generate_set_memory(s, s->ops, about, rng);
}

static void fill_set_memory(struct scenario *s, struct rng *rng, uint64_t max_pages)
{
	uint64_t changes = 1 + rng_below(rng, 4);
	if (rng_chance(rng, 85))
		add_linear(s, rng, max_pages);
	enum op_kind kind = rng_chance(rng, 90) ? OP_VMALLOC : OP_VMAP;
	add_area(s, rng, kind, min(page_budget(s, rng, max_pages), 2048));
	for (uint64_t i = 0; i < changes; i++)
		add_set_memory(s, rng);
}

/* One more op of a sequence: something new, or something about what was there before. */
static void add_step(struct scenario *s, struct rng *rng, uint64_t max_pages)
{
	struct shape shape = shape_of(&s->machine);
	uint32_t about = some_area(s, rng);
	uint64_t what = rng_below(rng, 10);
	if (about == s->ops || what < 4) {
		static const enum op_kind kinds[] = { OP_VMAP, OP_VMALLOC, OP_IOREMAP };
		uint64_t budget = page_budget(s, rng, max_pages);
		uint64_t page = new_va_page(s, rng, budget);
		if (about < s->ops && s->op[about].kind != OP_LINEAR && rng_chance(rng, 70))
			page = va_page_of(s, about) +
			       (rng_chance(rng, 50) ? 0 : (uint64_t)shape_skew(&shape, rng));
		add_mapping(s, rng, kinds[rng_below(rng, 3)], page, budget);
	} else if (what < 7) {
		generate_vunmap(s, s->ops, about, rng);
	} else if (what < 9) {
		generate_set_memory(s, s->ops, about, rng);
	} else {
		generate_plant(s, s->ops, about, rng);
	}
}

static void fill_sequence(struct scenario *s, struct rng *rng, uint64_t max_pages)
{
	uint64_t steps = 2 + rng_below(rng, SCENARIO_MAX_OPS - 2);
	if (rng_chance(rng, 25))
		add_linear(s, rng, max_pages);
	for (uint64_t i = 0; i < steps; i++)
		add_step(s, rng, max_pages / steps);
}

void generate(struct scenario *s, enum theme theme, struct rng *rng, uint64_t max_pages)
{
	do {
		scenario_init(s);
		s->machine = shape_machine(rng);
		kernel_fit_machine(&s->machine);
		s->policy = shape_policy(rng, &s->machine);
		if (theme == THEME_SEQUENCE)
			fill_sequence(s, rng, max_pages);
		else if (theme == THEME_SET_MEMORY)
			fill_set_memory(s, rng, max_pages);
		else
			add_areas(s, rng,
				  theme == THEME_VMAP      ? OP_VMAP
				  : theme == THEME_VMALLOC ? OP_VMALLOC
							   : OP_IOREMAP,
				  max_pages);
	} while (!edit_repair(s) || scenario_work(s) > max_pages);
}
