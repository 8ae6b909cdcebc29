// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is waived for a behaviour of a tree, and no more: with each waiver set, what it does not name is
 * judged as before. And what a tree was measured to do.
 */
#include "oracle/test/fixture.h"

#include <errno.h>

#define ALL_WAIVERS ((UINT32_C(1) << WAIVERS) - 1)

static void warn(void)
{
	machine_warn(fixture.m, fixture.va);
}

static void lose_levels(void)
{
	fixture.out.modified = 0;
}

static void return_error(void)
{
	fixture.out.error = -EPERM;
}

static void take_first(void)
{
	fixture_set(fixture.first, 3, 0);
}

static void lose_permission(void)
{
	table_t table;
	uint32_t index;
	fixture_set(fixture.first, 3,
		    fixture_word(fixture.first, 3, &table, &index) ^ ARM64_BIT(6));
}

static void keep_lock(void)
{
	machine_trylock(fixture.m);
}

/* What no behaviour of a tree excuses in a plain call. */
static const struct {
	const char *what;
	void (*spoil)(void);
	enum rule rule;
	bool maps; /* mapping calls only */
} spoilt[] = {
	{ "a warning", warn, RULE_ERRORS_WARNING, false },
	{ "an errno", return_error, RULE_ERRORS_CODE, false },
	{ "no levels", lose_levels, RULE_FLUSH_MODIFIED, true },
	{ "a missing page", take_first, RULE_TRANSLATION_MISSING, true },
	{ "EL0 may access", lose_permission, RULE_TRANSLATION_PERMISSION, true },
	{ "the lock", keep_lock, RULE_TABLES_LOCK, false },
};

static void no_behaviour_excuses_another(void **state)
{
	(void)state;
	for (unsigned c = 0; c < fixture_call_count; c++)
		for (int waiver = 0; waiver <= WAIVERS; waiver++)
			for (size_t i = 0; i < sizeof(spoilt) / sizeof(spoilt[0]); i++) {
				if (spoilt[i].maps && !fixture_maps(&fixture_calls[c]))
					continue;
				fixture_make(&fixture_machines[0], &fixture_calls[c]);
				fixture.oracle.waivers.behaviours =
					waiver == WAIVERS ? ALL_WAIVERS : UINT32_C(1) << waiver;
				spoilt[i].spoil();
				fixture_breaks(spoilt[i].rule, spoilt[i].what, (uint64_t)waiver);
			}
}

/* What cannot be judged of a tree is not, and leaves no note that something was waived. */
static void what_cannot_be_judged_is_not(void **state)
{
	(void)state;
	static struct tree_knobs knobs;
	for (unsigned c = 0; c < 4; c++)
		for (int other = 0; other < 2; other++) {
			enum call_kind kind = fixture_calls[c].kind;
			knobs = (struct tree_knobs){ 0 };
			knobs.call[other ? CALL_VUNMAP : kind].unjudged =
				RULE_BIT(RULE_TRANSLATION_PERMISSION);
			fixture_make(&fixture_machines[0], &fixture_calls[c]);
			fixture.oracle.tree = &knobs;
			lose_permission();
			if (other) {
				fixture_breaks(RULE_TRANSLATION_PERMISSION, "another call", 0);
				continue;
			}
			fixture_holds();
			assert_false(fixture.oracle.waived);
			assert_false(fixture.oracle.examined.rules &
				     RULE_BIT(RULE_TRANSLATION_PERMISSION));
		}
}

/* An errno of a page array that a tree flattens is -ENOMEM, and nothing else. */
static void flat_errors_are_enomem(void **state)
{
	(void)state;
	static const struct tree_knobs flat = { .flat_errors = true };
	for (int error = 0; error < 3; error++) {
		fixture_begin(&fixture_machines[0]);
		fixture.oracle.tree = &flat;
		fixture.pfn[3] = PAGE_BAD;
		fixture_expect(CALL_VMAP, 0);
		fixture_run();
		fixture.out.error = error == 0 ? -ENOMEM : error == 1 ? -EINVAL : -EBUSY;
		if (error)
			fixture_breaks(RULE_ERRORS_CODE, "an errno", (uint64_t)error);
		else
			fixture_holds();
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(no_behaviour_excuses_another),
	cmocka_unit_test(what_cannot_be_judged_is_not),
	cmocka_unit_test(flat_errors_are_enomem),
};
FIXTURE_MAIN(tests)
