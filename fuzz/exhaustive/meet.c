// SPDX-License-Identifier: GPL-2.0-only
/* Families of two calls, the one made while the other is at an event: every pair, at every event. */
#include "fuzz/edit.h"
#include "fuzz/exhaustive/choices.h"

#define EVENTS 28 /* a call of the menu makes fewer: at more of them the other one follows it */
#define DISTANCES                                                                                  \
	4 /* between the two ranges: in one group's table, one block's, one level 1 entry, none */
#define FAULTS 3 /* none, or the n-th table allocation */

/* Of a machine that was built: each event while few are made, and then one in so many. */
#define EVENTS_OF_GRANULES 64
#define EARLY_EVENTS 44
#define EVENT_STRIDE 7

/* Of a machine, in pages: as choices.h has them of the scaled-down one. */
struct extent {
	uint64_t group, block, upper, middle;
	uint64_t linear; /* what the linear map is laid out for */
};

static const struct extent scaled = { GROUP, BLOCK, UPPER, SPACE / 2, 4 * BLOCK };

/* One of the two calls, and where it is. */
struct part {
	struct scenario *s;
	const struct extent *of;
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
	map_pages(p, CALL_VMALLOC, p->of->group);
}

static void map_ram_before(const struct part *p)
{
	map_pages(p, CALL_VM_MAP_RAM, p->of->group);
}

static void apply_before(const struct part *p)
{
	map_pages(p, CALL_APPLY_TO_PAGE_RANGE, p->of->group);
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
	map_pages(p, CALL_VMAP, p->of->group);
}

/* A block, over a table that maps nothing any more if there is one. */
static void make_block(const struct part *p)
{
	struct op *op = add_op(p->s, CALL_IOREMAP, p->page & ~(p->of->block - 1), p->of->block);
	op->call.pfn = 8 * p->of->upper;
	op->call.prot = PROT_DEVICE;
}

static void make_map_ram(const struct part *p)
{
	map_pages(p, CALL_VM_MAP_RAM, p->of->group);
}

static void make_unmap_ram(const struct part *p)
{
	add_op(p->s, CALL_VM_UNMAP_RAM, p->page, p->of->group);
}

static void make_pfn(const struct part *p)
{
	map_pages(p, CALL_VMAP_PFN, p->of->group);
}

static void make_apply(const struct part *p)
{
	map_pages(p, CALL_APPLY_TO_PAGE_RANGE, p->of->group);
}

static void make_existing(const struct part *p)
{
	add_op(p->s, CALL_APPLY_TO_EXISTING_PAGE_RANGE, p->page, p->of->group);
}

static void make_vunmap(const struct part *p)
{
	add_op(p->s, CALL_VUNMAP, p->page, p->of->group);
}

static void make_vfree(const struct part *p)
{
	add_op(p->s, CALL_VFREE, p->page, p->of->group);
}

static void make_vfree_reset(const struct part *p)
{
	add_op(p->s, CALL_VFREE, p->page, p->of->group);
	last_op(p)->call.reset = true;
}

static void make_set_memory(const struct part *p)
{
	add_op(p->s, CALL_SET_MEMORY, p->page, 1);
	last_op(p)->call.change = MEMORY_RO;
}

/* Two changes, one after the other. */
static void make_rox(const struct part *p)
{
	make_set_memory(p);
	last_op(p)->call.change = MEMORY_ROX;
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
	bool of_linear_map, of_aliases, block;
} menu[] = {
	{ NULL, make_page, .block = false },
	{ NULL, make_group, .block = false },
	{ NULL, make_block, .block = true },
	{ map_block_before, make_block, .block = true },
	{ NULL, make_map_ram, .block = false },
	{ map_ram_before, make_unmap_ram, .block = false },
	{ map_group_before, make_vunmap, .block = false },
	{ map_group_before, make_vfree, .block = false },
	{ map_group_before, make_vfree_reset, .of_aliases = true },
	{ map_group_before, make_set_memory, .of_aliases = true },
	{ NULL, make_invalid, .of_linear_map = true },
	{ invalid_before, make_valid, .of_linear_map = true },
	{ NULL, make_direct_map, .of_linear_map = true },
	{ NULL, make_pfn, .block = false },
	{ NULL, make_apply, .block = false },
	{ apply_before, make_existing, .block = false },
	{ map_group_before, make_rox, .of_aliases = true },
};
#define MENU (sizeof(menu) / sizeof(menu[0]))

/* Whether the call does something else where the linear map is in single pages. */
static bool sees_leaves(const struct dish *dish)
{
	return dish->of_linear_map || dish->of_aliases;
}

/* What both families choose. */
struct choice {
	const struct dish *outer, *inner;
	enum meeting_by by;
	uint32_t event, outer_fault, inner_fault;
	uint64_t which; /* distance */
	bool warm, by_pages;
};

/* Fills *s, whose machine and policy stand; false where the choice is one that no two callers make. */
static bool build_pair(struct scenario *s, const struct extent *of, const struct choice *c)
{
	const uint64_t distances[DISTANCES] = { of->group, of->block / 2, of->block, of->upper };
	const uint64_t distance = distances[c->which];
	const bool one_group = !c->which && c->outer->of_linear_map && c->inner->of_linear_map;
	const uint64_t alias = one_group ? 1 : c->which < 2 ? of->group : of->block;
	const struct part first = { s, of, 0, of->middle, 0 };
	const struct part second = { s, of, 1, of->middle + distance, alias };
	struct op *op = add_op(s, CALL_LINEAR, 0, of->linear);
	op->call.leaf = c->by_pages ? LEAF_PAGE : LEAF_LARGEST;
	if (c->warm) { /* all tables are there but those of the last level */
		op = add_op(s, CALL_IOREMAP, of->middle + distance + 4 * of->block, 1);
		op->call.pfn = 16 * of->upper;
	}
	if (c->outer->before)
		c->outer->before(&first);
	if (c->inner->before)
		c->inner->before(&second);
	c->outer->make(&first);
	last_op(&first)->fail_alloc = c->outer_fault;
	c->inner->make(&second);
	last_op(&second)->fail_alloc = c->inner_fault;
	last_op(&second)->during = (struct during){ true, c->by, c->event };
	return (c->which >= 2 || !(c->outer->block || c->inner->block)) &&
	       (!c->by_pages || sees_leaves(c->outer) || sees_leaves(c->inner)) &&
	       (c->by == MEETING_BY_CPU || c->inner->of_linear_map);
}

