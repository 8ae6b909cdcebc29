// SPDX-License-Identifier: GPL-2.0-only
#include "regress/tool/event_text.h"

#include <inttypes.h>

#include "mapper/machine/assert.h"
#include "regress/tool/barrier.h"

const char *lock_name(unsigned lock)
{
	static const char *const names[] = {
		[LOCK_PAGE_TABLE] = "page table lock",
		[LOCK_SPLIT] = "mutex of splits",
		[LOCK_OTHER_SPINLOCK] = "another spinlock",
		[LOCK_OTHER_MUTEX] = "another mutex",
		[LOCK_MMAP] = "mmap lock",
	};
	ASSERT_CMP(lock, <, sizeof(names) / sizeof(*names));
	return names[lock];
}

uint64_t event_first_word(const struct oracle *o, const struct event *e)
{
	return e->words == EVENT_NO_WORDS ? e->first : o->machine->log.word[e->words];
}

const char *event_stores(const struct oracle *o, const struct event *e)
{
	const struct table_place *place = &o->trace.place[e->table];
	uint64_t word = event_first_word(o, e);
	if (!word)
		return "cleared";
	if (arm64_kind(&o->g, place->level, word) == ARM64_TABLE)
		return "table";
	if (arm64_kind(&o->g, place->level, word) == ARM64_LEAF)
		return word & ARM64_CONTIGUOUS ? "cont" : "leaf";
	return "not valid";
}

static void print_store(const struct oracle *o, const struct event *e, uint32_t count, FILE *to)
{
	const struct table_place *place = &o->trace.place[e->table];
	uint64_t va = arm64_va_base(&o->g) +
		      ((place->page + ((uint64_t)e->index << arm64_leaf_order(&o->g, place->level)))
		       << o->g.granule);
	fprintf(to, "store %u at level %d, 0x%016" PRIx64 ": %s", count, place->level, va,
		event_stores(o, e));
	if (e->old_words != EVENT_NO_WORDS)
		fprintf(to, " (was in use)");
}

static void print_tlbi(const struct oracle *o, const struct event *e, FILE *to)
{
	if (e->all)
		fprintf(to, "TLBI all");
	else
		fprintf(to, "TLBI %s %" PRIu64 " pages from 0x%016" PRIx64 "%s",
			e->by_range ? "by range of" : "of", e->bytes >> o->g.granule, e->va,
			e->last_level_only ? ", last level" : "");
	if (!e->all && e->level != EVENT_NO_HINT)
		fprintf(to, ", level %d", e->level);
	if (e->local)
		fprintf(to, ", local");
}

/* An access that hardware would not survive. */
static void print_trap(const struct event *e, FILE *to)
{
	if (e->what == MACHINE_TRAP_FREED_TABLE)
		fprintf(to, "access to freed table page %u, entry %u", e->table, e->index);
	else if (e->what == MACHINE_TRAP_OUTSIDE_TABLE)
		fprintf(to, "access outside table page %u, entry %u", e->table, e->index);
	else
		fprintf(to, "access to what is not a table page");
}

void event_print(const struct oracle *o, const struct event *e, uint32_t count, FILE *to)
{
	switch (e->kind) {
	case EVENT_STORE:
		print_store(o, e, count, to);
		break;
	case EVENT_TLBI:
		print_tlbi(o, e, to);
		break;
	case EVENT_BARRIER:
		fprintf(to, "%s", barrier_name(e->what));
		break;
	case EVENT_ALLOC:
		fprintf(to, "table page %u allocated", e->table);
		break;
	case EVENT_FREE:
		fprintf(to, "table page %u freed", e->table);
		break;
	case EVENT_CACHE_FLUSH:
		fprintf(to, "%s of 0x%" PRIx64 " bytes from 0x%016" PRIx64,
			e->what == CACHE_FLUSH_VMAP ? "flush_cache_vmap" : "flush_cache_vunmap",
			e->bytes, e->va);
		break;
	case EVENT_TRYLOCK:
		fprintf(to, e->for_writing ? "lock acquired for writing"
			    : e->what      ? "lock acquired"
					   : "trylock fails");
		break;
	case EVENT_UNLOCK:
		fprintf(to, e->for_writing ? "lock released for writing" : "lock released");
		break;
	case EVENT_TAKE:
		fprintf(to, "%s taken", lock_name(e->what));
		break;
	case EVENT_RELEASE:
		fprintf(to, "%s released", lock_name(e->what));
		break;
	case EVENT_READ:
		fprintf(to, "read of entry %u of table page %u", e->index, e->table);
		break;
	case EVENT_WARN:
		fprintf(to, "WARN()");
		break;
	case EVENT_BUG:
		fprintf(to, "BUG()");
		break;
	case EVENT_UNMAP_ALIASES:
		fprintf(to, "vm_unmap_aliases()");
		break;
	case EVENT_FREE_PAGES:
		fprintf(to, "0x%" PRIx64 " bytes of pages given back, from 0x%016" PRIx64, e->bytes,
			e->va);
		break;
	case EVENT_FREE_MEMORY:
		fprintf(to, "0x%" PRIx64 " bytes of memory given back, from pfn 0x%" PRIx64,
			e->bytes, e->pfn);
		break;
	case EVENT_LEFT_LAZY:
		fprintf(to, "return inside of a lazy MMU section");
		break;
	default:
		print_trap(e, to);
	}
}
