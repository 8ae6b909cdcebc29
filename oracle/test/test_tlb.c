// SPDX-License-Identifier: GPL-2.0-only
/* What TLB maintenance drops, and when: each fact of oracle/tlb.h. */
#include <string.h>

#include "mapper/test/cmocka_all.h"
#include "oracle/arm64/encoding.h"
#include "oracle/tlb.h"

static const struct machine_config config = { .page_shift = 12, .va_bits = 48, .pa_bits = 48 };
static struct arm64_geometry g;
static struct tlb tlb;
static struct machine *machine; /* whose root stands for the table of all leaves here */

#define VALID_PAGE (ARM64_VALID | ARM64_TYPE | ARM64_AF)
#define MEMBER (VALID_PAGE | ARM64_CONTIGUOUS)

static int begin(void **state)
{
	(void)state;
	g = arm64_geometry(&config);
	machine_reset(machine, &config);
	tlb_begin(&tlb, &g, machine);
	return 0;
}

static void invalidate(uint64_t page, uint64_t pages, bool last_level_only, int level)
{
	struct event e = { .kind = EVENT_TLBI,
			   .last_level_only = last_level_only,
			   .level = (int8_t)level,
			   .va = arm64_va_base(&g) + (page << 12),
			   .bytes = pages << 12 };
	tlb_invalidate(&tlb, &e);
}

static bool holds(uint64_t page)
{
	return tlb_find(&tlb, page, page + 1);
}

static void leaf(int level, uint64_t page, uint32_t entries)
{
	tlb_add(&tlb, (struct tlb_stale){ .page = page,
					  .entries = entries,
					  .level = level,
					  .table = MACHINE_ROOT,
					  .child = MACHINE_NO_TABLE,
					  .contiguous = true });
}

static void nothing_is_dropped_before_a_dsb(void **state)
{
	(void)state;
	leaf(3, 100, 1);
	invalidate(100, 1, true, EVENT_NO_HINT);
	tlb_complete(&tlb);
	assert_true(holds(100));
	assert_string_equal(tlb_missing(tlb_find(&tlb, 100, 101)),
			    "whose TLBI came before a DSB had completed its store");
}

static void a_tlbi_is_complete_with_the_dsb_behind_it(void **state)
{
	(void)state;
	leaf(3, 100, 1);
	tlb_order(&tlb);
	invalidate(100, 1, true, EVENT_NO_HINT);
	assert_true(holds(100));
	tlb_order(&tlb); /* DSB ISHST: stores only (R_PSMWS) */
	assert_true(holds(100));
	tlb_complete(&tlb);
	assert_false(holds(100));
}

static void one_tlbi_drops_a_whole_block(void **state)
{
	(void)state;
	leaf(2, 512, 2);
	tlb_order(&tlb);
	invalidate(600, 1, true, EVENT_NO_HINT);
	tlb_complete(&tlb);
	assert_false(holds(512));
	assert_true(holds(1024));
}

static void one_tlbi_drops_one_member_of_a_group(void **state)
{
	(void)state;
	leaf(3, 16, 16);
	tlb_order(&tlb);
	invalidate(20, 2, true, EVENT_NO_HINT);
	tlb_complete(&tlb);
	for (uint64_t page = 16; page < 32; page++)
		assert_int_equal(holds(page), page != 20 && page != 21);
}

/* No DSB in between: each TLBI comes too early. What is the same of all stays one record. */
static void entries_that_are_invalidated_one_by_one_are_one_record(void **state)
{
	(void)state;
	for (uint64_t page = 16; page < 4096; page++) {
		leaf(3, page, 1);
		invalidate(page, 1, true, EVENT_NO_HINT);
		assert_true(tlb.count <= 3);
	}
	assert_true(holds(16) && holds(4095));
}

/* --- what a walk brings back --- */

