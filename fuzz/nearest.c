// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/nearest.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "mapper/machine/assert.h"

#define MIN_PART 3 /* bytes: fewer are a part of too many words */

struct nearest nearest_to(const char *text, size_t length)
{
	ASSERT(text || !length);
	return (struct nearest){ .text = text, .length = length };
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static unsigned smaller(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Edits between a[0..m) and b[0..n), two swapped neighbours being one (optimal string alignment). */
static unsigned distance_of(const char *a, size_t m, const char *b, size_t n)
{
	unsigned row[3][NEAREST_MAX + 1]; /* of a[..i-2), a[..i-1) and a[..i) */
	unsigned *older = row[0], *old = row[1], *now = row[2];
	ASSERT_CMP(n, <=, NEAREST_MAX);
	for (size_t j = 0; j <= n; j++) {
		older[j] = 0;
		old[j] = (unsigned)j;
	}
	for (size_t i = 1; i <= m; i++) {
		now[0] = (unsigned)i;
		for (size_t j = 1; j <= n; j++) {
			bool same = lower(a[i - 1]) == lower(b[j - 1]);
			now[j] = smaller(old[j - 1] + !same, smaller(old[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
			    lower(a[i - 2]) == lower(b[j - 1]))
				now[j] = smaller(now[j], older[j - 2] + 1);
		}
		unsigned *spare = older;
		older = old;
		old = now;
		now = spare;
	}
	return old[n];
}

/* Whether so many edits are few for two words, of which the longer has `length` bytes. */
static bool is_few(unsigned edits, size_t length)
{
	return edits <= (length < 6 ? 1 : length / 3) && edits < length;
}

/* Letters with which both begin. */
static size_t common_start(const char *a, size_t m, const char *b, size_t n)
{
	size_t i = 0;
	while (i < m && i < n && lower(a[i]) == lower(b[i]))
		i++;
	return i;
}

void nearest_try_token(struct nearest *n, const char *word, size_t length)
{
	if (!length || !n->length || length > NEAREST_MAX || n->length > NEAREST_MAX)
		return;
	const size_t longest = length > n->length ? length : n->length;
	const size_t shortest = length + n->length - longest;
	/* Edits that the lengths alone ask for. */
	const unsigned least = (unsigned)(longest - shortest);
	bool part = n->length >= MIN_PART && memmem(word, length, n->text, n->length);
	if ((!part && !is_few(least, longest)) || (n->word && n->distance < least))
		return;
	unsigned edits = distance_of(n->text, n->length, word, length);
	ASSERT_CMP(edits, >=, least);
	if (!part && !is_few(edits, longest))
		return;
	size_t alike = common_start(n->text, n->length, word, length);
	if (n->word && (n->distance < edits || (n->distance == edits && n->alike >= alike)))
		return;
	n->word = word;
	n->word_length = length;
	n->distance = edits;
	n->alike = alike;
}

void nearest_try(struct nearest *n, const char *word)
{
	nearest_try_token(n, word, strlen(word));
}

void nearest_try_list(struct nearest *n, const char *const *words)
{
	for (; *words; words++)
		nearest_try(n, *words);
}

const char *nearest_hint(const struct nearest *n, char to[NEAREST_HINT_SIZE])
{
	to[0] = '\0';
	if (n->word)
		snprintf(to, NEAREST_HINT_SIZE, "; did you mean '%.*s'?", (int)n->word_length,
			 n->word);
	return to;
}
