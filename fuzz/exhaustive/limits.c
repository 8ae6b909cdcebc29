// SPDX-License-Identifier: GPL-2.0-only
/* Families around the numbers that 16, 31 or 32 bits just hold, or just do not. */
#include "fuzz/exhaustive/choices.h"
#include "fuzz/sizes.h"

/* Numbers of pages: so many bytes, or so many pages. */
#define LIMITS 6
static const struct {
	bool bytes;
	uint8_t bits;
} limits[LIMITS] = { { true, 31 },  { true, 32 },  { true, 33 },
		     { false, 16 }, { false, 31 }, { false, 32 } };

static uint64_t limit_of(const struct sizes *sizes, uint64_t which)
{
	return UINT64_C(1) << (limits[which].bits - (limits[which].bytes ? sizes->page_shift : 0));
}

/* The calls that map, two ways to call vmalloc() among them. */
enum { BY_VMAP, BY_VMALLOC, BY_VMALLOC_HUGE, BY_IOREMAP, WAYS };

/* Adds a call that maps one run of pages; false where the machine has not so many. */
static bool map_run(struct scenario *s, uint64_t way, uint64_t page, struct page_run run)
{
	static const enum call_kind kinds[WAYS] = { CALL_VMAP, CALL_VMALLOC, CALL_VMALLOC,
						    CALL_IOREMAP };
	struct sizes sizes = sizes_of(&s->machine);
	bool device = way == BY_IOREMAP;
	if (page + run.pages > sizes.va_pages || run.pfn + run.pages > sizes.pfn_limit)
		return false;
	struct op *op = add_op(s, kinds[way], page, run.pages);
	if (device)
		op->call.pfn = run.pfn;
	else
		give_array(s, &(struct array){ .run = { run }, .runs = 1 });
	if (way == BY_VMALLOC_HUGE) {
		op->call.flags = MAP_FLAG_HUGE;
		op->call.shift = (uint8_t)scenario_level_shift(&s->machine, 2);
	}
	return true;
}

static void begin_machine(struct digits *d, struct scenario *s)
{
	scenario_init(s);
	s->machine = linux_machines[digit(d, LINUX_MACHINES)];
	s->policy = policy_default(digit(d, 2) ? POLICY_PRIOR : POLICY_V9);
}

static uint64_t middle_page(const struct scenario *s)
{
	return (scenario_va_middle(s) - scenario_va_base(s)) >> s->machine.page_shift;
}

#define SHORT_LENGTHS 4
#define PLACES_BEFORE 4

/* Few pages that lie across a limit of pfn, at an address that lies across one of the offset. */
bool build_boundaries(struct digits *d, unsigned runs, struct scenario *s)
{
	(void)runs;
	begin_machine(d, s);
	struct sizes sizes = sizes_of(&s->machine);
	const uint64_t lengths[SHORT_LENGTHS] = { 1, sizes.group, sizes.block,
						  sizes.block + sizes.group + 1 };
	const uint64_t places[PLACES_BEFORE] = { 0, 1, sizes.group, sizes.block };
	uint64_t way = digit(d, WAYS), pfn = limit_of(&sizes, digit(d, LIMITS));
	uint64_t offset = limit_of(&sizes, digit(d, LIMITS)), upper = digit(d, 2);
	uint64_t length = lengths[digit(d, SHORT_LENGTHS)];
	uint64_t pfn_before = places[digit(d, PLACES_BEFORE)];
	uint64_t va_before = places[digit(d, PLACES_BEFORE)];
	uint64_t page = offset - va_before + (upper ? middle_page(s) : 0);
	return pfn >= pfn_before && offset >= va_before &&
	       map_run(s, way, page, (struct page_run){ pfn - pfn_before, (uint32_t)length });
}

/* Pages that no leaf but a page can map, where the limit has fewer. */
#define MAX_SINGLE_PAGES (UINT64_C(1) << 17)

enum { IN_BLOCKS, ACROSS_4G, SINGLE, ALIGNMENTS_OF_HUGE };

/* As many pages as a limit, or a page or a group more or fewer; unmapped again, or not. */
bool build_huge(struct digits *d, unsigned runs, struct scenario *s)
{
	(void)runs;
	begin_machine(d, s);
	struct sizes sizes = sizes_of(&s->machine);
	const uint64_t changes[] = { 0, 1, -UINT64_C(1), sizes.group };
	uint64_t way = digit(d, WAYS), pages = limit_of(&sizes, digit(d, LIMITS));
	pages += changes[digit(d, sizeof(changes) / sizeof(changes[0]))];
	uint64_t alignment = digit(d, ALIGNMENTS_OF_HUGE), unmapped = digit(d, 2);
	uint64_t pfn = alignment == ACROSS_4G
			       ? (UINT64_C(1) << (32 - sizes.page_shift)) - sizes.block
			       : 16 * sizes.block;
	pfn += alignment == SINGLE;
	if (pages > (way == BY_IOREMAP ? SCENARIO_MAX_DEVICE_PAGES : SCENARIO_MAX_PAGES) ||
	    ((alignment == SINGLE || way == BY_VMALLOC) && pages > MAX_SINGLE_PAGES))
		return false;
	if (!map_run(s, way, middle_page(s), (struct page_run){ pfn, (uint32_t)pages }))
		return false;
	if (unmapped)
		add_op(s, CALL_VUNMAP, middle_page(s), pages);
	return true;
}

/* --- four levels ------------------------------------------------------------------------ */

#define FEW_BITS 2
#define FEW (UINT64_C(1) << FEW_BITS)
#define LEVEL_0 (UINT64_C(1) << (3 * FEW_BITS)) /* pages of an entry of the root */

/* A physical range that is as large as a level 0 entry, or more, or less: no leaf may stand there. */
bool build_levels(struct digits *d, unsigned runs, struct scenario *s)
{
	(void)runs;
	uint64_t pages = 1 + digit(d, LEVEL_0 + 2 * FEW), start = digit(d, LEVEL_0);
	uint64_t pfn = LEVEL_0 + digit(d, LEVEL_0);
	begin_scaled(s, take_policy(d, 3));
	s->machine.va_bits = 12 + 4 * FEW_BITS;
	s->machine.table_bits = FEW_BITS;
	struct op *op = add_op(s, CALL_IOREMAP, 2 * LEVEL_0 + start, pages);
	op->call.pfn = pfn;
	return true;
}
