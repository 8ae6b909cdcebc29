// SPDX-License-Identifier: GPL-2.0-only
/* Which stores are told as one batch. */
#include <stdio.h>

#include "mapper/test/cmocka_all.h"
#include "regress/tool/batch.h"

#define ALL 64

static const struct source_call loop = { "vmalloc.c", "loop", 10 },
				other = { "vmalloc.c", "f", 20 },
				helper = { "hugetlb.c", "helper", 30 };
static struct event event[ALL];
static struct source_place cause[ALL];
static struct event_log log_;
static uint32_t calls;

/* Entries of these tests are page frame numbers, and 0 where nothing is mapped. */
static bool alike(const void *context, const struct event *a, const struct event *b)
{
	(void)context;
	return !a->first == !b->first;
}

static bool follows(const void *context, const struct event *a, const struct event *b)
{
	(void)context;
	return (!a->first && !b->first) || a->first + 1 == b->first;
}

static const struct batch_format format = { alike, follows, NULL };

static int start(void **state)
{
	(void)state;
	log_ = (struct event_log){ .event = event, .cause = cause };
	calls = 0;
	return 0;
}

static struct event *add(const struct source_call *at)
{
	assert_true(log_.events < ALL);
	struct event *e = &event[log_.events++];
	*e = (struct event){ .kind = EVENT_STORE,
			     .count = 1,
			     .words = EVENT_NO_WORDS,
			     .old_words = EVENT_NO_WORDS,
			     .placed = at != NULL };
	cause[e - event] = (struct source_place){ .at = at, .at_number = calls };
	return e;
}

static struct source_place *cause_of(const struct event *e)
{
	return &cause[e - event];
}

/* A call of set_pte_at() that stores `pfn` to entry `index`. */
static struct event *store(const struct source_call *at, uint32_t index, uint64_t pfn)
{
	calls++;
	struct event *e = add(at);
	e->index = index;
	e->first = pfn;
	return e;
}

static void barrier(enum barrier kind)
{
	struct event *e = add(cause[log_.events - 1].at);
	e->kind = EVENT_BARRIER;
	e->what = (uint8_t)kind;
}

/* The stores of each batch, as digits and then a letter: `r` in a row, `a` apart, `.` what is alone. */
static void expect(const char *text)
{
	char said[ALL * 4] = "";
	size_t length = 0;
	for (uint32_t at = 0; at < log_.events;) {
		struct event_batch batch = batch_at(&log_, at, &format);
		assert_int_equal(batch.first, at);
		assert_int_equal(batch.end - batch.first, batch.stores * batch.step);
		length += (size_t)snprintf(said + length, sizeof(said) - length, "%u%s ",
					   batch.stores,
					   batch.stores == 1 ? "."
					   : batch.apart     ? "a"
							     : "r");
		at = batch.end;
	}
	assert_string_equal(said, text);
}

static void a_loop_is_one_batch(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 16; i++)
		store(&loop, 0x40 + i, 0x100 + i);
	expect("16r ");
	assert_int_equal(batch_at(&log_, 0, &format).calls, 16);
}

static void a_batch_ends_with_its_run(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 8; i++)
		store(&loop, i, 0x100 + i);
	for (uint32_t i = 0; i < 3; i++)
		store(&loop, 8 + i, 0x200 + i);
	expect("8r 3r ");
}

static void pages_that_lie_apart_are_one_batch_up_to_the_next_run(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 5; i++)
		store(&loop, i, 0x100 + 16 * i);
	store(&loop, 5, 0x900);
	store(&loop, 6, 0x901);
	expect("5a 2r ");
}

static void entries_that_are_cleared_are_one_batch(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 4; i++)
		store(&loop, i, 0)->old_words = 0;
	store(&loop, 4, 0);
	store(&loop, 5, 0);
	expect("4r 2r ");
}

static void what_is_joined_is_of_one_table_and_line_and_ascends(void **state)
{
	(void)state;
	store(&loop, 0, 0x100);
	store(&loop, 2, 0x101);
	store(&loop, 1, 0x102);
	store(&loop, 2, 0x103)->table = 7;
	store(&loop, 3, 0x104)->table = 8;
	store(&other, 4, 0x105)->table = 8;
	store(&other, 5, 0)->table = 8;
	store(&other, 6, 1)->count = 4;
	expect("1. 1. 1. 1. 1. 1. 1. 1. ");
}

static void what_stands_between_ends_a_batch(void **state)
{
	(void)state;
	store(&loop, 0, 0x100);
	store(&loop, 1, 0x101);
	calls++;
	barrier(BARRIER_DSB_ISHST);
	store(&loop, 2, 0x102);
	store(&loop, 3, 0x103);
	add(&loop)->kind = EVENT_ALLOC;
	store(&loop, 4, 0x104);
	expect("2r 1. 2r 1. 1. ");
}

static void the_same_barriers_of_the_same_call_are_a_part_of_each_step(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 4; i++) {
		store(&loop, i, 0x100 + i);
		barrier(BARRIER_DSB_ISHST);
		barrier(i == 3 ? BARRIER_DSB_ISH : BARRIER_ISB);
	}
	store(&loop, 4, 0x104);
	expect("3r 1. 1. 1. 1. ");
	assert_int_equal(batch_at(&log_, 0, &format).step, 3);
}

static void one_call_may_store_all_and_a_loop_of_such_calls_is_counted(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 12; i++) {
		struct event *e = store(&helper, i, 0x100 + i);
		cause_of(e)->caller = &loop;
		cause_of(e)->caller_number = 1000 + i / 4;
	}
	expect("12r ");
	assert_int_equal(batch_at(&log_, 0, &format).calls, 3);
	start(NULL);
	for (uint32_t i = 0; i < 6; i++)
		cause_of(store(&loop, i, 0x100 + i))->at_number = 77;
	assert_int_equal(batch_at(&log_, 0, &format).calls, 1);
}

static void events_of_models_are_never_joined(void **state)
{
	(void)state;
	store(NULL, 0, 0x100);
	store(NULL, 1, 0x101);
	expect("1. 1. ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_loop_is_one_batch, start),
		cmocka_unit_test_setup(a_batch_ends_with_its_run, start),
		cmocka_unit_test_setup(pages_that_lie_apart_are_one_batch_up_to_the_next_run,
				       start),
		cmocka_unit_test_setup(entries_that_are_cleared_are_one_batch, start),
		cmocka_unit_test_setup(what_is_joined_is_of_one_table_and_line_and_ascends, start),
		cmocka_unit_test_setup(what_stands_between_ends_a_batch, start),
		cmocka_unit_test_setup(the_same_barriers_of_the_same_call_are_a_part_of_each_step,
				       start),
		cmocka_unit_test_setup(one_call_may_store_all_and_a_loop_of_such_calls_is_counted,
				       start),
		cmocka_unit_test_setup(events_of_models_are_never_joined, start),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
