// SPDX-License-Identifier: GPL-2.0-only
/*
 * What translation caches may still hold of entries that the tables no longer
 * have: as much as Arm allows. Every entry that was ever valid and reachable
 * counts as cached, as a leaf of its own size, as a member of a group, or as
 * a pointer to a table, until TLB maintenance that covers it is complete:
 *
 *     the store; DSB; TLBI; DSB (R_DDMVT, R_SPVBD, R_PSMWS)
 *
 * One TLBI for any address of a block drops the whole block (R_LGSCG); of a
 * contiguous group it drops only the entries whose addresses it names
 * (I_JQPNP, R_LQLSD). With a hint it drops leaves of that level alone, no
 * pointer to a table, and nothing when the hint does not fit (R_SQXYZ).
 * Entries that are valid in the tables are not listed: caching those is
 * harmless.
 *
 * A walk that ends at a member of a contiguous group may cache the whole group
 * (D8.7.1). So a TLBI of one member counts only when a walk meets no other
 * member any more that is valid, Contiguous and gives what this one does not:
 * it would bring the entry back (Linux 48478b9f7913). Likewise a walk from a
 * cached pointer to a table brings back all that stands in the table.
 *
 * From BBM level 2 on a block may become a table while it is live, without
 * maintenance (R_PVTFW). The block may stay cached at its own level, over
 * several calls. When something below the table changes, only a TLBI that drops
 * the block too is enough: one without a hint, or with that of the block's level.
 *
 * Kernel mappings are used by all processors. A TLBI that is not broadcast, or
 * a DSB that is for the Non-shareable domain, leaves what others may hold:
 * such steps count for nothing, and are kept to say so (R_DDMVT: the TLBI is
 * broadcast; R_PSMWS: the DSB completes it for the domain that it names).
 */
#ifndef ORACLE_TLB_H
#define ORACLE_TLB_H

#include "mapper/mapper.h"
#include "oracle/arm64/granule.h"

/* Neighbouring entries of one table that were cleared or changed alike. */
struct tlb_stale {
	uint64_t page;    /* the first that they mapped */
	uint64_t now;     /* what stands in their place; tlb_add() keeps of it what groups share */
	uint64_t sibling; /* where `refilled`: a page of the member that was valid */
	uint32_t entries; /* 1 of a table pointer */
	int level;
	table_t table;   /* that they stand in */
	table_t child;   /* of a table pointer; MACHINE_NO_TABLE of leaves */
	bool unlinked;   /* it is the table that walks from the root no longer reach */
	bool contiguous; /* leaves of contiguous groups, until now */
	bool harmless;   /* they lost only the Contiguous bit: forgotten when that is visible */
	bool split; /* a block that a table took the place of: harmless as long as that gives the same */
	bool ordered;    /* a DSB followed the store */
	bool dropped;    /* and then a TLBI */
	bool refilled;   /* by the walk of a sibling: the TLBI came too early for the group */
	bool by_pointer; /* by a walk from the cached pointer to their table */
	bool local;      /* or a TLBI for this processor alone: others still hold the entry */
	bool early, early_for_others; /* a TLBI came before that DSB; or after one for here alone */
	bool local_dsb; /* after the store, or after the TLBI, came a DSB for this processor alone */
};

/* More are never open at once: a page of a scenario is one entry at the most. */
#define TLB_MAX_STALE CALL_MAX_PAGES

struct tlb {
	const struct arm64_geometry *g; /* borrowed, as the machine */
	const struct machine *machine;
	struct tlb_stale *stale; /* TLB_MAX_STALE, owned */
	uint32_t count;
	uint32_t splits; /* records of split blocks */
	/* Pages [calm_first, calm_end): of records of split blocks, none is harmless there. */
	uint64_t calm_first, calm_end;
	bool used;     /* something that is not harmless was added in this call */
	bool overflow; /* more than fit were cleared without maintenance */
};

/* Memory for a TLB that holds nothing; false when the host has none. */
bool tlb_create(struct tlb *tlb);
void tlb_destroy(struct tlb *tlb);
void tlb_begin(struct tlb *tlb, const struct arm64_geometry *g, const struct machine *machine);

/* Another call: split blocks may still be cached; what else was stale is forgotten. */
void tlb_begin_call(struct tlb *tlb);

/*
 * Entries, valid until now, are no longer in the tables: page, entries, level,
 * table, child, unlinked, contiguous, harmless are given, and the word `now`.
 */
void tlb_add(struct tlb *tlb, struct tlb_stale next);

/*
 * A live block became a table that gives the same: the block at `page` may
 * stay cached, at its own level. And pages [page, end) change: what is cached
 * of a block that they were in is stale.
 */
void tlb_add_split(struct tlb *tlb, table_t table, int level, uint64_t page);
void tlb_change(struct tlb *tlb, uint64_t page, uint64_t end);

/* Another call, whose TLBIs are not seen here, may have dropped the split blocks: they are forgotten. */
void tlb_forget_splits(struct tlb *tlb);

/*
 * A DSB that orders stores; one that also completes TLB maintenance, and
 * whether it completed any; either for this processor alone.
 */
void tlb_order(struct tlb *tlb);
bool tlb_complete(struct tlb *tlb);
void tlb_local_dsb(struct tlb *tlb, bool stores_only);

/* A TLBI event; whether it is for anything that is stale, be it too early. */
bool tlb_invalidate(struct tlb *tlb, const struct event *tlbi);

/* What is missing of the maintenance that a stale entry needs, in words. Static. */
const char *tlb_missing(const struct tlb_stale *s);

/* The stale entry and what is missing, in `size` bytes of text. */
void tlb_describe(const struct tlb *tlb, const struct tlb_stale *s, char *text, size_t size);

/* The first stale entry; NULL if there is none. */
const struct tlb_stale *tlb_first(const struct tlb *tlb);

/* A stale entry that maps some of pages [page, end); NULL if there is none. */
const struct tlb_stale *tlb_find(const struct tlb *tlb, uint64_t page, uint64_t end);

/* The same, but for split blocks: where a block becomes a table, they give what it gave. */
const struct tlb_stale *tlb_find_but_splits(const struct tlb *tlb, uint64_t page, uint64_t end);

/* A stale pointer to `table`; NULL if there is none. */
const struct tlb_stale *tlb_find_table(const struct tlb *tlb, table_t table);

#endif
