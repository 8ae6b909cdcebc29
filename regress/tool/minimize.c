// SPDX-License-Identifier: GPL-2.0-only
/*
 * minimize: the smallest scenario that fails in the same way.
 *
 * Each reduction (reductions.h) is tried at each of its places; what still
 * fails with the same signature is kept. Amounts are lowered by bisection, and
 * lists shortened by halves before single members, so that trials follow the
 * logarithm of what can go. The reductions are gone through until nothing in
 * them can be kept, or until the bound of trials is met.
 *
 * With --reachable, a reduction is kept only if callers of a kernel can make
 * the scenario no less than before, and other steps, which may make it larger,
 * only if they can make more of it: so it ends.
 */
#include "regress/tool/minimize.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz/crash.h"
#include "fuzz/edit.h"
#include "fuzz/mappers.h"
#include "fuzz/repair.h"
#include "fuzz/scenario_text.h"
#include "fuzz/sizes.h"
#include "mapper/machine/assert.h"
#include "regress/tool/colour.h"
#include "regress/tool/interrupt.h"
#include "regress/tool/output.h"
#include "regress/tool/reachable.h"
#include "regress/tool/reductions.h"
#include "regress/tool/vmapdiff.h"

#define FAILED_SLOTS (1U << 14) /* of candidates that are known not to fail alike */

struct minimizer {
	struct player *player;
	struct child_run goal, last; /* of what was given, and of the best so far */
	struct scenario best, candidate;
	unsigned trials, kept;
	uint64_t max_trials;
	bool quiet;                         /* no line of progress */
	bool reachable;                     /* what callers of a kernel can do is preferred */
	uint64_t max_cost;                  /* reachable_cost() of a candidate, at most */
	bool failed;                        /* the host cannot start processes any more */
	bool is_bounded;                    /* something was not tried, since the bound was met */
	uint64_t failed_hash[FAILED_SLOTS]; /* 0: none */
};

static void show_progress(const struct minimizer *m, bool done)
{
	bool terminal = isatty(STDERR_FILENO);
	if (m->quiet || (!terminal && !done && m->trials % 200))
		return;
	fprintf(stderr, "%sminimize: %u ops, %u runs, %llu pages after %u trials%s",
		terminal ? "\r" : "", m->best.ops, m->best.runs,
		(unsigned long long)scenario_pages(&m->best), m->trials,
		terminal && !done ? "   " : "\n");
}

static bool is_stopped(const struct minimizer *m)
{
	return is_interrupted() || m->failed || m->is_bounded;
}

static bool same_policy(const struct policy *a, const struct policy *b)
{
	return a->series == b->series && a->vmap_huge == b->vmap_huge &&
	       a->stop_at_order0 == b->stop_at_order0 && a->scan_limit == b->scan_limit &&
	       a->hugetlb == b->hugetlb && a->max_shift == b->max_shift && a->quirks == b->quirks;
}

static bool same_scenario(const struct scenario *a, const struct scenario *b)
{
	return a->ops == b->ops && a->runs == b->runs &&
	       !memcmp(&a->machine, &b->machine, sizeof(a->machine)) &&
	       same_policy(&a->policy, &b->policy) &&
	       !memcmp(a->op, b->op, a->ops * sizeof(*a->op)) &&
	       !memcmp(a->run, b->run, a->runs * sizeof(*a->run));
}

/* --- candidates that were tried ------------------------------------------------- */

static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size)
{
	const unsigned char *at = bytes;
	for (size_t i = 0; i < size; i++)
		hash = (hash ^ at[i]) * UINT64_C(0x100000001b3);
	return hash ^ hash >> 32;
}

/* Never 0. */
static uint64_t hash_of(const struct scenario *s)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	hash = hash_bytes(hash, &s->machine, sizeof(s->machine));
	hash = hash_bytes(hash, &s->policy, sizeof(s->policy));
	hash = hash_bytes(hash, s->op, s->ops * sizeof(*s->op));
	hash = hash_bytes(hash, s->run, s->runs * sizeof(*s->run));
	return hash ? hash : 1;
}

