// SPDX-License-Identifier: GPL-2.0-only
/* A line of a mail: what quoting, line ends and odd blanks leave of it, and what it is to a scenario. */
#ifndef FUZZ_MAIL_LINE_H
#define FUZZ_MAIL_LINE_H

#include "fuzz/words.h"

/* What a line may begin with, besides blanks: quoting, comments of C, and lines that a patch adds. */
#define MAIL_MARKS ">|*+"

struct mail_line {
	const char *start, *next;   /* the line with its end, as it stands in the text */
	const char *content, *stop; /* without marks, blanks around it and its end */
	bool crlf;                  /* a carriage return ends it */
	bool byte_order_mark;       /* one begins it */
	bool odd_blanks;            /* it has blanks that are not ASCII's */
};

/* The line at `at`, which is before `end`. Of MAIL_MARKS it may begin with those in `marks`. */
struct mail_line mail_line_at(const char *at, const char *end, const char *marks);

/* Bytes of the blank at `at`: ASCII's or one that mail programs put there; 0 where no blank is. */
size_t mail_blank(const char *at, const char *end);

enum mail_line_kind {
	MAIL_BLANK,
	MAIL_COMMENT,
	MAIL_BEGIN,    /* `vmapdiff N` */
	MAIL_SCENARIO, /* a line of a scenario, even if it is misspelt */
	MAIL_WORD,     /* a word with which a line of a scenario begins, alone */
	MAIL_FINDING,  /* the signature of a finding, which a picture follows */
	MAIL_PROSE,
};

/* What the line is in text of a version; *kind is set for MAIL_SCENARIO and MAIL_WORD. */
enum mail_line_kind mail_line_kind(const struct mail_line *line, unsigned version,
				   enum line_kind *kind);

/* The version that a line of kind MAIL_BEGIN names; one above the last where it is not known. */
unsigned mail_line_version(const struct mail_line *line);

/* How a line goes on with the one before it. */
enum mail_join { JOIN_NOT, JOIN_WITH_BLANK, JOIN_DIRECTLY };

/*
 * Whether the line is the rest of `before`, which is of a kind of scenario
 * line: it continues a page array, or has options of that kind only.
 */
enum mail_join mail_line_joins(const struct mail_line *line, const struct mail_line *before,
			       enum line_kind kind);

#endif
