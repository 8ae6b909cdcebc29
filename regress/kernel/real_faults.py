#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Faults that Linux had and fixed: on trees that have them as released, and on copies to which an edit brings them
back. Finds each, and writes the table of mapper/kernel/KERNEL.md; or only compares that table with the list.

Usage: real_faults.py --record | --check | --again SERIES
exit: 0 all were found, or the table is of the list; 1 not so; 77 no tree
"""
import argparse
import dataclasses
import re
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import copies  # noqa: E402
import injected  # noqa: E402

DOCUMENT = copies.KERNEL / "KERNEL.md"
TABLE = re.compile(r"(<!-- faults -->\n).*?(<!-- end of faults -->)", re.S)
TREES = copies.TOP / ".build/trees"
HEAD = "| fixed by Linux | where it is found | bug of `injected.py` | rule | executions |\n|---|---|---|---|---|\n"
RUNS = 200000
NO_LPA2 = ("6.1",)  # with 4K pages
AS_RELEASED = "Debian {}, as released"
COPY = "a copy of {}"


@dataclasses.dataclass(frozen=True)
class Fault:
    commit: str
    bug: str      # of injected.py
    series: str   # of the tree
    released: bool = False  # the tree has it: the copy is not changed

    @property
    def where(self):
        return (AS_RELEASED if self.released else COPY).format(self.series)

    @property
    def rule(self):
        """The pattern that the rule must match which the fuzzer found broken, and the minimized scenario breaks."""
        return (injected.INJECTED | injected.NEWEST)[self.bug][1]


FAULTS = (
    Fault("95a58852b0e5", "removes-cut-leaves", "6.1", released=True),
    Fault("95a58852b0e5", "removes-cut-leaves", "6.12", released=True),
    Fault("95a58852b0e5", "removes-cut-leaves", "7.3"),
    Fault("48478b9f7913", "remove-clears-groups-one-by-one", "6.12"),
    Fault("48478b9f7913", "remove-clears-groups-one-by-one", "7.3"),
    Fault("d4234d131b0a", "vmemmap-blocks-of-a-part", "6.12"),
    Fault("d4234d131b0a", "vmemmap-blocks-of-a-part", "7.3"),
    Fault("fa93b45fd397", "frees-what-a-dump-walks", "6.12"),
    Fault("fa93b45fd397", "frees-what-a-dump-walks", "7.3"),
    Fault("15bfba1ad77f", "invalid-blocks-are-none", "7.3"),
    Fault("15bfba1ad77f", "copy-leaves-invalid-blocks", "7.3"),
)


def tree_of(series):
    return TREES / f"linux-source-{series}"


def find_again(fault, work):
    """(whether it was found as it must be, its row, what `injected` says of it)"""
    findings = work / "findings"
    findings.mkdir(parents=True, exist_ok=True)
    build = injected.Build(tree_of(fault.series), work)
    if fault.series in NO_LPA2:
        build.geometries = copies.ONE_GEOMETRY
    found, line, scenario = injected.try_one(build, fault.bug, RUNS, findings)
    words = line.split()
    row = f"| {fault.commit} | {fault.where} | `{fault.bug}` | {words[3]} | {words[1]} |\n" if found else ""
    return found, row, f"{fault.where}: {line}\n{scenario}"


def find_all(faults):
    """(rows of those that were found, whether all were)"""
    rows, good = "", True
    for fault in faults:
        with tempfile.TemporaryDirectory(prefix="vmapdiff-") as folder:
            found, row, said = find_again(fault, Path(folder).resolve())
        print(said, flush=True)
        rows, good = rows + row, good and found
    return rows, good


def wrong_with(text):
    """What is not in the table of a document as the list has it, as lines."""
    table = TABLE.search(text)
    if not table:
        return ["there is no table of faults"]
    rows = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in table[0].splitlines()
            if re.match(r"\| [0-9a-f]{12} ", line)]
    wrong = [f"no row, or more than one: {one.commit}, {one.where}, {one.bug}" for one in FAULTS
             if sum(row[:3] == (one.commit, one.where, f"`{one.bug}`") for row in rows) != 1]
    listed = {(one.commit, one.where, f"`{one.bug}`"): one for one in FAULTS}
    for row in rows:
        if len(row) != 5 or row[:3] not in listed:
            wrong.append(f"a row of no fault: {' | '.join(row)}")
        elif not re.fullmatch(listed[row[:3]].rule, row[3]) or not 0 < int(row[4]) <= RUNS:
            wrong.append(f"not as it must be: {' | '.join(row)}")
    return wrong


def run_check():
    wrong = wrong_with(DOCUMENT.read_text())
    print("\n".join(wrong) or f"the table has all {len(FAULTS)} rows")
    return 1 if wrong else 0


def run_on_trees(faults, record):
    missing = sorted({one.series for one in faults if not tree_of(one.series).is_dir()})
    if missing:
        print(f"SKIP: no {', '.join(str(tree_of(series)) for series in missing)}")
        return injected.SKIP
    rows, good = find_all(faults)
    if good and record:
        text = DOCUMENT.read_text()
        DOCUMENT.write_text(TABLE.sub(lambda match: match[1] + HEAD + rows + match[2], text))
    return 0 if good else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    how = parser.add_mutually_exclusive_group(required=True)
    how.add_argument("--record", action="store_true", help="find all, and write the table")
    how.add_argument("--check", action="store_true", help="compare the table with the list; no tree is needed")
    how.add_argument("--again", metavar="SERIES", help="find those of one tree, such as 7.3")
    options = parser.parse_args()
    if options.check:
        return run_check()
    return run_on_trees([one for one in FAULTS if options.record or one.series == options.again], options.record)


if __name__ == "__main__":
    sys.exit(main())
