// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/find_waivers.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/scenario_text.h"

#define FOUND 42      /* exit code of the process in which a tree breaks a waiver's rule */
#define TIME_LIMIT 10 /* seconds that the scenario of a waiver may take */

/* Where a sanitizer is linked in. */
__attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)(void));

/* Whether the tree breaks the waiver's rule in its scenario, where what would hide that is waived. */
static bool has_behaviour(struct player *player, const struct waiver *waiver)
{
	static struct scenario s; /* too large for a stack */
	struct text_error error;
	struct verdict verdict;
	if (!scenario_parse(waiver->scenario, strlen(waiver->scenario), &s, &error)) {
		fprintf(stderr, "vmapdiff: the scenario of %s: %u:%u: %s\n", waiver->name,
			error.line, error.column, error.message);
		_exit(2);
	}
	mapper_fit_policy(&s);
	if (!mapper_has_machine(mapper_tested(), &s.machine))
		return false;
	player->tree_waivers &= waiver->after;
	player_prepare(player, &s);
	player_run(player, &s, mapper_list()->under_test, s.ops, &verdict);
	return verdict.rule == waiver->rule[0];
}

/* Lets this process die without a word, and without an engine that keeps what it died of. */
static void die_quietly(void)
{
	static const int signals[] = { SIGABRT, SIGALRM, SIGBUS, SIGFPE, SIGILL, SIGSEGV };
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], SIG_DFL);
	if (__sanitizer_set_death_callback)
		__sanitizer_set_death_callback(NULL);
	dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
	alarm(TIME_LIMIT);
}

/*
 * The same in a process of its own: a tree that is under test may crash, and
 * then the crash is for the scenario that is to be played, not for this one.
 */
static bool has_behaviour_apart(struct player *player, const struct waiver *waiver)
{
	int status;
	fflush(NULL);
	pid_t child = fork();
	if (child < 0) {
		perror("vmapdiff: cannot start a process");
		exit(2);
	}
	if (!child) {
		die_quietly();
		_exit(has_behaviour(player, waiver) ? FOUND : 0);
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	bool ended = WIFEXITED(status) && !WEXITSTATUS(status);
	bool found = WIFEXITED(status) && WEXITSTATUS(status) == FOUND;
	return found || (waiver->crashes && !ended);
}

/* Searches the tree for waiver `id`, and before that for those that would hide it. */
static void find_waiver(struct player *player, enum waiver_id id, uint32_t *searched)
{
	if (*searched & WAIVER(id))
		return;
	*searched |= WAIVER(id);
	for (int before = 0; before < WAIVERS; before++)
		if (waiver_list[id].after & WAIVER(before))
			find_waiver(player, (enum waiver_id)before, searched);
	if (has_behaviour_apart(player, &waiver_list[id]))
		player->tree_waivers |= WAIVER(id);
}

void find_waivers(struct player *player)
{
	uint32_t searched = 0;
	if (!mapper_tested()->tree)
		return;
	for (int id = 0; id < WAIVERS; id++)
		find_waiver(player, (enum waiver_id)id, &searched);
}