/* The slot of a candidate: its own, or one that it may have. */
static uint64_t *slot_of(struct minimizer *m, uint64_t hash)
{
	return &m->failed_hash[hash % FAILED_SLOTS];
}

/* --- one candidate --------------------------------------------------------------- */

/* Whether the candidate is a scenario, and none that was tried. */
static bool is_worth_a_trial(struct minimizer *m)
{
	struct refusal why;
	if (is_stopped(m) || same_scenario(&m->candidate, &m->best) ||
	    !scenario_repair(&m->candidate) || same_scenario(&m->candidate, &m->best))
		return false;
	ASSERT(scenario_check(&m->candidate, &why));
	if (m->reachable && reachable_cost(&m->candidate) > m->max_cost)
		return false;
	uint64_t hash = hash_of(&m->candidate);
	if (*slot_of(m, hash) == hash)
		return false;
	m->is_bounded = m->trials >= m->max_trials;
	return !m->is_bounded;
}

/* Keeps the candidate as the best if it is a scenario, and another, that fails as it should. */
static bool keep_candidate(struct minimizer *m)
{
	struct child_run run;
	if (!is_worth_a_trial(m))
		return false;
	m->trials++;
	if (!child_run_play(m->player, &m->candidate, &run)) {
		m->failed = true;
		return false;
	}
	bool same = child_run_same(&run, &m->goal);
	if (same) {
		ASSERT_CMP(m->kept, <, m->trials);
		scenario_copy(&m->best, &m->candidate);
		m->last = run;
		m->kept++;
		m->max_cost = reachable_cost(&m->best);
	} else {
		uint64_t hash = hash_of(&m->candidate);
		*slot_of(m, hash) = hash;
	}
	show_progress(m, false);
	return same;
}

/* --- reductions by tries ------------------------------------------------------------ */

/* Whether a try at a place was kept; *more is false after the last try. */
static bool try_at(struct minimizer *m, const struct reduction *r, uint32_t place, unsigned try,
		   bool *more)
{
	scenario_copy(&m->candidate, &m->best);
	*more = place < r->places(&m->best) && r->attempt(&m->candidate, place, try);
	ASSERT_CMP(m->candidate.ops, <=, SCENARIO_MAX_OPS);
	ASSERT_CMP(m->candidate.runs, <=, SCENARIO_MAX_RUNS);
	return *more && keep_candidate(m);
}

static void try_all(struct minimizer *m, const struct reduction *r, uint32_t place)
{
	bool more = true;
	for (unsigned try = 0; more && !is_stopped(m); try++) {
		bool kept = try_at(m, r, place, try, &more);
		while (kept && r->again)
			kept = try_at(m, r, place, try, &more);
		if (kept)
			return;
	}
}

/* --- reductions of amounts ----------------------------------------------------------- */

/* Whether the amount can be `to`, which is less than it is. */
static bool lower(struct minimizer *m, const struct reduction *r, uint32_t place, uint64_t to)
{
	if (!to || to >= r->amount(&m->best, place))
		return false;
	scenario_copy(&m->candidate, &m->best);
	r->lower(&m->candidate, place, to);
	return keep_candidate(m);
}

/*
 * Lowers the amount to the least multiple of `unit` that does, taking for
 * granted that what is more than enough is enough. Where the next multiple
 * below is too little, it is one trial.
 */
static void bisect(struct minimizer *m, const struct reduction *r, uint32_t place, uint64_t unit)
{
	uint64_t too_little = 0, enough = (r->amount(&m->best, place) - 1) / unit;
	if (!lower(m, r, place, enough * unit))
		return;
	while (enough - too_little > 1 && !is_stopped(m)) {
		uint64_t middle = too_little + (enough - too_little) / 2;
		if (lower(m, r, place, middle * unit))
			enough = middle;
		else
			too_little = middle;
	}
}

