// SPDX-License-Identifier: GPL-2.0-only
/* How the mutator changes each field. */
#include "fuzz/edit.h"
#include "fuzz/generate_ops.h"
#include "fuzz/mutation.h"

/* --- addresses ------------------------------------------------------------------------- */

static uint64_t va_page(const struct mutation *m, const struct op *op)
{
	return (op->call.va - scenario_va_base(m->s)) >> m->sizes.page_shift;
}

static void move_area(struct mutation *m, uint64_t to_page)
{
	edit_move(m->s, m->op, scenario_va_base(m->s) + (to_page << m->sizes.page_shift));
}

static void misalign_va(struct mutation *m)
{
	move_area(m, va_page(m, mutated_op(m)) + (uint64_t)pick_misalignment(&m->sizes, m->rng));
}

void mutate_va(struct mutation *m)
{
	uint64_t pages = op_bytes(m->s, mutated_op(m)) >> m->sizes.page_shift;
	if (pages < m->sizes.va_pages / 4)
		move_area(m, pick_va_page(&m->sizes, m->rng, pages));
}

const struct field_mutation va_mutations[] = { { misalign_va, 2 }, { mutate_va, 1 }, { NULL, 0 } };

/* --- page arrays ----------------------------------------------------------------------- */

/* A run of the op that is changed; NULL if it has none. */
static struct page_run *pick_run(struct mutation *m, uint32_t *index)
{
	struct op *op = mutated_op(m);
	if (!op->runs)
		return NULL;
	*index = (uint32_t)random_below(m, op->runs);
	return &m->s->run[op->first_run + *index];
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
		return m->sizes.block;
	const struct page_run *run = &m->s->run[op->first_run + index - 1];
	return run_is_bad(run) ? m->sizes.block : run->pfn + run->pages;
}

static struct page_run new_run(struct mutation *m, uint32_t index, uint64_t pages)
{
	uint64_t pfn = pick_pfn(&m->sizes, m->rng, pages, run_va_page(m, index),
				end_of_run_before(m, index));
	return (struct page_run){ pfn, (uint32_t)pages };
}

static void change_run_length(struct mutation *m)
{
	uint32_t index;
	struct page_run *run = pick_run(m, &index);
	if (run && !run_is_bad(run))
		run->pages = (uint32_t)pick_length(&m->sizes, m->rng);
}

static void nudge_run_length(struct mutation *m)
{
	uint32_t index;
	struct page_run *run = pick_run(m, &index);
	int64_t pages = run ? (int64_t)run->pages + pick_misalignment(&m->sizes, m->rng) : 0;
	if (pages > 0 && !run_is_bad(run))
		run->pages = (uint32_t)pages;
}

static void change_run_pfn(struct mutation *m)
{
	uint32_t index;
	struct page_run *run = pick_run(m, &index);
	if (run)
		*run = new_run(m, index, run->pages);
}

/* Memory of vmalloc() whose alias set_memory changes, or nearly. */
static void alias_run(struct mutation *m)
{
	uint32_t index;
	struct page_run *run = pick_run(m, &index);
	if (run && !run_is_bad(run) && mutated_op(m)->call.kind == CALL_VMALLOC)
		run->pfn = pick_alias(m->s, m->op, run, m->rng);
}

static void nudge_run_pfn(struct mutation *m)
{
	uint32_t index;
	struct page_run *run = pick_run(m, &index);
	if (run && !run_is_bad(run))
		run->pfn += (uint64_t)pick_misalignment(&m->sizes, m->rng);
}

static void insert_run(struct mutation *m)
{
	uint32_t index = (uint32_t)random_below(m, mutated_op(m)->runs + 1u);
	struct page_run run = new_run(m, index, pick_length(&m->sizes, m->rng));
	edit_splice_runs(m->s, m->op, index, 0, &run, 1);
}

static void insert_bad_page(struct mutation *m)
{
	uint32_t index = (uint32_t)random_below(m, mutated_op(m)->runs + 1u);
	struct page_run run = { rng_chance(m->rng, 50) ? PAGE_HOLE : PAGE_BAD, 1 };
	edit_splice_runs(m->s, m->op, index, 0, &run, 1);
}

static void remove_run(struct mutation *m)
{
	uint32_t index;
	if (mutated_op(m)->runs > 1 && pick_run(m, &index))
		edit_splice_runs(m->s, m->op, index, 1, NULL, 0);
}

/* The same length again, elsewhere in memory: another block of the same order. */
static void repeat_run(struct mutation *m)
{
	uint32_t index;
	struct page_run *run = pick_run(m, &index);
	if (!run)
		return;
	struct page_run again = new_run(m, index + 1, run->pages);
	edit_splice_runs(m->s, m->op, index + 1, 0, &again, 1);
}

static void swap_runs(struct mutation *m)
{
	uint32_t a, b;
	struct page_run *first = pick_run(m, &a), *second = pick_run(m, &b);
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
	struct page_run *run = pick_run(m, &index);
	if (!run || run->pages < 2)
		return;
	uint32_t pages = 1 + (uint32_t)random_below(m, run->pages - 1u);
	struct page_run rest = { run->pfn + pages, run->pages - pages };
	run->pages = pages;
	if (rng_chance(m->rng, 50))
		rest = new_run(m, index + 1, rest.pages);
	edit_splice_runs(m->s, m->op, index + 1, 0, &rest, 1);
}

