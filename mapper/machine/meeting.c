// SPDX-License-Identifier: GPL-2.0-only
/* How two calls take turns: locks decide, never a clock. */
#include "mapper/machine/meeting.h"

#include <stddef.h>
#include <stdlib.h>
#include <ucontext.h>

#include "mapper/machine/assert.h"
#include "mapper/machine/poison.h"
#include "mapper/machine/record.h"
#include "mapper/machine/reserve.h"

/* Of the inner call: more than run.c lets a call use, and a guard page of any host. */
#define STACK_BYTES ((size_t)5 << 18)
#define GUARD_BYTES ((size_t)1 << 16)

/* Turns that are told apart. An inner call that waits more often is told of as if it had not. */
#define MAX_TURNS 16

enum state { NO_MEETING, ARMED, INNER_RUNS, INNER_WAITS, INNER_ENDED };

/* Members of struct machine that belong to a call: of two that meet, each has its own. */
#define OF_EACH_SIDE(X)                                                                            \
	X(log)                                                                                     \
	X(watch)                                                                                   \
	X(counters)                                                                                \
	X(trap)                                                                                    \
	X(bound)                                                                                   \
	X(call)                                                                                    \
	X(next_look)                                                                               \
	X(next_look_at_events)                                                                     \
	X(refused)                                                                                 \
	X(fail_alloc)                                                                              \
	X(fail_trylock)                                                                            \
	X(alloc_failed)                                                                            \
	X(alloc_failed_bytes)                                                                      \
	X(alloc_failed_at)                                                                         \
	X(alloc_failed_place)                                                                      \
	X(meets_at)                                                                                \
	X(reads)                                                                                   \
	X(spins_at)

/* Those of the call that the machine does not show. */
struct side {
#define MEMBER(name)                                                                               \
	typeof(((struct machine *)0)->name) name; /* NOLINT(bugprone-macro-parentheses) */
	OF_EACH_SIDE(MEMBER)
#undef MEMBER
};

struct meeting {
	ucontext_t context[2]; /* by enum machine_side */
	struct side other;
	struct meeting_plan plan;
	enum state state;
	enum machine_side side; /* that the machine shows */
	enum machine_lock waits_for, waited_for;
	uint8_t holder[LOCKS]; /* 1 + enum machine_side; 0: nobody */
	bool reads_mmap[2];    /* whether a side holds the mmap lock for reading */
	uint32_t began_at;
	struct meeting_turn turn[MAX_TURNS];
	unsigned turns;
	bool outer_ended;

	/* For AddressSanitizer: the stacks, the inner one from its lowest address on. */
	char *stack;
	const void *outer_stack;
	size_t outer_bytes;
	void *fake[2];
};

bool meeting_create(struct machine *m)
{
	m->meeting = reserve(sizeof(*m->meeting), PROT_READ | PROT_WRITE);
	if (!m->meeting)
		return false;
	return log_create(&m->meeting->other.log);
}

void meeting_destroy(struct machine *m)
{
	if (!m->meeting)
		return;
	meeting_show(m, SIDE_OUTER);
	log_destroy(&m->meeting->other.log);
	release(m->meeting, sizeof(*m->meeting));
	m->meeting = NULL;
}

/* --- sides ------------------------------------------------------------------------ */

#define EXCHANGE(member)                                                                           \
	do {                                                                                       \
		typeof(m->member) kept = m->member;                                                \
		m->member = other->member;                                                         \
		other->member = kept;                                                              \
	} while (0);

void meeting_show(struct machine *m, enum machine_side side)
{
	struct side *other = &m->meeting->other;
	if (m->meeting->side == side)
		return;
	m->meeting->side = side;
	OF_EACH_SIDE(EXCHANGE)
	if (m->switched)
		m->switched(m);
}

enum machine_side meeting_side(const struct machine *m)
{
	return m->meeting->side;
}

bool meeting_took_place(const struct machine *m)
{
	return m->meets && m->meeting->state == INNER_ENDED;
}

