// SPDX-License-Identifier: GPL-2.0-only
/* The play by which a scenario is adapted: see adapt.h. Nothing is judged in it. */
#ifndef FUZZ_ADAPTATION_H
#define FUZZ_ADAPTATION_H

#include "fuzz/adapt.h"
#include "fuzz/leaves.h"

struct adaptation {
	struct player *p;
	const struct constraints *constraints;
	struct scenario *s;
	struct machine *machine;
	struct areas areas; /* before op `op`, as the machine's tables are */
	uint32_t op;
	bool as_it_is;   /* nothing is changed */
	unsigned unmade; /* calls so far that are not made */
};

/* A change of a scenario about its op a->op. False if there was nothing to change. */
typedef bool adaptation_change(struct adaptation *a);

/* Starts to play a->s, from which op on it was changed or not. */
void adaptation_begin(struct adaptation *a);

/* The op that is being played, and the call that it makes. */
struct op *adaptation_op(struct adaptation *a);
struct call adaptation_call(const struct adaptation *a);

/* The address space as a mapper is handed it, and its tables. Borrows the adaptation. */
struct address_space adaptation_space(const struct adaptation *a);
struct tables adaptation_tables(const struct adaptation *a);

/* Bytes of a page. */
uint64_t adaptation_page_bytes(const struct adaptation *a);

/* Pages of the space. */
struct span {
	uint64_t first, end;
};

/* The op's range; and a range widened to the leaves and groups that lie across its ends. */
struct span adaptation_span(const struct adaptation *a);
struct span adaptation_whole_leaves(const struct adaptation *a, struct span span);

/* Gives the op, whose range is not a page array, another range, which is not empty. */
bool adaptation_set_span(struct adaptation *a, struct span span);

/* Whether the call is made. */
bool adaptation_makes(const struct adaptation *a, const struct call *call);

/*
 * Applies a change and the changes after it in the list, up to NULL. Where
 * the result is refused, nothing has changed and it is false; so it is where
 * no change did anything.
 */
bool adaptation_apply(struct adaptation *a, adaptation_change *const *changes);

/* The same, and nothing has changed either if the op's call is then not made. */
bool adaptation_apply_if_made(struct adaptation *a, adaptation_change *const *changes);

/* Changes to apply together, up to the first NULL. */
#define ADAPTATION_MAX_CHANGES 4
typedef adaptation_change *adaptation_list[ADAPTATION_MAX_CHANGES];

/*
 * What is tried for a call that is not made. `first`, which may be NULL, is
 * applied whatever the reason is. Then, one after the other, up to an empty
 * list: changes that leave the ops before as they are, and that ask for
 * nothing less; changes of those ops; and then such as ask for less.
 */
struct changes {
	const adaptation_list *first, *here, *before, *at_last;
};

/* adapt_place.c; the last one where a failed mapping is not cleaned up. */
extern const struct changes changes_of_mapping, changes_of_unmapping;
extern const adaptation_list changes_of_place[];

/* adapt_memory.c; the change leaves of the range the longest part that is mapped. */
extern const struct changes changes_of_set_memory, changes_of_vfree, changes_of_vrealloc,
	changes_of_copy;
adaptation_change adapt_keep_mapped;

/* adapt_struct_pages.c */
extern const struct changes changes_of_struct_pages;

/*
 * adapt_hotplug.c; changes that widen a range to whole leaves, add memory instead
 * of changing what is not there, or only what of it is not there, and make
 * invalid what no tree splits.
 */
extern const struct changes changes_of_hotplug;
adaptation_change adapt_widen, adapt_add_instead, adapt_add_what_is_not_there;
adaptation_change adapt_split_to_invalid;

#endif
