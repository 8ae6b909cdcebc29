#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Injects bugs into a copy of a tree and counts executions until each is found.

Each is one small edit of the tree's own code, made in a copy that is thrown
away. The fuzz target starts from an empty corpus; what it finds is minimized
and must break the rule that the bug's name stands for.

What only newer kernels have is injected where the tree splits leaves.

Usage: injected.py TREE [--runs N] [--sample N] [--work DIR] [NAME]...
exit: 0 all were found, 1 one was not, 2 unusable, 77 no tree
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import copies  # noqa: E402
import standins  # noqa: E402
from copies import edit  # noqa: E402

sys.path.insert(0, str(copies.TOP / "regress"))
from driver import kernel  # noqa: E402

SKIP = 77
MMU = "arch/arm64/mm/mmu.c"
PAGEATTR = "arch/arm64/mm/pageattr.c"
MEMORY = "mm/memory.c"
VREALLOC = "vrealloc_node_align_noprof"
TLBFLUSH = "arch/arm64/include/asm/tlbflush.h"
PGTABLE = "arch/arm64/include/asm/pgtable.h"
PTDUMP = "mm/ptdump.c"
ARM_PTDUMP = "arch/arm64/mm/ptdump.c"
TRANS_PGD = "arch/arm64/mm/trans_pgd.c"


def clears_one_by_one(tree):
    """Linux before 48478b9f7913: what is removed is invalidated entry by entry, and not as a whole."""
    for function, clear, size in (("unmap_hotplug_pte_range", r"pte_clear\(&init_mm, addr, ptep\);", "PAGE_SIZE"),
                                  ("unmap_hotplug_pmd_range", r"pmd_clear\(pmdp\);", "PMD_SIZE"),
                                  ("unmap_hotplug_pud_range", r"pud_clear\(pudp\);", "PUD_SIZE")):
        copies.substitute(tree, MMU, function, rf"({clear})",
                          rf"\1 if (!free_mapped) flush_tlb_kernel_range(addr, addr + {size});")
    copies.substitute(tree, MMU, "unmap_hotplug_range", r"if \(!free_mapped\)(\s*flush)", r"if (0)\1")


def takes_cut_leaves(tree):
    """Linux before 95a58852b0e5: memory that cuts a leaf is removed, and nothing asks. 6.1 and 6.12 are so as released."""
    if "addr_splits_kernel_leaf" in copies.File(tree, MMU).text:
        copies.substitute(tree, MMU, "addr_splits_kernel_leaf", r"\{", "{ return false;")


def frees_unlocked(tree):
    """Linux before fa93b45fd397, where both were enabled: a table is freed for a block while a dump walks it."""
    function = "vmap_try_huge_pmd"
    if "scoped_cond_guard" in copies.File(tree, copies.VMALLOC).text:  # since Linux 7.2
        copies.substitute(tree, copies.VMALLOC, function, r"scoped_cond_guard\([^{]*", "")
    else:
        copies.substitute(tree, copies.VMALLOC, function,
                          r"if \(!mmap_read_trylock\(&init_mm\)\)\s*return 0;(.*?)mmap_read_unlock\(&init_mm\);"
                          r"(.*)mmap_read_unlock\(&init_mm\);", r"\1\2")


# The known bug that a bug is found to be, and that is judged all the same.
JUDGED = {"removes-cut-leaves": "removes-cut-leaves", "invalid-blocks-are-none": "invalid-blocks-stay",
          "frees-what-a-dump-walks": "frees-unlocked"}
REMOVES_CUT_LEAVES = ("fuzz_set_memory", "errors.code", takes_cut_leaves)

# name: (fuzz target, signature that must begin the finding, the edit)

