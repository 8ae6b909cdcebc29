// SPDX-License-Identifier: GPL-2.0-only
/*
 * Property: any text is either refused with a place and a reason, or is a
 * scenario that comes back the same when it is printed and read again, and
 * when it is encoded to bytes and decoded again. Read as a mail, a scenario is
 * the same and nothing is skipped; any other text is refused at a place that
 * it has, or has a scenario in it that stays the same in the middle of a mail.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/apart.h"
#include "fuzz/mail.h"
#include "fuzz/scenario_bytes.h"
#include "fuzz/scenario_text.h"
#include "fuzz/statistics_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct scenario scenario, again;
static char text[SCENARIO_MAX_TEXT], text_again[SCENARIO_MAX_TEXT];
static char quoted[SCENARIO_MAX_TEXT];
static uint8_t bytes[SCENARIO_MAX_BYTES];

static uint64_t executions;
static struct statistics statistics; /* only its scenarios: texts that are one */

static void record(bool complete)
{
	const struct statistics_record now = { .complete = complete,
					       .executions = executions,
					       .statistics = &statistics };
	statistics_file_write(&now);
}

static void record_the_last(void)
{
	record(true);
}

static void start(void)
{
	if (!statistics_file_open())
		apart_give_up();
	atexit(record_the_last);
}

static void demand(bool held, const char *what)
{
	if (held)
		return;
	fprintf(stderr, "FAIL text.%s\n%s", what, text);
	record_the_last();
	abort();
}

static size_t print(const struct scenario *s, char *to)
{
	FILE *memory = fmemopen(to, SCENARIO_MAX_TEXT, "w");
	demand(memory, "no_memory");
	scenario_print(s, memory);
	long size = ftell(memory);
	fclose(memory);
	demand(size >= 0, "no_memory");
	return (size_t)size;
}

static void check_text_round_trip(void)
{
	struct text_error error;
	size_t size = print(&scenario, text);
	demand(scenario_parse(text, size, &again, &error), "printed_text_is_refused");
	demand(print(&again, text_again) == size && !memcmp(text, text_again, size),
	       "printed_text_changes");
}

static void check_bytes_round_trip(void)
{
	size_t size = scenario_encode(&scenario, bytes, sizeof(bytes));
	demand(size, "encoding_is_too_long");
	demand(scenario_decode(bytes, size, &again), "encoding_is_refused");
	size_t printed = print(&again, text_again);
	demand(!memcmp(text, text_again, printed), "encoding_changes_the_scenario");
}

/* Whether a text has this place: a column of a line, the end of a line, or the line after the last. */
static bool has_place(const char *given, size_t size, const struct text_error *error)
{
	const char *at = given, *end = given + size;
	for (unsigned line = 1; line < error->line; line++) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		if (!newline)
			return line + 1 == error->line && error->column == 1;
		at = newline + 1;
	}
	const char *newline = memchr(at, '\n', (size_t)(end - at));
	return error->column <= (size_t)((newline ? newline : end) - at) + 1;
}

/* Writes the printed text as somebody quotes it, with words before and after. */
static size_t quote(size_t size)
{
	size_t length = 0;
	FILE *memory = fmemopen(quoted, sizeof(quoted), "w");
	demand(memory, "no_memory");
	length += (size_t)fprintf(memory, "You wrote:\r\n\r\n");
	for (const char *at = text, *newline; at < text + size; at = newline + 1) {
		newline = memchr(at, '\n', (size_t)(text + size - at));
		length += (size_t)fprintf(memory, "> %.*s\r\n", (int)(newline - at), at);
	}
	length += (size_t)fprintf(memory, "\r\nIt holds.\r\n");
	fclose(memory);
	return length;
}

static void check_quoted(void)
{
	struct mail mail;
	struct text_error error;
	size_t size = print(&scenario, text);
	if (size > sizeof(quoted) / 2)
		return;
	demand(mail_read(&mail, quoted, quote(size), &again, &error), "quoted_text_is_refused");
	demand(mail.before == 2 && mail.after == 2 && mail.notes.crlf && !mail.notes.joined,
	       "quoted_text_is_not_told");
	demand(print(&again, text_again) == size && !memcmp(text, text_again, size),
	       "quoted_text_changes");
}

static void check_mail(const char *given, size_t size, bool is_scenario)
{
	struct mail mail;
	struct text_error error;
	if (!mail_read(&mail, given, size, &scenario, &error)) {
		demand(!is_scenario, "scenario_is_refused_as_mail");
		demand(error.message[0] && has_place(given, size, &error), "refusal_without_place");
		return;
	}
	demand(mail.unwrapped == !is_scenario, "skipped_what_is_a_scenario");
	check_text_round_trip();
	check_quoted();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text_error error;
	if (!executions)
		start();
	if (executions++ % STATISTICS_EVERY == 0)
		record(false);
	bool is_scenario = scenario_parse((const char *)data, size, &scenario, &error);
	if (is_scenario) {
		statistics.scenarios++;
		check_text_round_trip();
		check_bytes_round_trip();
	} else {
		demand(error.line && error.column && error.message[0], "refusal_without_reason");
	}
	check_mail((const char *)data, size, is_scenario);
	return 0;
}
