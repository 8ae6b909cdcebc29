// SPDX-License-Identifier: GPL-2.0-only
/*
 * Puts a kernel build (abi.h) in a mapper's place: what its code does to
 * memory and to the CPU becomes what the machine records.
 */
#include "mapper/kernel/adapter.h"

#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "mapper/kernel/abi.h"
#include "mapper/kernel/assignments.h"
#include "mapper/kernel/callers.h"
#include "mapper/kernel/dump_text.h"
#include "mapper/kernel/tlbi_operand.h"
#include "mapper/kernel/tree.h"
#include "mapper/machine/meeting.h"
#include "mapper/machine/poison.h"

#include <builds.h> /* KERNEL_BUILDS: BUILD(name) of each geometry; KERNEL_TREE, KERNEL_RELEASE */

#define BUILD(name) extern const struct rig_build name;
KERNEL_BUILDS
#undef BUILD

static const struct rig_build *const builds[] = {
#define BUILD(name) &name,
	KERNEL_BUILDS
#undef BUILD
};

#define BUILDS (sizeof(builds) / sizeof(builds[0]))

/*
 * A struct page pointer of each page of the arrays that two calls ask for, between poisoned memory. It is opened
 * in pieces: to poison all of it takes longer than most processes play, of which there is one for each probe.
 */
#define POOL_POINTERS ((size_t)8 * CALL_MAX_PAGES)
#define NO_POOL "vmapdiff: no memory for struct pages"

/* What calls have in common. The kernel's code has globals too: one machine is played at a time. */
static struct {
	struct rig_host host;
	const struct rig_build *build;
	struct machine *machine;
	void **pool;
	size_t pool_used;    /* pointers */
	size_t opened_bytes; /* of the pool; past them, an access is a fault */
} now;

/* What belongs to the call that is being made. */
struct one_call {
	struct address_space *space;
	struct outcome *out;
	uint64_t va;
	bool frees;                /* the call is vfree() or vrealloc() */
	bool silent;               /* a lookup: nothing is recorded */
	bool lookup_warned;        /* and yet it had a WARN or BUG, which `warning` is of */
	const struct call *frames; /* the call, if it is vmap_pfn() */
	uint64_t memory_pfn;       /* of the memory that is taken next for struct pages */
	jmp_buf end;               /* of a BUG() */
	char warning[192];

	/* TLBIs of one kind of which each continues the last: one for all. No bytes: none. */
	struct event tlbi;
	struct source_place tlbi_place; /* of the first */
};

/* That of the call whose record the machine shows; and of the other one, where two meet. */
static struct one_call own, others;

/* --- what the kernel does to the machine ---------------------------------------------- */

/* Records the TLBIs that came one after the other. */
static void flush_pending_tlbi(void)
{
	struct event tlbi = own.tlbi;
	own.tlbi.bytes = 0;
	if (!tlbi.bytes)
		return;
	now.machine->log.place = &own.tlbi_place;
	machine_tlbi(now.machine, tlbi);
	now.machine->log.place = now.build->place;
}

/* A reader ends at a table that was freed. */
static void look(const volatile void *from)
{
	struct machine *m = now.machine;
	table_t table;
	uint32_t index;
	machine_look(m);
	if (m->reads && from &&
	    machine_entry_at(m, (const void *)(uintptr_t)from, &table, &index) &&
	    !machine_reach_read(m, table, index))
		machine_end_call(m->trap);
}

static void store(uint64_t *entry, uint64_t value)
{
	table_t table;
	uint32_t index;
	flush_pending_tlbi();
	/* The machine reports a pointer to no entry. */
	if (!machine_entry_at(now.machine, entry, &table, &index))
		index = now.machine->entries;
	machine_store(now.machine, table, index, 1, value, 0);
}

static void sync(enum rig_barrier kind)
{
	static const enum barrier kinds[] = {
		[RIG_DMB_ISHST] = BARRIER_DMB_ISHST, [RIG_DSB_ISHST] = BARRIER_DSB_ISHST,
		[RIG_DSB_ISH] = BARRIER_DSB_ISH,     [RIG_ISB] = BARRIER_ISB,
		[RIG_DSB_NSHST] = BARRIER_DSB_NSHST, [RIG_DSB_NSH] = BARRIER_DSB_NSH,
	};
	flush_pending_tlbi();
	machine_barrier(now.machine, kinds[kind]);
}

