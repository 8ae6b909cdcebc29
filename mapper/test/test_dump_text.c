// SPDX-License-Identifier: GPL-2.0-only
/* Lines as the dumps of Linux 6.1 to 7.3 print them, typed by hand. */
#include "mapper/kernel/dump_text.h"

#include <stdio.h>
#include <string.h>

#include "mapper/test/cmocka_all.h"

#define ROOM 4
#define WORDS(valid, user, ro, pxn, shared, af, ng, cont, block, uxn, gp, memory)                  \
	" " valid " " user " " ro " " pxn " " shared " " af " " ng " " cont " " block " " uxn      \
	" " gp " " memory "\n"
#define KERNEL                                                                                     \
	WORDS(" ", "   ", "RW", "NX", "SHD", "AF", "  ", "   ", "   ", "UXN", "  ", "MEM/NORMAL")
#define KERNEL_SAYS                                                                                \
	(DUMP_IN_USE | DUMP_VALID | DUMP_PXN | DUMP_UXN | DUMP_SHARED | DUMP_ACCESSED |            \
	 DUMP_MEMORY(0xff))

static struct dump_line line[ROOM];

static void read_one(const char *text, int start_level)
{
	memset(line, 0xff, sizeof(line));
	assert_int_equal(dump_text_read(text, start_level, 0, line, ROOM), 1);
}

static void a_page(void **state)
{
	(void)state;
	read_one("---[ vmalloc() area ]---\n"
		 "0xffff800080000000-0xffff800080004000          16K PTE  " KERNEL,
		 0);
	assert_true(line[0].va == 0xffff800080000000);
	assert_int_equal(line[0].bytes, 0x4000);
	assert_int_equal(line[0].level, 3);
	assert_int_equal(line[0].says, KERNEL_SAYS);
}

static void a_hole_says_nothing(void **state)
{
	(void)state;
	read_one("0xffff800080200000-0xffff8000c0000000        1022M PMD\n", 0);
	assert_int_equal(line[0].bytes, 1022u << 20);
	assert_int_equal(line[0].level, 2);
	assert_int_equal(line[0].says, 0);
}

/* Without LPA2 or five levels the root is what is folded: both names are its own. */
static void the_root_is_a_level(void **state)
{
	static const struct {
		const char *name;
		int start_level, level;
	} cases[] = {
		{ "PGD", -1, -1 }, { "P4D", -1, 0 }, { "PGD", 0, 0 }, { "P4D", 0, 0 },
		{ "PUD", 0, 1 },   { "PGD", 1, 1 },  { "PUD", 1, 1 }, { "PMD", 1, 2 },
		{ "PGD", 2, 2 },   { "PMD", 2, 2 },  { "PTE", 2, 3 }, { "PXD", 0, 4 },
	};
	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[128];
		snprintf(text, sizeof(text),
			 "0xffff000000000000-0xffff008000000000         512G %s\n", cases[i].name);
		read_one(text, cases[i].start_level);
		assert_int_equal(line[0].level, cases[i].level);
		assert_int_equal(line[0].bytes, UINT64_C(512) << 30);
	}
}

static void each_word_counts(void **state)
{
	static const struct {
		const char *words;
		uint32_t says;
	} cases[] = {
		{ WORDS("F", "   ", "RW", "NX", "SHD", "AF", "NG", "   ", "   ", "UXN", "  ",
			"MEM/NORMAL"),
		  (KERNEL_SAYS & ~DUMP_VALID) | DUMP_NOT_GLOBAL },
		{ WORDS(" ", "USR", "ro", "x ", "   ", "  ", "NG", "CON", "BLK", "   ", "GP",
			"MEM/NORMAL-TAGGED"),
		  DUMP_IN_USE | DUMP_VALID | DUMP_USER | DUMP_READ_ONLY | DUMP_NOT_GLOBAL |
			  DUMP_CONTIGUOUS | DUMP_BLOCK | DUMP_GUARDED | DUMP_MEMORY(0xf0) },
		{ " RW DEVICE/nGnRnE\n", DUMP_IN_USE | DUMP_VALID | DUMP_MEMORY(0x00) },
		{ " RW DEVICE/nGnRE\n", DUMP_IN_USE | DUMP_VALID | DUMP_MEMORY(0x04) },
		{ " RW MEM/NORMAL-NC\n", DUMP_IN_USE | DUMP_VALID | DUMP_MEMORY(0x44) },
		{ " RW\n", DUMP_IN_USE | DUMP_VALID | DUMP_MEMORY(DUMP_NO_MEMORY) },
		{ " RW NEW-WORD MEM/NORMAL\n", DUMP_IN_USE | DUMP_VALID | DUMP_MEMORY(0xff) },
	};
	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[256];
		snprintf(text, sizeof(text),
			 "0xffff800080000000-0xffff800080200000           2M PMD%s",
			 cases[i].words);
		read_one(text, 0);
		assert_int_equal(line[0].says, cases[i].says);
	}
}

/* The size is told twice. */
static void a_size_that_is_wrong_has_no_bytes(void **state)
{
	(void)state;
	read_one("0xffff800080000000-0xffff800080004000          12K PTE\n", 0);
	assert_int_equal(line[0].bytes, 0);
	read_one("0xffff800080000000-0xffff800080004000          16X PTE\n", 0);
	assert_int_equal(line[0].bytes, 0);
	read_one("0xffff800080000000\n", 0);
	assert_int_equal(line[0].bytes, 0);
	assert_int_equal(line[0].level, 4);
}

/* The end of the last line, where Linux 6.1 prints 0, and where the space ends. */
static void the_last_line_ends_where_the_range_does(void **state)
{
	const char *text = "0xffff800080004000-0x0000000000000000      123456K PTE\n";
	(void)state;
	assert_int_equal(dump_text_read(text, 0, 0xffff800080006000, line, ROOM), 1);
	assert_int_equal(line[0].bytes, 0x2000);
	text = "0xffffffffffff0000-0x0000000000000000          64K PTE\n";
	assert_int_equal(dump_text_read(text, 0, 0, line, ROOM), 1);
	assert_int_equal(line[0].bytes, 0x10000);
}

static void as_many_as_there_is_room_for(void **state)
{
	(void)state;
	const char *text = "0xffff800080000000-0xffff800080001000           4K PTE\n"
			   "0xffff800080001000-0xffff800080002000           4K PTE" KERNEL
			   "0xffff800080002000-0xffff800080003000           4K PTE\n"
			   "0xffff800080003000-0xffff800080004000           4K PTE";
	assert_int_equal(dump_text_read(text, 0, 0, line, 3), 3);
	assert_int_equal(dump_text_read(text, 0, 0, line, ROOM), 4);
	assert_int_equal(line[1].says, KERNEL_SAYS);
	assert_int_equal(line[3].bytes, 0x1000);
	assert_int_equal(dump_text_read("", 0, 0, line, ROOM), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page),
		cmocka_unit_test(a_hole_says_nothing),
		cmocka_unit_test(the_root_is_a_level),
		cmocka_unit_test(each_word_counts),
		cmocka_unit_test(a_size_that_is_wrong_has_no_bytes),
		cmocka_unit_test(the_last_line_ends_where_the_range_does),
		cmocka_unit_test(as_many_as_there_is_room_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
