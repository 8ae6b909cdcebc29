// SPDX-License-Identifier: GPL-2.0-only
#include "regress/tool/events.h"

#include <inttypes.h>
#include <stdlib.h>

#include "fuzz/field.h"
#include "fuzz/scenario_text.h"
#include "mapper/machine/assert.h"
#include "regress/tool/barrier.h"
#include "regress/tool/event_text.h"
#include "regress/tool/json.h"
#include "regress/tool/place.h"
#include "regress/tool/step_record.h"
#include "regress/tool/version.h"

struct recording {
	const struct player *p;
	const struct scenario *s;
	const struct mapper *mapper;
	const struct machine *m;
	unsigned step; /* that is being made, from 0 */
	/* While which another one was made: it is told of with that one. A reader has no outcome. */
	struct player_step outer;
	struct outcome outer_out;
	bool outer_has_outcome;
	FILE *to;
};

/* --- members of an object: each after a comma, since `record` is the first ------------------- */

static void put_text(const struct recording *r, const char *name, const char *text)
{
	step_put_text(r->to, name, text);
}

static void put_integer(const struct recording *r, const char *name, int64_t number)
{
	fprintf(r->to, ",\"%s\":%" PRId64, name, number);
}

static void put_bool(const struct recording *r, const char *name, bool value)
{
	fprintf(r->to, ",\"%s\":%s", name, value ? "true" : "false");
}

/* 64 bits, as text: a number of JSON has 53. */
static void put_hex(const struct recording *r, const char *name, uint64_t value)
{
	fprintf(r->to, ",\"%s\":\"0x%" PRIx64 "\"", name, value);
}

static void begin_line(const struct recording *r, const char *record)
{
	fprintf(r->to, "{\"record\":\"%s\"", record);
}

static void end_line(const struct recording *r)
{
	fputs("}\n", r->to);
}

/* --- what is played --------------------------------------------------------------------------- */

static void put_tool(const struct recording *r)
{
	char *text = scenario_to_text(r->s);
	begin_line(r, "tool");
	put_integer(r, "version", EVENTS_VERSION);
	put_text(r, "name", "vmapdiff");
	put_text(r, "release", tool_release);
	if (version_commit()[0])
		put_text(r, "commit", version_commit());
	put_text(r, "scenario", text);
	end_line(r);
	free(text);
}

static void put_mapper(const struct recording *r)
{
	begin_line(r, "mapper");
	put_text(r, "name", r->mapper->name);
	if (r->mapper->tree) {
		put_text(r, "tree", r->mapper->tree);
		put_text(r, "release", r->mapper->release);
	}
	if (r->mapper->commit && r->mapper->commit[0])
		put_text(r, "commit", r->mapper->commit);
	end_line(r);
}

static void put_machine(const struct recording *r)
{
	const struct machine_config *config = &r->s->machine;
	begin_line(r, "machine");
	put_integer(r, "page_shift", config->page_shift);
	put_integer(r, "va_bits", config->va_bits);
	put_integer(r, "pa_bits", config->pa_bits);
	put_integer(r, "bbm", config->bbm);
	put_bool(r, "lpa2", config->lpa2);
	put_bool(r, "tlbirange", config->tlb_range);
	put_text(r, "rodata", config->noalias ? "noalias" : "full");
	put_bool(r, "realm", config->realm);
	put_integer(r, "table_entries", r->m->entries);
	put_integer(r, "root", MACHINE_ROOT);
	put_hex(r, "root_pa", machine_table_pfn(r->m, MACHINE_ROOT) << config->page_shift);
	put_hex(r, "mair_el1", MACHINE_MAIR_EL1);
	put_bool(r, "supported", mapper_has_machine(r->mapper, config));
	end_line(r);
}

/* --- calls -------------------------------------------------------------------------------------- */

static void put_run(const struct recording *r, const struct page_run *run)
{
	if (run->pfn == PAGE_HOLE || run->pfn == PAGE_BAD)
		fprintf(r->to, "{\"bad\":\"%s\",\"count\":%u}",
			run->pfn == PAGE_HOLE ? "null" : "invalid", run->pages);
	else
		fprintf(r->to, "{\"pfn\":\"0x%" PRIx64 "\",\"count\":%u}", run->pfn, run->pages);
}

