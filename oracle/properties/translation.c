// SPDX-License-Identifier: GPL-2.0-only
/*
 * translation: every page gives the page frame and the attributes it was
 * mapped with, and nothing else is mapped.
 *
 * Words are first compared as words, many at a time, with the descriptor
 * that the reference mapper would have written. Only where they differ are
 * they decoded and judged by meaning: a different word may mean the same.
 */
#include "oracle/properties/properties.h"

#include <inttypes.h>
#include <stdio.h>

#include "mapper/machine/assert.h"
#include "mapper/machine/min.h"
#include "oracle/attributes.h"
#include "oracle/properties/fail.h"

static struct arm64_attributes expected_attributes(const struct segment *s)
{
	struct arm64_attributes a = *attributes_of(s->prot);
	a.el1_write = a.el1_write_at_once = s->may & MAY_WRITE;
	a.el1_exec = s->may & MAY_EXEC;
	return a;
}

/* Whether a segment allows more than one set of permissions. */
static bool is_open(const struct segment *s)
{
	const uint8_t write = MAY_WRITE | MAY_NOT_WRITE, exec = MAY_EXEC | MAY_NOT_EXEC;
	return (s->may & write) == write || (s->may & exec) == exec;
}

static const struct segment *segment_at(const struct oracle *o, uint64_t page)
{
	const struct segment *s = &o->space.segment[o->segment];
	return o->segment < o->space.segments && s->start <= page ? s : NULL;
}

static void describe_expected(char *text, const struct segment *s, uint64_t page)
{
	if (!s || !(s->may & MAY_BE_MAPPED)) {
		snprintf(text, VERDICT_DETAIL_SIZE, "nothing mapped");
		return;
	}
	struct arm64_attributes a = expected_attributes(s);
	snprintf(text, VERDICT_DETAIL_SIZE,
		 "pfn 0x%" PRIx64 ", %s%s%s%s, %s (MAIR byte 0x%02x)%s%s", segment_pfn(s, page),
		 a.el1_write ? "rw" : "r", a.el1_exec ? "x" : "", a.el0_access ? ", EL0" : "",
		 a.el0_exec ? " may run it" : "", attributes_memory_name(a.memory), a.memory,
		 a.global ? "" : ", not global", a.accessed ? "" : ", access flag 0");
}

/* Whether `page` is the linear alias of a page that the call changes. After the linear map none is. */
static bool is_alias(const struct oracle *o, uint64_t page)
{
	const struct expected *e = o->expected;
	if (page >= oracle_linear_pages(o))
		return false;
	for (uint64_t i = 0; i < e->all_aliases; i++)
		if (e->area->pages.page[e->first_alias + i] == page)
			return true;
	return false;
}

/* A difference outside the pages that the call changes is isolation's, whatever it is. */
static enum rule placed(struct oracle *o, uint64_t page, enum rule rule)
{
	const struct expected *e = o->expected;
	if (e->affected_first <= page && page < e->affected_end)
		return rule;
	if (!is_alias(o, page))
		return RULE_ISOLATION_OUTSIDE;
	oracle_exercised(o, rule); /* aliases are only looked for where something differs */
	return rule;
}

/* Fails `rule` at `page`, which has the leaf `desc` at `level`. */
static bool fail_page(struct oracle *o, enum rule rule, uint64_t page, int level, uint64_t desc)
{
	char leaf[VERDICT_DETAIL_SIZE], expected[VERDICT_DETAIL_SIZE], found[VERDICT_DETAIL_SIZE];
	describe_expected(expected, segment_at(o, page), page);
	oracle_describe(o, level, desc, leaf);
	uint64_t pfn = arm64_translate(&o->g, o->machine, oracle_va(o, page)).oa >> o->g.granule;
	snprintf(found, sizeof(found), "pfn 0x%" PRIx64 ", %.96s", pfn, leaf);
	return fail(o, rule, level, page, expected, found);
}

/* Fails for `page` of segment `s`, which nothing maps. */
static bool fail_missing(struct oracle *o, const struct segment *s, uint64_t page)
{
	char expected[VERDICT_DETAIL_SIZE], found[VERDICT_DETAIL_SIZE];
	struct arm64_translation t = arm64_translate(&o->g, o->machine, oracle_va(o, page));
	describe_expected(expected, s, page);
	oracle_describe(o, t.level, t.desc, found);
	return fail(o, placed(o, page, RULE_TRANSLATION_MISSING), t.level, page, expected, found);
}

/*
 * What may only be read must not be writable, even to hardware that manages
 * dirty state; what may only be written must be so to hardware that does not.
 * Linux's kernel mappings do not rely on it: no fault handler notes that a
 * page of the kernel is dirty, and PAGE_KERNEL has PTE_RDONLY clear.
 */
static bool writes_held(const struct segment *s, const struct arm64_attributes *found)
{
	return (s->may & MAY_WRITE || !found->el1_write) &&
	       (s->may & MAY_NOT_WRITE || found->el1_write_at_once);
}

