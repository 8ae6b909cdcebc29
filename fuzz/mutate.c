// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/mutate.h"

#include "fuzz/edit.h"
#include "fuzz/generate.h"
#include "fuzz/kernel.h"
#include "fuzz/shape.h"

struct mutation {
	struct scenario *s;
	struct rng *rng;
	struct shape shape;
	uint32_t op; /* the op that is changed */
};

static uint64_t random_below(struct mutation *m, uint64_t n)
{
	return rng_below(m->rng, n);
}

static struct op *target(struct mutation *m)
{
	return &m->s->op[m->op];
}

/* A run of the op that is changed; NULL if it has none. */
static struct page_run *some_run(struct mutation *m, uint32_t *index)
{
	struct op *op = target(m);
	if (!op->runs)
		return NULL;
	*index = (uint32_t)random_below(m, op->runs);
	return &m->s->run[op->first_run + *index];
}

static uint64_t va_page(const struct mutation *m, const struct op *op)
{
	return (op->va - scenario_va_base(m->s)) >> m->shape.page_shift;
}

static void move_area(struct mutation *m, uint64_t to_page)
{
	edit_move(m->s, m->op, scenario_va_base(m->s) + (to_page << m->shape.page_shift));
}

static void skew_va(struct mutation *m)
{
	move_area(m, va_page(m, target(m)) + (uint64_t)shape_skew(&m->shape, m->rng));
}

static void move_va(struct mutation *m)
{
	uint64_t pages = op_bytes(m->s, target(m)) >> m->shape.page_shift;
	if (pages < m->shape.va_pages / 4)
		move_area(m, shape_va_page(&m->shape, m->rng, pages));
}

static uint64_t run_va_page(const struct mutation *m, uint32_t index)
{
	const struct op *op = &m->s->op[m->op];
	uint64_t page = va_page(m, op);
	for (uint32_t i = 0; i < index; i++)
		page += m->s->run[op->first_run + i].pages;
	return page;
}

static uint64_t end_of_run_before(const struct mutation *m, uint32_t index)
{
	const struct op *op = &m->s->op[m->op];
	if (!index)
		return m->shape.block;
	const struct page_run *run = &m->s->run[op->first_run + index - 1];
	return run_is_trouble(run) ? m->shape.block : run->pfn + run->pages;
}

static struct page_run new_run(struct mutation *m, uint32_t index, uint64_t pages)
{
	uint64_t pfn = shape_pfn(&m->shape, m->rng, pages, run_va_page(m, index),
				 end_of_run_before(m, index));
	return (struct page_run){ pfn, (uint32_t)pages };
}

static void change_run_length(struct mutation *m)
{
	uint32_t index;
	struct page_run *run = some_run(m, &index);
	if (run && !run_is_trouble(run))
		run->pages = (uint32_t)shape_length(&m->shape, m->rng);
}

static void nudge_run_length(struct mutation *m)
{
	uint32_t index;
	struct page_run *run = some_run(m, &index);
	int64_t pages = run ? (int64_t)run->pages + shape_skew(&m->shape, m->rng) : 0;
	if (pages > 0 && !run_is_trouble(run))
		run->pages = (uint32_t)pages;
}

static void change_run_pfn(struct mutation *m)
{
	uint32_t index;
	struct page_run *run = some_run(m, &index);
	if (run)
		*run = new_run(m, index, run->pages);
}

static void nudge_run_pfn(struct mutation *m)
{
	uint32_t index;
	struct page_run *run = some_run(m, &index);
	if (run && !run_is_trouble(run))
		run->pfn += (uint64_t)shape_skew(&m->shape, m->rng);
}

static void insert_run(struct mutation *m)
{
	struct op *op = target(m);
	if (!op_has_runs(op))
		return;
	uint32_t index = (uint32_t)random_below(m, op->runs + 1u);
	struct page_run run = new_run(m, index, shape_length(&m->shape, m->rng));
	edit_splice_runs(m->s, m->op, index, 0, &run, 1);
}

static void insert_trouble(struct mutation *m)
{
	struct op *op = target(m);
	if (!op_has_runs(op))
		return;
	uint32_t index = (uint32_t)random_below(m, op->runs + 1u);
	struct page_run run = { rng_chance(m->rng, 50) ? PAGE_HOLE : PAGE_BAD, 1 };
	edit_splice_runs(m->s, m->op, index, 0, &run, 1);
}

static void remove_run(struct mutation *m)
{
	uint32_t index;
	if (target(m)->runs > 1 && some_run(m, &index))
		edit_splice_runs(m->s, m->op, index, 1, NULL, 0);
}

/* The same length again, elsewhere in memory: another block of the same order. */
static void repeat_run(struct mutation *m)
{
	uint32_t index;
	struct page_run *run = some_run(m, &index);
	if (!run)
		return;
	struct page_run again = new_run(m, index + 1, run->pages);
	edit_splice_runs(m->s, m->op, index + 1, 0, &again, 1);
}

