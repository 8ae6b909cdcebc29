// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a scenario may ask for. Whatever the machine or the mappers' contracts
 * do not allow is refused with a reason, never bent into something else.
 */
#include <stdio.h>

#include "fuzz/field.h"
#include "fuzz/refuse.h"
#include "fuzz/struct_pages.h"
#include "mapper/machine/assert.h"
#include "mapper/machine/min.h"

/* The address sizes that Linux builds for each granule (arch/arm64/Kconfig). */
static bool va_fits_granule(unsigned page_shift, unsigned va_bits)
{
	switch (page_shift) {
	case 12:
		return va_bits == 39 || va_bits == 48 || va_bits == 52;
	case 14:
		return va_bits == 36 || va_bits == 47 || va_bits == 48 || va_bits == 52;
	default:
		return va_bits == 42 || va_bits == 48 || va_bits == 52;
	}
}

/* A machine with small tables, to see all cases up to a bound: 4K pages, two to four levels. */
static bool check_scaled(const struct machine_config *config, struct refusal *why)
{
	unsigned bits = config->table_bits;
	int levels = bits ? (config->va_bits - config->page_shift - 1) / (int)bits + 1 : 0;
	if (config->page_shift != 12 || config->lpa2 || config->pa_bits != 48)
		return refuse(why, "entries", "scaled-down tables need granule=4k and pa=48");
	if (bits < 2 || bits > 8)
		return refuse(why, "entries", "a scaled-down table has 4, 8, ... or 256 entries");
	if (!config->group_bits || config->group_bits >= bits)
		return refuse(why, "group",
			      "a group has 2, 4, ... entries, at most half of a table's");
	if (levels < 2 || levels > 4)
		return refuse(why, "va", "scaled-down tables have two to four levels");
	return true;
}

bool scenario_check_machine(const struct machine_config *config, struct refusal *why)
{
	if (config->bbm > 2)
		return refuse(why, "bbm", "bbm must be 0, 1 or 2");
	if (config->table_bits || config->group_bits)
		return check_scaled(config, why);
	if (config->page_shift != 12 && config->page_shift != 14 && config->page_shift != 16)
		return refuse(why, "granule", "the granule must be 4k, 16k or 64k");
	if (!va_fits_granule(config->page_shift, config->va_bits))
		return refuse(why, "va",
			      "4k has va 39, 48, 52; 16k has 36, 47, 48, 52; 64k has 42, 48, 52");
	if (config->pa_bits != 48 && config->pa_bits != 52)
		return refuse(why, "pa", "pa must be 48 or 52");
	bool small = config->page_shift != 16;
	if (config->lpa2 && !small)
		return refuse(why, "lpa2", "the 64k granule has 52-bit addresses without lpa2");
	if (small && config->lpa2 != (config->va_bits == 52))
		return refuse(why, "lpa2", "with 4k and 16k, Linux has lpa2 exactly when va is 52");
	if (small && config->pa_bits == 52 && !config->lpa2)
		return refuse(why, "pa", "with 4k and 16k, pa=52 needs lpa2 and va=52");
	return true;
}

bool scenario_check_policy(const struct scenario *s, struct refusal *why)
{
	if (s->policy.max_shift < s->machine.page_shift ||
	    s->policy.max_shift > POLICY_NO_MAX_SHIFT)
		return refuse(why, "max-shift",
			      "max-shift must be between the page's shift and " TEXT_OF(
				      POLICY_NO_MAX_SHIFT));
	if (s->policy.series == POLICY_PRIOR && s->policy.vmap_huge != VMAP_HUGE_NEVER)
		return refuse(why, "vmap-huge", "before the series, vmap() has no blocks");
	return true;
}

