// SPDX-License-Identifier: GPL-2.0-only
#include "regress/tool/workers.h"

#include <inttypes.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "mapper/machine/assert.h"

#define PROGRESS_SECONDS 5
#define LONG_RUN_SECONDS 60 /* after which a line comes as rarely */
#define MAX_CORES (1 << 20) /* that a set of cores is made for */

/* What the processes share. */
struct board {
	_Atomic uint64_t next;  /* chunk to be done */
	_Atomic uint64_t bound; /* chunks from here on are no longer of interest */
};

static time_t now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static void lower(_Atomic uint64_t *bound, uint64_t to)
{
	uint64_t old = atomic_load(bound);
	while (to < old && !atomic_compare_exchange_weak(bound, &old, to))
		;
}

/* A worker: chunks in ascending order, as long as there are any before the first finding. */
static void be_worker(const struct work *work, struct board *board, int out)
{
	work->begin(work->context);
	for (;;) {
		struct chunk_result result = { .chunk = atomic_fetch_add(&board->next, 1),
					       .finding = NO_FINDING };
		if (result.chunk >= atomic_load(&board->bound))
			_exit(0);
		work->play(work->context, result.chunk, &result);
		if (result.finding != NO_FINDING)
			lower(&board->bound, result.chunk + 1);
		if (write(out, &result, sizeof(result)) != sizeof(result))
			_exit(2);
	}
}

/* A line every few seconds: how much, how fast, and how long it takes still. */
static void say(const struct work *work, uint64_t done, uint64_t cases)
{
	static time_t started, said;
	time_t t = now();
	if (!done)
		started = said = t;
	long seconds = (long)(t - started);
	if (t - said < (seconds < LONG_RUN_SECONDS ? PROGRESS_SECONDS : LONG_RUN_SECONDS))
		return;
	said = t;
	fprintf(stderr,
		"%s: %" PRIu64 "%%, %" PRIu64 " cases, %ld s, %" PRIu64 " a second, %.0f s to go",
		work->what, done * 100 / work->chunks, cases, seconds, cases / (uint64_t)seconds,
		(double)seconds * (double)(work->chunks - done) / (double)done);
	if (work->progress)
		work->progress(work->context, stderr);
	fputc('\n', stderr);
}

/* Hands on what comes, until all workers have closed their end. */
static uint64_t take_all(const struct work *work, int from)
{
	struct chunk_result result;
	uint64_t done = 0, cases = 0;
	say(work, done, cases);
	while (read(from, &result, sizeof(result)) == sizeof(result)) {
		cases += result.cases;
		ASSERT_CMP(result.chunk, <, work->chunks);
		ASSERT_CMP(done, <, work->chunks); /* each chunk is one worker's */
		work->take(work->context, &result);
		say(work, ++done, cases);
	}
	return done;
}

static bool wait_for_all(void)
{
	bool good = true;
	int status;
	while (wait(&status) > 0)
		good &= WIFEXITED(status) && !WEXITSTATUS(status);
	return good;
}

unsigned workers_default(void)
{
	unsigned cores = 0;
	/* The kernel refuses a set that is smaller than its own. */
	for (int most = 1024; !cores && most <= MAX_CORES; most *= 2) {
		size_t size = CPU_ALLOC_SIZE(most);
		cpu_set_t *set = CPU_ALLOC(most);
		if (set && !sched_getaffinity(0, size, set))
			cores = (unsigned)CPU_COUNT_S(size, set);
		CPU_FREE(set);
	}
	return !cores ? 1 : cores < WORKERS_MAX ? cores : WORKERS_MAX;
}

static unsigned worker_count(const struct work *work)
{
	unsigned workers = work->workers ? work->workers : workers_default();
	return workers < WORKERS_MAX ? workers : WORKERS_MAX;
}

bool workers_run(const struct work *work)
{
	int pipe_ends[2];
	ASSERT(work->chunks);
	ASSERT(work->begin && work->play && work->take);
	struct board *board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (board == MAP_FAILED || pipe(pipe_ends)) {
		perror(work->what);
		return false;
	}
	atomic_store(&board->bound, work->chunks);
	fflush(NULL);
	bool forked = true;
	for (unsigned i = 0; i < worker_count(work); i++) {
		pid_t child = fork();
		if (!child) {
			close(pipe_ends[0]);
			be_worker(work, board, pipe_ends[1]);
		}
		forked &= child > 0;
	}
	close(pipe_ends[1]);
	uint64_t done = take_all(work, pipe_ends[0]);
	bool complete = done >= atomic_load(&board->bound);
	close(pipe_ends[0]);
	munmap(board, sizeof(*board));
	return wait_for_all() && forked && complete;
}
