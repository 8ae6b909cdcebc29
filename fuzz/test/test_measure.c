// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is measured of a mapper is what it does: a model stands in for a tree,
 * keeps to a policy that the probes do not know, and may have a whim on top.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/fixture.h"
#include "fuzz/measure.h"
#include "fuzz/scenario_text.h"
#include "mapper/machine/assert.h"
#include "mapper/test/cmocka_all.h"
#include "oracle/reference/reference.h"

/* What the mapper does, whatever policy it is handed. */
static struct {
	struct policy policy;
	bool honours_max_shift; /* by vmap() */
	bool walks_again;       /* vmalloc(), for each block */
	bool single_splits;     /* set_memory as the reference has it */
	bool (*whim)(const struct call *call, int *error);
} truth;

static const struct mapper *model(void)
{
	return &batched_mapper;
}

/* What a tree's code reports of its walks, and a model does not. */
static uint32_t walks_of(const struct address_space *space, const struct call *call)
{
	if (call->kind != CALL_VMALLOC || !truth.walks_again)
		return 1;
	return (uint32_t)(call->pages.count >> (call->shift - space->machine->config.page_shift));
}

static int make(struct address_space *space, const struct call *call, struct outcome *out)
{
	struct policy policy = truth.policy;
	struct address_space own = *space;
	int error;
	if (truth.whim && truth.whim(call, &error))
		return error;
	if (call->kind != CALL_VMAP || truth.honours_max_shift)
		policy.max_shift = space->policy->max_shift;
	own.policy = &policy;
	out->walks = walks_of(space, call);
	return model()->call[call->kind](&own, call, out);
}

static int set_memory(struct address_space *space, const struct call *call, struct outcome *out)
{
	const struct mapper *does = truth.single_splits ? &reference_mapper : model();
	return does->call[CALL_SET_MEMORY](space, call, out);
}

const struct mapper mapper_under_test = {
	.name = "stand-in",
	.kind = MAPPER_TREE,
	.call = { [CALL_VMAP] = make,
		  [CALL_VMALLOC] = make,
		  [CALL_IOREMAP] = make,
		  [CALL_VM_MAP_RAM] = make,
		  [CALL_SET_MEMORY] = set_memory },
	.tree = "a stand-in",
	.release = "0",
};

static struct measured measured[MEASURED_GRANULES];

static void measure_truth(struct policy policy, bool honours_max_shift)
{
	truth.policy = policy;
	truth.honours_max_shift = honours_max_shift;
	measure_tree(measured);
	truth.walks_again = false;
}

static void is_for_all(enum knob_id id, const char *value)
{
	for (unsigned i = 0; i < MEASURED_GRANULES; i++) {
		const struct answer *a = &measured[i].answer[id];
		assert_true(measured[i].there);
		if (a->value < 0)
			fail_msg("%s: %s is %d: %s", knobs[id].call, knobs[id].what, a->value,
				 a->saw);
		assert_string_equal(knobs[id].value[a->value], value);
	}
}

static void is_for_all_without_value(enum knob_id id, int answer)
{
	for (unsigned i = 0; i < MEASURED_GRANULES; i++)
		assert_int_equal(measured[i].answer[id].value, answer);
}

/* By its name: errno and warnings are then no knobs any more. */
static void is_of_series(int series)
{
	for (unsigned i = 0; i < MEASURED_GRANULES; i++) {
		const struct setting *s = &measured[i].setting;
		assert_int_equal(s->policy.series, series);
		assert_true(s->policy.hugetlb);
		assert_false(s->knobs.flat_errors);
		assert_int_equal(s->knobs.block_busy, BLOCK_BUSY_BY_SERIES);
	}
}

/* --- policies that are known ------------------------------------------------------------ */

/* Each gate, with and without the end of the search, groups, and nohugeiomap for vmap(). */
static void every_policy_of_the_series_is_recognized(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 16; i++) {
		struct policy policy = policy_default(i & 1 ? POLICY_V9 : POLICY_V4);
		policy.vmap_huge = i & 2 ? VMAP_HUGE_FLAG : VMAP_HUGE_ALWAYS;
		policy.stop_at_order0 = i & 4;
		measure_truth(policy, i & 8);
		is_for_all(KNOB_ERRORS, knobs[KNOB_ERRORS].value[0]);
		is_for_all(KNOB_IOREMAP_GROUPS, "yes");
		is_for_all(KNOB_VMALLOC_BUSY, "a warning and -EBUSY");
		is_for_all(KNOB_VMAP_LEAVES, knobs[KNOB_VMAP_LEAVES].value[i & 2 ? 3 : 0]);
		is_for_all(KNOB_VMAP_STOP, i & 4 ? "yes" : "no");
		is_for_all(KNOB_VMAP_ORDER, knobs[KNOB_VMAP_ORDER].value[0]);
		is_for_all(KNOB_VMAP_SWITCH, i & 8 ? "yes" : "no");
		for (unsigned g = 0; g < MEASURED_GRANULES; g++) {
			const struct policy *found = &measured[g].setting.policy;
			assert_int_equal(found->series, POLICY_V9);
			assert_int_equal(found->vmap_huge, policy.vmap_huge);
			assert_int_equal(found->stop_at_order0, policy.stop_at_order0);
		}
	}
}

