// SPDX-License-Identifier: GPL-2.0-only
/*
 * The steps of a call, on every machine: which pages a TLBI reaches, which barriers come before and
 * after it, what changes while it is live, and what stands for a while.
 */
#include "oracle/reference/reference.h"
#include "oracle/test/fixture.h"

static struct slot slot; /* of the range's first page at the last level */

static void find_slot(void)
{
	fixture_word(fixture.first, 3, &slot.table, &slot.index);
}

static uint64_t page_bytes(uint64_t pages)
{
	return pages << fixture.g.granule;
}

/* --- TLB maintenance --------------------------------------------------------------- */

/* Two TLBIs, in pages of the range; the second one may be of none. */
struct tlbis {
	const char *what;
	struct {
		uint64_t first, pages;
	} range[2];
	int hint; /* the level hint, or EVENT_NO_HINT */
	bool local, all, enough;
};

static const struct tlbis all_tlbis[] = {
	{ "the range", { { 0, PAGES }, { 0, 0 } }, EVENT_NO_HINT, false, false, true },
	{ "two halves", { { 0, 8 }, { 8, PAGES - 8 } }, EVENT_NO_HINT, false, false, true },
	{ "with a hint", { { 0, PAGES }, { 0, 0 } }, 3, false, false, true },
	{ "all", { { 0, PAGES }, { 0, 0 } }, EVENT_NO_HINT, false, true, true },
	{ "all but the last page",
	  { { 0, PAGES - 1 }, { 0, 0 } },
	  EVENT_NO_HINT,
	  false,
	  false,
	  false },
	{ "all but the first page",
	  { { 1, PAGES - 1 }, { 0, 0 } },
	  EVENT_NO_HINT,
	  false,
	  false,
	  false },
	{ "all but one page", { { 0, 8 }, { 9, PAGES - 9 } }, EVENT_NO_HINT, false, false, false },
	{ "the page after", { { PAGES, 1 }, { 0, 0 } }, EVENT_NO_HINT, false, false, false },
	{ "none", { { 0, 0 }, { 0, 0 } }, EVENT_NO_HINT, false, false, false },
	{ "a hint of blocks", { { 0, PAGES }, { 0, 0 } }, 2, false, false, false },
	{ "local", { { 0, PAGES }, { 0, 0 } }, EVENT_NO_HINT, true, false, false },
	{ "local all", { { 0, PAGES }, { 0, 0 } }, EVENT_NO_HINT, true, true, false },
	{ "2^32 pages off",
	  { { UINT64_C(1) << 20, PAGES }, { 0, 0 } },
	  EVENT_NO_HINT,
	  false,
	  false,
	  false },
};

static void issue(const struct tlbis *t)
{
	for (int i = 0; i < 2; i++)
		if (t->range[i].pages)
			machine_tlbi(
				fixture.m,
				(struct event){ .all = t->all,
						.local = t->local,
						.level = (int8_t)t->hint,
						.last_level_only = !t->all,
						.va = fixture.va + page_bytes(t->range[i].first),
						.bytes = page_bytes(t->range[i].pages) });
}

/* vunmap() of the range, or set_memory_x(), step by step up to the stores. */
static void store_all(const struct fixture_machine *machine, bool unmaps)
{
	const struct fixture_call x = { CALL_SET_MEMORY, MEMORY_X, "set_memory x" };
	const struct fixture_call vunmap = { CALL_VUNMAP, 0, "vunmap" };
	fixture_make(machine,
		     &(struct fixture_call){ CALL_VMALLOC, 0, unmaps ? "vunmap" : "set_memory x" });
	fixture_holds();
	find_slot();
	fixture_expect(unmaps ? vunmap.kind : x.kind, unmaps ? 0 : x.change);
	if (!unmaps) {
		fixture_have_area(PAGES);
		fixture_expect(x.kind, x.change);
		machine_unmap_aliases(fixture.m);
	}
	fixture.out = (struct outcome){ .modified = unmaps ? MODIFIED_LEVEL(3) : 0 };
	if (unmaps)
		machine_flush_cache(fixture.m, CACHE_FLUSH_VUNMAP, fixture.va, fixture.call.bytes);
	for (uint32_t i = 0; i < PAGES; i++) {
		uint64_t desc = machine_words(fixture.m, slot.table)[slot.index + i];
		machine_store(fixture.m, slot.table, slot.index + i, 1,
			      unmaps ? 0 : desc & ~ARM64_PXN, 0);
	}
}

static void end_maintenance(enum barrier after)
{
	machine_barrier(fixture.m, after);
	machine_barrier(fixture.m, BARRIER_ISB);
}

static void each_page_is_invalidated(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (int unmaps = 0; unmaps < 2; unmaps++)
			for (size_t i = 0; i < sizeof(all_tlbis) / sizeof(all_tlbis[0]); i++) {
				store_all(&fixture_machines[m], unmaps);
				machine_barrier(fixture.m, BARRIER_DSB_ISHST);
				issue(&all_tlbis[i]);
				end_maintenance(BARRIER_DSB_ISH);
				if (all_tlbis[i].enough)
					fixture_holds();
				else
					fixture_breaks(RULE_HISTORY_STALE, all_tlbis[i].what, i);
			}
}

static void each_barrier_around_a_tlbi_is_needed(void **state)
{
	(void)state;
	static const enum barrier before[] = { BARRIER_ISB, BARRIER_DMB_ISHST, BARRIER_DSB_NSHST,
					       BARRIER_DSB_NSH };
	static const enum barrier after[] = { BARRIER_ISB, BARRIER_DMB_ISHST, BARRIER_DSB_ISHST,
					      BARRIER_DSB_NSHST, BARRIER_DSB_NSH };
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (int unmaps = 0; unmaps < 2; unmaps++) {
			for (size_t i = 0; i < 4; i++) {
				store_all(&fixture_machines[m], unmaps);
				machine_barrier(fixture.m, before[i]);
				issue(&all_tlbis[0]);
				end_maintenance(BARRIER_DSB_ISH);
				fixture_breaks(RULE_HISTORY_STALE, "a barrier before", i);
			}
			for (size_t i = 0; i < 5; i++) {
				store_all(&fixture_machines[m], unmaps);
				machine_barrier(fixture.m, BARRIER_DSB_ISHST);
				issue(&all_tlbis[0]);
				end_maintenance(after[i]);
				fixture_breaks(RULE_HISTORY_STALE, "a barrier after", i);
			}
		}
}

