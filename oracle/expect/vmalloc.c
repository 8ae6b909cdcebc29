// SPDX-License-Identifier: GPL-2.0-only
/* vmalloc(): blocks of the size that the call says it kept. */
#include <errno.h>

#include "oracle/expect/expect.h"
#include "oracle/properties/properties.h"

/* Before the series, it hit a BUG() at an entry in use below a block that it had kept. */
static void complete(const struct oracle *o, struct expected *e)
{
	enum block_busy busy = o->tree->block_busy;
	if (busy == BLOCK_BUSY_BY_SERIES && oracle_before_series(o))
		busy = BLOCK_BUSY_BUG;
	if (!e->warns || busy == BLOCK_BUSY_BY_SERIES || o->out.page_shift <= o->g.granule)
		return;
	e->error = busy == BLOCK_BUSY_FLAT ? -ENOMEM : -EBUSY;
	e->bug = busy == BLOCK_BUSY_BUG;
	e->warns = !e->bug;
}

static void place(const struct oracle *o, struct placement *p)
{
	p->block = vmalloc_block_pages(o);
	p->max_shift = o->out.page_shift;
	p->blocks = p->block > 1;
}

const struct call_expectation expect_vmalloc = {
	.expect = expect_mapping,
	.complete = complete,
	.apply = apply_mapping,
	.place = place,
};