enum meeting_by meeting_by(const struct machine *m)
{
	return m->meeting->plan.by;
}

uint32_t meeting_began_at(const struct machine *m)
{
	return m->meeting->began_at;
}

enum machine_lock meeting_waited_for(const struct machine *m)
{
	return m->meeting->waited_for;
}

bool meeting_turn(const struct machine *m, unsigned i, struct meeting_turn *turn)
{
	if (i >= m->meeting->turns)
		return false;
	*turn = m->meeting->turn[i];
	return true;
}

void meeting_arm(struct machine *m, const struct meeting_plan *plan)
{
	struct meeting *meeting = m->meeting;
	ASSERT(!m->meets);
	ASSERT_CMP(meeting->side, ==, SIDE_OUTER);
	meeting->plan = *plan;
	meeting->state = ARMED;
	meeting->waits_for = meeting->waited_for = LOCKS;
	meeting->outer_ended = false;
	meeting->turns = 0;
	m->meets = true;
	m->meets_at = plan->event;
	if (plan->event < m->next_look_at_events)
		m->next_look_at_events = plan->event;
}

void meeting_end(struct machine *m)
{
	ASSERT(m->meeting->state != INNER_RUNS && m->meeting->state != INNER_WAITS);
	meeting_show(m, SIDE_OUTER);
	m->meeting->state = NO_MEETING;
	for (int lock = 0; lock < LOCKS; lock++)
		m->meeting->holder[lock] = 0;
	m->meeting->reads_mmap[SIDE_OUTER] = m->meeting->reads_mmap[SIDE_INNER] = false;
	m->meets = false;
	m->meets_at = UINT32_MAX;
}

/* --- turns ------------------------------------------------------------------------- */

__attribute__((weak)) void __sanitizer_start_switch_fiber(void **fake_stack, const void *bottom,
							  size_t size);
__attribute__((weak)) void __sanitizer_finish_switch_fiber(void *fake_stack, const void **bottom,
							   size_t *size);

/* By pointer, and weak: see poison.h. `fake` is NULL where the stack that is left is used no more. */
static void start_switch(void **fake, const void *bottom, size_t bytes)
{
	static typeof(&__sanitizer_start_switch_fiber) volatile call =
		__sanitizer_start_switch_fiber;
	if (call)
		call(fake, bottom, bytes);
}

static void finish_switch(void *fake, const void **bottom, size_t *bytes)
{
	static typeof(&__sanitizer_finish_switch_fiber) volatile call =
		__sanitizer_finish_switch_fiber;
	if (call)
		call(fake, bottom, bytes);
}

/* The machine whose inner call begins: makecontext() hands on numbers alone. */
static struct machine *entering;

static void enter(void)
{
	struct machine *m = entering;
	struct meeting *meeting = m->meeting;
	finish_switch(NULL, &meeting->outer_stack, &meeting->outer_bytes);
	meeting->plan.make(meeting->plan.context);
	meeting->state = INNER_ENDED;
	meeting_show(m, SIDE_OUTER);
	start_switch(NULL, meeting->outer_stack, meeting->outer_bytes);
	setcontext(&meeting->context[SIDE_OUTER]);
	abort(); /* not reached */
}

/*
 * As swapcontext() does, of which AddressSanitizer warns since it does not know
 * that it is told of the stacks.
 */
static void swap_contexts(ucontext_t *from, const ucontext_t *to)
{
	volatile bool is_back = false;
	getcontext(from);
	if (is_back)
		return;
	is_back = true;
	setcontext(to);
}

/* The inner side has stopped, and the outer one goes on. */
static void note_turn(const struct machine *m)
{
	struct meeting *meeting = m->meeting;
	if (meeting->turns == MAX_TURNS)
		meeting->turns--;
	meeting->turn[meeting->turns++] =
		(struct meeting_turn){ m->log.events, meeting->other.log.events };
}

