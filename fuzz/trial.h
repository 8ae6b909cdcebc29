// SPDX-License-Identifier: GPL-2.0-only
/* The play by which a scenario is adapted: see adapt.h. Nothing is judged in it. */
#ifndef FUZZ_TRIAL_H
#define FUZZ_TRIAL_H

#include "fuzz/adapt.h"
#include "fuzz/leaves.h"

struct trial {
	struct player *p;
	const struct constraints *constraints;
	struct scenario *s;
	struct machine *machine;
	struct areas areas; /* before op `op`, as the machine's tables are */
	uint32_t op;
	bool as_it_is;   /* nothing is changed */
	unsigned unmade; /* calls so far that are not made */
};

/* A change of a scenario about its op t->op. False if there was nothing to change. */
typedef bool trial_change(struct trial *t);

/* Starts to play t->s, from which op on it was changed or not. */
void trial_begin(struct trial *t);

/* The op that is being played, and the call that it makes. */
struct op *trial_op(struct trial *t);
struct call trial_call(const struct trial *t);

/* The address space as a mapper is handed it, and its tables. Borrows the trial. */
struct address_space trial_space(const struct trial *t);
struct tables trial_tables(const struct trial *t);

/* Bytes of a page. */
uint64_t trial_page_bytes(const struct trial *t);

/* Pages of the space. */
struct span {
	uint64_t first, end;
};

/* The op's range; and a range widened to the leaves and groups that lie across its ends. */
struct span trial_span(const struct trial *t);
struct span trial_whole_leaves(const struct trial *t, struct span span);

/* Gives the op, whose range is no page array, another range, which is not empty. */
bool trial_set_span(struct trial *t, struct span span);

/* Whether the call is made. */
bool trial_makes(const struct trial *t, const struct call *call);

/*
 * Applies a change and the changes after it in the list, up to NULL. Where
 * the result is refused, nothing has changed and it is false; so it is where
 * no change did anything.
 */
bool trial_apply(struct trial *t, trial_change *const *changes);

/* The same, and nothing has changed either if the op's call is then not made. */
bool trial_apply_if_made(struct trial *t, trial_change *const *changes);

/* Changes to apply together, up to the first NULL. */
#define TRIAL_MAX_CHANGES 4
typedef trial_change *trial_list[TRIAL_MAX_CHANGES];

/*
 * What is tried for a call, one after the other, up to an empty list: changes
 * that leave the ops before as they are, and that ask for nothing less;
 * changes of those ops; and then such as ask for less.
 */
struct changes {
	const trial_list *here, *before, *at_last;
};

/* adapt_place.c; the last one where a failed mapping is not cleaned up. */
extern const struct changes changes_of_mapping, changes_of_unmapping;
extern const trial_list changes_of_place[];

/* adapt_memory.c */
extern const struct changes changes_of_set_memory;

#endif
