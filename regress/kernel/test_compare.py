#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The code that is cut out of a tree does what the tree's own kernel does, in some hundred generated calls.

Usage: test_compare.py TREE     exit: 0 good, 1 not, 77 no tree, or a package is missing
"""
import os
import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import test_boot  # noqa: E402

CALLS = 300
KINDS = ("ioremap", "set_memory", "vm_map_ram", "vm_unmap_ram", "vmalloc", "vmap", "vunmap")


def main():
    tree = Path(sys.argv[1]).resolve()
    why = test_boot.cannot_boot(tree)
    if why:
        print(f"SKIP: {why}")
        return test_boot.SKIP
    done = subprocess.run([test_boot.TOP / "rig", "--no-install", "kernel", tree, "compare", "--calls", str(CALLS)],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                          env={**os.environ, "VMAPDIFF_GEOMETRIES": "kernel_4k_va48_pa48"})
    print(done.stdout, flush=True)
    assert done.returncode == 0, f"exit code {done.returncode}"
    calls, words = re.search(r" (\d+) calls, (\d+) words compared: 0 differences, 0 wrong", done.stdout).groups()
    assert int(calls) > CALLS * 0.9 and int(words) > 100 * CALLS, (calls, words)
    missing = [kind for kind in KINDS if not re.search(rf"^  {kind} +[1-9]", done.stdout, re.M)]
    assert not missing, f"no call of: {' '.join(missing)}"
    return 0


if __name__ == "__main__":
    sys.exit(main())
