// SPDX-License-Identifier: GPL-2.0-only
/*
 * The simulated machine: physical memory that holds translation tables, and
 * the record of what was done to it.
 *
 * It knows 64-bit words, table pages and events. It knows no descriptor
 * format, so that whoever writes tables and whoever judges them share nothing
 * but this. Every store passes through machine_store() or
 * machine_store_list(): there is no other way to change a table.
 *
 * Between scenarios all of table memory is zero. machine_reset() restores
 * that at a cost that follows what the last scenario touched.
 */
#ifndef MAPPER_MACHINE_MACHINE_H
#define MAPPER_MACHINE_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mapper/machine/event.h"

/* Table pages that one scenario may allocate, freed ones included. Benchmarks are built with more. */
#ifndef MACHINE_MAX_TABLES
#define MACHINE_MAX_TABLES 4608
#endif
/*
 * Events and logged words that one call into a mapper may leave. Of those past
 * MACHINE_KEPT_EVENTS and MACHINE_KEPT_LOG_WORDS the host gets the memory back at the
 * next call, and of tables past MACHINE_KEPT_TABLE_BYTES that were touched when the machine
 * is reset.
 */
#define MACHINE_MAX_EVENTS (1u << 23)
#define MACHINE_MAX_LOG_WORDS (1u << 22)
#define MACHINE_KEPT_EVENTS (1u << 17)
#define MACHINE_KEPT_LOG_WORDS (1u << 17)
#define MACHINE_KEPT_TABLE_BYTES ((size_t)1 << 23)

/* What the hardware is: the registers and the ID fields that matter here. */
struct machine_config {
	uint8_t page_shift; /* granule: 12, 14 or 16 */
	uint8_t va_bits;    /* 64 - TCR_EL1.T1SZ: 36, 39, 42, 47, 48 or 52 */
	uint8_t pa_bits;    /* output size by TCR_EL1.IPS: 48 or 52 */
	uint8_t bbm;        /* ID_AA64MMFR2_EL1.BBM: 0, 1 or 2 */
	bool lpa2;          /* TCR_EL1.DS: the 52-bit format of 4K and 16K */
	/*
	 * A scaled-down machine, which no one built: log2 entries of a table and
	 * of a contiguous group. Both are 0 on real ones, whose granule says it.
	 */
	uint8_t table_bits, group_bits;
	bool tlb_range; /* ID_AA64ISAR0_EL1.TLB: TLBI by range, and with a level hint */

	/* As Linux was started: neither changes what the processor does. */
	bool noalias; /* rodata=noalias: set_memory leaves the linear map as it is */
	bool realm;   /* the guest of a Realm: memory is shared with the host by pages */
};

/* A machine with the geometry of one and the features of another. */
static inline struct machine_config machine_on(const struct machine_config *geometry,
					       const struct machine_config *features)
{
	struct machine_config config = *features;
	config.page_shift = geometry->page_shift;
	config.va_bits = geometry->va_bits;
	config.pa_bits = geometry->pa_bits;
	config.lpa2 = geometry->lpa2;
	config.table_bits = geometry->table_bits;
	config.group_bits = geometry->group_bits;
	return config;
}

/*
 * MAIR_EL1 as Linux programs it (arch/arm64/mm/proc.S, 6.12): by index
 * Normal, Normal Tagged, Normal Non-cacheable, Device-nGnRnE, Device-nGnRE.
 * Indexes 5 to 7 are programmed by nobody and must not be used.
 */
#define MACHINE_MAIR_EL1 UINT64_C(0x000000040044f0ff)
#define MACHINE_MAIR_USED 5

/* A table page, as a small number; the root is table 0. */
typedef uint32_t table_t;
#define MACHINE_ROOT ((table_t)0)
#define MACHINE_NO_TABLE ((table_t)UINT32_MAX)

/* What happened to one table page since the scenario began. */
struct machine_table {
	uint32_t low, high; /* entries stored to lie in [low, high) */
	bool freed;
};

/* What the mapper's work cost, by the machine's own count. */
struct machine_counters {
	uint64_t stores;        /* descriptors written, one a word */
	uint64_t loads;         /* descriptors read */
	uint64_t tables;        /* table pages handed out */
	uint64_t pages_scanned; /* page array entries compared for contiguity */
	uint64_t memory;        /* pages that machine_alloc_memory() handed out */
};

/* What is wrong with an access that no hardware would survive. */
enum machine_trap {
	MACHINE_TRAP_NONE,
	MACHINE_TRAP_OUTSIDE_TABLE, /* index past the table's last entry */
	MACHINE_TRAP_FREED_TABLE,   /* the table page had been freed */
	MACHINE_TRAP_NO_TABLE,      /* not a table page of this machine */
	MACHINE_TRAP_RUNAWAY,  /* more work than struct machine_bound allows, or the log is full */
	MACHINE_TRAP_HANG,     /* ended by the clock: the call did nothing that is counted */
	MACHINE_TRAP_STACK,    /* ended by the processor: the call used up its stack */
	MACHINE_TRAP_DEADLOCK, /* it waits for a lock which nobody can release: see meeting.h */
};

