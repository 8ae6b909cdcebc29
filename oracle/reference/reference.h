// SPDX-License-Identifier: GPL-2.0-only
/* The naive mapper that says what the others must give. */
#ifndef ORACLE_REFERENCE_REFERENCE_H
#define ORACLE_REFERENCE_REFERENCE_H

#include "mapper/mapper.h"
#include "oracle/arm64/encoding.h"

extern const struct mapper reference_mapper;

/* tables.c: where a descriptor is. */
struct slot {
	table_t table;
	uint32_t index;
};

/*
 * The slot for `va` in the table at `level`, with tables allocated on the way
 * and their levels added to out->modified. 0, -ENOMEM, or -EBUSY when a leaf
 * is above it.
 */
int reference_slot(const struct arm64_geometry *g, struct machine *m, struct outcome *out,
		   uint64_t va, int level, struct slot *slot);

/* A table descriptor for `table`, and the table that one points to. */
uint64_t reference_link(const struct arm64_geometry *g, const struct machine *m, table_t table);
table_t reference_child(const struct arm64_geometry *g, const struct machine *m, uint64_t desc);

/*
 * Sets *slot to the entry of the last level for `va`. False if a table is
 * missing, or a larger leaf is there: *meets_leaf says whether.
 */
bool reference_find_page(const struct arm64_geometry *g, struct machine *m, uint64_t va,
			 struct slot *slot, bool *meets_leaf);

/* The calls, one file each. */
#define DECLARE(KIND, name) mapper_function reference_##name;
CALLS(DECLARE)
#undef DECLARE

/*
 * set_memory.c: changes bits of all that is mapped in a range, which is cut out of larger leaves, and
 * empties the TLBs. 0, -ENOMEM, or -EINVAL with a warning.
 */
int reference_change(struct address_space *space, uint64_t va, uint64_t bytes, uint64_t clear,
		     uint64_t set);

/* remove_memory.c: takes a range of the linear map away, with the tables that are empty then. */
void reference_take_away(struct address_space *space, const struct call *call);

/* vfree.c: the most recent area at the call's address. */
const struct vm_area *reference_area(const struct address_space *space, const struct call *call);

/*
 * mapping.c: maps the pages of a call up to the first that cannot be mapped,
 * whose address *stopped is then. 0, -ENOMEM, -EINVAL or -EBUSY.
 */
int reference_map(struct address_space *space, const struct call *call, struct outcome *out,
		  uint64_t *stopped);
/* The same for a page array, with the policy's errno and a warning unless a table page ran out. */
int reference_map_array(struct address_space *space, const struct call *call, struct outcome *out);

#endif
