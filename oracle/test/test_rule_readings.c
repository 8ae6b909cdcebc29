// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who else is there while a call runs, on every machine: a reader of the tables finds of each page what
 * was there before the call or what is there after it, and another call is judged by itself.
 */
#include "oracle/reading.h"

#include <errno.h>
#include <string.h>

#include "mapper/machine/meeting.h"
#include "oracle/reference/reference.h"
#include "oracle/test/fixture.h"

#define PAST_32_BITS (UINT64_C(1) << 32)

#define AT_2_32 5 /* of the pages of the area, the one that has this page frame, if there is one */

static struct table_reading reading;

/* --- a reader ---------------------------------------------------------------------------------- */

static void dump(void)
{
	struct address_space space = { .machine = fixture.m, .policy = &fixture.policy };
	reading.lines = reference_mapper.dump(&space, oracle_va(&fixture.oracle, reading.page[0]),
					      (uint64_t)reading.pages << fixture.g.granule,
					      reading.line, DUMP_MAX_LINES);
}

static void look_up(void)
{
	struct address_space space = { .machine = fixture.m, .policy = &fixture.policy };
	for (unsigned i = 0; i < reading.pages; i++)
		reading.pfn[i] = reference_mapper.lookup(
			&space, oracle_va(&fixture.oracle, reading.page[i]));
}

static void read_tables(enum reader_kind by)
{
	if (by == READER_DUMP)
		dump();
	else
		look_up();
}

/* Whether a page frame may have more than 32 bits. */
static bool has_32_bits_more(unsigned machine)
{
	const struct machine_config *config = &fixture_machines[machine].config;
	return config->pa_bits > config->page_shift + 32;
}

/* An area of vmalloc() becomes read-only, met by a reader that reads all before it, or all after it. */
static void make_read(unsigned machine, enum reader_kind by, bool before)
{
	fixture_begin(&fixture_machines[machine]);
	if (has_32_bits_more(machine))
		fixture.pfn[AT_2_32] = PAST_32_BITS;
	fixture.name = by == READER_DUMP ? "set_memory ro, dumped" : "set_memory ro, looked up";
	fixture_expect(CALL_VMALLOC, 0);
	fixture_run();
	fixture_holds();
	fixture_have_area(PAGES);
	fixture_expect(CALL_SET_MEMORY, MEMORY_RO);
	memset(&reading, 0, sizeof(reading));
	reading_begin(&reading, &fixture.oracle, &fixture.call, by);
	if (before)
		read_tables(by);
	fixture_run();
	if (!before)
		read_tables(by);
	fixture_holds();
	machine_begin_call(fixture.m, 0, 0); /* the reader's own record */
	fixture.m->watch = (struct event_watch){ 0 };
}

static void reading_holds(void)
{
	char line[VERDICT_SIGNATURE_SIZE];
	if (oracle_judge_reading(&fixture.oracle, &reading))
		return;
	verdict_signature(&fixture.oracle.verdict, line);
	fail_msg("%s, %s: %s", fixture.machine, fixture.name, line);
}

static void reading_breaks(enum rule rule, const char *what, uint64_t where)
{
	if (!oracle_judge_reading(&fixture.oracle, &reading) && fixture.oracle.verdict.rule == rule)
		return;
	fail_msg("%s, %s, %s at 0x%llx", fixture.machine, fixture.name, what,
		 (unsigned long long)where);
}

/* A lookup must not take it for a hole. */
static void a_page_frame_without_low_bits_is_a_page(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		if (!has_32_bits_more(m))
			continue;
		make_read(m, READER_LOOKUP, false);
		assert_int_equal(reading.before[AT_2_32].pfn, PAST_32_BITS);
		reading.pfn[AT_2_32] = BASE_PFN;
		reading_breaks(RULE_LOOKUP_MEETING, "another page", AT_2_32);
	}
}

static void what_is_read_is_of_before_or_after(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		for (int by = READER_DUMP; by <= READER_LOOKUP; by++) {
			make_read(m, (enum reader_kind)by, true);
			assert_true(reading.pages >= PAGES);
			reading_holds();
			make_read(m, (enum reader_kind)by, false);
			reading_holds();
		}
	}
}

/* No page was empty, before the call or after it. */
static void a_dump_leaves_out_no_page(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		for (unsigned page = 1; page <= PAGES; page++) {
			make_read(m, READER_DUMP, false);
			reading.line[page].says = 0;
			reading_breaks(RULE_LOOKUP_MEETING, "a page that is empty", page);
		}
	}
}

