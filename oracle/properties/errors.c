// SPDX-License-Identifier: GPL-2.0-only
/*
 * errors: a call returns what the kernel's returns, stops with a BUG() where
 * the kernel does, warns when it is misused and only then, and stores nothing
 * when it is refused.
 */
#include "oracle/properties/properties.h"

#include <errno.h>
#include <stdio.h>

#include "oracle/properties/fail.h"

static bool has_event(const struct machine *m, enum event_kind kind)
{
	for (uint32_t i = 0; i < m->log.events; i++)
		if (m->log.event[i].kind == kind)
			return true;
	return false;
}

static void describe_return(char *text, int code, bool bug)
{
	snprintf(text, VERDICT_DETAIL_SIZE, "%d%s", code, bug ? ", after BUG()" : "");
}

static bool code_held(struct oracle *o, const struct expected *e, uint64_t page)
{
	bool bug = has_event(o->machine, EVENT_BUG);
	if (o->call->returned == e->error && bug == e->bug)
		return true;
	char expected[VERDICT_DETAIL_SIZE], found[VERDICT_DETAIL_SIZE];
	describe_return(expected, e->error, e->bug);
	describe_return(found, o->call->returned, bug);
	return fail(o, RULE_ERRORS_CODE, VERDICT_NO_LEVEL, page, expected, found);
}

static bool warning_held(struct oracle *o, const struct expected *e, uint64_t page)
{
	bool warned = has_event(o->machine, EVENT_WARN);
	if (warned == e->warns ||
	    (o->call->kind == CALL_VUNMAP && !warned && oracle_excuses(o, KNOWN_SILENT_CUT)))
		return true;
	return fail(o, RULE_ERRORS_WARNING, VERDICT_NO_LEVEL, page,
		    e->warns ? "a warning" : "no warning", warned ? "a warning" : "no warning");
}

static bool refusal_held(struct oracle *o, const struct expected *e)
{
	if (!e->refused || !has_event(o->machine, EVENT_STORE))
		return true;
	char expected[VERDICT_DETAIL_SIZE], found[VERDICT_DETAIL_SIZE];
	snprintf(expected, sizeof(expected), "%d, and no store", e->error);
	snprintf(found, sizeof(found), "%d, and stores", o->call->returned);
	return fail(o, RULE_ERRORS_REFUSED, VERDICT_NO_LEVEL, o->first_page, expected, found);
}

/* Before the series, vmalloc() died of an entry in use below a block that it had kept. */
static bool dies_below_block(const struct oracle *o, const struct expected *e)
{
	return o->call->kind == CALL_VMALLOC && oracle_before_series(o) && e->warns &&
	       o->call->page_shift > o->g.granule;
}

bool errors_code(struct oracle *o)
{
	struct expected *e = &o->expected;
	uint64_t page = o->first_page;
	if (o->machine->alloc_failed)
		*e = expect_out_of_memory(e);
	else if (e->warns && o->call->kind <= CALL_IOREMAP)
		page += e->done;
	if (o->mapper->hides_errors && o->call->kind == CALL_VMAP && e->error)
		e->error = -ENOMEM;
	if (dies_below_block(o, e)) {
		e->error = -EBUSY;
		e->bug = true;
		e->warns = false;
	}
	return code_held(o, e, page) && warning_held(o, e, page) && refusal_held(o, e);
}