/* A group of 16 pages from page 16 on, of which all were valid and stand as they are given. */
/* A table that is used again at another level: entries next to each other are not of one record. */
static void entries_of_other_levels_are_other_records(void **state)
{
	(void)state;
	for (int level = 0; level <= 3; level++)
		for (int next = 0; next <= 3; next++) {
			begin(state);
			leaf(level, 0, 1);
			leaf(next, UINT64_C(1) << arm64_leaf_order(&g, level), 1);
			assert_int_equal(tlb.count, level == next ? 1 : 2);
			tlb_order(&tlb);
			invalidate(0, UINT64_C(1) << 36, true, level);
			tlb_complete(&tlb);
			assert_int_equal(tlb.count, level == next ? 0 : 1);
			if (level != next)
				assert_int_equal(tlb_first(&tlb)->level, next);
		}
}

/* Blocks of one table at level 0, which has 2^36 pages below it. */
static void entries_2_32_pages_apart_are_other_records(void **state)
{
	(void)state;
	uint64_t block = UINT64_C(1) << arm64_leaf_order(&g, 0), far = block + (UINT64_C(1) << 32);
	leaf(0, 0, 1);
	leaf(0, far, 1);
	assert_int_equal(tlb.count, 2);
	assert_true(holds(0) && holds(far));
	assert_false(holds(block));
}

/* Each page of a record has a TLBI of its own, in either direction: what is left to look at stays small. */
static void pages_that_are_invalidated_one_by_one_stay_few_records(void **state)
{
	for (int back = 0; back < 2; back++) {
		begin(state);
		leaf(3, 512, 512);
		leaf(2, 1024, 1); /* of another record, which does not join */
		tlb_order(&tlb);
		for (uint64_t i = 0; i < 512; i++) {
			invalidate(512 + (back ? 511 - i : i), 1, true, EVENT_NO_HINT);
			assert_int_equal(tlb.count, i < 511 ? 3 : 2);
			assert_true(holds(512) && holds(1023) && holds(1024));
		}
		tlb_complete(&tlb);
		assert_int_equal(tlb.count, 1);
		assert_true(holds(1024));
		assert_false(holds(512) || holds(1023));
	}
}

static void group_of(uint64_t desc)
{
	for (uint32_t i = 16; i < 32; i++)
		machine_store(machine, MACHINE_ROOT, i, 1, desc | (uint64_t)i << 12, 0);
}

/* A page of the group is changed to `now`, or cleared where that is 0. */
static void change(uint32_t page, uint64_t now, bool harmless)
{
	uint64_t word = now ? now | (uint64_t)page << 12 : 0;
	tlb_add(&tlb, (struct tlb_stale){ .page = page,
					  .now = word,
					  .entries = 1,
					  .level = 3,
					  .table = MACHINE_ROOT,
					  .child = MACHINE_NO_TABLE,
					  .contiguous = true,
					  .harmless = harmless });
	machine_store(machine, MACHINE_ROOT, page, 1, word, 0);
}

static void maintain(uint64_t page, uint64_t pages)
{
	tlb_order(&tlb);
	invalidate(page, pages, true, EVENT_NO_HINT);
	tlb_complete(&tlb);
}

static void a_valid_member_brings_the_others_back(void **state)
{
	(void)state;
	char text[128];
	group_of(MEMBER);
	for (uint32_t page = 16; page < 32; page++) {
		change(page, 0, false);
		maintain(page, 1);
		assert_int_equal(holds(page), page < 31); /* none is valid after the last */
	}
	tlb_describe(&tlb, tlb_first(&tlb), text, sizeof(text));
	assert_string_equal(text,
			    "a stale leaf of level 3 whose TLBI came while 0xffff000000011000 of "
			    "its group was valid and Contiguous");
	assert_int_equal(tlb.count, 1);
	maintain(16, 16);
	assert_null(tlb_first(&tlb));
}

/* Whatever the TLBI names: of the range's last group half stays, as of its first. */
static void a_cut_group_stays_where_it_is_valid(void **state)
{
	(void)state;
	for (int all = 0; all < 2; all++) {
		begin(state);
		for (uint32_t i = 0; i < 64; i++)
			machine_store(machine, MACHINE_ROOT, i, 1, MEMBER | (uint64_t)i << 12, 0);
		for (uint32_t page = 24; page < 56; page++)
			change(page, 0, false);
		struct event e = { .kind = EVENT_TLBI,
				   .all = all,
				   .level = EVENT_NO_HINT,
				   .va = arm64_va_base(&g),
				   .bytes = 64 << 12 };
		tlb_order(&tlb);
		assert_true(tlb_invalidate(&tlb, &e));
		assert_true(tlb_complete(&tlb));
		for (uint64_t page = 24; page < 56; page++)
			assert_int_equal(holds(page), page < 32 || page >= 48);
		assert_false(tlb_complete(&tlb));
	}
}

