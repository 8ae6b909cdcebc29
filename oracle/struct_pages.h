// SPDX-License-Identifier: GPL-2.0-only
/*
 * Struct pages, as the kernel's callers of vmemmap_populate() and vmemmap_free() know
 * of them: which are in use, and which pages of a call they have a half of.
 */
#ifndef ORACLE_STRUCT_PAGES_H
#define ORACLE_STRUCT_PAGES_H

#include "mapper/mapper.h"
#include "oracle/arm64/granule.h"

/*
 * Whether the page at `va` holds struct pages that are in use and not the call's:
 * those of an area. `area` has `areas` of them.
 */
bool struct_pages_of_others(const struct arm64_geometry *g, const struct call *call, uint64_t va,
			    const struct vm_area *area, unsigned areas);

/* Pages of the struct pages of one section of memory. */
uint64_t struct_pages_of_section(const struct arm64_geometry *g);

/* Whether a block maps the call's range, if there is memory for one. */
bool struct_pages_fill_block(const struct arm64_geometry *g, const struct call *call);

#endif