/* A call without a TLBI has none that an ISB must follow, whatever the call before it did. */
static void an_isb_is_for_the_tlbi_of_its_own_call(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		fixture_make(&fixture_machines[m],
			     &(struct fixture_call){ CALL_VUNMAP, 0, "vunmap" });
		fixture_holds();
		assert_true(fixture.oracle.examined.rules & RULE_BIT(RULE_HISTORY_ISB));
		fixture_expect(CALL_VUNMAP, 0);
		fixture.out = (struct outcome){ 0 };
		machine_flush_cache(fixture.m, CACHE_FLUSH_VUNMAP, fixture.va, fixture.call.bytes);
		fixture_holds();
		assert_false(fixture.oracle.examined.rules & RULE_BIT(RULE_HISTORY_ISB));
	}
}

/* One store of all entries is as many steps as entries. */
static void each_entry_of_one_store_is_invalidated(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (uint64_t first = 0; first < 2; first++)
			for (uint64_t last = 0; last < 2; last++) {
				fixture_make(&fixture_machines[m],
					     &(struct fixture_call){ CALL_VMALLOC, 0, "vunmap" });
				fixture_holds();
				find_slot();
				fixture_expect(CALL_VUNMAP, 0);
				fixture.out = (struct outcome){ .modified = MODIFIED_LEVEL(3) };
				machine_flush_cache(fixture.m, CACHE_FLUSH_VUNMAP, fixture.va,
						    fixture.call.bytes);
				machine_store(fixture.m, slot.table, slot.index, PAGES, 0, 0);
				machine_barrier(fixture.m, BARRIER_DSB_ISHST);
				machine_tlbi_range(fixture.m, fixture.va + page_bytes(first),
						   page_bytes(PAGES - first - last), true);
				end_maintenance(BARRIER_DSB_ISH);
				if (first || last)
					fixture_breaks(RULE_HISTORY_STALE, "an end", first);
				else
					fixture_holds();
			}
}

/* An entry of another area that changes once, and is stale then; that it changes back is not seen. */
static void touch_neighbour(void)
{
	uint32_t index = slot.index + NEIGHBOUR;
	uint64_t desc = machine_words(fixture.m, slot.table)[index];
	machine_store(fixture.m, slot.table, index, 1, desc | ARM64_AP2, 0);
	fixture_set(fixture.first + NEIGHBOUR, 3, desc);
}

enum touched { NOTHING, BEFORE, AFTER };

/* vm_unmap_ram() without a TLBI, which touches an entry outside of its range before or after its own. */
static void unmap_lazily(const struct fixture_machine *machine, enum touched touched)
{
	fixture_make(machine, &(struct fixture_call){ CALL_VM_MAP_RAM, 0, "vm_unmap_ram" });
	fixture_holds();
	find_slot();
	fixture_expect(CALL_VM_UNMAP_RAM, 0);
	fixture.out = (struct outcome){ .modified = MODIFIED_LEVEL(3) };
	machine_flush_cache(fixture.m, CACHE_FLUSH_VUNMAP, fixture.va, fixture.call.bytes);
	if (touched == BEFORE)
		touch_neighbour();
	machine_store(fixture.m, slot.table, slot.index, PAGES, 0, 0);
	if (touched == AFTER)
		touch_neighbour();
	end_maintenance(BARRIER_DSB_ISH);
}

static bool meets_lazy(int64_t page, uint64_t pages)
{
	uint64_t va = fixture.va + ((uint64_t)page << fixture.g.granule);
	return oracle_meets_lazy(&fixture.oracle, va, page_bytes(pages));
}

/* What vm_unmap_ram() leaves in TLBs is invalidated later, and no more than its range. */
static void lazy_unmapping_leaves_its_range_stale(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		unmap_lazily(&fixture_machines[m], BEFORE);
		fixture_breaks(RULE_HISTORY_STALE, "a page outside", BEFORE);
		unmap_lazily(&fixture_machines[m], AFTER);
		fixture_breaks(RULE_HISTORY_STALE, "a page outside", AFTER);
		unmap_lazily(&fixture_machines[m], NOTHING);
		fixture_holds();
		assert_true(meets_lazy(0, 1) && meets_lazy(PAGES - 1, 1) && meets_lazy(-1, 2));
		assert_true(meets_lazy(PAGES - 1, 5) && meets_lazy(-5, PAGES + 10));
		assert_false(meets_lazy(-1, 1) || meets_lazy(PAGES, 1));
		oracle_purge(&fixture.oracle);
		assert_false(meets_lazy(0, PAGES));
	}
}

/* vm_unmap_ram() without a TLBI, which first clears an entry of another page that nobody knows of. */
static void clear_another_lazily(const struct fixture_machine *machine, int64_t number)
{
	table_t table;
	uint32_t index;
	fixture_make(machine, &(struct fixture_call){ CALL_VM_MAP_RAM, 0, "vm_unmap_ram" });
	fixture_holds();
	find_slot();
	uint64_t page = fixture.first + (uint64_t)number;
	fixture_set(page, 3, machine_words(fixture.m, slot.table)[slot.index]);
	fixture_expect(CALL_VM_UNMAP_RAM, 0);
	fixture.out = (struct outcome){ .modified = MODIFIED_LEVEL(3) };
	machine_flush_cache(fixture.m, CACHE_FLUSH_VUNMAP, fixture.va, fixture.call.bytes);
	fixture_word(page, 3, &table, &index);
	machine_store(fixture.m, table, index, 1, 0, 0);
	machine_store(fixture.m, slot.table, slot.index, PAGES, 0, 0);
	end_maintenance(BARRIER_DSB_ISH);
}

static void what_lies_next_to_a_lazy_range_is_invalidated(void **state)
{
	(void)state;
	static const int64_t pages[] = { -2, -1, PAGES, PAGES + 1 };
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
			clear_another_lazily(&fixture_machines[m], pages[i]);
			fixture_breaks(RULE_HISTORY_STALE, "a page outside", i);
		}
}

