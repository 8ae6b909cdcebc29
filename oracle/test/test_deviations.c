// SPDX-License-Identifier: GPL-2.0-only
/*
 * How emulators are asked for their deviations, and judged by what was
 * measured: with an emulator made for it, which has those that it is told to have.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mapper/test/cmocka_all.h"
#include "oracle/mmu/compare.h"
#include "oracle/mmu/probe.h"

#define UNKNOWN_FAULT (1u | 0x30 << 1) /* PAR_EL1: TLB conflict abort */
#define NO_ROW (-1)

/* What it does, where it meets the row `odd`, that is neither the manual's nor the deviation. */
enum oddity { WRONG_ANSWER, ONE_WRONG_ANSWER, CRASH, SILENCE, ODDITIES };

struct standin {
	struct emulator emulator;
	uint32_t has; /* deviations */
	int odd;
	enum oddity oddity;
	bool broken; /* answers nothing */
};

static struct machine *machine;
static struct mmu_measured measured;

/* --- the emulator ---------------------------------------------------------------------- */

static uint64_t encode_fault(const struct mmu_answer *a)
{
	static const uint64_t kinds[] = { [MMU_ADDRESS_SIZE] = 0,
					  [MMU_TRANSLATION] = 4,
					  [MMU_ACCESS_FLAG] = 8,
					  [MMU_PERMISSION] = 12 };
	if (a->level < 0)
		return a->fault == MMU_TRANSLATION    ? 1 | 0x2b << 1
		       : a->fault == MMU_ADDRESS_SIZE ? 1 | 0x29 << 1
						      : UNKNOWN_FAULT;
	return 1 | (kinds[a->fault] | (uint64_t)a->level) << 1;
}

static uint64_t encode(const struct mmu_answer *a)
{
	if (a->fault != MMU_TRANSLATES)
		return encode_fault(a);
	return a->pa | (uint64_t)a->memory << 56 | (uint64_t)a->shareability << 7;
}

static bool meets_odd(const struct standin *s, const struct arm64_geometry *g,
		      const struct machine *m, uint64_t va, struct arm64_translation t)
{
	if (s->odd == NO_ROW)
		return false;
	return mmu_deviate(g, m, va, s->has | DEVIATES(s->odd), &t) & DEVIATES(s->odd);
}

static enum emulator_reply be_odd(const struct standin *s, uint64_t par[MMU_ACCESSES])
{
	if (s->oddity == CRASH)
		raise(SIGSEGV);
	if (s->oddity == SILENCE)
		return EMULATOR_SILENT;
	int first = s->oddity == ONE_WRONG_ANSWER ? MMU_EL0_WRITE : 0;
	for (int access = first; access < MMU_ACCESSES; access++)
		par[access] = UNKNOWN_FAULT;
	return EMULATOR_ANSWERED;
}

static enum emulator_reply ask_one(const struct standin *s, const struct machine *m, uint64_t va,
				   uint64_t par[MMU_ACCESSES])
{
	struct mmu_answer answer[MMU_ACCESSES];
	struct arm64_geometry g = arm64_geometry(&m->config);
	struct arm64_translation t = arm64_translate(&g, m, va);
	bool odd = meets_odd(s, &g, m, va, t);
	if (mmu_fatal(mmu_deviate(&g, m, va, s->has, &t)))
		abort();
	mmu_answers(&g, t, answer);
	for (int access = 0; access < MMU_ACCESSES; access++)
		par[access] = encode(&answer[access]);
	return odd ? be_odd(s, par) : EMULATOR_ANSWERED;
}

static enum emulator_reply ask(struct emulator *emulator, const struct machine *m,
			       const uint64_t *va, size_t count, uint64_t (*par)[MMU_ACCESSES])
{
	const struct standin *s = (const struct standin *)emulator;
	enum emulator_reply reply = s->broken ? EMULATOR_SILENT : EMULATOR_ANSWERED;
	for (size_t i = 0; i < count && reply == EMULATOR_ANSWERED; i++)
		reply = ask_one(s, m, va[i], par[i]);
	return reply;
}

static bool knows(const struct machine_config *config)
{
	(void)config;
	return true;
}

static bool knows_48_bits(const struct machine_config *config)
{
	return !config->lpa2;
}

static void close_it(struct emulator *emulator)
{
	free(emulator);
}

static struct emulator *open_another(const struct emulator *emulator)
{
	struct standin *s = malloc(sizeof(*s));
	if (s)
		memcpy(s, emulator, sizeof(*s));
	return s ? &s->emulator : NULL;
}

static struct standin standin(uint32_t has)
{
	return (struct standin){ .emulator = { .name = "Stand-in 1.0",
					       .knows = knows,
					       .ask = ask,
					       .open_another = open_another,
					       .close = close_it },
				 .has = has,
				 .odd = NO_ROW };
}

/* --- the rows ----------------------------------------------------------------------------- */

static int row(const char *name)
{
	for (int i = 0; i < MMU_DEVIATIONS; i++)
		if (!strcmp(mmu_deviations[i].name, name))
			return i;
	fail_msg("no row %s", name);
	return NO_ROW;
}

