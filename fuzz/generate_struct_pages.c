// SPDX-License-Identifier: GPL-2.0-only
/* New ops about struct pages: sections and parts of them next to each other, and what takes them away. */
#include "fuzz/edit.h"
#include "fuzz/fill.h"
#include "fuzz/generate_ops.h"
#include "fuzz/sizes.h"
#include "fuzz/struct_pages.h"
#include "fuzz/weights.h"
#include "mapper/machine/min.h"

/* An op that populates, from a random one on; the number of ops if there is none. */
static uint32_t pick_populated(const struct scenario *s, struct rng *rng)
{
	uint32_t from = (uint32_t)rng_below(rng, s->ops + 1u);
	for (uint32_t i = 0; i < s->ops; i++)
		if (s->op[(from + i) % s->ops].call.kind == CALL_VMEMMAP_POPULATE)
			return (from + i) % s->ops;
	return s->ops;
}

/* A section somewhere, often the last one that a table of blocks or of pages maps. */
static uint64_t pick_section(const struct scenario *s, struct rng *rng)
{
	struct sizes sizes = sizes_of(&s->machine);
	uint64_t section = section_pages(s), upper = sizes.block << sizes.table_bits;
	uint64_t page = sizes.va_pages / 2 + rng_below(rng, sizes.va_pages / 2);
	if (rng_chance(rng, weights.section_ends_table))
		page = (page | (min(upper, sizes.va_pages / 2) - 1));
	return page & ~(section - 1);
}

/* Where a range begins that goes on after the one of an op: in the same page, if that has a half of it. */
static uint64_t page_after(const struct scenario *s, uint32_t about, enum half *half)
{
	enum half before = s->op[about].call.half;
	uint64_t end = scenario_va_page(s, about) + scenario_op_pages(s, about);
	bool shared = before == HALF_LAST || before == HALF_BOTH;
	*half = shared ? HALF_FIRST : HALF_NONE;
	return end - shared;
}

/* Pages of a range that begins at `page`: the whole section where it can, or a part of it. */
static uint64_t pick_pages(const struct scenario *s, struct rng *rng, uint64_t page)
{
	uint64_t section = section_pages(s), left = section - (page & (section - 1));
	if (rng_chance(rng, weights.whole_section))
		return left;
	return 1 + rng_below(rng, 1 + rng_below(rng, left));
}

static uint64_t pick_memory(const struct scenario *s, struct rng *rng, uint64_t pages)
{
	struct sizes sizes = sizes_of(&s->machine);
	uint64_t unit = pages == sizes.block ? sizes.block : 1;
	return unit * (1 + rng_below(rng, 16));
}

static void pick_alloc_fault(const struct scenario *s, struct op *op, struct rng *rng)
{
	uint64_t pages = op->call.bytes >> s->machine.page_shift;
	uint64_t most = rng_chance(rng, 50) ? GENERATE_MAX_FAULT : pages + GENERATE_MAX_FAULT;
	if (rng_chance(rng, weights.fail_alloc_of_section))
		op->fail_alloc = 1 + (uint32_t)rng_below(rng, most);
}

/* Struct pages after those of op `about`, or those of another section. */
static void add_populate(struct scenario *s, uint32_t at, uint32_t about, struct rng *rng)
{
	struct op op = scenario_new_op(s, CALL_VMEMMAP_POPULATE);
	struct sizes sizes = sizes_of(&s->machine);
	enum half half = HALF_NONE;
	bool next = about < s->ops && rng_chance(rng, weights.next_in_section);
	uint64_t page = next ? page_after(s, about, &half) : pick_section(s, rng);
	if (!next && rng_chance(rng, weights.inside_section))
		page += rng_below(rng, section_pages(s));
	if (page >= sizes.va_pages)
		return;
	uint64_t pages = pick_pages(s, rng, page);
	if (rng_chance(rng, weights.half_last) && (pages > 1 || half == HALF_NONE))
		half = half == HALF_FIRST ? HALF_BOTH : HALF_LAST;
	op.call.va = scenario_va_of_page(s, page);
	op.call.bytes = pages << s->machine.page_shift;
	op.call.pfn = pick_memory(s, rng, pages);
	op.call.half = half;
	pick_alloc_fault(s, &op, rng);
	if (edit_insert_op(s, at, &op))
		repair_struct_pages(s, at);
}

/* Takes away what op `about` added, or a part of it. */
static void add_free(struct scenario *s, uint32_t at, uint32_t about, struct rng *rng)
{
	struct op op = scenario_new_op(s, CALL_VMEMMAP_FREE);
	uint64_t page = scenario_va_page(s, about), pages = scenario_op_pages(s, about);
	op.call.half = s->op[about].call.half;
	if (rng_chance(rng, weights.part_of_section)) {
		uint64_t skipped = rng_below(rng, pages);
		page += skipped;
		pages = 1 + rng_below(rng, pages - skipped);
		op.call.half = HALF_NONE;
	}
	op.call.va = scenario_va_of_page(s, page);
	op.call.bytes = pages << s->machine.page_shift;
	if (edit_insert_op(s, at, &op))
		repair_struct_pages(s, at);
}

void generate_struct_pages(struct scenario *s, uint32_t at, struct rng *rng)
{
	uint32_t about = pick_populated(s, rng);
	if (about < s->ops && about < at && rng_chance(rng, weights.section_freed))
		add_free(s, at, about, rng);
	else
		add_populate(s, at, about, rng);
}

void fill_vmemmap(struct scenario *s, const struct profile *profile, struct rng *rng,
		  uint64_t max_pages)
{
	uint64_t steps = 2 + rng_below(rng, SCENARIO_MAX_OPS - 2);
	(void)profile;
	for (uint64_t i = 0; i < steps && s->ops < SCENARIO_MAX_OPS; i++) {
		if (s->ops && rng_chance(rng, weights.area_by_section))
			generate_mapping(s, rng, CALL_VMAP,
					 scenario_va_page(s, (uint32_t)rng_below(rng, s->ops)) +
						 section_pages(s),
					 min(max_pages, 4));
		else
			generate_struct_pages(s, s->ops, rng);
	}
}
