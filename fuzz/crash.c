// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/crash.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>

static const struct player *watched;
static void (*call_then)(void);               /* NULL: nobody */
static void (*end_by)(const char *signature); /* NULL: the sanitizer ends the process itself */

/* The sanitizers' own interfaces, where they are linked in; called by pointer as poison.h says. */
__attribute__((weak)) void __asan_set_error_report_callback(void (*callback)(const char *report));
__attribute__((weak)) const char *__asan_get_report_description(void);
__attribute__((weak)) void __sanitizer_set_report_fd(void *fd);
void __asan_on_error(void);
void __ubsan_on_report(void);

void crash_signature(const char *what, char *line)
{
	int length = snprintf(line, VERDICT_SIGNATURE_SIZE, "FAIL %s", what);
	if (!watched || !watched->mapper)
		return;
	const struct scenario *s = watched->scenario;
	const uint32_t op = player_running(watched);
	snprintf(line + length, VERDICT_SIGNATURE_SIZE - (size_t)length,
		 " mapper=%s op=%u:%s granule=%s level=none", watched->mapper->name, op,
		 call_traits(s->op[op].call.kind)->name, granule_name(s->machine.page_shift));
}

/* The signature of a sanitizer's error, into VERDICT_SIGNATURE_SIZE bytes. */
static void signature_of(const char *error, char *line)
{
	char what[64];
	snprintf(what, sizeof(what), "sanitizer.%s", error);
	crash_signature(what, line);
}

static const char *describe(void)
{
	static typeof(&__asan_get_report_description) volatile describe_error =
		__asan_get_report_description;
	return describe_error();
}

static void print_line(const char *error)
{
	char line[VERDICT_SIGNATURE_SIZE];
	if (!watched || !watched->mapper)
		return;
	signature_of(error, line);
	fprintf(stderr, "%s\n", line);
	fflush(stderr);
}

/* AddressSanitizer calls this by name before it prints a report. */
void __asan_on_error(void)
{
	char line[VERDICT_SIGNATURE_SIZE];
	if (!end_by)
		return;
	signature_of(describe(), line);
	end_by(line);
}

static void on_asan_report(const char *report)
{
	(void)report;
	print_line(describe());
	if (call_then)
		call_then();
}

/* UndefinedBehaviorSanitizer calls this by name before it prints a report and ends the process. */
void __ubsan_on_report(void)
{
	char line[VERDICT_SIGNATURE_SIZE];
	if (end_by) {
		signature_of("undefined-behavior", line);
		end_by(line);
	}
	print_line("undefined-behavior");
	if (call_then)
		call_then();
}

void crash_call(void (*then)(void))
{
	call_then = then;
}

void crash_end_by(void (*end)(const char *signature))
{
	static typeof(&__sanitizer_set_report_fd) volatile set_report_fd =
		__sanitizer_set_report_fd;
	int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
	end_by = end;
	/* A report begins before anybody is called. */
	if (set_report_fd && nowhere >= 0)
		set_report_fd((void *)(intptr_t)nowhere);
}

void crash_report_for(const struct player *player)
{
	static typeof(&__asan_set_error_report_callback) volatile set_callback =
		__asan_set_error_report_callback;
	watched = player;
	if (set_callback)
		set_callback(on_asan_report);
}