/* The outer side stands still, until the inner one waits or has ended. */
static void switch_to_inner(struct machine *m)
{
	struct meeting *meeting = m->meeting;
	ASSERT_CMP(meeting->side, ==, SIDE_OUTER);
	meeting->state = INNER_RUNS;
	meeting_show(m, SIDE_INNER);
	start_switch(&meeting->fake[SIDE_OUTER], meeting->stack + GUARD_BYTES, STACK_BYTES);
	swap_contexts(&meeting->context[SIDE_OUTER], &meeting->context[SIDE_INNER]);
	finish_switch(meeting->fake[SIDE_OUTER], NULL, NULL);
	ASSERT_CMP(meeting->side, ==, SIDE_OUTER);
	note_turn(m);
}

/* The inner side stands still, until the lock that it waits for is released. */
static void switch_to_outer(struct machine *m)
{
	struct meeting *meeting = m->meeting;
	meeting->state = INNER_WAITS;
	meeting_show(m, SIDE_OUTER);
	start_switch(&meeting->fake[SIDE_INNER], meeting->outer_stack, meeting->outer_bytes);
	swap_contexts(&meeting->context[SIDE_INNER], &meeting->context[SIDE_OUTER]);
	finish_switch(meeting->fake[SIDE_INNER], NULL, NULL);
	ASSERT_CMP(meeting->side, ==, SIDE_INNER);
}

void meeting_end_outer_first(struct machine *m)
{
	struct meeting *meeting = m->meeting;
	if (!m->meets || meeting->side != SIDE_INNER || meeting->outer_ended)
		return;
	ASSERT_CMP(meeting->plan.by, ==, MEETING_BY_CPU);
	meeting->waits_for = LOCKS;
	switch_to_outer(m);
}

void meeting_begin(struct machine *m)
{
	struct meeting *meeting = m->meeting;
	ASSERT_CMP(meeting->state, ==, ARMED);
	m->meets_at = UINT32_MAX;
	meeting->began_at = m->log.events;
	meeting->other.counters = m->counters;
	meeting->other.trap = MACHINE_TRAP_NONE;
	meeting->other.call = NULL;
	meeting->other.log.events = meeting->other.log.words = 0;
	unpoison(meeting->stack + GUARD_BYTES, STACK_BYTES);
	getcontext(&meeting->context[SIDE_INNER]);
	meeting->context[SIDE_INNER].uc_stack =
		(stack_t){ .ss_sp = meeting->stack + GUARD_BYTES, .ss_size = STACK_BYTES };
	meeting->context[SIDE_INNER].uc_link = NULL;
	makecontext(&meeting->context[SIDE_INNER], enter, 0);
	entering = m;
	switch_to_inner(m);
}

void meeting_outer_ended(struct machine *m)
{
	m->meeting->outer_ended = true;
	if (m->meeting->state == INNER_WAITS)
		switch_to_inner(m);
	ASSERT(m->meeting->state != INNER_RUNS && m->meeting->state != INNER_WAITS);
}

/*
 * The inner stack lies on the outer one, and not in memory of its own: so how
 * deep a call's stack is, which fuzz engines look at, does not depend on where
 * the host maps memory.
 */
__attribute__((noinline)) static bool run_below(struct machine *m, char *low,
						void (*run)(void *context), void *context)
{
	char *guard = (char *)(((uintptr_t)low + GUARD_BYTES - 1) & ~(uintptr_t)(GUARD_BYTES - 1));
	m->meeting->stack = guard;
	bool guarded = !mprotect(guard, GUARD_BYTES, PROT_NONE);
	bool ended = machine_run_here(m, run, context);
	if (guarded)
		mprotect(guard, GUARD_BYTES, PROT_READ | PROT_WRITE);
	return ended;
}

#if defined(__clang__)
#define PLAIN_STACK __attribute__((noinline, no_sanitize("address", "memory", "undefined")))
#else
#define PLAIN_STACK __attribute__((noinline, no_sanitize_address))
#endif

