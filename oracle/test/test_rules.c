// SPDX-License-Identifier: GPL-2.0-only
/*
 * For each rule a fixture in which it holds and the same fixture with one thing
 * changed, which breaks this rule and is reported as this rule. No mapper
 * under test takes part. A rule without its pair fails the test.
 *
 * And for each rule an oracle that waives it: then its failing fixture holds, or
 * another rule is broken. So each rule is what catches its own fixture.
 */
#include <errno.h>
#include <string.h>

#include "mapper/test/cmocka_all.h"
#include "oracle/attributes.h"
#include "oracle/oracle.h"
#include "oracle/properties/properties.h"
#include "oracle/reading.h"
#include "oracle/reference/reference.h"

#define MAX_PAGES 512
#define PAGES 48  /* of a fixture of pages: three contiguous groups */
#define SINGLE 40 /* a page of it that is in no group with the Contiguous bit */
#define MEMBER 3  /* a page of it that is */
#define BASE_PFN 0x10000

static const struct machine_config machine_4k = { .page_shift = 12, .va_bits = 48, .pa_bits = 48 };
static const struct machine_config machine_lpa2 = {
	.page_shift = 12, .va_bits = 52, .pa_bits = 48, .lpa2 = true
};
static const struct machine_config machine_64k = { .page_shift = 16, .va_bits = 48, .pa_bits = 48 };

struct fixture {
	struct machine *m;
	struct policy policy;
	struct mapper mapper; /* of a fixture: only its lookup is ever called */
	struct oracle oracle;
	struct arm64_geometry g;
	uint64_t va, pfn[MAX_PAGES];
	struct call call;
	struct outcome out;
	struct vm_area area[1];
	unsigned areas;
	struct table_reading reading; /* by a reader that met the call, */
	bool is_read;                 /* if one did */
};

static struct fixture fixture;

/* The table and index of the descriptor for page `page` of the fixture at `level`. */
static uint64_t *word_at(int level, unsigned page, table_t *table, uint32_t *index)
{
	uint64_t va = fixture.va + ((uint64_t)page << fixture.g.granule);
	*table = MACHINE_ROOT;
	for (int l = fixture.g.start_level;; l++) {
		*index = arm64_table_index(&fixture.g, l, va);
		uint64_t *word = (uint64_t *)machine_words(fixture.m, *table) + *index;
		if (l == level)
			return word;
		*table = machine_table_at(fixture.m,
					  arm64_address(&fixture.g, *word) >> fixture.g.granule);
		assert_int_not_equal(*table, MACHINE_NO_TABLE);
	}
}

/* Changes an entry as the mapper of the fixture would: each step is seen. */
static void step(int level, unsigned page, uint64_t clear, uint64_t set)
{
	table_t table;
	uint32_t index;
	uint64_t *word = word_at(level, page, &table, &index);
	machine_store(fixture.m, table, index, 1, (*word & ~clear) | set, 0);
}

/* Changes an entry as if it had been so from the start: only the end is judged. */
static void change(int level, unsigned page, uint64_t clear, uint64_t set)
{
	struct event_watch watch = fixture.m->watch;
	fixture.m->watch.see = NULL;
	step(level, page, clear, set);
	fixture.m->log.events--;
	fixture.m->watch = watch;
}

static void set_group_contiguous(void)
{
	for (unsigned i = 0; i < 16; i++)
		change(3, i, 0, ARM64_CONTIGUOUS);
}

static void expect_call_of_fixture(void)
{
	const struct call_context in = { .area = fixture.area, .areas = fixture.areas };
	oracle_expect(&fixture.oracle, &fixture.call, &in);
}

static bool judge_fixture(void)
{
	return oracle_judge(&fixture.oracle, &fixture.out) &&
	       (!fixture.is_read || oracle_judge_reading(&fixture.oracle, &fixture.reading));
}

static void begin(const struct machine_config *config, uint64_t pages)
{
	machine_reset(fixture.m, config);
	fixture.is_read = false;
	fixture.policy = policy_default(POLICY_V9);
	fixture.mapper = (struct mapper){ .name = "fixture",
					  .kind = MAPPER_PAGES,
					  .lookup = reference_mapper.lookup,
					  .page_present = reference_mapper.page_present,
					  .dump = reference_mapper.dump };
	oracle_begin(&fixture.oracle, fixture.m, &fixture.mapper, &fixture.policy);
	fixture.g = arm64_geometry(config);
	fixture.areas = 0;
	fixture.va = arm64_va_base(&fixture.g) + (UINT64_C(1) << (config->va_bits - 1));
	fixture.call = (struct call){
		.kind = CALL_VMAP,
		.va = fixture.va,
		.bytes = pages << config->page_shift,
		.pages = { fixture.pfn, pages },
		.prot = PROT_KERNEL,
	};
	fixture.out = (struct outcome){ 0 };
	expect_call_of_fixture();
}

/* The mapper of the fixture is of another kind than single pages. */
static void is_of_kind(enum mapper_kind kind)
{
	fixture.mapper.kind = kind;
	fixture.oracle.owed = owed_by(kind, &fixture.policy);
}

static void map_pages(const struct machine_config *config, uint64_t first_pfn)
{
	begin(config, PAGES);
	for (unsigned i = 0; i < PAGES; i++)
		fixture.pfn[i] = first_pfn + i;
}

/* What the mapper of a fixture is handed. */
static struct address_space space_of_fixture(void)
{
	return (struct address_space){ .machine = fixture.m,
				       .policy = &fixture.policy,
				       .area = fixture.area,
				       .areas = fixture.areas };
}

/* Makes the fixture's call, by the reference mapper, when all of it is set. */
static void make_call(void)
{
	struct address_space space = space_of_fixture();
	const struct call *call = &fixture.call;
	machine_begin_call(fixture.m, 0, 0);
	expect_call_of_fixture();
	fixture.out = (struct outcome){ 0 };
	fixture.out.error = reference_mapper.call[call->kind](&space, call, &fixture.out);
}

static void store_pages(void)
{
	make_call();
}

/* Makes stores visible to walks. */
static void sync(void)
{
	machine_barrier(fixture.m, BARRIER_DSB_ISHST);
	machine_barrier(fixture.m, BARRIER_ISB);
}

/* Drops everything from all TLBs. */
static void flush(void)
{
	machine_barrier(fixture.m, BARRIER_DSB_ISHST);
	machine_tlbi_all(fixture.m);
	machine_barrier(fixture.m, BARRIER_DSB_ISH);
	machine_barrier(fixture.m, BARRIER_ISB);
}

/* Drops pages of the fixture from all TLBs. */
static void flush_pages(unsigned page, unsigned pages)
{
	machine_barrier(fixture.m, BARRIER_DSB_ISHST);
	machine_tlbi_range(fixture.m, fixture.va + ((uint64_t)page << fixture.g.granule),
			   (uint64_t)pages << fixture.g.granule, true);
	machine_barrier(fixture.m, BARRIER_DSB_ISH);
	machine_barrier(fixture.m, BARRIER_ISB);
}

/* Has the call before judged, and sets the next one, on the same range. */
static void next_call(enum call_kind kind)
{
	assert_true(judge_fixture());
	fixture.call =
		(struct call){ .kind = kind, .va = fixture.call.va, .bytes = fixture.call.bytes };
}

/* --- fixtures in which everything holds ------------------------------------- */

static void pages_4k(void)
{
	map_pages(&machine_4k, BASE_PFN);
	store_pages();
}

/* vmalloc() of 48 pages in three contiguous groups. */
static void groups_4k(void)
{
	map_pages(&machine_4k, BASE_PFN);
	is_of_kind(MAPPER_PRIOR);
	store_pages();
	fixture.call.kind = CALL_VMALLOC;
	fixture.out.page_shift = fixture.call.shift = 16;
	fixture.call.flags = MAP_FLAG_HUGE;
	for (unsigned i = 0; i < PAGES; i++)
		change(3, i, 0, ARM64_CONTIGUOUS);
}

/* One page, by a mapper that promises what the series promises. */
static void one_page(void)
{
	begin(&machine_4k, 1);
	is_of_kind(MAPPER_SERIES);
	fixture.pfn[0] = BASE_PFN;
	make_call();
}

/* The same, whose mapper looked at the page once. */
static void one_page_scanned(void)
{
	one_page();
	machine_count_scanned(fixture.m, 1);
}

/* The same page unmapped, whose mapper has stored and not invalidated it. */
static void one_page_cleared(void)
{
	one_page();
	next_call(CALL_VUNMAP);
	machine_begin_call(fixture.m, 0, 0);
	expect_call_of_fixture();
	machine_flush_cache(fixture.m, CACHE_FLUSH_VUNMAP, fixture.va, fixture.call.bytes);
	step(3, 0, ~UINT64_C(0), 0);
	fixture.out = (struct outcome){ .modified = MODIFIED_LEVEL(3) };
}

/* The same, whose mapper invalidated the page, and no more. */
static void one_page_invalidated(void)
{
	one_page_cleared();
	flush_pages(0, 1);
}

static void pages_lpa2(void)
{
	map_pages(&machine_lpa2, BASE_PFN);
	store_pages();
}

static void pages_64k(void)
{
	map_pages(&machine_64k, BASE_PFN);
	store_pages();
}

/* Page frames that are consecutive but not aligned to a group. */
static void pages_unaligned(void)
{
	map_pages(&machine_4k, BASE_PFN + 1);
	store_pages();
}

/* Page frames of which one is elsewhere. */
static void pages_scattered(void)
{
	map_pages(&machine_4k, BASE_PFN);
	fixture.pfn[MEMBER] = 0x777;
	store_pages();
}

/* vmalloc() of one level 2 block. */
static void one_block_on(const struct machine_config *config)
{
	begin(config, MAX_PAGES);
	is_of_kind(MAPPER_PRIOR);
	for (unsigned i = 0; i < MAX_PAGES; i++)
		fixture.pfn[i] = BASE_PFN + i;
	struct slot slot;
	expect_call_of_fixture();
	uint64_t desc = arm64_leaf_bits_of(&fixture.g, 2, attributes_of(PROT_KERNEL)) |
			(uint64_t)BASE_PFN << 12;
	assert_int_equal(reference_slot(&fixture.g, fixture.m, &fixture.out, fixture.va, 2, &slot),
			 0);
	machine_store(fixture.m, slot.table, slot.index, 1, desc, 0);
	sync();
	machine_flush_cache(fixture.m, CACHE_FLUSH_VMAP, fixture.va, fixture.call.bytes);
	fixture.call.kind = CALL_VMALLOC;
	fixture.out.page_shift = fixture.call.shift = 21;
	fixture.call.flags = MAP_FLAG_HUGE;
	fixture.out.modified |= MODIFIED_LEVEL(2);
}

