// SPDX-License-Identifier: GPL-2.0-only
/* Bad text is refused at the right place with the right words; good text comes back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/refuse.h"
#include "fuzz/scenario_text.h"
#include "mapper/test/cmocka_all.h"

static struct scenario scenario;
static struct text_error error;

#define V "vmapdiff 2\n"
#define MAP "vmap va=0xffff800080000000 pages=1\n"

static const struct {
	const char *text;
	unsigned line, column;
	const char *says;
} refused[] = {
	{ "", 1, 1, "before the line 'vmapdiff 2'" },
	{ "# only a comment\n", 2, 1, "before the line 'vmapdiff 2'" },
	{ "vmapdiff 3\n", 1, 10, "version 3 is newer than this tool, which reads up to 2: " },
	{ "vmapdiff 99999999999999999999\n", 1, 10, "version 99999999999999999999 is newer" },
	{ "vmapdiff 0\n", 1, 1, "the first line of a scenario must be 'vmapdiff 2'" },
	{ "vmapdiff 2a\n", 1, 1, "the first line of a scenario must be 'vmapdiff 2'" },
	{ "say a a\n", 1, 1, "the first line of a scenario must be 'vmapdiff 2'" },
	{ "vmapdiff 2\r\n" MAP, 1, 11, "byte 0x0d is not text" },
	{ "vmapdiff 2 \x01\n" MAP, 1, 12, "byte 0x01 is not text" },
	{ MAP, 1, 1, "the first line of a scenario must be 'vmapdiff 2'" },
	{ V, 2, 1, "without an op" },
	{ V "vmop va=1\n", 2, 1, "'vmop' is not a word of a scenario; did you mean 'vmap'? The" },
	{ V "  mmap va=1\n", 2, 3, "did you mean 'vmap'? The words are: machine, policy, fail" },
	{ V "frobnicate va=1\n", 2, 1, "'frobnicate' is not a word of a scenario: machine, pol" },
	{ V "plant va=1\n", 2, 1, "'plant' is called 'preset' since version 2" },
	{ "vmapdiff 1\npreset va=1\n", 2, 1, "needs the option pfn=" },
	{ V "\x01\x02", 2, 1, "byte 0x01 is not text" },
	{ "\x7f"
	  "ELF",
	  1, 1, "byte 0x7f is not text" },
	{ V "machine granule=8k\n", 2, 17, "one of: 4k, 16k, 64k" },
	{ V "machine granule\n", 2, 9, "one of: 4k, 16k, 64k" },
	{ V "machine va=36\n", 2, 9, "4k has va 39, 48, 52" },
	{ V "machine va=256\n", 2, 12, "out of range; the maximum is 255" },
	{ V "machine granule=16k va=36 pa=52\n", 2, 27, "pa=52 needs lpa2" },
	{ V "machine va=21 entries=7 group=4\n", 2, 23, "a power of two" },
	{ V "machine va=21 entries=8 group=8\n", 2, 25, "at most half of a table's" },
	{ V "machine va=21 group=4\n", 2, 1, "has 4, 8, ... or 256 entries" },
	{ V "machine granule=16k va=21 entries=8 group=4\n", 2, 27, "need granule=4k" },
	{ V "machine va=39 entries=8 group=4\n", 2, 9, "two to four levels" },
	{ V "machine va=52\n", 2, 1, "lpa2 exactly when va is 52" },
	{ V "machine lpa2=1\n", 2, 14, "takes no value" },
	{ V "machine bbm=3\n", 2, 9, "bbm must be 0, 1 or 2" },
	{ V "machine frobnicate=1\n", 2, 9, "is not an option of 'machine'" },
	{ V "machine va=48 va=48\n", 2, 15, "is given twice" },
	{ V "machine\nmachine\n", 3, 1, "may appear once" },
	{ V "policy\n", 2, 1, "needs one of: v9, v4, prior" },
	{ V "policy v4 v9\n", 2, 1, "needs one of: v9, v4, prior" },
	{ V "policy v9 hugetlb=maybe\n", 2, 19, "one of: no, yes" },
	{ V "policy v9 max-shift=11\n", 2, 11, "max-shift must be between the page's shift" },
	{ V "policy v9 quirks=odd\n", 2, 18, "one of: head-check, narrow-flush" },
	{ V "policy v9 quirks=head-check,\n", 2, 29, "one of: head-check, narrow-flush" },
	{ V "policy v9 quirks\n", 2, 11, "one of: head-check" },
	{ V MAP "policy v9\n", 3, 1, "before the ops" },
	{ V "vmap pages=1\n", 2, 1, "needs the option va=" },
	{ V "vmap va=0xffff800080000000\n", 2, 1, "needs the option pages=" },
	{ V "vmap va=0xffff800080000000 pages=\n", 2, 28, "'pages' needs a value" },
	{ V "vmap va=0xffff800080000000 pages=1,\n", 2, 36, "expected a number" },
	{ V "vmap va=0xffff800080000000 pages=1+0\n", 2, 36, "at least one page" },
	{ V "vmap va=0xffff800080000000 pages=1+\n", 2, 36, "expected a number" },
	{ V "vmap va=0xffff800080000000 pages=nil\n", 2, 34, "'nil' is not a number" },
	{ V "vmap va=0xffff800080000000 pages=1,nul\n", 2, 36, "did you mean 'null'?" },
	{ V "vmap va=0xffff800080000000 pages=0xfffffffff\n", 2, 28, "exceeds physical memory" },
	{ V "vmap va=0xffff800080000001 pages=1\n", 2, 6, "not a multiple of the page size" },
	{ V "vmap va=0x1000 pages=1\n", 2, 6, "below the kernel's half" },
	{ V "vmap va=0xfffffffffffff000 pages=1+2\n", 2, 6, "exceeds the address space" },
	{ V "vmap va=0x10000000000000000 pages=1\n", 2, 9, "out of range" },
	{ V "vmap va=0xfg pages=1\n", 2, 12, "is not a number" },
	{ V "vmap va=-1 pages=1\n", 2, 9, "is not a number" },
	{ V "vmap va=0xffff800080000000 pages=1 prot=rwx\n", 2, 41, "one of: kernel, kernel-ro" },
	{ V "vmap va=0xffff800080000000 pages=1 flags=big\n", 2, 42, "one of: none, huge" },
	{ V MAP "vunmap va=0xffff800080000000 size=0\n", 3, 1, "the range is empty" },
	{ V MAP "vunmap va=0xffff800080000000 size=0x1001\n", 3, 30, "size is not a multiple" },
	{ V "vunmap va=0xfffffffffffff000 size=0x2000\n", 2, 8, "exceeds the address space" },
	{ V "vunmap va=0xffff800080000000 size=0xffffffffffffffff\n", 2, 30, "not a multiple" },
	{ V "vunmap va=0xffff800080000000 size=0xfffffffffffff000\n", 2, 8, "exceeds the address" },
	{ V "preset va=0xffff800080000000 pfn=1 level=4\n", 2, 42, "out of range" },
	{ V "preset va=0xffff800080001000 pfn=0x200 level=2\n", 2, 8, "not aligned to the block" },
	{ V "preset va=0xffff800080000000 pfn=1 level=2\n", 2, 30, "pfn is not aligned" },
	{ V "preset va=0xffff800080000000 pfn=0 level=0\n", 2, 36, "level 3, 2, or 1 with 4k" },
	{ V "machine granule=16k va=47\npreset va=0xffffc00000000000 pfn=0 level=1\n", 3, 36,
	  "level 3, 2, or 1 with 4k" },
	{ V "machine va=39\npreset va=0xffffffc000000000 level=0 table\n", 3, 30, "no such level" },
	{ V "preset va=0xffff800080000000 table\n", 2, 1, "level 0, 1 or 2" },
	{ V "preset va=0xffff800080000000 level=2 table=1\n", 2, 44, "takes no value" },
	{ V "preset va=0xffff800080000000 pfn=1 level=2 table\n", 2, 30,
	  "is not an option of 'preset'" },
	{ V "preset va=0xffff800080000000\n", 2, 1, "needs the option pfn=" },
	{ V "policy prior vmap-huge=always\n", 2, 14, "vmap() has no blocks" },
	{ V "vmalloc va=0xffff800080000000 pages=1 shift=13\n", 2, 39,
	  "a page, a contiguous group" },
	{ V "vmalloc va=0xffff800080000000 pages=1 shift=21\n", 2, 39, "need flags=huge" },
	{ V "vmalloc va=0xffff800080000000 pages=1 shift=256\n", 2, 45, "out of range" },
	{ V "ioremap va=0xffff800080000000 pa=0x1000\n", 2, 1, "needs the option size=" },
	{ V "ioremap va=0xffff800080000000 pa=0x1001 size=0x1000\n", 2, 31, "not a multiple" },
	{ V "ioremap va=0xffff800080000000 pa=0 size=0\n", 2, 1, "the range is empty" },
	{ V "ioremap va=0xffff800080000000 pa=0xfffffffff000 size=0x2000\n", 2, 31,
	  "exceeds phys" },
	{ V "ioremap va=0xffff800080000000 pa=0xfffffffffffff000 size=0x2000\n", 2, 31,
	  "exceeds physical memory" },
	{ V "ioremap va=0xffff800080000000 pa=0 size=0x201001000\n", 2, 36,
	  "more than " TEXT_OF(SCENARIO_MAX_DEVICE_PAGES) " pages" },
	{ V "vmap va=0xffff800080000000 pages=0+1048576,7\n", 2, 28,
	  "more than " TEXT_OF(SCENARIO_MAX_PAGES) " pages" },
	{ V "vmap va=0xffff800080000000 pages=0+1048577\n", 2, 36, "out of range" },
	{ "vmapdiff 2\nmachine granule=4k va=28 pa=48 entries=4 group=2\n" MAP, 2, 20,
	  "two to four levels" },
	{ V "set_memory va=0xffff800080000000 pages=0 op=ro\n", 2, 1, "the range is empty" },
	{ V "set_memory va=0xffff800080000000 pages=1\n", 2, 1, "needs the option op=" },
	{ V "set_memory va=0xffff800080000000 pages=1 op=rwx\n", 2, 45, "one of: ro, rw, nx" },
	{ V "set_memory va=0xffff800080000000 pages=0x1000000000001 op=ro\n", 2, 40,
	  "out of range" },
	{ V "set_memory va=0xffff000000000000 pages=1 op=invalid\n", 2, 12,
	  "need an earlier 'linear' or 'add_memory' line" },
	{ V "linear pa=0 size=0x2000\nset_memory va=0xffff000000001000 pages=2 op=valid\n", 3, 12,
	  "need an earlier 'linear' or 'add_memory' line" },
	{ V "linear pa=0x800000000000 size=0x1000\n", 2, 8, "half of the address space" },
	{ V "linear pa=0x7ffffffff000 size=0x2000\n", 2, 26, "half of the address space" },
	{ V "linear pa=0 size=0x2000\nlinear pa=0x1000 size=0x1000\n", 3, 8, "overlaps another" },
	{ V "linear pa=0 size=0x1000 leaf=block\n", 2, 30, "one of: largest, page" },
	{ V "linear pa=0 size=0x1000\nvmap va=0xffff000000010000 pages=1\n", 3, 6, "linear map" },
	{ V "vmap va=0xffff000000010000 pages=1\nlinear pa=0 size=0x1000\n", 3, 1, "linear map" },
	{ V "fail alloc=1\nlinear pa=0 size=0x1000\n", 3, 1, "'fail' must precede a call" },
	{ V "fail alloc=1\n", 3, 1, "must precede a call" },
	{ V "fail\n" MAP, 2, 1, "needs alloc=N or trylock=N" },
	{ V "fail alloc=1\nfail alloc=2\n" MAP, 3, 1, "the line before is 'fail' too" },
	{ V "fail alloc=1\npreset va=0xffff800080000000 pfn=1\n", 3, 1,
	  "'fail' must precede a call" },
	{ V "during event=1 by=cpu\n" MAP, 3, 1, "needs a call on the line before it" },
	{ V "preset va=0xffff800080000000 pfn=1\nduring event=1 by=cpu\n" MAP, 4, 1,
	  "needs a call on the line before it" },
	{ V MAP "during event=1 by=cpu\nlinear pa=0 size=0x1000\n", 4, 1, "must precede a call" },
	{ V MAP "during event=1 by=cpu\n", 4, 1, "the text ends after 'during'" },
	{ V MAP "during event=1\n" MAP, 3, 1, "needs the option by=" },
	{ V MAP "during by=cpu\n" MAP, 3, 1, "needs the option event=" },
	{ V MAP "during event=1 by=dma\n" MAP, 3, 19, "one of: cpu, irq" },
	{ V MAP "during event=0x100000000 by=cpu\n" MAP, 3, 14, "out of range" },
	{ V MAP "during event=1 by=cpu\nduring event=2 by=cpu\n" MAP, 4, 1,
	  "a line before is 'during' too" },
	{ V MAP "during event=1 by=cpu\n" MAP "during event=1 by=cpu\n" MAP, 6, 1,
	  "one meets one" },
	{ V MAP "during event=1 by=irq\n" MAP, 4, 1, "by=irq is for set_memory" },
	{ V MAP "during event=1 by=cpu\nadd_memory pa=0 size=0x8000000\n", 4, 1,
	  "op=split-pages meet nothing" },
	{ V MAP "during event=1 by=cpu\n"
		"vmemmap_populate va=0xffffc00000000000 pa=0x40000000 size=0x8000\n",
	  4, 1, ", vmemmap_populate, vmemmap_free and set_memory with op=split-pages meet" },
	{ V "read event=1 of=call by=dump\nadd_memory pa=0 size=0x8000000\n", 3, 1,
	  "vrealloc, trans_pgd, add_memory, remove_memory, " },
	{ V MAP "expect holds\n" MAP, 4, 1, "'expect' must be the last line" },
	{ V MAP "expect\n", 3, 1, "needs 'holds' or 'fails" },
	{ V MAP "expect maybe\n", 3, 8, "'expect' must be one of: holds, fails" },
	{ V MAP "expect hold\n", 3, 8, "did you mean 'holds'?" },
	{ V MAP "expect holds=yes\n", 3, 14, "'holds' takes no value" },
	{ V MAP "expect holds leaf.level\n", 3, 14, "nothing follows" },
	{ V MAP "expect fails\n", 3, 8, "'fails' needs a rule" },
	{ V MAP "expect fails leaf.level now\n", 3, 25, "nothing follows" },
	{ V MAP "expect fails quite.unknown\n", 3, 14, "'quite.unknown' is not a rule; './rig" },
	{ V MAP "expect fails leaf.levle\n", 3, 14, "did you mean 'leaf.level'?" },
	{ V MAP "expect fails output_address\n", 3, 14,
	  "did you mean 'translation.output_address'?" },
	/* A misspelt option is told at its own place, also where a needed one is missing. */
	{ V "vmap va=0xffff800080000000 page=1\n", 2, 28,
	  "'page' is not an option of 'vmap'; did you mean 'pages'? It has: va= pages= prot= "
	  "flags=" },
	{ V "vmap vaa=0xffff800080000000 pages=1\n", 2, 6, "did you mean 'va'?" },
	{ V "vmap va=0xffff800080000000 pages=1 prto=rw\n", 2, 36, "did you mean 'prot'?" },
	{ V "vmap va=0xffff800080000000 pages=1 frobnicate\n", 2, 36,
	  "'frobnicate' is not an option of 'vmap', which has: va= pages= prot= flags=" },
	{ V "vmap va=0xffff800080000000 pages=1 shift=21\n", 2, 36,
	  "'shift' is not an option of 'vmap' but of vmalloc; 'vmap' has: va= pages=" },
	{ V "vunmap va=0xffff800080000000 pages=1\n", 2, 30,
	  "not an option of 'vunmap' but of vmap, vmalloc, vm_map_ram, vmap_pfn, "
	  "apply_to_page_range, vm_unmap_ram, vfree, "
	  "vrealloc, set_memory, set_direct_map" },
	{ V "linear va=0xffff800080000000 size=0x1000\n", 2, 8, "'linear' has: pa= size= leaf=" },
	{ V "machine granul=4k\n", 2, 9, "did you mean 'granule'? It has: granule= va= pa=" },
	{ V "machine lpa=1\n", 2, 9, "did you mean 'lpa2'?" },
	{ V "policy v8\n", 2, 8, "'v8' is not an option of 'policy'; did you mean 'v9'?" },
	{ V "policy v9=1\n", 2, 11, "'v9' takes no value" },
	{ V "policy v9 vmap_huge=flag\n", 2, 11, "did you mean 'vmap-huge'?" },
	{ V "policy v9 vmap-huge=allways\n", 2, 21, "did you mean 'always'?" },
	{ V "policy v9 quirks=headcheck\n", 2, 18, "did you mean 'head-check'?" },
	{ V "fail aloc=1\n" MAP, 2, 6, "did you mean 'alloc'?" },
	{ V "vmap va=0xffff800080000000 pages=1 prot=kernal\n", 2, 41, "did you mean 'kernel'?" },
	{ V "set_memory va=0xffff800080000000 pages=1 op=rww\n", 2, 45, "did you mean 'rw'?" },
	{ V "set_memory va=0xffff800080000000 pages=1 op=\n", 2, 45, "one of: ro, rw, nx" },
};

