// SPDX-License-Identifier: GPL-2.0-only
/* Two calls that meet take turns as locks and interrupts have it. */
#include "mapper/machine/meeting.h"
#include "mapper/test/cmocka_all.h"

static const struct machine_config config_4k = { .page_shift = 12, .va_bits = 48, .pa_bits = 48 };

/* What two calls do, and what came of it. */
struct fixture {
	struct machine *m;
	void (*outer)(struct machine *m);
	void (*inner)(struct machine *m);
	bool inner_ended; /* by itself */
	uint64_t seen;    /* of a word by the inner call */
	uint32_t events;  /* of the inner call */
	enum machine_trap trap;
};

static struct fixture fixture;

static int setup(void **state)
{
	(void)state;
	fixture.m = machine_create();
	if (!fixture.m)
		return -1;
	machine_reset(fixture.m, &config_4k);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	machine_destroy(fixture.m);
	return 0;
}

static void run_outer(void *context)
{
	(void)context;
	fixture.outer(fixture.m);
}

static void run_inner(void *context)
{
	(void)context;
	fixture.inner(fixture.m);
}

static void make_inner(void *context)
{
	struct fixture *f = context;
	machine_begin_call(f->m, 0, 0);
	machine_bound_call(f->m, 1);
	f->inner_ended = machine_run(f->m, run_inner, NULL);
	f->events = f->m->log.events;
	f->trap = f->m->trap;
}

/* Whether the outer call ended by itself. */
static bool meet(uint32_t event, enum meeting_by by, void (*outer)(struct machine *m),
		 void (*inner)(struct machine *m))
{
	const struct meeting_plan plan = { event, by, make_inner, &fixture };
	fixture.outer = outer;
	fixture.inner = inner;
	machine_begin_call(fixture.m, 0, 0);
	machine_bound_call(fixture.m, 1);
	meeting_arm(fixture.m, &plan);
	return machine_run(fixture.m, run_outer, NULL);
}

static void store_thrice(struct machine *m)
{
	for (uint32_t i = 0; i < 3; i++)
		machine_store(m, MACHINE_ROOT, i, 1, 1 + i, 0);
}

static void see_the_third(struct machine *m)
{
	fixture.seen = machine_load(m, MACHINE_ROOT, 1) * 10 + machine_load(m, MACHINE_ROOT, 2);
	machine_barrier(m, BARRIER_ISB);
}

static void inner_call_sees_what_was_stored_before_its_event(void **state)
{
	(void)state;
	static const uint64_t seen[] = { 0, 0, 20 };
	for (uint32_t event = 0; event < 3; event++) {
		machine_reset(fixture.m, &config_4k);
		assert_true(meet(event, MEETING_BY_CPU, store_thrice, see_the_third));
		assert_true(meeting_took_place(fixture.m));
		assert_int_equal(fixture.seen, seen[event]);
		assert_int_equal(meeting_began_at(fixture.m), event);
		assert_int_equal(fixture.events, 1);
		assert_int_equal(fixture.m->log.events, 3);
		meeting_show(fixture.m, SIDE_INNER);
		assert_int_equal(fixture.m->log.events, 1);
		assert_int_equal(fixture.m->log.event[0].kind, EVENT_BARRIER);
		meeting_end(fixture.m);
		assert_int_equal(fixture.m->log.events, 3);
	}
}

static void call_of_fewer_events_is_not_met(void **state)
{
	(void)state;
	assert_true(meet(3, MEETING_BY_CPU, store_thrice, see_the_third));
	assert_false(meeting_took_place(fixture.m));
	meeting_end(fixture.m);
}

/* A store replaces what stands there when it is made, not what stood there before the meeting. */
static void store_over_three(struct machine *m)
{
	machine_store(m, MACHINE_ROOT, 2, 1, 9, 0);
}

static void store_logs_what_it_replaces(void **state)
{
	(void)state;
	assert_true(meet(0, MEETING_BY_CPU, store_over_three, store_thrice));
	const struct event *e = &fixture.m->log.event[0];
	assert_int_not_equal(e->old_words, EVENT_NO_WORDS);
	assert_int_equal(fixture.m->log.word[e->old_words], 3);
	meeting_end(fixture.m);
}

