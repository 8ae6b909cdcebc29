// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/player.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "fuzz/kernel.h"
#ifdef VMAPDIFF_KERNEL
#include "mapper/kernel/adapter.h"
#endif
#include "mapper/machine/poison.h"
#include "oracle/reference/reference.h"

/* A mapper from outside, where one is linked in: see mapper/mapper.h. */
__attribute__((weak)) extern const struct mapper subject_mapper;

#define WITNESS_ALWAYS 8  /* pages up to which witnesses play every scenario */
#define WITNESS_SAMPLE 16 /* above, they play one in so many, or fewer: */
#define WITNESS_SHARE 64  /* one in a this many'th of its pages, for their work grows with them */

/* Behind each page array: a hole, which is poisoned where that is possible. */
#define POOL_WORDS (SCENARIO_MAX_PAGES + SCENARIO_MAX_OPS)
#define POOL_BYTES (POOL_WORDS * sizeof(uint64_t))

const struct mapper *const player_mappers[] = {
	&reference_mapper,
#ifdef VMAPDIFF_KERNEL
	&kernel_mapper,
#endif
	&batched_mapper,
	&prior_mapper,
	&subject_mapper, /* NULL if there is none */
	NULL,
};

unsigned player_subject(void)
{
	unsigned i = 1;
	while (&subject_mapper && player_mappers[i] != &subject_mapper)
		i++;
	return i;
}

/* The rig's own mapper that promises what one of this kind does. */
static const struct mapper *model_of(enum mapper_kind kind)
{
	static const struct mapper *const models[] = {
		[MAPPER_SERIES] = &batched_mapper,
		[MAPPER_PRIOR] = &prior_mapper,
		[MAPPER_PAGES] = &reference_mapper,
	};
	return models[kind];
}

/* The mapper, with its model's functions where it has none of its own. */
static struct mapper complete(const struct mapper *mapper)
{
	const struct mapper *model = model_of(mapper->kind);
	struct mapper whole = *mapper;
	if (!whole.vmap)
		whole.vmap = model->vmap;
	if (!whole.vmalloc)
		whole.vmalloc = model->vmalloc;
	if (!whole.ioremap)
		whole.ioremap = model->ioremap;
	if (!whole.vunmap)
		whole.vunmap = model->vunmap;
	if (!whole.set_memory)
		whole.set_memory = model->set_memory;
	if (!whole.lookup)
		whole.lookup = model->lookup;
	return whole;
}

static uint64_t *create_pool(void)
{
	uint64_t *pool =
		mmap(NULL, POOL_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (pool == MAP_FAILED)
		return NULL;
	poison(pool, POOL_BYTES);
	return pool;
}

struct player *player_create(void)
{
	struct player *p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	bool all_there = (p->pages = create_pool()) != NULL;
	all_there &= oracle_create(&p->oracle);
	for (unsigned i = 0; player_mappers[i]; i++)
		all_there &= (p->machine[i] = machine_create()) != NULL;
	p->subject = player_subject();
	p->whole_subject = complete(player_mappers[p->subject]);
	if (all_there) {
		kernel_find_waivers(p);
		return p;
	}
	player_destroy(p);
	return NULL;
}

void player_destroy(struct player *p)
{
	if (!p)
		return;
	for (unsigned i = 0; i < PLAYER_MAX_MAPPERS; i++)
		machine_destroy(p->machine[i]);
	oracle_destroy(&p->oracle);
	if (p->pages) {
		unpoison(p->pages, POOL_BYTES);
		munmap(p->pages, POOL_BYTES);
	}
	free(p);
}

/* Writes the op's pages at `to`. */
static void expand(const struct scenario *s, const struct op *op, uint64_t *to)
{
	for (uint32_t i = 0; i < op->runs; i++) {
		const struct page_run *run = &s->run[op->first_run + i];
		for (uint32_t k = 0; k < run->pages; k++)
			to[k] = run->pfn + k;
		to += run->pages;
	}
}

static void poison_used(struct player *p)
{
	for (uint32_t i = 0; i < SCENARIO_MAX_OPS; i++) {
		if (p->array[i].count)
			poison(p->array[i].page, p->array[i].count * sizeof(uint64_t));
		p->array[i].count = 0;
	}
}

void player_prepare(struct player *p, const struct scenario *s)
{
	uint64_t *at = p->pages;
	poison_used(p);
	for (uint32_t i = 0; i < s->ops; i++) {
		size_t pages = op_pages(s, &s->op[i]);
		unpoison(at, (pages + 1) * sizeof(uint64_t));
		expand(s, &s->op[i], at);
		at[pages] = PAGE_HOLE;
		poison(at + pages, sizeof(uint64_t));
		p->array[i] = (struct page_array){ at, pages };
		at += pages + 1;
	}
}

/* --- the areas that the caller keeps, as the kernel does in its vmap_area tree ------- */

static void keep_area(struct player *p, const struct call *call, unsigned flags)
{
	p->area[p->areas++] = (struct vm_area){
		.kind = call->kind == CALL_VMAP      ? AREA_MAP
			: call->kind == CALL_VMALLOC ? AREA_ALLOC
						     : AREA_IOREMAP,
		.va = call->va,
		.bytes = call->bytes,
		.flags = flags,
		.pages = call->pages,
	};
}

/* Forgets the areas that lie wholly in what was unmapped. */
static void forget_areas(struct player *p, const struct call *unmap)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < p->areas; i++) {
		const struct vm_area *area = &p->area[i];
		if (area->va < unmap->va || area->bytes > unmap->bytes ||
		    area->va - unmap->va > unmap->bytes - area->bytes)
			p->area[kept++] = *area;
	}
	p->areas = kept;
}