/* The pages next to the range stay as they are. */
static void a_dump_is_judged_around_the_range(void **state)
{
	static const unsigned around[] = { 0, PAGES + 1 };
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		for (unsigned i = 0; i < 2; i++) {
			make_read(m, READER_DUMP, true);
			struct dump_line *line = &reading.line[around[i]];
			assert_int_equal(line->va, fixture.va + (((uint64_t)around[i] - 1)
								 << fixture.g.granule));
			line->says = reading.line[1].says;
			reading_breaks(RULE_LOOKUP_MEETING, "a page that is mapped", around[i]);
		}
	}
}

static void a_lookup_finds_the_page_itself(void **state)
{
	static const uint64_t other[] = { 1, PAST_32_BITS, UINT64_C(1) << 39 };
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		for (unsigned i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
			make_read(m, READER_LOOKUP, false);
			reading.pfn[3] ^= other[i];
			reading_breaks(RULE_LOOKUP_MEETING, "another page", other[i]);
		}
		make_read(m, READER_LOOKUP, false);
		reading.pfn[3] = 0;
		reading_breaks(RULE_LOOKUP_MEETING, "page 0", 0);
		make_read(m, READER_LOOKUP, false);
		reading.pfn[3] = PAGE_HOLE;
		reading_breaks(RULE_LOOKUP_MEETING, "no page", 0);
	}
}

static void reads_a_freed_table(void)
{
	table_t table = machine_alloc_table(fixture.m);
	machine_free_table(fixture.m, table);
	machine_load(fixture.m, table, 0);
}

static void reads_past_a_table(void)
{
	machine_load(fixture.m, MACHINE_ROOT, fixture.m->entries);
}

static void does_not_end(void)
{
	fixture.m->trap = MACHINE_TRAP_RUNAWAY;
}

static void waits_in_vain(void)
{
	fixture.m->meets = true;
	fixture.m->trap = MACHINE_TRAP_DEADLOCK;
}

static void a_reader_ends_and_reads_only_what_is_there(void **state)
{
	static const struct {
		void (*does)(void);
		enum rule rule;
	} rows[] = {
		{ reads_a_freed_table, RULE_TABLES_FREED_ACCESS },
		{ reads_past_a_table, RULE_TABLES_OUTSIDE_TABLE },
		{ does_not_end, RULE_TABLES_RUNAWAY },
		{ waits_in_vain, RULE_PROCESS_DEADLOCK },
	};
	(void)state;
	for (int by = READER_DUMP; by <= READER_LOOKUP; by++) {
		for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			make_read(0, (enum reader_kind)by, false);
			rows[i].does();
			reading_breaks(rows[i].rule, "a trap", i);
		}
	}
}

/* A reader that begins when a call of this kind has ended. */
static void make_read_late(unsigned machine, const struct fixture_call *call, enum reader_kind by)
{
	fixture_make(&fixture_machines[machine], call);
	fixture_holds();
	memset(&reading, 0, sizeof(reading));
	reading_begin(&reading, &fixture.oracle, &fixture.call, by);
	read_tables(by);
	machine_begin_call(fixture.m, 0, 0);
	fixture.m->watch = (struct event_watch){ 0 };
}

static void a_reader_does_not_warn(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		for (unsigned i = 0; i < fixture_call_count; i++) {
			make_read_late(m, &fixture_calls[i], READER_DUMP);
			machine_warn(fixture.m, fixture.va);
			reading_breaks(RULE_LOOKUP_MEETING, "a warning", i);
			make_read_late(m, &fixture_calls[i], READER_LOOKUP);
			machine_barrier(fixture.m, BARRIER_ISB);
			machine_bug(fixture.m, fixture.va);
			reading_breaks(RULE_LOOKUP_MEETING, "a BUG()", i);
		}
	}
}

static void a_reader_is_judged_in_every_call(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		for (unsigned i = 0; i < fixture_call_count; i++) {
			make_read_late(m, &fixture_calls[i], READER_DUMP);
			reading_holds();
			for (unsigned line = 0; line < reading.lines; line++)
				reading.line[line].says ^= DUMP_ACCESSED;
			reading_breaks(RULE_LOOKUP_MEETING, "other attributes", i);
			make_read_late(m, &fixture_calls[i], READER_LOOKUP);
			reading_holds();
			if (!reading.pages)
				continue;
			reading.pfn[reading.pages - 1]++;
			reading_breaks(RULE_LOOKUP_MEETING, "another page", i);
		}
	}
}

