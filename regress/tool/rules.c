// SPDX-License-Identifier: GPL-2.0-only
/* rules: every rule with its sentence and source; or one, or those of a property. */
#include <stdio.h>
#include <string.h>

#include "fuzz/nearest.h"
#include "mapper/machine/assert.h"
#include "regress/tool/vmapdiff.h"

#define NAME_SIZE 64

/* PROPERTY.NAME. Written once, and kept. */
static const char *name_of(enum rule rule)
{
	static char names[RULE_COUNT][NAME_SIZE];
	const struct rule_text *text = rule_text(rule);
	int length = snprintf(names[rule], NAME_SIZE, "%s.%s", text->property, text->name);
	ASSERT_CMP(length, <, NAME_SIZE);
	return names[rule];
}

/* Whether a word names a rule, or its property; NULL names all. */
static bool is_meant(const char *word, enum rule rule)
{
	return !word || !strcmp(word, name_of(rule)) || !strcmp(word, rule_text(rule)->property);
}

int command_rules(int argc, char **argv)
{
	struct arguments a = { 0 };
	char hint[NEAREST_HINT_SIZE];
	if (!read_options("rules", argc, argv, &a))
		return EXIT_UNUSABLE;
	if (a.files > 1) {
		fprintf(stderr, "vmapdiff rules: takes one RULE or PROPERTY\n");
		return EXIT_UNUSABLE;
	}
	const char *word = a.files ? a.file[0] : NULL;
	struct nearest meant = nearest_to(word ? word : "", word ? strlen(word) : 0);
	bool found = false;
	for (enum rule rule = RULE_NONE + 1; rule < RULE_COUNT; rule++) {
		const struct rule_text *text = rule_text(rule);
		nearest_try(&meant, name_of(rule));
		if (!is_meant(word, rule))
			continue;
		found = true;
		printf("%s\n    %s\n    %s\n", name_of(rule), text->sentence, text->source);
	}
	if (found)
		return EXIT_AS_EXPECTED;
	fprintf(stderr, "vmapdiff rules: '%s' is not a rule or property%s\n", word,
		nearest_hint(&meant, hint));
	return EXIT_UNUSABLE;
}
