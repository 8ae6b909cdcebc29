// SPDX-License-Identifier: GPL-2.0-only
#include "regress/tool/meets.h"

#include <inttypes.h>

#include "mapper/machine/assert.h"
#include "regress/tool/event_text.h"
#include "regress/tool/place.h"

struct telling {
	struct player *p;
	const struct scenario *s;
	FILE *to;
};

static const char *name_of(const struct scenario *s, uint32_t op)
{
	return call_traits(s->op[op].call.kind)->name;
}

/* As the signature of a finding names it: from 0. */
static void print_op(const struct telling *t, uint32_t op)
{
	fprintf(t->to, "op=%" PRIu32 ":%s", op, name_of(t->s, op));
}

static const char *reader_name(const struct read *read)
{
	return read->by == READER_DUMP ? "a dump" : "a lookup";
}

/* --- two sides that met ------------------------------------------------------------------ */

/* An event of the outer side, whose record the machine shows. */
static void print_event(const struct telling *t, const char *when, uint32_t event)
{
	const struct oracle *o = &t->p->oracle;
	const struct event_log *log = &o->machine->log;
	if (event >= log->events)
		return;
	const struct event *e = &log->event[event];
	fprintf(t->to, "    %-7s ", when);
	event_print(o, e, e->count, t->to);
	const struct source_place *place = event_place(log, e);
	if (place->at) {
		fputs("\n            ", t->to);
		place_print(o->mapper, place, "\n            ", t->to);
	}
	fputc('\n', t->to);
}

/* For what the inner side waited last, and after which event of the outer one it went on, if it did. */
static void print_waiting(const struct telling *t, enum machine_lock lock)
{
	const struct machine *m = t->p->oracle.machine;
	struct meeting_turn turn, last = { 0, 0 };
	unsigned turns = 0;
	if (lock == LOCKS)
		return;
	fprintf(t->to, "    waits   for the %s\n", lock_name(lock));
	while (meeting_turn(m, turns, &turn)) {
		last = turn;
		turns++;
	}
	if (turns > 1)
		print_event(t, "until", last.outer - 1);
}

/* Between which events of the outer side the inner one began, and what that waited for. */
static void print_place(const struct telling *t, const struct how_met *met)
{
	struct machine *m = t->p->oracle.machine;
	enum machine_side side = meeting_side(m);
	meeting_show(m, SIDE_OUTER);
	if (met->event)
		print_event(t, "after", met->event - 1);
	print_event(t, "before", met->event);
	print_waiting(t, met->waited_for);
	meeting_show(m, side);
}

/* ", by WHOM, after N events of ": what follows is the outer side. */
static void print_when(const struct telling *t, const struct how_met *met, const char *by)
{
	fprintf(t->to, ", by %s, after %" PRIu32 " event%s of ", by, met->event,
		met->event == 1 ? "" : "s");
}

static void print_met(const struct telling *t, uint32_t op)
{
	const bool by_irq = t->s->op[op].during.by == MEETING_BY_IRQ;
	fputs("  ", t->to);
	print_op(t, op);
	print_when(t, &t->p->met[op], by_irq ? "an interrupt" : "another CPU");
	print_op(t, op - 1);
	fputc('\n', t->to);
	print_place(t, &t->p->met[op]);
}

static void print_met_reader(const struct telling *t, uint32_t op)
{
	const struct read *read = &t->s->op[op].read;
	fputs("  ", t->to);
	if (read->of_reader)
		print_op(t, op);
	else
		fputs(reader_name(read), t->to);
	print_when(t, &t->p->met[op], "another CPU");
	if (read->of_reader)
		fputs(reader_name(read), t->to);
	else
		print_op(t, op);
	fputc('\n', t->to);
	print_place(t, &t->p->met[op]);
}

/* --- and that did not ---------------------------------------------------------------------- */

/* The outer side makes too few events. */
static void print_no_event(const struct telling *t, uint32_t events, uint32_t event)
{
	if (!events) {
		fputs(" makes no event", t->to);
		return;
	}
	fprintf(t->to, " makes %" PRIu32 " event%s, and none after event %" PRIu32, events,
		events == 1 ? "" : "s", event);
}

