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
#include "fuzz/scenario_text.h"
#include "regress/tool/explain.h"
#include "regress/tool/picture.h"
#include "regress/tool/ptdump.h"
#include "regress/tool/view.h"
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

/* A range of pages in which every mapper has at most one extent. */
struct row {
	uint64_t page, pages;
	bool differs;
};

#define COLUMNS 2 /* the reference, and another mapper */

struct table {
	struct arm64_geometry g;
	const char *name[COLUMNS];
	struct view view[COLUMNS];
	struct row *row;
	size_t rows;
	uint64_t differ; /* pages */
};

static bool same_translation(const struct extent *a, const struct extent *b, uint64_t page)
{
	if (!a || !b)
		return a == b;
	return a->pfn + (page - a->page) == b->pfn + (page - b->page) &&
	       !memcmp(&a->attributes, &b->attributes, sizeof(a->attributes));
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

/* Every page at which some view begins or ends an extent, in order. To be freed. */
static uint64_t *all_boundaries(const struct table *t, size_t *count)
{
	size_t n = 0, most = 0;
	for (unsigned v = 0; v < COLUMNS; v++)
		most += 2 * t->view[v].extents;
	uint64_t *at = malloc((most + 1) * sizeof(*at));
	if (!at)
		exit(EXIT_UNUSABLE);
	for (unsigned v = 0; v < COLUMNS; v++) {
		for (size_t i = 0; i < t->view[v].extents; i++) {
			at[n++] = t->view[v].extent[i].page;
			at[n++] = t->view[v].extent[i].page + t->view[v].extent[i].pages;
		}
	}
	qsort(at, n, sizeof(*at), by_value);
	*count = n;
	return at;
}

static bool row_between(const struct table *t, uint64_t page, uint64_t end, struct row *row)
{
	bool mapped = false;
	const struct extent *first = view_find(&t->view[0], page);
	*row = (struct row){ page, end - page, false };
	for (unsigned v = 0; v < COLUMNS; v++) {
		const struct extent *e = view_find(&t->view[v], page);
		mapped |= e != NULL;
		row->differs |= !same_translation(first, e, page);
	}
	return mapped && end > page;
}

static void make_rows(struct table *t)
{
	t->rows = t->differ = 0;
	size_t n;
	uint64_t *at = all_boundaries(t, &n);
	t->row = malloc((n + 1) * sizeof(*t->row));
	if (!t->row)
		exit(EXIT_UNUSABLE);
	for (size_t i = 0; i + 1 < n; i++)
		if (row_between(t, at[i], at[i + 1], &t->row[t->rows]))
			t->rows++;
	for (size_t i = 0; i < t->rows; i++)
		t->differ += t->row[i].differs ? t->row[i].pages : 0;
	free(at);
}

static const char *memory_name(uint8_t memory)
{
	return memory == 0xff ? "" : memory == 0x44 ? " nc" : memory == 0x04 ? " dev" : " ?";
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
	printf("%.*s\n", (int)line->length, line->text);
}

static void append_cell(struct line *line, const struct extent *e, uint64_t page)
{
	char text[64] = "-";
	if (e)
		snprintf(text, sizeof(text), "0x%" PRIx64 " %s %s%s%s", e->pfn + (page - e->page),
			 e->level < ARM64_LAST_LEVEL ? "block"
			 : e->contiguous             ? "cont"
						     : "page",
			 e->attributes.el1_write ? "rw" : "ro", e->attributes.el1_exec ? "x" : "",
			 memory_name(e->attributes.memory));
	append(line, "  %-*s", CELL, text);
}

static void print_row(const struct table *t, const struct row *row)
{
	struct line line = { .length = 0 };
	uint64_t va = arm64_va_base(&t->g) + (row->page << t->g.granule);
	append(&line, "%c 0x%016" PRIx64 " %6" PRIu64, row->differs ? '!' : ' ', va, row->pages);
	for (unsigned v = 0; v < COLUMNS; v++)
		append_cell(&line, view_find(&t->view[v], row->page), row->page);
	print_line(&line);
}

static void print_heading(const struct table *t)
{
	struct line line = { .length = 0 };
	append(&line, "  %-18s %6s", "address", "pages");
	for (unsigned v = 0; v < COLUMNS; v++)
		append(&line, "  %-*s", CELL, t->name[v]);
	printf("\n");
	print_line(&line);
}

/* Whether a row is shown: when few rows there are, or when one near it differs. */
static bool is_shown(const struct table *t, size_t i)
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

static void print_rows(const struct table *t)
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

/* The index of a mapper's name; that of NULL if there is none. */
static unsigned mapper_named(const char *name)
{
	unsigned i = 0;
	while (i < mapper_list()->count && strcmp(mapper_list()->mapper[i]->name, name) != 0)
		i++;
	return i;
}

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
static void explain_verdict(struct player *p, const struct verdict *verdict)
{
	struct verdict again;
	unsigned which = mapper_named(verdict->mapper);
	player_run(p, &scenario, which, verdict->op + 1, &again);
	explain(p, &scenario, which, verdict, stdout);
}

/* Plays mapper `which` up to `ops` ops and makes the rows of it beside the reference. */
static void compare(struct player *p, struct table *t, unsigned which, uint32_t ops)
{
	const unsigned column[COLUMNS] = { 0, which };
	struct verdict ignored;
	*t = (struct table){ .g = arm64_geometry(&scenario.machine) };
	for (unsigned v = 0; v < COLUMNS; v++) {
		t->name[v] = mapper_list()->mapper[column[v]]->name;
		player_run(p, &scenario, column[v], ops, &ignored);
		t->view[v] = view_of(&t->g, p->machine[column[v]]);
	}
	make_rows(t);
}

static void table_free(struct table *t)
{
	for (unsigned v = 0; v < COLUMNS; v++)
		view_free(&t->view[v]);
	free(t->row);
}

size_t differing_ranges(struct player *p, unsigned which, uint32_t ops, struct page_range *range)
{
	struct table t;
	size_t ranges = 0;
	compare(p, &t, which, ops);
	for (size_t i = 0; i < t.rows; i++) {
		if (!t.row[i].differs)
			continue;
		if (ranges < PICTURE_MOST_RANGES)
			range[ranges] = (struct page_range){ t.row[i].page, t.row[i].pages };
		ranges++;
	}
	table_free(&t);
	return ranges;
}

/* Shows mapper `shown` beside the reference, and of the others how many pages differ. */
static void show_spaces(struct player *p, uint32_t ops, unsigned shown)
{
	struct table t;
	compare(p, &t, shown, ops);
	print_rows(&t);
	table_free(&t);
	for (unsigned i = 1; i < mapper_list()->count; i++) {
		if (i == shown)
			continue;
		compare(p, &t, i, ops);
		if (t.differ)
			printf("%s: %" PRIu64
			       " pages translate differently; --mapper %s shows them\n",
			       t.name[1], t.differ, t.name[1]);
		table_free(&t);
	}
}

int command_show(int argc, char **argv)
{
	struct arguments a;
	struct verdict verdict;
	if (!read_arguments("show", argc, argv, &a))
		return EXIT_UNUSABLE;
	if (a.files != 1) {
		fprintf(stderr, "vmapdiff show: takes one scenario\n");
		return EXIT_UNUSABLE;
	}
	if (a.mapper &&
	    (!mapper_named(a.mapper) || mapper_named(a.mapper) == mapper_list()->count)) {
		fprintf(stderr,
			"vmapdiff show: '%s' is not a mapper that can be shown; the mappers are:",
			a.mapper);
		for (unsigned i = 1; i < mapper_list()->count; i++)
			fprintf(stderr, " %s", mapper_list()->mapper[i]->name);
		fprintf(stderr, "\n");
		return EXIT_UNUSABLE;
	}
	if (!load_scenario(a.file[0], &scenario))
		return EXIT_UNUSABLE;
	struct player *p = need_player();
	crash_report_for(p);
	print_scenario();
	printf("\n");
	fflush(stdout);
	player_prepare(p, &scenario);
	uint32_t op = judge(p, &verdict);
	if (!was_set_up(p, a.file[0])) {
		player_destroy(p);
		return EXIT_UNUSABLE;
	}
	if (verdict.rule == RULE_NONE)
		printf("all rules hold on every mapper\n");
	else
		verdict_print(&verdict, stdout);
	if (verdict.rule != RULE_NONE && p->warning[0])
		printf("  kernel    %s\n", p->warning);
	if (verdict.rule != RULE_NONE)
		explain_verdict(p, &verdict);
	unsigned shown = mapper_named(a.mapper ? a.mapper : mapper_tested()->name);
	if (!a.mapper && verdict.rule != RULE_NONE && mapper_named(verdict.mapper))
		shown = mapper_named(verdict.mapper);
	uint32_t ops = op < scenario.ops ? op + 1 : op;
	bool written = !a.html || picture_write(p, &scenario, ops, &verdict, a.html);
	player_print_missed(p, stdout);
	show_spaces(p, op < scenario.ops ? op + 1 : op, shown);
	if (a.ptdump)
		dump_tables(p, op < scenario.ops ? op + 1 : op);
	if (verdict.rule != RULE_NONE)
		printf("\nnext: %s minimize %s\n", again(), a.file[0]);
	if (a.html && written)
		printf("wrote %s, for a browser\n", a.html);
	player_destroy(p);
	if (!written)
		return EXIT_UNUSABLE;
	return verdict.rule == scenario.expect.rule ? EXIT_AS_EXPECTED : EXIT_RULE_BROKEN;
}
