// SPDX-License-Identifier: GPL-2.0-only
/*
 * Single bits of leaves, table descriptors and contiguous groups at every level of every machine: each
 * that must be 0, each address bit below a block's size, each member of a group.
 */
#include "oracle/attributes.h"
#include "oracle/reference/reference.h"
#include "oracle/test/fixture.h"

/* Whether this machine has leaves at `level`, typed from the manual (R_KRMJZ). */
static bool has_leaves(const struct machine_config *c, int level)
{
	switch (c->page_shift) {
	case 12:
		return level >= 1 || (level == 0 && c->lpa2);
	case 14:
		return level >= 2 || (level == 1 && c->lpa2);
	default:
		return level >= 2 || (level == 1 && c->pa_bits > 48);
	}
}

/* A leaf at `level`, in either half of the space, and then a call elsewhere; the leaf's first page. */
static uint64_t leaf_at(const struct fixture_machine *machine, const struct fixture_call *call,
			int level, bool linear)
{
	fixture_begin(machine);
	uint64_t size = UINT64_C(1) << arm64_leaf_bits(&fixture.g, level);
	uint64_t va = arm64_va_base(&fixture.g) + 3 * size;
	if (!linear) /* past the call's range, or the table that the range is in */
		va = level == 3 ? fixture.va + 256 * size : fixture.va / size * size + size;
	assert_true(oracle_preset_leaf(&fixture.oracle, va, 0, level));
	fixture_call(call);
	return oracle_page(&fixture.oracle, va);
}

static void flip_leaf(const struct fixture_machine *machine, int level, uint64_t bit,
		      enum rule rule)
{
	for (unsigned c = 0; c < fixture_call_count; c++)
		for (int linear = 0; linear < 2; linear++) {
			table_t table;
			uint32_t index;
			uint64_t page = leaf_at(machine, &fixture_calls[c], level, linear);
			uint64_t desc = fixture_word(page, level, &table, &index);
			fixture_set(page, level, desc ^ bit);
			fixture_breaks(rule, "a bit", bit);
		}
}

/* The lowest address bit of a block's descriptor, and what stands at bit 16 of blocks. */
static bool must_be_aligned(const struct machine_config *c, int level, unsigned bit)
{
	unsigned size = c->page_shift + (unsigned)(3 - level) * (c->page_shift - 3u);
	unsigned low = c->page_shift == 16 && c->pa_bits > 48 ? 17 : c->page_shift;
	return bit >= low && bit < size && bit != 16;
}

static void bits_of_leaves(const struct fixture_machine *machine, int level)
{
	const struct machine_config *c = &machine->config;
	const bool small_lpa2 = c->lpa2 && c->pa_bits == 48;
	for (unsigned bit = 0; bit < 55; bit++) {
		if (machine->reserved[level + 1] >> bit & 1)
			flip_leaf(machine, level, UINT64_C(1) << bit, RULE_LEAF_RESERVED);
		else if (must_be_aligned(c, level, bit))
			flip_leaf(machine, level, UINT64_C(1) << bit, RULE_LEAF_ALIGNMENT);
		else if (small_lpa2 && (bit == 8 || bit == 9 || bit == 48 || bit == 49))
			flip_leaf(machine, level, UINT64_C(1) << bit, RULE_LEAF_ADDRESS_SIZE);
		else if (bit == 4)
			flip_leaf(machine, level, UINT64_C(7) << 2, RULE_LEAF_ATTRIBUTES);
		else if (bit == 9 && !c->lpa2)
			flip_leaf(machine, level, UINT64_C(1) << bit, RULE_LEAF_ATTRIBUTES);
	}
}

static void each_bit_of_a_leaf_is_judged(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (int level = 0; level <= 3; level++)
			if (has_leaves(&fixture_machines[m].config, level))
				bits_of_leaves(&fixture_machines[m], level);
}

static int start_level(const struct machine_config *c)
{
	return 3 - (int)((c->va_bits - 1u - c->page_shift) / (c->page_shift - 3u));
}

/* A block where its level has none. */
static void each_level_without_leaves_is_judged(void **state)
{
	(void)state;
	table_t table;
	uint32_t index;
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		const struct machine_config *c = &fixture_machines[m].config;
		for (int level = start_level(c); level < 3; level++) {
			if (has_leaves(c, level))
				continue;
			for (unsigned k = 0; k < fixture_call_count; k++) {
				fixture_make(&fixture_machines[m], &fixture_calls[k]);
				fixture_word(fixture.first, level, &table, &index);
				machine_store(fixture.m, table, index ^ 1, 1, 0x701, 0);
				fixture_breaks(RULE_LEAF_LEVEL, "a block",
					       (uint64_t)(int64_t)level);
			}
		}
	}
}