bool build_meet(struct digits *d, unsigned runs, struct scenario *s)
{
	(void)runs;
	struct choice c = { .outer = &menu[digit(d, MENU)] };
	c.inner = &menu[digit(d, MENU)];
	c.event = (uint32_t)digit(d, EVENTS);
	c.by = digit(d, 2) ? MEETING_BY_IRQ : MEETING_BY_CPU;
	c.which = digit(d, DISTANCES);
	c.warm = digit(d, 2);
	c.by_pages = digit(d, 2);
	c.outer_fault = (uint32_t)digit(d, FAULTS);
	c.inner_fault = (uint32_t)digit(d, FAULTS);
	const uint8_t bbm = digit(d, 2) ? 2 : 0;
	begin_scaled(s, policy_default(digit(d, 2) ? POLICY_PRIOR : POLICY_V9));
	s->machine.bbm = bbm;
	return build_pair(s, &scaled, &c);
}

/* Of tables with that many entries a page, below a space of so many bits. */
static struct extent extent_of(const struct machine_config *m, uint64_t group)
{
	const unsigned stride = m->page_shift - 3u;
	const uint64_t block = UINT64_C(1) << stride;
	return (struct extent){ group, block, block << stride,
				UINT64_C(1) << (m->va_bits - 1 - m->page_shift), 2 * block };
}

bool build_meet_granules(struct digits *d, unsigned runs, struct scenario *s)
{
	(void)runs;
	static const struct {
		struct machine_config machine;
		uint64_t group;
	} machines[] = {
		{ { .page_shift = 12, .va_bits = 48, .pa_bits = 48 }, 16 },
		{ { .page_shift = 14, .va_bits = 47, .pa_bits = 48 }, 128 },
		{ { .page_shift = 16, .va_bits = 42, .pa_bits = 48 }, 32 },
	};
	struct choice c = { .outer = &menu[digit(d, MENU)] };
	c.inner = &menu[digit(d, MENU)];
	c.event = (uint32_t)digit(d, EVENTS_OF_GRANULES);
	if (c.event > EARLY_EVENTS)
		c.event = EARLY_EVENTS + (c.event - EARLY_EVENTS) * EVENT_STRIDE;
	c.by = digit(d, 2) ? MEETING_BY_IRQ : MEETING_BY_CPU;
	c.which = digit(d, DISTANCES);
	c.warm = digit(d, 2);
	c.by_pages = digit(d, 2);
	const uint64_t fault = digit(d, FAULTS); /* of the first allocation, in one of the two */
	c.outer_fault = fault == 1;
	c.inner_fault = fault == 2;
	const uint8_t bbm = digit(d, 2) ? 2 : 0;
	const uint64_t which = digit(d, sizeof(machines) / sizeof(machines[0]));
	const struct extent of = extent_of(&machines[which].machine, machines[which].group);
	scenario_init(s);
	s->machine = machines[which].machine;
	s->machine.bbm = bbm;
	s->policy = policy_default(POLICY_PRIOR);
	return build_pair(s, &of, &c);
}

bool build_read(struct digits *d, unsigned runs, struct scenario *s)
{
	(void)runs;
	static const struct machine_config built = { .page_shift = 12,
						     .va_bits = 48,
						     .pa_bits = 48 };
	const struct dish *dish = &menu[digit(d, MENU)];
	const struct read read = { true, digit(d, 2), digit(d, 2) ? READER_LOOKUP : READER_DUMP,
				   (uint32_t)digit(d, EVENTS_OF_GRANULES) };
	const bool warm = digit(d, 2), by_pages = digit(d, 2), of_series = digit(d, 2);
	const uint32_t fault = (uint32_t)digit(d, FAULTS);
	const uint8_t bbm = digit(d, 2) ? 2 : 0;
	const bool is_built = digit(d, 2);
	const struct extent extent = is_built ? extent_of(&built, 16) : scaled;
	const struct part part = { s, &extent, 0, extent.middle, 0 };
	/* A tree has the policy of no series. */
	begin_scaled(s, policy_default(of_series && !is_built ? POLICY_V9 : POLICY_PRIOR));
	if (is_built)
		s->machine = built;
	s->machine.bbm = bbm;
	struct op *op = add_op(s, CALL_LINEAR, 0, extent.linear);
	op->call.leaf = by_pages ? LEAF_PAGE : LEAF_LARGEST;
	if (warm) {
		op = add_op(s, CALL_IOREMAP, extent.middle + 4 * extent.block, 1);
		op->call.pfn = 16 * extent.upper;
	}
	const struct part beside = { s, &extent, 1,
				     extent.middle +
					     (dish->block ? extent.block : 2 * extent.group),
				     extent.block };
	map_pages(&beside, CALL_VMALLOC, extent.group); /* which lookups are of */
	if (dish->before)
		dish->before(&part);
	dish->make(&part);
	last_op(&part)->fail_alloc = fault;
	last_op(&part)->read = read;
	return !by_pages || sees_leaves(dish);
}
