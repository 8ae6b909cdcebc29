// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/arm64/translate.h"

#include "mapper/machine/assert.h"

static table_t child_of(const struct arm64_geometry *g, const struct machine *m, uint64_t desc)
{
	table_t child = machine_table_at(m, arm64_address(g, desc) >> g->granule);
	return child == MACHINE_NO_TABLE || m->table[child].freed ? MACHINE_NO_TABLE : child;
}

/* A walk into no table page reads nothing that is known: it is taken to fault. */
struct arm64_translation arm64_translate(const struct arm64_geometry *g, const struct machine *m,
					 uint64_t va)
{
	ASSERT_CMP(va, >=, arm64_va_base(g));
	struct arm64_translation t = { .level = g->start_level };
	table_t table = MACHINE_ROOT;
	uint64_t limits = 0;
	for (;; t.level++) {
		t.desc = machine_words(m, table)[arm64_table_index(g, t.level, va)];
		enum arm64_kind kind = arm64_kind(g, t.level, t.desc);
		if (kind == ARM64_INVALID)
			return t;
		if (kind == ARM64_LEAF)
			break;
		limits |= t.desc & ARM64_TABLE_LIMITS;
		table = child_of(g, m, t.desc);
		if (table == MACHINE_NO_TABLE)
			return t;
	}
	uint64_t low = (UINT64_C(1) << arm64_leaf_bits(g, t.level)) - 1;
	t.mapped = true;
	t.oa = (arm64_address(g, t.desc) & ~low) | (va & low);
	t.attributes = arm64_attributes(g, t.desc, limits);
	return t;
}

uint64_t arm64_mapped_pages(const struct arm64_geometry *g, const struct machine *m, uint64_t first,
			    uint64_t end)
{
	uint64_t mapped = 0;
	for (uint64_t page = first, next; page < end; page = next) {
		struct arm64_translation t =
			arm64_translate(g, m, arm64_va_base(g) + (page << g->granule));
		next = (page | ((UINT64_C(1) << arm64_leaf_order(g, t.level)) - 1)) + 1;
		if (next > end)
			next = end;
		mapped += t.mapped ? next - page : 0;
	}
	return mapped;
}

struct sweep {
	const struct arm64_geometry *g;
	const struct machine *m;
	const struct arm64_visitor *visitor;
};

/* One table of the walk. */
struct place {
	table_t table;
	int level;
	uint64_t page, limits;
};

static uint64_t page_of(const struct sweep *s, const struct place *at, uint32_t index)
{
	return at->page + ((uint64_t)index << arm64_leaf_order(s->g, at->level));
}

static bool visit_span(const struct sweep *s, const struct place *at, uint32_t from, uint32_t to)
{
	struct arm64_span span = {
		.level = at->level,
		.index = from,
		.count = to - from,
		.table = machine_words(s->m, at->table),
		.page = page_of(s, at, from),
		.limits = at->limits,
	};
	return s->visitor->span(s->visitor->context, &span);
}

static bool visit_table(const struct sweep *s, const struct place *at);

static bool visit_link(const struct sweep *s, const struct place *at, uint32_t index, uint64_t desc)
{
	struct arm64_link link = {
		.level = at->level,
		.desc = desc,
		.page = page_of(s, at, index),
		.child = child_of(s->g, s->m, desc),
	};
	if (!s->visitor->link(s->visitor->context, &link))
		return false;
	struct place below = {
		.table = link.child,
		.level = at->level + 1,
		.page = link.page,
		.limits = at->limits | (desc & ARM64_TABLE_LIMITS),
	};
	ASSERT_CMP(below.level, <=, ARM64_LAST_LEVEL);
	return link.child == MACHINE_NO_TABLE || visit_table(s, &below);
}

static bool visit_invalid(const struct sweep *s, const struct place *at, uint32_t index,
			  uint64_t desc)
{
	struct arm64_invalid invalid = {
		.level = at->level,
		.desc = desc,
		.page = page_of(s, at, index),
		.limits = at->limits,
	};
	return !s->visitor->invalid || s->visitor->invalid(s->visitor->context, &invalid);
}

static bool visit_reserved(const struct sweep *s, const struct place *at, uint32_t index,
			   uint64_t desc)
{
	struct arm64_reserved reserved = {
		.level = at->level,
		.desc = desc,
		.page = page_of(s, at, index),
	};
	return s->visitor->reserved(s->visitor->context, &reserved);
}

/* First entry from `index` on that is no leaf. */
static uint32_t span_end(const struct sweep *s, const struct place *at, const uint64_t *words,
			 uint32_t index, uint32_t end)
{
	if (at->level == ARM64_LAST_LEVEL) {
		const uint64_t page = ARM64_VALID | ARM64_TYPE;
		while (index < end && (words[index] & page) == page)
			index++;
		return index;
	}
	while (index < end && arm64_kind(s->g, at->level, words[index]) == ARM64_LEAF)
		index++;
	return index;
}

#define STRIDE 8 /* entries looked at together where most are empty */

static bool stride_is_empty(const uint64_t *words)
{
	uint64_t any = 0;
	for (unsigned i = 0; i < STRIDE; i++)
		any |= words[i];
	return !any;
}

/* First entry from `index` on that is not zero. */
static uint32_t skip_empty(const uint64_t *words, uint32_t index, uint32_t end)
{
	while (index + STRIDE <= end && stride_is_empty(words + index))
		index += STRIDE;
	while (index < end && !words[index])
		index++;
	return index;
}

static bool visit_table(const struct sweep *s, const struct place *at)
{
	const struct machine_table *touched = &s->m->table[at->table];
	const uint64_t *words = machine_words(s->m, at->table);
	uint32_t entries = arm64_table_entries(s->g, at->level);
	uint32_t end = touched->high < entries ? touched->high : entries;
	ASSERT_CMP(at->table, <, s->m->tables);
	ASSERT_CMP(touched->high, <=, s->m->entries);

	for (uint32_t i = skip_empty(words, touched->low, end), next; i < end;
	     i = skip_empty(words, next, end)) {
		bool go_on = true;
		next = i + 1;
		switch (arm64_kind(s->g, at->level, words[i])) {
		case ARM64_LEAF:
			next = span_end(s, at, words, i, end);
			go_on = visit_span(s, at, i, next);
			break;
		case ARM64_TABLE:
			go_on = visit_link(s, at, i, words[i]);
			break;
		case ARM64_INVALID:
			go_on = words[i] & ARM64_VALID ? visit_reserved(s, at, i, words[i])
						       : visit_invalid(s, at, i, words[i]);
			break;
		}
		if (!go_on)
			return false;
	}
	return true;
}

bool arm64_sweep_from(const struct arm64_geometry *g, const struct machine *m, table_t root,
		      const struct arm64_visitor *visitor)
{
	struct sweep s = { .g = g, .m = m, .visitor = visitor };
	struct place place = { .table = root, .level = g->start_level };
	return visit_table(&s, &place);
}

bool arm64_sweep(const struct arm64_geometry *g, const struct machine *m,
		 const struct arm64_visitor *visitor)
{
	return arm64_sweep_from(g, m, MACHINE_ROOT, visitor);
}
