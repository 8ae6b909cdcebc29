// SPDX-License-Identifier: GPL-2.0-only
/*
 * waivers: what trees are known to do against a rule, as a list; or the
 * scenario that shows one of them, to be played.
 */
#include <stdio.h>
#include <string.h>

#include "fuzz/nearest.h"
#include "oracle/waiver.h"
#include "regress/tool/vmapdiff.h"

static void print_all(void)
{
	for (int id = 0; id < WAIVERS; id++) {
		const struct waiver *w = &waiver_list[id];
		const struct rule_text *rule = rule_text(w->rule[0]);
		printf("%s (%s.%s)\n    %s\n", w->name, rule->property, rule->name, w->why);
	}
}

/* The scenario, with what it shows as comments: a signature of no mapper would name one. */
static void print_one(const struct waiver *w)
{
	const struct rule_text *rule = rule_text(w->rule[0]);
	printf("# %s breaks %s.%s: %s\n%s", w->name, rule->property, rule->name, w->why,
	       w->scenario);
}

int command_waivers(int argc, char **argv)
{
	struct arguments a = { 0 };
	char hint[NEAREST_HINT_SIZE];
	if (!read_options("waivers", argc, argv, &a))
		return EXIT_UNUSABLE;
	if (a.files > 1) {
		fprintf(stderr, "vmapdiff waivers: takes one NAME\n");
		return EXIT_UNUSABLE;
	}
	if (!a.files) {
		print_all();
		return EXIT_AS_EXPECTED;
	}
	struct nearest meant = nearest_to(a.file[0], strlen(a.file[0]));
	for (int id = 0; id < WAIVERS; id++) {
		nearest_try(&meant, waiver_list[id].name);
		if (strcmp(waiver_list[id].name, a.file[0]) != 0)
			continue;
		print_one(&waiver_list[id]);
		return EXIT_AS_EXPECTED;
	}
	fprintf(stderr, "vmapdiff waivers: '%s' is not a known bug%s\n", a.file[0],
		nearest_hint(&meant, hint));
	return EXIT_UNUSABLE;
}
