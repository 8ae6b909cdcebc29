// SPDX-License-Identifier: GPL-2.0-only
/* A scenario is found in whatever text it was pasted with, and wrong text is told at its own place. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/mail.h"
#include "mapper/test/cmocka_all.h"

static struct scenario scenario, plain;
static struct text_error error;
static struct mail mail;

#define V "vmapdiff 2\n"
#define VA "va=0xffff800080000000"
#define MAP "vmap " VA " pages=0x10+3,0x20\n"
#define RULE "translation.output_address"
#define FAIL "FAIL translation.output_address mapper=batched op=0:vmap granule=4k level=3\n"

/* What all of the texts that are accepted mean. */
#define MEANT V "machine granule=4k va=48 pa=48 bbm=0\npolicy v9\n" MAP

static void print(const struct scenario *s, char *to, size_t size)
{
	memset(to, 0, size);
	FILE *memory = fmemopen(to, size, "w");
	assert_non_null(memory);
	scenario_print(s, memory);
	fclose(memory);
}

static void says(char *to, size_t size)
{
	memset(to, 0, size);
	FILE *memory = fmemopen(to, size, "w");
	assert_non_null(memory);
	mail_say(&mail, "x", memory);
	fclose(memory);
}

static const struct {
	const char *text, *skipped; /* what is said */
} accepted[] = {
	{ MEANT, "" },
	{ "# SPDX\n\n" V MAP "\n# the end\n", "" },
	{ "  " V "\t" MAP, "" },
	{ "vmapdiff 2\r\nvmap " VA " pages=0x10+3,0x20\r\n", "x: skipped CRLF line ends\n" },
	{ "# one\r\nvmapdiff 2\r\r\nvmap " VA " pages=0x10+3,0x20", "x: skipped CRLF line ends\n" },
	{ V MAP "\r\n", "x: skipped CRLF line ends\n" },
	{ "\xef\xbb\xbf" V MAP, "x: skipped a byte order mark\n" },
	{ "\xef\xbb\xbf# SPDX\n" V MAP, "x: skipped a byte order mark\n" },
	{ "vmapdiff\xc2\xa0"
	  "2\nvmap\xc2\xa0" VA "\xe2\x80\xaf pages=0x10+3,0x20\xc2\xa0\n",
	  "x: skipped blanks that are not ASCII\n" },
	{ V MAP "\xc2\xa0\n", "x: skipped blanks that are not ASCII\n" },
	/* Quoting, of more than one kind and depth. */
	{ "> vmapdiff 2\n> " MAP, "x: skipped quoting \"> \"\n" },
	{ ">vmapdiff 2\n>\n>" MAP, "x: skipped quoting \">\"\n" },
	{ "> > vmapdiff 2\n> > " MAP "> >\n", "x: skipped quoting \"> > \"\n" },
	{ ">> vmapdiff 2\n>> " MAP, "x: skipped quoting \">> \"\n" },
	{ "\t| vmapdiff 2\n\t| " MAP, "x: skipped quoting \"| \"\n" },
	{ " *   vmapdiff 2\n *   " MAP " */\n",
	  "x: skipped 1 line after the scenario, quoting \"*   \"\n" },
	{ "+vmapdiff 2\n+" MAP, "x: skipped quoting \"+\"\n" },
	{ "> vmapdiff 2\r\n> vmap " VA " pages=0x10+3,0x20\r\n",
	  "x: skipped quoting \"> \", CRLF line ends\n" },
	/* Text around it. */
	{ "Hello,\n\n" V MAP "\nBye\n", "x: skipped 2 lines before the scenario and 2 after it\n" },
	{ V MAP "Bye\n", "x: skipped 1 line after the scenario\n" },
	{ V MAP "```\n", "x: skipped 1 line after the scenario\n" },
	{ "On Monday A wrote:\n> vmapdiff 2\n> " MAP "> \nYes. Policy v9 is what\nfail means.\n",
	  "x: skipped 1 line before the scenario and 3 after it, quoting \"> \"\n" },
	{ V MAP "> \n", "x: skipped 1 line after the scenario\n" },
	{ V MAP "\n" FAIL "  rule      each page\n\nvmap " VA " pages=7\n",
	  "x: skipped 5 lines after the scenario\n" },
	{ V MAP FAIL, "x: skipped 1 line after the scenario\n" },
	{ "we use\nvmapdiff 2\nnow, of\nvmapdiff 1\n\nand this:\n" V MAP,
	  "x: skipped 6 lines before the scenario\n" },
	{ "vmapdiff 2 is here\n" V MAP, "x: skipped 1 line before the scenario\n" },
	{ V MAP "\nvmap of two blocks\npolicy\nmachine\n",
	  "x: skipped 4 lines after the scenario\n" },
	{ V MAP "\nWe expect\nexpect that this fails at\nexcept fails. Expect failures:\nfails\n",
	  "x: skipped 5 lines after the scenario\n" },
	{ "\x7f"
	  "ELF\x01\x02\xff\xfe\n" V MAP "\x80\x81",
	  "x: skipped 1 line before the scenario and 1 after it\n" },
	/* Line breaks that a mail program put, or that `show` prints. */
	{ V "vmap " VA " pages=0x10+3,\n        0x20\n", "x: skipped 1 line break\n" },
	{ V "vmap\n" VA "\npages=0x10+3,0x20\n", "x: skipped 2 line breaks\n" },
	{ "> vmapdiff 2\n> machine granule=4k va=48\n> pa=48 bbm=0\n> policy\n> v9\n> vmap " VA
	  " \npages=0x10+3,\n0x20\n",
	  "x: skipped quoting \"> \", 4 line breaks\n" },
	{ "> vmapdiff 2\n> # a comment that is so long that whoever quoted it had to break it\n> "
	  "into two lines\n> " MAP,
	  "x: skipped quoting \"> \", 1 line break\n" },
	{ V "vmap " VA "\npages=0x10+3,\n0x20 flags=none\n", "x: skipped 2 line breaks\n" },
	/* Mail as it is stored. */
	{ "Content-Transfer-Encoding: quoted-printable\n\nvmapdiff 2\nvmap va=3D0xffff800080000000 "
	  "pages=3D0x10+3,=\n0x20\n",
	  "x: skipped 2 lines before the scenario, quoted-printable encoding\n" },
	{ "> vmapdiff 2=\r\n\r\n>=20vmap=C2=A0va=3D0xffff800080000000 pages=3D0x10+3,0x2=  "
	  "\r\n0\r\n",
	  "x: skipped quoting \"> \", CRLF line ends, blanks that are not ASCII, quoted-printable "
	  "encoding\n" },
	/* The same twice: as a thread quotes it. */
	{ V MAP "\nOn Monday A wrote:\n> vmapdiff 2\n> " MAP,
	  "x: skipped 4 lines after the scenario\n" },
};

