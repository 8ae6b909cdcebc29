// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/rules.h"

#include <stdio.h>
#include <string.h>

#include "mapper/machine/assert.h"

static const struct rule_text texts[RULE_COUNT] = { { "", "", "", "" },
#define ORACLE_RULE_TEXT(id, property, name, sentence, source) { property, name, sentence, source },
						    ORACLE_RULES(ORACLE_RULE_TEXT)
#undef ORACLE_RULE_TEXT
};

const struct rule_text *rule_text(enum rule rule)
{
	ASSERT_CMP((unsigned)rule, <, RULE_COUNT);
	return &texts[rule];
}

enum rule rule_by_name(const char *text, unsigned length)
{
	for (int rule = RULE_NONE + 1; rule < RULE_COUNT; rule++) {
		char name[64];
		int n = snprintf(name, sizeof(name), "%s.%s", texts[rule].property,
				 texts[rule].name);
		if ((unsigned)n == length && !memcmp(name, text, length))
			return (enum rule)rule;
	}
	return RULE_NONE;
}
