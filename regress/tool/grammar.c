// SPDX-License-Identifier: GPL-2.0-only
/* grammar: the lines of scenario text, from the rows of calls and fields; or its words as a dictionary. */
#include "regress/tool/grammar.h"

#include <string.h>

#include "fuzz/field.h"
#include "fuzz/scenario_text.h"
#include "regress/tool/vmapdiff.h"

const struct grammar_line grammar_lines[] = {
	{ "machine [granule=4k|16k|64k] [va=N] [pa=N] [lpa2] [bbm=0|1|2] [tlbirange=yes|no] "
	  "[rodata=full|noalias] [realm=yes|no] [entries=N] [group=N]",
	  "once, before the policy" },
	{ "policy v9|v4|prior [vmap-huge=always|flag|never] [stop-at-order0=yes|no] "
	  "[scan-limit=yes|no] [hugetlb=yes|no] [max-shift=N] [quirks=NAME,...]",
	  "once, before the ops" },
	{ "fail [alloc=N] [trylock=N]", "faults of the call on the next line" },
	{ "during event=N by=cpu|irq",
	  "the call on the next line is made while the one before is at its N-th event" },
	{ "read event=N of=call|reader by=dump|lookup",
	  "a reader of tables meets the call on the next line, at the N-th event of that or of the "
	  "reader" },
	{ "expect holds|fails PROPERTY.RULE", "the last line" },
	{ NULL, NULL },
};

void print_call_syntax(enum call_kind kind, FILE *to)
{
	const struct call_traits *traits = call_traits(kind);
	fputs(traits->name, to);
	for (const uint8_t *id = traits->fields; *id != FIELD_NONE; id++) {
		const struct field *f = field(*id);
		fprintf(to, " %s%s%s%s%s", f->needed ? "" : "[", f->name, f->bare ? "" : "=",
			f->value, f->needed ? "" : "]");
	}
}

static void print_call(enum call_kind kind)
{
	const struct call_traits *traits = call_traits(kind);
	print_call_syntax(kind, stdout);
	printf("\n");
	if (!call_sets_up(kind))
		printf("    %s\n", traits->function);
	for (const uint8_t *id = traits->fields; *id != FIELD_NONE; id++)
		printf("    %-8s %s\n", field(*id)->name, field(*id)->what);
	printf("    example: %s\n", traits->example);
}

static void print_grammar(void)
{
	printf("vmapdiff %d\n", SCENARIO_TEXT_VERSION);
	for (const struct grammar_line *l = grammar_lines; l->syntax; l++)
		printf("%s\n    %s\n", l->syntax, l->what);
	for (enum call_kind kind = 0; kind < CALL_KINDS; kind++)
		print_call(kind);
}

/* --- as a dictionary ------------------------------------------------------------------ */

/* Prints the words of a line of grammar, each in quotes: what stands between brackets, bars and `=`. */
static void print_words(const char *line)
{
	while (*line) {
		size_t blank = strspn(line, " []|,.");
		size_t length = strcspn(line + blank, " []|,.=");
		bool option = line[blank + length] == '=';
		const char *word = line + blank;
		if (length && (word[0] < 'A' || word[0] > 'Z'))
			printf("\"%s%.*s%s\"\n", option ? " " : "", (int)length, word,
			       option ? "=" : "");
		line = word + length + option;
	}
}

static void print_dictionary(void)
{
	static const char *const values[] = {
		"0xffff800080000000", "0xffff000000000000", "+512", ",", "#", "holds", "fails",
	};
	printf("# SPDX-License-Identifier: GPL-2.0-only\n"
	       "# Words of scenario text, for engines that take dictionaries.\n"
	       "\"vmapdiff %d\\x0a\"\n",
	       SCENARIO_TEXT_VERSION);
	for (const struct grammar_line *l = grammar_lines; l->syntax; l++)
		print_words(l->syntax);
	for (unsigned i = 0; quirk_names[i]; i++)
		printf("\"%s\"\n", quirk_names[i]);
	for (enum call_kind kind = 0; kind < CALL_KINDS; kind++)
		print_words(call_traits(kind)->name);
	for (enum field_id id = FIELD_NONE + 1; id < FIELD_IDS; id++) {
		const struct field *f = field(id);
		printf("\" %s%s\"\n", f->name, f->bare ? "" : "=");
		print_words(f->value);
	}
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		printf("\"%s\"\n", values[i]);
}

int command_grammar(int argc, char **argv)
{
	struct arguments a = { 0 };
	if (!read_options("grammar", argc, argv, &a))
		return EXIT_UNUSABLE;
	if (a.files) {
		fprintf(stderr, "vmapdiff grammar: takes nothing, or --dictionary\n");
		return EXIT_UNUSABLE;
	}
	if (a.dictionary)
		print_dictionary();
	else
		print_grammar();
	return EXIT_AS_EXPECTED;
}
