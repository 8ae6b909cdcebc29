// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints vmapdiff(1) for man: make_manual DATE DATADIR. Commands,
 * options, calls and fields are those of the tables that the tool itself
 * reads. DATE is YYYY-MM-DD; DATADIR is where cases and seeds are installed.
 */
#include <stdio.h>
#include <string.h>

#include "fuzz/field.h"
#include "fuzz/scenario_text.h"
#include "mapper/call.h"
#include "mapper/machine/assert.h"
#include "regress/tool/commands.h"
#include "regress/tool/grammar.h"
#include "regress/tool/roff.h"
#include "regress/tool/version.h"
#include "regress/tool/vmapdiff.h"

struct term {
	const char *name, *what;
};

static const char *const description[] = {
	"vmapdiff plays scenarios on simulated arm64 page tables. A scenario is a machine, a "
	"policy and a few calls that map or unmap kernel memory, such as vmap() and "
	"vunmap_range(). Several mappers play it: a reference, models of the kernel's code, and "
	"what is under test. After each call, vmapdiff checks the translation of every page, and "
	"every store, barrier and TLB invalidation, against the Arm manual and the contract of the "
	"call.",
	"A rule that is broken is printed as a line that begins with FAIL, with what was expected "
	"and what was found. That line is the signature of the finding: findings of the same kind "
	"have the same signature. Where there is more to do, the last line says what to type next.",
	"A FILE is a scenario as text, or in bytes as a fuzzer wrote it. A DIR is read with all "
	"directories below it. No page table of the machine that vmapdiff runs on is changed.",
};

static const char *const exit_status[] = {
	[EXIT_AS_EXPECTED] = "as expected",
	[EXIT_RULE_BROKEN] = "a rule is broken",
	[EXIT_UNUSABLE] = "unusable input or arguments",
};

static const struct term environment[] = {
	{ "VMAPDIFF_WAIVE",
	  "What is not judged, as a list with commas: PROPERTY for all its rules, PROPERTY.RULE, "
	  "or "
	  "@FILE for findings with a signature that the file has on a line of its own. vmapdiff "
	  "rules lists properties and rules." },
	{ "VMAPDIFF_JUDGE",
	  "The known bugs of a Linux tree that are judged all the same, as a list with commas, or "
	  "all. vmapdiff waivers lists them." },
	{ "VMAPDIFF_HANG_SECONDS",
	  "Seconds of the processor in which a call must do something that is counted: a load, a "
	  "store, a barrier. One that does not is ended after one to two times as long, and fails "
	  "process.hang. 5 by default." },
	{ "NO_COLOR", "If it is not empty, nothing is coloured." },
	{ "TERM", "If it is not set, empty or dumb, nothing is coloured." },
};

/* Below the directory of data. */
static const struct term files[] = {
	{ "cases", "Scenarios that state their verdict, one for each behaviour." },
	{ "corpus", "Scenarios to start fuzzing from." },
	{ "targets", "The sources of fuzz targets, for mappers from outside." },
};

/* What a line of `observe` has. */
static const struct term observations[] = {
	{ "version, file, machine",
	  "The version of this format, which is 1; the name as it was read; the geometry." },
	{ "played", "false if the mapper has no such machine; with unusable, if the file is not a "
		    "scenario." },
	{ "steps",
	  "What was done, in order: op, counted from 0; kind, which is setup, purge, call or "
	  "cleanup; call. A call that was not made has skipped, which says why. Others have error, "
	  "modified (the levels of tables that the call says it changed), warning, page_shift of "
	  "vmalloc, and what follows." },
	{ "counts",
	  "How often something happened, by CLASS/WHAT. The classes are stores, barriers, tlbi, "
	  "invalidated, tables, locks, flushes, aliases, warnings, traps, lazy, and reads." },
	{ "leaves",
	  "What maps the call's range: runs of [level, Contiguous or not, pages], of which "
	  "32 are written." },
	{ "pages",
	  "How many pages of the call's range are mapped after it: total; of these, groups (in "
	  "contiguous groups of pages) and blocks; and walks, the leaves that map them, where a "
	  "contiguous group counts as one." },
	{ "tables, order", "Digests: of all that is mapped, with page frames and attributes; and "
			   "of the events of the "
			   "step with their words and addresses, in order." },
	{ "not_set_up", "The first op that could not be set up. What came after it was played." },
	{ "signature", "The signature of the finding, or nothing; with one, op, va, expected, "
		       "found, and what the "
		       "kernel warned of. If the scenario ended the process, there is ended, and "
		       "steps is empty." },
};

