// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/scenario_bytes.h"

#include <stdio.h>
#include <string.h>

#define MAGIC 0xa6 /* no text starts with it */
#define VERSION 4

/* How a run begins: these two, or its number of pages plus RUN_PAGES. */
#define RUN_HOLE 0
#define RUN_BAD 1
#define RUN_PAGES 1

/* How an expectation begins. */
enum { EXPECT_NOTHING, EXPECT_HOLDS, EXPECT_FAILS };

struct writer {
	uint8_t *at, *end;
	bool full;
};

static void put_byte(struct writer *w, uint8_t byte)
{
	if (w->at == w->end)
		w->full = true;
	else
		*w->at++ = byte;
}

/* Seven bits a byte, lowest first; the highest bit says that more follow. */
static void put_number(struct writer *w, uint64_t value)
{
	while (value >= 0x80) {
		put_byte(w, (uint8_t)(value | 0x80));
		value >>= 7;
	}
	put_byte(w, (uint8_t)value);
}

struct reader {
	const uint8_t *at, *end;
	bool bad;
};

static uint8_t get_byte(struct reader *r)
{
	if (r->at == r->end) {
		r->bad = true;
		return 0;
	}
	return *r->at++;
}

/* A number in its shortest form that is at most `most`. */
static uint64_t get_number(struct reader *r, uint64_t most)
{
	uint64_t value = 0;
	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint8_t byte = get_byte(r);
		uint64_t bits = byte & 0x7f;
		if (bits << shift >> shift != bits)
			break;
		value |= bits << shift;
		if (byte & 0x80)
			continue;
		if ((!byte && shift) || value > most)
			break;
		return value;
	}
	r->bad = true;
	return 0;
}

static void put_header(struct writer *w, const struct scenario *s)
{
	put_byte(w, MAGIC);
	put_byte(w, VERSION);
	put_byte(w, s->machine.page_shift);
	put_byte(w, s->machine.va_bits);
	put_byte(w, s->machine.pa_bits);
	put_byte(w, s->machine.bbm);
	put_byte(w, s->machine.lpa2);
	put_byte(w, s->machine.table_bits);
	put_byte(w, s->machine.group_bits);
	put_byte(w, s->policy.series);
	put_byte(w, (uint8_t)s->policy.vmap_huge);
	put_byte(w, s->policy.stop_at_order0);
	put_byte(w, s->policy.scan_limit);
	put_byte(w, s->policy.hugetlb);
	put_byte(w, s->policy.max_shift);
	put_byte(w, s->policy.quirks);
}

static bool get_bool(struct reader *r)
{
	return get_number(r, 1);
}

static void get_header(struct reader *r, struct scenario *s)
{
	r->bad |= get_byte(r) != MAGIC || get_byte(r) != VERSION;
	s->machine.page_shift = get_byte(r);
	s->machine.va_bits = get_byte(r);
	s->machine.pa_bits = get_byte(r);
	s->machine.bbm = get_byte(r);
	s->machine.lpa2 = get_bool(r);
	s->machine.table_bits = get_byte(r);
	s->machine.group_bits = get_byte(r);
	s->policy.series = get_number(r, POLICY_PRIOR);
	s->policy.vmap_huge = get_number(r, VMAP_HUGE_NEVER);
	s->policy.stop_at_order0 = get_bool(r);
	s->policy.scan_limit = get_bool(r);
	s->policy.hugetlb = get_bool(r);
	s->policy.max_shift = get_byte(r);
	s->policy.quirks = (uint8_t)get_number(r, QUIRKS);
}

/* Rules are named, so that what is stored stays true when rules are added. */
static void put_expectation(struct writer *w, const struct expectation *expect)
{
	if (!expect->stated || expect->rule == RULE_NONE) {
		put_byte(w, expect->stated ? EXPECT_HOLDS : EXPECT_NOTHING);
		return;
	}
	char name[64];
	const struct rule_text *text = rule_text(expect->rule);
	int length = snprintf(name, sizeof(name), "%s.%s", text->property, text->name);
	put_byte(w, EXPECT_FAILS);
	put_number(w, (uint64_t)length);
	for (int i = 0; i < length; i++)
		put_byte(w, (uint8_t)name[i]);
}

static void get_expectation(struct reader *r, struct expectation *expect)
{
	uint64_t what = get_number(r, EXPECT_FAILS);
	*expect = (struct expectation){ .stated = what != EXPECT_NOTHING };
	if (what != EXPECT_FAILS)
		return;
	uint64_t length = get_number(r, (uint64_t)(r->end - r->at));
	if (r->bad || length > (uint64_t)(r->end - r->at)) {
		r->bad = true;
		return;
	}
	expect->rule = rule_by_name((const char *)r->at, (unsigned)length);
	r->bad |= expect->rule == RULE_NONE;
	r->at += length;
}

static void put_run(struct writer *w, const struct page_run *run)
{
	if (run_is_trouble(run)) {
		put_byte(w, run->pfn == PAGE_HOLE ? RUN_HOLE : RUN_BAD);
		return;
	}
	put_number(w, (uint64_t)run->pages + RUN_PAGES);
	put_number(w, run->pfn);
}