/* The deviation alone; or with the other that it brings about. */
static uint32_t with_consequence(int i)
{
	bool top = i == row("takes-4k-level-minus-1-block");
	return DEVIATES(i) | (top ? DEVIATES(row("aborts-at-4k-level-minus-1-block")) : 0);
}

static void every_row_is_complete(void **state)
{
	(void)state;
	for (int i = 0; i < MMU_DEVIATIONS; i++) {
		const struct deviation *d = &mmu_deviations[i];
		if (!d->name || !d->what || !d->source || !d->is_met || d->fatal == !!d->alter)
			fail_msg("row %d lacks something", i);
		for (int other = 0; other < i; other++)
			assert_string_not_equal(d->name, mmu_deviations[other].name);
	}
}

static void assert_all(const struct mmu_answer answer[MMU_ACCESSES], const struct mmu_answer *typed,
		       const char *name)
{
	char have[MMU_TEXT], want[MMU_TEXT];
	for (int access = 0; access < MMU_ACCESSES; access++) {
		mmu_describe(&answer[access], have);
		mmu_describe(typed, want);
		if (!mmu_same(&answer[access], typed))
			fail_msg("%s: %s is typed, and the walk says %s", name, want, have);
	}
}

/* The oracle says what was typed from the manual, and the row alters it to what else was typed. */
static void typed_answers_are_those_of_the_walk(void **state)
{
	(void)state;
	for (int i = 0; i < MMU_DEVIATIONS; i++) {
		const struct deviation *d = &mmu_deviations[i];
		struct mmu_answer answer[MMU_ACCESSES];
		uint64_t va = mmu_probe_fill(machine, &d->probe);
		struct arm64_geometry g = arm64_geometry(&machine->config);
		struct arm64_translation t = arm64_translate(&g, machine, va);
		mmu_answers(&g, t, answer);
		assert_all(answer, &d->probe.manual, d->name);
		assert_int_equal(mmu_deviate(&g, machine, va, DEVIATES(i), &t), DEVIATES(i));
		mmu_answers(&g, t, answer);
		if (!d->fatal)
			assert_all(answer, &d->probe.deviant, d->name);
		assert_int_equal(mmu_same(&d->probe.manual, &d->probe.deviant), false);
	}
}

/* --- what is measured -------------------------------------------------------------------------- */

static void an_emulator_as_the_manual_has_none(void **state)
{
	(void)state;
	struct standin s = standin(0);
	assert_true(mmu_measure(&s.emulator, machine, &measured));
	assert_int_equal(s.emulator.deviates, 0);
	assert_true(mmu_explained(&measured));
	for (int i = 0; i < MMU_DEVIATIONS; i++)
		assert_int_equal(measured.outcome[i], PROBE_AS_MANUAL);
}

static void each_deviation_is_told_from_the_others(void **state)
{
	(void)state;
	for (int i = 0; i < MMU_DEVIATIONS; i++) {
		struct standin s = standin(with_consequence(i));
		assert_true(mmu_measure(&s.emulator, machine, &measured));
		assert_int_equal(s.emulator.deviates, s.has);
		assert_true(mmu_explained(&measured));
	}
}

static void all_deviations_at_once_are_found(void **state)
{
	(void)state;
	struct standin s = standin(DEVIATES(MMU_DEVIATIONS) - 1);
	assert_true(mmu_measure(&s.emulator, machine, &measured));
	assert_int_equal(s.emulator.deviates, s.has);
	assert_true(mmu_explained(&measured));
}

/* Neither the manual's answer nor the deviation's; but a crash is one of those that end it. */
static void a_third_answer_is_unexplained(void **state)
{
	(void)state;
	for (int i = 0; i < MMU_DEVIATIONS; i++) {
		for (int oddity = 0; oddity < ODDITIES; oddity++) {
			if (mmu_deviations[i].fatal && oddity == CRASH)
				continue;
			struct standin s = standin(0);
			s.odd = i;
			s.oddity = (enum oddity)oddity;
			assert_true(mmu_measure(&s.emulator, machine, &measured));
			if (measured.outcome[i] != PROBE_UNEXPLAINED)
				fail_msg("%s: oddity %d is explained", mmu_deviations[i].name,
					 oddity);
			assert_int_equal(s.emulator.deviates & DEVIATES(i), 0);
			assert_false(mmu_explained(&measured));
			assert_int_not_equal(measured.found[i][0], '\0');
		}
	}
}

static void machines_that_it_lacks_are_not_asked(void **state)
{
	(void)state;
	struct standin s = standin(DEVIATES(MMU_DEVIATIONS) - 1);
	s.emulator.knows = knows_48_bits;
	assert_true(mmu_measure(&s.emulator, machine, &measured));
	for (int i = 0; i < MMU_DEVIATIONS; i++)
		assert_int_equal(measured.outcome[i], mmu_deviations[i].probe.config.lpa2
							      ? PROBE_NOT_ASKED
							      : PROBE_DEVIATES);
	assert_true(mmu_explained(&measured));
}

