// SPDX-License-Identifier: GPL-2.0-only
/* Assertions fire in every build, say what they saw, and evaluate their operands once. */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mapper/machine/assert.h"
#include "mapper/test/cmocka_all.h"

/* How a process ended that called `function`, and what it printed first. */
static int end_of(void (*function)(void), char *text, size_t size)
{
	int ends[2], status;
	assert_int_equal(pipe(ends), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (!child) {
		dup2(ends[1], STDERR_FILENO);
		signal(SIGABRT, SIG_DFL);
		function();
		_exit(0);
	}
	close(ends[1]);
	size_t length = 0;
	for (ssize_t more; (more = read(ends[0], text + length, size - 1 - length)) > 0;)
		length += (size_t)more;
	text[length] = '\0';
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static unsigned evaluated;

static unsigned next(void)
{
	return ++evaluated;
}

static void condition_fails(void)
{
	ASSERT(evaluated == 77);
}

static void comparison_fails(void)
{
	unsigned index = 0x201;
	ASSERT_CMP(index, <, 0x200u);
}

static void fails_at_work(void)
{
	assert_about("a.scenario");
	ASSERT(evaluated == 77);
}

static void all_hold(void)
{
	ASSERT(evaluated == 0);
	ASSERT_CMP(next(), ==, 1u);
	ASSERT_CMP(evaluated, ==, 1u);
}

static void a_false_condition_aborts(void **state)
{
	char text[256];
	(void)state;
	int status = end_of(condition_fails, text, sizeof(text));
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
	assert_non_null(strstr(text, "mapper/test/test_assert.c:"));
	assert_non_null(strstr(text, "assertion failed: evaluated == 77\n"));
	assert_non_null(strstr(text, "vmapdiff itself is wrong"));
	assert_null(strstr(text, "while"));
}

static void what_it_was_about_is_said(void **state)
{
	char text[256];
	(void)state;
	assert_true(WIFSIGNALED(end_of(fails_at_work, text, sizeof(text))));
	assert_non_null(strstr(text, "== 77\n  while at work on: a.scenario\n"));
}

static void a_false_comparison_prints_both_values(void **state)
{
	char text[256];
	(void)state;
	int status = end_of(comparison_fails, text, sizeof(text));
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
	assert_non_null(strstr(text, "assertion failed: index < 0x200u (0x201 and 0x200)\n"));
}

static void what_holds_goes_on(void **state)
{
	char text[256];
	(void)state;
	assert_int_equal(end_of(all_hold, text, sizeof(text)), 0);
	assert_string_equal(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_false_condition_aborts),
		cmocka_unit_test(what_it_was_about_is_said),
		cmocka_unit_test(a_false_comparison_prints_both_values),
		cmocka_unit_test(what_holds_goes_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
