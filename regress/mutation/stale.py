#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Lists the checked-in tables, and rows of them, that are older than the code.

Each is listed with the groups of sources that changed and with the command
that makes it again. Exit: 0; with --check 1 if any is older.
"""
import argparse
import dataclasses
import pathlib
import re
import sys

import minimized
import records
import sources
import weakened

TOP = pathlib.Path(__file__).resolve().parents[2]
OF_PATCHES = {"its patch", "its patch is gone"}  # what changes() says of a mutant, and not of the sources
MAX_NAMES = 12  # in a command; for more mutants the whole table is made again


@dataclasses.dataclass(frozen=True)
class Stale:
    table: str
    what: str  # which rows, and why
    command: str

    def __str__(self):
        return f"{self.table}: {self.what}\n    {self.command}"


def changes(row, table, now, patches):
    """What has changed since a row was made."""
    stamp = next(s for s in table.stamps if s.id == row.sources)
    changed = stamp.changed(now)
    if row.patch != patches[row.run.mutant]:
        changed.append("its patch" if patches[row.run.mutant] else "its patch is gone")
    return changed


def listed(names, total):
    if len(names) == total:
        return f"all {total} mutants"
    return ", ".join(names) if len(names) <= MAX_NAMES else f"{len(names)} of {total} mutants"


def of_catalogue(top, name, options):
    """Of a table that has rows for each mutant of the catalogue, which are made again one by one."""
    table = records.read(top / records.TABLES / f"{name}.csv")
    catalogue = sorted(path.stem for path in (top / "regress" / "mutants").glob("*.patch"))
    now = sources.stamp(top)
    patches = {m: sources.patch_hash(top, m) for m in {*catalogue, *table.mutants}}
    why = {}
    for row in table.rows:
        found = changes(row, table, now, patches)
        if found:
            why[row.run.mutant] = f"changed: {', '.join(found)}"
    why |= {mutant: "not in the table" for mutant in catalogue if mutant not in table.mutants}
    for reason in dict.fromkeys(why.values()):
        mutants = [mutant for mutant in why if why[mutant] == reason]
        # Rows whose patch is gone go when any other is made again.
        known = [mutant for mutant in mutants if patches[mutant]] or catalogue[:1]
        named = " ".join(known) + " " if len(why) <= MAX_NAMES else ""
        yield Stale(name, f"{listed(mutants, len(patches))}: {reason}",
                    f"./rig mutants {named}{options}--record")


def of_generated(top):
    table = records.read(top / records.TABLES / "generated.csv")
    changed = table.stamps[-1].changed(sources.stamp(top, (*sources.OF_MUTANTS, "operators")))
    if changed:
        yield Stale("generated", f"the table: changed: {', '.join(changed)}",
                    "./rig mutants --generated 600 --record")


def of_weakened(top):
    table = records.read(top / records.TABLES / "weakened.csv")
    changed = table.stamps[-1].changed(sources.stamp(top, weakened.GROUPS))
    if changed:
        yield Stale("weakened", f"the table: changed: {', '.join(changed)}",
                    "./rig mutants --oracle 220 --record")


def of_minimized(top):
    text = (top / records.TABLES / "minimized.md").read_text(encoding="utf-8")
    stamp = next(filter(None, map(sources.read_stamp, text.splitlines())), None)
    if not stamp:
        sources.unusable("minimized.md has no line for its sources")
    mutants = re.findall(r"^\| ([a-z][\w-]*) \| \d", text, re.MULTILINE)
    changed = stamp.changed(sources.stamp_of_minimized(top, mutants))
    if changed:
        yield Stale("minimized", f"the table: changed: {', '.join(changed)}", minimized.COMMAND)


def all_of(top):
    """Everything in the checked-in tables that is older than the code in `top`."""
    return [*of_catalogue(top, "kills", ""), *of_generated(top), *of_weakened(top),
            *of_catalogue(top, "ablation", "--ablation "), *of_minimized(top)]


def add_options(parser):
    parser.add_argument("--stale", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--check", action="store_true", help="exit 1 if any is older")


def main():
    parser = argparse.ArgumentParser(prog="rig mutants --stale", description=__doc__)
    add_options(parser)
    options = parser.parse_args()
    found = all_of(TOP)
    print("\n".join(map(str, found)) or "no table is older than the code")
    return 1 if found and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
