// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which word somebody meant who wrote another. Every word that could stand
 * there is tried, one after the other; the nearest is asked for at the end.
 */
#ifndef FUZZ_NEAREST_H
#define FUZZ_NEAREST_H

#include <stddef.h>

#define NEAREST_MAX 64 /* bytes of a word; longer ones are near nothing */

struct nearest {
	const char *text; /* what was written; borrowed */
	size_t length;
	const char *word; /* the best so far, NULL if none is near; borrowed */
	size_t word_length;
	unsigned distance; /* edits of the best */
	size_t alike;      /* letters with which the best begins as what was written does */
};

/* Begins the search for what `length` bytes at `text` were meant to be. */
struct nearest nearest_to(const char *text, size_t length);

/*
 * Tries a word: as a string, or by its length. One edit is a letter that is
 * wrong, missing or too many, or two that are swapped; upper case is lower
 * case. A word is near if a third of its letters are edits, at most, or if
 * what was written is a part of it. Of equally near ones, one that begins alike
 * is kept, or the first.
 */
void nearest_try(struct nearest *n, const char *word);
void nearest_try_token(struct nearest *n, const char *word, size_t length);

/* Tries every word of a list that ends with NULL. */
void nearest_try_list(struct nearest *n, const char *const *words);

/*
 * Writes "; did you mean 'WORD'?" to `to`, or "" where no word is near.
 * Cuts what does not fit. Returns `to`, for an argument of printf.
 */
#define NEAREST_HINT_SIZE (NEAREST_MAX + 24)
const char *nearest_hint(const struct nearest *n, char to[NEAREST_HINT_SIZE]);

#endif
