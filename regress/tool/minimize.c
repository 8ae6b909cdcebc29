// SPDX-License-Identifier: GPL-2.0-only
/*
 * minimize: the smallest scenario that fails in the same way.
 *
 * A list of steps, each of which makes a scenario smaller by its own measure;
 * a step is taken when the smaller scenario still fails with the same
 * signature. The list is gone through until no step of it can be taken.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fuzz/crash.h"
#include "fuzz/edit.h"
#include "fuzz/kernel.h"
#include "fuzz/scenario_text.h"
#include "fuzz/shape.h"
#include "regress/tool/minimize.h"
#include "regress/tool/vmapdiff.h"

struct shrink {
	struct player *player;
	struct child_run goal, last; /* of what was given, and of the best so far */
	unsigned attempts, taken;
	bool quiet;  /* no line of progress */
	bool failed; /* the host cannot start processes any more */
};

static struct scenario best, candidate;
static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal)
{
	(void)signal;
	interrupted = 1;
}

static void show_progress(const struct shrink *sh, bool done)
{
	if (sh->quiet || (!isatty(STDERR_FILENO) && !done && sh->attempts % 200))
		return;
	fprintf(stderr, "%sminimize: %u ops, %u runs, %llu pages after %u attempts%s",
		isatty(STDERR_FILENO) ? "\r" : "", best.ops, best.runs,
		(unsigned long long)scenario_pages(&best), sh->attempts,
		isatty(STDERR_FILENO) && !done ? "   " : "\n");
}

static bool stopped(const struct shrink *sh)
{
	return interrupted || sh->failed;
}

/* Takes the candidate for the best if it is a scenario and fails as it should. */
static bool take(struct shrink *sh)
{
	struct child_run run;
	struct refusal why;
	if (stopped(sh) || !edit_repair(&candidate) || !scenario_check(&candidate, &why))
		return false;
	sh->attempts++;
	if (!child_run_play(sh->player, &candidate, &run)) {
		sh->failed = true;
		return false;
	}
	bool same = child_run_same(&run, &sh->goal);
	if (same) {
		scenario_copy(&best, &candidate);
		sh->last = run;
		sh->taken++;
	}
	show_progress(sh, false);
	return same;
}

static struct scenario *fresh_candidate(void)
{
	scenario_copy(&candidate, &best);
	return &candidate;
}

/* --- fewer things ------------------------------------------------------------ */

static void drop_ops(struct shrink *sh)
{
	for (uint32_t i = best.ops; i-- > 0 && best.ops > 1;) {
		if (i >= best.ops)
			continue;
		edit_remove_op(fresh_candidate(), i);
		take(sh);
	}
}

static void drop_faults(struct shrink *sh)
{
	for (uint32_t i = 0; i < best.ops; i++) {
		if (best.op[i].fail_alloc) {
			fresh_candidate()->op[i].fail_alloc = 0;
			take(sh);
		}
		if (best.op[i].fail_trylock) {
			fresh_candidate()->op[i].fail_trylock = 0;
			take(sh);
		}
	}
}

/* --- other ops in their place ---------------------------------------------------- */

/* Makes op `i`, which only prepares what is to fail, a stale leaf of its own at `level`. */
static bool plant_instead(struct shrink *sh, uint32_t i, uint8_t level)
{
	unsigned shift = scenario_level_shift(&best.machine, level);
	uint64_t va = best.op[i].va & ~((UINT64_C(1) << shift) - 1);
	edit_remove_op(fresh_candidate(), i);
	struct op plant = { .kind = OP_PLANT, .va = va, .level = level };
	return edit_insert_op(&candidate, i, &plant) && take(sh);
}

