// SPDX-License-Identifier: GPL-2.0-only
/* What must come of a call, and what it makes of the space. */
#ifndef ORACLE_EXPECT_H
#define ORACLE_EXPECT_H

#include "oracle/oracle.h"

/* Says from o->call, o->space and the tables before the call what must come of it. */
struct expected expect_call(const struct oracle *o);

/* The same call once a table allocation has failed in it: it fails with -ENOMEM at some page. */
struct expected expect_out_of_memory(const struct expected *e);

/* Adds what the end of o->call tells, after which nothing changes what is expected. */
void expect_complete(const struct oracle *o, struct expected *e);

/* Applies what was expected of o->call to o->space. */
void expect_apply(struct oracle *o, const struct expected *e);

#endif