static void bad_text_is_refused_where_it_is_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		const char *text = refused[i].text;
		if (scenario_parse(text, strlen(text), &scenario, &error))
			fail_msg("accepted: %s", text);
		if (error.line != refused[i].line || error.column != refused[i].column ||
		    !strstr(error.message, refused[i].says))
			fail_msg("%s\n%u:%u: %s\nexpected %u:%u: ...%s", text, error.line,
				 error.column, error.message, refused[i].line, refused[i].column,
				 refused[i].says);
	}
}

/* As the table of calls has them, and no others. */
static void calls_that_meet_nothing_are_named(void **state)
{
	(void)state;
	const char *text = V "read event=1 of=call by=dump\nadd_memory pa=0 size=0x8000000\n";
	assert_false(scenario_parse(text, strlen(text), &scenario, &error));
	for (int kind = 0; kind < CALL_KINDS; kind++) {
		const struct call_traits *traits = call_traits((enum call_kind)kind);
		char name[64];
		snprintf(name, sizeof(name), "%s,", traits->name);
		if (kind == CALL_VMEMMAP_FREE)
			snprintf(name, sizeof(name), "%s and", traits->name);
		bool is_named = strstr(error.message, name) != NULL;
		if (is_named != (!traits->meets && !call_sets_up((enum call_kind)kind)))
			fail_msg("%s: %s", traits->name, error.message);
	}
}

