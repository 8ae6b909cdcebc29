// SPDX-License-Identifier: GPL-2.0-only
#include "regress/tool/findings_kept.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz/scenario_text.h"
#include "regress/tool/colour.h"
#include "regress/tool/interrupt.h"
#include "regress/tool/minimize.h"
#include "regress/tool/sanitizer_text.h"
#include "regress/tool/vmapdiff.h"

#define MAX_TRIALS 400         /* to minimize one finding */
#define MAX_TRIALS_IN_ALL 4000 /* to minimize all */
#define MAX_HANGING_TRIALS 12  /* of a scenario that hangs, which takes its whole time each time */
#define EXTENSION ".scenario"
#define MAX_PATH 4096
#define KEPT_START "# FAIL " /* of what write_scenario() writes */

struct keeping {
	const struct findings_source *source;
	struct player *player;
	const char *folder;   /* NULL: nothing is written */
	unsigned trials;      /* that are left */
	unsigned unminimized; /* findings that are left as they were found */
	bool is_stopped;      /* this host starts no process, or writes no file */
};

static struct scenario scenario;

/* --- the folder --------------------------------------------------------------------- */

static bool is_scenario(const char *name)
{
	size_t length = strlen(name), extension = strlen(EXTENSION);
	return length > extension && !strcmp(name + length - extension, EXTENSION);
}

/* Whether write_scenario() wrote a file: a signature stands on top, or nothing, where it was ended. */
static bool is_kept(const char *path)
{
	char line[sizeof(KEPT_START)] = "";
	FILE *from = fopen(path, "r");
	bool good =
		from && (!fgets(line, sizeof(line), from) ? feof(from) : !strcmp(line, KEPT_START));
	if (from)
		fclose(from);
	return good;
}

static bool refuse_other(const char *path)
{
	if (is_kept(path))
		return true;
	fprintf(stderr,
		"%s: no finding of an earlier run: it does not begin with '%s', so nothing is "
		"removed; name a folder of its own with -o\n",
		path, KEPT_START);
	return false;
}

static bool remove_kept(const char *path)
{
	return !unlink(path) || cannot("remove a scenario of an earlier run", path);
}

/* Calls `each` for the scenarios of a folder until one is false, and whether none was. */
static bool for_each_scenario(const char *folder, bool (*each)(const char *path))
{
	char path[MAX_PATH];
	DIR *directory = opendir(folder);
	if (!directory)
		return cannot("read the directory", folder);
	bool good = true;
	for (struct dirent *entry; good && (entry = readdir(directory));) {
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		good = !is_scenario(entry->d_name) || each(path);
	}
	closedir(directory);
	return good;
}

bool findings_clear(const char *folder)
{
	if (mkdir(folder, 0777) && errno != EEXIST)
		return cannot("make the directory", folder);
	return for_each_scenario(folder, refuse_other) && for_each_scenario(folder, remove_kept);
}

bool findings_folder_holds(const char *folder, const char *path)
{
	char real_folder[PATH_MAX], real_path[PATH_MAX];
	if (!realpath(folder, real_folder) || !realpath(path, real_path))
		return false;
	*strrchr(real_path, '/') = '\0';
	return !strcmp(real_path, real_folder);
}

/* --- one finding -------------------------------------------------------------------- */

/* Whether it is of a scenario that was expected to fail, and holds. */
static bool is_holding(const struct finding *f)
{
	return !strncmp(f->signature, FINDING_HOLDS, strlen(FINDING_HOLDS));
}

/* The path of a finding: a file of the folder, or, of one that holds, the file that it is. */
static void path_of(const struct keeping *k, const struct finding *f, char path[MAX_PATH])
{
	char name[FINDING_NAME_SIZE];
	const char *file = k->source->file(&f->smallest, k->source->context);
	finding_name(f->signature, mapper_tested()->name, name);
	if (is_holding(f) && file)
		snprintf(path, MAX_PATH, "%s", file);
	else if (k->folder)
		snprintf(path, MAX_PATH, "%s/%s" EXTENSION, k->folder, name);
	else
		path[0] = '\0';
}

static void print_where(const struct keeping *k, const struct finding *f)
{
	printf("  scenarios %" PRIu64 "; the smallest is ", f->scenarios);
	k->source->print(&f->smallest, stdout, k->source->context);
	printf("\n");
}

/* What fails in the scenario, by playing it once more. False after a message. */
static bool print_failure(struct keeping *k)
{
	char *text = NULL;
	size_t size;
	struct child_run run;
	const char *tree = mapper_tested()->tree;
	FILE *memory = open_memstream(&text, &size);
	child_run_limit(1); /* what hangs does so each time */
	bool good = memory && child_run_tell(k->player, &scenario, &run, memory);
	child_run_limit(CHILD_SECONDS);
	if (memory)
		fclose(memory);
	bool is_verdict = good && strstr(text, "\n  rule ");
	if (good && !is_verdict &&
	    (!strncmp(run.signature, "FAIL sanitizer.", 15) ||
	     !strncmp(run.signature, "FAIL process.", 13)))
		sanitizer_text_print(text, tree ? tree : "", stdout);
	else if (good && run.signature[0])
		fputs(text + strcspn(text, "\n") + 1, stdout);
	free(text);
	return good;
}

static void print_scenario(void)
{
	char *text = scenario_to_text(&scenario);
	for (const char *at = text, *end; *at; at = end + 1) {
		end = strchr(at, '\n');
		printf("    | %.*s\n", (int)(end - at), at);
	}
	free(text);
}