/* finding.scenario stands for a scenario that fails. */
static const struct term examples[] = {
	{ "vmapdiff show finding.scenario",
	  "Explain a finding, with a drawing of the address space:" },
	{ "vmapdiff minimize finding.scenario -o small.scenario",
	  "Make it as small as it gets, with the same signature:" },
	{ "vmapdiff minimize --reachable finding.scenario -o caller.scenario",
	  "Make it one that callers of a kernel can run into, or tell why there is none:" },
	{ "vmapdiff export small.scenario --as mail -o mail.txt", "Write the report:" },
	{ "vmapdiff exhaustive --runs 1 vmap", "Play every scenario of a small family:" },
	{ "VMAPDIFF_WAIVE=placement vmapdiff soak --executions 4096",
	  "Play generated scenarios, and judge all properties but one:" },
};

static const char *const see_also[] = {
	"afl-fuzz(1), clang(1), pkg-config(1)",
	"In the sources of vmapdiff: README.md; regress/FINDING.md, which explains a finding line "
	"by "
	"line; fuzz/README.md on scenarios; oracle/README.md on rules; mapper/kernel/KERNEL.md on "
	"the code of a Linux tree; mapper/example/README.md on a mapper of your own; "
	".github/SECURITY.md on what to report in private.",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void print_head(const char *date)
{
	puts(".\\\" SPDX-License-Identifier: GPL-2.0-only");
	printf(".TH VMAPDIFF 1 %s \"vmapdiff %s\" \"User Commands\"\n", date, tool_release);
	roff_macro(".ad l");
	roff_heading("SH", "NAME");
	puts("vmapdiff \\- differential checking of arm64 kernel page\\-table mapping");
}

static void print_paragraphs(const char *const *text, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i)
			roff_macro(".PP");
		roff_text(text[i]);
	}
}

static void print_terms(const struct term *terms, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		roff_tag(terms[i].name, NULL);
		roff_text(terms[i].what);
	}
}

/* --- commands --------------------------------------------------------------------------- */

/* An option on a line of its own, as the line of a command has it. */
static void print_synopsis_option(const struct tool_option *o)
{
	fputs(o->needed ? "\\fB" : "[\\fB", stdout);
	roff_literal(o->name);
	fputs(o->value ? "\\fR\\ " : "\\fR", stdout); /* a line does not end before the value */
	if (o->value)
		roff_italic(o->value);
	puts(o->needed ? "" : "]");
}

static void print_command_line(const struct command *command)
{
	fputs("\\fBvmapdiff ", stdout);
	roff_literal(command->name);
	puts("\\fR");
	if (command->operands[0]) {
		roff_italic(command->operands);
		puts("\\&"); /* `...` ends no sentence */
	}
	for (const uint8_t *id = command->option; *id != OPTION_NONE; id++)
		print_synopsis_option(tool_option(*id));
}

static void print_synopsis(void)
{
	roff_heading("SH", "SYNOPSIS");
	for (const struct command *c = commands; c->name; c++) {
		if (c != commands)
			roff_macro(".br");
		print_command_line(c);
	}
	puts(".br\n\\fBvmapdiff\\fR [\\fICOMMAND\\fR] \\fB\\-\\-help\\fR");
}

static void print_command(const struct command *command)
{
	roff_heading("SS", command->name);
	print_command_line(command);
	roff_macro(".PP");
	roff_sentence(command->what);
	for (const uint8_t *id = command->option; *id != OPTION_NONE; id++) {
		roff_tag(tool_option(*id)->name, tool_option(*id)->value);
		roff_sentence(tool_option(*id)->what);
	}
	roff_macro(".PP\nExample:");
	roff_begin_lines();
	roff_line(command->example);
	roff_end_lines();
}

static void print_commands(void)
{
	roff_heading("SH", "COMMANDS");
	roff_text("Options stand before or after what a command takes. A value follows its option, "
		  "or is part of it: --jobs 2, --jobs=2. After -- nothing is an option. Examples "
		  "are typed at the top of vmapdiff's sources.");
	for (const struct command *c = commands; c->name; c++)
		print_command(c);
}

/* --- scenarios -------------------------------------------------------------------------- */

/* A line of a scenario in bold, and what is said of it, if anything is. */
static void print_line(const char *syntax, const char *what)
{
	roff_macro(".PP");
	fputs("\\fB", stdout);
	roff_text(syntax);
	roff_macro("\\fR");
	if (!what)
		return;
	roff_macro(".RS 4");
	roff_text(what);
	roff_macro(".RE");
}

