// SPDX-License-Identifier: GPL-2.0-only
#include "regress/tool/reductions.h"

#include <string.h>

#include "fuzz/edit.h"
#include "fuzz/field.h"
#include "fuzz/mappers.h"
#include "fuzz/sizes.h"

#define COUNT_OF(list) (sizeof(list) / sizeof((list)[0]))

static uint32_t count_ops(const struct scenario *s)
{
	return s->ops;
}

static uint32_t count_runs(const struct scenario *s)
{
	return s->runs;
}

static uint32_t count_one(const struct scenario *s)
{
	(void)s;
	return 1;
}

static bool has_pages(const struct op *op)
{
	return call_traits(op->call.kind)->has_pages;
}

/* --- fewer things ----------------------------------------------------------------- */

static uint32_t length_of_ops(const struct scenario *s, uint32_t place)
{
	(void)place;
	return s->ops;
}

/* The last ops go first: what comes after the failure is never needed. */
static void cut_ops(struct scenario *s, uint32_t place, uint32_t at, uint32_t count)
{
	(void)place;
	while (count--)
		edit_remove_op(s, at + count);
}

static bool drop_fault(struct scenario *s, uint32_t i, unsigned try)
{
	if (try == 0)
		s->op[i].fail_alloc = 0;
	if (try == 1)
		s->op[i].fail_trylock = 0;
	return try < 2;
}

/* In a row, or met as early as it gets. */
static bool drop_during(struct scenario *s, uint32_t i, unsigned try)
{
	if (!s->op[i].during.stated || try)
		return false;
	s->op[i].during = (struct during){ 0 };
	return true;
}

/* One more, since an amount of 0 is not lowered. */
static uint64_t during_event(const struct scenario *s, uint32_t i)
{
	return s->op[i].during.stated ? (uint64_t)s->op[i].during.event + 1 : 0;
}

static void earlier_event(struct scenario *s, uint32_t i, uint64_t to)
{
	s->op[i].during.event = (uint32_t)to - 1;
}

static bool drop_read(struct scenario *s, uint32_t i, unsigned try)
{
	if (!s->op[i].read.stated || try)
		return false;
	s->op[i].read = (struct read){ 0 };
	return true;
}

static uint64_t read_event(const struct scenario *s, uint32_t i)
{
	return s->op[i].read.stated ? (uint64_t)s->op[i].read.event + 1 : 0;
}

static void earlier_read(struct scenario *s, uint32_t i, uint64_t to)
{
	s->op[i].read.event = (uint32_t)to - 1;
}

/* --- other ops in their place ------------------------------------------------------- */

/* Replaces op `i`, which only prepares what is to fail, by a preset leaf at `level`. */
static void preset_instead(struct scenario *s, uint32_t i, uint8_t level)
{
	struct op preset = scenario_new_op(s, CALL_PRESET);
	unsigned shift = scenario_level_shift(&s->machine, level);
	preset.call.va = s->op[i].call.va & ~((UINT64_C(1) << shift) - 1);
	preset.call.level = level;
	edit_remove_op(s, i);
	edit_insert_op(s, i, &preset);
}

/* Replaces op `i` by one that maps as many pages of one physical range. */
static void range_instead(struct scenario *s, uint32_t i)
{
	struct op range = scenario_new_op(s, CALL_IOREMAP);
	range.call.va = s->op[i].call.va;
	range.call.pfn = sizes_of(&s->machine).block;
	range.call.bytes = op_bytes(s, &s->op[i]);
	range.fail_alloc = s->op[i].fail_alloc;
	range.fail_trylock = s->op[i].fail_trylock;
	edit_remove_op(s, i);
	edit_insert_op(s, i, &range);
}

/* Ops with page arrays become ops without, where that fails alike. */
static bool simpler_op(struct scenario *s, uint32_t i, unsigned try)
{
	if (!has_pages(&s->op[i]) || try > 2)
		return false;
	if (try == 2)
		range_instead(s, i);
	else
		preset_instead(s, i, (uint8_t)(OP_LAST_LEVEL - try));
	return true;
}

static void drop_others(struct scenario *s, uint32_t i)
{
	for (uint32_t k = s->ops; k-- > 0;)
		if (k != i)
			edit_remove_op(s, k);
}

