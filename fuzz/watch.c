// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/watch.h"

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <ucontext.h>

#include "fuzz/apart.h"
#include "mapper/machine/machine.h"

#define SECONDS_ONCE_HUNG 1.0
/* Ticks in which one call may run, whatever is counted: a load now and then does not save it. */
#define MAX_TICKS 60
/* How deep a call's stack is at least where it overflows, and how large it is at most. */
#define MIN_STACK ((size_t)1 << 20)
#define MAX_STACK ((size_t)8 << 20)
#define PAST_STACK ((size_t)2 << 20) /* what a frame may reach past its end */

/* What the machine counted of the call that runs. */
struct progress {
	uint64_t run, loads, pages_scanned;
	uint32_t events, refused;
};

static struct progress before;      /* at the last tick */
static unsigned ticks;              /* that one call has seen */
static double period;               /* seconds between ticks */
static double most = WATCH_SECONDS; /* that it may have: what the environment asks for */
static void *hung_at;               /* address of the instruction */

/* --- the clock ---------------------------------------------------------------------- */

static struct progress progress_of(const struct machine *m)
{
	return (struct progress){ .run = machine_runs(),
				  .loads = m->counters.loads,
				  .pages_scanned = m->counters.pages_scanned,
				  .events = m->log.events,
				  .refused = m->refused };
}

static bool same_progress(const struct progress *a, const struct progress *b)
{
	return a->run == b->run && a->loads == b->loads && a->pages_scanned == b->pages_scanned &&
	       a->events == b->events && a->refused == b->refused;
}

static void start_clock(double seconds)
{
	const long long us = (long long)(seconds * 1e6);
	const struct timeval time = { us / 1000000, us % 1000000 };
	const struct itimerval ticking = { time, time };
	period = seconds;
	setitimer(ITIMER_VIRTUAL, &ticking, NULL);
}

void *watch_interrupted_at(const void *of_handler)
{
	const ucontext_t *context = of_handler;
#if defined(__x86_64__)
	return (void *)(uintptr_t)context->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
	return (void *)(uintptr_t)context->uc_mcontext.pc;
#else
	(void)context;
	return NULL;
#endif
}

static void on_tick(int number, siginfo_t *info, void *context)
{
	const struct machine *m = machine_running();
	(void)number;
	(void)info;
	if (!m) {
		ticks = 0;
		return;
	}
	struct progress now = progress_of(m);
	bool idle = ticks && same_progress(&now, &before);
	ticks = ticks && now.run == before.run ? ticks + 1 : 1;
	before = now;
	if (!idle && ticks < MAX_TICKS)
		return;
	ticks = 0;
	hung_at = watch_interrupted_at(context);
	if (period > SECONDS_ONCE_HUNG)
		start_clock(SECONDS_ONCE_HUNG); /* as it will hang again */
	machine_end_call(MACHINE_TRAP_HANG);
}

/* --- the stack ---------------------------------------------------------------------- */

static struct sigaction replaced[2]; /* handlers of SIGSEGV and SIGBUS that were there before */

static void pass_on(const struct sigaction *to, int number, siginfo_t *info, void *context)
{
	if (to->sa_flags & SA_SIGINFO)
		to->sa_sigaction(number, info, context);
	else if (to->sa_handler == SIG_DFL || to->sa_handler == SIG_IGN)
		signal(number, SIG_DFL); /* the instruction faults again, and ends the process */
	else
		to->sa_handler(number);
}

static void on_fault(int number, siginfo_t *info, void *context)
{
	size_t depth = machine_depth(info->si_addr);
	if (depth > MIN_STACK && depth < MAX_STACK + PAST_STACK) {
		hung_at = watch_interrupted_at(context);
		machine_end_call(MACHINE_TRAP_STACK);
	}
	pass_on(&replaced[number == SIGBUS], number, info, context);
}

/* Where the host limits the stack to more, or not at all, a recursion would use up its memory. */
static void limit_stack(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_STACK, &limit) || limit.rlim_cur <= MAX_STACK)
		return;
	limit.rlim_cur = MAX_STACK;
	setrlimit(RLIMIT_STACK, &limit);
}

/* A handler needs a stack of its own: a sanitizer's runtime may have made one. */
static void give_other_stack(void)
{
	static char memory[1 << 16];
	const stack_t other = { .ss_sp = memory, .ss_size = sizeof(memory) };
	stack_t now;
	if (!sigaltstack(NULL, &now) && now.ss_flags & SS_DISABLE)
		sigaltstack(&other, NULL);
}

static void catch_faults(void)
{
	static const int numbers[] = { SIGSEGV, SIGBUS };
	const struct sigaction action = { .sa_sigaction = on_fault,
					  .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER };
	for (int i = 0; i < 2; i++) {
		struct sigaction now;
		sigaction(numbers[i], NULL, &now);
		if (now.sa_flags & SA_SIGINFO && now.sa_sigaction == on_fault)
			continue;
		replaced[i] = now;
		sigaction(numbers[i], &action, NULL);
	}
}

/* --- both --------------------------------------------------------------------------- */

void watch_calls_again(void)
{
	give_other_stack();
	catch_faults();
}

void watch_calls(double seconds)
{
	const struct sigaction action = { .sa_sigaction = on_tick,
					  .sa_flags = SA_SIGINFO | SA_NODEFER | SA_RESTART };
	ticks = 0;
	sigaction(SIGVTALRM, &action, NULL);
	start_clock(seconds < most ? seconds : most);
	limit_stack();
	watch_calls_again();
}

void watch_calls_by_environment(void)
{
	const char *text = getenv(WATCH_VARIABLE);
	char *end = NULL;
	double seconds = text ? strtod(text, &end) : WATCH_SECONDS;
	if (!text || (end != text && !*end && seconds > 0 && seconds <= WATCH_MAX_SECONDS)) {
		most = seconds;
		watch_calls(seconds);
		return;
	}
	fprintf(stderr,
		"vmapdiff: " WATCH_VARIABLE "='%s': must be a number of seconds above 0 and up to "
		"%d\n",
		text, WATCH_MAX_SECONDS);
	apart_give_up();
}

/* Where a sanitizer is linked in; called by pointer as poison.h says. */
__attribute__((weak)) void __sanitizer_symbolize_pc(void *pc, const char *format, char *to,
						    size_t size);

void watch_place(char *text, size_t size)
{
	static typeof(&__sanitizer_symbolize_pc) volatile symbolize = __sanitizer_symbolize_pc;
	text[0] = '\0';
	if (symbolize && hung_at)
		symbolize(hung_at, "in %f, %S", text, size);
	text[strcspn(text, "\n")] = '\0';
}
