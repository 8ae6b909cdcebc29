// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/known.h"

const struct known known_faults[KNOWN_FAULTS] = {
	[KNOWN_RESERVED_PA_BITS] = {
		"reserved-pa-bits",
		"with 64K pages and 52-bit addresses, PA[49:48] are stored where they belong, in "
		"bits 13:12, and in bits 49:48, which are reserved (PTE_ADDR_LOW is 50 bits wide "
		"there since LPA2)",
		RULE_TABLES_DESCRIPTOR,
		"vmapdiff 1\n"
		"machine granule=64k va=52 pa=52\n"
		"ioremap va=0xfff8000000000000 pa=0x4000000000000 size=0x10000 prot=device\n",
	},
	[KNOWN_MASK_OF_NOTHING] = {
		"mask-of-nothing",
		"vunmap(), and a mapping call that fails, report levels as modified at which they "
		"found no entry: pgd_bad() and its kind are true of empty ones",
		RULE_FLUSH_MODIFIED,
		"vmapdiff 1\n"
		"vunmap va=0xffff800080000000 size=0x1000\n",
	},
	[KNOWN_MASK_LOST] = {
		"mask-lost",
		"a mapping call that fails returns without synchronizing what it stored before "
		"(Linux 13947113144 mended it)",
		RULE_FLUSH_MODIFIED,
		"vmapdiff 1\n"
		"vmap va=0xffff800080000000 pages=0x10+4,null\n",
	},
	[KNOWN_FREES_UNLOCKED] = {
		"frees-unlocked",
		"a table is freed for a block without the lock that keeps those who dump the "
		"tables out",
		RULE_TABLES_LOCK,
		"vmapdiff 1\n"
		"plant va=0xffff800080000000 level=2 table\n"
		"ioremap va=0xffff800080000000 pa=0x80000000 size=0x200000 prot=device\n",
	},
	[KNOWN_SILENT_CUT] = {
		"silent-cut",
		"vunmap() of a part of a block takes all of it and does not warn",
		RULE_ERRORS_WARNING,
		"vmapdiff 1\n"
		"plant va=0xffff800080000000 pfn=0x80000 level=2\n"
		"vunmap va=0xffff800080000000 size=0x1000\n",
	},
	[KNOWN_ALIASES_OF_ALL] = {
		"aliases-of-all",
		"set_memory_ro() and _rw() of a part of an area change the linear aliases of all "
		"of its pages",
		RULE_ISOLATION_OUTSIDE,
		"vmapdiff 1\n"
		"linear pa=0x10000000 size=0x4000 leaf=page\n"
		"vmalloc va=0xffff800080000000 pages=0x10000+4\n"
		"set_memory va=0xffff800080000000 pages=1 op=ro\n",
	},
	[KNOWN_FREES_LIVE_TABLES] = {
		"frees-live-tables",
		"a block replaces a table that still maps pages: nobody looks whether it is empty",
		RULE_ERRORS_CODE,
		"vmapdiff 1\n"
		"plant va=0xffff800080003000 pfn=0x77 level=3\n"
		"ioremap va=0xffff800080000000 pa=0x80000000 size=0x200000 prot=device\n",
	},
	[KNOWN_DESCENDS_BLOCKS] = {
		"descends-blocks",
		"a mapping call that meets a live block takes what it maps for a table, and "
		"reads and writes there",
		RULE_ERRORS_CODE,
		"vmapdiff 1\n"
		"plant va=0xffff800080000000 pfn=0x80000 level=2\n"
		"vmap va=0xffff800080000000 pages=0x10\n",
	},
	[KNOWN_CHANGES_HUGE] = {
		"changes-huge",
		"set_memory of an area of vmalloc_huge() is not refused (Linux fcf8dda8cc48 mended "
		"it)",
		RULE_ERRORS_CODE,
		"vmapdiff 1\n"
		"vmalloc va=0xffff800080000000 pages=0x10000+4 flags=huge\n"
		"set_memory va=0xffff800080000000 pages=4 op=nx\n",
	},
	[KNOWN_FILLS_EMPTY] = {
		"fills-empty",
		"set_memory makes tables for, and stores to, pages of the range that are not "
		"mapped, such as the guard page",
		RULE_ERRORS_CODE,
		"vmapdiff 1\n"
		"vmalloc va=0xffff800080000000 pages=0x10000+1\n"
		"set_memory va=0xffff800080000000 pages=2 op=nx\n"
		"vmap va=0xffff800080001000 pages=0x77\n",
	},
	[KNOWN_NARROW_FLUSH] = {
		"narrow-flush",
		"vunmap() of a part of a contiguous group takes all of it and invalidates what "
		"was asked for",
		RULE_HISTORY_STALE,
		"vmapdiff 1\n"
		"ioremap va=0xffff800080000000 pa=0x80000000 size=0x10000 prot=device\n"
		"vunmap va=0xffff800080004000 size=0x4000\n",
	},
	[KNOWN_HEAD_CHECK] = {
		"head-check",
		"of a batch only the first entry is tested for being in use, and the others are "
		"overwritten",
		RULE_ERRORS_CODE,
		"vmapdiff 1\n"
		"plant va=0xffff800080003000 pfn=0x77 level=3\n"
		"ioremap va=0xffff800080000000 pa=0x80000000 size=0x10000 prot=device\n",
	},
	[KNOWN_CUTS_GROUPS] = {
		"cuts-groups",
		"set_memory changes a part of a contiguous group as it is",
		RULE_ERRORS_CODE,
		"vmapdiff 1\n"
		"linear pa=0x40000000 size=0x10000\n"
		"set_memory va=0xffff000040004000 pages=2 op=invalid\n",
	},
	[KNOWN_PXN_TABLES] = {
		"pxn-tables",
		"the table of a split block forbids to run what the block forbade, which "
		"set_memory_x() of a page below it cannot undo",
		RULE_TRANSLATION_PERMISSION,
		"vmapdiff 1\n"
		"machine bbm=2\n"
		"vmalloc va=0xffff8000001ff000 pages=0x400\n"
		"ioremap va=0xffff800000200000 pa=0x0 size=0x200000\n"
		"set_memory va=0xffff8000001ff000 pages=2 op=x\n",
	},
};
