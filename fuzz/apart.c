// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/apart.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where a sanitizer is linked in. */
__attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)(void));

/* Lets this process die without a word, and without an engine that keeps what it died of. */
static void die_quietly(unsigned seconds)
{
	static const int signals[] = { SIGABRT, SIGALRM, SIGBUS, SIGFPE, SIGILL, SIGSEGV };
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], SIG_DFL);
	if (__sanitizer_set_death_callback)
		__sanitizer_set_death_callback(NULL);
	dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
	alarm(seconds);
}

int run_apart(int (*run)(void *context), void *context, unsigned seconds)
{
	int status;
	fflush(NULL);
	pid_t child = fork();
	if (child < 0) {
		perror("vmapdiff: cannot start a process");
		exit(2);
	}
	if (!child) {
		die_quietly(seconds);
		_exit(run(context));
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	/* A sanitizer ends a process with an exit code of its own: 1 for most, 77 for libFuzzer. */
	return WIFEXITED(status) ? WEXITSTATUS(status) : APART_DIED;
}
