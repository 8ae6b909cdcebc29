// SPDX-License-Identifier: GPL-2.0-only
/*
 * What each page translates to, after each kind of call on each machine, at the ends and in the middle
 * of the range, in the area next to it and in the linear map.
 */
#include "oracle/test/fixture.h"

/* Where a page is changed. */
enum where { IN_RANGE, IN_NEIGHBOUR, IN_LINEAR };

static const struct place {
	enum where where;
	uint64_t page; /* of the range, the neighbour or the linear map's part */
} places[] = {
	{ IN_RANGE, 0 },          { IN_RANGE, PAGES / 2 },          { IN_RANGE, PAGES - 1 },
	{ IN_NEIGHBOUR, 0 },      { IN_NEIGHBOUR, NEIGHBOURS - 1 }, { IN_LINEAR, 0 },
	{ IN_LINEAR, PAGES / 2 }, { IN_LINEAR, PAGES - 1 },
};

static uint64_t page_of(const struct place *p)
{
	switch (p->where) {
	case IN_RANGE:
		return fixture.first + p->page;
	case IN_NEIGHBOUR:
		return fixture.first + NEIGHBOUR + p->page;
	default:
		return BASE_PFN + p->page;
	}
}

/* Whether the call leaves the page mapped. */
static bool stays_mapped(const struct fixture_call *call, const struct place *p)
{
	return p->where != IN_RANGE || fixture_maps(call) ||
	       (call->kind == CALL_SET_MEMORY && call->change != MEMORY_INVALID) ||
	       (call->kind == CALL_SET_DIRECT_MAP && call->change == FIXTURE_DEFAULT);
}

static bool changes_aliases(const struct fixture_call *call)
{
	return call->kind == CALL_SET_MEMORY &&
	       (call->change == MEMORY_RO || call->change == MEMORY_RW);
}

/* The rule that a change of a page breaks that would break `rule` in the call's range. */
static enum rule rule_at(const struct fixture_call *call, const struct place *p, enum rule rule)
{
	if (p->where == IN_RANGE || (p->where == IN_LINEAR && changes_aliases(call)))
		return rule;
	return RULE_ISOLATION_OUTSIDE;
}

/* A page gets or loses the permission to be written, with and without DBM. */
static uint64_t other_write(uint64_t desc)
{
	return desc & ARM64_AP2 ? desc & ~ARM64_AP2 : (desc | ARM64_AP2) & ~ARM64_DBM;
}

struct flip {
	const char *what;
	uint64_t bits;
	enum rule rule;
};

static const struct flip flips[] = {
	{ "AP[1]", ARM64_BIT(6), RULE_TRANSLATION_PERMISSION },
	{ "PXN", ARM64_BIT(53), RULE_TRANSLATION_PERMISSION },
	{ "UXN", ARM64_BIT(54), RULE_TRANSLATION_PERMISSION },
	{ "AttrIndx", ARM64_BIT(2), RULE_TRANSLATION_MEMORY_TYPE },
	{ "SH", ARM64_BIT(8), RULE_TRANSLATION_SHAREABILITY },
	{ "nG", ARM64_BIT(11), RULE_TRANSLATION_GLOBAL },
	{ "AF", ARM64_BIT(10), RULE_TRANSLATION_ACCESS_FLAG },
};

static void flip_at(const struct fixture_machine *machine, const struct fixture_call *call,
		    const struct place *p, const struct flip *flip)
{
	table_t table;
	uint32_t index;
	fixture_make(machine, call);
	uint64_t page = page_of(p), desc = fixture_word(page, 3, &table, &index);
	fixture_set(page, 3, flip ? desc ^ flip->bits : other_write(desc));
	fixture_breaks(rule_at(call, p, flip ? flip->rule : RULE_TRANSLATION_PERMISSION),
		       flip ? flip->what : "write permission", page);
}

typedef void each(const struct fixture_machine *machine, const struct fixture_call *call,
		  const struct place *p);

static void for_each_mapped_page(each *f)
{
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (unsigned c = 0; c < fixture_call_count; c++)
			for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
				if (stays_mapped(&fixture_calls[c], &places[i]))
					f(&fixture_machines[m], &fixture_calls[c], &places[i]);
}