/* What became of minimizing a finding's scenario. */
enum ending { REMADE_NOT, MINIMIZED, NOT_ALONE, NO_TRIALS, HOST_FAILED };

/* Minimizes the scenario as far as the trials go, and names the finding by what is left. */
static enum ending minimize(struct keeping *k, struct finding *f, struct minimized *result)
{
	bool hangs = strstr(f->signature, CHILD_TIMEOUT);
	unsigned bound = hangs ? MAX_HANGING_TRIALS : MAX_TRIALS;
	if (!k->source->remake(&f->smallest, &scenario, k->source->context) || !scenario.ops)
		return REMADE_NOT;
	scenario.expect = (struct expectation){ 0 };
	if (bound > k->trials)
		bound = k->trials;
	if (!bound)
		return NO_TRIALS;
	if (!minimize_scenario(k->player, &scenario, bound, result))
		return HOST_FAILED;
	k->trials -= result->trials;
	if (!verdict_same_kind(result->run.signature, f->signature))
		return NOT_ALONE;
	snprintf(f->signature, sizeof(f->signature), "%s", result->run.signature);
	return MINIMIZED;
}

static void print_ending(enum ending ending, const struct minimized *result)
{
	if (ending == MINIMIZED)
		printf("  minimized %u ops, %u runs, %" PRIu64 " pages, by %u trials%s\n",
		       scenario.ops, scenario.runs, scenario_pages(&scenario), result->trials,
		       result->is_bounded ? MINIMIZED_BOUNDED
		       : is_interrupted() ? ", and interrupted: it may be larger than needed"
					  : "");
	if (ending == NO_TRIALS)
		printf("  minimized not: the trials of this run are used up; 'minimize' does it\n");
	if (ending == NOT_ALONE)
		printf("  alone     it %s: this failure needs what was played before it\n",
		       result->run.signature[0] ? "fails in another way" : "holds");
	if (ending == REMADE_NOT)
		printf("  kept      nothing: the scenario cannot be made again\n");
}

/* Writes the scenario as it was found. False after a message. */
static bool keep_as_found(struct keeping *k, const struct finding *f, const char *path)
{
	if (!*path || is_holding(f) ||
	    !k->source->remake(&f->smallest, &scenario, k->source->context) || !scenario.ops)
		return true;
	scenario.expect = (struct expectation){ 0 };
	return write_scenario(&scenario, f->signature, path);
}

static bool keep_scenario(struct keeping *k, struct finding *f, const char *path)
{
	struct minimized result = { 0 };
	enum ending ending = minimize(k, f, &result);
	if (ending == HOST_FAILED) {
		k->unminimized++;
		keep_as_found(k, f, path);
		return false;
	}
	colour_print(f->signature, stdout);
	printf("\n");
	print_where(k, f);
	print_ending(ending, &result);
	if (ending == REMADE_NOT)
		return true;
	if (!print_failure(k))
		return false;
	print_scenario();
	return !*path || write_scenario(&scenario, f->signature, path);
}

static bool keep_finding(struct keeping *k, struct finding *f)
{
	char path[MAX_PATH];
	bool good = true;
	path_of(k, f, path);
	if (is_interrupted() || k->is_stopped) {
		k->unminimized++;
		return keep_as_found(k, f, path);
	}
	printf("\n");
	if (is_holding(f)) {
		printf("%s\n", f->signature);
		print_where(k, f);
	} else {
		good = keep_scenario(k, f, path);
	}
	fflush(stdout);
	return good;
}

/* --- all of them ---------------------------------------------------------------------- */

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static void print_row(const struct keeping *k, const struct finding *f)
{
	char path[MAX_PATH];
	path_of(k, f, path);
	printf("%9" PRIu64 "  %s\n", f->scenarios, f->signature);
	if (*path)
		printf("%9s  %s\n", "", is_holding(f) ? path : name_of(path));
}

static void print_table(const struct keeping *k, const struct findings *findings)
{
	printf("\n%9s  %s\n", "scenarios", "signature, and the file that is kept");
	for (unsigned i = 0; i < findings->count; i++)
		print_row(k, &findings->finding[i]);
	if (findings->ungrouped)
		printf("%9" PRIu64 "  of other signatures, of which none is kept\n",
		       findings->ungrouped);
	printf("%" PRIu64 " scenario%s, %u signature%s%s%s\n", findings->failing,
	       findings->failing > 1 ? "s fail" : " fails", findings->count,
	       findings->count > 1 ? "s" : "", k->folder ? "; kept in " : "",
	       k->folder ? k->folder : "");
	if (k->unminimized)
		printf("stopped: %u of %u findings are as they were found; 'minimize' makes "
		       "them small\n",
		       k->unminimized, findings->count);
}

bool findings_keep(struct findings *findings, const struct findings_source *source,
		   struct player *player, const char *folder)
{
	char path[MAX_PATH];
	struct keeping k = { source, player, folder, MAX_TRIALS_IN_ALL, 0, false };
	bool good = true;
	for (unsigned i = 0; i < findings->count; i++) {
		if (isatty(STDERR_FILENO))
			fprintf(stderr, "\rkernel: minimizing %u of %u findings ", i + 1,
				findings->count);
		good &= keep_finding(&k, &findings->finding[i]);
		k.is_stopped |= !good;
	}
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r%60s\r", "");
	print_table(&k, findings);
	path_of(&k, &findings->finding[0], path);
	printf("next: ");
	if (*path)
		print_next(stdout, "show", path);
	else
		printf("the same with -o DIR, then %s show FILE\n", again());
	return good;
}