static void members_without_the_bit_bring_nothing_back(void **state)
{
	(void)state;
	group_of(VALID_PAGE);
	change(20, 0, false);
	maintain(20, 1);
	assert_false(holds(20));
}

/* Permissions member by member: those that were not changed have the old ones. */
static void a_member_with_other_permissions_brings_them_back(void **state)
{
	(void)state;
	group_of(MEMBER);
	for (uint32_t page = 16; page < 32; page++) {
		change(page, MEMBER | ARM64_AP2, false);
		maintain(page, 1);
		assert_int_equal(holds(page), page < 31);
	}
}

/* What members may differ in is the same mapping: software's bits, the access flag. */
static void a_member_with_the_same_permissions_is_harmless(void **state)
{
	(void)state;
	group_of(MEMBER | ARM64_AP2 | ARM64_BIT(55));
	change(20, (MEMBER | ARM64_AP2) & ~ARM64_AF, false);
	maintain(20, 1);
	assert_false(holds(20));
}

/* A walk need not see that a sibling was cleared, or is in no group any more, before a DSB. */
static void an_unordered_sibling_counts_as_valid(void **state)
{
	(void)state;
	for (int harmless = 0; harmless < 2; harmless++) {
		begin(state);
		group_of(VALID_PAGE);
		change(20, 0, false);
		tlb_order(&tlb);
		change(28, harmless ? VALID_PAGE : 0, harmless);
		invalidate(20, 1, true, EVENT_NO_HINT);
		tlb_complete(&tlb);
		assert_true(holds(20));
		assert_int_equal(holds(28), !harmless);
		maintain(20, 9);
		assert_null(tlb_first(&tlb));
	}
}

/* Among others that no DSB has ordered yet, which are not of its group. */
static void an_unordered_sibling_is_found_among_others(void **state)
{
	(void)state;
	for (uint32_t at = 0; at < 3; at++) {
		begin(state);
		group_of(VALID_PAGE);
		change(20, 0, false);
		tlb_order(&tlb);
		for (uint32_t i = 0; i < 3; i++)
			change(i == at ? 28 : 100 + 16 * i, 0, false);
		invalidate(20, 1, true, EVENT_NO_HINT);
		tlb_complete(&tlb);
		assert_true(holds(20));
	}
}

/* In no group, in another table, right after the group and right before it. */
static void what_is_unordered_elsewhere_brings_nothing_back(void **state)
{
	(void)state;
	static const struct {
		uint64_t page;
		table_t table;
		bool contiguous;
	} rows[] = { { 28, MACHINE_ROOT, false },
		     { 28, MACHINE_ROOT + 1, true },
		     { 32, MACHINE_ROOT, true },
		     { 15, MACHINE_ROOT, true } };
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin(state);
		group_of(VALID_PAGE);
		change(20, 0, false);
		tlb_order(&tlb);
		tlb_add(&tlb, (struct tlb_stale){ .page = rows[i].page,
						  .entries = 1,
						  .level = 3,
						  .table = rows[i].table,
						  .child = MACHINE_NO_TABLE,
						  .contiguous = rows[i].contiguous });
		invalidate(20, 1, true, EVENT_NO_HINT);
		tlb_complete(&tlb);
		assert_false(holds(20));
		assert_true(holds(rows[i].page));
	}
}

