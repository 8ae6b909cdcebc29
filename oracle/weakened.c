// SPDX-License-Identifier: GPL-2.0-only
/*
 * An oracle that can be blinded: to one rule by a test, or to one property by
 * the environment variable VMAPDIFF_BLIND_TO. What finds bugs never links it:
 * it shows what each rule is there for.
 */
#include <stdlib.h>
#include <string.h>

#include "oracle/properties/properties.h"

enum rule oracle_blind_to = RULE_NONE;

bool property_excused(enum rule rule)
{
	const char *property = getenv("VMAPDIFF_BLIND_TO");
	return rule == oracle_blind_to ||
	       (property && !strcmp(property, rule_text(rule)->property));
}
