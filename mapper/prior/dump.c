// SPDX-License-Identifier: GPL-2.0-only
/* ptdump_walk(), Linux 6.1: from the root for each entry, and what is said of it by a table of masks. */
#include "mapper/pgtable/table.h"
#include "mapper/prior/prior.h"

struct says {
	uint64_t mask, value;
	uint32_t says;
};

/* By bits of a leaf. The last rows are memory types, by the index into MAIR_EL1. */
static const struct says rows[] = {
	{ DESC_VALID, DESC_VALID, DUMP_VALID },
	{ 0x40, 0x40, DUMP_USER },
	{ DESC_RDONLY, DESC_RDONLY, DUMP_READ_ONLY },
	{ DESC_PXN, DESC_PXN, DUMP_PXN },
	{ UINT64_C(1) << 54, UINT64_C(1) << 54, DUMP_UXN },
	{ 0x400, 0x400, DUMP_ACCESSED },
	{ 0x800, 0x800, DUMP_NOT_GLOBAL },
	{ DESC_CONT, DESC_CONT, DUMP_CONTIGUOUS },
	{ DESC_PAGE_TYPE, DESC_BLOCK_TYPE, DUMP_BLOCK },
	{ UINT64_C(1) << 50, UINT64_C(1) << 50, DUMP_GUARDED },
	{ 0x1c, 0x00, DUMP_MEMORY(0xff) },
	{ 0x1c, 0x04, DUMP_MEMORY(0xf0) },
	{ 0x1c, 0x08, DUMP_MEMORY(0x44) },
	{ 0x1c, 0x0c, DUMP_MEMORY(0x00) },
	{ 0x1c, 0x10, DUMP_MEMORY(0x04) },
	{ 0x1c, 0x14, DUMP_MEMORY(DUMP_NO_MEMORY) },
	{ 0x18, 0x18, DUMP_MEMORY(DUMP_NO_MEMORY) },
};

static uint32_t says_of(const struct geometry *g, uint64_t desc)
{
	uint32_t says = DUMP_IN_USE;
	if (!desc)
		return 0;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if ((desc & rows[i].mask) == rows[i].value)
			says |= rows[i].says;
	if (g->pfn_format != PFN_LPA2 && (desc & 0x300) == 0x300)
		says |= DUMP_SHARED;
	return says;
}

/* The entry for `offset`: a leaf, an invalid one or an empty one; and its level. */
static uint64_t entry_of(struct machine *m, const struct geometry *g, uint64_t offset, int *level)
{
	table_t table = MACHINE_ROOT;
	for (*level = g->start_level;; ++*level) {
		uint64_t desc = machine_load(m, table, level_index(g, *level, offset));
		if (*level == PTE_LEVEL || !desc_is_table(desc))
			return desc;
		table = table_below(m, g, desc);
	}
}

unsigned prior_dump(struct address_space *space, uint64_t va, uint64_t bytes,
		    struct dump_line *line, unsigned room)
{
	struct geometry g = geometry_of(&space->machine->config);
	uint64_t offset = va - g.va_base, end = offset + bytes;
	unsigned lines = 0;
	machine_lock_for_dump(space->machine);
	for (uint64_t next; offset < end; offset = next) {
		struct dump_line here = { .va = g.va_base + offset };
		here.says = says_of(&g, entry_of(space->machine, &g, offset, &here.level));
		next = window_end(&g, here.level, offset, end);
		here.bytes = next - offset;
		struct dump_line *last = lines ? &line[lines - 1] : NULL;
		if (last && last->level == here.level && last->says == here.says)
			last->bytes += here.bytes;
		else if (lines < room)
			line[lines++] = here;
	}
	machine_unlock_after_dump(space->machine);
	return lines;
}
