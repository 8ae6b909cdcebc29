#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What calls cost on a tree's own kernel is counted twice, and is the same to a tick.

Usage: test_cost.py TREE [GRANULE]     exit: 0 good, 1 not, 77 no tree, or a package is missing
"""
import csv
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import copies  # noqa: E402
import test_boot  # noqa: E402
from driver.booting import cost_rows, shadow  # noqa: E402

COUNTED = ("dsb", "isb", "dmb", "tlbi", "stores")  # on the slice
PAGES_100M = {"4k": 25600, "16k": 6400, "64k": 1600}


def count(tree, granule, path, *words):
    """The lines of the CSV, and what the driver said of costs."""
    code, said = copies.on_kernel(tree, "cost", "--granule", granule, "--csv", path, *words,
                                  geometries=f"kernel_{granule}_va48_pa48")
    print(said, flush=True)
    assert code == 0, f"exit code {code}"
    console = (shadow.folder_of(tree) / f"cost-{granule}.console").read_text(errors="replace")
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file)), [line.split("vmapdiff: ")[1] for line in console.splitlines()
                                            if "vmapdiff: " in line]


def check_rows(rows, granule):
    """Every row is there, and has what no call can do without."""
    assert {one["row"] for one in rows} == {row.name for row in cost_rows.rows(granule)}, rows
    maps = {one["row"]: one for one in rows[::2]}
    for one in rows:
        assert float(one["instructions"]) > float(one["resolution"]) > 0, one
        assert int(one["stores"]) > 0 and int(one["dsb"]) > 0 and int(one["isb"]) > 0, one
    assert all(int(one["tlbi"]) > 0 for one in rows[1::2]), rows
    assert int(maps["vmap 100M order-0"]["stores"]) == PAGES_100M[granule], maps
    assert int(maps["vmap 1 page"]["stores"]) == 1, maps
    # A word that is stored takes an instruction.
    assert all(float(one["instructions"]) > int(one["stores"]) for one in rows), rows


def check_same(first, second):
    def figures(rows):
        return [{name: value for name, value in one.items() if name not in COUNTED} for one in rows]
    assert figures(first[0]) == figures(second[0]), "the figures differ"
    assert first[1] == second[1], [pair for pair in zip(first[1], second[1]) if pair[0] != pair[1]]


def main():
    tree = Path(sys.argv[1]).resolve()
    if test_boot.is_skipped(tree):
        return test_boot.SKIP
    granule = sys.argv[2] if len(sys.argv) > 2 else "4k"
    with tempfile.TemporaryDirectory() as work:
        first = count(tree, granule, Path(work) / "first.csv")
        check_rows(first[0], granule)
        check_same(first, count(tree, granule, Path(work) / "second.csv", "--no-events"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
