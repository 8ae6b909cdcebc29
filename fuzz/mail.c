// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/mail.h"

#include <stdarg.h>
#include <string.h>

#include "fuzz/quoted_printable.h"
#include "mapper/machine/assert.h"

/* The text decoded, if it was encoded; and the scenario in it. */
static char decoded[SCENARIO_MAX_TEXT], clean[SCENARIO_MAX_TEXT];
static size_t clean_size;

static unsigned line_of(const char *text, const char *at)
{
	unsigned number = 1;
	while (text < at)
		number += *text++ == '\n';
	return number;
}

/* --- places -------------------------------------------------------------------------------- */

/* The text in which scenarios are looked for: *m's own, or that decoded. */
static const char *source(const struct mail *m, size_t *size)
{
	struct tracked to = { .to = decoded, .watched = TRACK_NOTHING };
	*size = m->size;
	if (!m->quoted_printable)
		return m->text;
	quoted_printable_decode(m->text, m->size, &to);
	*size = to.size;
	return decoded;
}

/* The offset in *m's own text of what stands at an offset of source(). */
static size_t before_decoding(const struct mail *m, size_t offset)
{
	struct tracked to = { .watched = offset };
	if (!m->quoted_printable)
		return offset;
	quoted_printable_decode(m->text, m->size, &to);
	return to.origin;
}

/* The offset in *m's own text of what stands at an offset of the clean one. */
static size_t before_unwrapping(const struct mail *m, size_t offset)
{
	size_t size;
	struct mail_span span;
	const char *text = source(m, &size);
	struct tracked to = { .watched = offset };
	bool found = mail_span_find(&span, text, text, text + size);
	ASSERT(found);
	mail_span_unwrap(&span, &to, NULL);
	return before_decoding(m, to.origin);
}

/* The offset of a place of a text, or of its end where it has no such line. */
static size_t offset_of(const char *text, size_t size, unsigned line, unsigned column)
{
	const char *at = text, *end = text + size;
	for (; line > 1 && at < end; line--) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		at = newline ? newline + 1 : end;
	}
	size_t offset = (size_t)(at - text) + column - 1;
	return offset < size && line == 1 ? offset : size;
}

/* Reports an error at an offset of the mail's own text; always false. */
static bool wrong(const struct mail *m, size_t offset, struct text_error *error, const char *format,
		  ...) __attribute__((format(printf, 4, 5)));

static bool wrong(const struct mail *m, size_t offset, struct text_error *error, const char *format,
		  ...)
{
	va_list args;
	const char *at = m->text + offset, *start = at;
	while (start > m->text && start[-1] != '\n')
		start--;
	error->line = line_of(m->text, at);
	error->column = (unsigned)(at - start) + 1;
	va_start(args, format);
	vsnprintf(error->message, sizeof(error->message), format, args);
	va_end(args);
	return false;
}

/* --- reading -------------------------------------------------------------------------------- */

static bool is_utf_16(const char *text, size_t size)
{
	return size >= 2 && (!memcmp(text, "\xff\xfe", 2) || !memcmp(text, "\xfe\xff", 2));
}

/* The marks before the first line, with the blanks between them and after them. */
static void note_quoting(struct mail *m, const struct mail_line *begin)
{
	const char *at = begin->start;
	size_t length = 0;
	while (at < begin->content && !strchr(MAIL_MARKS, *at))
		at++;
	for (; at < begin->content && length + 1 < sizeof(m->quoting); at++)
		m->quoting[length++] = strchr(MAIL_MARKS, *at) ? *at : ' ';
	m->quoting[length] = '\0';
}

/* The first line of a scenario after this one that is not the same; NULL if there is none. */
static const char *find_other(const struct mail_span *first)
{
	struct mail_span s = *first;
	while (mail_span_find(&s, s.text, s.last, s.end)) {
		struct tracked other = { .watched = TRACK_NOTHING,
					 .like = clean,
					 .like_size = clean_size };
		mail_span_unwrap(&s, &other, NULL);
		if (other.differs)
			return s.begin.start;
	}
	return NULL;
}

/*
 * Finds the scenario and what is around it. False where there is none, or
 * where it is all of the text. *other is a second one that differs, or NULL.
 */
