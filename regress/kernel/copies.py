# SPDX-License-Identifier: GPL-2.0-only
"""Copies of the sliced part of a tree, and small edits of them, by function.

No line of the kernel stands here: an edit names a file and a function of
the tree, and what to look for in it.
"""
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
# What a copy is built for, of all that Linux builds: each page size, and LPA2.
GEOMETRIES = "kernel_4k_va48_pa48,kernel_4k_va52_pa52,kernel_16k_va48_pa48,kernel_64k_va48_pa48"
ONE_GEOMETRY = "kernel_4k_va48_pa48"  # where what is tested does not depend on it
KERNEL = TOP / "mapper/kernel"
sys.path.insert(0, str(KERNEL))
from slice import read_list  # noqa: E402
from slicer.source import read_source  # noqa: E402


class EditFailed(Exception):
    """The tree is not as an edit needs it."""


def on_kernel(tree, *words, geometries=""):
    """(exit code, what is printed) of ./rig kernel TREE and these words; of these geometries, or of all."""
    chosen = {"VMAPDIFF_GEOMETRIES": geometries} if geometries else {}
    done = subprocess.run([TOP / "rig", "--no-install", "kernel", tree, *words], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
                          env={**os.environ, **chosen})
    return done.returncode, done.stdout


def copy_tree(tree, to):
    """The files that are sliced, and the Makefile, which says the version."""
    shutil.rmtree(to, ignore_errors=True)
    for name in ["Makefile"] + [name for _, name, _ in read_list(KERNEL / "files")]:
        if (Path(tree) / name).is_file():
            (Path(to) / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(Path(tree) / name, Path(to) / name)


def write_if_new(path, to):
    """A file that has the same content stays as old as it is: make builds nothing of it again."""
    if not to.is_file() or to.is_symlink() or to.read_bytes() != path.read_bytes():
        to.unlink(missing_ok=True)
        shutil.copy(path, to)


def link_tree(tree, to):
    """
    All of a tree, as a build needs it: the files that are sliced, copied, and links to what is next to them. Of
    an earlier copy of the same tree, what is the same stays.
    """
    copied = {Path(name) for _, name, _ in read_list(KERNEL / "files") if (Path(tree) / name).is_file()}
    folders = {parent for name in copied for parent in name.parents}
    for folder in sorted(folders):
        (Path(to) / folder).mkdir(parents=True, exist_ok=True)
        for path in (Path(tree) / folder).iterdir():
            name = folder / path.name
            if name in copied:
                write_if_new(path, Path(to) / name)
            elif name not in folders and not path.name.startswith(".") and not (Path(to) / name).is_symlink():
                (Path(to) / name).symlink_to(path.resolve())


class File:
    """A file of a copy, to be edited."""

    def __init__(self, tree, name):
        self.path, self.name = Path(tree) / name, name
        self.text = self.path.read_text(errors="surrogateescape")

    def lines_of(self, function):
        """First line and the one behind the last of a function's definition."""
        for item in read_source(self.text, self.name).items:
            if item.kind == "function" and function in item.names:
                return item.first, item.last + 1
        raise EditFailed(f"{self.name} does not define {function}()")

    def change(self, function, new_lines):
        first, end = self.lines_of(function)
        lines = self.text.split("\n")
        self.text = "\n".join(lines[:first] + new_lines(lines[first:end]) + lines[end:])
        self.path.write_text(self.text, errors="surrogateescape")


def substitute(tree, name, function, pattern, replacement):
    """Changes the one place in a function that a pattern finds."""
    def new_lines(lines):
        text, count = re.subn(pattern, replacement, "\n".join(lines), flags=re.S)
        if count != 1:
            raise EditFailed(f"{name}, {function}(): {count} places are like '{pattern}'")
        return text.split("\n")
    File(tree, name).change(function, new_lines)


def edit(*arguments):
    """substitute() as a function of the tree alone."""
    return lambda tree: substitute(tree, *arguments)


def insert_before(tree, name, function, text):
    File(tree, name).change(function, lambda lines: text.split("\n") + lines)


def replace(tree, name, function, text):
    File(tree, name).change(function, lambda _: text.split("\n"))


VMALLOC = "mm/vmalloc.c"
HERE = Path(__file__).resolve().parent


def text_of(name):
    return (HERE / name).read_text()


def add_groups(tree):
    """Contiguous groups of pages in ioremap() and vmalloc(), as since Linux 6.16."""
    insert_before(tree, "arch/arm64/include/asm/vmalloc.h", "arch_vmap_pmd_supported",
                  text_of("series-groups.in"))
    # A group is cleared first only where something is to be broken.
    substitute(tree, "arch/arm64/mm/hugetlbpage.c", "set_huge_pte_at",
               r"(clear_flush\(.*?\);)", r"if (pte_valid(READ_ONCE(*ptep))) \1")
    replace(tree, VMALLOC, "vunmap_pte_range", text_of("series-unmap.in"))


def add_walk(tree, batch_bound=True):
    """The series up to its middle: batches of groups, one walk for an array, and vmap() in single pages."""
    if "arch_vmap_pte_range_map_size" not in File(tree, "arch/arm64/include/asm/vmalloc.h").text:
        add_groups(tree)
    batch = text_of("series-batch.in")
    replace(tree, VMALLOC, "vmap_pte_range",
            batch.replace("@BATCH_BOUND@", "true" if batch_bound else "false"))
    insert_before(tree, VMALLOC, "__vmap_pages_range_noflush", text_of("series-walk.in"))
    substitute(tree, VMALLOC, "__vmap_pages_range_noflush", r"\{.*\}",
               "{ return vmap_pages_range_noflush_walk(addr, end, prot, pages, page_shift); }")


def add_series(tree, batch_bound=True, scan_limit=True):
    """
    The series under its own names; without the bound of a batch, with hazard D1. Without the scan's
    limit in 64 bits, the limit is 0 at page frames that are multiples of 2^32.
    """
    add_walk(tree, batch_bound)
    insert_before(tree, VMALLOC, "vmap", text_of("series-vmap.in").replace(
        "@SCAN_LIMIT@", "unsigned long" if scan_limit else "unsigned int"))
    substitute(tree, VMALLOC, "vmap",
               r"vmap_pages_range\((.*?),\s*pages,\s*PAGE_SHIFT(?:, GFP_KERNEL)?\)",
               r"vmap_pages_range_batched(\1, pages)")
    substitute(tree, VMALLOC, "vmap", r"get_vm_area_caller\(size, flags,[^;]*;",
               "rig_aligned_area(size, flags);")


def rename(tree, name, to):
    """Another name for a function of mm/vmalloc.c, wherever it stands."""
    file = File(tree, VMALLOC)
    text, count = re.subn(rf"\b{name}\b", to, file.text)
    if not count:
        raise EditFailed(f"{VMALLOC} has no {name}()")
    file.path.write_text(text, errors="surrogateescape")


def rename_everywhere(tree, name, to):
    """The same in all files of the copy."""
    for path in Path(tree).rglob("*.[ch]"):
        text = path.read_text(errors="surrogateescape")
        if name in text:
            path.write_text(re.sub(rf"\b{name}\b", to, text), errors="surrogateescape")