static void long_lines_and_texts_are_refused(void **state)
{
	(void)state;
	size_t size = SCENARIO_MAX_TEXT + 1;
	char *text = malloc(size);
	assert_non_null(text);
	memset(text, '#', size);
	assert_false(scenario_parse(text, size, &scenario, &error));
	assert_non_null(strstr(error.message, "the text is longer"));
	assert_false(scenario_parse(text, SCENARIO_MAX_LINE + 1, &scenario, &error));
	assert_int_equal(error.column, SCENARIO_MAX_LINE + 1);
	assert_non_null(strstr(error.message, "the line is longer"));
	free(text);
}

/* The longest page array there is, each page a run of its own, comes back from text. */
static void every_page_may_be_a_run(void **state)
{
	(void)state;
	size_t size = 64 + SCENARIO_MAX_PAGES * (size_t)12;
	char *text = malloc(size), *at = text;
	assert_non_null(text);
	at += sprintf(at, V "vmap va=0xffff800000000000 pages=");
	for (uint32_t i = 0; i < SCENARIO_MAX_PAGES; i++)
		at += sprintf(at, "%s0x%x", i ? "," : "", 0x8000000 + 2 * i);
	at += sprintf(at, "\n");
	assert_true(scenario_parse(text, (size_t)(at - text), &scenario, &error));
	assert_int_equal(scenario.runs, SCENARIO_MAX_PAGES);
	char *again = scenario_to_text(&scenario);
	assert_non_null(strstr(again, strstr(text, "pages=")));
	free(again);
	free(text);
}

