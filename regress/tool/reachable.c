// SPDX-License-Identifier: GPL-2.0-only
#include "regress/tool/reachable.h"

#include "fuzz/sizes.h"
#include "mapper/machine/assert.h"

#define VA_BITS 48 /* of the kernels that the rig boots */

static uint64_t guard_of(const struct scenario *s)
{
	return UINT64_C(1) << s->machine.page_shift;
}

static bool maps(const struct op *op)
{
	return call_maps(op->call.kind);
}

/* A range is about what is mapped; one of the linear map has a physical address instead. */
static bool is_about_a_range(const struct op *op)
{
	return !maps(op) && !call_sets_up(op->call.kind);
}

int reachable_overlap(const struct scenario *s, uint32_t i)
{
	uint64_t first = s->op[i].call.va, end = first + op_bytes(s, &s->op[i]) + guard_of(s);
	for (uint32_t k = 0; k < i; k++) {
		const struct op *other = &s->op[k];
		if (maps(other) && other->call.va < end &&
		    first < other->call.va + op_bytes(s, other) + guard_of(s))
			return (int)k;
	}
	return -1;
}

int reachable_area_of(const struct scenario *s, uint32_t i)
{
	uint64_t first = s->op[i].call.va, bytes = op_bytes(s, &s->op[i]);
	for (uint32_t k = 0; k < i; k++) {
		const struct op *area = &s->op[k];
		uint64_t begin = area->call.va, room = op_bytes(s, area) + guard_of(s);
		if (maps(area) && first >= begin && first - begin <= room &&
		    bytes <= room - (first - begin))
			return (int)k;
	}
	return -1;
}

/* --- where areas lie ------------------------------------------------------------------------- */

/* ioremap(): the size, rounded up to a power of two, up to a PUD with 4K pages, and a PMD else. */
static uint64_t ioremap_alignment(const struct scenario *s, uint64_t bytes)
{
	int level = s->machine.page_shift == 12 ? 1 : 2;
	uint64_t most = UINT64_C(1) << scenario_level_shift(&s->machine, level);
	uint64_t align = guard_of(s);
	while (align < bytes && align < most)
		align <<= 1;
	return align;
}

/* What may be mapped by blocks or groups, as large as the array is. */
static uint64_t array_alignment(const struct scenario *s, uint64_t bytes)
{
	uint64_t block = UINT64_C(1) << scenario_level_shift(&s->machine, 2);
	uint64_t group = UINT64_C(1) << scenario_group_shift(&s->machine);
	return bytes >= block ? block : bytes >= group ? group : guard_of(s);
}

uint64_t reachable_alignment(const struct scenario *s, const struct op *op)
{
	ASSERT(maps(op));
	if (op->call.kind == CALL_IOREMAP)
		return ioremap_alignment(s, op_bytes(s, op));
	if (op->call.kind == CALL_VM_MAP_RAM)
		return guard_of(s); /* single pages, wherever they are */
	return array_alignment(s, op_bytes(s, op));
}

static bool is_aligned(const struct scenario *s, const struct op *op)
{
	return !(op->call.va & (reachable_alignment(s, op) - 1));
}

/* vmap() of many kernels has an area at any page; so has vmalloc() without a block. */
static bool always_aligned(const struct scenario *s, const struct op *op)
{
	uint64_t block = UINT64_C(1) << scenario_level_shift(&s->machine, 2);
	if (op->call.kind == CALL_VMALLOC)
		return op->call.shift > s->machine.page_shift && op_bytes(s, op) >= block;
	return op->call.kind == CALL_IOREMAP;
}

/* --- what no caller can do, of an op ---------------------------------------------------------- */

static bool is_preset(const struct scenario *s, uint32_t i)
{
	return s->op[i].call.kind == CALL_PRESET;
}

static bool lays_memory(const struct scenario *s, uint32_t i)
{
	return s->op[i].call.kind == CALL_LINEAR;
}

static bool fails(const struct scenario *s, uint32_t i)
{
	return s->op[i].fail_alloc || s->op[i].fail_trylock;
}

static bool overlaps(const struct scenario *s, uint32_t i)
{
	return maps(&s->op[i]) && reachable_overlap(s, i) >= 0;
}

static bool is_misaligned(const struct scenario *s, uint32_t i)
{
	const struct op *op = &s->op[i];
	return maps(op) && always_aligned(s, op) && !is_aligned(s, op);
}

static bool is_skewed(const struct scenario *s, uint32_t i)
{
	const struct op *op = &s->op[i];
	return maps(op) && !always_aligned(s, op) && !is_aligned(s, op);
}

static bool has_no_such_prot(const struct scenario *s, uint32_t i)
{
	const struct call *call = &s->op[i].call;
	if (call->kind == CALL_VMAP)
		return call->prot > PROT_NONCACHED;
	if (call->kind == CALL_VMALLOC)
		return call->prot != PROT_KERNEL;
	return call->kind == CALL_IOREMAP && call->prot != PROT_DEVICE &&
	       call->prot != PROT_NORMAL_NC && call->prot != PROT_NONCACHED &&
	       call->prot != PROT_KERNEL;
}

static bool allocates_bad_pages(const struct scenario *s, uint32_t i)
{
	const struct op *op = &s->op[i];
	for (uint32_t r = 0; op->call.kind == CALL_VMALLOC && r < op->runs; r++)
		if (run_is_bad(&s->run[op->first_run + r]))
			return true;
	return false;
}

static bool is_in_no_area(const struct scenario *s, uint32_t i)
{
	return is_about_a_range(&s->op[i]) && reachable_area_of(s, i) < 0;
}