static bool permissions_held(const struct segment *s, const struct arm64_attributes *want,
			     const struct arm64_attributes *found)
{
	return writes_held(s, found) && s->may & (found->el1_exec ? MAY_EXEC : MAY_NOT_EXEC) &&
	       want->el0_access == found->el0_access && want->el0_exec == found->el0_exec;
}

/* The rule that attributes `found` of a page of `s` break, or RULE_NONE. */
static enum rule attributes_rule(const struct segment *s, const struct arm64_attributes *want,
				 const struct arm64_attributes *found)
{
	if (want->memory != found->memory)
		return RULE_TRANSLATION_MEMORY_TYPE;
	if (want->shareability != found->shareability)
		return RULE_TRANSLATION_SHAREABILITY;
	if (!permissions_held(s, want, found))
		return RULE_TRANSLATION_PERMISSION;
	if (want->global != found->global)
		return RULE_TRANSLATION_GLOBAL;
	return want->accessed == found->accessed ? RULE_NONE : RULE_TRANSLATION_ACCESS_FLAG;
}

/* Whether pages [page, end) of segment `s` are the consecutive pfns from `pfn` on. */
static bool pages_follow(const struct segment *s, uint64_t page, uint64_t end, uint64_t pfn)
{
	if (!s->page)
		return segment_pfn(s, page) == pfn;
	const uint64_t *expected = s->page + (page - s->start);
	uint64_t differ = 0;
	for (uint64_t i = 0; i < end - page; i++)
		differ |= expected[i] ^ (pfn + i);
	return !differ;
}

/*
 * Limits that say nothing of what a leaf was mapped with: kernel tables may
 * forbid EL0 to run anything (UXNTable), also where a leaf would let it.
 */
static uint64_t idle_limits(const struct arm64_attributes *want)
{
	return want->el0_exec ? ARM64_UXNTABLE : 0;
}

bool translation_would_hold(const struct oracle *o, int level, uint64_t desc, uint64_t limits,
			    const struct segment *s, uint64_t page, uint64_t end)
{
	uint64_t low = (UINT64_C(1) << arm64_leaf_order(&o->g, level)) - 1;
	uint64_t base = (arm64_address(&o->g, desc) >> o->g.granule) & ~low;
	struct arm64_attributes want = expected_attributes(s);
	struct arm64_attributes found = arm64_attributes(&o->g, desc, limits & ~idle_limits(&want));
	return attributes_rule(s, &want, &found) == RULE_NONE &&
	       pages_follow(s, page, end, base + (page & low));
}

/* Judges by meaning the part [page, end) of one leaf that lies in segment `s`. */
static bool leaf_means(struct oracle *o, const struct arm64_span *span, uint32_t index,
		       const struct segment *s, uint64_t page, uint64_t end)
{
	uint64_t desc = span->table[index];
	uint64_t low = (UINT64_C(1) << arm64_leaf_order(&o->g, span->level)) - 1;
	uint64_t base = (arm64_address(&o->g, desc) >> o->g.granule) & ~low;
	struct arm64_attributes want = expected_attributes(s);
	struct arm64_attributes found =
		arm64_attributes(&o->g, desc, span->limits & ~idle_limits(&want));
	enum rule rule = attributes_rule(s, &want, &found);
	if (rule == RULE_NONE && pages_follow(s, page, end, base + (page & low)))
		return true;
	for (; page < end; page++) {
		if (base + (page & low) != segment_pfn(s, page))
			return fail_page(o, placed(o, page, RULE_TRANSLATION_OUTPUT_ADDRESS), page,
					 span->level, desc);
		if (rule != RULE_NONE)
			return fail_page(o, placed(o, page, rule), page, span->level, desc);
	}
	return true;
}

/* Bits in which a leaf may differ from the reference's word and mean the same. */
static uint64_t ignored_bits(const struct segment *s, int level)
{
	uint64_t ignored = ARM64_CONTIGUOUS | ARM64_SOFTWARE;
	if (s->may & MAY_WRITE)
		ignored |= ARM64_DBM;
	return level == ARM64_LAST_LEVEL ? ignored : ignored | ARM64_TYPE;
}

/* Whether `count` page descriptors are, up to `ignored`, those of the pages from `page` on. */
static bool words_equal(const struct arm64_geometry *g, const uint64_t *words, uint32_t count,
			const struct segment *s, uint64_t page, uint64_t attributes,
			uint64_t ignored)
{
	uint64_t differ = 0;
	if (s->page) {
		const uint64_t *pfn = s->page + (page - s->start);
		for (uint32_t i = 0; i < count; i++)
			differ |=
				words[i] ^ arm64_address_bits(g, pfn[i] << g->granule) ^ attributes;
	} else {
		uint64_t pfn = segment_pfn(s, page);
		for (uint32_t i = 0; i < count; i++)
			differ |= words[i] ^ arm64_address_bits(g, (pfn + i) << g->granule) ^
				  attributes;
	}
	return !(differ & ~ignored);
}

