// SPDX-License-Identifier: GPL-2.0-only
/* set_direct_map: page by page, up to the first that lies in a leaf which may not be split. */
#include <errno.h>

#include "oracle/expect/expect.h"

/* What the kernel was told at boot does not count in a Realm. */
bool linear_map_may_change(const struct oracle *o)
{
	const struct machine_config *config = &o->machine->config;
	return !config->noalias || (config->realm && !o->tree->realm_keeps_linear_map);
}

/* Pages of the range before the first that would have to be split off a leaf or group. */
static uint64_t pages_before_split(const struct oracle *o)
{
	uint64_t page = o->first_page;
	if (oracle_splits_for_set_memory(o))
		return o->end_page - page;
	while (page < o->end_page && pages_together(o, page) == 1)
		page++;
	return page - o->first_page;
}

static struct expected expect(const struct oracle *o)
{
	struct expected e = { .affected_first = o->first_page, .affected_end = o->end_page };
	if (!linear_map_may_change(o))
		return e;
	e.done = pages_before_split(o);
	if (e.done == o->end_page - o->first_page)
		return e;
	e.error = -EINVAL;
	e.warns = true;
	e.refused = !e.done;
	return e;
}

/* What each state makes of a page. */
static const struct {
	uint8_t clear, set;
} states[DIRECT_MAP_STATES] = {
	[DIRECT_MAP_INVALID] = { MAY_BE_MAPPED, MAY_BE_ABSENT },
	[DIRECT_MAP_DEFAULT] = { MAY_BE_ABSENT | MAY_NOT_WRITE, MAY_BE_MAPPED | MAY_WRITE },
};

/* Out of table pages, any page may have been the last that was changed. */
static void apply(struct oracle *o, const struct expected *e)
{
	bool open = e->error == -ENOMEM;
	uint8_t clear = open ? 0 : states[o->call->direct_map].clear;
	space_change(&o->space, o->first_page, o->first_page + e->done, clear,
		     states[o->call->direct_map].set);
}

const struct call_expectation expect_set_direct_map = {
	.expect = expect,
	.apply = apply,
};
