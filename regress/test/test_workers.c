// SPDX-License-Identifier: GPL-2.0-only
/* How many processes share work, and that a finding does not depend on it. */
#include <sched.h>
#include <stdio.h>

#include "mapper/test/cmocka_all.h"
#include "regress/tool/workers.h"

#define CHUNKS 50

struct tally {
	uint64_t cases, finding;
	uint64_t first; /* chunk with a finding */
};

static void begin(void *context)
{
	(void)context;
}

static void play(void *context, uint64_t chunk, struct chunk_result *result)
{
	const struct tally *tally = context;
	result->cases = 1;
	if (chunk >= tally->first)
		result->finding = chunk;
}

static void take(void *context, const struct chunk_result *result)
{
	struct tally *tally = context;
	tally->cases += result->cases;
	if (result->finding < tally->finding)
		tally->finding = result->finding;
}

static struct tally run(unsigned workers, uint64_t first)
{
	struct tally tally = { .finding = NO_FINDING, .first = first };
	struct work work = { .what = "test",
			     .chunks = CHUNKS,
			     .workers = workers,
			     .begin = begin,
			     .play = play,
			     .take = take,
			     .context = &tally };
	assert_true(workers_run(&work));
	return tally;
}

static void the_first_finding_is_told_by_any_number_of_workers(void **state)
{
	(void)state;
	for (unsigned workers = 0; workers < 5; workers++) {
		assert_int_equal(run(workers, CHUNKS).cases, CHUNKS);
		assert_true(run(workers, CHUNKS).finding == NO_FINDING);
		assert_int_equal(run(workers, 7).finding, 7);
		assert_int_equal(run(workers, 0).finding, 0);
	}
}

/* Not all cores of the machine: whoever is given one shares it. */
static void the_default_is_what_the_process_may_use(void **state)
{
	(void)state;
	cpu_set_t all, one;
	assert_return_code(sched_getaffinity(0, sizeof(all), &all), 0);
	assert_int_equal(workers_default(), CPU_COUNT(&all));
	int core = 0;
	while (!CPU_ISSET(core, &all))
		core++;
	CPU_ZERO(&one);
	CPU_SET(core, &one);
	assert_return_code(sched_setaffinity(0, sizeof(one), &one), 0);
	assert_int_equal(workers_default(), 1);
	assert_return_code(sched_setaffinity(0, sizeof(all), &all), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_finding_is_told_by_any_number_of_workers),
		cmocka_unit_test(the_default_is_what_the_process_may_use),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
