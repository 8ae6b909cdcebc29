// SPDX-License-Identifier: GPL-2.0-only
#include "regress/tool/explain.h"

#include <inttypes.h>
#include <string.h>

#include "mapper/machine/assert.h"
#include "regress/tool/barrier.h"
#include "regress/tool/batch.h"
#include "regress/tool/event_text.h"
#include "regress/tool/place.h"

#define BATCHES_BEFORE 4 /* shown before the one that it is about, and after it */
#define BATCHES_AFTER 3
/* Where what is said of an event goes on, below it. */
#define BELOW "\n              "
#define NO_EVENT UINT32_MAX

/* What is explained, and the pages that it is about. */
struct explanation {
	const struct oracle *o;
	const struct machine *m;
	const struct verdict *verdict;
	FILE *to;
	uint64_t page;      /* of the verdict's address */
	const char *reader; /* whose events are shown: the name of a reader; NULL: the call's */
};

/* --- the page of the array -------------------------------------------------------- */

static void print_array(const struct explanation *ex, const struct scenario *s, const struct op *op)
{
	uint64_t first = oracle_page(ex->o, op->call.va), index = ex->page - first, at = 0;
	if (!call_traits(op->call.kind)->has_pages || ex->page < first || index >= op_pages(s, op))
		return;
	for (uint32_t i = 0; i < op->runs; i++) {
		const struct page_run *run = &s->run[op->first_run + i];
		if (index < at + run->pages) {
			fprintf(ex->to,
				"  array     index %" PRIu64 ": page %" PRIu64
				" of run %u, 0x%" PRIx64 "+%u\n",
				index, index - at, i + 1, run->pfn, run->pages);
			return;
		}
		at += run->pages;
	}
}

/* --- drawings ------------------------------------------------------------------------ */

/* `.` as expected, `!` not, `-` nothing mapped and nothing expected. */
static char mark_of(const struct explanation *ex, uint64_t page)
{
	const struct oracle *o = ex->o;
	unsigned at = space_find(&o->space, page);
	const struct segment *s = at < o->space.segments ? &o->space.segment[at] : NULL;
	bool expected = s && s->start <= page && s->may & MAY_BE_MAPPED;
	struct arm64_translation t = arm64_translate(&o->g, ex->m, oracle_va(o, page));
	if (!expected)
		return t.mapped ? '!' : '-';
	if (!t.mapped)
		return s->may & MAY_BE_ABSENT ? '-' : '!';
	bool write = (s->may & MAY_WRITE || !t.attributes.el1_write) &&
		     (s->may & MAY_NOT_WRITE || t.attributes.el1_write_at_once);
	bool exec = t.attributes.el1_exec ? s->may & MAY_EXEC : s->may & MAY_NOT_EXEC;
	return t.oa >> o->g.granule == segment_pfn(s, page) && write && exec ? '.' : '!';
}

/* The worst mark of some pages. */
static char worst_of(const struct explanation *ex, uint64_t page, uint64_t pages)
{
	char worst = '-';
	for (uint64_t i = 0; i < pages && worst != '!'; i++) {
		char mark = mark_of(ex, page + i);
		if (mark == '!' || worst == '-')
			worst = mark;
	}
	return worst;
}

#define MARKS_A_LINE 64

/* Draws `count` marks of `pages` pages each from `first` on, 64 a line. */
static void draw(const struct explanation *ex, const char *what, uint64_t first, uint64_t count,
		 uint64_t pages)
{
	uint64_t va = oracle_va(ex->o, first);
	ASSERT_CMP(pages & (pages - 1), ==, 0);
	ASSERT_CMP(first & (count * pages - 1), ==, 0);
	fprintf(ex->to,
		"  %-9s at 0x%016" PRIx64 ", %" PRIu64
		" page%s a mark: . right ! wrong - unmapped\n",
		what, va, pages, pages == 1 ? "" : "s");
	for (uint64_t i = 0; i < count; i++) {
		if (i % MARKS_A_LINE == 0)
			fprintf(ex->to, "%s            [", i ? "]\n" : "");
		fputc(worst_of(ex, first + i * pages, pages), ex->to);
	}
	fprintf(ex->to, "]\n");
}

static void draw_around(const struct explanation *ex)
{
	const struct arm64_geometry *g = &ex->o->g;
	uint64_t group = UINT64_C(1) << arm64_contiguous_size(g, ARM64_LAST_LEVEL);
	uint64_t block = UINT64_C(1) << arm64_leaf_order(g, ARM64_LAST_LEVEL - 1);
	draw(ex, "group", ex->page & ~(group - 1), group, 1);
	draw(ex, "block", ex->page & ~(block - 1), block / group, group);
}

