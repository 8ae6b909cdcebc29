// SPDX-License-Identifier: GPL-2.0-only
/*
 * A line of scenario text: a word and options, each `key=value` or a bare
 * key. Which words and options there are, fuzz/words.h says.
 */
#ifndef FUZZ_TEXT_LINE_H
#define FUZZ_TEXT_LINE_H

#include "fuzz/scenario_text.h"

#define LINE_MAX_OPTIONS 12

/* A piece of the line. */
struct token {
	const char *at;
	size_t length;
};

struct option {
	struct token key, value; /* value.at is NULL for a bare key */
};

struct text_line {
	struct text_error *error; /* borrowed; filled by the first error */
	const char *line;         /* start of the current line */
	unsigned number;          /* of the current line, from 1 */

	struct token word;
	struct option option[LINE_MAX_OPTIONS];
	unsigned options;
};

/* Reports the first error, at a place of the current line; always false. */
bool line_wrong(struct text_line *l, const char *at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Whether a piece is this text; and its length for %.*s in a message. */
bool line_is(struct token piece, const char *text);
int line_shown(struct token piece);

/* Splits [l->line, end) into word and options; a comment ends it. */
bool line_split(struct text_line *l, const char *end);

/* An option by its key; NULL if it is not there, with an error where it is needed. */
struct option *line_take(struct text_line *l, const char *key);
struct option *line_need(struct text_line *l, const char *key);

/* The number that a piece, or an option's value, is: at most `most`. */
bool line_number(struct text_line *l, struct token piece, uint64_t most, uint64_t *value);
bool line_option_number(struct text_line *l, const struct option *option, uint64_t most,
			uint64_t *value);

/* A named value: its index in `names`, a list that ends with NULL. */
bool line_option_name(struct text_line *l, const struct option *option, const char *const *names,
		      unsigned *index);

/* The same of the option with a key. Where it is not there, the value stays what it is. */
bool line_take_name(struct text_line *l, const char *key, const char *const *names,
		    unsigned *index);
bool line_take_yes_no(struct text_line *l, const char *key, bool *value);
bool line_take_number(struct text_line *l, const char *key, uint64_t most, uint64_t *value);
bool line_take_byte(struct text_line *l, const char *key, uint8_t *value);

#endif
