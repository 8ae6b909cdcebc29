// SPDX-License-Identifier: GPL-2.0-only
/*
 * The knobs of a tree's policy: the one table of what is measured of a tree's
 * own code (measure.h). Each has the values that the rig knows, the probe
 * scenarios that tell them apart, and the rules that need it: where the tree's
 * answers fit no value, those are not judged.
 */
#ifndef FUZZ_KNOBS_H
#define FUZZ_KNOBS_H

#include "mapper/mapper.h"
#include "oracle/rules.h"
#include "oracle/tree_knobs.h"

/* In the order in which they are measured: later ones build on earlier ones. */
enum knob_id {
	KNOB_ERRORS,
	KNOB_IOREMAP_ERRORS,
	KNOB_IOREMAP_GROUPS,
	KNOB_IOREMAP_BLOCKS,
	KNOB_IOREMAP_LARGE_BLOCKS,
	KNOB_IOREMAP_SWITCH,
	KNOB_IOREMAP_BATCH,
	KNOB_VMALLOC_GROUPS,
	KNOB_VMALLOC_BLOCKS,
	KNOB_VMALLOC_BUSY,
	KNOB_VMALLOC_BATCH,
	KNOB_VMALLOC_WALK,
	KNOB_VMAP_LEAVES,
	KNOB_VMAP_STOP,
	KNOB_VMAP_ORDER,
	KNOB_VMAP_SWITCH,
	KNOB_VMAP_BATCH,
	KNOB_SPLITS,
	KNOB_SPLIT_GROUPS,
	KNOB_INVALID_MARK,
	KNOB_DIRECT_MAP_OF_REALM,
	KNOB_VREALLOC_TAIL,
	KNOBS,
};

#define KNOB_MAX_VALUES 7
#define KNOB_MAX_FIXTURES 8
#define KNOB_MAX_CALLS 3

/* What the knobs say together. */
struct setting {
	struct policy policy;
	struct tree_knobs knobs;
	bool vmap_has_large; /* which large leaves vmap() makes is known, and it makes some */
};

struct knob {
	const char *call;                       /* the kernel's functions it is about */
	const char *what;                       /* what of them */
	const char *value[KNOB_MAX_VALUES + 1]; /* as they are printed; the default first */
	const char *why_idle;                   /* why it has no value, where it does not apply */
	/* Writes a value down, to try it and for good. */
	void (*set)(struct setting *s, unsigned value);
	/* Whether it applies, by what was measured before; NULL: always. */
	bool (*applies)(const struct setting *s);
	enum {
		/* The value under which the oracle finds all of `rules` held in every fixture. */
		BY_RULES,
		/* The first value if the call of the fixture fails, else the second. */
		BY_REFUSAL,
		/* The first value if the second fixture takes more walks than the first; else the second. */
		BY_WALKS,
	} how;
	const char *fixture[KNOB_MAX_FIXTURES + 1]; /* see fixture.h; NULL ends them */
	rule_set rules;                             /* RULE_BIT() */
	/* What is not judged where no value fits: rules of calls. */
	rule_set unjudged;
	enum call_kind of[KNOB_MAX_CALLS];
	unsigned calls;
};

extern const struct knob knobs[KNOBS];

#endif
