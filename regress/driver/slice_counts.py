# SPDX-License-Identifier: GPL-2.0-only
"""What of a tree's slice was executed: by line, branch and function, whatever names a compiler gives to its files."""
from __future__ import annotations

import collections
import dataclasses
import json
import pathlib

from driver import kernel
from driver.counters import llvm_cov


@dataclasses.dataclass
class Counts:
    """Of a file: {line: how often it was executed} and {(line, block, branch): how often it was taken}."""
    lines: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    branches: collections.Counter = dataclasses.field(default_factory=collections.Counter)

    def add(self, other):
        self.lines.update(other.lines)
        self.branches.update(other.branches)

    def missed(self, of):
        return sum(not count for count in of.values())


def names_of(tree, slice_folder):
    """
    {path: name in the tree}: compilers name the tree's file, as #line says, or that of the slice, whose lines have
    the same numbers; and that from the top of the build, where ccache shortens paths.
    """
    built = slice_folder.parents[2]
    found = {}
    for name, place in kernel.files_of_slices(tree).items():
        path = slice_folder / place
        found.update({path: name, path.relative_to(built): name, tree / name: name})
    return found


def counts_of(library, data, tree, slice_folder):
    """{name: Counts} of one geometry."""
    names = names_of(tree, slice_folder)
    found, counts = {}, None
    for line in llvm_cov("export", library, f"-instr-profile={data}", "-format=lcov").splitlines():
        what, _, rest = line.partition(":")
        if what == "SF":
            name = names.get(pathlib.Path(rest))
            counts = found.setdefault(name, Counts()) if name else None
        elif what == "DA" and counts:
            number, count = rest.split(",")[:2]
            counts.lines[int(number)] += int(count)
        elif what == "BRDA" and counts:
            *which, count = rest.split(",")
            counts.branches[tuple(which)] += 0 if count == "-" else int(count)
    return found


def sum_of(libraries, data, tree, slice_folder):
    """{name: Counts} of all geometries together."""
    found = {}
    for library in libraries:
        for name, counts in counts_of(library, data, tree, slice_folder).items():
            found.setdefault(name, Counts()).add(counts)
    return found


@dataclasses.dataclass
class Function:
    """A function of which not all lines were executed; `missed` are the numbers of those."""
    file: str
    name: str
    missed: list
    lines: int


def not_reached(counts, slice_folder):
    """[Function], in the order of the slice's report."""
    report = json.loads((slice_folder / "report.json").read_text())
    found = []
    for file, items in report.items():
        lines = counts[file].lines if file in counts else {}
        for name, first, last, kind in items:
            own = [number for number in range(first, last + 1) if number in lines]
            missed = [number for number in own if not lines[number]]
            if kind == "function" and missed:
                found.append(Function(file, name, missed, len(own)))
    return found
