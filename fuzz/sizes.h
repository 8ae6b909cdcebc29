// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where bugs in mapping code live: lengths, alignments and addresses near
 * the sizes that the tables have. The generator and the mutator draw from
 * these classes, and hardly ever from plain numbers.
 */
#ifndef FUZZ_SHAPE_H
#define FUZZ_SHAPE_H

#include "fuzz/rng.h"
#include "fuzz/scenario.h"

/* The sizes that matter on the scenario's machine, in pages. */
struct sizes {
	uint64_t group;       /* a contiguous group of pages */
	uint64_t block;       /* what one level 2 entry maps */
	uint64_t block_group; /* a contiguous group of blocks, in blocks */
	uint64_t va_pages;    /* the whole address space */
	uint64_t pfn_limit;   /* physical memory that page arrays may use */
	unsigned page_shift, table_bits;
};

struct sizes sizes_of(const struct machine_config *config);

/* Page frames that the linear map has addresses for and that are memory. */
uint64_t linear_map_pages(const struct sizes *sizes);

/* A number of pages: 1, near a group, several groups, a power of two, near a block, ... */
uint64_t pick_length(const struct sizes *sizes, struct rng *rng);

/*
 * A number of pages near those at which 32 or 16 bits do not hold a size: 2^31,
 * 2^32 and 2^33 bytes, and 2^16 pages. At most `max_pages`, which is at least 2^16.
 */
uint64_t pick_huge_length(const struct sizes *sizes, struct rng *rng, uint64_t max_pages);

/*
 * A pfn for a run of `pages` that will stand at page `va_page` of the space
 * and comes after a run that ended before pfn `after`: continuing it, or
 * aligned to a group, a block or its own size, or skewed like its address, or
 * just below a boundary of the descriptor format.
 */
uint64_t pick_pfn(const struct sizes *sizes, struct rng *rng, uint64_t pages, uint64_t va_page,
		  uint64_t after);

/* The page number of an area of `pages`: by where tables end, with a skew near a block's start. */
uint64_t pick_va_page(const struct sizes *sizes, struct rng *rng, uint64_t pages);

/* A small distance in pages, up or down, by which an alignment may be missed. */
int64_t pick_misalignment(const struct sizes *sizes, struct rng *rng);

/* Every kind of machine that Linux supports, the commonest first. */
#define LINUX_MACHINES 12
extern const struct machine_config linux_machines[LINUX_MACHINES];

/* The number of the one with this geometry, whatever its features; LINUX_MACHINES if there is none. */
unsigned linux_machine_number(const struct machine_config *config);

/* The pfn at which the 52-bit formats start to use bits that lie out of order; 0 in others. */
uint64_t format_boundary(const struct sizes *sizes);

/* A machine that Linux supports, most often with 64K pages, of which the fewest are many bytes. */
struct machine_config pick_huge_machine(struct rng *rng);

/* A machine that Linux supports, most often with 4K pages; or now and then a scaled-down one. */
struct machine_config pick_machine(struct rng *rng);

/* A policy, most often the newest with nothing changed. */
struct policy pick_policy(struct rng *rng, const struct machine_config *config);

#endif
