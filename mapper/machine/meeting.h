// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two calls that meet on one machine: while one, the outer, is about to make
 * an event, the other, the inner, is made as a whole, by another CPU or by an
 * interrupt that the CPU takes. The outer goes on after it.
 *
 * The outer has read all that it reads before that event: so what it decided by
 * it may be true no more. Hardware's state is shared: the tables. What belongs
 * to a call is its own: its record, counts, bound and injected faults.
 *
 * An inner call of another CPU that needs a lock which the outer holds stands
 * still until it is released. One of an interrupt would wait for ever. So that
 * it can stand still it has a stack of its own.
 */
#ifndef MAPPER_MACHINE_MEETING_H
#define MAPPER_MACHINE_MEETING_H

#include "mapper/machine/machine.h"

enum meeting_by { MEETING_BY_CPU, MEETING_BY_IRQ };

/* The two calls, and of which of them the machine has record and counts now. */
enum machine_side { SIDE_OUTER, SIDE_INNER };

/* When the inner call is made, and what makes it. */
struct meeting_plan {
	uint32_t event; /* events of the outer call before it, from 0 */
	enum meeting_by by;
	/* Begins the inner call, and makes it by machine_run(). Runs on the inner side. */
	void (*make)(void *context);
	void *context;
};

/* Memory for it; false when the host has none. By machine_create() and machine_destroy() alone. */
bool meeting_create(struct machine *m);
void meeting_destroy(struct machine *m);

/*
 * The call that was begun is met so, if it makes so many events. To be called
 * between machine_bound_call() and machine_run(), and ended by meeting_end().
 */
void meeting_arm(struct machine *m, const struct meeting_plan *plan);

/* Whether the inner call was made. It has ended when machine_run() of the outer one returns. */
bool meeting_took_place(const struct machine *m);

/* Which side the machine shows, and the other one from now on: after both ended, to judge each. */
enum machine_side meeting_side(const struct machine *m);
void meeting_show(struct machine *m, enum machine_side side);

/* The outer side is shown, and no call meets another any more. */
void meeting_end(struct machine *m);

/* What makes the inner call of the meeting that was armed last. */
enum meeting_by meeting_by(const struct machine *m);

/* Events of the outer call before the inner one began; and for which lock, or LOCKS, that had to wait. */
uint32_t meeting_began_at(const struct machine *m);
enum machine_lock meeting_waited_for(const struct machine *m);

/*
 * The order in which both made their events: `outer` of the outer call, then the
 * inner one's up to `inner`, in turns; after the last turn the rest of the outer's.
 */
struct meeting_turn {
	uint32_t outer, inner; /* events so far */
};

/* Turn `i` of those that there were; false if there were fewer. */
bool meeting_turn(const struct machine *m, unsigned i, struct meeting_turn *turn);

/* --- for the machine alone --------------------------------------------------------- */

/* The outer call is where the inner one is to be made: makes it, or as much as locks allow. */
void meeting_begin(struct machine *m);
/*
 * As machine_run(), of an outer call, on a stack on which there is room for that
 * of the inner one: until both have ended.
 */
bool meeting_run(struct machine *m, void (*run)(void *context), void *context);
/*
 * The mmap lock, of which both may be readers. Stands still until it is had;
 * the trylock says whether it is, for reading; and what this side holds of it
 * is released.
 */
void meeting_lock_mmap(struct machine *m, bool for_writing);
bool meeting_trylock_mmap(struct machine *m);
void meeting_unlock_mmap(struct machine *m);
/* The inner side, of another CPU, goes on once the outer one has ended, if it has not. */
void meeting_end_outer_first(struct machine *m);
/* The outer call ended: an inner one that still waits does so for ever. */
void meeting_outer_ended(struct machine *m);

#endif
