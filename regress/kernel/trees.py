#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The trees that tests are made with: unpacked where Debian's package is installed, fetched where not.

A tree that cannot be had is left out. TREE.missing has the reason then, which the tests of that tree
say. With --whole, all of a tree is unpacked.
Usage: trees.py [--whole] VERSION...     exit: 0 at least one is there, 77 none is
"""
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "regress"))
from driver import fetch  # noqa: E402
from driver.terminal import Unusable  # noqa: E402

SKIP = 77


def provide(kernel, whole):
    """True if the tree is there now."""
    reason = Path(f"{fetch.tree_of(kernel, whole)}.missing")
    try:
        print(fetch.for_tests(kernel, whole))
        reason.unlink(missing_ok=True)
        return True
    except Unusable as why:
        reason.parent.mkdir(parents=True, exist_ok=True)
        reason.write_text(f"{why}\n")
        print(f"its tests are skipped: Linux {kernel}: {why}")
        return False


def main():
    whole = sys.argv[1:2] == ["--whole"]
    versions = sys.argv[1 + whole:]
    if not versions:
        sys.exit(__doc__)
    there = [provide(kernel, whole) for kernel in versions]
    if not any(there):
        print("SKIP: no kernel source can be had")
        return SKIP
    return 0


if __name__ == "__main__":
    sys.exit(main())