static void put_pages(const struct recording *r, const struct op *op)
{
	fputs(",\"pages\":[", r->to);
	for (uint32_t i = 0; i < op->runs; i++) {
		fputs(i ? "," : "", r->to);
		put_run(r, &r->s->run[op->first_run + i]);
	}
	fputc(']', r->to);
}

/* The value of a field whose values have names. */
static const char *word(enum field_id id, unsigned value)
{
	return field(id)->words[value];
}

static void put_argument(const struct recording *r, const struct call *call, const struct op *op,
			 enum field_id id)
{
	switch (id) {
	case FIELD_PAGES:
		put_pages(r, op);
		break;
	case FIELD_PA:
		put_hex(r, "pa", call->pfn << r->s->machine.page_shift);
		break;
	case FIELD_PFN:
		if (!call->table)
			put_hex(r, "pfn", call->pfn);
		break;
	case FIELD_SHIFT:
		put_integer(r, "shift", call->shift);
		break;
	case FIELD_PROT:
		put_text(r, "prot", word(id, call->prot));
		break;
	case FIELD_FLAGS:
		put_text(r, "flags", word(id, call->flags));
		break;
	case FIELD_CHANGE:
		put_text(r, "change", word(id, call->change));
		break;
	case FIELD_DIRECT_MAP:
		put_text(r, "change", word(id, call->direct_map));
		break;
	case FIELD_KEEP:
		put_hex(r, "kept", call->kept);
		break;
	case FIELD_RESET:
		put_bool(r, "reset", call->reset);
		break;
	case FIELD_LEVEL:
		put_integer(r, "level", call->level);
		break;
	case FIELD_TABLE:
		put_bool(r, "table", call->table);
		break;
	case FIELD_LEAF:
		put_text(r, "leaf", word(id, call->leaf));
		break;
	case FIELD_HALF:
		put_text(r, "half", word(id, call->half));
		break;
	default: /* the range, which every call has */
		break;
	}
}

/* --- two sides that met: the machine records each, and they are told of in the order of time ------- */

static bool met(const struct recording *r, uint32_t op)
{
	return op < r->s->ops && r->p->met[op].how == MET_DURING;
}

/* Whether a step was made while another one ran. */
static bool is_inner(const struct recording *r, const struct player_step *step)
{
	const struct op *op = &r->s->op[step->op];
	if (step->kind == PLAYER_READS)
		return met(r, step->op) && !op->read.of_reader;
	if (step->kind != PLAYER_CALLS || !met(r, step->op))
		return false;
	return op->during.stated || op->read.of_reader;
}

/* Whether another one was made while the step ran. */
static bool is_outer(const struct recording *r, const struct player_step *step)
{
	const struct op *op = &r->s->op[step->op];
	if (step->kind == PLAYER_READS)
		return met(r, step->op) && op->read.of_reader;
	if (step->kind != PLAYER_CALLS)
		return false;
	if (met(r, step->op + 1) && op[1].during.stated)
		return true;
	return met(r, step->op) && op->read.stated && !op->read.of_reader;
}

/* Of the outer side: which it is, and how many events of it were made when the inner one began. */
static void put_meeting(const struct recording *r, const struct player_step *step)
{
	const struct op *op = &r->s->op[step->op];
	fprintf(r->to, ",\"during\":{\"op\":%" PRIu32 ",\"event\":%" PRIu32 ",\"by\":\"%s\"",
		op->during.stated ? step->op - 1 : step->op, r->p->met[step->op].event,
		op->during.stated && op->during.by == MEETING_BY_IRQ ? "irq" : "cpu");
	if (op->read.of_reader)
		put_text(r, "of", "reader");
	fputc('}', r->to);
}

