// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events: each thing that hardware or a caller could notice, in order.
 *
 * One store event stands for a range of entries stored in ascending order by
 * one call; the words it wrote are either an arithmetic series or a list in
 * the log's words, and so are the words it replaced.
 */
#ifndef MAPPER_MACHINE_EVENT_H
#define MAPPER_MACHINE_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "mapper/machine/assert.h"
#include "mapper/machine/source_place.h"

enum event_kind {
	EVENT_STORE,
	EVENT_BARRIER,
	EVENT_TLBI,
	EVENT_ALLOC,
	EVENT_FREE,
	EVENT_CACHE_FLUSH,
	EVENT_TRYLOCK,
	EVENT_UNLOCK,
	EVENT_WARN,
	EVENT_BUG,
	EVENT_UNMAP_ALIASES,
	EVENT_FREE_PAGES,  /* pages that an area mapped are given back */
	EVENT_FREE_MEMORY, /* memory of struct pages is given back: `bytes` from `pfn` on */
	EVENT_TRAP,
	EVENT_LEFT_LAZY, /* the call returns inside of a lazy MMU section */
	EVENT_TAKE,      /* a lock, once it is had; and its release: of calls that meet */
	EVENT_RELEASE,
	EVENT_READ, /* an entry is about to be read by a reader that meets a call */
};

/* The kernel's locks of EVENT_TAKE and EVENT_RELEASE. */
enum machine_lock {
	LOCK_PAGE_TABLE, /* init_mm.page_table_lock: a table is linked below an empty entry */
	LOCK_SPLIT,      /* the mutex pgtable_split_lock: a leaf is split */
	/* Of trees: those without a name here, all of a kind taken for one. */
	LOCK_OTHER_SPINLOCK,
	LOCK_OTHER_MUTEX,
	LOCK_MMAP, /* the mmap lock of init_mm; its events are EVENT_TRYLOCK and EVENT_UNLOCK */
	LOCKS,
};

enum barrier {
	BARRIER_DMB_ISHST, /* orders stores */
	BARRIER_DSB_ISHST, /* completes stores: table walks see them after it */
	BARRIER_DSB_ISH,   /* completes stores and TLB maintenance */
	BARRIER_ISB,       /* context synchronization */
	BARRIER_DSB_NSHST, /* as DSB_ISHST, for this processor alone */
	BARRIER_DSB_NSH,   /* as DSB_ISH, for this processor alone */
};

enum cache_flush {
	CACHE_FLUSH_VMAP,   /* after mapping */
	CACHE_FLUSH_VUNMAP, /* before unmapping */
};

/* `words` and `old_words` are this when there is no list. */
#define EVENT_NO_WORDS UINT32_MAX

/* A TLBI without a hint drops entries of every level. */
#define EVENT_NO_HINT INT8_MAX

struct event {
	uint8_t kind; /* enum event_kind */
	uint8_t what; /* barrier, cache_flush, trap, machine_lock; whether a trylock was had, or
				       * barriers are pending in a lazy MMU section */
	bool last_level_only;         /* TLBI: table descriptors stay cached */
	bool all;                     /* TLBI: every address */
	bool local;                   /* TLBI: of this processor alone, not broadcast */
	bool by_range;                /* TLBI: FEAT_TLBIRANGE instructions, `count` of them */
	bool for_writing;             /* lock, unlock: by mmap_write_lock() */
	int8_t level;                 /* TLBI: the level hint (TTL), or EVENT_NO_HINT */
	uint32_t table, index, count; /* store, alloc, free, trap; count of a TLBI: instructions,
				       * 0 where a model does not say how many by address */
	uint32_t words;               /* store: the list stored, or EVENT_NO_WORDS for a series */
	uint32_t old_words; /* store: the words replaced, or EVENT_NO_WORDS if all were 0 */
	bool placed;        /* event_place() knows what caused it; of models nothing is known */
	union {
		uint64_t first; /* store: of the series */
		uint64_t va;    /* TLBI, cache flush, pages given back, warning, BUG */
		uint64_t pfn;   /* memory given back */
	};
	union {
		uint64_t step;  /* store: of the series */
		uint64_t bytes; /* TLBI, cache flush, pages or memory given back */
	};
};

/* Who is told of each event as it happens; of a store before it changes the table. */
struct event_watch {
	void (*see)(void *context, const struct event *event); /* NULL: nobody */
	void *context;
};

/* The record of one call into a mapper. Owned by the machine. */
struct event_log {
	struct event *event;
	struct source_place *cause; /* of events that are placed, by index: see event_place() */
	uint32_t events;
	uint64_t *word;
	uint32_t words;
	/* What is being executed: each event gets what this says then. NULL: nothing is known. */
	const struct source_place *place;
};

/* What caused an event of the log: all zero where nothing is known. Borrowed until the next call. */
static inline const struct source_place *event_place(const struct event_log *log,
						     const struct event *e)
{
	static const struct source_place nowhere;
	ASSERT_CMP((uint64_t)(e - log->event), <, log->events);
	return e->placed ? &log->cause[e - log->event] : &nowhere;
}

#endif