static void too_many_ops_are_refused(void **state)
{
	(void)state;
	char text[4096] = V;
	for (int i = 0; i <= SCENARIO_MAX_OPS; i++) {
		char line[80];
		snprintf(line, sizeof(line), "preset va=0x%llx pfn=1\n",
			 0xffff800000000000ull + (unsigned long long)i * 4096);
		strcat(text, line);
	}
	assert_false(scenario_parse(text, strlen(text), &scenario, &error));
	assert_int_equal(error.line, SCENARIO_MAX_OPS + 2);
	assert_non_null(strstr(error.message, "more than 16 ops"));
}

/* Texts that are as the printer prints them. */
static const char *const printed[] = {
	V "machine granule=4k va=48 pa=48 bbm=0\npolicy v9\nvmap va=0xffff800080000000 pages=0x1\n",
	V "machine granule=16k va=52 pa=52 lpa2 bbm=2\n"
	  "policy v4 vmap-huge=flag stop-at-order0=no scan-limit=yes hugetlb=no max-shift=21 "
	  "quirks=head-check,cut-groups\n"
	  "preset va=0xfffffffffffec000 pfn=0x77\n"
	  "fail alloc=3 trylock=1\n"
	  "vmap va=0xfff8000000000000 pages=0x10+3,null,bad,0x11 prot=kernel-exec flags=huge\n"
	  "vunmap va=0xfff8000000000000 size=0x18000\n"
	  "expect fails contiguous.partial\n",
	V "machine granule=4k va=48 pa=48 bbm=2\npolicy prior\n"
	  "linear pa=0x200000 size=0x400000\n"
	  "linear pa=0x800000 size=0x1000 leaf=page\n"
	  "preset va=0xffff800040000000 level=1 pfn=0x40000\n"
	  "preset va=0xffff800080000000 level=2 table\n"
	  "vmalloc va=0xffff800080000000 pages=0x200+512 shift=21 prot=device flags=huge\n"
	  "vmalloc va=0xffff800090000000 pages=0x400\n"
	  "ioremap va=0xffff8000a0000000 pa=0x9000000 size=0x3000 prot=device\n"
	  "fail alloc=2\n"
	  "set_memory va=0xffff800090000000 pages=1 op=ro\n"
	  "during event=0 by=cpu\n"
	  "fail alloc=1\n"
	  "vunmap va=0xffff8000a0000000 size=0x1000\n"
	  "set_memory va=0xffff000000201000 pages=3 op=invalid\n"
	  "during event=4294967295 by=irq\n"
	  "set_memory va=0xffff000000202000 pages=1 op=valid\n"
	  "vunmap va=0xffff800080001000 size=0x5000\n",
	V "machine granule=4k va=21 pa=48 bbm=2 entries=8 group=4\npolicy v9\n"
	  "vmap va=0xfffffffffff00000 pages=0x10+8,0x24+9\n",
	V "machine granule=64k va=42 pa=48 bbm=1\npolicy v9\n"
	  "vmap va=0xffffffffffff0000 pages=null prot=device\nexpect holds\n",
};

