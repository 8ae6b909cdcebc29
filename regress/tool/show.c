// SPDX-License-Identifier: GPL-2.0-only
/*
 * show: the scenario, the verdict, and the address spaces of the reference
 * mapper and of one other side by side, as they were when the first rule
 * broke. Fits 80 columns.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/crash.h"
#include "fuzz/linear_lines.h"
#include "fuzz/nearest.h"
#include "fuzz/scenario_text.h"
#include "regress/tool/colour.h"
#include "regress/tool/events.h"
#include "regress/tool/explain.h"
#include "regress/tool/meets.h"
#include "regress/tool/output.h"
#include "regress/tool/picture.h"
#include "regress/tool/ptdump.h"
#include "regress/tool/spaces.h"
#include "regress/tool/vmapdiff.h"

#define WIDTH 78
#define CELL 24
#define CONTEXT 2     /* rows that agree, shown around each that differs */
#define MOST_ROWS 400 /* printed; beyond, rows are only counted */

static struct scenario scenario;

/* --- the scenario, with long lines folded ---------------------------------- */

static void print_folded(const char *line)
{
	int column = 0;
	for (const char *c = line; *c; c++) {
		putchar(*c);
		column++;
		if (column >= WIDTH - 22 && *c == ',') {
			printf("\n        ");
			column = 8;
		}
	}
}

static void print_scenario(void)
{
	char *text = scenario_to_text(&scenario);
	print_folded(text);
	free(text);
}

/* --- the rows ---------------------------------------------------------------- */

static const char *memory_name(uint8_t memory)
{
	switch (memory) {
	case 0xff:
		return "";
	case 0x44:
		return " nc";
	case 0xf0:
		return " tagged";
	case 0x04:
		return " dev";
	case 0x00:
		return " dev-nGnRnE";
	default:
		return " ?";
	}
}

/* A line that is put together piece by piece and ends without blanks. */
struct line {
	char text[256];
	size_t length;
};

