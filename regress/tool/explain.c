// SPDX-License-Identifier: GPL-2.0-only
#include "regress/tool/explain.h"

#include <inttypes.h>
#include <string.h>

#include "mapper/machine/assert.h"

#define EVENTS_BEFORE 4 /* shown before the one that it is about, and behind it */
#define EVENTS_BEHIND 3
#define NO_EVENT UINT32_MAX

/* What is explained, and the pages that it is about. */
struct explanation {
	const struct oracle *o;
	const struct machine *m;
	const struct verdict *verdict;
	FILE *to;
	uint64_t page; /* of the verdict's address */
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
	bool write = t.attributes.el1_write ? s->may & MAY_WRITE : s->may & MAY_NOT_WRITE;
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

static void print_store(const struct explanation *ex, const struct event *e)
{
	const struct table_place *place = &ex->o->trace.place[e->table];
	uint64_t va =
		arm64_va_base(&ex->o->g) +
		((place->page + ((uint64_t)e->index << arm64_leaf_order(&ex->o->g, place->level)))
		 << ex->o->g.granule);
	uint64_t word = e->words == EVENT_NO_WORDS ? e->first : ex->m->log.word[e->words];
	fprintf(ex->to, "store %u at level %d, 0x%016" PRIx64 ": %s", e->count, place->level, va,
		!word                                                      ? "cleared"
		: arm64_kind(&ex->o->g, place->level, word) == ARM64_TABLE ? "table"
		: arm64_kind(&ex->o->g, place->level, word) == ARM64_LEAF
			? (word & ARM64_CONTIGUOUS ? "cont" : "leaf")
			: "not valid");
	if (e->old_words != EVENT_NO_WORDS)
		fprintf(ex->to, " (was in use)");
}

static void print_tlbi(const struct explanation *ex, const struct event *e)
{
	if (e->all)
		fprintf(ex->to, "TLBI all");
	else
		fprintf(ex->to, "TLBI %s %" PRIu64 " pages from 0x%016" PRIx64 "%s",
			e->by_range ? "by range of" : "of", e->bytes >> ex->o->g.granule, e->va,
			e->last_level_only ? ", last level" : "");
	if (!e->all && e->level != EVENT_NO_HINT)
		fprintf(ex->to, ", level %d", e->level);
	if (e->local)
		fprintf(ex->to, ", local");
}

static void print_event(const struct explanation *ex, const struct event *e)
{
	static const char *const barriers[] = {
		[BARRIER_DMB_ISHST] = "dmb ishst", [BARRIER_DSB_ISHST] = "dsb ishst",
		[BARRIER_DSB_ISH] = "dsb ish",     [BARRIER_ISB] = "isb",
		[BARRIER_DSB_NSHST] = "dsb nshst", [BARRIER_DSB_NSH] = "dsb nsh"
	};
	switch (e->kind) {
	case EVENT_STORE:
		print_store(ex, e);
		break;
	case EVENT_TLBI:
		print_tlbi(ex, e);
		break;
	case EVENT_BARRIER:
		fprintf(ex->to, "%s", barriers[e->what]);
		break;
	case EVENT_ALLOC:
		fprintf(ex->to, "table page %u allocated", e->table);
		break;
	case EVENT_FREE:
		fprintf(ex->to, "table page %u freed", e->table);
		break;
	case EVENT_CACHE_FLUSH:
		fprintf(ex->to, "%s of 0x%" PRIx64 " bytes from 0x%016" PRIx64,
			e->what == CACHE_FLUSH_VMAP ? "flush_cache_vmap" : "flush_cache_vunmap",
			e->bytes, e->va);
		break;
	case EVENT_TRYLOCK:
		fprintf(ex->to, e->what ? "lock acquired" : "trylock fails");
		break;
	case EVENT_UNLOCK:
		fprintf(ex->to, "lock released");
		break;
	case EVENT_WARN:
		fprintf(ex->to, "WARN()");
		break;
	case EVENT_BUG:
		fprintf(ex->to, "BUG()");
		break;
	case EVENT_UNMAP_ALIASES:
		fprintf(ex->to, "vm_unmap_aliases()");
		break;
	case EVENT_LEFT_LAZY:
		fprintf(ex->to, "return inside of a lazy MMU section");
		break;
	default:
		fprintf(ex->to, "access outside a table");
	}
	fputc('\n', ex->to);
}

/* Whether the event stores an entry that the walk of the verdict's address passes at its level. */
static bool is_about(const struct explanation *ex, const struct event *e)
{
	const struct table_place *place = &ex->o->trace.place[e->table];
	if (e->kind != EVENT_STORE || !place->linked)
		return false;
	unsigned order = arm64_leaf_order(&ex->o->g, place->level);
	uint64_t first = place->page + ((uint64_t)e->index << order);
	return ex->page >= first && ex->page < first + ((uint64_t)e->count << order) &&
	       (ex->verdict->level == VERDICT_NO_LEVEL || place->level == ex->verdict->level);
}

/* The last event that stored the entry at fault; the last of all where none did. */
static uint32_t event_at_fault(const struct explanation *ex)
{
	uint32_t found = NO_EVENT;
	for (uint32_t i = 0; i < ex->m->log.events; i++)
		if (is_about(ex, &ex->m->log.event[i]))
			found = i;
	return found;
}

static void print_events(const struct explanation *ex)
{
	uint32_t events = ex->m->log.events, fault = event_at_fault(ex);
	uint32_t middle = fault == NO_EVENT ? events - 1 : fault;
	if (!events)
		return;
	uint32_t from = middle > EVENTS_BEFORE ? middle - EVENTS_BEFORE : 0;
	uint32_t to = middle + EVENTS_BEHIND < events ? middle + EVENTS_BEHIND + 1 : events;
	fprintf(ex->to, "  events    %u to %u of %u of this call%s\n", from + 1, to, events,
		fault == NO_EVENT ? "; none stored the entry for this address"
				  : "; > stored the entry");
	for (uint32_t i = from; i < to; i++) {
		fprintf(ex->to, "  %c %7u ", i == fault ? '>' : ' ', i + 1);
		print_event(ex, &ex->m->log.event[i]);
	}
}

/* --- all of it --------------------------------------------------------------------------- */

static bool is_about_pages(const struct verdict *verdict)
{
	const char *property = rule_text(verdict->rule)->property;
	return strcmp(property, "errors") != 0 && strcmp(property, "cost") != 0 &&
	       strcmp(property, "flush") != 0;
}

uint32_t explain_events(const struct player *p, unsigned which, const struct verdict *verdict,
			FILE *to)
{
	struct explanation ex = { &p->oracle, p->machine[which], verdict, to, 0 };
	if (verdict->rule != RULE_NONE)
		ex.page = oracle_page(ex.o, verdict->va);
	for (uint32_t i = 0; to && i < ex.m->log.events; i++)
		print_event(&ex, &ex.m->log.event[i]);
	return verdict->rule == RULE_NONE ? NO_EVENT : event_at_fault(&ex);
}

void explain(const struct player *p, const struct scenario *s, unsigned which,
	     const struct verdict *verdict, FILE *to)
{
	struct explanation ex = { &p->oracle, p->machine[which], verdict, to, 0 };
	ex.page = oracle_page(ex.o, verdict->va);
	fprintf(to, "  op        %u of %u: %s\n", verdict->op + 1, s->ops,
		call_traits(s->op[verdict->op].call.kind)->name);
	print_array(&ex, s, &s->op[verdict->op]);
	if (is_about_pages(verdict))
		draw_around(&ex);
	print_events(&ex);
}
