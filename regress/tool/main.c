// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "regress/tool/vmapdiff.h"

static const struct command {
	const char *name, *arguments, *what;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "replay", "FILE|DIR... [--ktap] [--sarif OUT]",
	  "play scenarios on every mapper; results as KTAP, findings as SARIF", command_replay },
	{ "show", "FILE [--mapper NAME] [--ptdump] [--html OUT]",
	  "explain the verdict; compare the reference's address space with a mapper's",
	  command_show },
	{ "minimize", "FILE [-o OUT]", "find the smallest scenario with the same signature",
	  command_minimize },
	{ "triage", "FILE|DIR... [-o DIR]",
	  "group failing scenarios by signature, and minimize one of each group", command_triage },
	{ "export", "FILE [--as mail|kunit|c] [-o OUT]",
	  "write a bug report, the body of a KUnit test, or a page array in C", command_export },
	{ "convert", "[--to-bytes] FILE|DIR... -o OUT", "convert between text and a fuzzer's bytes",
	  command_convert },
	{ "capture", "PID [-o DIR]",
	  "write the physical pages of a process as scenarios (needs root)", command_capture },
	{ "exhaustive", "[--runs N] [--jobs N] [-o FILE] [FAMILY]...",
	  "play every scenario of ten small families", command_exhaustive },
	{ "soak", "[--seed N] [--executions N] [--pages N] [--jobs N] [-o FILE]",
	  "play generated scenarios, and print a digest of the verdicts", command_soak },
	{ "kernel", "[--seed N] [--executions N] [-o FILE] | known | bench",
	  "play generated scenarios on a Linux tree's own code, in every geometry",
	  command_kernel },
	{ "grammar", "[--dictionary]",
	  "print the grammar of scenarios; or its words, as an engine's dictionary",
	  command_grammar },
	{ "rules", "", "list every rule with its sentence and source", command_rules },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static bool asks_for_help(const char *argument)
{
	return !strcmp(argument, "--help") || !strcmp(argument, "-h");
}

static void print_command(const struct command *command, FILE *to)
{
	fprintf(to, "  vmapdiff %s %s\n      %s\n", command->name, command->arguments,
		command->what);
}

static void print_help(FILE *to)
{
	fprintf(to, "vmapdiff: differential checking of arm64 kernel page-table mapping\n\n");
	for (size_t i = 0; i < COMMANDS; i++)
		print_command(&commands[i], to);
	fprintf(to, "\nA FILE is a scenario as text or as a fuzzer wrote it.\n"
		    "exit: 0 as expected, 1 a rule is broken, 2 unusable input or arguments\n");
}

int main(int argc, char **argv)
{
	if (argc < 2 || asks_for_help(argv[1])) {
		print_help(argc < 2 ? stderr : stdout);
		return argc < 2 ? EXIT_UNUSABLE : EXIT_AS_EXPECTED;
	}
	for (size_t i = 0; i < COMMANDS; i++)
		if (!strcmp(argv[1], commands[i].name)) {
			if (argc != 3 || !asks_for_help(argv[2]))
				return commands[i].run(argc - 2, argv + 2);
			print_command(&commands[i], stdout);
			return EXIT_AS_EXPECTED;
		}
	fprintf(stderr, "vmapdiff: '%s' is not a command; 'vmapdiff --help' lists them\n", argv[1]);
	return EXIT_UNUSABLE;
}
