#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The table of KERNEL.md lists the known bugs of each of Debian's trees.

Usage: test_known.py TREE COLUMN     exit: 0 it does, 1 it does not, 77 no tree
"""
import re
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
SKIP = 77


def by_table(column):
    lines = (TOP / "mapper/kernel/KERNEL.md").read_text().splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    start = next(i for i, row in enumerate(rows) if column in row)
    end = next(i for i in range(start, len(lines)) if not lines[i].startswith("|"))
    at = rows[start].index(column)
    return {name for row in rows[start:end] if row[at] == "yes"
            for name in re.findall(r"`([^`]+)`:", row[0])}


def by_tree(tree):
    run = subprocess.run([TOP / "rig", "kernel", tree, "known"], capture_output=True, text=True)
    if run.returncode:
        sys.exit(run.stderr)
    return set(re.findall(r"^  (\S+) \(\S+\)$", run.stdout, re.M))


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    tree, column = sys.argv[1:]
    if not Path(tree).is_dir():
        print(f"SKIP: no {tree}: {Path(f'{tree}.missing').read_text()}")
        return SKIP
    said, found = by_table(column), by_tree(tree)
    print(f"{column}: {len(found)} faults; only in the table: {sorted(said - found)}; "
          f"only in the tree: {sorted(found - said)}")
    return said != found


if __name__ == "__main__":
    sys.exit(main())
