// SPDX-License-Identifier: GPL-2.0-only
/*
 * ptdump_walk(), Linux 7.3: note_page() of each entry of a range, in order. A new line begins where
 * the level or what is said of the entries changes.
 */
#include "mapper/batched/batched.h"
#include "mapper/machine/assert.h"
#include "mapper/pgtable/table.h"

#define LEAF_USER (UINT64_C(1) << 6)
#define LEAF_SHARED (UINT64_C(3) << 8)
#define LEAF_AF (UINT64_C(1) << 10)
#define LEAF_NG (UINT64_C(1) << 11)
#define LEAF_GP (UINT64_C(1) << 50)
#define LEAF_UXN (UINT64_C(1) << 54)
#define LEAF_ATTRINDX 7u /* from bit 2 on */

struct dump {
	struct machine *m;
	struct geometry g;
	struct dump_line *line;
	unsigned lines, room;
};

static uint32_t flag(uint64_t desc, uint64_t bits, uint32_t says)
{
	return (desc & bits) == bits ? says : 0;
}

static uint32_t memory_of(uint64_t desc)
{
	static const uint8_t memory[MACHINE_MAIR_USED] = { 0xff, 0xf0, 0x44, 0x00, 0x04 };
	unsigned index = (unsigned)(desc >> 2) & LEAF_ATTRINDX;
	return DUMP_MEMORY(index < MACHINE_MAIR_USED ? memory[index] : DUMP_NO_MEMORY);
}

/* With LPA2 the bits of shareability hold address bits. */
static uint32_t says_of(const struct geometry *g, uint64_t desc)
{
	bool block = (desc & DESC_PAGE_TYPE) == DESC_BLOCK_TYPE;
	if (!desc)
		return 0;
	return DUMP_IN_USE | flag(desc, DESC_VALID, DUMP_VALID) | flag(desc, LEAF_USER, DUMP_USER) |
	       flag(desc, DESC_RDONLY, DUMP_READ_ONLY) | flag(desc, DESC_PXN, DUMP_PXN) |
	       flag(desc, LEAF_UXN, DUMP_UXN) |
	       (g->pfn_format == PFN_LPA2 ? 0 : flag(desc, LEAF_SHARED, DUMP_SHARED)) |
	       flag(desc, LEAF_AF, DUMP_ACCESSED) | flag(desc, LEAF_NG, DUMP_NOT_GLOBAL) |
	       flag(desc, DESC_CONT, DUMP_CONTIGUOUS) | (block ? DUMP_BLOCK : 0) |
	       flag(desc, LEAF_GP, DUMP_GUARDED) | memory_of(desc);
}

static void note(struct dump *d, int level, uint64_t offset, uint64_t end, uint64_t desc)
{
	uint32_t says = says_of(&d->g, desc);
	struct dump_line *last = d->lines ? &d->line[d->lines - 1] : NULL;
	if (last && last->level == level && last->says == says) {
		last->bytes += end - offset;
		return;
	}
	if (d->lines == d->room)
		return;
	ASSERT(d->line);
	d->line[d->lines++] = (struct dump_line){
		.va = d->g.va_base + offset, .bytes = end - offset, .level = level, .says = says
	};
}

static void walk(struct dump *d, table_t table, int level, uint64_t offset, uint64_t end)
{
	ASSERT_CMP(level, <=, PTE_LEVEL);
	for (uint64_t next; offset < end; offset = next) {
		uint64_t desc = machine_load(d->m, table, level_index(&d->g, level, offset));
		next = window_end(&d->g, level, offset, end);
		if (level < PTE_LEVEL && desc_is_table(desc))
			walk(d, table_below(d->m, &d->g, desc), level + 1, offset, next);
		else
			note(d, level, offset, next, desc);
	}
}

unsigned batched_dump(struct address_space *space, uint64_t va, uint64_t bytes,
		      struct dump_line *line, unsigned room)
{
	struct dump d = { .m = space->machine,
			  .g = geometry_of(&space->machine->config),
			  .line = line,
			  .room = room };
	uint64_t offset = va - d.g.va_base;
	machine_lock_for_dump(d.m);
	walk(&d, MACHINE_ROOT, d.g.start_level, offset, offset + bytes);
	machine_unlock_after_dump(d.m);
	return d.lines;
}
