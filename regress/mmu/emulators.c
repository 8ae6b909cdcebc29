// SPDX-License-Identifier: GPL-2.0-only
/*
 * emulators: holds the oracle's walk against MMUs that nobody here wrote, over
 * arbitrary descriptors and over what mappers make of scenarios, and says
 * machine by machine how many answers agreed. Before that it asks each
 * emulator where it deviates from the manual.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/arbitrary_tables.h"
#include "fuzz/sizes.h"
#include "oracle/mmu/compare.h"
#include "oracle/mmu/probe.h"
#include "regress/tool/vmapdiff.h"

#define MAX_EMULATORS 2
#define SAMPLES 6 /* addresses inside of each mapped range, beside its ends */

struct panel {
	struct emulator *emulator[MAX_EMULATORS];
	uint64_t answers[MAX_EMULATORS]; /* that are wanted over arbitrary descriptors */
	unsigned emulators;
	/* By emulator and machine: over arbitrary descriptors, and over scenarios. */
	struct mmu_tally random[MAX_EMULATORS][LINUX_MACHINES];
	struct mmu_tally played[MAX_EMULATORS][LINUX_MACHINES];
	struct player *player;
	unsigned scenarios;
};

static struct scenario scenario;
static uint64_t address[EMULATOR_MAX_ADDRESSES];

/* --- deviations ----------------------------------------------------------------------- */

/* Asks each emulator for its deviations, and prints them. 0, or an exit code. */
static int measure_all(struct panel *p)
{
	int code = 0;
	for (unsigned r = 0; r < p->emulators; r++) {
		struct mmu_measured measured;
		if (!mmu_measure(p->emulator[r], p->player->machine[0], &measured))
			return EXIT_UNUSABLE;
		mmu_print_measured(stdout, p->emulator[r], &measured);
		if (!mmu_explained(&measured))
			code = EXIT_RULE_BROKEN;
	}
	if (code)
		printf("nothing was compared: what an emulator does must be known first. "
		       "Change or add a row in oracle/mmu/deviations.c\n");
	fflush(stdout);
	return code;
}

/* --- arbitrary descriptors ------------------------------------------------------------ */

static bool ask_random(struct panel *p, unsigned r, unsigned which, uint64_t answers)
{
	struct machine *m = p->player->machine[0];
	struct mmu_tally *tally = &p->random[r][which];
	struct walk_source from = { .rng = { which + 1 } };
	while (tally->compared < answers) {
		size_t count = walk_fill(m, &linux_machines[which], &from, address);
		if (!mmu_compare(p->emulator[r], m, address, count, tally))
			return false;
	}
	return true;
}

static bool ask_all_random(struct panel *p)
{
	for (unsigned r = 0; r < p->emulators; r++) {
		unsigned known = 0;
		for (unsigned i = 0; i < LINUX_MACHINES; i++)
			known += p->emulator[r]->knows(&linux_machines[i]);
		for (unsigned i = 0; i < LINUX_MACHINES; i++) {
			if (!p->emulator[r]->knows(&linux_machines[i]))
				continue;
			fprintf(stderr, "emulators: %s, arbitrary descriptors, %u of %u machines\n",
				p->emulator[r]->name, i + 1, LINUX_MACHINES);
			if (!ask_random(p, r, i, p->answers[r] / known + 1))
				return false;
		}
	}
	return true;
}

/* --- scenarios ---------------------------------------------------------------------------- */

/* Ends, neighbours and some pages of every range that the oracle holds to be mapped. */
static size_t addresses_of(const struct oracle *o, struct rng *rng)
{
	size_t count = 0;
	uint64_t all = UINT64_C(1) << (o->g.ia_size - o->g.granule);
	for (unsigned i = 0; i < o->space.segments && count + SAMPLES + 4 < EMULATOR_MAX_ADDRESSES;
	     i++) {
		const struct segment *s = &o->space.segment[i];
		address[count++] = s->start ? s->start - 1 : 0;
		address[count++] = s->start;
		address[count++] = s->end - 1;
		address[count++] = s->end < all ? s->end : all - 1;
		for (int k = 0; k < SAMPLES; k++)
			address[count++] = s->start + rng_below(rng, s->end - s->start);
	}
	for (size_t i = 0; i < count; i++)
		address[i] = arm64_va_base(&o->g) + (address[i] << o->g.granule);
	return count;
}

/* Plays up to each op in turn, and asks of the tables that stand then. */
static bool ask_scenario(struct panel *p, unsigned r, unsigned which)
{
	struct rng rng = { 1 };
	struct verdict verdict;
	unsigned number = linux_machine_number(&scenario.machine);
	if (number == LINUX_MACHINES || !p->emulator[r]->knows(&scenario.machine))
		return true;
	player_prepare(p->player, &scenario);
	for (uint32_t ops = 1; ops <= scenario.ops; ops++) {
		player_run(p->player, &scenario, which, ops, &verdict);
		size_t count = addresses_of(&p->player->oracle, &rng);
		if (!mmu_compare(p->emulator[r], p->player->machine[which], address, count,
				 &p->played[r][number]))
			return false;
	}
	return true;
}