static void renew_runs(struct mutation *m)
{
	generate_runs(m->s, m->op, m->rng, m->sizes.block * 2);
}

const struct field_mutation pages_mutations[] = {
	{ change_run_length, 2 },
	{ nudge_run_length, 1 },
	{ change_run_pfn, 2 },
	{ nudge_run_pfn, 1 },
	{ insert_run, 1 },
	{ insert_bad_page, 1 },
	{ remove_run, 1 },
	{ repeat_run, 2 },
	{ swap_runs, 1 },
	{ split_run, 1 },
	{ renew_runs, 1 },
	{ alias_run, 1 },
	{ NULL, 0 },
};

/* --- ranges that an op states ---------------------------------------------------------- */

static void change_size(struct mutation *m)
{
	struct call *call = &mutated_op(m)->call;
	uint64_t pages = pick_length(&m->sizes, m->rng);
	if (rng_chance(m->rng, 50))
		pages = (call->bytes >> m->sizes.page_shift) +
			(uint64_t)pick_misalignment(&m->sizes, m->rng);
	if (pages < m->sizes.va_pages)
		call->bytes = pages << m->sizes.page_shift;
}

static void change_pfn(struct mutation *m)
{
	struct op *op = mutated_op(m);
	uint64_t pages = op_bytes(m->s, op) >> m->sizes.page_shift;
	bool anew = rng_chance(m->rng, 50) && pages < m->sizes.pfn_limit;
	op->call.pfn = anew ? pick_pfn(&m->sizes, m->rng, pages, va_page(m, op), 0)
			    : op->call.pfn + (uint64_t)pick_misalignment(&m->sizes, m->rng);
}

const struct field_mutation size_mutations[] = { { change_size, 2 }, { NULL, 0 } };
const struct field_mutation pfn_mutations[] = { { change_pfn, 2 }, { NULL, 0 } };

/* --- words ------------------------------------------------------------------------------ */

static void change_shift(struct mutation *m)
{
	const struct machine_config *config = &m->s->machine;
	struct call *call = &mutated_op(m)->call;
	call->shift = (uint8_t)(rng_chance(m->rng, 50) ? scenario_group_shift(config)
						       : scenario_level_shift(config, 2));
	call->flags |= MAP_FLAG_HUGE;
}

static void change_prot(struct mutation *m)
{
	mutated_op(m)->call.prot = pick_prot(m->rng);
}

static void change_flags(struct mutation *m)
{
	mutated_op(m)->call.flags ^= MAP_FLAG_HUGE;
}

static void undo_change(struct mutation *m)
{
	struct call *call = &mutated_op(m)->call;
	call->change = reverse_change(call->change);
}

static void undo_direct_map(struct mutation *m)
{
	struct call *call = &mutated_op(m)->call;
	call->direct_map = reverse_direct_map(call->direct_map);
}

static void change_kept(struct mutation *m)
{
	struct call *call = &mutated_op(m)->call;
	uint64_t pages = op_bytes(m->s, mutated_op(m)) >> m->sizes.page_shift;
	bool near = rng_chance(m->rng, 50);
	uint64_t kept = near ? (call->kept >> m->sizes.page_shift) +
					(uint64_t)pick_misalignment(&m->sizes, m->rng)
			     : pick_kept(pages, m->rng);
	if (kept < m->sizes.va_pages)
		call->kept = kept << m->sizes.page_shift;
}

static void change_reset(struct mutation *m)
{
	mutated_op(m)->call.reset = !mutated_op(m)->call.reset;
}

static void change_leaf(struct mutation *m)
{
	struct call *call = &mutated_op(m)->call;
	call->leaf = call->leaf == LEAF_PAGE ? LEAF_LARGEST : LEAF_PAGE;
}

static void change_half(struct mutation *m)
{
	mutated_op(m)->call.half = (enum half)random_below(m, HALVES);
}

const struct field_mutation half_mutations[] = { { change_half, 1 }, { NULL, 0 } };
const struct field_mutation shift_mutations[] = { { change_shift, 1 }, { NULL, 0 } };
const struct field_mutation prot_mutations[] = { { change_prot, 1 }, { NULL, 0 } };
const struct field_mutation flags_mutations[] = { { change_flags, 1 }, { NULL, 0 } };
const struct field_mutation change_mutations[] = { { undo_change, 1 }, { NULL, 0 } };
const struct field_mutation direct_map_mutations[] = { { undo_direct_map, 1 }, { NULL, 0 } };
const struct field_mutation kept_mutations[] = { { change_kept, 2 }, { NULL, 0 } };
const struct field_mutation reset_mutations[] = { { change_reset, 1 }, { NULL, 0 } };
const struct field_mutation leaf_mutations[] = { { change_leaf, 1 }, { NULL, 0 } };
