// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/tlb.h"

#include <string.h>
#include <sys/mman.h>

#include "mapper/machine/assert.h"

bool tlb_create(struct tlb *tlb)
{
	void *p = mmap(NULL, TLB_MAX_STALE * sizeof(*tlb->stale), PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	*tlb = (struct tlb){ .stale = p == MAP_FAILED ? NULL : p };
	return tlb->stale;
}

void tlb_destroy(struct tlb *tlb)
{
	if (tlb->stale)
		munmap(tlb->stale, TLB_MAX_STALE * sizeof(*tlb->stale));
	tlb->stale = NULL;
}

void tlb_begin(struct tlb *tlb, const struct arm64_geometry *g)
{
	tlb->g = g;
	tlb->count = 0;
	tlb->used = false;
	tlb->overflow = false;
}

static uint64_t pages_of(const struct tlb *tlb, const struct tlb_stale *s)
{
	return (uint64_t)s->entries << arm64_leaf_order(tlb->g, s->level);
}

/* Whether a record goes on where another ends, and the same was done for both. */
static bool joins(const struct tlb *tlb, const struct tlb_stale *s, const struct tlb_stale *next)
{
	return s->child == MACHINE_NO_TABLE && next->child == MACHINE_NO_TABLE &&
	       s->level == next->level && s->page + pages_of(tlb, s) == next->page &&
	       s->ordered == next->ordered && s->dropped == next->dropped &&
	       s->local == next->local && s->early == next->early &&
	       s->early_for_others == next->early_for_others && s->local_dsb == next->local_dsb;
}

/* Joins the last two records, so that what is cleared entry by entry stays one. */
static void join_last(struct tlb *tlb)
{
	if (tlb->count < 2)
		return;
	struct tlb_stale *last = tlb->stale + tlb->count - 1;
	if (!joins(tlb, last - 1, last))
		return;
	last[-1].entries += last->entries;
	tlb->count--;
}

void tlb_add(struct tlb *tlb, int level, uint64_t page, uint32_t entries, table_t child)
{
	const struct tlb_stale next = {
		.page = page, .entries = entries, .level = level, .child = child
	};
	tlb->used = true;
	ASSERT_CMP(entries, >, 0);
	ASSERT(child == MACHINE_NO_TABLE || (entries == 1 && level < ARM64_LAST_LEVEL));
	join_last(tlb);
	if (tlb->count && joins(tlb, &tlb->stale[tlb->count - 1], &next))
		tlb->stale[tlb->count - 1].entries += entries;
	else if (tlb->count == TLB_MAX_STALE)
		tlb->overflow = true;
	else
		tlb->stale[tlb->count++] = next;
}

void tlb_order(struct tlb *tlb)
{
	for (uint32_t i = tlb->count; i > 0 && !tlb->stale[i - 1].ordered; i--) {
		tlb->stale[i - 1].ordered = true;
		tlb->stale[i - 1].local_dsb = false;
	}
}

/*
 * Joins records that are alike, so that maintenance which never reaches other
 * processors costs no more than that which does.
 */
static void join_records(struct tlb *tlb)
{
	uint32_t kept = 0;
	for (uint32_t i = 0; i < tlb->count; i++) {
		if (kept && joins(tlb, &tlb->stale[kept - 1], &tlb->stale[i]))
			tlb->stale[kept - 1].entries += tlb->stale[i].entries;
		else
			tlb->stale[kept++] = tlb->stale[i];
	}
	ASSERT_CMP(kept, <=, tlb->count);
	tlb->count = kept;
}

void tlb_local_dsb(struct tlb *tlb, bool stores_only)
{
	for (uint32_t i = 0; i < tlb->count; i++) {
		struct tlb_stale *s = &tlb->stale[i];
		s->local_dsb |= !s->ordered || (s->dropped && !stores_only);
	}
	join_records(tlb);
}

void tlb_complete(struct tlb *tlb)
{
	uint32_t kept = 0;
	for (uint32_t i = 0; i < tlb->count; i++)
		if (!tlb->stale[i].dropped)
			tlb->stale[kept++] = tlb->stale[i];
	ASSERT_CMP(kept, <=, tlb->count);
	tlb->count = kept;
	tlb_order(tlb);
	join_records(tlb);
}

/*
 * Cuts the entries before `from` and those from `to` on off into records of
 * their own. The others are dropped, or dropped on this processor alone.
 */
static void cut_out(struct tlb *tlb, uint32_t i, uint32_t from, uint32_t to, bool local)
{
	struct tlb_stale whole = tlb->stale[i], part[3];
	unsigned order = arm64_leaf_order(tlb->g, whole.level), parts = 0;
	const uint32_t bounds[4] = { 0, from, to, whole.entries };
	ASSERT_CMP(from, <, to);
	ASSERT_CMP(to, <=, whole.entries);
	for (unsigned k = 0; k < 3; k++) {
		if (bounds[k] == bounds[k + 1])
			continue;
		part[parts] = whole;
		part[parts].page = whole.page + ((uint64_t)bounds[k] << order);
		part[parts].entries = bounds[k + 1] - bounds[k];
		part[parts].dropped |= k == 1 && !local;
		part[parts].local |= k == 1 && local;
		parts++;
	}
	if (tlb->count + parts - 1 > TLB_MAX_STALE) {
		tlb->overflow = true;
		return;
	}
	memmove(&tlb->stale[i + parts], &tlb->stale[i + 1],
		(tlb->count - i - 1) * sizeof(*tlb->stale));
	memcpy(&tlb->stale[i], part, parts * sizeof(*part));
	tlb->count += parts - 1;
	ASSERT_CMP(tlb->count, <=, TLB_MAX_STALE);
}

/* Whether a TLBI is for entries like this one, wherever they are. */
static bool is_for(const struct tlb_stale *s, const struct event *tlbi)
{
	if (s->dropped || (s->child != MACHINE_NO_TABLE && tlbi->last_level_only))
		return false;
	return tlbi->level == EVENT_NO_HINT || tlbi->level == s->level;
}

/* Whether a TLBI for this entry drops it somewhere; too early, before the store was completed, not. */
static bool drops(struct tlb_stale *s, const struct event *tlbi)
{
	if (s->ordered || (tlbi->local && s->local_dsb))
		return true;
	s->early |= !s->local_dsb;
	s->early_for_others |= s->local_dsb;
	return false;
}

/* A hint is for a range that begins where an entry of that level does (D8.17.5.2). */
static bool hint_fits(const struct tlb *tlb, const struct event *tlbi)
{
	if (tlbi->level == EVENT_NO_HINT)
		return true;
	return !(tlbi->va & ((UINT64_C(1) << arm64_leaf_bits(tlb->g, tlbi->level)) - 1));
}

static void invalidate_range(struct tlb *tlb, const struct event *tlbi)
{
	uint64_t page = (tlbi->va - arm64_va_base(tlb->g)) >> tlb->g->granule;
	uint64_t end = page + (tlbi->bytes >> tlb->g->granule);
	for (uint32_t i = 0; i < tlb->count; i++) {
		struct tlb_stale *s = &tlb->stale[i];
		uint64_t stop = s->page + pages_of(tlb, s);
		unsigned order = arm64_leaf_order(tlb->g, s->level);
		if (!is_for(s, tlbi) || end <= s->page || page >= stop || !drops(s, tlbi))
			continue;
		uint32_t from = page > s->page ? (uint32_t)((page - s->page) >> order) : 0;
		uint32_t to =
			end < stop ? (uint32_t)(((end - s->page - 1) >> order) + 1) : s->entries;
		cut_out(tlb, i, from, to, tlbi->local);
	}
}

void tlb_invalidate(struct tlb *tlb, const struct event *tlbi)
{
	ASSERT_CMP(tlbi->kind, ==, EVENT_TLBI);
	if (!tlbi->all) {
		if (hint_fits(tlb, tlbi))
			invalidate_range(tlb, tlbi);
		return;
	}
	for (uint32_t i = 0; i < tlb->count; i++) {
		struct tlb_stale *s = &tlb->stale[i];
		bool dropped = is_for(s, tlbi) && drops(s, tlbi);
		s->dropped |= dropped && !tlbi->local;
		s->local |= dropped && tlbi->local;
	}
}

const char *tlb_missing(const struct tlb_stale *s)
{
	if (s->dropped)
		return s->local_dsb ? "whose TLBI only a local DSB (nsh) completed"
				    : "whose TLBI is not complete";
	if (s->local)
		return "that only a local TLBI (not broadcast) has invalidated";
	if (s->early_for_others)
		return "whose TLBI came when only a local DSB (nsh) had completed its store";
	if (s->early)
		return "whose TLBI came before a DSB had completed its store";
	if (s->ordered)
		return "that no TLBI has invalidated";
	return s->local_dsb ? "whose store only a local DSB (nsh) has completed"
			    : "whose store no DSB has completed";
}

const struct tlb_stale *tlb_find(const struct tlb *tlb, uint64_t page, uint64_t end)
{
	ASSERT_CMP(page, <, end);
	for (uint32_t i = 0; i < tlb->count; i++) {
		const struct tlb_stale *s = &tlb->stale[i];
		if (s->page < end && page < s->page + pages_of(tlb, s))
			return s;
	}
	return NULL;
}

const struct tlb_stale *tlb_find_table(const struct tlb *tlb, table_t table)
{
	ASSERT_CMP(table, !=, MACHINE_NO_TABLE); /* which stands for a leaf */
	for (uint32_t i = 0; i < tlb->count; i++)
		if (tlb->stale[i].child == table)
			return &tlb->stale[i];
	return NULL;
}