static void a_scenario_is_found_in_any_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++) {
		char printed[512], said[512];
		const char *text = accepted[i].text;
		if (!mail_read(&mail, text, strlen(text), &scenario, &error))
			fail_msg("%s\n%u:%u: %s", text, error.line, error.column, error.message);
		print(&scenario, printed, sizeof(printed));
		says(said, sizeof(said));
		if (strcmp(printed, MEANT) != 0)
			fail_msg("%s\nis read as\n%s", text, printed);
		if (strcmp(said, accepted[i].skipped) != 0)
			fail_msg("%s\nsays %s\nnot %s", text, said, accepted[i].skipped);
	}
}

static const struct {
	const char *text;
	unsigned line, column;
	const char *says;
} refused[] = {
	/* No scenario: as the strict parser says. */
	{ "", 1, 1, "the text ends before the line 'vmapdiff 2'" },
	{ V, 2, 1, "without an op" },
	{ "> > >\n>\n", 1, 1, "the first line of a scenario must be" },
	{ "Hello\n", 1, 1, "the first line of a scenario must be" },
	{ "vmapdiff 2\nis a version\n", 2, 1, "'is' is not a word of a scenario" },
	{ "\xff\xfev\0m\0", 1, 1, "the text is UTF-16; save it as UTF-8" },
	/* Wrong ones, at the place of the text that was given. */
	{ "Hello\n\n  > vmapdiff 2\n  > vmap " VA " page=1\n", 4, 32, "did you mean 'pages'?" },
	{ "vmapdiff 2\r\nvmap " VA " page=1\r\n", 2, 28, "did you mean 'pages'?" },
	{ "> vmapdiff 2\n>\n> vmap " VA "\n> page=1\n", 4, 3, "did you mean 'pages'?" },
	{ "Hi\n" V "vmap\xc2\xa0" VA "\xc2\xa0 prto=1 pages=1\n", 3, 31, "did you mean 'prot'?" },
	{ "> vmapdiff 2\n> vmap " VA " pages=1+\n\nBye\n", 2, 38, "expected a number" },
	{ "> vmapdiff 2\n> vmap " VA " pages=1+", 2, 38, "expected a number" },
	{ "> vmapdiff 2\n> machine granule=4k\n", 3, 1, "without an op" },
	{ "> vmapdiff 2\n> " MAP "> fail alloc=1\n>\nBye\n", 4, 1, "ends after 'fail'" },
	{ "Hi\nvmapdiff 3\n" MAP, 2, 10, "newer than this tool" },
	{ "va=3D0x\nvmapdiff 2\nvmap va=3D0xffff800080000000 page=3D1\n", 3, 30, "'pages'?" },
	{ "va=3D0x\nvmapdiff 2\nvmap va=3D0xffff800080000000=\n page=3D1\n", 4, 2, "'pages'?" },
	/* What may be meant as a line of it is never skipped. */
	{ V MAP "\nvmop " VA " pages=1\n", 4, 1, "did you mean 'vmap'?" },
	{ V MAP "\nwrite " VA " pages=1\n", 4, 1, "'write' is not a word of a scenario" },
	{ V MAP "\nvmap va 0xffff800080001000 pages 1\n", 4, 9, "not an option of 'vmap'" },
	{ V MAP "vunmap\n", 3, 1, "needs the option va=" },
	{ V MAP "expect holds\n" MAP "Bye\n", 4, 1, "'expect' must be the last line" },
	{ V MAP "expect holds\n\n" MAP, 5, 1, "'expect' must be the last line" },
	{ V MAP "expe", 3, 1, "did you mean 'expect'?" },
	{ V MAP "exepct fails " RULE "\n", 3, 1, "did you mean 'expect'?" },
	{ V MAP "\nEXPECT fails " RULE "\n", 4, 1, "did you mean 'expect'?" },
	{ V MAP "expect: holds\n", 3, 1, "did you mean 'expect'?" },
	{ V MAP "expects fail " RULE "\n", 3, 1, "did you mean 'expect'?" },
	{ V MAP "expect hold\n", 3, 8, "did you mean 'holds'?" },
	{ V MAP "expect fial " RULE "\n", 3, 8, "must be one of: holds, fails" },
	{ V MAP "expect fails " RULE " now\n", 3, 41, "nothing follows what is expected" },
	{ V MAP "fails " RULE "\n", 3, 1, "'fails' is not a word of a scenario" },
	{ V MAP "fail " RULE "\n", 3, 6, "is not an option of 'fail'" },
	{ V MAP "What is this?\n" MAP, 3, 1, "'What' is not a word of a scenario" },
	{ "> vmapdiff 2\n> " MAP "\nBut why not this?\n\n> vunmap " VA " size=0x1000\n", 4, 1,
	  "'But' is not a word" },
	/* Two that differ. */
	{ V MAP "\nor\n\n> vmapdiff 2\n> vmap " VA " pages=9\n", 6, 1,
	  "another scenario begins here, which differs from that of line 1" },
	{ "Hi\n" V MAP V MAP MAP, 4, 1, "which differs from that of line 2" },
};

