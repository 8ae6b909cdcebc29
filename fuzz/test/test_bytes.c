// SPDX-License-Identifier: GPL-2.0-only
/* The byte encoding: canonical, without loss, and closed to everything else. */
#include <string.h>

#include "fuzz/generate.h"
#include "fuzz/scenario_bytes.h"
#include "fuzz/scenario_text.h"
#include "mapper/test/cmocka_all.h"

#define SCENARIOS 2000
#define MAX_PAGES 25600

static struct scenario scenario, again;
static uint8_t bytes[SCENARIO_MAX_BYTES], bytes_again[SCENARIO_MAX_BYTES];

static size_t some_encoding(uint64_t seed)
{
	struct rng rng = { seed };
	generate(&scenario, seed % PROFILES, &rng, MAX_PAGES);
	scenario.machine.tlb_range = seed & 1; /* which are generated for trees alone */
	scenario.machine.noalias = seed & 2;
	scenario.machine.realm = seed & 4;
	size_t size = scenario_encode(&scenario, bytes, sizeof(bytes));
	assert_true(size > 0);
	return size;
}

static void encodings_come_back(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < SCENARIOS; seed++) {
		size_t size = some_encoding(seed);
		assert_true(scenario_decode(bytes, size, &again));
		assert_int_equal(scenario_encode(&again, bytes_again, sizeof(bytes_again)), size);
		assert_memory_equal(bytes, bytes_again, size);
	}
}

/* Whatever is accepted is the one encoding of what it says. */
static void changed_bytes_are_refused_or_canonical(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 200; seed++) {
		size_t size = some_encoding(seed);
		for (size_t at = 0; at < size; at++) {
			for (unsigned bit = 0; bit < 8; bit++) {
				bytes[at] ^= (uint8_t)(1u << bit);
				if (scenario_decode(bytes, size, &again)) {
					size_t n = scenario_encode(&again, bytes_again,
								   sizeof(bytes_again));
					assert_int_equal(n, size);
					assert_memory_equal(bytes, bytes_again, size);
				}
				bytes[at] ^= (uint8_t)(1u << bit);
			}
		}
	}
}

/* Bytes of before there was TLBI by range, which say LPA2 alone there, say that there is none. */
static void tlbi_by_range_is_a_bit_of_the_features(void **state)
{
	enum { FEATURES = 6 };
	(void)state;
	static const char *const texts[] = {
		"vmapdiff 2\nvunmap va=0xffff800080000000 size=0x1000\n",
		"vmapdiff 2\nmachine va=52 pa=52 lpa2\n"
		"vunmap va=0xffff800080000000 size=0x1000\n"
	};
	struct text_error error;
	for (uint8_t lpa2 = 0; lpa2 < 2; lpa2++) {
		assert_true(scenario_parse(texts[lpa2], strlen(texts[lpa2]), &scenario, &error));
		size_t size = scenario_encode(&scenario, bytes, sizeof(bytes));
		assert_int_equal(bytes[FEATURES], lpa2);
		bytes[FEATURES] |= 2;
		assert_true(scenario_decode(bytes, size, &again));
		assert_true(again.machine.tlb_range);
		assert_int_equal(again.machine.lpa2, lpa2);
		bytes[FEATURES] = 16;
		assert_false(scenario_decode(bytes, size, &again));
	}
}

static void cut_and_padded_bytes_are_refused(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 200; seed++) {
		size_t size = some_encoding(seed);
		for (size_t n = 0; n < size; n++)
			assert_false(scenario_decode(bytes, n, &again));
		bytes[size] = 0;
		assert_false(scenario_decode(bytes, size + 1, &again));
	}
}

static void a_small_buffer_is_noticed(void **state)
{
	(void)state;
	size_t size = some_encoding(1);
	assert_int_equal(scenario_encode(&scenario, bytes, size - 1), 0);
	assert_int_equal(scenario_encode(&scenario, bytes, size), size);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encodings_come_back),
		cmocka_unit_test(changed_bytes_are_refused_or_canonical),
		cmocka_unit_test(tlbi_by_range_is_a_bit_of_the_features),
		cmocka_unit_test(cut_and_padded_bytes_are_refused),
		cmocka_unit_test(a_small_buffer_is_noticed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
