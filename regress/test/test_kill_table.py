#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The kill table that is checked in is of this catalogue, complete, and says what README claims.

The tests mutant_* see that a mutant is killed today. Usage: test_kill_table.py TOP
"""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(sys.argv[1]) / "regress" / "mutation"))
# pylint: disable=wrong-import-position
import catalogue
import mutants
import report
import survival
import run

SEEDS = 20
MAX_MEDIAN_OF_MEDIANS = 2000
MAX_MEDIAN = 200_000


def wrong(top):
    table = report.read_csv(top / "regress" / "mutation" / "tables" / "kills.csv")
    groups = report.group(table)
    all_mutants = catalogue.read_all(top, [])
    names = {mutant.name for mutant in all_mutants}
    listed = {name for name, _ in groups}
    if names != listed:
        yield f"mutants only here or only in the table: {sorted(names ^ listed)}"
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
    document = mutants.elements(all_mutants, table)
    in_json = {m["id"]: m["status"] for file in document["files"].values() for m in file["mutants"]}
    if in_json.keys() != listed:
        yield f"the table as JSON has other mutants: {sorted(in_json.keys() ^ listed)}"
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
    sentences = list(wrong(Path(sys.argv[1])))
    for sentence in sentences:
        print(sentence)
    if sentences:
        print("make it anew: ./rig mutants --seeds 20 --start empty --start corpus --start cases "
              "-o regress/mutation/tables")
    return 1 if sentences else 0


if __name__ == "__main__":
    sys.exit(main())