/* Bits that a table descriptor must not have: all but its address, execution limits and software's. */
static uint64_t forbidden_of_tables(const struct machine_config *c)
{
	const uint64_t limits = ARM64_BITS(62, 61);
	if (c->lpa2)
		return limits | ARM64_BITS(51, 50) | (c->page_shift > 12 ? ARM64_BITS(13, 12) : 0) |
		       (c->pa_bits == 48 ? ARM64_BITS(49, 48) | ARM64_BITS(9, 8) : 0);
	if (c->page_shift == 16 && c->pa_bits > 48)
		return limits | ARM64_BITS(51, 48);
	return limits | ARM64_BITS(51, 48) | (ARM64_BITS(c->page_shift, 12) >> 1 & ~ARM64_BIT(11));
}

static void bits_of_tables(const struct fixture_machine *machine, int level,
			   const struct fixture_call *call)
{
	table_t table;
	uint32_t index;
	uint64_t forbidden = forbidden_of_tables(&machine->config);
	for (unsigned bit = 2; bit < 64; bit++) {
		if (!(forbidden >> bit & 1))
			continue;
		for (int linear = 0; linear < 2; linear++) {
			fixture_make(machine, call);
			uint64_t page = linear ? BASE_PFN : fixture.first;
			uint64_t desc = fixture_word(page, level, &table, &index);
			fixture_set(page, level, desc ^ UINT64_C(1) << bit);
			fixture_breaks(RULE_TABLES_DESCRIPTOR, "a bit of a table", bit);
		}
	}
}

static void each_bit_of_a_table_is_judged(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (int level = start_level(&fixture_machines[m].config); level < 3; level++)
			for (unsigned c = 0; c < fixture_call_count; c++)
				bits_of_tables(&fixture_machines[m], level, &fixture_calls[c]);
}

/* PXNTable takes execution from what may run, and nothing from what may not, as UXNTable does. */
static void what_a_table_limits_is_judged(void **state)
{
	(void)state;
	static const struct fixture_call calls[] = { { CALL_SET_MEMORY, MEMORY_X, "set_memory x" },
						     { CALL_VMAP, 0, "vmap" } };
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (int level = start_level(&fixture_machines[m].config); level < 3; level++)
			for (int i = 0; i < 4; i++) {
				table_t table;
				uint32_t index;
				fixture_make(&fixture_machines[m], &calls[i / 2]);
				uint64_t desc = fixture_word(fixture.first, level, &table, &index);
				fixture_set(fixture.first, level, desc | ARM64_BIT(59 + i % 2));
				struct arm64_translation t =
					arm64_translate(&fixture.g, fixture.m, fixture.va);
				assert_int_equal(t.attributes.el1_exec, i == 1);
				if (i == 0)
					fixture_breaks(RULE_TRANSLATION_PERMISSION, "PXNTable", 0);
				else
					fixture_holds();
			}
}

/* --- groups ------------------------------------------------------------------------ */

/* Members of a group by page size, at the last level. */
static unsigned members_of(const struct machine_config *c)
{
	return c->page_shift == 12 ? 16 : c->page_shift == 14 ? 128 : 32;
}

/*
 * A preset group of pages in a table of its own, followed by single pages; its first page. Whatever
 * translation and placement say of a change is waived, so that contiguous.* is what is left.
 */
static uint64_t group_at(const struct fixture_machine *machine, bool linear)
{
	static unsigned turn;
	fixture_begin(machine);
	uint64_t page = linear ? BASE_PFN + 256 : fixture.first + 512;
	for (unsigned i = 0; i < members_of(&machine->config); i++) {
		table_t table;
		uint32_t index;
		uint64_t va = oracle_va(&fixture.oracle, page + i);
		assert_true(oracle_preset_leaf(&fixture.oracle, va, 0x2000 + i, 3));
		fixture_set(page + i, 3,
			    fixture_word(page + i, 3, &table, &index) | ARM64_CONTIGUOUS);
	}
	fixture_call(
		&fixture_calls[turn++ % fixture_call_count]); /* a group after each kind of call */
	fixture.oracle.waivers.rules = RULE_BIT(RULE_ISOLATION_OUTSIDE);
	return page;
}

