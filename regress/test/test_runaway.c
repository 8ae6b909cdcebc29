// SPDX-License-Identifier: GPL-2.0-only
/*
 * A mapper that loops or recurses is a finding like any other, in every command
 * that plays: a model with a whim stands in for it. Each command runs in a
 * process of its own, whose words, exit code and time are looked at.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/harness.h"
#include "fuzz/scenario_bytes.h"
#include "fuzz/watch.h"
#include "mapper/test/cmocka_all.h"
#include "regress/tool/kernel_test.h"
#include "regress/tool/vmapdiff.h"

#define RUN_SECONDS 120 /* that a command may take, of the clock */
#define TEXT_SIZE (1 << 18)
#define HANG_SECONDS "0.2"

/* --- whims -------------------------------------------------------------------------------- */

static void loop_over_loads(struct machine *m)
{
	while (!(machine_load(m, MACHINE_ROOT, 0) & 1) || m)
		;
}

static void loop_over_stores(struct machine *m)
{
	for (;;)
		machine_store(m, MACHINE_ROOT, 0, 1, 0, 0);
}

static void loop_without_access(struct machine *m)
{
	for (volatile bool is_there = m; is_there;)
		;
}

static void loop_over_allocations(struct machine *m)
{
	while (machine_alloc_table(m) != MACHINE_ROOT)
		;
}

static volatile bool for_ever = true;

/* The volatile frame keeps a compiler from making a loop of it. */
static int recurse(struct machine *m, bool loads)
{
	volatile char frame[128] = { 0 };
	if (loads)
		frame[0] = (char)machine_load(m, MACHINE_ROOT, 0);
	return for_ever ? recurse(m, loads) + frame[0] : 0;
}

static void recurse_with_loads(struct machine *m)
{
	recurse(m, true);
}

static void recurse_without_access(struct machine *m)
{
	recurse(m, false);
}

static const struct whim {
	const char *name, *rule;
	void (*have)(struct machine *m);
} whims[] = {
	{ "loop over loads", "tables.runaway", loop_over_loads },
	{ "loop over stores", "tables.runaway", loop_over_stores },
	{ "loop without access", "process.hang", loop_without_access },
	{ "recursion with loads", "tables.runaway", recurse_with_loads },
	{ "recursion without access", "process.stack_overflow", recurse_without_access },
	{ "loop that allocates", "tables.runaway", loop_over_allocations },
};
#define WHIMS (sizeof(whims) / sizeof(whims[0]))

static const struct whim *in_call, *in_lookup; /* NULL: none */

static int make(struct address_space *space, const struct call *call, struct outcome *out)
{
	if (in_call)
		in_call->have(space->machine);
	return batched_mapper.call[call->kind](space, call, out);
}

static uint64_t look_up(struct address_space *space, uint64_t va)
{
	if (in_lookup)
		in_lookup->have(space->machine);
	return batched_mapper.lookup(space, va);
}

const struct mapper mapper_under_test = {
	.name = "whim",
	.kind = MAPPER_SERIES,
	.call = { [CALL_VMAP] = make },
	.lookup = look_up,
};

/* --- a run -------------------------------------------------------------------------------- */

static const char scenario_text[] = "vmapdiff 2\nmachine granule=4k va=48 pa=48 bbm=0\n"
				    "vmap va=0xffff800080000000 pages=0x10+3\n";
static char folder[64], path[96], kept[96], text[TEXT_SIZE];
static struct sigaction on_fault; /* as it is before cmocka takes SIGSEGV from a sanitizer */

static int run_target(int argc, char **argv)
{
	static struct scenario s;
	static uint8_t bytes[4096];
	(void)argc;
	if (!load_scenario(argv[0], &s))
		return EXIT_UNUSABLE;
	harness_run(bytes, scenario_encode(&s, bytes, sizeof(bytes)));
	return EXIT_AS_EXPECTED;
}

static void print_nothing(const struct kernel_played *played, const struct player *p)
{
	(void)played;
	(void)p;
}

static int run_kernel_test(int argc, char **argv)
{
	char *file[] = { (char *)"test", argv[0] };
	const struct arguments a = { .seed = 1, .file = file, .files = 2 };
	(void)argc;
	return kernel_test(need_player(), &a, print_nothing);
}

static void be_command(int (*command)(int, char **), char **argv)
{
	int argc = 0, to = open(kept, O_CREAT | O_TRUNC | O_WRONLY, 0600);
	dup2(to, STDOUT_FILENO);
	dup2(to, STDERR_FILENO);
	sigaction(SIGSEGV, &on_fault, NULL);
	signal(SIGABRT, SIG_DFL);
	alarm(RUN_SECONDS);
	while (argv[argc])
		argc++;
	int code = command(argc, argv);
	fflush(NULL);
	_exit(code);
}