static void store_under_lock(struct machine *m)
{
	machine_take(m, LOCK_SPLIT);
	machine_store(m, MACHINE_ROOT, 1, 1, 2, 0);
	machine_store(m, MACHINE_ROOT, 2, 1, 3, 0);
	machine_release(m, LOCK_SPLIT);
	machine_store(m, MACHINE_ROOT, 1, 1, 7, 0);
}

static void see_under_lock(struct machine *m)
{
	machine_take(m, LOCK_SPLIT);
	see_the_third(m);
	machine_release(m, LOCK_SPLIT);
}

/* It began after so many events of the other, and went on after the release of the lock, the fourth. */
static void expect_turns(uint32_t began, unsigned turns)
{
	struct meeting_turn turn;
	assert_true(meeting_turn(fixture.m, 0, &turn));
	assert_int_equal(turn.outer, began);
	assert_int_equal(turn.inner, 0);
	assert_true(meeting_turn(fixture.m, 1, &turn));
	assert_int_equal(turn.outer, 4);
	assert_int_equal(turn.inner, 3);
	assert_false(meeting_turn(fixture.m, turns, &turn));
}

static void other_cpu_waits_until_the_lock_is_free(void **state)
{
	(void)state;
	for (uint32_t event = 1; event < 4; event++) {
		machine_reset(fixture.m, &config_4k);
		assert_true(meet(event, MEETING_BY_CPU, store_under_lock, see_under_lock));
		assert_true(fixture.inner_ended);
		assert_int_equal(fixture.seen, 23);
		assert_int_equal(meeting_waited_for(fixture.m), LOCK_SPLIT);
		expect_turns(event, 2);
		meeting_end(fixture.m);
	}
}

static void lock_that_is_free_is_had_at_once(void **state)
{
	(void)state;
	assert_true(meet(0, MEETING_BY_CPU, store_under_lock, see_under_lock));
	assert_int_equal(fixture.seen, 0);
	assert_int_equal(meeting_waited_for(fixture.m), LOCKS);
	meeting_end(fixture.m);
}

static void interrupt_waits_for_ever(void **state)
{
	(void)state;
	assert_true(meet(2, MEETING_BY_IRQ, store_under_lock, see_under_lock));
	assert_false(fixture.inner_ended);
	assert_int_equal(fixture.trap, MACHINE_TRAP_DEADLOCK);
	assert_int_equal(fixture.m->trap, MACHINE_TRAP_NONE);
	assert_int_equal(fixture.m->log.events, 5);
	meeting_end(fixture.m);
}

static void keep_lock(struct machine *m)
{
	machine_take(m, LOCK_SPLIT);
	machine_barrier(m, BARRIER_ISB);
}

static void lock_that_is_kept_is_waited_for_in_vain(void **state)
{
	(void)state;
	assert_true(meet(1, MEETING_BY_CPU, keep_lock, see_under_lock));
	assert_true(meeting_took_place(fixture.m));
	assert_false(fixture.inner_ended);
	assert_int_equal(fixture.trap, MACHINE_TRAP_DEADLOCK);
	meeting_end(fixture.m);
}

static void take_twice(struct machine *m)
{
	machine_take(m, LOCK_SPLIT);
	machine_take(m, LOCK_SPLIT);
}

static void lock_is_not_taken_twice(void **state)
{
	(void)state;
	assert_false(meet(0, MEETING_BY_CPU, take_twice, see_the_third));
	assert_int_equal(fixture.m->trap, MACHINE_TRAP_DEADLOCK);
	meeting_end(fixture.m);
}

static void take_one_then_other(struct machine *m)
{
	machine_take(m, LOCK_SPLIT);
	machine_take(m, LOCK_PAGE_TABLE);
	machine_release(m, LOCK_PAGE_TABLE);
	machine_release(m, LOCK_SPLIT);
}

static void take_other_then_one(struct machine *m)
{
	machine_take(m, LOCK_PAGE_TABLE);
	machine_take(m, LOCK_SPLIT);
	machine_release(m, LOCK_SPLIT);
	machine_release(m, LOCK_PAGE_TABLE);
}

/* Both end: the outer by the deadlock, the inner since what it waits for stays held. */
static void locks_in_two_orders_are_a_deadlock(void **state)
{
	(void)state;
	assert_false(meet(1, MEETING_BY_CPU, take_one_then_other, take_other_then_one));
	assert_int_equal(fixture.m->trap, MACHINE_TRAP_DEADLOCK);
	assert_false(fixture.inner_ended);
	meeting_end(fixture.m);
}

