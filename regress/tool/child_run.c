// SPDX-License-Identifier: GPL-2.0-only
#include "regress/tool/child_run.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SIGNATURE_START "FAIL "
#define TIME_LIMIT 10 /* seconds of a run, after which it counts as hanging */

/* In the child: plays, and says on standard error how it failed. */
static void play(struct player *p, const struct scenario *s)
{
	struct verdict verdict;
	char line[VERDICT_SIGNATURE_SIZE];
	signal(SIGINT, SIG_IGN); /* the parent decides when to stop */
	alarm(TIME_LIMIT);
	if (!player_play_all(p, s, &verdict)) {
		verdict_signature(&verdict, line);
		fprintf(stderr, "%s\n", line);
	}
	fflush(stderr);
	_exit(0);
}

/* The first line that is a signature. */
static void find_signature(FILE *from, struct child_run *result)
{
	char line[1024];
	result->signature[0] = '\0';
	while (fgets(line, sizeof(line), from)) {
		line[strcspn(line, "\n")] = '\0';
		if (!result->signature[0] &&
		    !strncmp(line, SIGNATURE_START, strlen(SIGNATURE_START)))
			snprintf(result->signature, sizeof(result->signature), "%.*s",
				 VERDICT_SIGNATURE_SIZE - 1, line);
	}
}

/* A child that died without a signature failed all the same. */
static void name_death(int status, struct child_run *result)
{
	if (result->signature[0] || (WIFEXITED(status) && !WEXITSTATUS(status)))
		return;
	snprintf(result->signature, sizeof(result->signature), SIGNATURE_START "process.%s %d",
		 WIFSIGNALED(status) ? "signal" : "exit",
		 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

bool child_run_play(struct player *p, const struct scenario *s, struct child_run *result)
{
	int ends[2], status;
	if (pipe(ends)) {
		fprintf(stderr, "vmapdiff: cannot make a pipe: %s\n", strerror(errno));
		return false;
	}
	fflush(NULL);
	pid_t child = fork();
	if (child < 0) {
		fprintf(stderr, "vmapdiff: cannot start a process: %s\n", strerror(errno));
		return false;
	}
	if (!child) {
		dup2(ends[1], STDERR_FILENO);
		play(p, s);
	}
	close(ends[1]);
	FILE *from = fdopen(ends[0], "r");
	if (!from)
		abort();
	find_signature(from, result);
	fclose(from);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	name_death(status, result);
	return true;
}

bool child_run_same(const struct child_run *a, const struct child_run *b)
{
	return verdict_same_kind(a->signature, b->signature);
}
