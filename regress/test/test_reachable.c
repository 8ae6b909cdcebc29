// SPDX-License-Identifier: GPL-2.0-only
/*
 * What callers of a kernel can do, and the steps to it. With files as
 * arguments, it says of each whether it is reachable, and why not: test_reachable.py holds
 * that against what confirm plans.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/repair.h"
#include "fuzz/scenario_text.h"
#include "mapper/test/cmocka_all.h"
#include "regress/tool/reachable.h"
#include "regress/tool/reductions.h"
#include "regress/tool/vmapdiff.h"

#define VA "va=0xffff800080000000 "

static struct scenario scenario, candidate;

static void parse(const char *ops)
{
	char text[1024];
	struct text_error error;
	snprintf(text, sizeof(text), "vmapdiff 2\n%s", ops);
	if (!scenario_parse(text, strlen(text), &scenario, &error))
		fail_msg("%s: %u:%u: %s", ops, error.line, error.column, error.message);
}

/* What is printed of a scenario. The caller frees it. */
static char *said(void)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);
	assert_non_null(to);
	reachable_print(&scenario, to);
	fclose(to);
	return text;
}

static void what_callers_can_do(void **state)
{
	(void)state;
	static const char *const can[] = {
		"vmap " VA "pages=0x10000+512,0x20000+3\n",
		"vmap " VA
		"pages=0x10000+3,null\nvmap va=0xffff800080005000 pages=0x10 prot=kernel-ro\n",
		"vmap va=0xffff800080003000 pages=0x10000+15\n", /* smaller than a group */
		"vmap va=0xffff800080010000 pages=0x10000+511\n",
		"vmalloc " VA
		"pages=0x400+512 shift=21 flags=huge\nvunmap va=0xffff800080010000 size=0x10000\n",
		"ioremap va=0xffff800080004000 pa=0x1000 size=0x3000 prot=normal-nc\n",
		"ioremap va=0xffff800040000000 pa=0x1000 size=0x80000000 prot=device\n",
		"machine granule=64k\nioremap va=0xffff800060000000 pa=0x0 size=0x80000000\n",
		"vm_map_ram va=0xffff800080003000 pages=0x10+700\nvm_unmap_ram "
		"va=0xffff800080003000 pages=700\n",
		"vmalloc " VA "pages=0x10+3\nset_memory va=0xffff800080001000 pages=2 op=ro\n",
		"vmap " VA
		"pages=0x10+3\nvunmap va=0xffff800080001000 size=0x3000\n", /* the guard page with it */
	};
	for (unsigned i = 0; i < sizeof(can) / sizeof(can[0]); i++) {
		parse(can[i]);
		char *text = said();
		assert_string_equal(text,
				    "reachable: callers of a kernel can make each of its calls\n");
		assert_int_equal(reachable_cost(&scenario), 0);
		free(text);
	}
}