/* Whether op `i` lies on pages of the address space, without leaving it. */
static bool check_range(const struct scenario *s, const struct op *op, struct refusal *why)
{
	uint64_t page_mask = (UINT64_C(1) << s->machine.page_shift) - 1;
	uint64_t bytes = op_bytes(s, op);
	if (call_is_of_memory(op->call.kind) &&
	    op->call.pfn >> (s->machine.va_bits - 1 - s->machine.page_shift))
		return refuse(why, "pa", "the linear map is half of the address space, from PA 0");
	if (call_is_of_memory(op->call.kind))
		ASSERT_CMP(op->call.va, ==,
			   scenario_va_base(s) + (op->call.pfn << s->machine.page_shift));
	if (call_is_of_memory(op->call.kind) && bytes > scenario_va_middle(s) - op->call.va)
		return refuse(why, "size", "the linear map is half of the address space");
	if (op->call.va & page_mask)
		return refuse(why, "va", "the address is not a multiple of the page size");
	if (op->call.va < scenario_va_base(s))
		return refuse(why, "va",
			      "the address is below the kernel's half of the address space");
	if (!bytes)
		return refuse(why, "", "the range is empty");
	if (bytes & page_mask)
		return refuse(why, "size", "the size is not a multiple of the page size");
	if (bytes - 1 > UINT64_MAX - op->call.va)
		return refuse(why, "va", "the range exceeds the address space");
	return true;
}

static bool is_in_lower_half(const struct scenario *s, const struct op *op)
{
	return op->call.va < scenario_va_middle(s);
}

/* Whether an op needs the lower half of the space to be the linear map. */
static bool needs_linear_map(const struct op *op)
{
	enum call_effect effect = call_effect(op->call.kind);
	return call_is_of_memory(op->call.kind) || effect == CALL_CHANGES ||
	       effect == CALL_COPIES || (op->call.kind == CALL_VFREE && op->call.reset);
}

/*
 * The lower half of the space is the linear map in a scenario that has one:
 * no other op may reach into it, earlier or later.
 */
static bool check_linear_map(const struct scenario *s, uint32_t i, struct refusal *why)
{
	const struct op *op = &s->op[i];
	bool low = !needs_linear_map(op) && is_in_lower_half(s, op);
	for (uint32_t k = 0; k < i; k++) {
		const struct op *other = &s->op[k];
		bool other_low = !needs_linear_map(other) && is_in_lower_half(s, other);
		if ((low && needs_linear_map(other)) || (needs_linear_map(op) && other_low))
			return refuse(why, "va",
				      "the lower half of the address space is the linear map in a "
				      "scenario with 'linear', 'add_memory', 'remove_memory', "
				      "'set_memory', 'set_direct_map', 'trans_pgd' or 'vfree' with "
				      "reset");
	}
	return true;
}

/* Entries at levels above the pages' that [first, last] touches: each may need a table. */
static uint64_t tables_bound(const struct scenario *s, uint64_t first, uint64_t last)
{
	unsigned table_bits = scenario_table_bits(&s->machine);
	uint64_t tables = 0;
	for (unsigned shift = s->machine.page_shift + table_bits; shift < s->machine.va_bits;
	     shift += table_bits)
		tables += (last >> shift) - (first >> shift) + 1;
	return tables;
}

/* The table pages that the op may allocate. Blocks of the linear map need some at its ends only. */
static uint64_t op_tables(const struct scenario *s, const struct op *op)
{
	uint64_t last = op->call.va + op_bytes(s, op) - 1;
	enum call_effect effect = call_traits(op->call.kind)->effect;
	if (op->call.kind == CALL_VFREE) /* of each page, a table of blocks and one of pages */
		return op->call.reset ? 2 * (op->call.bytes >> s->machine.page_shift) : 0;
	if (op->call.kind == CALL_SET_DIRECT_MAP) /* which may split all leaves of its range */
		return tables_bound(s, op->call.va, last);
	if (effect != CALL_MAPS && effect != CALL_SETS_UP && effect != CALL_ADDS)
		return 0;
	if (!call_lays(op->call.kind) || op->call.leaf == LEAF_PAGE)
		return tables_bound(s, op->call.va, last);
	unsigned shift = scenario_level_shift(&s->machine, s->machine.page_shift == 12 ? 1 : 2);
	return tables_bound(s, op->call.va, op->call.va) + tables_bound(s, last, last) +
	       ((op_bytes(s, op) >> shift) >> scenario_table_bits(&s->machine));
}