/* Whether a TLBI goes on where the pending ones end. A hint is for each base by itself. */
static bool continues(const struct event *pending, const struct event *tlbi)
{
	return pending->bytes && pending->va + pending->bytes == tlbi->va &&
	       pending->last_level_only == tlbi->last_level_only && pending->local == tlbi->local &&
	       pending->by_range == tlbi->by_range && pending->level == tlbi->level &&
	       (!tlbi->by_range || tlbi->level == EVENT_NO_HINT);
}

static void tlbi_all(struct event e)
{
	flush_pending_tlbi();
	e.all = true;
	machine_tlbi(now.machine, e);
}

/* A processor that is given such an operand need not invalidate anything: no TLBI is recorded. */
static void warn_of_operand(const char *why)
{
	flush_pending_tlbi();
	if (!own.warning[0])
		snprintf(own.warning, sizeof(own.warning), "WARNING: %s", why);
	machine_warn(now.machine, own.va);
}

static void tlbi(unsigned what, uint64_t operand)
{
	struct event e = { .last_level_only = what & RIG_TLBI_LAST,
			   .local = what & RIG_TLBI_LOCAL,
			   .level = EVENT_NO_HINT };
	if (what & RIG_TLBI_ALL) {
		tlbi_all(e);
		return;
	}
	const struct machine_config *config = &now.machine->config;
	const char *why = what & RIG_TLBI_RANGE ? tlbi_decode_range(config, operand, &e)
						: tlbi_decode_address(config, operand, &e);
	if (why) {
		warn_of_operand(why);
	} else if (continues(&own.tlbi, &e)) {
		own.tlbi.bytes += e.bytes;
		own.tlbi.count += e.count;
	} else {
		flush_pending_tlbi();
		own.tlbi = e;
		own.tlbi_place = *now.build->place;
	}
}

static void flush_cache(bool before_unmapping, uint64_t va, uint64_t bytes)
{
	if (own.frames)
		tell_assignments(now.machine, own.frames);
	flush_pending_tlbi();
	machine_flush_cache(now.machine, before_unmapping ? CACHE_FLUSH_VUNMAP : CACHE_FLUSH_VMAP,
			    va, bytes);
}

static uint64_t *words_of(table_t table)
{
	return (uint64_t *)(uintptr_t)machine_words(now.machine, table);
}

static uint64_t *alloc_table(void)
{
	flush_pending_tlbi();
	table_t table = machine_alloc_table(now.machine);
	return table == MACHINE_NO_TABLE ? NULL : words_of(table);
}

static void free_table(uint64_t *at)
{
	table_t table;
	uint32_t index;
	flush_pending_tlbi();
	if (!machine_entry_at(now.machine, at, &table, &index) || index)
		table = MACHINE_NO_TABLE;
	machine_free_table(now.machine, table);
}

static bool trylock(void)
{
	flush_pending_tlbi();
	return machine_trylock(now.machine);
}

static void lock(bool for_writing)
{
	if (own.silent)
		return;
	flush_pending_tlbi();
	if (for_writing)
		machine_write_lock(now.machine);
	else
		machine_lock(now.machine);
}

static void unlock(bool for_writing)
{
	if (own.silent)
		return;
	flush_pending_tlbi();
	if (for_writing)
		machine_write_unlock(now.machine);
	else
		machine_unlock(now.machine);
}

static const enum machine_lock machine_locks[RIG_LOCKS] = {
	[RIG_PAGE_TABLE_LOCK] = LOCK_PAGE_TABLE,
	[RIG_SPLIT_MUTEX] = LOCK_SPLIT,
	[RIG_OTHER_SPINLOCK] = LOCK_OTHER_SPINLOCK,
	[RIG_OTHER_MUTEX] = LOCK_OTHER_MUTEX,
};

static void take(enum rig_lock which)
{
	if (own.silent)
		return;
	flush_pending_tlbi();
	machine_take(now.machine, machine_locks[which]);
}

static void release(enum rig_lock which)
{
	if (own.silent)
		return;
	flush_pending_tlbi();
	machine_release(now.machine, machine_locks[which]);
}