/* Wherever it is among what stays stale until a TLBI. */
static void a_dsb_forgets_what_lost_only_the_contiguous_bit(void **state)
{
	(void)state;
	for (uint32_t at = 0; at < 3; at++) {
		begin(state);
		for (uint32_t i = 0; i < 3; i++)
			change(100 + 2 * i, i == at ? VALID_PAGE : 0, i == at);
		tlb_order(&tlb);
		assert_int_equal(tlb.count, 2);
		for (uint32_t i = 0; i < 3; i++)
			assert_int_equal(holds(100 + 2 * i), i != at);
		maintain(100, 5);
		assert_null(tlb_first(&tlb));
	}
}

static void blocks_of_a_group_are_brought_back_too(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 16; i++)
		machine_store(machine, MACHINE_ROOT, i, 1,
			      ARM64_VALID | ARM64_CONTIGUOUS | (uint64_t)i << 21, 0);
	leaf(2, 512, 1);
	machine_store(machine, MACHINE_ROOT, 1, 1, 0, 0);
	maintain(512, 512);
	assert_true(holds(512));
	for (uint32_t i = 0; i < 16; i++)
		machine_store(machine, MACHINE_ROOT, i, 1, 0, 0);
	maintain(700, 1);
	assert_false(holds(512));
}

/* A leaf in a table that was unlinked: a walk from the cached pointer finds it again. */
static void a_cached_pointer_brings_back_what_stands_in_its_table(void **state)
{
	(void)state;
	tlb_add(&tlb, (struct tlb_stale){ .page = 512, .entries = 1, .level = 2, .child = 7 });
	tlb_add(&tlb, (struct tlb_stale){ .page = 520,
					  .entries = 2,
					  .level = 3,
					  .table = 7,
					  .child = MACHINE_NO_TABLE,
					  .unlinked = true });
	maintain(512, 512); /* of the last level only */
	assert_true(holds(520));
	assert_string_equal(tlb_missing(&tlb.stale[1]),
			    "whose TLBI left a pointer to its table in walk caches");
	invalidate(512, 9, false, EVENT_NO_HINT);
	tlb_complete(&tlb);
	assert_null(tlb_find_table(&tlb, 7));
	assert_null(tlb_find(&tlb, 520, 521));
	assert_non_null(tlb_find(&tlb, 521, 522));
	maintain(521, 1);
	assert_null(tlb_first(&tlb));
}

static void a_tlbi_says_whether_it_met_something(void **state)
{
	(void)state;
	leaf(3, 100, 1);
	struct event e = { .kind = EVENT_TLBI,
			   .level = EVENT_NO_HINT,
			   .va = arm64_va_base(&g) + (99 << 12),
			   .bytes = 1 << 12 };
	assert_false(tlb_invalidate(&tlb, &e));
	e.bytes = 2 << 12;
	assert_true(tlb_invalidate(&tlb, &e)); /* too early, and yet for it */
}

static void a_hint_keeps_table_pointers(void **state)
{
	for (int level = 0; level <= 3; level++) {
		begin(state);
		tlb_add(&tlb,
			(struct tlb_stale){ .page = 512, .entries = 1, .level = 2, .child = 7 });
		tlb_order(&tlb);
		invalidate(0, UINT64_C(1) << 36, false, level);
		tlb_complete(&tlb);
		assert_non_null(tlb_find_table(&tlb, 7));
	}
	invalidate(512, 512, false, EVENT_NO_HINT);
	tlb_complete(&tlb);
	assert_null(tlb_find_table(&tlb, 7));
}

