// SPDX-License-Identifier: GPL-2.0-only
/*
 * How the machine writes its own record. Private to mapper/machine.
 *
 * A benchmark builds the machine with MACHINE_NO_EVENTS: the record, which
 * exists for whoever judges, is then left out and nothing else changes. No
 * build that judges defines it.
 */
#ifndef MAPPER_MACHINE_RECORD_H
#define MAPPER_MACHINE_RECORD_H

#include <string.h>

#include "mapper/machine/machine.h"

/* Loads or events between two looks at what a call has done. */
#define MACHINE_LOOK_EVERY 256

/* Memory of a log, reserved; false when the host has none. log_destroy() gives back what there is. */
bool log_create(struct event_log *log);
void log_destroy(struct event_log *log);

/*
 * Gives back what a call left past MACHINE_KEPT_EVENTS and MACHINE_KEPT_LOG_WORDS, so that one such call
 * takes no memory for good.
 */
void log_shrink(struct event_log *log);

/* The call has run away: ends it, or, where nobody can, traps. */
void machine_run_away(struct machine *m);

/* As machine_run(), on the stack as it is. */
bool machine_run_here(struct machine *m, void (*run)(void *context), void *context);

/* The slow part of reach_event(): another call is made, if its time has come, and machine_look() looks. */
bool machine_reach(struct machine *m);

#ifdef MACHINE_NO_EVENTS

static inline bool reach_event(struct machine *m)
{
	(void)m;
	return true;
}

static inline void append_event(struct machine *m, struct event e)
{
	(void)m;
	(void)e;
}

static inline void record(struct machine *m, struct event e)
{
	(void)m;
	(void)e;
}

static inline uint32_t record_words(struct machine *m, const uint64_t *words, uint32_t count)
{
	(void)m;
	(void)words;
	(void)count;
	return EVENT_NO_WORDS;
}

#else

/*
 * The call is about to make an event, of which nothing is done: the place where
 * another call meets it. False where the log has no room.
 */
static inline bool reach_event(struct machine *m)
{
	return m->log.events < m->next_look_at_events || machine_reach(m);
}

/* Where the next event stands. Of a log with room: reach_event(). */
static inline struct event *next_event(struct machine *m)
{
	return &m->log.event[m->log.events];
}

/* The event that stands there is whole: gives it its cause, and tells who watches. */
static inline void event_written(struct machine *m)
{
	struct event *recorded = &m->log.event[m->log.events++];
	if (m->log.place) {
		recorded->placed = true;
		m->log.cause[recorded - m->log.event] = *m->log.place;
	}
	if (m->watch.see)
		m->watch.see(m->watch.context, recorded);
}

/*
 * Records an event that was reached: append_event(machine, (struct event){ ... }).
 * A macro, so that the fields are written where they stay: what passes by value is
 * a copy, which GCC reads before its fields have left the store buffer.
 */
#define append_event(m, ...) (*next_event(m) = __VA_ARGS__, event_written(m))

static inline void record(struct machine *m, struct event e)
{
	if (reach_event(m))
		append_event(m, e);
}

/* Copies words into the log and says where they stand. */
static inline uint32_t record_words(struct machine *m, const uint64_t *words, uint32_t count)
{
	if (count > MACHINE_MAX_LOG_WORDS - m->log.words) {
		machine_run_away(m);
		return EVENT_NO_WORDS;
	}
	uint32_t at = m->log.words;
	memcpy(m->log.word + at, words, count * sizeof(*words));
	m->log.words += count;
	return at;
}

#endif
#endif
