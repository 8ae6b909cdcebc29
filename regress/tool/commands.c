// SPDX-License-Identifier: GPL-2.0-only
#include "regress/tool/commands.h"

#include <string.h>

#include "mapper/machine/assert.h"
#include "regress/tool/vmapdiff.h"

/* --- the options ---------------------------------------------------------------------- */

#define SETS(type, member) .kind = OPTION_IS_##type, .offset = offsetof(struct arguments, member)

static const struct tool_option rows[OPTION_IDS] = {
	[OPTION_RESULT] = {
		.name = "-o", .value = "OUT", SETS(TEXT, output),
		.what = "write to this file instead of standard output",
	},
	[OPTION_FINDING] = {
		.name = "-o", .value = "OUT", SETS(TEXT, output),
		.what = "write the scenario of a finding to this file",
	},
	[OPTION_FINDINGS] = {
		.name = "-o", .value = "DIR", SETS(TEXT, output),
		.what = "write the minimized scenarios to this directory, which exists",
	},
	[OPTION_KEPT] = {
		.name = "-o", .value = "DIR", SETS(TEXT, output),
		.what = "keep a scenario of each finding in this directory, and no older one",
	},
	[OPTION_GENERATED] = {
		.name = "-o", .value = "DIR", SETS(TEXT, output), .needed = true,
		.what = "write to this directory, which is made: a file for each scenario",
	},
	[OPTION_CAPTURED] = {
		.name = "-o", .value = "DIR", SETS(TEXT, output),
		.what = "write to this directory, which is made; by default the current one",
	},
	[OPTION_CONVERTED] = {
		.name = "-o", .value = "OUT", SETS(TEXT, output), .needed = true,
		.what = "write to this file; several files go to a directory, which exists",
	},
	[OPTION_KTAP] = {
		.name = "--ktap", SETS(MARK, ktap),
		.what = "print the results as KTAP, the format of the kernel's tests",
	},
	[OPTION_SARIF] = {
		.name = "--sarif", .value = "OUT", SETS(TEXT, sarif),
		.what = "write the findings to this file as SARIF, a format of code hosts",
	},
	[OPTION_MAPPER] = {
		.name = "--mapper", .value = "NAME", SETS(TEXT, mapper),
		.what = "the mapper beside the reference; by default the one that breaks a rule",
	},
	[OPTION_PTDUMP] = {
		.name = "--ptdump", SETS(MARK, ptdump),
		.what = "print the tables too, in the layout of the kernel's page-table dump",
	},
	[OPTION_HTML] = {
		.name = "--html", .value = "OUT", SETS(TEXT, html),
		.what = "write a page for a browser to this file too",
	},
	[OPTION_EVENTS] = {
		.name = "--events", .value = "OUT", SETS(TEXT, events),
		.what = "write every event of that mapper to this file as JSON lines; with -, to "
			"standard output, and nothing else",
	},
	[OPTION_AS] = {
		.name = "--as", .value = "mail|kunit|c", SETS(TEXT, as),
		.what = "the form: a bug report (the default), a KUnit test, a page array in C",
	},
	[OPTION_TO_BYTES] = {
		.name = "--to-bytes", SETS(MARK, to_bytes),
		.what = "convert to a fuzzer's bytes instead of text",
	},
	[OPTION_RUNS] = {
		.name = "--runs", .value = "N", SETS(NUMBER, runs),
		.what = "runs of a page array, at most; 2 by default",
	},
	[OPTION_SAMPLE] = {
		.name = "--sample", .value = "N", SETS(NUMBER, sample),
		.what = "play 1 in N of the scenarios, spread by a hash; all by default",
	},
	[OPTION_JOBS] = {
		.name = "--jobs", .value = "N", SETS(NUMBER, jobs),
		.what = "processes at a time; by default one for each core that it may use",
	},
	[OPTION_SEED] = {
		.name = "--seed", .value = "N", SETS(NUMBER, seed),
		.what = "the seed of the generator; 1 by default",
	},
	[OPTION_EXECUTIONS] = {
		.name = "--executions", .value = "N", SETS(NUMBER, executions),
		.what = "how many scenarios are played",
	},
	[OPTION_FROM] = {
		.name = "--from", .value = "N", SETS(PLACE, from),
		.what = "begin with this scenario, a multiple of 4096; with the first by default",
	},
	[OPTION_PROFILE] = {
		.name = "--profile", .value = "NAME", SETS(TEXT, profile),
		.what = "play scenarios of this profile alone; of those of the targets in turn by default",
	},
	[OPTION_PAGES] = {
		.name = "--pages", .value = "N", SETS(NUMBER, pages),
		.what = "pages of the page arrays of a scenario, at most; 25600 by default",
	},
	[OPTION_TRIALS] = {
		.name = "--trials", .value = "N", SETS(NUMBER, trials),
		.what = "scenarios that are tried to minimize one, at most; 1000 by default",
	},
	[OPTION_REACHABLE] = {
		.name = "--reachable", SETS(MARK, reachable),
		.what = "prefer what callers of a kernel can do; exit with 1, and say why, if they cannot",
	},
	[OPTION_DICTIONARY] = {
		.name = "--dictionary", SETS(MARK, dictionary),
		.what = "print the words alone, as an engine's dictionary",
	},
};

