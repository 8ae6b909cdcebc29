// SPDX-License-Identifier: GPL-2.0-only
/* What only the end of a call can tell of what must come of it. */
#include <errno.h>

#include "mapper/machine/assert.h"
#include "oracle/expect.h"

/* Before the series, vmalloc() hit a BUG() at an entry in use below a block that it had kept. */
static bool hits_bug_below_block(const struct oracle *o, const struct expected *e)
{
	return o->call->kind == CALL_VMALLOC && oracle_before_series(o) && e->warns &&
	       o->call->page_shift > o->g.granule;
}

void expect_complete(const struct oracle *o, struct expected *e)
{
	e->error_page = o->first_page;
	if (o->machine->alloc_failed)
		*e = expect_out_of_memory(e);
	else if (e->warns && o->call->kind <= CALL_IOREMAP)
		e->error_page += e->done;
	if (o->call->kind == CALL_VMAP && e->error && oracle_waives(o, WAIVER_HIDDEN_ERRNO))
		e->error = -ENOMEM;
	if (hits_bug_below_block(o, e)) {
		e->error = -EBUSY;
		e->bug = true;
		e->warns = false;
	}
	ASSERT(!(e->bug && e->warns));
	ASSERT(e->error || !(e->bug || e->refused));
	ASSERT_CMP(e->affected_first, <=, o->first_page);
	ASSERT_CMP(e->affected_end, >=, o->end_page);
	ASSERT_CMP(e->aliases, <=, e->all_aliases);
}
