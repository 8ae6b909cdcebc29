// SPDX-License-Identifier: GPL-2.0-only
/* Families of one page array. */
#include "fuzz/edit.h"
#include "fuzz/exhaustive/choices.h"
#include "fuzz/sizes.h"

bool build_vmap(struct digits *d, unsigned runs, struct scenario *s)
{
	struct array a;
	uint64_t page;
	bool good = take_array(d, runs, &a);
	good &= take_va(d, a.pages, &page);
	begin_scaled(s, take_policy(d, POLICIES));
	add_op(s, CALL_VMAP, page, 0);
	give_array(s, &a);
	return good;
}

/* Puts one bad page before run `at` of the only op, or inside of it where it has an inside. */
static bool break_array(struct scenario *s, const struct array *a, unsigned at, bool inside,
			uint64_t what)
{
	struct page_run bad = { what, 1 };
	if (at > a->runs || (inside && (at == a->runs || a->run[at].pages < 2)))
		return false;
	if (!inside)
		return edit_splice_runs(s, 0, at, 0, &bad, 1);
	struct page_run head = a->run[at], tail = head;
	head.pages /= 2;
	tail.pfn += head.pages;
	tail.pages -= head.pages;
	return edit_splice_runs(s, 0, at, 1, (struct page_run[]){ head, bad, tail }, 3);
}

#define BAD_PAGE_FAULTS 4 /* none, or the n-th table allocation: a mapping has three levels */

bool build_bad_page(struct digits *d, unsigned runs, struct scenario *s)
{
	struct array a;
	uint64_t page;
	unsigned most = runs > 1 ? runs - 1 : 1;
	bool good = take_array(d, most, &a);
	uint64_t at = digit(d, most + 1), inside = digit(d, 2), what = digit(d, 3);
	good &= take_va(d, a.pages + 1, &page);
	begin_scaled(s, take_policy(d, 3));
	struct op *op = add_op(s, CALL_VMAP, page, 0);
	op->fail_alloc = (uint32_t)digit(d, BAD_PAGE_FAULTS);
	give_array(s, &a);
	if (what == 2)
		return good && !at && !inside && op->fail_alloc;
	return good && break_array(s, &a, (unsigned)at, inside, what ? PAGE_BAD : PAGE_HOLE);
}

bool build_vmalloc(struct digits *d, unsigned runs, struct scenario *s)
{
	static const uint8_t shifts[] = { 12, 12 + GROUP_BITS, 12 + TABLE_BITS };
	struct array a;
	uint64_t page, block = digit(d, sizeof(shifts)), huge = digit(d, 2);
	bool good = take_array(d, runs > 2 ? runs - 1 : runs, &a);
	good &= take_va(d, a.pages, &page);
	begin_scaled(s, take_policy(d, 6));
	struct op *op = add_op(s, CALL_VMALLOC, page, 0);
	op->call.shift = shifts[block];
	op->call.flags = huge ? MAP_FLAG_HUGE : 0;
	give_array(s, &a);
	return good;
}

/* --- the granules that exist ----------------------------------------------------------- */

#define LENGTHS 8
#define PLACES 7

/* Lengths around those of a group and a block. */
static uint64_t length_of(uint64_t which, uint64_t group, uint64_t block)
{
	const uint64_t lengths[LENGTHS] = { 1,         group - 1, group, group + 1,
					    2 * group, block - 1, block, block + group + 1 };
	return lengths[which];
}

/* Pages from the start of a block that miss its alignment, or a group's, by little or by much. */
static uint64_t place_of(uint64_t which, uint64_t group, uint64_t block)
{
	const uint64_t places[PLACES] = { 0,        1, group, group - 1, block / 2, block - group,
					  block - 1 };
	return places[which];
}

/* Where a run lies: its place, in a block of low memory or below the top of the format's plain part. */
static uint64_t pfn_for(const struct sizes *sizes, uint64_t place, unsigned run)
{
	uint64_t boundary = run ? format_boundary(sizes) : 0;
	uint64_t end = boundary ? boundary : (run + UINT64_C(1)) * 4 * sizes->block;
	return end - sizes->block + place;
}

bool build_granules(struct digits *d, unsigned runs, struct scenario *s)
{
	struct array a = { 0 };
	scenario_init(s);
	s->machine = linux_machines[digit(d, LINUX_MACHINES)];
	bool vmalloc = digit(d, 2);
	s->policy = policy_default(digit(d, 2) ? POLICY_PRIOR : POLICY_V9);
	struct sizes sizes = sizes_of(&s->machine);
	uint64_t va_place = place_of(digit(d, PLACES), sizes.group, sizes.block);
	for (unsigned i = 0; i < (runs < 2 ? runs : 2); i++) {
		uint64_t length = length_of(digit(d, LENGTHS), sizes.group, sizes.block);
		uint64_t place = place_of(digit(d, PLACES), sizes.group, sizes.block);
		a.run[a.runs++] = (struct page_run){ pfn_for(&sizes, place, i), (uint32_t)length };
	}
	uint64_t middle = (scenario_va_middle(s) - scenario_va_base(s)) >> s->machine.page_shift;
	struct op *op = add_op(s, vmalloc ? CALL_VMALLOC : CALL_VMAP, middle + va_place, 0);
	if (vmalloc) {
		op->call.flags = MAP_FLAG_HUGE;
		op->call.shift = (uint8_t)(va_place & 1 ? scenario_group_shift(&s->machine)
							: scenario_level_shift(&s->machine, 2));
	}
	give_array(s, &a);
	return true;
}