/* --- events ---------------------------------------------------------------------------- */

/* The same words, which are literals of one function. */
static bool stores_alike(const void *context, const struct event *a, const struct event *b)
{
	const struct explanation *ex = context;
	return event_stores(ex->o, a) == event_stores(ex->o, b);
}

/* Also of entries that map nothing, such as those that are cleared. */
static bool follows(const void *context, const struct event *a, const struct event *b)
{
	const struct explanation *ex = context;
	const struct arm64_geometry *g = &ex->o->g;
	const int level = ex->o->trace.place[a->table].level;
	uint64_t old = event_first_word(ex->o, a), new = event_first_word(ex->o, b);
	if (arm64_kind(g, level, old) != ARM64_LEAF)
		return arm64_kind(g, level, old) == ARM64_INVALID;
	return arm64_address(g, new) ==
	       arm64_address(g, old) + (UINT64_C(1) << (arm64_leaf_order(g, level) + g->granule));
}

static struct event_batch batch_of(const struct explanation *ex, uint32_t first)
{
	return batch_at(&ex->m->log, first, &(struct batch_format){ stores_alike, follows, ex });
}

/* Which entries a batch of single stores stored, and what came with each. */
static void print_entries(const struct explanation *ex, const struct event_batch *batch)
{
	const struct event *e = &ex->m->log.event[batch->first];
	fprintf(ex->to, "entries 0x%x..0x%x%s in %u call%s", e->index, e->index + batch->stores - 1,
		batch->apart ? ", of pages that lie apart," : "", batch->calls,
		batch->calls == 1 ? "" : "s");
	for (uint32_t i = 1; i < batch->step; i++)
		fprintf(ex->to, "%s%s", i == 1 ? ", each with " : ", ", barrier_name(e[i].what));
}

/* A batch, and where it was caused unless that is known from the batch before. Without its end of line. */
static void print_batch(const struct explanation *ex, const struct event_batch *batch,
			const struct source_place *known, const char *below)
{
	const struct event *e = &ex->m->log.event[batch->first];
	event_print(ex->o, e, batch->stores > 1 ? batch->stores : e->count, ex->to);
	if (batch->stores > 1) {
		fputs(below, ex->to);
		print_entries(ex, batch);
	}
	const struct source_place *place = event_place(&ex->m->log, e);
	if (place->at && !(known && place_same(known, place))) {
		fputs(below, ex->to);
		place_print(ex->o->mapper, place, below, ex->to);
	}
}

/*
 * Whether the event stores an entry that a walk of the verdict's address passes at its level: as the tables
 * are now, or as they were before one was unlinked.
 */
static bool is_about(const struct explanation *ex, const struct event *e, bool linked_now)
{
	const struct table_place *place = &ex->o->trace.place[e->table];
	if (e->kind != EVENT_STORE || !(linked_now ? place->linked : place->was_linked))
		return false;
	unsigned order = arm64_leaf_order(&ex->o->g, place->level);
	uint64_t first = place->page + ((uint64_t)e->index << order);
	return ex->page >= first && ex->page < first + ((uint64_t)e->count << order) &&
	       (ex->verdict->level == VERDICT_NO_LEVEL || place->level == ex->verdict->level);
}

static uint32_t last_about(const struct explanation *ex, bool linked_now)
{
	uint32_t found = NO_EVENT;
	for (uint32_t i = 0; i < ex->m->log.events; i++)
		if (is_about(ex, &ex->m->log.event[i], linked_now))
			found = i;
	return found;
}

/* The last event that stored the entry at fault, in a table that is reached if one did; NO_EVENT where none did. */
static uint32_t event_at_fault(const struct explanation *ex)
{
	uint32_t found = last_about(ex, true);
	return found == NO_EVENT ? last_about(ex, false) : found;
}

/* The number of the batch that an event is in, and of batches in all. */
static uint32_t batch_number(const struct explanation *ex, uint32_t event, uint32_t *batches)
{
	uint32_t found = NO_EVENT;
	*batches = 0;
	for (uint32_t at = 0; at < ex->m->log.events; ++*batches) {
		struct event_batch batch = batch_of(ex, at);
		if (event >= batch.first && event < batch.end)
			found = *batches;
		at = batch.end;
	}
	return found;
}