/* Why op `inner` was not made during op `outer`; the same op where it was to meet a reader. */
static void print_apart(const struct telling *t, enum apart why, uint32_t outer, uint32_t inner)
{
	const struct mapper *mapper = t->p->oracle.mapper;
	switch (why) {
	case APART_ONE_BY_ONE:
		fprintf(t->to, "the calls of mapper %s are made one after the other", mapper->name);
		break;
	case APART_OUTER_SKIPPED:
		print_op(t, outer);
		fputs(" is not made", t->to);
		break;
	case APART_INNER_SKIPPED:
		print_op(t, inner);
		fputs(" would not be made before ", t->to);
		print_op(t, outer);
		break;
	case APART_SAME_PAGES:
		print_op(t, outer);
		fputs(" and ", t->to);
		print_op(t, inner);
		fputs(" change the same pages, which no two callers do", t->to);
		break;
	case APART_LARGE_LEAF:
		print_op(t, inner);
		fputs(" changes leaves larger than a page, which no interrupt does", t->to);
		break;
	case APART_NO_DUMP:
		fprintf(t->to, "mapper %s has no dump", mapper->name);
		break;
	default:
		ASSERT_CMP(why, ==, APART_FREES_UNLOCKED);
		fputs("frees-unlocked: the tree frees tables while a dump walks them", t->to);
	}
}

static void tell_apart(const struct telling *t, uint32_t op)
{
	const struct how_met *met = &t->p->met[op];
	fputs("  ", t->to);
	print_op(t, op);
	fputs(", not during ", t->to);
	print_op(t, op - 1);
	fputs(": ", t->to);
	if (met->apart != APART_NO_EVENT) {
		print_apart(t, met->apart, op - 1, op);
	} else {
		print_op(t, op - 1);
		print_no_event(t, met->event, t->s->op[op].during.event);
	}
	fputc('\n', t->to);
}

static void tell_reader_apart(const struct telling *t, uint32_t op)
{
	const struct how_met *met = &t->p->met[op];
	const struct read *read = &t->s->op[op].read;
	fputs("  ", t->to);
	print_op(t, op);
	fprintf(t->to, ", and %s not during it: ", reader_name(read));
	if (met->apart != APART_NO_EVENT) {
		print_apart(t, met->apart, op, op);
	} else {
		if (read->of_reader)
			fputs(reader_name(read), t->to);
		else
			print_op(t, op);
		print_no_event(t, met->event, read->event);
	}
	fputc('\n', t->to);
}

static void before_step(void *context, const struct player_step *step)
{
	(void)context;
	(void)step;
}

static void after_step(void *context, const struct player_step *step, const struct outcome *out,
		       const char *skipped)
{
	const struct telling *t = context;
	const struct op *op = &t->s->op[step->op];
	const bool during = t->p->met[step->op].how == MET_DURING;
	(void)out;
	(void)skipped;
	if (step->kind != PLAYER_CALLS)
		return;
	if (op->during.stated)
		(during ? print_met : tell_apart)(t, step->op);
	if (op->read.stated)
		(during ? print_met_reader : tell_reader_apart)(t, step->op);
}

static bool any_meets(const struct scenario *s)
{
	bool any = false;
	for (uint32_t i = 0; i < s->ops; i++)
		any |= s->op[i].during.stated || s->op[i].read.stated;
	return any;
}

void meets_print(struct player *p, const struct scenario *s, unsigned which, uint32_t ops, FILE *to)
{
	struct telling telling = { p, s, to };
	const struct player_listener listener = { before_step, after_step, &telling };
	struct verdict verdict;
	if (!any_meets(s))
		return;
	fprintf(to, "\ncalls made while others run, on %s:\n", mapper_list()->mapper[which]->name);
	ASSERT(!p->listener);
	p->listener = &listener;
	player_run(p, s, which, ops, &verdict);
	p->listener = NULL;
}
