#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Injects bugs into a copy of a tree and counts executions until each is found.

Each is one small edit of the tree's own code, made in a copy that is thrown
away. The fuzz target starts from an empty corpus; what it finds is minimized
and must break the rule that the bug's name stands for.

Usage: injected.py TREE [--runs N] [--work DIR] [NAME]...
exit: 0 all were found, 1 one was not, 2 unusable, 77 no tree
"""
import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import copies  # noqa: E402

SKIP = 77
MMU = "arch/arm64/mm/mmu.c"
TLBFLUSH = "arch/arm64/include/asm/tlbflush.h"


def edit(*arguments):
    return lambda tree: copies.substitute(tree, *arguments)


# name: (fuzz target, signature that must begin the finding, the edit)
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
    "executable": ("fuzz_vmap", "translation.permission",
                   edit(copies.VMALLOC, "vmap", r"pgprot_nx\(prot\)", "prot")),
    # The series as it stood in the mm tree in July 2026: a batch runs past the end of its block.
    "batch-past-block": ("fuzz_vmap", "translation.output_address",
                         lambda tree: copies.add_series(tree, batch_bound=False)),
}


class Build:
    """The fuzz targets with a copy of a tree in the mapper's place."""

    def __init__(self, tree, work):
        self.original, self.tree, self.dir = tree, work / "tree", work / "build"

    def inject(self, bug):
        copies.copy_tree(self.original, self.tree)
        bug(self.tree)

    def make(self, target):
        for command in (["cmake", "--preset", "kernel", "-B", self.dir,
                         f"-DVMAPDIFF_KERNEL_TREE={self.tree}"],
                        ["cmake", "--build", self.dir, "--target", target, "vmapdiff"]):
            run = subprocess.run(command, cwd=copies.TOP, capture_output=True, text=True)
            if run.returncode:
                sys.exit(f"injected: the copy does not build:\n{run.stdout[-3000:]}{run.stderr}")

    def fuzz(self, target, runs, findings):
        run = subprocess.run([self.dir / "fuzz" / target, "-seed=1", f"-runs={runs}",
                              "-max_len=4096", f"-artifact_prefix={findings}/"],
                             capture_output=True, text=True, errors="replace")
        return run.stderr

    def minimize(self, crash):
        out = crash.with_suffix(".scenario")
        run = subprocess.run([self.dir / "regress/vmapdiff", "minimize", crash, "-o", out],
                             capture_output=True, text=True)
        return out.read_text() if out.exists() else run.stdout + run.stderr


def try_one(build, name, runs, findings):
    """(whether it was found as it must be, a line for the table, the minimized scenario)"""
    target, rule, bug = INJECTED[name]
    build.inject(bug)
    build.make(target)
    log = build.fuzz(target, runs, findings)
    signature = re.search(r"^FAIL (\S+).*$", log, re.M)
    after = re.search(r"after +(\d+) executions", log)
    if not signature or not after:
        return False, f"{name:28} survived {runs} executions of {target}", ""
    crash = max(findings.glob("crash-*"), key=lambda path: path.stat().st_mtime)
    found = re.fullmatch(rule, signature.group(1)) is not None
    line = f"{name:28} {int(after.group(1)):>8}  {target:14} {signature.group(1)}"
    return found, line if found else f"{line}, not {rule}", build.minimize(crash)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--runs", type=int, default=200000, help="executions at most")
    parser.add_argument("--work", help="where copies and builds are kept (default: nowhere)")
    options = parser.parse_args()
    unknown = set(options.names) - set(INJECTED)
    if unknown:
        parser.error(f"no such bug: {', '.join(sorted(unknown))}; there are {', '.join(INJECTED)}")
    if not (Path(options.tree) / copies.VMALLOC).exists():
        print(f"SKIP: no {options.tree} (Debian package linux-source)")
        return SKIP
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(options.work or temporary).resolve()
        findings = work / "findings"
        findings.mkdir(parents=True, exist_ok=True)
        build, good = Build(options.tree, work), True
        print(f"{'bug':28} {'killed at':>8}  {'target':14} rule", flush=True)
        for name in options.names or INJECTED:
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
