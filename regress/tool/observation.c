// SPDX-License-Identifier: GPL-2.0-only
#include "regress/tool/observation.h"

#include <inttypes.h>
#include <string.h>

#include "mapper/machine/assert.h"
#include "regress/tool/barrier.h"
#include "regress/tool/digest.h"
#include "regress/tool/json.h"
#include "regress/tool/step_record.h"
#include "regress/tool/view.h"

#define MAX_COUNTS 64
#define MAX_LEAVES 32 /* runs of leaves that are written out; the digest has all */

/* How often something happened in a step. Names are static, but for those that hold a number. */
struct count {
	char name[56];
	uint64_t number;
};

struct observing {
	const struct player *p;
	const struct scenario *s;
	const struct machine *m;
	FILE *to;
	unsigned step;
	uint64_t loads; /* of the machine, before the step */
	struct count count[MAX_COUNTS];
	unsigned counts;
	uint64_t order; /* a digest of the step's events */
};

/* --- counts --------------------------------------------------------------------------------- */

static void count(struct observing *o, const char *name, uint64_t number)
{
	unsigned i = 0;
	if (!number)
		return;
	while (i < o->counts && strcmp(o->count[i].name, name) != 0)
		i++;
	if (i == o->counts) {
		ASSERT_CMP(o->counts, <, MAX_COUNTS);
		snprintf(o->count[o->counts++].name, sizeof(o->count[i].name), "%s", name);
		o->count[i].number = 0;
	}
	o->count[i].number += number;
}

static void put_counts(const struct observing *o)
{
	fputs(",\"counts\":{", o->to);
	for (unsigned i = 0; i < o->counts; i++)
		fprintf(o->to, "%s\"%s\":%" PRIu64, i ? "," : "", o->count[i].name,
			o->count[i].number);
	fputc('}', o->to);
}

/* --- events --------------------------------------------------------------------------------- */

static uint64_t word_of(const struct observing *o, uint32_t list, uint32_t i, uint64_t first,
			uint64_t step)
{
	return list == EVENT_NO_WORDS ? first + i * step : o->m->log.word[list + i];
}

static const char *kind_of_store(uint64_t old, uint64_t new)
{
	if (old == new)
		return "stores/of the same word";
	if (!new)
		return "stores/clearing";
	return old ? "stores/changing" : "stores/setting";
}

/* Each word by itself: how a record joins stores of neighbours says nothing of the mapper. */
static void observe_store(struct observing *o, const struct event *e)
{
	for (uint32_t i = 0; i < e->count; i++) {
		uint64_t old = word_of(o, e->old_words, i, 0, 0);
		uint64_t new = word_of(o, e->words, i, e->first, e->step);
		count(o, kind_of_store(old, new), 1);
		digest_word(&o->order, e->table);
		digest_word(&o->order, e->index + i);
		digest_word(&o->order, new);
	}
}

static void observe_tlbi(struct observing *o, const struct event *e)
{
	char name[56], hint[24] = "";
	if (e->level != EVENT_NO_HINT)
		snprintf(hint, sizeof(hint), ", level %d", e->level);
	snprintf(name, sizeof(name), "tlbi/%s%s%s%s",
		 e->all        ? "of everything"
		 : e->by_range ? "by range"
			       : "by address",
		 e->all ? "" : hint, !e->all && e->last_level_only ? ", last level" : "",
		 e->local ? ", local" : "");
	uint64_t pages = e->all ? 1 : e->bytes >> o->s->machine.page_shift;
	/* A record joins the instructions of neighbours. A tree's counts them; in a model's each is for a page. */
	count(o, name, e->count ? e->count : pages);
	if (!e->all)
		count(o, "invalidated/pages", pages);
	digest_word(&o->order, e->va);
	digest_word(&o->order, e->bytes);
	digest_word(&o->order, (uint64_t)e->level << 8 | e->last_level_only << 4 | e->all << 3 |
				       e->local << 2 | e->by_range << 1);
}

static void observe_flush(struct observing *o, const struct event *e)
{
	count(o,
	      e->what == CACHE_FLUSH_VMAP ? "flushes/flush_cache_vmap"
					  : "flushes/flush_cache_vunmap",
	      1);
	count(o, "flushes/pages", e->bytes >> o->s->machine.page_shift);
	digest_word(&o->order, e->va);
	digest_word(&o->order, e->bytes);
}

static void observe_barrier(struct observing *o, const struct event *e)
{
	char name[56];
	snprintf(name, sizeof(name), "barriers/%s", barrier_name(e->what));
	count(o, name, 1);
}

static void observe_lock(struct observing *o, const struct event *e)
{
	const char *had = e->for_writing ? "locks/taken for writing" : "locks/taken for reading";
	count(o, e->what ? had : "locks/not had", 1);
	digest_word(&o->order, e->for_writing);
}

