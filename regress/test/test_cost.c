// SPDX-License-Identifier: GPL-2.0-only
/* What a call may cost, in counts of the machine: nothing grows faster than the page array. */
#include "mapper/mapper.h"
#include "mapper/test/cmocka_all.h"

#define PAGES 25600
#define TABLE_PAGES 512 /* of the 4K granule */

static const struct machine_config config = { .page_shift = 12, .va_bits = 48, .pa_bits = 48 };
static struct machine *m;
static uint64_t page[PAGES];

/* Maps the array at `va` and leaves the counts of the call in m->counters. */
static void map(int series, uint64_t va)
{
	struct policy policy = policy_default(series);
	struct address_space space = { .machine = m, .policy = &policy };
	const struct call call = {
		.kind = CALL_VMAP, .va = va, .bytes = PAGES << 12, .pages = { page, PAGES }
	};
	struct outcome out = { 0 };
	machine_reset(m, &config);
	assert_int_equal(batched_mapper.call[CALL_VMAP](&space, &call, &out), 0);
}

static void fill(uint64_t first, uint64_t order)
{
	for (uint64_t i = 0; i < PAGES; i++)
		page[i] = first + i + (i >> order << (order + 1));
}

static void expect_linear(void)
{
	/* Tables of pages that the range can touch, and those above them. */
	uint64_t tables = PAGES / TABLE_PAGES + 1 + 6;
	assert_true(m->counters.pages_scanned <= PAGES);
	assert_true(m->counters.tables <= tables);
	assert_true(m->counters.stores <= PAGES + m->counters.tables);
}

static void a_search_looks_at_no_page_twice(void **state)
{
	(void)state;
	static const uint64_t firsts[] = { 0x10000, 0x10010, 0x10001, 0x10100 };
	for (size_t i = 0; i < sizeof(firsts) / sizeof(firsts[0]); i++) {
		for (int series = POLICY_V9; series <= POLICY_V4; series++) {
			for (uint64_t order = 0; order < 12; order++) {
				fill(firsts[i], order);
				map(series, 0xffff800080000000);
				expect_linear();
				map(series, 0xffff800080010000);
				expect_linear();
			}
		}
	}
}

static void a_block_is_one_store(void **state)
{
	(void)state;
	fill(0x10000, 9);
	map(POLICY_V9, 0xffff800080000000);
	assert_int_equal(m->counters.stores, PAGES / TABLE_PAGES + m->counters.tables);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_search_looks_at_no_page_twice),
		cmocka_unit_test(a_block_is_one_store),
	};
	m = machine_create();
	int failed = m ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
	machine_destroy(m);
	return failed;
}
