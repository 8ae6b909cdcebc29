// SPDX-License-Identifier: GPL-2.0-only
/* Events that change no table: barriers, TLB maintenance, flushes, warnings. */
#include "mapper/machine/record.h"

#include "mapper/machine/meeting.h"

static void unlock(struct machine *m, bool for_writing)
{
	record(m, (struct event){ .kind = EVENT_UNLOCK, .for_writing = for_writing });
	if (m->meets)
		meeting_unlock_mmap(m);
}

void machine_unlock(struct machine *m)
{
	unlock(m, false);
}

void machine_write_unlock(struct machine *m)
{
	unlock(m, true);
}

void machine_lock_for_dump(struct machine *m)
{
	if (m->reads)
		machine_write_lock(m);
}

void machine_unlock_after_dump(struct machine *m)
{
	if (m->reads)
		machine_write_unlock(m);
}

void machine_barrier(struct machine *m, enum barrier kind)
{
	record(m, (struct event){ .kind = EVENT_BARRIER, .what = (uint8_t)kind });
}

void machine_tlbi(struct machine *m, struct event tlbi)
{
	tlbi.kind = EVENT_TLBI;
	record(m, tlbi);
}

void machine_left_lazy(struct machine *m, bool pending)
{
	record(m, (struct event){ .kind = EVENT_LEFT_LAZY, .what = pending });
}

void machine_tlbi_hinted(struct machine *m, uint64_t va, uint64_t bytes, bool last_level_only,
			 int level)
{
	record(m, (struct event){ .kind = EVENT_TLBI,
				  .last_level_only = last_level_only,
				  .level = (int8_t)level,
				  .va = va,
				  .bytes = bytes });
}

void machine_tlbi_range(struct machine *m, uint64_t va, uint64_t bytes, bool last_level_only)
{
	machine_tlbi_hinted(m, va, bytes, last_level_only, EVENT_NO_HINT);
}

void machine_tlbi_all(struct machine *m)
{
	record(m, (struct event){ .kind = EVENT_TLBI, .all = true, .level = EVENT_NO_HINT });
}

void machine_flush_cache(struct machine *m, enum cache_flush when, uint64_t va, uint64_t bytes)
{
	record(m, (struct event){ .kind = EVENT_CACHE_FLUSH,
				  .what = (uint8_t)when,
				  .va = va,
				  .bytes = bytes });
}

void machine_warn(struct machine *m, uint64_t va)
{
	record(m, (struct event){ .kind = EVENT_WARN, .va = va });
}

void machine_bug(struct machine *m, uint64_t va)
{
	record(m, (struct event){ .kind = EVENT_BUG, .va = va });
}

void machine_unmap_aliases(struct machine *m)
{
	record(m, (struct event){ .kind = EVENT_UNMAP_ALIASES });
}

void machine_free_pages(struct machine *m, uint64_t va, uint64_t bytes)
{
	record(m, (struct event){ .kind = EVENT_FREE_PAGES, .va = va, .bytes = bytes });
}

void machine_free_memory(struct machine *m, uint64_t pfn, uint64_t bytes)
{
	record(m, (struct event){ .kind = EVENT_FREE_MEMORY, .pfn = pfn, .bytes = bytes });
}
