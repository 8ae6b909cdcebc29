# SPDX-License-Identifier: GPL-2.0-only
"""A Linux tree's own code: a build for each tree, so that several stand side by side."""
from __future__ import annotations

import hashlib
import pathlib
import sys
import zlib

from driver.build import Failed, build, hold
from driver.fuzzing.rig import Rig
from driver.places import BUILDS, TOP
from driver.terminal import Unusable


def top_of(path):
    tree = pathlib.Path(path)
    if not tree.is_dir():
        raise Unusable(f"kernel: '{path}' is not a directory; name the top of a Linux tree")
    return tree.resolve()


def folder_of(tree, suffix):
    return BUILDS / "kernel" / f"{tree.name}-{zlib.crc32(str(tree).encode()):08x}{suffix}"


def sources_of(tree, options):
    """A digest of what a build is made of: it changes with any file of the tree's or of ours."""
    listed = [line.lstrip("?").split()[0] for line in (TOP / "mapper/kernel/files").read_text().splitlines()
              if line and not line.startswith("#")]
    paths = [tree / name for name in listed] + [TOP / "CMakeLists.txt", TOP / "CMakePresets.json"]
    for folder in ("mapper", "oracle", "fuzz", "regress/tool"):
        paths += sorted(path for path in (TOP / folder).rglob("*") if path.is_file())
    digest = hashlib.sha256(repr(options).encode())
    for path in paths:
        if path.exists():
            stat = path.stat()
            digest.update(f"{path} {stat.st_mtime_ns} {stat.st_size}\n".encode())
    return digest.hexdigest()


def make(tree, folder, targets, options):
    """Builds targets. Raises Unusable with the tree's own error, where it has one."""
    error = folder / "kernel-error"
    error.unlink(missing_ok=True)
    try:
        build("kernel", *targets, folder=folder, what=f"building {tree}",
              options=(f"-DVMAPDIFF_KERNEL_TREE={tree}", *options))
    except Failed as failed:
        if not error.exists() or not error.read_text():
            raise
        why = error.read_text().rstrip()
        raise Unusable(why[len("rig: "):] if why.startswith("rig: ") else why) from failed


def build_tree(path, targets, suffix="", options=()):
    """
    Builds targets with the code of the tree at `path`, and holds them against other builds until
    this process ends. Raises Unusable with the tree's own error, where it has one.
    """
    tree = top_of(path)
    folder = folder_of(tree, suffix)
    folder.mkdir(parents=True, exist_ok=True)
    hold(folder, sources_of(tree, options), targets,
         lambda: make(tree, folder, targets, options))
    left_out = folder / "kernel-left-out"
    if left_out.exists():
        sys.stderr.write(left_out.read_text())
    return Rig(folder, folder, f"./rig kernel {tree}")