static void one_block(void)
{
	one_block_on(&machine_4k);
}

/* A mapping that failed, and was unmapped by its caller. */
static void cleaned_up(void)
{
	begin(&machine_4k, PAGES);
	for (unsigned i = 0; i < PAGES; i++)
		fixture.pfn[i] = BASE_PFN + i;
	fixture.pfn[SINGLE] = PAGE_HOLE;
	store_pages();
	next_call(CALL_VUNMAP);
	make_call();
	fixture.oracle.in.cleanup = true;
}

/* Half of a block is unmapped, which takes all of it, and warns. */
static void half_a_block_unmapped(void)
{
	one_block();
	next_call(CALL_VUNMAP);
	fixture.call.bytes /= 2;
	make_call();
}

/* set_memory of all that pages_4k() mapped, in an area of this kind. */
static void change_area(enum area_kind kind, enum memory_change change)
{
	pages_4k();
	next_call(CALL_SET_MEMORY);
	fixture.call.change = change;
	fixture.area[0] = (struct vm_area){ .kind = kind,
					    .va = fixture.va,
					    .bytes = fixture.call.bytes,
					    .pages = { fixture.pfn, PAGES } };
	fixture.areas = 1;
	make_call();
}

/* What vmap() mapped is to be made read-only, which is refused. */
static void refused(void)
{
	change_area(AREA_MAP, MEMORY_RO);
}

/* An area of vmalloc() is made executable. */
static void made_executable(void)
{
	change_area(AREA_ALLOC, MEMORY_X);
}

/* The leaf of a page of the fixture, mapped by itself. */
static uint64_t leaf_of(unsigned page)
{
	return arm64_leaf_bits_of(&fixture.g, 3, attributes_of(PROT_KERNEL)) |
	       arm64_address_bits(&fixture.g, fixture.pfn[page] << fixture.g.granule);
}

static void unmapped(void)
{
	pages_4k();
	next_call(CALL_VUNMAP);
	make_call();
}

/* Pages are unmapped, and one is there again for a while. */
static void unmapped_in_steps(void)
{
	unmapped();
	step(3, SINGLE, 0, leaf_of(SINGLE));
	sync();
	step(3, SINGLE, ~UINT64_C(0), 0);
	flush();
}

/* An area that is mapped behind another. */
static void mapped_behind(void)
{
	pages_4k();
	next_call(CALL_VMAP);
	fixture.call.va = fixture.va + ((uint64_t)64 << 12);
	fixture.call.pages = (struct page_array){ fixture.pfn, 16 };
	fixture.call.bytes = 16 << 12;
	make_call();
}

/* A block of which the first pages are to be made invalid, where leaves are split in place. */
static void part_of_a_block(uint64_t pages)
{
	static struct machine_config machine_bbm2;
	machine_bbm2 = machine_4k;
	machine_bbm2.bbm = 2;
	one_block_on(&machine_bbm2);
	next_call(CALL_SET_MEMORY);
	fixture.call.change = MEMORY_INVALID;
	fixture.call.bytes = pages << 12;
	machine_begin_call(fixture.m, 0, 0);
	expect_call_of_fixture();
	fixture.out = (struct outcome){ 0 };
}

/* Pages of the linear map are made invalid. */
static void linear_map_changed(void)
{
	pages_4k();
	next_call(CALL_SET_DIRECT_MAP);
	assert_true(oracle_lay_linear(&fixture.oracle, BASE_PFN << 12, 16 << 12, true));
	fixture.call.va = oracle_va(&fixture.oracle, BASE_PFN);
	fixture.call.bytes = 4 << 12;
	fixture.call.direct_map = DIRECT_MAP_INVALID;
	make_call();
}

/* A part of the linear map is copied. */
static void linear_map_copied(void)
{
	pages_4k();
	next_call(CALL_TRANS_PGD);
	assert_true(oracle_lay_linear(&fixture.oracle, BASE_PFN << 12, 16 << 12, true));
	fixture.call.va = oracle_va(&fixture.oracle, BASE_PFN);
	fixture.call.bytes = 16 << 12;
	make_call();
}

/* An area whose first page has an alias is freed, with its permissions reset. */
static void freed(void)
{
	pages_4k();
	next_call(CALL_VFREE);
	assert_true(oracle_lay_linear(&fixture.oracle, BASE_PFN << 12, 1 << 12, true));
	fixture.call.reset = true;
	fixture.area[0] = (struct vm_area){ .kind = AREA_ALLOC,
					    .va = fixture.va,
					    .bytes = fixture.call.bytes,
					    .pages = { fixture.pfn, PAGES } };
	fixture.areas = 1;
	make_call();
}

/* Eight pages are cut off an area. */
static void cut_off(void)
{
	pages_4k();
	next_call(CALL_VREALLOC);
	fixture.call.kept = (PAGES - 8) << 12;
	fixture.area[0] = (struct vm_area){ .kind = AREA_ALLOC,
					    .va = fixture.va,
					    .bytes = fixture.call.bytes,
					    .pages = { fixture.pfn, PAGES } };
	fixture.areas = 1;
	make_call();
}

/* Puts a table in the block's place: pages in groups, but for those of [plain, end). */
static void split_block(unsigned plain, unsigned end)
{
	table_t parent, child = machine_alloc_table(fixture.m);
	uint32_t index;
	word_at(2, 0, &parent, &index);
	for (unsigned i = 0; i < MAX_PAGES; i++)
		machine_store(fixture.m, child, i, 1,
			      leaf_of(i) | (i >= plain && i < end ? 0 : ARM64_CONTIGUOUS), 0);
	machine_barrier(fixture.m, BARRIER_DSB_ISHST);
	machine_store(fixture.m, parent, index, 1, reference_link(&fixture.g, fixture.m, child), 0);
	sync();
}

/* Makes the pages of the call invalid. */
static void make_invalid(void)
{
	for (unsigned i = 0; i < fixture.call.bytes >> 12; i++)
		step(3, i, ARM64_VALID, ARM64_NG);
	flush();
}

/* 20 pages of a block: a table, of which the second group is single pages. */
static void split_and_made_invalid(void)
{
	part_of_a_block(20);
	split_block(16, 32);
	make_invalid();
}

/* --- one change that breaks one rule --------------------------------------- */

// clang-format off: a line each
static void missing(void)
{
	change(3, SINGLE, ~UINT64_C(0), 0);
}
static void unexpected(void)
{
	change(3, PAGES, 0, 0x0060000000000703 | 0x5000);
}
static void output_address(void)
{
	change(3, SINGLE, 0, UINT64_C(1) << 30);
}
static void permission(void)
{
	change(3, SINGLE, 0, ARM64_AP2);
}
static void memory_type(void)
{
	change(3, SINGLE, 0, UINT64_C(2) << 2);
}
static void shareability(void)
{
	change(3, SINGLE, ARM64_BIT(8), 0);
}
static void global(void)
{
	change(3, SINGLE, 0, ARM64_NG);
}
static void access_flag(void)
{
	change(3, SINGLE, ARM64_AF, 0);
}
static void leaf_level(void)
{
	machine_store(fixture.m, MACHINE_ROOT, 511, 1, 0x701, 0);
}
static void leaf_alignment(void)
{
	change(2, 0, 0, ARM64_BIT(13));
}
static void leaf_reserved_bit(void)
{
	change(3, SINGLE, 0, ARM64_BIT(48));
}
static void leaf_address_size(void)
{
	change(3, SINGLE, 0, ARM64_BIT(8));
}
static void leaf_attributes(void)
{
	change(3, SINGLE, 0, UINT64_C(5) << 2);
}
static void contiguous_partial(void)
{
	change(3, MEMBER, ARM64_CONTIGUOUS, 0);
}
static void contiguous_attributes(void)
{
	change(3, MEMBER, 0, ARM64_DBM);
}
static void outside(void)
{
	change(3, PAGES + 50, 0, 0x0060000000000703 | 0x5000);
}
static void leak(void)
{
	machine_alloc_table(fixture.m);
}
static void descriptor(void)
{
	change(2, 0, 0, ARM64_BIT(62));
}
static void root_index(void)
{
	machine_store(fixture.m, MACHINE_ROOT, 64, 1, 0, 0);
}
static void outside_table(void)
{
	machine_store(fixture.m, MACHINE_ROOT, 512, 1, 0, 0);
}
static void no_table(void)
{
	machine_load(fixture.m, 99, 0);
}
static void code(void)
{
	fixture.out.error = -EINVAL;
}
static void residue(void)
{
	change(3, 1, 0, 0x0060000000000703 | 0x5000);
}
static void no_warning(void)
{
	machine_begin_call(fixture.m, 0, 0);
}
static void store_though_refused(void)
{
	step(3, SINGLE, 0, 0);
}
static void a_page_elsewhere(void)
{
	fixture.pfn[20] = 0x777;
}
/* Changes an entry, and changes it back. */
static void for_a_while(unsigned page, uint64_t clear, uint64_t set)
{
	step(3, page, clear, set);
	flush();
	step(3, page, set, clear);
	flush();
}
static void read_only_for_a_while(void)
{
	for_a_while(SINGLE, 0, ARM64_AP2);
}
static void another_flush(void)
{
	machine_flush_cache(fixture.m, CACHE_FLUSH_VMAP, fixture.va, fixture.call.bytes);
}
static void nothing_reported(void)
{
	fixture.out.modified = 0;
}
static void stored_twice(void)
{
	fixture.m->log.events--; /* the flush, which must stay behind the stores */
	step(3, 0, 0, 0);
	machine_flush_cache(fixture.m, CACHE_FLUSH_VMAP, fixture.va, fixture.call.bytes);
}
static void read_often(void)
{
	for (unsigned i = 0; i < 100; i++)
		machine_load(fixture.m, MACHINE_ROOT, 0);
}
static void scanned_twice(void)
{
	machine_count_scanned(fixture.m, 2);
}
static void emptied_the_tlb(void)
{
	flush();
}
static void kept_single_pages(void)
{
	fixture.out.page_shift = 12;
}
static void elsewhere_for_a_while(void)
{
	step(3, PAGES + 50, 0, 0x0060000000000703 | 0x5000);
	sync();
	step(3, PAGES + 50, ~UINT64_C(0), 0);
	flush();
}
static void moved_while_live(void)
{
	for_a_while(SINGLE, 0, UINT64_C(1) << 30);
}
static void break_for_a_while(unsigned page)
{
	step(3, page, ARM64_VALID, 0);
	flush();
	step(3, page, 0, ARM64_VALID);
	sync();
}
static void broken_for_a_while(void)
{
	break_for_a_while(SINGLE);
}
static void contiguous_for_a_while(void)
{
	step(3, SINGLE, 0, leaf_of(SINGLE));
	step(3, SINGLE + 1, 0, leaf_of(SINGLE + 1) | ARM64_CONTIGUOUS);
	sync();
	step(3, SINGLE, ~UINT64_C(0), 0);
	step(3, SINGLE + 1, ~UINT64_C(0), 0);
	flush();
}
static void made_before_tlbi(void)
{
	step(3, SINGLE, 0, leaf_of(SINGLE));
	step(3, SINGLE, ~UINT64_C(0), 0);
	step(3, SINGLE, 0, leaf_of(SINGLE));
	step(3, SINGLE, ~UINT64_C(0), 0);
	flush();
}
static void no_tlbi(void)
{
	step(3, SINGLE, 0, ARM64_AP2);
	sync();
	step(3, SINGLE, ARM64_AP2, 0);
	sync();
}
// clang-format on

