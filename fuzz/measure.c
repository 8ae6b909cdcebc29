// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/measure.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "fuzz/apart.h"
#include "fuzz/fixture.h"
#include "fuzz/player.h"
#include "fuzz/scenario_text.h"
#include "mapper/machine/assert.h"

#define TIME_LIMIT 10 /* seconds of the processor that a probe may take */
#define DONE 42       /* exit code of a process that has measured all */
#define NO_MEMORY 43  /* and of one that could not begin */

const uint8_t measured_page_shift[MEASURED_GRANULES] = { 12, 14, 16 };

/* What the measuring process leaves to the one that started it, also where it crashes. */
struct notes {
	struct measured measured[MEASURED_GRANULES];
	unsigned granule, knob; /* that are being measured, or are next */
	bool is_playing;        /* a fixture of that knob is; else nothing of the tree runs */
	int value, fixture;     /* that is being played: see struct answer */
};

/* --- one fixture ---------------------------------------------------------------------- */

struct probe {
	struct notes *notes;
	struct player *player;
	const struct setting *setting; /* under which it is played and judged */
	unsigned page_shift;
	const struct knob *knob;
};

/* What came of a fixture. */
struct seen {
	bool made; /* the tree has the machine, and the call was made */
	struct verdict verdict;
	int error;
	uint32_t walks;
};

/* Notes what is played from now on, and that it may take its time. */
static void begin_play(struct notes *n, int value, int fixture)
{
	n->value = value;
	n->fixture = fixture;
	n->is_playing = true;
	apart_limit_time(TIME_LIMIT, TIME_LIMIT * APART_PATIENCE);
}

/*
 * Plays a fixture, to see whether it fits a value, under the policy and the
 * knobs as they stand, and has nothing but `rules` judged.
 */
static struct seen play_fixture(const struct probe *p, int value, int which_fixture, rule_set rules)
{
	static struct scenario s; /* too large for a stack */
	char text[FIXTURE_TEXT_SIZE];
	struct text_error error;
	struct seen seen = { 0 };
	unsigned which = mapper_list()->under_test;
	fixture_text(p->knob->fixture[which_fixture], p->page_shift, text);
	bool parsed = scenario_parse(text, strlen(text), &s, &error);
	ASSERT(parsed);
	uint8_t max_shift = s.policy.max_shift;
	s.policy = p->setting->policy;
	s.policy.max_shift = max_shift;
	uint64_t calls = player_statistics(p->player)->calls;
	p->player->waivers.rules = ~rules;
	p->player->probed = &p->setting->knobs;
	begin_play(p->notes, value, which_fixture);
	player_prepare(p->player, &s);
	player_run(p->player, &s, which, s.ops, &seen.verdict);
	p->notes->is_playing = false;
	seen.made = player_statistics(p->player)->calls > calls;
	seen.error = p->player->error;
	seen.walks = p->player->oracle.out.walks;
	return seen;
}

/* --- one knob ----------------------------------------------------------------------- */

static void not_understood(struct answer *a, int nearest, int fixture, const struct seen *seen)
{
	a->value = ANSWER_NOT_UNDERSTOOD;
	a->nearest = nearest;
	a->fixture = fixture;
	if (!seen->made) {
		snprintf(a->saw, sizeof(a->saw), "the call was not made");
		return;
	}
	const struct rule_text *rule = rule_text(seen->verdict.rule);
	snprintf(a->saw, sizeof(a->saw), "%s.%s: expected %s, saw %s", rule->property, rule->name,
		 seen->verdict.expected, seen->verdict.found);
}

/* Fixtures from the first on that fit a value; *seen is what came of the first that does not. */
static int fixtures_that_fit(const struct probe *p, unsigned value, struct seen *seen)
{
	struct setting tried = *p->setting;
	struct probe probe = *p;
	int fit = 0;
	p->knob->set(&tried, value);
	probe.setting = &tried;
	for (; p->knob->fixture[fit]; fit++) {
		*seen = play_fixture(&probe, (int)value, fit, p->knob->rules);
		if (!seen->made || seen->verdict.rule != RULE_NONE)
			break;
	}
	return fit;
}

static void measure_by_rules(const struct probe *p, struct answer *a)
{
	int most = -1;
	for (unsigned value = 0; p->knob->value[value]; value++) {
		struct seen seen;
		int fit = fixtures_that_fit(p, value, &seen);
		if (!p->knob->fixture[fit]) {
			a->value = (int)value;
			return;
		}
		if (fit > most) {
			most = fit;
			not_understood(a, (int)value, fit, &seen);
		}
	}
}

static void measure_by_refusal(const struct probe *p, struct answer *a)
{
	struct seen seen = play_fixture(p, 0, 0, 0);
	if (seen.made)
		a->value = seen.error ? 0 : 1;
	else
		not_understood(a, 0, 0, &seen);
}

static void measure_by_walks(const struct probe *p, struct answer *a)
{
	uint32_t walks[2];
	for (int i = 0; i < 2; i++) {
		struct seen seen = play_fixture(p, 0, i, 0);
		walks[i] = seen.walks;
		if (seen.made && !seen.error)
			continue;
		a->value = ANSWER_NOT_UNDERSTOOD;
		a->fixture = i;
		snprintf(a->saw, sizeof(a->saw), "the call fails");
		return;
	}
	a->value = walks[1] > walks[0] ? 0 : 1;
}