static void unmap_aliases(void)
{
	flush_pending_tlbi();
	machine_unmap_aliases(now.machine);
}

static void free_pages(uint64_t va, uint64_t bytes)
{
	flush_pending_tlbi();
	machine_free_pages(now.machine, va, bytes);
}

/* An address that is none of a table: of the memory that the page allocator gives for struct pages. */
#define MEMORY_TAG (UINT64_C(1) << 62)

/* Memory comes from the call's `pa` on, in order, aligned to its size as the page allocator does it. */
static void *alloc_memory(uint64_t bytes)
{
	uint64_t pages = bytes >> now.machine->config.page_shift;
	flush_pending_tlbi();
	if (!machine_alloc_memory(now.machine, bytes))
		return NULL;
	own.memory_pfn = (own.memory_pfn + pages - 1) & ~(pages - 1);
	uint64_t pa = own.memory_pfn << now.machine->config.page_shift;
	own.memory_pfn += pages;
	return (void *)(uintptr_t)(MEMORY_TAG | pa);
}

static void free_memory(uint64_t pfn, uint64_t bytes)
{
	flush_pending_tlbi();
	machine_free_memory(now.machine, pfn, bytes);
}

static void modified(uint32_t mask)
{
	own.out->walks++;
	own.out->modified |= mask; /* PGTBL_PGD_MODIFIED is bit 0, and stands for level -1 */
}

/* --- what the kernel warns of ------------------------------------------------------------- */

/* A lookup's first warning takes the place of that of the call before it. */
static void note_warned_lookup(void)
{
	if (!own.silent || own.lookup_warned)
		return;
	own.lookup_warned = true;
	own.warning[0] = '\0';
}

static void keep_warning(const char *how, const char *file, int line, const char *what)
{
	note_warned_lookup();
	if (!own.warning[0])
		snprintf(own.warning, sizeof(own.warning), "%s at %s:%d: %s", how, file, line,
			 what);
}

/* Of what the rig does in the kernel's place: no line of the tree says it. */
static void __attribute__((noreturn)) bug_without_line(const char *what)
{
	flush_pending_tlbi();
	note_warned_lookup();
	if (!own.warning[0])
		snprintf(own.warning, sizeof(own.warning), "the rig ended the call: %s", what);
	if (!own.silent)
		machine_bug(now.machine, own.va);
	longjmp(own.end, 1);
}

static void warn(const char *file, int line, const char *what)
{
	flush_pending_tlbi();
	keep_warning("WARNING", file, line, what);
	if (!own.silent)
		machine_warn(now.machine, own.va);
}

static void __attribute__((noreturn)) bug(const char *file, int line, const char *what)
{
	flush_pending_tlbi();
	keep_warning("BUG", file, line, what);
	if (!own.silent)
		machine_bug(now.machine, own.va);
	longjmp(own.end, 1);
}

static const char *warning(void)
{
	return own.warning;
}

static const char *lookup_warning(void)
{
	return own.lookup_warned ? own.warning : "";
}

/* --- what the kernel looks up ---------------------------------------------------------------- */

static uint64_t table_pa(const void *in_table)
{
	table_t table;
	uint32_t index;
	if ((uintptr_t)in_table & MEMORY_TAG)
		return (uintptr_t)in_table & ~MEMORY_TAG;
	if (!machine_entry_at(now.machine, in_table, &table, &index))
		bug_without_line("__pa() was asked for what is no translation table");
	return (machine_table_pfn(now.machine, table) << now.machine->config.page_shift) +
	       index * sizeof(uint64_t);
}

static void *table_at(uint64_t pa)
{
	unsigned page_shift = now.machine->config.page_shift;
	table_t table = machine_table_at(now.machine, pa >> page_shift);
	if (table == MACHINE_NO_TABLE)
		bug_without_line("__va() was asked for what is no translation table");
	return (char *)words_of(table) + (pa & ((UINT64_C(1) << page_shift) - 1));
}

/* The struct page of what stands in a page array: no page frame has the first beyond memory. */
static void *page_of(uint64_t page)
{
	if (page == PAGE_HOLE)
		return NULL;
	uint64_t pfn = PAGE_IS_PFN(page) ? page : now.host.pfn_limit;
	return (void *)(uintptr_t)(RIG_PAGES + pfn * RIG_PAGE_STRUCT_BYTES);
}

