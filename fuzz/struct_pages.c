// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/struct_pages.h"

#include "fuzz/field_checks.h"
#include "fuzz/refuse.h"
#include "mapper/machine/min.h"
#include "oracle/struct_pages.h"

uint64_t section_pages(const struct scenario *s)
{
	const struct arm64_geometry g = arm64_geometry(&s->machine);
	return struct_pages_of_section(&g);
}

/* Whether the op may be mapped by a block. */
static bool is_block(const struct scenario *s, const struct op *op)
{
	const struct arm64_geometry g = arm64_geometry(&s->machine);
	return op->call.kind == CALL_VMEMMAP_POPULATE && struct_pages_fill_block(&g, &op->call);
}

/* --- what a scenario may say ------------------------------------------------------------- */

bool check_struct_pages(const struct scenario *s, uint32_t i, struct refusal *why)
{
	const struct op *op = &s->op[i];
	uint64_t section = section_pages(s);
	uint64_t first = (op->call.va - scenario_va_base(s)) >> s->machine.page_shift;
	uint64_t pages = op->call.bytes >> s->machine.page_shift;
	if (pages > section - (first & (section - 1)))
		return refuse(why, "size",
			      "the range is of the struct pages of one section of memory: at most "
			      "2M from a multiple of that on, with 16k and 64k pages 512K");
	if (op->call.half && s->machine.page_shift == 12)
		return refuse(why, "half",
			      "with 4k pages the struct pages of a sub-section fill whole pages");
	if (op->call.half == HALF_BOTH && pages == 1)
		return refuse(why, "half", "nothing is left of a page without both of its halves");
	if (is_block(s, op) && op->call.pfn & (section - 1))
		return refuse(why, "pa", "memory for a whole section is aligned to a block");
	return true;
}

bool struct_pages_are_apart(const struct scenario *s, uint32_t i, struct refusal *why)
{
	const struct op *op = &s->op[i];
	bool own = call_is_of_vmemmap(op->call.kind);
	for (uint32_t k = 0; k < i; k++)
		if (call_is_of_vmemmap(s->op[k].call.kind) != own && ops_meet(s, op, &s->op[k]))
			return refuse(
				why, "va",
				"struct pages, of 'vmemmap_populate' and 'vmemmap_free', have "
				"addresses that no other op is about");
	return true;
}

void repair_struct_pages(struct scenario *s, uint32_t i)
{
	struct call *call = &s->op[i].call;
	unsigned shift = s->machine.page_shift;
	if (!call_is_of_vmemmap(call->kind))
		return;
	uint64_t section = section_pages(s);
	uint64_t left = section - ((call->va >> shift) & (section - 1));
	call->bytes = min(call->bytes >> shift, left) << shift;
	if (shift == 12)
		call->half = HALF_NONE;
	if (call->half == HALF_BOTH && call->bytes >> shift == 1)
		call->half = HALF_FIRST;
	if (is_block(s, &s->op[i]))
		call->pfn &= ~(section - 1);
}

/* --- what the caller knows --------------------------------------------------------------- */

/* Bytes of [va, end) that are struct pages in use. */
static uint64_t bytes_in_use(const struct address_space *space, uint64_t va, uint64_t bytes)
{
	uint64_t used = 0, last = va + (bytes - 1);
	for (unsigned i = 0; i < space->areas; i++) {
		const struct vm_area *area = &space->area[i];
		uint64_t area_last = area->va + (area->bytes - 1);
		uint64_t from = va > area->va ? va : area->va, to = min(last, area_last);
		if (area->kind == AREA_VMEMMAP && from <= to)
			used += to - from + 1;
	}
	return used;
}

bool struct_pages_allow(const struct address_space *space, const struct call *call)
{
	uint64_t page = UINT64_C(1) << space->machine->config.page_shift;
	if (!call_is_of_vmemmap(call->kind))
		return true;
	uint64_t first = call_half_first(call, page);
	uint64_t bytes = call_half_end(call, page) - first;
	uint64_t used = bytes_in_use(space, call->va + first, bytes);
	return call->kind == CALL_VMEMMAP_POPULATE ? !used : used == bytes;
}