static void measure_knob(const struct probe *p, struct answer *a)
{
	switch (p->knob->how) {
	case BY_RULES:
		measure_by_rules(p, a);
		return;
	case BY_REFUSAL:
		measure_by_refusal(p, a);
		return;
	case BY_WALKS:
		measure_by_walks(p, a);
		return;
	}
}

/* --- all of them -------------------------------------------------------------------- */

/* Keeps a knob's answer, or leaves what needs it unjudged. */
static void keep_answer(struct measured *m, enum knob_id id)
{
	const struct knob *knob = &knobs[id];
	const struct answer *a = &m->answer[id];
	if (a->value >= 0)
		knob->set(&m->setting, (unsigned)a->value);
	if (a->value == ANSWER_NOT_UNDERSTOOD)
		for (unsigned i = 0; i < knob->calls; i++)
			m->setting.knobs.call[knob->of[i]].unjudged |= knob->unjudged;
}

/* What stood before the series as a whole is its policy, under which models and scenarios know it. */
static void name_series(struct setting *s)
{
	bool before = s->knobs.flat_errors && s->knobs.block_busy == BLOCK_BUSY_BUG &&
		      s->policy.vmap_huge == VMAP_HUGE_NEVER && s->knobs.walks_again;
	if (!before)
		return;
	s->policy = policy_default(POLICY_PRIOR);
	s->policy.hugetlb =
		!s->knobs.call[CALL_IOREMAP].no_groups || !s->knobs.call[CALL_VMALLOC].no_groups;
	s->knobs.flat_errors = false;
	s->knobs.block_busy = BLOCK_BUSY_BY_SERIES;
}

static void begin_granule(struct notes *n)
{
	struct measured *m = &n->measured[n->granule];
	const struct machine_config config = { .page_shift = measured_page_shift[n->granule],
					       .va_bits = 48,
					       .pa_bits = 48 };
	m->there = mapper_has_machine(mapper_tested(), &config);
	m->setting.policy = policy_default(POLICY_V9);
	for (enum knob_id id = 0; id < KNOBS; id++)
		m->answer[id].value = ANSWER_IDLE;
}

static void measure_granule(struct notes *n, struct player *player)
{
	struct measured *m = &n->measured[n->granule];
	if (!n->knob)
		begin_granule(n);
	for (; m->there && n->knob < KNOBS; n->knob++) {
		const struct probe p = { n, player, &m->setting, measured_page_shift[n->granule],
					 &knobs[n->knob] };
		if (p.knob->applies && !p.knob->applies(&m->setting))
			continue;
		measure_knob(&p, &m->answer[n->knob]);
		keep_answer(m, (enum knob_id)n->knob);
	}
	if (m->there)
		name_series(&m->setting);
}

static int measure_apart(void *context)
{
	struct notes *n = context;
	struct player *player = player_create_bare();
	if (!player)
		return NO_MEMORY;
	player->makes_all = true;
	for (; n->granule < MEASURED_GRANULES; n->granule++, n->knob = 0)
		measure_granule(n, player);
	return DONE;
}

static void __attribute__((noreturn)) give_up(const char *why)
{
	fprintf(stderr, "vmapdiff: %s\n", why);
	apart_give_up();
}

/* The probe at which the last process died. */
static void note_crash(struct notes *n)
{
	if (!n->is_playing)
		give_up("the process that measures a tree's policy ended between two probes");
	struct measured *m = &n->measured[n->granule];
	struct answer *a = &m->answer[n->knob];
	ASSERT_CMP(n->knob, <, KNOBS);
	*a = (struct answer){ .value = ANSWER_NOT_UNDERSTOOD,
			      .fixture = n->fixture,
			      .nearest = n->value };
	snprintf(a->saw, sizeof(a->saw), "the tree's code crashed, or did not end");
	keep_answer(m, (enum knob_id)n->knob);
	n->knob++;
	n->is_playing = false;
}

static const char no_memory[] = "no memory for measuring what the tree's policy is";

void measure_tree(struct measured measured[MEASURED_GRANULES])
{
	struct notes *n =
		mmap(NULL, sizeof(*n), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (n == MAP_FAILED)
		give_up(no_memory);
	for (int code; (code = run_apart(measure_apart, n, TIME_LIMIT)) != DONE;) {
		if (code == NO_MEMORY)
			give_up(no_memory);
		note_crash(n);
	}
	memcpy(measured, n->measured, sizeof(n->measured));
	munmap(n, sizeof(*n));
}

const struct measured *measured_of(unsigned page_shift)
{
	static struct measured measured[MEASURED_GRANULES];
	static bool is_measured;
	if (!mapper_tested()->tree)
		return NULL;
	if (!is_measured)
		measure_tree(measured);
	is_measured = true;
	for (unsigned i = 0; i < MEASURED_GRANULES; i++)
		if (measured_page_shift[i] == page_shift)
			return measured[i].there ? &measured[i] : NULL;
	return NULL;
}

struct policy measured_policy(const struct policy *asked, unsigned page_shift)
{
	const struct measured *m = measured_of(page_shift);
	struct policy policy = m ? m->setting.policy : *asked;
	/* Only nohugeiomap and nohugevmalloc set a largest shift, and then it is the page's. */
	if (asked->max_shift == page_shift)
		policy.max_shift = (uint8_t)page_shift;
	return policy;
}