/* Links an empty table below the entry behind the fixture's block; its number. */
static table_t link_table(bool with_barrier)
{
	table_t parent, table = machine_alloc_table(fixture.m);
	uint32_t index;
	word_at(2, 0, &parent, &index);
	if (with_barrier)
		machine_barrier(fixture.m, BARRIER_DMB_ISHST);
	machine_store(fixture.m, parent, index + 1, 1, reference_link(&fixture.g, fixture.m, table),
		      0);
	return table;
}

static void linked_without_barrier(void)
{
	link_table(false);
	sync();
}

static void no_dsb(void)
{
	link_table(true);
}

static void no_isb(void)
{
	link_table(true);
	machine_barrier(fixture.m, BARRIER_DSB_ISHST);
}

static uint64_t next_page(struct address_space *space, uint64_t va)
{
	uint64_t pfn = reference_mapper.lookup(space, va);
	return pfn == PAGE_HOLE ? pfn : pfn + 1;
}

/* A page that was made invalid is not known any more. */
static void invalid_and_forgotten(void)
{
	change(3, 3, ~UINT64_C(0), 0);
}

/* A table more than the split needs, which is given back. */
static void took_a_table_more(void)
{
	table_t table = machine_alloc_table(fixture.m);
	machine_lock(fixture.m);
	machine_free_table(fixture.m, table);
	machine_unlock(fixture.m);
}

static void lookup_next_page(void)
{
	fixture.mapper.lookup = next_page;
}

static uint64_t any_page(struct address_space *space, uint64_t va)
{
	uint64_t pfn = reference_mapper.lookup(space, va);
	return pfn == PAGE_HOLE ? BASE_PFN : pfn;
}

static void lookup_always(void)
{
	fixture.mapper.lookup = any_page;
}

/* Changes the alias of the first page, as step(). */
static void step_alias(uint64_t clear, uint64_t set)
{
	uint64_t va = fixture.va;
	fixture.va = oracle_va(&fixture.oracle, BASE_PFN);
	step(3, 0, clear, set);
	fixture.va = va;
}

/* The alias comes back while a TLB may hold a page of the area. */
static void alias_given_back_early(void)
{
	step(3, SINGLE, 0, leaf_of(SINGLE));
	sync();
	step(3, SINGLE, ~UINT64_C(0), 0);
	step_alias(ARM64_VALID, ARM64_NG);
	step_alias(ARM64_NG, ARM64_VALID);
	flush();
}

/* The area still counts a page that was given back. */
static void counts_one_more(void)
{
	fixture.out.pages++;
}

static bool always_present(struct address_space *space, uint64_t pfn)
{
	(void)space;
	(void)pfn;
	return true;
}

static void present_always(void)
{
	fixture.mapper.page_present = always_present;
}

/* The last line is not told. */
static unsigned short_dump(struct address_space *space, uint64_t va, uint64_t bytes,
			   struct dump_line *line, unsigned room)
{
	return reference_mapper.dump(space, va, bytes, line, room) - 1;
}

static void dump_ends_early(void)
{
	fixture.mapper.dump = short_dump;
}

static void copy_has_no_root(void)
{
	fixture.out.copy = MACHINE_ROOT;
}

static void dangling(void)
{
	table_t table;
	uint32_t index;
	word_at(3, 0, &table, &index);
	machine_free_table(fixture.m, table);
}

static void reached_twice(void)
{
	table_t table;
	uint32_t index;
	uint64_t *word = word_at(2, 0, &table, &index);
	machine_store(fixture.m, table, index + 1, 1, *word, 0);
}

static void freed_access(void)
{
	table_t table = machine_alloc_table(fixture.m);
	machine_free_table(fixture.m, table);
	machine_store(fixture.m, table, 0, 1, 0, 0);
}

static void runaway(void)
{
	for (unsigned i = 0; i <= MACHINE_MAX_EVENTS; i++)
		machine_barrier(fixture.m, BARRIER_ISB);
}

/* What fuzz/watch.c does to a call of which the machine counts nothing. */
static void hung(void)
{
	fixture.m->trap = MACHINE_TRAP_HANG;
}

static void used_up_its_stack(void)
{
	fixture.m->trap = MACHINE_TRAP_STACK;
}

/* A call that another one meets takes the locks that are events then. */
static void met(void)
{
	pages_4k();
	fixture.m->meets = true;
	machine_take(fixture.m, LOCK_SPLIT);
	machine_take(fixture.m, LOCK_PAGE_TABLE);
	machine_release(fixture.m, LOCK_PAGE_TABLE);
	machine_release(fixture.m, LOCK_SPLIT);
}

/* A dump that finds what is there after the call; one of its pages may be as before it, too. */
static void read_by_dump(void)
{
	struct table_reading *r = &fixture.reading;
	map_pages(&machine_4k, BASE_PFN);
	reading_begin(r, &fixture.oracle, &fixture.call, READER_DUMP);
	make_call();
	sync();
	struct address_space space = space_of_fixture();
	r->lines = reference_mapper.dump(&space, oracle_va(&fixture.oracle, r->page[0]),
					 (uint64_t)r->pages << fixture.g.granule, r->line,
					 DUMP_MAX_LINES);
	r->line[1].says = 0;
	fixture.is_read = true;
}

static void dump_of_neither(void)
{
	fixture.reading.line[2].says ^= DUMP_READ_ONLY;
}

static void waits_in_vain(void)
{
	fixture.m->trap = MACHINE_TRAP_DEADLOCK;
}

static void sleeps_under_a_spinlock(void)
{
	machine_take(fixture.m, LOCK_PAGE_TABLE);
	machine_take(fixture.m, LOCK_SPLIT);
	machine_release(fixture.m, LOCK_SPLIT);
	machine_release(fixture.m, LOCK_PAGE_TABLE);
}

static bool isb_before_free = true;

/* Links a table and takes it away: under the lock, and with a TLBI of all levels, or without. */
static void free_linked_table(bool locked, bool last_level_only)
{
	table_t parent, table = link_table(true);
	uint32_t index;
	sync();
	word_at(2, 0, &parent, &index);
	if (locked)
		machine_trylock(fixture.m);
	machine_store(fixture.m, parent, index + 1, 1, 0, 0);
	machine_barrier(fixture.m, BARRIER_DSB_ISHST);
	machine_tlbi_range(fixture.m, fixture.va + (UINT64_C(1) << 21), UINT64_C(1) << 21,
			   last_level_only);
	machine_barrier(fixture.m, BARRIER_DSB_ISH);
	if (isb_before_free)
		machine_barrier(fixture.m, BARRIER_ISB);
	machine_free_table(fixture.m, table);
	flush();
}

static void freed_under_lock(void)
{
	unmapped();
	fixture.out.modified |= MODIFIED_LEVEL(2);
	free_linked_table(true, false);
	machine_unlock(fixture.m);
}

static void freed_while_cached(void)
{
	free_linked_table(true, true);
	machine_unlock(fixture.m);
}

static void freed_without_lock(void)
{
	free_linked_table(false, false);
}

static void aliases_kept(void)
{
	for (uint32_t i = 0; i < fixture.m->log.events; i++)
		if (fixture.m->log.event[i].kind == EVENT_UNMAP_ALIASES)
			fixture.m->log.event[i].kind = EVENT_UNLOCK;
}

/* The area changes, and then what it may be an alias of. */
static void aliases_dropped_late(void)
{
	aliases_kept();
	machine_unmap_aliases(fixture.m);
}

static void lock_kept(void)
{
	machine_trylock(fixture.m);
}

