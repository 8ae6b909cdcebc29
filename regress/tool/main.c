// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "regress/tool/vmapdiff.h"

static const struct command {
	const char *name, *arguments, *what;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "replay", "FILE|DIR... [--ktap] [--sarif OUT]",
	  "play scenarios on every mapper and judge them; results as KTAP, findings as SARIF",
	  command_replay },
	{ "show", "FILE [--mapper NAME] [--ptdump] [--html OUT]",
	  "the verdict explained, and two mappers' address spaces side by side", command_show },
	{ "minimize", "FILE [-o OUT]", "the smallest scenario that fails in the same way",
	  command_minimize },
	{ "triage", "FILE|DIR... [-o DIR]",
	  "group what fails by signature, minimize one of each kind, name duplicates",
	  command_triage },
	{ "export", "FILE [--as mail|kunit|c] [-o OUT]",
	  "a finding as a mail, the body of a KUnit test, or its page array in C", command_export },
	{ "convert", "[--to-bytes] FILE|DIR... -o OUT", "between text and a fuzzer's bytes",
	  command_convert },
	{ "capture", "PID [-o DIR]", "a process's physical contiguity as scenarios (needs root)",
	  command_capture },
	{ "exhaustive", "[--runs N] [--jobs N] [-o FILE] [FAMILY]...",
	  "play every scenario of some kind up to a bound", command_exhaustive },
	{ "soak", "[--seed N] [--executions N] [--pages N] [--jobs N] [-o FILE]",
	  "play generated scenarios and print the digest of all verdicts", command_soak },
	{ "kernel", "[--seed N] [--executions N] [-o FILE] | known | bench",
	  "play generated scenarios on a Linux tree's own code, machine by machine",
	  command_kernel },
	{ "grammar", "[--dictionary]",
	  "the lines of scenario text, with every call and field; or its words, for an engine",
	  command_grammar },
	{ "rules", "", "every rule with its sentence and source", command_rules },
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
	fprintf(stderr, "vmapdiff: '%s' is no command; 'vmapdiff --help' lists them\n", argv[1]);
	return EXIT_UNUSABLE;
}
