// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/meetings.h"

#include "fuzz/weights.h"

struct during pick_during(const struct call *call, struct rng *rng)
{
	bool early = rng_chance(rng, weights.met_early);
	uint64_t most = 1 + rng_below(rng, early ? MEETINGS_EARLY : MEETINGS_MAX_EVENT);
	uint32_t event = (uint32_t)rng_below(rng, most);
	bool by_irq = rng_chance(rng, weights.by_irq);
	return (struct during){
		.stated = true,
		.by = by_irq && call_interrupts(call) ? MEETING_BY_IRQ : MEETING_BY_CPU,
		.event = event,
	};
}

void change_during(struct during *during, const struct call *call, struct rng *rng)
{
	uint64_t what = rng_below(rng, 10), by = 1 + rng_below(rng, 3);
	if (!during->stated || what < 2)
		*during = pick_during(call, rng);
	else if (what < 3)
		*during = (struct during){ 0 };
	else if (what < 7 || during->event < by)
		during->event += (uint32_t)by;
	else
		during->event -= (uint32_t)by;
}

struct read pick_read(struct rng *rng)
{
	const bool of_reader = rng_chance(rng, weights.read_of_reader);
	const bool dump = rng_chance(rng, weights.read_by_dump);
	const uint64_t event = rng_below(rng, MEETINGS_MAX_EVENT);
	return (struct read){
		.stated = true,
		.of_reader = of_reader,
		.by = dump ? READER_DUMP : READER_LOOKUP,
		.event = (uint32_t)event,
	};
}

void change_read(struct read *read, struct rng *rng)
{
	uint64_t what = rng_below(rng, 10), by = 1 + rng_below(rng, 3);
	if (!read->stated || what < 2)
		*read = pick_read(rng);
	else if (what < 3)
		*read = (struct read){ 0 };
	else if (what < 4)
		read->of_reader = !read->of_reader;
	else if (what < 7 || read->event < by)
		read->event += (uint32_t)by;
	else
		read->event -= (uint32_t)by;
}