static void put_call(const struct recording *r, const struct player_step *step)
{
	const struct call *call = step->call;
	const struct call_traits *traits = call_traits(call->kind);
	const struct op *op = &r->s->op[step->op];
	put_text(r, "call", traits->name);
	if (step->kind != PLAYER_SETS_UP)
		put_text(r, "function", traits->function);
	put_hex(r, "va", call->va);
	put_hex(r, "bytes", call->bytes);
	for (const uint8_t *id = traits->fields; *id != FIELD_NONE; id++)
		put_argument(r, call, op, *id);
	if (step->kind == PLAYER_CALLS && op->fail_alloc)
		put_integer(r, "fail_alloc", op->fail_alloc);
	if (step->kind == PLAYER_CALLS && op->fail_trylock)
		put_integer(r, "fail_trylock", op->fail_trylock);
}

static void put_step(const struct recording *r, const char *record, const struct player_step *step)
{
	begin_line(r, record);
	put_integer(r, "step", r->step);
	put_integer(r, "op", step->op);
	step_put_kind(r->to, step);
}

static void put_end(const struct recording *r, const struct player_step *step,
		    const struct outcome *out, const char *skipped)
{
	put_step(r, "end", step);
	if (skipped)
		put_text(r, "skipped", skipped);
	if (out)
		step_put_outcome(r->to, out, "modified_levels", r->mapper);
	end_line(r);
}

/* --- events --------------------------------------------------------------------------------------- */

static void put_source_call(const struct recording *r, const struct source_call *call,
			    uint32_t number)
{
	const char *path = path_in_tree(r->mapper, call->file);
	char function[256];
	snprintf(function, sizeof(function), "%.*s", function_in_tree(call->function, path),
		 call->function);
	fputs("{\"file\":", r->to);
	json_text(r->to, path);
	fprintf(r->to, ",\"line\":%u", call->line);
	put_text(r, "function", function);
	put_integer(r, "number", number);
}

static void put_place(const struct recording *r, const struct source_place *place)
{
	if (!place->at)
		return;
	fputs(",\"place\":", r->to);
	put_source_call(r, place->at, place->at_number);
	if (place->caller) {
		fputs(",\"caller\":", r->to);
		put_source_call(r, place->caller, place->caller_number);
		fputc('}', r->to);
	}
	fputc('}', r->to);
}

static void put_words(const struct recording *r, const char *name, const struct event *e,
		      uint32_t list, uint64_t first, uint64_t step)
{
	fprintf(r->to, ",\"%s\":[", name);
	for (uint32_t i = 0; i < e->count; i++)
		fprintf(r->to, "%s\"0x%" PRIx64 "\"", i ? "," : "",
			list == EVENT_NO_WORDS ? first + i * step : r->m->log.word[list + i]);
	fputc(']', r->to);
}

static void put_table(const struct recording *r, const struct event *e)
{
	put_integer(r, "table", e->table);
	put_hex(r, "pa", machine_table_pfn(r->m, e->table) << r->s->machine.page_shift);
}

static void put_store(const struct recording *r, const struct event *e)
{
	put_table(r, e);
	put_integer(r, "index", e->index);
	put_words(r, "old", e, e->old_words, 0, 0);
	put_words(r, "new", e, e->words, e->first, e->step);
}

static void put_range(const struct recording *r, const struct event *e)
{
	put_hex(r, "va", e->va);
	put_hex(r, "bytes", e->bytes);
}

static void put_tlbi(const struct recording *r, const struct event *e)
{
	put_bool(r, "all", e->all);
	put_bool(r, "local", e->local);
	if (e->all)
		return;
	put_range(r, e);
	if (e->by_range)
		put_integer(r, "range_instructions", e->count);
	put_bool(r, "last_level_only", e->last_level_only);
	if (e->level != EVENT_NO_HINT)
		put_integer(r, "level_hint", e->level);
}

static void put_trap(const struct recording *r, const struct event *e)
{
	static const char *const traps[] = {
		[MACHINE_TRAP_NONE] = "none",
		[MACHINE_TRAP_OUTSIDE_TABLE] = "outside table",
		[MACHINE_TRAP_FREED_TABLE] = "freed table",
		[MACHINE_TRAP_NO_TABLE] = "no table",
		[MACHINE_TRAP_RUNAWAY] = "record full",
	};
	put_text(r, "trap", traps[e->what]);
	put_integer(r, "table", e->table);
	put_integer(r, "index", e->index);
	put_integer(r, "count", e->count);
}

