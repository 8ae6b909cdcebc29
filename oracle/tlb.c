// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/tlb.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "mapper/machine/assert.h"
#include "oracle/tlb_private.h"

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

void tlb_begin(struct tlb *tlb, const struct arm64_geometry *g, const struct machine *machine)
{
	tlb->g = g;
	tlb->machine = machine;
	tlb->count = tlb->splits = 0;
	tlb_begin_call(tlb);
}

void tlb_begin_call(struct tlb *tlb)
{
	uint32_t kept = 0;
	for (uint32_t i = 0; tlb->splits && i < tlb->count; i++) {
		struct tlb_stale s = tlb->stale[i];
		s.harmless = true; /* what the last call left of it to its caller is a lazy range */
		if (s.split)
			tlb->stale[kept++] = s;
	}
	ASSERT_CMP(kept, ==, tlb->splits);
	tlb->count = kept;
	tlb->calm_first = tlb->calm_end = 0;
	tlb->used = false;
	tlb->overflow = false;
}

bool tlb_joins(const struct tlb *tlb, const struct tlb_stale *s, const struct tlb_stale *next)
{
	return s->child == MACHINE_NO_TABLE && next->child == MACHINE_NO_TABLE && !s->split &&
	       !next->split && s->level == next->level &&
	       s->page + pages_of(tlb, s) == next->page && s->table == next->table &&
	       s->unlinked == next->unlinked && s->now == next->now &&
	       s->contiguous == next->contiguous && s->harmless == next->harmless &&
	       s->ordered == next->ordered && s->dropped == next->dropped &&
	       s->refilled == next->refilled && s->by_pointer == next->by_pointer &&
	       s->local == next->local && s->early == next->early &&
	       s->early_for_others == next->early_for_others && s->local_dsb == next->local_dsb;
}

/* Joins the last two records, so that what is cleared entry by entry stays one. */
static void join_last(struct tlb *tlb)
{
	if (tlb->count < 2)
		return;
	struct tlb_stale *last = tlb->stale + tlb->count - 1;
	if (!tlb_joins(tlb, last - 1, last))
		return;
	last[-1].entries += last->entries;
	tlb->count--;
}

void tlb_add(struct tlb *tlb, struct tlb_stale next)
{
	ASSERT_CMP(next.entries, >, 0);
	ASSERT(next.child == MACHINE_NO_TABLE ||
	       (next.entries == 1 && next.level < ARM64_LAST_LEVEL));
	next.now = is_leaf(tlb, next.level, next.now) ? next.now & ~free_bits(tlb) : 0;
	tlb->used |= !next.harmless;
	join_last(tlb);
	if (tlb->count && tlb_joins(tlb, &tlb->stale[tlb->count - 1], &next))
		tlb->stale[tlb->count - 1].entries += next.entries;
	else if (tlb->count == TLB_MAX_STALE)
		tlb->overflow = true;
	else
		tlb->stale[tlb->count++] = next;
}

void tlb_add_split(struct tlb *tlb, table_t table, int level, uint64_t page)
{
	ASSERT_CMP(level, <, ARM64_LAST_LEVEL);
	if (tlb->count == TLB_MAX_STALE)
		return;
	tlb->stale[tlb->count++] = (struct tlb_stale){ .page = page,
						       .entries = 1,
						       .level = level,
						       .table = table,
						       .child = MACHINE_NO_TABLE,
						       .harmless = true,
						       .split = true };
	tlb->splits++;
	tlb->calm_first = tlb->calm_end = 0;
}

/*
 * Calls change one page after the other. So this looks at all records once, and
 * not again for pages between the nearest blocks on both sides.
 */
void tlb_change(struct tlb *tlb, uint64_t page, uint64_t end)
{
	ASSERT_CMP(page, <, end);
	if (!tlb->splits || (tlb->calm_first <= page && end <= tlb->calm_end))
		return;
	tlb->calm_first = 0;
	tlb->calm_end = UINT64_MAX;
	for (uint32_t i = 0; i < tlb->count; i++) {
		struct tlb_stale *s = &tlb->stale[i];
		uint64_t after = s->page + pages_of(tlb, s);
		if (!s->split)
			continue;
		if (after <= page && after > tlb->calm_first)
			tlb->calm_first = after;
		if (s->page >= end && s->page < tlb->calm_end)
			tlb->calm_end = s->page;
		if (s->page < end && page < after)
			s->harmless = false;
	}
}

