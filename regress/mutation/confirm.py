#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Holds the kill table, without making it again, after a change that should not change it.

Of each mutant that has rows older than the code, and of each start, the longest
recorded run of at most 20000 executions is played again; where all are longer, the
shortest. Runs of a mutant that are the same, to the execution and the rule, confirm
its rows: these name the sources as they are now, and the head of the table says how
many runs were played.

Exit: 0 when all is confirmed; 1 if not, with the command that makes the rows again.
"""
import argparse
import dataclasses
import os
import sys

import catalogue
import mutants
import pool
import records
import sources
import stale
from mutants import TOP

LONGEST = 20000  # executions of a run that is played again, if there is one
TABLE = TOP / records.TABLES / "kills.csv"


def add_options(parser):
    parser.add_argument("--confirm", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N", help="runs at a time (one a core)")


def arguments():
    parser = argparse.ArgumentParser(prog="rig mutants --confirm", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    return parser.parse_args()


def chosen(runs):
    """Of the runs of a mutant from one start, the one that is played again."""
    short = [one for one in runs if one.executions <= LONGEST]
    return max(short, key=lambda one: one.executions) if short else min(runs, key=lambda one: one.executions)


def choose(runs):
    """The same of the runs of a mutant from all starts."""
    return [chosen([one for one in runs if one.start == start]) for start in dict.fromkeys(one.start for one in runs)]


def old_mutants(table, now, patches):
    """{mutant: its recorded runs} of those with rows that other sources made, of the same patch."""
    old, changed = set(), set()
    for row in table.rows:
        why = stale.changes(row, table, now, patches)
        (changed if set(why) & stale.OF_PATCHES else old if why else set()).add(row.run.mutant)
    return {mutant: [one for one in table.runs if one.mutant == mutant] for mutant in sorted(old - changed)}


def confirmed(table, names, stamp):
    """The table, in which the rows of these mutants name another stamp."""
    rows = tuple(dataclasses.replace(row, sources=stamp.id) if row.run.mutant in names else row for row in table.rows)
    used = {row.sources for row in rows}
    kept = tuple(one for one in table.stamps if one.id in used and one.id != stamp.id)
    return records.Table(table.command, (*kept, stamp), rows)


def write(table, path=TABLE):
    records.write(path, table)
    path.with_suffix(".md").write_text(mutants.markdown(table, mutants.RECORDED["executions"]))


def main():
    options = arguments()
    table = records.read(TABLE)
    patches = {mutant: sources.patch_hash(TOP, mutant) for mutant in table.mutants}
    now = sources.stamp(TOP)
    old = old_mutants(table, now, patches)
    if not old:
        print("mutants: no row is older than the code")
        return 0
    named = {mutant.name: mutant for mutant in catalogue.read_all(TOP, list(old))}
    mutants.encode_corpus()
    again = [one for runs in old.values() for one in choose(runs)]
    found = pool.run([mutants.job_of(named[one.mutant], one.start, one.seed, mutants.RECORDED["executions"])
                      for one in again], "runs", options.jobs)
    differ = {}
    for recorded, one in zip(again, found):
        if one != recorded:
            differ.setdefault(one.mutant, []).append(
                f"{one.mutant}: from {one.start}, seed {one.seed}: {recorded.executions} executions, "
                f"{recorded.rule or 'no rule'}; now {one.executions}, {one.rule or 'no rule'}")
    same = [mutant for mutant in old if mutant not in differ]
    if same:
        rows = sum(len(old[mutant]) for mutant in same)
        played = sum(one.mutant in same for one in again)
        write(confirmed(table, same, dataclasses.replace(now, confirmed=f"{played}/{rows}")))
        print(f"mutants: {len(same)} mutants confirmed: {played} of their {rows} runs were played, and are the same")
    for lines in differ.values():
        print("\n".join(lines))
    if differ:
        print(f"next: ./rig mutants {' '.join(differ)} --record", file=sys.stderr)
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(pool.call(main))