static void swap_runs(struct mutation *m)
{
	uint32_t a, b;
	struct page_run *first = some_run(m, &a), *second = some_run(m, &b);
	if (!first)
		return;
	struct page_run run = *first;
	*first = *second;
	*second = run;
}

/* Cuts a run in two; the parts stay consecutive, or the second moves away. */
static void split_run(struct mutation *m)
{
	uint32_t index;
	struct page_run *run = some_run(m, &index);
	if (!run || run->pages < 2)
		return;
	uint32_t pages = 1 + (uint32_t)random_below(m, run->pages - 1u);
	struct page_run rest = { run->pfn + pages, run->pages - pages };
	run->pages = pages;
	if (rng_chance(m->rng, 50))
		rest = new_run(m, index + 1, rest.pages);
	edit_splice_runs(m->s, m->op, index + 1, 0, &rest, 1);
}

static void change_prot(struct mutation *m)
{
	if (op_maps(target(m)))
		target(m)->prot = random_below(m, PROT_COUNT);
}

static void change_flags(struct mutation *m)
{
	if (op_has_runs(target(m)))
		target(m)->flags ^= MAP_FLAG_HUGE;
}

static void change_faults(struct mutation *m)
{
	struct op *op = target(m);
	if (!op_is_call(op))
		return;
	op->fail_alloc =
		rng_chance(m->rng, 50) ? 0 : 1 + (uint32_t)random_below(m, GENERATE_MAX_FAULT);
	op->fail_trylock =
		rng_chance(m->rng, 70) ? 0 : 1 + (uint32_t)random_below(m, GENERATE_MAX_FAULT);
}

static void change_policy(struct mutation *m)
{
	m->s->policy = shape_policy(m->rng, &m->s->machine);
}

/* A block size of the old machine as the new one has it. */
static void translate_shift(struct op *op, const struct machine_config *from,
			    const struct machine_config *to)
{
	if (op->shift == from->page_shift)
		op->shift = to->page_shift;
	else
		op->shift = (uint8_t)(op->shift == scenario_group_shift(from)
					      ? scenario_group_shift(to)
					      : scenario_level_shift(to, 2));
}

/* Another granule moves everything: areas are placed anew, sizes keep their number of pages. */
static void change_machine(struct mutation *m)
{
	struct machine_config before = m->s->machine;
	m->s->machine = shape_machine(m->rng);
	kernel_fit_machine(&m->s->machine);
	m->shape = shape_of(&m->s->machine);
	for (uint32_t i = 0; i < m->s->ops; i++) {
		struct op *op = &m->s->op[i];
		m->op = i;
		op->bytes = op->bytes >> before.page_shift << m->shape.page_shift;
		if (op->kind == OP_VMALLOC)
			translate_shift(op, &before, &m->s->machine);
		if (op->kind == OP_LINEAR)
			op->va = scenario_va_base(m->s) + (op->pfn << m->shape.page_shift);
		else if (op_maps(op))
			move_va(m);
	}
}

static void insert_plant(struct mutation *m)
{
	generate_plant(m->s, m->op, m->op, m->rng);
}

/* Ops about the op that is changed, right behind it. */
static void insert_vunmap(struct mutation *m)
{
	generate_vunmap(m->s, m->op + 1, m->op, m->rng);
}

static void insert_set_memory(struct mutation *m)
{
	generate_set_memory(m->s, m->op + 1, m->op, m->rng);
}

/* Unmaps the area and maps something else there. */
static void remap(struct mutation *m)
{
	struct op again = *target(m);
	struct op unmap = { .kind = OP_VUNMAP, .va = again.va, .bytes = op_bytes(m->s, &again) };
	if (!op_maps(&again) || m->s->ops + 2 > SCENARIO_MAX_OPS)
		return;
	edit_insert_op(m->s, m->op + 1, &unmap);
	edit_insert_op(m->s, m->op + 2, &again);
	if (op_has_runs(&again))
		generate_runs(m->s, m->op + 2, m->rng, m->shape.block * 2);
}

/* The size of an op without a page array, which it states. */
static void change_size(struct mutation *m)
{
	struct op *op = target(m);
	uint64_t pages = shape_length(&m->shape, m->rng);
	if (rng_chance(m->rng, 50))
		pages = (op->bytes >> m->shape.page_shift) +
			(uint64_t)shape_skew(&m->shape, m->rng);
	if (!op_has_runs(op) && op->kind != OP_PLANT && pages < m->shape.va_pages)
		op->bytes = pages << m->shape.page_shift;
}

static void change_pfn(struct mutation *m)
{
	struct op *op = target(m);
	if (op->kind != OP_IOREMAP && op->kind != OP_PLANT)
		return;
	uint64_t pages = op_bytes(m->s, op) >> m->shape.page_shift;
	op->pfn = rng_chance(m->rng, 50) && pages < m->shape.pfn_limit
			  ? shape_pfn(&m->shape, m->rng, pages, va_page(m, op), 0)
			  : op->pfn + (uint64_t)shape_skew(&m->shape, m->rng);
}