static void what_no_caller_can_do(void **state)
{
	(void)state;
	static const struct {
		const char *ops, *why;
	} cannot[] = {
		{ "preset " VA "pfn=0x1\nvmap va=0xffff800080001000 pages=0x10\n",
		  "not reachable: op 0, preset: no caller leaves such an entry\n" },
		{ "linear pa=0x0 size=0x1000\n", "not reachable: op 0, linear: the linear map" },
		{ "fail alloc=1\nvmap " VA "pages=0x10\n", "op 0, vmap: no allocation" },
		{ "fail trylock=2\nvmap " VA "pages=0x10\n", "op 0, vmap: no allocation" },
		{ "vmap " VA "pages=0x10\nvunmap " VA "size=0x1000\nvmap " VA "pages=0x10\n",
		  "op 2, vmap: an op before it has an area there" },
		{ "vmap va=0xffff800080001000 pages=0x10\nvmap va=0xffff800080002000 pages=0x10\n",
		  "op 1, vmap: an op before it has an area there" }, /* its guard page */
		{ "vmap va=0xffff800080001000 pages=0x10\nvmap " VA "pages=0x10\n",
		  "op 1, vmap: an op before it has an area there" },
		{ "ioremap va=0xffff800080003000 pa=0x1000 size=0x3000\n",
		  "op 0, ioremap: the kernel aligns" },
		{ "ioremap va=0xffff800060200000 pa=0x1000 size=0x80000000\n",
		  "op 0, ioremap: the kernel aligns" },
		{ "vmalloc va=0xffff800080001000 pages=0x400+512 shift=21 flags=huge\n",
		  "op 0, vmalloc: the kernel aligns" },
		{ "vmap " VA "pages=0x10 prot=user\n",
		  "op 0, vmap: no caller has this protection" },
		{ "vmalloc " VA "pages=0x10 prot=kernel-ro\n",
		  "op 0, vmalloc: no caller has this" },
		{ "ioremap " VA "pa=0x0 size=0x1000 prot=tagged\n",
		  "op 0, ioremap: no caller has this" },
		{ "vmalloc " VA "pages=0x10,null\n", "op 0, vmalloc: vmalloc() takes its pages" },
		{ "vmap " VA "pages=0x10\nvunmap " VA "size=0x3000\n",
		  "op 1, vunmap: it is about a range" },
		{ "vm_map_ram " VA "pages=0x10+3\nvunmap va=0xffff80007ffff000 size=0x2000\n",
		  "op 1, vunmap: it is about a range" },
		{ "machine granule=4k va=28 entries=16 group=4\nvmap va=0xfffffffff8000000 "
		  "pages=0x10\n",
		  "not reachable: the machine: kernels have real tables" },
		{ "machine realm=yes\nvmap " VA "pages=0x10\n",
		  "the machine: it is a Realm's guest" },
	};
	for (unsigned i = 0; i < sizeof(cannot) / sizeof(cannot[0]); i++) {
		parse(cannot[i].ops);
		char *text = said();
		if (!strstr(text, cannot[i].why))
			fail_msg("of %s it is said: %s", cannot[i].ops, text);
		assert_false(is_reachable(&scenario));
		assert_null(strstr(text, "callers of a kernel can make"));
		free(text);
	}
}

static void what_some_kernels_do_not_let_them(void **state)
{
	(void)state;
	static const char *const some[] = {
		"vmap va=0xffff800080001000 pages=0x10+16\n",
		"vmap va=0xffff800080010000 pages=0x10+512\n",
		"vmalloc va=0xffff800080001000 pages=0x10+16\n",
		"machine granule=64k va=52 pa=52\nvmap " VA "pages=0x10\n",
	};
	for (unsigned i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		parse(some[i]);
		char *text = said();
		assert_non_null(strstr(text, "\nnot on all kernels: "));
		assert_true(is_reachable(&scenario));
		assert_int_not_equal(reachable_cost(&scenario), 0);
		free(text);
	}
}

/* --- steps ------------------------------------------------------------------------------------ */

static const struct reduction *step_named(const char *name)
{
	const struct reduction *r = reachable_reductions;
	while (r->name && strcmp(r->name, name) != 0)
		r++;
	assert_non_null(r->name);
	return r;
}

/* The first try of a step that leaves less that is not reachable, as text; NULL if there is none. */
static char *nearer(const char *name)
{
	const struct reduction *r = step_named(name);
	for (uint32_t place = 0; place < r->places(&scenario); place++) {
		bool more = true;
		for (unsigned try = 0; more && try < 100; try++) {
			scenario_copy(&candidate, &scenario);
			more = r->attempt(&candidate, place, try);
			if (more && scenario_repair(&candidate) &&
			    reachable_cost(&candidate) < reachable_cost(&scenario))
				return scenario_to_text(&candidate);
		}
		assert_false(more); /* tries end */
	}
	return NULL;
}