/* Whether tables above take something away that `want` has. */
static bool limits_matter(const struct arm64_attributes *want, uint64_t limits)
{
	return limits & ~(ARM64_UXNTABLE | (want->el1_exec ? 0 : ARM64_PXNTABLE));
}

/* Judges the leaves [index, index + count) of the last level, all in segment `s`. */
static bool judge_pages(struct oracle *o, const struct arm64_span *span, uint32_t index,
			uint32_t count, const struct segment *s)
{
	uint64_t page = span->page + (index - span->index);
	struct arm64_attributes want = expected_attributes(s);
	uint64_t attributes = arm64_leaf_bits_of(&o->g, span->level, &want);
	if (!is_open(s) && !limits_matter(&want, span->limits) &&
	    words_equal(&o->g, span->table + index, count, s, page, attributes,
			ignored_bits(s, span->level)))
		return true;
	for (uint32_t i = 0; i < count; i++, page++)
		if (!leaf_means(o, span, index + i, s, page, page + 1))
			return false;
	return true;
}

/*
 * Judges one step from o->seen_page on: a piece of the span that one segment
 * covers, either several pages or one block. Moves seen_page behind it.
 */
static bool judge_piece(struct oracle *o, const struct arm64_span *span)
{
	unsigned order = arm64_leaf_order(&o->g, span->level);
	uint32_t index = span->index + (uint32_t)((o->seen_page - span->page) >> order);
	const struct segment *s = segment_at(o, o->seen_page);
	uint64_t from = o->seen_page;
	if (!s || !(s->may & MAY_BE_MAPPED)) {
		o->seen_page++;
		return fail_page(o, isolation_rule(o, from), from, span->level, span->table[index]);
	}
	uint64_t end;
	bool holds;
	if (order == 0) {
		end = min(span->page + span->count, s->end);
		holds = judge_pages(o, span, index, (uint32_t)(end - from), s);
	} else {
		end = min(span->page + ((uint64_t)(index - span->index + 1) << order), s->end);
		holds = leaf_means(o, span, index, s, from, end);
	}
	ASSERT_CMP(end, >, from);
	ASSERT_CMP(end, <=, s->end);
	o->seen_page = end;
	if (end == s->end)
		o->segment++;
	return holds;
}

/* Leaves in the call's range are about to be compared with what the call should map there. */
static void span_exercised(struct oracle *o, uint64_t page, uint64_t end)
{
	isolation_exercised(o, page, end);
	if (end <= o->expected->affected_first || page >= o->expected->affected_end)
		return;
	oracle_exercised(o, RULE_TRANSLATION_OUTPUT_ADDRESS);
	oracle_exercised(o, RULE_TRANSLATION_PERMISSION);
	oracle_exercised(o, RULE_TRANSLATION_MEMORY_TYPE);
	oracle_exercised(o, RULE_TRANSLATION_SHAREABILITY);
	oracle_exercised(o, RULE_TRANSLATION_GLOBAL);
	oracle_exercised(o, RULE_TRANSLATION_ACCESS_FLAG);
}

bool translation_span(struct oracle *o, const struct arm64_span *span)
{
	uint64_t end = span->page + ((uint64_t)span->count << arm64_leaf_order(&o->g, span->level));
	if (!translation_gap(o, span->page))
		return false;
	span_exercised(o, span->page, end);
	while (o->seen_page < end)
		if (!judge_piece(o, span))
			return false;
	return true;
}

/* What the sweep must find, in the call's range and outside of it, or must not find any more. */
void translation_begin(struct oracle *o)
{
	const struct expected *e = o->expected;
	const struct space *space = &o->space;
	const struct segment *s = &space->segment[space_find(space, e->affected_first)];
	const struct segment *end = space->segment + space->segments;
	while (s < end && s->start < e->affected_end && s->may & MAY_BE_ABSENT)
		s++;
	if (s < end && s->start < e->affected_end)
		oracle_exercised(o, RULE_TRANSLATION_MISSING);
	if (space->segments &&
	    (space->segment->start < e->affected_first || end[-1].end > e->affected_end))
		oracle_exercised(o, RULE_ISOLATION_OUTSIDE);
	enum call_effect effect = call_effect(o->call->kind);
	if ((effect == CALL_UNMAPS || effect == CALL_REMOVES) && o->summary->stores)
		oracle_exercised(o, isolation_rule(o, e->affected_first));
}

bool translation_gap(struct oracle *o, uint64_t end)
{
	ASSERT_CMP(o->seen_page, <=, end); /* spans come in ascending order and do not overlap */
	for (; o->segment < o->space.segments; o->segment++) {
		const struct segment *s = &o->space.segment[o->segment];
		uint64_t page = s->start > o->seen_page ? s->start : o->seen_page;
		if (page >= end)
			break;
		if (!(s->may & MAY_BE_ABSENT) && !fail_missing(o, s, page))
			return false;
		if (s->end > end)
			break;
	}
	o->seen_page = end;
	return true;
}
