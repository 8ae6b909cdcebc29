// SPDX-License-Identifier: GPL-2.0-only
/* New ops and page arrays, for new scenarios and for mutations. */
#ifndef FUZZ_GENERATE_OPS_H
#define FUZZ_GENERATE_OPS_H

#include "fuzz/rng.h"
#include "fuzz/scenario.h"

#define GENERATE_MAX_FAULT 6 /* the n-th allocation or trylock that fails */

/*
 * Appends a new call of `kind`, which maps, at page `va_page` of the space: an
 * array or range of at most `max_pages` pages. Adds nothing if the scenario is full.
 */
void generate_mapping(struct scenario *s, struct rng *rng, enum call_kind kind, uint64_t va_page,
		      uint64_t max_pages);

/* generate_runs.c: replaces the page array of op `op` by a new one of at most `max_pages` pages. */
void generate_runs(struct scenario *s, uint32_t op, struct rng *rng, uint64_t max_pages);

/* The same by chunks as drivers ask the page allocator for them, all of one order, and aligned to it. */
void generate_chunks(struct scenario *s, uint32_t op, struct rng *rng, uint64_t max_pages);

/* A pfn that gives a run of op `op` an alias in the linear map, or misses it by little. */
uint64_t pick_alias(const struct scenario *s, uint32_t op, const struct page_run *run,
		    struct rng *rng);

/* Any protection; of a tree one that callers of the kernel pass, which is none of a user's. */
enum prot pick_prot(struct rng *rng);

/* Inserts a new op before op `at`, that concerns what op `about` does. */
void generate_unmap(struct scenario *s, uint32_t at, uint32_t about, struct rng *rng);
void generate_set_memory(struct scenario *s, uint32_t at, uint32_t about, struct rng *rng);
void generate_set_direct_map(struct scenario *s, uint32_t at, uint32_t about, struct rng *rng);
void generate_trans_pgd(struct scenario *s, uint32_t at, uint32_t about, struct rng *rng);
/*
 * Adds before op `at` a removal of memory that op `about` lays, or of some near it;
 * or memory where that op removes some.
 */
void generate_hotplug(struct scenario *s, uint32_t at, uint32_t about, struct rng *rng);
/* Of an area of vmalloc(). */
void generate_vrealloc(struct scenario *s, uint32_t at, uint32_t about, struct rng *rng);
/*
 * A set_memory; of a part of the linear map perhaps a set_direct_map, a copy or a
 * hot-remove, of an area a vrealloc.
 */
void generate_change(struct scenario *s, uint32_t at, uint32_t about, struct rng *rng);
void generate_preset(struct scenario *s, uint32_t at, uint32_t about, struct rng *rng);

/* The same, for page `page` of the space, or a leaf that holds it. */
void generate_preset_at(struct scenario *s, uint32_t at, uint64_t page, struct rng *rng);

/* What vrealloc() makes of an area of so many pages: some of them, or more. */
uint64_t pick_kept(uint64_t pages, struct rng *rng);

/* What a set_memory, and what a set_direct_map, is undone by. */
enum memory_change reverse_change(enum memory_change change);
enum direct_map reverse_direct_map(enum direct_map state);

#endif
