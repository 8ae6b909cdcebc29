# SPDX-License-Identifier: GPL-2.0-only
"""Of the lines that a patch changes or adds: which a scenario executed, in which geometry, and which none did."""
from __future__ import annotations

import dataclasses
import re

from driver import kernel
from driver.build import locked
from driver.counters import merge
from driver.reviewing import changes
from driver.reviewing.observer import Observer, play_all
from driver.slice_counts import counts_of
from driver.terminal import Unusable, printable


@dataclasses.dataclass
class File:
    """Changed lines of a file, by what is known of them. A line is (number, text)."""
    name: str
    reached: list = dataclasses.field(default_factory=list)
    not_reached: list = dataclasses.field(default_factory=list)
    not_held: list = dataclasses.field(default_factory=list)  # of functions that the slice does not have
    uncounted: list = dataclasses.field(default_factory=list)  # declarations and macros
    gone: int = 0  # lines of code of BASE
    geometries: dict = dataclasses.field(default_factory=dict)  # line: those that reached it


@dataclasses.dataclass
class Reached:
    files: list = dataclasses.field(default_factory=list)
    held: list = dataclasses.field(default_factory=list)  # names of files that differ, of which the slice is made
    not_tested: list = dataclasses.field(default_factory=list)  # names of files that the slice is not made of
    only_base: int = 0  # files that one tree alone has
    only_patched: int = 0
    geometries: list = dataclasses.field(default_factory=list)
    same_code: bool = False  # what the slice is made of differs in comments and white space alone
    measured: bool = False
    scenarios: int = 0

    def count(self, what):
        return sum(len(getattr(one, what)) for one in self.files)


# --- counts -------------------------------------------------------------------------------------------


def geometry_of(library):
    return re.sub(r"^libkernel_|\.so$", "", library.name)


def measure(tree, paths, log):
    """({geometry: {name: {line: count}}}, folder of the slice) of scenarios that are played with counters."""
    rig = build(tree)
    with locked(rig.state / "measuring", "measures coverage"):
        for old in rig.built.glob("*.profraw"):
            old.unlink()
        with Observer(rig.tool, "PATCHED with counters", log,
                      LLVM_PROFILE_FILE=f"{rig.built}/%p-%m.profraw") as observer:
            for _ in play_all([observer], paths):
                pass
        raw = [path for path in rig.built.glob("*.profraw") if path.stat().st_size]
        if not raw:
            raise Unusable("review: no scenario was played to its end: it is not known which lines ran")
        data = rig.built / "review.profdata"
        merge(raw, data)
        libraries = sorted((rig.built / "mapper/kernel").glob("libkernel_*.so"))
        sliced = rig.built / "mapper/kernel/slice"
        found = {geometry_of(one): counts_of(one, data, tree, sliced) for one in libraries}
        return {geometry: {name: counts.lines for name, counts in one.items()}
                for geometry, one in found.items()}, sliced


# --- lines --------------------------------------------------------------------------------------------


def sort_line(file, number, text, sliced, counts):
    """Adds a changed line to the list that it belongs to."""
    if text.startswith("#"):  # a compiler counts it with the code around it
        file.uncounted.append((number, text))
        return
    executed = {geometry: one[file.name][number] for geometry, one in counts.items()
                if number in one.get(file.name, ())}
    if any(executed.values()):
        file.reached.append((number, text))
        file.geometries[number] = [geometry for geometry, count in executed.items() if count]
    elif executed:
        file.not_reached.append((number, text))
    elif sliced and number <= len(sliced) and sliced[number - 1].strip():
        file.uncounted.append((number, text))
    else:
        file.not_held.append((number, text))


def lines_of(name, base, patched, slice_folder, counts):
    """The File of what a patch changes in a file that is sliced."""
    before, after = changes.read(base / name), changes.read(patched / name)
    here, gone = changes.changed_lines(before, after)
    code, code_before = (changes.without_comments(text).splitlines() for text in (after, before))
    place = kernel.files_of_slices(patched).get(name)  # of a file that BASE alone has, none
    sliced = changes.read(slice_folder / place).splitlines() if place else []
    file = File(name, gone=sum(changes.is_code(code_before[number - 1]) for number in gone))
    for number in here:
        if changes.is_code(code[number - 1]):
            sort_line(file, number, printable(after.splitlines()[number - 1].strip()), sliced, counts)
    return file


def begin(base, patched, changed):
    """
    A Reached that knows the files, and no line of them, of trees that are built. `changed`: names of files that
    differ, or None where the trees are to be compared.
    """
    found = Reached()
    if changed is None:
        changed, found.only_base, found.only_patched = changes.changed_files(base, patched)
    sliced = kernel.files_of_slices(base) | kernel.files_of_slices(patched)
    found.held = sorted(name for name in sliced if name in changed)
    found.not_tested = sorted(map(printable, set(changed) - set(found.held) - {"Makefile"}))
    found.same_code = all(changes.same_code(changes.read(base / name), changes.read(patched / name))
                          for name in found.held)
    return found


def build(patched):
    """The build with counters; it takes as long as the one that plays."""
    return kernel.build_tree(patched, ["vmapdiff"], kernel.COVERAGE, kernel.COVERAGE_OPTIONS)


def count_lines(found, base, patched, paths, log):
    """Plays scenarios in files, and sorts the changed lines by what was executed."""
    counts, sliced = measure(patched, paths, log)
    found.measured, found.scenarios, found.geometries = True, len(paths), sorted(counts)
    found.files = [lines_of(name, base, patched, sliced, counts) for name in found.held]