# Struct pages, of any tree. The first is Linux before d4234d131b0a.
STRUCT_PAGES = {
    "vmemmap-blocks-of-a-part": ("fuzz_vmemmap", r"(isolation|translation|placement|tables|errors|history)\..*",
                                 edit(MMU, "vmemmap_populate",
                                      r"\(end - start < PAGES_PER_SECTION \* sizeof\(struct page\)\)", "0")),
    "vmemmap-frees-before-the-tlbi": ("fuzz_vmemmap", r"history\.freed_page",
                                      edit(MMU, "unmap_hotplug_pte_range",
                                           r"(flush_tlb_kernel_range\([^;]*;)(\s*)(free_hotplug_page_range\([^;]*;)",
                                           r"\3\2\1")),
    "vmemmap-keeps-memory": ("fuzz_vmemmap", r"history\.freed_page",
                             edit(MMU, "unmap_hotplug_pmd_range", r"free_hotplug_page_range\(([^;]*);", "(void)0;")),
}

LOST = r"(tables\.leak|translation\..*|isolation\..*|history\..*)"

# Calls that meet, of any tree: who fills one upper table at once.
MEETINGS = {
    "links-a-table-twice": ("fuzz_interrupted", LOST,
                            edit(MEMORY, "__pte_alloc_kernel", r"likely\(pmd_none\(\*pmd\)\)", "1")),
    "links-an-upper-table-twice": ("fuzz_interrupted", LOST,
                                   edit(MEMORY, "__pmd_alloc", r"!pud_present\(\*pud\)", "1")),
    "links-a-table-unlocked": ("fuzz_interrupted", LOST,
                               edit(MEMORY, "__pte_alloc_kernel", r"spin_lock\([^;]*;(.*)spin_unlock\([^;]*;", r"\1")),
    # Readers. The first is found by who frees, or by the dump that reads on: whichever comes first.
    "frees-what-a-dump-walks": ("fuzz_interrupted", r"tables\.(lock|freed_access)", frees_unlocked),
    "dump-without-the-lock": ("fuzz_interrupted", r"tables\.freed_access",
                              edit(PTDUMP, "ptdump_walk_pgd", r"mmap_write_lock\(mm\);(.*)mmap_write_unlock\(mm\);",
                                   r"\1")),
}