static void steps_come_nearer(void **state)
{
	(void)state;
	static const struct {
		const char *name, *ops, *to;
	} steps[] = {
		{ "move areas apart",
		  "vmap " VA "pages=0x10+3\nvmap va=0xffff800080001000 pages=0x20\n",
		  "vmap va=0xffff800080004000 pages=0x20\n" },
		{ "ranges of one area",
		  "vmap " VA "pages=0x10+3\nvunmap va=0xffff800080001000 size=0x8000\n",
		  "vunmap va=0xffff800080001000 size=0x2000\n" },
		{ "ranges of one area",
		  "vmap " VA "pages=0x10+3\nvunmap va=0xffff80007fffe000 size=0x3000\n",
		  "vunmap va=0xffff800080000000 size=0x1000\n" },
		{ "align areas", "vmap va=0xffff800080010000 pages=0x400+512\n",
		  "vmap va=0xffff800080000000 pages=0x400+512\n" },
		{ "align areas",
		  "ioremap va=0xffff800080003000 pa=0x1000 size=0x3000\nvunmap "
		  "va=0xffff800080004000 size=0x1000\n",
		  "vunmap va=0xffff800080001000 size=0x1000\n" },
		{ "map instead",
		  "preset va=0xffff800080000000 level=2 table\nvmap " VA "pages=0x10\n",
		  "vmap va=0xffff800080002000 pages=0x201\n" },
		{ "choose pages", "vmalloc " VA "pages=0x10,0x12 prot=kernel-ro\n",
		  "vmap va=0xffff800080000000 pages=0x10,0x12 prot=kernel-ro\n" },
	};
	for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		parse(steps[i].ops);
		char *text = nearer(steps[i].name);
		if (!text || !strstr(text, steps[i].to))
			fail_msg("%s of %s: %s", steps[i].name, steps[i].ops,
				 text ? text : "nothing");
		free(text);
	}
}

/* An array that must stay where it is gets pages before it, or as few blocks as there can be. */
static void arrays_are_filled(void **state)
{
	(void)state;
	static const char *const filled[] = {
		"vmap va=0xffff800080000000 pages=0xa01+19,0x400+512\n",
		"vmap va=0xffff800080000000 pages=0xa20+16,0xa04+2,0xa02,0x400+512\n",
	};
	const struct reduction *r = step_named("align areas");
	for (unsigned i = 0; i < 2; i++) {
		parse("vmap va=0xffff800080013000 pages=0x400+512\n");
		assert_true(r->attempt(&scenario, 0, 2 + i));
		char *text = scenario_to_text(&scenario);
		if (!strstr(text, filled[i]))
			fail_msg("%s", text);
		assert_int_equal(reachable_cost(&scenario), 0);
		free(text);
	}
}

/* Steps do nothing where all is reachable, and what they make is never refused as a whole. */
static void steps_do_nothing_else(void **state)
{
	(void)state;
	parse("vmap " VA "pages=0x400+512\nvunmap va=0xffff800080010000 size=0x1000\n"
	      "vm_map_ram va=0xffff8000d0000000 pages=0x10+3\nvm_unmap_ram va=0xffff8000d0000000 "
	      "pages=3\n");
	for (const struct reduction *r = reachable_reductions; r->name; r++)
		assert_null(nearer(r->name));
}

/* --- for test_reachable.py ---------------------------------------------------------------------- */

static int say(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (!load_scenario(argv[i], &scenario))
			return EXIT_UNUSABLE;
		printf("%s %s\n", is_reachable(&scenario) ? "yes" : "no", argv[i]);
		reachable_print(&scenario, stdout);
	}
	return EXIT_AS_EXPECTED;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_callers_can_do),
		cmocka_unit_test(what_no_caller_can_do),
		cmocka_unit_test(what_some_kernels_do_not_let_them),
		cmocka_unit_test(steps_come_nearer),
		cmocka_unit_test(arrays_are_filled),
		cmocka_unit_test(steps_do_nothing_else),
	};
	return argc > 1 ? say(argc, argv) : cmocka_run_group_tests(tests, NULL, NULL);
}
