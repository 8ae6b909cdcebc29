// SPDX-License-Identifier: GPL-2.0-only
/*
 * errors: a call returns what the kernel's returns, stops with a BUG() where
 * the kernel does, warns when it is misused and only then, and stores nothing
 * when it is refused.
 */
#include "oracle/properties/properties.h"

#include <stdio.h>

#include "oracle/properties/fail.h"

static void describe_return(char *text, int code, bool bug)
{
	snprintf(text, VERDICT_DETAIL_SIZE, "%d%s", code, bug ? ", after BUG()" : "");
}

static bool code_held(struct oracle *o)
{
	const struct expected *e = o->expected;
	bool bug = o->summary->bugs;
	if (o->out.error == e->error && bug == e->bug)
		return true;
	char expected[VERDICT_DETAIL_SIZE], found[VERDICT_DETAIL_SIZE];
	describe_return(expected, e->error, e->bug);
	describe_return(found, o->out.error, bug);
	return fail(o, RULE_ERRORS_CODE, VERDICT_NO_LEVEL, e->error_page, expected, found);
}

static bool warning_held(struct oracle *o)
{
	const struct expected *e = o->expected;
	bool warned = o->summary->warnings;
	if (warned == e->warns || (call_effect(o->call->kind) == CALL_UNMAPS && !warned &&
				   oracle_waives(o, WAIVER_SILENT_CUT)))
		return true;
	return fail(o, RULE_ERRORS_WARNING, VERDICT_NO_LEVEL, e->error_page,
		    e->warns ? "a warning" : "no warning", warned ? "a warning" : "no warning");
}

static bool refusal_held(struct oracle *o)
{
	const struct expected *e = o->expected;
	if (!e->refused || !o->summary->stores)
		return true;
	char expected[VERDICT_DETAIL_SIZE], found[VERDICT_DETAIL_SIZE];
	snprintf(expected, sizeof(expected), "%d, and no store", e->error);
	snprintf(found, sizeof(found), "%d, and stores", o->out.error);
	return fail(o, RULE_ERRORS_REFUSED, VERDICT_NO_LEVEL, o->first_page, expected, found);
}

bool errors_held(struct oracle *o)
{
	return code_held(o) && warning_held(o) && refusal_held(o);
}