static bool maps_physical_range(enum call_kind kind)
{
	return call_maps(kind) && !call_traits(kind)->has_pages;
}

/* What the ops so far may take together. */
struct budget {
	uint64_t pages, tables, device, linear;
};

/* What ends of set_memory ops may split, and tables above: more of these than of ops before a copy. */
#define COPIED_SPLITS 64

/* Tables of a copy: those of its range that may be there, and a root. */
static uint64_t copied_tables(const struct budget *b, const struct scenario *s, const struct op *op)
{
	uint64_t last = op->call.va + op_bytes(s, op) - 1;
	return 1 + min(tables_bound(s, op->call.va, last), b->tables + COPIED_SPLITS);
}

/* A table freed for a block may be allocated again, so each op's are counted by themselves. */
static void spend(struct budget *b, const struct scenario *s, const struct op *op)
{
	if (op->call.kind == CALL_TRANS_PGD)
		b->tables += copied_tables(b, s, op);
	b->pages += op_pages(s, op);
	b->tables += op_tables(s, op);
	b->device +=
		maps_physical_range(op->call.kind) ? op->call.bytes >> s->machine.page_shift : 0;
	b->linear += call_lays(op->call.kind) ? op->call.bytes >> s->machine.page_shift : 0;
}

static bool check_budget(const struct budget *b, struct refusal *why)
{
	if (b->pages > SCENARIO_MAX_PAGES)
		return refuse(why, "pages",
			      "the page arrays have more than " TEXT_OF(
				      SCENARIO_MAX_PAGES) " pages in total");
	if (b->device > SCENARIO_MAX_DEVICE_PAGES)
		return refuse(why, "size",
			      "ioremap maps more than " TEXT_OF(
				      SCENARIO_MAX_DEVICE_PAGES) " pages in total");
	if (b->linear > SCENARIO_MAX_DEVICE_PAGES)
		return refuse(why, "size",
			      "'linear' and 'add_memory' map more than " TEXT_OF(
				      SCENARIO_MAX_DEVICE_PAGES) " pages in total");
	if (1 + b->tables > MACHINE_MAX_TABLES) /* and the root */
		return refuse(why, "",
			      "the ops may need more than " TEXT_OF(
				      MACHINE_MAX_TABLES) " table pages in total");
	return true;
}

/* A value that no text can say would change what a mapper does, and the text would hide why. */
static void assert_no_other_fields(const struct call *call)
{
	ASSERT(call_has_field(call->kind, FIELD_PROT) || !call->prot);
	ASSERT(call_has_field(call->kind, FIELD_FLAGS) || !call->flags);
	ASSERT(call_has_field(call->kind, FIELD_SHIFT) || !call->shift);
	ASSERT(call_has_field(call->kind, FIELD_CHANGE) || !call->change);
	ASSERT(call_has_field(call->kind, FIELD_DIRECT_MAP) || !call->direct_map);
	ASSERT(call_has_field(call->kind, FIELD_KEEP) || !call->kept);
	ASSERT(call_has_field(call->kind, FIELD_RESET) || !call->reset);
	ASSERT(call_has_field(call->kind, FIELD_LEAF) || !call->leaf);
	ASSERT(call_has_field(call->kind, FIELD_HALF) || !call->half);
}

/* Each field of the op by the check of its row. */
static bool check_fields(const struct scenario *s, uint32_t i, struct refusal *why)
{
	const struct op *op = &s->op[i];
	assert_no_other_fields(&op->call);
	for (const struct field *f = NULL; (f = op_next_field(op, f));)
		if (f->check && !f->check(s, i, why))
			return false;
	return true;
}

static bool check_faults(const struct op *op, struct refusal *why)
{
	if (call_sets_up(op->call.kind) && (op->fail_alloc || op->fail_trylock))
		return refuse(why, "", "'fail' must precede a call, not 'preset' or 'linear'");
	return true;
}

