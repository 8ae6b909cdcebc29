// SPDX-License-Identifier: GPL-2.0-only
#include "regress/tool/kernel_test.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fuzz/adapt.h"
#include "fuzz/apart.h"
#include "fuzz/generate.h"
#include "mapper/machine/assert.h"
#include "regress/tool/child_run.h"
#include "regress/tool/digest.h"
#include "regress/tool/findings.h"
#include "regress/tool/findings_kept.h"
#include "regress/tool/interrupt.h"
#include "regress/tool/minimize.h"
#include "regress/tool/paths.h"

#define BATCH 8192     /* scenarios that one process plays, and between two lines of progress */
#define SHOWN_EVERY 64 /* scenarios between two looks at the clock, on a terminal */
#define MAX_HANGS 20   /* scenarios that hang, after which no others are generated, or read */
#define NO_ITEM UINT64_MAX
#define FILE_SECONDS 20 /* of the processor, that a file's scenario may take */
#define LONG_HANGS 2    /* so many may take CHILD_SECONDS, and the others one second */

/*
 * What the process that plays and the one that waits for it share. Scenarios
 * are items, counted from 0: those that are generated, then the files.
 */
struct board {
	volatile sig_atomic_t interrupted; /* the item that is played is the last */
	uint64_t next;                     /* the item that is played, or is to be */
	struct rng rng;
	struct origin origin;               /* of that item */
	char death[VERDICT_SIGNATURE_SIZE]; /* what the process says before it ends by it */
	struct kernel_played played;
	struct statistics statistics;
	struct findings findings;
};

struct test {
	struct player *player;
	const struct arguments *arguments;
	struct board *board;
	struct path_list files;
	uint64_t generated, items;
	unsigned hangs;
	uint64_t second;  /* the item that is played once more, with more time; NO_ITEM: none */
	bool is_cut;      /* not all scenarios were played */
	bool is_broken;   /* an assertion of this project failed */
	bool host_failed; /* it starts no process, or ended one */
};

static struct scenario scenario;

/* --- one scenario ------------------------------------------------------------------ */

static bool is_generated(const struct test *t, uint64_t item)
{
	return item < t->generated;
}

static const char *path_of(const struct test *t, uint64_t item)
{
	ASSERT_CMP(item, >=, t->generated);
	ASSERT_CMP(item, <, t->items);
	return t->files.path[item - t->generated];
}

/* Makes an item's scenario, and moves the generator on. False after a message. */
static bool make_scenario(const struct test *t, uint64_t item, struct rng *rng, bool again)
{
	if (!is_generated(t, item))
		return again ? load_scenario_again(path_of(t, item), &scenario)
			     : load_scenario(path_of(t, item), &scenario);
	generate(&scenario, (enum profile_id)(item % PROFILES), rng, KERNEL_MAX_PAGES);
	mapper_fit_policy(&scenario);
	adapt(t->player, &scenario);
	return true;
}

static void add_finding(struct board *b, const char *signature)
{
	findings_add(&b->findings, signature, scenario_size(&scenario), &b->origin);
}

/* The tally of the scenario's machine; of a scenario that cannot be made again, the last. */
static struct kernel_tally *tally_of(struct kernel_played *played)
{
	unsigned number = linux_machine_number(&scenario.machine);
	return &played->tally[number < LINUX_MACHINES ? number : LINUX_MACHINES - 1];
}

/* A process in which a call was ended in the middle is done with: what the call held is not known. */
static void end_where_hung(const struct verdict *verdict)
{
	char signature[VERDICT_SIGNATURE_SIZE];
	if (verdict->rule != RULE_PROCESS_HANG && verdict->rule != RULE_PROCESS_STACK_OVERFLOW)
		return;
	if (verdict->rule == scenario.expect.rule)
		return;
	verdict_signature(verdict, signature);
	child_leave(signature);
}

static void play_generated(const struct test *t, struct board *b)
{
	struct verdict verdict;
	char signature[VERDICT_SIGNATURE_SIZE];
	uint64_t before = player_statistics(t->player)->calls;
	bool holds = player_play(t->player, &scenario, &verdict);
	end_where_hung(&verdict);
	struct kernel_tally *tally = tally_of(&b->played);
	digest_player(&b->played.digest, t->player, &verdict);
	tally->scenarios++;
	tally->calls += player_statistics(t->player)->calls - before;
	if (holds) {
		b->played.as_expected++;
		return;
	}
	b->played.not_expected++;
	verdict_signature(&verdict, signature);
	add_finding(b, signature);
}

/* The signature of a scenario that was expected to fail, and holds. */
static void holds_signature(char *signature)
{
	const struct rule_text *rule = rule_text(scenario.expect.rule);
	snprintf(signature, VERDICT_SIGNATURE_SIZE, FINDING_HOLDS " expected=%s.%s", rule->property,
		 rule->name);
}

