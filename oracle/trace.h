// SPDX-License-Identifier: GPL-2.0-only
/* The trace of a call: what hardware could see of it, and what its record counts up to. */
#ifndef ORACLE_TRACE_H
#define ORACLE_TRACE_H

#include "oracle/tlb.h"
#include "oracle/verdict.h"

/* Where a table page hangs: its entries' level, and the first page that they map. */
struct table_place {
	bool linked;
	int level;
	uint64_t page;
	uint64_t written; /* when it was last stored to, or handed out */
	bool was_linked;  /* at some time: not only its maker knows of it */
};

/* What all processors see alike: the two calls of a meeting share it. */
struct trace_tables {
	struct table_place place[MACHINE_MAX_TABLES];
	uint64_t clock; /* events seen */
};

/* Pages that a call unmapped and left in TLBs until vm_unmap_aliases(); or changed, and left to its caller. */
struct lazy_range {
	uint64_t first, end;
	bool of_linear_map; /* the latter */
};

#define TRACE_MAX_LAZY 32

/* Struct pages of a section fill 512 pages at most. */
#define TRACE_RETURNED_WORDS 8

/* What hardware could see of the call so far; kept up to date event by event. */
struct trace {
	bool judging; /* between oracle_expect() and oracle_judge() */
	struct verdict verdict;
	struct tlb tlb;
	struct table_place *place; /* by table, and */
	uint64_t *clock;           /* events seen: own, or those of the call that is met */
	struct trace_tables own;
	uint8_t taken;         /* a bit for each enum machine_lock that is held */
	bool made_in_vain;     /* a table page, in whose place another call had linked one */
	bool locked;           /* against ptdump */
	bool for_writing;      /* that lock */
	bool ended;            /* by a BUG(): nothing comes after it */
	bool local_dsb;        /* a DSB for this processor alone was seen */
	uint32_t idle_tlbi;    /* event of the first TLBI that nothing stale was for; UINT32_MAX */
	const char *left_lazy; /* how the call stayed in a lazy MMU section; NULL if it did not */
	uint32_t splits;       /* blocks that a table took the place of */
	uint64_t freed_pages;  /* that were given back */
	/* Memory of struct pages that was: how often, how much, and which pages of the range it backed. */
	uint64_t returns, returned_pages, is_returned[TRACE_RETURNED_WORDS];
	uint64_t last_alias; /* where one was found: index into the call's aliases */
	/* A bit for each event of the call: a store to a table that walks reached then. Owned. */
	uint64_t *reached;
	uint64_t ordered; /* when a barrier last ordered stores of this call's processor */
	/* How far a table walk of this processor may see the last entry that was set valid, if one was. */
	enum trace_state { TRACE_NOTHING, TRACE_STORED, TRACE_COMPLETED, TRACE_VISIBLE } valid;
	/* How far this processor may have used what the last TLBI dropped; never TRACE_STORED. */
	enum trace_state invalidated;
	int valid_level;
	uint64_t valid_page;

	/* Since oracle_begin(), and not yet purged. */
	struct lazy_range lazy[TRACE_MAX_LAZY];
	unsigned lazies;
};

/* Memory of a trace; false when the host has none. */
bool trace_create(struct trace *trace);
void trace_destroy(struct trace *trace);

/* What properties count in the record of a call that returned. Events are named by their index. */
struct trace_summary {
	uint32_t warnings, bugs;
	uint32_t stores, first_store, last_store; /* UINT32_MAX and 0 if there is none */
	uint32_t levels;                          /* MODIFIED_LEVEL() of tables stored to */
	uint32_t freed_levels;                    /* and of those that were freed by the end */
	/* Those to entries that map some of the pages that change. */
	uint32_t range_stores, first_range_store;
	uint32_t flushes, last_flush;
	uint32_t frees, trylocks, failed_trylocks;
	uint32_t tlbis; /* one by range goes on where the one before ended: they are one */
	uint32_t unmapped_aliases, first_unmapped_aliases;
	const struct event *flush;          /* the last; NULL if there is none, as those below */
	const struct event *tlbi_elsewhere; /* the first of pages that the call does not change */
	const struct event *wasteful_tlbi;  /* the first that arm64 would do otherwise */
	const struct event *trap;
};

#endif
