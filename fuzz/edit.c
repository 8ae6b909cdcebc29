// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/edit.h"
#include "mapper/machine/assert.h"

#include <string.h>

/* Adds `by` to the first run of every op from `from` on. */
static void shift_first_runs(struct scenario *s, uint32_t from, uint32_t by)
{
	for (uint32_t i = from; i < s->ops; i++)
		s->op[i].first_run += by;
}

static uint32_t run_place(const struct scenario *s, uint32_t at)
{
	uint32_t place = 0;
	for (uint32_t i = 0; i < at; i++)
		place += s->op[i].runs;
	return place;
}

struct op *edit_insert_op(struct scenario *s, uint32_t at, const struct op *op)
{
	ASSERT_CMP(at, <=, s->ops);
	if (s->ops == SCENARIO_MAX_OPS)
		return NULL;
	memmove(&s->op[at + 1], &s->op[at], (s->ops - at) * sizeof(*s->op));
	s->ops++;
	s->op[at] = *op;
	s->op[at].first_run = run_place(s, at);
	s->op[at].runs = 0;
	return &s->op[at];
}

void edit_remove_op(struct scenario *s, uint32_t at)
{
	ASSERT_CMP(at, <, s->ops);
	edit_splice_runs(s, at, 0, s->op[at].runs, NULL, 0);
	s->ops--;
	memmove(&s->op[at], &s->op[at + 1], (s->ops - at) * sizeof(*s->op));
}

bool edit_splice_runs(struct scenario *s, uint32_t op, uint32_t at, uint32_t removed,
		      const struct page_run *with, uint32_t count)
{
	ASSERT_CMP(op, <, s->ops);
	ASSERT_CMP(at + removed, <=, s->op[op].runs);
	if (s->runs - removed + count > SCENARIO_MAX_RUNS)
		return false;
	struct page_run *place = &s->run[s->op[op].first_run + at];
	uint32_t behind = s->runs - s->op[op].first_run - at - removed;
	memmove(place + count, place + removed, behind * sizeof(*place));
	if (count)
		memcpy(place, with, count * sizeof(*place));
	s->runs += count - removed;
	s->op[op].runs += count - removed;
	shift_first_runs(s, op + 1, count - removed);
	ASSERT_CMP(run_place(s, s->ops), ==, s->runs);
	return true;
}

void edit_move(struct scenario *s, uint32_t op, uint64_t to)
{
	ASSERT_CMP(op, <, s->ops);
	uint64_t from = s->op[op].call.va, bytes = op_bytes(s, &s->op[op]);
	for (uint32_t i = 0; i < s->ops; i++)
		if (call_has_field(s->op[i].call.kind, FIELD_VA) &&
		    s->op[i].call.va - from <= bytes)
			s->op[i].call.va += to - from;
}
