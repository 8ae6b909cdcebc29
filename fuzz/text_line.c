// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/text_line.h"

#include <stdarg.h>
#include <string.h>

#include "fuzz/nearest.h"
#include "mapper/machine/assert.h"

bool line_wrong(struct text_line *l, const char *at, const char *format, ...)
{
	va_list args;
	l->error->line = l->number;
	l->error->column = (unsigned)(at - l->line) + 1;
	va_start(args, format);
	vsnprintf(l->error->message, sizeof(l->error->message), format, args);
	va_end(args);
	return false;
}

bool line_is(struct token piece, const char *text)
{
	return piece.length == strlen(text) && !memcmp(piece.at, text, piece.length);
}

int line_shown(struct token piece)
{
	return piece.length < 40 ? (int)piece.length : 40;
}

/* --- lines, words, options ----------------------------------------------- */

static bool split_option(struct text_line *l, struct token piece)
{
	if (l->options == LINE_MAX_OPTIONS)
		return line_wrong(l, piece.at, "more than %d options on a line", LINE_MAX_OPTIONS);
	struct option *option = &l->option[l->options];
	const char *equals = memchr(piece.at, '=', piece.length);
	*option = (struct option){ .key = piece };
	if (equals) {
		option->key.length = (size_t)(equals - piece.at);
		option->value.at = equals + 1;
		option->value.length = piece.length - option->key.length - 1;
	}
	for (unsigned i = 0; i < l->options; i++)
		if (l->option[i].key.length == option->key.length &&
		    !memcmp(l->option[i].key.at, option->key.at, option->key.length))
			return line_wrong(l, piece.at, "'%.*s' is given twice",
					  line_shown(option->key), option->key.at);
	l->options++;
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

bool line_split(struct text_line *l, const char *end)
{
	l->word = (struct token){ NULL, 0 };
	l->options = 0;
	for (const char *c = l->line; c < end && *c != '#';) {
		if (is_blank(*c)) {
			c++;
			continue;
		}
		struct token piece = { c, 0 };
		while (c < end && !is_blank(*c) && *c != '#') {
			if (*c < '!' || *c > '~')
				return line_wrong(
					l, c,
					"byte 0x%02x is not text; a scenario is printable ASCII",
					(unsigned char)*c);
			c++;
		}
		piece.length = (size_t)(c - piece.at);
		if (!l->word.at)
			l->word = piece;
		else if (!split_option(l, piece))
			return false;
	}
	return true;
}

struct option *line_take(struct text_line *l, const char *key)
{
	for (unsigned i = 0; i < l->options; i++)
		if (line_is(l->option[i].key, key))
			return &l->option[i];
	return NULL;
}

struct option *line_need(struct text_line *l, const char *key)
{
	struct option *option = line_take(l, key);
	if (!option)
		line_wrong(l, l->word.at, "'%.*s' needs the option %s=", line_shown(l->word),
			   l->word.at, key);
	return option;
}

/* --- values --------------------------------------------------------------- */

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 16;
}

/* A decimal or 0x number that fills the piece and is at most `most`. */
bool line_number(struct text_line *l, struct token piece, uint64_t most, uint64_t *value)
{
	size_t i = 0;
	uint64_t base = 10;
	if (piece.length > 2 && piece.at[0] == '0' && piece.at[1] == 'x') {
		base = 16;
		i = 2;
	}
	*value = 0;
	if (i == piece.length)
		return line_wrong(l, piece.at, "expected a number, decimal or 0x");
	for (; i < piece.length; i++) {
		uint64_t d = (uint64_t)digit(piece.at[i]);
		if (d >= base)
			return line_wrong(l, piece.at + i, "'%.*s' is not a number, decimal or 0x",
					  line_shown(piece), piece.at);
		if (*value > (most - d) / base || d > most)
			return line_wrong(l, piece.at, "%.*s is out of range; the maximum is %llu",
					  line_shown(piece), piece.at, (unsigned long long)most);
		*value = *value * base + d;
	}
	return true;
}

bool line_option_number(struct text_line *l, const struct option *option, uint64_t most,
			uint64_t *value)
{
	if (!option->value.at)
		return line_wrong(l, option->key.at, "'%.*s' needs a value",
				  line_shown(option->key), option->key.at);
	return line_number(l, option->value, most, value);
}

/* The names that a value can have, for a message; and the one that was meant. */
static bool wrong_name(struct text_line *l, const struct option *option, const char *const *names)
{
	char known[160] = "", hint[NEAREST_HINT_SIZE];
	struct token value = option->value;
	struct nearest meant = nearest_to(value.at, value.at ? value.length : 0);
	size_t length = 0;
	for (unsigned i = 0; names[i]; i++) {
		length += (size_t)snprintf(known + length, sizeof(known) - length, "%s%s",
					   i ? ", " : "", names[i]);
		ASSERT_CMP(length, <, sizeof(known));
		nearest_try(&meant, names[i]);
	}
	return line_wrong(l, value.at ? value.at : option->key.at, "'%.*s' must be one of: %s%s",
			  line_shown(option->key), option->key.at, known,
			  nearest_hint(&meant, hint));
}

/* A named value: its index in `names`, a list that ends with NULL. */
bool line_option_name(struct text_line *l, const struct option *option, const char *const *names,
		      unsigned *index)
{
	for (unsigned i = 0; names[i]; i++) {
		if (option->value.at && line_is(option->value, names[i])) {
			*index = i;
			return true;
		}
	}
	return wrong_name(l, option, names);
}

bool line_take_name(struct text_line *l, const char *key, const char *const *names, unsigned *index)
{
	struct option *option = line_take(l, key);
	return !option || line_option_name(l, option, names, index);
}

bool line_take_yes_no(struct text_line *l, const char *key, bool *value)
{
	static const char *const names[] = { "no", "yes", NULL };
	unsigned index = *value;
	if (!line_take_name(l, key, names, &index))
		return false;
	*value = index;
	return true;
}

bool line_take_number(struct text_line *l, const char *key, uint64_t most, uint64_t *value)
{
	struct option *option = line_take(l, key);
	return !option || line_option_number(l, option, most, value);
}

bool line_take_byte(struct text_line *l, const char *key, uint8_t *value)
{
	uint64_t wide = *value;
	if (!line_take_number(l, key, UINT8_MAX, &wide))
		return false;
	*value = (uint8_t)wide;
	return true;
}
