# SPDX-License-Identifier: GPL-2.0-only
"""How far a target has come, what came of it, and the table of all."""
from __future__ import annotations

import dataclasses
import json
import pathlib


@dataclasses.dataclass(frozen=True)
class Pace:
    executions: int = 0
    rate: int = 0  # a second
    edges: int = 0
    corpus: int = 0

    @staticmethod
    def sum(paces):
        """Of jobs that share a corpus."""
        return Pace(sum(p.executions for p in paces), sum(p.rate for p in paces),
                    max((p.edges for p in paces), default=0), max((p.corpus for p in paces), default=0))

    def __str__(self):
        return (f"{self.executions:,} executions, {self.rate:,} a second, {self.edges} edges, "
                f"corpus {self.corpus}")


@dataclasses.dataclass(frozen=True)
class Outcome:
    target: str
    executions: int
    crashes: list[pathlib.Path] = dataclasses.field(default_factory=list)
    pace: Pace = Pace()
    seeds_only: bool = False  # the time was over before anything was generated


ENDS = (KeyboardInterrupt, SystemExit)  # SIGINT, and SIGTERM as driver/main.py handles it
OF_SIGINT = 130


def code_of(stop):
    """The exit code of a run that one of ENDS ends."""
    return stop.code if isinstance(stop, (Interrupted, SystemExit)) else OF_SIGINT


class Interrupted(KeyboardInterrupt):
    """A target that a signal ended, with its Outcome so far and the exit code of the run."""

    def __init__(self, outcome, code):
        super().__init__()
        self.outcome, self.code = outcome, code


class Statistics:
    """What the processes of a target counted: fuzz/statistics_file.h says what each line has."""

    def __init__(self, path):
        self.calls = self.scenarios = self.rules_of = 0
        self.pages = {"block": 0, "group": 0, "single": 0}
        self.rules = set()
        self.there = path.exists()
        for line in path.read_text(errors="replace").splitlines() if self.there else ():
            self.add(json.loads(line))
        self.there = self.there and self.rules_of > 0

    def add(self, one):
        self.scenarios += one["scenarios"]
        self.calls += one["calls"] + one["crosschecked"]
        self.rules |= set(one["rules"]["exercised"])
        self.rules_of = one["rules"]["of"]
        for shape in self.pages:
            self.pages[shape] += one["pages"][shape]

    def cells(self):
        """calls judged, rules exercised, pages in blocks, pages in groups: as a table has them."""
        if not self.there or not self.calls:  # of a target that plays no calls
            return ["-"] * 4
        return [f"{self.calls:,}", f"{len(self.rules)} of {self.rules_of}",
                share(self.pages["block"], self.pages), share(self.pages["group"], self.pages)]


def share(part, pages):
    return f"{100 * part / sum(pages.values()):.0f} %" if sum(pages.values()) else "-"


HEAD = ["target", "executions", "calls judged", "rules exercised", "pages in blocks", "in groups",
        "findings"]


def table(rows):
    """Lines of a table: the first column to the left, the others to the right."""
    rows = [HEAD, *rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEAD))]
    return ["  ".join([row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width
                                                   in zip(row[1:], widths[1:]))]) for row in rows]
