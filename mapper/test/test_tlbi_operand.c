// SPDX-License-Identifier: GPL-2.0-only
/* The operands of TLBI instructions: each field, as the manual lays it out, typed by hand. */
#include "mapper/kernel/tlbi_operand.h"
#include "mapper/test/cmocka_all.h"

static const struct machine_config k4 = {
	.page_shift = 12, .va_bits = 48, .pa_bits = 48, .tlb_range = true
};
static const struct machine_config k16 = {
	.page_shift = 14, .va_bits = 48, .pa_bits = 48, .tlb_range = true
};
static const struct machine_config k64 = {
	.page_shift = 16, .va_bits = 52, .pa_bits = 52, .tlb_range = true
};
static const struct machine_config k4_lpa2 = {
	.page_shift = 12, .va_bits = 52, .pa_bits = 52, .lpa2 = true, .tlb_range = true
};
static const struct machine_config k16_lpa2 = {
	.page_shift = 14, .va_bits = 52, .pa_bits = 52, .lpa2 = true, .tlb_range = true
};
static const struct machine_config old = { .page_shift = 12, .va_bits = 48, .pa_bits = 48 };

#define FIELD(value, low) ((uint64_t)(value) << (low))

/* TG, SCALE, NUM and TTL as they are; the base's low 37 bits. */
static uint64_t range(unsigned tg, unsigned scale, unsigned num, unsigned ttl, uint64_t base)
{
	return FIELD(tg, 46) | FIELD(scale, 44) | FIELD(num, 39) | FIELD(ttl, 37) |
	       (base & ((UINT64_C(1) << 37) - 1));
}

static void expect_range(const struct machine_config *config, uint64_t operand, uint64_t va,
			 uint64_t pages, int level)
{
	struct event e = { 0 };
	assert_null(tlbi_decode_range(config, operand, &e));
	assert_int_equal(e.va, va);
	assert_int_equal(e.bytes, pages << config->page_shift);
	assert_int_equal(e.level, level);
	assert_true(e.by_range);
	assert_int_equal(e.count, 1);
}

static void a_range_has_num_and_scale(void **state)
{
	(void)state;
	const uint64_t va = 0xffff800080003000, base = va >> 12;
	for (unsigned scale = 0; scale < 4; scale++)
		for (unsigned num = 0; num < 32; num++)
			expect_range(&k4, range(1, scale, num, 0, base), va,
				     (num + 1ull) << (5 * scale + 1), EVENT_NO_HINT);
	expect_range(&k4, range(1, 0, 0, 0, base), va, 2, EVENT_NO_HINT);
	expect_range(&k4, range(1, 3, 31, 0, base), va, 1 << 21, EVENT_NO_HINT);
}

static void a_base_is_in_units_of_the_granule(void **state)
{
	(void)state;
	expect_range(&k16, range(2, 1, 2, 0, 0xffff80008000c000 >> 14), 0xffff80008000c000, 192,
		     EVENT_NO_HINT);
	expect_range(&k64, range(3, 0, 0, 0, 0xfff80000000f0000 >> 16), 0xfff80000000f0000, 2,
		     EVENT_NO_HINT);
}

/* With DS = 1 the base is in units of 64K: an odd page cannot be a base. */
static void a_base_of_lpa2_is_in_units_of_64k(void **state)
{
	(void)state;
	expect_range(&k4_lpa2, range(1, 0, 0, 0, 0xfff8000000010000 >> 16), 0xfff8000000010000, 2,
		     EVENT_NO_HINT);
	expect_range(&k16_lpa2, range(2, 0, 0, 0, 0xfff8000000020000 >> 16), 0xfff8000000020000, 2,
		     EVENT_NO_HINT);
	/* An operand that was made of a page's number, by mistake, means another address. */
	expect_range(&k4_lpa2, range(1, 0, 0, 0, 0xfff8000000001000 >> 12), 0x10000, 2,
		     EVENT_NO_HINT);
}

static void a_ttl_of_a_range_is_a_level(void **state)
{
	(void)state;
	const uint64_t va = 0xffff800080000000;
	for (int ttl = 1; ttl < 4; ttl++) {
		expect_range(&k4, range(1, 0, 0, (unsigned)ttl, va >> 12), va, 2, ttl);
		expect_range(&k64, range(3, 0, 0, (unsigned)ttl, va >> 16), va, 2, ttl);
		expect_range(&k16_lpa2, range(2, 0, 0, (unsigned)ttl, va >> 16), va, 2, ttl);
		expect_range(&k16, range(2, 0, 0, (unsigned)ttl, va >> 14), va, 2,
			     ttl == 1 ? EVENT_NO_HINT : ttl);
	}
}

