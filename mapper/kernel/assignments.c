// SPDX-License-Identifier: GPL-2.0-only
#include "mapper/kernel/assignments.h"

#include "mapper/pgtable/descriptor.h"
#include "mapper/pgtable/geometry.h"
#include "mapper/pgtable/table.h"

/* Where the entry of the last level for an address stands; false if no table page is linked there. */
static bool find_entry(const struct machine *m, const struct geometry *g, uint64_t va,
		       table_t *table, uint32_t *index)
{
	uint64_t offset = va - g->va_base;
	*table = MACHINE_ROOT;
	for (int level = g->start_level; level < PTE_LEVEL; level++) {
		uint64_t desc = machine_words(m, *table)[level_index(g, level, offset)];
		*table = desc_is_table(desc) ? table_below(m, g, desc) : MACHINE_NO_TABLE;
		if (*table == MACHINE_NO_TABLE)
			return false;
	}
	*index = level_index(g, PTE_LEVEL, offset);
	return true;
}

static bool is_recorded(const struct machine *m, table_t table, uint32_t index)
{
	for (uint32_t i = 0; i < m->log.events; i++) {
		const struct event *e = &m->log.event[i];
		if (e->kind == EVENT_STORE && e->table == table && index - e->index < e->count)
			return true;
	}
	return false;
}

/* Takes the entry back and stores it again, so that the machine knows. */
static void tell(struct machine *m, table_t table, uint32_t index)
{
	uint64_t *entry = (uint64_t *)machine_words(m, table) + index, desc = *entry;
	*entry = 0;
	machine_store(m, table, index, 1, desc, 0);
}

void tell_assignments(struct machine *m, const struct call *call)
{
	struct geometry g = geometry_of(&m->config);
	table_t table;
	uint32_t index;
	if (!find_entry(m, &g, call->va, &table, &index) || is_recorded(m, table, index))
		return;
	for (uint64_t done = 0; done < call->bytes; done += UINT64_C(1) << g.page_shift) {
		if (!find_entry(m, &g, call->va + done, &table, &index) ||
		    !machine_words(m, table)[index])
			return;
		tell(m, table, index);
	}
}
