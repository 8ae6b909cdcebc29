// SPDX-License-Identifier: GPL-2.0-only
/*
 * A scenario that stands somewhere in a text: in a mail, quoted, wrapped, with
 * line ends and blanks of another system, followed by a finding's picture. It
 * is made a text of its own for scenario_parse(), which stays strict.
 */
#ifndef FUZZ_MAIL_H
#define FUZZ_MAIL_H

#include "fuzz/mail_span.h"
#include "fuzz/scenario_text.h"

#define MAIL_QUOTING_SIZE 12

/* A text that was read, and what of it is not the scenario. */
struct mail {
	const char *text; /* as it came; borrowed */
	size_t size;
	bool unwrapped; /* false: the text is a scenario as it is, and nothing below is set */
	unsigned before, after; /* lines around it, if any of them is not plain */
	char quoting
		[MAIL_QUOTING_SIZE]; /* what its first line begins with; "" if it is not quoted */
	bool quoted_printable;       /* the text was encoded so */
	struct mail_notes notes;
};

/*
 * Reads the scenario in `size` bytes of text, which *m borrows. It goes from
 * a line `vmapdiff N` to the last op or `expect` line. Two scenarios that
 * differ are refused. False with *error filled, at a place in `text`; *s is
 * then in no state to be used. Not reentrant.
 */
bool mail_read(struct mail *m, const char *text, size_t size, struct scenario *s,
	       struct text_error *error);

/* Says in a line what was skipped of `name`; nothing where the text is a scenario as it is. */
void mail_say(const struct mail *m, const char *name, FILE *to);

/* The line of the text, from 1, on which op `op` of the scenario read last begins. */
unsigned mail_line_of_op(const struct mail *m, uint32_t op);

#endif