/* vm_unmap_ram() of the first pages of a table, which it also unlinks. */
static void a_lazy_call_leaves_no_table_pointer_stale(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		table_t parent;
		uint32_t index;
		fixture_begin(&fixture_machines[m]);
		uint64_t size = UINT64_C(1) << arm64_leaf_bits(&fixture.g, 2);
		fixture.va = fixture.va / size * size + size;
		fixture.first = oracle_page(&fixture.oracle, fixture.va);
		fixture_call(&(struct fixture_call){ CALL_VM_MAP_RAM, 0, "vm_unmap_ram" });
		fixture_holds();
		find_slot();
		fixture_expect(CALL_VM_UNMAP_RAM, 0);
		fixture.out = (struct outcome){ .modified = MODIFIED_LEVEL(3) | MODIFIED_LEVEL(2) };
		machine_flush_cache(fixture.m, CACHE_FLUSH_VUNMAP, fixture.va, fixture.call.bytes);
		machine_store(fixture.m, slot.table, slot.index, PAGES, 0, 0);
		fixture_word(fixture.first, 2, &parent, &index);
		machine_store(fixture.m, parent, index, 1, 0, 0);
		end_maintenance(BARRIER_DSB_ISH);
		/* The table is left over, which is not what is judged here. */
		fixture.oracle.waivers.rules = RULE_BIT(RULE_TABLES_LEAK);
		fixture_breaks(RULE_HISTORY_STALE, "a table", 0);
	}
}

/* --- what changes while it is live -------------------------------------------------- */

static void flush(void)
{
	machine_barrier(fixture.m, BARRIER_DSB_ISHST);
	machine_tlbi_all(fixture.m);
	end_maintenance(BARRIER_DSB_ISH);
}

/* set_memory_x(), after which an entry has bits of it changed and changed back. `page` is of the space. */
static void change_for_a_while(const struct fixture_machine *machine, uint64_t page, uint64_t bits,
			       bool with_tlbi)
{
	table_t table;
	uint32_t index;
	store_all(machine, false);
	flush();
	uint64_t desc = fixture_word(page, 3, &table, &index);
	for (int back = 0; back < 2; back++) {
		machine_store(fixture.m, table, index, 1, back ? desc : desc ^ bits, 0);
		if (with_tlbi)
			flush();
	}
	if (!with_tlbi)
		end_maintenance(BARRIER_DSB_ISH);
}

/* Pages of the space on which steps are tried: both ends of the range, outside of it, and an alias. */
#define STEP_PAGES 4

static uint64_t step_page(const struct fixture_machine *machine, unsigned number)
{
	fixture_begin(machine);
	const uint64_t pages[STEP_PAGES] = { fixture.first, fixture.first + PAGES - 1,
					     fixture.first + NEIGHBOUR, BASE_PFN };
	return pages[number];
}

static void what_needs_break_before_make_is_judged(void **state)
{
	(void)state;
	static const uint64_t bits[] = { ARM64_BIT(2),  ARM64_BIT(8),  ARM64_BIT(11), ARM64_BIT(40),
					 ARM64_BIT(47), ARM64_BIT(52), ARM64_BIT(30) };
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (unsigned k = 0; k < STEP_PAGES; k++)
			for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
				uint64_t page = step_page(&fixture_machines[m], k);
				if (bits[i] == ARM64_BIT(52) && fixture_machines[m].config.bbm == 2)
					continue;
				change_for_a_while(&fixture_machines[m], page, bits[i], true);
				fixture_breaks(RULE_HISTORY_LIVE_CHANGE, "a bit", bits[i]);
			}
}

/* The access flag too needs no TLBI. A page that may be without it has it for a while. */
static void have_access_flag_for_a_while(const struct fixture_machine *machine, uint32_t number)
{
	const struct fixture_call vmalloc = { CALL_VMALLOC, 0, "vmalloc without AF" };
	fixture_begin(machine);
	fixture.prot = PROT_OLD;
	fixture_call(&vmalloc);
	fixture_holds();
	find_slot();
	fixture_expect(CALL_SET_MEMORY, MEMORY_VALID);
	fixture.out = (struct outcome){ 0 };
	uint64_t desc = machine_words(fixture.m, slot.table)[slot.index + number];
	assert_false(desc & ARM64_AF);
	machine_store(fixture.m, slot.table, slot.index + number, 1, desc | ARM64_AF, 0);
	machine_store(fixture.m, slot.table, slot.index + number, 1, desc, 0);
	end_maintenance(BARRIER_DSB_ISH);
}

static void what_needs_a_tlbi_is_judged(void **state)
{
	(void)state;
	static const uint64_t permissions[] = { ARM64_BIT(6), ARM64_BIT(7), ARM64_BIT(51),
						ARM64_BIT(53), ARM64_BIT(54) };
	static const uint64_t idle[] = { ARM64_BIT(55), ARM64_BIT(58), ARM64_BIT(63) };
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		for (uint32_t number = 0; number < PAGES; number += PAGES - 1) {
			have_access_flag_for_a_while(&fixture_machines[m], number);
			fixture_holds();
		}
		for (unsigned k = 0; k < STEP_PAGES; k++) {
			uint64_t page = step_page(&fixture_machines[m], k);
			for (size_t i = 0; i < sizeof(permissions) / sizeof(permissions[0]); i++) {
				change_for_a_while(&fixture_machines[m], page, permissions[i],
						   false);
				fixture_breaks(RULE_HISTORY_STALE, "a permission", permissions[i]);
			}
			for (size_t i = 0; i < sizeof(idle) / sizeof(idle[0]); i++) {
				change_for_a_while(&fixture_machines[m], page, idle[i], false);
				fixture_holds();
			}
		}
	}
}

/*
 * AP[1] and no UXN permit more than before and after, AP[2] and no AF less. PXN is what the page had
 * before set_memory_x(), which none could run.
 */
static void what_permits_other_for_a_while_is_judged(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (unsigned k = 0; k < 2; k++) {
			uint64_t page = step_page(&fixture_machines[m], k);
			change_for_a_while(&fixture_machines[m], page, ARM64_BIT(6), true);
			fixture_breaks(RULE_ISOLATION_TRANSIENT, "AP[1]", page);
			change_for_a_while(&fixture_machines[m], page, ARM64_BIT(54), true);
			fixture_breaks(RULE_ISOLATION_TRANSIENT, "UXN", page);
			change_for_a_while(&fixture_machines[m], page, ARM64_BIT(7), true);
			fixture_breaks(RULE_ISOLATION_TRANSIENT, "AP[2]", page);
			change_for_a_while(&fixture_machines[m], page, ARM64_BIT(10), false);
			fixture_breaks(RULE_ISOLATION_TRANSIENT, "AF", page);
			change_for_a_while(&fixture_machines[m], page, ARM64_BIT(53), true);
			fixture_holds();
		}
}

