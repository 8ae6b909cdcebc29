// SPDX-License-Identifier: GPL-2.0-only
#include "regress/tool/digest.h"

#include "fuzz/mappers.h"

/* FNV-1a over 64-bit words. */
void digest_word(uint64_t *digest, uint64_t word)
{
	*digest = (*digest ^ word) * UINT64_C(0x100000001b3);
	*digest ^= *digest >> 29;
}

/* A difference in behaviour is one in these counts. */
static void digest_counters(uint64_t *digest, const struct machine_counters *counters)
{
	digest_word(digest, counters->stores);
	digest_word(digest, counters->loads);
	digest_word(digest, counters->tables);
	digest_word(digest, counters->pages_scanned);
}

void digest_player(uint64_t *digest, const struct player *player, const struct verdict *verdict)
{
	digest_word(digest, verdict->rule);
	if (verdict->rule != RULE_NONE)
		digest_word(digest, verdict->va ^ verdict->op ^ (uint64_t)verdict->level << 8);
	/* A machine that did not play still has the counts of an earlier scenario. */
	for (unsigned i = 0; i < mapper_list()->count; i++)
		if (player->played & 1U << i)
			digest_counters(digest, &player->machine[i]->counters);
}
