// SPDX-License-Identifier: GPL-2.0-only
/*
 * The list of rules: the one place where they stand. A rule belongs to a
 * property, has a stable name, says in a sentence what must hold, and names
 * the source that says so.
 */
#ifndef ORACLE_RULES_H
#define ORACLE_RULES_H

#include <stdbool.h>
#include <stdint.h>

#define ORACLE_RULES(X)                                                                            \
	X(TRANSLATION_MISSING, "translation", "missing", "every page that was mapped translates",  \
	  "the call's contract")                                                                   \
	X(TRANSLATION_UNEXPECTED, "translation", "unexpected",                                     \
	  "no address translates that was not mapped", "the call's contract")                      \
	X(TRANSLATION_OUTPUT_ADDRESS, "translation", "output_address",                             \
	  "each page translates to the page frame it was mapped to", "the call's contract")        \
	X(TRANSLATION_PERMISSION, "translation", "permission",                                     \
	  "each page has the permissions it was mapped with, whether hardware manages dirty "      \
	  "state or not",                                                                          \
	  "Arm D8.4, R_JKCXG; Linux PAGE_KERNEL, which has PTE_RDONLY clear")                      \
	X(TRANSLATION_MEMORY_TYPE, "translation", "memory_type",                                   \
	  "each page has the memory type it was mapped with", "Arm D8.6, the call's contract")     \
	X(TRANSLATION_SHAREABILITY, "translation", "shareability",                                 \
	  "kernel memory is inner shareable", "Arm D8.6, the call's contract")                     \
	X(TRANSLATION_GLOBAL, "translation", "global",                                             \
	  "a page is global unless it was mapped with nG", "Arm D8.16, the call's contract")       \
	X(TRANSLATION_ACCESS_FLAG, "translation", "access_flag",                                   \
	  "a page does not fault on first access unless it was mapped without AF, whether "        \
	  "hardware sets the access flag or not",                                                  \
	  "Arm D8.5, the call's contract; Linux PROT_DEFAULT, which has PTE_AF")                   \
	X(TRANSLATION_BLOCK_CONTIGUITY, "translation", "block_contiguity",                         \
	  "an area keeps blocks only if each block of its page array is physically contiguous",    \
	  "Linux 61ebe5a747da (CVE-2024-45022)")                                                   \
	X(TRANSLATION_COPY, "translation", "copy",                                                 \
	  "a copy of a part of the linear map has all pages that an entry is in use for there, "   \
	  "valid, writable and as they are otherwise, and no others; the original stays",          \
	  "Linux arch/arm64/mm/trans_pgd.c, trans_pgd_create_copy(); 15bfba1ad77f")                \
	X(LEAF_LEVEL, "leaf", "level",                                                             \
	  "a leaf is only at a level at which its granule has leaves",                             \
	  "Arm R_KRMJZ, AArch64_BlockDescSupported")                                               \
	X(LEAF_ALIGNMENT, "leaf", "alignment", "a block's output address is aligned to its size",  \
	  "Arm D8.3.1, AArch64_LeafBase")                                                          \
	X(LEAF_RESERVED, "leaf", "reserved",                                                       \
	  "reserved bits of a descriptor are 0, and so is GP, for the machine has no FEAT_BTI",    \
	  "Arm D8.3; Linux PTE_MAYBE_GP, which is 0 without CONFIG_ARM64_BTI_KERNEL")              \
	X(LEAF_ADDRESS_SIZE, "leaf", "address_size",                                               \
	  "an output address lies within the physical address size", "Arm AArch64_OAOutOfRange")   \
	X(LEAF_ATTRIBUTES, "leaf", "attributes",                                                   \
	  "attribute index and shareability are values that are defined", "Arm D8.6")              \
	X(LEAF_INVALID, "leaf", "invalid",                                                         \
	  "an entry that is not valid is 0, or what set_memory made invalid: marked, and with "    \
	  "the address and permissions for when it is made valid again",                           \
	  "Linux set_memory_valid(), PTE_PRESENT_INVALID, pte_none()")                             \
	X(CONTIGUOUS_PARTIAL, "contiguous", "partial",                                             \
	  "a group with a Contiguous member has all members valid and Contiguous", "Arm R_QTRPM")  \
	X(CONTIGUOUS_ALIGNMENT, "contiguous", "alignment",                                         \
	  "a group's output address is aligned to the group's size", "Arm D8.7.1, StageOA")        \
	X(CONTIGUOUS_CONSECUTIVE, "contiguous", "consecutive",                                     \
	  "a group's members map consecutive addresses", "Arm R_JQQTC, StageOA")                   \
	X(CONTIGUOUS_ATTRIBUTES, "contiguous", "attributes",                                       \
	  "a group's members have equal attributes", "Arm R_JQQTC")                                \
	X(CONTIGUOUS_MIXED, "contiguous", "mixed",                                                 \
	  "live members of a group all have the Contiguous bit, or none has, at any time",         \
	  "Arm R_QTRPM, I_PGVGZ; R_KHRBC from BBM level 2 on")                                     \
	X(ISOLATION_OUTSIDE, "isolation", "outside",                                               \
	  "addresses outside a call's range translate as before", "the call's contract")           \
	X(ISOLATION_OVERWRITE, "isolation", "overwrite",                                           \
	  "a mapping call overwrites no live entry", "Linux mm/vmalloc.c: -EBUSY or BUG()")        \
	X(ISOLATION_TRANSIENT, "isolation", "transient",                                           \
	  "during a call, each address translates as before it or as after it and permits no "     \
	  "more, and one that was mapped faults only where the call unmaps it or makes it "        \
	  "invalid",                                                                               \
	  "the call's contract; Arm R_WHZWS, R_KFLJB: what changes needs no break-before-make")    \
	X(HISTORY_LIVE_CHANGE, "history", "live_change",                                           \
	  "an entry that is live changes only as Arm allows without break-before-make",            \
	  "Arm R_WHZWS, R_KFLJB, R_PVTFW, R_KHRBC")                                                \
	X(HISTORY_MAKE_BEFORE_TLBI, "history", "make_before_tlbi",                                 \
	  "an entry is made valid, and a table that was unlinked used again, only when no TLB "    \
	  "can hold what was there before",                                                        \
	  "Arm R_DDMVT")                                                                           \
	X(HISTORY_STALE, "history", "stale",                                                       \
	  "when a call returns, no TLB of any processor can hold an entry that it cleared or "     \
	  "changed, nor bring it back by a contiguous group",                                      \
	  "Arm R_DDMVT, R_LQLSD, R_SQXYZ, D8.7.1; Linux 48478b9f7913")                             \
	X(HISTORY_FREED_TABLE, "history", "freed_table",                                           \
	  "a table page is freed only when no walk can reach it, by the tables or by a cached "    \
	  "pointer",                                                                               \
	  "Arm R_DDMVT; Linux b6bdb7517c3d")                                                       \
	X(HISTORY_PUBLISH, "history", "publish",                                                   \
	  "a table is linked only after a barrier that follows the stores to it",                  \
	  "Arm R_SPVBD; Linux pmd_populate()")                                                     \
	X(HISTORY_DSB, "history", "dsb",                                                           \
	  "a DSB for all processors follows an entry made valid before the call returns, and no "  \
	  "lazy MMU section is left open, which would put later ones off",                         \
	  "Arm R_SPVBD; Linux fea18c686320")                                                       \
	X(HISTORY_ISB, "history", "isb",                                                           \
	  "an ISB follows that DSB, and the DSB of a TLBI, before the call returns or frees a "    \
	  "table page",                                                                            \
	  "Arm I_WZCBG; Linux 51696d346c49")                                                       \
	X(HISTORY_ALIAS, "history", "alias",                                                       \
	  "vfree() that resets permissions makes an alias valid or writable only when no TLB can " \
	  "hold the area, which may be executable",                                                \
	  "Linux mm/vmalloc.c, vm_reset_perms(); Arm R_DDMVT")                                     \
	X(HISTORY_FREED_PAGE, "history", "freed_page",                                             \
	  "vrealloc() gives back the pages that it cuts off and no others, when no table maps "    \
	  "them and no TLB can hold them, and counts those that stay; so does vmemmap_free() "     \
	  "with the memory of its struct pages, once",                                             \
	  "Linux mm/vmalloc.c, vrealloc_node_align(); arch/arm64/mm/mmu.c, vmemmap_free(); Arm "   \
	  "R_DDMVT")                                                                               \
	X(PLACEMENT_LEAF, "placement", "leaf",                                                     \
	  "each page is mapped by the leaf that the policy prescribes for this page array and "    \
	  "address, and set_memory splits only what an end of its range cuts, into groups "        \
	  "wherever they fit; a split alone splits all that it is for",                            \
	  "Linux mm/vmalloc.c, and the series that batches it; split_kernel_leaf_mapping(), "      \
	  "range_split_to_ptes(); of the linear map __create_pgd_mapping()")                       \
	X(PLACEMENT_BLOCK_SIZE, "placement", "block_size",                                         \
	  "vmalloc() keeps the block size that it was asked for, if the policy allows it and "     \
	  "each block is contiguous; else single pages",                                           \
	  "Linux mm/vmalloc.c, __vmalloc_node_range()")                                            \
	X(FLUSH_CACHE, "flush", "cache",                                                           \
	  "a mapping call flushes the caches of its range after its last store, an unmapping "     \
	  "one before its first",                                                                  \
	  "Linux flush_cache_vmap(), flush_cache_vunmap()")                                        \
	X(FLUSH_MODIFIED, "flush", "modified",                                                     \
	  "a call reports each level of table that it stored to, and no other",                    \
	  "Linux pgtbl_mod_mask")                                                                  \
	X(FLUSH_ALIASES, "flush", "aliases",                                                       \
	  "set_memory of an area drops the stale aliases that lazy unmapping left, before it "     \
	  "changes the area, and so does vfree() that resets permissions",                         \
	  "Linux arch/arm64/mm/pageattr.c, change_memory_common(); mm/vmalloc.c, "                 \
	  "vm_reset_perms()")                                                                      \
	X(COST_STORES, "cost", "stores",                                                           \
	  "a mapping call stores each leaf entry and each table descriptor once, and no call "     \
	  "stores neighbouring entries of a table one by one",                                     \
	  "the series: no step is done twice")                                                     \
	X(COST_LOADS, "cost", "loads",                                                             \
	  "a mapping call reads each entry that it meets a bounded number of times",               \
	  "the series: no walk from the root for every block")                                     \
	X(COST_SCAN, "cost", "scan", "no page of the array is compared twice for contiguity",      \
	  "the series: scanning is linear in the array")                                           \
	X(COST_TLBI, "cost", "tlbi",                                                               \
	  "a range of more pages than a table has entries is invalidated by one TLBI of "          \
	  "everything, a smaller one page by page, and by range in at most four TLBIs; each "      \
	  "range once, and nothing else",                                                          \
	  "Linux flush_tlb_kernel_range(), MAX_DVM_OPS; vunmap_range(), pmd_free_pte_page()")      \
	X(COST_TABLES, "cost", "tables",                                                           \
	  "set_memory takes a table page for each block that it splits, and no other",             \
	  "Linux split_kernel_leaf_mapping()")                                                     \
	X(TABLES_LEAK, "tables", "leak",                                                           \
	  "every table page is reachable or freed, and memory that is removed, or could not be "   \
	  "added, leaves no table of its range empty; memory that is taken for struct pages is "   \
	  "mapped",                                                                                \
	  "Linux: nothing else could free it; free_empty_tables()")                                \
	X(TABLES_DANGLING, "tables", "dangling", "a table descriptor points to a live table page", \
	  "Linux: use after free")                                                                 \
	X(TABLES_REACHED_TWICE, "tables", "reached_twice",                                         \
	  "a table page is linked from one descriptor only", "Linux: one table, one range")        \
	X(TABLES_LOCK, "tables", "lock",                                                           \
	  "table pages are freed only under the lock against ptdump, which is taken once, "        \
	  "released once and as it was taken, and only if it was had",                             \
	  "Linux fa93b45fd397, mmap_read_unlock(); the series' trylock")                           \
	X(TABLES_DESCRIPTOR, "tables", "descriptor",                                               \
	  "a table descriptor has no reserved bit set, and no hierarchical permission that "       \
	  "affects a mapping",                                                                     \
	  "Arm D8.3.2")                                                                            \
	X(TABLES_ROOT_INDEX, "tables", "root_index",                                               \
	  "nothing is stored past the entries that a walk can reach", "Arm D8.2.9")                \
	X(TABLES_OUTSIDE_TABLE, "tables", "outside_table", "no access leaves its table page",      \
	  "memory safety")                                                                         \
	X(TABLES_FREED_ACCESS, "tables", "freed_access", "no access to a freed table page",        \
	  "memory safety")                                                                         \
	X(TABLES_NO_TABLE, "tables", "no_table", "no access to memory that is not a table page",   \
	  "memory safety")                                                                         \
	X(TABLES_RUNAWAY, "tables", "runaway", "a call's work is bounded",                         \
	  "mapper/machine/run.c, machine_bound_call()")                                            \
	X(ERRORS_CODE, "errors", "code",                                                           \
	  "a call returns the errno that the kernel's returns, or stops where it would BUG()",     \
	  "Linux mm/vmalloc.c, and the series that batches it")                                    \
	X(ERRORS_WARNING, "errors", "warning", "a call warns exactly when it is misused",          \
	  "Linux mm/vmalloc.c, arch/arm64/mm/pageattr.c")                                          \
	X(ERRORS_REFUSED, "errors", "refused", "a call that is refused stores nothing",            \
	  "Linux fcf8dda8cc48: no half-applied permissions")                                       \
	X(ERRORS_RESIDUE, "errors", "residue",                                                     \
	  "after a failed call the caller's unmap leaves nothing mapped",                          \
	  "Linux mm/vmalloc.c, vmap()")                                                            \
	X(LOOKUP_PAGE, "lookup", "page",                                                           \
	  "a lookup of a mapped address gives the page that is there, and warns of nothing",       \
	  "Linux mm/vmalloc.c, vmalloc_to_page()")                                                 \
	X(LOOKUP_NOTHING, "lookup", "nothing",                                                     \
	  "a lookup where nothing is mapped gives no page, and warns of nothing",                  \
	  "Linux mm/vmalloc.c, vmalloc_to_page()")                                                 \
	X(LOOKUP_PRESENT, "lookup", "present",                                                     \
	  "after the linear map changed, a page of it is told to be present exactly where its "    \
	  "entry is valid, and nothing is warned of",                                              \
	  "Linux arch/arm64/mm/pageattr.c, kernel_page_present()")                                 \
	X(LOOKUP_DUMP, "lookup", "dump",                                                           \
	  "a dump of the tables says of each entry of a range that changed what a walk finds, "    \
	  "stores nothing, and warns of nothing",                                                  \
	  "Linux arch/arm64/mm/ptdump.c, ptdump_walk(); Arm D8.3")                                 \
	X(LOOKUP_MEETING, "lookup", "meeting",                                                     \
	  "a reader of tables that meets a call warns of nothing, and finds of each page what is " \
	  "there before the call or after it",                                                     \
	  "Linux mm/vmalloc.c, vmalloc_to_page(); mm/ptdump.c, ptdump_walk_pgd()")                 \
	X(PROCESS_HANG, "process", "hang", "a call or lookup ends", "the call's contract")         \
	X(PROCESS_STACK_OVERFLOW, "process", "stack_overflow",                                     \
	  "a call or lookup needs no more than its stack", "Linux THREAD_SIZE")                    \
	X(PROCESS_DEADLOCK, "process", "deadlock",                                                 \
	  "a call waits for no lock that stays held while it waits",                               \
	  "Linux mm/memory.c, init_mm.page_table_lock; arch/arm64/mm/mmu.c, pgtable_split_lock")   \
	X(PROCESS_SLEEP, "process", "sleep",                                                       \
	  "no mutex and no table page is waited for where nothing may sleep: under a spinlock, "   \
	  "or in an interrupt",                                                                    \
	  "Linux might_sleep(), GFP_PGTABLE_KERNEL; split_kernel_leaf_mapping()")

enum rule {
	RULE_NONE,
#define ORACLE_RULE_ID(id, property, name, sentence, source) RULE_##id,
	ORACLE_RULES(ORACLE_RULE_ID)
#undef ORACLE_RULE_ID
		RULE_COUNT,
};

/* A set of rules: a bit for each, and more of them than a word has. */
__extension__ typedef unsigned __int128 rule_set;
#define RULE_BIT(rule) ((rule_set)1 << (rule))
_Static_assert(RULE_COUNT <= 128, "a bit for each rule");
#define RULE_BITS (((rule_set)2 << (RULE_COUNT - 1)) - RULE_BIT(RULE_NONE + 1)) /* of all rules */

struct rule_text {
	const char *property, *name, *sentence, *source;
};

/* Names and sentence of a rule, for RULE_NONE < rule < RULE_COUNT. Static. */
const struct rule_text *rule_text(enum rule rule);

/* The rule that is written `property.name` in `length` bytes of text; RULE_NONE if there is none. */
enum rule rule_by_name(const char *text, unsigned length);

#endif
