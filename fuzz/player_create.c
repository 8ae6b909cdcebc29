// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <sys/mman.h>

#include "fuzz/find_waivers.h"
#include "fuzz/measure.h"
#include "fuzz/player.h"
#include "fuzz/watch.h"
#include "mapper/machine/poison.h"

#define POOL_BYTES (PLAYER_POOL_WORDS * sizeof(uint64_t))

static uint64_t *create_pool(void)
{
	uint64_t *pool =
		mmap(NULL, POOL_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (pool == MAP_FAILED)
		return NULL;
	poison(pool, POOL_BYTES);
	return pool;
}

struct player *player_create_bare(void)
{
	struct player *p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	bool all_there = (p->pages = create_pool()) != NULL;
	all_there &= oracle_create(&p->oracle);
	all_there &= oracle_create(&p->inner);
	for (unsigned i = 0; i < mapper_list()->count; i++)
		all_there &= (p->machine[i] = machine_create()) != NULL;
	if (all_there)
		return p;
	player_destroy(p);
	return NULL;
}

struct player *player_create(void)
{
	/* Measured here once, and not in each process that searches for a waiver. */
	measured_of(measured_page_shift[0]);
	struct player *p = player_create_bare();
	watch_calls_by_environment();
	if (p)
		find_waivers(p);
	return p;
}

void player_destroy(struct player *p)
{
	if (!p)
		return;
	for (unsigned i = 0; i < MAX_MAPPERS; i++)
		machine_destroy(p->machine[i]);
	oracle_destroy(&p->oracle);
	oracle_destroy(&p->inner);
	if (p->pages) {
		unpoison(p->pages, POOL_BYTES);
		munmap(p->pages, POOL_BYTES);
	}
	free(p);
}