void tlb_forget_splits(struct tlb *tlb)
{
	uint32_t kept = 0;
	if (!tlb->splits)
		return;
	for (uint32_t i = 0; i < tlb->count; i++)
		if (!tlb->stale[i].split)
			tlb->stale[kept++] = tlb->stale[i];
	tlb->count = kept;
	tlb->splits = 0;
}

void tlb_order(struct tlb *tlb)
{
	uint32_t kept = first_unordered(tlb);
	for (uint32_t i = kept; i < tlb->count; i++) {
		struct tlb_stale s = tlb->stale[i];
		s.ordered = true;
		s.local_dsb = false;
		if (!s.harmless || s.split)
			tlb->stale[kept++] = s;
	}
	ASSERT_CMP(kept, <=, tlb->count);
	tlb->count = kept;
}

/*
 * Joins records that are alike, so that maintenance which never reaches other
 * processors costs no more than that which does.
 */
static void join_records(struct tlb *tlb)
{
	uint32_t kept = 0;
	for (uint32_t i = 0; i < tlb->count; i++) {
		if (kept && tlb_joins(tlb, &tlb->stale[kept - 1], &tlb->stale[i]))
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

bool tlb_complete(struct tlb *tlb)
{
	uint32_t kept = 0;
	bool completed = false;
	for (uint32_t i = 0; i < tlb->count; i++) {
		const struct tlb_stale s = tlb->stale[i];
		completed |= s.dropped && !s.harmless;
		tlb->splits -= s.dropped && s.split;
		if (!s.dropped)
			tlb->stale[kept++] = s;
	}
	ASSERT_CMP(kept, <=, tlb->count);
	tlb->count = kept;
	tlb_order(tlb);
	join_records(tlb);
	return completed;
}

const char *tlb_missing(const struct tlb_stale *s)
{
	if (s->dropped)
		return s->local_dsb ? "whose TLBI only a local DSB (nsh) completed"
				    : "whose TLBI is not complete";
	if (s->local)
		return "that only a local TLBI (not broadcast) has invalidated";
	if (s->refilled)
		return "whose TLBI came while another member of its group was valid";
	if (s->by_pointer)
		return "whose TLBI left a pointer to its table in walk caches";
	if (s->early_for_others)
		return "whose TLBI came when only a local DSB (nsh) had completed its store";
	if (s->early)
		return "whose TLBI came before a DSB had completed its store";
	if (s->ordered)
		return "that no TLBI has invalidated";
	return s->local_dsb ? "whose store only a local DSB (nsh) has completed"
			    : "whose store no DSB has completed";
}

void tlb_describe(const struct tlb *tlb, const struct tlb_stale *s, char *text, size_t size)
{
	const char *what = s->child == MACHINE_NO_TABLE ? "leaf" : "table pointer";
	bool sibling = s->refilled && !s->dropped && !s->local;
	if (sibling)
		snprintf(text, size,
			 "a stale %s of level %d whose TLBI came while 0x%016" PRIx64
			 " of its group was valid and Contiguous",
			 what, s->level, arm64_va_base(tlb->g) + (s->sibling << tlb->g->granule));
	else
		snprintf(text, size, "a stale %s of level %d %s", what, s->level, tlb_missing(s));
}

const struct tlb_stale *tlb_first(const struct tlb *tlb)
{
	for (uint32_t i = 0; i < tlb->count; i++)
		if (!tlb->stale[i].harmless)
			return &tlb->stale[i];
	return NULL;
}

static const struct tlb_stale *find(const struct tlb *tlb, uint64_t page, uint64_t end, bool splits)
{
	ASSERT_CMP(page, <, end);
	for (uint32_t i = 0; i < tlb->count; i++) {
		const struct tlb_stale *s = &tlb->stale[i];
		if (!s->harmless && (splits || !s->split) && s->page < end &&
		    page < s->page + pages_of(tlb, s))
			return s;
	}
	return NULL;
}

const struct tlb_stale *tlb_find(const struct tlb *tlb, uint64_t page, uint64_t end)
{
	return find(tlb, page, end, true);
}

const struct tlb_stale *tlb_find_but_splits(const struct tlb *tlb, uint64_t page, uint64_t end)
{
	return find(tlb, page, end, false);
}

const struct tlb_stale *tlb_find_table(const struct tlb *tlb, table_t table)
{
	ASSERT_CMP(table, !=, MACHINE_NO_TABLE); /* which stands for a leaf */
	for (uint32_t i = 0; i < tlb->count; i++)
		if (tlb->stale[i].child == table)
			return &tlb->stale[i];
	return NULL;
}