static void change_shift(struct mutation *m)
{
	const struct machine_config *config = &m->s->machine;
	if (target(m)->kind != OP_VMALLOC)
		return;
	target(m)->shift = (uint8_t)(rng_chance(m->rng, 50) ? scenario_group_shift(config)
							    : scenario_level_shift(config, 2));
	target(m)->flags |= MAP_FLAG_HUGE;
}

static void change_kind(struct mutation *m)
{
	struct op *op = target(m);
	if (!op_has_runs(op))
		return;
	op->kind = op->kind == OP_VMAP ? OP_VMALLOC : OP_VMAP;
	op->shift = op->kind == OP_VMAP ? 0 : m->s->machine.page_shift;
}

static void change_change(struct mutation *m)
{
	struct op *op = target(m);
	if (op->kind == OP_SET_MEMORY)
		op->change ^= 1; /* ro and rw, nx and x, invalid and valid */
	if (op->kind == OP_LINEAR)
		op->by_pages = !op->by_pages;
}

static void remove_op(struct mutation *m)
{
	if (m->s->ops > 1)
		edit_remove_op(m->s, m->op);
}

static void renew_runs(struct mutation *m)
{
	if (op_has_runs(target(m)))
		generate_runs(m->s, m->op, m->rng, m->shape.block * 2);
}

static void mutate_once(struct scenario *s, enum theme theme, struct rng *rng)
{
	/* What matters most stands here more than once. */
	static void (*const mutations[])(struct mutation *) = {
		skew_va,           skew_va,        move_va,        change_run_length,
		change_run_length, change_run_pfn, change_run_pfn, nudge_run_length,
		nudge_run_pfn,     insert_run,     insert_trouble, remove_run,
		repeat_run,        repeat_run,     swap_runs,      split_run,
		change_prot,       change_flags,   change_faults,  change_policy,
		change_machine,    insert_plant,   insert_vunmap,  remap,
		remove_op,         renew_runs,
	};
	/* Of what only some kinds of op have. */
	static void (*const special[])(struct mutation *) = {
		change_size,  change_size, change_pfn,    change_pfn,
		change_shift, change_kind, change_change, insert_set_memory,
	};
	const size_t count = sizeof(mutations) / sizeof(mutations[0]);
	const size_t specials = theme == THEME_VMAP ? 0 : sizeof(special) / sizeof(special[0]);
	struct mutation m = {
		.s = s,
		.rng = rng,
		.shape = shape_of(&s->machine),
		.op = (uint32_t)rng_below(rng, s->ops),
	};
	uint64_t which = rng_below(rng, count + specials);
	if (which < count)
		mutations[which](&m);
	else
		special[which - count](&m);
}

/* What became empty or too large is given up for something new. */
static void settle(struct scenario *s, enum theme theme, struct rng *rng, uint64_t max_pages)
{
	if (!edit_repair(s) || scenario_work(s) > max_pages)
		generate(s, theme, rng, max_pages);
}

/* What is known of a scenario is not known of its children: they must hold. */
static void forget_what_is_known(struct scenario *s)
{
	s->expect.stated = false;
	s->expect.rule = RULE_NONE;
	s->policy.quirks = 0;
}

void mutate(struct scenario *s, enum theme theme, struct rng *rng, uint64_t max_pages)
{
	uint64_t times = 1 + rng_below(rng, 4);
	forget_what_is_known(s);
	for (uint64_t i = 0; i < times; i++) {
		mutate_once(s, theme, rng);
		settle(s, theme, rng, max_pages);
	}
}

/* Puts some runs of one of from's ops into one of to's. */
static void cross_runs(struct scenario *to, const struct scenario *from, struct rng *rng)
{
	uint32_t into = (uint32_t)rng_below(rng, to->ops);
	const struct op *source = &from->op[rng_below(rng, from->ops)];
	if (!op_has_runs(&to->op[into]) || !source->runs)
		return;
	uint32_t at = (uint32_t)rng_below(rng, source->runs);
	uint32_t count = 1 + (uint32_t)rng_below(rng, source->runs - at);
	uint32_t place = (uint32_t)rng_below(rng, to->op[into].runs + 1u);
	edit_splice_runs(to, into, place, 0, &from->run[source->first_run + at], count);
}

/* Appends from's ops, which mean the same only on the same machine. */
static void cross_ops(struct scenario *to, const struct scenario *from)
{
	for (uint32_t i = 0; i < from->ops; i++) {
		const struct op *op = &from->op[i];
		if (!edit_insert_op(to, to->ops, op))
			return;
		edit_splice_runs(to, to->ops - 1, 0, 0, &from->run[op->first_run], op->runs);
	}
}

void cross_over(struct scenario *to, const struct scenario *from, enum theme theme, struct rng *rng,
		uint64_t max_pages)
{
	forget_what_is_known(to);
	if (to->machine.page_shift == from->machine.page_shift &&
	    to->machine.va_bits == from->machine.va_bits && rng_chance(rng, 50))
		cross_ops(to, from);
	else
		cross_runs(to, from, rng);
	settle(to, theme, rng, max_pages);
}