static void play_file(const struct test *t, struct board *b)
{
	struct verdict verdict;
	char signature[VERDICT_SIGNATURE_SIZE];
	player_play_all(t->player, &scenario, &verdict);
	end_where_hung(&verdict);
	if (!was_set_up(t->player, path_of(t, b->next))) {
		b->played.unusable++;
		return;
	}
	if (verdict.rule == scenario.expect.rule) {
		b->played.as_expected++;
		return;
	}
	b->played.not_expected++;
	if (verdict.rule == RULE_NONE)
		holds_signature(signature);
	else
		verdict_signature(&verdict, signature);
	add_finding(b, signature);
}

/* --- the process that plays ---------------------------------------------------------- */

/* On a terminal, a line that changes in place. */
static void show_progress(const struct test *t)
{
	static struct timespec shown;
	struct timespec now;
	if (t->board->next % SHOWN_EVERY || !isatty(STDERR_FILENO))
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec == shown.tv_sec && now.tv_nsec - shown.tv_nsec < 200000000)
		return;
	shown = now;
	fprintf(stderr, "\rkernel: %" PRIu64 " of %" PRIu64 " scenarios, %u findings ",
		t->board->next, t->items, t->board->findings.count);
}

/* Once some have hung, there is less time, which a scenario on a slow host may well need. */
static bool has_little_time(const struct test *t)
{
	return t->hangs >= LONG_HANGS && t->board->next != t->second;
}

/* A checked-in scenario may be a large one, and the processor one that is emulated. */
static unsigned seconds_for(const struct test *t)
{
	if (has_little_time(t))
		return 1;
	return is_generated(t, t->board->next) ? CHILD_SECONDS : FILE_SECONDS;
}

static void play_item(const struct test *t)
{
	struct board *b = t->board;
	b->origin = (struct origin){ b->next, b->rng };
	child_limit_scenario(seconds_for(t));
	if (!make_scenario(t, b->next, &b->rng, false))
		b->played.unusable++;
	else if (is_generated(t, b->next))
		play_generated(t, b);
	else
		play_file(t, b);
	b->statistics = *player_statistics(t->player);
	b->next++;
	show_progress(t);
}

static void __attribute__((noreturn)) be_child(const struct test *t, uint64_t end)
{
	child_begin_for(t->player, t->board->death);
	while (t->board->next < end && !t->board->interrupted)
		play_item(t);
	fflush(NULL);
	child_end(EXIT_AS_EXPECTED);
}

/* --- the process that waits for it ----------------------------------------------------- */

/* Plays items before `end`; false, after a message, if the host starts no process, or ends it. */
static bool play_in_child(const struct test *t, uint64_t end, int *status)
{
	fflush(NULL);
	t->board->death[0] = '\0';
	pid_t child = fork();
	if (child < 0) {
		fprintf(stderr, "vmapdiff kernel: cannot start a process: %s\n", strerror(errno));
		return false;
	}
	if (!child)
		be_child(t, end);
	return apart_wait(child, status) && !apart_was_ended(*status);
}

/* Whether the item is to be played once more with all the time, before it is kept as one that hangs. */
static bool may_be_slow(const struct test *t)
{
	const struct board *b = t->board;
	return has_little_time(t) && strstr(b->death, CHILD_TIMEOUT) &&
	       findings_would_keep(&b->findings, b->death, scenario_size(&scenario));
}

/* Adds what the child died of to the findings, and goes on after that item. False after a message. */
static bool note_death(struct test *t, int status)
{
	struct board *b = t->board;
	struct rng rng = b->origin.rng;
	if (b->origin.item != b->next) {
		fprintf(stderr,
			"vmapdiff kernel: the process that plays ended between two scenarios\n");
		return false;
	}
	if (!b->death[0])
		child_name_death(status, b->death);
	if (!make_scenario(t, b->next, &rng, true))
		scenario.ops = scenario.runs = 0;
	if (may_be_slow(t)) {
		t->second = b->next;
		b->rng = b->origin.rng;
		return true;
	}
	t->hangs += strstr(b->death, CHILD_TIMEOUT) != NULL;
	t->is_broken |= WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
	b->rng = rng;
	digest_word(&b->played.digest, b->next);
	tally_of(&b->played)->scenarios++;
	b->played.not_expected++;
	add_finding(b, b->death);
	b->next++;
	return true;
}

static bool is_stopped(const struct test *t)
{
	return t->board->interrupted || t->host_failed || t->hangs >= MAX_HANGS;
}

/* Plays items up to `end`, whatever becomes of them, as long as the host goes along. */
static void play_until(struct test *t, uint64_t end)
{
	struct board *b = t->board;
	while (b->next < end && !is_stopped(t)) {
		uint64_t batch = b->next + BATCH - b->next % BATCH;
		int status = 0;
		if (batch > end)
			batch = end;
		t->host_failed =
			!play_in_child(t, batch, &status) || (status && !note_death(t, status));
		/* The next child counts on from what this one counted. */
		t->player->statistics[mapper_list()->under_test] = b->statistics;
		if (b->next == batch && !isatty(STDERR_FILENO) && is_generated(t, batch - 1))
			fprintf(stderr, "kernel: %" PRIu64 " of %" PRIu64 " scenarios\n", batch,
				t->generated);
	}
}