static void print_call(enum call_kind kind)
{
	char syntax[512];
	FILE *to = fmemopen(syntax, sizeof(syntax), "w");
	ASSERT(to);
	print_call_syntax(kind, to);
	ASSERT_CMP(ftell(to), <, (long)sizeof(syntax));
	ASSERT(!fclose(to));
	print_line(syntax, call_sets_up(kind) ? NULL : call_traits(kind)->function);
}

static void print_scenario_example(void)
{
	char first[32];
	snprintf(first, sizeof(first), "vmapdiff %d", SCENARIO_TEXT_VERSION);
	roff_macro(".PP\nA scenario:");
	roff_begin_lines();
	roff_line(first);
	roff_line("policy v9");
	roff_line(call_traits(CALL_VMAP)->example);
	roff_line("expect holds");
	roff_end_lines();
}

static void print_scenarios(void)
{
	roff_heading("SH", "SCENARIOS");
	printf("The first line is \\fBvmapdiff %d\\fR.\n", SCENARIO_TEXT_VERSION);
	roff_text("Older versions are still read. Each further line is a word and its options. "
		  "What is "
		  "in brackets may be left out. # starts a comment. Numbers are decimal, or start "
		  "with "
		  "0x. vmapdiff grammar prints this with an example of each call.");
	for (const struct grammar_line *l = grammar_lines; l->syntax; l++)
		print_line(l->syntax, l->what);
	roff_heading("SS", "Calls, and lines that set up memory");
	roff_text("preset is an entry or an empty table that is there before the calls, linear a "
		  "part "
		  "of the linear map.");
	for (enum call_kind kind = 0; kind < CALL_KINDS; kind++)
		print_call(kind);
	roff_heading("SS", "Fields of these lines");
	for (enum field_id id = FIELD_NONE + 1; id < FIELD_IDS; id++) {
		char name[64];
		snprintf(name, sizeof(name), "%s%s", field(id)->name, field(id)->bare ? "" : "=");
		roff_tag(name, field(id)->bare ? NULL : field(id)->value);
		roff_text(field(id)->what);
	}
	print_scenario_example();
}

static void print_observations(void)
{
	roff_heading("SH", "OBSERVATIONS");
	roff_text(
		"vmapdiff observe plays each scenario on the mapper under test, and answers by an "
		"object of JSON in a line. Two mappers that behave alike give the same line, on "
		"every host.");
	print_terms(observations, COUNT(observations));
}

/* --- the end ---------------------------------------------------------------------------- */

static void print_exit_status(void)
{
	roff_heading("SH", "EXIT STATUS");
	for (size_t i = 0; i < COUNT(exit_status); i++) {
		printf(".TP\n\\fB%zu\\fR\n", i);
		roff_text(exit_status[i]);
	}
}

static void print_files(const char *datadir)
{
	roff_heading("SH", "FILES");
	roff_text("Below the prefix of the installation:");
	for (size_t i = 0; i < COUNT(files); i++) {
		char path[512];
		int length = snprintf(path, sizeof(path), "%s/%s", datadir, files[i].name);
		ASSERT_CMP(length, <, (int)sizeof(path));
		roff_tag(path, NULL);
		roff_text(files[i].what);
	}
}

static void print_examples(void)
{
	roff_heading("SH", "EXAMPLES");
	for (size_t i = 0; i < COUNT(examples); i++) {
		if (i)
			roff_macro(".PP");
		roff_text(examples[i].what);
		roff_begin_lines();
		roff_line(examples[i].name);
		roff_end_lines();
	}
}

static bool is_date(const char *text)
{
	return strlen(text) == 10 && strspn(text, "0123456789-") == 10 && text[4] == '-' &&
	       text[7] == '-';
}

int main(int argc, char **argv)
{
	if (argc != 3 || !is_date(argv[1])) {
		fprintf(stderr, "usage: make_manual YYYY-MM-DD DATADIR\n");
		return EXIT_UNUSABLE;
	}
	print_head(argv[1]);
	print_synopsis();
	roff_heading("SH", "DESCRIPTION");
	print_paragraphs(description, COUNT(description));
	print_commands();
	print_scenarios();
	print_observations();
	print_exit_status();
	roff_heading("SH", "ENVIRONMENT");
	print_terms(environment, COUNT(environment));
	print_files(argv[2]);
	print_examples();
	roff_heading("SH", "SEE ALSO");
	print_paragraphs(see_also, COUNT(see_also));
	if (!fflush(stdout) && !ferror(stdout))
		return EXIT_AS_EXPECTED;
	perror("make_manual: cannot write the page");
	return EXIT_UNUSABLE;
}
