// SPDX-License-Identifier: GPL-2.0-only
/*
 * The batched mapper on a real MMU: after each call every address of two
 * windows is read and written by real loads and stores, and each must do what
 * a walk of the tables as they stand says. What was not invalidated, or not
 * completed, reads stale.
 */
#include "oracle/mmu/guest/late_machine.h"

#include <string.h>

#include "mapper/mapper.h"
#include "oracle/arm64/translate.h"

#define CALLS_PLAYED 500
#define PAGE_SHIFT 12
#define PAGE_BYTES (UINT64_C(1) << PAGE_SHIFT)

/* Addresses: on both sides of a 1G boundary; and a part of the linear map. */
#define WINDOW (UINT64_C(0xffff800040000000) - 0x400000)
#define WINDOW_PAGES 2048
#define LINEAR_BASE UINT64_C(0xffff000000000000)
#define LINEAR_PAGES 1024
#define FIRST_PFN (GUEST_PAGES >> PAGE_SHIFT)
#define MEMORY_PAGES 16384

#define MOST_PAGES 1024 /* of a call */
#define MAX_AREAS 64

static struct machine machine;
static struct arm64_geometry geometry;
static struct policy policy;
static uint64_t loads, faults, calls;
static const char *calling = "";
static uint64_t state = 1; /* of the random numbers */

static struct vm_area area[MAX_AREAS];
static uint64_t area_page[MAX_AREAS][MOST_PAGES];
static unsigned areas;

static uint64_t below(uint64_t limit)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % limit;
}

static bool chance(unsigned percent)
{
	return below(100) < percent;
}

/* --- what the MMU does, against what a walk says ----------------------------------------- */

static uint64_t content(uint64_t pfn)
{
	return pfn * UINT64_C(0x9e3779b97f4a7c15);
}

void late_machine_walks(void)
{
	uint64_t value;
	for (uint64_t i = 0; i < WINDOW_PAGES; i++)
		probe_load(WINDOW + (i << PAGE_SHIFT), &value);
	for (uint64_t i = 0; i < LINEAR_PAGES; i++)
		probe_load(LINEAR_BASE + GUEST_PAGES + (i << PAGE_SHIFT), &value);
}

static int complain(const char *what, uint64_t va, uint64_t expected, uint64_t found)
{
	guest_write("FAIL emulator.stale mapper=batched call=");
	guest_write(calling);
	guest_write_count(" number=", calls);
	guest_write(" granule=4k\n  ");
	guest_write(what);
	guest_write_number(" at ", va);
	guest_write_number(", expected ", expected);
	guest_write_number(", found ", found);
	guest_write("\n");
	return 1;
}

static int check_page(uint64_t va)
{
	struct arm64_translation t = arm64_translate(&geometry, &machine, va);
	uint64_t value = 0, pfn = t.oa >> PAGE_SHIFT;
	bool writable = t.attributes.el1_write && !(t.desc & ARM64_AP2); /* HD is 0 */
	int fault = probe_load(va, &value);
	loads++;
	faults += (unsigned)fault;
	if (fault == t.mapped)
		return complain(fault ? "a load faults" : "a load does not fault", va, pfn, value);
	if (!t.mapped)
		return 0;
	if (value != content(pfn))
		return complain("a load reads another page", va, content(pfn), value);
	if (probe_store(va, value) == writable)
		return complain(writable ? "a store faults" : "a store does not fault", va,
				writable, !writable);
	return 0;
}

static int check(void)
{
	int failed = 0;
	for (uint64_t i = 0; i < WINDOW_PAGES && !failed; i++)
		failed = check_page(WINDOW + (i << PAGE_SHIFT));
	for (uint64_t i = 0; i < LINEAR_PAGES && !failed; i++)
		failed = check_page(LINEAR_BASE + GUEST_PAGES + (i << PAGE_SHIFT));
	return failed;
}

/* --- calls ---------------------------------------------------------------------------------- */

static bool is_free(uint64_t va)
{
	return !arm64_translate(&geometry, &machine, va).desc;
}

/* A free range of the window; its pages, or 0. */
static uint64_t free_range(uint64_t *va)
{
	uint64_t first = below(WINDOW_PAGES), most = 1 + below(chance(50) ? MOST_PAGES : 64),
		 pages = 0;
	if (chance(60))
		first &= ~UINT64_C(15);
	*va = WINDOW + (first << PAGE_SHIFT);
	while (pages < most && first + pages < WINDOW_PAGES && is_free(*va + (pages << PAGE_SHIFT)))
		pages++;
	return pages;
}

/* Runs of pages that lie together, most of them aligned to a group. */
static void pick_pages(uint64_t *page, uint64_t pages)
{
	for (uint64_t done = 0, run; done < pages; done += run) {
		uint64_t pfn = FIRST_PFN + below(MEMORY_PAGES - MOST_PAGES);
		run = 1 + below(chance(50) ? 600 : 40);
		if (run > pages - done)
			run = pages - done;
		if (chance(70))
			pfn &= ~UINT64_C(15);
		for (uint64_t i = 0; i < run; i++)
			page[done + i] = pfn + i;
	}
}