/*
 * Op `i` alone, as it is. An op before may be needed only to undo another: a
 * call that fails unmaps the preset entry in its way.
 */
static bool only_op(struct scenario *s, uint32_t i, unsigned try)
{
	if (s->ops < 2 || try)
		return false;
	drop_others(s, i);
	return true;
}

/* Op `i` alone, with these runs. */
static void isolate(struct scenario *s, uint32_t i, const struct page_run *run, uint32_t runs)
{
	drop_others(s, i);
	s->op[0].call.va = scenario_va_middle(s);
	edit_splice_runs(s, 0, 0, s->op[0].runs, run, runs);
}

/* Where other ops only prepare, one call of a page, a hole, groups or a block may fail alike. */
static bool isolated_op(struct scenario *s, uint32_t i, unsigned try)
{
	struct sizes sizes = sizes_of(&s->machine);
	uint32_t group = (uint32_t)sizes.group, block = (uint32_t)sizes.block;
	const struct page_run first = { 2 * sizes.block, 1 }, hole = { PAGE_HOLE, 1 };
	const struct page_run second = { 6 * sizes.block, group };
	const struct {
		struct page_run run[2];
		uint32_t runs;
	} arrays[] = {
		{ { first }, 1 },
		{ { hole }, 1 },
		{ { { first.pfn, group } }, 1 },
		{ { { first.pfn, group }, second }, 2 },
		{ { { first.pfn, block } }, 1 },
	};
	if (s->ops < 2 || !has_pages(&s->op[i]) || try >= COUNT_OF(arrays))
		return false;
	isolate(s, i, arrays[try].run, arrays[try].runs);
	return true;
}

/* --- fewer pages ------------------------------------------------------------------------ */

/* The op that a run belongs to. */
static uint32_t op_of_run(const struct scenario *s, uint32_t run)
{
	uint32_t i = 0;
	while (run >= s->op[i].first_run + s->op[i].runs)
		i++;
	return i;
}

static uint32_t length_of_runs(const struct scenario *s, uint32_t i)
{
	return s->op[i].runs;
}

static void cut_runs(struct scenario *s, uint32_t i, uint32_t at, uint32_t count)
{
	edit_splice_runs(s, i, at, count, NULL, 0);
}

/*
 * Cuts `pages` off the front of op `i` and moves it up by as much, so that
 * what is left keeps its place, together with the ops on the same address.
 */
static void cut_front(struct scenario *s, uint32_t i, uint32_t pages)
{
	struct page_run *run = &s->run[s->op[i].first_run];
	uint64_t va = s->op[i].call.va, bytes = (uint64_t)pages << s->machine.page_shift;
	if (pages < run->pages)
		*run = (struct page_run){ run->pfn + pages, run->pages - pages };
	else if (s->op[i].runs > 1)
		edit_splice_runs(s, i, 0, 1, NULL, 0);
	else
		return;
	for (uint32_t k = 0; k < s->ops; k++) {
		struct call *call = &s->op[k].call;
		if (call->va != va)
			continue;
		call->va += bytes;
		if (call->bytes > bytes)
			call->bytes -= bytes;
	}
}

/* The whole of the first run; drop_runs would leave the next one in its place. */
static bool cut_first_run(struct scenario *s, uint32_t i, unsigned try)
{
	if (try || s->op[i].runs < 2)
		return false;
	cut_front(s, i, s->run[s->op[i].first_run].pages);
	return true;
}

static uint64_t first_run_pages(const struct scenario *s, uint32_t i)
{
	return s->op[i].runs ? s->run[s->op[i].first_run].pages : 0;
}

static void shorten_front(struct scenario *s, uint32_t i, uint64_t to)
{
	cut_front(s, i, (uint32_t)(first_run_pages(s, i) - to));
}

/* Makes a run and the one after it in its array one that is as long. */
static bool merge_runs(struct scenario *s, uint32_t run, unsigned try)
{
	uint32_t i = op_of_run(s, run), at = run - s->op[i].first_run;
	const struct page_run *two = &s->run[run];
	if (at + 1 >= s->op[i].runs || try)
		return false;
	struct page_run merged = { two[0].pfn, two[0].pages + two[1].pages };
	edit_splice_runs(s, i, at, 2, &merged, 1);
	return true;
}

