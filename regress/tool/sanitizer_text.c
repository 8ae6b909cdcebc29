// SPDX-License-Identifier: GPL-2.0-only
#include "regress/tool/sanitizer_text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "regress/tool/place.h"

#define MAX_LINE 1024
#define MAX_FRAMES 4 /* that are printed of a stack */
#define MAX_LINES 3  /* that are printed of what is not a sanitizer's report */
#define ERROR_MARK "ERROR: "
#define HOST_ADDRESSES (UINT64_C(1) << 47) /* below: the host's; above 2^47 the kernel's */
#define SMALL_NUMBERS (UINT64_C(1) << 32)

/* Copies the line at `from`, without its end, and returns where the next begins; NULL after the last. */
static const char *next_line(const char *from, char line[MAX_LINE])
{
	size_t length = strcspn(from, "\n");
	if (!*from)
		return NULL;
	snprintf(line, MAX_LINE, "%.*s", (int)length, from);
	return from + length + (from[length] == '\n');
}

/* Prints a text with "..." in place of each of the host's addresses. */
static void print_masked(const char *text, FILE *to)
{
	while (*text) {
		char *end = NULL;
		uint64_t value = strncmp(text, "0x", 2) != 0 ? 0 : strtoull(text, &end, 16);
		if (end && value >= SMALL_NUMBERS && value < HOST_ADDRESSES) {
			fputs("...", to);
			text = end;
		} else {
			fputc(*text++, to);
		}
	}
}

/* `path` without the tree's folder; NULL if it is not in the tree. */
static const char *in_tree(const char *path, const char *tree)
{
	size_t length = strlen(tree);
	return !strncmp(path, tree, length) && path[length] == '/' ? path + length + 1 : NULL;
}

/* A frame: `    #0 0xADDRESS in FUNCTION FILE:LINE:COLUMN`. Empty strings if the line is none. */
struct frame {
	char function[MAX_LINE], place[MAX_LINE];
};

static bool read_frame(const char *line, struct frame *frame)
{
	const char *in = strstr(line, " in ");
	frame->function[0] = frame->place[0] = '\0';
	line += strspn(line, " ");
	return *line == '#' && in &&
	       sscanf(in, " in %1023s %1023[^\n]", frame->function, frame->place) == 2;
}

/* Prints the frames of the stack at `report` that are in the tree, or else the first. */
static void print_stack(const char *report, const char *tree, FILE *to)
{
	char line[MAX_LINE];
	struct frame frame, first = { "", "" };
	unsigned printed = 0;
	for (const char *at = report; (at = next_line(at, line)) && read_frame(line, &frame);) {
		const char *place = in_tree(frame.place, tree);
		if (!first.function[0])
			first = frame;
		if (place && printed++ < MAX_FRAMES)
			fprintf(to, "            in %.*s() at %s\n",
				function_in_tree(frame.function, place), frame.function, place);
	}
	if (!printed && first.function[0])
		fprintf(to, "            in %s() at %s\n", first.function, first.place);
}

/* Prints a line that says what is wrong, after the label of a finding's other lines. */
static void print_error(const char *text, const char *tree, FILE *to)
{
	const char *place = in_tree(text, tree);
	fprintf(to, "  sanitizer ");
	print_masked(place ? place : text, to);
	fputc('\n', to);
}

/* Cuts what differs from run to run off the end of AddressSanitizer's first line. */
static void cut_registers(char *text)
{
	static const char *const ends[] = { " at pc ", " (pc ", " thread T" };
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		char *end = strstr(text, ends[i]);
		if (end)
			*end = '\0';
	}
}

static void print_first_lines(const char *text, FILE *to)
{
	char line[MAX_LINE];
	unsigned lines = 0;
	while (lines < MAX_LINES && (text = next_line(text, line))) {
		if (!line[0] || !strncmp(line, "FAIL ", 5))
			continue;
		fprintf(to, "            ");
		print_masked(line, to);
		fputc('\n', to);
		lines++;
	}
}

/* What a line of a report says is wrong; NULL of other lines. */
static const char *error_in(const char *line)
{
	const char *mark = strstr(line, ERROR_MARK);
	if (mark)
		return mark + strlen(ERROR_MARK);
	return strstr(line, "runtime error: ") || !strncmp(line, "READ of", 7) ||
			       !strncmp(line, "WRITE of", 8)
		       ? line
		       : NULL;
}

void sanitizer_text_print(const char *report, const char *tree, FILE *to)
{
	char line[MAX_LINE];
	struct frame frame;
	bool any = false;
	for (const char *at = report, *next; (next = next_line(at, line)); at = next) {
		if (read_frame(line, &frame)) {
			print_stack(at, tree, to);
			return;
		}
		cut_registers(line);
		const char *error = error_in(line);
		if (error)
			print_error(error, tree, to);
		any |= error != NULL;
	}
	if (!any)
		print_first_lines(report, to);
}
