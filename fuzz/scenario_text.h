// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scenarios as text: what people read and write. README.md in this folder
 * has the grammar.
 */
#ifndef FUZZ_SCENARIO_TEXT_H
#define FUZZ_SCENARIO_TEXT_H

#include <stdio.h>

#include "fuzz/scenario.h"

/* The version that is written. All from 1 on are read. */
#define SCENARIO_TEXT_VERSION 2

/* Bytes of a line, which may hold SCENARIO_MAX_RUNS runs of 15 characters; and of a whole text. */
#define SCENARIO_MAX_LINE (1u << 24)
#define SCENARIO_MAX_TEXT (1u << 25)
_Static_assert(SCENARIO_MAX_LINE >= SCENARIO_MAX_RUNS * 16u, "a line holds every page by itself");

/* Where a text is wrong, counted from 1, and how. */
struct text_error {
	unsigned line, column;
	char message[320];
};

/* Reads `size` bytes of text. False with *error filled; *s is then in no state to be used. */
bool scenario_parse(const char *text, size_t size, struct scenario *s, struct text_error *error);

/* Writes the text that scenario_parse() reads back as the same scenario. */
void scenario_print(const struct scenario *s, FILE *to);

/* The same text as a string, which the caller frees. Ends the process if memory runs out. */
char *scenario_to_text(const struct scenario *s);

#endif
