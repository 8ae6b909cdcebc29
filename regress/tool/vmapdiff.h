// SPDX-License-Identifier: GPL-2.0-only
/* The commands of the vmapdiff tool, and what they share. */
#ifndef REGRESS_TOOL_VMAPDIFF_H
#define REGRESS_TOOL_VMAPDIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "fuzz/player.h"
#include "fuzz/scenario.h"

/* Exit codes of every command. */
enum { EXIT_AS_EXPECTED = 0, EXIT_RULE_BROKEN = 1, EXIT_UNUSABLE = 2 };

/* Each takes the arguments after its name and returns an exit code. */
int command_replay(int argc, char **argv);
int command_show(int argc, char **argv);
int command_minimize(int argc, char **argv);
int command_convert(int argc, char **argv);
int command_capture(int argc, char **argv);
int command_rules(int argc, char **argv);
int command_waivers(int argc, char **argv);
int command_grammar(int argc, char **argv);
int command_exhaustive(int argc, char **argv);
int command_soak(int argc, char **argv);
int command_kernel(int argc, char **argv);
int command_observe(int argc, char **argv);
int command_generate(int argc, char **argv);
int command_triage(int argc, char **argv);
int command_export(int argc, char **argv);

/*
 * The path of an operand: of `-` and the names that the system has for it,
 * one that messages call standard input by, and that the functions below read
 * it by. Static, or the operand itself.
 */
char *input_operand(char *operand);

/* Whether a path is that of standard input. */
bool input_is_stdin(const char *path);

/*
 * Reads a scenario, text or bytes, from a file, or from standard input, which
 * is read once and kept. A text may have other words around its scenario: what
 * is skipped is said on standard error. False after a line there that says
 * where the file is wrong and what was expected. What is not a file is refused.
 */
bool load_scenario(const char *path, struct scenario *s);
/* The same, of a file that was loaded before; does not say again what is skipped. */
bool load_scenario_again(const char *path, struct scenario *s);

/* The line, from 1, on which an op begins in the file that was loaded last; 1 where it has no lines. */
unsigned loaded_line_of_op(unsigned op);

/* Says "PATH: cannot WHAT: " and why, by errno; always false. */
bool cannot(const char *what, const char *path);

/*
 * Calls `each` with every file named by `path`: the file itself, standard
 * input, or those below a directory in order of their names. False after a
 * message when `each` returned false, after which it is not called again, or
 * when something cannot be read or is not a file.
 */
bool for_each_file(const char *path, bool (*each)(const char *path, void *context), void *context);

/* Prints how to run a command on a path, as again() says, and ends the line. */
void print_next(FILE *to, const char *command, const char *path);

/*
 * How to call this program again, for "next:" lines: ./rig, ./rig kernel TREE,
 * or the path of a program that has a mapper of its own, such as a mutant's.
 * Static.
 */
const char *again(void);

/* The arguments of a command. */
struct arguments {
	char **file; /* operands: for most commands files and directories */
	int files;
	const char *output; /* -o */
	const char *mapper; /* --mapper */
	const char *as;     /* --as: a form of export */
	const char *html;   /* --html: where a picture goes */
	const char *events; /* --events: where the record of all events goes; - is stdout */
	bool to_bytes;      /* --to-bytes */
	bool ptdump;        /* --ptdump */
	bool ktap;          /* --ktap */
	bool dictionary;    /* --dictionary */
	const char *sarif;  /* --sarif: where findings go in that form */
	uint64_t runs;      /* --runs: of a page array */
	uint64_t sample;    /* --sample: one in so many; 1: all */
	uint64_t jobs;      /* --jobs: processes at a time; 0: one a core */
	uint64_t pages;     /* --pages: of the page arrays of one scenario together */
	bool reachable;     /* --reachable: prefer what callers of a kernel can do */
	uint64_t trials;    /* --trials: of a minimization; 0: MINIMIZE_TRIALS */
	uint64_t seed, from, executions;
	const char *profile; /* --profile: of scenarios; NULL: all */
};

/*
 * Reads arguments into *a, which holds the defaults. Only options that the
 * command has in the table of commands are accepted. Moves the operands to
 * the front of argv, where a->file finds them. False after a message.
 */
bool read_options(const char *command, int argc, char **argv, struct arguments *a);
/* The same for a command that needs a file. */
bool read_arguments(const char *command, int argc, char **argv, struct arguments *a);

/*
 * Whether every line of the scenario that was played last could be set up;
 * else a message says which could not, and there is no verdict.
 */
bool was_set_up(const struct player *p, const char *path);

/* A player, or the end of the process with a message. */
struct player *need_player(void);

#endif
