// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/waiver.h"

#include <stdio.h>
#include <string.h>

#include "mapper/mapper.h"

const struct waiver waiver_list[WAIVERS] = {
	[WAIVER_HEAD_CHECK] = {
		.name = "head-check",
		.effect = SKIPS_CALLS,
		.rule = { RULE_ERRORS_CODE },
		.why = "of a batch only the first entry is tested for being in use, and the others are "
		       "overwritten",
		.scenario = "vmapdiff 2\n"
			    "preset va=0xffff800080003000 pfn=0x77 level=3\n"
			    "ioremap va=0xffff800080000000 pa=0x80000000 size=0x10000 prot=device\n",
		.quirk = QUIRK_HEAD_CHECK,
	},
	[WAIVER_NARROW_FLUSH] = {
		.name = "narrow-flush",
		.effect = SKIPS_CALLS,
		.rule = { RULE_HISTORY_STALE },
		.why = "vunmap() of a part of a contiguous group takes all of it and invalidates what "
		       "was asked for",
		.scenario = "vmapdiff 2\n"
			    "ioremap va=0xffff800080000000 pa=0x80000000 size=0x10000 prot=device\n"
			    "vunmap va=0xffff800080004000 size=0x4000\n",
		.quirk = QUIRK_NARROW_FLUSH,
		.after = WAIVER(WAIVER_REPEATED_READS),
	},
	[WAIVER_CUT_GROUPS] = {
		.name = "cut-groups",
		.effect = SKIPS_CALLS,
		.rule = { RULE_ERRORS_CODE },
		.why = "set_memory changes some members of a contiguous group and leaves the others",
		.scenario = "vmapdiff 2\n"
			    "linear pa=0x40000000 size=0x10000\n"
			    "set_memory va=0xffff000040004000 pages=2 op=invalid\n",
		.quirk = QUIRK_CUT_GROUPS,
	},
	[WAIVER_PXN_TABLES] = {
		.name = "pxn-tables",
		.effect = SKIPS_CALLS,
		.rule = { RULE_TRANSLATION_PERMISSION },
		.why = "the table of a split block forbids to run what the block forbade, which "
		       "set_memory_x() of a page below it cannot undo",
		.scenario = "vmapdiff 2\n"
			    "machine bbm=2\n"
			    "vmalloc va=0xffff8000001ff000 pages=0x400\n"
			    "ioremap va=0xffff800000200000 pa=0x0 size=0x200000\n"
			    "set_memory va=0xffff8000001ff000 pages=2 op=x\n",
		.quirk = QUIRK_PXN_TABLES,
		.after = WAIVER(WAIVER_REPEATED_READS),
	},
	[WAIVER_RESERVED_PA_BITS] = {
		.name = "reserved-pa-bits",
		.effect = WAIVES_RULES,
		.rule = { RULE_TABLES_DESCRIPTOR, RULE_LEAF_RESERVED },
		.why = "with 64K pages and 52-bit addresses, PA[49:48] are stored where they belong, in "
		       "bits 13:12, and in bits 49:48, which are reserved (PTE_ADDR_LOW is 50 bits wide "
		       "there since LPA2)",
		.scenario = "vmapdiff 2\n"
			    "machine granule=64k va=52 pa=52\n"
			    "ioremap va=0xfff8000000000000 pa=0x4000000000000 size=0x10000 prot=device\n",
	},
	[WAIVER_MASK_OF_NOTHING] = {
		.name = "mask-of-nothing",
		.effect = WAIVES_RULES,
		.rule = { RULE_FLUSH_MODIFIED },
		.why = "vunmap(), and a mapping call that fails, report levels as modified at which they "
		       "found no entry: pgd_bad() and its kind are true of empty ones",
		.scenario = "vmapdiff 2\n"
			    "vunmap va=0xffff800080000000 size=0x1000\n",
	},
	[WAIVER_MASK_LOST] = {
		.name = "mask-lost",
		.effect = WAIVES_RULES,
		.rule = { RULE_FLUSH_MODIFIED },
		.why = "a mapping call that fails returns without synchronizing what it stored before "
		       "(fixed by Linux 13947113144)",
		.scenario = "vmapdiff 2\n"
			    "vmap va=0xffff800080000000 pages=0x10+4,null\n",
		.after = WAIVER(WAIVER_MASK_OF_NOTHING),
	},
	[WAIVER_FREES_UNLOCKED] = {
		.name = "frees-unlocked",
		.effect = WAIVES_RULES,
		.rule = { RULE_TABLES_LOCK },
		.why = "a table is freed for a block without the lock against ptdump",
		.scenario = "vmapdiff 2\n"
			    "preset va=0xffff800080000000 level=2 table\n"
			    "ioremap va=0xffff800080000000 pa=0x80000000 size=0x200000 prot=device\n",
	},
	[WAIVER_SILENT_CUT] = {
		.name = "silent-cut",
		.effect = WAIVES_RULES,
		.rule = { RULE_ERRORS_WARNING },
		.why = "vunmap() of a part of a block clears all of it and does not warn",
		.scenario = "vmapdiff 2\n"
			    "preset va=0xffff800080000000 pfn=0x80000 level=2\n"
			    "vunmap va=0xffff800080000000 size=0x1000\n",
	},
	[WAIVER_ALIASES_OF_ALL] = {
		.name = "aliases-of-all",
		.effect = WAIVES_RULES,
		.rule = { RULE_ISOLATION_OUTSIDE },
		.why = "set_memory_ro() and _rw() of a part of an area change the linear aliases of all "
		       "of its pages",
		.scenario = "vmapdiff 2\n"
			    "linear pa=0x10000000 size=0x4000 leaf=page\n"
			    "vmalloc va=0xffff800080000000 pages=0x10000+4\n"
			    "set_memory va=0xffff800080000000 pages=1 op=ro\n",
	},
	[WAIVER_HIDDEN_ERRNO] = {
		.name = "hidden-errno",
		.effect = WAIVES_RULES,
		.rule = { RULE_ERRORS_CODE },
		.why = "vmap() returns a pointer: that it failed is told, and not why. -ENOMEM "
		       "stands for each errno",
		.scenario = "vmapdiff 2\n"
			    "vmap va=0xffff800080000000 pages=bad\n",
	},
	[WAIVER_REPEATED_READS] = {
		.name = "repeated-reads",
		.effect = WAIVES_RULES,
		.rule = { RULE_COST_LOADS },
		.why = "an entry is read up to three times before it is stored: whether it is free, "
		       "whether it was Contiguous, and, with DEBUG_VM, whether the step from old to "
		       "new is legal",
		.scenario = "vmapdiff 2\n"
			    "ioremap va=0xffff800080000000 pa=0x80001000 size=0x200000 "
			    "prot=device\n",
	},
	[WAIVER_FREES_LIVE_TABLES] = {
		.name = "frees-live-tables",
		.effect = SKIPS_CALLS,
		.rule = { RULE_ERRORS_CODE },
		.why = "a block replaces a table without a check that it is empty",
		.scenario = "vmapdiff 2\n"
			    "preset va=0xffff800080003000 pfn=0x77 level=3\n"
			    "ioremap va=0xffff800080000000 pa=0x80000000 size=0x200000 prot=device\n",
	},
	[WAIVER_DESCENDS_BLOCKS] = {
		.name = "descends-blocks",
		.effect = SKIPS_CALLS,
		.rule = { RULE_ERRORS_CODE },
		.why = "a mapping call that meets a live block takes what it maps for a table, and "
		       "reads and writes there",
		.scenario = "vmapdiff 2\n"
			    "preset va=0xffff800080000000 pfn=0x80000 level=2\n"
			    "vmap va=0xffff800080000000 pages=0x10\n",
		.after = WAIVER(WAIVER_HIDDEN_ERRNO),
	},
	[WAIVER_CHANGES_HUGE] = {
		.name = "changes-huge",
		.effect = SKIPS_CALLS,
		.rule = { RULE_ERRORS_CODE },
		.why = "set_memory of an area of vmalloc_huge() is not refused (fixed by "
		       "Linux fcf8dda8cc48)",
		.scenario = "vmapdiff 2\n"
			    "vmalloc va=0xffff800080000000 pages=0x10000+4 flags=huge\n"
			    "set_memory va=0xffff800080000000 pages=4 op=nx\n",
	},
	[WAIVER_FILLS_EMPTY] = {
		.name = "fills-empty",
		.effect = SKIPS_CALLS,
		.rule = { RULE_LEAF_INVALID },
		.why = "set_memory makes tables for, and stores to, pages of the range that are not "
		       "mapped, such as the guard page",
		.scenario = "vmapdiff 2\n"
			    "vmalloc va=0xffff800080000000 pages=0x10000+1\n"
			    "set_memory va=0xffff800080000000 pages=2 op=nx\n",
	},
	[WAIVER_WARNS_OUT_OF_TABLES] = {
		.name = "warns-out-of-tables",
		.effect = WAIVES_RULES,
		.rule = { RULE_ERRORS_WARNING },
		.why = "set_memory warns where a leaf is to be split and there is no table page for "
		       "it, which its caller is told by -ENOMEM (WARN_ON_ONCE() in "
		       "update_range_prot())",
		.scenario = "vmapdiff 2\n"
			    "machine bbm=2\n"
			    "linear pa=0x40000000 size=0x200000\n"
			    "fail alloc=1\n"
			    "set_memory va=0xffff000040000000 pages=1 op=invalid\n",
	},
	[WAIVER_FLUSHES_AT_LIMIT] = {
		.name = "flushes-at-limit",
		.effect = WAIVES_RULES,
		.rule = { RULE_COST_TLBI },
		.why = "everything is invalidated for a range of as many pages as a table has entries, "
		       "and not only above (>= in __flush_tlb_range_limit_excess(), Linux 6.14)",
		.scenario = "vmapdiff 2\n"
			    "ioremap va=0xffff800080000000 pa=0x80001000 size=0x200000 "
			    "prot=device\n"
			    "vunmap va=0xffff800080000000 size=0x200000\n",
		.after = WAIVER(WAIVER_REPEATED_READS),
	},
	[WAIVER_WARNS_OF_EMPTY] = {
		.name = "warns-of-empty",
		.effect = WAIVES_RULES,
		.rule = { RULE_ERRORS_WARNING },
		.why = "a block that replaces a table of tables warns for each entry of it that is "
		       "empty, as all are after vunmap() (pud_free_pmd_page() of Linux 6.14 calls "
		       "pmd_free_pte_page() for them)",
		.scenario = "vmapdiff 2\n"
			    "preset va=0xffff8000c0000000 level=2 table\n"
			    "ioremap va=0xffff8000c0000000 pa=0x8000000000 size=0x40000000\n",
		.after = WAIVER(WAIVER_FREES_UNLOCKED),
	},
	[WAIVER_INVALID_BLOCKS_STAY] = {
		.name = "invalid-blocks-stay",
		.effect = SKIPS_CALLS,
		.rule = { RULE_TRANSLATION_MISSING },
		.why = "a block that set_memory_valid() made invalid is no longer taken for one, and is "
		       "never made valid again (pmd_sect() in pageattr_pmd_entry(), fixed by Linux "
		       "15bfba1ad77f)",
		.scenario = "vmapdiff 2\n"
			    "machine bbm=2\n"
			    "linear pa=0x40000000 size=0x200000\n"
			    "set_memory va=0xffff000040000000 pages=512 op=invalid\n"
			    "set_memory va=0xffff000040000000 pages=512 op=valid\n",
	},
	[WAIVER_CUT_INVALID_GROUPS] = {
		.name = "cut-invalid-groups",
		.effect = SKIPS_CALLS,
		.rule = { RULE_CONTIGUOUS_PARTIAL },
		.why = "a part of a contiguous group that set_memory_valid() made invalid is made valid "
		       "again, and the group is not split",
		.scenario = "vmapdiff 2\n"
			    "machine bbm=2\n"
			    "linear pa=0x40000000 size=0x10000\n"
			    "set_memory va=0xffff000040000000 pages=16 op=invalid\n"
			    "set_memory va=0xffff000040004000 pages=2 op=valid\n",
	},
	[WAIVER_UNORDERED_FRAMES] = {
		.name = "unordered-frames",
		.effect = WAIVES_RULES,
		.rule = { RULE_HISTORY_DSB },
		.why = "vmap_pfn() assigns its entries, and no barrier follows: set_pte_at() is not "
		       "called (vmap_pfn_apply(), Linux 6.1)",
		.scenario = "vmapdiff 2\n"
			    "vmap_pfn va=0xffff800080000000 pages=0x80000\n",
	},
	[WAIVER_READS_PAST_PAGES] = {
		.name = "reads-past-pages",
		.effect = SKIPS_CALLS,
		.rule = { RULE_ERRORS_CODE },
		.why = "set_memory_ro() and _rw() of an area with its guard page read past area->pages[], "
		       "which has no page for it (change_memory_common(), since Linux 6.18)",
		.scenario = "vmapdiff 2\n"
			    "machine bbm=2\n"
			    "linear pa=0x10000000 size=0x1000 leaf=page\n"
			    "vmalloc va=0xffff800080000000 pages=0x10000\n"
			    "set_memory va=0xffff800080000000 pages=2 op=ro\n",
		.crashes = true,
	},
	[WAIVER_REMOVES_CUT_LEAVES] = {
		.name = "removes-cut-leaves",
		.effect = SKIPS_CALLS,
		.rule = { RULE_ERRORS_CODE },
		.why = "removal of memory that is a part of a leaf or contiguous group is not refused, and "
		       "takes the whole block, or leaves a part of a group (fixed by Linux 95a58852b0e5)",
		.scenario = "vmapdiff 2\n"
			    "linear pa=0x40000000 size=0x200000\n"
			    "remove_memory pa=0x40000000 size=0x1000\n",
	},
	[WAIVER_FREES_SHARED_PAGES] = {
		.name = "frees-shared-pages",
		.effect = SKIPS_CALLS,
		.rule = { RULE_ISOLATION_OUTSIDE },
		.after = WAIVER(WAIVER_UNORDERED_STRUCT_PAGES),
		.why = "vmemmap_free() of struct pages that begin or end inside of a page, with 16K and 64K "
		       "pages, frees that page under the struct pages in its other half "
		       "(unmap_hotplug_pte_range(), Linux 7.3)",
		.scenario =
			"vmapdiff 2\n"
			"machine granule=64k\n"
			"vmemmap_populate va=0xffffc00000000000 pa=0x40000000 size=0x20000 half=last\n"
			"vmemmap_populate va=0xffffc00000010000 pa=0x50000000 size=0x20000 half=first\n"
			"vmemmap_free va=0xffffc00000000000 size=0x20000 half=last\n",
	},
	[WAIVER_LEAVES_OUT_HALVES] = {
		.name = "leaves-out-halves",
		.effect = SKIPS_CALLS,
		.rule = { RULE_TRANSLATION_MISSING },
		.why = "vmemmap_populate() of struct pages that begin and end inside of a page, with 16K and "
		       "64K pages, does not map the last page (vmemmap_populate_range(), Linux 7.3)",
		.scenario =
			"vmapdiff 2\n"
			"machine granule=64k\n"
			"vmemmap_populate va=0xffffc00000000000 pa=0x40000000 size=0x20000 half=both\n",
	},
	[WAIVER_UNORDERED_STRUCT_PAGES] = {
		.name = "unordered-struct-pages",
		.effect = WAIVES_RULES,
		.rule = { RULE_HISTORY_PUBLISH },
		.why = "vmemmap_populate() links a table that it has just cleared, and no barrier orders "
		       "the two (vmemmap_pmd_populate(), Linux 7.3)",
		.scenario =
			"vmapdiff 2\n"
			"vmemmap_populate va=0xffffc00000000000 pa=0x40000000 size=0x8000\n",
	},
	[WAIVER_CUT_GROUPS_OF_ROOT] = {
		.name = "cut-groups-of-root",
		.effect = SKIPS_CALLS,
		.rule = { RULE_CONTIGUOUS_PARTIAL },
		.why = "with two levels of tables, set_memory of whole blocks of a contiguous group "
		       "does not split the group: PGDIR_SIZE is that of a block, and what is aligned "
		       "to it is taken for an end of any leaf (split_kernel_leaf_mapping_locked())",
		.scenario = "vmapdiff 2\n"
			    "machine granule=16k va=36 bbm=2\n"
			    "linear pa=0x0 size=0x40000000\n"
			    "set_memory va=0xfffffff012000000 pages=2048 op=invalid\n",
	},
	[WAIVER_COPIES_NO_INVALID] = {
		.name = "copies-no-invalid",
		.effect = WAIVES_RULES,
		.rule = { RULE_TRANSLATION_COPY },
		.why = "the copy of the linear map for kexec and hibernation lacks pages that are not "
		       "valid in it (Linux 6.1, without debug_pagealloc)",
		.scenario = "vmapdiff 2\n"
			    "machine bbm=2\n"
			    "linear pa=0x40000000 size=0x4000 leaf=page\n"
			    "set_memory va=0xffff000040001000 pages=2 op=invalid\n"
			    "trans_pgd va=0xffff000040000000 size=0x4000\n",
	},
	[WAIVER_COPIES_NO_LEVEL_0] = {
		.name = "copies-no-level-0",
		.effect = SKIPS_CALLS,
		.rule = { RULE_ERRORS_CODE },
		.why = "with five levels of tables, the copy of the linear map has no table below its "
		       "root, and copy_p4d() takes physical address 0 for one (Linux 6.12)",
		.scenario = "vmapdiff 2\n"
			    "machine granule=4k va=52 pa=52 lpa2\n"
			    "linear pa=0x40000000 size=0x4000 leaf=page\n"
			    "trans_pgd va=0xfff0000040000000 size=0x4000\n",
	},
};

bool waives_verdict(const struct waivers *w, const struct verdict *verdict)
{
	char signature[VERDICT_SIGNATURE_SIZE], line[VERDICT_SIGNATURE_SIZE];
	if (!w->signatures)
		return false;
	verdict_signature(verdict, signature);
	for (const char *at = w->signatures; *at; at += strcspn(at, "\n"), at += *at == '\n') {
		snprintf(line, sizeof(line), "%.*s", (int)strcspn(at, "\n"), at);
		if (verdict_same_kind(line, signature))
			return true;
	}
	return false;
}

rule_set waived_rules_by_name(const char *text, unsigned length)
{
	enum rule one = rule_by_name(text, length);
	rule_set rules = one == RULE_NONE ? 0 : RULE_BIT(one);
	for (int rule = RULE_NONE + 1; rule < RULE_COUNT; rule++) {
		const char *property = rule_text((enum rule)rule)->property;
		if (strlen(property) == length && !memcmp(property, text, length))
			rules |= RULE_BIT(rule);
	}
	return rules;
}
