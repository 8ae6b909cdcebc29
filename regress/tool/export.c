// SPDX-License-Identifier: GPL-2.0-only
/*
 * export: a finding as others can use it: a page of mail, the body of a KUnit
 * test, or C that builds the page array.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/crash.h"
#include "fuzz/nearest.h"
#include "fuzz/scenario_text.h"
#include "regress/tool/explain.h"
#include "regress/tool/export.h"
#include "regress/tool/output.h"
#include "regress/tool/version.h"
#include "regress/tool/vmapdiff.h"

static struct scenario scenario;

/* Plays until some mapper breaks a rule, and leaves its machine as it is then. */
static struct finding find(struct player *p)
{
	struct finding f = { .player = p,
			     .scenario = &scenario,
			     .op = &scenario.op[scenario.ops - 1] };
	player_prepare(p, &scenario);
	for (f.which = 0; f.which < mapper_list()->count; f.which++) {
		if (player_run(p, &scenario, f.which, scenario.ops, &f.verdict))
			continue;
		f.op = &scenario.op[f.verdict.op];
		return f;
	}
	f.verdict.rule = RULE_NONE;
	return f;
}

void print_indented_scenario(const struct scenario *s, const char *indent, FILE *to)
{
	char *text = scenario_to_text(s);
	for (char *line = text, *end; *line; line = end + (*end == '\n')) {
		end = line + strcspn(line, "\n");
		fprintf(to, "%s%.*s\n", indent, (int)(end - line), line);
	}
	free(text);
}

/* --- a page of mail -------------------------------------------------------------------- */

/* What was tested, and with what: a finding that nobody can place is of little use. */
static void print_tested(const struct finding *f, FILE *to)
{
	const struct mapper *mapper = mapper_list()->mapper[f->which];
	const char *commit = mapper->commit ? mapper->commit : "";
	if (mapper->tree)
		fprintf(to, "Tested: Linux %s%s%s%s, in %s\n", mapper->release,
			commit[0] ? " (commit " : "", commit, commit[0] ? ")" : "", mapper->tree);
	else if (is_the_tool())
		fprintf(to, "Tested: the mapper '%s' of vmapdiff\n", mapper->name);
	else
		fprintf(to, "Tested: the mapper '%s' of %s\n", mapper->name,
			program_invocation_name);
	fprintf(to, "With:   ");
	print_version(to);
}

/* What must be typed before a replay: a known bug of a tree is not judged by itself. */
static void print_what_is_judged(FILE *to)
{
	const char *judged = getenv("VMAPDIFF_JUDGE");
	if (judged && *judged)
		fprintf(to, "VMAPDIFF_JUDGE=%s ", judged);
}

/* How a reader of the mail plays it again: on a tree of their own, or by the program that failed. */
static void print_replay(const struct finding *f, FILE *to)
{
	fprintf(to, "\nTo replay it, save this mail, or those lines of it, as a.scenario and "
		    "run\n\n  ");
	print_what_is_judged(to);
	fprintf(to,
		"%s replay a.scenario\n\n"
		"It prints the same FAIL line and exits with 1 as long as the bug is there.\n",
		mapper_list()->mapper[f->which]->tree ? "./rig kernel TREE" : again());
}

static bool export_mail(const struct finding *f, FILE *to)
{
	char signature[VERDICT_SIGNATURE_SIZE];
	const struct rule_text *rule;
	if (f->verdict.rule == RULE_NONE) {
		fprintf(stderr, "vmapdiff export: all rules hold, so there is nothing to report\n");
		return false;
	}
	rule = rule_text(f->verdict.rule);
	verdict_signature(&f->verdict, signature);
	fprintf(to, "Subject: %s() breaks %s.%s\n\n", call_traits(f->op->call.kind)->name,
		rule->property, rule->name);
	fprintf(to, "vmapdiff found a call that breaks a rule:\n\n");
	print_tested(f, to);
	fputc('\n', to);
	verdict_print(&f->verdict, to);
	if (f->player->warning[0])
		fprintf(to, "  kernel    %s\n", f->player->warning);
	explain(f->player, &scenario, f->which, &f->verdict, to);
	fprintf(to, "\nThe scenario (a page array is written as runs, PFN+COUNT):\n\n");
	print_indented_scenario(&scenario, "  ", to);
	print_replay(f, to);
	return true;
}

/* --- page arrays as C ---------------------------------------------------------------------- */

