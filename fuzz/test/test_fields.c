// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rows of calls and fields: each is whole, and what one side of a row says
 * the other reads back. A call or field that is added is tested by being there.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz/field.h"
#include "fuzz/mappers.h"
#include "fuzz/scenario_bytes.h"
#include "fuzz/scenario_text.h"
#include "mapper/test/cmocka_all.h"

static struct scenario scenario, again;
static uint8_t bytes[SCENARIO_MAX_BYTES], bytes_again[SCENARIO_MAX_BYTES];

/* --- calls ------------------------------------------------------------------------- */

static void every_call_has_a_row(void **state)
{
	(void)state;
	for (enum call_kind kind = 0; kind < CALL_KINDS; kind++) {
		const struct call_traits *traits = call_traits(kind);
		assert_non_null(traits->name);
		assert_non_null(traits->function);
		assert_int_equal(call_by_wire(traits->wire), kind);
		assert_int_not_equal(traits->fields[0], FIELD_NONE);
		assert_int_equal(call_has_field(kind, FIELD_PAGES), traits->has_pages);
		for (enum call_kind other = 0; other < kind; other++)
			assert_string_not_equal(traits->name, call_traits(other)->name);
	}
	assert_int_equal(call_by_wire(UINT8_MAX), CALL_KINDS);
}

static void every_mapper_makes_every_call(void **state)
{
	(void)state;
	const struct mapper_list *list = mapper_list();
	assert_true(list->count >= 3);
	for (unsigned i = 0; i < list->count; i++) {
		assert_non_null(list->mapper[i]->lookup);
		for (enum call_kind kind = 0; kind < CALL_KINDS; kind++)
			if (!call_sets_up(kind))
				assert_non_null(list->mapper[i]->call[kind]);
	}
}

/* --- fields ------------------------------------------------------------------------ */

static void every_field_has_a_row(void **state)
{
	(void)state;
	for (enum field_id id = FIELD_NONE + 1; id < FIELD_IDS; id++) {
		const struct field *f = field(id);
		bool used = false;
		assert_non_null(f->name);
		assert_non_null(f->value);
		assert_non_null(f->what);
		assert_non_null(f->type->read);
		assert_non_null(f->type->is_default);
		assert_non_null(f->type->print);
		assert_non_null(f->type->put);
		assert_non_null(f->type->get);
		assert_int_equal(f->bare, !f->value[0]);
		for (enum call_kind kind = 0; kind < CALL_KINDS; kind++)
			used |= call_has_field(kind, id);
		assert_true(used);
	}
}

/* What no example says: another form of a line. */
#define MORE_TEXT "preset va=0xffff8000c0000000 level=1 table\n"

static size_t print(const struct scenario *s, char *to, size_t size)
{
	FILE *memory = fmemopen(to, size, "w");
	assert_non_null(memory);
	scenario_print(s, memory);
	size_t length = (size_t)ftell(memory);
	fclose(memory);
	return length;
}

/*
 * A scenario has no room for the examples of all calls: those about whole areas are in one, others in
 * another; and those about struct pages are for a machine with 16K pages.
 */
#define PARTS 3
#define OF_STRUCT_PAGES 2

static bool is_in_part(enum call_kind kind, unsigned part)
{
	bool of_areas = call_maps(kind) || call_traits(kind)->whole;
	if (part == OF_STRUCT_PAGES || call_is_of_vmemmap(kind))
		return part == OF_STRUCT_PAGES && call_is_of_vmemmap(kind);
	return call_sets_up(kind) || of_areas == !part;
}

static void add_examples(char *text, unsigned part, bool set_up)
{
	for (enum call_kind kind = 0; kind < CALL_KINDS; kind++) {
		if (call_sets_up(kind) != set_up || !is_in_part(kind, part))
			continue;
		assert_non_null(call_traits(kind)->example);
		strcat(strcat(text, call_traits(kind)->example), "\n");
	}
}

/* The examples of a part of the calls; in all parts every field is somewhere away from its default. */
static void parse_part(unsigned part)
{
	char text[4096] = "vmapdiff 2\n";
	struct text_error error;
	strcat(text, part == OF_STRUCT_PAGES ? "machine granule=16k\n" : MORE_TEXT);
	add_examples(text, part, true);
	add_examples(text, part, false);
	if (!scenario_parse(text, strlen(text), &scenario, &error))
		fail_msg("%u:%u: %s", error.line, error.column, error.message);
}