static void flip_member(const struct fixture_machine *machine, unsigned member, uint64_t bits,
			enum rule rule)
{
	table_t table;
	uint32_t index;
	for (int linear = 0; linear < 2; linear++) {
		uint64_t page = group_at(machine, linear) + member;
		uint64_t desc = fixture_word(page, 3, &table, &index);
		fixture_set(page, 3, desc ^ bits);
		fixture_breaks(rule, "a member", page);
	}
}

/* A group of which one member alone has the Contiguous bit. */
static void leave_one_member(const struct fixture_machine *machine, unsigned member)
{
	uint64_t page = group_at(machine, false);
	for (unsigned i = 0; i < members_of(&machine->config); i++) {
		table_t table;
		uint32_t index;
		if (i != member)
			fixture_set(page + i, 3,
				    fixture_word(page + i, 3, &table, &index) & ~ARM64_CONTIGUOUS);
	}
	fixture_breaks(RULE_CONTIGUOUS_PARTIAL, "a lonely member", page + member);
}

static void each_member_of_a_group_is_judged(void **state)
{
	(void)state;
	static const uint64_t attributes[] = { ARM64_BIT(2),  ARM64_BIT(6),  ARM64_BIT(7),
					       ARM64_BIT(11), ARM64_BIT(51), ARM64_BIT(53),
					       ARM64_BIT(54) };
	for (unsigned m = 0; m < fixture_machine_count; m++) {
		const struct fixture_machine *machine = &fixture_machines[m];
		for (unsigned i = 0; i < members_of(&machine->config); i++) {
			flip_member(machine, i, ARM64_BIT(52), RULE_CONTIGUOUS_PARTIAL);
			flip_member(machine, i, ARM64_BIT(40), RULE_CONTIGUOUS_CONSECUTIVE);
			leave_one_member(machine, i);
			if (!machine->config.lpa2) /* an address bit there */
				flip_member(machine, i, ARM64_BIT(8), RULE_CONTIGUOUS_ATTRIBUTES);
			for (size_t k = 0; k < sizeof(attributes) / sizeof(attributes[0]); k++)
				flip_member(machine, i, attributes[k], RULE_CONTIGUOUS_ATTRIBUTES);
		}
		group_at(machine, false);
		fixture_holds();
	}
}

/* The group's output address off by each power of two pages below its size. */
static void each_misalignment_of_a_group_is_judged(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (unsigned off = 1; off < members_of(&fixture_machines[m].config); off *= 2) {
			uint64_t page = group_at(&fixture_machines[m], off & 1);
			for (unsigned i = 0; i < members_of(&fixture_machines[m].config); i++) {
				table_t table;
				uint32_t index;
				uint64_t desc = fixture_word(page + i, 3, &table, &index);
				desc &= ~arm64_address_field(&fixture.g);
				desc |= arm64_address_bits(&fixture.g,
							   (uint64_t)(0x2000 + off + i)
								   << fixture.g.granule);
				fixture_set(page + i, 3, desc);
			}
			fixture_breaks(RULE_CONTIGUOUS_ALIGNMENT, "a group", off);
		}
}

/* --- blocks of the call ------------------------------------------------------------- */

/* Links a table in the table of the neighbour's, stores to it, unlinks it and frees it. */
static void use_table_for_a_while(uint64_t neighbour)
{
	table_t parent, table = machine_alloc_table(fixture.m);
	uint32_t index;
	fixture_word(neighbour, 2, &parent, &index);
	machine_barrier(fixture.m, BARRIER_DMB_ISHST);
	machine_store(fixture.m, parent, index + 8, 1, reference_link(&fixture.g, fixture.m, table),
		      0);
	machine_store(fixture.m, table, 0, 1, 2, 0);
	machine_trylock(fixture.m);
	machine_store(fixture.m, parent, index + 8, 1, 0, 0);
	machine_barrier(fixture.m, BARRIER_DSB_ISHST);
	machine_tlbi_all(fixture.m);
	machine_barrier(fixture.m, BARRIER_DSB_ISH);
	machine_barrier(fixture.m, BARRIER_ISB);
	machine_free_table(fixture.m, table);
	machine_unlock(fixture.m);
}

static bool frees_a_table; /* the next call does, before it maps its block */

