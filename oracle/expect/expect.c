// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/expect/expect.h"

#include <errno.h>

#include "mapper/machine/assert.h"

static const struct call_expectation *const rows[CALL_KINDS] = {
#define ENTRY(KIND, name) [CALL_##KIND] = &expect_##name,
	CALLS(ENTRY)
#undef ENTRY
		[CALL_LINEAR] = &expect_linear,
};

static const struct call_expectation *row_of(const struct oracle *o)
{
	ASSERT(rows[o->call->kind]);
	return rows[o->call->kind];
}

void expect_narrow(struct oracle *o)
{
	if (row_of(o)->narrow)
		row_of(o)->narrow(o);
	ASSERT_CMP(o->first_page, <, o->end_page);
}

struct expected expect_call(const struct oracle *o)
{
	return row_of(o)->expect(o);
}

/* Once a table allocation has failed in a call, it fails with -ENOMEM at some page. */
static void expect_out_of_memory(struct expected *e)
{
	e->error = -ENOMEM;
	e->bug = e->warns = false;
	e->aliases = 0;
}

void expect_complete(const struct oracle *o, struct expected *e)
{
	e->error_page = o->first_page;
	if (o->machine->alloc_failed && call_effect(o->call->kind) != CALL_UNMAPS)
		expect_out_of_memory(e);
	else if (e->warns)
		e->error_page += e->done;
	if (row_of(o)->complete)
		row_of(o)->complete(o, e);
	ASSERT(!(e->bug && e->warns));
	ASSERT(e->error || !(e->bug || e->refused));
	ASSERT(!e->idle || !(e->bug || e->warns || e->aliases));
	ASSERT_CMP(e->affected_first, <=, o->first_page);
	ASSERT_CMP(e->affected_end, >=, o->end_page);
	ASSERT_CMP(e->aliases, <=, e->all_aliases);
}

void expect_apply(struct oracle *o, const struct expected *e)
{
	row_of(o)->apply(o, e);
}

void expect_place(const struct oracle *o, struct placement *p)
{
	if (row_of(o)->place)
		row_of(o)->place(o, p);
}
