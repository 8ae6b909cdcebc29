// SPDX-License-Identifier: GPL-2.0-only
/* How a call about struct pages becomes one that is made: populated where none are, freed where all are. */
#include "fuzz/adaptation.h"
#include "fuzz/struct_pages.h"

/* Whether the op's call would be allowed for a page alone, or for a half of it. */
static bool is_allowed(const struct adaptation *a, uint64_t page, enum half half)
{
	const struct address_space space = adaptation_space(a);
	struct call call = adaptation_call(a);
	call.va = scenario_va_of_page(a->s, page);
	call.bytes = adaptation_page_bytes(a);
	call.half = half;
	return struct_pages_allow(&space, &call);
}

/* The longest part of the range for which it is allowed, in whole pages. */
static bool keep_what_is_allowed(struct adaptation *a)
{
	struct span span = adaptation_span(a), best = { 0, 0 };
	if (!call_is_of_vmemmap(adaptation_op(a)->call.kind))
		return false;
	for (uint64_t page = span.first, end; page < span.end; page = end + 1) {
		for (end = page; end < span.end && is_allowed(a, end, HALF_NONE);)
			end++;
		if (end - page > best.end - best.first)
			best = (struct span){ page, end };
	}
	if (best.first == best.end)
		return false;
	adaptation_op(a)->call.half = HALF_NONE;
	return adaptation_set_span(a, best);
}

/* Half of a page, where others have the other half. */
static bool keep_one_half(struct adaptation *a)
{
	struct span span = adaptation_span(a);
	struct op *op = adaptation_op(a);
	if (!call_is_of_vmemmap(op->call.kind) || a->s->machine.page_shift == 12)
		return false;
	for (uint64_t page = span.first; page < span.end; page++)
		for (enum half half = HALF_FIRST; half <= HALF_LAST; half++)
			if (is_allowed(a, page, half)) {
				op->call.half = half;
				adaptation_set_span(a, (struct span){ page, page + 1 });
				return true;
			}
	return false;
}

/* What is there is freed, and what is not there is populated. */
static bool do_the_other(struct adaptation *a)
{
	struct op *op = adaptation_op(a);
	if (!call_is_of_vmemmap(op->call.kind))
		return false;
	bool frees = op->call.kind == CALL_VMEMMAP_FREE;
	op->call.kind = frees ? CALL_VMEMMAP_POPULATE : CALL_VMEMMAP_FREE;
	op->call.pfn = frees ? section_pages(a->s) : 0;
	op->fail_alloc = op->fail_trylock = 0;
	return true;
}

/* Struct pages below the root's last entry, where a tree has them. */
static bool move_down(struct adaptation *a)
{
	const struct arm64_geometry g = arm64_geometry(&a->s->machine);
	uint64_t root_entry = UINT64_C(1) << arm64_leaf_bits(&g, g.start_level);
	uint64_t *va = &adaptation_op(a)->call.va;
	bool last = call_is_of_vmemmap(adaptation_op(a)->call.kind) && -*va <= root_entry;
	if (last)
		*va -= root_entry;
	return last;
}

/* All struct pages fill whole pages. */
static bool forget_halves(struct adaptation *a)
{
	bool forgot = false;
	for (uint32_t i = 0; i < a->s->ops; i++) {
		forgot |= a->s->op[i].call.half != HALF_NONE;
		a->s->op[i].call.half = HALF_NONE;
	}
	return forgot;
}

static const adaptation_list here[] = {
	{ keep_what_is_allowed },
	{ keep_one_half },
	{ do_the_other },
	{ do_the_other, keep_what_is_allowed },
	{ do_the_other, keep_one_half },
	{ adapt_widen },
	{ move_down },
	{ move_down, keep_what_is_allowed },
	{ move_down, do_the_other },
	{ NULL },
};

static const adaptation_list before[] = { { forget_halves }, { NULL } };

static const adaptation_list nothing[] = { { NULL } };

const struct changes changes_of_struct_pages = { NULL, here, before, nothing };