static void flip_attributes(const struct fixture_machine *machine, const struct fixture_call *call,
			    const struct place *p)
{
	flip_at(machine, call, p, NULL);
	for (size_t i = 0; i < sizeof(flips) / sizeof(flips[0]); i++)
		if (!(machine->config.lpa2 &&
		      flips[i].bits == ARM64_BIT(8))) /* an address bit there */
			flip_at(machine, call, p, &flips[i]);
}

static void each_attribute_is_judged(void **state)
{
	(void)state;
	for_each_mapped_page(flip_attributes);
}

/* What Linux has for each protection: AttrIndx, and whether it may be written; none may run. */
static const struct {
	enum prot prot;
	unsigned index;
	bool writable;
} protections[] = {
	{ PROT_KERNEL, 0, true },    { PROT_KERNEL_RO, 0, false }, { PROT_KERNEL_EXEC, 0, true },
	{ PROT_NORMAL_NC, 2, true }, { PROT_DEVICE, 4, true },
};

static uint64_t map_with(const struct fixture_machine *machine, enum prot prot)
{
	table_t table;
	uint32_t index;
	fixture_begin(machine);
	fixture.prot = prot;
	fixture_expect(CALL_IOREMAP, 0);
	fixture_run();
	return fixture_word(fixture.first, 3, &table, &index);
}

static void judge_protection(const struct fixture_machine *machine, size_t i)
{
	uint64_t desc = map_with(machine, protections[i].prot);
	assert_int_equal(desc >> 2 & 7, protections[i].index);
	assert_int_equal(!(desc & ARM64_BIT(7)), protections[i].writable);
	assert_true(desc & ARM64_BIT(53) && desc & ARM64_BIT(54) && desc & ARM64_BIT(10));
	fixture_holds();
	for (unsigned other = 0; other < 8; other++) {
		if (other == protections[i].index)
			continue;
		desc = map_with(machine, protections[i].prot);
		fixture_set(fixture.first, 3, (desc & ~ARM64_BITS(4, 2)) | (uint64_t)other << 2);
		fixture_breaks(other < 5 ? RULE_TRANSLATION_MEMORY_TYPE : RULE_LEAF_ATTRIBUTES,
			       "AttrIndx", other);
	}
	desc = map_with(machine, protections[i].prot);
	fixture_set(fixture.first, 3, other_write(desc));
	fixture_breaks(RULE_TRANSLATION_PERMISSION, "write permission", i);
	desc = map_with(machine, protections[i].prot);
	fixture_set(fixture.first, 3, desc & ~ARM64_BIT(53));
	fixture_breaks(RULE_TRANSLATION_PERMISSION, "permission to run", i);
}

static void each_protection_is_judged(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (size_t i = 0; i < sizeof(protections) / sizeof(protections[0]); i++)
			judge_protection(&fixture_machines[m], i);
}

static void take_away(const struct fixture_machine *machine, const struct fixture_call *call,
		      const struct place *p)
{
	fixture_make(machine, call);
	fixture_set(page_of(p), 3, 0);
	fixture_breaks(rule_at(call, p, RULE_TRANSLATION_MISSING), "nothing", page_of(p));
}

static void each_missing_page_is_noticed(void **state)
{
	(void)state;
	for_each_mapped_page(take_away);
}

/* Each bit of the output address, of the first and the last page. */
static void each_address_bit_is_judged(void **state)
{
	(void)state;
	table_t table;
	uint32_t index;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		const struct machine_config *config = &fixture_machines[m].config;
		for (unsigned c = 0; c < 4; c++)
			for (unsigned bit = config->page_shift; bit < config->pa_bits; bit++) {
				fixture_make(&fixture_machines[m], &fixture_calls[c]);
				uint64_t page = fixture.first + (bit % 2 ? PAGES - 1 : 0);
				uint64_t desc = fixture_word(page, 3, &table, &index);
				fixture_set(
					page, 3,
					desc ^ arm64_address_bits(&fixture.g, UINT64_C(1) << bit));
				fixture_breaks(RULE_TRANSLATION_OUTPUT_ADDRESS, "an address bit",
					       bit);
			}
	}
}

