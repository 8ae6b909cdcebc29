// SPDX-License-Identifier: GPL-2.0-only
/* Calls that do not end by themselves: what they did is counted, and they are ended. */
#include <setjmp.h>

#include "mapper/machine/machine.h"

#include "mapper/machine/assert.h"
#include "mapper/machine/meeting.h"
#include "mapper/machine/min.h"
#include "mapper/machine/record.h"

/*
 * Of each page of the call, and of each entry of the tables that are there or
 * that a walk to the call's first page needs. The cost rules allow some four
 * loads a page; a mapper that searches a whole table for each page needs 512.
 */
#define LOADS_A_PLACE 1024
#define EVENTS_A_PLACE 64
#define LEVELS 5
/* Bytes of stack that a call may use. Those of a tree, with sanitizers, use some thousand. */
#define MAX_DEPTH ((uintptr_t)1 << 20)

/* A call that runs. */
struct machine_call {
	jmp_buf end;
	uintptr_t stack; /* where it begins; it grows downwards */
};

/* The machine whose call runs: a signal says nothing of it. */
static struct machine *volatile running;
static volatile uint64_t runs;

void machine_bound_call(struct machine *m, uint64_t pages)
{
	const uint64_t most = (uint64_t)MACHINE_MAX_TABLES * m->entries;
	uint64_t places = min(pages, most) + (uint64_t)(m->live_tables + LEVELS) * m->entries;
	uint64_t events = min(m->log.events + places * EVENTS_A_PLACE, MACHINE_MAX_EVENTS);
	m->bound.loads = m->counters.loads + places * LOADS_A_PLACE;
	m->bound.pages_scanned = m->counters.pages_scanned + places * LOADS_A_PLACE;
	m->bound.events = (uint32_t)events;
	m->bound.refused = (uint32_t)events;
}

bool machine_run_here(struct machine *m, void (*run)(void *context), void *context)
{
	struct machine_call call = { .stack = (uintptr_t)__builtin_frame_address(0) };
	struct machine *volatile const met = running; /* whose other call this one meets */
	ASSERT(!met || (met == m && m->meets && !m->call));
	m->call = &call;
	runs++;
	running = m;
	bool ended = setjmp(call.end);
	if (!ended)
		run(context);
	running->call = NULL;
	if (!met && running->meets)
		meeting_outer_ended(running);
	running = met;
	return !ended;
}

bool machine_run(struct machine *m, void (*run)(void *context), void *context)
{
	return m->meets_at == UINT32_MAX ? machine_run_here(m, run, context)
					 : meeting_run(m, run, context);
}

const struct machine *machine_running(void)
{
	return running;
}

uint64_t machine_runs(void)
{
	return runs;
}

size_t machine_depth(const void *p)
{
	return running ? running->call->stack - (uintptr_t)p : 0;
}

static void trap(struct machine *m, enum machine_trap why)
{
	if (m->trap == MACHINE_TRAP_NONE)
		m->trap = why;
}

void machine_end_call(enum machine_trap why)
{
	ASSERT(running);
	trap(running, why);
	longjmp(running->call->end, 1);
}

void machine_run_away(struct machine *m)
{
	if (m->call)
		machine_end_call(MACHINE_TRAP_RUNAWAY);
	trap(m, MACHINE_TRAP_RUNAWAY);
}

bool machine_is_out_of_bound(const struct machine *m)
{
	const struct machine_bound *bound = &m->bound;
	const struct machine_counters *now = &m->counters;
	return now->loads >= bound->loads || now->pages_scanned >= bound->pages_scanned ||
	       m->log.events >= bound->events || m->refused >= bound->refused;
}

bool machine_look(struct machine *m)
{
	if (machine_is_out_of_bound(m) ||
	    (m->call && machine_depth(__builtin_frame_address(0)) > MAX_DEPTH)) {
		machine_run_away(m);
		return m->log.events < MACHINE_MAX_EVENTS;
	}
	m->next_look = m->reads ? 0 : min(m->counters.loads + MACHINE_LOOK_EVERY, m->bound.loads);
	m->next_look_at_events = (uint32_t)min(m->log.events + MACHINE_LOOK_EVERY, m->bound.events);
	m->next_look_at_events = (uint32_t)min(m->next_look_at_events, m->meets_at);
	return true;
}

bool machine_reach(struct machine *m)
{
	if (m->log.events >= m->meets_at)
		meeting_begin(m);
	return machine_look(m);
}