static bool find(struct mail *m, const char **other)
{
	size_t size;
	struct mail_span span;
	struct tracked to = { .to = clean, .watched = TRACK_NOTHING };
	m->quoted_printable = is_quoted_printable(m->text, m->size);
	const char *text = source(m, &size);
	if (!mail_span_find(&span, text, text, text + size))
		return false;
	mail_span_unwrap(&span, &to, &m->notes);
	ASSERT_CMP(to.size, <=, size);
	clean_size = to.size;
	note_quoting(m, &span.begin);
	m->before = mail_span_skipped(&span, text, span.begin.start, &m->notes);
	m->after = mail_span_skipped(&span, span.last, span.end, &m->notes);
	*other = find_other(&span);
	if (*other)
		*other = m->text + before_decoding(m, (size_t)(*other - text));
	m->unwrapped = m->before || m->after || m->quoting[0] || m->quoted_printable ||
		       m->notes.joined || m->notes.crlf || m->notes.byte_order_mark ||
		       m->notes.odd_blanks;
	return m->unwrapped;
}

bool mail_read(struct mail *m, const char *text, size_t size, struct scenario *s,
	       struct text_error *error)
{
	const char *other = NULL;
	*m = (struct mail){ .text = text, .size = size };
	if (scenario_parse(text, size, s, error))
		return true;
	if (size > SCENARIO_MAX_TEXT)
		return false;
	if (is_utf_16(text, size))
		return wrong(m, 0, error, "the text is UTF-16; save it as UTF-8");
	if (!find(m, &other))
		return false;
	if (other) {
		m->unwrapped = false;
		return wrong(m, (size_t)(other - text), error,
			     "another scenario begins here, which differs from that of line %u; "
			     "leave one of them",
			     line_of(text, text + before_unwrapping(m, 0)));
	}
	if (scenario_parse(clean, clean_size, s, error))
		return true;
	struct text_error inner = *error;
	return wrong(m,
		     before_unwrapping(m, offset_of(clean, clean_size, inner.line, inner.column)),
		     error, "%s", inner.message);
}

unsigned mail_line_of_op(const struct mail *m, uint32_t op)
{
	const char *text = m->unwrapped ? clean : m->text;
	const char *end = text + (m->unwrapped ? clean_size : m->size);
	for (struct mail_line line; text < end; text = line.next) {
		enum line_kind kind = LINE_KINDS;
		line = mail_line_at(text, end, "");
		if (mail_line_kind(&line, 1, &kind) == MAIL_SCENARIO && kind >= LINE_CALL &&
		    op-- == 0) {
			size_t offset = (size_t)(line.content - (m->unwrapped ? clean : m->text));
			offset = m->unwrapped ? before_unwrapping(m, offset) : offset;
			return line_of(m->text, m->text + offset);
		}
	}
	return 1;
}

/* --- what is said --------------------------------------------------------------------------- */

/* Says one thing, after a comma where it is not the first. */
static void say(FILE *to, const char **comma, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void say(FILE *to, const char **comma, const char *format, ...)
{
	va_list args;
	fputs(*comma, to);
	va_start(args, format);
	vfprintf(to, format, args);
	va_end(args);
	*comma = ", ";
}

static void say_lines(const struct mail *m, FILE *to, const char **comma)
{
	unsigned first = m->before ? m->before : m->after;
	if (first)
		say(to, comma, "%u line%s %s the scenario", first, first == 1 ? "" : "s",
		    m->before ? "before" : "after");
	if (m->before && m->after)
		fprintf(to, " and %u after it", m->after);
}

void mail_say(const struct mail *m, const char *name, FILE *to)
{
	const char *comma = "";
	if (!m->unwrapped)
		return;
	fprintf(to, "%s: skipped ", name);
	say_lines(m, to, &comma);
	if (m->quoting[0])
		say(to, &comma, "quoting \"%s\"", m->quoting);
	if (m->notes.crlf)
		say(to, &comma, "CRLF line ends");
	if (m->notes.byte_order_mark)
		say(to, &comma, "a byte order mark");
	if (m->notes.odd_blanks)
		say(to, &comma, "blanks that are not ASCII");
	if (m->quoted_printable)
		say(to, &comma, "quoted-printable encoding");
	if (m->notes.joined)
		say(to, &comma, "%u line break%s", m->notes.joined,
		    m->notes.joined == 1 ? "" : "s");
	fputc('\n', to);
}
