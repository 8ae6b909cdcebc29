// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/test/fixture.h"

#include "oracle/reference/reference.h"

#define SPAN(high, low) ((~UINT64_C(0) >> (63 - (high))) & (~UINT64_C(0) << (low)))
#define NT SPAN(16, 16)
#define CONT SPAN(52, 52)
#define HIGH_PA SPAN(49, 48)
#define GP SPAN(50, 50)

const struct fixture_machine fixture_machines[] = {
	{ "4k",
	  { .page_shift = 12, .va_bits = 48, .pa_bits = 48, .bbm = 2 },
	  { 0, 0, GP | HIGH_PA | NT, GP | HIGH_PA | NT, GP | HIGH_PA } },
	{ "4k va=39",
	  { .page_shift = 12, .va_bits = 39, .pa_bits = 48 },
	  { 0, 0, GP | HIGH_PA | NT, GP | HIGH_PA | NT, GP | HIGH_PA } },
	{ "4k LPA2",
	  { .page_shift = 12, .va_bits = 52, .pa_bits = 52, .lpa2 = true },
	  { 0, GP | CONT | NT, GP | NT, GP | NT, GP } },
	{ "4k LPA2 pa=48",
	  { .page_shift = 12, .va_bits = 52, .pa_bits = 48, .lpa2 = true },
	  { 0, GP | CONT | NT, GP | NT, GP | NT, GP } },
	{ "16k",
	  { .page_shift = 14, .va_bits = 47, .pa_bits = 48 },
	  { 0, 0, 0, GP | HIGH_PA | NT | SPAN(13, 12), GP | HIGH_PA | SPAN(13, 12) } },
	{ "16k LPA2",
	  { .page_shift = 14, .va_bits = 52, .pa_bits = 52, .lpa2 = true },
	  { 0, 0, GP | CONT | NT | SPAN(13, 12), GP | NT | SPAN(13, 12), GP | SPAN(13, 12) } },
	{ "64k",
	  { .page_shift = 16, .va_bits = 42, .pa_bits = 48 },
	  { 0, 0, 0, GP | HIGH_PA | NT | SPAN(15, 12), GP | HIGH_PA | SPAN(15, 12) } },
	{ "64k LPA",
	  { .page_shift = 16, .va_bits = 52, .pa_bits = 52, .bbm = 2 },
	  { 0, 0, GP | CONT | HIGH_PA | NT, GP | HIGH_PA | NT, GP | HIGH_PA } },
};
const unsigned fixture_machine_count = sizeof(fixture_machines) / sizeof(fixture_machines[0]);

const struct fixture_call fixture_calls[] = {
	{ CALL_VMAP, 0, "vmap" },
	{ CALL_VMALLOC, 0, "vmalloc" },
	{ CALL_IOREMAP, 0, "ioremap" },
	{ CALL_VM_MAP_RAM, 0, "vm_map_ram" },
	{ CALL_VMAP_PFN, 0, "vmap_pfn" },
	{ CALL_APPLY_TO_PAGE_RANGE, 0, "apply_to_page_range" },
	{ CALL_VUNMAP, 0, "vunmap" },
	{ CALL_APPLY_TO_EXISTING_PAGE_RANGE, 0, "apply_to_existing_page_range" },
	{ CALL_VM_UNMAP_RAM, 0, "vm_unmap_ram" },
	{ CALL_VFREE, 0, "vfree" },
	{ CALL_SET_MEMORY, MEMORY_RO, "set_memory ro" },
	{ CALL_SET_MEMORY, MEMORY_RW, "set_memory rw" },
	{ CALL_SET_MEMORY, MEMORY_NX, "set_memory nx" },
	{ CALL_SET_MEMORY, MEMORY_X, "set_memory x" },
	{ CALL_SET_MEMORY, MEMORY_INVALID, "set_memory invalid" },
	{ CALL_SET_MEMORY, MEMORY_VALID, "set_memory valid" },
	{ CALL_SET_DIRECT_MAP, FIXTURE_INVALID, "set_direct_map invalid" },
	{ CALL_SET_DIRECT_MAP, FIXTURE_DEFAULT, "set_direct_map default" },
};
const unsigned fixture_call_count = sizeof(fixture_calls) / sizeof(fixture_calls[0]);

