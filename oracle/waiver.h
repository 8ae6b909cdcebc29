// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waivers: what is known to break a rule and is accepted. The list in
 * waiver.c has one row for each behaviour: its name, what it waives, why, the
 * scenario that shows it, and who can have it:
 *
 *   a model   a scenario asks it to behave so, by quirks=NAME. Nothing is
 *             waived then: the scenario expects the rule to be broken.
 *   a tree    is found to behave so, by playing the scenario. From then on the
 *             oracle asks one thing less of it, or calls that meet the
 *             behaviour are not made on it; everything else is judged as of
 *             any mapper.
 *
 * Rules and signatures can be waived too, for every mapper: to measure what a
 * rule is worth, and to fuzz on past what was found. No mapper waives anything
 * for itself.
 */
#ifndef ORACLE_WAIVER_H
#define ORACLE_WAIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "oracle/verdict.h"

/* The order means nothing. */
enum waiver_id {
	WAIVER_HEAD_CHECK,
	WAIVER_NARROW_FLUSH,
	WAIVER_CUT_GROUPS,
	WAIVER_PXN_TABLES,
	WAIVER_RESERVED_PA_BITS,
	WAIVER_MASK_OF_NOTHING,
	WAIVER_MASK_LOST,
	WAIVER_FREES_UNLOCKED,
	WAIVER_SILENT_CUT,
	WAIVER_ALIASES_OF_ALL,
	WAIVER_HIDDEN_ERRNO,
	WAIVER_REPEATED_READS,
	WAIVER_FREES_LIVE_TABLES,
	WAIVER_DESCENDS_BLOCKS,
	WAIVER_CHANGES_HUGE,
	WAIVER_FILLS_EMPTY,
	WAIVER_WARNS_OUT_OF_TABLES,
	WAIVER_FLUSHES_AT_LIMIT,
	WAIVER_WARNS_OF_EMPTY,
	WAIVER_INVALID_BLOCKS_STAY,
	WAIVER_CUT_INVALID_GROUPS,
	WAIVER_READS_PAST_PAGES,
	WAIVER_CUT_GROUPS_OF_ROOT,
	WAIVER_COPIES_NO_INVALID,
	WAIVER_COPIES_NO_LEVEL_0,
	WAIVER_REMOVES_CUT_LEAVES,
	WAIVER_UNORDERED_FRAMES,
	WAIVER_FREES_SHARED_PAGES,
	WAIVER_LEAVES_OUT_HALVES,
	WAIVER_UNORDERED_STRUCT_PAGES,
	WAIVERS,
};

/* A set of them is a word. */
#define WAIVER(id) (UINT32_C(1) << (id))
_Static_assert(WAIVERS <= 32, "a bit for each");

#define WAIVER_MAX_RULES 2

struct waiver {
	const char *name; /* as in quirks=, and in the list of what a tree is found to have */
	enum {
		WAIVES_RULES, /* the oracle does not judge this one thing by the rules below */
		SKIPS_CALLS,  /* calls that meet it are not made: they would do anything */
	} effect;
	/* What it breaks; the first is what the scenario breaks. RULE_NONE where there are fewer. */
	enum rule rule[WAIVER_MAX_RULES];
	const char *why;      /* a sentence */
	const char *scenario; /* text, which holds where the behaviour is not */
	bool crashes;   /* a sanitizer or a signal ends its scenario, before any rule is judged */
	uint8_t quirk;  /* QUIRK_ of the model that can be asked for it; 0: no model can */
	uint32_t after; /* WAIVER() of those to search a tree for before: they would hide it */
};

/* By enum waiver_id. */
extern const struct waiver waiver_list[WAIVERS];

/* What is waived while a mapper is judged. All zero: nothing. */
struct waivers {
	uint32_t behaviours;    /* WAIVER() of those that the mapper was found to have */
	rule_set rules;         /* RULE_BIT() */
	const char *signatures; /* of verdicts, a line each; borrowed; NULL: none */
};

static inline bool waives_behaviour(const struct waivers *w, enum waiver_id id)
{
	return w->behaviours & WAIVER(id);
}

static inline bool waives_rule(const struct waivers *w, enum rule rule)
{
	return w->rules & RULE_BIT(rule);
}

/* Whether a verdict is of the kind that one of the signatures names. */
bool waives_verdict(const struct waivers *w, const struct verdict *verdict);

/* The bits of all rules of a property, or of one rule, by name in `length` bytes; 0 if there is none. */
rule_set waived_rules_by_name(const char *text, unsigned length);

#endif