static void a_wrong_granule_invalidates_nothing(void **state)
{
	(void)state;
	static const struct machine_config *const machines[] = { NULL, &k4, &k16, &k64 };
	for (unsigned own = 1; own < 4; own++)
		for (unsigned tg = 0; tg < 4; tg++) {
			struct event e = { .va = 7 };
			const char *why =
				tlbi_decode_range(machines[own], range(tg, 0, 0, 0, 5), &e);
			assert_int_equal(why == NULL, tg == own);
			assert_int_equal(e.va == 7, tg != own);
			why = tlbi_decode_address(machines[own], FIELD(tg, 46) | FIELD(3, 44), &e);
			assert_int_equal(why == NULL, tg == own || tg == 0);
		}
}

static void a_machine_may_have_no_ranges(void **state)
{
	(void)state;
	struct event e = { 0 };
	assert_non_null(tlbi_decode_range(&old, range(1, 0, 0, 0, 5), &e));
}

static void a_range_ends_at_the_top(void **state)
{
	(void)state;
	expect_range(&k4, range(1, 0, 1, 0, UINT64_MAX >> 12), -UINT64_C(0x1000), 1, EVENT_NO_HINT);
	expect_range(&k4, range(1, 0, 0, 0, -UINT64_C(0x2000) >> 12), -UINT64_C(0x2000), 2,
		     EVENT_NO_HINT);
}

static void expect_address(const struct machine_config *config, uint64_t operand, uint64_t va,
			   int level)
{
	struct event e = { 0 };
	assert_null(tlbi_decode_address(config, operand, &e));
	assert_int_equal(e.va, va);
	assert_int_equal(e.bytes, UINT64_C(1) << config->page_shift);
	assert_int_equal(e.level, level);
	assert_false(e.by_range);
}

static void an_address_is_in_units_of_4k(void **state)
{
	(void)state;
	const uint64_t operand = 0xffff800080005000 >> 12 & ((UINT64_C(1) << 44) - 1);
	expect_address(&k4, operand, 0xffff800080005000, EVENT_NO_HINT);
	expect_address(&k16, operand, 0xffff800080004000, EVENT_NO_HINT);
	expect_address(&k64, operand, 0xffff800080000000, EVENT_NO_HINT);
	expect_address(&k4, operand | FIELD(0xabcd, 48), 0xffff800080005000, EVENT_NO_HINT);
}

static void a_ttl_of_an_address_is_a_granule_and_a_level(void **state)
{
	(void)state;
	static const struct {
		const struct machine_config *config;
		int level[4]; /* by TTL[1:0]; EVENT_NO_HINT: none */
	} rows[] = {
		{ &k4, { EVENT_NO_HINT, 1, 2, 3 } },
		{ &k4_lpa2, { 0, 1, 2, 3 } },
		{ &k16, { EVENT_NO_HINT, EVENT_NO_HINT, 2, 3 } },
		{ &k16_lpa2, { EVENT_NO_HINT, 1, 2, 3 } },
		{ &k64, { EVENT_NO_HINT, 1, 2, 3 } },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned granule = rows[i].config->page_shift / 2u - 5u;
		for (unsigned level = 0; level < 4; level++) {
			expect_address(rows[i].config, FIELD(granule, 46) | FIELD(level, 44), 0,
				       rows[i].level[level]);
			/* Granule 0: no information. */
			expect_address(rows[i].config, FIELD(level, 44), 0, EVENT_NO_HINT);
		}
	}
	/* Without FEAT_TTL the bits are RES0. */
	expect_address(&old, FIELD(2, 46) | FIELD(3, 44), 0, EVENT_NO_HINT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_range_has_num_and_scale),
		cmocka_unit_test(a_base_is_in_units_of_the_granule),
		cmocka_unit_test(a_base_of_lpa2_is_in_units_of_64k),
		cmocka_unit_test(a_ttl_of_a_range_is_a_level),
		cmocka_unit_test(a_wrong_granule_invalidates_nothing),
		cmocka_unit_test(a_machine_may_have_no_ranges),
		cmocka_unit_test(a_range_ends_at_the_top),
		cmocka_unit_test(an_address_is_in_units_of_4k),
		cmocka_unit_test(a_ttl_of_an_address_is_a_granule_and_a_level),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