static void what_answers_nothing_cannot_be_measured(void **state)
{
	(void)state;
	struct standin s = standin(0);
	s.broken = true;
	assert_false(mmu_measure(&s.emulator, machine, &measured));
}

static void outcomes_are_printed(void **state)
{
	(void)state;
	char text[4096] = "";
	FILE *to = fmemopen(text, sizeof(text), "w");
	struct standin s = standin(DEVIATES(row("keeps-nt")));
	s.odd = row("takes-4k-level-0-block");
	assert_non_null(to);
	assert_true(mmu_measure(&s.emulator, machine, &measured));
	mmu_print_measured(to, &s.emulator, &measured);
	fclose(to);
	assert_non_null(strstr(text, "Stand-in 1.0: deviations: keeps-nt\n"));
	assert_non_null(strstr(text, "\n  not: takes-4k-level-minus-1-block, "));
	assert_non_null(strstr(text, "\n  unexplained: takes-4k-level-0-block: unknown fault"));
}

/* --- what is judged by it -------------------------------------------------------------------------- */

/* Compares at the row's probe, with these taken to be measured. */
static struct mmu_tally compare(struct standin *s, int i, uint32_t deviates)
{
	struct mmu_tally tally = { 0 };
	uint64_t va = mmu_probe_fill(machine, &mmu_deviations[i].probe);
	s->emulator.deviates = deviates;
	assert_true(mmu_compare(&s->emulator, machine, &va, 1, &tally));
	return tally;
}

static void a_measured_deviation_is_allowed(void **state)
{
	(void)state;
	for (int i = 0; i < MMU_DEVIATIONS; i++) {
		struct standin s = standin(DEVIATES(i));
		struct mmu_tally tally = compare(&s, i, DEVIATES(i));
		bool fatal = mmu_deviations[i].fatal;
		assert_int_equal(tally.differ, 0);
		assert_int_equal(tally.left_out, fatal);
		assert_int_equal(tally.compared, fatal ? 0 : MMU_ACCESSES);
		assert_int_equal(tally.deviated[i], fatal ? 0 : MMU_ACCESSES);
	}
}

static void one_that_was_not_measured_is_not_allowed(void **state)
{
	(void)state;
	const uint32_t all = DEVIATES(MMU_DEVIATIONS) - 1;
	for (int i = 0; i < MMU_DEVIATIONS; i++) {
		if (mmu_deviations[i].fatal)
			continue; /* to answer at all, it must not be asked */
		struct standin s = standin(DEVIATES(i));
		struct mmu_tally none = compare(&s, i, 0), others = compare(&s, i, all & ~s.has);
		assert_int_equal(none.differ, MMU_ACCESSES);
		assert_int_equal(others.differ, MMU_ACCESSES);
		assert_non_null(strstr(none.first, "; the oracle: "));
	}
}

/* Where a measured deviation is met, only its own answer is allowed. */
static void a_third_answer_differs_all_the_same(void **state)
{
	(void)state;
	for (int i = 0; i < MMU_DEVIATIONS; i++) {
		if (mmu_deviations[i].fatal)
			continue;
		struct standin s = standin(DEVIATES(i));
		s.odd = i;
		s.oddity = ONE_WRONG_ANSWER;
		struct mmu_tally tally = compare(&s, i, DEVIATES(i));
		assert_int_equal(tally.differ, 1);
		assert_int_equal(tally.deviated[i], MMU_ACCESSES - 1);
	}
}

static void the_manual_is_right_whatever_was_measured(void **state)
{
	(void)state;
	for (int i = 0; i < MMU_DEVIATIONS; i++) {
		struct standin s = standin(0);
		struct mmu_tally tally = compare(&s, i, DEVIATES(i));
		assert_int_equal(tally.differ, 0);
		assert_int_equal(tally.deviated[i], 0);
	}
}

static int make(void **state)
{
	(void)state;
	machine = machine_create();
	return machine ? 0 : -1;
}

static int unmake(void **state)
{
	(void)state;
	machine_destroy(machine);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_complete),
		cmocka_unit_test(typed_answers_are_those_of_the_walk),
		cmocka_unit_test(an_emulator_as_the_manual_has_none),
		cmocka_unit_test(each_deviation_is_told_from_the_others),
		cmocka_unit_test(all_deviations_at_once_are_found),
		cmocka_unit_test(a_third_answer_is_unexplained),
		cmocka_unit_test(machines_that_it_lacks_are_not_asked),
		cmocka_unit_test(what_answers_nothing_cannot_be_measured),
		cmocka_unit_test(outcomes_are_printed),
		cmocka_unit_test(a_measured_deviation_is_allowed),
		cmocka_unit_test(one_that_was_not_measured_is_not_allowed),
		cmocka_unit_test(a_third_answer_differs_all_the_same),
		cmocka_unit_test(the_manual_is_right_whatever_was_measured),
	};
	return cmocka_run_group_tests(tests, make, unmake);
}
