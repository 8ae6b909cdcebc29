// SPDX-License-Identifier: GPL-2.0-only
/*
 * The words of scenario text: with which word a line may begin, and which
 * options each line has. What calls and fields are called, their rows say
 * (mapper/call.c, fuzz/field.c).
 */
#ifndef FUZZ_WORDS_H
#define FUZZ_WORDS_H

#include "fuzz/nearest.h"
#include "fuzz/text_line.h"

/* The kinds of line: these, then LINE_CALL plus the kind of a call. */
enum line_kind {
	LINE_MACHINE,
	LINE_POLICY,
	LINE_FAIL,
	LINE_DURING,
	LINE_READ,
	LINE_EXPECT,
	LINE_CALL,
	LINE_KINDS = LINE_CALL + CALL_KINDS,
};

/* The kind of line that begins with a word in text of a version; LINE_KINDS if none does. */
enum line_kind line_kind_of(struct token word, unsigned version);

/* The word that a line of a kind begins with. */
const char *line_kind_name(enum line_kind kind);

/* Option number `at` of a kind of line; *bare says that it has no value. NULL after the last. */
const char *line_kind_option(enum line_kind kind, unsigned at, bool *bare);

/* Whether a kind of line has the option. */
bool line_kind_has(enum line_kind kind, struct token key);

/* Refuses a word that no line of this version begins with; always false. */
bool refuse_word(struct text_line *l);

/*
 * Refuses the first option that a line of this kind does not have, or that has
 * a value and may have none. The error says what was meant, or where the
 * option belongs.
 */
bool check_options(struct text_line *l, enum line_kind kind);

/* The rule, as PROPERTY.RULE, that `length` bytes of text were meant to name. */
struct nearest nearest_rule(const char *text, size_t length);

/* The rule that a token names; RULE_NONE after an error that says what was meant. */
enum rule read_rule(struct text_line *l, struct token name);

#endif
