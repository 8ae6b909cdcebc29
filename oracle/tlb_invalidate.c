// SPDX-License-Identifier: GPL-2.0-only
/* What a TLBI drops, and what a walk brings back at once. */
#include <string.h>

#include "mapper/machine/assert.h"
#include "oracle/tlb_private.h"

/* --- what walks bring back ------------------------------------------------------------ */

#define NO_PAGE UINT64_MAX

/* Pages [first, end) of the group that a page of a stale entry is in, and the entry's table. */
struct group {
	const struct tlb_stale *stale;
	const uint64_t *words; /* of the table */
	uint64_t first, end, page;
};

static uint64_t word_at(const struct tlb *tlb, const struct group *group, uint64_t page)
{
	return group
		->words[arm64_table_index(tlb->g, group->stale->level, page << tlb->g->granule)];
}

/* A member outside of the record that stands in the table and gives the entry what it had no more. */
static uint64_t valid_sibling(const struct tlb *tlb, const struct group *group)
{
	const struct tlb_stale *s = group->stale;
	uint64_t own = word_at(tlb, group, group->page), end = s->page + pages_of(tlb, s);
	uint64_t step = UINT64_C(1) << arm64_leaf_order(tlb->g, s->level);
	for (uint64_t page = group->first; page < group->end; page += step) {
		uint64_t desc = word_at(tlb, group, page);
		if ((page >= s->page && page < end) || !(desc & ARM64_CONTIGUOUS) ||
		    !is_leaf(tlb, s->level, desc))
			continue;
		if (!is_leaf(tlb, s->level, own) || (own ^ desc) & ~free_bits(tlb))
			return page;
	}
	return NO_PAGE;
}

/* A member that was cleared, or is no member any more, which walks need not see before a DSB. */
static uint64_t unordered_sibling(const struct tlb *tlb, const struct group *group)
{
	for (uint32_t i = first_unordered(tlb); i < tlb->count; i++) {
		const struct tlb_stale *s = &tlb->stale[i];
		if (s != group->stale && s->contiguous && s->table == group->stale->table &&
		    s->page < group->end && group->first < s->page + pages_of(tlb, s))
			return s->page > group->first ? s->page : group->first;
	}
	return NO_PAGE;
}

/*
 * A member of the group around `page`, of a record, that brings its entries
 * back; NO_PAGE if there is none. Members in the record were changed as it was.
 */
static uint64_t sibling_of(const struct tlb *tlb, const struct tlb_stale *s, uint64_t page)
{
	unsigned size = arm64_contiguous_size(tlb->g, s->level);
	unsigned order = arm64_leaf_order(tlb->g, s->level) + size;
	if (!size || s->child != MACHINE_NO_TABLE || s->unlinked)
		return NO_PAGE;
	struct group group = { s, machine_words(tlb->machine, s->table), page >> order << order, 0,
			       page };
	group.end = group.first + (UINT64_C(1) << order);
	if (group.first >= s->page && group.end <= s->page + pages_of(tlb, s))
		return NO_PAGE;
	uint64_t sibling = valid_sibling(tlb, &group);
	return sibling == NO_PAGE ? unordered_sibling(tlb, &group) : sibling;
}

/* Whether a pointer to the table of the entries stays cached. It was unlinked before they were. */
static bool pointer_stays(const struct tlb *tlb, const struct tlb_stale *s)
{
	const struct tlb_stale *pointer = s->unlinked ? tlb_find_table(tlb, s->table) : NULL;
	return pointer && !pointer->dropped;
}

/* --- TLBI ------------------------------------------------------------------------------ */

/* What a TLBI does to a part of a record, up to entry `end` of it. */
struct part {
	uint32_t end;
	bool dropped, local, by_pointer;
	uint64_t sibling; /* that brings it back; NO_PAGE: none */
};

#define MAX_PARTS 5

/*
 * Puts records in the place of record `i`. Those at the ends join the ones
 * around them, so that a TLBI for each page of a large range leaves few records
 * for the next one to look at. The number of records that come of it.
 */
static uint32_t replace(struct tlb *tlb, uint32_t i, struct tlb_stale *record, uint32_t records)
{
	struct tlb_stale *at = &tlb->stale[i];
	if (i + 1 < tlb->count && tlb_joins(tlb, &record[records - 1], at + 1)) {
		record[records - 1].entries += at[1].entries;
		at[1] = record[--records];
	}
	if (records && i && tlb_joins(tlb, at - 1, &record[0])) {
		at[-1].entries += record[0].entries;
		record++;
		records--;
	}
	if (tlb->count + records > TLB_MAX_STALE + 1) {
		tlb->overflow = true;
		return 1;
	}
	if (records != 1)
		memmove(at + records, at + 1, (tlb->count - i - 1) * sizeof(*at));
	memcpy(at, record, records * sizeof(*record));
	tlb->count += records - 1;
	return records;
}

