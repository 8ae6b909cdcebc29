// SPDX-License-Identifier: GPL-2.0-only
/* Whether a field may have its value: what the machine allows and the calls before make sense of. */
#include "fuzz/field_checks.h"

#include "fuzz/refuse.h"
#include "mapper/machine/assert.h"

/* Whether pfns [pfn, pfn + pages) are memory, and not the machine's own table pages. */
static bool is_memory(const struct scenario *s, uint64_t pfn, uint64_t pages)
{
	uint64_t limit = machine_table_pool_pfn(&s->machine);
	return pfn < limit && pages <= limit - pfn;
}

bool check_pages(const struct scenario *s, uint32_t at, struct refusal *why)
{
	const struct op *op = &s->op[at];
	for (uint32_t i = 0; i < op->runs; i++) {
		const struct page_run *run = &s->run[op->first_run + i];
		if (!run->pages || (run_is_bad(run) && run->pages != 1))
			return refuse(
				why, "pages",
				"a run needs at least one page; null and bad are one page each");
		if (!run_is_bad(run) && !is_memory(s, run->pfn, run->pages))
			return refuse(why, "pages",
				      "a run exceeds physical memory, whose top "
				      "holds the translation tables");
	}
	return true;
}

/* Whether the op lies inside of the range of `outer`. */
static bool is_inside(const struct scenario *s, const struct op *op, const struct op *outer)
{
	return op->call.va >= outer->call.va &&
	       op->call.va + (op_bytes(s, op) - 1) <= outer->call.va + (op_bytes(s, outer) - 1);
}

bool check_shift(const struct scenario *s, uint32_t i, struct refusal *why)
{
	const struct op *op = &s->op[i];
	unsigned page = s->machine.page_shift;
	if (op->call.shift != page && op->call.shift != scenario_group_shift(&s->machine) &&
	    op->call.shift != scenario_level_shift(&s->machine, 2))
		return refuse(
			why, "shift",
			"shift must be that of a page, a contiguous group or a level 2 block");
	if (op->call.shift != page && !(op->call.flags & MAP_FLAG_HUGE))
		return refuse(why, "shift", "blocks larger than a page need flags=huge");
	return true;
}

bool check_physical_range(const struct scenario *s, uint32_t i, struct refusal *why)
{
	const struct op *op = &s->op[i];
	if (!is_memory(s, op->call.pfn, op->call.bytes >> s->machine.page_shift))
		return refuse(why, "pa",
			      "the range exceeds physical memory, whose top holds the "
			      "translation tables");
	return true;
}

/* The runs of the areas that a set_memory or a vfree op may have aliases in. */
static uint64_t changed_runs(const struct scenario *s, uint32_t i)
{
	const struct call *call = &s->op[i].call;
	uint64_t runs = 0;
	bool resets = call->kind == CALL_VFREE && call->reset;
	if (call->kind != CALL_SET_MEMORY && !resets)
		return 0;
	for (uint32_t k = 0; k < i; k++) {
		const struct call *area = &s->op[k].call;
		bool has = area->kind == CALL_VMALLOC || (area->kind == CALL_VMAP && resets);
		if (has && area->va <= call->va)
			runs += s->op[k].runs;
	}
	return runs;
}

bool check_changed_runs(const struct scenario *s, uint32_t i, struct refusal *why)
{
	uint64_t runs = 0;
	for (uint32_t k = 0; k <= i; k++)
		runs += changed_runs(s, k);
	if (runs > SCENARIO_MAX_CHANGED_RUNS)
		return refuse(why, "",
			      "set_memory and vfree change more than " TEXT_OF(
				      SCENARIO_MAX_CHANGED_RUNS) " runs of pages in total");
	return true;
}

bool check_kept(const struct scenario *s, uint32_t i, struct refusal *why)
{
	uint64_t kept = s->op[i].call.kept;
	ASSERT_CMP(kept & ((UINT64_C(1) << s->machine.page_shift) - 1), ==, 0);
	return kept ||
	       refuse(why, "keep", "an area keeps at least one page; 'vfree' takes away all");
}

/* Whether a 'linear' or 'add_memory' line before the op includes its range. */
static bool is_laid(const struct scenario *s, uint32_t i)
{
	bool found = false;
	for (uint32_t k = 0; k < i; k++)
		found |= call_lays(s->op[k].call.kind) && is_inside(s, &s->op[i], &s->op[k]);
	return found;
}

bool check_change(const struct scenario *s, uint32_t i, struct refusal *why)
{
	return !call_is_of_linear_map(&s->op[i].call) || is_laid(s, i) ||
	       refuse(why, "va",
		      "invalid, valid and splits need an earlier 'linear' or 'add_memory' line "
		      "that "
		      "includes this range");
}

bool check_direct_map(const struct scenario *s, uint32_t i, struct refusal *why)
{
	if (s->op[i].call.bytes >> s->machine.page_shift > SCENARIO_MAX_DIRECT_PAGES)
		return refuse(why, "pages",
			      "set_direct_map changes at most " TEXT_OF(
				      SCENARIO_MAX_DIRECT_PAGES) " pages, each by itself");
	return is_laid(s, i) ||
	       refuse(why, "va",
		      "set_direct_map needs an earlier 'linear' or 'add_memory' line that includes "
		      "this range");
}

bool check_copied_range(const struct scenario *s, uint32_t i, struct refusal *why)
{
	const struct call *call = &s->op[i].call;
	uint64_t middle = scenario_va_middle(s);
	if (call->kind != CALL_TRANS_PGD || (call->va < middle && call->bytes <= middle - call->va))
		return true;
	return refuse(why, "va",
		      "trans_pgd copies a part of the linear map, which is the lower half of the "
		      "address space");
}

bool check_linear_range(const struct scenario *s, uint32_t i, struct refusal *why)
{
	const struct op *op = &s->op[i];
	for (uint32_t k = 0; k < i && op->call.kind == CALL_LINEAR; k++)
		if (call_lays(s->op[k].call.kind) && ops_meet(s, op, &s->op[k]))
			return refuse(why, "pa",
				      "the range overlaps another 'linear' or 'add_memory' range");
	return true;
}

bool check_preset_level(const struct scenario *s, uint32_t i, struct refusal *why)
{
	const struct call *call = &s->op[i].call;
	if (scenario_level_shift(&s->machine, call->level) >= s->machine.va_bits)
		return refuse(why, "level", "the address space has no such level");
	if (call->table && call->level == OP_LAST_LEVEL)
		return refuse(why, "level", "a table can be below an entry of level 0, 1 or 2");
	return true;
}

bool check_preset_leaf(const struct scenario *s, uint32_t i, struct refusal *why)
{
	const struct call *call = &s->op[i].call;
	unsigned shift = scenario_level_shift(&s->machine, call->level);
	uint64_t order_mask = (UINT64_C(1) << (shift - s->machine.page_shift)) - 1;
	if (call->level == 0 || (call->level == 1 && s->machine.page_shift != 12))
		return refuse(why, "level", "a leaf can be at level 3, 2, or 1 with 4k pages");
	if (call->va & ((UINT64_C(1) << shift) - 1))
		return refuse(why, "va", "the address is not aligned to the block");
	if (call->pfn & order_mask)
		return refuse(why, "pfn", "the pfn is not aligned to the block");
	if (!is_memory(s, call->pfn, order_mask + 1))
		return refuse(why, "pfn", "the pfn is outside physical memory");
	return true;
}