/* After set_memory_ro() a page may for a while be neither written, run, nor used by EL0. */
static void each_permission_for_a_while_is_judged(void **state)
{
	(void)state;
	static const struct fixture_call ro = { CALL_SET_MEMORY, MEMORY_RO, "set_memory ro" };
	static const uint64_t bits[] = { ARM64_BIT(6), ARM64_BIT(7), ARM64_BIT(53), ARM64_BIT(54) };
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (uint32_t page = 0; page < PAGES; page += PAGES - 1)
			for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
				fixture_make(&fixture_machines[m], &ro);
				find_slot();
				uint32_t index = slot.index + page;
				uint64_t desc = machine_words(fixture.m, slot.table)[index];
				machine_store(fixture.m, slot.table, index, 1, desc ^ bits[i], 0);
				flush();
				machine_store(fixture.m, slot.table, index, 1, desc, 0);
				flush();
				fixture_breaks(RULE_ISOLATION_TRANSIENT, "a permission", bits[i]);
			}
}

/* An entry of another page where nothing was, for a while. To clear it is to overwrite it. */
static void what_stands_for_a_while_is_judged(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (unsigned c = 0; c < fixture_call_count; c++) {
			fixture_make(&fixture_machines[m], &fixture_calls[c]);
			find_slot();
			uint64_t desc =
				machine_words(fixture.m, slot.table)[slot.index + NEIGHBOUR];
			machine_store(fixture.m, slot.table, slot.index + PAGES + 1, 1, desc, 0);
			end_maintenance(BARRIER_DSB_ISH);
			machine_store(fixture.m, slot.table, slot.index + PAGES + 1, 1, 0, 0);
			flush();
			fixture_breaks(fixture_maps(&fixture_calls[c]) ? RULE_ISOLATION_OVERWRITE
								       : RULE_ISOLATION_TRANSIENT,
				       "a page for a while", c);
		}
}

/* Pages that set_direct_map made invalid, before they are made valid again, and what they become. */
static void make_invalid(const struct fixture_machine *machine, uint64_t *want)
{
	const struct fixture_call valid = { CALL_SET_DIRECT_MAP, FIXTURE_DEFAULT, "valid" };
	const struct fixture_call invalid = { CALL_SET_DIRECT_MAP, FIXTURE_INVALID, "invalid" };
	fixture_make(machine, &valid);
	find_slot();
	for (uint32_t i = 0; i < PAGES; i++)
		want[i] = machine_words(fixture.m, slot.table)[slot.index + i];
	fixture_make(machine, &invalid);
	fixture_holds();
	oracle_purge(&fixture.oracle);
	find_slot();
}

static void expect_valid(void)
{
	fixture_expect(CALL_SET_DIRECT_MAP, FIXTURE_DEFAULT);
	fixture.out = (struct outcome){ 0 };
}

/* Pages are made valid again, of which one permits for a while what `bits` are. */
static void make_valid_again(const struct fixture_machine *machine, uint64_t bits)
{
	uint64_t want[PAGES];
	make_invalid(machine, want);
	expect_valid();
	for (uint32_t i = 0; i < PAGES; i++) {
		if (!i && bits)
			machine_store(fixture.m, slot.table, slot.index, 1, want[i] ^ bits, 0);
		machine_store(fixture.m, slot.table, slot.index + i, 1, want[i], 0);
	}
	end_maintenance(BARRIER_DSB_ISHST);
}

static void what_was_invalid_permits_no_more_for_a_while(void **state)
{
	(void)state;
	const uint64_t bits[] = { ARM64_AP1, ARM64_PXN, ARM64_UXN };
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		make_valid_again(&fixture_machines[m], 0);
		fixture_holds();
		for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
			make_valid_again(&fixture_machines[m], bits[i]);
			fixture_breaks(RULE_ISOLATION_TRANSIENT, "a permission", bits[i]);
		}
	}
}

/*
 * Pages are made valid again, of which one may be written and run for a while. Before that an entry of
 * another table, which could be both, was cleared: of the same index, or after a store to the page before.
 */
static void make_valid_after_another(const struct fixture_machine *machine, uint32_t number)
{
	uint64_t want[PAGES];
	table_t table;
	uint32_t index;
	make_invalid(machine, want);
	uint64_t other = BASE_PFN + slot.index + 2 * number;
	fixture_set(other, 3, want[0] & ~ARM64_PXN);
	expect_valid();
	for (uint32_t i = 0; i < PAGES; i++) {
		if (i == number) {
			fixture_word(other, 3, &table, &index);
			machine_store(fixture.m, table, index, 1, 0, 0);
			flush();
			machine_store(fixture.m, slot.table, slot.index + i, 1,
				      want[i] & ~ARM64_PXN, 0);
		}
		machine_store(fixture.m, slot.table, slot.index + i, 1, want[i], 0);
	}
	end_maintenance(BARRIER_DSB_ISHST);
}

static void what_another_entry_permitted_is_no_excuse(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (uint32_t number = 0; number < 2; number++) {
			make_valid_after_another(&fixture_machines[m], number);
			fixture_breaks(RULE_ISOLATION_TRANSIENT, "written and run", number);
		}
}

/* set_memory_rox() of an area that has no aliases, by two changes one after the other. */
static void make_rox(const struct fixture_machine *machine, bool runs_first)
{
	struct fixture_machine noalias = *machine;
	noalias.config.noalias = true;
	fixture_make(&noalias, &(struct fixture_call){ CALL_VMALLOC, 0, "set_memory rox" });
	fixture_holds();
	find_slot();
	fixture_have_area(PAGES);
	fixture_expect(CALL_SET_MEMORY, MEMORY_ROX);
	fixture.out = (struct outcome){ 0 };
	machine_unmap_aliases(fixture.m);
	for (int step = 0; step < 2; step++) {
		bool runs = runs_first == !step;
		uint64_t clear = runs ? ARM64_PXN : ARM64_DBM, set = runs ? 0 : ARM64_AP2;
		for (uint32_t i = 0; i < PAGES; i++) {
			uint64_t desc = machine_words(fixture.m, slot.table)[slot.index + i];
			machine_store(fixture.m, slot.table, slot.index + i, 1,
				      (desc & ~clear) | set, 0);
		}
		flush();
	}
}

static void no_page_may_be_written_and_run(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		make_rox(&fixture_machines[m], false);
		fixture_holds();
		make_rox(&fixture_machines[m], true);
		fixture_breaks(RULE_ISOLATION_TRANSIENT, "written and run at once", 0);
	}
}

