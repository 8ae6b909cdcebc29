// SPDX-License-Identifier: GPL-2.0-only
/*
 * The test of a tree ends well, whatever the tree, the host and the person at
 * the terminal do: a model with a whim stands in for the tree. Each run is a
 * process of its own, whose words and exit code are looked at.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fuzz/watch.h"
#include "mapper/test/cmocka_all.h"
#include "regress/tool/child_run.h"
#include "regress/tool/kernel_test.h"

/* Of the processor, without progress: more than a call here takes that is slow. */
#define HANG_SECONDS "2"
#define RUN_SECONDS 300 /* that a run may take, of the clock */
#define TEXT_SIZE (1 << 16)

/* What the processes of a run and this one share. */
static struct shared {
	volatile bool is_played; /* all scenarios */
	volatile unsigned calls; /* that the tree made since the run began */
} * shared;

static int (*whim)(const struct call *call); /* its error, where it has one; NULL: none */

static int make(struct address_space *space, const struct call *call, struct outcome *out)
{
	shared->calls++;
	int error = whim ? whim(call) : 0;
	return error ? error : batched_mapper.call[call->kind](space, call, out);
}

const struct mapper mapper_under_test = {
	.name = "stand-in",
	.kind = MAPPER_TREE,
	.call = { [CALL_VMAP] = make,
		  [CALL_VMALLOC] = make,
		  [CALL_IOREMAP] = make,
		  [CALL_VM_MAP_RAM] = make },
	.tree = "a stand-in",
	.release = "0",
};

static struct sigaction on_fault; /* as it is before cmocka takes SIGSEGV from a sanitizer */
static struct player *player;
static bool ignores_children; /* a run, SIGCHLD */
static char folder[64], text[TEXT_SIZE];

/* --- a run ------------------------------------------------------------------------------ */

static void pause_ms(long ms)
{
	const struct timespec time = { ms / 1000, ms % 1000 * 1000000 };
	nanosleep(&time, NULL);
}

static void note_played(const struct kernel_played *played, const struct player *p)
{
	(void)p;
	(void)played;
	printf("PLAYED\n");
	shared->is_played = true;
}

static pid_t start(struct arguments a, int to)
{
	static char *none[] = { "test" };
	if (!a.files) {
		a.file = none;
		a.files = 1;
	}
	*shared = (struct shared){ 0 };
	fflush(NULL);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child)
		return child;
	setpgid(0, 0);
	dup2(to, STDOUT_FILENO);
	dup2(to, STDERR_FILENO);
	sigaction(SIGSEGV, &on_fault, NULL);
	alarm(RUN_SECONDS);
	if (ignores_children)
		signal(SIGCHLD, SIG_IGN);
	int code = kernel_test(player, &a, note_played);
	fflush(NULL);
	_exit(code);
}

/* Runs the test of the tree, calls `meanwhile` once it is begun, and gives its wait status; its words are in `text`. */
static int run(const struct arguments *a, void (*meanwhile)(pid_t child))
{
	int status, to = open(folder, O_TMPFILE | O_RDWR, 0600);
	assert_true(to >= 0);
	pid_t child = start(*a, to);
	setpgid(child, child);
	if (meanwhile)
		meanwhile(child);
	assert_int_equal(waitpid(child, &status, 0), child);
	ssize_t size = pread(to, text, sizeof(text) - 1, 0);
	assert_true(size >= 0);
	text[size] = '\0';
	close(to);
	return status;
}

static void ends_with(int status, int code)
{
	if (!WIFEXITED(status) || WEXITSTATUS(status) != code)
		fail_msg("wait status 0x%x where exit code %d was expected, after:\n%s", status,
			 code, text);
}

static void is_said(const char *words)
{
	if (!strstr(text, words))
		fail_msg("'%s' is not said in:\n%s", words, text);
}

static void is_not_said(const char *words)
{
	if (strstr(text, words))
		fail_msg("'%s' is said in:\n%s", words, text);
}

static void remove_file(const char *name)
{
	char path[128];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(unlink(path), 0);
}

static int files_in_folder(void)
{
	char command[128];
	snprintf(command, sizeof(command), "ls %s | wc -l", folder);
	FILE *from = popen(command, "r");
	int count = -1;
	assert_non_null(from);
	assert_int_equal(fscanf(from, "%d", &count), 1);
	pclose(from);
	return count;
}

/* --- an interrupt ------------------------------------------------------------------------ */

