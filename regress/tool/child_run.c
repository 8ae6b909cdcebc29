// SPDX-License-Identifier: GPL-2.0-only
#include "regress/tool/child_run.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/apart.h"
#include "fuzz/crash.h"
#include "fuzz/watch.h"
#include "mapper/machine/assert.h"

#define SIGNATURE_START "FAIL "
#define SLEEP_SECONDS 60     /* in all, for a process that waits, which uses no processor */
#define LAST_WORDS_SECONDS 5 /* for a process that hangs */
#define CHILD_TICKS 3        /* of the clock that ends calls, in the time of the process */
#define DIED 1               /* exit code of a child after its signature */

void child_begin(void)
{
	signal(SIGINT, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

bool child_counts_lines(void)
{
	extern __attribute__((weak)) int __llvm_profile_runtime;
	return &__llvm_profile_runtime;
}

void child_end(int code)
{
	if (child_counts_lines())
		exit(code);
	_exit(code);
}

static child_hangs *call_when_hanging;

static void on_timeout(int number, siginfo_t *info, void *context)
{
	sigset_t alarms;
	sigemptyset(&alarms);
	sigaddset(&alarms, SIGALRM);
	signal(SIGALRM, SIG_DFL);
	alarm(LAST_WORDS_SECONDS);
	sigprocmask(SIG_UNBLOCK, &alarms, NULL);
	call_when_hanging(number, info, context);
}

void child_limit_time(unsigned limit_seconds, child_hangs *hangs)
{
	const struct sigaction action = { .sa_sigaction = on_timeout, .sa_flags = SA_SIGINFO };
	call_when_hanging = hangs;
	sigaction(SIGPROF, &action, NULL);
	sigaction(SIGALRM, &action, NULL);
	apart_limit_time(limit_seconds, SLEEP_SECONDS);
	/* A call that hangs is ended before the process is: its verdict says more. */
	watch_calls((double)limit_seconds / CHILD_TICKS);
}

static void (*end_of_crash)(const char *signature);

static void end_by_crash(int number)
{
	char what[32], signature[VERDICT_SIGNATURE_SIZE];
	snprintf(what, sizeof(what), "process.signal-%d", number);
	crash_signature(what, signature);
	end_of_crash(signature);
}

void child_catch_crashes(void (*end)(const char *signature))
{
	static const int signals[] = { SIGBUS, SIGFPE, SIGILL, SIGSEGV };
	static char stack[1 << 16]; /* the other one may have overflowed */
	static const stack_t other = { .ss_sp = stack, .ss_size = sizeof(stack) };
	static const struct sigaction action = { .sa_handler = end_by_crash,
						 .sa_flags = SA_ONSTACK };
	extern __attribute__((weak)) void __asan_init(void);
	static typeof(&__asan_init) volatile sanitizer = __asan_init;
	end_of_crash = end;
	if (sanitizer)
		return;
	sigaltstack(&other, NULL);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &action, NULL);
	watch_calls_again();
}

static char *shared_death;

void child_leave(const char *signature)
{
	snprintf(shared_death, VERDICT_SIGNATURE_SIZE, "%s", signature);
	child_end(DIED);
}

static void leave_hang(int signal, siginfo_t *info, void *context)
{
	char signature[VERDICT_SIGNATURE_SIZE];
	(void)signal;
	(void)info;
	(void)context;
	crash_signature(CHILD_TIMEOUT, signature);
	child_leave(signature);
}

void child_begin_for(struct player *p, char *death)
{
	shared_death = death;
	child_begin();
	crash_report_for(p);
	crash_end_by(child_leave);
	child_catch_crashes(child_leave);
}

void child_limit_scenario(unsigned limit_seconds)
{
	ASSERT(shared_death);
	child_limit_time(limit_seconds, leave_hang);
}

void child_name_death(int status, char *signature)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) {
		snprintf(signature, VERDICT_SIGNATURE_SIZE, SIGNATURE_START CHILD_TIMEOUT);
		return;
	}
	snprintf(signature, VERDICT_SIGNATURE_SIZE, SIGNATURE_START "process.%s %d",
		 WIFSIGNALED(status) ? "signal" : "exit",
		 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

/* Where a sanitizer is linked in; called by pointer as poison.h says. */
__attribute__((weak)) void __sanitizer_symbolize_pc(void *pc, const char *format, char *to,
						    size_t size);

static unsigned seconds = CHILD_SECONDS;
static bool is_telling; /* in the child: what fails is to be told */

void child_run_limit(unsigned limit)
{
	seconds = limit;
}

/* --- in the child ------------------------------------------------------------------- */

static void end_by_signature(const char *signature)
{
	char line[VERDICT_SIGNATURE_SIZE + 1];
	int length = snprintf(line, sizeof(line), "%s\n", signature);
	if (write(STDERR_FILENO, line, (size_t)length) != length)
		_exit(DIED + 1);
	_exit(DIED);
}

/* The signature of what hangs, and, if somebody wants to be told, where, as a sanitizer has a frame. */
static void end_by_timeout(int signal, siginfo_t *info, void *context)
{
	static typeof(&__sanitizer_symbolize_pc) volatile symbolize = __sanitizer_symbolize_pc;
	char line[VERDICT_SIGNATURE_SIZE], frame[1024];
	void *pc = watch_interrupted_at(context);
	(void)signal;
	(void)info;
	crash_signature(CHILD_TIMEOUT, line);
	if (!is_telling || !symbolize || !pc)
		end_by_signature(line);
	fprintf(stderr, "%s\n", line);
	fflush(stderr);
	symbolize(pc, "    #0 %p in %f %S", frame, sizeof(frame));
	fprintf(stderr, "%s\n", frame);
	fflush(stderr);
	_exit(DIED);
}

/* Plays, and says on standard error how it failed. */
static void __attribute__((noreturn)) play(struct player *p, const struct scenario *s, bool tells)
{
	struct verdict verdict;
	char line[VERDICT_SIGNATURE_SIZE];
	is_telling = tells;
	child_begin();
	child_limit_time(seconds, end_by_timeout);
	crash_report_for(p);
	child_catch_crashes(end_by_signature);
	if (!tells)
		crash_end_by(end_by_signature);
	if (!player_play_all(p, s, &verdict) && tells) {
		verdict_print(&verdict, stderr);
		if (p->warning[0])
			fprintf(stderr, "  kernel    %s\n", p->warning);
	} else if (verdict.rule != RULE_NONE) {
		verdict_signature(&verdict, line);
		fprintf(stderr, "%s\n", line);
	}
	fflush(stderr);
	_exit(0);
}

/* --- in the parent ------------------------------------------------------------------ */

/* The first line that is a signature; all lines go to `to`, if there is one. */
static void find_signature(FILE *from, struct child_run *result, FILE *to)
{
	char line[1024];
	result->signature[0] = '\0';
	while (fgets(line, sizeof(line), from)) {
		if (to)
			fputs(line, to);
		line[strcspn(line, "\n")] = '\0';
		if (!result->signature[0] &&
		    !strncmp(line, SIGNATURE_START, strlen(SIGNATURE_START)))
			snprintf(result->signature, sizeof(result->signature), "%.*s",
				 VERDICT_SIGNATURE_SIZE - 1, line);
	}
}

static bool run_child(struct player *p, const struct scenario *s, struct child_run *result,
		      FILE *to)
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
		close(ends[0]);
		close(ends[1]);
		return false;
	}
	if (!child) {
		dup2(ends[1], STDERR_FILENO);
		play(p, s, to);
	}
	close(ends[1]);
	FILE *from = fdopen(ends[0], "r");
	ASSERT(from);
	find_signature(from, result, to);
	fclose(from);
	if (!apart_wait(child, &status) || apart_was_ended(status))
		return false;
	/* A child that died without a signature failed all the same. */
	if (!result->signature[0] && (!WIFEXITED(status) || WEXITSTATUS(status)))
		child_name_death(status, result->signature);
	return true;
}

bool child_run_play(struct player *p, const struct scenario *s, struct child_run *result)
{
	return run_child(p, s, result, NULL);
}

bool child_run_tell(struct player *p, const struct scenario *s, struct child_run *result, FILE *to)
{
	ASSERT(to);
	return run_child(p, s, result, to);
}

bool child_run_same(const struct child_run *a, const struct child_run *b)
{
	return verdict_same_kind(a->signature, b->signature);
}