/* Runs a command on the scenario; its wait status. Its words are in `text`. */
static int run(int (*command)(int, char **), const char *option, const char *value)
{
	char *argv[] = { path, (char *)option, (char *)value, NULL };
	int status;
	fflush(NULL);
	pid_t child = fork();
	assert_true(child >= 0);
	if (!child)
		be_command(command, argv);
	assert_int_equal(waitpid(child, &status, 0), child);
	FILE *from = fopen(kept, "r");
	assert_non_null(from);
	text[fread(text, 1, sizeof(text) - 1, from)] = '\0';
	fclose(from);
	return status;
}

static void ends_with(const struct whim *whim, const char *what, int status, int code)
{
	char signature[128];
	snprintf(signature, sizeof(signature),
		 "FAIL %s mapper=whim op=0:vmap granule=4k level=none", whim->rule);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != code || !strstr(text, signature))
		fail_msg("%s, %s: wait status 0x%x, where exit code %d and '%s' were expected, "
			 "after:\n%s",
			 whim->name, what, (unsigned)status, code, signature, text);
}

/* --- tests -------------------------------------------------------------------------------- */

static void every_command_tells_of_it(const struct whim *whim)
{
	ends_with(whim, "replay", run(command_replay, NULL, NULL), EXIT_RULE_BROKEN);
	if (!strstr(text, "last event: "))
		fail_msg("%s: the last event is not told:\n%s", whim->name, text);
	ends_with(whim, "show", run(command_show, NULL, NULL), EXIT_RULE_BROKEN);
	ends_with(whim, "minimize", run(command_minimize, "--trials", "3"), EXIT_AS_EXPECTED);
	ends_with(whim, "triage", run(command_triage, "--trials", "3"), EXIT_RULE_BROKEN);
	ends_with(whim, "test", run(run_kernel_test, NULL, NULL), EXIT_RULE_BROKEN);
}

static void a_call_that_does_not_end_is_a_finding(void **state)
{
	(void)state;
	for (size_t i = 0; i < WHIMS; i++) {
		in_call = &whims[i];
		every_command_tells_of_it(in_call);
	}
}

static void a_lookup_that_does_not_end_is_a_finding(void **state)
{
	(void)state;
	for (size_t i = 0; i < WHIMS; i++) {
		in_lookup = &whims[i];
		ends_with(in_lookup, "replay", run(command_replay, NULL, NULL), EXIT_RULE_BROKEN);
		ends_with(in_lookup, "show", run(command_show, NULL, NULL), EXIT_RULE_BROKEN);
	}
}

static void an_export_ends(void **state)
{
	(void)state;
	for (size_t i = 0; i < WHIMS; i++) {
		in_call = &whims[i];
		int status = run(command_export, NULL, NULL);
		if (!WIFEXITED(status) || !strstr(text, whims[i].rule))
			fail_msg("%s: wait status 0x%x after:\n%s", whims[i].name, (unsigned)status,
				 text);
	}
}

/* As an engine sees it: abort(), after the finding. */
static void a_target_ends(void **state)
{
	(void)state;
	for (size_t i = 0; i < WHIMS; i++) {
		in_call = &whims[i];
		int status = run(run_target, NULL, NULL);
		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT ||
		    !strstr(text, whims[i].rule))
			fail_msg("%s: wait status 0x%x after:\n%s", whims[i].name, (unsigned)status,
				 text);
	}
}

/* What does not end is ended within seconds, and the next scenario is played. */
static void other_scenarios_are_played_all_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < WHIMS; i++) {
		in_call = &whims[i];
		ends_with(in_call, "replay twice", run(command_replay, folder, NULL),
			  EXIT_RULE_BROKEN);
		if (!strstr(text, "2 scenarios: 0 as expected, 2 not, 0 unusable"))
			fail_msg("%s: not both were played:\n%s", whims[i].name, text);
	}
}

/* --- all of them -------------------------------------------------------------------------- */

static int forget_whim(void **state)
{
	(void)state;
	in_call = in_lookup = NULL;
	return 0;
}

static int make_all(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/vmapdiff-XXXXXX");
	if (!mkdtemp(folder))
		return 1;
	snprintf(path, sizeof(path), "%s/a.scenario", folder);
	snprintf(kept, sizeof(kept), "/tmp/vmapdiff-words-%d", (int)getpid());
	FILE *to = fopen(path, "w");
	setenv(WATCH_VARIABLE, HANG_SECONDS, 1);
	return !to || fputs(scenario_text, to) < 0 || fclose(to);
}

static int remove_all(void **state)
{
	(void)state;
	return unlink(path) || unlink(kept) || rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_call_that_does_not_end_is_a_finding, forget_whim),
		cmocka_unit_test_teardown(a_lookup_that_does_not_end_is_a_finding, forget_whim),
		cmocka_unit_test_teardown(an_export_ends, forget_whim),
		cmocka_unit_test_teardown(a_target_ends, forget_whim),
		cmocka_unit_test_teardown(other_scenarios_are_played_all_the_same, forget_whim),
	};
	sigaction(SIGSEGV, NULL, &on_fault);
	return cmocka_run_group_tests(tests, make_all, remove_all);
}