/* --- calls ----------------------------------------------------------------------- */

static void make_call(const struct mapper *mapper, struct address_space *space, struct call *call,
		      const struct op *op)
{
	switch (call->kind) {
	case CALL_VMAP:
		call->returned = mapper->vmap(space, call->va, call->pages, op->prot, op->flags);
		return;
	case CALL_VMALLOC:
		call->returned = mapper->vmalloc(space, call->va, call->pages, op->shift, op->prot,
						 op->flags);
		call->page_shift = space->page_shift;
		return;
	case CALL_IOREMAP:
		call->returned = mapper->ioremap(space, call->va, call->pa, call->bytes, op->prot);
		return;
	case CALL_VUNMAP:
		call->returned = mapper->vunmap(space, call->va, call->bytes);
		return;
	case CALL_SET_MEMORY:
		call->returned = mapper->set_memory(
			space, call->va, call->bytes >> space->machine->config.page_shift,
			op->change);
		return;
	}
}

/* Makes one call and has it judged. */
static bool judge_call(struct player *p, struct call *call, const struct op *op)
{
	p->judged_calls[p->which]++;
	struct address_space space = {
		.machine = p->oracle.machine,
		.policy = &p->scenario->policy,
		.area = p->area,
		.areas = p->areas,
	};
	oracle_expect(&p->oracle, call);
	make_call(p->mapper, &space, call, op);
	call->modified = space.modified;
	return oracle_judge(&p->oracle);
}

/* Whether the call is one that is not made: see fuzz/kernel.h. */
static bool declines(struct player *p, const struct call *call)
{
	const char *why = kernel_declines(&p->oracle, call);
	if (!why)
		return false;
	p->declined = why;
	p->declined_calls++;
	return true;
}

/* What the caller of a failed mapping does: it unmaps the area. */
static bool clean_up(struct player *p, const struct call *failed)
{
	machine_begin_call(p->oracle.machine, 0, 0);
	struct call call = {
		.kind = CALL_VUNMAP,
		.op = failed->op,
		.va = failed->va,
		.bytes = failed->bytes,
		.area = p->area,
		.areas = p->areas,
		.cleanup = true,
	};
	if (declines(p, &call))
		return true;
	bool held = judge_call(p, &call, NULL);
	forget_areas(p, &call);
	return held;
}

static bool play_call(struct player *p, const struct op *op)
{
	static const enum call_kind kinds[] = {
		[OP_VMAP] = CALL_VMAP,
		[OP_VMALLOC] = CALL_VMALLOC,
		[OP_IOREMAP] = CALL_IOREMAP,
		[OP_VUNMAP] = CALL_VUNMAP,
		[OP_SET_MEMORY] = CALL_SET_MEMORY,
	};
	struct call call = {
		.kind = kinds[op->kind],
		.op = p->op,
		.va = op->va,
		.bytes = op_bytes(p->scenario, op),
		.pages = p->array[p->op],
		.pa = op->pfn << p->scenario->machine.page_shift,
		.prot = op->prot,
		.flags = op->flags,
		.asked_shift = op->shift,
		.change = op->change,
		.area = p->area,
		.areas = p->areas,
	};
	if (declines(p, &call))
		return true;
	machine_begin_call(p->oracle.machine, op->fail_alloc, op->fail_trylock);
	if (!judge_call(p, &call, op))
		return false;
	if (p->oracle.waived)
		return true;
	if (op_maps(op) && call.returned)
		return clean_up(p, &call);
	if (op_maps(op))
		keep_area(p, &call, op->flags);
	if (op->kind == OP_VUNMAP)
		forget_areas(p, &call);
	return true;
}