static const struct pair {
	void (*good)(void);
	void (*bad)(void);
} pairs[RULE_COUNT] = {
	[RULE_TRANSLATION_MISSING] = { pages_4k, missing },
	[RULE_TRANSLATION_UNEXPECTED] = { pages_4k, unexpected },
	[RULE_TRANSLATION_OUTPUT_ADDRESS] = { pages_4k, output_address },
	[RULE_TRANSLATION_PERMISSION] = { pages_4k, permission },
	[RULE_TRANSLATION_MEMORY_TYPE] = { pages_4k, memory_type },
	[RULE_TRANSLATION_SHAREABILITY] = { pages_4k, shareability },
	[RULE_TRANSLATION_GLOBAL] = { pages_4k, global },
	[RULE_TRANSLATION_ACCESS_FLAG] = { pages_4k, access_flag },
	[RULE_TRANSLATION_BLOCK_CONTIGUITY] = { groups_4k, a_page_elsewhere },
	[RULE_LEAF_LEVEL] = { pages_4k, leaf_level },
	[RULE_LEAF_ALIGNMENT] = { one_block, leaf_alignment },
	[RULE_LEAF_RESERVED] = { pages_4k, leaf_reserved_bit },
	[RULE_LEAF_ADDRESS_SIZE] = { pages_lpa2, leaf_address_size },
	[RULE_LEAF_ATTRIBUTES] = { pages_4k, leaf_attributes },
	[RULE_LEAF_INVALID] = { split_and_made_invalid, invalid_and_forgotten },
	[RULE_CONTIGUOUS_PARTIAL] = { groups_4k, contiguous_partial },
	[RULE_CONTIGUOUS_ALIGNMENT] = { pages_unaligned, set_group_contiguous },
	[RULE_CONTIGUOUS_CONSECUTIVE] = { pages_scattered, set_group_contiguous },
	[RULE_CONTIGUOUS_ATTRIBUTES] = { groups_4k, contiguous_attributes },
	[RULE_CONTIGUOUS_MIXED] = { unmapped_in_steps, contiguous_for_a_while },
	[RULE_ISOLATION_OUTSIDE] = { mapped_behind, outside },
	[RULE_ISOLATION_OVERWRITE] = { mapped_behind, read_only_for_a_while },
	[RULE_ISOLATION_TRANSIENT] = { made_executable, broken_for_a_while },
	[RULE_HISTORY_LIVE_CHANGE] = { made_executable, moved_while_live },
	[RULE_HISTORY_MAKE_BEFORE_TLBI] = { unmapped_in_steps, made_before_tlbi },
	[RULE_HISTORY_STALE] = { made_executable, no_tlbi },
	[RULE_HISTORY_FREED_TABLE] = { freed_under_lock, freed_while_cached },
	[RULE_HISTORY_PUBLISH] = { pages_4k, linked_without_barrier },
	[RULE_HISTORY_DSB] = { pages_4k, no_dsb },
	[RULE_HISTORY_ISB] = { pages_4k, no_isb },
	[RULE_PLACEMENT_LEAF] = { pages_4k, set_group_contiguous },
	[RULE_PLACEMENT_BLOCK_SIZE] = { groups_4k, kept_single_pages },
	[RULE_FLUSH_CACHE] = { pages_4k, another_flush },
	[RULE_FLUSH_MODIFIED] = { pages_4k, nothing_reported },
	[RULE_FLUSH_ALIASES] = { made_executable, aliases_kept },
	[RULE_COST_STORES] = { one_page, stored_twice },
	[RULE_COST_LOADS] = { one_page, read_often },
	[RULE_COST_SCAN] = { one_page_scanned, scanned_twice },
	[RULE_COST_TLBI] = { one_page_invalidated, emptied_the_tlb },
	[RULE_COST_TABLES] = { split_and_made_invalid, took_a_table_more },
	[RULE_TABLES_LEAK] = { pages_4k, leak },
	[RULE_TABLES_DANGLING] = { pages_4k, dangling },
	[RULE_TABLES_REACHED_TWICE] = { pages_4k, reached_twice },
	[RULE_TABLES_LOCK] = { freed_under_lock, freed_without_lock },
	[RULE_TABLES_DESCRIPTOR] = { pages_4k, descriptor },
	[RULE_TABLES_ROOT_INDEX] = { pages_64k, root_index },
	[RULE_TABLES_OUTSIDE_TABLE] = { pages_4k, outside_table },
	[RULE_TABLES_FREED_ACCESS] = { freed_under_lock, freed_access },
	[RULE_TABLES_NO_TABLE] = { pages_4k, no_table },
	[RULE_TABLES_RUNAWAY] = { pages_4k, runaway },
	[RULE_ERRORS_CODE] = { pages_4k, code },
	[RULE_ERRORS_WARNING] = { half_a_block_unmapped, no_warning },
	[RULE_ERRORS_REFUSED] = { refused, store_though_refused },
	[RULE_ERRORS_RESIDUE] = { cleaned_up, residue },
	[RULE_LOOKUP_PAGE] = { pages_4k, lookup_next_page },
	[RULE_LOOKUP_NOTHING] = { pages_4k, lookup_always },
	[RULE_HISTORY_FREED_PAGE] = { cut_off, counts_one_more },
	[RULE_HISTORY_ALIAS] = { freed, alias_given_back_early },
	[RULE_TRANSLATION_COPY] = { linear_map_copied, copy_has_no_root },
	[RULE_LOOKUP_DUMP] = { pages_4k, dump_ends_early },
	[RULE_LOOKUP_MEETING] = { read_by_dump, dump_of_neither },
	[RULE_LOOKUP_PRESENT] = { linear_map_changed, present_always },
	[RULE_PROCESS_HANG] = { pages_4k, hung },
	[RULE_PROCESS_STACK_OVERFLOW] = { pages_4k, used_up_its_stack },
	[RULE_PROCESS_DEADLOCK] = { met, waits_in_vain },
	[RULE_PROCESS_SLEEP] = { met, sleeps_under_a_spinlock },
};

static void every_rule_has_its_pair(void **state)
{
	(void)state;
	for (int rule = RULE_NONE + 1; rule < RULE_COUNT; rule++)
		if (!pairs[rule].good || !pairs[rule].bad)
			fail_msg("%s.%s has no pair", rule_text(rule)->property,
				 rule_text(rule)->name);
}

static void each_passing_fixture_holds(void **state)
{
	(void)state;
	for (int rule = RULE_NONE + 1; rule < RULE_COUNT; rule++) {
		char line[VERDICT_SIGNATURE_SIZE];
		pairs[rule].good();
		if (judge_fixture())
			continue;
		verdict_signature(&fixture.oracle.verdict, line);
		fail_msg("the passing fixture of %s.%s: %s", rule_text(rule)->property,
			 rule_text(rule)->name, line);
	}
}

static void each_failing_fixture_breaks_its_rule(void **state)
{
	(void)state;
	for (int rule = RULE_NONE + 1; rule < RULE_COUNT; rule++) {
		pairs[rule].good();
		pairs[rule].bad();
		if (judge_fixture())
			fail_msg("the failing fixture of %s.%s holds", rule_text(rule)->property,
				 rule_text(rule)->name);
		if (fixture.oracle.verdict.rule != (enum rule)rule)
			fail_msg("the failing fixture of %s.%s broke %s.%s",
				 rule_text(rule)->property, rule_text(rule)->name,
				 rule_text(fixture.oracle.verdict.rule)->property,
				 rule_text(fixture.oracle.verdict.rule)->name);
	}
}

static void each_waived_rule_is_noticed(void **state)
{
	(void)state;
	for (int rule = RULE_NONE + 1; rule < RULE_COUNT; rule++) {
		pairs[rule].good();
		fixture.oracle.waivers.rules = RULE_BIT(rule);
		pairs[rule].bad();
		bool held = judge_fixture();
		if (!held && fixture.oracle.verdict.rule == (enum rule)rule)
			fail_msg("%s.%s is waived and is reported", rule_text(rule)->property,
				 rule_text(rule)->name);
		if (!fixture.oracle.waived)
			fail_msg("the failing fixture of %s.%s does not break it",
				 rule_text(rule)->property, rule_text(rule)->name);
	}
	print_message("%d rules, %d pairs of fixtures, %d waived, all noticed\n", RULE_COUNT - 1,
		      RULE_COUNT - 1, RULE_COUNT - 1);
}

/*
 * Rules whose passing fixture has nothing in it that could break them: there
 * the failing one adds it.
 */
static rule_set added_by_the_failing_one(void)
{
	return RULE_BIT(RULE_CONTIGUOUS_ALIGNMENT) | RULE_BIT(RULE_CONTIGUOUS_CONSECUTIVE) |
	       RULE_BIT(RULE_CONTIGUOUS_MIXED);
}

static void each_fixture_exercises_its_rule(void **state)
{
	(void)state;
	for (int rule = RULE_NONE + 1; rule < RULE_COUNT; rule++) {
		bool added = added_by_the_failing_one() & RULE_BIT(rule);
		pairs[rule].good();
		judge_fixture();
		if (!(fixture.oracle.examined.rules & RULE_BIT(rule)) != added)
			fail_msg("the passing fixture of %s.%s %s it", rule_text(rule)->property,
				 rule_text(rule)->name, added ? "exercises" : "does not exercise");
		pairs[rule].good();
		pairs[rule].bad();
		judge_fixture();
		if (!(fixture.oracle.examined.rules & RULE_BIT(rule)))
			fail_msg("the failing fixture of %s.%s does not exercise it",
				 rule_text(rule)->property, rule_text(rule)->name);
	}
}

/* Each rule in turn is waived: it is exercised by nothing then, and the others as before. */
static void a_waived_rule_is_not_exercised(void **state)
{
	(void)state;
	for (int rule = RULE_NONE + 1; rule < RULE_COUNT; rule++) {
		pairs[rule].good();
		judge_fixture();
		rule_set without = fixture.oracle.examined.rules & ~RULE_BIT(rule);
		pairs[rule].good();
		fixture.oracle.waivers.rules = RULE_BIT(rule);
		judge_fixture();
		assert_int_equal(fixture.oracle.examined.rules, without);
	}
}

/* Maps pages with a protection, and changes one entry of a page. */
static void map_with(enum prot prot, uint64_t clear, uint64_t set)
{
	map_pages(&machine_4k, BASE_PFN);
	fixture.call.prot = prot;
	store_pages();
	if (clear | set)
		change(3, SINGLE, clear, set);
}