static void what_a_split_makes_is_recognized(void **state)
{
	(void)state;
	for (int single = 0; single < 2; single++) {
		truth.single_splits = single;
		measure_truth(policy_default(POLICY_V9), true);
		truth.single_splits = false;
		is_for_all(KNOB_SPLITS, "are split, with BBM level 2");
		is_for_all(KNOB_SPLIT_GROUPS, knobs[KNOB_SPLIT_GROUPS].value[single]);
		is_for_all(KNOB_INVALID_MARK, "is marked (PTE_PRESENT_INVALID)");
		for (unsigned g = 0; g < MEASURED_GRANULES; g++)
			assert_int_equal(measured[g].setting.knobs.call[CALL_SET_MEMORY].no_groups,
					 single);
	}
}

static void a_series_without_groups_is_recognized(void **state)
{
	struct policy policy = policy_default(POLICY_V4);
	(void)state;
	policy.hugetlb = false;
	measure_truth(policy, false);
	is_for_all(KNOB_IOREMAP_GROUPS, "no");
	is_for_all(KNOB_VMALLOC_GROUPS, "no");
	is_for_all(KNOB_VMAP_LEAVES, "blocks of a PMD, whatever the flags");
	is_for_all_without_value(KNOB_VMAP_STOP, ANSWER_IDLE);
}

static void what_stood_before_the_series_is_recognized(void **state)
{
	(void)state;
	truth.walks_again = true;
	measure_truth(policy_default(POLICY_PRIOR), true);
	is_for_all(KNOB_VMALLOC_WALK, "one for each block");
	is_for_all(KNOB_ERRORS, "-ENOMEM for each");
	is_for_all(KNOB_VMALLOC_BUSY, "BUG()");
	is_for_all(KNOB_VMAP_LEAVES, "none");
	is_of_series(POLICY_PRIOR);
	for (unsigned i = 0; i < MEASURED_GRANULES; i++)
		for (enum call_kind kind = 0; kind < CALL_KINDS; kind++)
			assert_int_equal(measured[i].setting.knobs.call[kind].unjudged, 0);
}

/* All that stood before but the walks: it is not named by what it is not. */
static void one_walk_alone_is_not_what_stood_before(void **state)
{
	(void)state;
	measure_truth(policy_default(POLICY_PRIOR), true);
	is_for_all(KNOB_VMALLOC_WALK, "one for a run of blocks");
	for (unsigned i = 0; i < MEASURED_GRANULES; i++)
		assert_int_equal(measured[i].setting.policy.series, POLICY_V9);
}

/* --- whims ------------------------------------------------------------------------------ */

static bool refuse_blocks(const struct call *call, int *error)
{
	*error = -ENOSPC;
	return call->kind == CALL_VMALLOC && call->flags & MAP_FLAG_HUGE && call->pages.count > 512;
}

static bool another_errno(const struct call *call, int *error)
{
	*error = -E2BIG;
	return call->kind == CALL_VM_MAP_RAM && call->pages.page[0] == PAGE_BAD;
}

static bool crash(const struct call *call, int *error)
{
	(void)error;
	if (call->kind == CALL_IOREMAP && call->bytes == UINT64_C(1) << 30)
		abort();
	return false;
}

/* Exactly what the row says is not judged, and of no other call. */
static void is_unjudged(unsigned granule, enum call_kind kind, rule_set rules)
{
	assert_int_equal(measured[granule].setting.knobs.call[kind].unjudged, rules);
}

static void an_answer_that_fits_no_value_is_named(void **state)
{
	(void)state;
	truth.whim = another_errno;
	measure_truth(policy_default(POLICY_V9), false);
	is_for_all_without_value(KNOB_ERRORS, ANSWER_NOT_UNDERSTOOD);
	assert_non_null(strstr(measured[0].answer[KNOB_ERRORS].saw, "expected -EINVAL, saw -7"));
	is_unjudged(0, CALL_VM_MAP_RAM, RULE_BIT(RULE_ERRORS_CODE));
	is_unjudged(0, CALL_IOREMAP, 0);
	is_for_all(KNOB_VMAP_LEAVES, knobs[KNOB_VMAP_LEAVES].value[0]);
	truth.whim = NULL;
}