/* Things are planted before the call that meets them; what that stores is no call's. */
static void play_plant(struct player *p, const struct op *op)
{
	machine_begin_call(p->oracle.machine, 0, 0);
	if (op->kind == OP_LINEAR)
		oracle_plant_linear(&p->oracle, op->pfn << p->scenario->machine.page_shift,
				    op->bytes, op->by_pages);
	else if (op->table)
		oracle_plant_table(&p->oracle, op->va, op->level);
	else
		oracle_plant_leaf(&p->oracle, op->va, op->pfn, op->level);
}

static void add_missed(struct missed *to, const struct missed *from)
{
	for (int cause = 0; cause < MISSED_CAUSES; cause++) {
		to->groups[cause] += from->groups[cause];
		to->blocks[cause] += from->blocks[cause];
	}
}

static bool has_machine(const struct mapper *mapper, const struct machine_config *config)
{
	return !mapper->has_machine || mapper->has_machine(config);
}

bool player_run(struct player *p, const struct scenario *s, unsigned which, uint32_t ops,
		struct verdict *verdict)
{
	struct machine *m = p->machine[which];
	p->scenario = s;
	p->mapper = player_mappers[which];
	if (p->mapper == &subject_mapper)
		p->mapper = &p->whole_subject;
	p->which = which;
	p->played |= 1U << which;
	p->areas = 0;
	machine_reset(m, &s->machine);
	oracle_begin(&p->oracle, m, p->mapper, &s->policy);
	p->oracle.waivers = p->waivers;
	if (is_kernel(p->mapper))
		p->oracle.waivers.behaviours = p->tree_waivers;

	bool holds = true;
	if (!has_machine(p->mapper, &s->machine))
		ops = 0;
	for (p->op = 0; p->op < ops && holds && !p->oracle.waived; p->op++) {
		const struct op *op = &s->op[p->op];
		if (op_is_call(op))
			holds = play_call(p, op);
		else
			play_plant(p, op);
	}
	*verdict = p->oracle.verdict;
	add_missed(&p->missed, &p->oracle.missed);
	if (!holds)
		snprintf(p->complaint, sizeof(p->complaint), "%s",
			 p->mapper->complaint ? p->mapper->complaint() : "");
	p->mapper = NULL;
	return holds;
}

/* A line of pages by cause; nothing when there are none. */
static void print_causes(const char *what, const uint64_t *pages, FILE *to)
{
	static const char *const causes[MISSED_CAUSES] = {
		[MISSED_BEHIND_SINGLE] = "behind a single page",
		[MISSED_SKEW] = "VA and PA skewed",
		[MISSED_PFN_ALIGNMENT] = "pfn alignment",
		[MISSED_MAX_SHIFT] = "max-shift",
		[MISSED_POLICY] = "policy",
	};
	bool any = false;
	for (int cause = 0; cause < MISSED_CAUSES; cause++) {
		if (!pages[cause])
			continue;
		fprintf(to, "%s%" PRIu64 " %s", any ? ", " : what, pages[cause], causes[cause]);
		any = true;
	}
	if (any)
		fputc('\n', to);
}

void player_print_missed(const struct player *p, FILE *to)
{
	print_causes("pages that missed a group: ", p->missed.groups, to);
	print_causes("pages that missed a block: ", p->missed.blocks, to);
}

/* Whether witnesses, which take each page alone, play this scenario: by its content alone. */
static bool wants_witnesses(const struct player *p, const struct scenario *s)
{
	uint64_t pages = 0, mix = 0;
	for (uint32_t i = 0; i < s->ops; i++) {
		const struct op *op = &s->op[i];
		pages += p->array[i].count + (op->bytes >> s->machine.page_shift);
		mix = (mix ^ op->va ^ op->pfn ^ (p->array[i].count ? p->array[i].page[0] : 0)) *
		      UINT64_C(0x9e3779b97f4a7c15);
	}
	uint64_t sample = pages / WITNESS_SHARE;
	if (sample < WITNESS_SAMPLE)
		sample = WITNESS_SAMPLE;
	return pages <= WITNESS_ALWAYS || (mix >> 32) % sample == 0;
}

static bool play_on(struct player *p, const struct scenario *s, bool witnesses,
		    struct verdict *verdict)
{
	p->played = 0;
	verdict->rule = RULE_NONE;
	for (unsigned i = 0; player_mappers[i]; i++)
		if ((witnesses || i == p->subject) && !player_run(p, s, i, s->ops, verdict))
			return false;
	return true;
}

bool player_play_all(struct player *p, const struct scenario *s, struct verdict *verdict)
{
	player_prepare(p, s);
	return play_on(p, s, true, verdict);
}

bool player_play(struct player *p, const struct scenario *s, struct verdict *verdict)
{
	p->executions++;
	player_prepare(p, s);
	return play_on(p, s, wants_witnesses(p, s), verdict);
}