/* ioremap() of one block, by a mapper that makes blocks. */
static void make_block(const struct fixture_machine *machine, int level)
{
	struct slot slot;
	fixture_begin(machine);
	uint64_t neighbour = fixture.first + NEIGHBOUR;
	uint64_t size = UINT64_C(1) << arm64_leaf_bits(&fixture.g, level);
	fixture.oracle.owed = owed_by(MAPPER_PRIOR, &fixture.policy);
	fixture.va = fixture.va / size * size + size;
	fixture.first = oracle_page(&fixture.oracle, fixture.va);
	fixture.pages = size >> fixture.g.granule;
	fixture.base = fixture.pages;
	fixture_expect(CALL_IOREMAP, 0);
	fixture.out = (struct outcome){ .modified = MODIFIED_LEVEL(level) };
	if (frees_a_table)
		use_table_for_a_while(neighbour);
	assert_int_equal(
		reference_slot(&fixture.g, fixture.m, &fixture.out, fixture.va, level, &slot), 0);
	machine_store(fixture.m, slot.table, slot.index, 1,
		      arm64_address_bits(&fixture.g, size) |
			      arm64_leaf_bits_of(&fixture.g, level, attributes_of(PROT_KERNEL)),
		      0);
	machine_barrier(fixture.m, BARRIER_DSB_ISHST);
	machine_barrier(fixture.m, BARRIER_ISB);
	machine_flush_cache(fixture.m, CACHE_FLUSH_VMAP, fixture.va, size);
}

static void flip_block(const struct fixture_machine *machine, int level, uint64_t bits,
		       enum rule rule)
{
	table_t table;
	uint32_t index;
	make_block(machine, level);
	uint64_t desc = fixture_word(fixture.first, level, &table, &index);
	fixture_set(fixture.first, level, desc ^ bits);
	fixture_breaks(rule, "a bit of a block", bits);
}

/* Whether Linux maps a physical range by blocks at `level`. */
static bool linux_has_blocks(const struct machine_config *c, int level)
{
	return level == 2 || (level == 1 && c->page_shift == 12);
}

static void bits_of_blocks(const struct fixture_machine *machine, int level)
{
	static const struct {
		uint64_t bits;
		enum rule rule;
	} flips[] = {
		{ ARM64_BIT(2), RULE_TRANSLATION_MEMORY_TYPE },
		{ ARM64_BIT(6), RULE_TRANSLATION_PERMISSION },
		{ ARM64_BIT(7), RULE_TRANSLATION_PERMISSION },
		{ ARM64_BIT(10), RULE_TRANSLATION_ACCESS_FLAG },
		{ ARM64_BIT(11), RULE_TRANSLATION_GLOBAL },
		{ ARM64_BIT(53), RULE_TRANSLATION_PERMISSION },
		{ ARM64_BIT(54), RULE_TRANSLATION_PERMISSION },
		{ ARM64_BIT(46), RULE_TRANSLATION_OUTPUT_ADDRESS },
		{ ARM64_BIT(30), RULE_TRANSLATION_OUTPUT_ADDRESS },
	};
	make_block(machine, level);
	fixture_holds();
	for (size_t i = 0; i < sizeof(flips) / sizeof(flips[0]); i++)
		if (flips[i].bits >> arm64_leaf_bits(&fixture.g, level) ||
		    flips[i].bits < ARM64_BIT(12))
			flip_block(machine, level, flips[i].bits, flips[i].rule);
	if (!machine->config.lpa2)
		flip_block(machine, level, ARM64_BIT(8), RULE_TRANSLATION_SHAREABILITY);
}

/* The level of a table that was stored to, and freed, may be reported or not; another may not. */
static void a_freed_table_may_be_reported(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (int reported = 0; reported < 2; reported++)
			for (int freed = 0; freed < 2; freed++) {
				frees_a_table = freed;
				make_block(&fixture_machines[m], 2);
				frees_a_table = false;
				if (reported)
					fixture.out.modified |= MODIFIED_LEVEL(3);
				if (reported && !freed)
					fixture_breaks(RULE_FLUSH_MODIFIED, "a level", 3);
				else
					fixture_holds();
			}
}

static void each_block_of_a_call_is_judged(void **state)
{
	(void)state;
	for (unsigned m = 0; m < fixture_machine_count; m++)
		for (int level = 1; level < 3; level++)
			if (linux_has_blocks(&fixture_machines[m].config, level))
				bits_of_blocks(&fixture_machines[m], level);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(each_bit_of_a_leaf_is_judged),
	cmocka_unit_test(each_level_without_leaves_is_judged),
	cmocka_unit_test(each_bit_of_a_table_is_judged),
	cmocka_unit_test(what_a_table_limits_is_judged),
	cmocka_unit_test(each_member_of_a_group_is_judged),
	cmocka_unit_test(each_misalignment_of_a_group_is_judged),
	cmocka_unit_test(a_freed_table_may_be_reported),
	cmocka_unit_test(each_block_of_a_call_is_judged),
};
FIXTURE_MAIN(tests)