/* vmalloc() out of tables: what it mapped and took away may be found. */
static void make_failed_read(unsigned machine)
{
	const struct call_context in = { 0 };
	fixture_begin(&fixture_machines[machine]);
	fixture.name = "vmalloc out of tables, dumped";
	fixture.va += UINT64_C(1) << arm64_leaf_bits(&fixture.g, 2);
	fixture.first = oracle_page(&fixture.oracle, fixture.va);
	fixture_expect(CALL_VMALLOC, 0);
	machine_begin_call(fixture.m, 1, 0);
	oracle_expect(&fixture.oracle, &fixture.call, &in);
	memset(&reading, 0, sizeof(reading));
	reading_begin(&reading, &fixture.oracle, &fixture.call, READER_DUMP);
	fixture_run();
	assert_int_equal(fixture.out.error, -ENOMEM);
	fixture_holds();
	for (unsigned i = 0; i < reading.pages; i++)
		reading.line[i] =
			(struct dump_line){ .va = oracle_va(&fixture.oracle, reading.page[i]),
					    .bytes = UINT64_C(1) << fixture.g.granule };
	reading.lines = reading.pages;
	machine_begin_call(fixture.m, 0, 0);
	fixture.m->watch = (struct event_watch){ 0 };
}

static void of_a_call_that_fails_its_range_is_open(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		for (unsigned page = 0; page <= PAGES + 1; page++) {
			make_failed_read(m);
			assert_int_equal(reading.pages, PAGES + 2);
			reading.line[page].says = DUMP_IN_USE | DUMP_VALID;
			if (page && page <= PAGES)
				reading_holds();
			else
				reading_breaks(RULE_LOOKUP_MEETING, "next to the range", page);
		}
	}
}

/* --- another call ------------------------------------------------------------------------------ */

/* vunmap() of the neighbour, which the call of the fixture meets. */
static struct other {
	struct oracle oracle;
	struct call call;
	struct outcome out;
} other;

/* What is wrong with either of the two. */
enum wrong { NOTHING, ERRNO, TRANSIENT, TRAP };
static enum wrong wrong_fixture, wrong_other;
static rule_set waived;
static uint64_t a_leaf;

/* The page after the range is mapped for a while. */
static void map_for_a_while(void)
{
	table_t table;
	uint32_t index;
	uint64_t page = fixture.first + PAGES;
	fixture_word(page, 3, &table, &index);
	machine_store(fixture.m, table, index, 1, a_leaf, 0);
	machine_store(fixture.m, table, index, 1, 0, 0);
	machine_barrier(fixture.m, BARRIER_DSB_ISHST);
	machine_tlbi_range(fixture.m, oracle_va(&fixture.oracle, page),
			   UINT64_C(1) << fixture.g.granule, true);
	machine_barrier(fixture.m, BARRIER_DSB_ISH);
	machine_barrier(fixture.m, BARRIER_ISB);
}

static void do_wrong(enum wrong wrong, struct outcome *out)
{
	if (wrong == ERRNO)
		out->error = -EINVAL;
	if (wrong == TRANSIENT)
		map_for_a_while();
	if (wrong == TRAP)
		machine_end_call(MACHINE_TRAP_RUNAWAY);
}

static void run_other(void *context)
{
	struct address_space space = { .machine = fixture.m, .policy = &fixture.policy };
	(void)context;
	other.out.error = reference_mapper.call[CALL_VUNMAP](&space, &other.call, &other.out);
	do_wrong(wrong_other, &other.out);
}

static void make_other(void *context)
{
	const struct call_context in = { 0 };
	(void)context;
	machine_begin_call(fixture.m, 0, 0);
	oracle_meet(&other.oracle, &fixture.oracle);
	oracle_expect(&other.oracle, &other.call, &in);
	machine_bound_call(fixture.m, NEIGHBOURS);
	machine_run(fixture.m, run_other, NULL);
}

static void run_fixture(void *context)
{
	(void)context;
	fixture_run();
	do_wrong(wrong_fixture, &fixture.out);
}

