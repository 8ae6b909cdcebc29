// SPDX-License-Identifier: GPL-2.0-only
/* Files of scenarios, and the player that plays them. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz/mail.h"
#include "fuzz/scenario_bytes.h"
#include "fuzz/scenario_text.h"
#include "fuzz/waive.h"
#include "mapper/machine/assert.h"
#include "regress/tool/output.h"
#include "regress/tool/version.h"
#include "regress/tool/vmapdiff.h"

static char buffer[SCENARIO_MAX_TEXT + 1];
_Static_assert(SCENARIO_MAX_BYTES < sizeof(buffer), "an encoding fits the buffer");

/* What was loaded last: a text, or bytes, which have no lines. */
static struct mail mail;
static bool is_text;

bool cannot(const char *what, const char *path)
{
	fprintf(stderr, "%s: cannot %s: %s\n", path, what, strerror(errno));
	return false;
}

/* --- standard input ------------------------------------------------------------------------- */

static char stdin_name[] = "<stdin>";
static bool stdin_is_named;

char *input_operand(char *operand)
{
	static const char *const names[] = { "-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(operand, names[i])) {
			stdin_is_named = true;
			return stdin_name;
		}
	return operand;
}

bool input_is_stdin(const char *path)
{
	return stdin_is_named && !strcmp(path, stdin_name);
}

/* A name as a shell reads it: as it is where that is the same, or quoted. */
static void put_word(FILE *to, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "_./+:@%=,-";
	if (word[0] == '-') /* it would be an option */
		fputs("./", to);
	if (word[strspn(word, plain)] == '\0') {
		fputs(word, to);
		return;
	}
	fputs("$'", to);
	for (const char *c = word; *c; c++)
		if (*c == '\'' || *c == '\\')
			fprintf(to, "\\%c", *c);
		else if ((unsigned char)*c < 0x20 || *c == 0x7f)
			fprintf(to, "\\x%02x", (unsigned char)*c);
		else
			fputc(*c, to);
	fputc('\'', to);
}

void print_next(FILE *to, const char *command, const char *path)
{
	if (input_is_stdin(path)) {
		fprintf(to, "%s %s -, with the same standard input\n", again(), command);
	} else {
		fprintf(to, "%s %s ", again(), command);
		put_word(to, path);
		fputc('\n', to);
	}
}

/* Reads standard input when it is asked for first, and keeps it. */
static bool read_stdin(size_t *size)
{
	static char text[sizeof(buffer)];
	static size_t text_size;
	static bool was_read;
	if (!was_read && isatty(STDIN_FILENO))
		fprintf(stderr, "vmapdiff: reads a scenario from this terminal, until Ctrl-D\n");
	if (!was_read)
		text_size = fread(text, 1, sizeof(text), stdin);
	if (ferror(stdin))
		return cannot("read", stdin_name);
	was_read = true;
	*size = text_size;
	memcpy(buffer, text, text_size);
	return true;
}

/* --- files ------------------------------------------------------------------------------------ */

/*
 * Refuses what is not a file: whoever opens a FIFO may wait for ever, and a
 * device has no end.
 */
static bool is_file(const char *path, mode_t mode)
{
	const char *what = S_ISFIFO(mode)   ? "a FIFO"
			   : S_ISCHR(mode)  ? "a character device"
			   : S_ISBLK(mode)  ? "a block device"
			   : S_ISSOCK(mode) ? "a socket"
					    : "of an unknown type";
	if (S_ISREG(mode))
		return true;
	if (S_ISDIR(mode))
		fprintf(stderr, "%s: is a directory; this needs a file\n", path);
	else
		fprintf(stderr, "%s: is %s, not a file; use - to read standard input\n", path,
			what);
	return false;
}

/* Opens a file, and does not wait if it has become a FIFO meanwhile. */
static FILE *open_file(const char *path)
{
	struct stat st;
	if (stat(path, &st)) {
		cannot("open", path);
		return NULL;
	}
	if (!is_file(path, st.st_mode))
		return NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "rb");
	if (file && !fstat(fd, &st) && is_file(path, st.st_mode))
		return file;
	if (!file)
		cannot("open", path);
	if (file)
		fclose(file);
	else if (fd >= 0)
		close(fd);
	return NULL;
}