/* Makes op `i` map as many pages of one physical range. */
static bool range_instead(struct shrink *sh, uint32_t i)
{
	struct op range = { .kind = OP_IOREMAP,
			    .va = best.op[i].va,
			    .pfn = shape_of(&best.machine).block,
			    .bytes = op_bytes(&best, &best.op[i]),
			    .fail_alloc = best.op[i].fail_alloc,
			    .fail_trylock = best.op[i].fail_trylock };
	edit_remove_op(fresh_candidate(), i);
	return edit_insert_op(&candidate, i, &range) && take(sh);
}

/* Ops with page arrays become ops without, where that fails alike. */
static void simpler_ops(struct shrink *sh)
{
	for (uint32_t i = 0; i < best.ops && !stopped(sh); i++)
		if (op_has_runs(&best.op[i]))
			(void)(plant_instead(sh, i, 3) || plant_instead(sh, i, 2) ||
			       range_instead(sh, i));
}

/* Op `i` alone, with these runs. */
static bool alone(struct shrink *sh, uint32_t i, const struct page_run *run, uint32_t runs)
{
	for (uint32_t k = fresh_candidate()->ops; k-- > 0;)
		if (k != i)
			edit_remove_op(&candidate, k);
	candidate.op[0].va = scenario_va_middle(&candidate);
	return edit_splice_runs(&candidate, 0, 0, candidate.op[0].runs, run, runs) && take(sh);
}

/* Where others only prepare, one call of a page, a hole, groups or a block may fail alike. */
static void lonely_ops(struct shrink *sh)
{
	struct shape shape = shape_of(&best.machine);
	uint32_t group = (uint32_t)shape.group, block = (uint32_t)shape.block;
	uint64_t pfn = 2 * shape.block, other = 6 * shape.block;
	const struct page_run page = { pfn, 1 }, hole = { PAGE_HOLE, 1 }, whole = { pfn, block };
	const struct page_run groups[] = { { pfn, group }, { other, group } };
	for (uint32_t i = 0; i < best.ops && best.ops > 1 && !stopped(sh); i++)
		if (op_has_runs(&best.op[i]))
			(void)(alone(sh, i, &page, 1) || alone(sh, i, &hole, 1) ||
			       alone(sh, i, groups, 1) || alone(sh, i, groups, 2) ||
			       alone(sh, i, &whole, 1));
}

/* --- fewer pages ------------------------------------------------------------------ */

/* Drops runs in chunks, halves first, then ever smaller ones. */
static void drop_runs(struct shrink *sh)
{
	for (uint32_t i = 0; i < best.ops; i++) {
		for (uint32_t chunk = best.op[i].runs / 2 + 1; chunk; chunk /= 2) {
			for (uint32_t at = 0; i < best.ops && at + chunk <= best.op[i].runs;) {
				if (chunk == best.op[i].runs)
					break;
				edit_splice_runs(fresh_candidate(), i, at, chunk, NULL, 0);
				if (!take(sh))
					at += chunk;
			}
		}
	}
}

/*
 * Cuts `pages` off the front of op `i` and moves it up by as much, so that
 * what stays keeps its place. False if it no longer fails, or has no more.
 */
static bool cut_front(struct shrink *sh, uint32_t i, uint32_t pages)
{
	const struct op *op = &best.op[i];
	if (i >= best.ops || !op->runs || !pages || pages > best.run[op->first_run].pages)
		return false;
	uint64_t bytes = (uint64_t)pages << best.machine.page_shift;
	struct page_run *run = &fresh_candidate()->run[op->first_run];
	if (pages < run->pages)
		*run = (struct page_run){ run->pfn + pages, run->pages - pages };
	else if (op->runs > 1)
		edit_splice_runs(&candidate, i, 0, 1, NULL, 0);
	else
		return false;
	for (uint32_t k = 0; k < candidate.ops; k++) {
		if (best.op[k].va != op->va)
			continue;
		candidate.op[k].va += bytes;
		if (candidate.op[k].bytes > bytes)
			candidate.op[k].bytes -= bytes;
	}
	return take(sh);
}

