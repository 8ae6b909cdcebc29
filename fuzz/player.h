// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plays a scenario on mappers, each on a machine of its own, and has the
 * oracle judge every call.
 */
#ifndef FUZZ_PLAYER_H
#define FUZZ_PLAYER_H

#include "fuzz/areas.h"
#include "fuzz/mappers.h"
#include "fuzz/scenario.h"
#include "fuzz/statistics.h"
#include "mapper/mapper.h"
#include "oracle/oracle.h"

/* Of the pool of page arrays. After each: a hole, which is poisoned where that is possible. */
#define PLAYER_POOL_WORDS (SCENARIO_MAX_PAGES + SCENARIO_MAX_OPS)

/* Something that is done to the machine, of which events may come. */
struct player_step {
	enum {
		PLAYER_SETS_UP, /* a line `preset` or `linear` */
		PLAYER_PURGES,  /* the area allocator, of what was unmapped lazily */
		PLAYER_CALLS,
		PLAYER_CLEANS_UP, /* the caller of a mapping that failed */
		PLAYER_READS,     /* a reader of tables; see player_read.h */
	} kind;
	uint32_t op;
	const struct call *call; /* NULL of a purge and of a reader */
};

/*
 * Who is told of each step. After it, its record stands in the machine that the
 * player has. Of two sides that meet the outer one is told of first, and the
 * inner one after both.
 */
struct player_listener {
	void (*before)(void *context, const struct player_step *step);
	/* `out` is NULL where nothing was called; `skipped` says why a call was not made, or is NULL. */
	void (*after)(void *context, const struct player_step *step, const struct outcome *out,
		      const char *skipped);
	void *context;
};

/* Why two sides that were to meet did not. `regress/tool/meets.c` says it in words. */
enum apart {
	APART_NOT,           /* they met, or were to meet nothing */
	APART_NO_EVENT,      /* the outer side makes no event after so many */
	APART_ONE_BY_ONE,    /* the mapper makes one call after the other */
	APART_OUTER_SKIPPED, /* which is the call that a reader was to meet, too */
	APART_INNER_SKIPPED, /* it would not be made before the outer call */
	APART_SAME_PAGES,
	APART_LARGE_LEAF,     /* an interrupt does not change such */
	APART_NO_DUMP,        /* the mapper has none */
	APART_FREES_UNLOCKED, /* WAIVER_FREES_UNLOCKED: a dump would walk freed tables */
};

/* How a call that was to meet the one before it was made; and a reader that was to meet a call. */
struct how_met {
	enum { MET_NOTHING, MET_DURING, MET_AFTER } how; /* the first: it was to meet none */
	uint32_t event; /* of the outer side before the inner one; of APART_NO_EVENT: all of it */
	enum machine_lock waited_for; /* LOCKS: for none */
	enum apart apart;             /* of MET_AFTER */
};

struct player {                               /* NOLINT(clang-analyzer-optin.performance.Padding) */
	struct machine *machine[MAX_MAPPERS]; /* by index in mapper_list() */
	struct oracle oracle;
	struct oracle inner;    /* of a call that is made while another runs */
	struct oracle *judging; /* of these, the one that has the verdict */
	bool judging_reader;    /* the verdict is of a reader, whose side the machine shows */
	struct how_met met[SCENARIO_MAX_OPS]; /* by op, of the mapper that was played last */
	uint64_t *pages; /* page arrays, each of exact size between poisoned words */
	struct page_array array[SCENARIO_MAX_OPS];
	struct areas areas;     /* what is mapped */
	uint64_t executions;    /* scenarios played */
	uint32_t played;        /* mappers of the scenario played last, a bit for each */
	struct waivers waivers; /* for every mapper: none until whoever plays sets them */
	uint32_t tree_waivers;  /* WAIVER() of what the tree that is played is found to do */
	const struct tree_knobs *probed; /* while a tree is measured: what is tried; else NULL */
	bool makes_all; /* while a tree is measured: also calls that no caller makes */
	int error;      /* of the last call, besides that which cleans up after it */
	struct statistics statistics[MAX_MAPPERS];
	char warning[192]; /* WARN or BUG text of the mapper that broke a rule last; "" if none */

	/* The first line since player_prepare() that could not be set up; mapper is NULL if all were. */
	struct {
		const char *mapper;
		uint32_t op;
	} refused;

	const struct player_listener *listener; /* of whoever plays; NULL: nobody */

	/* What is being played, for whoever must report a crash. */
	const struct scenario *scenario;
	const struct mapper *mapper; /* NULL between plays */
	unsigned which;              /* its index in mapper_list() */
	uint32_t op;
};

/* player_create.c: a player with its machines, or NULL when the host has no memory. Allocates; nothing else does. */
struct player *player_create(void);
/* The same, with nothing known of a tree under test: for whoever finds it out. */
struct player *player_create_bare(void);
void player_destroy(struct player *p);

/* Lays out the page arrays of a checked scenario. To be called before player_run(). */
void player_prepare(struct player *p, const struct scenario *s);

/*
 * Plays the first `ops` ops, and one that is made during the last of them, on
 * mapper `which` of mapper_list(). True if all
 * rules held; else *verdict is the first that broke, and the machine is as
 * it was then. A mapper that has no such machine plays nothing.
 */
bool player_run(struct player *p, const struct scenario *s, unsigned which, uint32_t ops,
		struct verdict *verdict);

/*
 * Whether a line of the scenario could not be set up, and why: its entry was
 * in use. What came after it was played without it. A fuzzer goes on; whoever
 * plays a scenario for its verdict has none.
 */
bool player_refused(const struct player *p, struct refusal *why);

/* The op of the call that runs: of two that meet, the one whose side the machine shows. */
uint32_t player_running(const struct player *p);

/* What the mapper under test was put through. */
const struct statistics *player_statistics(const struct player *p);

/* Prepares, then plays all ops on every mapper until one breaks a rule. */
bool player_play_all(struct player *p, const struct scenario *s, struct verdict *verdict);

/*
 * The same for a fuzzer, which has many scenarios and little time. The mapper
 * under test plays every scenario. The others are cross-check mappers: the
 * reference's tables prove the oracle's expectation, against which all are
 * judged, and the mapper of before the series is known to be good. They play
 * every scenario of a few pages and a sample of the larger ones, chosen by
 * content; in fuzz_crosscheck they play all.
 */
bool player_play(struct player *p, const struct scenario *s, struct verdict *verdict);

#endif
