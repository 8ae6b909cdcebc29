// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/mail_line.h"

#include <string.h>

#include "fuzz/nearest.h"
#include "mapper/machine/assert.h"
#include "oracle/rules.h"

/* Blanks that mail programs and browsers put where a blank was. */
static const char *const odd_blanks[] = {
	"\xc2\xa0",     /* U+00A0 no-break space */
	"\xe2\x80\x87", /* U+2007 figure space */
	"\xe2\x80\x8b", /* U+200B zero width space */
	"\xe2\x80\xaf", /* U+202F narrow no-break space */
	"\xef\xbb\xbf", /* U+FEFF byte order mark */
};
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* --- what is left of a line ---------------------------------------------------------- */

static bool is_ascii_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool begins(const char *at, const char *end, const char *text)
{
	size_t length = strlen(text);
	return (size_t)(end - at) >= length && !memcmp(at, text, length);
}

size_t mail_blank(const char *at, const char *end)
{
	if (at == end)
		return 0;
	if (!(*at & 0x80))
		return is_ascii_blank(*at);
	for (size_t i = 0; i < sizeof(odd_blanks) / sizeof(odd_blanks[0]); i++)
		if (begins(at, end, odd_blanks[i]))
			return strlen(odd_blanks[i]);
	return 0;
}

/* Bytes of the blank that ends before `end`; 0 where none does. */
static size_t blank_before(const char *start, const char *end)
{
	for (size_t length = 1; length <= 3 && length <= (size_t)(end - start); length++)
		if (mail_blank(end - length, end) == length)
			return length;
	return 0;
}

static bool has_odd_blank(const char *at, const char *end)
{
	for (size_t length; at < end; at += length) {
		length = mail_blank(at, end);
		if (length > 1)
			return true;
		length = length ? length : 1;
	}
	return false;
}

struct mail_line mail_line_at(const char *at, const char *end, const char *marks)
{
	ASSERT(at < end);
	const char *newline = memchr(at, '\n', (size_t)(end - at));
	struct mail_line line = { .start = at, .content = at, .next = newline ? newline + 1 : end };
	line.stop = newline ? newline : end;
	for (; line.stop > at && line.stop[-1] == '\r'; line.stop--)
		line.crlf = true;
	for (size_t length; (length = blank_before(line.content, line.stop));)
		line.stop -= length;
	line.byte_order_mark = begins(at, newline ? newline : end, BYTE_ORDER_MARK);
	for (;;) {
		size_t length = mail_blank(line.content, line.stop);
		if (!length && line.content < line.stop && *line.content &&
		    strchr(marks, *line.content))
			length = 1;
		if (!length)
			break;
		line.content += length;
	}
	at += line.byte_order_mark ? strlen(BYTE_ORDER_MARK) : 0;
	line.odd_blanks = has_odd_blank(at, newline ? newline : end);
	return line;
}

/* --- what a line is ------------------------------------------------------------------ */

/* The next piece of the line from *at on, which moves behind it; of length 0 at the end. */
static struct token next_token(const char **at, const char *stop)
{
	for (size_t length; (length = mail_blank(*at, stop));)
		*at += length;
	struct token token = { *at, 0 };
	while (*at < stop && **at != '#' && !mail_blank(*at, stop))
		++*at;
	token.length = (size_t)(*at - token.at);
	return token;
}

/* A piece up to its `=`; the whole piece where it has none. */
static struct token key_of(struct token piece)
{
	const char *equals = memchr(piece.at, '=', piece.length);
	return (struct token){ piece.at, equals ? (size_t)(equals - piece.at) : piece.length };
}

static bool is_in_any_line(struct token key)
{
	for (enum line_kind kind = 0; kind < LINE_KINDS; kind++)
		if (line_kind_has(kind, key))
			return true;
	return false;
}

static bool is_near_a_word(struct token word)
{
	struct nearest meant = nearest_to(word.at, word.length);
	for (enum line_kind kind = 0; kind < LINE_KINDS; kind++)
		nearest_try(&meant, line_kind_name(kind));
	return meant.word;
}

/* What the pieces behind the first word look like. */
struct looks {
	unsigned pieces;
	unsigned valued; /* that have `=` */
	unsigned known;  /* that are options of the line's kind */
	unsigned listed; /* valued, with the key of an option of any kind */
	bool spaced;     /* a known one and its number have a blank between them, not `=` */
};

static struct looks looks_of(const char *at, const char *stop, enum line_kind kind)
{
	struct looks looks = { 0 };
	bool named = false;
	for (struct token piece; (piece = next_token(&at, stop)).length;) {
		struct token key = key_of(piece);
		bool valued = key.length < piece.length;
		bool known = kind < LINE_KINDS && line_kind_has(kind, key);
		looks.pieces++;
		looks.spaced |= named && piece.at[0] >= '0' && piece.at[0] <= '9';
		named = known && !valued;
		looks.valued += valued;
		looks.known += known;
		looks.listed += valued && is_in_any_line(key);
	}
	return looks;
}

static bool is_version(struct token word, const char *at, const char *stop)
{
	struct token number = next_token(&at, stop);
	if (!line_is(word, "vmapdiff") || !number.length || next_token(&at, stop).length)
		return false;
	for (size_t i = 0; i < number.length; i++)
		if (number.at[i] < '0' || number.at[i] > '9')
			return false;
	return true;
}