static void cut_fronts(struct shrink *sh)
{
	for (uint32_t i = 0; i < best.ops && !stopped(sh);) {
		uint32_t pages = best.op[i].runs ? best.run[best.op[i].first_run].pages : 0;
		if (!cut_front(sh, i, pages) && !cut_front(sh, i, pages / 2))
			i++;
	}
}

/* Makes two neighbouring runs one that is as long. */
static void merge_runs(struct shrink *sh)
{
	for (uint32_t i = 0; i < best.ops; i++) {
		for (uint32_t at = 0; i < best.ops && at + 1 < best.op[i].runs;) {
			struct page_run *run = &fresh_candidate()->run[best.op[i].first_run + at];
			struct page_run merged = { run[0].pfn, run[0].pages + run[1].pages };
			edit_splice_runs(&candidate, i, at, 2, &merged, 1);
			if (!take(sh))
				at++;
		}
	}
}

/* --- smaller numbers ---------------------------------------------------------- */

/* Sets run `r` of the best to the first of `pages` that keeps the failure. */
static bool shorten_run(struct shrink *sh, uint32_t r, uint64_t pages)
{
	if (!pages || pages >= best.run[r].pages)
		return false;
	fresh_candidate()->run[r].pages = (uint32_t)pages;
	return take(sh);
}

static void shorten_runs(struct shrink *sh)
{
	struct shape shape = shape_of(&best.machine);
	for (uint32_t r = 0; r < best.runs;) {
		uint32_t pages = best.run[r].pages;
		uint64_t whole_groups = (pages - 1) & ~(shape.group - 1);
		bool shorter = shorten_run(sh, r, 1) || shorten_run(sh, r, shape.group) ||
			       shorten_run(sh, r, pages / 2) ||
			       shorten_run(sh, r, pages - shape.block) ||
			       shorten_run(sh, r, whole_groups) || shorten_run(sh, r, pages - 1);
		if (!shorter || stopped(sh))
			r++;
	}
}

/* Sets the size that op `i` states to `pages`, if that is less. */
static bool shorten_op(struct shrink *sh, uint32_t i, uint64_t pages)
{
	uint64_t bytes = pages << best.machine.page_shift;
	if (!pages || bytes >= best.op[i].bytes)
		return false;
	fresh_candidate()->op[i].bytes = bytes;
	return take(sh);
}

/* Lets the range of op `i` begin `pages` later. */
static bool cut_op(struct shrink *sh, uint32_t i, uint64_t pages)
{
	uint64_t bytes = pages << best.machine.page_shift;
	if (!pages || bytes >= best.op[i].bytes)
		return false;
	struct op *op = &fresh_candidate()->op[i];
	op->va += bytes;
	op->bytes -= bytes;
	op->pfn += op->kind == OP_IOREMAP || op->kind == OP_LINEAR ? pages : 0;
	return take(sh);
}

static void shorten_ops(struct shrink *sh)
{
	struct shape shape = shape_of(&best.machine);
	for (uint32_t i = 0; i < best.ops;) {
		uint64_t pages = best.op[i].bytes >> shape.page_shift;
		bool shorter = shorten_op(sh, i, 1) || shorten_op(sh, i, shape.group) ||
			       shorten_op(sh, i, shape.block) || shorten_op(sh, i, pages / 2) ||
			       shorten_op(sh, i, (pages - 1) & ~(shape.group - 1)) ||
			       shorten_op(sh, i, pages - 1) || cut_op(sh, i, pages / 2) ||
			       cut_op(sh, i, shape.group) || cut_op(sh, i, 1);
		if (!shorter || stopped(sh))
			i++;
	}
}

static bool lower_pfn(struct shrink *sh, uint32_t r, uint64_t pfn)
{
	if (pfn >= best.run[r].pfn)
		return false;
	fresh_candidate()->run[r].pfn = pfn;
	return take(sh);
}