static bool has_bad_page(const struct finding *f)
{
	for (uint32_t i = 0; i < f->op->runs; i++)
		if (run_is_bad(&f->scenario->run[f->op->first_run + i]))
			return true;
	return false;
}

bool is_callable(const struct finding *f, const char *as)
{
	const struct call_traits *traits = call_traits(f->op->call.kind);
	if (traits->c_map && !has_bad_page(f))
		return true;
	fprintf(stderr,
		"vmapdiff export: --as %s needs a mapping call with a page array, without null "
		"and bad pages; this finding is in %s%s\n",
		as, traits->name, traits->c_map ? " with a null or bad page" : "");
	return false;
}

static bool export_c(const struct finding *f, FILE *to)
{
	const struct op *op = f->op;
	if (!is_callable(f, "c"))
		return false;
	fprintf(to, "/* The page array of a finding: its runs by page frame number. */\n"
		    "static const struct {\n\tunsigned long pfn, pages;\n} vmapdiff_run[] = {\n");
	for (uint32_t i = 0; i < op->runs; i++) {
		const struct page_run *run = &scenario.run[op->first_run + i];
		fprintf(to, "\t{ 0x%" PRIx64 ", %u },\n", run->pfn, run->pages);
	}
	fprintf(to,
		"};\n\n"
		"#define VMAPDIFF_VA 0x%016" PRIx64 "UL /* where the finding maps it */\n"
		"#define VMAPDIFF_PAGES %" PRIu64 "\n\n"
		"static void vmapdiff_fill(struct page **pages)\n{\n"
		"\tunsigned long i, k, n = 0;\n\n"
		"\tfor (i = 0; i < ARRAY_SIZE(vmapdiff_run); i++)\n"
		"\t\tfor (k = 0; k < vmapdiff_run[i].pages; k++)\n"
		"\t\t\tpages[n++] = pfn_to_page(vmapdiff_run[i].pfn + k);\n}\n",
		op->call.va, op_pages(&scenario, op));
	return true;
}

/* --- the command ---------------------------------------------------------------------------- */

static const struct {
	const char *name;
	bool (*print)(const struct finding *f, FILE *to);
} forms[] = {
	{ "mail", export_mail },
	{ "kunit", export_kunit },
	{ "c", export_c },
};

#define FORMS (sizeof(forms) / sizeof(forms[0]))

/* Writes to memory first, so that no half of an export is left in a file. */
static int write_form(size_t form, const struct finding *f, const char *path)
{
	char *text = NULL;
	size_t size;
	FILE *memory = open_memstream(&text, &size);
	bool good = memory && forms[form].print(f, memory);
	if (memory)
		fclose(memory);
	struct output out = { .to = stdout };
	good = good && (!path || output_open(&out, path));
	if (good)
		fputs(text, out.to);
	if (good && path)
		good = output_close(&out);
	free(text);
	return good ? EXIT_AS_EXPECTED : EXIT_UNUSABLE;
}

/* The number of a form by its name; FORMS after a message. */
static size_t find_form(const char *name)
{
	char hint[NEAREST_HINT_SIZE];
	struct nearest meant = nearest_to(name, strlen(name));
	for (size_t form = 0; form < FORMS; form++) {
		if (!strcmp(forms[form].name, name))
			return form;
		nearest_try(&meant, forms[form].name);
	}
	fprintf(stderr, "vmapdiff export: --as is mail, kunit or c, not '%s'%s\n", name,
		nearest_hint(&meant, hint));
	return FORMS;
}

int command_export(int argc, char **argv)
{
	struct arguments a;
	if (!read_arguments("export", argc, argv, &a))
		return EXIT_UNUSABLE;
	size_t form = find_form(a.as ? a.as : "mail");
	if (form == FORMS)
		return EXIT_UNUSABLE;
	if (a.files != 1) {
		fprintf(stderr, "vmapdiff export: takes one scenario\n");
		return EXIT_UNUSABLE;
	}
	if (!load_scenario(a.file[0], &scenario))
		return EXIT_UNUSABLE;
	struct player *p = need_player();
	crash_report_for(p);
	struct finding f = find(p);
	if (!was_set_up(p, a.file[0])) {
		player_destroy(p);
		return EXIT_UNUSABLE;
	}
	int code = write_form(form, &f, a.output);
	player_destroy(p);
	return code;
}
