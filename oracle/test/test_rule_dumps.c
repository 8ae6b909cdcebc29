// SPDX-License-Identifier: GPL-2.0-only
/*
 * lookup.dump on every machine: each line that is wrong by a level or by one thing that it says, each
 * gap, and what a dump may say as it likes.
 */
#include <string.h>

#include "oracle/reference/reference.h"
#include "oracle/test/fixture.h"

/* What the dump of the fixture's mapper changes in what the reference says. */
static struct {
	uint64_t va;     /* of the line */
	uint32_t toggle; /* DUMP_ bits */
	int levels;      /* that its level is off */
	bool drops, shortens, stores, merges;
} wrong;

static void store_nothing_new(struct address_space *space)
{
	machine_store(space->machine, MACHINE_ROOT, 0, 1,
		      machine_words(space->machine, MACHINE_ROOT)[0], 0);
}

static void spoil(struct dump_line *line)
{
	line->says ^= wrong.toggle;
	line->level += wrong.levels;
	if (wrong.shortens)
		line->bytes = 0;
}

static unsigned merge(struct dump_line *line, unsigned lines)
{
	unsigned kept = 1;
	for (unsigned i = 1; i < lines; i++) {
		if (line[i].level == line[kept - 1].level && line[i].says == line[kept - 1].says)
			line[kept - 1].bytes += line[i].bytes;
		else
			line[kept++] = line[i];
	}
	return kept;
}

static unsigned dump(struct address_space *space, uint64_t va, uint64_t bytes,
		     struct dump_line *line, unsigned room)
{
	unsigned lines = reference_mapper.dump(space, va, bytes, line, room), kept = 0;
	if (wrong.stores)
		store_nothing_new(space);
	for (unsigned i = 0; i < lines; i++) {
		bool meant = line[i].va == wrong.va;
		line[kept] = line[i];
		if (meant)
			spoil(&line[kept]);
		kept += !meant || !wrong.drops;
	}
	return wrong.merges ? merge(line, kept) : kept;
}

static uint64_t va_of(int64_t page)
{
	return fixture.va + ((uint64_t)page << fixture.g.granule);
}

/* A call that mapped PAGES pages of an array, on machine `m`. */
static void make(unsigned m)
{
	static const struct fixture_call vmap = { CALL_VMAP, 0, "vmap" };
	memset(&wrong, 0, sizeof(wrong));
	fixture_make(&fixture_machines[m], &vmap);
	fixture.mapper.dump = dump;
}

static void a_dump_that_is_right_holds(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		make(m);
		fixture_holds();
		assert_true(fixture.oracle.examined.rules & RULE_BIT(RULE_LOOKUP_DUMP));
		make(m);
		wrong.merges = true;
		fixture_holds();
	}
}

/* Pages from the one before the range to the one after it. */
static void each_line_is_held(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		for (int64_t page = -1; page <= PAGES; page++) {
			make(m);
			wrong.va = va_of(page);
			wrong.levels = -1;
			fixture_breaks(RULE_LOOKUP_DUMP, "a level", (uint64_t)page);
			make(m);
			wrong.va = va_of(page);
			wrong.drops = true;
			fixture_breaks(RULE_LOOKUP_DUMP, "no line", (uint64_t)page);
			make(m);
			wrong.va = va_of(page);
			wrong.shortens = true;
			fixture_breaks(RULE_LOOKUP_DUMP, "a line of nothing", (uint64_t)page);
		}
	}
}

/* LPA2 has no field of shareability: only there may a dump say of it what it likes. */
static void all_that_a_line_says_is_held(void **state)
{
	static const uint32_t says[] = {
		DUMP_IN_USE,  DUMP_VALID,      DUMP_USER,   DUMP_READ_ONLY,    DUMP_PXN,
		DUMP_UXN,     DUMP_ACCESSED,   DUMP_BLOCK,  DUMP_NOT_GLOBAL,   DUMP_CONTIGUOUS,
		DUMP_GUARDED, DUMP_MEMORY(1u), DUMP_SHARED, DUMP_MEMORY(0x80),
	};
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		for (unsigned i = 0; i < sizeof(says) / sizeof(says[0]); i++) {
			make(m);
			wrong.va = va_of(3);
			wrong.toggle = says[i];
			if (fixture.g.ds && says[i] == DUMP_SHARED)
				fixture_holds();
			else
				fixture_breaks(RULE_LOOKUP_DUMP, "what a line says", says[i]);
		}
		make(m);
		wrong.va = va_of(-1);
		wrong.toggle = DUMP_IN_USE;
		fixture_breaks(RULE_LOOKUP_DUMP, "an empty entry told to be in use", 0);
	}
}

/* Of an entry that is not valid, its type is not told by words. */
static void an_invalid_entry_is_told(void **state)
{
	static const struct fixture_call invalid = { CALL_SET_MEMORY, MEMORY_INVALID, "invalid" };
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		for (unsigned change = 0; change < 3; change++) {
			memset(&wrong, 0, sizeof(wrong));
			fixture_begin(&fixture_machines[m]);
			fixture.first = BASE_PFN;
			fixture.va = oracle_va(&fixture.oracle, BASE_PFN);
			fixture_expect(invalid.kind, invalid.change);
			fixture_run();
			fixture.mapper.dump = dump;
			wrong.va = va_of(2);
			wrong.toggle = change == 0   ? DUMP_BLOCK
				       : change == 1 ? DUMP_VALID
						     : DUMP_IN_USE;
			if (change == 0)
				fixture_holds();
			else
				fixture_breaks(RULE_LOOKUP_DUMP, "an invalid entry", change);
		}
	}
}

/* Both sides of each alias of an area that set_memory made read-only. */
static void aliases_are_told(void **state)
{
	static const struct fixture_call read_only = { CALL_SET_MEMORY, MEMORY_RO, "ro" };
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		for (int64_t page = -1; page < 5; page++) {
			memset(&wrong, 0, sizeof(wrong));
			fixture_make(&fixture_machines[m], &read_only);
			fixture.mapper.dump = dump;
			wrong.va = oracle_va(&fixture.oracle, BASE_PFN + (uint64_t)page);
			wrong.drops = true;
			fixture_breaks(RULE_LOOKUP_DUMP, "an alias", (uint64_t)page);
		}
	}
}

static void a_dump_stores_nothing(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		make(m);
		wrong.stores = true;
		fixture_breaks(RULE_LOOKUP_DUMP, "a store", 0);
	}
}

/* What changed nothing is not asked for; a mapper without a dump is not either. */
static void it_is_asked_where_something_was_stored(void **state)
{
	(void)state;
	make(0);
	fixture.mapper.dump = NULL;
	fixture_holds();
	assert_false(fixture.oracle.examined.rules & RULE_BIT(RULE_LOOKUP_DUMP));
	fixture_expect(CALL_VUNMAP, 0);
	fixture_run();
	fixture.mapper.dump = dump;
	fixture_holds();
	fixture_expect(CALL_VUNMAP, 0); /* of nothing */
	fixture_run();
	wrong.stores = true;
	fixture_holds();
	assert_false(fixture.oracle.examined.rules & RULE_BIT(RULE_LOOKUP_DUMP));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_dump_that_is_right_holds),
	cmocka_unit_test(each_line_is_held),
	cmocka_unit_test(all_that_a_line_says_is_held),
	cmocka_unit_test(an_invalid_entry_is_told),
	cmocka_unit_test(aliases_are_told),
	cmocka_unit_test(a_dump_stores_nothing),
	cmocka_unit_test(it_is_asked_where_something_was_stored),
};

FIXTURE_MAIN(tests)
