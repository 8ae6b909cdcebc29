// SPDX-License-Identifier: GPL-2.0-only
/* The memory of a call's record. */
#include "mapper/machine/record.h"
#include "mapper/machine/reserve.h"

#define ALL_BYTES(member) (MACHINE_MAX_EVENTS * sizeof(*(member)))

/* A call that leaves millions of events faults a few hundred times. What fails costs time alone. */
static void use_huge_pages(void *first, void *rest, size_t bytes)
{
	madvise(rest, bytes - (size_t)((char *)rest - (char *)first), MADV_HUGEPAGE);
}

bool log_create(struct event_log *log)
{
	const int open = PROT_READ | PROT_WRITE;
	log->event = reserve(ALL_BYTES(log->event), open);
	log->cause = reserve(ALL_BYTES(log->cause), open);
	log->word = reserve(MACHINE_MAX_LOG_WORDS * sizeof(*log->word), open);
	if (!log->event || !log->cause || !log->word)
		return false;
	use_huge_pages(log->event, log->event + MACHINE_KEPT_EVENTS, ALL_BYTES(log->event));
	use_huge_pages(log->cause, log->cause + MACHINE_KEPT_EVENTS, ALL_BYTES(log->cause));
	use_huge_pages(log->word, log->word + MACHINE_KEPT_LOG_WORDS,
		       MACHINE_MAX_LOG_WORDS * sizeof(*log->word));
	return true;
}

void log_destroy(struct event_log *log)
{
	release(log->event, ALL_BYTES(log->event));
	release(log->cause, ALL_BYTES(log->cause));
	release(log->word, MACHINE_MAX_LOG_WORDS * sizeof(*log->word));
	*log = (struct event_log){ 0 };
}

static void give_back_past(void *array, size_t size, uint32_t used, uint32_t kept)
{
	if (used > kept)
		give_back((char *)array + kept * size, (used - kept) * size);
}

void log_shrink(struct event_log *log)
{
	give_back_past(log->event, sizeof(*log->event), log->events, MACHINE_KEPT_EVENTS);
	give_back_past(log->cause, sizeof(*log->cause), log->events, MACHINE_KEPT_EVENTS);
	give_back_past(log->word, sizeof(*log->word), log->words, MACHINE_KEPT_LOG_WORDS);
}