/* Each vmap() fails, and takes its time once its scenario is minimized. */
static int fail_slowly(const struct call *call)
{
	if (call->kind != CALL_VMAP)
		return 0;
	if (shared->is_played)
		pause_ms(20);
	return -E2BIG;
}

/* As a terminal does, and then the driver, which cannot know of it. */
static void interrupt_twice_when_played(pid_t child)
{
	while (!shared->is_played)
		pause_ms(1);
	pause_ms(150);
	assert_int_equal(killpg(child, SIGINT), 0);
	pause_ms(50);
	killpg(child, SIGINT);
}

static void an_interrupt_loses_no_finding(void **state)
{
	const struct arguments a = { .executions = 256, .seed = 1, .output = folder };
	(void)state;
	whim = fail_slowly;
	ends_with(run(&a, interrupt_twice_when_played), EXIT_RULE_BROKEN);
	is_said("signature, and the file that is kept");
	is_said("errors.code-vmap-64k.scenario");
	is_said("as they were found");
	is_said("next: ");
	is_not_said("alone     it holds");
	assert_true(files_in_folder() > 1);
}

/* --- the folder for findings -------------------------------------------------------------- */

static void write_file(const char *name, const char *words)
{
	char path[128];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *to = fopen(path, "w");
	assert_non_null(to);
	fputs(words, to);
	assert_int_equal(fclose(to), 0);
}

/* Of an earlier run, of somebody else, and of what is to be played. */
static void a_folder_loses_nothing_but_findings(void **state)
{
	char with_slash[80], kept[128];
	char *played[] = { "test", kept };
	struct arguments a = { .executions = 1, .seed = 3, .output = folder };
	(void)state;
	write_file("old.scenario", "# FAIL errors.code\nvmapdiff 2\n");
	write_file("cut-short.scenario", "");
	write_file("words", "mine\n");
	int before = files_in_folder();
	write_file("mine.scenario", "# SPDX\nvmapdiff 2\n");
	ends_with(run(&a, NULL), EXIT_UNUSABLE);
	is_said("/mine.scenario: no finding of an earlier run");
	assert_int_equal(files_in_folder(), before + 1);
	remove_file("mine.scenario");
	snprintf(kept, sizeof(kept), "%s/old.scenario", folder);
	snprintf(with_slash, sizeof(with_slash), "%s/.//", folder);
	a.file = played;
	a.files = 2;
	a.output = with_slash;
	ends_with(run(&a, NULL), EXIT_UNUSABLE);
	is_said("/old.scenario: is to be played");
	assert_int_equal(files_in_folder(), before);
	a.files = 0;
	ends_with(run(&a, NULL), EXIT_AS_EXPECTED);
	assert_int_equal(files_in_folder(), 1);
	remove_file("words");
}

/* --- a host that fails ---------------------------------------------------------------------- */

/* Each vmap() fails, and the host is short of memory in the middle, or once all is played. */
static int fail_until_killed(const struct call *call)
{
	if (shared->calls > 200 || shared->is_played)
		kill(getpid(), SIGKILL);
	return call->kind == CALL_VMAP ? -E2BIG : 0;
}

static void what_the_host_ends_is_no_finding(void **state)
{
	struct arguments a = { .executions = 256, .seed = 1, .output = folder };
	(void)state;
	whim = fail_until_killed;
	for (int before_the_end = 1; before_the_end >= 0; before_the_end--) {
		ends_with(run(&a, NULL), EXIT_UNUSABLE);
		is_said("ended a process that plays, by signal 9");
		is_said("signature, and the file that is kept");
		is_said("errors.code-vmap-");
		is_said("are as they were found");
		is_not_said("process.signal");
		if (before_the_end)
			is_said("STOPPED after ");
		a.executions = 16;
	}
}

/* SIGCHLD is ignored, as some parents leave it: main() sees to that, and this is not main(). */
static void what_became_of_a_process_is_not_guessed(void **state)
{
	const struct arguments a = { .executions = 16, .seed = 1 };
	(void)state;
	ignores_children = true;
	int status = run(&a, NULL);
	ignores_children = false;
	ends_with(status, EXIT_UNUSABLE);
	is_said("cannot learn how a process ended");
}

/* --- crashes and hangs -------------------------------------------------------------------- */

static int crash(const struct call *call)
{
	if (call->kind == CALL_VMAP)
		*(volatile int *)(uintptr_t)(call->va >> 63) = 1;
	return 0;
}

/* With a stack that is at its end, no handler runs on it. */
static int overflow(const struct call *call)
{
	volatile char frame[1 << 16];
	frame[0] = 0;
	return call->kind == CALL_VMAP ? overflow(call) + frame[0] : 0;
}

