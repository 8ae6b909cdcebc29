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

/* A return value as kernel code has it; NULL for one that no mapping code returns. */
static const char *error_name(int code)
{
	switch (code) {
	case 0:
		return "0";
	case -EPERM:
		return "-EPERM";
	case -EAGAIN:
		return "-EAGAIN";
	case -ENOMEM:
		return "-ENOMEM";
	case -EFAULT:
		return "-EFAULT";
	case -EBUSY:
		return "-EBUSY";
	case -EINVAL:
		return "-EINVAL";
	case -ERANGE:
		return "-ERANGE";
	case -EOPNOTSUPP:
		return "-EOPNOTSUPP";
	default:
		return NULL;
	}
}

static void describe_return(char *text, int code, const char *rest)
{
	const char *name = error_name(code);
	if (name)
		snprintf(text, VERDICT_DETAIL_SIZE, "%s%s", name, rest);
	else
		snprintf(text, VERDICT_DETAIL_SIZE, "%d%s", code, rest);
}

static bool code_held(struct oracle *o)
{
	const struct expected *e = o->expected;
	bool bug = o->summary->bugs;
	oracle_exercised(o, RULE_ERRORS_CODE);
	if (o->out.error == e->error && bug == e->bug)
		return true;
	char expected[VERDICT_DETAIL_SIZE], found[VERDICT_DETAIL_SIZE];
	describe_return(expected, e->error, e->bug ? ", after BUG()" : "");
	describe_return(found, o->out.error, bug ? ", after BUG()" : "");
	return fail(o, RULE_ERRORS_CODE, VERDICT_NO_LEVEL, e->error_page, expected, found);
}

static bool warning_held(struct oracle *o)
{
	const struct expected *e = o->expected;
	bool warned = o->summary->warnings;
	if (call_effect(o->call->kind) == CALL_UNMAPS && !warned &&
	    oracle_waives(o, WAIVER_SILENT_CUT))
		return true;
	if (!call_maps(o->call->kind) && o->machine->alloc_failed && warned &&
	    oracle_waives(o, WAIVER_WARNS_OUT_OF_TABLES))
		return true;
	if (call_maps(o->call->kind) && !e->warns && warned && o->summary->frees &&
	    oracle_waives(o, WAIVER_WARNS_OF_EMPTY))
		return true;
	oracle_exercised(o, RULE_ERRORS_WARNING);
	if (warned == e->warns)
		return true;
	return fail(o, RULE_ERRORS_WARNING, VERDICT_NO_LEVEL, e->error_page,
		    e->warns ? "a warning" : "no warning", warned ? "a warning" : "no warning");
}

static bool refusal_held(struct oracle *o)
{
	const struct expected *e = o->expected;
	if (!e->refused)
		return true;
	oracle_exercised(o, RULE_ERRORS_REFUSED);
	if (!o->summary->stores)
		return true;
	char expected[VERDICT_DETAIL_SIZE], found[VERDICT_DETAIL_SIZE];
	describe_return(expected, e->error, ", and no store");
	describe_return(found, o->out.error, ", and stores");
	return fail(o, RULE_ERRORS_REFUSED, VERDICT_NO_LEVEL, o->first_page, expected, found);
}

bool errors_held(struct oracle *o)
{
	return code_held(o) && warning_held(o) && refusal_held(o);
}