static void expect_both(unsigned machine)
{
	table_t table;
	uint32_t index;
	fixture_begin(&fixture_machines[machine]);
	fixture.name = "vunmap and vunmap";
	fixture.oracle.waivers.rules = waived;
	fixture_expect(CALL_VMALLOC, 0);
	fixture_run();
	fixture_holds();
	a_leaf = fixture_word(fixture.first, 3, &table, &index);
	other.out = (struct outcome){ 0 };
	other.call = (struct call){
		.kind = CALL_VUNMAP,
		.va = fixture.va + ((uint64_t)NEIGHBOUR << fixture.g.granule),
		.bytes = (uint64_t)NEIGHBOURS << fixture.g.granule,
	};
	fixture_expect(CALL_VUNMAP, 0);
}

/* Whether both held, where one met the other before its third event. */
static bool meet(unsigned machine, enum wrong of_fixture, enum wrong of_other)
{
	const struct meeting_plan plan = { 2, MEETING_BY_CPU, make_other, NULL };
	wrong_fixture = of_fixture;
	wrong_other = of_other;
	expect_both(machine);
	machine_bound_call(fixture.m, PAGES);
	meeting_arm(fixture.m, &plan);
	machine_run(fixture.m, run_fixture, NULL);
	assert_true(meeting_took_place(fixture.m));
	meeting_show(fixture.m, SIDE_INNER);
	bool held = oracle_judge_met(&fixture.oracle, &fixture.out, &other.oracle, &other.out);
	meeting_end(fixture.m);
	return held;
}

static int create_other(void **state)
{
	(void)state;
	return oracle_create(&other.oracle) ? 0 : -1;
}

static int destroy_other(void **state)
{
	(void)state;
	oracle_destroy(&other.oracle);
	return 0;
}

static void of_two_calls_each_is_judged(void **state)
{
	static const enum rule rules[] = { [NOTHING] = RULE_NONE,
					   [ERRNO] = RULE_ERRORS_CODE,
					   [TRANSIENT] = RULE_ISOLATION_TRANSIENT };
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		assert_true(meet(m, NOTHING, NOTHING));
		assert_true(other.oracle.judged);
		for (enum wrong wrong = ERRNO; wrong <= TRANSIENT; wrong++) {
			assert_false(meet(m, wrong, NOTHING));
			assert_int_equal(fixture.oracle.verdict.rule, rules[wrong]);
			assert_false(other.oracle.judged);
			assert_false(meet(m, NOTHING, wrong));
			assert_int_equal(fixture.oracle.verdict.rule, RULE_NONE);
			assert_int_equal(other.oracle.verdict.rule, rules[wrong]);
		}
	}
}

/* Of two calls of which one does not end, that one alone is judged. */
static void a_call_that_does_not_end_is_judged_alone(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		assert_false(meet(m, ERRNO, TRAP));
		assert_int_equal(fixture.oracle.verdict.rule, RULE_NONE);
		assert_int_equal(other.oracle.verdict.rule, RULE_TABLES_RUNAWAY);
	}
}

/* What is waived of either ends the scenario: of the first, the other is not judged. */
static void what_is_waived_of_one_is_said_of_both(void **state)
{
	(void)state;
	waived = RULE_BIT(RULE_ERRORS_CODE);
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		assert_true(meet(m, NOTHING, NOTHING));
		assert_false(fixture.oracle.waived);
		assert_true(meet(m, ERRNO, NOTHING));
		assert_true(fixture.oracle.waived);
		assert_false(other.oracle.judged);
		assert_true(meet(m, NOTHING, ERRNO));
		assert_true(fixture.oracle.waived);
		assert_true(other.oracle.judged);
	}
	waived = 0;
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(what_is_read_is_of_before_or_after),
	cmocka_unit_test(a_dump_leaves_out_no_page),
	cmocka_unit_test(a_dump_is_judged_around_the_range),
	cmocka_unit_test(a_lookup_finds_the_page_itself),
	cmocka_unit_test(a_page_frame_without_low_bits_is_a_page),
	cmocka_unit_test(a_reader_ends_and_reads_only_what_is_there),
	cmocka_unit_test(a_reader_does_not_warn),
	cmocka_unit_test(a_reader_is_judged_in_every_call),
	cmocka_unit_test(of_a_call_that_fails_its_range_is_open),
	cmocka_unit_test_setup_teardown(of_two_calls_each_is_judged, create_other, destroy_other),
	cmocka_unit_test_setup_teardown(what_is_waived_of_one_is_said_of_both, create_other,
					destroy_other),
	cmocka_unit_test_setup_teardown(a_call_that_does_not_end_is_judged_alone, create_other,
					destroy_other),
};
FIXTURE_MAIN(tests)
