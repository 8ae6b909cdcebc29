// SPDX-License-Identifier: GPL-2.0-only
/* Families of physical ranges, and of several ops on one area. */
#include "fuzz/exhaustive/choices.h"

#define FAULTS 4 /* none, or the n-th table allocation */

bool build_ioremap(struct digits *d, unsigned runs, struct scenario *s)
{
	(void)runs;
	uint64_t pages = 1 + digit(d, 2 * UPPER + MOST_PAGES);
	uint64_t start = digit(d, UPPER), pfn = UPPER + digit(d, UPPER);
	begin_scaled(s, take_policy(d, 6));
	struct op *op = add_op(s, CALL_IOREMAP, SPACE / 2 + start, pages);
	op->call.pfn = pfn;
	op->call.prot = PROT_DEVICE;
	return true;
}

/* One run of pages, or one physical range. */
static struct op *add_mapping(struct scenario *s, bool device, uint64_t page, uint64_t pages,
			      uint64_t pfn)
{
	struct op *op = add_op(s, device ? CALL_IOREMAP : CALL_VMAP, page, pages);
	op->call.pfn = device ? pfn : 0;
	if (!device)
		give_array(s, &(struct array){ .run = { { pfn, (uint32_t)pages } },
					       .runs = 1,
					       .pages = (uint32_t)pages });
	return op;
}

bool build_again(struct digits *d, unsigned runs, struct scenario *s)
{
	(void)runs;
	static const uint8_t large[] = { BLOCK, 2 * BLOCK, UPPER, UPPER + GROUP };
	uint64_t first_device = digit(d, 2), start = digit(d, MOST_PAGES);
	uint64_t pages = 1 + digit(d, MOST_PAGES), pfn = digit(d, BLOCK);
	uint64_t unmapped = digit(d, 3), size = large[digit(d, 4)];
	uint64_t device = digit(d, 2), skew = digit(d, 2);
	struct policy policy = take_policy(d, 3);
	uint32_t no_lock = (uint32_t)digit(d, 3), no_table = (uint32_t)digit(d, 2);
	begin_scaled(s, policy);
	add_mapping(s, first_device, SPACE / 2 + start, pages, UPPER + pfn);
	if (unmapped)
		add_op(s, CALL_VUNMAP, SPACE / 2 + start, pages - (unmapped == 2));
	struct op *op = add_mapping(s, device, SPACE / 2 + skew * BLOCK, size, 2 * UPPER);
	op->fail_trylock = no_lock;
	op->fail_alloc = no_table;
	return unmapped < 2 || pages > 1;
}

enum { BY_VMAP, BY_VMALLOC, BY_VMAP_PFN, BY_APPLY, BY_IOREMAP, WAYS };

bool build_busy(struct digits *d, unsigned runs, struct scenario *s)
{
	struct array a;
	uint64_t page, what = digit(d, WAYS), at = digit(d, 2 * MOST_PAGES),
		       level = 1 + digit(d, 3);
	uint64_t table = digit(d, 2);
	bool good = take_array(d, runs > 1 ? runs - 1 : 1, &a);
	good &= take_va(d, a.pages, &page);
	begin_scaled(s, take_policy(d, 2));
	uint64_t leaf = UINT64_C(1) << ((3 - level) * TABLE_BITS);
	uint64_t preset = (page + at) & ~(leaf - 1);
	struct op *op = add_op(s, CALL_PRESET, preset, 0);
	op->call.level = (uint8_t)level;
	op->call.table = table;
	op->call.pfn = table ? 0 : leaf;
	good &= at < a.pages + 1 && (preset == page + at || leaf > 1) && !(table && level == 3);
	if (what == BY_IOREMAP) {
		add_mapping(s, true, page, a.pages, a.run[0].pfn);
		return good && a.runs == 1;
	}
	static const enum call_kind kinds[WAYS] = { CALL_VMAP, CALL_VMALLOC, CALL_VMAP_PFN,
						    CALL_APPLY_TO_PAGE_RANGE };
	op = add_op(s, kinds[what], page, 0);
	if (what == BY_VMALLOC) {
		op->call.shift = 12 + GROUP_BITS;
		op->call.flags = MAP_FLAG_HUGE;
	}
	give_array(s, &a);
	return good;
}