/* Reads up to a byte more than a text may have, so that longer ones are seen to be. */
static bool read_file(const char *path, size_t *size)
{
	if (input_is_stdin(path))
		return read_stdin(size);
	FILE *file = open_file(path);
	if (!file)
		return false;
	*size = fread(buffer, 1, sizeof(buffer), file);
	bool good = !ferror(file);
	if (!good)
		cannot("read", path);
	output_keep(fileno(file));
	fclose(file);
	return good;
}

static bool read_scenario(const char *path, struct scenario *s, bool quiet)
{
	size_t size = 0;
	struct text_error error;
	assert_about(path);
	if (!read_file(path, &size))
		return false;
	is_text = !scenario_bytes_begin((const uint8_t *)buffer, size);
	if (!is_text) {
		if (scenario_decode((const uint8_t *)buffer, size, s))
			return true;
		fprintf(stderr, "%s: not a scenario of this version, or cut short\n", path);
		return false;
	}
	bool good = mail_read(&mail, buffer, size, s, &error);
	if (!quiet)
		mail_say(&mail, path, stderr);
	if (good)
		return true;
	fprintf(stderr, "%s:%u:%u: %s\n", path, error.line, error.column, error.message);
	return false;
}

bool load_scenario(const char *path, struct scenario *s)
{
	if (!read_scenario(path, s, false))
		return false;
	mapper_fit_policy(s);
	return true;
}

bool load_scenario_again(const char *path, struct scenario *s)
{
	if (!read_scenario(path, s, true))
		return false;
	mapper_fit_policy(s);
	return true;
}

unsigned loaded_line_of_op(unsigned op)
{
	return is_text ? mail_line_of_op(&mail, op) : 1;
}

/* --- directories ------------------------------------------------------------------------------- */

/* A walk through files: what is refused does not end it, what `each` fails at does. */
struct files {
	bool (*each)(const char *path, void *context);
	void *context;
	bool refused, ended;
};

static void visit(struct files *f, const char *path);

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int not_hidden(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void visit_directory(struct files *f, const char *path)
{
	struct dirent **entry;
	int n = scandir(path, &entry, not_hidden, by_name);
	if (n < 0)
		f->refused = !cannot("read the directory", path);
	for (int i = 0; i < n; i++) {
		char *name = NULL;
		if (!f->ended && asprintf(&name, "%s/%s", path, entry[i]->d_name) < 0)
			f->ended = !cannot("allocate memory for", path);
		if (!f->ended)
			visit(f, name);
		free(name);
		free(entry[i]);
	}
	if (n >= 0)
		free((void *)entry);
}

static void visit(struct files *f, const char *path)
{
	struct stat st = { 0 };
	bool from_stdin = input_is_stdin(path);
	if (!from_stdin && stat(path, &st))
		f->refused = !cannot("open", path);
	else if (!from_stdin && S_ISDIR(st.st_mode))
		visit_directory(f, path);
	else if (!from_stdin && !is_file(path, st.st_mode))
		f->refused = true;
	else
		f->ended = !f->each(path, f->context);
}

bool for_each_file(const char *path, bool (*each)(const char *path, void *context), void *context)
{
	struct files f = { .each = each, .context = context };
	visit(&f, path);
	return !f.refused && !f.ended;
}

const char *again(void)
{
	static char text[4096];
	if (mapper_tested()->tree)
		snprintf(text, sizeof(text), "./rig kernel %s", mapper_tested()->tree);
	else if (strcmp(program_invocation_short_name, "vmapdiff") != 0 || !is_the_tool())
		snprintf(text, sizeof(text), "%s", program_invocation_name);
	else
		snprintf(text, sizeof(text), "./rig");
	return text;
}

struct player *need_player(void)
{
	struct player *p = player_create();
	if (!p)
		fprintf(stderr, "vmapdiff: no memory for the simulated machines\n");
	if (!p || !waive_by_environment(&p->waivers) || !judge_by_environment(&p->tree_waivers))
		exit(EXIT_UNUSABLE);
	return p;
}

bool was_set_up(const struct player *p, const char *path)
{
	struct refusal why;
	if (!player_refused(p, &why))
		return true;
	fprintf(stderr, "%s: op %u: %s, on the mapper %s: %s\n", path, p->refused.op,
		call_traits(p->scenario->op[p->refused.op].call.kind)->name, p->refused.mapper,
		why.reason);
	return false;
}