/* set_memory_valid() of valid pages has nothing to store: its first store is one too many. */
static void the_first_store_is_judged(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		fixture_make(&fixture_machines[m],
			     &(struct fixture_call){ CALL_VMALLOC, 0, "set_memory valid" });
		fixture_holds();
		find_slot();
		fixture_expect(CALL_SET_MEMORY, MEMORY_VALID);
		fixture.out = (struct outcome){ 0 };
		uint64_t desc = machine_words(fixture.m, slot.table)[slot.index];
		machine_store(fixture.m, slot.table, slot.index + PAGES + 1, 1, desc, 0);
		end_maintenance(BARRIER_DSB_ISH);
		machine_store(fixture.m, slot.table, slot.index + PAGES + 1, 1, 0, 0);
		flush();
		fixture_breaks(RULE_ISOLATION_TRANSIENT, "a page for a while", 0);
	}
}

/*
 * Two entries that one store writes, as a series or as a list, of which the one of the neighbour stays as
 * it was, and the other stands for a while where nothing is.
 */
static void store_two(const struct fixture_machine *machine, bool last, bool as_list)
{
	const struct fixture_call x = { CALL_SET_MEMORY, MEMORY_X, "set_memory x" };
	const uint64_t page = UINT64_C(1) << machine->config.page_shift;
	fixture_make(machine, &x);
	find_slot();
	uint32_t stays = slot.index + NEIGHBOUR + (last ? NEIGHBOURS - 1 : 0);
	uint32_t first = last ? stays : stays - 1, goes = last ? stays + 1 : stays - 1;
	uint64_t desc = machine_words(fixture.m, slot.table)[stays];
	uint64_t words[2] = { last ? desc : desc - page, last ? desc + page : desc };
	if (as_list)
		machine_store_list(fixture.m, slot.table, first, 2, words);
	else
		machine_store(fixture.m, slot.table, first, 2, words[0], page);
	end_maintenance(BARRIER_DSB_ISH);
	machine_store(fixture.m, slot.table, goes, 1, 0, 0);
	flush();
}

static void each_entry_of_one_store_is_judged(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (int last = 0; last < 2; last++)
			for (int as_list = 0; as_list < 2; as_list++) {
				store_two(&fixture_machines[m], last, as_list);
				fixture_breaks(RULE_ISOLATION_TRANSIENT, "an entry",
					       (uint64_t)last);
			}
}

/* A mapping call that changes an entry of another area, and changes it back. */
static void what_is_overwritten_is_judged(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (unsigned c = 0; c < 4; c++)
			for (uint32_t i = 0; i < NEIGHBOURS; i += NEIGHBOURS - 1) {
				fixture_make(&fixture_machines[m], &fixture_calls[c]);
				find_slot();
				uint32_t index = slot.index + NEIGHBOUR + i;
				uint64_t desc = machine_words(fixture.m, slot.table)[index];
				machine_store(fixture.m, slot.table, index, 1, desc | ARM64_AP2, 0);
				machine_store(fixture.m, slot.table, index, 1, desc, 0);
				flush();
				fixture_breaks(RULE_ISOLATION_OVERWRITE, "another area", i);
			}
}

/*
 * A page that the call takes away, as vunmap() or set_memory's invalid, is taken away, made again and
 * taken away, with the TLBI in between or without. It may fault meanwhile. `bits` differ of what is made.
 */
static void make_again(const struct fixture_machine *machine, bool unmaps, uint32_t page,
		       uint64_t bits, bool with_tlbi)
{
	static const struct fixture_call calls[] = {
		{ CALL_SET_MEMORY, MEMORY_INVALID, "set_memory invalid" },
		{ CALL_VUNMAP, 0, "vunmap" },
	};
	fixture_make(machine, &(struct fixture_call){ CALL_VMALLOC, 0, "vmalloc" });
	find_slot();
	uint32_t index = slot.index + page;
	uint64_t valid = machine_words(fixture.m, slot.table)[index];
	fixture_make(machine, &calls[unmaps]);
	uint64_t gone = machine_words(fixture.m, slot.table)[index];
	for (int i = 0; i < 2; i++) {
		machine_store(fixture.m, slot.table, index, 1, valid ^ bits, 0);
		machine_barrier(fixture.m, BARRIER_DSB_ISHST);
		machine_store(fixture.m, slot.table, index, 1, gone, 0);
		if (with_tlbi)
			flush();
		else
			machine_barrier(fixture.m, BARRIER_DSB_ISHST);
	}
	flush();
}

/* Break-before-make of each page without its TLBI. */
static void what_is_made_before_its_tlbi_is_judged(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (int unmaps = 0; unmaps < 2; unmaps++)
			for (uint32_t page = 0; page < PAGES; page += PAGES - 1) {
				make_again(&fixture_machines[m], unmaps, page, 0, true);
				fixture_holds();
				make_again(&fixture_machines[m], unmaps, page, 0, false);
				fixture_breaks(RULE_HISTORY_MAKE_BEFORE_TLBI, "a page", page);
			}
}

/* What is made again and taken away gives for a while other memory than the page had. */
static void what_is_made_again_is_as_it_was(void **state)
{
	(void)state;
	static const uint64_t bits[] = { ARM64_BIT(2), ARM64_BIT(20), ARM64_BIT(33),
					 ARM64_BIT(40) };
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (int unmaps = 0; unmaps < 2; unmaps++)
			for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
				make_again(&fixture_machines[m], unmaps, 0, bits[i], true);
				fixture_breaks(RULE_ISOLATION_TRANSIENT, "a bit", bits[i]);
			}
}

/* --- tables --------------------------------------------------------------------------- */

/* Links an empty table at level 2 after a call, in the next entry. */
static table_t link_table(bool publish)
{
	table_t parent, table = machine_alloc_table(fixture.m);
	uint32_t index;
	fixture_word(fixture.first, 2, &parent, &index);
	if (publish)
		machine_barrier(fixture.m, BARRIER_DMB_ISHST);
	machine_store(fixture.m, parent, index + 1, 1, reference_link(&fixture.g, fixture.m, table),
		      0);
	return table;
}

static void what_follows_a_new_entry_is_judged(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (unsigned c = 0; c < fixture_call_count; c++)
			for (int what = 0; what < 5; what++) {
				if (!fixture_maps(&fixture_calls[c]) && what)
					continue;
				static const enum rule rules[] = {
					RULE_HISTORY_PUBLISH, RULE_HISTORY_DSB, RULE_HISTORY_DSB,
					RULE_HISTORY_ISB, RULE_HISTORY_DSB
				};
				fixture_make(&fixture_machines[m], &fixture_calls[c]);
				link_table(what);
				if (what == 2)
					machine_barrier(fixture.m, BARRIER_DSB_NSHST);
				if (what == 3 || what == 0)
					machine_barrier(fixture.m, BARRIER_DSB_ISHST);
				if (what == 4)
					machine_left_lazy(fixture.m, true);
				if (what == 0)
					machine_barrier(fixture.m, BARRIER_ISB);
				fixture_breaks(rules[what], "a table linked", (uint64_t)what);
			}
}