/* Each run gets a block-aligned place of its own, and as little skew as will do. */
static void lower_pfns(struct shrink *sh)
{
	struct shape shape = shape_of(&best.machine);
	uint64_t place = 0;
	for (uint32_t r = 0; r < best.runs && !stopped(sh); r++) {
		if (run_is_trouble(&best.run[r]))
			continue;
		uint64_t skew = best.run[r].pfn & (shape.block - 1);
		place = (place / shape.block + 2) * shape.block;
		(void)(lower_pfn(sh, r, place) || lower_pfn(sh, r, place + shape.group) ||
		       lower_pfn(sh, r, place + (skew & ~(shape.group - 1))) ||
		       lower_pfn(sh, r, place + (skew & (shape.group - 1))) ||
		       lower_pfn(sh, r, place + skew));
		place += best.run[r].pages;
	}
}

/* An address counts as lower when it is nearer to the middle of the space, where vmalloc's is. */
static bool lower_va(struct shrink *sh, uint32_t i, uint64_t page)
{
	uint64_t middle = scenario_va_middle(&best), from = best.op[i].va;
	uint64_t to = middle + (page << best.machine.page_shift);
	if (best.op[i].kind == OP_LINEAR || (from >= middle && to >= from))
		return false;
	edit_move(fresh_candidate(), i, to);
	return take(sh);
}

static void lower_vas(struct shrink *sh)
{
	for (uint32_t i = 0; i < best.ops && !stopped(sh); i++) {
		struct shape shape = shape_of(&best.machine);
		uint64_t page = (best.op[i].va - scenario_va_base(&best)) >> shape.page_shift;
		uint64_t skew = page & (shape.block - 1);
		uint64_t place = UINT64_C(4) * i * shape.block;
		(void)(lower_va(sh, i, place) || lower_va(sh, i, place + shape.group) ||
		       lower_va(sh, i, place + shape.block - shape.group) ||
		       lower_va(sh, i, place + (skew & ~(shape.group - 1))) ||
		       lower_va(sh, i, place + skew));
	}
}

static bool lower_op_pfn(struct shrink *sh, uint32_t i, uint64_t pfn)
{
	if (pfn >= best.op[i].pfn)
		return false;
	struct op *op = &fresh_candidate()->op[i];
	op->pfn = pfn;
	if (op->kind == OP_LINEAR)
		op->va = scenario_va_base(&candidate) + (pfn << candidate.machine.page_shift);
	return take(sh);
}

/* Physical ranges, stale pages and the linear map come to lie low, with as little skew as will do. */
static void lower_ranges(struct shrink *sh)
{
	struct shape shape = shape_of(&best.machine);
	for (uint32_t i = 0; i < best.ops && !stopped(sh); i++) {
		uint64_t skew = best.op[i].pfn & (shape.block - 1);
		uint64_t upper = best.op[i].pfn & ((shape.block << shape.table_bits) - 1);
		(void)(lower_op_pfn(sh, i, 0) || lower_op_pfn(sh, i, 1) ||
		       lower_op_pfn(sh, i, shape.group) || lower_op_pfn(sh, i, shape.block) ||
		       lower_op_pfn(sh, i, skew & ~(shape.group - 1)) ||
		       lower_op_pfn(sh, i, skew) || lower_op_pfn(sh, i, upper));
	}
}

/* --- nothing unusual ---------------------------------------------------------- */