/* A page where none should be: in the range, on its guard, and further away. */
static const struct {
	int page;
	bool unmapped_only; /* it is mapped by the other calls */
	enum rule rule;
} strays[] = {
	{ -2, false, RULE_ISOLATION_OUTSIDE },
	{ -1, false, RULE_TRANSLATION_UNEXPECTED },
	{ 0, true, RULE_TRANSLATION_UNEXPECTED },
	{ PAGES / 2, true, RULE_TRANSLATION_UNEXPECTED },
	{ PAGES - 1, true, RULE_TRANSLATION_UNEXPECTED },
	{ PAGES, false, RULE_TRANSLATION_UNEXPECTED },
	{ PAGES + 1, false, RULE_ISOLATION_OUTSIDE },
	{ NEIGHBOUR + NEIGHBOURS, false, RULE_ISOLATION_OUTSIDE },
};

static void add_stray(const struct fixture_machine *machine, const struct fixture_call *call,
		      size_t i)
{
	table_t table;
	uint32_t index;
	const struct place in_range = { IN_RANGE, 0 };
	if (strays[i].unmapped_only && stays_mapped(call, &in_range))
		return;
	fixture_make(machine, call);
	uint64_t desc = fixture_word(fixture.first + NEIGHBOUR, 3, &table, &index);
	uint64_t page = fixture.first + (uint64_t)(int64_t)strays[i].page;
	fixture_set(page, 3, desc);
	fixture_breaks(strays[i].rule, "a page", page);
}

static void each_unexpected_page_is_noticed(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (unsigned c = 0; c < fixture_call_count; c++)
			for (size_t i = 0; i < sizeof(strays) / sizeof(strays[0]); i++)
				add_stray(&fixture_machines[m], &fixture_calls[c], i);
}

/* A lookup that takes a bit of the page's number for 0 or 1, or answers where there is nothing. */
static unsigned lost_bit;

static uint64_t lookup(struct address_space *space, uint64_t va);

static uint64_t without_a_bit(struct address_space *space, uint64_t va)
{
	return lookup(space, va & ~(UINT64_C(1) << (fixture.g.granule + lost_bit)));
}

static uint64_t with_a_bit(struct address_space *space, uint64_t va)
{
	return lookup(space, va | UINT64_C(1) << (fixture.g.granule + lost_bit));
}

static uint64_t high_half(struct address_space *space, uint64_t va)
{
	uint64_t pfn = lookup(space, va);
	return PAGE_IS_PFN(pfn) ? pfn | UINT64_C(1) << 33 : pfn;
}

static uint64_t lookup(struct address_space *space, uint64_t va)
{
	struct arm64_translation t = arm64_translate(&fixture.g, space->machine, va);
	return t.mapped ? t.oa >> fixture.g.granule : PAGE_HOLE;
}

static uint64_t found_at; /* the page at which something is found though nothing is there */

static uint64_t finds_there(struct address_space *space, uint64_t va)
{
	bool there = va == oracle_va(&fixture.oracle, found_at);
	return there ? BASE_PFN : lookup(space, va);
}

static uint64_t misses_there(struct address_space *space, uint64_t va)
{
	bool there = va == oracle_va(&fixture.oracle, found_at);
	return there ? PAGE_HOLE : lookup(space, va);
}

static void lookup_with(const struct fixture_machine *machine, const struct fixture_call *call,
			uint64_t (*wrong)(struct address_space *, uint64_t), enum rule rule)
{
	fixture_make(machine, call);
	fixture.mapper.lookup = wrong;
	fixture_breaks(rule, "a lookup", lost_bit);
}

static void lookups_of_mapped_pages(const struct fixture_machine *machine,
				    const struct fixture_call *call)
{
	for (lost_bit = 0; lost_bit < 5; lost_bit++) {
		lookup_with(machine, call, without_a_bit, RULE_LOOKUP_PAGE);
		lookup_with(machine, call, with_a_bit, RULE_LOOKUP_PAGE);
	}
	lookup_with(machine, call, high_half, RULE_LOOKUP_PAGE);
	for (int last = 0; last < 2; last++) {
		fixture_make(machine, call);
		found_at = fixture.first + (last ? PAGES - 1 : 0);
		fixture.mapper.lookup = misses_there;
		fixture_breaks(RULE_LOOKUP_PAGE, "no page found", found_at);
	}
}