INJECTED = {
    # The index of a page array advances by bytes: a maintainer met it as an oops at boot.
    "index-step": ("fuzz_vmalloc", "translation.missing",
                   edit(copies.VMALLOC, "__vmap_pages_range_noflush",
                        r"(1U << )\(page_shift - PAGE_SHIFT\)", r"\1page_shift")),
    "block-of-unaligned-memory": ("fuzz_ioremap", "errors.code",
                                  edit(copies.VMALLOC, "vmap_try_huge_pmd",
                                       r"(phys_addr, )PMD_SIZE", r"\1PAGE_SIZE")),
    "block-stays": ("fuzz_ioremap", "(translation.unexpected|errors.residue|isolation.outside)",
                    edit(MMU, "pmd_clear_huge", r"pmd_clear\(", "(void)(")),
    "no-tlbi-before-free": ("fuzz_ioremap", "history.freed_table",
                            edit(MMU, "pmd_free_pte_page", r"__flush_tlb_kernel_pgtable\(",
                                 "(void)(")),
    "no-dsb-before-tlbi": ("fuzz_vmap", "history.stale",
                           edit(TLBFLUSH, "flush_tlb_kernel_range", r"dsb\(ishst\)", "(void)0")),
    "one-page-not-invalidated": ("fuzz_vmap", "history.stale",
                                 edit(copies.VMALLOC, "vunmap_range",
                                      r"(flush_tlb_kernel_range\(addr, end)", r"\1 - PAGE_SIZE")),
    "lookup-of-a-blocks-head": ("fuzz_vmalloc", "lookup.page",
                                edit(copies.VMALLOC, "vmalloc_to_page",
                                     r"\(\(addr & ~PMD_MASK\) >> PAGE_SHIFT\)", "0")),
    "lookup-warns": ("fuzz_vmap", "lookup.page",
                     edit(copies.VMALLOC, "vmalloc_to_page", r"(if \(pte_present\(pte\)\))", r"\1 WARN_ON(1); \1")),
    "lookup-is-a-bug-where-no-page-is": ("fuzz_vmap", "lookup.nothing",
                                         edit(copies.VMALLOC, "vmalloc_to_page", r"(if \(pte_present\(pte\)\))",
                                              r"BUG_ON(!pte_present(pte)); \1")),
    "executable": ("fuzz_vmap", "translation.permission",
                   edit(copies.VMALLOC, "vmap", r"pgprot_nx\(prot\)", "prot")),
    "takes-bad-pages": ("fuzz_vmap", "(translation.unexpected|errors.(code|warning)|leaf.reserved)",
                        edit(copies.VMALLOC, "vmap_pages_pte_range",
                             r"WARN_ON\(!pfn_valid\(page_to_pfn\(page\)\)\)", "false")),
    # Readers: what the dump of the tables says.
    "dump-merges-levels": ("fuzz_vmap", "lookup.dump",
                           edit(ARM_PTDUMP, "note_page", r" \|\| level != st->level", "")),
    "dump-without-holes": ("fuzz_vmap", "lookup.dump",
                           edit(PTDUMP, "ptdump_hole", r"^(.*?)\{", r"\1{ if (depth > 2) return 0;")),
    **MEETINGS,
    **STRUCT_PAGES,
    # Memory that is added and removed, and the linear map at boot.
    "removes-cut-leaves": REMOVES_CUT_LEAVES,
    "remove-clears-groups-one-by-one": ("fuzz_set_memory", r"history\.stale", clears_one_by_one),
    "remove-keeps-a-tlb-entry": ("fuzz_set_memory", r"history\.(stale|freed_table)",
                                 edit(MMU, "unmap_hotplug_range", r"(flush_tlb_kernel_range\(start, end)",
                                      r"\1 - PAGE_SIZE")),
    "remove-frees-before-the-tlbi": ("fuzz_set_memory", "history.freed_table",
                                     edit(MMU, "free_empty_pte_table", r"__flush_tlb_kernel_pgtable\(start\);", "")),
    "remove-frees-half-used-tables": ("fuzz_set_memory", r"(isolation\..*|tables\..*|translation.missing|leaf.invalid|history\..*)",
                                      edit(MMU, "free_empty_pte_table", r"i < PTRS_PER_PTE", "i < PTRS_PER_PTE / 2")),
    "linear-groups-past-the-end": ("fuzz_set_memory", r"contiguous\..*",
                                   edit(MMU, "alloc_init_cont_pte", r"addr \| next \| phys", "addr | phys")),
    # The series as it stood in the mm tree in July 2026: a batch runs past the end of its block.
    "batch-past-block": ("fuzz_vmap", "translation.output_address",
                         lambda tree: copies.add_series(tree, batch_bound=False)),
}

STALE = r"history\.stale"
CONTIGUOUS = r"(contiguous\..*|history\.live_change|errors\.code)"
SPLIT = r"(contiguous\..*|history\.live_change|translation\..*|isolation\..*|leaf\.invalid)"

