// SPDX-License-Identifier: GPL-2.0-only
/* Segments are cut and forgotten as pages are: held against a plain array of pages. */
#include "mapper/test/cmocka_all.h"
#include "oracle/space.h"

#define PAGES 64

static struct space space;
static uint64_t model[PAGES]; /* the pfn of each page, 0 if there is none */
static uint8_t model_may[PAGES];
static const uint64_t list[PAGES] = { 900, 17, 33, 901, 902, 5, 6, 7, 8, 1000, 1, 2, 3 };

static uint64_t next_random(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *state >> 33;
}

static void expect_model(void)
{
	for (uint64_t page = 0; page < PAGES; page++) {
		unsigned at = space_find(&space, page);
		const struct segment *s = &space.segment[at];
		uint64_t pfn = at < space.segments && s->start <= page ? segment_pfn(s, page) : 0;
		assert_int_equal(pfn, model[page]);
		if (pfn)
			assert_int_equal(s->may, model_may[page]);
	}
	for (unsigned i = 0; i + 1 < space.segments; i++)
		assert_true(space.segment[i].end <= space.segment[i + 1].start);
}

static bool is_free(uint64_t start, uint64_t end)
{
	for (uint64_t page = start; page < end; page++)
		if (model[page])
			return false;
	return true;
}

static void add(uint64_t start, uint64_t end, bool linear)
{
	if (!is_free(start, end))
		return;
	space_add(&space, (struct segment){ .start = start,
					    .end = end,
					    .page = linear ? NULL : list,
					    .pfn = 100 + start,
					    .may = MAY_BE_MAPPED | MAY_WRITE });
	for (uint64_t page = start; page < end; page++) {
		model[page] = linear ? 100 + page : list[page - start];
		model_may[page] = MAY_BE_MAPPED | MAY_WRITE;
	}
}

static void drop(uint64_t start, uint64_t end)
{
	space_remove(&space, start, end);
	for (uint64_t page = start; page < end; page++)
		model[page] = 0;
}

static void alter(uint64_t start, uint64_t end, uint8_t clear, uint8_t set)
{
	space_change(&space, start, end, clear, set);
	for (uint64_t page = start; page < end; page++)
		model_may[page] = (uint8_t)((model_may[page] & ~clear) | set);
}

static void segments_behave_like_pages(void **state)
{
	(void)state;
	uint64_t seed = 1;
	for (int i = 0; i < 20000; i++) {
		uint64_t start = next_random(&seed) % PAGES;
		uint64_t end = start + next_random(&seed) % (PAGES - start + 1);
		uint64_t what = next_random(&seed) % 3;
		if (what == 0)
			alter(start, end, (uint8_t)(next_random(&seed) % 64),
			      (uint8_t)(next_random(&seed) % 64));
		else if (what == 1)
			drop(start, end);
		else
			add(start, end - start > 13 ? start + 13 : end, next_random(&seed) % 2);
		expect_model();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(segments_behave_like_pages) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
