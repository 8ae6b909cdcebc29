// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/leaves.h"

/*
 * The place of a page in the table that has its entry, at the lowest level
 * that there is: a table descriptor only where it leads to no table.
 */
struct place {
	const uint64_t *words;
	int level;
	uint32_t index;
	uint64_t limits; /* ARM64_TABLE_LIMITS of the tables above */
};

static struct place place_of(const struct tables *t, uint64_t page)
{
	uint64_t va = arm64_va_base(t->g) + (page << t->g->granule);
	struct place at = { machine_words(t->machine, MACHINE_ROOT), t->g->start_level, 0, 0 };
	for (;; at.level++) {
		at.index = arm64_table_index(t->g, at.level, va);
		uint64_t desc = at.words[at.index];
		if (arm64_kind(t->g, at.level, desc) != ARM64_TABLE)
			return at;
		table_t below =
			machine_table_at(t->machine, arm64_address(t->g, desc) >> t->g->granule);
		if (below == MACHINE_NO_TABLE)
			return at; /* a mapper's mistake, which the rules tell */
		at.words = machine_words(t->machine, below);
		at.limits |= desc & ARM64_TABLE_LIMITS;
	}
}

bool leaf_next(const struct tables *t, uint64_t page, uint64_t end, struct leaf *found)
{
	while (page < end) {
		struct place at = place_of(t, page);
		uint64_t pages = UINT64_C(1) << arm64_leaf_order(t->g, at.level);
		uint32_t entries = arm64_table_entries(t->g, at.level);
		page &= ~(pages - 1);
		if (arm64_kind(t->g, at.level, at.words[at.index]) == ARM64_TABLE) {
			page += pages;
			continue;
		}
		for (; !at.words[at.index]; at.index++, page += pages)
			if (at.index + 1 == entries || page + pages >= end)
				break;
		uint64_t desc = at.words[at.index];
		if (desc && arm64_kind(t->g, at.level, desc) != ARM64_TABLE) {
			*found = (struct leaf){ page, page + pages, at.level, desc, at.limits };
			return true;
		}
		if (!desc)
			page += pages;
	}
	return false;
}

bool leaf_covers(const struct tables *t, uint64_t page, uint64_t end)
{
	struct leaf leaf;
	for (; page < end; page = leaf.end)
		if (!leaf_next(t, page, end, &leaf) || leaf.first > page)
			return false;
	return true;
}

uint64_t leaf_pages_together(const struct tables *t, uint64_t page)
{
	struct leaf leaf;
	if (page >> (t->g->ia_size - t->g->granule) || !leaf_next(t, page, page + 1, &leaf))
		return 1;
	unsigned order = arm64_leaf_order(t->g, leaf.level);
	if (leaf.desc & ARM64_CONTIGUOUS)
		order += arm64_contiguous_size(t->g, leaf.level);
	return UINT64_C(1) << order;
}

bool leaf_is_in_the_way(const struct tables *t, const struct call *call)
{
	struct leaf leaf;
	uint64_t first = (call->va - arm64_va_base(t->g)) >> t->g->granule;
	return call->kind == CALL_ADD_MEMORY &&
	       leaf_next(t, first, first + (call->bytes >> t->g->granule), &leaf);
}
