// SPDX-License-Identifier: GPL-2.0-only
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "fuzz/nearest.h"
#include "regress/tool/commands.h"
#include "regress/tool/leak_roots.h"
#include "regress/tool/output.h"
#include "regress/tool/version.h"
#include "regress/tool/vmapdiff.h"

static bool asks_for_help(const char *argument)
{
	return !strcmp(argument, "--help") || !strcmp(argument, "-h");
}

/* Runs a command, or prints its help where an argument asks for that. */
static int run(const struct command *command, int argc, char **argv)
{
	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (asks_for_help(argv[i])) {
			print_command_help(command, stdout);
			return EXIT_AS_EXPECTED;
		}
	return command->run(argc, argv);
}

/* What could not be printed was not said: whatever came of the command, it is unusable. */
static int printed(int code)
{
	return output_is_printed() ? code : EXIT_UNUSABLE;
}

static int refuse_command(const char *name)
{
	char hint[NEAREST_HINT_SIZE];
	struct nearest meant = nearest_to(name, strlen(name));
	for (const struct command *c = commands; c->name; c++)
		nearest_try(&meant, c->name);
	nearest_try(&meant, "--help");
	nearest_try(&meant, "--version");
	fprintf(stderr, "vmapdiff: '%s' is not a command%s%s 'vmapdiff --help' lists them\n", name,
		nearest_hint(&meant, hint), meant.word ? "" : ";");
	return EXIT_UNUSABLE;
}

int main(int argc, char **argv)
{
	output_begin();
	leak_roots_at_exit();
	signal(SIGCHLD, SIG_DFL); /* where a parent left it ignored, nobody can wait for a child */
	if (argc < 2 || asks_for_help(argv[1])) {
		print_help(argc < 2 ? stderr : stdout);
		return printed(argc < 2 ? EXIT_UNUSABLE : EXIT_AS_EXPECTED);
	}
	if (!strcmp(argv[1], "--version")) {
		print_version(stdout);
		return printed(EXIT_AS_EXPECTED);
	}
	const struct command *command = find_command(argv[1]);
	if (command)
		return printed(run(command, argc - 2, argv + 2));
	return refuse_command(argv[1]);
}