static uint64_t run_pages(const struct scenario *s, uint32_t run)
{
	return s->run[run].pages;
}

static void shorten_run(struct scenario *s, uint32_t run, uint64_t to)
{
	s->run[run].pages = (uint32_t)to;
}

/* The pages of a range that has a size of its own. */
static uint64_t range_pages(const struct scenario *s, uint32_t i)
{
	const struct call *call = &s->op[i].call;
	bool has_size =
		call_has_field(call->kind, FIELD_SIZE) || call_has_field(call->kind, FIELD_COUNT);
	return has_size ? call->bytes >> s->machine.page_shift : 0;
}

static void shorten_range(struct scenario *s, uint32_t i, uint64_t to)
{
	s->op[i].call.bytes = to << s->machine.page_shift;
}

/* Lets the range begin later, where its first pages are not what fails. */
static void begin_range_later(struct scenario *s, uint32_t i, uint64_t to)
{
	struct call *call = &s->op[i].call;
	uint64_t cut = range_pages(s, i) - to;
	if (call_has_field(call->kind, FIELD_VA))
		call->va += cut << s->machine.page_shift;
	if (call_has_field(call->kind, FIELD_PA))
		call->pfn += cut;
	scenario_place_op(s, &s->op[i]);
	shorten_range(s, i, to);
}

/* Each run gets a block-aligned place of its own, and as little misalignment as will do. */
static bool lower_run(struct scenario *s, uint32_t run, unsigned try)
{
	struct sizes sizes = sizes_of(&s->machine);
	uint64_t place = 0, pfn = s->run[run].pfn, in_block = pfn & (sizes.block - 1);
	for (uint32_t r = 0; r <= run; r++) {
		if (r && !run_is_bad(&s->run[r - 1]))
			place += s->run[r - 1].pages;
		if (!run_is_bad(&s->run[r]))
			place = (place / sizes.block + 2) * sizes.block;
	}
	const uint64_t lower[] = {
		place,
		place + sizes.group,
		place + (in_block & ~(sizes.group - 1)),
		place + (in_block & (sizes.group - 1)),
		place + in_block,
	};
	if (run_is_bad(&s->run[run]) || try >= COUNT_OF(lower))
		return false;
	if (lower[try] < pfn)
		s->run[run].pfn = lower[try];
	return true;
}

/* --- plainer fields ----------------------------------------------------------------------- */

static uint32_t count_fields(const struct scenario *s)
{
	return s->ops * CALL_MAX_FIELDS;
}

/* What the row of a field has to say of it: fuzz/field.c. */
static bool plainer_field(struct scenario *s, uint32_t place, unsigned try)
{
	uint32_t i = place / CALL_MAX_FIELDS, nth = place % CALL_MAX_FIELDS;
	const struct field *f = op_next_field(&s->op[i], NULL);
	while (f && nth--)
		f = op_next_field(&s->op[i], f);
	return f && f->shrink && f->shrink(s, i, try);
}

/* --- a plainer machine and policy ------------------------------------------------------------ */

static uint8_t grown_shift(const struct scenario *s, const struct machine_config *to, uint8_t shift)
{
	if (shift <= s->machine.page_shift)
		return to->page_shift;
	return (uint8_t)(shift >= scenario_level_shift(&s->machine, 2) ? scenario_level_shift(to, 2)
								       : scenario_group_shift(to));
}

/* What fails on scaled-down tables is tried on real ones, everything as many times as large. */
static void real_machine(struct scenario *s)
{
	static const struct machine_config plain = { .page_shift = 12,
						     .va_bits = 48,
						     .pa_bits = 48 };
	const struct machine_config real = machine_on(&plain, &s->machine);
	if (!s->machine.table_bits)
		return;
	unsigned grown = scenario_table_bits(&real) - s->machine.table_bits;
	uint64_t middle = scenario_va_middle(s), real_middle = -(UINT64_C(1) << (real.va_bits - 1));
	for (uint32_t i = 0; i < s->ops; i++) {
		struct call *call = &s->op[i].call;
		call->va = real_middle + ((call->va - middle) << grown);
		call->bytes <<= grown;
		call->kept <<= grown;
		call->pfn <<= grown;
		if (call_has_field(call->kind, FIELD_SHIFT))
			call->shift = grown_shift(s, &real, call->shift);
	}
	for (uint32_t r = 0; r < s->runs; r++) {
		if (run_is_bad(&s->run[r]))
			continue;
		s->run[r].pages <<= grown;
		s->run[r].pfn <<= grown;
	}
	s->machine = real;
	for (uint32_t i = 0; i < s->ops; i++)
		scenario_place_op(s, &s->op[i]);
}

