// SPDX-License-Identifier: GPL-2.0-only
/* How findings are grouped and named, and what is told of a sanitizer's report. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mapper/test/cmocka_all.h"
#include "regress/tool/findings.h"
#include "regress/tool/sanitizer_text.h"

static struct findings findings;

static void add(const char *signature, uint64_t size, uint64_t item)
{
	const struct origin origin = { .item = item };
	findings_add(&findings, signature, size, &origin);
}

static void the_first_of_the_smallest_is_kept(void **state)
{
	(void)state;
	findings = (struct findings){ 0 };
	add("FAIL errors.code mapper=kernel op=3:vmap granule=4k level=none", 9, 1);
	add("FAIL errors.code mapper=kernel op=0:vmap granule=64k level=none", 1, 2);
	add("FAIL errors.code mapper=kernel op=1:vmap granule=4k level=none", 4, 3);
	add("FAIL errors.code mapper=kernel op=7:vmap granule=4k level=none", 4, 4);
	assert_int_equal(findings.count, 2);
	assert_int_equal(findings.failing, 4);
	assert_int_equal(findings.finding[0].scenarios, 3);
	assert_int_equal(findings.finding[0].smallest.item, 3);
	assert_string_equal(findings.finding[0].signature,
			    "FAIL errors.code mapper=kernel op=1:vmap granule=4k level=none");
	assert_int_equal(findings.finding[1].smallest.item, 2);
}

static void what_finds_no_room_is_counted(void **state)
{
	(void)state;
	findings = (struct findings){ 0 };
	for (unsigned i = 0; i < FINDINGS_MAX + 3; i++) {
		char signature[VERDICT_SIGNATURE_SIZE];
		snprintf(signature, sizeof(signature), "FAIL process.signal %u", i);
		add(signature, 1, i);
	}
	assert_int_equal(findings.count, FINDINGS_MAX);
	assert_int_equal(findings.ungrouped, 3);
	assert_int_equal(findings.failing, FINDINGS_MAX + 3);
}

static void names_are_those_of_files(void **state)
{
	static const char *const names[][2] = {
		{ "FAIL errors.code mapper=kernel op=1:vmap granule=4k level=none",
		  "errors.code-vmap-4k" },
		{ "FAIL leaf.reserved mapper=prior op=0:ioremap granule=64k level=2",
		  "leaf.reserved-prior-ioremap-64k-level2" },
		{ "FAIL process.signal 9", "process.signal-9" },
		{ "FAIL sanitizer.a/b c mapper=kernel op=0:vmap granule=4k level=none",
		  "sanitizer.a-b-c-vmap-4k" },
		{ "HOLDS expected=errors.code", "HOLDS-errors.code" },
	};
	char name[FINDING_NAME_SIZE];
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		finding_name(names[i][0], "kernel", name);
		assert_string_equal(name, names[i][1]);
	}
}

static void tells(const char *report, const char *expected)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);
	assert_non_null(to);
	sanitizer_text_print(report, "/home/me/linux", to);
	fclose(to);
	assert_string_equal(text, expected);
	free(text);
}

/* Of two runs, which differ in process and addresses, the same is told. */
static void a_report_is_told_by_the_trees_lines(void **state)
{
	(void)state;
	tells("=====\n==4711==ERROR: AddressSanitizer: use-after-poison on address 0x7f00deadbeef "
	      "at "
	      "pc 0x55aa12345678 bp 0x7ffc00000000 sp 0x7ffc00000008\n"
	      "READ of size 8 at 0x7f00deadbeef thread T0\n"
	      "    #0 0x55aa12345678 in __asan_memcpy /build/asan.cpp:1:2\n"
	      "    #1 0x55aa12345679 in map_ptes /home/me/linux/mm/vmalloc.c:12:3\n"
	      "    #2 0x55aa1234567a in map /home/me/linux/mm/vmalloc.c:40:1\n"
	      "    #3 0x55aa1234567b in player_run /rig/fuzz/player.c:9:1\n\n"
	      "freed by thread T0 here:\n"
	      "    #0 0x55aa12345678 in other /home/me/linux/mm/other.c:1:1\n",
	      "  sanitizer AddressSanitizer: use-after-poison on address ...\n"
	      "  sanitizer READ of size 8 at ...\n"
	      "            in map_ptes() at mm/vmalloc.c:12:3\n"
	      "            in map() at mm/vmalloc.c:40:1\n");
	tells("/home/me/linux/mm/vmalloc.c:7:9: runtime error: load of address 0x7f00deadbeef for "
	      "0xffff800080000000\n",
	      "  sanitizer mm/vmalloc.c:7:9: runtime error: load of address ... for "
	      "0xffff800080000000\n");
}

static void what_is_no_report_is_told_by_its_first_lines(void **state)
{
	(void)state;
	tells("FAIL process.signal 6\na.c:1: assertion failed: x (0x1 and 0x2)\n",
	      "            a.c:1: assertion failed: x (0x1 and 0x2)\n");
	tells("    #0 0x55aa12345678 in player_run /rig/fuzz/player.c:9:1\n",
	      "            in player_run() at /rig/fuzz/player.c:9:1\n");
	tells("", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_of_the_smallest_is_kept),
		cmocka_unit_test(what_finds_no_room_is_counted),
		cmocka_unit_test(names_are_those_of_files),
		cmocka_unit_test(a_report_is_told_by_the_trees_lines),
		cmocka_unit_test(what_is_no_report_is_told_by_its_first_lines),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
