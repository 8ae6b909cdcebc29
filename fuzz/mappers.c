// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/mappers.h"

#include <string.h>

#include "fuzz/measure.h"
#include "fuzz/sizes.h"
#include "mapper/machine/assert.h"
#include "oracle/reference/reference.h"

/* A mapper from outside, where one is linked in: see mapper/mapper.h. */
__attribute__((weak)) extern const struct mapper mapper_under_test;

#ifdef VMAPDIFF_KERNEL
#include "mapper/kernel/adapter.h"
#define TREE_MAPPER (&kernel_mapper)
#else
#define TREE_MAPPER NULL
#endif

/* The rig's own mapper that promises what one of this kind does. */
static const struct mapper *model_of(enum mapper_kind kind)
{
	switch (kind) {
	case MAPPER_SERIES:
		return &batched_mapper;
	case MAPPER_PRIOR:
		return &prior_mapper;
	default:
		return &reference_mapper;
	}
}

/* The mapper, with its model's functions where it has none of its own. */
static struct mapper complete(const struct mapper *mapper)
{
	const struct mapper *model = model_of(mapper->kind);
	struct mapper whole = *mapper;
	for (enum call_kind kind = 0; kind < CALL_KINDS; kind++)
		if (!whole.call[kind])
			whole.call[kind] = model->call[kind];
	if (!whole.lookup)
		whole.lookup = model->lookup;
	if (!whole.page_present && !whole.tree)
		whole.page_present = model->page_present;
	if (!whole.dump && !whole.tree)
		whole.dump = model->dump;
	return whole;
}

static void add(struct mapper_list *list, struct mapper *whole, const struct mapper *mapper)
{
	if (!mapper)
		return;
	ASSERT_CMP(list->count, <, MAX_MAPPERS);
	whole[list->count] = complete(mapper);
	list->mapper[list->count] = &whole[list->count];
	list->count++;
}

const struct mapper_list *mapper_list(void)
{
	static struct mapper whole[MAX_MAPPERS];
	static struct mapper_list list;
	if (list.count)
		return &list;
	add(&list, whole, &reference_mapper);
	add(&list, whole, TREE_MAPPER);
	add(&list, whole, &batched_mapper);
	add(&list, whole, &prior_mapper);
	add(&list, whole, &mapper_under_test);
	list.under_test = &mapper_under_test ? list.count - 1 : 1;
	return &list;
}

const struct mapper *mapper_tested(void)
{
	const struct mapper_list *list = mapper_list();
	return list->mapper[list->under_test];
}

unsigned mapper_index(const char *name)
{
	const struct mapper_list *list = mapper_list();
	unsigned i = 0;
	while (i < list->count && strcmp(list->mapper[i]->name, name) != 0)
		i++;
	return i;
}

bool mapper_has_machine(const struct mapper *mapper, const struct machine_config *config)
{
	return !mapper->has_machine || mapper->has_machine(config);
}

void mapper_fit_machine(struct machine_config *config)
{
	for (unsigned i = 0; !mapper_has_machine(mapper_tested(), config); i++) {
		ASSERT_CMP(i, <, LINUX_MACHINES);
		*config = machine_on(&linux_machines[i], config);
	}
}

/* Picks before a mapper that has none of them gets the first machine that it has. */
#define MACHINE_PICKS 16

struct machine_config mapper_pick_machine(struct rng *rng)
{
	struct machine_config config = pick_machine(rng);
	for (unsigned i = 1; i < MACHINE_PICKS && !mapper_has_machine(mapper_tested(), &config);
	     i++)
		config = pick_machine(rng);
	mapper_fit_machine(&config);
	config.noalias = rng_chance(rng, 15);
	config.realm = rng_chance(rng, 20);
	config.tlb_range = mapper_tested()->tree && rng_chance(rng, 50); /* no model has it */
	return config;
}

void mapper_fit_policy(struct scenario *s)
{
	if (!mapper_tested()->tree)
		return;
	s->policy = measured_policy(&s->policy, s->machine.page_shift);
	s->expect.rule = RULE_NONE;
}