/* Which calls meet none, as the table of calls has them. Static; made once. */
static const char *those_that_meet_none(void)
{
	static char reason[512];
	size_t length = 0;
	if (reason[0])
		return reason;
	for (int kind = 0; kind < CALL_KINDS; kind++) {
		const struct call_traits *traits = call_traits((enum call_kind)kind);
		if (traits->meets || call_sets_up((enum call_kind)kind))
			continue;
		length += (size_t)snprintf(reason + length, sizeof(reason) - length, "%s%s",
					   length ? ", " : "", traits->name);
		ASSERT_CMP(length, <, sizeof(reason));
	}
	length += (size_t)snprintf(
		reason + length, sizeof(reason) - length,
		" and set_memory with op=split-pages meet nothing: they take other locks than "
		"the kernel's locks of tables");
	ASSERT_CMP(length, <, sizeof(reason));
	return reason;
}

static bool check_during(const struct scenario *s, uint32_t i, struct refusal *why)
{
	const struct op *op = &s->op[i];
	if (!op->during.stated)
		return true;
	if (call_sets_up(op->call.kind))
		return refuse(why, "", "'during' must precede a call, not 'preset' or 'linear'");
	if (!i || call_sets_up(s->op[i - 1].call.kind))
		return refuse(why, "", "'during' needs a call on the line before it");
	if (s->op[i - 1].during.stated)
		return refuse(why, "",
			      "the call before is itself made during another: one meets one");
	if (!call_meets(&op->call) || !call_meets(&s->op[i - 1].call))
		return refuse(why, "", those_that_meet_none());
	if (op->during.by == MEETING_BY_IRQ && !call_interrupts(&op->call))
		return refuse(why, "",
			      "by=irq is for set_memory with invalid or valid, and set_direct_map: "
			      "interrupts make no other call");
	return true;
}

static bool check_read(const struct scenario *s, uint32_t i, struct refusal *why)
{
	const struct op *op = &s->op[i];
	if (op->during.stated && i && s->op[i - 1].read.stated)
		return refuse(why, "", "the call before is met by a reader: one meets one");
	if (!op->read.stated)
		return true;
	if (call_sets_up(op->call.kind))
		return refuse(why, "", "'read' must precede a call, not 'preset' or 'linear'");
	if (op->during.stated)
		return refuse(why, "", "'during' and 'read' are not for one call: one meets one");
	if (!call_meets(&op->call))
		return refuse(why, "", those_that_meet_none());
	return true;
}

/* A call for a whole area has the range of what mapped it: "cannot unmap partial", as the kernel says. */
static bool check_undo(const struct scenario *s, uint32_t i, struct refusal *why)
{
	const struct op *op = &s->op[i];
	if (!call_traits(op->call.kind)->whole)
		return true;
	for (uint32_t k = 0; k < i; k++) {
		if (call_undoes(op->call.kind, s->op[k].call.kind) &&
		    s->op[k].call.va == op->call.va && op_bytes(s, &s->op[k]) == op->call.bytes)
			return true;
	}
	return refuse(why, "", "the range is not that of a call before which maps it, whole");
}

static bool check_op(const struct scenario *s, uint32_t i, struct budget *b, struct refusal *why)
{
	if (!check_range(s, &s->op[i], why) || !check_faults(&s->op[i], why) ||
	    !check_during(s, i, why) || !check_read(s, i, why) || !check_fields(s, i, why) ||
	    !check_undo(s, i, why) || !check_linear_map(s, i, why) ||
	    !struct_pages_are_apart(s, i, why))
		return false;
	spend(b, s, &s->op[i]);
	return check_budget(b, why);
}

bool scenario_check_op(const struct scenario *s, uint32_t i, struct refusal *why)
{
	struct budget b = { 0 };
	for (uint32_t k = 0; k < i; k++)
		spend(&b, s, &s->op[k]);
	return check_op(s, i, &b, why);
}

bool scenario_check(const struct scenario *s, struct refusal *why)
{
	struct budget b = { 0 };
	if (!scenario_check_machine(&s->machine, why) || !scenario_check_policy(s, why))
		return false;
	for (uint32_t i = 0; i < s->ops; i++)
		if (!check_op(s, i, &b, why))
			return false;
	return s->ops ? true : refuse(why, "", "a scenario needs at least one op");
}
