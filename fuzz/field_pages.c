// SPDX-License-Identifier: GPL-2.0-only
/* The runs of a page array: PFN, PFN+COUNT, null and bad, with commas between. */
#include <inttypes.h>
#include <string.h>

#include "fuzz/field.h"
#include "fuzz/nearest.h"

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool refuse_word(struct text_line *l, struct token token)
{
	static const char *const words[] = { "null", "bad", NULL };
	char hint[NEAREST_HINT_SIZE];
	struct nearest meant = nearest_to(token.at, token.length);
	nearest_try_list(&meant, words);
	return line_wrong(l, token.at, "'%.*s' is not a number, decimal or 0x, nor null or bad%s",
			  line_shown(token), token.at, nearest_hint(&meant, hint));
}

static bool read_run(struct text_line *l, struct token token, struct page_run *run)
{
	*run = (struct page_run){ .pages = 1 };
	if (line_is(token, "null") || line_is(token, "bad")) {
		run->pfn = line_is(token, "null") ? PAGE_HOLE : PAGE_BAD;
		return true;
	}
	if (token.length && is_letter(token.at[0]))
		return refuse_word(l, token);
	const char *plus = memchr(token.at, '+', token.length);
	struct token pfn = { token.at, plus ? (size_t)(plus - token.at) : token.length };
	if (!line_number(l, pfn, PAGE_BAD - 1, &run->pfn))
		return false;
	uint64_t pages = 1;
	if (plus) {
		struct token count = { plus + 1, token.length - pfn.length - 1 };
		if (!line_number(l, count, SCENARIO_MAX_PAGES, &pages))
			return false;
		if (!pages)
			return line_wrong(l, count.at, "a run needs at least one page");
	}
	run->pages = (uint32_t)pages;
	return true;
}

static bool read_pages(const struct field *f, struct text_line *l, const struct option *option,
		       struct scenario *s, struct op *op)
{
	if (!option->value.at || !option->value.length)
		return line_wrong(l, option->key.at, "'%s' needs a value: %s", f->name, f->value);
	const char *end = option->value.at + option->value.length;
	for (const char *at = option->value.at;;) {
		const char *comma = memchr(at, ',', (size_t)(end - at));
		struct token token = { at, (size_t)((comma ? comma : end) - at) };
		if (s->runs == SCENARIO_MAX_RUNS)
			return line_wrong(l, at, "more than %d runs", SCENARIO_MAX_RUNS);
		if (!read_run(l, token, &s->run[s->runs]))
			return false;
		s->runs++;
		op->runs++;
		if (!comma)
			return true;
		at = comma + 1;
	}
}

static bool has_none(const struct field *f, const struct scenario *s, const struct op *op)
{
	(void)f;
	(void)s;
	return !op->runs;
}

static void print_run(const struct page_run *run, FILE *to)
{
	if (run_is_bad(run))
		fputs(run->pfn == PAGE_HOLE ? "null" : "bad", to);
	else if (run->pages == 1)
		fprintf(to, "0x%" PRIx64, run->pfn);
	else
		fprintf(to, "0x%" PRIx64 "+%" PRIu32, run->pfn, run->pages);
}

static void print_pages(const struct field *f, const struct scenario *s, const struct op *op,
			FILE *to)
{
	(void)f;
	for (uint32_t i = 0; i < op->runs; i++) {
		if (i)
			fputc(',', to);
		print_run(&s->run[op->first_run + i], to);
	}
}

/* How an encoded run begins: these two, or its number of pages plus RUN_PAGES. */
#define RUN_HOLE 0
#define RUN_BAD 1
#define RUN_PAGES 1

static void put_pages(const struct field *f, struct writer *w, const struct scenario *s,
		      const struct op *op)
{
	(void)f;
	put_number(w, op->runs);
	for (uint32_t i = 0; i < op->runs; i++) {
		const struct page_run *run = &s->run[op->first_run + i];
		if (run_is_bad(run)) {
			put_byte(w, run->pfn == PAGE_HOLE ? RUN_HOLE : RUN_BAD);
			continue;
		}
		put_number(w, (uint64_t)run->pages + RUN_PAGES);
		put_number(w, run->pfn);
	}
}

static struct page_run get_run(struct reader *r)
{
	uint64_t what = get_number(r, SCENARIO_MAX_PAGES + RUN_PAGES);
	if (what == RUN_HOLE)
		return (struct page_run){ PAGE_HOLE, 1 };
	if (what == RUN_BAD)
		return (struct page_run){ PAGE_BAD, 1 };
	return (struct page_run){ get_number(r, PAGE_BAD - 1), (uint32_t)(what - RUN_PAGES) };
}

static void get_pages(const struct field *f, struct reader *r, struct scenario *s, struct op *op)
{
	(void)f;
	op->runs = (uint32_t)get_number(r, SCENARIO_MAX_RUNS - s->runs);
	for (uint32_t i = 0; i < op->runs && !r->bad; i++)
		s->run[s->runs++] = get_run(r);
}

const struct field_type type_pages = {
	read_pages, has_none, print_pages, put_pages, get_pages,
};
