// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/statistics_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "mapper/machine/assert.h"

#define VARIABLE "VMAPDIFF_STATISTICS"
#define LINE_BYTES 16384
#define MAX_REASON 200 /* characters */

static int file = -1;
static off_t place = -1; /* of this process's line; -1 before it has one */

/* The line as it is built; static, since the process may be short of everything else. */
static char line[LINE_BYTES];
static size_t length;

__attribute__((format(printf, 1, 2))) static void put(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	int n = vsnprintf(line + length, sizeof(line) - length, format, arguments);
	va_end(arguments);
	ASSERT_CMP(n, >=, 0);
	length += (size_t)n;
	ASSERT_CMP(length, <, sizeof(line));
}

static void put_char(char c)
{
	ASSERT_CMP(length, <, sizeof(line) - 1);
	line[length++] = c;
}

static void put_string(const char *text)
{
	put_char('"');
	for (unsigned i = 0; text[i] && i < MAX_REASON; i++) {
		if (text[i] == '"' || text[i] == '\\')
			put_char('\\');
		put_char((unsigned char)text[i] < ' ' ? ' ' : text[i]);
	}
	put_char('"');
}

static void put_count(const char *before, const char *name, uint64_t count)
{
	put("%s", before);
	put_string(name);
	put(":%" PRIu64, count);
}

static void put_skipped(const struct statistics *s)
{
	put(",\"skipped\":{");
	for (unsigned i = 0; i < STATISTICS_MAX_REASONS && s->skipped[i].name; i++)
		put_count(i ? "," : "", s->skipped[i].name, s->skipped[i].calls);
	put("}");
}

static void put_missed(const char *leaf, const uint64_t *pages)
{
	put("\"%s\":{", leaf);
	for (int cause = 0; cause < MISSED_CAUSES; cause++)
		put_count(cause ? "," : "", statistics_cause((enum missed_cause)cause),
			  pages[cause]);
	put("}");
}

static void put_rules(rule_set rules)
{
	const char *between = "";
	put(",\"rules\":{\"exercised\":[");
	for (int rule = RULE_NONE + 1; rule < RULE_COUNT; rule++) {
		if (!(rules & RULE_BIT(rule)))
			continue;
		put("%s\"%s.%s\"", between, rule_text((enum rule)rule)->property,
		    rule_text((enum rule)rule)->name);
		between = ",";
	}
	put("],\"of\":%u}", STATISTICS_RULES);
}

static void put_statistics(const struct statistics *s)
{
	const struct examined *e = &s->examined;
	put_count(",", "scenarios", s->scenarios);
	put_count(",", "unsupported", s->unsupported);
	put_count(",", "requested", s->requested);
	put_count(",", "calls", s->calls);
	put_count(",", "unjudged", s->unjudged);
	put_skipped(s);
	put_count(",\"pages\":{", "block", e->block_pages);
	put_count(",", "group", e->group_pages);
	put_count(",", "single", e->single_pages);
	put("},\"missed\":{");
	put_missed("group", e->missed.groups);
	put(",");
	put_missed("block", e->missed.blocks);
	put("}");
	put_rules(e->rules);
}

static void build_line(const struct statistics_record *record)
{
	length = 0;
	put("{\"target\":");
	put_string(program_invocation_short_name);
	put(",\"mapper\":");
	put_string(record->mapper ? record->mapper : "");
	put(",\"complete\":%s", record->complete ? "true" : "false");
	put_count(",", "executions", record->executions);
	put_count(",", "crosschecked", record->crosschecked);
	put_statistics(record->statistics);
	put("}");
	memset(line + length, ' ', sizeof(line) - length - 1);
	line[sizeof(line) - 1] = '\n';
}

/* Writes the line where it belongs; the first time at the end of the file, whoever else does so too. */
static bool write_line(void)
{
	if (place >= 0)
		return pwrite(file, line, sizeof(line), place) == (ssize_t)sizeof(line);
	if (flock(file, LOCK_EX))
		return false;
	place = lseek(file, 0, SEEK_END);
	bool written =
		place >= 0 && pwrite(file, line, sizeof(line), place) == (ssize_t)sizeof(line);
	return !flock(file, LOCK_UN) && written;
}

bool statistics_file_open(void)
{
	const char *path = getenv(VARIABLE);
	if (!path || !*path)
		return true;
	file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (file < 0)
		fprintf(stderr, "vmapdiff: " VARIABLE ": %s: cannot open: %s\n", path,
			strerror(errno));
	return file >= 0;
}

bool statistics_file_is_open(void)
{
	return file >= 0;
}

void statistics_file_write(const struct statistics_record *record)
{
	if (file < 0)
		return;
	build_line(record);
	if (write_line())
		return;
	fprintf(stderr, "vmapdiff: " VARIABLE ": cannot write: %s\n", strerror(errno));
	close(file);
	file = -1;
}
