// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/mmu/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mapper/machine/assert.h"

#define TIME_LIMIT 60 /* seconds that one probe may take */

/* Where a sanitizer is linked in. */
__attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)(void));

/* A page that any MMU translates: whoever cannot, cannot be asked at all. */
static const struct mmu_probe ordinary_page = {
	.config = { .page_shift = 12, .va_bits = 39, .pa_bits = 48 },
	.level = ARM64_LAST_LEVEL,
	.desc = UINT64_C(0x12345000) | ARM64_AF | UINT64_C(3) << 8 | ARM64_AP1 | ARM64_TYPE |
		ARM64_VALID,
	.manual = { .pa = 0x12345000, .memory = 0xff, .shareability = ARM64_SH_INNER },
};

uint64_t mmu_probe_fill(struct machine *m, const struct mmu_probe *probe)
{
	machine_reset(m, &probe->config);
	struct arm64_geometry g = arm64_geometry(&probe->config);
	table_t table = MACHINE_ROOT;
	for (int level = g.start_level; level < probe->level; level++) {
		table_t child = machine_alloc_table(m);
		uint64_t pa = machine_table_pfn(m, child) << g.granule;
		machine_store(m, table, 0, 1, arm64_address_bits(&g, pa) | ARM64_TYPE | ARM64_VALID,
			      0);
		table = child;
	}
	machine_store(m, table, 0, 1, probe->desc, 0);
	return arm64_va_base(&g) + probe->offset;
}

/* --- a process of its own --------------------------------------------------------------- */

static const int crashes[] = { SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP };
#define CRASHES (sizeof(crashes) / sizeof(crashes[0]))

/*
 * A crash ends this process by its signal, without a sanitizer or an engine
 * that explains it, and without a core file; nor does QEMU's leave one.
 */
static void die_plainly(void)
{
	const struct rlimit none = { 0, 0 };
	setrlimit(RLIMIT_CORE, &none);
	for (size_t i = 0; i < CRASHES; i++)
		signal(crashes[i], SIG_DFL);
	signal(SIGALRM, SIG_DFL);
	if (__sanitizer_set_death_callback)
		__sanitizer_set_death_callback(NULL);
	alarm(TIME_LIMIT);
}

static void be_quiet(void)
{
	int null = open("/dev/null", O_WRONLY);
	if (null < 0)
		return;
	dup2(null, STDERR_FILENO);
	dup2(null, STDOUT_FILENO);
}

static enum emulator_reply ask_another(const struct emulator *emulator, const struct machine *m,
				       uint64_t va, uint64_t (*par)[MMU_ACCESSES])
{
	struct emulator *another = emulator->open_another(emulator);
	if (!another)
		return EMULATOR_SILENT;
	enum emulator_reply reply = another->ask(another, m, &va, 1, par);
	another->close(another);
	return reply;
}

/* The exit status of the process that asked. */
static enum emulator_reply reply_of(int status)
{
	for (size_t i = 0; WIFSIGNALED(status) && i < CRASHES; i++)
		if (WTERMSIG(status) == crashes[i])
			return EMULATOR_DIED;
	if (WIFEXITED(status) && WEXITSTATUS(status) == EMULATOR_ANSWERED)
		return EMULATOR_ANSWERED;
	if (WIFEXITED(status) && WEXITSTATUS(status) == EMULATOR_DIED)
		return EMULATOR_DIED;
	return EMULATOR_SILENT;
}

/* Asks about one address in the machine's tables, in a process that may crash. */
static enum emulator_reply ask_apart(const struct emulator *emulator, const struct machine *m,
				     uint64_t va, bool quiet, uint64_t (*par)[MMU_ACCESSES])
{
	int ends[2], status;
	fflush(NULL);
	pid_t child = pipe(ends) ? -1 : fork();
	if (child < 0) {
		perror("emulators: cannot start a process");
		exit(2);
	}
	if (!child) {
		die_plainly();
		if (quiet)
			be_quiet();
		enum emulator_reply reply = ask_another(emulator, m, va, par);
		if (reply == EMULATOR_ANSWERED &&
		    write(ends[1], par, sizeof(*par)) != (ssize_t)sizeof(*par))
			reply = EMULATOR_SILENT;
		_exit((int)reply);
	}
	close(ends[1]);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	enum emulator_reply reply = reply_of(status);
	if (reply == EMULATOR_ANSWERED && read(ends[0], par, sizeof(*par)) != (ssize_t)sizeof(*par))
		reply = EMULATOR_SILENT;
	close(ends[0]);
	return reply;
}

/* --- what it did -------------------------------------------------------------------------- */

/* Whether all four accesses have this answer; else *other is one that they have. */
static bool all_are(const uint64_t par[MMU_ACCESSES], const struct mmu_probe *probe,
		    const struct mmu_answer *answer, struct mmu_answer *other)
{
	for (int access = 0; access < MMU_ACCESSES; access++) {
		struct mmu_answer found = mmu_decode(par[access], probe->config.page_shift);
		if (!mmu_same(&found, answer)) {
			*other = found;
			return false;
		}
	}
	return true;
}