/* The sizes that matter first, and then whatever the least amount is. */
static void lower_amount(struct minimizer *m, const struct reduction *r, uint32_t place)
{
	struct sizes sizes = sizes_of(&m->best.machine);
	const uint64_t units[] = { 1, sizes.group, sizes.block };
	const unsigned count = sizeof(units) / sizeof(units[0]);
	for (unsigned i = 0; i < count; i++)
		if (lower(m, r, place, units[i]))
			return;
	for (unsigned i = count; i-- > 0 && r->amount(&m->best, place);)
		bisect(m, r, place, units[i]);
}

/* --- reductions of lists --------------------------------------------------------------- */

/* Cuts `count` members from `at` on; false if some are needed, or if none would be left. */
static bool cut(struct minimizer *m, const struct reduction *r, uint32_t place, uint32_t at,
		uint32_t count)
{
	if (count >= r->length(&m->best, place))
		return false;
	scenario_copy(&m->candidate, &m->best);
	r->cut(&m->candidate, place, at, count);
	return keep_candidate(m);
}

/* Half of the members first, then ever fewer: the last first, as r's comment in the table says. */
static void shorten_list(struct minimizer *m, const struct reduction *r, uint32_t place)
{
	uint32_t chunk = (r->length(&m->best, place) + 1) / 2;
	for (; chunk && !is_stopped(m); chunk = chunk > 1 ? (chunk + 1) / 2 : 0)
		for (uint32_t end = r->length(&m->best, place); end && !is_stopped(m);) {
			uint32_t count = chunk < end ? chunk : end;
			cut(m, r, place, end - count, count);
			end -= count;
		}
}

/* --- all of them ------------------------------------------------------------------------- */

/* Steps that make more of it reachable, while there is something that is not. */
static void reach(struct minimizer *m)
{
	for (const struct reduction *r = reachable_reductions; r->name; r++)
		for (uint32_t place = 0; place < r->places(&m->best); place++) {
			uint64_t cost = reachable_cost(&m->best);
			m->max_cost = cost - 1;
			if (cost)
				try_all(m, r, place);
		}
	m->max_cost = reachable_cost(&m->best);
}

static void reduce_at(struct minimizer *m, const struct reduction *r, uint32_t place)
{
	if (r->amount)
		lower_amount(m, r, place);
	else if (r->length)
		shorten_list(m, r, place);
	else
		try_all(m, r, place);
}

static void reduce(struct minimizer *m)
{
	unsigned before;
	bool hangs = strstr(m->goal.signature, CHILD_TIMEOUT);
	child_run_limit(hangs ? 1 : CHILD_SECONDS); /* most trials hang as well */
	do {
		before = m->kept;
		for (const struct reduction *r = reductions; r->name; r++)
			for (uint32_t place = 0; place < r->places(&m->best); place++)
				reduce_at(m, r, place);
		if (m->reachable)
			reach(m);
	} while (m->kept != before && !is_stopped(m));
	child_run_limit(CHILD_SECONDS);
}

/* --- for whoever has a scenario ------------------------------------------------ */

/* A minimizer of *s; NULL if all rules hold in it, or, after a message, when it cannot be played. */
static struct minimizer *begin(struct player *player, const struct scenario *s, uint64_t max_trials,
			       bool *failed)
{
	struct minimizer *m = calloc(1, sizeof(*m));
	*failed = true;
	if (!m) {
		fprintf(stderr, "vmapdiff minimize: no memory for two scenarios\n");
		return NULL;
	}
	m->player = player;
	m->max_trials = max_trials;
	scenario_copy(&m->best, s);
	m->max_cost = reachable_cost(s);
	m->best.expect = (struct expectation){ 0 };
	*failed = !child_run_play(player, &m->best, &m->goal);
	m->last = m->goal;
	if (*failed || !m->goal.signature[0]) {
		free(m);
		return NULL;
	}
	return m;
}

