#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The checked-in kill table has rows for each mutant and for no other, and they keep the bars.

The tests mutant_* see that a mutant is killed today. Rows that are older than the code are listed
and do not fail. Usage: test_kill_table.py TOP
"""
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(sys.argv[1]) / "regress" / "mutation"))
# pylint: disable=wrong-import-position
import catalogue
import mutants
import records
import report
import run
import stale
import survival

SEEDS = 20
MAX_MEDIAN_OF_MEDIANS = 2000
MAX_MEDIAN = 200_000


def rows_and_mutants(top, table):
    """Rows of each mutant from each start, no row without a mutant, a patch's hash in each."""
    names = {mutant.name for mutant in catalogue.read_all(top, [])}
    for name in sorted(names - set(table.mutants)):
        yield f"{name}: no row; ./rig mutants {name} --record"
    for name in sorted(set(table.mutants) - names):
        yield f"{name}: rows, and no patch; ./rig mutants {min(names)} --record drops them"
    for name in sorted(names & set(table.mutants)):
        rows = [row for row in table.rows if row.run.mutant == name]
        starts = {row.run.start for row in rows}
        if starts != set(mutants.RECORDED["start"]):
            yield f"{name}: rows from {', '.join(sorted(starts))}; ./rig mutants {name} --record"
        if not all(re.fullmatch("[0-9a-f]{8}", row.patch) for row in rows):
            yield f"{name}: a row without its patch's hash"


def bars(groups):
    medians = []
    for (name, start), runs in groups.items():
        if start not in ("empty", "corpus"):
            continue
        s = survival.summary(runs)
        if s.runs < SEEDS or s.killed < s.runs:
            yield f"{name} from {start}: {s.killed} of {s.runs} runs"
        elif start == "empty":
            medians.append(s.median)
    medians.sort()
    if medians and medians[(len(medians) - 1) // 2] > MAX_MEDIAN_OF_MEDIANS:
        yield f"the median of medians is {medians[(len(medians) - 1) // 2]}"
    if medians and medians[-1] > MAX_MEDIAN:
        yield f"the largest median is {medians[-1]}"


def families(top):
    """Each target of a mutant has families of ./rig exhaustive, and there are such."""
    there = set(re.findall(r'^\t\{ "(\w+)",', (Path(top) / "fuzz/exhaustive/families.c").read_text(), re.M))
    for target in sorted({mutant.target for mutant in catalogue.read_all(top, [])} - set(run.FAMILIES)):
        yield f"regress/mutation/run.py: FAMILIES has no {target}"
    for target, names in run.FAMILIES.items():
        for name in sorted(set(names) - there):
            yield f"regress/mutation/run.py: {target}: exhaustive has no family {name}"


def other_forms(top, table):
    """The Markdown is what the CSV gives, and so is the JSON."""
    text = (top / records.TABLES / "kills.md").read_text(encoding="utf-8")
    if text != mutants.markdown(table, run.BOUND):
        yield "kills.md is not what kills.csv gives"
    known = [m for m in catalogue.read_all(top, []) if m.name in table.mutants]
    document = mutants.elements(known, table.runs)
    in_json = {m["id"]: m["status"] for file in document["files"].values() for m in file["mutants"]}
    if in_json.keys() != {mutant.name for mutant in known}:
        yield f"the table as JSON has other mutants: {sorted(in_json)}"
    if set(in_json.values()) != {"Killed"}:
        yield f"the table as JSON has statuses {sorted(set(in_json.values()))}"


def statistics_are_right():
    """Three are killed after 5, 10 and 20 executions, one is censored at 100."""
    runs = [run.Run("m", "empty", i, n, r)
              for i, (n, r) in enumerate([(10, "a.b"), (100, None), (5, "a.b"), (20, "c.d")])]
    s = survival.summary(runs)
    assert (s.killed, s.runs, s.median, s.p90, s.worst) == (3, 4, 10, None, None)
    assert s.restricted_mean == 135 / 4 and s.rules == (("a.b", 2), ("c.d", 1))
    assert survival.curve(runs) == [(1, 1.0), (5, 0.75), (10, 0.5), (20, 0.25)]
    assert run.read_output("FAIL x.y mapper=z\n  after     7 executions\n", 9) == (7, "x.y")
    assert run.read_output("Done 9 runs in 0 second(s)\n", 9) == (9, None)
    assert run.read_output("==1== ERROR: libFuzzer: timeout after 10 s\n"
                             "stat::number_of_executed_units: 3\n", 9) == (3, "libfuzzer.timeout")


def main():
    statistics_are_right()
    top = Path(sys.argv[1])
    table = records.read(top / records.TABLES / "kills.csv")  # refuses a stamp that is none
    sentences = [*rows_and_mutants(top, table), *bars(report.group(table.runs)),
                 *other_forms(top, table), *families(top)]
    print("\n".join(sentences) or f"{len(table.mutants)} mutants keep the bars")
    print("\n".join(map(str, stale.all_of(top))))
    return 1 if sentences else 0


if __name__ == "__main__":
    sys.exit(main())