static void store_for_ever(struct machine *m)
{
	for (;;)
		machine_store(m, MACHINE_ROOT, 3, 1, 1, 0);
}

static void call_that_runs_away_is_ended_on_either_side(void **state)
{
	(void)state;
	assert_true(meet(1, MEETING_BY_CPU, store_thrice, store_for_ever));
	assert_false(fixture.inner_ended);
	assert_int_equal(fixture.trap, MACHINE_TRAP_RUNAWAY);
	assert_int_equal(fixture.m->trap, MACHINE_TRAP_NONE);
	meeting_end(fixture.m);
	assert_false(meet(1, MEETING_BY_CPU, store_for_ever, store_thrice));
	assert_true(fixture.inner_ended);
	assert_int_equal(fixture.m->trap, MACHINE_TRAP_RUNAWAY);
	meeting_end(fixture.m);
}

/* Who keeps a call's state elsewhere: what the machine shows, turn by turn. */
static struct {
	enum machine_side side[8];
	unsigned turns;
	enum meeting_by by;
} told;

static void keep_turn(struct machine *m)
{
	assert_true(told.turns < 8);
	told.side[told.turns++] = meeting_side(m);
	told.by = meeting_by(m);
}

static void each_turn_is_told(void **state)
{
	(void)state;
	static const enum machine_side waits[] = { SIDE_INNER, SIDE_OUTER, SIDE_INNER, SIDE_OUTER };
	for (enum meeting_by by = MEETING_BY_CPU; by <= MEETING_BY_IRQ; by++) {
		told.turns = 0;
		machine_reset(fixture.m, &config_4k);
		fixture.m->switched = keep_turn;
		meet(2, by, store_under_lock, see_under_lock);
		assert_int_equal(told.by, by);
		assert_int_equal(told.turns, by == MEETING_BY_CPU ? 4 : 2);
		assert_memory_equal(told.side, waits, told.turns * sizeof(waits[0]));
		meeting_show(fixture.m, SIDE_OUTER); /* as it is */
		assert_int_equal(told.turns, by == MEETING_BY_CPU ? 4 : 2);
		meeting_end(fixture.m);
	}
	machine_reset(fixture.m, &config_4k);
	assert_null(fixture.m->switched);
}

/* --- the mmap lock, and readers ------------------------------------------------------- */

static void write_under_mmap(struct machine *m)
{
	machine_write_lock(m);
	machine_store(m, MACHINE_ROOT, 1, 1, 2, 0);
	machine_write_unlock(m);
	machine_store(m, MACHINE_ROOT, 1, 1, 7, 0);
}

static void read_under_mmap(struct machine *m)
{
	machine_lock(m);
	machine_store(m, MACHINE_ROOT, 1, 1, 2, 0);
	machine_unlock(m);
	machine_store(m, MACHINE_ROOT, 1, 1, 7, 0);
}

static void try_mmap(struct machine *m)
{
	fixture.seen = machine_trylock(m);
	if (fixture.seen)
		machine_unlock(m);
}

static void see_under_mmap(struct machine *m)
{
	machine_lock(m);
	fixture.seen = machine_load(m, MACHINE_ROOT, 1);
	machine_unlock(m);
}

static void see_under_mmap_alone(struct machine *m)
{
	machine_write_lock(m);
	fixture.seen = machine_load(m, MACHINE_ROOT, 1);
	machine_write_unlock(m);
}

/* By another CPU, after the lock was taken: what is seen, and whether that was waited for. */
static void mmap_lock_is_shared_by_readers_alone(void **state)
{
	(void)state;
	static const struct {
		void (*outer)(struct machine *m), (*inner)(struct machine *m);
		uint64_t seen;
		bool waits;
	} rows[] = {
		{ write_under_mmap, try_mmap, false, false },
		{ read_under_mmap, try_mmap, true, false },
		{ write_under_mmap, see_under_mmap, 2, true },
		{ read_under_mmap, see_under_mmap, 0, false },
		{ write_under_mmap, see_under_mmap_alone, 2, true },
		{ read_under_mmap, see_under_mmap_alone, 2, true },
	};
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		machine_reset(fixture.m, &config_4k);
		assert_true(meet(1, MEETING_BY_CPU, rows[i].outer, rows[i].inner));
		assert_true(fixture.inner_ended);
		assert_int_equal(fixture.seen, rows[i].seen);
		assert_int_equal(meeting_waited_for(fixture.m), rows[i].waits ? LOCK_MMAP : LOCKS);
		meeting_end(fixture.m);
	}
}