/* With and without a sanitizer: the same crash has one name in the test and in the minimizer. */
static void a_crash_fails_alone_as_it_did_among_others(void **state)
{
	static int (*const whims[])(const struct call *) = { crash, overflow };
	const struct arguments a = { .executions = 64, .seed = 1 };
	(void)state;
	for (size_t i = 0; i < sizeof(whims) / sizeof(whims[0]); i++) {
		whim = whims[i];
		ends_with(run(&a, NULL), EXIT_RULE_BROKEN);
		is_said(" mapper=stand-in op=0:vmap granule=");
		is_said("minimized 1 ops");
		is_not_said("alone     it fails in another way");
	}
}

/* Time in system calls is no hang's: clock() in a loop would be in one for two thirds of the time. */
static void burn_seconds(double seconds)
{
	clock_t end = clock() + (clock_t)(seconds * CLOCKS_PER_SEC);
	while (clock() < end)
		for (volatile int i = 0; i < 100000; i++)
			;
}

/* Two hang, the next one takes its time, twice, and then none does. */
static int hang_and_be_slow(const struct call *call)
{
	unsigned number = shared->calls - 1;
	(void)call;
	if (number < 2)
		burn_seconds(1000);
	if (number < 4)
		burn_seconds(1.5);
	return 0;
}

static void what_is_slow_does_not_hang(void **state)
{
	char path[3][80], *played[] = { "test", path[0], path[1], path[2] };
	const struct arguments a = { .seed = 1, .file = played, .files = 4 };
	(void)state;
	write_file("1.scenario", "vmapdiff 2\nvmap va=0xffff800000000000 pages=0x1+1\n");
	write_file("2.scenario", "vmapdiff 2\nvmap va=0xffff800000000000 pages=0x1+1\n");
	write_file("3.scenario", "vmapdiff 2\nmachine granule=64k\n"
				 "vmap va=0xffff800000000000 pages=0x1+1\n");
	for (int i = 0; i < 3; i++)
		snprintf(path[i], sizeof(path[i]), "%s/%d.scenario", folder, i + 1);
	whim = hang_and_be_slow;
	ends_with(run(&a, NULL), EXIT_RULE_BROKEN);
	is_said("        2  FAIL process.hang mapper=stand-in op=0:vmap granule=4k");
	is_said("2 scenarios fail, 1 signature");
	for (int i = 0; i < 3; i++)
		assert_int_equal(unlink(path[i]), 0);
}

static void never_end(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	(void)context;
	for (;;)
		pause();
}

/* Whatever lock it waits for. */
static void what_tells_of_a_hang_ends_itself(void **state)
{
	char signature[VERDICT_SIGNATURE_SIZE];
	int status;
	(void)state;
	pid_t child = fork();
	if (!child) {
		child_limit_time(1, never_end);
		alarm(1); /* the signal that it comes by is the one that ends it */
		burn_seconds(20);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	child_name_death(status, signature);
	assert_string_equal(signature, "FAIL process.hang");
}

/* --- all of them ---------------------------------------------------------------------------- */

static int forget_whim(void **state)
{
	(void)state;
	whim = NULL;
	return 0;
}

static int remove_one(const char *path, const struct stat *s, int flag, struct FTW *at)
{
	(void)s;
	(void)flag;
	(void)at;
	return remove(path);
}

static int make_all(void **state)
{
	(void)state;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	setenv(WATCH_VARIABLE, HANG_SECONDS, 1);
	snprintf(folder, sizeof(folder), "/tmp/vmapdiff-XXXXXX");
	player = shared == MAP_FAILED || !mkdtemp(folder) ? NULL : player_create();
	return !player;
}

static int remove_all(void **state)
{
	(void)state;
	player_destroy(player);
	return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(an_interrupt_loses_no_finding, forget_whim),
		cmocka_unit_test_teardown(a_folder_loses_nothing_but_findings, forget_whim),
		cmocka_unit_test_teardown(what_the_host_ends_is_no_finding, forget_whim),
		cmocka_unit_test_teardown(what_became_of_a_process_is_not_guessed, forget_whim),
		cmocka_unit_test_teardown(a_crash_fails_alone_as_it_did_among_others, forget_whim),
		cmocka_unit_test_teardown(what_is_slow_does_not_hang, forget_whim),
		cmocka_unit_test(what_tells_of_a_hang_ends_itself),
	};
	sigaction(SIGSEGV, NULL, &on_fault);
	return cmocka_run_group_tests(tests, make_all, remove_all);
}
