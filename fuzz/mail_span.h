// SPDX-License-Identifier: GPL-2.0-only
/* Where in a text a scenario stands, and that scenario as a text of its own. */
#ifndef FUZZ_MAIL_SPAN_H
#define FUZZ_MAIL_SPAN_H

#include "fuzz/mail_line.h"
#include "fuzz/tracked.h"

struct mail_span {
	const char *text, *end;         /* the whole text; borrowed */
	struct mail_line begin;         /* the line `vmapdiff N` */
	char marks[sizeof(MAIL_MARKS)]; /* with which this line begins, and others may */
	const char *last;               /* where the last line of the scenario ends */
};

/* What was taken from lines. */
struct mail_notes {
	unsigned joined; /* lines that are the rest of the line before */
	bool crlf, byte_order_mark, odd_blanks;
};

/*
 * Finds the first scenario from `from` on. A line `vmapdiff N` begins it if a
 * line of a scenario follows, for prose may have such a line as well. It ends
 * with the last line of a scenario before the signature of a finding, the next
 * scenario or the end; behind `expect`, nothing follows but its rest. What
 * stands between its lines belongs to it.
 */
bool mail_span_find(struct mail_span *s, const char *text, const char *from, const char *end);

/*
 * Writes the scenario, without what a mail added to its lines, and with lines
 * that were wrapped made one again: no more bytes than it has in the text.
 * Adds to *notes, unless that is NULL.
 */
void mail_span_unwrap(const struct mail_span *s, struct tracked *to, struct mail_notes *notes);

/*
 * Counts the lines from `at` up to `to`; 0 if all of them are blank or
 * comments, of which *notes then tells.
 */
unsigned mail_span_skipped(const struct mail_span *s, const char *at, const char *to,
			   struct mail_notes *notes);

#endif