static table_t to_be_freed;

static void read_twice(struct machine *m)
{
	machine_begin_reading(m, 1);
	fixture.seen = machine_load(m, to_be_freed, 0) + machine_load(m, to_be_freed, 1);
}

static void free_the_table(struct machine *m)
{
	machine_free_table(m, to_be_freed);
}

/* Each read is an event; and one that comes after the table was freed is a trap. */
static void reader_is_met_at_each_read(void **state)
{
	(void)state;
	for (uint32_t event = 0; event < 3; event++) {
		machine_reset(fixture.m, &config_4k);
		to_be_freed = machine_alloc_table(fixture.m);
		meet(event, MEETING_BY_CPU, read_twice, free_the_table);
		assert_int_equal(meeting_took_place(fixture.m), event < 2);
		assert_int_equal(fixture.m->trap,
				 event < 2 ? MACHINE_TRAP_FREED_TABLE : MACHINE_TRAP_NONE);
		if (event == 2)
			assert_int_equal(fixture.m->log.events, 2);
		assert_int_equal(fixture.m->log.event[0].kind, EVENT_READ);
		meeting_end(fixture.m);
	}
}

static void store_two_entries(struct machine *m)
{
	machine_store(m, MACHINE_ROOT, 0, 1, 7, 0);
	machine_store(m, MACHINE_ROOT, 1, 1, 7, 0);
}

static void read_until_both_are_there(struct machine *m)
{
	machine_begin_reading(m, 1);
	while (!machine_load(m, MACHINE_ROOT, 0) || !machine_load(m, MACHINE_ROOT, 1))
		;
	fixture.seen = machine_load(m, MACHINE_ROOT, 1);
}

/* What a reader waits for is stored by the call, which goes on. */
static void reader_that_spins_lets_the_call_end(void **state)
{
	(void)state;
	assert_true(meet(1, MEETING_BY_CPU, store_two_entries, read_until_both_are_there));
	assert_true(fixture.inner_ended);
	assert_int_equal(fixture.seen, 7);
	assert_int_equal(meeting_waited_for(fixture.m), LOCKS);
}

static void locks_of_a_call_alone_are_no_events(void **state)
{
	(void)state;
	machine_begin_call(fixture.m, 0, 0);
	store_under_lock(fixture.m);
	assert_int_equal(fixture.m->log.events, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(inner_call_sees_what_was_stored_before_its_event,
						setup, teardown),
		cmocka_unit_test_setup_teardown(call_of_fewer_events_is_not_met, setup, teardown),
		cmocka_unit_test_setup_teardown(reader_that_spins_lets_the_call_end, setup,
						teardown),
		cmocka_unit_test_setup_teardown(store_logs_what_it_replaces, setup, teardown),
		cmocka_unit_test_setup_teardown(other_cpu_waits_until_the_lock_is_free, setup,
						teardown),
		cmocka_unit_test_setup_teardown(lock_that_is_free_is_had_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(interrupt_waits_for_ever, setup, teardown),
		cmocka_unit_test_setup_teardown(lock_that_is_kept_is_waited_for_in_vain, setup,
						teardown),
		cmocka_unit_test_setup_teardown(lock_is_not_taken_twice, setup, teardown),
		cmocka_unit_test_setup_teardown(locks_in_two_orders_are_a_deadlock, setup,
						teardown),
		cmocka_unit_test_setup_teardown(call_that_runs_away_is_ended_on_either_side, setup,
						teardown),
		cmocka_unit_test_setup_teardown(each_turn_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(mmap_lock_is_shared_by_readers_alone, setup,
						teardown),
		cmocka_unit_test_setup_teardown(reader_is_met_at_each_read, setup, teardown),
		cmocka_unit_test_setup_teardown(locks_of_a_call_alone_are_no_events, setup,
						teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