/* The event with which batch `number` begins, of all that there are; their number if it is too large. */
static uint32_t batch_begin(const struct explanation *ex, uint32_t number)
{
	uint32_t at = 0;
	while (number-- && at < ex->m->log.events)
		at = batch_of(ex, at).end;
	return at;
}

static void print_events(const struct explanation *ex)
{
	uint32_t events = ex->m->log.events, fault = event_at_fault(ex), batches;
	uint32_t middle = batch_number(ex, fault, &batches);
	if (!events)
		return;
	if (middle == NO_EVENT)
		middle = batches - 1;
	uint32_t from = batch_begin(ex, middle > BATCHES_BEFORE ? middle - BATCHES_BEFORE : 0);
	uint32_t to = batch_begin(ex, middle + BATCHES_AFTER + 1);
	fprintf(ex->to, "  events    %u to %u of %u of this %s%s\n", from + 1, to, events,
		ex->reader ? ex->reader : "call",
		ex->reader          ? ""
		: fault == NO_EVENT ? "; none stored the entry for this address"
				    : "; > stored the entry");
	const struct source_place *known = NULL;
	for (uint32_t i = from; i < to;) {
		struct event_batch batch = batch_of(ex, i);
		bool at_fault = fault >= batch.first && fault < batch.end;
		fprintf(ex->to, "  %c %7u ", at_fault ? '>' : ' ', i + 1);
		print_batch(ex, &batch, known, BELOW);
		fputc('\n', ex->to);
		known = event_place(&ex->m->log, &ex->m->log.event[i]);
		i = batch.end;
	}
}

/* Who stored the entry at fault. */
static void print_stored(const struct explanation *ex)
{
	uint32_t fault = event_at_fault(ex);
	const struct source_place *place =
		fault == NO_EVENT ? NULL : event_place(&ex->m->log, &ex->m->log.event[fault]);
	if (!place || !place->at)
		return;
	fprintf(ex->to, "  stored by ");
	place_print(ex->o->mapper, place, "\n            ", ex->to);
	fputc('\n', ex->to);
}

/* --- all of it --------------------------------------------------------------------------- */

static bool is_about_pages(const struct verdict *verdict)
{
	const char *property = rule_text(verdict->rule)->property;
	return strcmp(property, "errors") != 0 && strcmp(property, "cost") != 0 &&
	       strcmp(property, "flush") != 0;
}

static struct explanation explanation_of(const struct player *p, unsigned which,
					 const struct verdict *verdict, FILE *to)
{
	struct explanation ex = { p->judging, p->machine[which], verdict, to, 0, NULL };
	if (verdict->rule != RULE_NONE)
		ex.page = oracle_page(ex.o, verdict->va);
	if (p->judging_reader)
		ex.reader = p->scenario->op[verdict->op].read.by == READER_DUMP ? "dump" : "lookup";
	return ex;
}

/* The last event that stored the entry that the verdict is about. */
static uint32_t fault_of(const struct explanation *ex)
{
	return ex->verdict->rule == RULE_NONE ? NO_EVENT : event_at_fault(ex);
}

const struct source_place *explain_stored(const struct player *p, unsigned which,
					  const struct verdict *verdict)
{
	const struct explanation ex = explanation_of(p, which, verdict, NULL);
	uint32_t fault = fault_of(&ex);
	return fault == NO_EVENT ? NULL : event_place(&ex.m->log, &ex.m->log.event[fault]);
}

uint32_t explain_events(const struct player *p, unsigned which, const struct verdict *verdict,
			FILE *to)
{
	struct explanation ex = explanation_of(p, which, verdict, to);
	uint32_t batches;
	for (uint32_t i = 0; i < ex.m->log.events;) {
		struct event_batch batch = batch_of(&ex, i);
		fprintf(to, "%u ", i + 1);
		print_batch(&ex, &batch, NULL, "; ");
		fputc('\n', to);
		i = batch.end;
	}
	return batch_number(&ex, fault_of(&ex), &batches);
}

void explain(const struct player *p, const struct scenario *s, unsigned which,
	     const struct verdict *verdict, FILE *to)
{
	struct explanation ex = explanation_of(p, which, verdict, to);
	fprintf(to, "  op        %u of %u: %s", verdict->op + 1, s->ops,
		call_traits(s->op[verdict->op].call.kind)->name);
	if (ex.reader)
		fprintf(to, "; a %s that met it broke the rule", ex.reader);
	fputc('\n', to);
	print_array(&ex, s, &s->op[verdict->op]);
	print_stored(&ex);
	if (is_about_pages(verdict))
		draw_around(&ex);
	print_events(&ex);
}
