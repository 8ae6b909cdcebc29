// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/scenario_bytes.h"

#include <stdio.h>
#include <string.h>

#include "fuzz/field.h"
#include "fuzz/wire.h"
#include "mapper/machine/assert.h"

#define MAGIC 0xa6 /* no text starts with it */
#define VERSION 5
/* Before an op that meets the one before it: a number that no call has. */
#define WIRE_DURING 41
/* The same of an op that a reader meets; after the other, if both are said. */
#define WIRE_READ 60

/* How an expectation begins. */
enum { EXPECT_NOTHING, EXPECT_HOLDS, EXPECT_FAILS };

static uint8_t features_of(const struct machine_config *config)
{
	return (uint8_t)(config->lpa2 | config->tlb_range << 1 | config->noalias << 2 |
			 config->realm << 3);
}

static void put_header(struct writer *w, const struct scenario *s)
{
	put_byte(w, MAGIC);
	put_byte(w, VERSION);
	put_byte(w, s->machine.page_shift);
	put_byte(w, s->machine.va_bits);
	put_byte(w, s->machine.pa_bits);
	put_byte(w, s->machine.bbm);
	put_byte(w, features_of(&s->machine));
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

static void get_header(struct reader *r, struct scenario *s)
{
	r->bad |= get_byte(r) != MAGIC || get_byte(r) != VERSION;
	s->machine.page_shift = get_byte(r);
	s->machine.va_bits = get_byte(r);
	s->machine.pa_bits = get_byte(r);
	s->machine.bbm = get_byte(r);
	unsigned features = (unsigned)get_number(r, 15); /* a byte of LPA2 alone before 1.1 */
	s->machine.lpa2 = features & 1;
	s->machine.tlb_range = features & 2;
	s->machine.noalias = features & 4;
	s->machine.realm = features & 8;
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

static void put_during(struct writer *w, const struct during *during)
{
	if (!during->stated)
		return;
	put_byte(w, WIRE_DURING);
	put_byte(w, (uint8_t)during->by);
	put_number(w, during->event);
}

static void put_read(struct writer *w, const struct read *read)
{
	if (!read->stated)
		return;
	put_byte(w, WIRE_READ);
	put_byte(w, (uint8_t)read->by);
	put_byte(w, read->of_reader);
	put_number(w, read->event);
}

/* The first byte of the op after it. */
static uint8_t get_read(struct reader *r, uint8_t wire, struct read *read)
{
	*read = (struct read){ 0 };
	if (wire != WIRE_READ)
		return wire;
	read->stated = true;
	read->by = (enum reader_kind)get_number(r, READER_LOOKUP);
	read->of_reader = get_bool(r);
	read->event = (uint32_t)get_number(r, UINT32_MAX);
	return get_byte(r);
}

static uint8_t get_during(struct reader *r, struct during *during)
{
	uint8_t wire = get_byte(r);
	*during = (struct during){ 0 };
	if (wire != WIRE_DURING)
		return wire;
	during->stated = true;
	during->by = (enum meeting_by)get_number(r, MEETING_BY_IRQ);
	during->event = (uint32_t)get_number(r, UINT32_MAX);
	return get_byte(r);
}

static void put_op(struct writer *w, const struct scenario *s, const struct op *op)
{
	put_during(w, &op->during);
	put_read(w, &op->read);
	put_byte(w, call_traits(op->call.kind)->wire);
	if (!call_sets_up(op->call.kind)) {
		put_number(w, op->fail_alloc);
		put_number(w, op->fail_trylock);
	}
	for (const struct field *f = NULL; (f = op_next_field(op, f));)
		f->type->put(f, w, s, op);
}

static void get_op(struct reader *r, struct scenario *s)
{
	struct op *op = &s->op[s->ops];
	struct during during;
	struct read read;
	enum call_kind kind = call_by_wire(get_read(r, get_during(r, &during), &read));
	if (kind == CALL_KINDS) {
		r->bad = true;
		return;
	}
	*op = scenario_new_op(s, kind);
	op->first_run = s->runs;
	op->during = during;
	op->read = read;
	if (!call_sets_up(kind)) {
		op->fail_alloc = (uint32_t)get_number(r, UINT32_MAX);
		op->fail_trylock = (uint32_t)get_number(r, UINT32_MAX);
	}
	for (const struct field *f = NULL; (f = op_next_field(op, f));)
		f->type->get(f, r, s, op);
	scenario_place_op(s, op);
}

bool scenario_bytes_begin(const uint8_t *bytes, size_t size)
{
	return size && bytes[0] == MAGIC;
}

size_t scenario_encode(const struct scenario *s, uint8_t *bytes, size_t capacity)
{
	ASSERT_CMP(s->ops, <=, SCENARIO_MAX_OPS);
	struct writer w = { bytes, bytes + capacity, false };
	put_header(&w, s);
	put_expectation(&w, &s->expect);
	put_number(&w, s->ops);
	for (uint32_t i = 0; i < s->ops; i++)
		put_op(&w, s, &s->op[i]);
	ASSERT_CMP((size_t)(w.at - bytes), <=, capacity);
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