static void forget_areas(uint64_t va, uint64_t bytes)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < areas; i++) {
		if (area[i].va < va + bytes && va < area[i].va + area[i].bytes)
			continue;
		memcpy(area_page[kept], area_page[i], sizeof(area_page[0]));
		area[kept] = area[i];
		area[kept].pages.page = area_page[kept];
		kept++;
	}
	areas = kept;
}

static void make_call(struct address_space *space, const struct call *call)
{
	struct outcome out = { 0 };
	calling = call_traits(call->kind)->name;
	batched_mapper.call[call->kind](space, call, &out);
}

static void map_something(struct address_space *space)
{
	uint64_t va, pages = free_range(&va);
	if (!pages || areas == MAX_AREAS)
		return;
	uint64_t *page = area_page[areas];
	static const enum call_kind kinds[] = { CALL_IOREMAP, CALL_VMAP, CALL_VMALLOC };
	struct call call = {
		.va = va,
		.bytes = pages << PAGE_SHIFT,
		.prot = chance(70) ? PROT_KERNEL : PROT_KERNEL_RO,
		.shift = PAGE_SHIFT,
	};
	pick_pages(page, pages);
	call.kind = kinds[below(3)];
	if (call_traits(call.kind)->has_pages)
		call.pages = (struct page_array){ page, pages };
	else
		call.pfn = page[0];
	make_call(space, &call);
	if (call.kind == CALL_VMALLOC)
		area[areas++] = (struct vm_area){
			.kind = AREA_ALLOC, .va = va, .bytes = call.bytes, .pages = call.pages
		};
}

static void unmap_something(struct address_space *space)
{
	uint64_t first = below(WINDOW_PAGES), pages = 1 + below(chance(30) ? WINDOW_PAGES : 100);
	if (pages > WINDOW_PAGES - first)
		pages = WINDOW_PAGES - first;
	uint64_t va = WINDOW + (first << PAGE_SHIFT);
	/* What is cut goes as a whole: a block, at most. */
	forget_areas(va - (512 << PAGE_SHIFT), (pages + 1024) << PAGE_SHIFT);
	make_call(space,
		  &(struct call){ .kind = CALL_VUNMAP, .va = va, .bytes = pages << PAGE_SHIFT });
}

static void change_something(struct address_space *space)
{
	if (!areas)
		return;
	const struct vm_area *of = &area[below(areas)];
	uint64_t first = below(of->pages.count), pages = 1 + below(of->pages.count - first);
	make_call(space, &(struct call){ .kind = CALL_SET_MEMORY,
					 .va = of->va + (first << PAGE_SHIFT),
					 .bytes = pages << PAGE_SHIFT,
					 .change = chance(50) ? MEMORY_RO : MEMORY_RW });
}

static void change_linear(struct address_space *space)
{
	uint64_t first = below(LINEAR_PAGES), pages = 1 + below(LINEAR_PAGES - first);
	make_call(space, &(struct call){ .kind = CALL_SET_MEMORY,
					 .va = LINEAR_BASE + GUEST_PAGES + (first << PAGE_SHIFT),
					 .bytes = pages << PAGE_SHIFT,
					 .change = chance(50) ? MEMORY_INVALID : MEMORY_VALID });
}

static int call_something(void)
{
	struct address_space space = {
		.machine = &machine, .policy = &policy, .area = area, .areas = areas
	};
	uint64_t what = below(10);
	calls++;
	if (what < 5)
		map_something(&space);
	else if (what < 8)
		unmap_something(&space);
	else if (what < 9)
		change_something(&space);
	else
		change_linear(&space);
	return check();
}

/* --- the guest ---------------------------------------------------------------------------------- */

static void begin(void)
{
	static const struct machine_config config = {
		.page_shift = PAGE_SHIFT, .va_bits = 48, .pa_bits = 48, .bbm = 2
	};
	const uint64_t t1sz = 16, cached = 1, inner = 3, granule_4k = 2, pa_48 = 5;
	for (uint64_t pfn = FIRST_PFN; pfn < FIRST_PFN + MEMORY_PAGES; pfn++)
		*(uint64_t *)(pfn << PAGE_SHIFT) = content(pfn);
	machine_reset(&machine, &config);
	geometry = arm64_geometry(&config);
	policy = policy_default(POLICY_V9);
	guest_mmu(MACHINE_MAIR_EL1,
		  25 | cached << 8 | cached << 10 | inner << 12 | t1sz << 16 | cached << 24 |
			  cached << 26 | inner << 28 | granule_4k << 30 | pa_48 << 32,
		  late_machine_root());
	struct address_space space = { .machine = &machine, .policy = &policy };
	make_call(&space, &(struct call){ .kind = CALL_IOREMAP,
					  .va = LINEAR_BASE + GUEST_PAGES,
					  .bytes = LINEAR_PAGES << PAGE_SHIFT,
					  .pfn = GUEST_PAGES >> PAGE_SHIFT,
					  .prot = PROT_KERNEL });
}

int guest_main(void)
{
	begin();
	int failed = check();
	while (!failed && calls < CALLS_PLAYED && machine.tables < MACHINE_MAX_TABLES - 32)
		failed = call_something();
	guest_write_count("calls ", calls);
	guest_write_count(", loads ", loads);
	guest_write_count(", of which fault ", faults);
	guest_write(failed ? "\n" : ", none stale\n");
	return failed;
}