/* --- files --------------------------------------------------------------------------- */

/* Readies the folder for findings. False after a message: what is to be played stays. */
static bool clear_folder(const struct test *t)
{
	const char *folder = t->arguments->output;
	for (uint64_t item = t->generated; folder && item < t->items; item++)
		if (findings_folder_holds(folder, path_of(t, item))) {
			fprintf(stderr,
				"%s: is to be played, and stands in the folder for findings, "
				"which is cleared first; name another folder with -o\n",
				path_of(t, item));
			return false;
		}
	return !folder || findings_clear(folder);
}

static void print_files(const struct test *t)
{
	const struct kernel_played *played = &t->board->played;
	if (t->items == t->generated)
		return;
	statistics_print("checked in", player_statistics(t->player), stdout);
	statistics_print_calls(player_statistics(t->player), stdout);
	printf("%u scenarios: %u as expected, %u not, %u unusable\n",
	       played->as_expected + played->not_expected + played->unusable, played->as_expected,
	       played->not_expected, played->unusable);
}

/* --- findings ------------------------------------------------------------------------- */

static bool remake(const struct origin *origin, struct scenario *s, void *context)
{
	struct rng rng = origin->rng;
	if (!make_scenario(context, origin->item, &rng, true))
		return false;
	scenario_copy(s, &scenario);
	return true;
}

static void print_origin(const struct origin *origin, FILE *to, void *context)
{
	const struct test *t = context;
	if (is_generated(t, origin->item))
		fprintf(to, "scenario %" PRIu64 " of seed %" PRIu64, origin->item,
			t->arguments->seed);
	else
		fprintf(to, "%s", path_of(t, origin->item));
}

static const char *file_of(const struct origin *origin, void *context)
{
	return is_generated(context, origin->item) ? NULL : path_of(context, origin->item);
}

static int tell_findings(struct test *t)
{
	const struct findings_source source = { remake, print_origin, file_of, t };
	struct findings *findings = &t->board->findings;
	if (!findings->count) {
		int known = __builtin_popcountll(t->player->tree_waivers);
		printf("no finding%s", t->is_cut ? " in what was played" : "");
		if (known)
			printf(" besides %d known bug%s, named above", known,
			       known == 1 ? "" : "s");
		printf(". next: %s fuzz\n", again());
		return EXIT_AS_EXPECTED;
	}
	return findings_keep(findings, &source, t->player, t->arguments->output) ? EXIT_RULE_BROKEN
										 : EXIT_UNUSABLE;
}

static const char *why_stopped(const struct test *t)
{
	if (t->host_failed)
		return "the process that plays them failed, as standard error says";
	return t->board->interrupted ? "interrupted"
				     : "too many of them hang; the others were not played";
}

/* Says that scenarios from `first` on were not all played. */
static void print_stopped(struct test *t, uint64_t first, uint64_t end)
{
	if (t->board->next == end)
		return;
	t->is_cut = true;
	printf("STOPPED after %" PRIu64 " of %" PRIu64 " scenarios: %s\n", t->board->next - first,
	       end - first, why_stopped(t));
}

/* --- all of it -------------------------------------------------------------------------- */

static int play_all(struct test *t,
		    void (*print_generated)(const struct kernel_played *, const struct player *))
{
	struct board *b = t->board;
	struct statistics *statistics = &t->player->statistics[mapper_list()->under_test];
	unsigned unusable = path_list_fill(&t->files, t->arguments, 1, "kernel");
	t->items += t->files.count;
	if (!clear_folder(t))
		return EXIT_UNUSABLE;
	b->rng.state = t->arguments->seed;
	play_until(t, t->generated);
	print_stopped(t, 0, t->generated);
	print_generated(&b->played, t->player);
	fflush(stdout);
	b->played = (struct kernel_played){ .unusable = unusable };
	b->statistics = *statistics = (struct statistics){ 0 };
	t->hangs = 0;
	b->next = t->generated;
	play_until(t, t->items);
	print_stopped(t, t->generated, t->items);
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r%60s\r", "");
	print_files(t);
	int code = tell_findings(t);
	if (b->played.unusable || t->is_broken || t->host_failed ||
	    (t->is_cut && code == EXIT_AS_EXPECTED))
		return EXIT_UNUSABLE;
	return code;
}

int kernel_test(struct player *player, const struct arguments *a,
		void (*print_generated)(const struct kernel_played *, const struct player *))
{
	struct board *board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (board == MAP_FAILED) {
		perror("vmapdiff kernel: no memory to share with the process that plays");
		return EXIT_UNUSABLE;
	}
	struct test t = { .player = player,
			  .arguments = a,
			  .board = board,
			  .second = NO_ITEM,
			  .generated = a->executions,
			  .items = a->executions };
	interrupt_catch(&board->interrupted);
	int code = play_all(&t, print_generated);
	interrupt_release();
	path_list_free(&t.files);
	munmap(board, sizeof(*board));
	return code;
}
