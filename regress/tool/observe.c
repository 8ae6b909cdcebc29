// SPDX-License-Identifier: GPL-2.0-only
/*
 * observe: plays scenarios, and answers each with a line of JSON. Without
 * files, standard input names them, one a line; each is answered before the
 * next is read, so that whoever asks may choose the next by it. A process of
 * its own plays; where a scenario ends it, the answer says how, and another
 * goes on.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/apart.h"
#include "regress/tool/child_run.h"
#include "regress/tool/observation.h"
#include "regress/tool/vmapdiff.h"

#define ANOTHER 3  /* exit code of a process in whose place another is to go on */
#define SECONDS 10 /* of the processor, that a scenario may take */

/* What the process that plays and the one that waits for it share. */
struct board {
	char path[PATH_MAX]; /* of the scenario that is played; "" between two */
	size_t next;         /* of the files, where there are some */
	char death[VERDICT_SIGNATURE_SIZE];
};

static struct scenario scenario;
static struct board *board;

/* What the arguments name; where they name nothing, standard input does. */
static struct {
	char **path;
	size_t count;
	bool given;
} files;

/* --- the process that plays ------------------------------------------------------------------ */

/*
 * Reads a name up to the end of its line, byte by byte: what is read too far
 * would be lost with this process. False at the end of the input.
 */
static bool read_line(char *path)
{
	size_t length = 0;
	char byte;
	for (;;) {
		ssize_t got = read(STDIN_FILENO, &byte, 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got != 1)
			return false;
		if (byte == '\n')
			break;
		if (length + 1 < PATH_MAX) /* a longer one names no file */
			path[length++] = byte;
	}
	path[length] = '\0';
	return true;
}

/* The name of the next scenario. False if there is none. */
static bool next_path(char *path)
{
	if (!files.given)
		return read_line(path);
	if (board->next == files.count)
		return false;
	snprintf(path, PATH_MAX, "%s", files.path[board->next++]);
	return true;
}

/* False if this process shall play nothing more. */
static bool answer(struct player *p, const char *path, FILE *to)
{
	bool goes_on = true;
	char *line = NULL;
	size_t size;
	FILE *memory = open_memstream(&line, &size);
	if (!memory)
		abort();
	if (load_scenario(path, &scenario))
		goes_on = observation_write(p, &scenario, path, memory);
	fclose(memory);
	if (!size) {
		free(line);
		observation_write_unusable(path, to);
	} else {
		fputs(line, to);
		free(line);
	}
	fputc('\n', to);
	fflush(to);
	return goes_on;
}

static void __attribute__((noreturn)) be_child(struct player *p)
{
	char path[PATH_MAX];
	child_begin_for(p, board->death);
	while (next_path(path)) {
		if (!path[0])
			continue;
		child_limit_scenario(SECONDS);
		memcpy(board->path, path, sizeof(path));
		bool goes_on = answer(p, path, stdout);
		board->path[0] = '\0';
		apart_limit_time(0, 0);
		if (!goes_on)
			child_end(ANOTHER);
	}
	child_end(EXIT_AS_EXPECTED);
}

/* --- the process that waits for it ----------------------------------------------------------- */

/* Whether a process played up to the end of the input; *good: whether the host let it. */
static bool play_in_child(struct player *p, bool *good)
{
	int status = 0;
	fflush(NULL);
	board->death[0] = board->path[0] = '\0';
	pid_t child = fork();
	if (!child)
		be_child(p);
	if (child < 0)
		fprintf(stderr, "vmapdiff observe: cannot start a process: %s\n", strerror(errno));
	*good = child > 0 && apart_wait(child, &status) && !apart_was_ended(status);
	if (!*good || !status)
		return true;
	if (WIFEXITED(status) && WEXITSTATUS(status) == ANOTHER)
		return false;
	if (!board->path[0]) {
		fprintf(stderr, "vmapdiff observe: the process that plays ended between two "
				"scenarios\n");
		*good = false;
		return true;
	}
	if (!board->death[0])
		child_name_death(status, board->death);
	observation_write_death(board->path, board->death, stdout);
	putchar('\n');
	fflush(stdout);
	return false;
}

static bool add_file(const char *path, void *context)
{
	(void)context;
	char **more = realloc((void *)files.path, (files.count + 1) * sizeof(*more));
	char *copy = strdup(path);
	if (!more || !copy) {
		fprintf(stderr, "vmapdiff observe: no memory for the name %s\n", path);
		exit(EXIT_UNUSABLE);
	}
	files.path = more;
	files.path[files.count++] = copy;
	return true;
}

/* Lists the files that the arguments name. False after a message. */
static bool list_files(const struct arguments *a)
{
	bool good = true;
	files.given = a->files;
	for (int i = 0; i < a->files; i++)
		good = for_each_file(a->file[i], add_file, NULL) && good;
	return good;
}

static void forget_files(void)
{
	for (size_t i = 0; i < files.count; i++)
		free(files.path[i]);
	free((void *)files.path);
}

int command_observe(int argc, char **argv)
{
	struct arguments a = { 0 };
	bool good = true;
	if (!read_options("observe", argc, argv, &a) || !list_files(&a))
		return EXIT_UNUSABLE;
	board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	if (board == MAP_FAILED) {
		perror("vmapdiff observe: no memory to share with the process that plays");
		return EXIT_UNUSABLE;
	}
	struct player *player = need_player();
	while (!play_in_child(player, &good))
		;
	player_destroy(player);
	munmap(board, sizeof(*board));
	forget_files();
	return good ? EXIT_AS_EXPECTED : EXIT_UNUSABLE;
}
