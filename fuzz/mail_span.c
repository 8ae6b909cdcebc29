// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/mail_span.h"

#include <string.h>

#define WRAPPED_COLUMNS 60 /* a comment of at least so many bytes may have been wrapped */

/* --- line by line ---------------------------------------------------------------------- */

/* A pass over the lines of a scenario. */
struct walk {
	const struct mail_span *span;
	unsigned version;
	struct mail_line line, before; /* the current one, and the last one that has a rest */
	/* What the line before is: a rest follows it directly. */
	enum { AFTER_GAP, AFTER_LINE, AFTER_COMMENT } after;
	enum line_kind kind; /* of the line before */
	bool expects;        /* `expect` was there */
};

/* What a line is to the scenario: none of it; a line; the rest of one, or of its page array; the end. */
enum step { STEP_OUTSIDE, STEP_LINE, STEP_REST, STEP_ARRAY, STEP_END };

static void remember(struct walk *w, int after, enum line_kind kind)
{
	w->before = w->line;
	w->after = after;
	w->kind = kind;
	w->expects |= after == AFTER_LINE && kind == LINE_EXPECT;
}

/* A pass from the line `vmapdiff N` on. */
static struct walk walk_of(const struct mail_span *s)
{
	struct walk w = { .span = s, .line = s->begin, .version = mail_line_version(&s->begin) };
	remember(&w, AFTER_LINE, LINE_KINDS);
	return w;
}

static bool next_line(struct walk *w)
{
	if (w->line.next == w->span->end)
		return false;
	w->line = mail_line_at(w->line.next, w->span->end, w->span->marks);
	return true;
}

/* Whether the current line is the rest of the one before. */
static enum step step_rest(const struct walk *w, enum mail_line_kind what)
{
	if (w->after == AFTER_COMMENT) /* of which only a quoted one was wrapped */
		return what == MAIL_PROSE && w->span->marks[0] &&
				       w->before.next - w->before.start >= WRAPPED_COLUMNS
			       ? STEP_REST
			       : STEP_OUTSIDE;
	if (w->after != AFTER_LINE || w->kind == LINE_KINDS)
		return STEP_OUTSIDE;
	enum mail_join join = mail_line_joins(&w->line, &w->before, w->kind);
	if (join == JOIN_DIRECTLY)
		return STEP_ARRAY;
	return join == JOIN_WITH_BLANK && what == MAIL_PROSE ? STEP_REST : STEP_OUTSIDE;
}

/* Whether a scenario begins at the span's first line: one of its lines follows. */
static bool is_begin(const struct mail_span *s)
{
	struct walk w = walk_of(s);
	while (next_line(&w)) {
		enum line_kind kind;
		enum mail_line_kind what = mail_line_kind(&w.line, w.version, &kind);
		if (what == MAIL_COMMENT ||
		    (what == MAIL_PROSE && step_rest(&w, what) == STEP_REST))
			remember(&w, AFTER_COMMENT, LINE_KINDS);
		else if (what != MAIL_BLANK)
			return what == MAIL_SCENARIO || what == MAIL_WORD;
		else
			w.after = AFTER_GAP;
	}
	return false;
}

/* Makes a span begin at a line `vmapdiff N`. False where none of a scenario begins. */
static bool begin_at(struct mail_span *s, const struct mail_line *line)
{
	char *mark = s->marks;
	s->begin = *line;
	for (const char *c = MAIL_MARKS; *c; c++)
		if (memchr(line->start, *c, (size_t)(line->content - line->start)))
			*mark++ = *c;
	*mark = '\0';
	return is_begin(s);
}

static bool begins_another(const struct walk *w)
{
	struct mail_span other = *w->span;
	struct mail_line line = mail_line_at(w->line.start, other.end, MAIL_MARKS);
	return begin_at(&other, &line);
}

