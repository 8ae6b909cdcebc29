// SPDX-License-Identifier: GPL-2.0-only
/* Scenarios whose sizes do not fit into 32 bits of bytes, or 16 of pages. */
#include "fuzz/edit.h"
#include "fuzz/fill.h"
#include "fuzz/generate_ops.h"
#include "fuzz/mappers.h"
#include "fuzz/sizes.h"
#include "fuzz/weights.h"
#include "mapper/machine/min.h"

#define MAX_RUNS 3

/* A place in memory for a run: anywhere, low, or across 2^31 or 2^32 bytes. */
static uint64_t pick_place(const struct sizes *sizes, struct rng *rng, uint64_t pages)
{
	uint64_t bits = 31 + rng_below(rng, 2), within = rng_below(rng, pages + 1);
	uint64_t boundary = UINT64_C(1) << (bits - sizes->page_shift);
	uint64_t place = rng_below(rng, sizes->pfn_limit - pages);
	if (rng_chance(rng, 40))
		place = boundary > within ? boundary - within : boundary;
	return place & ~(sizes->block - 1);
}

/* A pfn of blocks, or one that no leaf but a page can have. */
static uint64_t pick_huge_pfn(const struct sizes *sizes, struct rng *rng, uint64_t pages,
			      uint64_t va_page)
{
	uint64_t place = pick_place(sizes, rng, pages);
	uint64_t pfn = place + (va_page & (sizes->block - 1));
	if (rng_chance(rng, weights.huge_single))
		pfn++;
	return pfn + pages < sizes->pfn_limit ? pfn : place;
}

static void add_huge_runs(struct scenario *s, struct rng *rng, uint64_t pages)
{
	struct sizes sizes = sizes_of(&s->machine);
	uint32_t op = s->ops - 1;
	uint64_t va_page = scenario_va_page(s, op), runs = 1 + rng_below(rng, MAX_RUNS);
	while (pages) {
		uint64_t part = runs > 1 ? 1 + rng_below(rng, pages) : pages;
		uint64_t pfn = pick_huge_pfn(&sizes, rng, part, va_page);
		edit_splice_runs(s, op, s->op[op].runs, 0,
				 &(struct page_run){ pfn, (uint32_t)part }, 1);
		va_page += part;
		pages -= part;
		runs--;
	}
}

/* An op that maps so many pages, some at a place of which the offset has 32 bits, or more. */
static void add_huge_mapping(struct scenario *s, enum call_kind kind, struct rng *rng,
			     uint64_t max_pages)
{
	struct sizes sizes = sizes_of(&s->machine);
	bool array = call_traits(kind)->has_pages;
	uint64_t most = array ? max_pages : SCENARIO_MAX_DEVICE_PAGES;
	uint64_t pages = pick_huge_length(&sizes, rng, min(most, sizes.va_pages / 4));
	uint64_t boundary = UINT64_C(1) << (32 - sizes.page_shift);
	uint64_t page = pick_va_page(&sizes, rng, pages);
	if (rng_chance(rng, 30) && boundary + pages < sizes.va_pages / 2)
		page = sizes.va_pages / 2 + boundary - sizes.block * rng_below(rng, 2);
	struct op op = scenario_new_op(s, kind);
	op.call.va = scenario_va_of_page(s, page);
	if (call_has_field(kind, FIELD_FLAGS))
		op.call.flags = (uint8_t)rng_below(rng, 2);
	if (call_has_field(kind, FIELD_SHIFT) && op.call.flags)
		op.call.shift = (uint8_t)scenario_level_shift(&s->machine, 2);
	if (!array) {
		op.call.pfn = pick_huge_pfn(&sizes, rng, pages, page);
		op.call.bytes = pages << sizes.page_shift;
	}
	edit_insert_op(s, s->ops, &op);
	if (array)
		add_huge_runs(s, rng, pages);
}

void fill_huge(struct scenario *s, const struct profile *profile, struct rng *rng,
	       uint64_t max_pages)
{
	s->machine = pick_huge_machine(rng);
	mapper_fit_machine(&s->machine);
	add_huge_mapping(s, pick_call(profile->areas, rng), rng, max_pages);
	if (!rng_chance(rng, weights.huge_then))
		return;
	if (rng_chance(rng, 30))
		generate_set_memory(s, s->ops, 0, rng);
	generate_unmap(s, s->ops, 0, rng);
}
