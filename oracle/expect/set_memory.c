// SPDX-License-Identifier: GPL-2.0-only
/* set_memory: which areas may change, which linear aliases change with them, and what may not be split. */
#include <errno.h>

#include "oracle/expect/expect.h"

static const struct expected invalid_argument = { .error = -EINVAL, .refused = true };

/* The most recent area that holds the call's address, its guard page included. */
static const struct vm_area *area_of(const struct oracle *o, uint64_t guard)
{
	const struct vm_area *found = NULL;
	uint64_t va = o->call->va;
	for (unsigned i = 0; i < o->in.areas; i++) {
		const struct vm_area *area = &o->in.area[i];
		if (area->va <= va && va - area->va < area->bytes + guard)
			found = area;
	}
	return found;
}

/* Whether a leaf or group is cut at an end of [page, end), and must not be split. */
static bool needs_forbidden_split(const struct oracle *o, uint64_t page, uint64_t end)
{
	return !oracle_splits_for_set_memory(o) && (is_cut(o, page) || is_cut(o, end));
}

static bool changes_aliases(const struct oracle *o)
{
	enum memory_change change = o->call->change;
	return (change == MEMORY_RO || change == MEMORY_RW || change == MEMORY_ROX) &&
	       !o->machine->config.noalias;
}

/* Fills which aliases change, up to the first that may not be split; true if all do. */
static bool expect_aliases(const struct oracle *o, struct expected *e)
{
	uint64_t first = (o->call->va - e->area->va) >> o->g.granule;
	uint64_t pages = o->end_page - o->first_page, most = e->area->pages.count;
	if (oracle_waives(o, WAIVER_ALIASES_OF_ALL)) {
		first = 0;
		pages = most;
	}
	e->first_alias = first < most ? first : most;
	e->all_aliases = pages < most - e->first_alias ? pages : most - e->first_alias;
	for (e->aliases = 0; e->aliases < e->all_aliases; e->aliases++) {
		uint64_t alias = e->area->pages.page[e->first_alias + e->aliases];
		if (alias < oracle_linear_pages(o) && needs_forbidden_split(o, alias, alias + 1))
			return false;
	}
	return true;
}

/* set_memory_valid() knows no areas. */
static struct expected expect_set_valid(const struct oracle *o)
{
	struct expected e = { 0 };
	if (needs_forbidden_split(o, o->first_page, o->end_page)) {
		e = invalid_argument;
		e.warns = true;
	}
	return e;
}

static struct expected expect_change(const struct oracle *o)
{
	const struct call *call = o->call;
	uint64_t guard = UINT64_C(1) << o->g.granule;
	if (call_splits(call))
		return (struct expected){ 0 };
	if (call->change == MEMORY_INVALID || call->change == MEMORY_VALID)
		return expect_set_valid(o);
	struct expected e = { .area = area_of(o, guard) };
	if (!e.area || e.area->kind != AREA_ALLOC || e.area->flags & MAP_FLAG_HUGE ||
	    call->bytes > e.area->va + e.area->bytes + guard - call->va)
		return invalid_argument;
	if ((changes_aliases(o) && !expect_aliases(o, &e)) ||
	    needs_forbidden_split(o, o->first_page, o->end_page)) {
		e.error = -EINVAL;
		e.warns = true;
	}
	return e;
}

static struct expected expect(const struct oracle *o)
{
	struct expected e = expect_change(o);
	e.affected_first = o->first_page;
	e.affected_end = o->end_page;
	return e;
}

/* What each change makes of a page. */
static const struct {
	uint8_t clear, set;
} changes[MEMORY_CHANGES] = {
	[MEMORY_RO] = { MAY_WRITE, MAY_NOT_WRITE },
	[MEMORY_RW] = { MAY_NOT_WRITE, MAY_WRITE },
	[MEMORY_NX] = { MAY_EXEC, MAY_NOT_EXEC },
	[MEMORY_X] = { MAY_NOT_EXEC, MAY_EXEC },
	[MEMORY_INVALID] = { MAY_BE_MAPPED, MAY_BE_ABSENT },
	[MEMORY_VALID] = { MAY_BE_ABSENT, MAY_BE_MAPPED },
	[MEMORY_SPLIT] = { 0, 0 },
	[MEMORY_SPLIT_PAGES] = { 0, 0 },
	[MEMORY_ROX] = { MAY_WRITE | MAY_NOT_EXEC, MAY_NOT_WRITE | MAY_EXEC },
};

/* Changes the linear aliases of `count` pages, those that follow each other at once. */
static void change_aliases(struct oracle *o, const struct expected *e, uint64_t count,
			   uint8_t clear, uint8_t set)
{
	const uint64_t *page = e->area->pages.page + e->first_alias;
	for (uint64_t i = 0, next; i < count; i = next) {
		for (next = i + 1; next < count && page[next] == page[next - 1] + 1;)
			next++;
		uint64_t end = page[next - 1] + 1;
		if (end > oracle_linear_pages(o))
			end = oracle_linear_pages(o);
		if (page[i] < end)
			space_change(&o->space, page[i], end, clear, set);
	}
}

/*
 * Out of table pages, any of the aliases may have been changed, and the range was
 * not reached. Where aliases may run is not changed.
 */
static void apply(struct oracle *o, const struct expected *e)
{
	const uint8_t of_running = MAY_EXEC | MAY_NOT_EXEC;
	uint8_t clear = changes[o->call->change].clear, set = changes[o->call->change].set;
	bool open = e->error == -ENOMEM;
	if (e->all_aliases)
		change_aliases(o, e, open || !e->error ? e->all_aliases : e->aliases,
			       open ? 0 : clear & ~of_running, set & ~of_running);
	if (!e->error && !call_splits(o->call))
		space_change(&o->space, o->first_page, o->end_page, clear, set);
}

const struct call_expectation expect_set_memory = {
	.expect = expect,
	.apply = apply,
};