/* A block that a table took the place of, while it was live: TLBs may keep it over calls. */
static void a_split_block_stays_until_a_tlbi_reaches_its_level(void **state)
{
	static const struct {
		int hint;
		uint64_t page;
		bool drops;
	} all[] = { { EVENT_NO_HINT, 700, true },
		    { 2, 512, true },
		    { 3, 700, false },
		    { 1, 0, false },
		    { 2, 1024, false },
		    { EVENT_NO_HINT, 511, false } };
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		begin(state);
		tlb_add_split(&tlb, MACHINE_ROOT, 2, 512);
		assert_null(tlb_first(&tlb)); /* the table gives the same */
		assert_false(tlb.used);
		tlb_order(&tlb);
		tlb_begin_call(&tlb);
		tlb_change(&tlb, 1024, 1025); /* another block's page */
		assert_null(tlb_first(&tlb));
		leaf(3, 700, 1);
		tlb_change(&tlb, 700, 701);
		assert_int_equal(tlb_first(&tlb)->level, 2);
		assert_ptr_equal(tlb_find(&tlb, 600, 601), tlb_first(&tlb));
		assert_null(tlb_find_but_splits(&tlb, 600, 601));
		tlb_order(&tlb);
		invalidate(700, 1, true, 3);
		invalidate(all[i].page, all[i].hint == 2 ? 512 : 1, true, all[i].hint);
		tlb_complete(&tlb);
		assert_int_equal(tlb_first(&tlb) == NULL, all[i].drops);
		tlb_begin_call(&tlb);
		assert_null(tlb_first(&tlb)); /* what is left of it is the caller's */
		tlb_change(&tlb, 512, 513);
		assert_int_equal(tlb_first(&tlb) == NULL, all[i].drops);
	}
}

/* A page that changes is the first or the last of one of three blocks. */
static void each_split_block_of_what_changes_is_stale(void **state)
{
	(void)state;
	for (uint64_t page = 512; page < 2048; page += page % 512 ? 1 : 511) {
		begin(state);
		for (uint64_t block = 1; block <= 3; block++)
			tlb_add_split(&tlb, MACHINE_ROOT, 2, 512 * block);
		tlb_change(&tlb, page, page + 1);
		for (uint64_t block = 1; block <= 3; block++)
			assert_int_equal(holds(512 * block), block == page / 512);
	}
}

/* Whatever was changed before, in whatever order, and whenever blocks are split and calls end. */
static void a_change_is_of_the_same_split_blocks_after_any_others(void **state)
{
	enum { BLOCKS = 12, STEPS = 20000 };
	bool is_split[BLOCKS] = { 0 }, stale[BLOCKS] = { 0 };
	uint64_t random = 1;
	(void)state;
	for (int step = 0; step < STEPS; step++) {
		random = random * 6364136223846793005u + 1442695040888963407u;
		uint64_t page = (random >> 33) % (BLOCKS * 512u),
			 pages = 1 + (random >> 20) % 3 * 300;
		uint64_t block = page / 512;
		unsigned what = (unsigned)(random >> 58);
		if (what == 0) {
			tlb_begin_call(&tlb);
			memset(stale, 0, sizeof(stale));
		} else if (what == 1) {
			tlb_forget_splits(&tlb);
			memset(stale, 0, sizeof(stale));
			memset(is_split, 0, sizeof(is_split));
		} else if (what < 6) {
			if (!is_split[block])
				tlb_add_split(&tlb, MACHINE_ROOT, 2, 512 * block);
			is_split[block] = true;
		} else {
			tlb_change(&tlb, page, page + pages);
			for (uint64_t b = block; b <= (page + pages - 1) / 512 && b < BLOCKS; b++)
				stale[b] |= is_split[b];
		}
		for (uint64_t b = 0; b < BLOCKS; b++)
			assert_int_equal(holds(512 * b), stale[b]);
	}
}

static void a_change_makes_no_other_record_stale(void **state)
{
	(void)state;
	tlb_add_split(&tlb, MACHINE_ROOT, 2, 512);
	change(100, VALID_PAGE, true);
	tlb_change(&tlb, 100, 101);
	assert_null(tlb_first(&tlb));
}

static void split_blocks_that_are_forgotten_are_not_found(void **state)
{
	(void)state;
	tlb_add_split(&tlb, MACHINE_ROOT, 2, 512);
	leaf(3, 100, 1);
	tlb_add_split(&tlb, MACHINE_ROOT, 2, 1024);
	tlb_change(&tlb, 512, 2048);
	tlb_forget_splits(&tlb);
	assert_null(tlb_find(&tlb, 512, 2048));
	assert_true(holds(100));
	assert_int_equal(tlb.splits, 0);
}

/* Wherever they are among the split blocks. */
static void what_is_no_split_block_is_not_forgotten(void **state)
{
	(void)state;
	leaf(3, 100, 1);
	tlb_add_split(&tlb, MACHINE_ROOT, 2, 512);
	leaf(3, 102, 1);
	tlb_forget_splits(&tlb);
	assert_true(holds(100) && holds(102));
	assert_int_equal(tlb.count, 2);
}