struct fixture fixture;

bool fixture_create(void)
{
	fixture.m = machine_create();
	return fixture.m && oracle_create(&fixture.oracle);
}

void fixture_destroy(void)
{
	oracle_destroy(&fixture.oracle);
	machine_destroy(fixture.m);
}

static void expect_call(void)
{
	const struct call_context in = { .area = fixture.area, .areas = fixture.areas };
	machine_begin_call(fixture.m, 0, 0);
	oracle_expect(&fixture.oracle, &fixture.call, &in);
}

void fixture_expect(enum call_kind kind, enum memory_change change)
{
	fixture.call = (struct call){
		.kind = kind,
		.va = fixture.va,
		.bytes = fixture.pages << fixture.g.granule,
		.prot = fixture.prot,
	};
	fixture.call.reset = call_has_field(kind, FIELD_RESET) && fixture.resets;
	if (kind == CALL_VREALLOC)
		fixture.call.kept = fixture.kept << fixture.g.granule;
	if (kind == CALL_SET_DIRECT_MAP)
		fixture.call.direct_map = (enum direct_map)change;
	else
		fixture.call.change = change;
	if (call_traits(kind)->has_pages)
		fixture.call.pages = (struct page_array){ fixture.pfn, fixture.pages };
	else if (call_fills(kind))
		fixture.call.pfn = call_lays(kind) ? fixture.first : fixture.base;
	if (kind == CALL_VMALLOC)
		fixture.call.shift = (uint8_t)fixture.g.granule;
	expect_call();
}

void fixture_run(void)
{
	struct address_space space = { .machine = fixture.m,
				       .policy = &fixture.policy,
				       .area = fixture.area,
				       .areas = fixture.areas };
	fixture.out = (struct outcome){ 0 };
	fixture.out.error =
		reference_mapper.call[fixture.call.kind](&space, &fixture.call, &fixture.out);
}

static void map_neighbour(void)
{
	for (unsigned i = 0; i < NEIGHBOURS; i++)
		fixture.other[i] = OTHER_PFN + i;
	fixture.call = (struct call){
		.kind = CALL_VMAP,
		.va = fixture.va + ((uint64_t)NEIGHBOUR << fixture.g.granule),
		.bytes = (uint64_t)NEIGHBOURS << fixture.g.granule,
		.pages = { fixture.other, NEIGHBOURS },
		.prot = PROT_KERNEL,
	};
	expect_call();
	fixture_run();
	fixture_holds();
}

void fixture_begin(const struct fixture_machine *machine)
{
	const struct machine_config *config = &machine->config;
	fixture.machine = machine->name;
	fixture.name = "nothing";
	fixture.areas = 0;
	fixture.pages = PAGES;
	fixture.prot = PROT_KERNEL;
	fixture.resets = false;
	fixture.kept = KEPT;
	fixture.base = BASE_PFN;
	machine_reset(fixture.m, config);
	fixture.policy = policy_default(POLICY_V9);
	fixture.mapper = (struct mapper){ .name = "fixture",
					  .kind = MAPPER_PAGES,
					  .lookup = reference_mapper.lookup,
					  .page_present = reference_mapper.page_present,
					  .dump = reference_mapper.dump };
	oracle_begin(&fixture.oracle, fixture.m, &fixture.mapper, &fixture.policy);
	fixture.g = fixture.oracle.g;
	/* The second half; aligned to the groups of pages that a granule has, and not a table's first. */
	fixture.va = arm64_va_base(&fixture.g) + (UINT64_C(1) << (config->va_bits - 1)) +
		     (UINT64_C(128) << fixture.g.granule);
	fixture.first = oracle_page(&fixture.oracle, fixture.va);
	for (unsigned i = 0; i < MAX_PAGES; i++)
		fixture.pfn[i] = BASE_PFN + i;
	assert_true(oracle_lay_linear(&fixture.oracle, (uint64_t)BASE_PFN << fixture.g.granule,
				      (uint64_t)PAGES << fixture.g.granule, true));
	map_neighbour();
}