/* Of the lock of a dump alone. */
static void put_for_writing(const struct recording *r, const struct event *e)
{
	if (e->for_writing)
		put_bool(r, "for_writing", true);
}

/* What an event has besides its name and place. */
static void put_details(const struct recording *r, const struct event *e)
{
	switch (e->kind) {
	case EVENT_STORE:
		put_store(r, e);
		break;
	case EVENT_BARRIER:
		put_text(r, "barrier", barrier_name(e->what));
		break;
	case EVENT_TLBI:
		put_tlbi(r, e);
		break;
	case EVENT_ALLOC:
		put_bool(r, "failed", false);
		put_table(r, e);
		break;
	case EVENT_FREE:
		put_table(r, e);
		break;
	case EVENT_CACHE_FLUSH:
		put_text(r, "function",
			 e->what == CACHE_FLUSH_VMAP ? "flush_cache_vmap" : "flush_cache_vunmap");
		put_range(r, e);
		break;
	case EVENT_TRYLOCK:
		put_bool(r, "acquired", e->what);
		put_for_writing(r, e);
		break;
	case EVENT_UNLOCK:
		put_for_writing(r, e);
		break;
	case EVENT_READ:
		put_table(r, e);
		put_integer(r, "index", e->index);
		break;
	case EVENT_TRAP:
		put_trap(r, e);
		break;
	case EVENT_FREE_PAGES:
		put_hex(r, "va", e->va);
		put_hex(r, "bytes", e->bytes);
		break;
	case EVENT_FREE_MEMORY:
		put_hex(r, "pfn", e->pfn);
		put_hex(r, "bytes", e->bytes);
		break;
	case EVENT_TAKE:
	case EVENT_RELEASE:
		put_text(r, "lock", lock_name(e->what));
		break;
	case EVENT_LEFT_LAZY:
		put_bool(r, "barriers_pending", e->what);
		break;
	default: /* what has nothing more to say */
		break;
	}
}

static void begin_event(const struct recording *r, const char *name)
{
	begin_line(r, "event");
	put_integer(r, "step", r->step);
	put_text(r, "event", name);
}

static void put_event(const struct recording *r, const struct event *e)
{
	static const char *const names[] = {
		[EVENT_STORE] = "store",
		[EVENT_BARRIER] = "barrier",
		[EVENT_TLBI] = "tlbi",
		[EVENT_ALLOC] = "alloc_table",
		[EVENT_FREE] = "free_table",
		[EVENT_CACHE_FLUSH] = "flush_cache",
		[EVENT_TRYLOCK] = "lock",
		[EVENT_UNLOCK] = "unlock",
		[EVENT_WARN] = "warn",
		[EVENT_BUG] = "bug",
		[EVENT_UNMAP_ALIASES] = "unmap_aliases",
		[EVENT_FREE_PAGES] = "free_pages",
		[EVENT_FREE_MEMORY] = "free_memory",
		[EVENT_LEFT_LAZY] = "left_lazy",
		[EVENT_TRAP] = "trap",
		[EVENT_TAKE] = "take_lock",
		[EVENT_RELEASE] = "release_lock",
		[EVENT_READ] = "read_entry",
	};
	ASSERT_CMP(e->kind, <, sizeof(names) / sizeof(names[0]));
	ASSERT(names[e->kind]);
	begin_event(r, names[e->kind]);
	put_details(r, e);
	put_place(r, event_place(&r->m->log, e));
	end_line(r);
}

/* A failed allocation is not an event of the machine, but one of this record. */
static void put_failed_alloc(const struct recording *r)
{
	uint64_t bytes = r->m->alloc_failed_bytes;
	begin_event(r, bytes ? "alloc_memory" : "alloc_table");
	put_bool(r, "failed", true);
	if (bytes)
		put_hex(r, "bytes", bytes);
	put_place(r, &r->m->alloc_failed_place);
	end_line(r);
}