/* Tells what the current line is, and remembers it. */
static enum step step(struct walk *w)
{
	enum line_kind kind = LINE_KINDS;
	enum mail_line_kind what = mail_line_kind(&w->line, w->version, &kind);
	if (what == MAIL_FINDING || (what == MAIL_BEGIN && begins_another(w)))
		return STEP_END;
	if (what == MAIL_COMMENT) {
		remember(w, AFTER_COMMENT, LINE_KINDS);
		return STEP_OUTSIDE;
	}
	enum step rest = step_rest(w, what);
	if (rest != STEP_OUTSIDE) {
		remember(w, w->after, w->kind);
		return rest;
	}
	if (what == MAIL_SCENARIO || (what == MAIL_WORD && w->after == AFTER_LINE)) {
		remember(w, AFTER_LINE, kind);
		return STEP_LINE;
	}
	w->after = AFTER_GAP;
	return w->expects && what != MAIL_BLANK ? STEP_END : STEP_OUTSIDE;
}

/* --- the span ------------------------------------------------------------------------------ */

static const char *find_last(const struct mail_span *s)
{
	struct walk w = walk_of(s);
	const char *last = s->begin.next;
	while (next_line(&w)) {
		enum step what = step(&w);
		if (what == STEP_END)
			break;
		if (what != STEP_OUTSIDE && w.after == AFTER_LINE)
			last = w.line.next;
	}
	return last;
}

bool mail_span_find(struct mail_span *s, const char *text, const char *from, const char *end)
{
	enum line_kind kind;
	*s = (struct mail_span){ .text = text, .end = end };
	for (struct mail_line line; from < end; from = line.next) {
		line = mail_line_at(from, end, MAIL_MARKS);
		if (mail_line_kind(&line, SCENARIO_TEXT_VERSION, &kind) == MAIL_BEGIN &&
		    begin_at(s, &line)) {
			s->last = find_last(s);
			return true;
		}
	}
	return false;
}

static void note(struct mail_notes *notes, const struct mail_line *line)
{
	notes->crlf |= line->crlf;
	notes->byte_order_mark |= line->byte_order_mark;
	notes->odd_blanks |= line->odd_blanks;
}

static void put_content(const struct mail_span *s, const struct mail_line *line, struct tracked *to)
{
	for (const char *at = line->content; at < line->stop;) {
		size_t blank = mail_blank(at, line->stop);
		tracked_put(to, blank ? ' ' : *at, (size_t)(at - s->text));
		at += blank ? blank : 1;
	}
}

void mail_span_unwrap(const struct mail_span *s, struct tracked *to, struct mail_notes *notes)
{
	struct walk w = walk_of(s);
	struct mail_notes unused = { 0 };
	notes = notes ? notes : &unused;
	note(notes, &w.line);
	put_content(s, &w.line, to);
	while (w.line.next < s->last) {
		size_t line_end = (size_t)(w.line.stop - s->text);
		next_line(&w);
		enum step what = step(&w);
		if (what != STEP_ARRAY)
			tracked_put(to, what == STEP_REST ? ' ' : '\n', line_end);
		notes->joined += what == STEP_REST || what == STEP_ARRAY;
		note(notes, &w.line);
		put_content(s, &w.line, to);
	}
	if (s->last[-1] == '\n')
		tracked_put(to, '\n', (size_t)(w.line.stop - s->text));
	tracked_end(to, (size_t)(s->last - s->text));
}

unsigned mail_span_skipped(const struct mail_span *s, const char *at, const char *to,
			   struct mail_notes *notes)
{
	enum line_kind kind;
	unsigned lines = 0;
	bool all_plain = true;
	struct mail_notes here = { 0 };
	for (struct mail_line line; at < to; at = line.next) {
		line = mail_line_at(at, to, s->marks);
		all_plain &= mail_line_kind(&line, SCENARIO_TEXT_VERSION, &kind) <= MAIL_COMMENT;
		note(&here, &line);
		lines++;
	}
	if (!all_plain)
		return lines;
	notes->crlf |= here.crlf;
	notes->byte_order_mark |= here.byte_order_mark;
	notes->odd_blanks |= here.odd_blanks;
	return 0;
}