/* Pages are judged against what the caller passed, and not against what kernel memory has. */
static void odd_protections_are_judged_as_they_were_passed(void **state)
{
	(void)state;
	static const struct {
		enum prot prot;
		uint64_t clear, set; /* what is wrong */
		enum rule rule;
	} cases[] = {
		{ PROT_TAGGED, ARM64_ATTRINDX, 0, RULE_TRANSLATION_MEMORY_TYPE },
		{ PROT_NONCACHED, ARM64_ATTRINDX, 4 << 2, RULE_TRANSLATION_MEMORY_TYPE },
		{ PROT_NOT_GLOBAL, ARM64_NG, 0, RULE_TRANSLATION_GLOBAL },
		{ PROT_OLD, 0, ARM64_AF, RULE_TRANSLATION_ACCESS_FLAG },
		{ PROT_SPECIAL, ARM64_AF, 0, RULE_TRANSLATION_ACCESS_FLAG },
		{ PROT_USER, ARM64_AP1, 0, RULE_TRANSLATION_PERMISSION },
		{ PROT_USER, ARM64_NG, 0, RULE_TRANSLATION_GLOBAL },
		{ PROT_USER, ARM64_UXN, 0, RULE_TRANSLATION_PERMISSION },
		{ PROT_USER_EXEC, 0, ARM64_UXN, RULE_TRANSLATION_PERMISSION },
		{ PROT_USER_EXEC, ARM64_AP2, 0, RULE_TRANSLATION_PERMISSION },
		{ PROT_USER_EXEC, ARM64_PXN, 0, RULE_TRANSLATION_PERMISSION },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		map_with(cases[i].prot, 0, 0);
		assert_true(judge_fixture());
		map_with(cases[i].prot, cases[i].clear, cases[i].set);
		assert_false(judge_fixture());
		assert_int_equal(fixture.oracle.verdict.rule, cases[i].rule);
	}
}

/* Kernel tables may forbid EL0 to run what a leaf lets it; they may not take its access. */
static void tables_may_forbid_el0_to_run(void **state)
{
	(void)state;
	map_with(PROT_USER_EXEC, 0, 0);
	change(2, 0, 0, ARM64_UXNTABLE);
	assert_true(judge_fixture());
	map_with(PROT_USER_EXEC, 0, ARM64_UXN);
	change(2, 0, 0, ARM64_UXNTABLE);
	assert_false(judge_fixture());
	map_with(PROT_USER_EXEC, 0, 0);
	change(2, 0, 0, ARM64_BIT(61));
	assert_false(judge_fixture());
}

/* A verdict that is waived by its signature is not, of its call. */
static void a_waived_verdict_is_not_exercised(void **state)
{
	(void)state;
	pages_4k();
	permission();
	fixture.oracle.waivers.signatures =
		"FAIL translation.permission mapper=fixture op=0:vmap granule=4k level=3\n";
	assert_true(judge_fixture());
	assert_true(fixture.oracle.waived);
	assert_false(fixture.oracle.examined.rules & RULE_BIT(RULE_TRANSLATION_PERMISSION));
	assert_true(fixture.oracle.examined.rules & RULE_BIT(RULE_TRANSLATION_OUTPUT_ADDRESS));
}

/* Of one page that is mapped where nothing was. */
static void one_page_exercises_what_it_can_break(void **state)
{
	(void)state;
	one_page();
	assert_true(judge_fixture());
	const rule_set exercised = fixture.oracle.examined.rules;
	static const enum rule all[] = {
		RULE_TRANSLATION_MISSING, RULE_TRANSLATION_OUTPUT_ADDRESS,
		RULE_LEAF_ATTRIBUTES,     RULE_HISTORY_DSB,
		RULE_PLACEMENT_LEAF,      RULE_COST_STORES,
		RULE_ERRORS_CODE,         RULE_LOOKUP_PAGE,
		RULE_LOOKUP_NOTHING,
	};
	static const enum rule none[] = {
		RULE_TRANSLATION_BLOCK_CONTIGUITY,
		RULE_LEAF_ALIGNMENT,
		RULE_CONTIGUOUS_PARTIAL,
		RULE_CONTIGUOUS_ALIGNMENT,
		RULE_CONTIGUOUS_CONSECUTIVE,
		RULE_CONTIGUOUS_ATTRIBUTES,
		RULE_CONTIGUOUS_MIXED,
		RULE_ISOLATION_OUTSIDE,
		RULE_ISOLATION_OVERWRITE,
		RULE_ISOLATION_TRANSIENT,
		RULE_HISTORY_LIVE_CHANGE,
		RULE_HISTORY_MAKE_BEFORE_TLBI,
		RULE_HISTORY_STALE,
		RULE_HISTORY_FREED_TABLE,
		RULE_PLACEMENT_BLOCK_SIZE,
		RULE_FLUSH_ALIASES,
		RULE_COST_SCAN,
		RULE_COST_TLBI,
		RULE_TABLES_LOCK,
		RULE_TABLES_ROOT_INDEX,
		RULE_TABLES_FREED_ACCESS,
		RULE_ERRORS_REFUSED,
		RULE_ERRORS_RESIDUE,
	};
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (!(exercised & RULE_BIT(all[i])))
			fail_msg("does not exercise %s.%s", rule_text(all[i])->property,
				 rule_text(all[i])->name);
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		if (exercised & RULE_BIT(none[i]))
			fail_msg("exercises %s.%s", rule_text(none[i])->property,
				 rule_text(none[i])->name);
}

/* Each page of a mapping call is counted by the leaf that maps it, and none of other calls. */
static void pages_are_counted_by_leaf(void **state)
{
	(void)state;
	static const struct {
		void (*good)(void);
		uint64_t block, group, single;
	} rows[] = {
		{ pages_4k, 0, 0, PAGES },          { groups_4k, 0, PAGES, 0 },
		{ one_block, MAX_PAGES, 0, 0 },     { mapped_behind, 0, 0, 16 },
		{ made_executable, 0, 0, 0 },       { refused, 0, 0, 0 },
		{ half_a_block_unmapped, 0, 0, 0 },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		rows[i].good();
		assert_true(judge_fixture());
		assert_int_equal(fixture.oracle.examined.block_pages, rows[i].block);
		assert_int_equal(fixture.oracle.examined.group_pages, rows[i].group);
		assert_int_equal(fixture.oracle.examined.single_pages, rows[i].single);
	}
}

/* --- what may happen in between ---------------------------------------------------- */

/* Some pages of an area are unmapped. */
static void some_unmapped(void)
{
	pages_4k();
	next_call(CALL_VUNMAP);
	fixture.call.bytes = 8 << 12;
	make_call();
}

/* The same of pages in the middle. */
static void middle_unmapped(void)
{
	pages_4k();
	next_call(CALL_VUNMAP);
	fixture.call.va += 16 << 12;
	fixture.call.bytes = 8 << 12;
	make_call();
}

/* Some pages of an area are made invalid. */
static void some_made_invalid(void)
{
	pages_4k();
	next_call(CALL_SET_MEMORY);
	fixture.call.change = MEMORY_INVALID;
	fixture.call.bytes = 8 << 12;
	make_call();
}

/* The table of the fixture's pages is unlinked, and linked again. */
static void relinked(void)
{
	table_t table;
	uint32_t index;
	uint64_t link = *word_at(2, 0, &table, &index);
	machine_store(fixture.m, table, index, 1, 0, 0);
	flush();
	machine_store(fixture.m, table, index, 1, link, 0);
	sync();
}
static void inside_for_a_while(void)
{
	step(3, 2, 0, leaf_of(2));
	sync();
	step(3, 2, ~UINT64_C(0), 0);
	flush();
}
static void clean_for_a_while(void)
{
	step(3, SINGLE, 0, ARM64_AP2 | ARM64_DBM);
	flush();
	step(3, SINGLE, ARM64_AP2, 0);
	flush();
}
static void not_accessed_for_a_while(void)
{
	for_a_while(SINGLE, ARM64_AF, 0);
}
static void earlier_for_a_while(void)
{
	break_for_a_while(MEMBER);
}
static void nothing(void)
{
}

/* What was mapped and stays mapped never faults; what the call takes may come and go. */
static void faults_in_between_are_noticed(void **state)
{
	(void)state;
	static const struct {
		void (*good)(void), (*then)(void);
		bool holds;
	} rows[] = {
		{ some_unmapped, nothing, true },
		{ some_unmapped, inside_for_a_while, true },
		{ some_unmapped, broken_for_a_while, false },
		{ some_unmapped, read_only_for_a_while, false },
		{ some_unmapped, relinked, false },
		{ middle_unmapped, nothing, true },
		{ middle_unmapped, earlier_for_a_while, false },
		{ middle_unmapped, broken_for_a_while, false },
		{ some_made_invalid, nothing, true },
		{ some_made_invalid, broken_for_a_while, false },
		{ some_made_invalid, relinked, false },
		{ made_executable, relinked, false },
		{ made_executable, elsewhere_for_a_while, false },
		{ made_executable, read_only_for_a_while, false },
		{ made_executable, clean_for_a_while, false },
		{ made_executable, not_accessed_for_a_while, false },
		{ mapped_behind, relinked, false },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		rows[i].good();
		rows[i].then();
		bool held = judge_fixture();
		if (held != rows[i].holds)
			fail_msg("row %zu: %s", i, held ? "holds" : "fails");
		if (!held)
			assert_int_equal(fixture.oracle.verdict.rule, RULE_ISOLATION_TRANSIENT);
	}
}

/* Only what the call cuts is split, and into groups wherever they fit. */
static void needless_splits_are_noticed(void **state)
{
	(void)state;
	static const struct {
		uint64_t pages;      /* of the call, from the block's start */
		unsigned plain, end; /* pages of the new table that are in no group */
		unsigned later;      /* a page whose group is dissolved after that, or 0 */
		bool holds;
	} rows[] = {
		{ 20, 16, 32, 0, true },        { 16, 0, 0, 0, true },
		{ 20, 0, 0, 16, true },         { 511, 496, 512, 0, true },
		{ 20, 0, MAX_PAGES, 0, false }, { 20, 16, 48, 0, false },
		{ 20, 0, 32, 0, false },        { 16, 0, 16, 0, false },
		{ MAX_PAGES, 0, 0, 0, false },  { 20, 16, 32, 64, false },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		part_of_a_block(rows[i].pages);
		split_block(rows[i].plain, rows[i].end);
		for (unsigned page = 0; rows[i].later && page < 16; page++)
			step(3, rows[i].later + page, ARM64_CONTIGUOUS, 0);
		make_invalid();
		bool held = judge_fixture();
		if (held != rows[i].holds)
			fail_msg("row %zu: %s", i, held ? "holds" : fixture.oracle.verdict.found);
		if (!held)
			assert_int_equal(fixture.oracle.verdict.rule, RULE_PLACEMENT_LEAF);
	}
}