# Of kernels that split leaves, have TLBI by range for kernel mappings, and lazy MMU sections.
NEWEST = {
    # The split code.
    "split-loses-an-entry": ("fuzz_set_memory", SPLIT,
                             edit(MMU, "split_pmd", r"(i < PTRS_PER_PTE)", r"\1 - 1")),
    "split-pud-in-pages": ("fuzz_set_memory", SPLIT,
                           edit(MMU, "split_pud", r"pfn \+= step", "pfn++")),
    "split-unpublished": ("fuzz_set_memory", "history.publish",
                          edit(MMU, "split_pmd", r"dsb\(ishst\);", "")),
    "split-at-start-only": ("fuzz_set_memory", CONTIGUOUS,
                            edit(MMU, "split_kernel_leaf_mapping", r"if \(!ret\)", "if (ret)")),
    "split-half-a-group": ("fuzz_set_memory", CONTIGUOUS,
                           edit(MMU, "split_contpte", r"i < CONT_PTES", "i < CONT_PTES / 2")),
    "split-error-lost": ("fuzz_set_memory", "errors.code",
                         edit(MMU, "split_kernel_leaf_mapping", r"return ret;", "return 0;")),
    "split-lock-left": ("fuzz_set_memory", "tables.lock",
                        edit(MMU, "split_kernel_leaf_mapping", r"(mutex_unlock\()",
                             r"if (!ret) \1")),
    # Operands of TLBIs by range. The odd start is Linux c910f2b65518.
    "range-one-short": ("fuzz_vmap", STALE, edit(TLBFLUSH, "__flush_tlb_range_op",
                                                 r"scale, num, level", "scale, num - 1, level")),
    "range-base-of-pages": ("fuzz_vmap", STALE, edit(TLBFLUSH, "__tlbi_range",
                                                     r"\(lpa2 \? 16 : PAGE_SHIFT\)", "PAGE_SHIFT")),
    "range-odd-start": ("fuzz_vmap", STALE,
                        edit(TLBFLUSH, "__flush_tlb_range_op",
                             r"if \(lpa2 && !IS_ALIGNED\(addr, SZ_64K\)\)\s*goto \w+;", "")),
    "range-hint-of-pages": ("fuzz_ioremap", STALE, edit(TLBFLUSH, "__tlbi_range",
                                                        r"level > 3 \? 0 : level", "3")),
    "range-granule-4k": ("fuzz_vmap", r"(history\.stale|errors\.warning)",
                         edit(TLBFLUSH, "__tlbi_range", r"get_trans_granule\(\)",
                              "TLBI_TTL_TG_4K")),
    "range-scale-2": ("fuzz_ioremap", STALE, edit(TLBFLUSH, "__flush_tlb_range_op",
                                                  r"int scale = 3", "int scale = 2")),
    # Local where all processors must be told.
    "local-flush-of-all": ("fuzz_ioremap", STALE, edit(TLBFLUSH, "flush_tlb_kernel_range",
                                                       r"(flush_tlb_all)", r"local_\1")),
    "local-tlbi": ("fuzz_vmap", STALE, edit(TLBFLUSH, "flush_tlb_kernel_range",
                                            r"vaale1is", "vale1")),
    "local-tlbi-of-a-table": ("fuzz_ioremap", "history.freed_table",
                              edit(TLBFLUSH, "__flush_tlb_kernel_pgtable", r"vaae1is", "vaae1")),
    "local-dsb-before-tlbi": ("fuzz_vmap", STALE, edit(TLBFLUSH, "flush_tlb_kernel_range",
                                                       r"dsb\(ishst\)", "dsb(nshst)")),
    "local-dsb-after-tlbi": ("fuzz_vmap", STALE, edit(TLBFLUSH, "__tlbi_sync_s1ish_kernel",
                                                      r"dsb\(ish\)", "dsb(nsh)")),
    "local-dsb-after-mapping": ("fuzz_vmap", "history.dsb", edit(PGTABLE, "emit_pte_barriers",
                                                                 r"dsb\(ishst\)", "dsb(nshst)")),
    # Lazy MMU sections. Those at errors are of the kind of Linux fea18c686320.
    "lazy-open-at-error": ("fuzz_vmap", "history.dsb",
                           edit(copies.VMALLOC, "vmap_pages_pte_range",
                                r"(err = -ENOMEM;\s*)break;", r"return -ENOMEM;")),
    "lazy-open-at-split-error": ("fuzz_set_memory", "history.dsb",
                                 edit(MMU, "split_kernel_leaf_mapping",
                                      r"(lazy_mmu_mode_disable\(\);)", r"if (!ret) \1")),
    "lazy-barriers-lost": ("fuzz_vmap", "history.dsb",
                           edit(PGTABLE, "arch_flush_lazy_mmu_mode",
                                r"(PENDING\))\)\s*emit_pte_barriers\(\)", r"\1) (void)0")),
    # The lock of Linux 7.2, groups, and set_memory. Without the lock for level 2 blocks a tree is
    # found to have the known bug frees-unlocked, and is not judged by that any more.
    "block-without-lock": ("fuzz_ioremap", "tables.lock",
                           edit(copies.VMALLOC, "vmap_try_huge_pud",
                                r"scoped_cond_guard\([^{]*", "")),
    "group-of-unaligned-memory": ("fuzz_ioremap", "(contiguous.*|translation.*|placement.*)",
                                  edit("arch/arm64/include/asm/vmalloc.h",
                                       "arch_vmap_pte_range_map_size",
                                       r"IS_ALIGNED\(PFN_PHYS\(pfn\), CONT_PTE_SIZE\)", "true")),
    "group-keeps-a-member": ("fuzz_ioremap",
                             "(translation.unexpected|contiguous.*|errors.residue|isolation.*)",
                             edit("arch/arm64/mm/hugetlbpage.c", "get_clear_contig",
                                  r"while \(--ncontig\)", "while (--ncontig > 1)")),
    "set-memory-flushes-short": ("fuzz_set_memory", STALE,
                                 edit(PAGEATTR, "__change_memory_common",
                                      r"(flush_tlb_kernel_range\(start, start \+ size)",
                                      r"\1 - PAGE_SIZE")),
    **MEETINGS,
    # Two splits that meet, and an interrupt in a lazy MMU section or under the mutex: 6.12 has neither.
    "interrupt-puts-barriers-off": ("fuzz_interrupted", r"history\..*",
                                    edit(PGTABLE, "queue_pte_barriers", r"is_lazy_mmu_mode_active\(\)",
                                         "current->lazy_mmu_state.enable_count")),
    "interrupt-takes-the-mutex": ("fuzz_interrupted", r"process\.(sleep|deadlock)",
                                  edit(MMU, "split_kernel_leaf_mapping",
                                       r" \|\| is_kfence_address\(\(void \*\)start\)", "")),
    "splits-without-the-mutex": ("fuzz_interrupted", r"(tables|translation|isolation|history|placement|contiguous)\..*",
                                 edit(MMU, "split_kernel_leaf_mapping",
                                      r"mutex_lock\([^;]*;(.*)mutex_unlock\([^;]*;", r"\1")),
    **STRUCT_PAGES,
    # The linear map: as it is laid, what is removed of it, and splits alone. The first is Linux 48478b9f7913.
    "remove-clears-groups-one-by-one": ("fuzz_set_memory", STALE, clears_one_by_one),
    "removes-cut-leaves": REMOVES_CUT_LEAVES,
    "remove-cuts-groups": ("fuzz_set_memory", "errors.code",
                           edit(MMU, "addr_splits_kernel_leaf", r"if \(pte_cont\(pte\)\)", "if (0)")),
    "remove-keeps-tables": ("fuzz_set_memory", "tables.leak",
                            edit(MMU, "free_empty_pmd_table", r"free_empty_pte_table\(", "(void)(")),
    "linear-unpublished": ("fuzz_set_memory", "history.publish",
                           edit(MMU, "init_clear_pgtable", r"dsb\(ishst\);", "")),
    "linear-groups-of-blocks-past-the-end": ("fuzz_set_memory", r"(contiguous\..*|placement\..*)",
                                             edit(MMU, "alloc_init_cont_pmd", r"addr \| next \| phys", "addr | phys")),
    "linear-no-blocks": ("fuzz_set_memory", "placement.leaf",
                         edit(MMU, "init_pmd", r"\(flags & NO_BLOCK_MAPPINGS\) == 0", "false")),
    "split-pages-keeps-groups": ("fuzz_set_memory", "placement.leaf",
                                 edit(MMU, "split_to_ptes_pte_entry", r"if \(pte_cont\(pte\)\)", "if (0)")),
    "split-pages-keeps-groups-of-blocks": ("fuzz_set_memory", r"(contiguous\..*|history\.live_change|placement.leaf)",
                                           edit(MMU, "split_to_ptes_pmd_entry", r"if \(pmd_cont\(pmd\)\)", "if (0)")),
    "direct-map-stays-read-only": ("fuzz_set_memory", "translation.permission",
                                   edit(PAGEATTR, "set_direct_map_default_noflush",
                                        r"PTE_PRESENT_INVALID \| PTE_RDONLY", "PTE_PRESENT_INVALID")),
    "direct-map-keeps-the-mark": ("fuzz_set_memory", r"translation\.global",
                                  edit(PAGEATTR, "set_direct_map_default_noflush",
                                       r"PTE_PRESENT_INVALID \| PTE_RDONLY", "PTE_RDONLY")),
    "present-where-a-block-is": ("fuzz_set_memory", "lookup.present",
                                 edit(PAGEATTR, "kernel_page_present", r"return pmd_valid\(pmd\)", "return true")),
    "dump-skips-invalid-blocks": ("fuzz_set_memory", "lookup.dump",
                                  edit(PTDUMP, "ptdump_pmd_entry", r"if \(pmd_leaf\(val\)\)",
                                       "if (pmd_valid(val) && pmd_leaf(val))")),
    # Linux before 15bfba1ad77f: a block that is not valid counts as none, and stays so, also in the copy for kexec.
    "invalid-blocks-are-none": ("fuzz_set_memory", r"(translation\..*|errors\.code|leaf\.invalid)",
                                standins.valid_blocks_only),
    "copy-leaves-invalid-blocks": ("fuzz_set_memory", "translation.copy",
                                   edit(TRANS_PGD, "copy_pmd", r"pmd_mkvalid_k\((pmd_mkwrite_novma\(pmd\))\)",
                                        r"\1")),
    "copy-stays-read-only": ("fuzz_set_memory", "translation.copy",
                             edit(TRANS_PGD, "copy_pte", r"pte_mkwrite_novma\(pte\)", "pte")),
    "copy-hides-out-of-memory": ("fuzz_set_memory", "errors.code",
                                 edit(TRANS_PGD, "copy_pmd", r"(copy_pte\([^;]*\)\s*)return -ENOMEM;",
                                      r"\1continue;")),
    "vfree-default-before-flush": ("fuzz_set_memory", r"history\.(make_before_tlbi|alias)",
                                   edit(copies.VMALLOC, "vm_reset_perms",
                                        r"(_vm_unmap_aliases\(start, end, flush_dmap\);)(\s*)"
                                        r"(set_area_direct_map\(area, set_direct_map_default_noflush\);)",
                                        r"\3\2\1")),
    "vfree-skips-invalid": ("fuzz_set_memory", STALE,
                            edit(copies.VMALLOC, "vm_reset_perms",
                                 r"set_area_direct_map\(area, set_direct_map_invalid_noflush\);", "")),
    "vfree-never-default": ("fuzz_set_memory", "(translation.missing|leaf.invalid)",
                            edit(copies.VMALLOC, "vm_reset_perms",
                                 r"set_area_direct_map\(area, set_direct_map_default_noflush\);", "")),
    "vfree-flush-begins-late": ("fuzz_set_memory", r"history\.(make_before_tlbi|alias)",
                                edit(copies.VMALLOC, "vm_reset_perms",
                                     r"start = min\(addr, start\)", "start = max(addr, start)")),
    # apply_to_page_range().
    "vmap-pfn-takes-pages": ("fuzz_sequence", "(translation.unexpected|errors.(code|warning))",
                             edit(copies.VMALLOC, "vmap_pfn_apply", r"WARN_ON_ONCE\(pfn_valid\(pfn\)\)", "false")),
    "apply-clears-blocks": ("fuzz_sequence", r"(translation|isolation|errors|history)\..*",
                            edit(MEMORY, "apply_to_pmd_range", r"WARN_ON_ONCE\(pmd_leaf\(\*pmd\)\)", "false")),
    "apply-skips-the-last": ("fuzz_sequence", r"(translation|errors)\..*",
                             edit(MEMORY, "apply_to_pte_range", r"addr != end\)", "addr + PAGE_SIZE < end)")),
    # vrealloc().
    "vrealloc-flushes-nothing": ("fuzz_set_memory", r"history\.(stale|freed_page)",
                                 edit(copies.VMALLOC, VREALLOC, r"vunmap_range\(", "vunmap_range_noflush(")),
    "vrealloc-frees-first": ("fuzz_set_memory", "history.freed_page",
                             edit(copies.VMALLOC, VREALLOC,
                                  r"(vunmap_range\([^;]*;)(\s*)(vm_area_free_pages\([^;]*;)", r"\3\2\1")),
    "vrealloc-leaves-a-page": ("fuzz_set_memory", r"(translation\.unexpected|isolation\.outside|history\.freed_page)",
                               edit(copies.VMALLOC, VREALLOC, r"PAGE_ALIGN\(size\) >> PAGE_SHIFT",
                                    "(size >> PAGE_SHIFT) + 1")),
    "vrealloc-of-blocks": ("fuzz_set_memory", r"(translation|isolation|history|errors)\..*",
                           edit(copies.VMALLOC, VREALLOC, r"!vm_area_page_order\(vm\)", "true")),
    "vrealloc-before-reset": ("fuzz_set_memory", r"(translation|isolation)\..*",
                              edit(copies.VMALLOC, VREALLOC, r"VM_FLUSH_RESET_PERMS \| VM_USERMAP",
                                   "VM_USERMAP")),
    "vrealloc-grows-over-a-hole": ("fuzz_set_memory", "errors.code",
                                   edit(copies.VMALLOC, VREALLOC, r"size <= vm->nr_pages << PAGE_SHIFT",
                                        "size <= alloced_size")),
    "set-memory-hides-errors": ("fuzz_set_memory", "errors.code",
                                edit(PAGEATTR, "update_range_prot",
                                     r"(WARN_ON_ONCE\(ret\)\)\s*)return ret", r"\1return 0")),
}


