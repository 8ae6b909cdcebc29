// SPDX-License-Identifier: GPL-2.0-only
/* Families of struct pages that come and go: with 4K pages in blocks, with others in halves of pages. */
#include "fuzz/struct_pages.h"
#include "fuzz/exhaustive/choices.h"
#include "fuzz/sizes.h"

#define FAULTS 6 /* none, or the n-th allocation, of memory or of a table */

/* A range of struct pages, from page `first` on of what is around a place of the space. */
struct part {
	uint64_t first, pages;
	enum half half;
};

static struct op *add_part(struct scenario *s, enum call_kind kind, uint64_t place,
			   struct part part)
{
	struct op *op = add_op(s, kind, place + part.first, part.pages);
	op->call.half = part.half;
	return op;
}

static void populate(struct scenario *s, uint64_t place, struct part part, uint64_t pfn,
		     uint32_t fault)
{
	struct op *op = add_part(s, CALL_VMEMMAP_POPULATE, place, part);
	op->call.pfn = pfn;
	op->fail_alloc = fault;
}

/* In halves of pages, where a range begins and ends. */
static uint64_t first_half(struct part part)
{
	return 2 * part.first + (part.half == HALF_FIRST || part.half == HALF_BOTH);
}

static uint64_t end_half(struct part part)
{
	return 2 * (part.first + part.pages) - (part.half == HALF_LAST || part.half == HALF_BOTH);
}

static bool are_apart(struct part a, struct part b)
{
	return end_half(a) <= first_half(b) || end_half(b) <= first_half(a);
}

/* Whether all of a range is in two ranges that are apart, one of which may have no pages. */
static bool is_within(struct part part, struct part a, struct part b)
{
	uint64_t from = first_half(part), end = end_half(part);
	if (b.pages && first_half(b) < first_half(a)) {
		struct part first = b;
		b = a;
		a = first;
	}
	bool in_a = from >= first_half(a) && end <= end_half(a);
	bool in_b = b.pages && from >= first_half(b) && end <= end_half(b);
	bool across = b.pages && end_half(a) == first_half(b) && from >= first_half(a) &&
		      end <= end_half(b);
	return in_a || in_b || across;
}

#define SECTIONS 2

/* A range in one of two sections: anything else is refused by scenario_check(). */
static struct part take_section_part(struct digits *d)
{
	uint64_t first = digit(d, SECTIONS * BLOCK), pages = 1 + digit(d, BLOCK);
	return (struct part){ first, pages, HALF_NONE };
}

bool build_sections(struct digits *d, unsigned runs, struct scenario *s)
{
	(void)runs;
	uint64_t place = SPACE / 2 + (digit(d, 2) ? UPPER - BLOCK : 0);
	struct part one = take_section_part(d), other = take_section_part(d),
		    gone = take_section_part(d);
	uint64_t others = digit(d, 2), comes_back = digit(d, 2);
	uint32_t fault = (uint32_t)digit(d, FAULTS);
	bool unused = !others && (other.first || other.pages > 1);
	begin_scaled(s, policy_default(POLICY_V9));
	populate(s, place, one, UPPER, others ? 0 : fault);
	if (others)
		populate(s, place, other, 2 * UPPER, fault);
	else
		other.pages = 0;
	add_part(s, CALL_VMEMMAP_FREE, place, gone);
	if (comes_back)
		populate(s, place, gone, 3 * UPPER, 0);
	return !unused && (!others || are_apart(one, other)) && is_within(gone, one, other);
}

#define LARGE_PAGES 8 /* machines with 16K or 64K pages, the last of linux_machines */
#define FEW_PAGES 3
#define MORE_PAGES 6

static struct part take_halves(struct digits *d, uint64_t most)
{
	uint64_t first = digit(d, most), pages = 1 + digit(d, FEW_PAGES);
	return (struct part){ first, pages, (enum half)digit(d, HALVES) };
}

bool build_halves(struct digits *d, unsigned runs, struct scenario *s)
{
	(void)runs;
	scenario_init(s);
	s->machine = linux_machines[LINUX_MACHINES - LARGE_PAGES + digit(d, LARGE_PAGES)];
	s->policy = policy_default(POLICY_V9);
	bool at_end = digit(d, 2);
	struct part one = take_halves(d, FEW_PAGES), other = take_halves(d, MORE_PAGES);
	uint64_t which = digit(d, 3);
	uint32_t fault = (uint32_t)digit(d, FAULTS);
	uint64_t middle = (scenario_va_middle(s) - scenario_va_base(s)) >> s->machine.page_shift;
	uint64_t place =
		middle + (at_end ? (UINT64_C(1) << scenario_table_bits(&s->machine)) - 2 : 0);
	populate(s, place, one, UPPER, 0);
	populate(s, place, other, 2 * UPPER, fault);
	add_part(s, CALL_VMEMMAP_FREE, place, which ? one : other);
	if (which == 2)
		add_part(s, CALL_VMEMMAP_FREE, place, other);
	return are_apart(one, other);
}
