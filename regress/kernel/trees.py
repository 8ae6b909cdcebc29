#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The trees that tests are made with: unpacked where Debian's package is installed, fetched where not.

A tree that cannot be had is left out. TREE.missing has the reason then, which the tests of that tree
say. Usage: trees.py VERSION...     exit: 0 at least one is there, 77 none is
"""
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "regress"))
from driver import fetch  # noqa: E402
from driver.terminal import Unusable  # noqa: E402

SKIP = 77


def provide(kernel):
    """True if the tree is there now."""
    reason = Path(f"{fetch.tree_of(kernel)}.missing")
    try:
        print(fetch.for_tests(kernel))
        reason.unlink(missing_ok=True)
        return True
    except Unusable as why:
        reason.parent.mkdir(parents=True, exist_ok=True)
        reason.write_text(f"{why}\n")
        print(f"its tests are skipped: Linux {kernel}: {why}")
        return False


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    there = [provide(kernel) for kernel in sys.argv[1:]]
    if not any(there):
        print("SKIP: no kernel source can be had")
        return SKIP
    return 0


if __name__ == "__main__":
    sys.exit(main())
