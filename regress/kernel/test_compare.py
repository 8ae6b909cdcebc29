#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The code that is cut out of a tree does what the tree's own kernel does, in some hundred generated calls.

Usage: test_compare.py TREE     exit: 0 good, 1 not, 77 no tree, or a package is missing
"""
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import copies  # noqa: E402
import test_boot  # noqa: E402

CALLS = 300
KINDS = ("ioremap", "set_memory", "vm_map_ram", "vm_unmap_ram", "vmalloc", "vmap", "vunmap")


def main():
    tree = Path(sys.argv[1]).resolve()
    if test_boot.is_skipped(tree):
        return test_boot.SKIP
    code, said = copies.on_kernel(tree, "compare", "--calls", str(CALLS), geometries="kernel_4k_va48_pa48")
    print(said, flush=True)
    assert code == 0, f"exit code {code}"
    calls, words = re.search(r" (\d+) calls, (\d+) words compared: 0 differences, 0 wrong", said).groups()
    assert int(calls) > CALLS * 0.9 and int(words) > 100 * CALLS, (calls, words)
    missing = [kind for kind in KINDS if not re.search(rf"^  {kind} +[1-9]", said, re.M)]
    assert not missing, f"no call of: {' '.join(missing)}"
    return 0


if __name__ == "__main__":
    sys.exit(main())