static void append(struct line *line, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void append(struct line *line, const char *format, ...)
{
	va_list args;
	size_t room = sizeof(line->text) - line->length;
	va_start(args, format);
	int n = vsnprintf(line->text + line->length, room, format, args);
	va_end(args);
	line->length += (size_t)n < room ? (size_t)n : room - 1;
}

static void print_line(struct line *line)
{
	while (line->length && line->text[line->length - 1] == ' ')
		line->length--;
	line->text[line->length] = '\0';
	colour_print(line->text, stdout);
	putchar('\n');
}

static void append_cell(struct line *line, const struct extent *e, uint64_t page)
{
	char text[64] = "-";
	if (e)
		snprintf(text, sizeof(text), "0x%" PRIx64 " %s %s%s%s%s", e->pfn + (page - e->page),
			 e->level < ARM64_LAST_LEVEL ? "block"
			 : e->contiguous             ? "cont"
						     : "page",
			 e->attributes.el1_write ? "rw" : "ro", e->attributes.el1_exec ? "x" : "",
			 e->attributes.el0_access ? " user" : "",
			 memory_name(e->attributes.memory));
	append(line, "  %-*s", CELL, text);
}

static void print_row(const struct comparison *t, const struct row *row)
{
	struct line line = { .length = 0 };
	uint64_t va = arm64_va_base(&t->g) + (row->page << t->g.granule);
	append(&line, "%c 0x%016" PRIx64 " %6" PRIu64, row->differs ? '!' : ' ', va, row->pages);
	for (unsigned v = 0; v < COLUMNS; v++)
		append_cell(&line, view_find(&t->view[v], row->page), row->page);
	print_line(&line);
}

static void print_heading(const struct comparison *t)
{
	struct line line = { .length = 0 };
	append(&line, "  %-18s %6s", "address", "pages");
	for (unsigned v = 0; v < COLUMNS; v++)
		append(&line, "  %-*s", CELL, t->name[v]);
	printf("\n");
	print_line(&line);
}

/* Whether a row is shown: when few rows there are, or when one near it differs. */
static bool is_shown(const struct comparison *t, size_t i)
{
	if (t->rows <= 40)
		return true;
	size_t from = i > CONTEXT ? i - CONTEXT : 0;
	for (size_t k = from; k <= i + CONTEXT && k < t->rows; k++)
		if (t->row[k].differs)
			return true;
	return i < CONTEXT || i + CONTEXT >= t->rows;
}

static void print_left_out(size_t rows)
{
	if (rows)
		printf("  ... %zu rows that agree\n", rows);
}

static void print_rows(const struct comparison *t)
{
	size_t left_out = 0, printed = 0;
	print_heading(t);
	for (size_t i = 0; i < t->rows; i++) {
		if (!is_shown(t, i) || printed == MOST_ROWS) {
			left_out++;
			continue;
		}
		print_left_out(left_out);
		left_out = 0;
		print_row(t, &t->row[i]);
		printed++;
	}
	if (printed == MOST_ROWS)
		printf("  ... %zu more rows\n", left_out);
	else
		print_left_out(left_out);
	if (!t->rows)
		printf("  nothing is mapped\n");
	printf("%" PRIu64 " pages translate differently%s\n", t->differ,
	       t->differ ? " (rows marked !)" : "");
}

/* --- the verdict ------------------------------------------------------------- */

/* Plays each mapper; the earliest op at which one breaks a rule, or the number of ops. */
static uint32_t judge(struct player *p, struct verdict *first)
{
	uint32_t op = scenario.ops;
	first->rule = RULE_NONE;
	for (unsigned i = 0; i < mapper_list()->count; i++) {
		struct verdict v;
		if (!player_run(p, &scenario, i, scenario.ops, &v) && v.op < op) {
			*first = v;
			op = v.op;
		}
	}
	return op;
}

/* Each mapper's tables after `ops` ops, as the kernel dumps its own. */
static void dump_tables(struct player *p, uint32_t ops)
{
	for (unsigned i = 0; i < mapper_list()->count; i++) {
		struct verdict ignored;
		struct arm64_geometry g = arm64_geometry(&scenario.machine);
		player_run(p, &scenario, i, ops, &ignored);
		printf("\n---[ %s ]---\n", mapper_list()->mapper[i]->name);
		ptdump_print(&g, p->machine[i], stdout);
	}
}

/* Plays the mapper of the verdict up to its op and explains it. */
static void explain_verdict(struct player *p, const struct verdict *verdict, FILE *to)
{
	struct verdict again;
	unsigned which = mapper_index(verdict->mapper);
	player_run(p, &scenario, which, verdict->op + 1, &again);
	explain(p, &scenario, which, verdict, to);
}

/* Shows mapper `shown` beside the reference, and of the others how many pages differ. */
static void show_spaces(struct player *p, uint32_t ops, unsigned shown)
{
	struct comparison t;
	compare_spaces(p, &scenario, &t, shown, ops);
	print_rows(&t);
	comparison_free(&t);
	for (unsigned i = 1; i < mapper_list()->count; i++) {
		if (i == shown)
			continue;
		compare_spaces(p, &scenario, &t, i, ops);
		if (t.differ)
			printf("%s: %" PRIu64
			       " pages translate differently; --mapper %s shows them\n",
			       t.name[1], t.differ, t.name[1]);
		comparison_free(&t);
	}
}

static void refuse_mapper(const char *name)
{
	char hint[NEAREST_HINT_SIZE];
	struct nearest meant = nearest_to(name, strlen(name));
	for (unsigned i = 1; i < mapper_list()->count; i++)
		nearest_try(&meant, mapper_list()->mapper[i]->name);
	fprintf(stderr,
		"vmapdiff show: '%s' is not a mapper that can be shown%s%s the mappers are:", name,
		nearest_hint(&meant, hint), meant.word ? "" : ";");
	for (unsigned i = 1; i < mapper_list()->count; i++)
		fprintf(stderr, " %s", mapper_list()->mapper[i]->name);
	fprintf(stderr, "\n");
}

/* The arguments of `show`, with its scenario loaded. False after an error. */
static bool read_show(int argc, char **argv, struct arguments *a)
{
	if (!read_arguments("show", argc, argv, a))
		return false;
	if (a->files != 1) {
		fprintf(stderr, "vmapdiff show: takes one scenario\n");
		return false;
	}
	unsigned which = a->mapper ? mapper_index(a->mapper) : mapper_list()->under_test;
	if (a->mapper && (!which || which == mapper_list()->count)) {
		refuse_mapper(a->mapper);
		return false;
	}
	return load_scenario(a->file[0], &scenario);
}

static void print_verdict(struct player *p, const struct verdict *verdict)
{
	struct coloured told;
	if (verdict->rule == RULE_NONE) {
		printf("all rules hold on every mapper\n");
		return;
	}
	coloured_begin(&told, stdout);
	verdict_print(verdict, told.stream);
	if (p->warning[0])
		fprintf(told.stream, "  kernel    %s\n", p->warning);
	explain_verdict(p, verdict, told.stream);
	coloured_end(&told);
}

/* The mapper that is asked for, or else the one that broke a rule, or else the one under test. */
static unsigned mapper_to_show(const struct arguments *a, const struct verdict *verdict)
{
	if (a->mapper)
		return mapper_index(a->mapper);
	if (verdict->rule != RULE_NONE && mapper_index(verdict->mapper))
		return mapper_index(verdict->mapper);
	return mapper_list()->under_test;
}

/* Of a tree: which lines of the linear map its own code lays, and which it cannot lay as they ask. */
static void print_who_lays(void)
{
	const struct mapper *tree = mapper_tested();
	const struct source_line *entry = &tree->entry[CALL_LINEAR];
	bool some = false;
	for (uint32_t i = 0; i < scenario.ops; i++) {
		const struct op *op = &scenario.op[i];
		const char *why = laid_by_rig(tree, &scenario, op);
		if (why)
			printf("op %" PRIu32 ": linear, laid by the rig: %s\n", i, why);
		else if (laid_by_mapper(tree, &scenario, op))
			printf("op %" PRIu32 ": linear, laid by %s:%u\n", i, entry->file,
			       entry->line);
		some |= why || laid_by_mapper(tree, &scenario, op);
	}
	if (some)
		printf("\n");
}

/* Only mappers of the series count what they missed. */
static void print_missed(const struct player *p)
{
	for (unsigned i = 0; i < mapper_list()->count; i++)
		statistics_print_missed(&p->statistics[i].examined.missed, stdout);
}

/* What was not made of the calls, or not judged, by the mapper under test, and why. */
static void print_not_made(const struct player *p)
{
	if (!player_statistics(p)->skipped_calls && !player_statistics(p)->unjudged)
		return;
	statistics_print_calls(player_statistics(p), stdout);
	printf("\n");
}

/* --- the record -------------------------------------------------------------- */

/* Of the mapper that is asked for, or else of the one under test. False after a message. */
static bool record_events(struct player *p, const struct arguments *a)
{
	const bool to_stdout = !strcmp(a->events, "-");
	struct output out = { .to = stdout };
	unsigned which = a->mapper ? mapper_index(a->mapper) : mapper_list()->under_test;
	if (!to_stdout && !output_open(&out, a->events))
		return false;
	player_prepare(p, &scenario);
	bool good = events_write(p, &scenario, which, out.to);
	if (!to_stdout)
		return output_close(&out) && good;
	return good || cannot("write", "standard output");
}

static int exit_code(const struct verdict *verdict)
{
	return verdict->rule == scenario.expect.rule ? EXIT_AS_EXPECTED : EXIT_RULE_BROKEN;
}

/* Plays and writes the record, and prints nothing. */
static int show_nothing_else(struct player *p, const struct arguments *a)
{
	struct verdict verdict;
	if (!record_events(p, a))
		return EXIT_UNUSABLE;
	player_prepare(p, &scenario);
	judge(p, &verdict);
	return was_set_up(p, a->file[0]) ? exit_code(&verdict) : EXIT_UNUSABLE;
}

static int show(struct player *p, const struct arguments *a)
{
	struct verdict verdict;
	player_prepare(p, &scenario);
	uint32_t op = judge(p, &verdict);
	print_who_lays();
	print_not_made(p);
	uint32_t ops = op < scenario.ops ? op + 1 : op;
	if (!was_set_up(p, a->file[0]))
		return EXIT_UNUSABLE;
	print_verdict(p, &verdict);
	bool written = !a->html || picture_write(p, &scenario, ops, &verdict, a->html);
	print_missed(p);
	meets_print(p, &scenario, mapper_to_show(a, &verdict), ops, stdout);
	show_spaces(p, ops, mapper_to_show(a, &verdict));
	if (a->ptdump)
		dump_tables(p, ops);
	if (verdict.rule != RULE_NONE) {
		printf("\nnext: ");
		print_next(stdout, "minimize", a->file[0]);
	}
	if (a->html && written)
		printf("wrote %s, for a browser\n", a->html);
	if (!written)
		return EXIT_UNUSABLE;
	return exit_code(&verdict);
}

static int print_all(struct player *p, const struct arguments *a)
{
	print_scenario();
	printf("\n");
	fflush(stdout);
	if (a->events && !record_events(p, a))
		return EXIT_UNUSABLE;
	int code = show(p, a);
	if (a->events && code != EXIT_UNUSABLE)
		printf("wrote %s, the events as JSON lines\n", a->events);
	return code;
}

int command_show(int argc, char **argv)
{
	struct arguments a;
	if (!read_show(argc, argv, &a))
		return EXIT_UNUSABLE;
	struct player *p = need_player();
	crash_report_for(p);
	bool only_events = a.events && !strcmp(a.events, "-");
	int code = only_events ? show_nothing_else(p, &a) : print_all(p, &a);
	player_destroy(p);
	return code;
}
