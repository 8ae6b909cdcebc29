// SPDX-License-Identifier: GPL-2.0-only
/* What history.c sees and steps.c judges. Private to the two. */
#ifndef ORACLE_PROPERTIES_STEPS_H
#define ORACLE_PROPERTIES_STEPS_H

#include "oracle/properties/properties.h"

/* A store to one entry that walks reach, just before it is made. */
struct step {
	struct oracle *o;
	int level;
	uint64_t page;
	uint64_t old, new;
	table_t table;
};

/* Pages that an entry at `level` maps. */
static inline uint64_t pages_at(const struct oracle *o, int level)
{
	return UINT64_C(1) << arm64_leaf_order(&o->g, level);
}

/* history.c: whether walks reached the table of event `at`, a store, when it was made. */
bool step_was_reached(const struct oracle *o, uint32_t at);

/* Judges a step, and records what caches may hold and walks may reach after it. */
void step_judge(const struct step *s);

/* Leaves for pages [page, page + pages) are set valid where no entry was valid. */
void step_set_valid(struct oracle *o, int level, uint64_t page, uint64_t pages);

/* An entry for `page` at `level` is set valid through a table that no walk cache may point to any more. */
void step_use_unlinked(struct oracle *o, table_t table, int level, uint64_t page);

/*
 * splits.c: a leaf becomes `child`, a table; a leaf, live or not, loses the
 * Contiguous bit and stays.
 */
void split_block_judge(const struct step *s, table_t child);
void split_group_judge(const struct step *s);

/* splits.c: whether [page, end) has a page of the linear map whose alias the call changes. */
bool step_has_alias(struct oracle *o, uint64_t page, uint64_t end);

/* The lock against ptdump is had, or released: for writing or for reading. */
void step_lock(struct oracle *o, bool for_writing);
void step_unlock(struct oracle *o, bool for_writing);

/* The call asks for something for which it may have to sleep. */
void step_may_sleep(struct oracle *o, const char *what);

/* The same of the locks that are events where calls meet. */
void step_take(struct oracle *o, enum machine_lock lock);
void step_release(struct oracle *o, enum machine_lock lock);

/* A table page is freed. */
void step_free(struct oracle *o, table_t table);

/* freed_pages.c: pages that an area maps, or mapped, are given back; and when the call returned. */
void step_free_pages(struct oracle *o, const struct event *e);
void freed_pages_judge(struct oracle *o);

/* memory.c: memory of struct pages is given back; and what the call gave back in all. */
void step_free_memory(struct oracle *o, const struct event *e);
void returned_memory_judge(struct oracle *o);

#endif
