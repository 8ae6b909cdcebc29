// SPDX-License-Identifier: GPL-2.0-only
/*
 * The oracle's pass over whole spans and a walk of every single page agree:
 * after any one-bit change to any descriptor, the oracle finds a translation
 * wrong exactly when some page near the call translates otherwise.
 */
#include <string.h>

#include "mapper/test/cmocka_all.h"
#include "oracle/attributes.h"
#include "oracle/oracle.h"
#include "oracle/reference/reference.h"

#define PAGES 70
#define AROUND 40 /* pages looked at on both sides */

static const struct machine_config machines[] = {
	{ .page_shift = 12, .va_bits = 48, .pa_bits = 48 },
	{ .page_shift = 12, .va_bits = 39, .pa_bits = 48 },
	{ .page_shift = 12, .va_bits = 52, .pa_bits = 52, .lpa2 = true },
	{ .page_shift = 14, .va_bits = 36, .pa_bits = 48 },
	{ .page_shift = 14, .va_bits = 52, .pa_bits = 52, .lpa2 = true },
	{ .page_shift = 16, .va_bits = 42, .pa_bits = 48 },
	{ .page_shift = 16, .va_bits = 48, .pa_bits = 52 },
};

static struct machine *m;
static struct policy policy;
static struct oracle oracle;
static struct arm64_geometry g;
static uint64_t pfn[PAGES], va;

static void map(const struct machine_config *config, enum prot prot, struct call *call,
		struct outcome *out)
{
	struct address_space space = { .machine = m, .policy = &policy };
	machine_reset(m, config);
	policy = policy_default(POLICY_V9);
	oracle_begin(&oracle, m, &reference_mapper, &policy);
	g = arm64_geometry(config);
	va = arm64_va_base(&g) + (UINT64_C(1) << (config->va_bits - 1)) +
	     (UINT64_C(50) << g.granule);
	for (unsigned i = 0; i < PAGES; i++)
		pfn[i] = (i * UINT64_C(2654435761)) %
			 (UINT64_C(1) << (config->pa_bits - g.granule - 1));
	*call = (struct call){ .kind = CALL_VMAP,
			       .va = va,
			       .bytes = (uint64_t)PAGES << g.granule,
			       .pages = { pfn, PAGES },
			       .prot = prot };
	*out = (struct outcome){ 0 };
	oracle_expect(&oracle, call, &(struct call_context){ 0 });
	out->error = reference_mapper.call[CALL_VMAP](&space, call, out);
}

static bool same_attributes(const struct arm64_attributes *a, const struct arm64_attributes *b)
{
	return a->memory == b->memory && a->shareability == b->shareability &&
	       a->el1_write == b->el1_write && a->el1_write_at_once == b->el1_write_at_once &&
	       a->el1_exec == b->el1_exec && a->el0_access == b->el0_access &&
	       a->el0_exec == b->el0_exec && a->global == b->global && a->accessed == b->accessed;
}

static bool page_is_right(int i, const struct arm64_attributes *want)
{
	struct arm64_translation t =
		arm64_translate(&g, m, va + ((uint64_t)(int64_t)i << g.granule));
	if (i < 0 || i >= PAGES)
		return !t.mapped;
	return t.mapped && t.oa >> g.granule == pfn[i] && same_attributes(want, &t.attributes);
}

static bool all_pages_are_right(enum prot prot)
{
	struct arm64_attributes want = *attributes_of(prot);
	want.el1_exec = false;
	for (int i = -AROUND; i < PAGES + AROUND; i++)
		if (!page_is_right(i, &want))
			return false;
	return true;
}

static bool is_about_translation(enum rule rule)
{
	return !strcmp(rule_text(rule)->property, "translation") || rule == RULE_ISOLATION_OUTSIDE;
}

static void check_flip(const struct machine_config *config, enum prot prot, table_t table,
		       uint32_t index, unsigned bit)
{
	struct call call;
	struct outcome out;
	map(config, prot, &call, &out);
	uint64_t word = machine_words(m, table)[index];
	machine_store(m, table, index, 1, word ^ UINT64_C(1) << bit, 0);
	bool held = oracle_judge(&oracle, &out);
	bool right = all_pages_are_right(prot);
	if (held && !right)
		fail_msg("granule %u table %u entry %u bit %u goes unseen", g.granule, table, index,
			 bit);
	if (!held && right && is_about_translation(oracle.verdict.rule))
		fail_msg("granule %u table %u entry %u bit %u is no fault", g.granule, table, index,
			 bit);
}

static void flips_are_judged_alike(void **state)
{
	(void)state;
	for (size_t c = 0; c < sizeof(machines) / sizeof(machines[0]); c++) {
		struct call call;
		struct outcome out;
		enum prot prot = c % PROT_COUNT;
		map(&machines[c], prot, &call, &out);
		uint32_t tables = m->tables;
		for (table_t t = 0; t < tables; t++)
			for (uint32_t i = m->table[t].low; i < m->table[t].high; i += 7)
				for (unsigned bit = 0; bit < 64; bit++)
					check_flip(&machines[c], prot, t, i, bit);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(flips_are_judged_alike) };
	m = machine_create();
	int failed = m && oracle_create(&oracle) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
	oracle_destroy(&oracle);
	machine_destroy(m);
	return failed;
}