/* --- the commands --------------------------------------------------------------------- */

const struct command commands[] = {
	{
		.name = "replay",
		.operands = "FILE|DIR...",
		.reads_files = true,
		.what = "play scenarios on every mapper; results as KTAP, findings as SARIF",
		.example = "vmapdiff replay regress/cases --ktap",
		.option = { OPTION_KTAP, OPTION_SARIF, OPTION_JOBS },
		.run = command_replay,
	},
	{
		.name = "show",
		.operands = "FILE",
		.reads_files = true,
		.what = "explain the verdict; compare the reference's address space with a "
			"mapper's",
		.example =
			"vmapdiff show regress/cases/d1-two-order-7-blocks.scenario --mapper prior",
		.option = { OPTION_MAPPER, OPTION_PTDUMP, OPTION_HTML, OPTION_EVENTS },
		.run = command_show,
	},
	{
		.name = "minimize",
		.operands = "FILE",
		.reads_files = true,
		.what = "find the smallest scenario with the same signature",
		.example = "vmapdiff minimize regress/cases/quirk-head-check.scenario -o "
			   "small.scenario",
		.option = { OPTION_TRIALS, OPTION_REACHABLE, OPTION_RESULT },
		.run = command_minimize,
	},
	{
		.name = "triage",
		.operands = "FILE|DIR...",
		.reads_files = true,
		.what = "group failing scenarios by signature, and minimize one of each group",
		.example = "vmapdiff triage .build/findings -o .build",
		.option = { OPTION_TRIALS, OPTION_FINDINGS },
		.run = command_triage,
	},
	{
		.name = "export",
		.operands = "FILE",
		.reads_files = true,
		.what = "write a bug report, a KUnit test, or a page array in C",
		.example =
			"vmapdiff export regress/cases/d1-two-order-7-blocks.scenario --as kunit",
		.option = { OPTION_AS, OPTION_RESULT },
		.run = command_export,
	},
	{
		.name = "convert",
		.operands = "FILE|DIR...",
		.reads_files = true,
		.what = "convert between text and a fuzzer's bytes",
		.example = "vmapdiff convert --to-bytes regress/cases/d1-16k.scenario -o d1-16k",
		.option = { OPTION_CONVERTED, OPTION_TO_BYTES },
		.run = command_convert,
	},
	{
		.name = "capture",
		.operands = "PID",
		.what = "write the physical pages of a process as scenarios (needs root)",
		.example = "vmapdiff capture $$ -o captured",
		.option = { OPTION_CAPTURED },
		.run = command_capture,
	},
	{
		.name = "exhaustive",
		.operands = "[FAMILY]...",
		.what = "play every scenario of some kinds, up to a bound",
		.example = "vmapdiff exhaustive --runs 1 vmap bad_page",
		.option = { OPTION_RUNS, OPTION_SAMPLE, OPTION_JOBS, OPTION_FINDING },
		.run = command_exhaustive,
	},
	{
		.name = "soak",
		.operands = "",
		.what = "play generated scenarios, and print a digest of the verdicts",
		.example = "vmapdiff soak --seed 7 --executions 4096",
		.option = { OPTION_SEED, OPTION_FROM, OPTION_EXECUTIONS, OPTION_PROFILE,
			    OPTION_PAGES, OPTION_JOBS, OPTION_FINDING },
		.run = command_soak,
	},
	{
		.name = "generate",
		.operands = "",
		.what = "write generated scenarios to files; of a Linux tree, those of its test",
		.example = "vmapdiff generate --seed 7 --executions 64 -o generated",
		.option = { OPTION_GENERATED, OPTION_SEED, OPTION_EXECUTIONS },
		.run = command_generate,
	},
	{
		.name = "observe",
		.operands = "[FILE|DIR]...",
		.what = "play scenarios, or those that standard input names; answer each by a "
			"line of JSON",
		.example = "vmapdiff observe regress/cases",
		.run = command_observe,
	},
	{
		.name = "kernel",
		.operands = "[test [FILE|DIR]...|known|brief|bench]",
		.what = "play generated scenarios, and files, on a Linux tree's own code",
		.example = "vmapdiff kernel --executions 4096",
		.option = { OPTION_SEED, OPTION_EXECUTIONS, OPTION_KEPT },
		.run = command_kernel,
	},
	{
		.name = "grammar",
		.operands = "",
		.what = "print the grammar of scenarios; or its words, as an engine's dictionary",
		.example = "vmapdiff grammar",
		.option = { OPTION_DICTIONARY },
		.run = command_grammar,
	},
	{
		.name = "rules",
		.operands = "[RULE|PROPERTY]",
		.what = "list every rule, or some, with sentence and source",
		.example = "vmapdiff rules translation.output_address",
		.run = command_rules,
	},
	{
		.name = "waivers",
		.operands = "[NAME]",
		.what = "list the known bugs of Linux trees; or print the scenario of one",
		.example = "vmapdiff waivers narrow-flush",
		.run = command_waivers,
	},
	{ .name = NULL },
};