/* Counts at which a call has run away: it would not end, or not in useful time. */
struct machine_bound {
	uint64_t loads, pages_scanned; /* of struct machine_counters */
	uint32_t events, refused;      /* of the call: logged, and allocations that failed */
};

struct machine {
	struct machine_config config;
	struct machine_counters counters;
	enum machine_trap trap; /* the first one since machine_reset() */
	uint32_t tables;        /* handed out so far, the root included */
	uint32_t live_tables;   /* of these, those that were not freed */
	uint32_t entries;       /* per table page */
	struct event_log log;
	struct event_watch watch; /* set by whoever judges; machine_reset() clears it */

	struct machine_bound bound;   /* of the call: see machine_bound_call() */
	uint64_t next_look;           /* count of loads at which machine_look() looks at them */
	uint32_t next_look_at_events; /* and of events */
	uint32_t refused;             /* allocations that failed in the call */
	struct machine_call *call;    /* that runs: NULL outside of machine_run() */

	/* Of a call that another one meets: see meeting.h. */
	struct meeting *meeting; /* owned */
	bool meets;              /* locks are events, and may have to be waited for */
	bool reads;              /* what runs is a reader: see machine_begin_reading() */
	uint32_t spins_at;       /* count of a reader's events at which it is taken to spin */
	uint32_t meets_at; /* count of events at which the other call is made; UINT32_MAX: none */
	/* Told when the machine shows the other side: by whoever keeps a call's state elsewhere. NULL: nobody. */
	void (*switched)(struct machine *m);

	/* Injected faults: countdowns, 0 when none is armed. */
	uint32_t fail_alloc, fail_trylock;
	bool alloc_failed;           /* the armed allocation fault has struck */
	uint64_t alloc_failed_bytes; /* and so many bytes of memory were asked for; 0 of a table */
	/* When it did, by the number of events before it, and where. Who records it says so. */
	uint32_t alloc_failed_at;
	struct source_place alloc_failed_place;

	struct machine_table table[MACHINE_MAX_TABLES];
	uint64_t *arena; /* table i starts at word i * 2 * entries */
	size_t arena_bytes;
	size_t opened_bytes; /* of the arena, from its start: the rest may not be touched yet */
};

/*
 * A new machine with its memory reserved, or NULL when the host has none.
 * Owned by the caller; give it back with machine_destroy(). Nothing is
 * allocated later: table memory, reserved here, is opened the first time that
 * so many tables are handed out, and the process ends if the host refuses.
 */
struct machine *machine_create(void);
void machine_destroy(struct machine *m);

/*
 * Empties the machine and makes it a `config` machine with a zeroed root
 * table. `config` is taken as valid: fuzz/scenario_check.c refuses others.
 */
void machine_reset(struct machine *m, const struct machine_config *config);

/*
 * Starts a new record: events and faults of the call before are forgotten,
 * and the n-th table allocation and trylock from now (1 is the next; 0 is
 * none) will fail. Memory counts as tables do.
 */
void machine_begin_call(struct machine *m, uint32_t fail_alloc, uint32_t fail_trylock);

/*
 * Bounds the work of the call that was begun, which is about `pages` pages, by
 * them and by the entries of the tables that are there: thousands of times what
 * a walk of them takes. A call that nobody bounds may fill the log.
 */
void machine_bound_call(struct machine *m, uint64_t pages);

/*
 * What was begun is not a call but a reader of `pages` pages, which meets one:
 * each entry that it reads is an event, and its locks are. A reader may read a
 * group again until all of it is stored, as contpte_ptep_get_lockless() does
 * (Linux 6.12): where it reads far more than that, the call goes on to its end
 * first.
 */
void machine_begin_reading(struct machine *m, uint64_t pages);

/* Before a reader reads an entry: an event. Whether the table is still there after it; a trap if not. */
bool machine_reach_read(struct machine *m, table_t table, uint32_t index);

/* The lock of a dump, which the oracle's own does not take: nobody else is there. */
void machine_lock_for_dump(struct machine *m);
void machine_unlock_after_dump(struct machine *m);

/* Whether the call's work is at its bound. */
bool machine_is_out_of_bound(const struct machine *m);

/*
 * Calls run(context), which makes a call into a mapper. False if the machine
 * ended it, since it had run away, or machine_end_call() did: m->trap says
 * why, and nothing after the point where it was is done. Not reentrant, but
 * for the inner one of two calls that meet: meeting.h.
 */
bool machine_run(struct machine *m, void (*run)(void *context), void *context);

/* The machine whose call runs in this process; NULL if none does. For handlers of signals. */
const struct machine *machine_running(void);
/* How many calls were run in this process: which call it is that runs. */
uint64_t machine_runs(void);
/* Bytes of that call's stack down to `p`; 0 if no call runs, and anything if `p` is not on it. */
size_t machine_depth(const void *p);
/* Ends that call, also from a handler of a signal, with `trap` unless it had another before. */
void machine_end_call(enum machine_trap trap) __attribute__((noreturn));

