// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stores that belong together. A Linux tree stores one entry at a time, so
 * that the length of what it takes for one batch is seen only when the
 * stores of one loop are told as one.
 */
#ifndef REGRESS_TOOL_BATCH_H
#define REGRESS_TOOL_BATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "mapper/machine/event.h"

/* Events [first, end) of a record: `stores` steps of the same form, or one event. */
struct event_batch {
	uint32_t first, end;
	uint32_t stores; /* 1 where nothing is joined */
	uint32_t step; /* events of one step: a store, and the barriers of the same call after it */
	uint32_t calls; /* by which they were stored: of set_ptes(), set_pte_at() and the like */
	bool apart;     /* the entries do not map memory that lies in a row */
};

/* What whoever knows the format of entries says of two stores. */
struct batch_format {
	/* Whether they put the same kind of entry. */
	bool (*alike)(const void *context, const struct event *a, const struct event *b);
	/* Whether what `b` maps follows what `a` maps in physical memory; or both map nothing. */
	bool (*follows)(const void *context, const struct event *a, const struct event *b);
	const void *context;
};

/*
 * The batch that begins at event `first`. Joined are single stores to
 * consecutive entries of one table, caused by the same line, with nothing
 * between them but the same barriers of the same call. A batch ends where the
 * memory that is mapped goes on elsewhere: one that is longer than a run of
 * the page array mapped what it should not. Pages of which each lies apart are
 * one batch. Events of no known place are never joined.
 */
struct event_batch batch_at(const struct event_log *log, uint32_t first,
			    const struct batch_format *format);

#endif