/* The same of a group that was made invalid before. */
static void a_needless_split_of_an_invalid_group_is_noticed(void **state)
{
	(void)state;
	split_and_made_invalid();
	assert_true(judge_fixture());
	split_and_made_invalid();
	for (unsigned page = 0; page < 16; page++)
		step(3, page, ARM64_CONTIGUOUS, 0);
	assert_false(judge_fixture());
	assert_int_equal(fixture.oracle.verdict.rule, RULE_PLACEMENT_LEAF);
}

/* Pages of an area, whose aliases begin with a block of the linear map, are made read-only. */
static void aliases_made_read_only(uint64_t pages)
{
	static struct machine_config machine_bbm2;
	machine_bbm2 = machine_4k;
	machine_bbm2.bbm = 2;
	begin(&machine_bbm2, pages);
	static const uint64_t pfn[] = { BASE_PFN, BASE_PFN + 1, BASE_PFN + 2 };
	const struct page_array array = { pfn, pages };
	fixture.call.pages = array;
	fixture.oracle.trace.judging = false; /* the linear map is there before any call */
	assert_true(oracle_lay_linear(&fixture.oracle, (uint64_t)(BASE_PFN - 512) << 12,
				      UINT64_C(2) << 21, false));
	make_call();
	next_call(CALL_SET_MEMORY);
	fixture.call.change = MEMORY_RO;
	fixture.area[0] = (struct vm_area){
		.kind = AREA_ALLOC, .va = fixture.va, .bytes = fixture.call.bytes, .pages = array
	};
	fixture.areas = 1;
	make_call();
}

/* Splits the block of the linear map before the one that has the aliases. */
static void split_block_before(void)
{
	uint64_t va = fixture.va;
	uint64_t first = BASE_PFN - 512;
	fixture.va = arm64_va_base(&fixture.g) + (first << 12);
	for (unsigned i = 0; i < MAX_PAGES; i++)
		fixture.pfn[i] = first + i;
	split_block(0, MAX_PAGES);
	fixture.va = va;
}

static void only_blocks_with_aliases_are_split(void **state)
{
	(void)state;
	for (uint64_t pages = 1; pages <= 3; pages++) {
		aliases_made_read_only(pages);
		if (!judge_fixture())
			fail_msg("%s", fixture.oracle.verdict.found);
		aliases_made_read_only(pages);
		split_block_before();
		assert_false(judge_fixture());
		assert_int_equal(fixture.oracle.verdict.rule, RULE_PLACEMENT_LEAF);
	}
}

/* What a page that is not valid keeps, word by word. */
static void an_invalid_entry_keeps_what_it_needs(void **state)
{
	(void)state;
	static const struct {
		unsigned page;
		uint64_t clear, set;
		enum rule rule;
	} rows[] = {
		{ 3, 0, 0, RULE_NONE },
		{ 3, 0, ARM64_BIT(55), RULE_NONE },
		{ 3, ~UINT64_C(0), 0, RULE_LEAF_INVALID },
		{ 3, 0, ARM64_BIT(40), RULE_LEAF_INVALID },
		{ 3, 0, ARM64_AP2, RULE_LEAF_INVALID },
		{ 3, ARM64_PXN, 0, RULE_LEAF_INVALID },
		{ 3, ARM64_AF, 0, RULE_LEAF_INVALID },
		{ 3, ARM64_NG, 0, RULE_LEAF_INVALID },
		{ 3, ARM64_TYPE, 0, RULE_LEAF_INVALID },
		{ 20, ARM64_VALID, 0, RULE_ISOLATION_OUTSIDE },
		{ PAGES + 3, 0, ARM64_NG, RULE_LEAF_INVALID },
		{ PAGES + 3, 0, ARM64_BIT(63), RULE_LEAF_INVALID },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		some_made_invalid();
		change(3, rows[i].page, rows[i].clear, rows[i].set);
		bool held = judge_fixture();
		if (held != (rows[i].rule == RULE_NONE) ||
		    (!held && fixture.oracle.verdict.rule != rows[i].rule))
			fail_msg("row %zu", i);
	}
}

/* Where nothing is mapped, before and after what is, entries are 0. */
static void what_is_left_in_an_entry_is_noticed(void **state)
{
	static const unsigned page[] = { 3, PAGES + 3 };
	(void)state;
	for (size_t i = 0; i < sizeof(page) / sizeof(page[0]); i++) {
		some_unmapped();
		change(3, page[i], 0, ARM64_NG);
		assert_false(judge_fixture());
		assert_int_equal(fixture.oracle.verdict.rule, RULE_LEAF_INVALID);
	}
}

/* Pages that may run and be written are open to user space for a moment. */
static void a_permission_for_a_while_is_noticed(void **state)
{
	(void)state;
	made_executable();
	step(3, SINGLE, 0, ARM64_AP1);
	step(3, SINGLE, ARM64_AP1, 0);
	flush();
	assert_false(judge_fixture());
	assert_int_equal(fixture.oracle.verdict.rule, RULE_ISOLATION_TRANSIENT);
}

static void a_lock_that_is_kept_is_noticed(void **state)
{
	(void)state;
	freed_under_lock();
	lock_kept();
	assert_false(judge_fixture());
	assert_int_equal(fixture.oracle.verdict.rule, RULE_TABLES_LOCK);
}

/* What is done to the lock after a call that is right, a letter each. */
static void lock_by(const char *steps)
{
	for (; *steps; steps++) {
		fixture.m->fail_trylock = *steps == 'f';
		if (*steps == 't' || *steps == 'f')
			machine_trylock(fixture.m);
		else if (*steps == 'r')
			machine_lock(fixture.m);
		else if (*steps == 'w')
			machine_write_lock(fixture.m);
		else if (*steps == 'R')
			machine_unlock(fixture.m);
		else
			machine_write_unlock(fixture.m);
	}
}

