// SPDX-License-Identifier: GPL-2.0-only
/* Families of two calls, the one made while the other is at an event: every pair, at every event. */
#include "fuzz/edit.h"
#include "fuzz/exhaustive/choices.h"

#define EVENTS 28 /* a call of the menu makes fewer: at more of them the other one follows it */
#define DISTANCES                                                                                  \
	4 /* between the two ranges: in one group's table, one block's, one level 1 entry, none */
#define FAULTS 3 /* none, or the n-th table allocation */

/* What the linear map of these scenarios is laid out for, in pages. */
#define LINEAR (4 * BLOCK)

/* One of the two calls, and where it is. */
struct part {
	struct scenario *s;
	unsigned side;  /* 0: the outer, 1: the inner */
	uint64_t page;  /* of an area */
	uint64_t alias; /* of its first page; and of what changes the linear map */
};

static void map_pages(const struct part *p, enum call_kind kind, uint64_t pages)
{
	add_op(p->s, kind, p->page, 0);
	give_array(p->s, &(struct array){ .run = { { p->alias, (uint32_t)pages } },
					  .runs = 1,
					  .pages = (uint32_t)pages });
}

static struct op *change_linear(const struct part *p, enum memory_change change, uint64_t pages)
{
	struct op *op = add_op(p->s, CALL_SET_MEMORY, 0, pages);
	op->call.va = scenario_va_base(p->s) + (p->alias << p->s->machine.page_shift);
	op->call.change = change;
	return op;
}

static void set_direct_map(const struct part *p, enum direct_map state)
{
	struct op *op = add_op(p->s, CALL_SET_DIRECT_MAP, 0, 1);
	op->call.va = scenario_va_base(p->s) + (p->alias << p->s->machine.page_shift);
	op->call.direct_map = state;
}

/* --- the menu: what comes before a call, and the call ------------------------------------ */

static void map_group_before(const struct part *p)
{
	map_pages(p, CALL_VMALLOC, GROUP);
}

static void map_ram_before(const struct part *p)
{
	map_pages(p, CALL_VM_MAP_RAM, GROUP);
}

static void invalid_before(const struct part *p)
{
	change_linear(p, MEMORY_INVALID, 1);
}

static void map_block_before(const struct part *p)
{
	map_pages(p, CALL_VMALLOC, 1);
	add_op(p->s, CALL_VUNMAP, p->page, 1);
}

static struct op *last_op(const struct part *p)
{
	return &p->s->op[p->s->ops - 1];
}

static void make_page(const struct part *p)
{
	map_pages(p, CALL_VMALLOC, 1);
}

static void make_group(const struct part *p)
{
	map_pages(p, CALL_VMAP, GROUP);
}

/* A block, over a table that maps nothing any more if there is one. */
static void make_block(const struct part *p)
{
	struct op *op = add_op(p->s, CALL_IOREMAP, p->page & ~(BLOCK - 1), BLOCK);
	op->call.pfn = 8 * UPPER;
	op->call.prot = PROT_DEVICE;
}

static void make_map_ram(const struct part *p)
{
	map_pages(p, CALL_VM_MAP_RAM, GROUP);
}

static void make_unmap_ram(const struct part *p)
{
	add_op(p->s, CALL_VM_UNMAP_RAM, p->page, GROUP);
}

static void make_vunmap(const struct part *p)
{
	add_op(p->s, CALL_VUNMAP, p->page, GROUP);
}

static void make_vfree(const struct part *p)
{
	add_op(p->s, CALL_VFREE, p->page, GROUP);
}

static void make_vfree_reset(const struct part *p)
{
	add_op(p->s, CALL_VFREE, p->page, GROUP);
	last_op(p)->call.reset = true;
}

static void make_set_memory(const struct part *p)
{
	add_op(p->s, CALL_SET_MEMORY, p->page, 1);
	last_op(p)->call.change = MEMORY_RO;
}

static void make_invalid(const struct part *p)
{
	change_linear(p, MEMORY_INVALID, 1);
}

static void make_valid(const struct part *p)
{
	change_linear(p, MEMORY_VALID, 1);
}

static void make_direct_map(const struct part *p)
{
	set_direct_map(p, DIRECT_MAP_INVALID);
}

static const struct dish {
	void (*before)(const struct part *p); /* NULL: nothing */
	void (*make)(const struct part *p);
	bool of_linear_map, block;
} menu[] = {
	{ NULL, make_page, .of_linear_map = false },
	{ NULL, make_group, .of_linear_map = false },
	{ NULL, make_block, .block = true },
	{ map_block_before, make_block, .block = true },
	{ NULL, make_map_ram, .of_linear_map = false },
	{ map_ram_before, make_unmap_ram, .of_linear_map = false },
	{ map_group_before, make_vunmap, .of_linear_map = false },
	{ map_group_before, make_vfree, .of_linear_map = false },
	{ map_group_before, make_vfree_reset, .of_linear_map = false },
	{ map_group_before, make_set_memory, .of_linear_map = false },
	{ NULL, make_invalid, .of_linear_map = true },
	{ invalid_before, make_valid, .of_linear_map = true },
	{ NULL, make_direct_map, .of_linear_map = true },
};
#define MENU (sizeof(menu) / sizeof(menu[0]))

static const uint64_t distances[DISTANCES] = { GROUP, BLOCK / 2, BLOCK, UPPER };

bool build_meet(struct digits *d, unsigned runs, struct scenario *s)
{
	(void)runs;
	const struct dish *outer = &menu[digit(d, MENU)], *inner = &menu[digit(d, MENU)];
	uint32_t event = (uint32_t)digit(d, EVENTS);
	enum meeting_by by = digit(d, 2) ? MEETING_BY_IRQ : MEETING_BY_CPU;
	uint64_t which = digit(d, DISTANCES), distance = distances[which];
	uint64_t warm = digit(d, 2), by_pages = digit(d, 2);
	uint32_t outer_fault = (uint32_t)digit(d, FAULTS), inner_fault = (uint32_t)digit(d, FAULTS);
	uint8_t bbm = digit(d, 2) ? 2 : 0;
	begin_scaled(s, policy_default(digit(d, 2) ? POLICY_PRIOR : POLICY_V9));
	s->machine.bbm = bbm;
	const bool one_group = !which && outer->of_linear_map && inner->of_linear_map;
	const uint64_t alias = one_group ? 1 : which < 2 ? GROUP : BLOCK;
	const struct part first = { s, 0, SPACE / 2, 0 };
	const struct part second = { s, 1, SPACE / 2 + distance, alias };
	struct op *op = add_op(s, CALL_LINEAR, 0, LINEAR);
	op->call.leaf = by_pages ? LEAF_PAGE : LEAF_LARGEST;
	if (warm) { /* all tables are there but those of the last level */
		op = add_op(s, CALL_IOREMAP, SPACE / 2 + distance + 4 * BLOCK, 1);
		op->call.pfn = 16 * UPPER;
	}
	if (outer->before)
		outer->before(&first);
	if (inner->before)
		inner->before(&second);
	outer->make(&first);
	last_op(&first)->fail_alloc = outer_fault;
	inner->make(&second);
	last_op(&second)->fail_alloc = inner_fault;
	last_op(&second)->during = (struct during){ true, by, event };
	return (which >= 2 || !(outer->block || inner->block)) &&
	       (by == MEETING_BY_CPU || inner->of_linear_map);
}
