// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/mmu/compare.h"

#include <inttypes.h>
#include <stdio.h>

static const char *const access_names[MMU_ACCESSES] = { "EL1 read", "EL1 write", "EL0 read",
							"EL0 write" };

static void keep_first(struct mmu_tally *tally, uint64_t va, int access,
		       const struct mmu_answer *expected, const struct mmu_answer *found)
{
	char want[MMU_TEXT], have[MMU_TEXT];
	if (tally->differ++)
		return;
	mmu_describe(expected, want);
	mmu_describe(found, have);
	snprintf(tally->first, sizeof(tally->first), "0x%016" PRIx64 ", %s: %s; the oracle: %s", va,
		 access_names[access], have, want);
}

static void judge(const struct emulator *emulator, const struct machine *m, uint64_t va,
		  const uint64_t par[MMU_ACCESSES], struct mmu_tally *tally)
{
	struct arm64_geometry g = arm64_geometry(&m->config);
	struct arm64_translation t = arm64_translate(&g, m, va);
	struct mmu_answer expected[MMU_ACCESSES], deviant[MMU_ACCESSES];
	mmu_answers(&g, t, expected);
	uint32_t met = mmu_deviate(&g, m, va, emulator->deviates, &t);
	mmu_answers(&g, t, deviant);
	tally->compared += MMU_ACCESSES;
	for (int access = 0; access < MMU_ACCESSES; access++) {
		struct mmu_answer found = mmu_decode(par[access], g.granule);
		if (mmu_same(&expected[access], &found))
			continue;
		if (!mmu_same(&deviant[access], &found))
			keep_first(tally, va, access, &expected[access], &found);
		else
			for (int i = 0; i < MMU_DEVIATIONS; i++)
				tally->deviated[i] += met >> i & 1;
	}
}

/* Copies the addresses that the emulator survives; how many they are. */
static size_t leave_out_fatal(const struct emulator *emulator, const struct machine *m,
			      const uint64_t *va, size_t count, uint64_t *asked,
			      struct mmu_tally *tally)
{
	struct arm64_geometry g = arm64_geometry(&m->config);
	uint32_t fatal = mmu_fatal(emulator->deviates);
	size_t kept = 0;
	for (size_t i = 0; i < count; i++) {
		struct arm64_translation t = { 0 };
		if (fatal)
			t = arm64_translate(&g, m, va[i]);
		if (mmu_deviate(&g, m, va[i], emulator->deviates, &t) & fatal)
			tally->left_out++;
		else
			asked[kept++] = va[i];
	}
	return kept;
}

bool mmu_compare(struct emulator *emulator, const struct machine *m, const uint64_t *va,
		 size_t count, struct mmu_tally *tally)
{
	static uint64_t par[EMULATOR_MAX_ADDRESSES][MMU_ACCESSES], asked[EMULATOR_MAX_ADDRESSES];
	count = leave_out_fatal(emulator, m, va, count, asked, tally);
	if (!count)
		return true;
	if (emulator->ask(emulator, m, asked, count, par) != EMULATOR_ANSWERED)
		return false;
	for (size_t i = 0; i < count; i++)
		judge(emulator, m, asked[i], par[i], tally);
	return true;
}