uint64_t scenario_size(const struct scenario *s)
{
	ASSERT_CMP(s->ops, <, 1 << 8); /* so that runs, pages and ops do not overlap */
	ASSERT_CMP(scenario_pages(s), <, UINT64_C(1) << 32);
	return ((uint64_t)s->runs << 40) + (scenario_pages(s) << 8) + s->ops;
}

bool minimize_scenario(struct player *player, struct scenario *s, uint64_t max_trials,
		       struct minimized *result)
{
	bool failed;
	ASSERT(max_trials);
	struct minimizer *m = begin(player, s, max_trials, &failed);
	*result = (struct minimized){ 0 };
	if (!m)
		return !failed;
	m->quiet = true;
	reduce(m);
	ASSERT(child_run_same(&m->last, &m->goal));
	scenario_copy(s, &m->best);
	*result = (struct minimized){ m->last, m->trials, m->is_bounded };
	failed = m->failed;
	free(m);
	return !failed;
}

bool write_scenario(const struct scenario *s, const char *signature, const char *path)
{
	struct output out = { .to = stdout };
	if (path && !output_open(&out, path))
		return false;
	fprintf(out.to, "# %s\n", signature);
	scenario_print(s, out.to);
	return !path || output_close(&out);
}

/* --- the command -------------------------------------------------------------- */

static void say_how_it_ended(const struct minimizer *m)
{
	if (is_interrupted())
		fprintf(stderr, "interrupted: this is the best so far\n");
	else if (m->is_bounded)
		fprintf(stderr,
			"stopped after %u trials, which is the bound: the result may be larger "
			"than "
			"needed; minimize it to go on, or give --trials N\n",
			m->trials);
	else if (!m->failed)
		fprintf(stderr, "no step makes it smaller, after %u trials\n", m->trials);
}

static int write_result(const struct arguments *a, const struct minimizer *m)
{
	if (!write_scenario(&m->best, m->last.signature, a->output)) {
		if (a->output) /* it took many trials, and is not lost */
			write_scenario(&m->best, m->last.signature, NULL);
		return EXIT_UNUSABLE;
	}
	if (m->reachable)
		reachable_print(&m->best, stderr);
	if (a->output)
		fprintf(stderr, "wrote %s; next: %s %s %s\n", a->output, again(),
			m->reachable && mapper_tested()->tree ? "confirm" : "show", a->output);
	if (m->failed)
		return EXIT_UNUSABLE;
	return m->reachable && !is_reachable(&m->best) ? EXIT_RULE_BROKEN : EXIT_AS_EXPECTED;
}

int command_minimize(int argc, char **argv)
{
	static struct scenario given;
	struct arguments a;
	bool failed;
	if (!read_arguments("minimize", argc, argv, &a))
		return EXIT_UNUSABLE;
	if (a.files != 1) {
		fprintf(stderr, "vmapdiff minimize: takes one scenario\n");
		return EXIT_UNUSABLE;
	}
	if (!load_scenario(a.file[0], &given))
		return EXIT_UNUSABLE;
	struct player *player = need_player();
	crash_report_for(player);
	struct minimizer *m = begin(player, &given, a.trials ? a.trials : MINIMIZE_TRIALS, &failed);
	if (!m) {
		if (!failed)
			fprintf(stderr, "%s: all rules hold, so there is nothing to minimize\n",
				a.file[0]);
		player_destroy(player);
		return EXIT_UNUSABLE;
	}
	m->reachable = a.reachable;
	colour_print(m->goal.signature, stderr);
	fputc('\n', stderr);
	interrupt_catch(NULL);
	reduce(m);
	show_progress(m, true);
	ASSERT(child_run_same(&m->last, &m->goal));
	say_how_it_ended(m);
	int code = write_result(&a, m);
	free(m);
	player_destroy(player);
	return code;
}