static void wrong_text_is_refused_where_it_is_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		const char *text = refused[i].text;
		if (mail_read(&mail, text, strlen(text), &scenario, &error))
			fail_msg("accepted: %s", text);
		if (error.line != refused[i].line || error.column != refused[i].column ||
		    !strstr(error.message, refused[i].says))
			fail_msg("%s\n%u:%u: %s\nexpected %u:%u: ...%s", text, error.line,
				 error.column, error.message, refused[i].line, refused[i].column,
				 refused[i].says);
	}
}

/* Any text that is a scenario as it is means the same, and nothing is said about it. */
static void a_plain_scenario_stays_as_it_is(void **state)
{
	(void)state;
	char one[512], other[512], said[64];
	const char *text =
		"# vmapdiff 2\n\n" V "# > vmapdiff 2\n" MAP "expect fails leaf.level # FAIL a.b\n";
	assert_true(scenario_parse(text, strlen(text), &plain, &error));
	assert_true(mail_read(&mail, text, strlen(text), &scenario, &error));
	print(&plain, one, sizeof(one));
	print(&scenario, other, sizeof(other));
	says(said, sizeof(said));
	assert_string_equal(one, other);
	assert_string_equal(said, "");
}

static void ops_are_told_by_their_lines(void **state)
{
	(void)state;
	const char *text = "vmapdiff 1\nplant " VA " pfn=1\n\npolicy v9\n";
	assert_false(mail_read(&mail, text, strlen(text), &scenario, &error));
	text = "vmapdiff 1\nplant va=0xffff800090000000 pfn=1\n\nfail alloc=1\n" MAP;
	assert_true(mail_read(&mail, text, strlen(text), &scenario, &error));
	assert_int_equal(mail_line_of_op(&mail, 0), 2);
	assert_int_equal(mail_line_of_op(&mail, 1), 5);
	assert_int_equal(mail_line_of_op(&mail, 2), 1);
	text = "Hi\n> vmapdiff 2\n> policy\n> v9\n> vmap " VA "\n> pages=1\n> vunmap " VA
	       " size=0x1000\n";
	assert_true(mail_read(&mail, text, strlen(text), &scenario, &error));
	assert_int_equal(mail_line_of_op(&mail, 0), 5);
	assert_int_equal(mail_line_of_op(&mail, 1), 7);
}