/* Events [from, to) of the call, and an allocation that failed after any but the last of them. */
static void put_some_events(const struct recording *r, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++) {
		if (r->m->alloc_failed && r->m->alloc_failed_at == i)
			put_failed_alloc(r);
		put_event(r, &r->m->log.event[i]);
	}
}

/* From event `from` on. */
static void put_events(const struct recording *r, uint32_t from)
{
	put_some_events(r, from, r->m->log.events);
	if (r->m->alloc_failed && r->m->alloc_failed_at == r->m->log.events)
		put_failed_alloc(r);
}

/* --- calls that met -------------------------------------------------------------------------------- */

/* The events of both in the order in which they were made. The machine shows the inner side, and does then. */
static void put_events_of_both(struct recording *r)
{
	struct machine *m = r->p->machine[r->p->which];
	struct meeting_turn turn, done = { 0, 0 };
	for (unsigned i = 0; meeting_turn(m, i, &turn); i++) {
		meeting_show(m, SIDE_OUTER);
		r->step--;
		put_some_events(r, done.outer, turn.outer);
		meeting_show(m, SIDE_INNER);
		r->step++;
		put_some_events(r, done.inner, turn.inner);
		done = turn;
	}
	put_events(r, done.inner); /* none but an allocation that failed after all of them */
	meeting_show(m, SIDE_OUTER);
	r->step--;
	put_events(r, done.outer);
	meeting_show(m, SIDE_INNER);
	r->step++;
}

/* --- all of it -------------------------------------------------------------------------------------- */

static void before_step(void *context, const struct player_step *step)
{
	struct recording *r = context;
	put_step(r, "begin", step);
	if (step->call)
		put_call(r, step);
	if (step->kind == PLAYER_READS)
		put_text(r, "reader",
			 r->s->op[step->op].read.by == READER_DUMP ? "dump" : "lookup");
	if (is_inner(r, step))
		put_meeting(r, step);
	end_line(r);
	fflush(r->to); /* the call may end this process */
}

static void after_step(void *context, const struct player_step *step, const struct outcome *out,
		       const char *skipped)
{
	struct recording *r = context;
	bool with_the_next = is_outer(r, step), with_the_last = is_inner(r, step);
	if (with_the_next) {
		r->outer = *step;
		r->outer_has_outcome = out;
		if (out)
			r->outer_out = *out;
	} else if (with_the_last) {
		put_events_of_both(r);
	} else if (!skipped) {
		put_events(r, 0);
	}
	if (!with_the_next)
		put_end(r, step, out, skipped);
	if (with_the_last) {
		r->step--;
		put_end(r, &r->outer, r->outer_has_outcome ? &r->outer_out : NULL, NULL);
		r->step++;
	}
	r->step++;
}

static void put_verdict(const struct recording *r, const struct verdict *verdict)
{
	char signature[VERDICT_SIGNATURE_SIZE];
	begin_line(r, "verdict");
	put_bool(r, "holds", verdict->rule == RULE_NONE);
	if (verdict->rule != RULE_NONE) {
		verdict_signature(verdict, signature);
		put_integer(r, "op", verdict->op);
		put_text(r, "signature", signature);
		put_hex(r, "va", verdict->va);
		put_text(r, "expected", verdict->expected);
		put_text(r, "found", verdict->found);
	}
	end_line(r);
}

bool events_write(struct player *p, const struct scenario *s, unsigned which, FILE *to)
{
	struct recording r = { .p = p,
			       .s = s,
			       .mapper = mapper_list()->mapper[which],
			       .m = p->machine[which],
			       .to = to };
	const struct player_listener listener = { before_step, after_step, &r };
	struct verdict verdict;
	machine_reset(p->machine[which], &s->machine); /* what is said of it is as it will be */
	put_tool(&r);
	put_mapper(&r);
	put_machine(&r);
	p->listener = &listener;
	player_run(p, s, which, s->ops, &verdict);
	p->listener = NULL;
	put_verdict(&r, &verdict);
	return !fflush(to) && !ferror(to);
}