/* vm_unmap_ram() is for all of what one vm_map_ram() mapped. */
static bool is_a_part(const struct scenario *s, uint32_t i)
{
	const struct op *op = &s->op[i];
	if (op->call.kind != CALL_VM_UNMAP_RAM)
		return false;
	int k = reachable_area_of(s, i);
	return k >= 0 &&
	       (s->op[k].call.kind != CALL_VM_MAP_RAM || s->op[k].call.va != op->call.va ||
		op_bytes(s, &s->op[k]) != op_bytes(s, op));
}

static bool changes_linear_map(const struct scenario *s, uint32_t i)
{
	return call_is_of_linear_map(&s->op[i].call);
}

static bool applies(const struct scenario *s, uint32_t i)
{
	return call_applies(s->op[i].call.kind);
}

static bool is_of_struct_pages(const struct scenario *s, uint32_t i)
{
	return call_is_of_vmemmap(s->op[i].call.kind);
}

static bool is_vrealloc(const struct scenario *s, uint32_t i)
{
	return s->op[i].call.kind == CALL_VREALLOC;
}

static bool meets_another(const struct scenario *s, uint32_t i)
{
	return s->op[i].during.stated || s->op[i].read.stated;
}

static bool is_vfree(const struct scenario *s, uint32_t i)
{
	return s->op[i].call.kind == CALL_VFREE;
}

/* The weights: what only some kernels let callers do is never preferred to what none does. */
enum { SOME_KERNELS = 1, NO_KERNEL = 1 << 8 };

static const struct {
	bool (*is_so)(const struct scenario *s, uint32_t i);
	unsigned weight;
	const char *why;
} checks[] = {
	{ is_preset, NO_KERNEL, "no caller leaves such an entry" },
	{ lays_memory, NO_KERNEL, "the linear map is the kernel's own" },
	{ fails, NO_KERNEL, "no allocation and no lock of a caller fails on demand" },
	{ meets_another, NO_KERNEL, "nobody stops a kernel at an event of the call before it" },
	{ overlaps, NO_KERNEL,
	  "an op before it has an area there, or its guard page, and each call has its own area" },
	{ is_misaligned, NO_KERNEL, "the kernel aligns such an area, and this one is not" },
	{ has_no_such_prot, NO_KERNEL, "no caller has this protection" },
	{ allocates_bad_pages, NO_KERNEL,
	  "vmalloc() takes its pages itself, and none is null or bad" },
	{ is_in_no_area, NO_KERNEL,
	  "it is about a range that is not in one area, and no caller has more than its own" },
	{ is_a_part, NO_KERNEL, "vm_unmap_ram() is for what vm_map_ram() mapped, as a whole" },
	{ changes_linear_map, NO_KERNEL, "it changes the linear map, which is the kernel's" },
	{ applies, NO_KERNEL,
	  "apply_to_page_range() is not among the calls that are played there" },
	{ is_of_struct_pages, NO_KERNEL, "it is about struct pages of memory that comes or goes" },
	{ is_vrealloc, NO_KERNEL, "vrealloc() is not among the calls that are played there" },
	{ is_vfree, NO_KERNEL, "vfree() is not among the calls that are played there" },
	{ is_skewed, SOME_KERNELS, "its area is not aligned, and some kernels align it" },
};

#define CHECKS (sizeof(checks) / sizeof(checks[0]))

/* --- of the machine --------------------------------------------------------------------------- */

static const struct {
	unsigned weight;
	const char *why;
} of_machine[] = {
	{ NO_KERNEL, "kernels have real tables, and no scaled-down ones" },
	{ NO_KERNEL, "it is a Realm's guest" },
	{ SOME_KERNELS, "its addresses do not have 48 bits" },
};

#define MACHINE_CHECKS (sizeof(of_machine) / sizeof(of_machine[0]))

static bool machine_is(const struct machine_config *m, unsigned check)
{
	const bool is_so[MACHINE_CHECKS] = { m->table_bits, m->realm,
					     m->va_bits != VA_BITS || m->pa_bits != VA_BITS };
	return is_so[check];
}

/* --- all of them ------------------------------------------------------------------------------- */

uint64_t reachable_cost(const struct scenario *s)
{
	uint64_t cost = 0;
	for (unsigned check = 0; check < MACHINE_CHECKS; check++)
		cost += machine_is(&s->machine, check) ? of_machine[check].weight : 0;
	for (uint32_t i = 0; i < s->ops; i++)
		for (unsigned check = 0; check < CHECKS; check++)
			cost += checks[check].is_so(s, i) ? checks[check].weight : 0;
	return cost;
}

bool is_reachable(const struct scenario *s)
{
	return reachable_cost(s) < NO_KERNEL;
}

static const char *how_far(unsigned weight)
{
	return weight == NO_KERNEL ? "not reachable" : "not on all kernels";
}

void reachable_print(const struct scenario *s, FILE *to)
{
	if (is_reachable(s))
		fprintf(to, "reachable: callers of a kernel can make each of its calls\n");
	for (unsigned check = 0; check < MACHINE_CHECKS; check++)
		if (machine_is(&s->machine, check))
			fprintf(to, "%s: the machine: %s\n", how_far(of_machine[check].weight),
				of_machine[check].why);
	for (uint32_t i = 0; i < s->ops; i++)
		for (unsigned check = 0; check < CHECKS; check++)
			if (checks[check].is_so(s, i))
				fprintf(to, "%s: op %u, %s: %s\n", how_far(checks[check].weight), i,
					call_traits(s->op[i].call.kind)->name, checks[check].why);
}
