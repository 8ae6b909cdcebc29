#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A whole tree is built as a kernel and booted, and the tree stays as it is.

Usage: test_boot.py TREE [--all]     --all: all three page sizes, and not 4K alone
exit: 0 good, 1 not, 77 no tree, or a package is missing
"""
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import copies  # noqa: E402

TOP = copies.TOP
sys.path.insert(0, str(TOP / "regress"))
from driver import packages  # noqa: E402
from driver.booting import answer, shadow  # noqa: E402
from driver.booting.configuration import GRANULES  # noqa: E402

SKIP = 77
KINDS = {"words", "page", "read", "wrote", "area", "block", "pages", "error", "unread"}


def state_of(tree):
    """{path: (kind, size, time)} of all of a tree: what any write would change."""
    found = {}
    for folder, names, files in os.walk(tree):
        for name in (*names, *files):
            stat = os.lstat(os.path.join(folder, name))
            found[os.path.join(folder, name)] = (stat.st_mode, stat.st_size, stat.st_mtime_ns)
    return found


def boot(tree, *words):
    code, said = copies.on_kernel(tree, "boot", *words)
    print(said, flush=True)
    return code, said


def check(tree, granule):
    """Every kind of line was said, and every page is right."""
    code, said = boot(tree, "--granule", granule)
    assert code == 0, f"exit code {code}"
    assert " pages right\n" in said, said
    console = (shadow.folder_of(tree) / f"boot-{granule}.console").read_text(errors="replace")
    got = answer.read(console)
    assert got.ended and not got.broken and not got.fatal, (got.ended, got.broken, got.fatal)
    missing = KINDS - {line[0] for line in got.lines}
    assert not missing, f"the driver said no line of: {' '.join(sorted(missing))}"


def check_again(tree):
    """What was built is used again."""
    code, said = boot(tree)
    assert code == 0 and "building the kernel" not in said, said


def cannot_boot(tree):
    """Why a tree cannot be booted here, or nothing."""
    if not tree.is_dir():
        reason = Path(f"{tree}.missing")
        return f"no {tree}: {reason.read_text().strip() if reason.exists() else ''}"
    lacking = packages.missing(packages.BOOT)
    return f"this machine lacks: {', '.join(need.what for need in lacking)}" if lacking else ""


def is_skipped(tree):
    """Whether a tree cannot be booted here, which is said."""
    why = cannot_boot(tree)
    if why:
        print(f"SKIP: {why}")
    return bool(why)


def main():
    tree = Path(sys.argv[1]).resolve()
    if is_skipped(tree):
        return SKIP
    before = state_of(tree)
    for granule in GRANULES if "--all" in sys.argv else GRANULES[:1]:
        check(tree, granule)
    check_again(tree)
    assert state_of(tree) == before, "the tree was written to"
    return 0


if __name__ == "__main__":
    sys.exit(main())