/* A table is linked without a barrier, at each level, after each kind of call. */
static void each_link_is_published(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (unsigned c = 0; c < fixture_call_count; c++) {
			fixture_begin(&fixture_machines[m]);
			for (int level = fixture.g.start_level; level < 3; level++) {
				table_t parent, table;
				uint32_t index;
				fixture_make(&fixture_machines[m], &fixture_calls[c]);
				table = machine_alloc_table(fixture.m);
				fixture_word(fixture.first, level, &parent, &index);
				machine_store(fixture.m, parent, index + 1, 1,
					      reference_link(&fixture.g, fixture.m, table), 0);
				end_maintenance(BARRIER_DSB_ISHST);
				fixture_breaks(RULE_HISTORY_PUBLISH, "a table",
					       (uint64_t)(int64_t)level);
			}
		}
}

/* A table that is stored to after the barrier that should order its stores before the link. */
static void what_is_stored_before_a_link_is_ordered(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (int ordered = 0; ordered < 2; ordered++) {
			table_t parent, table;
			uint32_t index;
			fixture_make(&fixture_machines[m], &fixture_calls[0]);
			fixture_word(fixture.first, 2, &parent, &index);
			table = machine_alloc_table(fixture.m);
			machine_barrier(fixture.m, BARRIER_DMB_ISHST);
			machine_store(fixture.m, table, 5, 1, 2, 0);
			machine_store(fixture.m, table, 5, 1, 0, 0);
			if (ordered)
				machine_barrier(fixture.m, BARRIER_DMB_ISHST);
			machine_store(fixture.m, parent, index + 1, 1,
				      reference_link(&fixture.g, fixture.m, table), 0);
			end_maintenance(BARRIER_DSB_ISHST);
			fixture.out.modified |= MODIFIED_LEVEL(2);
			if (ordered)
				fixture_breaks(RULE_FLUSH_CACHE, "a store after the flush", 0);
			else
				fixture_breaks(RULE_HISTORY_PUBLISH, "a table", 0);
		}
}

/* Unlinks and frees a table, with what must come before each. */
static void free_table(int what)
{
	table_t parent, table = link_table(true);
	uint32_t index;
	uint64_t size = UINT64_C(1) << arm64_leaf_bits(&fixture.g, 2);
	end_maintenance(BARRIER_DSB_ISHST);
	fixture_word(fixture.first, 2, &parent, &index);
	if (what != 0)
		machine_trylock(fixture.m);
	machine_store(fixture.m, parent, index + 1, 1, 0, 0);
	machine_barrier(fixture.m, BARRIER_DSB_ISHST);
	if (what != 1)
		machine_tlbi(fixture.m, (struct event){ .level = EVENT_NO_HINT,
							.last_level_only = what == 2,
							.local = what == 3,
							.va = fixture.va / size * size + size,
							.bytes = size });
	if (what != 4)
		machine_barrier(fixture.m, what == 5 ? BARRIER_DSB_NSH : BARRIER_DSB_ISH);
	if (what != 7)
		machine_barrier(fixture.m, BARRIER_ISB);
	machine_free_table(fixture.m, table);
	flush();
	if (what != 0 && what != 6)
		machine_unlock(fixture.m);
}

static void what_frees_a_table_is_judged(void **state)
{
	(void)state;
	static const enum rule rules[] = { RULE_TABLES_LOCK,         RULE_HISTORY_FREED_TABLE,
					   RULE_HISTORY_FREED_TABLE, RULE_HISTORY_FREED_TABLE,
					   RULE_HISTORY_FREED_TABLE, RULE_HISTORY_FREED_TABLE,
					   RULE_TABLES_LOCK,         RULE_HISTORY_ISB };
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (unsigned c = 0; c < fixture_call_count; c++)
			for (int what = 0; what < 8; what++) {
				fixture_make(&fixture_machines[m], &fixture_calls[c]);
				free_table(what);
				fixture_breaks(rules[what], "a table freed", (uint64_t)what);
			}
}

/* A call that has nothing to do, and its steps. */
static void begin_idle_call(const struct fixture_machine *machine)
{
	fixture_make(machine, &(struct fixture_call){ CALL_VMALLOC, 0, "set_memory valid" });
	fixture_holds();
	find_slot();
	fixture_expect(CALL_SET_MEMORY, MEMORY_VALID);
	fixture.out = (struct outcome){ 0 };
}

static void a_tree_may_free_tables_without_the_lock(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (int waived = 0; waived < 2; waived++) {
			begin_idle_call(&fixture_machines[m]);
			/* No block was split for the table, which is not what is judged here. */
			fixture.oracle.waivers.rules = RULE_BIT(RULE_COST_TABLES);
			if (waived)
				fixture.oracle.waivers.behaviours = WAIVER(WAIVER_FREES_UNLOCKED);
			free_table(0);
			if (waived)
				fixture_holds();
			else
				fixture_breaks(RULE_TABLES_LOCK, "a table freed", 0);
		}
}

/* A table that links another in its last entry is linked: walks reach both, and TLBs hold their entries. */
static void tables_below_a_linked_one_are_reached(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		table_t above, table, child;
		uint32_t index;
		begin_idle_call(&fixture_machines[m]);
		if (fixture.g.start_level > 1)
			continue;
		uint64_t leaf = machine_words(fixture.m, slot.table)[slot.index];
		fixture_word(fixture.first, 1, &above, &index);
		table = machine_alloc_table(fixture.m);
		child = machine_alloc_table(fixture.m);
		machine_barrier(fixture.m, BARRIER_DMB_ISHST);
		machine_store(fixture.m, table, 7, 1, reference_link(&fixture.g, fixture.m, child),
			      0);
		machine_barrier(fixture.m, BARRIER_DMB_ISHST);
		machine_store(fixture.m, above, index + 1, 1,
			      reference_link(&fixture.g, fixture.m, table), 0);
		machine_store(fixture.m, child, 5, 1, leaf, 0);
		machine_store(fixture.m, child, 5, 1, 0, 0);
		end_maintenance(BARRIER_DSB_ISH);
		fixture_breaks(RULE_HISTORY_STALE, "an entry below", 5);
	}
}

