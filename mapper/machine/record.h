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

/* The call has run away: ends it, or, where nobody can, traps. */
void machine_run_away(struct machine *m);

#ifdef MACHINE_NO_EVENTS

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

static inline void record(struct machine *m, struct event e)
{
	if (m->log.events >= m->next_look_at_events && !machine_look(m))
		return;
	if (m->log.place)
		e.place = *m->log.place;
	m->log.event[m->log.events++] = e;
	if (m->watch.see)
		m->watch.see(m->watch.context, &e);
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
