// SPDX-License-Identifier: GPL-2.0-only
/* Families of apply_to_page_range() and its kind, and of areas that shrink. */
#include "fuzz/edit.h"
#include "fuzz/exhaustive/choices.h"

#define FAULTS 4 /* none, or the n-th table allocation */

/* One run of so many pages, and a bad page in place of page `bad` of it, if that is one of them. */
static void give_run(struct scenario *s, uint64_t pfn, uint64_t pages, uint64_t bad, uint64_t what)
{
	struct array a = { .runs = 1, .run = { { pfn, (uint32_t)pages } } };
	if (bad < pages) {
		a.runs = 0;
		if (bad)
			a.run[a.runs++] = (struct page_run){ pfn, (uint32_t)bad };
		a.run[a.runs++] = (struct page_run){ what, 1 };
		if (bad + 1 < pages)
			a.run[a.runs++] =
				(struct page_run){ pfn + bad + 1, (uint32_t)(pages - bad - 1) };
	}
	give_array(s, &a);
}

bool build_apply(struct digits *d, unsigned runs, struct scenario *s)
{
	(void)runs;
	uint64_t page, frames = digit(d, 2), pages = 1 + digit(d, MOST_PAGES), skew = digit(d, 2);
	uint64_t bad = digit(d, MOST_PAGES + 1), hole = digit(d, 2), again = digit(d, 2);
	uint32_t fault = (uint32_t)digit(d, FAULTS);
	bool good = take_va(d, pages, &page);
	begin_scaled(s, take_policy(d, 2));
	enum call_kind kind = frames ? CALL_VMAP_PFN : CALL_APPLY_TO_PAGE_RANGE;
	for (uint64_t i = 0; i <= again; i++) {
		struct op *op = add_op(s, kind, page, 0);
		op->fail_alloc = i ? 0 : fault;
		give_run(s, UPPER + skew, pages, i ? MOST_PAGES : bad, hole ? PAGE_HOLE : PAGE_BAD);
	}
	return good && (bad < pages || (bad == MOST_PAGES && !hole));
}

/* A vrealloc op, for an area that was mapped with so many pages. */
static void add_vrealloc(struct scenario *s, uint64_t page, uint64_t pages, uint64_t kept,
			 bool reset)
{
	struct op *op = add_op(s, CALL_VREALLOC, page, pages);
	op->call.kept = kept << s->machine.page_shift;
	op->call.reset = reset;
}

#define AFTER                                                                                      \
	(MOST_PAGES + 4) /* nothing, vfree(), set_memory_ro(), or vrealloc() to another size */

/* What follows a vrealloc(); false where that says nothing new. */
static bool add_after(struct scenario *s, uint64_t after, uint64_t page, uint64_t pages, bool reset)
{
	if (after == 1)
		add_op(s, CALL_VFREE, page, pages)->call.reset = reset;
	if (after == 2)
		add_op(s, CALL_SET_MEMORY, page, 1)->call.change = MEMORY_RO;
	if (after > 2)
		add_vrealloc(s, page, pages, after - 2, reset);
	return after < 3 || after - 2 <= pages + 1;
}

bool build_vrealloc(struct digits *d, unsigned runs, struct scenario *s)
{
	static const uint8_t shifts[] = { 12, 12 + GROUP_BITS, 12 + TABLE_BITS };
	(void)runs;
	uint64_t page, block = digit(d, sizeof(shifts)), pages = 1 + digit(d, MOST_PAGES);
	uint64_t skew = digit(d, 2), kept = 1 + digit(d, MOST_PAGES + 1), after = digit(d, AFTER);
	bool reset = digit(d, 2);
	bool good = take_va(d, pages, &page);
	begin_scaled(s, take_policy(d, 2));
	struct op *op = add_op(s, CALL_VMALLOC, page, 0);
	op->call.shift = shifts[block];
	op->call.flags = block ? MAP_FLAG_HUGE : 0;
	give_run(s, UPPER + skew, pages, MOST_PAGES, 0);
	add_vrealloc(s, page, pages, kept, reset);
	good &= add_after(s, after, page, pages, reset);
	return good && kept <= pages + 1;
}