class Build:
    """The fuzz targets with a copy of a tree in the mapper's place."""

    def __init__(self, tree, work, options=()):
        self.original, self.tree, self.dir, self.options = tree, work / "tree", work / "build", options
        self.seed, self.environment, self.geometries = 1, dict(os.environ), copies.GEOMETRIES

    def inject(self, name):
        copies.copy_tree(self.original, self.tree)
        self.change(name)

    def change(self, name):
        """Makes the edit in the copy, and has judged what it is known as."""
        (INJECTED | NEWEST)[name][2](self.tree)
        self.environment["VMAPDIFF_JUDGE"] = JUDGED.get(name, "")

    def make(self, target):
        for command in (["cmake", "--preset", "kernel", "-B", self.dir, f"-DVMAPDIFF_KERNEL_TREE={self.tree}",
                         *kernel.options_of(kernel.objects(), self.geometries, self.options)],
                        ["cmake", "--build", self.dir, "--target", target, "vmapdiff"]):
            run = subprocess.run(command, cwd=copies.TOP, capture_output=True, text=True)
            if run.returncode:
                sys.exit(f"injected: the copy does not build:\n{run.stdout[-3000:]}{run.stderr}")

    def fuzz(self, target, runs, findings):
        run = subprocess.run([self.dir / "fuzz" / target, f"-seed={self.seed}", f"-runs={runs}",
                              "-max_len=4096", f"-artifact_prefix={findings}/"],
                             capture_output=True, text=True, errors="replace", env=self.environment)
        return run.stderr

    def tool(self, *arguments):
        """(exit code, what the tool says)"""
        run = subprocess.run([self.dir / "regress/vmapdiff", *arguments], capture_output=True, text=True,
                             errors="replace", env=self.environment)
        return run.returncode, run.stdout + run.stderr

    def minimize(self, crash):
        """(the rule that the minimized scenario breaks, its text); (None, what is said) without one"""
        out = crash.with_suffix(".scenario")
        out.unlink(missing_ok=True)  # of another bug
        code, said = self.tool("minimize", crash, "-o", out)
        if code or not out.exists():
            return None, said
        _, said = self.tool("replay", out)
        return rule_in(said), out.read_text()