const struct tool_option *tool_option(enum option_id id)
{
	ASSERT_CMP(id, >, OPTION_NONE);
	ASSERT_CMP(id, <, OPTION_IDS);
	return &rows[id];
}

const struct command *find_command(const char *name)
{
	for (const struct command *c = commands; c->name; c++)
		if (!strcmp(c->name, name))
			return c;
	return NULL;
}

const struct tool_option *command_option(const struct command *command, const char *name,
					 size_t length)
{
	for (const uint8_t *id = command->option; *id != OPTION_NONE; id++)
		if (strlen(rows[*id].name) == length && !memcmp(rows[*id].name, name, length))
			return &rows[*id];
	return NULL;
}

/* --- help ----------------------------------------------------------------------------- */

/* An option with its value: what stands in brackets, or under "options". */
static int print_option(const struct tool_option *o, FILE *to)
{
	return fprintf(to, "%s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");
}

static void print_usage(const struct command *command, FILE *to)
{
	fprintf(to, "  vmapdiff %s%s%s", command->name, command->operands[0] ? " " : "",
		command->operands);
	for (const uint8_t *id = command->option; *id != OPTION_NONE; id++) {
		fputs(rows[*id].needed ? " " : " [", to);
		print_option(&rows[*id], to);
		fputs(rows[*id].needed ? "" : "]", to);
	}
	fprintf(to, "\n      %s\n", command->what);
}

void print_command_help(const struct command *command, FILE *to)
{
	print_usage(command, to);
	for (const uint8_t *id = command->option; *id != OPTION_NONE; id++) {
		fputs(id == command->option ? "options:\n  " : "  ", to);
		int width = print_option(&rows[*id], to);
		fprintf(to, "%*s%s\n", width < 19 ? 20 - width : 2, "", rows[*id].what);
	}
	fprintf(to, "example:\n  %s\n", command->example);
}

void print_help(FILE *to)
{
	fprintf(to, "vmapdiff: differential checking of arm64 kernel page-table mapping\n\n");
	for (const struct command *c = commands; c->name; c++)
		print_usage(c, to);
	fprintf(to, "\nA FILE is a scenario as text, or as a fuzzer wrote it; or a mail that has "
		    "one in "
		    "it.\n- is standard input.\n"
		    "'vmapdiff --version' says which release, commit and compiler this is.\n"
		    "'vmapdiff COMMAND --help' says what the options do, and has an example.\n"
		    "exit: 0 as expected, 1 a rule is broken, 2 unusable input or arguments\n");
}