/* What an event counts as, besides the kinds that have more to say. */
static const char *name_of(const struct event *e)
{
	static const char *const names[] = {
		[EVENT_ALLOC] = "tables/taken",
		[EVENT_FREE] = "tables/freed",
		[EVENT_UNLOCK] = "locks/released",
		[EVENT_WARN] = "warnings/WARN",
		[EVENT_BUG] = "warnings/BUG",
		[EVENT_UNMAP_ALIASES] = "aliases/vm_unmap_aliases",
		[EVENT_FREE_PAGES] = "freed/pages given back",
		[EVENT_FREE_MEMORY] = "freed/memory given back",
		[EVENT_TRAP] = "traps/bad access",
		[EVENT_LEFT_LAZY] = "lazy/sections left open",
		[EVENT_TAKE] = "locks/of tables taken",
		[EVENT_RELEASE] = "locks/of tables released",
	};
	ASSERT_CMP(e->kind, <, sizeof(names) / sizeof(names[0]));
	ASSERT(names[e->kind]);
	return names[e->kind];
}

static void observe_event(struct observing *o, const struct event *e)
{
	digest_word(&o->order, (uint64_t)e->kind << 8 | e->what);
	switch (e->kind) {
	case EVENT_STORE:
		observe_store(o, e);
		break;
	case EVENT_BARRIER:
		observe_barrier(o, e);
		break;
	case EVENT_TLBI:
		observe_tlbi(o, e);
		break;
	case EVENT_CACHE_FLUSH:
		observe_flush(o, e);
		break;
	case EVENT_TRYLOCK:
		observe_lock(o, e);
		break;
	default:
		count(o, name_of(e), 1);
		break;
	}
}

static void observe_events(struct observing *o)
{
	for (uint32_t i = 0; i < o->m->log.events; i++)
		observe_event(o, &o->m->log.event[i]);
	count(o, o->m->alloc_failed_bytes ? "tables/memory refused" : "tables/refused",
	      o->m->alloc_failed);
	count(o, "reads/descriptors", o->m->counters.loads - o->loads);
}

/* --- leaves --------------------------------------------------------------------------------- */

static void digest_extent(uint64_t *digest, const struct extent *e)
{
	const struct arm64_attributes *a = &e->attributes;
	digest_word(digest, e->page);
	digest_word(digest, e->pages);
	digest_word(digest, e->pfn);
	digest_word(digest, (uint64_t)(e->level + 1) << 1 | e->contiguous);
	digest_word(digest, (uint64_t)a->memory << 16 | (uint64_t)a->shareability << 8 |
				    a->el1_write << 6 | a->el1_write_at_once << 5 |
				    a->el1_exec << 4 | a->el0_access << 3 | a->el0_exec << 2 |
				    a->global << 1 | a->accessed);
}

/* Pages of an extent that lie in [first, end). */
static uint64_t pages_in(const struct extent *e, uint64_t first, uint64_t end)
{
	uint64_t from = e->page > first ? e->page : first;
	uint64_t to = e->page + e->pages < end ? e->page + e->pages : end;
	return from < to ? to - from : 0;
}

/* A run of leaves of one kind, in order of addresses; extents of one kind are one run. */
struct leaves {
	int level;
	bool contiguous;
	uint64_t pages;
};

static void put_leaves(const struct observing *o, const struct leaves *leaves, unsigned number)
{
	fprintf(o->to, "%s[%d,%s,%" PRIu64 "]", number ? "," : "", leaves->level,
		leaves->contiguous ? "true" : "false", leaves->pages);
}

/* What maps the pages [first, end): runs of [level, whether Contiguous, pages]. */
static void put_shape(const struct observing *o, const struct view *view, uint64_t first,
		      uint64_t end)
{
	struct leaves run = { 0 };
	unsigned number = 0;
	fputs(",\"leaves\":[", o->to);
	for (size_t i = 0; i < view->extents; i++) {
		const struct extent *e = &view->extent[i];
		uint64_t pages = pages_in(e, first, end);
		if (!pages)
			continue;
		if (run.pages && (run.level != e->level || run.contiguous != e->contiguous)) {
			if (number < MAX_LEAVES)
				put_leaves(o, &run, number);
			number++;
			run.pages = 0;
		}
		run = (struct leaves){ e->level, e->contiguous, run.pages + pages };
	}
	if (run.pages && number < MAX_LEAVES)
		put_leaves(o, &run, number);
	fputc(']', o->to);
}

/* Leaves that [first, end) of an extent touches, a group as one: as many as walks that fill a TLB. */
static uint64_t walks_of(const struct arm64_geometry *g, const struct extent *e, uint64_t first,
			 uint64_t end)
{
	uint64_t from = e->page > first ? e->page : first;
	unsigned order = arm64_leaf_order(g, e->level);
	if (e->contiguous)
		order += arm64_contiguous_size(g, e->level);
	return ((from + pages_in(e, first, end) - 1) >> order) - (from >> order) + 1;
}

/* How the pages [first, end) are mapped, in numbers: all of them, however many runs they are. */
static void put_pages(const struct observing *o, const struct view *view, uint64_t first,
		      uint64_t end)
{
	uint64_t total = 0, groups = 0, blocks = 0, walks = 0;
	for (size_t i = 0; i < view->extents; i++) {
		const struct extent *e = &view->extent[i];
		uint64_t pages = pages_in(e, first, end);
		if (!pages)
			continue;
		total += pages;
		walks += walks_of(&o->p->oracle.g, e, first, end);
		if (e->level < ARM64_LAST_LEVEL)
			blocks += pages;
		else if (e->contiguous)
			groups += pages;
	}
	fprintf(o->to,
		",\"pages\":{\"total\":%" PRIu64 ",\"groups\":%" PRIu64 ",\"blocks\":%" PRIu64
		",\"walks\":%" PRIu64 "}",
		total, groups, blocks, walks);
}