/* A call that fails where it should not says nothing of leaves. */
static void a_call_that_fails_is_not_taken_for_an_answer(void **state)
{
	(void)state;
	truth.whim = refuse_blocks;
	measure_truth(policy_default(POLICY_V9), false);
	assert_int_equal(measured[0].answer[KNOB_VMALLOC_BLOCKS].value, ANSWER_NOT_UNDERSTOOD);
	assert_int_equal(measured[0].answer[KNOB_VMALLOC_WALK].value, ANSWER_NOT_UNDERSTOOD);
	truth.whim = NULL;
}

static void a_probe_that_crashes_leaves_the_others(void **state)
{
	(void)state;
	truth.whim = crash;
	measure_truth(policy_default(POLICY_V9), false);
	assert_int_equal(measured[0].answer[KNOB_IOREMAP_LARGE_BLOCKS].value,
			 ANSWER_NOT_UNDERSTOOD);
	is_for_all(KNOB_IOREMAP_GROUPS, "yes");
	is_for_all(KNOB_VMAP_LEAVES, knobs[KNOB_VMAP_LEAVES].value[0]);
	is_unjudged(0, CALL_VMAP, 0);
	truth.whim = NULL;
}

static bool crash_at_two_blocks(const struct call *call, int *error)
{
	(void)error;
	if (call->kind == CALL_VMAP && call->pages.count == 1024)
		abort();
	return false;
}

/* The fourth value is the first that reaches the fifth fixture, which has two blocks of 4K pages. */
static void a_crash_is_told_of_the_fixture_that_was_played(void **state)
{
	struct policy policy = policy_default(POLICY_V9);
	const struct answer *a = &measured[0].answer[KNOB_VMAP_LEAVES];
	(void)state;
	policy.vmap_huge = VMAP_HUGE_FLAG;
	truth.whim = crash_at_two_blocks;
	measure_truth(policy, false);
	assert_int_equal(a->value, ANSWER_NOT_UNDERSTOOD);
	assert_int_equal(a->nearest, 3);
	assert_int_equal(a->fixture, 4);
	truth.whim = NULL;
}

static bool fail_assertion(const struct call *call, int *error)
{
	(void)error;
	ASSERT_CMP(call->kind, ==, CALL_KINDS);
	return false;
}

/* An assertion is about this project: the tree is not to blame, and nothing is measured. */
static void an_assertion_that_fails_is_no_crash_of_the_tree(void **state)
{
	char text[1024] = "";
	int ends[2], status;
	(void)state;
	truth.whim = fail_assertion;
	assert_int_equal(pipe(ends), 0);
	pid_t child = fork();
	if (!child) {
		dup2(ends[1], STDERR_FILENO);
		measure_truth(policy_default(POLICY_V9), false);
		_exit(0);
	}
	close(ends[1]);
	assert_int_equal(waitpid(child, &status, 0), child);
	ssize_t size = read(ends[0], text, sizeof(text) - 1);
	close(ends[0]);
	truth.whim = NULL;
	assert_true(size > 0);
	assert_non_null(strstr(text, "vmapdiff itself is wrong"));
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 2);
}

/* --- the table ---------------------------------------------------------------------------- */

static void every_row_is_complete(void **state)
{
	static struct scenario s;
	struct text_error error;
	char text[FIXTURE_TEXT_SIZE];
	(void)state;
	for (int id = 0; id < KNOBS; id++) {
		const struct knob *k = &knobs[id];
		if (!k->call || !k->what || !k->value[0] || !k->set || !k->fixture[0])
			fail_msg("row %d lacks a name, a value, a setter or a fixture", id);
		assert_int_equal(k->applies != NULL, k->why_idle != NULL);
		assert_int_equal(k->how == BY_RULES, k->rules != 0);
		assert_int_equal(k->calls != 0, k->unjudged != 0);
		for (unsigned i = 0; k->fixture[i]; i++)
			for (unsigned g = 0; g < MEASURED_GRANULES; g++) {
				fixture_text(k->fixture[i], measured_page_shift[g], text);
				if (!scenario_parse(text, strlen(text), &s, &error))
					fail_msg("%u:%u: %s in:\n%s", error.line, error.column,
						 error.message, text);
			}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_complete),
		cmocka_unit_test(every_policy_of_the_series_is_recognized),
		cmocka_unit_test(what_a_split_makes_is_recognized),
		cmocka_unit_test(a_series_without_groups_is_recognized),
		cmocka_unit_test(what_stood_before_the_series_is_recognized),
		cmocka_unit_test(one_walk_alone_is_not_what_stood_before),
		cmocka_unit_test(an_answer_that_fits_no_value_is_named),
		cmocka_unit_test(a_call_that_fails_is_not_taken_for_an_answer),
		cmocka_unit_test(a_probe_that_crashes_leaves_the_others),
		cmocka_unit_test(a_crash_is_told_of_the_fixture_that_was_played),
		cmocka_unit_test(an_assertion_that_fails_is_no_crash_of_the_tree),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
