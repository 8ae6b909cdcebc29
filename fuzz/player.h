// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plays a scenario on mappers, each on a machine of its own, and has the
 * oracle judge every call.
 */
#ifndef FUZZ_PLAYER_H
#define FUZZ_PLAYER_H

#include <stdio.h>

#include "fuzz/scenario.h"
#include "mapper/mapper.h"
#include "oracle/oracle.h"

#define PLAYER_MAX_MAPPERS 4

/* Every mapper there is, the reference first; ends with NULL. */
extern const struct mapper *const player_mappers[];

/*
 * The index there of what is under test, and plays every scenario: a mapper
 * from outside (subject_mapper) if one is linked in, a tree's if one is
 * built, or else the batched mapper.
 */
unsigned player_subject(void);

struct player {
	struct machine *machine[PLAYER_MAX_MAPPERS]; /* by index in player_mappers */
	struct oracle oracle;
	uint64_t *pages; /* page arrays, each of exact size between poisoned words */
	struct page_array array[SCENARIO_MAX_OPS];
	struct vm_area area[SCENARIO_MAX_OPS]; /* what is mapped, the oldest first */
	unsigned areas;
	unsigned subject;            /* player_subject() */
	struct mapper whole_subject; /* with its kind's functions for those it lacks */
	uint64_t executions;         /* scenarios played */
	uint32_t played;             /* mappers of the scenario played last, a bit for each */
	struct waivers waivers;      /* for every mapper: none until whoever plays sets them */
	uint32_t tree_waivers;       /* WAIVER() of what the tree that is played is found to do */
	uint64_t judged_calls[PLAYER_MAX_MAPPERS];
	char complaint[192];  /* of the mapper that broke a rule last; "" if it made none */
	const char *declined; /* why a call was last not made, which its callers never make */
	uint64_t declined_calls;
	struct missed missed; /* large leaves that policies forwent, by mappers of the series */

	/* What is being played, for whoever must report a crash. */
	const struct scenario *scenario;
	const struct mapper *mapper; /* NULL between plays */
	unsigned which;              /* its index in player_mappers */
	uint32_t op;
};

/* A player with its machines, or NULL when the host has no memory. Allocates; nothing else does. */
struct player *player_create(void);
void player_destroy(struct player *p);

/* Lays out the page arrays of a checked scenario. To be called before player_run(). */
void player_prepare(struct player *p, const struct scenario *s);

/*
 * Plays the first `ops` ops on mapper `which` of player_mappers. True if all
 * rules held; else *verdict is the first that broke, and the machine is as
 * it was then. A mapper that has no such machine plays nothing.
 */
bool player_run(struct player *p, const struct scenario *s, unsigned which, uint32_t ops,
		struct verdict *verdict);

/* How many pages missed a large leaf, by cause: up to two lines; nothing when none did. */
void player_print_missed(const struct player *p, FILE *to);

/* Prepares, then plays all ops on every mapper until one breaks a rule. */
bool player_play_all(struct player *p, const struct scenario *s, struct verdict *verdict);

/*
 * The same for a fuzzer, which has many scenarios and little time. The mapper
 * under test plays every scenario. The others are witnesses: the reference's
 * tables prove the oracle's expectation, against which all are judged, and the
 * mapper of before the series is known to be good. They play every scenario of
 * a few pages and a sample of the larger ones, chosen by content; fuzz_witness
 * has them play all.
 */
bool player_play(struct player *p, const struct scenario *s, struct verdict *verdict);

#endif
