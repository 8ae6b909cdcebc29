// SPDX-License-Identifier: GPL-2.0-only
/*
 * What kernels are known to do wrong, where they were not yet mended. Of a
 * tree that does one of these the oracle asks one thing less, and the rest
 * as of any mapper; whether a tree does it is found out by playing the
 * scenario that stands with its name in fuzz/known.c. The project's own
 * mappers are never excused.
 */
#ifndef ORACLE_KNOWN_H
#define ORACLE_KNOWN_H

#include <stdint.h>

enum known_fault {
	/* The oracle looks past these. */
	KNOWN_RESERVED_PA_BITS, /* 64K, 52 bits: PA[49:48] stand also in reserved bits 49:48 */
	KNOWN_MASK_OF_NOTHING, /* what unmaps, or fails, reports levels at which it found nothing */
	KNOWN_MASK_LOST,       /* a mapping call that fails does not report what it stored */
	KNOWN_FREES_UNLOCKED,  /* tables are freed without the lock against who dumps them */
	KNOWN_SILENT_CUT,      /* vunmap() of a part of a block does not warn */
	KNOWN_ALIASES_OF_ALL,  /* set_memory changes the aliases of the whole area */

	/* The player does not make calls that meet these: the call would do anything. */
	KNOWN_FREES_LIVE_TABLES, /* a block replaces a table that still maps pages */
	KNOWN_DESCENDS_BLOCKS,   /* a block in the way is taken for a table */
	KNOWN_CHANGES_HUGE,      /* set_memory of a huge area is not refused */
	KNOWN_FILLS_EMPTY,       /* set_memory stores to entries that map nothing */
	KNOWN_NARROW_FLUSH,      /* vunmap() of a part of a group does not invalidate the rest */
	KNOWN_HEAD_CHECK,        /* only the first entry of a batch is looked at */
	KNOWN_CUTS_GROUPS,       /* set_memory changes a part of a contiguous group */
	KNOWN_PXN_TABLES,        /* the table of a split block forbids what the block did */
	KNOWN_FAULTS,
};

#define KNOWN(fault) (UINT32_C(1) << (fault))

#endif