/* A table that is freed while its pointer is cached, when entries cleared before it are stale too. */
static void a_cached_pointer_is_found_among_others(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		table_t parent, table;
		uint32_t index;
		begin_idle_call(&fixture_machines[m]);
		touch_neighbour();
		table = link_table(true);
		end_maintenance(BARRIER_DSB_ISHST);
		fixture_word(fixture.first, 2, &parent, &index);
		machine_trylock(fixture.m);
		machine_store(fixture.m, parent, index + 1, 1, 0, 0);
		machine_barrier(fixture.m, BARRIER_DSB_ISHST);
		machine_free_table(fixture.m, table);
		machine_unlock(fixture.m);
		flush();
		fixture_breaks(RULE_HISTORY_FREED_TABLE, "a table", 0);
	}
}

/* A table that was linked and unlinked, without a TLBI, under the lock. */
static table_t unlink_table(const struct fixture_machine *machine)
{
	table_t parent, table;
	uint32_t index;
	begin_idle_call(machine);
	table = link_table(true);
	end_maintenance(BARRIER_DSB_ISHST);
	fixture_word(fixture.first, 2, &parent, &index);
	machine_trylock(fixture.m);
	machine_store(fixture.m, parent, index + 1, 1, 0, 0);
	return table;
}

static void free_unlinked(table_t table)
{
	flush();
	machine_free_table(fixture.m, table);
	machine_unlock(fixture.m);
	/* No block was split for the table, which is not what is judged here. */
	fixture.oracle.waivers.rules = RULE_BIT(RULE_COST_TABLES);
}

/* One store of so many entries, of which one is valid, before or after the TLBI. */
static void store_to_unlinked(const struct fixture_machine *machine, uint32_t entries, uint32_t at,
			      bool with_tlbi)
{
	table_t table = unlink_table(machine);
	uint64_t words[3] = { 0 };
	words[at] = machine_words(fixture.m, slot.table)[slot.index];
	if (with_tlbi)
		flush();
	machine_store_list(fixture.m, table, 7, entries, words);
	free_unlinked(table);
}

static void a_store_to_an_unlinked_table_waits_for_its_tlbi(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (uint32_t entries = 1; entries <= 3; entries++)
			for (uint32_t at = 0; at < entries; at++) {
				store_to_unlinked(&fixture_machines[m], entries, at, true);
				fixture_holds();
				store_to_unlinked(&fixture_machines[m], entries, at, false);
				fixture_breaks(RULE_HISTORY_MAKE_BEFORE_TLBI, "an entry", at);
			}
}

/* An entry that is not valid does no harm, whatever would come next in the series of the store. */
static void an_unlinked_table_may_be_cleared_before_its_tlbi(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		table_t table = unlink_table(&fixture_machines[m]);
		machine_store(fixture.m, table, 7, 1, 0, ARM64_VALID);
		free_unlinked(table);
		fixture_holds();
	}
}

/* A leaf for the first page of memory, of the memory type that 0 has, in a new table that vunmap() links. */
static void what_stands_in_a_new_table_is_judged(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		table_t parent, table;
		uint32_t index;
		fixture_make(&fixture_machines[m],
			     &(struct fixture_call){ CALL_VUNMAP, 0, "vunmap" });
		find_slot();
		uint64_t desc = machine_words(fixture.m, slot.table)[slot.index + NEIGHBOUR];
		desc &= ~(arm64_address_field(&fixture.g) | ARM64_BIT(2) | ARM64_BIT(3) |
			  ARM64_BIT(4));
		fixture_word(fixture.first, 2, &parent, &index);
		table = machine_alloc_table(fixture.m);
		machine_store(fixture.m, table, 7, 1, desc, 0);
		machine_barrier(fixture.m, BARRIER_DMB_ISHST);
		machine_store(fixture.m, parent, index + 1, 1,
			      reference_link(&fixture.g, fixture.m, table), 0);
		end_maintenance(BARRIER_DSB_ISHST);
		machine_store(fixture.m, table, 7, 1, 0, 0);
		flush();
		fixture_breaks(RULE_ISOLATION_TRANSIENT, "a leaf", 7);
	}
}

/* A live table descriptor that is changed to that of a copy, and back. */
static void a_live_table_does_not_change(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		table_t parent, copy;
		uint32_t index;
		begin_idle_call(&fixture_machines[m]);
		uint64_t link = fixture_word(fixture.first, 2, &parent, &index);
		copy = machine_alloc_table(fixture.m);
		machine_store_list(fixture.m, copy, 0, fixture.m->entries,
				   machine_words(fixture.m, slot.table));
		machine_barrier(fixture.m, BARRIER_DMB_ISHST);
		machine_store(fixture.m, parent, index, 1,
			      reference_link(&fixture.g, fixture.m, copy), 0);
		flush();
		machine_store(fixture.m, parent, index, 1, link, 0);
		flush();
		machine_trylock(fixture.m);
		machine_free_table(fixture.m, copy);
		machine_unlock(fixture.m);
		fixture_breaks(RULE_HISTORY_LIVE_CHANGE, "a table", 0);
	}
}

/* The TLBI for an unlinked table reaches its first entry, and not its last. */
static void entries_of_an_unlinked_table_are_invalidated(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (int all = 0; all < 2; all++) {
			table_t parent, table;
			uint32_t index;
			begin_idle_call(&fixture_machines[m]);
			uint64_t leaf = machine_words(fixture.m, slot.table)[slot.index];
			uint64_t size = UINT64_C(1) << arm64_leaf_bits(&fixture.g, 2);
			fixture_word(fixture.first, 2, &parent, &index);
			table = machine_alloc_table(fixture.m);
			machine_store(fixture.m, table, 0, 1, leaf, 0);
			machine_store(fixture.m, table, 5, 1, leaf, 0);
			machine_barrier(fixture.m, BARRIER_DMB_ISHST);
			machine_store(fixture.m, parent, index + 1, 1,
				      reference_link(&fixture.g, fixture.m, table), 0);
			end_maintenance(BARRIER_DSB_ISHST);
			machine_trylock(fixture.m);
			machine_store(fixture.m, parent, index + 1, 1, 0, 0);
			machine_barrier(fixture.m, BARRIER_DSB_ISHST);
			machine_tlbi_range(fixture.m, fixture.va / size * size + size,
					   all ? size : page_bytes(1), false);
			end_maintenance(BARRIER_DSB_ISH);
			machine_free_table(fixture.m, table);
			end_maintenance(BARRIER_DSB_ISH);
			machine_unlock(fixture.m);
			/* No block was split for the table, which is not what is judged here. */
			fixture.oracle.waivers.rules = RULE_BIT(RULE_COST_TABLES);
			if (all)
				fixture_holds();
			else
				fixture_breaks(RULE_HISTORY_STALE, "the last entry", 5);
		}
}