/* The leaves of the call's range, and a digest of all that is mapped. */
static void put_space(const struct observing *o, const struct call *call)
{
	const struct oracle *oracle = &o->p->oracle;
	struct view view = view_of(&oracle->g, o->m);
	uint64_t digest = 0;
	if (call && call->bytes && !call_sets_up(call->kind)) {
		uint64_t first = oracle_page(oracle, call->va);
		uint64_t end = first + (call->bytes >> oracle->g.granule);
		put_shape(o, &view, first, end);
		put_pages(o, &view, first, end);
	}
	for (size_t i = 0; i < view.extents; i++)
		digest_extent(&digest, &view.extent[i]);
	fprintf(o->to, ",\"tables\":\"%016" PRIx64 "\"", digest);
	view_free(&view);
}

/* --- steps ---------------------------------------------------------------------------------- */

static void put_head(const struct observing *o, const struct player_step *step)
{
	fprintf(o->to, "%s{\"op\":%u", o->step ? "," : "", step->op);
	step_put_kind(o->to, step);
	if (step->call)
		step_put_text(o->to, "call", call_traits(step->call->kind)->name);
}

static void before_step(void *context, const struct player_step *step)
{
	struct observing *o = context;
	if (step->kind == PLAYER_READS) /* what a reader reads is not what the call costs */
		return;
	o->counts = 0;
	o->order = 0;
	o->loads = o->m->counters.loads;
}

static void after_step(void *context, const struct player_step *step, const struct outcome *out,
		       const char *skipped)
{
	struct observing *o = context;
	if (step->kind == PLAYER_READS)
		return;
	put_head(o, step);
	if (skipped) {
		step_put_text(o->to, "skipped", skipped);
	} else {
		observe_events(o);
		if (out)
			step_put_outcome(o->to, out, "modified", o->p->mapper);
		put_counts(o);
		fprintf(o->to, ",\"order\":\"%016" PRIx64 "\"", o->order);
		put_space(o, step->call);
	}
	fputc('}', o->to);
	o->step++;
}

/* --- all of it ------------------------------------------------------------------------------ */

static void put_start(const char *path, FILE *to)
{
	fprintf(to, "{\"version\":%d,\"file\":", OBSERVATION_VERSION);
	json_text(to, path);
}

static void put_machine(const struct observing *o)
{
	const struct machine_config *config = &o->s->machine;
	fprintf(o->to, ",\"machine\":\"%s va=%u pa=%u%s\"", granule_name(config->page_shift),
		config->va_bits, config->pa_bits, config->lpa2 ? " lpa2" : "");
	fprintf(o->to, ",\"played\":%s",
		mapper_has_machine(mapper_tested(), config) ? "true" : "false");
}

static void put_verdict(const struct observing *o, const struct verdict *verdict)
{
	char signature[VERDICT_SIGNATURE_SIZE] = "";
	if (verdict->rule != RULE_NONE)
		verdict_signature(verdict, signature);
	step_put_text(o->to, "signature", signature);
	if (verdict->rule == RULE_NONE)
		return;
	fprintf(o->to, ",\"op\":%u,\"va\":\"0x%" PRIx64 "\"", verdict->op, verdict->va);
	step_put_text(o->to, "expected", verdict->expected);
	step_put_text(o->to, "found", verdict->found);
	step_put_text(o->to, "kernel", o->p->warning);
}

bool observation_write(struct player *p, const struct scenario *s, const char *path, FILE *to)
{
	unsigned which = mapper_list()->under_test;
	struct observing o = { .p = p, .s = s, .m = p->machine[which], .to = to };
	const struct player_listener listener = { before_step, after_step, &o };
	struct verdict verdict;
	struct refusal why;
	player_prepare(p, s);
	put_start(path, to);
	put_machine(&o);
	fputs(",\"steps\":[", to);
	p->listener = &listener;
	player_run(p, s, which, s->ops, &verdict);
	p->listener = NULL;
	fputs("]", to);
	if (player_refused(p, &why))
		fprintf(to, ",\"not_set_up\":%u", p->refused.op);
	put_verdict(&o, &verdict);
	fputc('}', to);
	return verdict.rule != RULE_PROCESS_HANG && verdict.rule != RULE_PROCESS_STACK_OVERFLOW;
}

void observation_write_death(const char *path, const char *signature, FILE *to)
{
	put_start(path, to);
	fputs(",\"played\":true,\"ended\":true,\"steps\":[],\"signature\":", to);
	json_text(to, signature);
	fputc('}', to);
}

void observation_write_unusable(const char *path, FILE *to)
{
	put_start(path, to);
	fputs(",\"played\":false,\"unusable\":true}", to);
}
