// SPDX-License-Identifier: GPL-2.0-only
/*
 * An oracle that can be blinded: to one rule by a test, or to one property by
 * the environment variable VMAPDIFF_BLIND_TO. What finds bugs never links it:
 * it shows what each rule is there for.
 *
 * Where something was overlooked, the scenario ends with its call: that wrong
 * tables stay wrong is no find of another property.
 */
#include <stdlib.h>
#include <string.h>

#include "oracle/properties/properties.h"

enum rule oracle_blind_to = RULE_NONE;

static bool overlooked;

void property_begin(void)
{
	overlooked = false;
}

bool property_overlooked(void)
{
	return overlooked;
}

bool property_excused(enum rule rule)
{
	const char *property = getenv("VMAPDIFF_BLIND_TO");
	bool excused = rule == oracle_blind_to ||
		       (property && !strcmp(property, rule_text(rule)->property));
	overlooked |= excused;
	return excused;
}