static void last_level_only_keeps_table_pointers(void **state)
{
	(void)state;
	tlb_add(&tlb, (struct tlb_stale){ .page = 512, .entries = 1, .level = 2, .child = 7 });
	tlb_order(&tlb);
	invalidate(512, 512, true, EVENT_NO_HINT);
	tlb_complete(&tlb);
	assert_non_null(tlb_find_table(&tlb, 7));
	invalidate(700, 1, false, EVENT_NO_HINT);
	tlb_complete(&tlb);
	assert_null(tlb_find_table(&tlb, 7));
}

static void a_wrong_hint_drops_nothing(void **state)
{
	(void)state;
	leaf(2, 512, 1);
	tlb_order(&tlb);
	invalidate(512, 512, true, 3);
	invalidate(600, 1, true, 2); /* not where a level 2 entry begins */
	tlb_complete(&tlb);
	assert_true(holds(512));
	invalidate(512, 512, true, 2);
	tlb_complete(&tlb);
	assert_false(holds(512));
}

static void a_local_tlbi_drops_nothing_of_others(void **state)
{
	(void)state;
	leaf(3, 16, 4);
	tlb_order(&tlb);
	struct event local = { .kind = EVENT_TLBI,
			       .local = true,
			       .last_level_only = true,
			       .level = EVENT_NO_HINT,
			       .va = arm64_va_base(&g) + (17 << 12),
			       .bytes = 2 << 12 };
	tlb_invalidate(&tlb, &local);
	tlb_complete(&tlb);
	for (uint64_t page = 16; page < 20; page++) {
		const struct tlb_stale *s = tlb_find(&tlb, page, page + 1);
		assert_non_null(s);
		assert_int_equal(s->local, page == 17 || page == 18);
	}
	local.all = true;
	tlb_invalidate(&tlb, &local);
	tlb_complete(&tlb);
	assert_string_equal(tlb_missing(tlb_find(&tlb, 16, 17)),
			    "that only a local TLBI (not broadcast) has invalidated");
	invalidate(16, 4, true, EVENT_NO_HINT); /* a broadcast one follows */
	tlb_complete(&tlb);
	assert_false(holds(16) || holds(17) || holds(18) || holds(19));
}

static void a_local_dsb_completes_nothing_for_others(void **state)
{
	(void)state;
	leaf(3, 16, 1);
	tlb_local_dsb(&tlb, true);
	assert_string_equal(tlb_missing(tlb_find(&tlb, 16, 17)),
			    "whose store only a local DSB (nsh) has completed");
	invalidate(16, 1, true, EVENT_NO_HINT);
	tlb_complete(&tlb);
	assert_true(holds(16));
	invalidate(16, 1, true, EVENT_NO_HINT);
	tlb_local_dsb(&tlb, true); /* nshst: not even here */
	assert_string_equal(tlb_missing(tlb_find(&tlb, 16, 17)), "whose TLBI is not complete");
	tlb_local_dsb(&tlb, false);
	assert_string_equal(tlb_missing(tlb_find(&tlb, 16, 17)),
			    "whose TLBI only a local DSB (nsh) completed");
	tlb_complete(&tlb);
	assert_false(holds(16));
}

static void what_only_local_maintenance_met_stays_few_records(void **state)
{
	(void)state;
	for (uint64_t page = 0; page < 1000; page++) {
		struct event local = { .kind = EVENT_TLBI,
				       .local = true,
				       .level = EVENT_NO_HINT,
				       .va = arm64_va_base(&g) + (page << 12),
				       .bytes = 1 << 12 };
		leaf(3, page, 1);
		tlb_order(&tlb);
		tlb_invalidate(&tlb, &local);
		tlb_complete(&tlb);
		assert_int_equal(tlb.count, 1);
		assert_true(tlb.stale[0].local);
	}
	leaf(3, 1000, 1);
	tlb_order(&tlb);
	tlb_complete(&tlb);
	assert_int_equal(tlb.count, 2); /* which no TLBI met */
	assert_true(holds(0) && holds(999) && holds(1000) && !holds(1001));
}