static void make_judged(enum call_kind kind, enum memory_change change)
{
	fixture_expect(kind, change);
	fixture_run();
	fixture_holds();
}

void fixture_have_area(uint64_t pages)
{
	fixture.area[0] = (struct vm_area){ .kind = AREA_ALLOC,
					    .va = fixture.va,
					    .bytes = pages << fixture.g.granule,
					    .pages = { fixture.pfn, pages } };
	fixture.areas = 1;
}

void fixture_call(const struct fixture_call *call)
{
	fixture.name = call->name;
	if (!fixture_maps(call))
		make_judged(CALL_VMALLOC, 0);
	if (call->kind == CALL_SET_MEMORY || call->kind == CALL_VFREE)
		fixture_have_area(PAGES);
	if (call->kind == CALL_SET_MEMORY && call->change == MEMORY_RW)
		make_judged(CALL_SET_MEMORY, MEMORY_RO);
	if (call->kind == CALL_SET_MEMORY && call->change == MEMORY_NX)
		make_judged(CALL_SET_MEMORY, MEMORY_X);
	if (call->kind == CALL_SET_MEMORY && call->change == MEMORY_VALID)
		make_judged(CALL_SET_MEMORY, MEMORY_INVALID);
	if (call->kind == CALL_SET_DIRECT_MAP && call->change == FIXTURE_DEFAULT)
		make_judged(CALL_SET_DIRECT_MAP, FIXTURE_INVALID);
	oracle_purge(&fixture.oracle);
	fixture_expect(call->kind, call->change);
	fixture_run();
}

void fixture_make(const struct fixture_machine *machine, const struct fixture_call *call)
{
	fixture_begin(machine);
	fixture_call(call);
}

void fixture_holds(void)
{
	char line[VERDICT_SIGNATURE_SIZE];
	if (oracle_judge(&fixture.oracle, &fixture.out))
		return;
	verdict_signature(&fixture.oracle.verdict, line);
	fail_msg("%s, %s: %s", fixture.machine, fixture.name, line);
}

void fixture_breaks(enum rule rule, const char *what, uint64_t where)
{
	char line[VERDICT_SIGNATURE_SIZE] = "it holds";
	bool held = oracle_judge(&fixture.oracle, &fixture.out);
	if (!held && fixture.oracle.verdict.rule == rule)
		return;
	if (!held)
		verdict_signature(&fixture.oracle.verdict, line);
	fail_msg("%s, %s, %s at 0x%llx must break %s.%s: %s", fixture.machine, fixture.name, what,
		 (unsigned long long)where, rule_text(rule)->property, rule_text(rule)->name, line);
}

uint64_t fixture_word(uint64_t page, int level, table_t *table, uint32_t *index)
{
	uint64_t va = oracle_va(&fixture.oracle, page);
	*table = MACHINE_ROOT;
	for (int l = fixture.g.start_level;; l++) {
		*index = arm64_table_index(&fixture.g, l, va);
		uint64_t word = machine_words(fixture.m, *table)[*index];
		if (l == level)
			return word;
		*table = machine_table_at(fixture.m,
					  arm64_address(&fixture.g, word) >> fixture.g.granule);
		assert_int_not_equal(*table, MACHINE_NO_TABLE);
	}
}

void fixture_set(uint64_t page, int level, uint64_t desc)
{
	table_t table;
	uint32_t index;
	struct event_watch watch = fixture.m->watch;
	fixture_word(page, level, &table, &index);
	fixture.m->watch.see = NULL;
	machine_store(fixture.m, table, index, 1, desc, 0);
	fixture.m->log.events--;
	fixture.m->watch = watch;
}

void fixture_forget_events(enum event_kind kind)
{
	for (uint32_t i = 0; i < fixture.m->log.events; i++)
		if (fixture.m->log.event[i].kind == kind)
			fixture.m->log.event[i].kind = EVENT_UNLOCK;
}