/* What fails on scaled-down tables is tried on real ones, everything as many times as large. */
static void real_machine(struct shrink *sh)
{
	unsigned scaled = best.machine.table_bits;
	if (!scaled)
		return;
	const struct machine_config standard = { .page_shift = 12, .va_bits = 48, .pa_bits = 48 };
	unsigned grown = scenario_table_bits(&standard) - scaled;
	uint64_t middle = scenario_va_middle(&best);
	fresh_candidate()->machine = standard;
	candidate.machine.bbm = best.machine.bbm;
	for (uint32_t i = 0; i < candidate.ops; i++) {
		struct op *op = &candidate.op[i];
		op->va = scenario_va_middle(&candidate) + ((op->va - middle) << grown);
		op->bytes <<= grown;
		op->pfn <<= grown;
		if (op->kind == OP_VMALLOC && op->shift > standard.page_shift)
			op->shift = (uint8_t)(op->shift >= scenario_level_shift(&best.machine, 2)
						      ? scenario_level_shift(&standard, 2)
						      : scenario_group_shift(&standard));
	}
	for (uint32_t r = 0; r < candidate.runs; r++) {
		candidate.run[r].pages <<= run_is_trouble(&candidate.run[r]) ? 0 : grown;
		candidate.run[r].pfn <<= run_is_trouble(&candidate.run[r]) ? 0 : grown;
	}
	take(sh);
}

static void default_machine(struct shrink *sh)
{
	real_machine(sh);
	const struct machine_config standard = { .page_shift = best.machine.page_shift,
						 .va_bits = 48,
						 .pa_bits = 48,
						 .bbm = best.machine.bbm };
	if (memcmp(&best.machine, &standard, sizeof(standard)) != 0) {
		/* Areas keep their distance from the middle of the space. */
		fresh_candidate()->machine = standard;
		for (uint32_t i = 0; i < candidate.ops; i++)
			candidate.op[i].va +=
				candidate.op[i].va < scenario_va_middle(&best)
					? scenario_va_base(&candidate) - scenario_va_base(&best)
					: scenario_va_middle(&candidate) -
						  scenario_va_middle(&best);
		take(sh);
	}
	if (best.machine.bbm) {
		fresh_candidate()->machine.bbm = 0;
		take(sh);
	}
}

/* What a policy consists of, beside its series. */
static const struct {
	size_t at, size;
} knobs[] = {
#define KNOB(name)                                                                                 \
	{                                                                                          \
		offsetof(struct policy, name), sizeof(((struct policy *)0)->name)                  \
	}
	KNOB(vmap_huge), KNOB(stop_at_order0), KNOB(scan_limit),
	KNOB(hugetlb),   KNOB(max_shift),      KNOB(quirks),
#undef KNOB
};

/* Sets knob `i` of the candidate as its series has it. False if it is so already. */
static bool default_knob(size_t i)
{
	const struct policy standard = policy_default(best.policy.series);
	char *knob = (char *)&fresh_candidate()->policy + knobs[i].at;
	const char *by_default = (const char *)&standard + knobs[i].at;
	if (memcmp(knob, by_default, knobs[i].size) == 0)
		return false;
	memcpy(knob, by_default, knobs[i].size);
	return true;
}

static void default_policy(struct shrink *sh)
{
	bool standard = best.policy.series == POLICY_V9;
	if (kernel_decides_policy())
		return;
	for (size_t i = 0; i < sizeof(knobs) / sizeof(knobs[0]); i++)
		standard = standard && !default_knob(i);
	fresh_candidate()->policy = policy_default(POLICY_V9);
	if (standard || take(sh))
		return;
	for (size_t i = 0; i < sizeof(knobs) / sizeof(knobs[0]); i++)
		if (default_knob(i))
			take(sh);
}

/* What only some kinds of op have. */
static void default_special(struct shrink *sh, uint32_t i)
{
	uint8_t group = (uint8_t)scenario_group_shift(&best.machine);
	if (best.op[i].kind == OP_VMALLOC && best.op[i].shift > group) {
		fresh_candidate()->op[i].shift = group;
		take(sh);
	}
	if (best.op[i].kind == OP_SET_MEMORY && best.op[i].change != MEMORY_RO) {
		fresh_candidate()->op[i].change = MEMORY_RO;
		take(sh);
	}
	if (best.op[i].kind == OP_PLANT && !best.op[i].table && best.op[i].level != 3) {
		fresh_candidate()->op[i].level = 3;
		take(sh);
	}
	if (best.op[i].by_pages) {
		fresh_candidate()->op[i].by_pages = false;
		take(sh);
	}
}