static bool is_finding(struct token word, const char *at, const char *stop)
{
	struct token rule = next_token(&at, stop);
	return line_is(word, "FAIL") && rule.length && memchr(rule.at, '.', rule.length);
}

static bool is_near(struct token word, const char *meant)
{
	struct nearest near = nearest_to(word.at, word.length);
	nearest_try(&near, meant);
	return near.word;
}

/* A file may have been cut in the middle of its last word. */
static bool is_cut_short(struct token word, const char *meant)
{
	return word.length >= 3 && word.length < strlen(meant) &&
	       !strncmp(word.at, meant, word.length);
}

static bool is_rule(struct token word)
{
	return rule_by_name(word.at, (unsigned)word.length) != RULE_NONE;
}

/*
 * Whether a line may be meant to say what is expected, in whatever way it is
 * wrong: a case whose last line were skipped would hold where it must fail.
 */
static bool is_expectation(struct token word, const char *at, const char *stop)
{
	struct token verdict = next_token(&at, stop), rule = next_token(&at, stop);
	if (is_near(word, "fails") && is_rule(verdict))
		return true;
	if (!verdict.length && is_cut_short(word, "expect"))
		return true;
	if (!is_near(word, "expect"))
		return false;
	if (is_near(verdict, "holds"))
		return !rule.length;
	bool last = rule.length && !next_token(&at, stop).length;
	return is_rule(rule) || (is_near(verdict, "fails") && last);
}

/* A line whose first word is one of a scenario's. Prose has such words too, but not such options. */
static enum mail_line_kind kind_of_known(enum line_kind kind, struct looks looks)
{
	if (!looks.pieces)
		return MAIL_WORD;
	if (kind == LINE_EXPECT)
		return looks.known && looks.pieces <= 2 ? MAIL_SCENARIO : MAIL_PROSE;
	return looks.valued || looks.spaced || looks.known == looks.pieces ? MAIL_SCENARIO
									   : MAIL_PROSE;
}

enum mail_line_kind mail_line_kind(const struct mail_line *line, unsigned version,
				   enum line_kind *kind)
{
	const char *at = line->content;
	struct token word = next_token(&at, line->stop);
	if (line->content == line->stop)
		return MAIL_BLANK;
	if (!word.length)
		return MAIL_COMMENT;
	if (is_version(word, at, line->stop))
		return MAIL_BEGIN;
	if (is_finding(word, at, line->stop))
		return MAIL_FINDING;
	*kind = line_kind_of(word, version);
	if (is_expectation(word, at, line->stop))
		return MAIL_SCENARIO;
	struct looks looks = looks_of(at, line->stop, *kind);
	if (*kind < LINE_KINDS)
		return kind_of_known(*kind, looks);
	/* Misspelt, or of no version: prose has no line of options only. */
	if (looks.pieces && looks.valued == looks.pieces && !memchr(word.at, '=', word.length) &&
	    (looks.listed || is_near_a_word(word)))
		return MAIL_SCENARIO;
	return MAIL_PROSE;
}

unsigned mail_line_version(const struct mail_line *line)
{
	const char *at = line->content;
	next_token(&at, line->stop);
	struct token number = next_token(&at, line->stop);
	for (unsigned version = 1; version <= SCENARIO_TEXT_VERSION; version++)
		if (number.length == 1 && number.at[0] == (char)('0' + version))
			return version;
	return SCENARIO_TEXT_VERSION + 1;
}

/* --- lines that were one ----------------------------------------------------------------- */

static bool begins_run(struct token piece)
{
	return (piece.length && piece.at[0] >= '0' && piece.at[0] <= '9') ||
	       begins(piece.at, piece.at + piece.length, "null") ||
	       begins(piece.at, piece.at + piece.length, "bad");
}

/* What may follow `expect` or `expect fails` on the next line. */
static bool goes_on_with_expect(const struct mail_line *line, const struct mail_line *before)
{
	const char *at = line->content;
	struct token piece = next_token(&at, line->stop);
	if (line_kind_has(LINE_EXPECT, piece))
		return true;
	return before->stop - before->content >= 5 &&
	       begins(before->stop - 5, before->stop, "fails") &&
	       memchr(piece.at, '.', piece.length) && !next_token(&at, line->stop).length;
}

enum mail_join mail_line_joins(const struct mail_line *line, const struct mail_line *before,
			       enum line_kind kind)
{
	const char *at = line->content;
	struct token first = next_token(&at, line->stop);
	size_t length = (size_t)(before->stop - before->content);
	if (!first.length || !length || memchr(before->content, '#', length))
		return JOIN_NOT;
	if (before->stop[-1] == ',' && begins_run(first))
		return JOIN_DIRECTLY;
	if (kind == LINE_EXPECT)
		return goes_on_with_expect(line, before) ? JOIN_WITH_BLANK : JOIN_NOT;
	struct looks looks = looks_of(line->content, line->stop, kind);
	/* No line begins with `key=value`; so one of these alone is a rest, even if misspelt. */
	return looks.known == looks.pieces || looks.valued == looks.pieces ? JOIN_WITH_BLANK
									   : JOIN_NOT;
}