/*
 * What the machine does now and then as a call works: ends it if it has run
 * away. Returns false where nobody can end it, after a trap.
 */
bool machine_look(struct machine *m);

/* Counts entries read; for who reads table memory without machine_load(). */
static inline void machine_count_loads(struct machine *m, uint64_t loads)
{
	m->counters.loads += loads;
	if (__builtin_expect(m->counters.loads >= m->next_look, 0))
		machine_look(m);
}

/*
 * A zeroed table page, or MACHINE_NO_TABLE when the allocation fails: by
 * injection, or because MACHINE_MAX_TABLES are in use. A page freed in this
 * scenario is never handed out again, so that its late use is seen.
 */
table_t machine_alloc_table(struct machine *m);
void machine_free_table(struct machine *m, table_t table);

/*
 * Memory for something else than a table: `bytes`, a power of two, which whoever plays the page
 * allocator takes from where the call says. False when the allocation fails by injection, for which
 * it counts as one of a table does. And its return, from page frame `pfn` on.
 */
bool machine_alloc_memory(struct machine *m, uint64_t bytes);
void machine_free_memory(struct machine *m, uint64_t pfn, uint64_t bytes);

/* The table page's page frame number, in units of the granule, and back. */
uint64_t machine_table_pfn(const struct machine *m, table_t table);
table_t machine_table_at(const struct machine *m, uint64_t pfn);
/* First pfn of the physical range that table pages come from, to its end. */
uint64_t machine_table_pool_pfn(const struct machine_config *config);

/* Reads entry `index`; 0 and a trap where there is none. */
uint64_t machine_load(struct machine *m, table_t table, uint32_t index);

/* Offset of the first nonzero word in `count` entries from `index`; `count` if all are zero. */
uint32_t machine_find_nonzero(struct machine *m, table_t table, uint32_t index, uint32_t count);

/*
 * Which entry a pointer into table memory points at: for code under test that
 * follows pointers. False for a pointer to anything else.
 */
bool machine_entry_at(const struct machine *m, const void *p, table_t *table, uint32_t *index);

/* The words themselves, for whoever judges; not counted as loads. */
const uint64_t *machine_words(const struct machine *m, table_t table);

/* Stores first, first + step, ... to `count` entries from `index`. */
void machine_store(struct machine *m, table_t table, uint32_t index, uint32_t count, uint64_t first,
		   uint64_t step);
/* Stores `count` given words from `index`. */
void machine_store_list(struct machine *m, table_t table, uint32_t index, uint32_t count,
			const uint64_t *words);

/* Whether the lock that guards freeing of kernel tables was had, for reading; see fail_trylock. */
bool machine_trylock(struct machine *m);
/* The same by who waits for it, and its release. */
void machine_lock(struct machine *m);
void machine_unlock(struct machine *m);
/* The same for writing: mmap_write_lock(). */
void machine_write_lock(struct machine *m);
void machine_write_unlock(struct machine *m);

/*
 * The locks that calls take whatever they meet. They are events only where a
 * call is met by another (meeting.h): alone, they are always free.
 */
void machine_take(struct machine *m, enum machine_lock lock);
void machine_release(struct machine *m, enum machine_lock lock);

/* Barriers, TLB maintenance, cache flushes, WARN and BUG; see event.h for their fields. */
void machine_barrier(struct machine *m, enum barrier kind);
void machine_tlbi_range(struct machine *m, uint64_t va, uint64_t bytes, bool last_level_only);
/* The same with a level hint: leaves of other levels stay (R_SQXYZ), and pointers to tables. */
void machine_tlbi_hinted(struct machine *m, uint64_t va, uint64_t bytes, bool last_level_only,
			 int level);
void machine_tlbi_all(struct machine *m);
/* Any TLBI, local or by range too: the fields of event.h that a TLBI has; `kind` is set here. */
void machine_tlbi(struct machine *m, struct event tlbi);
/* The call returns inside of a lazy MMU section, in which barriers are put off; are some pending? */
void machine_left_lazy(struct machine *m, bool pending);
void machine_flush_cache(struct machine *m, enum cache_flush when, uint64_t va, uint64_t bytes);
void machine_warn(struct machine *m, uint64_t va);
/* BUG(): the kernel ends here; whoever calls this stores nothing more and returns -EBUSY. */
void machine_bug(struct machine *m, uint64_t va);
/* vm_unmap_aliases(): stale aliases of vmap() and vfree() are gone after it. */
void machine_unmap_aliases(struct machine *m);
/* Pages that were mapped at [va, va + bytes) go back to the page allocator, which may give them to anybody. */
void machine_free_pages(struct machine *m, uint64_t va, uint64_t bytes);

/* Adds `pages` to the count of page array entries compared. */
static inline void machine_count_scanned(struct machine *m, uint64_t pages)
{
	m->counters.pages_scanned += pages;
	if (__builtin_expect(m->counters.pages_scanned >= m->bound.pages_scanned, 0))
		machine_look(m);
}

#endif
