// SPDX-License-Identifier: GPL-2.0-only
/*
 * minimize: the smallest scenario that fails in the same way.
 *
 * Each reduction (reductions.h) is tried at each of its places; what still
 * fails with the same signature is kept. The list is gone through until
 * nothing in it can be kept, or until the bound of attempts is met.
 */
#include "regress/tool/minimize.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz/crash.h"
#include "fuzz/edit.h"
#include "fuzz/repair.h"
#include "fuzz/scenario_text.h"
#include "mapper/machine/assert.h"
#include "regress/tool/colour.h"
#include "regress/tool/reductions.h"
#include "regress/tool/vmapdiff.h"

#define MAX_ATTEMPTS 20000

struct minimizer {
	struct player *player;
	struct child_run goal, last; /* of what was given, and of the best so far */
	struct scenario best, candidate;
	unsigned attempts, kept;
	bool quiet;  /* no line of progress */
	bool failed; /* the host cannot start processes any more */
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal)
{
	(void)signal;
	interrupted = 1;
}

static void show_progress(const struct minimizer *m, bool done)
{
	bool terminal = isatty(STDERR_FILENO);
	if (m->quiet || (!terminal && !done && m->attempts % 200))
		return;
	fprintf(stderr, "%sminimize: %u ops, %u runs, %llu pages after %u attempts%s",
		terminal ? "\r" : "", m->best.ops, m->best.runs,
		(unsigned long long)scenario_pages(&m->best), m->attempts,
		terminal && !done ? "   " : "\n");
}

static bool is_stopped(const struct minimizer *m)
{
	return interrupted || m->failed || m->attempts >= MAX_ATTEMPTS;
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

/* Keeps the candidate as the best if it is a scenario, and another, that fails as it should. */
static bool keep_candidate(struct minimizer *m)
{
	struct child_run run;
	struct refusal why;
	if (is_stopped(m) || same_scenario(&m->candidate, &m->best) ||
	    !scenario_repair(&m->candidate) || same_scenario(&m->candidate, &m->best))
		return false;
	ASSERT(scenario_check(&m->candidate, &why));
	m->attempts++;
	if (!child_run_play(m->player, &m->candidate, &run)) {
		m->failed = true;
		return false;
	}
	bool same = child_run_same(&run, &m->goal);
	if (same) {
		ASSERT_CMP(m->kept, <, m->attempts);
		scenario_copy(&m->best, &m->candidate);
		m->last = run;
		m->kept++;
	}
	show_progress(m, false);
	return same;
}

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

static void reduce_at(struct minimizer *m, const struct reduction *r, uint32_t place)
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

static void reduce(struct minimizer *m)
{
	unsigned before;
	do {
		before = m->kept;
		for (const struct reduction *r = reductions; r->name; r++)
			for (uint32_t place = 0; place < r->places(&m->best); place++)
				reduce_at(m, r, place);
	} while (m->kept != before && !is_stopped(m));
}

/* --- for whoever has a scenario ------------------------------------------------ */

/* A minimizer of *s; NULL if all rules hold in it, or, after a message, when it cannot be played. */
static struct minimizer *begin(struct player *player, const struct scenario *s, bool *failed)
{
	struct minimizer *m = calloc(1, sizeof(*m));
	*failed = true;
	if (!m) {
		fprintf(stderr, "vmapdiff minimize: no memory for two scenarios\n");
		return NULL;
	}
	m->player = player;
	scenario_copy(&m->best, s);
	m->best.expect = (struct expectation){ 0 };
	*failed = !child_run_play(player, &m->best, &m->goal);
	m->last = m->goal;
	if (*failed || !m->goal.signature[0]) {
		free(m);
		return NULL;
	}
	return m;
}

bool minimize_scenario(struct player *player, struct scenario *s, struct child_run *result)
{
	bool failed;
	struct minimizer *m = begin(player, s, &failed);
	if (!m)
		return false;
	m->quiet = true;
	reduce(m);
	ASSERT(child_run_same(&m->last, &m->goal));
	scenario_copy(s, &m->best);
	*result = m->last;
	free(m);
	return true;
}

bool write_scenario(const struct scenario *s, const char *signature, const char *path)
{
	FILE *to = path ? fopen(path, "w") : stdout;
	if (to) {
		fprintf(to, "# %s\n", signature);
		scenario_print(s, to);
	}
	if (to && (!path || !fclose(to)))
		return true;
	fprintf(stderr, "%s: cannot write: %s\n", path, strerror(errno));
	return false;
}

/* --- the command -------------------------------------------------------------- */

static void say_how_it_ended(const struct minimizer *m)
{
	if (interrupted)
		fprintf(stderr, "interrupted: this is the best so far\n");
	else if (m->attempts >= MAX_ATTEMPTS)
		fprintf(stderr,
			"stopped after %d attempts: this is the best so far; minimize the "
			"result to go on\n",
			MAX_ATTEMPTS);
	else
		fprintf(stderr, "no step makes it smaller\n");
}

static int write_result(const struct arguments *a, const struct minimizer *m)
{
	if (!write_scenario(&m->best, m->last.signature, a->output))
		return EXIT_UNUSABLE;
	if (a->output)
		fprintf(stderr, "wrote %s; next: %s show %s\n", a->output, again(), a->output);
	return m->failed ? EXIT_UNUSABLE : EXIT_AS_EXPECTED;
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
	struct minimizer *m = begin(player, &given, &failed);
	if (!m) {
		if (!failed)
			fprintf(stderr, "%s: all rules hold, so there is nothing to minimize\n",
				a.file[0]);
		player_destroy(player);
		return EXIT_UNUSABLE;
	}
	colour_print(m->goal.signature, stderr);
	fputc('\n', stderr);
	signal(SIGINT, on_interrupt);
	reduce(m);
	show_progress(m, true);
	ASSERT(child_run_same(&m->last, &m->goal));
	say_how_it_ended(m);
	int code = write_result(&a, m);
	free(m);
	player_destroy(player);
	return code;
}
