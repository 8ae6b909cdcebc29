// SPDX-License-Identifier: GPL-2.0-only
/*
 * The barrier recipes that Arm's own executable model (herd7 with the
 * aarch64 model) was asked about, and its answers: a recipe after which it
 * sees no stale or faulting access must hold here, and one after which it
 * does must not. In one place the history is stricter, as R_DDMVT is: a break
 * without a TLBI, which that model does not flag.
 */
#include "mapper/test/cmocka_all.h"
#include "oracle/attributes.h"
#include "oracle/oracle.h"
#include "oracle/properties/properties.h"
#include "oracle/reference/reference.h"

#define PFN 0x10000
#define OTHER_PFN 0x20000

static const struct machine_config config = { .page_shift = 12, .va_bits = 48, .pa_bits = 48 };
static struct machine *m;
static struct oracle oracle;
static struct policy policy;
static struct call call;
static struct slot slot; /* of the one page */

/* One page that is mapped, or a table for it; then a call begins. */
static void begin(bool mapped)
{
	struct outcome ignored = { 0 };
	uint64_t va = UINT64_C(0xffff800080000000);
	policy = policy_default(POLICY_V9);
	machine_reset(m, &config);
	oracle_begin(&oracle, m, &reference_mapper, &policy);
	if (mapped)
		assert_true(oracle_preset_leaf(&oracle, va, PFN, ARM64_LAST_LEVEL));
	assert_int_equal(reference_slot(&oracle.g, m, &ignored, va, ARM64_LAST_LEVEL, &slot), 0);
	machine_begin_call(m, 0, 0);
	/* A call in whose range an entry may be broken and made. */
	call = (struct call){
		.kind = CALL_SET_MEMORY, .va = va, .bytes = 1 << 12, .change = MEMORY_INVALID
	};
	oracle_expect(&oracle, &call, &(struct call_context){ 0 });
}

static void store(uint64_t pfn)
{
	uint64_t desc = arm64_address_bits(&oracle.g, pfn << 12) |
			arm64_leaf_bits_of(&oracle.g, 3, attributes_of(PROT_KERNEL));
	machine_store(m, slot.table, slot.index, 1, pfn ? desc : 0, 0);
}

static void tlbi(void)
{
	machine_tlbi_range(m, call.va, call.bytes, true);
}

static void expect(enum rule rule)
{
	bool held = history_held(&oracle);
	assert_int_equal(held, rule == RULE_NONE);
	if (!held)
		assert_int_equal(oracle.verdict.rule, rule);
}

static void unmap(void **state)
{
	(void)state;
	begin(true);
	store(0);
	machine_barrier(m, BARRIER_DSB_ISH);
	tlbi();
	machine_barrier(m, BARRIER_DSB_ISH);
	machine_barrier(m, BARRIER_ISB);
	expect(RULE_NONE);
}

/* herd7's reader is another processor, to which this ISB is nothing; to Linux it is owed (51696d346c49). */
static void unmap_without_isb(void **state)
{
	(void)state;
	begin(true);
	store(0);
	machine_barrier(m, BARRIER_DSB_ISH);
	machine_barrier(m, BARRIER_ISB); /* before the TLBI is complete: not that one */
	tlbi();
	machine_barrier(m, BARRIER_DSB_ISH);
	expect(RULE_HISTORY_ISB);
}

static void unmap_without_the_first_dsb(void **state)
{
	(void)state;
	begin(true);
	store(0);
	tlbi();
	machine_barrier(m, BARRIER_DSB_ISH);
	expect(RULE_HISTORY_STALE);
}

static void another_address_without_break(void **state)
{
	(void)state;
	begin(true);
	store(OTHER_PFN);
	machine_barrier(m, BARRIER_DSB_ISH);
	tlbi();
	machine_barrier(m, BARRIER_DSB_ISH);
	machine_barrier(m, BARRIER_ISB);
	expect(RULE_HISTORY_LIVE_CHANGE);
}

static void break_before_make(void **state)
{
	(void)state;
	begin(true);
	store(0);
	machine_barrier(m, BARRIER_DSB_ISH);
	tlbi();
	machine_barrier(m, BARRIER_DSB_ISH);
	store(OTHER_PFN);
	machine_barrier(m, BARRIER_DSB_ISH);
	machine_barrier(m, BARRIER_ISB);
	expect(RULE_NONE);
}

static void break_before_make_without_tlbi(void **state)
{
	(void)state;
	begin(true);
	store(0);
	machine_barrier(m, BARRIER_DSB_ISH);
	store(OTHER_PFN);
	machine_barrier(m, BARRIER_DSB_ISH);
	machine_barrier(m, BARRIER_ISB);
	expect(RULE_HISTORY_MAKE_BEFORE_TLBI);
}

static void map(void **state)
{
	(void)state;
	begin(false);
	store(PFN);
	machine_barrier(m, BARRIER_DSB_ISHST);
	machine_barrier(m, BARRIER_ISB);
	expect(RULE_NONE);
}

static void map_without_barriers(void **state)
{
	(void)state;
	begin(false);
	store(PFN);
	expect(RULE_HISTORY_DSB);
	begin(false);
	store(PFN);
	machine_barrier(m, BARRIER_ISB);
	expect(RULE_HISTORY_DSB);
	begin(false);
	store(PFN);
	machine_barrier(m, BARRIER_DSB_ISHST);
	expect(RULE_HISTORY_ISB);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unmap),
		cmocka_unit_test(unmap_without_isb),
		cmocka_unit_test(unmap_without_the_first_dsb),
		cmocka_unit_test(another_address_without_break),
		cmocka_unit_test(break_before_make),
		cmocka_unit_test(break_before_make_without_tlbi),
		cmocka_unit_test(map),
		cmocka_unit_test(map_without_barriers),
	};
	m = machine_create();
	int failed = m && oracle_create(&oracle) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
	oracle_destroy(&oracle);
	machine_destroy(m);
	return failed;
}
