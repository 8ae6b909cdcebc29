// SPDX-License-Identifier: GPL-2.0-only
/*
 * Property: any text is either refused with a place and a reason, or is a
 * scenario that comes back the same when it is printed and read again, and
 * when it is encoded to bytes and decoded again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz/scenario_bytes.h"
#include "fuzz/scenario_text.h"
#include "fuzz/statistics_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct scenario scenario, again;
static char text[SCENARIO_MAX_TEXT], text_again[SCENARIO_MAX_TEXT];
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
		_exit(2); /* an engine takes what exit() says for a finding */
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text_error error;
	if (!executions)
		start();
	if (executions++ % STATISTICS_EVERY == 0)
		record(false);
	if (!scenario_parse((const char *)data, size, &scenario, &error)) {
		demand(error.line && error.column && error.message[0], "refusal_without_reason");
		return 0;
	}
	statistics.scenarios++;
	check_text_round_trip();
	check_bytes_round_trip();
	return 0;
}
