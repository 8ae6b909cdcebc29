// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/statistics.h"

#include <inttypes.h>
#include <string.h>

#include "mapper/machine/assert.h"

#define FEW_RULES 8 /* so many that were not exercised are named in a line */

static void add_examined(struct examined *all, const struct examined *examined)
{
	ASSERT_CMP(examined->rules & ~RULE_BITS, ==, 0);
	all->rules |= examined->rules;
	all->block_pages += examined->block_pages;
	all->group_pages += examined->group_pages;
	all->single_pages += examined->single_pages;
	for (int cause = 0; cause < MISSED_CAUSES; cause++) {
		all->missed.groups[cause] += examined->missed.groups[cause];
		all->missed.blocks[cause] += examined->missed.blocks[cause];
	}
}

void statistics_add_call(struct statistics *s, const struct examined *examined)
{
	s->calls++;
	add_examined(&s->examined, examined);
}

void statistics_add_rules(struct statistics *s, const struct examined *examined)
{
	s->examined.rules |= examined->rules;
}

void statistics_add_skipped(struct statistics *s, const char *name, const char *why, uint64_t calls)
{
	unsigned i = 0;
	s->skipped_calls += calls;
	while (i < STATISTICS_MAX_REASONS - 1 && s->skipped[i].name &&
	       strcmp(s->skipped[i].name, name) != 0)
		i++;
	bool last = i == STATISTICS_MAX_REASONS - 1;
	s->skipped[i].name = last ? STATISTICS_OTHER_REASONS : name;
	s->skipped[i].why = last ? "more reasons than are counted one by one" : why;
	s->skipped[i].calls += calls;
}

void statistics_add(struct statistics *s, const struct statistics *more)
{
	s->scenarios += more->scenarios;
	s->unsupported += more->unsupported;
	s->requested += more->requested;
	s->calls += more->calls;
	s->unjudged += more->unjudged;
	s->met += more->met;
	s->apart += more->apart;
	for (unsigned i = 0; i < STATISTICS_MAX_REASONS && more->skipped[i].name; i++)
		statistics_add_skipped(s, more->skipped[i].name, more->skipped[i].why,
				       more->skipped[i].calls);
	add_examined(&s->examined, &more->examined);
}

unsigned statistics_rules(const struct statistics *s)
{
	unsigned count = 0;
	for (enum rule rule = RULE_NONE + 1; rule < RULE_COUNT; rule++)
		count += (s->examined.rules & RULE_BIT(rule)) != 0;
	return count;
}

const char *statistics_cause(enum missed_cause cause)
{
	static const char *const causes[MISSED_CAUSES] = {
		[MISSED_BEHIND_SINGLE] = "after a single page",
		[MISSED_SKEW] = "VA and PA not aligned alike",
		[MISSED_PFN_ALIGNMENT] = "pfn alignment",
		[MISSED_MAX_SHIFT] = "max-shift",
		[MISSED_POLICY] = "policy",
	};
	ASSERT_CMP((unsigned)cause, <, MISSED_CAUSES);
	return causes[cause];
}

static void print_figures(const char *what, const struct statistics *s, FILE *to)
{
	unsigned exercised = statistics_rules(s);
	const char *between = "; not: ";
	fprintf(to, "%s: %" PRIu64 " scenarios", what, s->scenarios);
	if (s->unsupported)
		fprintf(to, " (%" PRIu64 " more are for machines that the mapper does not have)",
			s->unsupported);
	fprintf(to, ", %" PRIu64 " calls judged, %u of %u rules exercised", s->calls, exercised,
		STATISTICS_RULES);
	if (STATISTICS_RULES - exercised > FEW_RULES)
		return;
	for (int rule = RULE_NONE + 1; rule < RULE_COUNT; rule++) {
		if (s->examined.rules & RULE_BIT(rule))
			continue;
		fprintf(to, "%s%s.%s", between, rule_text((enum rule)rule)->property,
			rule_text((enum rule)rule)->name);
		between = ", ";
	}
}

void statistics_print(const char *what, const struct statistics *s, FILE *to)
{
	print_figures(what, s, to);
	fputc('\n', to);
}

void statistics_print_pages(const char *what, const struct statistics *s, FILE *to)
{
	print_figures(what, s, to);
	fprintf(to, "; pages: %" PRIu64 " in blocks, %" PRIu64 " in groups, %" PRIu64 " single\n",
		s->examined.block_pages, s->examined.group_pages, s->examined.single_pages);
}

static void print_calls(const struct statistics *s, const char *name, uint64_t calls, FILE *to)
{
	uint64_t all = s->requested ? s->requested : 1;
	fprintf(to, "%-24s %10" PRIu64 " %6.2f %%", name, calls, 100 * (double)calls / (double)all);
}

/* Nothing when there are none. */
static void print_unjudged(const struct statistics *s, FILE *to)
{
	if (!s->unjudged)
		return;
	print_calls(s, "  made, but not judged", s->unjudged, to);
	fputs("  the call that it met broke a rule, or is waived\n", to);
}

/* Of calls that were to be made while another ran; nothing when there are none. */
static void print_meetings(const struct statistics *s, FILE *to)
{
	if (!s->met && !s->apart)
		return;
	print_calls(s, "  made during another", s->met, to);
	fputc('\n', to);
	print_calls(s, "  to be, but made after", s->apart, to);
	fputc('\n', to);
}

void statistics_print_calls(const struct statistics *s, FILE *to)
{
	ASSERT_CMP(s->requested, ==, s->calls + s->unjudged + s->skipped_calls);
	print_calls(s, "calls of the scenarios", s->requested, to);
	fputc('\n', to);
	print_calls(s, "  judged", s->calls, to);
	fputc('\n', to);
	print_calls(s, "  not made", s->skipped_calls, to);
	fputc('\n', to);
	for (unsigned i = 0; i < STATISTICS_MAX_REASONS && s->skipped[i].name; i++) {
		char name[64];
		snprintf(name, sizeof(name), "    %s", s->skipped[i].name);
		print_calls(s, name, s->skipped[i].calls, to);
		fprintf(to, "  %s\n", s->skipped[i].why);
	}
	print_unjudged(s, to);
	print_meetings(s, to);
}

/* A line of pages by cause; nothing when there are none. */
static void print_causes(const char *what, const uint64_t *pages, FILE *to)
{
	bool any = false;
	for (int cause = 0; cause < MISSED_CAUSES; cause++) {
		if (!pages[cause])
			continue;
		fprintf(to, "%s%" PRIu64 " %s", any ? ", " : what, pages[cause],
			statistics_cause((enum missed_cause)cause));
		any = true;
	}
	if (any)
		fputc('\n', to);
}

void statistics_print_missed(const struct missed *missed, FILE *to)
{
	print_causes("pages that missed a group: ", missed->groups, to);
	print_causes("pages that missed a block: ", missed->blocks, to);
}
