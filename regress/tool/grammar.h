// SPDX-License-Identifier: GPL-2.0-only
/* The grammar of scenario text as rows, from which help, dictionary and manual are printed. */
#ifndef REGRESS_TOOL_GRAMMAR_H
#define REGRESS_TOOL_GRAMMAR_H

#include <stdio.h>

#include "mapper/call.h"

/* A line of a scenario that is neither a call nor a setup line. */
struct grammar_line {
	const char *syntax; /* the word, and its options in brackets */
	const char *what;   /* where it may be */
};

/* Ends with a row without a syntax. */
extern const struct grammar_line grammar_lines[];

/* Prints the syntax of a call's or a setup line, without a newline, from the rows of its fields. */
void print_call_syntax(enum call_kind kind, FILE *to);

#endif
