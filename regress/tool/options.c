// SPDX-License-Identifier: GPL-2.0-only
/* Arguments of a command, read by its row of the table of commands. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/nearest.h"
#include "mapper/machine/assert.h"
#include "regress/tool/commands.h"
#include "regress/tool/vmapdiff.h"

/* The arguments that are still to be read. */
struct reading {
	const struct command *command;
	int argc, at; /* `at` is the one that is being read */
	char **argv;
};

static bool bad_argument(const struct reading *r, const char *argument, const char *why)
{
	fprintf(stderr, "vmapdiff %s: %s%s; see 'vmapdiff %s --help'\n", r->command->name, argument,
		why, r->command->name);
	return false;
}

/* The first command that has an option which this one has not, or NULL. */
static const struct command *other_command_with(const char *name, size_t length)
{
	for (const struct command *c = commands; c->name; c++)
		if (command_option(c, name, length))
			return c;
	return NULL;
}

/* Says that the option is another command's, or which one was meant. */
static bool unknown_option(const struct reading *r, const char *name, size_t length)
{
	char what[64], why[128];
	const struct command *other = other_command_with(name, length);
	struct nearest meant = nearest_to(name, length);
	snprintf(what, sizeof(what), "%.*s", (int)length, name);
	for (const uint8_t *id = r->command->option; *id != OPTION_NONE; id++)
		nearest_try(&meant, tool_option(*id)->name);
	nearest_try(&meant, "--help");
	if (other)
		snprintf(why, sizeof(why), " is an option of '%s', and '%s' does not have it",
			 other->name, r->command->name);
	else
		snprintf(why, sizeof(why), " is not an option%s%s",
			 meant.word ? "; did you mean " : "", meant.word ? meant.word : "");
	return bad_argument(r, what, why);
}

static bool read_number(const struct reading *r, const char *text, uint64_t least, uint64_t *number)
{
	char *end;
	errno = 0;
	*number = strtoull(text, &end, 0);
	if (!errno && end != text && !*end && text[0] != '-' && *number >= least)
		return true;
	return bad_argument(r, text, least ? " is not a number of at least 1" : " is not a number");
}

/* Sets the member that the option is about; `value` is NULL of a mark. */
static bool set_option(const struct reading *r, const struct tool_option *option, const char *value,
		       struct arguments *a)
{
	char *member = (char *)a + option->offset;
	switch (option->kind) {
	case OPTION_IS_MARK:
		*(bool *)member = true;
		return true;
	case OPTION_IS_TEXT:
		*(const char **)(void *)member = value;
		return true;
	default:
		ASSERT(option->kind == OPTION_IS_NUMBER || option->kind == OPTION_IS_PLACE);
		ASSERT(value); /* only a mark has none */
		return read_number(r, value, option->kind == OPTION_IS_NUMBER,
				   (uint64_t *)(void *)member);
	}
}

/* The option of an argument: `-o OUT`, `-oOUT`, `--ktap`, `--jobs N` or `--jobs=N`. */
static bool read_option(struct reading *r, struct arguments *a)
{
	const char *word = r->argv[r->at], *value = NULL;
	bool is_long = word[1] == '-';
	size_t length = is_long ? strcspn(word, "=") : 2;
	const struct tool_option *option = command_option(r->command, word, length);
	if (!option)
		return unknown_option(r, word, strcspn(word, "="));
	if (word[length])
		value = word + length + is_long;
	if (!option->value && value)
		return bad_argument(r, option->name, " takes no value");
	if (option->value && !value) {
		if (r->at + 1 == r->argc)
			return bad_argument(r, option->name, " needs a value");
		value = r->argv[++r->at];
	}
	if (value && !*value)
		return bad_argument(r, option->name, " needs a value that is not empty");
	return set_option(r, option, value, a);
}

/* Adds an operand at the front of the arguments, over options that were read. */
static bool add_operand(const struct reading *r, struct arguments *a)
{
	char *path = r->argv[r->at];
	if (r->command->reads_files)
		path = input_operand(path);
	for (int i = 0; i < a->files; i++)
		if (path == a->file[i])
			return bad_argument(
				r, r->argv[r->at],
				": standard input is named twice, and can be read once");
	a->file[a->files++] = path;
	return true;
}

bool read_options(const char *command, int argc, char **argv, struct arguments *a)
{
	struct reading r = { .command = find_command(command), .argc = argc, .argv = argv };
	bool only_operands = false;
	ASSERT(r.command);
	a->file = argv;
	for (; r.at < argc; r.at++) {
		const char *word = argv[r.at];
		bool is_operand = only_operands || word[0] != '-' || !word[1];
		if (!only_operands && !strcmp(word, "--"))
			only_operands = true;
		else if (!(is_operand ? add_operand(&r, a) : read_option(&r, a)))
			return false;
	}
	return true;
}

bool read_arguments(const char *command, int argc, char **argv, struct arguments *a)
{
	*a = (struct arguments){ 0 };
	if (!read_options(command, argc, argv, a))
		return false;
	if (!a->files)
		fprintf(stderr, "vmapdiff %s: no FILE is given; see 'vmapdiff %s --help'\n",
			command, command);
	return a->files;
}
