// SPDX-License-Identifier: GPL-2.0-only
/* What somebody meant is the nearest word, and nothing where no word is near. */
#include <string.h>

#include "fuzz/nearest.h"
#include "mapper/test/cmocka_all.h"

static const char *const words[] = { "vmap",       "vmalloc",    "ioremap",      "vunmap",
				     "vm_map_ram", "set_memory", "va",           "pages",
				     "prot",       "flags",      "kernel-exec",  "ro",
				     "rw",         "--ktap",     "--executions", NULL };

static const struct {
	const char *text, *meant; /* NULL: nothing */
} cases[] = {
	{ "page", "pages" },
	{ "pgaes", "pages" },
	{ "Pages", "pages" },
	{ "vmao", "vmap" },
	{ "mmap", "vmap" },
	{ "vmaloc", "vmalloc" },
	{ "vamlloc", "vmalloc" },
	{ "remap", "ioremap" },
	{ "vmmapram", "vm_map_ram" },
	{ "setmemory", "set_memory" },
	{ "exec", "kernel-exec" },
	{ "kernelexec", "kernel-exec" },
	{ "rww", "rw" },
	{ "v", "va" },
	{ "--ktp", "--ktap" },
	{ "--exec", "--executions" },
	{ "", NULL },
	{ "x", NULL },
	{ "frob", NULL },
	{ "unrelated", NULL },
	{ "zz", NULL },
};

static const char *meant_by(const char *text)
{
	struct nearest n = nearest_to(text, strlen(text));
	nearest_try_list(&n, words);
	return n.word;
}

static void the_nearest_word_is_meant(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *got = meant_by(cases[i].text);
		if (!got != !cases[i].meant || (got && strcmp(got, cases[i].meant) != 0))
			fail_msg("'%s' means '%s', not '%s'", cases[i].text, got ? got : "nothing",
				 cases[i].meant ? cases[i].meant : "nothing");
	}
}

static void of_equally_near_words_the_first_is_kept(void **state)
{
	(void)state;
	struct nearest n = nearest_to("v8", 2);
	nearest_try(&n, "v9");
	nearest_try(&n, "v4");
	assert_string_equal(n.word, "v9");
	n = nearest_to("lpa", 3);
	nearest_try(&n, "pa");
	nearest_try(&n, "lpa2"); /* which begins alike */
	assert_string_equal(n.word, "lpa2");
}

static void hostile_words_are_near_nothing(void **state)
{
	(void)state;
	char text[4096], hint[NEAREST_HINT_SIZE];
	memset(text, 'v', sizeof(text));
	struct nearest n = nearest_to(text, sizeof(text));
	nearest_try_list(&n, words);
	assert_null(n.word);
	n = nearest_to("vmap", 4);
	nearest_try_token(&n, text, sizeof(text));
	assert_null(n.word);
	assert_string_equal(nearest_hint(&n, hint), "");
	n = nearest_to("\0\xff\x80", 3);
	nearest_try_list(&n, words);
	assert_null(n.word);
	n = nearest_to(text, NEAREST_MAX);
	nearest_try_token(&n, text, NEAREST_MAX);
	assert_int_equal(strlen(nearest_hint(&n, hint)),
			 NEAREST_MAX + strlen("; did you mean ''?"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_nearest_word_is_meant),
		cmocka_unit_test(of_equally_near_words_the_first_is_kept),
		cmocka_unit_test(hostile_words_are_near_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