static void default_ops(struct shrink *sh)
{
	for (uint32_t i = 0; i < best.ops; i++) {
		if (best.op[i].prot != PROT_KERNEL) {
			fresh_candidate()->op[i].prot = PROT_KERNEL;
			take(sh);
		}
		if (best.op[i].flags) {
			fresh_candidate()->op[i].flags = 0;
			take(sh);
		}
		default_special(sh, i);
	}
}

static void minimize(struct shrink *sh)
{
	static void (*const steps[])(struct shrink *) = {
		drop_ops,        lonely_ops,  simpler_ops,  drop_runs,   cut_fronts,
		drop_faults,     merge_runs,  shorten_runs, shorten_ops, default_policy,
		default_machine, default_ops, lower_pfns,   lower_vas,   lower_ranges,
	};
	unsigned before;
	do {
		before = sh->taken;
		for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && !stopped(sh); i++)
			steps[i](sh);
	} while (sh->taken != before && !stopped(sh));
}

/* --- for whoever has a scenario ------------------------------------------------ */

/* Makes *s the best; false if it holds, or cannot be tried. */
static bool begin(struct shrink *sh, struct player *player, const struct scenario *s)
{
	*sh = (struct shrink){ .player = player };
	scenario_copy(&best, s);
	best.expect = (struct expectation){ 0 };
	sh->failed = !child_run_play(player, &best, &sh->goal);
	sh->last = sh->goal;
	return !sh->failed && sh->goal.signature[0];
}

bool minimize_scenario(struct player *player, struct scenario *s, struct child_run *result)
{
	struct shrink sh;
	if (!begin(&sh, player, s))
		return false;
	sh.quiet = true;
	minimize(&sh);
	scenario_copy(s, &best);
	*result = sh.last;
	return true;
}

bool write_scenario(const struct scenario *s, const char *signature, const char *path)
{
	FILE *to = path ? fopen(path, "w") : stdout;
	if (to) {
		fprintf(to, "# %s\n", signature);
		scenario_print(s, to);
	}
	if (to && (!path || !fclose(to)))
		return true;
	fprintf(stderr, "%s: cannot write: %s\n", path, strerror(errno));
	return false;
}

/* --- the command -------------------------------------------------------------- */

static int write_result(const struct arguments *a, const struct shrink *sh)
{
	if (!write_scenario(&best, sh->last.signature, a->output))
		return EXIT_UNUSABLE;
	if (a->output)
		fprintf(stderr, "wrote %s; next: ./rig show %s\n", a->output, a->output);
	return sh->failed ? EXIT_UNUSABLE : EXIT_AS_EXPECTED;
}

int command_minimize(int argc, char **argv)
{
	static struct scenario given;
	struct arguments a;
	struct shrink sh;
	if (!read_arguments("minimize", argc, argv, &a))
		return EXIT_UNUSABLE;
	if (a.files != 1) {
		fprintf(stderr, "vmapdiff minimize: takes one scenario\n");
		return EXIT_UNUSABLE;
	}
	if (!load_scenario(a.file[0], &given))
		return EXIT_UNUSABLE;
	struct player *player = need_player();
	crash_report_for(player);
	if (!begin(&sh, player, &given)) {
		if (!sh.failed)
			fprintf(stderr, "%s: all rules hold, so there is nothing to minimize\n",
				a.file[0]);
		return EXIT_UNUSABLE;
	}
	fprintf(stderr, "%s\n", sh.goal.signature);
	signal(SIGINT, on_interrupt);
	minimize(&sh);
	show_progress(&sh, true);
	fprintf(stderr, "%s\n",
		interrupted ? "interrupted: this is the best so far" : "no step makes it smaller");
	int code = write_result(&a, &sh);
	player_destroy(player);
	return code;
}
