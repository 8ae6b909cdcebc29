#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Changes a copy of a tree in ways that no test of one tree would notice, and looks whether a review lists each.

Usage: silent.py TREE [--minutes N] [NAME]...
exit: 0 each was listed, 1 one was not, 2 unusable, 77 no tree
"""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import copies  # noqa: E402
from copies import edit  # noqa: E402

SKIP = 77
GEOMETRY = "kernel_4k_va48_pa48"
VMALLOC_H = "arch/arm64/include/asm/vmalloc.h"
PAGEATTR = "arch/arm64/mm/pageattr.c"
MMU = "arch/arm64/mm/mmu.c"


# name: (the edit, the call, what a review says of it: aspects of differences, or rules of new findings)
SILENT = {
    "barrier-more": (edit(copies.VMALLOC, "vunmap_range", r"\{", "{ dsb(ishst);"), "vunmap", "barriers"),
    "stronger-barrier": (edit(copies.VMALLOC, "vunmap_range", r"\}$", "dsb(ish); }"), "vunmap", "barriers"),
    "group-less": (edit(VMALLOC_H, "arch_vmap_pte_range_map_size", r"(end - addr < )", r"\g<1>2 * "), "ioremap",
                   "leaves|placement.leaf"),
    "tlbi-too-wide": (edit(copies.VMALLOC, "vunmap_range", r"(flush_tlb_kernel_range\(addr, end)",
                           r"\1 + PAGE_SIZE"), "vunmap", r"tlbi|invalidated|cost\.tlbi"),
    "tlbi-twice": (edit(copies.VMALLOC, "vunmap_range", r"(flush_tlb_kernel_range\(addr, end\);)", r"\1 \1"),
                   "vunmap", r"tlbi|cost\.tlbi|barriers"),
    "another-errno": (edit(copies.VMALLOC, "vmap_small_pages_range_noflush", r"return err;",
                           "return err ? -ERANGE : 0;"), "vmalloc", r"errno|errors\.code"),
    "table-kept": (edit(MMU, "pmd_free_pte_page", r"pte_free_kernel\([^;]*;", ";"), "ioremap",
                   r"tables|tables\..*"),
    "blocks-given-up": (edit(copies.VMALLOC, "vmap_try_huge_pmd", r"(IS_ALIGNED\(phys_addr, )", r"\g<1>2 * "),
                        "ioremap", r"leaves|placement\.leaf"),
    "read-more": (edit(copies.VMALLOC, "vmap_pages_pte_range", r"do \{", "do { (void)ptep_get(pte);"), "vmap",
                  r"reads|cost\.loads"),
    "mask-more": (edit(copies.VMALLOC, "vmap_pages_pte_range", r"\*mask \|= PGTBL_PTE_MODIFIED",
                       "*mask |= PGTBL_PTE_MODIFIED | PGTBL_PGD_MODIFIED"), "vmap", r"modified|flush\.modified"),
    "flush-twice": (edit(copies.VMALLOC, "vunmap_range", r"(flush_cache_vunmap\(addr, end\);)", r"\1 \1"), "vunmap",
                    r"flushes|flush\..*"),
    "aliases-twice": (edit(PAGEATTR, "change_memory_common", r"(vm_unmap_aliases\(\);)", r"\1 \1"), "set_memory",
                      "aliases|.*"),
}


def review(base, patched, *words, **environment):
    """(exit code, the report, what was said) of a review of two trees."""
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        run = subprocess.run([copies.TOP / "rig", "kernel", "review", base, patched, "--json", report.name, "--shut-in", "no",
                              *words],
                             capture_output=True, text=True, check=False,
                             env={**os.environ, "VMAPDIFF_GEOMETRIES": GEOMETRY, **environment})
        text = Path(report.name).read_text()
    return run.returncode, json.loads(text) if text else {}, run.stdout + run.stderr


def forget(*trees):
    """Removes what was built of copies."""
    for tree in trees:
        for kind in ("kernel", "review", "shut-in"):
            for path in (copies.TOP / ".build" / kind).glob(f"{tree.name}-*"):
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def listed(report, call, what):
    """The sentences of a report that are about a call and match what is expected."""
    for one in report["findings"]["new"]:
        if re.fullmatch(what, one["rule"]) and one["call"] in (call, ""):
            yield f"NEW {one['rule']} at {one['call'] or one['known_bug']}"
    for one in report["policy"]:
        if "NOT UNDERSTOOD" in one["patched"]:
            yield f"policy, {one['knob']}: {one['patched']}"
    for one in report["differences"]:
        if one["call"] == call and not one["follows"] and re.fullmatch(what, one["aspect"]):
            yield one["sentence"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tree", type=Path)
    parser.add_argument("names", nargs="*", metavar="NAME", help=" ".join(SILENT))
    parser.add_argument("--minutes", default="1")
    options = parser.parse_args()
    if not options.tree.is_dir():
        print(f"SKIP: there is no {options.tree}")
        return SKIP
    work, missed = Path(tempfile.mkdtemp(prefix="vmapdiff-silent-")), []
    base, patched = work / f"silent-base-{os.getpid()}", work / f"silent-patched-{os.getpid()}"
    copies.copy_tree(options.tree, base)
    for name in options.names or SILENT:
        change, call, what = SILENT[name]
        copies.copy_tree(options.tree, patched)
        change(patched)
        code, report, said = review(base, patched, "--minutes", options.minutes)
        if not report:
            print(said)
            return 2
        found = list(listed(report, call, what))
        new = [f"new: {one['rule']} {one['call'] or one['known_bug']}" for one in report["findings"]["new"]]
        print(f"{name}: exit {code}, {report['verdict']}", *(found or ["NOT LISTED"])[:4], *new, sep="\n    ", flush=True)
        missed += [name] * (not found)
    forget(base, patched)
    shutil.rmtree(work)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