/* Cuts a record into parts. The number of records that come of it. */
static uint32_t cut(struct tlb *tlb, uint32_t i, const struct part *part, unsigned parts)
{
	const struct tlb_stale whole = tlb->stale[i];
	unsigned order = arm64_leaf_order(tlb->g, whole.level);
	struct tlb_stale record[MAX_PARTS];
	uint32_t records = 0, from = 0;
	for (unsigned k = 0; k < parts; from = part[k++].end) {
		ASSERT_CMP(from, <=, part[k].end);
		if (from == part[k].end)
			continue;
		struct tlb_stale *r = &record[records++];
		*r = whole;
		r->page = whole.page + ((uint64_t)from << order);
		r->entries = part[k].end - from;
		r->dropped |= part[k].dropped;
		r->local |= part[k].local;
		r->by_pointer |= part[k].by_pointer;
		if (part[k].sibling != NO_PAGE) {
			r->refilled = true;
			r->sibling = part[k].sibling;
		}
	}
	ASSERT_CMP(from, ==, whole.entries);
	return replace(tlb, i, record, records);
}

static uint32_t clamp(uint64_t x, uint32_t low, uint32_t high)
{
	return x < low ? low : x > high ? high : (uint32_t)x;
}

/*
 * Entries [from, to) of a record are invalidated: those of its first and last
 * group, where siblings bring them back, in vain. The number of records that
 * come of it.
 */
static uint32_t drop(struct tlb *tlb, uint32_t i, uint32_t from, uint32_t to, bool local)
{
	const struct tlb_stale *s = &tlb->stale[i];
	ASSERT_CMP(from, <, to);
	ASSERT_CMP(to, <=, s->entries);
	unsigned order = arm64_leaf_order(tlb->g, s->level);
	uint64_t group = UINT64_C(1) << arm64_contiguous_size(tlb->g, s->level);
	uint64_t first = s->page >> order, last = first + s->entries - 1;
	uint64_t head = NO_PAGE, tail = NO_PAGE;
	bool by_pointer = !local && pointer_stays(tlb, s);
	if (!local && !by_pointer) {
		head = sibling_of(tlb, s, s->page);
		tail = sibling_of(tlb, s, last << order);
	}
	uint64_t head_end = head == NO_PAGE ? 0 : (first & ~(group - 1)) + group - first;
	uint64_t tail_start = tail == NO_PAGE || (last & ~(group - 1)) < first
				      ? s->entries
				      : (last & ~(group - 1)) - first;
	uint32_t a = clamp(head_end, from, to), b = clamp(tail_start, a, to);
	const struct part parts[MAX_PARTS] = {
		{ .end = from, .sibling = NO_PAGE },
		{ .end = a, .sibling = head },
		{ b, !local && !by_pointer, local, by_pointer, NO_PAGE },
		{ .end = to, .sibling = tail },
		{ .end = s->entries, .sibling = NO_PAGE },
	};
	return cut(tlb, i, parts, MAX_PARTS);
}

/*
 * Whether a TLBI is for entries like this one, wherever they are. A hint is the
 * level of the leaf for the address (D8.17.5.2): of pointers to tables it says
 * nothing, and who unlinks a table gives none (Linux 6.12, tlb_get_level()).
 */
static bool is_for(const struct tlb_stale *s, const struct event *tlbi)
{
	if (s->dropped || (s->harmless && !s->split))
		return false;
	if (s->child != MACHINE_NO_TABLE)
		return !tlbi->last_level_only && tlbi->level == EVENT_NO_HINT;
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

/* The entries [from, to) of a record that a TLBI names; false if it names none. */
static bool named(const struct tlb *tlb, const struct tlb_stale *s, const struct event *tlbi,
		  uint32_t *from, uint32_t *to)
{
	*from = 0;
	*to = s->entries;
	if (tlbi->all)
		return true;
	uint64_t page = (tlbi->va - arm64_va_base(tlb->g)) >> tlb->g->granule;
	uint64_t end = page + (tlbi->bytes >> tlb->g->granule);
	uint64_t stop = s->page + pages_of(tlb, s);
	unsigned order = arm64_leaf_order(tlb->g, s->level);
	if (end <= s->page || page >= stop)
		return false;
	if (page > s->page)
		*from = (uint32_t)((page - s->page) >> order);
	if (end < stop)
		*to = (uint32_t)(((end - s->page - 1) >> order) + 1);
	return true;
}

bool tlb_invalidate(struct tlb *tlb, const struct event *tlbi)
{
	bool meets = false;
	ASSERT_CMP(tlbi->kind, ==, EVENT_TLBI);
	if (!tlbi->all && !hint_fits(tlb, tlbi))
		return false;
	for (uint32_t i = 0, records, from, to; i < tlb->count; i += records) {
		struct tlb_stale *s = &tlb->stale[i];
		records = 1;
		if (!is_for(s, tlbi) || !named(tlb, s, tlbi, &from, &to))
			continue;
		meets |= !s->harmless;
		if (drops(s, tlbi))
			records = drop(tlb, i, from, to, tlbi->local);
	}
	return meets;
}
