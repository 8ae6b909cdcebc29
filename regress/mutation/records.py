# SPDX-License-Identifier: GPL-2.0-only
"""A table of runs as CSV, in which each row names the sources that it was made from.

The head has the command and a line for each stamp, the most recent last:

    # made by ./rig mutants --record
    # sources ID version=0.1 mapper=HASH generator=HASH oracle=HASH
    mutant,start,seed,executions,rule,sources,patch

A row names its stamp by ID, and by a hash the patch that it is about.
"""
import csv
import dataclasses
import pathlib

import sources
from run import Run

LICENCE = "SPDX-License-Identifier: GPL-2.0-only"
COLUMNS = ["mutant", "start", "seed", "executions", "rule", "sources", "patch"]
TABLES = pathlib.Path("regress") / "mutation" / "tables"


@dataclasses.dataclass(frozen=True)
class Row:
    run: Run
    sources: str  # the id of a stamp
    patch: str  # empty where no patch is meant

    def cells(self):
        r = self.run
        return [r.mutant, r.start, r.seed, r.executions, r.rule or "", self.sources, self.patch]


@dataclasses.dataclass(frozen=True)
class Table:
    command: str
    stamps: tuple
    rows: tuple

    @property
    def runs(self):
        return [row.run for row in self.rows]

    @property
    def mutants(self):
        return list(dict.fromkeys(row.run.mutant for row in self.rows))

    @property
    def version(self):
        """That of the most recent rows; none that is not stale is of other sources."""
        return self.stamps[-1].version


@dataclasses.dataclass(frozen=True)
class Origin:
    """What runs are made from. It is read before they start: who edits meanwhile makes them stale."""

    stamp: sources.Stamp
    patches: dict  # hashes by mutant

    def table(self, command, runs):
        rows = [Row(run, self.stamp.id, self.patches.get(run.mutant, "")) for run in runs]
        return Table(command, (self.stamp,), tuple(rows))


def settle(parser, found, top, recorded, usual):
    """Fills in the options that are not said: with --record those of the checked-in table.

    A table that is checked in is made with these and no others; with -o DIR any may be.
    """
    if found.record and not found.output:
        if any(getattr(found, option) for option in recorded):
            parser.error(f"--record has its own {', '.join(recorded)}; others need -o DIR")
        found.output = top / TABLES
    for option, value in (recorded if found.record else usual).items():
        if getattr(found, option) is None:
            setattr(found, option, value)
    if min(found.seeds, found.executions, found.jobs) < 1:
        parser.error("--seeds, --executions and --jobs need a number from 1")


def origin(top, mutants=(), groups=sources.OF_MUTANTS):
    return Origin(sources.stamp(top, groups), {m: sources.patch_hash(top, m) for m in mutants})


def merged(old, new, catalogue):
    """`new` in the place of the rows of its mutants, the other rows as they are.

    Mutants are sorted by name. One that is not in the catalogue loses its rows.
    """
    rows = {}
    for row in (*new.rows, *(r for r in old.rows if r.run.mutant not in new.mutants)):
        rows.setdefault(row.run.mutant, []).append(row)
    kept = tuple(row for name in sorted(rows) if name in catalogue for row in rows[name])
    return Table(new.command, _stamps_of(kept, old.stamps, new.stamps), kept)


def _stamps_of(rows, old, new):
    ids, fresh = {row.sources for row in rows}, {stamp.id for stamp in new}
    return tuple(s for s in old if s.id in ids and s.id not in fresh) + new


def updated(path, new, catalogue):
    """`new`, and of a table that is there already what is not in it."""
    old = read(path) if path.exists() else Table(new.command, (), ())
    return merged(old, new, catalogue)


def write(path, table):
    with open(path, "w", newline="", encoding="ascii") as file:
        file.write(f"# {LICENCE}\n# made by {table.command}\n")
        file.writelines(f"# {stamp}\n" for stamp in table.stamps)
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(row.cells() for row in table.rows)


def read(path):
    """The table in a file; a row without a stamp ends the program."""
    lines = pathlib.Path(path).read_text(encoding="ascii").splitlines()
    head = [line for line in lines if line.startswith("#")]
    command = next((line[10:] for line in head if line.startswith("# made by ")), "")
    stamps = tuple(filter(None, map(sources.read_stamp, head)))
    rows = tuple(Row(Run(row["mutant"], row["start"], int(row["seed"]), int(row["executions"]),
                         row["rule"] or None), row.get("sources") or "", row.get("patch") or "")
                 for row in csv.DictReader(line for line in lines if not line.startswith("#")))
    lost = {row.sources for row in rows} - {stamp.id for stamp in stamps}
    if lost or not command:
        sources.unusable(f"{path}: its head has no line for the sources {', '.join(sorted(lost))}"
                         if lost else f"{path}: its head names no command")
    return Table(command, stamps, rows)