static bool ask_file(const char *path, void *context)
{
	struct panel *p = context;
	if (!load_scenario(path, &scenario))
		return false;
	p->scenarios++;
	for (unsigned r = 0; r < p->emulators; r++)
		for (unsigned which = 0; which < mapper_list()->count; which++)
			if (!ask_scenario(p, r, which))
				return false;
	return true;
}

/* --- what came of it ------------------------------------------------------------------------ */

static void add(struct mmu_tally *to, const struct mmu_tally *from)
{
	to->compared += from->compared;
	to->differ += from->differ;
	to->left_out += from->left_out;
	for (int i = 0; i < MMU_DEVIATIONS; i++)
		to->deviated[i] += from->deviated[i];
	if (!to->first[0])
		memcpy(to->first, from->first, sizeof(to->first));
}

static void print_row(const struct panel *p, unsigned r, unsigned which)
{
	char name[40];
	const struct machine_config *config = &linux_machines[which];
	const struct mmu_tally *random = &p->random[r][which], *played = &p->played[r][which];
	if (!random->compared && !played->compared)
		return;
	snprintf(name, sizeof(name), "%s va=%u pa=%u%s", granule_name(config->page_shift),
		 config->va_bits, config->pa_bits, config->lpa2 ? " lpa2" : "");
	printf("  %-22s %12" PRIu64 " %12" PRIu64 " %12" PRIu64 "\n", name, random->compared,
	       played->compared, random->differ + played->differ);
}

static void print_deviations(const struct emulator *emulator, const struct mmu_tally *all)
{
	for (int i = 0; i < MMU_DEVIATIONS; i++) {
		const struct deviation *d = &mmu_deviations[i];
		if (!(emulator->deviates & DEVIATES(i)))
			continue;
		printf("  %s, %" PRIu64 " %s: %s\n", d->name,
		       d->fatal ? all->left_out : all->deviated[i],
		       d->fatal ? "addresses left out" : "answers", d->what);
	}
}

/* Prints one emulator's table; whether nothing is unexplained. */
static bool print_emulator(const struct panel *p, unsigned r)
{
	struct mmu_tally all = { 0 };
	printf("%s\n  %-22s %12s %12s %12s\n", p->emulator[r]->name, "machine", "arbitrary",
	       "scenarios", "unexplained");
	for (unsigned i = 0; i < LINUX_MACHINES; i++) {
		print_row(p, r, i);
		add(&all, &p->random[r][i]);
		add(&all, &p->played[r][i]);
	}
	printf("  %" PRIu64 " answers, %" PRIu64 " unexplained\n", all.compared, all.differ);
	if (all.differ)
		printf("  the first: %s\n", all.first);
	printf("  tables of 52-bit machines lie %s 2^48\n",
	       p->emulator[r]->high_tables ? "above" : "below");
	print_deviations(p->emulator[r], &all);
	return !all.differ;
}

static int report(const struct panel *p)
{
	bool good = true;
	for (unsigned r = 0; r < p->emulators; r++)
		good = print_emulator(p, r) && good;
	printf("%u scenarios, played on every mapper and asked about after each op\n",
	       p->scenarios);
	return good ? EXIT_AS_EXPECTED : EXIT_RULE_BROKEN;
}

/* --- arguments --------------------------------------------------------------------------------- */

static int usage(void)
{
	fprintf(stderr, "usage: emulators [unicorn=ANSWERS] [IMAGE=ANSWERS] -- FILE|DIR...\n"
			"ANSWERS: how many translations of arbitrary descriptors to compare, by "
			"Unicorn and\nby QEMU with the image of a server; then those of the "
			"scenarios\n");
	return EXIT_UNUSABLE;
}

static void close_panel(struct panel *p)
{
	for (unsigned r = 0; r < p->emulators; r++)
		p->emulator[r]->close(p->emulator[r]);
	player_destroy(p->player);
}

/* Opens the emulator that an argument names; 0, or an exit code. */
static int open_emulator(struct panel *p, char *argument)
{
	char *equals = strchr(argument, '=');
	uint64_t answers = equals ? strtoull(equals + 1, NULL, 0) : 0;
	if (!answers || p->emulators == MAX_EMULATORS)
		return usage();
	*equals = '\0';
	bool unicorn = !strcmp(argument, "unicorn");
	struct emulator *opened = unicorn ? unicorn_open() : qemu_open(argument);
	if (!opened)
		return EXIT_UNUSABLE;
	p->answers[p->emulators] = answers;
	p->emulator[p->emulators++] = opened;
	return 0;
}

int main(int argc, char **argv)
{
	static struct panel p;
	int i = 1, code = 0;
	for (; i < argc && strcmp(argv[i], "--") != 0 && !code; i++)
		code = open_emulator(&p, argv[i]);
	if (code || !p.emulators)
		return code ? code : usage();
	p.player = need_player();
	code = measure_all(&p);
	bool asked = !code && ask_all_random(&p);
	for (i++; i < argc && asked; i++)
		asked = for_each_file(argv[i], ask_file, &p);
	if (!code)
		code = asked ? report(&p) : EXIT_UNUSABLE;
	close_panel(&p);
	return code;
}
