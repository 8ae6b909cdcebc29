// SPDX-License-Identifier: GPL-2.0-only
/* Writes text as roff with the macros of man(7), to standard output: for manual.c. */
#ifndef REGRESS_TOOL_ROFF_H
#define REGRESS_TOOL_ROFF_H

/* Text as roff prints it unchanged: `text` is ASCII. Ends no line. */
void roff_literal(const char *text);

/* The same in italics: what stands for something else. */
void roff_italic(const char *text);

/*
 * A paragraph's text, filled to short lines, each sentence on lines of its
 * own. Of words that are not prose, such as --jobs, none is hyphenated. Ends
 * its last line.
 */
void roff_text(const char *text);

/* The same for a few words from a table: the first letter in upper case, and with a full stop. */
void roff_sentence(const char *words);

/* A macro without arguments, or a request that is written as it is: ".PP". */
void roff_macro(const char *line);

/* A heading: `macro` is "SH" of a section, "SS" of a part of one. */
void roff_heading(const char *macro, const char *title);

/*
 * The tag of a list's item: a word in bold, and a value in italics or NULL,
 * after a blank if the word does not end in `=`. The item's text follows.
 */
void roff_tag(const char *word, const char *value);

/* Begins and ends lines that are printed as they are. */
void roff_begin_lines(void);
void roff_end_lines(void);

/* One of those lines. */
void roff_line(const char *text);

#endif
