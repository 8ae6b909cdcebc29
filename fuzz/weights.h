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
	unsigned in_chunks;     /* of vmap(), alone: generate_chunks() */
	unsigned across_tables; /* a table ends inside of these */
	unsigned in_blocks;     /* of vmalloc(): the allocator gave what it was asked for */
	unsigned max_blocks;    /* of these, and of chunks */
	unsigned aligned_block; /* a block is aligned to its size */
	unsigned short_tail;    /* the last block is not whole */
	/* Page arrays of vmalloc(). */
	unsigned has_alias;     /* a run of single pages lies in the linear map */
	unsigned alias_at_end;  /* a run lies at an end of it, or of the map that Linux has */
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
	/* Ranges that have to do with that of another op. */
	unsigned from_inside, from_boundary, from_near;
	unsigned to_guard, to_inside, to_boundary, to_near;
	unsigned unmap_part;
	/* Chains: ops that refer to an op before. */
	unsigned neighbour;             /* an area next to it; else the same again */
	unsigned neighbour_at_boundary; /* the op moves to where a block or a group ends */
	unsigned ends_at_block;
	unsigned preset_neighbour;
	unsigned guard_kept; /* the page between them stays free */
	unsigned neighbour_in_blocks, neighbour_before;
	unsigned reached_across; /* then the end of the op and what is next to it are changed */
	unsigned changed_across; /* by set_memory, not by an unmap */
	unsigned one_page_across;
	unsigned neighbour_at_alias;   /* where memory after the linear map would have its alias */
	unsigned linked_to_changeable; /* the op before is an area that set_memory may change */
	unsigned fails_before;         /* the same call goes before it, and fails */
	unsigned larger, change_reversed;
	unsigned freed; /* a scenario about set_memory ends with an area that goes */
	unsigned vfree,
		reset; /* an area of vmalloc() is freed, not unmapped; with permissions reset */
	unsigned cleared,
		cleared_else; /* apply_to_existing_page_range() unmaps what the other mapped; what not */
	unsigned vrealloc;          /* a change of an area of vmalloc() is of its size */
	unsigned grown, cut_by_one; /* the size becomes larger; smaller by a page */
	unsigned reset_kept;        /* and the area has VM_FLUSH_RESET_PERMS */
	unsigned
		direct_map; /* a change of the linear map is by set_direct_map, not by set_memory */
	unsigned copied, copied_all,
		copied_around; /* a change of the linear map is a copy; of all, or with what is near */
	unsigned split;        /* one by set_memory splits leaves alone */
	unsigned hotplug;      /* what is done to memory adds or removes some of it */
	unsigned whole_again;                /* and it is all of what was there, or went */
	unsigned added;                      /* memory is added, and not there from the start */
	unsigned linked_step, linked_change; /* a step of a sequence, one before a change */
	/* Struct pages. */
	unsigned struct_pages;             /* a step of a sequence is about some */
	unsigned section_ends_table;       /* a section is the last of an upper table */
	unsigned whole_section, half_last; /* a range is all of one; ends in the middle of a page */
	unsigned next_in_section;          /* it goes on where another ends */
	unsigned inside_section;           /* and if not, begins inside of a section */
	unsigned fail_alloc_of_section;    /* an allocation for it fails */
	unsigned section_freed;            /* what is added goes, in place of more */
	unsigned part_of_section;          /* and it is a part of that */
	unsigned area_by_section;          /* an area is mapped near it */
	/* Preset entries. */
	unsigned preset_in_group, preset_table, preset_table_at_2, preset_block, preset_block_at_2;
	unsigned preset_aligned_block; /* the same, where a block may begin */
	/* The linear map. */
	unsigned whole_block_group; /* a change is of one whole contiguous group of blocks */
	unsigned linear_by_pages, linear_large, linear_misaligned;
	unsigned linear_upper;      /* a large part is a level 1 block, with 4K pages */
	unsigned linear_block_more; /* it is a block more than whole groups of blocks */
	unsigned linear_at_end;
	unsigned max_linear_lengths, linear_places;
	/* Areas, and what is done to them. */
	unsigned small_budget, full_budget; /* in groups; all that is allowed */
	unsigned unmapped, mapped_again, preset_before;
	unsigned one_area, max_areas;
	unsigned same_place,
		exactly_there; /* a new area of a sequence uses the address of an old one */
	unsigned has_linear_map, sequence_has_linear_map;
	unsigned max_changes;
	/* Areas next to each other. */
	unsigned neighbours; /* a new sequence is made of them */
	unsigned
		centre_between_tables; /* across two tables of level 1, and not across their entries */
	unsigned where_another_ends; /* a range begins or ends where that of another op does */
	unsigned guard_page;         /* or a page later */
	unsigned aligned_alike;      /* consecutive frames, aligned as the address is */
	unsigned can_be_changed;     /* by set_memory */
	unsigned leaf_on_guard_page; /* an area is changed which has a leaf there */
	unsigned guard_changed;      /* with its guard page */
	unsigned split_is_cut;       /* and what that splits is unmapped in part */
	/* Pairs of calls that meet. */
	unsigned max_pairs;
	unsigned pairs_have_linear_map;
	unsigned pairs_split;      /* its leaves can be split while they are live */
	unsigned pair_same_tables; /* a pair lies in the tables of the one before */
	unsigned pair_of_groups;   /* its areas have few pages */
	unsigned pair_changes;     /* an area is changed, not unmapped */
	unsigned met_early;        /* by an event that most calls make */
	unsigned by_irq;           /* what an interrupt may do, one does */
	unsigned read_instead;     /* a reader meets the call, and no call does */
	unsigned read_of_reader;   /* the call is made at an event of the reader */
	unsigned read_by_dump;     /* the reader is a dump, and no lookup */
	/* Scenarios whose sizes 32 or 16 bits do not hold. */
	unsigned huge_one_in; /* of so many new scenarios, not a percentage */
	unsigned huge_4g;     /* it has up to SCENARIO_MAX_PAGES, and not GENERATE_HUGE_WORK */
	unsigned huge_single; /* a run lies so that no leaf but a page is possible */
	unsigned huge_then;   /* something is done to the area */
};

extern const struct weights weights;

#endif