static void note_fields(const struct op *op, bool call[CALL_KINDS], bool said[FIELD_IDS])
{
	call[op->call.kind] = true;
	for (enum field_id id = FIELD_NONE + 1; id < FIELD_IDS; id++)
		if (call_has_field(op->call.kind, id))
			said[id] |= !field(id)->type->is_default(field(id), &scenario, op);
}

static void every_call_and_field_is_in_the_examples(void **state)
{
	(void)state;
	bool call[CALL_KINDS] = { false }, said[FIELD_IDS] = { false };
	for (unsigned part = 0; part < PARTS; part++) {
		parse_part(part);
		for (uint32_t i = 0; i < scenario.ops; i++)
			note_fields(&scenario.op[i], call, said);
	}
	for (enum call_kind kind = 0; kind < CALL_KINDS; kind++)
		if (!call[kind])
			fail_msg("no example has the call %s", call_traits(kind)->name);
	for (enum field_id id = FIELD_NONE + 1; id < FIELD_IDS; id++)
		if (!said[id])
			fail_msg("no example has the field %s", field(id)->name);
}

static void print_what_was_read(unsigned part)
{
	char text[4096];
	parse_part(part);
	size_t size = print(&scenario, text, sizeof(text));
	for (enum call_kind kind = 0; kind < CALL_KINDS; kind++)
		if (is_in_part(kind, part) && !strstr(text, call_traits(kind)->example))
			fail_msg("not printed as it was read: %s\n%s", call_traits(kind)->example,
				 text);
	struct text_error error;
	assert_true(scenario_parse(text, size, &again, &error));
	assert_int_equal(scenario_encode(&scenario, bytes, sizeof(bytes)),
			 scenario_encode(&again, bytes_again, sizeof(bytes_again)));
}

static void fields_are_printed_as_they_are_read(void **state)
{
	(void)state;
	for (unsigned part = 0; part < PARTS; part++)
		print_what_was_read(part);
}

static void decode_what_was_encoded(unsigned part)
{
	char text[4096], text_again[4096];
	parse_part(part);
	size_t size = scenario_encode(&scenario, bytes, sizeof(bytes));
	assert_true(size > 0);
	assert_true(scenario_decode(bytes, size, &again));
	size_t printed = print(&scenario, text, sizeof(text));
	assert_int_equal(print(&again, text_again, sizeof(text_again)), printed);
	assert_memory_equal(text, text_again, printed);
}

static void fields_are_decoded_as_they_are_encoded(void **state)
{
	(void)state;
	for (unsigned part = 0; part < PARTS; part++)
		decode_what_was_encoded(part);
}

/* --- what is done to fields ---------------------------------------------------------- */

/* A try at shrinking either leaves the op as it is or comes to an end, try after try. */
static void shrink_part(unsigned part)
{
	parse_part(part);
	for (uint32_t i = 0; i < scenario.ops; i++) {
		for (const struct field *f = NULL; (f = op_next_field(&scenario.op[i], f));) {
			if (!f->shrink)
				continue;
			unsigned try = 0;
			for (bool more = true; more; try++) {
				scenario_copy(&again, &scenario);
				more = f->shrink(&again, i, try);
				assert_true(try < 100);
			}
			assert_true(try > 1);
		}
	}
}

static void shrinking_comes_to_an_end(void **state)
{
	(void)state;
	for (unsigned part = 0; part < PARTS; part++)
		shrink_part(part);
}

static void mutations_have_weights(void **state)
{
	(void)state;
	for (enum field_id id = FIELD_NONE + 1; id < FIELD_IDS; id++)
		for (const struct field_mutation *m = field(id)->mutations; m && m->change; m++)
			assert_true(m->weight > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_call_has_a_row),
		cmocka_unit_test(every_mapper_makes_every_call),
		cmocka_unit_test(every_field_has_a_row),
		cmocka_unit_test(every_call_and_field_is_in_the_examples),
		cmocka_unit_test(fields_are_printed_as_they_are_read),
		cmocka_unit_test(fields_are_decoded_as_they_are_encoded),
		cmocka_unit_test(shrinking_comes_to_an_end),
		cmocka_unit_test(mutations_have_weights),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
