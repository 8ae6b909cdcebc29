// SPDX-License-Identifier: GPL-2.0-only
#include "regress/tool/measured.h"

#include <inttypes.h>
#include <string.h>

#include "fuzz/fixture.h"
#include "fuzz/measure.h"

/* --- one knob, for one granule ---------------------------------------------------------- */

static const char *value_text(const struct knob *knob, const struct answer *a)
{
	if (a->value == ANSWER_NOT_UNDERSTOOD)
		return "NOT UNDERSTOOD";
	return a->value == ANSWER_IDLE ? knob->why_idle : knob->value[a->value];
}

static void print_rules_of_calls(const struct knob *knob, FILE *to)
{
	const char *comma = "";
	for (int rule = RULE_NONE + 1; rule < RULE_COUNT; rule++) {
		if (!(knob->unjudged & RULE_BIT(rule)))
			continue;
		fprintf(to, "%s%s.%s", comma, rule_text((enum rule)rule)->property,
			rule_text((enum rule)rule)->name);
		comma = ", ";
	}
	comma = " of ";
	for (unsigned i = 0; i < knob->calls; i++, comma = ", ")
		fprintf(to, "%s%s", comma, call_traits(knob->of[i])->name);
}

/* What the probe saw, and in which scenario. */
static void print_not_understood(const struct knob *knob, const struct answer *a,
				 unsigned page_shift, FILE *to)
{
	char text[FIXTURE_TEXT_SIZE];
	if (knob->value[1])
		fprintf(to, "    nearest is '%s'\n", knob->value[a->nearest]);
	fprintf(to, "    %s\n", a->saw);
	fixture_text(knob->fixture[a->fixture], page_shift, text);
	for (const char *line = text, *end; *line; line = end + 1) {
		end = strchr(line, '\n');
		fprintf(to, "      | %.*s\n", (int)(end - line), line);
	}
	fprintf(to, "    not judged: ");
	if (knob->calls)
		print_rules_of_calls(knob, to);
	else
		fputs("nothing needs it", to);
	fputs("\n", to);
}

/* --- all granules ----------------------------------------------------------------------- */

static const struct measured *measured_at(unsigned i)
{
	return measured_of(measured_page_shift[i]);
}

static bool same_for_all(enum knob_id id)
{
	const struct measured *first = NULL;
	for (unsigned i = 0; i < MEASURED_GRANULES; i++) {
		const struct measured *m = measured_at(i);
		if (!m)
			continue;
		if (first && first->answer[id].value != m->answer[id].value)
			return false;
		first = first ? first : m;
	}
	return true;
}

/* Whether no value of the setting describes what the tree does with pages of a size. */
static bool is_strange(enum knob_id id, unsigned i)
{
	const struct measured *m = measured_at(i);
	return m && m->answer[id].value == ANSWER_NOT_UNDERSTOOD;
}

static bool is_understood(enum knob_id id)
{
	bool strange = false;
	for (unsigned i = 0; i < MEASURED_GRANULES; i++)
		strange |= is_strange(id, i);
	return !strange;
}

static void print_granule(enum knob_id id, unsigned i, bool named, FILE *to)
{
	const struct knob *knob = &knobs[id];
	const struct answer *a = &measured_at(i)->answer[id];
	fprintf(to, "  %s: %s", knob->call, knob->what);
	if (named)
		fprintf(to, ", with %uK pages", (1U << measured_page_shift[i]) >> 10);
	fprintf(to, ": %s\n", value_text(knob, a));
	if (a->value == ANSWER_NOT_UNDERSTOOD)
		print_not_understood(knob, a, measured_page_shift[i], to);
}

static void print_knob(enum knob_id id, FILE *to)
{
	bool same = same_for_all(id);
	for (unsigned i = 0; i < MEASURED_GRANULES; i++) {
		if (!measured_at(i))
			continue;
		print_granule(id, i, !same, to);
		if (same)
			return;
	}
}

void measured_print(FILE *to)
{
	static const char *const unmeasured[] = {
		"vmalloc(): single pages under nohugevmalloc: yes, by the rig, which chooses the "
		"block size as __vmalloc_node_range() does",
		"vmap(): how far ahead it reads the array: not measured; a read of the array "
		"leaves "
		"no trace, and no rule that judges a tree needs it",
		"HugeTLB: not measured; this build has CONFIG_HUGETLB_PAGE, and a kernel without "
		"it "
		"is another build",
	};
	fputs("policy, as measured on the tree's own code:\n", to);
	for (enum knob_id id = 0; id < KNOBS; id++)
		print_knob(id, to);
	for (size_t i = 0; i < sizeof(unmeasured) / sizeof(unmeasured[0]); i++)
		fprintf(to, "  %s\n", unmeasured[i]);
}

void measured_print_brief(FILE *to)
{
	int understood = 0;
	for (enum knob_id id = 0; id < KNOBS; id++)
		understood += is_understood(id);
	fprintf(to, "policy: %d settings measured on the tree's own code, %d understood\n", KNOBS,
		understood);
	for (enum knob_id id = 0; id < KNOBS; id++)
		if (!is_understood(id))
			print_knob(id, to);
}

void measured_print_unjudged(FILE *to)
{
	uint64_t printed[CALL_KINDS] = { 0 };
	const char *before = "not judged, since what the tree does is not understood: ";
	for (unsigned i = 0; i < MEASURED_GRANULES; i++)
		for (enum call_kind kind = 0; measured_at(i) && kind < CALL_KINDS; kind++)
			printed[kind] |= measured_at(i)->setting.knobs.call[kind].unjudged;
	for (enum call_kind kind = 0; kind < CALL_KINDS; kind++)
		for (int rule = RULE_NONE + 1; rule < RULE_COUNT; rule++) {
			if (!(printed[kind] & RULE_BIT(rule)))
				continue;
			fprintf(to, "%s%s.%s of %s", before, rule_text((enum rule)rule)->property,
				rule_text((enum rule)rule)->name, call_traits(kind)->name);
			before = ", ";
		}
	if (*before == ',')
		fputs("\n", to);
}
