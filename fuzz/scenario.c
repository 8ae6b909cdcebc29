// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/scenario.h"
#include "mapper/machine/assert.h"

#include <string.h>

void scenario_init(struct scenario *s)
{
	s->machine = (struct machine_config){ .page_shift = 12, .va_bits = 48, .pa_bits = 48 };
	s->policy = policy_default(POLICY_V9);
	s->expect = (struct expectation){ 0 };
	s->ops = 0;
	s->runs = 0;
}

void scenario_copy(struct scenario *to, const struct scenario *from)
{
	ASSERT_CMP(from->ops, <=, SCENARIO_MAX_OPS);
	ASSERT_CMP(from->runs, <=, SCENARIO_MAX_RUNS);
	memcpy(to, from, offsetof(struct scenario, op) + from->ops * sizeof(struct op));
	memcpy(to->run, from->run, from->runs * sizeof(struct page_run));
}

uint64_t op_pages(const struct scenario *s, const struct op *op)
{
	ASSERT_CMP(op->first_run + op->runs, <=, SCENARIO_MAX_RUNS);
	uint64_t pages = 0;
	for (uint32_t i = 0; i < op->runs; i++)
		pages += s->run[op->first_run + i].pages;
	return pages;
}

uint64_t scenario_pages(const struct scenario *s)
{
	uint64_t pages = 0;
	for (uint32_t i = 0; i < s->runs; i++)
		pages += s->run[i].pages;
	return pages;
}

uint32_t scenario_calls(const struct scenario *s, uint32_t from, uint32_t to)
{
	uint32_t calls = 0;
	ASSERT_CMP(to, <=, s->ops);
	for (uint32_t i = from; i < to; i++)
		calls += !call_sets_up(s->op[i].call.kind);
	return calls;
}

/* Pages of a physical range that the largest allowed leaves leave over, or all of it. */
static uint64_t small_pages(const struct scenario *s, const struct op *op)
{
	unsigned block_shift = scenario_level_shift(&s->machine, 2);
	uint64_t block = UINT64_C(1) << block_shift;
	uint64_t pages = op->call.bytes >> s->machine.page_shift;
	bool misaligned = (op->call.va ^ op->call.pfn << s->machine.page_shift) & (block - 1);
	bool small = misaligned || s->policy.max_shift < block_shift;
	if (call_has_field(op->call.kind, FIELD_LEAF))
		small = op->call.leaf == LEAF_PAGE;
	return small ? pages
		     : (op->call.bytes >> block_shift) + pages % (block >> s->machine.page_shift);
}

uint64_t scenario_work(const struct scenario *s)
{
	uint64_t work = scenario_pages(s);
	for (uint32_t i = 0; i < s->ops; i++)
		if (call_has_field(s->op[i].call.kind, FIELD_PA))
			work += small_pages(s, &s->op[i]);
	return work;
}

uint64_t op_bytes(const struct scenario *s, const struct op *op)
{
	const struct call *call = &op->call;
	if (call_traits(call->kind)->has_pages)
		return op_pages(s, op) << s->machine.page_shift;
	if (!call_has_field(call->kind, FIELD_LEVEL))
		return call->bytes;
	if (call->table)
		return UINT64_C(1) << s->machine.page_shift;
	return UINT64_C(1) << scenario_level_shift(&s->machine, call->level);
}

uint64_t scenario_va_page(const struct scenario *s, uint32_t op)
{
	ASSERT_CMP(op, <, s->ops);
	return (s->op[op].call.va - scenario_va_base(s)) >> s->machine.page_shift;
}

uint64_t scenario_op_pages(const struct scenario *s, uint32_t op)
{
	ASSERT_CMP(op, <, s->ops);
	return op_bytes(s, &s->op[op]) >> s->machine.page_shift;
}

uint64_t scenario_va_of_page(const struct scenario *s, uint64_t page)
{
	return scenario_va_base(s) + (page << s->machine.page_shift);
}

bool ops_meet(const struct scenario *s, const struct op *a, const struct op *b)
{
	return a->call.va <= b->call.va + (op_bytes(s, b) - 1) &&
	       b->call.va <= a->call.va + (op_bytes(s, a) - 1);
}

struct op scenario_new_op(const struct scenario *s, enum call_kind kind)
{
	struct op op = { .call.kind = kind };
	if (call_has_field(kind, FIELD_SHIFT))
		op.call.shift = s->machine.page_shift;
	if (call_has_field(kind, FIELD_LEVEL))
		op.call.level = OP_LAST_LEVEL;
	return op;
}

void scenario_place_op(const struct scenario *s, struct op *op)
{
	if (!call_has_field(op->call.kind, FIELD_VA))
		op->call.va = scenario_va_base(s) + (op->call.pfn << s->machine.page_shift);
}

unsigned scenario_table_bits(const struct machine_config *config)
{
	return config->table_bits ? config->table_bits : config->page_shift - 3u;
}

unsigned scenario_group_shift(const struct machine_config *config)
{
	if (config->group_bits)
		return config->page_shift + config->group_bits;
	return config->page_shift == 12 ? 16 : 21;
}

unsigned scenario_level_shift(const struct machine_config *config, int level)
{
	ASSERT_CMP(level, <=, OP_LAST_LEVEL);
	return config->page_shift + (unsigned)(3 - level) * scenario_table_bits(config);
}

uint64_t scenario_va_base(const struct scenario *s)
{
	return -(UINT64_C(1) << s->machine.va_bits);
}

uint64_t scenario_va_middle(const struct scenario *s)
{
	return -(UINT64_C(1) << (s->machine.va_bits - 1));
}

const char *const quirk_names[] = { "head-check", "narrow-flush", "cut-groups", "pxn-tables",
				    NULL };
