// SPDX-License-Identifier: GPL-2.0-only
#include "regress/tool/batch.h"

#include "mapper/machine/assert.h"

/* Whether two events were made by one execution of one call. */
static bool same_call(const struct event_log *log, const struct event *a, const struct event *b)
{
	return event_place(log, a)->at_number == event_place(log, b)->at_number;
}

/* The call of mapping code that stored: of set_huge_pte_at(), and not what that calls itself. */
static uint32_t outer_call(const struct event_log *log, const struct event *e)
{
	const struct source_place *place = event_place(log, e);
	return place->caller ? place->caller_number : place->at_number;
}

static bool is_single_store(const struct event_log *log, const struct event *e)
{
	return e->kind == EVENT_STORE && e->count == 1 && event_place(log, e)->at;
}

/* Events of the step that the store `at` begins. */
static uint32_t step_at(const struct event_log *log, uint32_t at)
{
	uint32_t end = at + 1;
	while (end < log->events && log->event[end].kind == EVENT_BARRIER &&
	       same_call(log, &log->event[at], &log->event[end]))
		end++;
	return end - at;
}

static bool same_barriers(const struct event_log *log, uint32_t a, uint32_t b, uint32_t step)
{
	for (uint32_t i = 1; i < step; i++)
		if (log->event[a + i].what != log->event[b + i].what)
			return false;
	return true;
}

/* Whether the event `step` after the store `at` stores the next entry in the same way. */
static bool goes_on(const struct event_log *log, uint32_t at, uint32_t step,
		    const struct batch_format *format)
{
	const struct event *old = &log->event[at], *next = &log->event[at + step];
	if (at + step >= log->events || !is_single_store(log, next))
		return false;
	const struct source_place *here = event_place(log, old), *there = event_place(log, next);
	return next->table == old->table && next->index == old->index + 1 &&
	       there->at == here->at && there->caller == here->caller &&
	       (next->old_words == EVENT_NO_WORDS) == (old->old_words == EVENT_NO_WORDS) &&
	       step_at(log, at + step) == step && same_barriers(log, at, at + step, step) &&
	       format->alike(format->context, old, next);
}

/* Whether it goes on, with memory that follows. */
static bool goes_on_in_a_row(const struct event_log *log, uint32_t at, uint32_t step,
			     const struct batch_format *format)
{
	return goes_on(log, at, step, format) &&
	       format->follows(format->context, &log->event[at], &log->event[at + step]);
}

struct event_batch batch_at(const struct event_log *log, uint32_t first,
			    const struct batch_format *format)
{
	ASSERT_CMP(first, <, log->events);
	struct event_batch batch = {
		.first = first, .end = first + 1, .stores = 1, .step = 1, .calls = 1
	};
	if (!is_single_store(log, &log->event[first]))
		return batch;
	const uint32_t step = step_at(log, first);
	const bool in_a_row = goes_on_in_a_row(log, first, step, format);
	uint32_t last = first;
	while (goes_on(log, last, step, format) &&
	       goes_on_in_a_row(log, last, step, format) == in_a_row &&
	       (in_a_row || !goes_on_in_a_row(log, last + step, step, format))) {
		batch.calls += outer_call(log, &log->event[last]) !=
			       outer_call(log, &log->event[last + step]);
		batch.stores++;
		last += step;
	}
	if (batch.stores == 1)
		return batch;
	batch.apart = !in_a_row;
	batch.step = step;
	batch.end = last + step;
	return batch;
}
