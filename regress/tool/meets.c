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

/* An event of the outer call, whose record the machine shows. */
static void print_event(const struct telling *t, const char *when, uint32_t event)
{
	const struct oracle *o = &t->p->oracle;
	const struct event_log *log = &o->machine->log;
	if (event >= log->events)
		return;
	const struct event *e = &log->event[event];
	fprintf(t->to, "    %-7s ", when);
	event_print(o, e, e->count, t->to);
	if (e->place.at) {
		fputs("\n            ", t->to);
		place_print(o->mapper, &e->place, "\n            ", t->to);
	}
	fputc('\n', t->to);
}

/* Where the outer call went on when the inner one had its lock. */
static void print_waiting(const struct telling *t, enum machine_lock lock)
{
	if (lock != LOCKS)
		fprintf(t->to, "    waits   for the %s, until that is released\n", lock_name(lock));
}

/* Between which events of the outer side the inner one ran, and what that waited for. */
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

static void print_met(const struct telling *t, uint32_t op)
{
	const struct how_met *met = &t->p->met[op];
	fprintf(t->to,
		"  op %" PRIu32 " %s, by %s, after %" PRIu32 " event%s of op %" PRIu32 " %s\n",
		op + 1, name_of(t->s, op),
		t->s->op[op].during.by == MEETING_BY_IRQ ? "an interrupt" : "another CPU",
		met->event, met->event == 1 ? "" : "s", op, name_of(t->s, op - 1));
	print_place(t, met);
}

static void print_read(const struct telling *t, uint32_t op)
{
	const struct how_met *met = &t->p->met[op];
	const struct read *read = &t->s->op[op].read;
	const char *reader = read->by == READER_DUMP ? "a dump" : "a lookup";
	const char *many = met->event == 1 ? "" : "s";
	if (met->how == MET_AFTER)
		fprintf(t->to, "  op %" PRIu32 " %s, and %s not during it: %s\n", op + 1,
			name_of(t->s, op), reader, met->why ? met->why : "the call is not made");
	if (met->how != MET_DURING)
		return;
	if (read->of_reader)
		fprintf(t->to,
			"  op %" PRIu32 " %s, by another CPU, after %" PRIu32 " event%s of %s\n",
			op + 1, name_of(t->s, op), met->event, many, reader);
	else
		fprintf(t->to,
			"  %s, by another CPU, after %" PRIu32 " event%s of op %" PRIu32 " %s\n",
			reader, met->event, many, op + 1, name_of(t->s, op));
	print_place(t, met);
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
	const struct how_met *met = &t->p->met[step->op];
	(void)out;
	if (step->kind == PLAYER_CALLS && !skipped && t->s->op[step->op].read.stated)
		print_read(t, step->op);
	if (step->kind != PLAYER_CALLS || skipped || !t->s->op[step->op].during.stated)
		return;
	if (met->how == MET_DURING)
		print_met(t, step->op);
	else
		fprintf(t->to, "  op %" PRIu32 " %s, after op %" PRIu32 " %s: %s\n", step->op + 1,
			name_of(t->s, step->op), step->op, name_of(t->s, step->op - 1),
			met->why ? met->why : "that one is not made");
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