static struct page_run get_run(struct reader *r)
{
	uint64_t what = get_number(r, SCENARIO_MAX_PAGES + RUN_PAGES);
	if (what == RUN_HOLE)
		return (struct page_run){ PAGE_HOLE, 1 };
	if (what == RUN_BAD)
		return (struct page_run){ PAGE_BAD, 1 };
	return (struct page_run){ get_number(r, PAGE_BAD - 1), (uint32_t)(what - RUN_PAGES) };
}

/* What a plant op begins with: its level, and whether it is a table. */
#define PLANT_TABLE 4

static void put_runs(struct writer *w, const struct scenario *s, const struct op *op)
{
	put_number(w, op->runs);
	for (uint32_t i = 0; i < op->runs; i++)
		put_run(w, &s->run[op->first_run + i]);
}

static void put_op(struct writer *w, const struct scenario *s, const struct op *op)
{
	unsigned page_shift = s->machine.page_shift;
	put_byte(w, (uint8_t)op->kind);
	if (op_is_call(op)) {
		put_number(w, op->fail_alloc);
		put_number(w, op->fail_trylock);
	}
	if (op->kind != OP_LINEAR)
		put_number(w, (op->va - scenario_va_base(s)) >> page_shift);
	if (op_maps(op))
		put_byte(w, (uint8_t)op->prot);
	if (op_has_runs(op)) {
		put_byte(w, (uint8_t)op->flags);
		if (op->kind == OP_VMALLOC)
			put_byte(w, op->shift);
		put_runs(w, s, op);
		return;
	}
	if (op->kind == OP_PLANT)
		put_byte(w, op->table ? op->level | PLANT_TABLE : op->level);
	else
		put_number(w, op->bytes >> page_shift);
	if (op->kind == OP_SET_MEMORY)
		put_byte(w, (uint8_t)op->change);
	if (op->kind == OP_LINEAR)
		put_byte(w, op->by_pages);
	if (op->kind == OP_IOREMAP || op->kind == OP_LINEAR || (op->kind == OP_PLANT && !op->table))
		put_number(w, op->pfn);
}

static void get_runs(struct reader *r, struct scenario *s, struct op *op)
{
	op->runs = (uint32_t)get_number(r, SCENARIO_MAX_RUNS - s->runs);
	for (uint32_t i = 0; i < op->runs && !r->bad; i++)
		s->run[s->runs++] = get_run(r);
}

static void get_op(struct reader *r, struct scenario *s)
{
	struct op *op = &s->op[s->ops];
	unsigned page_shift = s->machine.page_shift;
	uint64_t pages = UINT64_C(1) << (s->machine.va_bits - page_shift);
	*op = (struct op){ .kind = get_number(r, OP_KINDS - 1), .first_run = s->runs };
	if (op_is_call(op)) {
		op->fail_alloc = (uint32_t)get_number(r, UINT32_MAX);
		op->fail_trylock = (uint32_t)get_number(r, UINT32_MAX);
	}
	if (op->kind != OP_LINEAR)
		op->va = scenario_va_base(s) + (get_number(r, pages - 1) << page_shift);
	if (op_maps(op))
		op->prot = get_number(r, PROT_COUNT - 1);
	if (op_has_runs(op)) {
		op->flags = (unsigned)get_number(r, MAP_FLAG_HUGE);
		if (op->kind == OP_VMALLOC)
			op->shift = get_byte(r);
		get_runs(r, s, op);
		return;
	}
	if (op->kind == OP_PLANT) {
		uint64_t what = get_number(r, PLANT_TABLE | 3);
		op->level = what & 3;
		op->table = what & PLANT_TABLE;
	} else {
		op->bytes = get_number(r, pages) << page_shift;
	}
	if (op->kind == OP_SET_MEMORY)
		op->change = get_number(r, MEMORY_CHANGES - 1);
	if (op->kind == OP_LINEAR)
		op->by_pages = get_bool(r);
	if (op->kind == OP_IOREMAP || op->kind == OP_LINEAR || (op->kind == OP_PLANT && !op->table))
		op->pfn = get_number(r, PAGE_BAD - 1);
	if (op->kind == OP_LINEAR)
		op->va = scenario_va_base(s) + (op->pfn << page_shift);
}

bool scenario_bytes_begin(const uint8_t *bytes, size_t size)
{
	return size && bytes[0] == MAGIC;
}

size_t scenario_encode(const struct scenario *s, uint8_t *bytes, size_t capacity)
{
	struct writer w = { bytes, bytes + capacity, false };
	put_header(&w, s);
	put_expectation(&w, &s->expect);
	put_number(&w, s->ops);
	for (uint32_t i = 0; i < s->ops; i++)
		put_op(&w, s, &s->op[i]);
	return w.full ? 0 : (size_t)(w.at - bytes);
}

bool scenario_decode(const uint8_t *bytes, size_t size, struct scenario *s)
{
	struct reader r = { bytes, bytes + size, false };
	struct refusal why;
	if (!scenario_bytes_begin(bytes, size))
		return false;
	scenario_init(s);
	get_header(&r, s);
	if (r.bad || !scenario_check_machine(&s->machine, &why))
		return false;
	get_expectation(&r, &s->expect);
	uint64_t ops = get_number(&r, SCENARIO_MAX_OPS);
	for (; s->ops < ops && !r.bad; s->ops++)
		get_op(&r, s);
	return !r.bad && r.at == r.end && scenario_check(s, &why);
}