/* Struct pages of an array, of exact size; good until the next call. */
static void **pages_of(struct page_array pages)
{
	void **at = now.pool + now.pool_used;
	if (pages.count >= POOL_POINTERS - now.pool_used)
		bug_without_line("find_vm_area() was asked for too many areas");
	now.opened_bytes = open_poisoned((void *)now.pool, now.opened_bytes,
					 (now.pool_used + pages.count + 1) * sizeof(*at), NO_POOL);
	unpoison(at, pages.count * sizeof(*at));
	for (size_t i = 0; i < pages.count; i++)
		at[i] = page_of(pages.page[i]);
	now.pool_used += pages.count + 1; /* one that stays poisoned */
	return at;
}

static bool find_area(uint64_t va, struct rig_area *found)
{
	static const enum rig_area_kind kinds[] = {
		[AREA_MAP] = RIG_AREA_MAP,
		[AREA_ALLOC] = RIG_AREA_ALLOC,
		[AREA_IOREMAP] = RIG_AREA_IOREMAP,
	};
	/* vfree() and vrealloc() know their area by where it begins; on a guard page the rig may have another. */
	const struct vm_area *area =
		own.frees ? kernel_freed_area(own.space, va) : kernel_find_area(own.space, va);
	if (!area || area->kind == AREA_RAM)
		return false;
	*found = (struct rig_area){
		.kind = kinds[area->kind],
		.va = area->va,
		.bytes = area->bytes,
		.huge = area->flags & MAP_FLAG_HUGE,
		.page_shift = area->page_shift,
		.pages = pages_of(area->pages),
		.count = (unsigned)area->pages.count,
	};
	return true;
}

/* --- calls -------------------------------------------------------------------------------- */

/* The tree's build for a machine; NULL where there is none. With LPA2, PA size is no matter. */
static const struct rig_build *build_for(const struct machine_config *config)
{
	for (size_t i = 0; i < BUILDS; i++)
		if (builds[i]->page_shift == config->page_shift &&
		    builds[i]->va_bits == config->va_bits && builds[i]->lpa2 == config->lpa2 &&
		    (config->lpa2 || builds[i]->pa_bits == config->pa_bits) && !config->table_bits)
			return builds[i];
	return NULL;
}

static bool has_machine(const struct machine_config *config)
{
	return build_for(config);
}