/* A text of one piece again and again, up to a size. Freed by the caller. */
static char *repeat(const char *piece, size_t size)
{
	char *text = malloc(size);
	assert_non_null(text);
	for (size_t i = 0; i < size; i++)
		text[i] = piece[i % strlen(piece)];
	return text;
}

static void hostile_text_is_refused(void **state)
{
	(void)state;
	static const char *const pieces[] = { "> ",
					      ">\n",
					      V,
					      "> vmapdiff 2\n",
					      "vmapdiff 2\n#\n",
					      V MAP V MAP MAP,
					      "\xc2\xa0",
					      "\xef\xbb\xbf",
					      "\r",
					      "=3D0x",
					      "=\n",
					      "va=1 ",
					      MAP,
					      "expect fails\n",
					      "#",
					      "\n" };
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		size_t size = SCENARIO_MAX_TEXT / 16;
		char *text = repeat(pieces[i], size);
		assert_false(mail_read(&mail, text, size, &scenario, &error));
		assert_true(error.line && error.column && error.message[0]);
		free(text);
	}
	char *text = repeat("> ", SCENARIO_MAX_TEXT + 1);
	assert_false(mail_read(&mail, text, SCENARIO_MAX_TEXT + 1, &scenario, &error));
	assert_non_null(strstr(error.message, "the text is longer"));
	free(text);
	const char zeros[] = "Hi\0\0\n> vmapdiff 2\n> vmap " VA " pages=\0001\n";
	assert_false(mail_read(&mail, zeros, sizeof(zeros) - 1, &scenario, &error));
	assert_int_equal(error.line, 3);
	assert_non_null(strstr(error.message, "byte 0x00 is not text"));
}

/* The longest text that is read at all, with a scenario at its very end. */
static void a_mail_may_be_as_long_as_a_scenario(void **state)
{
	(void)state;
	const char *end = "\n" V "vmap " VA " pages=1";
	char *text = repeat("Hello, you!\n", SCENARIO_MAX_TEXT);
	memcpy(text + SCENARIO_MAX_TEXT - strlen(end), end, strlen(end));
	assert_true(mail_read(&mail, text, SCENARIO_MAX_TEXT, &scenario, &error));
	assert_true(mail.before > 300000);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_scenario_is_found_in_any_text),
		cmocka_unit_test(wrong_text_is_refused_where_it_is_wrong),
		cmocka_unit_test(a_plain_scenario_stays_as_it_is),
		cmocka_unit_test(ops_are_told_by_their_lines),
		cmocka_unit_test(hostile_text_is_refused),
		cmocka_unit_test(a_mail_may_be_as_long_as_a_scenario),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