static void lookups_of_nothing(const struct fixture_machine *machine,
			       const struct fixture_call *call, bool mapped)
{
	const int pages[] = { -1, PAGES, 0, PAGES - 1 };
	for (int i = 0; i < (mapped ? 2 : 4); i++) {
		fixture_make(machine, call);
		if (fixture_changes(call) && i > 1)
			continue; /* the entry stays, and its page may be told */
		found_at = fixture.first + (uint64_t)(int64_t)pages[i];
		fixture.mapper.lookup = finds_there;
		fixture_breaks(RULE_LOOKUP_NOTHING, "a page found", found_at);
	}
}

static void each_lookup_is_judged(void **state)
{
	(void)state;
	const struct place in_range = { IN_RANGE, 0 };
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (unsigned c = 0; c < fixture_call_count; c++) {
			bool mapped = stays_mapped(&fixture_calls[c], &in_range);
			if (mapped)
				lookups_of_mapped_pages(&fixture_machines[m], &fixture_calls[c]);
			lookups_of_nothing(&fixture_machines[m], &fixture_calls[c], mapped);
		}
}

/* A range that ends where the low 32 bits of a page's number are 0. */
static void the_guard_of_a_far_range_is_asked_for(void **state)
{
	(void)state;
	fixture_begin(&fixture_machines[0]);
	fixture.first = oracle_linear_pages(&fixture.oracle) + (UINT64_C(1) << 32) - PAGES;
	fixture.va = oracle_va(&fixture.oracle, fixture.first);
	fixture_expect(CALL_VMAP, 0);
	fixture_run();
	found_at = fixture.first + PAGES;
	fixture.mapper.lookup = finds_there;
	fixture_breaks(RULE_LOOKUP_NOTHING, "a page found", found_at);
}

/* Makes one page of the neighbour, or of the linear map, invalid. */
static void make_one_invalid(unsigned machine, uint64_t page)
{
	fixture_begin(&fixture_machines[machine]);
	fixture.name = "set_memory invalid";
	fixture.area[0] = (struct vm_area){
		.kind = AREA_ALLOC,
		.va = fixture.va + ((uint64_t)NEIGHBOUR << fixture.g.granule),
		.bytes = (uint64_t)NEIGHBOURS << fixture.g.granule,
		.pages = { fixture.other, NEIGHBOURS },
	};
	fixture.areas = 1;
	fixture.va = oracle_va(&fixture.oracle, page);
	fixture.pages = 1;
	fixture_expect(CALL_SET_MEMORY, MEMORY_INVALID);
	fixture_run();
	assert_int_equal(fixture.out.error, 0);
}

/* The first page of the space that is mapped, and the last ones. */
static void what_is_made_invalid_is_kept_everywhere(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (uint64_t i = 0; i <= NEIGHBOURS; i++) {
			fixture_begin(&fixture_machines[m]);
			uint64_t page = i ? fixture.first + NEIGHBOUR + i - 1 : BASE_PFN;
			make_one_invalid(m, page);
			fixture_holds();
			make_one_invalid(m, page);
			fixture_set(page, 3, 0);
			fixture_breaks(RULE_LEAF_INVALID, "an entry that is lost", page);
		}
}

static void each_call_keeps_what_was_made_invalid(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (unsigned c = 0; c < fixture_call_count; c++) {
			fixture_begin(&fixture_machines[m]);
			const uint64_t va = fixture.va, page = fixture.first + NEIGHBOUR + 1;
			make_one_invalid(m, page);
			fixture_holds();
			fixture.va = va;
			fixture.pages = PAGES;
			fixture.areas = 0;
			fixture_call(&fixture_calls[c]);
			fixture_set(page, 3, 0);
			fixture_breaks(RULE_LEAF_INVALID, "an entry that is lost", page);
		}
}

static void each_call_holds(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (unsigned c = 0; c < fixture_call_count; c++) {
			fixture_make(&fixture_machines[m], &fixture_calls[c]);
			fixture_holds();
		}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(each_call_holds),
	cmocka_unit_test(each_attribute_is_judged),
	cmocka_unit_test(each_protection_is_judged),
	cmocka_unit_test(each_missing_page_is_noticed),
	cmocka_unit_test(what_is_made_invalid_is_kept_everywhere),
	cmocka_unit_test(each_call_keeps_what_was_made_invalid),
	cmocka_unit_test(each_address_bit_is_judged),
	cmocka_unit_test(each_unexpected_page_is_noticed),
	cmocka_unit_test(each_lookup_is_judged),
	cmocka_unit_test(the_guard_of_a_far_range_is_asked_for),
};
FIXTURE_MAIN(tests)
