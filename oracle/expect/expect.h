// SPDX-License-Identifier: GPL-2.0-only
/* What must come of a call, and what it makes of the space. */
#ifndef ORACLE_EXPECT_EXPECT_H
#define ORACLE_EXPECT_EXPECT_H

#include "oracle/oracle.h"

/* What is expected of one kind of call; each has a file of its own here. */
struct call_expectation {
	/* Narrows o->first_page and o->end_page to what the call changes of its range; NULL: all of it. */
	void (*narrow)(struct oracle *o);
	/* From o->call, o->space and the tables before the call: what must come of it. */
	struct expected (*expect)(const struct oracle *o);
	/* Adds what only the end of the call tells; NULL if that is nothing. */
	void (*complete)(const struct oracle *o, struct expected *e);
	/* Applies what was expected to o->space. */
	void (*apply)(struct oracle *o, const struct expected *e);
	/* Says which leaves a mapping call that succeeded makes; NULL of other calls. */
	void (*place)(const struct oracle *o, struct placement *p);
};

#define DECLARE(KIND, name) extern const struct call_expectation expect_##name;
CALLS(DECLARE)
#undef DECLARE
extern const struct call_expectation expect_linear;

/* The same for o->call, by its kind. */
void expect_narrow(struct oracle *o);
struct expected expect_call(const struct oracle *o);
void expect_complete(const struct oracle *o, struct expected *e);
void expect_apply(struct oracle *o, const struct expected *e);
void expect_place(const struct oracle *o, struct placement *p);

/* --- what calls have in common --------------------------------------------------------- */

/* mapping.c: a mapping call stops at the first page that cannot be mapped, and warns. */
struct expected expect_mapping(const struct oracle *o);
void apply_mapping(struct oracle *o, const struct expected *e);
/* Whether the policy has contiguous groups of pages. */
bool has_groups(const struct oracle *o);

/* unmapping.c: a range that is taken away, with the blocks and groups that it cuts. */
struct expected expect_unmapping(const struct oracle *o);
void apply_unmapping(struct oracle *o, const struct expected *e);

/* vfree.c: the most recent area at the call's address, which is as large as the call's range. */
const struct vm_area *area_of_call(const struct oracle *o);

/* set_direct_map.c: whether the kernel changes the linear map at all: can_set_direct_map(). */
bool linear_map_may_change(const struct oracle *o);

/* linear.c: a part of the linear map is laid, in which leaves. */
struct expected expect_laying(const struct oracle *o);
void apply_laying(struct oracle *o, const struct expected *e);
void place_laying(const struct oracle *o, struct placement *p);

/* vmemmap_populate.c: the pages at the ends that others have a half of are not the call's; idle if none is. */
void narrow_struct_pages(struct oracle *o);
struct expected expect_struct_pages(const struct oracle *o);

/* cut.c: pages of the leaf or contiguous group, valid or not, that the entry for `page` is part of. */
uint64_t pages_together(const struct oracle *o, uint64_t page);
/* Whether a range that begins or ends at `page` cuts what is there. */
bool is_cut(const struct oracle *o, uint64_t page);

#endif