static enum probe_outcome judge_answers(const struct deviation *d, const uint64_t par[MMU_ACCESSES],
					char *found)
{
	struct mmu_answer other;
	if (all_are(par, &d->probe, &d->probe.manual, &other))
		return PROBE_AS_MANUAL;
	mmu_describe(&other, found);
	if (!d->fatal && all_are(par, &d->probe, &d->probe.deviant, &other))
		return PROBE_DEVIATES;
	return PROBE_UNEXPLAINED;
}

static enum probe_outcome judge_reply(const struct deviation *d, enum emulator_reply reply,
				      const uint64_t par[MMU_ACCESSES], char *found)
{
	if (reply == EMULATOR_ANSWERED)
		return judge_answers(d, par, found);
	if (reply == EMULATOR_DIED && d->fatal)
		return PROBE_DEVIATES;
	snprintf(found, MMU_TEXT, "%s", reply == EMULATOR_DIED ? "it crashed" : "no answer");
	return PROBE_UNEXPLAINED;
}

static enum probe_outcome ask_probe(const struct emulator *emulator, struct machine *m,
				    const struct deviation *d, char *found)
{
	uint64_t par[1][MMU_ACCESSES];
	if (!emulator->knows(&d->probe.config))
		return PROBE_NOT_ASKED;
	uint64_t va = mmu_probe_fill(m, &d->probe);
	return judge_reply(d, ask_apart(emulator, m, va, true, par), par[0], found);
}

/* What it writes is shown: the reason, if it cannot be asked. */
static bool translates(const struct emulator *emulator, struct machine *m)
{
	uint64_t par[1][MMU_ACCESSES];
	struct mmu_answer other;
	uint64_t va = mmu_probe_fill(m, &ordinary_page);
	ASSERT(emulator->knows(&ordinary_page.config));
	if (ask_apart(emulator, m, va, false, par) == EMULATOR_ANSWERED &&
	    all_are(par[0], &ordinary_page, &ordinary_page.manual, &other))
		return true;
	fprintf(stderr, "emulators: %s does not translate an ordinary page: it cannot be asked\n",
		emulator->name);
	return false;
}

bool mmu_measure(struct emulator *emulator, struct machine *m, struct mmu_measured *measured)
{
	emulator->deviates = 0;
	*measured = (struct mmu_measured){ 0 };
	if (!translates(emulator, m))
		return false;
	for (int i = 0; i < MMU_DEVIATIONS; i++) {
		measured->outcome[i] =
			ask_probe(emulator, m, &mmu_deviations[i], measured->found[i]);
		if (measured->outcome[i] == PROBE_DEVIATES)
			emulator->deviates |= DEVIATES(i);
	}
	return true;
}

bool mmu_explained(const struct mmu_measured *measured)
{
	for (int i = 0; i < MMU_DEVIATIONS; i++)
		if (measured->outcome[i] == PROBE_UNEXPLAINED)
			return false;
	return true;
}

/* --- in words ------------------------------------------------------------------------------- */

/* The names of those with this outcome, after `before`; or `none`, where that is not NULL. */
static void print_names(FILE *to, const struct mmu_measured *measured, enum probe_outcome outcome,
			const char *before, const char *none)
{
	bool any = false;
	for (int i = 0; i < MMU_DEVIATIONS; i++) {
		if (measured->outcome[i] != outcome)
			continue;
		fprintf(to, "%s%s", any ? ", " : before, mmu_deviations[i].name);
		any = true;
	}
	if (!any && none)
		fprintf(to, "%s%s", before, none);
	if (any || none)
		fputc('\n', to);
}

static void print_unexplained(FILE *to, const struct deviation *d, const char *found)
{
	char manual[MMU_TEXT], deviant[MMU_TEXT] = "a crash";
	mmu_describe(&d->probe.manual, manual);
	if (!d->fatal)
		mmu_describe(&d->probe.deviant, deviant);
	fprintf(to, "  unexplained: %s: %s; the manual (%s): %s; the deviation: %s\n", d->name,
		found, d->source, manual, deviant);
}

void mmu_print_measured(FILE *to, const struct emulator *emulator,
			const struct mmu_measured *measured)
{
	fprintf(to, "%s: deviations: ", emulator->name);
	print_names(to, measured, PROBE_DEVIATES, "", "none");
	print_names(to, measured, PROBE_AS_MANUAL, "  not: ", NULL);
	print_names(to, measured, PROBE_NOT_ASKED,
		    "  not asked, since it has no such machine: ", NULL);
	for (int i = 0; i < MMU_DEVIATIONS; i++)
		if (measured->outcome[i] == PROBE_UNEXPLAINED)
			print_unexplained(to, &mmu_deviations[i], measured->found[i]);
}
