// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/apart.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/crash.h"
#include "fuzz/watch.h"
#include "mapper/machine/assert.h"

#define APART_HANG_SECONDS 1.0 /* of a call that a tree does not return from */
#define BROKEN 126             /* exit code of a process in which an assertion failed */
#define SANITIZED 1            /* and of one in which a sanitizer found an error */

/* Where a sanitizer is linked in. */
__attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)(void));

void apart_limit_time(unsigned seconds, unsigned clock_seconds)
{
	const struct itimerval limit = { .it_value.tv_sec = seconds };
	setitimer(ITIMER_PROF, &limit, NULL);
	alarm(clock_seconds);
}

static int standard_error; /* what it was before silence() */

static void end_broken(int number)
{
	(void)number;
	_exit(BROKEN);
}

/* An assertion that fails is told, and abort() is then not a crash of a tree's code. */
static void be_loud(void)
{
	dup2(standard_error, STDERR_FILENO);
	signal(SIGABRT, end_broken);
}

static void silence(void)
{
	int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
	standard_error = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
	if (nowhere >= 0)
		dup2(nowhere, STDERR_FILENO);
	assert_call(be_loud);
}

static void end_sanitized(const char *signature)
{
	(void)signature;
	_exit(SANITIZED);
}

/* Lets this process die without a word, and without an engine that keeps what it died of. */
static void die_quietly(unsigned seconds)
{
	static const int signals[] = { SIGABRT, SIGALRM, SIGBUS,  SIGFPE, SIGILL,
				       SIGINT,  SIGPROF, SIGSEGV, SIGTERM };
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], SIG_DFL);
	if (__sanitizer_set_death_callback)
		__sanitizer_set_death_callback(NULL);
	silence();
	/* Nobody sees the report, for which a symbolizer would be started. */
	crash_end_by(end_sanitized);
	apart_limit_time(seconds, seconds * APART_PATIENCE);
	watch_calls(APART_HANG_SECONDS);
}

bool apart_wait(pid_t child, int *status)
{
	pid_t ended;
	while ((ended = waitpid(child, status, 0)) < 0 && errno == EINTR)
		;
	if (ended == child)
		return true;
	fprintf(stderr, "vmapdiff: cannot learn how a process ended: %s\n", strerror(errno));
	return false;
}

bool apart_was_ended(int status)
{
	static const int signals[] = { SIGHUP, SIGINT, SIGKILL, SIGQUIT, SIGTERM, SIGXCPU };
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		if (!WIFSIGNALED(status) || WTERMSIG(status) != signals[i])
			continue;
		fprintf(stderr,
			"vmapdiff: this host, or somebody on it, ended a process that plays, by "
			"signal %d (%s)%s\n",
			signals[i], strsignal(signals[i]),
			signals[i] == SIGKILL ? "; it may be short of memory" : "");
		return true;
	}
	return false;
}

void apart_give_up(void)
{
	fflush(NULL);
	_exit(2);
}

int run_apart(int (*run)(void *context), void *context, unsigned seconds)
{
	int status;
	struct sigaction before;
	const struct sigaction waited = { .sa_handler = SIG_DFL };
	fflush(NULL);
	/* Where a parent left it ignored, nobody can wait for a child. */
	sigaction(SIGCHLD, &waited, &before);
	pid_t child = fork();
	if (child < 0) {
		perror("vmapdiff: cannot start a process");
		apart_give_up();
	}
	if (!child) {
		die_quietly(seconds);
		_exit(run(context));
	}
	if (!apart_wait(child, &status) || apart_was_ended(status))
		apart_give_up();
	if (WIFEXITED(status) && WEXITSTATUS(status) == BROKEN)
		apart_give_up();
	sigaction(SIGCHLD, &before, NULL);
	/* Where none calls end_sanitized(), it has an exit code of its own: 1 for most, 77 for libFuzzer. */
	return WIFEXITED(status) ? WEXITSTATUS(status) : APART_DIED;
}
