#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Copies what the rig reads of a tree to a git repository and adds a series of three patches, in words of this
project: one that changes nothing, one that maps in batches which may be too long, and one that ends them in
time. `base` is what they are for, v1 has the first two, and v2 all. The commits are the same each time.

Usage: example_series.py TREE TO     TO: a folder that does not exist, or an older copy. exit: 0 written, 2 not
"""
import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import copies  # noqa: E402

DATE = "2026-09-01T12:00:00+0000"
WHO = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER")
       for what, value in (("NAME", "vmapdiff"), ("EMAIL", "vmapdiff@localhost"), ("DATE", DATE))}
# Of the user's own settings none is read: they would change the commits.
SETTINGS = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}


def git(repository, *words):
    subprocess.run(["git", *words], cwd=repository, check=True, stdout=subprocess.DEVNULL,
                   env={**os.environ, **WHO, **SETTINGS})


def commit(repository, subject):
    git(repository, "add", "--all", "--force")
    git(repository, "commit", "--quiet", "-m", subject)


def write_patches(repository):
    """The series on top of a copy: begins a repository there."""
    git(repository, "init", "--quiet", "-b", "v2")
    commit(repository, "base")
    git(repository, "branch", "base")
    copies.rename(repository, "vmap_pages_pte_range", "vmap_pages_ptes")
    copies.insert_before(repository, copies.VMALLOC, "vunmap_range", "/* Words. */")
    commit(repository, "mm/vmalloc: rename")
    copies.add_series(repository, batch_bound=False)
    commit(repository, "mm/vmalloc: batches")
    git(repository, "branch", "v1")
    copies.substitute(repository, copies.VMALLOC, "rig_batch_size", r"while \(false &&", "while (true &&")
    commit(repository, "mm/vmalloc: end a batch with its block")


def is_ours(folder):
    return all((folder / ".git/refs/heads" / name).is_file() for name in ("base", "v1", "v2"))


def refusal(tree, to):
    """Why it cannot be written, or nothing."""
    if not (tree / copies.VMALLOC).is_file():
        return f"{tree} is not the top of a Linux tree: it has no {copies.VMALLOC}"
    if not shutil.which("git"):
        return "git is missing; to install it: apt-get install git"
    if to.exists() and not is_ours(to):
        return f"{to} exists, and is not an older copy; name a folder that does not exist"
    return ""


def main():
    if len(sys.argv) != 3:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    tree, to = (Path(word) for word in sys.argv[1:])
    why = refusal(tree, to)
    if why:
        print(f"example_series.py: {why}", file=sys.stderr)
        return 2
    try:
        copies.copy_tree(tree, to)
        write_patches(to)
    except copies.EditFailed as error:
        print(f"example_series.py: {error}; the series is for Linux 6.12 to 7.3", file=sys.stderr)
        return 2
    print(f"{to}: branches base, v1 and v2\nnext: ./rig kernel review {to} --range base..v1 --each")
    return 0


if __name__ == "__main__":
    sys.exit(main())