static void printed_text_comes_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(printed) / sizeof(printed[0]); i++) {
		char again[2048] = "";
		if (!scenario_parse(printed[i], strlen(printed[i]), &scenario, &error))
			fail_msg("%s\n%u:%u: %s", printed[i], error.line, error.column,
				 error.message);
		FILE *to = fmemopen(again, sizeof(again), "w");
		scenario_print(&scenario, to);
		fclose(to);
		assert_string_equal(again, printed[i]);
	}
}

/* Mails live for ever: the words of version 1 are read, and version 2 is written. */
static void version_1_is_read(void **state)
{
	(void)state;
	const char *text = "vmapdiff 1\nplant va=0xffff800080000000 level=2 table\n" MAP;
	const char *again = "preset va=0xffff800080000000 level=2 table";
	char printed_again[512] = "";
	assert_true(scenario_parse(text, strlen(text), &scenario, &error));
	assert_int_equal(scenario.op[0].call.kind, CALL_PRESET);
	FILE *to = fmemopen(printed_again, sizeof(printed_again), "w");
	scenario_print(&scenario, to);
	fclose(to);
	assert_non_null(strstr(printed_again, "vmapdiff 2\n"));
	assert_non_null(strstr(printed_again, again));
}

static void order_and_comments_do_not_matter(void **state)
{
	(void)state;
	const char *text = "# first\n\n  vmapdiff 1 # version\n\tvmap pages=0x10+0x2\tflags=none "
			   "va=18446603338368679936 # decimal\n";
	assert_true(scenario_parse(text, strlen(text), &scenario, &error));
	assert_int_equal(scenario.ops, 1);
	assert_int_equal(scenario.op[0].call.va, 0xffff800080000000);
	assert_int_equal(scenario.run[0].pages, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_text_is_refused_where_it_is_bad),
		cmocka_unit_test(calls_that_meet_nothing_are_named),
		cmocka_unit_test(long_lines_and_texts_are_refused),
		cmocka_unit_test(every_page_may_be_a_run),
		cmocka_unit_test(too_many_ops_are_refused),
		cmocka_unit_test(printed_text_comes_back),
		cmocka_unit_test(version_1_is_read),
		cmocka_unit_test(order_and_comments_do_not_matter),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
