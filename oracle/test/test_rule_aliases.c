// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which linear aliases a set_memory call changes: those of its pages, wherever they are, and no other.
 */
#include "oracle/test/fixture.h"

#define AREA 8 /* pages of the area */

/* Where the pages of an area lie; the linear map has those that it can have, and `between`. */
struct pattern {
	const char *name;
	uint64_t pfn[AREA];
	uint64_t between; /* a page of the linear map that is in no area; 0: none */
};

static struct pattern pattern_of(unsigned number)
{
	const uint64_t linear = oracle_linear_pages(&fixture.oracle);
	switch (number) {
	case 0:
		return (struct pattern){ "consecutive",
					 { 900, 901, 902, 903, 904, 905, 906, 907 },
					 0 };
	case 1:
		return (struct pattern){ "scattered",
					 { 900, 902, 950, 951, 940, 939, 938, 1000 },
					 945 };
	case 2:
		return (struct pattern){ "at the end",
					 { linear - 2, linear - 1, linear, linear + 1, 0, 1,
					   linear - 3, linear + 5 },
					 linear - 4 };
	default:
		return (struct pattern){ "the same in the low 32 bits",
					 { 900, 901 + (UINT64_C(1) << 32), 902, 903, 950, 951, 952,
					   953 },
					 1 << 20 };
	}
}

struct change {
	const struct fixture_machine *machine;
	enum memory_change change;
	unsigned pattern;
	uint64_t first, pages; /* of the area */
	bool noalias;
};

static void lay(uint64_t pfn)
{
	if (pfn < oracle_linear_pages(&fixture.oracle))
		assert_true(oracle_lay_linear(&fixture.oracle, pfn << fixture.g.granule,
					      UINT64_C(1) << fixture.g.granule, true));
}

static struct pattern make_area(const struct change *c)
{
	struct fixture_machine machine = *c->machine;
	machine.config.noalias = c->noalias;
	fixture_begin(&machine);
	struct pattern p = pattern_of(c->pattern);
	fixture.name = p.name;
	for (unsigned i = 0; i < AREA; i++) {
		fixture.pfn[i] = p.pfn[i];
		lay(p.pfn[i]);
	}
	if (p.between)
		lay(p.between);
	fixture.pages = AREA;
	fixture_expect(CALL_VMALLOC, 0);
	fixture_run();
	fixture_holds();
	fixture_have_area(AREA);
	return p;
}

/* Makes the area, and the change of a part of it. */
static struct pattern make_change(const struct change *c)
{
	struct pattern p = make_area(c);
	uint64_t area = fixture.va;
	for (int step = c->change == MEMORY_RW ? 0 : 1; step < 2; step++) {
		fixture.va = area + (c->first << fixture.g.granule);
		fixture.pages = c->pages;
		fixture_expect(CALL_SET_MEMORY, step ? c->change : MEMORY_RO);
		fixture_run();
		if (!step)
			fixture_holds();
	}
	fixture.first = oracle_page(&fixture.oracle, fixture.va);
	return p;
}

static uint64_t other_write(uint64_t desc)
{
	return desc & ARM64_AP2 ? desc & ~ARM64_AP2 : (desc | ARM64_AP2) & ~ARM64_DBM;
}

static void toggle(uint64_t page)
{
	table_t table;
	uint32_t index;
	fixture_set(page, 3, other_write(fixture_word(page, 3, &table, &index)));
}

static bool changes_aliases(const struct change *c)
{
	return !c->noalias && c->change != MEMORY_NX && c->change != MEMORY_X;
}

static void judge_change(const struct change *c)
{
	struct pattern p = make_change(c);
	fixture_holds();
	for (uint64_t i = 0; i < AREA; i++) {
		bool inside = i >= c->first && i < c->first + c->pages;
		if (p.pfn[i] >= oracle_linear_pages(&fixture.oracle))
			continue;
		make_change(c);
		toggle(p.pfn[i]);
		fixture_breaks(inside && changes_aliases(c) ? RULE_TRANSLATION_PERMISSION
							    : RULE_ISOLATION_OUTSIDE,
			       "an alias", i);
	}
	if (!p.between)
		return;
	make_change(c);
	toggle(p.between);
	fixture_breaks(RULE_ISOLATION_OUTSIDE, "no alias", p.between);
}

static void each_alias_is_judged(void **state)
{
	(void)state;
	static const enum memory_change changes[] = { MEMORY_RO, MEMORY_RW, MEMORY_NX, MEMORY_X,
						      MEMORY_ROX };
	static const struct {
		uint64_t first, pages;
	} parts[] = { { 0, AREA }, { 0, 1 }, { AREA - 1, 1 }, { 2, 3 }, { 3, 5 } };
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (unsigned k = 0; k < sizeof(changes) / sizeof(changes[0]); k++)
			for (unsigned pattern = 0; pattern < 4; pattern++) {
				const struct machine_config *config = &fixture_machines[m].config;
				if (pattern == 3 && config->va_bits - 1 - config->page_shift < 34)
					continue;
				if (pattern == 2 && config->va_bits > config->pa_bits)
					continue; /* all memory is in the linear map */
				for (size_t i = 0; i < 5; i++) {
					struct change c = {
						&fixture_machines[m], changes[k],     pattern,
						parts[i].first,       parts[i].pages, false
					};
					judge_change(&c);
					c.noalias = true;
					if (i == 3)
						judge_change(&c);
				}
			}
}

/* The pages after the linear map, as one group: a change of an alias there would cut it. */
static void lay_group_after_linear_map(void)
{
	uint64_t linear = oracle_linear_pages(&fixture.oracle);
	for (uint64_t i = 0; i < MAX_PAGES; i++) {
		table_t table;
		uint32_t index;
		assert_true(oracle_preset_leaf(
			&fixture.oracle, oracle_va(&fixture.oracle, linear + i), 0x4000 + i, 3));
		fixture_set(linear + i, 3,
			    fixture_word(linear + i, 3, &table, &index) | ARM64_CONTIGUOUS);
	}
}

/* What would be the alias of the first page that the linear map does not reach is none. */
static void the_page_after_the_linear_map_has_no_alias(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		const struct machine_config *config = &fixture_machines[m].config;
		if (config->va_bits > config->pa_bits)
			continue;
		fixture_begin(&fixture_machines[m]);
		fixture.name = "the page after the linear map";
		lay_group_after_linear_map();
		fixture.pfn[0] = oracle_linear_pages(&fixture.oracle);
		fixture.pages = 1;
		fixture_expect(CALL_VMALLOC, 0);
		fixture_run();
		fixture_holds();
		fixture_have_area(fixture.pages);
		fixture_expect(CALL_SET_MEMORY, MEMORY_RO);
		fixture_run();
		assert_int_equal(fixture.out.error, 0);
		fixture_holds();
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(each_alias_is_judged),
	cmocka_unit_test(the_page_after_the_linear_map_has_no_alias),
};
FIXTURE_MAIN(tests)