/* Small letters take the lock: by trylock, which may fail, for reading, for writing; large ones release it. */
static void locks_are_balanced(void **state)
{
	(void)state;
	static const struct {
		const char *steps, *found; /* NULL: all is right */
	} rows[] = {
		{ "tR", NULL },
		{ "rR", NULL },
		{ "wW", NULL },
		{ "f", NULL },
		{ "ftRwW", NULL },
		{ "tf", "the lock is still held" },
		{ "R", "an unlock of a lock that is not" },
		{ "W", "an unlock of a lock that is not" },
		{ "fR", "an unlock of a lock that is not" },
		{ "tRR", "an unlock of a lock that is not" },
		{ "rW", "an unlock for writing" },
		{ "wR", "an unlock for reading" },
		{ "rtRR", "a lock that is taken again" },
		{ "wr", "a lock that is taken again" },
		{ "tfRR", "an unlock of a lock that is not" },
		{ "rRr", "the lock is still held" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		pages_4k();
		lock_by(rows[i].steps);
		bool held = judge_fixture();
		if (held != !rows[i].found)
			fail_msg("%s: %s", rows[i].steps, held ? "holds" : "fails");
		if (held)
			continue;
		assert_int_equal(fixture.oracle.verdict.rule, RULE_TABLES_LOCK);
		assert_string_equal(fixture.oracle.verdict.found, rows[i].found);
	}
}

static bool takes_in_interrupt(enum machine_lock lock)
{
	met();
	fixture.oracle.in.by_irq = true;
	machine_take(fixture.m, lock);
	machine_release(fixture.m, lock);
	return judge_fixture();
}

static bool takes_mutex_under(enum machine_lock spinlock)
{
	met();
	machine_take(fixture.m, spinlock);
	machine_take(fixture.m, LOCK_OTHER_MUTEX);
	machine_release(fixture.m, LOCK_OTHER_MUTEX);
	machine_release(fixture.m, spinlock);
	return judge_fixture();
}

static void an_interrupt_never_sleeps(void **state)
{
	(void)state;
	static const enum machine_lock mutexes[] = { LOCK_SPLIT, LOCK_OTHER_MUTEX };
	static const enum machine_lock spinlocks[] = { LOCK_PAGE_TABLE, LOCK_OTHER_SPINLOCK };
	for (unsigned i = 0; i < 2; i++) {
		assert_false(takes_in_interrupt(mutexes[i]));
		assert_int_equal(fixture.oracle.verdict.rule, RULE_PROCESS_SLEEP);
		assert_true(takes_in_interrupt(spinlocks[i]));
		assert_false(takes_mutex_under(spinlocks[i]));
		assert_int_equal(fixture.oracle.verdict.rule, RULE_PROCESS_SLEEP);
	}
}

/* Each lock by itself: kept, or released without having been taken. */
static void locks_of_tables_are_balanced(void **state)
{
	(void)state;
	for (enum machine_lock lock = 0; lock < LOCKS; lock++) {
		met();
		machine_take(fixture.m, lock);
		assert_false(judge_fixture());
		assert_int_equal(fixture.oracle.verdict.rule, RULE_TABLES_LOCK);
		assert_string_equal(fixture.oracle.verdict.found, "the lock is still held");
		met();
		machine_release(fixture.m, lock);
		assert_false(judge_fixture());
		assert_int_equal(fixture.oracle.verdict.rule, RULE_TABLES_LOCK);
	}
}

/* No leaf may have GP, whatever its level and granule. */
static void a_guarded_page_is_noticed(void **state)
{
	(void)state;
	static const struct {
		void (*good)(void);
		int level;
	} rows[] = {
		{ pages_4k, 3 },  { pages_lpa2, 3 }, { pages_64k, 3 },
		{ groups_4k, 3 }, { one_block, 2 },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		rows[i].good();
		change(rows[i].level, 0, 0, ARM64_GP);
		assert_false(judge_fixture());
		assert_int_equal(fixture.oracle.verdict.rule, RULE_LEAF_RESERVED);
	}
}

/* AP[2] and DBM of a page that must be writable, and of one that must not be. */
static void neither_reading_of_dbm_may_be_wrong(void **state)
{
	(void)state;
	static const struct {
		enum prot prot;
		uint64_t clear, set;
		bool holds;
	} rows[] = {
		{ PROT_KERNEL, 0, 0, true },
		{ PROT_KERNEL, 0, ARM64_DBM, true },
		{ PROT_KERNEL, 0, ARM64_AP2, false },
		{ PROT_KERNEL, 0, ARM64_AP2 | ARM64_DBM, false },
		{ PROT_DEVICE, 0, ARM64_AP2 | ARM64_DBM, false },
		{ PROT_KERNEL_RO, 0, 0, true },
		{ PROT_KERNEL_RO, 0, ARM64_DBM, false },
		{ PROT_KERNEL_RO, ARM64_AP2, 0, false },
		{ PROT_KERNEL_RO, ARM64_AP2, ARM64_DBM, false },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		map_pages(&machine_4k, BASE_PFN);
		fixture.call.prot = rows[i].prot;
		store_pages();
		change(3, SINGLE, rows[i].clear, rows[i].set);
		assert_int_equal(judge_fixture(), rows[i].holds);
		if (!rows[i].holds)
			assert_int_equal(fixture.oracle.verdict.rule, RULE_TRANSLATION_PERMISSION);
	}
}

/* A page made read-only and writable again, maintained by these steps; the words of what is found. */
static const char *found_after(enum barrier before, bool local, enum barrier after)
{
	made_executable();
	step(3, SINGLE, 0, ARM64_AP2);
	step(3, SINGLE, ARM64_AP2, 0);
	machine_barrier(fixture.m, before);
	machine_tlbi(fixture.m,
		     (struct event){ .all = true, .local = local, .level = EVENT_NO_HINT });
	machine_barrier(fixture.m, after);
	machine_barrier(fixture.m, BARRIER_ISB);
	assert_false(judge_fixture());
	return fixture.oracle.verdict.found;
}

static void local_maintenance_is_none_for_a_kernel_mapping(void **state)
{
	(void)state;
	static const struct {
		enum barrier before;
		bool local;
		enum barrier after;
		enum rule rule;
		const char *found;
	} rows[] = {
		{ BARRIER_DSB_ISHST, true, BARRIER_DSB_ISH, RULE_HISTORY_STALE,
		  "that only a local TLBI (not broadcast) has invalidated" },
		{ BARRIER_DSB_ISHST, false, BARRIER_DSB_NSH, RULE_HISTORY_STALE,
		  "whose TLBI only a local DSB (nsh) completed" },
		{ BARRIER_DSB_NSHST, false, BARRIER_DSB_ISH, RULE_HISTORY_STALE,
		  "whose TLBI came when only a local DSB (nsh) had completed its store" },
		{ BARRIER_DSB_NSHST, true, BARRIER_DSB_NSH, RULE_HISTORY_STALE,
		  "that only a local TLBI (not broadcast) has invalidated" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *found = found_after(rows[i].before, rows[i].local, rows[i].after);
		assert_int_equal(fixture.oracle.verdict.rule, rows[i].rule);
		if (!strstr(found, rows[i].found))
			fail_msg("%s, not %s", found, rows[i].found);
	}
}

static void a_local_dsb_after_a_mapping_is_noticed(void **state)
{
	(void)state;
	pages_4k();
	link_table(true);
	machine_barrier(fixture.m, BARRIER_DSB_NSHST);
	assert_false(judge_fixture());
	assert_int_equal(fixture.oracle.verdict.rule, RULE_HISTORY_DSB);
	assert_non_null(strstr(fixture.oracle.verdict.found, "only a local DSB (nsh)"));
}

static void a_lazy_section_that_is_left_open_is_noticed(void **state)
{
	(void)state;
	for (int pending = 0; pending < 2; pending++) {
		pages_4k();
		machine_left_lazy(fixture.m, pending);
		assert_false(judge_fixture());
		assert_int_equal(fixture.oracle.verdict.rule, RULE_HISTORY_DSB);
		assert_int_equal(strstr(fixture.oracle.verdict.found, "pending") != NULL, pending);
	}
}

static void aliases_that_are_dropped_late_are_noticed(void **state)
{
	(void)state;
	made_executable();
	aliases_dropped_late();
	assert_false(judge_fixture());
	assert_int_equal(fixture.oracle.verdict.rule, RULE_FLUSH_ALIASES);
	assert_non_null(strstr(fixture.oracle.verdict.found, "the first store to the range"));
}

/* A TLBI is over for this processor with the ISB: after what was cleared, and after what was changed. */
static void an_isb_is_owed_after_a_tlbi(void **state)
{
	(void)state;
	static const enum barrier last[] = { BARRIER_ISB, BARRIER_DMB_ISHST, BARRIER_DSB_ISH };
	for (size_t i = 0; i < sizeof(last) / sizeof(last[0]); i++) {
		pages_4k();
		next_call(CALL_VUNMAP);
		machine_begin_call(fixture.m, 0, 0);
		expect_call_of_fixture();
		machine_flush_cache(fixture.m, CACHE_FLUSH_VUNMAP, fixture.va, fixture.call.bytes);
		for (unsigned page = 0; page < PAGES; page++)
			step(3, page, ~UINT64_C(0), 0);
		fixture.out = (struct outcome){ .modified = MODIFIED_LEVEL(3) };
		machine_barrier(fixture.m, BARRIER_DSB_ISHST);
		machine_barrier(fixture.m, BARRIER_ISB);
		machine_tlbi_all(fixture.m);
		machine_barrier(fixture.m, BARRIER_DSB_ISH);
		machine_barrier(fixture.m, last[i]);
		assert_int_equal(judge_fixture(), last[i] == BARRIER_ISB);
		if (last[i] != BARRIER_ISB)
			assert_int_equal(fixture.oracle.verdict.rule, RULE_HISTORY_ISB);
	}
}

static void an_isb_is_owed_before_a_table_is_freed(void **state)
{
	(void)state;
	isb_before_free = false;
	freed_under_lock();
	isb_before_free = true;
	assert_false(judge_fixture());
	assert_int_equal(fixture.oracle.verdict.rule, RULE_HISTORY_ISB);
	assert_string_equal(fixture.oracle.verdict.found, "none before a table page was freed");
}

/* A group changed member by member: each TLBI but the last comes too early. */
static void a_group_invalidated_by_members_is_noticed(void **state)
{
	(void)state;
	for (int by_members = 0; by_members < 2; by_members++) {
		groups_4k();
		next_call(CALL_SET_MEMORY);
		fixture.call.change = MEMORY_INVALID;
		fixture.call.bytes = 16 << 12;
		machine_begin_call(fixture.m, 0, 0);
		expect_call_of_fixture();
		for (unsigned i = 0; i < 16; i++) {
			step(3, i, ARM64_VALID, ARM64_NG);
			if (by_members || i == 15)
				flush_pages(by_members ? i : 0, by_members ? 1 : 16);
		}
		fixture.out = (struct outcome){ 0 };
		assert_int_equal(judge_fixture(), !by_members);
		if (!by_members)
			continue;
		assert_int_equal(fixture.oracle.verdict.rule, RULE_HISTORY_STALE);
		assert_non_null(strstr(fixture.oracle.verdict.found, "of its group was valid"));
	}
}

/* One for each SCALE is what a range needs; a local one is judged by what must follow it. */
static void tlbis_by_range_are_few(void **state)
{
	(void)state;
	for (uint32_t count = 1; count <= 6; count++) {
		one_page_cleared();
		machine_barrier(fixture.m, BARRIER_DSB_ISHST);
		struct event range = { .by_range = true,
				       .last_level_only = true,
				       .count = count,
				       .level = EVENT_NO_HINT,
				       .va = fixture.va,
				       .bytes = fixture.call.bytes };
		machine_tlbi(fixture.m, range);
		machine_barrier(fixture.m, BARRIER_DSB_ISH);
		machine_barrier(fixture.m, BARRIER_ISB);
		assert_int_equal(judge_fixture(), count <= 4);
		if (count > 4)
			assert_int_equal(fixture.oracle.verdict.rule, RULE_COST_TLBI);
	}
}

/* Says that a TLBI costs more than it must, in these words. */
static void expect_needless(const char *found)
{
	assert_false(judge_fixture());
	assert_int_equal(fixture.oracle.verdict.rule, RULE_COST_TLBI);
	if (!strstr(fixture.oracle.verdict.found, found))
		fail_msg("%s, not %s", fixture.oracle.verdict.found, found);
}

static void a_range_is_invalidated_once(void **state)
{
	(void)state;
	one_page_invalidated();
	flush_pages(0, 1);
	expect_needless("2 TLBIs");
	one_page_invalidated();
	machine_tlbi(fixture.m, (struct event){ .local = true,
						.level = EVENT_NO_HINT,
						.va = fixture.va,
						.bytes = 1 << 12 });
	expect_needless("2 TLBIs");
}

/* By range, with the page that is over: one for all. */
static void what_ranges_leave_over_is_no_other_tlbi(void **state)
{
	(void)state;
	for (int gap = 0; gap < 2; gap++) {
		pages_4k();
		next_call(CALL_VUNMAP);
		is_of_kind(MAPPER_TREE);
		machine_begin_call(fixture.m, 0, 0);
		expect_call_of_fixture();
		machine_flush_cache(fixture.m, CACHE_FLUSH_VUNMAP, fixture.va, fixture.call.bytes);
		for (unsigned page = 0; page < PAGES; page++)
			step(3, page, ~UINT64_C(0), 0);
		fixture.out = (struct outcome){ .modified = MODIFIED_LEVEL(3) };
		machine_barrier(fixture.m, BARRIER_DSB_ISHST);
		machine_tlbi_range(fixture.m, fixture.va, 1 << 12, true);
		for (int i = 0; i <= gap; i++) /* the second is for what the first was for */
			machine_tlbi(fixture.m, (struct event){ .by_range = true,
								.count = 1,
								.last_level_only = true,
								.level = EVENT_NO_HINT,
								.va = fixture.va + (1 << 12),
								.bytes = (PAGES - 1) << 12 });
		machine_barrier(fixture.m, BARRIER_DSB_ISH);
		machine_barrier(fixture.m, BARRIER_ISB);
		if (gap)
			expect_needless("2 TLBIs");
		else
			assert_true(judge_fixture());
	}
}

static void other_pages_are_not_invalidated(void **state)
{
	(void)state;
	one_page_cleared();
	flush_pages(0, 2);
	expect_needless("a TLBI of 0x2000 bytes from 0xffff800000000000");
}

static void a_mapping_invalidates_nothing(void **state)
{
	(void)state;
	one_page();
	flush_pages(0, 1);
	expect_needless("a TLBI of 0x1000 bytes from 0xffff800000000000");
}

/* Each page of one table cleared by itself, or all by one event; a tree's stores are recorded one by one. */
static void neighbours_are_stored_at_once(void **state)
{
	(void)state;
	static const struct {
		enum mapper_kind kind;
		bool at_once, holds;
	} rows[] = {
		{ MAPPER_SERIES, true, true },
		{ MAPPER_SERIES, false, false },
		{ MAPPER_TREE, false, true },
		{ MAPPER_PAGES, false, true },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		pages_4k();
		next_call(CALL_VUNMAP);
		is_of_kind(rows[i].kind);
		machine_begin_call(fixture.m, 0, 0);
		expect_call_of_fixture();
		machine_flush_cache(fixture.m, CACHE_FLUSH_VUNMAP, fixture.va, fixture.call.bytes);
		table_t table;
		uint32_t index;
		word_at(3, 0, &table, &index);
		if (rows[i].at_once)
			machine_store(fixture.m, table, index, PAGES, 0, 0);
		for (unsigned page = 0; page < PAGES && !rows[i].at_once; page++)
			step(3, page, ~UINT64_C(0), 0);
		flush_pages(0, PAGES);
		fixture.out = (struct outcome){ .modified = MODIFIED_LEVEL(3) };
		assert_int_equal(judge_fixture(), rows[i].holds);
		if (!rows[i].holds)
			assert_int_equal(fixture.oracle.verdict.rule, RULE_COST_STORES);
	}
}

/* A group that comes back by one store of a list, in which one page lost the Contiguous bit. */
static void a_group_mixed_by_one_store_is_noticed(void **state)
{
	(void)state;
	for (int mixed = 0; mixed < 2; mixed++) {
		uint64_t list[16];
		table_t table;
		uint32_t index;
		groups_4k();
		next_call(CALL_SET_MEMORY);
		const uint64_t *word = word_at(3, 0, &table, &index);
		for (unsigned i = 0; i < 16; i++) {
			list[i] = word[i] & ~(mixed && i == MEMBER ? ARM64_CONTIGUOUS : 0);
			change(3, i, ARM64_VALID, ARM64_NG);
		}
		fixture.call.change = MEMORY_VALID;
		machine_begin_call(fixture.m, 0, 0);
		expect_call_of_fixture();
		machine_store_list(fixture.m, table, index, 16, list);
		sync();
		assert_int_equal(history_held(&fixture.oracle), !mixed);
		if (mixed)
			assert_int_equal(fixture.oracle.verdict.rule, RULE_CONTIGUOUS_MIXED);
	}
}

/* 512 single pages in one table, by a store event each. */
static void a_mapping_stores_neighbours_at_once(void **state)
{
	(void)state;
	begin(&machine_4k, MAX_PAGES);
	is_of_kind(MAPPER_SERIES);
	for (unsigned i = 0; i < MAX_PAGES; i++)
		fixture.pfn[i] = BASE_PFN + 2 * i;
	make_call();
	assert_false(judge_fixture());
	assert_int_equal(fixture.oracle.verdict.rule, RULE_COST_STORES);
	assert_non_null(strstr(fixture.oracle.verdict.expected, "store events"));
}

/* An area of vmalloc() from page 16 of the fixture on, one page of which is `pfn`, becomes read-only. */
static void make_read_only(uint64_t pfn)
{
	map_pages(&machine_4k, BASE_PFN);
	fixture.pfn[20] = pfn;
	make_call();
	next_call(CALL_SET_MEMORY);
	uint64_t last = oracle_linear_pages(&fixture.oracle) - 1;
	assert_true(oracle_lay_linear(&fixture.oracle, last << 12, 1 << 12, true));
	fixture.call.change = MEMORY_RO;
	fixture.call.va = fixture.va + (16 << 12);
	fixture.call.bytes = 8 << 12;
	fixture.area[0] = (struct vm_area){ .kind = AREA_ALLOC,
					    .va = fixture.call.va,
					    .bytes = 32 << 12,
					    .pages = { fixture.pfn + 16, 32 } };
	fixture.areas = 1;
	make_call();
}

/* The page after the linear map is the first of the fixture. It is nobody's alias. */
static void the_linear_map_ends_where_it_ends(void **state)
{
	(void)state;
	const uint64_t end = UINT64_C(1) << (machine_4k.va_bits - 1 - machine_4k.page_shift);
	make_read_only(end - 1);
	assert_true(judge_fixture());
	make_read_only(end);
	assert_true(judge_fixture());
	make_read_only(end);
	change(3, 0, ARM64_DBM, ARM64_AP2);
	assert_false(judge_fixture());
	assert_int_equal(fixture.oracle.verdict.rule, RULE_ISOLATION_OUTSIDE);
	make_read_only(end - 1);
	fixture.va = oracle_va(&fixture.oracle, end - 1);
	change(3, 0, ARM64_AP2, ARM64_DBM);
	assert_false(judge_fixture());
	assert_int_equal(fixture.oracle.verdict.rule, RULE_TRANSLATION_PERMISSION);
}

static void rules_are_found_by_name(void **state)
{
	(void)state;
	assert_int_equal(rule_by_name("contiguous.partial", 18), RULE_CONTIGUOUS_PARTIAL);
	assert_int_equal(rule_by_name("contiguous.parti", 16), RULE_NONE);
	assert_int_equal(rule_by_name("", 0), RULE_NONE);
}

/* No group of any supported machine is larger than its table or the address space (R_WMNPV). */
static void groups_fit_their_tables(void **state)
{
	(void)state;
	static const struct machine_config machines[] = {
		{ .page_shift = 12, .va_bits = 39, .pa_bits = 48 },
		{ .page_shift = 12, .va_bits = 48, .pa_bits = 48 },
		{ .page_shift = 12, .va_bits = 52, .pa_bits = 52, .lpa2 = true },
		{ .page_shift = 14, .va_bits = 36, .pa_bits = 48 },
		{ .page_shift = 14, .va_bits = 47, .pa_bits = 48 },
		{ .page_shift = 14, .va_bits = 48, .pa_bits = 48 },
		{ .page_shift = 14, .va_bits = 52, .pa_bits = 52, .lpa2 = true },
		{ .page_shift = 16, .va_bits = 42, .pa_bits = 48 },
		{ .page_shift = 16, .va_bits = 48, .pa_bits = 48 },
		{ .page_shift = 16, .va_bits = 52, .pa_bits = 52 },
	};
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		struct arm64_geometry g = arm64_geometry(&machines[i]);
		for (int level = g.start_level; level <= ARM64_LAST_LEVEL; level++)
			if (level == ARM64_LAST_LEVEL || arm64_block_supported(&g, level))
				assert_true(arm64_table_entries(&g, level) >=
					    1u << arm64_contiguous_size(&g, level));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_rule_has_its_pair),
		cmocka_unit_test(each_passing_fixture_holds),
		cmocka_unit_test(each_failing_fixture_breaks_its_rule),
		cmocka_unit_test(each_waived_rule_is_noticed),
		cmocka_unit_test(each_fixture_exercises_its_rule),
		cmocka_unit_test(a_waived_rule_is_not_exercised),
		cmocka_unit_test(a_waived_verdict_is_not_exercised),
		cmocka_unit_test(one_page_exercises_what_it_can_break),
		cmocka_unit_test(pages_are_counted_by_leaf),
		cmocka_unit_test(a_lock_that_is_kept_is_noticed),
		cmocka_unit_test(locks_are_balanced),
		cmocka_unit_test(an_interrupt_never_sleeps),
		cmocka_unit_test(locks_of_tables_are_balanced),
		cmocka_unit_test(a_guarded_page_is_noticed),
		cmocka_unit_test(neither_reading_of_dbm_may_be_wrong),
		cmocka_unit_test(faults_in_between_are_noticed),
		cmocka_unit_test(a_permission_for_a_while_is_noticed),
		cmocka_unit_test(what_is_left_in_an_entry_is_noticed),
		cmocka_unit_test(needless_splits_are_noticed),
		cmocka_unit_test(a_needless_split_of_an_invalid_group_is_noticed),
		cmocka_unit_test(only_blocks_with_aliases_are_split),
		cmocka_unit_test(an_invalid_entry_keeps_what_it_needs),
		cmocka_unit_test(local_maintenance_is_none_for_a_kernel_mapping),
		cmocka_unit_test(a_local_dsb_after_a_mapping_is_noticed),
		cmocka_unit_test(a_lazy_section_that_is_left_open_is_noticed),
		cmocka_unit_test(aliases_that_are_dropped_late_are_noticed),
		cmocka_unit_test(an_isb_is_owed_after_a_tlbi),
		cmocka_unit_test(an_isb_is_owed_before_a_table_is_freed),
		cmocka_unit_test(a_group_invalidated_by_members_is_noticed),
		cmocka_unit_test(odd_protections_are_judged_as_they_were_passed),
		cmocka_unit_test(tables_may_forbid_el0_to_run),
		cmocka_unit_test(tlbis_by_range_are_few),
		cmocka_unit_test(a_range_is_invalidated_once),
		cmocka_unit_test(what_ranges_leave_over_is_no_other_tlbi),
		cmocka_unit_test(other_pages_are_not_invalidated),
		cmocka_unit_test(a_mapping_invalidates_nothing),
		cmocka_unit_test(neighbours_are_stored_at_once),
		cmocka_unit_test(a_group_mixed_by_one_store_is_noticed),
		cmocka_unit_test(a_mapping_stores_neighbours_at_once),
		cmocka_unit_test(the_linear_map_ends_where_it_ends),
		cmocka_unit_test(rules_are_found_by_name),
		cmocka_unit_test(groups_fit_their_tables),
	};
	fixture.m = machine_create();
	bool ready = fixture.m && oracle_create(&fixture.oracle);
	int failed = ready ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
	oracle_destroy(&fixture.oracle);
	machine_destroy(fixture.m);
	return failed;
}
