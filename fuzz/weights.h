// SPDX-License-Identifier: GPL-2.0-only
/* How often the generator chooses what. Those that are chances are percentages. */
#ifndef FUZZ_WEIGHTS_H
#define FUZZ_WEIGHTS_H

struct weights {
	/* Page arrays. */
	unsigned bad_page;    /* a run is a bad page */
	unsigned hole;        /* which is a hole, and not an invalid page */
	unsigned same_length; /* a run is as long as the one before */
	unsigned few_runs;    /* an array has at most max_few_runs */
	unsigned max_few_runs, max_runs;
	/* Page arrays of vmalloc(). */
	unsigned in_blocks; /* the allocator gave blocks of the size it was asked for */
	unsigned max_blocks;
	unsigned aligned_block; /* a block is aligned to its size */
	unsigned short_tail;    /* the last block is not whole */
	unsigned has_alias;     /* a run of single pages lies in the linear map */
	unsigned alias_in_area; /* and if not, where the alias would lie in the area itself */
	/* Calls. */
	unsigned usual_prot; /* PROT_KERNEL */
	unsigned fail_alloc, fail_alloc_of_change, fail_trylock;
	unsigned huge; /* VM_ALLOW_HUGE_VMAP */
	/* Physical ranges that a level 1 block may map. */
	unsigned small_range;             /* smaller than a level 1 block, with 4K pages */
	unsigned small_scaled;            /* the same in scaled-down tables */
	unsigned large_of_level_0;        /* as large as a level 0 entry, in scaled-down tables */
	unsigned large_aligned;           /* VA and PA aligned to the block */
	unsigned large_tail;              /* it goes on after the block */
	unsigned large_same_misalignment; /* VA and PA misaligned alike */
	/* Parts of the range of another op. */
	unsigned from_inside, from_near, to_inside, to_near;
	unsigned unmap_part;
	/* Preset entries. */
	unsigned preset_in_group, preset_table, preset_table_at_2, preset_block, preset_block_at_2;
	/* The linear map. */
	unsigned linear_by_pages, linear_large, linear_misaligned;
	unsigned max_linear_lengths, linear_places;
	/* Areas, and what is done to them. */
	unsigned small_budget, full_budget; /* in groups; all that is allowed */
	unsigned unmapped, mapped_again, preset_before;
	unsigned one_area, max_areas;
	unsigned same_place,
		exactly_there; /* a new area of a sequence uses the address of an old one */
	unsigned has_linear_map, sequence_has_linear_map;
	unsigned max_changes;
	/* Scenarios whose sizes 32 or 16 bits do not hold. */
	unsigned huge_one_in; /* of so many new scenarios, not a percentage */
	unsigned huge_4g;     /* it has up to SCENARIO_MAX_PAGES, and not GENERATE_HUGE_WORK */
	unsigned huge_single; /* a run lies so that no leaf but a page is possible */
	unsigned huge_then;   /* something is done to the area */
};

extern const struct weights weights;

#endif