/* --- splits ----------------------------------------------------------------------------- */

/*
 * A preset block that set_memory splits while it is live: all but its last page changes, or below BBM
 * level 2, where that is refused, the whole. Entry `at` of its table is spoilt by `bits`.
 */
static void split_block(const struct fixture_machine *machine, uint32_t at, uint64_t bits)
{
	table_t parent, child;
	uint32_t index, entries;
	fixture_begin(machine);
	uint64_t size = UINT64_C(1) << arm64_leaf_bits(&fixture.g, 2);
	fixture.va = fixture.va / size * size + 2 * size;
	fixture.first = oracle_page(&fixture.oracle, fixture.va);
	fixture.pages = (size >> fixture.g.granule) - (machine->config.bbm == 2);
	assert_true(oracle_preset_leaf(&fixture.oracle, fixture.va, 0, 2));
	fixture_expect(CALL_SET_MEMORY, MEMORY_VALID);
	fixture.out = (struct outcome){ 0 };
	uint64_t block = fixture_word(fixture.first, 2, &parent, &index);
	child = machine_alloc_table(fixture.m);
	entries = fixture.m->entries;
	for (uint32_t i = 0; i < entries; i++)
		machine_store(fixture.m, child, i, 1,
			      (block | ARM64_TYPE |
			       arm64_address_bits(&fixture.g, (uint64_t)i << fixture.g.granule)) ^
				      (i == at ? bits : 0),
			      0);
	machine_barrier(fixture.m, BARRIER_DMB_ISHST);
	machine_store(fixture.m, parent, index, 1, reference_link(&fixture.g, fixture.m, child), 0);
	end_maintenance(BARRIER_DSB_ISH);
	if (bits)
		fixture_set(fixture.first + at, 3,
			    fixture_word(fixture.first + at, 3, &parent, &index) ^ bits);
}

static void what_a_split_changes_is_judged(void **state)
{
	(void)state;
	static const uint64_t bits[] = { ARM64_BIT(0),  ARM64_BIT(2),  ARM64_BIT(6),  ARM64_BIT(7),
					 ARM64_BIT(8),  ARM64_BIT(11), ARM64_BIT(53), ARM64_BIT(54),
					 ARM64_BIT(46), ARM64_BIT(33) };
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		const struct fixture_machine *machine = &fixture_machines[m];
		split_block(machine, 0, 0);
		if (machine->config.bbm < 2) {
			fixture_breaks(RULE_HISTORY_LIVE_CHANGE, "a split below BBM level 2", 0);
			continue;
		}
		fixture_holds();
		for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
			for (int last = 0; last < 2; last++) {
				split_block(machine, last ? fixture.m->entries - 1 : 0, bits[i]);
				fixture_breaks(RULE_HISTORY_LIVE_CHANGE, "an entry", bits[i]);
			}
	}
}

/* set_direct_map of pages in the middle of a block that was split before: their caller has the TLBI. */
static void a_split_block_around_a_lazy_range_is_left_too(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		if (fixture_machines[m].config.bbm < 2)
			continue;
		split_block(&fixture_machines[m], 0, 0);
		fixture_holds();
		fixture.first += 5;
		fixture.va += page_bytes(5);
		fixture.pages = 4;
		find_slot();
		fixture_expect(CALL_SET_DIRECT_MAP, FIXTURE_INVALID);
		fixture.out = (struct outcome){ 0 };
		for (uint32_t i = 0; i < fixture.pages; i++) {
			uint64_t desc = machine_words(fixture.m, slot.table)[slot.index + i];
			machine_store(fixture.m, slot.table, slot.index + i, 1,
				      (desc & ~ARM64_VALID) | ARM64_NG, 0);
		}
		fixture_holds();
		assert_true(meets_lazy(0, 1) && meets_lazy(3, 1));
		assert_false(meets_lazy(-1, 1) || meets_lazy(4, 1));
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(each_page_is_invalidated),
	cmocka_unit_test(each_barrier_around_a_tlbi_is_needed),
	cmocka_unit_test(an_isb_is_for_the_tlbi_of_its_own_call),
	cmocka_unit_test(each_entry_of_one_store_is_invalidated),
	cmocka_unit_test(lazy_unmapping_leaves_its_range_stale),
	cmocka_unit_test(what_lies_next_to_a_lazy_range_is_invalidated),
	cmocka_unit_test(a_lazy_call_leaves_no_table_pointer_stale),
	cmocka_unit_test(what_needs_break_before_make_is_judged),
	cmocka_unit_test(what_needs_a_tlbi_is_judged),
	cmocka_unit_test(what_permits_other_for_a_while_is_judged),
	cmocka_unit_test(each_permission_for_a_while_is_judged),
	cmocka_unit_test(what_stands_for_a_while_is_judged),
	cmocka_unit_test(what_was_invalid_permits_no_more_for_a_while),
	cmocka_unit_test(what_another_entry_permitted_is_no_excuse),
	cmocka_unit_test(no_page_may_be_written_and_run),
	cmocka_unit_test(the_first_store_is_judged),
	cmocka_unit_test(each_entry_of_one_store_is_judged),
	cmocka_unit_test(what_is_overwritten_is_judged),
	cmocka_unit_test(what_is_made_before_its_tlbi_is_judged),
	cmocka_unit_test(what_is_made_again_is_as_it_was),
	cmocka_unit_test(what_follows_a_new_entry_is_judged),
	cmocka_unit_test(each_link_is_published),
	cmocka_unit_test(what_is_stored_before_a_link_is_ordered),
	cmocka_unit_test(what_frees_a_table_is_judged),
	cmocka_unit_test(a_tree_may_free_tables_without_the_lock),
	cmocka_unit_test(a_cached_pointer_is_found_among_others),
	cmocka_unit_test(a_store_to_an_unlinked_table_waits_for_its_tlbi),
	cmocka_unit_test(an_unlinked_table_may_be_cleared_before_its_tlbi),
	cmocka_unit_test(what_stands_in_a_new_table_is_judged),
	cmocka_unit_test(a_live_table_does_not_change),
	cmocka_unit_test(tables_below_a_linked_one_are_reached),
	cmocka_unit_test(entries_of_an_unlinked_table_are_invalidated),
	cmocka_unit_test(what_a_split_changes_is_judged),
	cmocka_unit_test(a_split_block_around_a_lazy_range_is_left_too),
};
FIXTURE_MAIN(tests)
