// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/waive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/words.h"

#define VARIABLE "VMAPDIFF_WAIVE"
#define JUDGED "VMAPDIFF_JUDGE"
#define MAX_PATH 4096

/* The signatures of one file, for as long as the process runs. */
static char signatures[1 << 16];

static bool read_signatures(struct waivers *w, const char *at, size_t length)
{
	char path[MAX_PATH];
	snprintf(path, sizeof(path), "%.*s", (int)length, at);
	if (w->signatures) {
		fprintf(stderr, "vmapdiff: " VARIABLE ": @%s: there is a file already\n", path);
		return false;
	}
	FILE *from = fopen(path, "r");
	if (!from) {
		fprintf(stderr, "vmapdiff: " VARIABLE ": cannot open %s\n", path);
		return false;
	}
	size_t size = fread(signatures, 1, sizeof(signatures), from);
	fclose(from);
	if (size == sizeof(signatures)) {
		fprintf(stderr, "vmapdiff: " VARIABLE ": %s: %zu bytes and more are too many\n",
			path, size);
		return false;
	}
	signatures[size] = '\0';
	w->signatures = signatures;
	return true;
}

static bool waive_item(struct waivers *w, const char *at, size_t length)
{
	if (length && at[0] == '@')
		return read_signatures(w, at + 1, length - 1);
	char hint[NEAREST_HINT_SIZE];
	struct nearest meant = nearest_rule(at, length);
	rule_set rules = waived_rules_by_name(at, (unsigned)length);
	if (!rules)
		fprintf(stderr,
			"vmapdiff: " VARIABLE ": '%.*s' is not a property, a rule (./rig rules "
			"lists both) or @FILE%s\n",
			(int)length, at, nearest_hint(&meant, hint));
	w->rules |= rules;
	return rules;
}

bool waive_list(struct waivers *w, const char *list)
{
	for (const char *at = list;; at++) {
		size_t length = strcspn(at, ",");
		if (!waive_item(w, at, length))
			return false;
		at += length;
		if (!*at)
			return true;
	}
}

bool waive_by_environment(struct waivers *w)
{
	const char *list = getenv(VARIABLE);
	if (!list || !*list)
		return true;
	fprintf(stderr, "vmapdiff: waived: %s\n", list);
	return waive_list(w, list);
}

/* --- known bugs that are judged --------------------------------------------------------- */

static bool waiver_by_name(const char *name, size_t length, uint32_t *behaviours)
{
	char hint[NEAREST_HINT_SIZE];
	struct nearest meant = nearest_to(name, length);
	for (int id = 0; id < WAIVERS; id++) {
		const char *of = waiver_list[id].name;
		nearest_try(&meant, of);
		if (strlen(of) != length || memcmp(of, name, length) != 0)
			continue;
		*behaviours |= WAIVER(id);
		return true;
	}
	fprintf(stderr,
		"vmapdiff: '%.*s' is not a known bug (./rig waivers lists them) or 'all'%s\n",
		(int)length, name, nearest_hint(&meant, hint));
	return false;
}

bool waivers_by_names(const char *list, uint32_t *behaviours)
{
	*behaviours = 0;
	if (!strcmp(list, "all")) {
		*behaviours = UINT32_MAX;
		return true;
	}
	for (const char *at = list;; at++) {
		size_t length = strcspn(at, ",");
		if (!waiver_by_name(at, length, behaviours))
			return false;
		at += length;
		if (!*at)
			return true;
	}
}

bool judge_by_environment(uint32_t *behaviours)
{
	const char *list = getenv(JUDGED);
	uint32_t judged;
	if (!list || !*list)
		return true;
	fprintf(stderr, "vmapdiff: judged, although known: %s\n", list);
	if (!waivers_by_names(list, &judged))
		return false;
	*behaviours &= ~judged;
	return true;
}
