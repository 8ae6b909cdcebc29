// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/crash.h"

#include <stdio.h>

static const struct player *watched;
static void (*call_then)(void); /* NULL: nobody */

/* The sanitizers' own interfaces, where they are linked in; called by pointer as poison.h says. */
__attribute__((weak)) void __asan_set_error_report_callback(void (*callback)(const char *report));
__attribute__((weak)) const char *__asan_get_report_description(void);
void __ubsan_on_report(void);

static void print_line(const char *what)
{
	if (!watched || !watched->mapper)
		return;
	const struct scenario *s = watched->scenario;
	fprintf(stderr, "FAIL sanitizer.%s mapper=%s op=%u:%s granule=%s level=none\n", what,
		watched->mapper->name, watched->op, call_traits(s->op[watched->op].call.kind)->name,
		granule_name(s->machine.page_shift));
	fflush(stderr);
}

static void on_asan_report(const char *report)
{
	static typeof(&__asan_get_report_description) volatile describe =
		__asan_get_report_description;
	(void)report;
	print_line(describe());
	if (call_then)
		call_then();
}

/* UndefinedBehaviorSanitizer calls this by name before it ends the process. */
void __ubsan_on_report(void)
{
	print_line("undefined-behavior");
	if (call_then)
		call_then();
}

void crash_call(void (*then)(void))
{
	call_then = then;
}

void crash_report_for(const struct player *player)
{
	static typeof(&__asan_set_error_report_callback) volatile set_callback =
		__asan_set_error_report_callback;
	watched = player;
	if (set_callback)
		set_callback(on_asan_report);
}
