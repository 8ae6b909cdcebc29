// SPDX-License-Identifier: GPL-2.0-only
/*
 * The order in which set_memory_ro() does its work: the linear alias of each
 * page first, then stale aliases, then the range; and a table that replaces a
 * block is full, and known to be, before it is linked.
 */
#include "mapper/mapper.h"
#include "mapper/test/cmocka_all.h"
#include "oracle/oracle.h"
#include "oracle/reference/reference.h"

#define PFN 0x48123
#define PAGES 3
#define VA UINT64_C(0xffff800080000000)

static const struct machine_config config = {
	.page_shift = 12, .va_bits = 48, .pa_bits = 48, .bbm = 2
};
static struct machine *m;
static struct oracle oracle;
static struct policy policy;
static const uint64_t page[PAGES] = { PFN, PFN + 100, PFN + 1 };

static void make_call(const struct mapper *mapper, struct address_space *space,
		      const struct call *call)
{
	struct outcome out = { 0 };
	assert_int_equal(mapper->call[call->kind](space, call, &out), 0);
}

/* vmalloc() of three pages, whose aliases lie in a 1G block, made read-only. */
static void make_read_only(const struct mapper *mapper)
{
	struct page_array pages = { page, PAGES };
	struct vm_area area = {
		.kind = AREA_ALLOC, .va = VA, .bytes = PAGES << 12, .pages = pages
	};
	struct address_space space = { .machine = m, .policy = &policy, .area = &area, .areas = 1 };
	policy = policy_default(POLICY_V9);
	machine_reset(m, &config);
	oracle_begin(&oracle, m, &reference_mapper, &policy);
	assert_true(oracle_lay_linear(&oracle, UINT64_C(1) << 30, UINT64_C(1) << 30, false));
	make_call(mapper, &space,
		  &(struct call){ .kind = CALL_VMALLOC,
				  .va = VA,
				  .bytes = PAGES << 12,
				  .pages = pages,
				  .shift = 12 });
	machine_begin_call(m, 0, 0);
	make_call(mapper, &space,
		  &(struct call){ .kind = CALL_SET_MEMORY,
				  .va = VA,
				  .bytes = PAGES << 12,
				  .change = MEMORY_RO });
}

/* The number of the first event from `from` on that drops the leaf for `va`; fails without. */
static uint32_t invalidation_of(uint64_t va, uint32_t from)
{
	for (uint32_t i = from; i < m->log.events; i++) {
		const struct event *e = &m->log.event[i];
		if (e->kind == EVENT_TLBI && (e->all || va - e->va < e->bytes))
			return i;
	}
	fail_msg("nothing invalidates 0x%llx", (unsigned long long)va);
	return 0;
}

static uint32_t event_of_kind(enum event_kind kind)
{
	for (uint32_t i = 0; i < m->log.events; i++)
		if (m->log.event[i].kind == kind)
			return i;
	fail_msg("there is no event of kind %d", kind);
	return 0;
}

static void aliases_come_first(const struct mapper *mapper)
{
	make_read_only(mapper);
	uint32_t between = event_of_kind(EVENT_UNMAP_ALIASES), last = 0;
	for (unsigned i = 0; i < PAGES; i++) {
		uint64_t alias = arm64_va_base(&oracle.g) + (page[i] << 12);
		last = invalidation_of(alias, last);
		assert_true(last < between);
		assert_true(invalidation_of(VA + (i << 12), between) > between);
	}
}

static void in_the_batched_mapper(void **state)
{
	(void)state;
	aliases_come_first(&batched_mapper);
}

static void in_the_reference_mapper(void **state)
{
	(void)state;
	aliases_come_first(&reference_mapper);
}

/* Between the last store to a new table and the link to it stands a DSB. */
static void a_table_is_full_before_it_is_linked(void **state)
{
	(void)state;
	make_read_only(&batched_mapper);
	bool completed = true;
	table_t fresh = MACHINE_NO_TABLE;
	unsigned links = 0;
	for (uint32_t i = 0; i < m->log.events; i++) {
		const struct event *e = &m->log.event[i];
		if (e->kind == EVENT_ALLOC)
			fresh = e->table;
		if (e->kind == EVENT_BARRIER && e->what == BARRIER_DSB_ISHST)
			completed = true;
		if (e->kind != EVENT_STORE || fresh == MACHINE_NO_TABLE)
			continue;
		if (e->table == fresh) {
			completed = false;
			continue;
		}
		assert_true(completed);
		fresh = MACHINE_NO_TABLE;
		links++;
	}
	assert_true(links >= 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_the_batched_mapper),
		cmocka_unit_test(in_the_reference_mapper),
		cmocka_unit_test(a_table_is_full_before_it_is_linked),
	};
	m = machine_create();
	int failed = m && oracle_create(&oracle) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
	oracle_destroy(&oracle);
	machine_destroy(m);
	return failed;
}
