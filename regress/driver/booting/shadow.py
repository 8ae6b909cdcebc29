# SPDX-License-Identifier: GPL-2.0-only
"""
A shadow of a Linux tree: links to what is in the tree, and one folder that is real, in which a
driver of ours stands. The tree itself is only read.
"""
from __future__ import annotations

import contextlib
import pathlib
import re
import shutil

from driver import kernel
from driver.places import BUILDS, TOP
from driver.terminal import Unusable

DRIVER = TOP / "mapper/kernel/boot"
# One file of each part that a build needs: a tree that lacks one is a part of a tree.
NEEDED = ("Makefile", "Kconfig", "Kbuild", "arch/arm64/Makefile", "arch/arm64/Kconfig", "arch/arm64/boot/Makefile",
          "arch/arm64/lib/Makefile", "arch/arm64/tools/Makefile", "block/Kconfig", "certs/Kconfig", "crypto/Kconfig",
          "drivers/Kconfig", "fs/Kconfig", "include/linux/kconfig.h", "include/uapi/linux/types.h", "init/main.c",
          "ipc/Makefile", "kernel/Makefile", "lib/Makefile", "mm/Makefile", "net/Kconfig", "scripts/Makefile.build",
          "scripts/kconfig/Makefile", "security/Kconfig", "sound/Kconfig", "tools/include/linux/types.h",
          "usr/Kconfig", "virt/Makefile")
# What a build in the tree leaves there: kbuild builds nothing elsewhere then.
LEFT_BY_BUILDS = (".config", "include/config", "include/generated", "arch/arm64/include/generated")
REAL = "mm"  # the folder of the tree whose Makefile the shadow has for itself
OURS = "vmapdiff"  # our folder in it
EXPORTED = "exported"  # in it: a KUnit test, or an empty file


def top_of(path):
    """The top of the whole, clean tree at `path`. Raises Unusable with what is missing, and how to get it."""
    tree = pathlib.Path(path)
    if not tree.is_dir():
        return kernel.top_of(path)  # it says what is wrong
    tree = tree.resolve()
    check_whole(tree)
    check_clean(tree)
    return kernel.top_of(tree)


def check_whole(tree):
    lacking = [name for name in NEEDED if not (tree / name).exists()]
    if len(lacking) == len(NEEDED):
        kernel.top_of(tree)  # not a tree at all: it says so
    if lacking:
        more = f" and {len(lacking) - 6} more" if len(lacking) > 6 else ""
        raise Unusable(f"kernel: to boot it, the whole tree is needed, and {tree} is a part of one: it has no "
                       f"{', '.join(lacking[:6])}{more}\n"
                       "name a whole one: a git checkout, an unpacked archive, or what this fetches: "
                       "./rig kernel --fetch newest --whole")


def check_clean(tree):
    left = [name for name in LEFT_BY_BUILDS if (tree / name).exists()]
    if left:
        raise Unusable(f"kernel: a kernel was built in {tree} itself ({', '.join(left)} is there), and then kbuild "
                       "builds it nowhere else\n"
                       f"clean it, with make -C {tree} mrproper, or name a clean copy, as of: git worktree add")


def folder_of(tree):
    """Where all stands that is made to boot a tree."""
    return BUILDS / "boot" / kernel.folder_of(tree, "").name


def link(path, to):
    """Makes `path` a link to `to`, whatever is there, and leaves one that is so already."""
    with contextlib.suppress(FileNotFoundError):
        if path.is_symlink() and path.readlink() == to:
            return
        path.unlink() if path.is_symlink() or not path.is_dir() else shutil.rmtree(path)
    path.symlink_to(to)


def link_all(folder, into, keep=()):
    """Links to all that is in a folder, but to what only git and editors read; and no others but `keep`."""
    if into.is_symlink():
        into.unlink()
    into.mkdir(parents=True, exist_ok=True)
    there = {path.name: path for path in folder.iterdir() if not path.name.startswith(".")}
    for name, path in there.items():
        if name not in keep:
            link(into / name, path)
    for path in into.iterdir():
        if path.name not in there and path.name not in keep:
            path.unlink() if path.is_symlink() or not path.is_dir() else shutil.rmtree(path)


def write_if_new(path, text):
    """A file that says the same stays as old as it is, since make goes by that."""
    if path.is_symlink():
        path.unlink()
    if not path.exists() or path.read_text(errors="surrogateescape") != text:
        path.write_text(text, errors="surrogateescape")


def sources():
    """The driver's own files, as paths from the top of the project."""
    return [path.relative_to(TOP) for path in sorted(DRIVER.glob("*.[ch]"))]


def how_vmap_pages_range(tree):
    """A flag that says how the driver may call vmap_pages_range(), which is static in older kernels; or none."""
    def finds(pattern, name):
        path = tree / name
        return path.exists() and re.search(pattern, path.read_text(errors="surrogateescape"))
    arguments = r"\(unsigned long addr,\s*unsigned long end,\s*pgprot_t prot,\s*struct page \*\*pages,\s*unsigned int page_shift\);"
    if finds(rf"\bint vmap_pages_range{arguments}", "include/linux/vmalloc.h"):
        return " -DVMAPDIFF_PUBLIC_VMAP_PAGES_RANGE"
    if finds(rf"\bvmap_pages_range_noflush{arguments}", "mm/internal.h"):
        return f" -DVMAPDIFF_INTERNAL_VMAP_PAGES_RANGE -I$(srctree)/{REAL}"
    return ""


def add_driver(ours, tree, test):
    """Our folder of the shadow: links to the driver's files, at their paths, a test, and a Makefile."""
    shutil.rmtree(ours, ignore_errors=True)
    for name in sources():
        (ours / name).parent.mkdir(parents=True, exist_ok=True)
        (ours / name).symlink_to(TOP / name)
    (ours / f"{EXPORTED}.c").write_text(test)
    objects = " ".join(str(name.with_suffix(".o")) for name in sources() if name.suffix == ".c")
    (ours / "Makefile").write_text(f"obj-y := {objects} {EXPORTED}.o\n"
                                   f"ccflags-y := -I$(srctree)/{REAL}/{OURS} -Wall -Werror"
                                   f"{how_vmap_pages_range(tree)}\n")


def make(tree, folder, test=""):
    """Makes the shadow of a tree, or what of it differs; returns its path. `test` is C that is built into the kernel."""
    shadow = folder / "shadow"
    link_all(tree, shadow, keep=(REAL,))
    link_all(tree / REAL, shadow / REAL, keep=("Makefile", OURS))
    text = (tree / REAL / "Makefile").read_text(errors="surrogateescape")
    write_if_new(shadow / REAL / "Makefile", f"{text}\nobj-y += {OURS}/\n")
    add_driver(shadow / REAL / OURS, tree, test)
    return shadow
