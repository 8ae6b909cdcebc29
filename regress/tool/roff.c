// SPDX-License-Identifier: GPL-2.0-only
#include "regress/tool/roff.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "mapper/machine/assert.h"

#define MAX_COLUMNS 70 /* of a line of roff, about: linters ask for 80 */

/* What roff prints for a character, where it is not that character itself. */
static const char *special(char c)
{
	switch (c) {
	case '\\':
		return "\\e";
	case '-':
		return "\\-"; /* else it may become a hyphen, which nobody can paste */
	case '\'':
		return "\\(aq";
	case '"':
		return "\\(dq";
	case '`':
		return "\\(ga";
	case '^':
		return "\\(ha";
	case '~':
		return "\\(ti";
	default:
		return NULL;
	}
}

/* Writes text with what roff takes for something else replaced, and returns how many bytes that were. */
static size_t put(const char *text, size_t length)
{
	size_t bytes = 0;
	for (size_t i = 0; i < length; i++) {
		ASSERT(isprint((unsigned char)text[i]));
		char plain[2] = { text[i] };
		const char *written = special(text[i]) ? special(text[i]) : plain;
		fputs(written, stdout);
		bytes += strlen(written);
	}
	return bytes;
}

void roff_literal(const char *text)
{
	put(text, strlen(text));
}

/* A word of prose, which may be hyphenated: letters, and punctuation at its end. */
static bool is_prose(const char *word, size_t length)
{
	size_t i = 0;
	while (i < length && isalpha((unsigned char)word[i]))
		i++;
	return i && i + strspn(word + i, ".,:;") >= length;
}

static bool ends_sentence(const char *word, size_t length)
{
	return length > 1 && word[length - 1] == '.' && word[length - 2] != '.';
}

/* Writes a word that may end a line after each of its alternatives, and returns how many bytes that were. */
static size_t put_alternatives(const char *word, size_t length)
{
	static const char may_break[] = "\\:";
	size_t bytes = 0, part;
	for (size_t i = 0; i < length; i += part) {
		const char *bar = memchr(word + i, '|', length - i);
		part = bar ? (size_t)(bar - word) + 1 - i : length - i;
		bytes += put(word + i, part);
		if (i + part < length) {
			fputs(may_break, stdout);
			bytes += strlen(may_break);
		}
	}
	return bytes;
}

/* Writes a word, which is the first of its line or not, and returns how many bytes that were. */
static size_t put_word(const char *word, size_t length, bool first)
{
	const char *before = first ? "" : " ";
	const char *whole = is_prose(word, length) ? "" : "\\%"; /* never hyphenated */
	fputs(before, stdout);
	fputs(whole, stdout);
	return strlen(before) + strlen(whole) + put_alternatives(word, length);
}

void roff_text(const char *text)
{
	size_t column = 0;
	while (*text) {
		size_t length = strcspn(text, " ");
		column += put_word(text, length, !column);
		bool ends = ends_sentence(text, length);
		text += length;
		text += strspn(text, " ");
		if (*text && (ends || column + strcspn(text, " ") > MAX_COLUMNS)) {
			putchar('\n');
			column = 0;
		}
	}
	putchar('\n');
}

void roff_sentence(const char *words)
{
	char text[512];
	int length = snprintf(text, sizeof(text), "%s.", words);
	ASSERT_CMP(length, <, (int)sizeof(text));
	text[0] = (char)toupper((unsigned char)text[0]);
	roff_text(text);
}

void roff_macro(const char *line)
{
	puts(line);
}

void roff_heading(const char *macro, const char *title)
{
	printf(".%s \"", macro);
	roff_literal(title);
	puts("\"");
}

void roff_italic(const char *text)
{
	fputs("\\fI", stdout);
	roff_literal(text);
	fputs("\\fR", stdout);
}

void roff_tag(const char *word, const char *value)
{
	fputs(".TP\n\\fB", stdout);
	roff_literal(word);
	fputs("\\fR", stdout);
	if (value) {
		if (word[strlen(word) - 1] != '=')
			putchar(' ');
		roff_italic(value);
	}
	putchar('\n');
}

void roff_begin_lines(void)
{
	puts(".PP\n.RS 4\n.EX");
}

void roff_line(const char *text)
{
	if (text[0] == '.')
		fputs("\\&", stdout);
	roff_literal(text);
	putchar('\n');
}

void roff_end_lines(void)
{
	puts(".EE\n.RE");
}