def rule_in(said):
    """The rule that is broken first, or None."""
    signature = re.search(r"^FAIL (\S+).*$", said, re.M)
    return signature and signature.group(1)


def try_one(build, name, runs, findings):
    """(whether it was found as it must be, a line for the table, the minimized scenario)"""
    target, rule, _ = (INJECTED | NEWEST)[name]
    build.inject(name)
    build.make(target)
    log = build.fuzz(target, runs, findings)
    broken = rule_in(log)
    after = re.search(r"after +(\d+) executions", log)
    if not broken or not after:
        return False, f"{name:28} survived {runs} executions of {target}", ""
    crash = max((path for path in findings.glob("crash-*") if not path.suffix),
                key=lambda path: path.stat().st_mtime)
    small, scenario = build.minimize(crash)
    line = f"{name:28} {int(after.group(1)):>8}  {target:14} {broken}"
    if not re.fullmatch(rule, broken):
        return False, f"{line}, not {rule}", scenario
    if not small or not re.fullmatch(rule, small):
        return False, f"{line}, minimized: {small or 'nothing'}, not {rule}", scenario
    return True, line, scenario


def bugs_of(tree, sample):
    """The names of all bugs that a tree can be given, or of about so many, spread over the list."""
    newest = "split_kernel_leaf_mapping" in (Path(tree) / MMU).read_text(errors="replace")
    names = list(NEWEST) if newest else list(INJECTED)
    return names[::-(-len(names) // sample)] if sample else names


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--runs", type=int, default=200000, help="executions at most")
    parser.add_argument("--sample", type=int, default=0, metavar="N",
                        help="about N of the bugs, spread over the list (default: all)")
    parser.add_argument("--work", help="where copies and builds are kept (default: nowhere)")
    options = parser.parse_intermixed_args()
    unknown = set(options.names) - set(INJECTED) - set(NEWEST)
    if unknown:
        parser.error(f"no such bug: {', '.join(sorted(unknown))}; "
                     f"there are {', '.join([*INJECTED, *NEWEST])}")
    if not (Path(options.tree) / copies.VMALLOC).exists():
        print(f"SKIP: no {options.tree} (Debian package linux-source)")
        return SKIP
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(options.work or temporary).resolve()
        findings = work / "findings"
        findings.mkdir(parents=True, exist_ok=True)
        # Each bug is a build, which takes longer than to find it.
        build, good = Build(options.tree, work, kernel.QUICK_OPTIONS), True
        print(f"{'bug':28} {'killed at':>8}  {'target':14} rule", flush=True)
        for name in options.names or bugs_of(options.tree, options.sample):
            try:
                found, line, scenario = try_one(build, name, options.runs, findings)
            except copies.EditFailed as why:
                sys.exit(f"injected: {name}: {why}")
            good &= found
            print(line, flush=True)
            print("".join(f"    {text}\n" for text in scenario.splitlines()
                          if text and not text.startswith("#")), end="", flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