/* A call that takes away a part of an area. */
static bool take_away(struct digits *d, unsigned runs, struct scenario *s, enum call_kind kind)
{
	struct array a;
	uint64_t page, from = digit(d, MOST_PAGES), pages = 1 + digit(d, MOST_PAGES + 1);
	uint64_t device = digit(d, 2);
	bool good = take_array(d, runs > 1 ? runs - 1 : 1, &a);
	good &= take_va(d, a.pages + 1, &page);
	begin_scaled(s, take_policy(d, 2));
	if (device) {
		good &= a.runs == 1;
		add_mapping(s, true, page, a.pages, a.run[0].pfn);
	} else {
		add_op(s, CALL_VMAP, page, 0);
		give_array(s, &a);
	}
	add_op(s, kind, page + from, pages);
	return good && from < a.pages && from + pages <= a.pages + 1;
}

bool build_vunmap(struct digits *d, unsigned runs, struct scenario *s)
{
	return take_away(d, runs, s, CALL_VUNMAP);
}

bool build_existing(struct digits *d, unsigned runs, struct scenario *s)
{
	return take_away(d, runs, s, CALL_APPLY_TO_EXISTING_PAGE_RANGE);
}

/* A part of [0, pages), or a page more at its end. */
static bool take_part(struct digits *d, uint64_t most, uint64_t pages, uint64_t *from,
		      uint64_t *count)
{
	*from = digit(d, most);
	*count = 1 + digit(d, most + 1);
	return *from < pages && *from + *count <= pages + 1;
}

#define AREA_PAGES (BLOCK + 2)

bool build_set_memory(struct digits *d, unsigned runs, struct scenario *s)
{
	(void)runs;
	uint64_t from, count;
	uint64_t first = 1 + digit(d, AREA_PAGES - 1), second = digit(d, AREA_PAGES / 2);
	bool good = take_part(d, AREA_PAGES, first + second, &from, &count);
	uint64_t pfn = digit(d, BLOCK + 1), other = digit(d, 3), start = digit(d, 2);
	uint64_t by_pages = digit(d, 2), huge = digit(d, 2);
	static const uint8_t changes[] = { MEMORY_RO, MEMORY_RW, MEMORY_NX, MEMORY_X, MEMORY_ROX };
	enum memory_change change = (enum memory_change)changes[digit(d, sizeof(changes))];
	uint8_t bbm = (uint8_t)digit(d, 3);
	uint32_t fault = (uint32_t)digit(d, FAULTS);
	begin_scaled(s, policy_default(POLICY_V9));
	s->machine.bbm = bbm;
	struct op *op = add_op(s, CALL_LINEAR, 0, 4 * BLOCK);
	op->call.leaf = by_pages ? LEAF_PAGE : LEAF_LARGEST;
	op = add_op(s, CALL_VMALLOC, SPACE / 2 + start * GROUP, 0);
	op->call.shift = huge ? 12 + GROUP_BITS : 12;
	op->call.flags = huge ? MAP_FLAG_HUGE : 0;
	give_array(s, &(struct array){ .run = { { pfn, (uint32_t)first },
						{ 3 * BLOCK - other, (uint32_t)second } },
				       .runs = 1 + (second > 0) });
	op = add_op(s, CALL_SET_MEMORY, SPACE / 2 + start * GROUP + from, count);
	op->call.change = change;
	op->fail_alloc = fault;
	return good && first + second <= AREA_PAGES && (second || !other) && (!huge || !fault);
}

enum { INVALID, VALID, VALID_IN_PART, SPLIT, IN_PAGES, CHANGES_OF_LINEAR };

bool build_linear(struct digits *d, unsigned runs, struct scenario *s)
{
	(void)runs;
	uint64_t from, count, start = digit(d, BLOCK), pages = 1 + digit(d, 4 * BLOCK);
	bool good = take_part(d, 4 * BLOCK, pages, &from, &count);
	uint8_t bbm = (uint8_t)digit(d, 3);
	uint64_t by_pages = digit(d, 2), what = digit(d, CHANGES_OF_LINEAR);
	uint32_t fault = (uint32_t)digit(d, FAULTS);
	begin_scaled(s, policy_default(POLICY_V9));
	s->machine.bbm = bbm;
	struct op *op = add_op(s, CALL_LINEAR, start, pages);
	op->call.pfn = start;
	op->call.leaf = by_pages ? LEAF_PAGE : LEAF_LARGEST;
	op = add_op(s, CALL_SET_MEMORY, start + from, count);
	op->call.change = what == SPLIT      ? MEMORY_SPLIT
			  : what == IN_PAGES ? MEMORY_SPLIT_PAGES
					     : MEMORY_INVALID;
	op->fail_alloc = fault;
	if (what == VALID || what == VALID_IN_PART) {
		op = add_op(s, CALL_SET_MEMORY, start + from, what == VALID ? count : 1);
		op->call.change = MEMORY_VALID;
	}
	return good && from + count <= pages && !(by_pages && fault);
}
