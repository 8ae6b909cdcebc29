// SPDX-License-Identifier: GPL-2.0-only
/*
 * The commands of the tool and their options: the one table from which help
 * is printed, arguments are checked and manuals are made.
 */
#ifndef REGRESS_TOOL_COMMANDS_H
#define REGRESS_TOOL_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Some options have one name and another meaning for each command: they have a row for each meaning. */
enum option_id {
	OPTION_NONE,
	OPTION_RESULT,   /* -o: a file for what is printed otherwise */
	OPTION_FINDING,  /* -o: a file for the scenario of a finding */
	OPTION_FINDINGS, /* -o: a directory for a scenario of each kind of finding */
	OPTION_KEPT,     /* -o: a directory for a scenario of each kind of finding, which is made */
	OPTION_GENERATED, /* -o: a directory for scenarios, which is made, and must be named */
	OPTION_CAPTURED,  /* -o: a directory for scenarios, which is made */
	OPTION_CONVERTED, /* -o: a file or a directory, which must be named */
	OPTION_KTAP,
	OPTION_SARIF,
	OPTION_MAPPER,
	OPTION_PTDUMP,
	OPTION_HTML,
	OPTION_EVENTS,
	OPTION_AS,
	OPTION_TO_BYTES,
	OPTION_RUNS,
	OPTION_SAMPLE,
	OPTION_JOBS,
	OPTION_SEED,
	OPTION_EXECUTIONS,
	OPTION_FROM,
	OPTION_PROFILE,
	OPTION_PAGES,
	OPTION_TRIALS,
	OPTION_REACHABLE,
	OPTION_DICTIONARY,
	OPTION_IDS
};

/* The type of the member of struct arguments that an option sets. A number is at least 1, a place 0. */
enum option_kind { OPTION_IS_MARK, OPTION_IS_TEXT, OPTION_IS_NUMBER, OPTION_IS_PLACE };

struct tool_option {
	const char *name;  /* as it is typed */
	const char *value; /* what its value is called in help; NULL of a mark, which has none */
	const char *what;  /* a few words, for help */
	size_t offset;     /* of the member of struct arguments that it sets */
	enum option_kind kind;
	bool needed; /* the command does not run without it */
};

#define COMMAND_MAX_OPTIONS 8

struct command {
	const char *name;
	const char *operands; /* what it takes besides options, for help; "" for nothing */
	bool reads_files;     /* its operands are files, of which `-` is standard input */
	const char *what;     /* a few words, for help */
	const char *example;  /* a whole command line that can be typed at the top of the project */
	uint8_t option[COMMAND_MAX_OPTIONS]; /* in the order of help; ends with OPTION_NONE */
	int (*run)(int argc, char **argv);   /* arguments after the name; returns an exit code */
};

/* Ends with a row without a name. */
extern const struct command commands[];

/* The row of an option. Static. */
const struct tool_option *tool_option(enum option_id id);

/* The row of a command by its name, or NULL. */
const struct command *find_command(const char *name);

/* The option of a command by the `length` bytes of its name, or NULL. */
const struct tool_option *command_option(const struct command *command, const char *name,
					 size_t length);

/* What --help prints: of a command, and of the whole tool. */
void print_command_help(const struct command *command, FILE *to);
void print_help(FILE *to);

#endif