PLAIN_STACK bool meeting_run(struct machine *m, void (*run)(void *context), void *context)
{
	char *low = __builtin_alloca(STACK_BYTES + 2 * GUARD_BYTES);
	return run_below(m, low, run, context);
}

/* --- locks -------------------------------------------------------------------------- */

/* Nobody can release the lock before this call ends, which waits for it. */
static void deadlock(struct machine *m)
{
	if (m->call)
		machine_end_call(MACHINE_TRAP_DEADLOCK);
	if (m->trap == MACHINE_TRAP_NONE)
		m->trap = MACHINE_TRAP_DEADLOCK;
}

/* Stands still until the outer call, which holds the lock, has released it. */
static void wait_for(struct machine *m, enum machine_lock lock, bool by_outer)
{
	struct meeting *meeting = m->meeting;
	bool waits = meeting->side == SIDE_INNER && meeting->plan.by == MEETING_BY_CPU &&
		     by_outer && !meeting->outer_ended;
	if (!waits) {
		deadlock(m);
		return;
	}
	meeting->waits_for = meeting->waited_for = lock;
	switch_to_outer(m);
	meeting->waits_for = LOCKS;
	if (meeting->outer_ended)
		deadlock(m);
}

/* The outer side has released the lock: who waits for it goes on. */
static void hand_on(struct machine *m, enum machine_lock lock)
{
	const struct meeting *meeting = m->meeting;
	if (meeting->side == SIDE_OUTER && meeting->state == INNER_WAITS &&
	    meeting->waits_for == lock)
		switch_to_inner(m);
}

void machine_take(struct machine *m, enum machine_lock lock)
{
	ASSERT_CMP(lock, <, LOCKS);
	if (!m->meets)
		return;
	bool logged = reach_event(m);
	if (m->meeting->holder[lock])
		wait_for(m, lock, m->meeting->holder[lock] == 1 + SIDE_OUTER);
	m->meeting->holder[lock] = (uint8_t)(1 + m->meeting->side);
	if (logged)
		append_event(m, (struct event){ .kind = EVENT_TAKE, .what = (uint8_t)lock });
}

void machine_release(struct machine *m, enum machine_lock lock)
{
	struct meeting *meeting = m->meeting;
	ASSERT_CMP(lock, <, LOCKS);
	if (!m->meets)
		return;
	record(m, (struct event){ .kind = EVENT_RELEASE, .what = (uint8_t)lock });
	meeting->holder[lock] = 0;
	hand_on(m, lock);
}

static enum machine_side other_side(const struct meeting *meeting)
{
	return meeting->side == SIDE_OUTER ? SIDE_INNER : SIDE_OUTER;
}

/* Whether the other side holds the mmap lock in a way that does not go together with this. */
static bool is_mmap_kept(const struct meeting *meeting, bool for_writing)
{
	enum machine_side other = other_side(meeting);
	return meeting->holder[LOCK_MMAP] == 1 + other ||
	       (for_writing && meeting->reads_mmap[other]);
}

static void hold_mmap(struct meeting *meeting, bool for_writing)
{
	if (for_writing)
		meeting->holder[LOCK_MMAP] = (uint8_t)(1 + meeting->side);
	else
		meeting->reads_mmap[meeting->side] = true;
}

void meeting_lock_mmap(struct machine *m, bool for_writing)
{
	if (is_mmap_kept(m->meeting, for_writing))
		wait_for(m, LOCK_MMAP, m->meeting->side == SIDE_INNER);
	hold_mmap(m->meeting, for_writing);
}

bool meeting_trylock_mmap(struct machine *m)
{
	if (is_mmap_kept(m->meeting, false))
		return false;
	hold_mmap(m->meeting, false);
	return true;
}

void meeting_unlock_mmap(struct machine *m)
{
	struct meeting *meeting = m->meeting;
	if (meeting->holder[LOCK_MMAP] == 1 + meeting->side)
		meeting->holder[LOCK_MMAP] = 0;
	meeting->reads_mmap[meeting->side] = false;
	hand_on(m, LOCK_MMAP);
}