static void reset_pool(void)
{
	if (!now.pool) {
		now.pool = mmap(NULL, POOL_POINTERS * sizeof(*now.pool), PROT_NONE,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (now.pool == MAP_FAILED) {
			perror(NO_POOL);
			_Exit(2);
		}
	}
	poison((void *)now.pool, now.pool_used * sizeof(*now.pool));
	now.pool_used = 0;
}

static bool is_of_interrupt(const struct machine *m)
{
	return meeting_by(m) == MEETING_BY_IRQ;
}

/* The machine shows the other one of two calls that meet. */
static void exchange_calls(struct machine *m)
{
	if (m != now.machine)
		return; /* whose calls are over */
	struct one_call kept = own;
	own = others;
	others = kept;
	now.build->exchange(is_of_interrupt(m));
}

static void have_host(const struct address_space *space, const struct machine_config *config)
{
	now.host = (struct rig_host){
		.root = words_of(MACHINE_ROOT),
		.tables = now.machine->arena,
		.tables_end = now.machine->arena + now.machine->arena_bytes / sizeof(uint64_t),
		.loads = &now.machine->counters.loads,
		.next_look = &now.machine->next_look,
		.pfn_limit = UINT64_C(1) << (config->pa_bits - config->page_shift),
		.max_shift = space->policy->max_shift,
		.splits_live = config->bbm >= 2,
		.noalias = config->noalias,
		.realm = config->realm,
		.tlb_range = config->tlb_range,
		.look = look,
		.store = store,
		.sync = sync,
		.tlbi = tlbi,
		.flush_cache = flush_cache,
		.alloc_table = alloc_table,
		.free_table = free_table,
		.table_pa = table_pa,
		.table_at = table_at,
		.trylock = trylock,
		.lock = lock,
		.unlock = unlock,
		.take = take,
		.release = release,
		.unmap_aliases = unmap_aliases,
		.free_pages = free_pages,
		.alloc_memory = alloc_memory,
		.free_memory = free_memory,
		.find_area = find_area,
		.modified = modified,
		.print = vsnprintf,
		.warn = warn,
		.bug = bug,
	};
}

static void begin_alone(const struct address_space *space)
{
	const struct machine_config *config = &space->machine->config;
	now.machine = space->machine;
	now.machine->switched = exchange_calls;
	now.build = build_for(config);
	reset_pool();
	have_host(space, config);
	now.build->begin(&now.host);
}

/* Everything but what a call is about. */
static void begin(struct address_space *space, uint64_t va)
{
	own.space = space;
	own.va = va;
	own.tlbi.bytes = 0;
	if (meeting_side(space->machine) == SIDE_INNER)
		now.build->begin_inner(is_of_interrupt(space->machine));
	else
		begin_alone(space);
	now.machine->log.place = now.build->place;
}

static void begin_call(struct address_space *space, const struct call *call, struct outcome *out)
{
	own.silent = own.lookup_warned = false;
	own.frees = call->kind == CALL_VFREE || call->kind == CALL_VREALLOC;
	own.frames = call->kind == CALL_VMAP_PFN ? call : NULL;
	own.memory_pfn = call->pfn;
	own.warning[0] = '\0';
	own.out = out;
	begin(space, call->va);
}

static enum rig_prot rig_prot(enum prot prot)
{
	static const enum rig_prot prots[PROT_COUNT] = {
		[PROT_KERNEL] = RIG_KERNEL,
		[PROT_KERNEL_RO] = RIG_KERNEL_RO,
		[PROT_KERNEL_EXEC] = RIG_KERNEL_EXEC,
		[PROT_NORMAL_NC] = RIG_NORMAL_NC,
		[PROT_DEVICE] = RIG_DEVICE,
		[PROT_TAGGED] = RIG_TAGGED,
		[PROT_NONCACHED] = RIG_NONCACHED,
		[PROT_NOT_GLOBAL] = RIG_NOT_GLOBAL,
		[PROT_OLD] = RIG_OLD,
		[PROT_SPECIAL] = RIG_SPECIAL,
		[PROT_USER] = RIG_USER,
		[PROT_USER_EXEC] = RIG_USER_EXEC,
	};
	return prots[prot];
}

/* What is seen when a call returned: BUG() does not. */
static void end_call(void)
{
	unsigned left = now.build->left();
	flush_pending_tlbi();
	if (left & RIG_LEFT_LAZY)
		machine_left_lazy(now.machine, left & RIG_LEFT_PENDING);
	if (left & RIG_LEFT_LOCKED)
		machine_lock(now.machine); /* one more that is never released */
}

/* BUG() does not return: mapper.h wants -EBUSY then. */
#define CALL(expression)                                                                           \
	({                                                                                         \
		int _error = -EBUSY;                                                               \
		if (!setjmp(own.end)) {                                                            \
			_error = (expression);                                                     \
			end_call();                                                                \
		}                                                                                  \
		flush_pending_tlbi();                                                              \
		_error;                                                                            \
	})

static int kernel_vmap(struct address_space *space, const struct call *call, struct outcome *out)
{
	begin_call(space, call, out);
	void **page = pages_of(call->pages);
	return CALL(now.build->vmap(call->va, page, (unsigned)call->pages.count,
				    call->flags & MAP_FLAG_HUGE, rig_prot(call->prot))
			    ? 0
			    : -ENOMEM);
}

/* What __vmalloc_node_range() decides before it maps; it falls back to single pages. */
static int kernel_vmalloc(struct address_space *space, const struct call *call, struct outcome *out)
{
	unsigned shift = kernel_block_shift(space, call);
	out->page_shift = (uint8_t)shift;
	begin_call(space, call, out);
	void **page = pages_of(call->pages);
	return CALL(now.build->vmalloc(call->va, page, (unsigned)call->pages.count, shift,
				       rig_prot(call->prot)));
}

static int kernel_ioremap(struct address_space *space, const struct call *call, struct outcome *out)
{
	uint64_t pa = call->pfn << space->machine->config.page_shift;
	begin_call(space, call, out);
	return CALL(now.build->ioremap(call->va, pa, call->bytes, rig_prot(call->prot)));
}

static int kernel_vunmap(struct address_space *space, const struct call *call, struct outcome *out)
{
	begin_call(space, call, out);
	return CALL((now.build->vunmap(call->va, call->bytes), 0));
}

/* What vm_map_ram() calls once it has an address. */
static int kernel_vm_map_ram(struct address_space *space, const struct call *call,
			     struct outcome *out)
{
	begin_call(space, call, out);
	void **page = pages_of(call->pages);
	return CALL(now.build->vmalloc(call->va, page, (unsigned)call->pages.count,
				       space->machine->config.page_shift, RIG_KERNEL));
}

static int kernel_vm_unmap_ram(struct address_space *space, const struct call *call,
			       struct outcome *out)
{
	begin_call(space, call, out);
	return CALL((now.build->vunmap_lazily(call->va, call->bytes), 0));
}

static int kernel_set_memory(struct address_space *space, const struct call *call,
			     struct outcome *out)
{
	static const enum rig_change changes[MEMORY_CHANGES] = {
		[MEMORY_RO] = RIG_RO,           [MEMORY_RW] = RIG_RW,
		[MEMORY_NX] = RIG_NX,           [MEMORY_X] = RIG_X,
		[MEMORY_INVALID] = RIG_INVALID, [MEMORY_VALID] = RIG_VALID,
		[MEMORY_SPLIT] = RIG_SPLIT,     [MEMORY_SPLIT_PAGES] = RIG_SPLIT_PAGES,
		[MEMORY_ROX] = RIG_ROX,
	};
	unsigned granule = space->machine->config.page_shift;
	begin_call(space, call, out);
	return CALL(now.build->set_memory(call->va, (int)(call->bytes >> granule),
					  changes[call->change]));
}

static int kernel_set_direct_map(struct address_space *space, const struct call *call,
				 struct outcome *out)
{
	static const enum rig_direct_map states[DIRECT_MAP_STATES] = {
		[DIRECT_MAP_INVALID] = RIG_DIRECT_INVALID,
		[DIRECT_MAP_DEFAULT] = RIG_DIRECT_DEFAULT,
	};
	unsigned granule = space->machine->config.page_shift;
	begin_call(space, call, out);
	return CALL(now.build->set_direct_map(call->va, (int)(call->bytes >> granule),
					      states[call->direct_map]));
}

/* A line `linear`. */
static int kernel_linear(struct address_space *space, const struct call *call, struct outcome *out)
{
	begin_call(space, call, out);
	return CALL(now.build->lay_linear(call->va, call->bytes, call->leaf == LEAF_PAGE));
}

static int kernel_add_memory(struct address_space *space, const struct call *call,
			     struct outcome *out)
{
	begin_call(space, call, out);
	return CALL(now.build->add_memory(call->va, call->bytes, call->leaf == LEAF_PAGE));
}

static int kernel_remove_memory(struct address_space *space, const struct call *call,
				struct outcome *out)
{
	begin_call(space, call, out);
	return CALL(now.build->remove_memory(call->va, call->bytes));
}

static int kernel_vmemmap_populate(struct address_space *space, const struct call *call,
				   struct outcome *out)
{
	uint64_t page = UINT64_C(1) << space->machine->config.page_shift;
	begin_call(space, call, out);
	return CALL(now.build->vmemmap_populate(call->va + call_half_first(call, page),
						call->va + call_half_end(call, page)));
}

static int kernel_vmemmap_free(struct address_space *space, const struct call *call,
			       struct outcome *out)
{
	uint64_t page = UINT64_C(1) << space->machine->config.page_shift;
	begin_call(space, call, out);
	return CALL(now.build->vmemmap_free(call->va + call_half_first(call, page),
					    call->va + call_half_end(call, page)));
}

static int kernel_vfree(struct address_space *space, const struct call *call, struct outcome *out)
{
	begin_call(space, call, out);
	return CALL((now.build->vfree(call->va, call->reset), 0));
}

/* Page frame numbers, in the place of struct pages. */
static const uint64_t *frames_of(struct page_array pages)
{
	uint64_t *at = (uint64_t *)pages_of(pages);
	for (size_t i = 0; i < pages.count; i++)
		at[i] = PAGE_IS_PFN(pages.page[i]) ? pages.page[i] : now.host.pfn_limit;
	return at;
}

static int kernel_vmap_pfn(struct address_space *space, const struct call *call,
			   struct outcome *out)
{
	begin_call(space, call, out);
	const uint64_t *pfns = frames_of(call->pages);
	int error = CALL(now.build->vmap_pfn(call->va, pfns, (unsigned)call->pages.count,
					     rig_prot(call->prot))
				 ? 0
				 : -ENOMEM);
	tell_assignments(now.machine, call);
	return error;
}

static int kernel_apply_to_page_range(struct address_space *space, const struct call *call,
				      struct outcome *out)
{
	begin_call(space, call, out);
	void **page = pages_of(call->pages);
	return CALL(now.build->set_pages(call->va, page, (unsigned)call->pages.count));
}

static int kernel_apply_to_existing_page_range(struct address_space *space, const struct call *call,
					       struct outcome *out)
{
	begin_call(space, call, out);
	return CALL(now.build->clear_pages(call->va, call->bytes));
}

/*
 * Sizes need not be a multiple of the page size: of an odd number of pages it is one byte fewer that is
 * asked for, which takes the same pages.
 */
static int kernel_vrealloc(struct address_space *space, const struct call *call,
			   struct outcome *out)
{
	unsigned pages = 0;
	uint64_t odd = call->kept >> space->machine->config.page_shift & 1;
	begin_call(space, call, out);
	int error = CALL(now.build->vrealloc(call->va, call->kept - odd, call->reset, &pages));
	out->pages = pages;
	return error;
}

static int kernel_trans_pgd(struct address_space *space, const struct call *call,
			    struct outcome *out)
{
	uint64_t *root = NULL;
	table_t copy;
	uint32_t index;
	begin_call(space, call, out);
	int error = CALL(now.build->trans_pgd(call->va, call->bytes, &root));
	/* The address of anything but a table is not taken for a copy; the oracle tells of it. */
	if (root && machine_entry_at(now.machine, root, &copy, &index) && !index)
		out->copy = copy;
	return error;
}

/*
 * Asked after a call on the same machine, for many addresses: the call's host
 * still stands. A reader that meets a call is as a call: what it does is recorded.
 */
static void begin_lookup(struct address_space *space, uint64_t va)
{
	const bool reads = space->machine->reads;
	if (now.machine != space->machine || reads)
		begin(space, va);
	own.silent = !reads;
	own.lookup_warned = false;
	if (reads)
		own.warning[0] = '\0';
}

static uint64_t kernel_lookup(struct address_space *space, uint64_t va)
{
	uint64_t pfn = UINT64_MAX;
	begin_lookup(space, va);
	if (!setjmp(own.end))
		pfn = now.build->lookup(va);
	return pfn == UINT64_MAX ? PAGE_HOLE : pfn;
}

#ifdef RIG_HAVE_kernel_page_present

static bool kernel_present(struct address_space *space, uint64_t pfn)
{
	bool present = false;
	begin_lookup(space, 0);
	if (!setjmp(own.end))
		present = now.build->page_present(pfn);
	return present;
}

#else
#define kernel_present NULL
#endif

#ifdef RIG_HAVE_ptdump_walk

#define DUMP_LINE_BYTES 160 /* of text: all words of a line, and what is before them */

/* Linux's name of the root is that of a level which Arm counts by the bits of an address. */
static int root_level(const struct machine_config *config)
{
	unsigned stride = config->page_shift - 3u;
	return 3 - (int)((config->va_bits - 1u - config->page_shift) / stride);
}

static unsigned kernel_dump(struct address_space *space, uint64_t va, uint64_t bytes,
			    struct dump_line *line, unsigned room)
{
	static char text[DUMP_MAX_LINES * DUMP_LINE_BYTES];
	begin_lookup(space, va);
	if (setjmp(own.end))
		return 0;
	now.build->dump(va, va + bytes, text, sizeof(text));
	return dump_text_read(text, root_level(&space->machine->config), va + bytes, line, room);
}

#else
#define kernel_dump NULL
#endif

/* --- what the tree is --------------------------------------------------------------------- */

#ifdef RIG_HAVE_vrealloc_node_align_noprof
#define VREALLOC_ENTRY RIG_ENTRY_vrealloc_node_align_noprof
#else
#define VREALLOC_ENTRY RIG_ENTRY_vrealloc_noprof
#endif

#ifdef RIG_HAVE___create_pgd_mapping
#define LAY_LINEAR kernel_linear
#else
#define LAY_LINEAR NULL
#endif

const struct mapper kernel_mapper = {
	.name = "kernel",
	.kind = MAPPER_TREE,
	.meets = true,
	.call = {
		[CALL_VMAP] = kernel_vmap,
		[CALL_VMALLOC] = kernel_vmalloc,
		[CALL_IOREMAP] = kernel_ioremap,
		[CALL_VM_MAP_RAM] = kernel_vm_map_ram,
		[CALL_VUNMAP] = kernel_vunmap,
		[CALL_VM_UNMAP_RAM] = kernel_vm_unmap_ram,
		[CALL_SET_MEMORY] = kernel_set_memory,
		[CALL_SET_DIRECT_MAP] = kernel_set_direct_map,
		[CALL_VFREE] = kernel_vfree,
		[CALL_VREALLOC] = kernel_vrealloc,
		[CALL_VMAP_PFN] = kernel_vmap_pfn,
		[CALL_APPLY_TO_PAGE_RANGE] = kernel_apply_to_page_range,
		[CALL_APPLY_TO_EXISTING_PAGE_RANGE] = kernel_apply_to_existing_page_range,
		[CALL_TRANS_PGD] = kernel_trans_pgd,
		[CALL_LINEAR] = LAY_LINEAR,
		[CALL_ADD_MEMORY] = kernel_add_memory,
		[CALL_REMOVE_MEMORY] = kernel_remove_memory,
		[CALL_VMEMMAP_POPULATE] = kernel_vmemmap_populate,
		[CALL_VMEMMAP_FREE] = kernel_vmemmap_free,
	},
	.lookup = kernel_lookup,
	.page_present = kernel_present,
	.dump = kernel_dump,
	.has_machine = has_machine,
	.warning = warning,
	.lookup_warning = lookup_warning,
	.never_called = kernel_never_called,
	.tree = KERNEL_TREE,
	.release = KERNEL_RELEASE,
	.commit = kernel_commit,
	.left_out = TREE_LEFT_OUT,
	.entry = {
		[CALL_VMAP] = RIG_ENTRY_vmap,
		[CALL_VMALLOC] = RIG_ENTRY_vmap_pages_range,
		[CALL_IOREMAP] = RIG_ENTRY_ioremap_page_range,
		[CALL_VM_MAP_RAM] = RIG_ENTRY_vmap_pages_range,
		[CALL_VUNMAP] = RIG_ENTRY_vunmap_range,
		[CALL_VM_UNMAP_RAM] = RIG_ENTRY_vunmap_range_noflush,
		[CALL_SET_MEMORY] = RIG_ENTRY_set_memory_ro,
		[CALL_SET_DIRECT_MAP] = RIG_ENTRY_set_direct_map_invalid_noflush,
		[CALL_VFREE] = RIG_ENTRY_vfree,
		[CALL_VREALLOC] = VREALLOC_ENTRY,
		[CALL_VMAP_PFN] = RIG_ENTRY_vmap_pfn,
		[CALL_APPLY_TO_PAGE_RANGE] = RIG_ENTRY_apply_to_page_range,
		[CALL_APPLY_TO_EXISTING_PAGE_RANGE] = RIG_ENTRY_apply_to_page_range,
		[CALL_TRANS_PGD] = RIG_ENTRY_trans_pgd_create_copy,
		[CALL_LINEAR] = RIG_ENTRY___create_pgd_mapping,
		[CALL_ADD_MEMORY] = RIG_ENTRY___create_pgd_mapping,
		[CALL_REMOVE_MEMORY] = RIG_ENTRY___remove_pgd_mapping,
		[CALL_VMEMMAP_POPULATE] = RIG_ENTRY_vmemmap_populate,
		[CALL_VMEMMAP_FREE] = RIG_ENTRY_vmemmap_free,
	},
};
