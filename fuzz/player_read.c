// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/player_read.h"

#include "fuzz/player_meet.h"
#include "mapper/machine/assert.h"
#include "oracle/reading.h"

/* A call and a reader that meet, and what came of them. */
struct meeting_reader {
	struct player *p;
	struct call call;
	struct outcome out;
	struct table_reading reading;
	struct event_watch watch; /* of the call's oracle */
};

static enum apart why_alone(struct player *p, const struct call *call)
{
	if (!p->mapper->meets)
		return APART_ONE_BY_ONE;
	if (p->scenario->op[p->op].read.by == READER_DUMP && !p->mapper->dump)
		return APART_NO_DUMP;
	if (p->scenario->op[p->op].read.by == READER_DUMP &&
	    oracle_waives(&p->oracle, WAIVER_FREES_UNLOCKED))
		return APART_FREES_UNLOCKED;
	if (player_would_skip(p, p->op, call))
		return APART_OUTER_SKIPPED;
	return APART_NOT;
}

bool player_may_read(struct player *p)
{
	const struct call call = player_call(p, p->op);
	struct how_met *met = &p->met[p->op];
	met->apart = why_alone(p, &call);
	if (met->apart != APART_NOT) {
		met->how = MET_AFTER;
		p->statistics[p->which].apart++;
	}
	return met->apart == APART_NOT;
}

/* --- who is told ----------------------------------------------------------------------- */

static struct player_step step_of(const struct meeting_reader *r, bool is_reader)
{
	return (struct player_step){ .kind = is_reader ? PLAYER_READS : PLAYER_CALLS,
				     .op = r->p->op,
				     .call = is_reader ? NULL : &r->call };
}

static void tell_before(const struct meeting_reader *r, bool is_reader)
{
	const struct player_step step = step_of(r, is_reader);
	player_tell_before(r->p, &step);
}

static void tell_after(const struct meeting_reader *r, bool is_reader)
{
	const struct player_step step = step_of(r, is_reader);
	player_tell_after(r->p, &step, is_reader ? NULL : &r->out, NULL);
}

/* --- the two sides ------------------------------------------------------------------- */

static void run_reader(void *context)
{
	struct meeting_reader *r = context;
	const struct oracle *o = &r->p->oracle;
	struct table_reading *reading = &r->reading;
	struct address_space space = player_space(r->p, r->p->op);
	if (reading->by == READER_DUMP) {
		reading->lines = r->p->mapper->dump(&space, oracle_va(o, reading->page[0]),
						    (uint64_t)reading->pages << o->g.granule,
						    reading->line, DUMP_MAX_LINES);
		return;
	}
	for (unsigned i = 0; i < reading->pages; i++)
		reading->pfn[i] = r->p->mapper->lookup(&space, oracle_va(o, reading->page[i]));
}

/* Reads, on the side that the machine shows. `plan` is NULL where the reader is the inner side. */
static void read_tables(struct meeting_reader *r, const struct meeting_plan *plan)
{
	struct machine *m = r->p->oracle.machine;
	machine_begin_call(m, 0, 0);
	machine_bound_call(m, r->reading.pages);
	machine_begin_reading(m, r->reading.pages);
	m->watch = (struct event_watch){ 0 };
	if (plan)
		meeting_arm(m, plan);
	machine_run(m, run_reader, r);
}

static void make_reader(void *context)
{
	read_tables(context, NULL);
}

/* Makes the call, on the side that the machine shows; `plan` as above. */
static void make_call(struct meeting_reader *r, const struct meeting_plan *plan)
{
	struct player *p = r->p;
	const struct op *op = &p->scenario->op[p->op];
	const struct call_context in = player_context(p, p->op, false);
	machine_begin_call(p->oracle.machine, op->fail_alloc, op->fail_trylock);
	p->oracle.machine->watch = r->watch;
	oracle_expect(&p->oracle, &r->call, &in);
	player_make_call(p, p->op, &r->call, &r->out, plan);
}

static void make_call_inside(void *context)
{
	make_call(context, NULL);
}

/* --- both ---------------------------------------------------------------------------- */

/* After both ended: the outer side is told of, and the inner one if there was one. */
static void tell_both(const struct meeting_reader *r)
{
	struct player *p = r->p;
	const bool of_reader = p->scenario->op[p->op].read.of_reader;
	p->met[p->op] = player_how_met(p);
	tell_after(r, of_reader);
	if (!meeting_took_place(p->oracle.machine))
		return;
	meeting_show(p->oracle.machine, SIDE_INNER);
	tell_before(r, !of_reader);
	tell_after(r, !of_reader);
}

/* The call by its oracle, and then the reader by what is there after the call. */
static bool judge_both(struct meeting_reader *r, enum machine_side side)
{
	struct player *p = r->p;
	struct machine *m = p->oracle.machine;
	meeting_show(m, side);
	bool held = oracle_judge(&p->oracle, &r->out);
	if (held && !p->oracle.waived && meeting_took_place(m)) {
		meeting_show(m, side == SIDE_OUTER ? SIDE_INNER : SIDE_OUTER);
		held = oracle_judge_reading(&p->oracle, &r->reading);
		p->judging_reader = !held;
	}
	statistics_add_call(&p->statistics[p->which], &p->oracle.examined);
	return held;
}

/* `side` is that of the call. */
static bool finish(struct meeting_reader *r, enum machine_side side)
{
	struct player *p = r->p;
	bool held = judge_both(r, side);
	p->error = r->out.error;
	if (!held)
		return false; /* the machine stays as it is */
	meeting_end(p->oracle.machine);
	p->oracle.machine->watch = r->watch;
	return p->oracle.waived || player_finish_call(p, p->op, &r->call, &r->out);
}

/* Reads, and makes the call meanwhile. */
static bool read_outside(struct meeting_reader *r, const struct meeting_plan *plan)
{
	struct machine *m = r->p->oracle.machine;
	read_tables(r, plan);
	tell_both(r);
	if (meeting_took_place(m))
		return finish(r, SIDE_INNER);
	meeting_end(m);
	m->watch = r->watch;
	return true;
}

bool player_read(struct player *p)
{
	const struct op *op = &p->scenario->op[p->op];
	static struct meeting_reader r; /* too large for a stack */
	r = (struct meeting_reader){ .p = p,
				     .call = player_call(p, p->op),
				     .watch = p->oracle.machine->watch };
	const struct meeting_plan plan = { op->read.event, MEETING_BY_CPU,
					   op->read.of_reader ? make_call_inside : make_reader,
					   &r };
	if (player_meets_lazy(p, &r.call))
		player_purge_lazy(p);
	reading_begin(&r.reading, &p->oracle, &r.call, op->read.by);
	tell_before(&r, op->read.of_reader);
	if (op->read.of_reader)
		return read_outside(&r, &plan);
	make_call(&r, &plan);
	tell_both(&r);
	return finish(&r, SIDE_OUTER);
}
