// SPDX-License-Identifier: GPL-2.0-only
#include "regress/tool/ahead.h"

#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mapper/machine/assert.h"
#include "regress/tool/child_run.h"
#include "regress/tool/workers.h"

#define SECONDS 60 /* of the processor, for one file: whoever asks judges whether it hangs */

#define NO_FILE UINT_MAX

enum state { UNKNOWN, PASSED, TO_PLAY };

/* What a process says of a file. */
struct message {
	unsigned file;
	enum state state;
};

/* What the processes share. */
struct board {
	_Atomic unsigned next; /* file to be played */
	char death[VERDICT_SIGNATURE_SIZE];
	unsigned plays[WORKERS_MAX]; /* which file each one plays */
	struct statistics counted[]; /* of each file */
};

struct ahead {
	struct player *player;
	const struct path_list *files;
	ahead_play *play;
	struct board *board;
	size_t board_bytes;
	uint8_t *state; /* enum state, of each file */
	unsigned workers;
	pid_t worker[WORKERS_MAX];
	struct pollfd from[WORKERS_MAX]; /* fd is -1 of one that has ended */
};

static struct statistics *counted_by(struct player *p)
{
	return &p->statistics[mapper_list()->under_test];
}

/* --- in a process that plays ----------------------------------------------------------- */

/* Has standard error go to a file of this process. */
static bool keep_errors_apart(void)
{
	int file = memfd_create("errors", MFD_CLOEXEC);
	return file >= 0 && dup2(file, STDERR_FILENO) >= 0;
}

/* Whether nothing was said there since it was asked last. */
static bool was_quiet(void)
{
	bool quiet = lseek(STDERR_FILENO, 0, SEEK_CUR) == 0;
	return lseek(STDERR_FILENO, 0, SEEK_SET) == 0 && quiet;
}

static enum state play_file(const struct ahead *a, unsigned file)
{
	const char *path = a->files->path[file];
	if (input_is_stdin(path)) /* which can be read once */
		return TO_PLAY;
	*counted_by(a->player) = (struct statistics){ 0 };
	child_limit_scenario(SECONDS);
	bool passed = a->play(a->player, path);
	if (!was_quiet() || !passed)
		return TO_PLAY;
	a->board->counted[file] = *counted_by(a->player);
	return PASSED;
}

static void __attribute__((noreturn)) be_worker(const struct ahead *a, unsigned number, int out)
{
	child_begin_for(a->player, a->board->death);
	if (!keep_errors_apart())
		child_end(EXIT_UNUSABLE);
	for (;;) {
		struct message said = { .file = atomic_fetch_add(&a->board->next, 1) };
		if (said.file >= a->files->count)
			child_end(EXIT_AS_EXPECTED);
		a->board->plays[number] = said.file;
		said.state = play_file(a, said.file);
		if (write(out, &said, sizeof(said)) != sizeof(said))
			child_end(EXIT_UNUSABLE);
	}
}

/* --- in the one that asks ---------------------------------------------------------------- */

/* Starts one more; false if the host does not. */
static bool start(struct ahead *a)
{
	int ends[2];
	if (pipe(ends))
		return false;
	a->board->plays[a->workers] = NO_FILE;
	pid_t child = fork();
	if (!child) {
		close(ends[0]);
		be_worker(a, a->workers, ends[1]);
	}
	close(ends[1]);
	if (child < 0) {
		close(ends[0]);
		return false;
	}
	a->worker[a->workers] = child;
	a->from[a->workers++] = (struct pollfd){ .fd = ends[0], .events = POLLIN };
	return true;
}

static struct ahead *create(struct player *player, const struct path_list *files, ahead_play *play)
{
	struct ahead *a = calloc(1, sizeof(*a));
	uint8_t *state = calloc(files->count, sizeof(*state));
	size_t bytes = sizeof(*a->board) + files->count * sizeof(a->board->counted[0]);
	void *board = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (!a || !state || board == MAP_FAILED) {
		free(a);
		free(state);
		if (board != MAP_FAILED)
			munmap(board, bytes);
		return NULL;
	}
	*a = (struct ahead){ .player = player,
			     .files = files,
			     .play = play,
			     .board = board,
			     .board_bytes = bytes,
			     .state = state };
	return a;
}

struct ahead *ahead_begin(struct player *player, const struct path_list *files, uint64_t jobs,
			  ahead_play *play)
{
	uint64_t workers = jobs ? jobs : workers_default();
	if (workers > files->count)
		workers = files->count;
	if (workers > WORKERS_MAX)
		workers = WORKERS_MAX;
	struct ahead *a = workers > 1 && !child_counts_lines() ? create(player, files, play) : NULL;
	if (!a)
		return NULL;
	fflush(NULL);
	while (a->workers < workers && start(a))
		;
	return a;
}

/* A process ended: what it was playing is not known, and will not be. */
static void note_end(struct ahead *a, unsigned number)
{
	unsigned file = a->board->plays[number];
	close(a->from[number].fd);
	a->from[number].fd = -1;
	if (file != NO_FILE && a->state[file] == UNKNOWN)
		a->state[file] = TO_PLAY;
}

/* Hears what one process has to say. */
static void hear(struct ahead *a, unsigned number)
{
	struct message said;
	if (read(a->from[number].fd, &said, sizeof(said)) != sizeof(said)) {
		note_end(a, number);
		return;
	}
	ASSERT_CMP(said.file, <, a->files->count);
	ASSERT_CMP(a->state[said.file], ==, UNKNOWN); /* each is one process's */
	a->state[said.file] = (uint8_t)said.state;
}

/* Waits until some process says something; false if none is there. */
static bool hear_some(struct ahead *a)
{
	bool any = false;
	for (unsigned i = 0; i < a->workers; i++)
		any |= a->from[i].fd >= 0;
	if (!any)
		return false;
	if (poll(a->from, a->workers, -1) < 0) /* interrupted */
		return true;
	for (unsigned i = 0; i < a->workers; i++)
		if (a->from[i].fd >= 0 && a->from[i].revents)
			hear(a, i);
	return true;
}

bool ahead_passed(struct ahead *a, unsigned i)
{
	if (!a)
		return false;
	ASSERT_CMP(i, <, a->files->count);
	while (a->state[i] == UNKNOWN && hear_some(a))
		;
	if (a->state[i] != PASSED)
		return false;
	statistics_add(counted_by(a->player), &a->board->counted[i]);
	return true;
}

void ahead_end(struct ahead *a)
{
	if (!a)
		return;
	for (unsigned i = 0; i < a->workers; i++) {
		if (a->from[i].fd >= 0) {
			kill(a->worker[i], SIGKILL);
			close(a->from[i].fd);
		}
		waitpid(a->worker[i], NULL, 0);
	}
	munmap(a->board, a->board_bytes);
	free(a->state);
	free(a);
}