static void what_comes_after_a_tlbi_stays(void **state)
{
	(void)state;
	leaf(3, 5, 1);
	tlb_order(&tlb);
	invalidate(0, 100, true, EVENT_NO_HINT);
	leaf(3, 6, 1);
	tlb_complete(&tlb);
	assert_false(holds(5));
	assert_true(holds(6));
}

static void too_many_are_noticed(void **state)
{
	(void)state;
	for (uint64_t i = 0; i <= TLB_MAX_STALE; i++)
		leaf(3, 2 * i, 1);
	assert_true(tlb.overflow);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(nothing_is_dropped_before_a_dsb, begin),
		cmocka_unit_test_setup(a_tlbi_is_complete_with_the_dsb_behind_it, begin),
		cmocka_unit_test_setup(one_tlbi_drops_a_whole_block, begin),
		cmocka_unit_test_setup(one_tlbi_drops_one_member_of_a_group, begin),
		cmocka_unit_test_setup(entries_that_are_invalidated_one_by_one_are_one_record,
				       begin),
		cmocka_unit_test_setup(a_valid_member_brings_the_others_back, begin),
		cmocka_unit_test_setup(a_cut_group_stays_where_it_is_valid, begin),
		cmocka_unit_test_setup(members_without_the_bit_bring_nothing_back, begin),
		cmocka_unit_test_setup(a_member_with_other_permissions_brings_them_back, begin),
		cmocka_unit_test_setup(a_member_with_the_same_permissions_is_harmless, begin),
		cmocka_unit_test_setup(an_unordered_sibling_counts_as_valid, begin),
		cmocka_unit_test_setup(an_unordered_sibling_is_found_among_others, begin),
		cmocka_unit_test_setup(what_is_unordered_elsewhere_brings_nothing_back, begin),
		cmocka_unit_test_setup(a_dsb_forgets_what_lost_only_the_contiguous_bit, begin),
		cmocka_unit_test_setup(blocks_of_a_group_are_brought_back_too, begin),
		cmocka_unit_test_setup(a_cached_pointer_brings_back_what_stands_in_its_table,
				       begin),
		cmocka_unit_test_setup(a_tlbi_says_whether_it_met_something, begin),
		cmocka_unit_test_setup(entries_of_other_levels_are_other_records, begin),
		cmocka_unit_test_setup(entries_2_32_pages_apart_are_other_records, begin),
		cmocka_unit_test_setup(pages_that_are_invalidated_one_by_one_stay_few_records,
				       begin),
		cmocka_unit_test_setup(a_hint_keeps_table_pointers, begin),
		cmocka_unit_test_setup(a_split_block_stays_until_a_tlbi_reaches_its_level, begin),
		cmocka_unit_test_setup(each_split_block_of_what_changes_is_stale, begin),
		cmocka_unit_test_setup(a_change_makes_no_other_record_stale, begin),
		cmocka_unit_test_setup(split_blocks_that_are_forgotten_are_not_found, begin),
		cmocka_unit_test_setup(what_is_no_split_block_is_not_forgotten, begin),
		cmocka_unit_test_setup(last_level_only_keeps_table_pointers, begin),
		cmocka_unit_test_setup(a_wrong_hint_drops_nothing, begin),
		cmocka_unit_test_setup(a_local_tlbi_drops_nothing_of_others, begin),
		cmocka_unit_test_setup(a_change_is_of_the_same_split_blocks_after_any_others,
				       begin),
		cmocka_unit_test_setup(a_local_dsb_completes_nothing_for_others, begin),
		cmocka_unit_test_setup(what_only_local_maintenance_met_stays_few_records, begin),
		cmocka_unit_test_setup(what_comes_after_a_tlbi_stays, begin),
		cmocka_unit_test_setup(too_many_are_noticed, begin),
	};
	machine = machine_create();
	bool ready = machine && tlb_create(&tlb);
	int failed = ready ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
	tlb_destroy(&tlb);
	machine_destroy(machine);
	return failed;
}