/* 48-bit addresses; areas keep their distance from the middle of the space. */
static void plain_addresses(struct scenario *s)
{
	uint64_t base = scenario_va_base(s), middle = scenario_va_middle(s);
	const struct machine_config plain = { .page_shift = s->machine.page_shift,
					      .va_bits = 48,
					      .pa_bits = 48 };
	s->machine = machine_on(&plain, &s->machine);
	for (uint32_t i = 0; i < s->ops; i++) {
		struct call *call = &s->op[i].call;
		call->va += call->va < middle ? scenario_va_base(s) - base
					      : scenario_va_middle(s) - middle;
	}
}

static bool plainer_machine(struct scenario *s, uint32_t place, unsigned try)
{
	(void)place;
	if (try == 0)
		real_machine(s);
	if (try == 1)
		plain_addresses(s);
	if (try == 2)
		s->machine.bbm = 0;
	if (try == 3)
		s->machine.tlb_range = false;
	if (try == 4)
		s->machine.noalias = false;
	if (try == 5)
		s->machine.realm = false;
	return try < 6;
}

#define KNOB(name) offsetof(struct policy, name), sizeof(((struct policy *)0)->name)

/* What a policy consists of, besides its series. */
static const struct {
	size_t at, size;
} knobs[] = {
	{ KNOB(vmap_huge) }, { KNOB(stop_at_order0) }, { KNOB(scan_limit) },
	{ KNOB(hugetlb) },   { KNOB(max_shift) },      { KNOB(quirks) },
};

/* All of the newest policy, and then knob by knob what the policy's own series has. */
static bool plainer_policy(struct scenario *s, uint32_t place, unsigned try)
{
	(void)place;
	if (mapper_tested()->tree || try > COUNT_OF(knobs))
		return false;
	if (!try) {
		s->policy = policy_default(POLICY_V9);
		return true;
	}
	const struct policy plain = policy_default(s->policy.series);
	size_t at = knobs[try - 1].at;
	memcpy((char *)&s->policy + at, (const char *)&plain + at, knobs[try - 1].size);
	return true;
}

const struct reduction reductions[] = {
	{ "drop ops", count_one, .length = length_of_ops, .cut = cut_ops },
	{ "only one op", count_ops, .attempt = only_op },
	{ "one op alone", count_ops, .attempt = isolated_op },
	{ "simpler ops", count_ops, .attempt = simpler_op },
	{ "drop runs", count_ops, .length = length_of_runs, .cut = cut_runs },
	{ "cut first runs", count_ops, .attempt = cut_first_run, .again = true },
	{ "shorten first runs", count_ops, .amount = first_run_pages, .lower = shorten_front },
	{ "drop faults", count_ops, .attempt = drop_fault },
	{ "in a row", count_ops, .attempt = drop_during },
	{ "earlier event", count_ops, .amount = during_event, .lower = earlier_event },
	{ "no reader", count_ops, .attempt = drop_read },
	{ "earlier event of a reader", count_ops, .amount = read_event, .lower = earlier_read },
	{ "merge runs", count_runs, .attempt = merge_runs, .again = true },
	{ "shorten runs", count_runs, .amount = run_pages, .lower = shorten_run },
	{ "plainer policy", count_one, .attempt = plainer_policy },
	{ "plainer machine", count_one, .attempt = plainer_machine },
	{ "lower runs", count_runs, .attempt = lower_run },
	{ "shorten ranges", count_ops, .amount = range_pages, .lower = shorten_range },
	{ "begin ranges later", count_ops, .amount = range_pages, .lower = begin_range_later },
	{ "plainer fields", count_fields, .attempt = plainer_field, .again = true },
	{ .name = NULL },
};
