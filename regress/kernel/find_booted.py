# SPDX-License-Identifier: GPL-2.0-only
"""Finds on booted kernels: what `./rig kernel TREE confirm` says of each, on the whole trees that have it.

`booted` of a find has a line for each: a release, what was added to it, and the verdict with its numbers,
or the reason why a booted kernel cannot show it.
"""
from __future__ import annotations

import os
import re
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
# pylint: disable=wrong-import-position
import copies
import find as parts
import find_play
from driver import kernel
from driver.fetch import WHOLE
from driver.places import BUILDS
from driver.terminal import Unusable, say

COPIES = BUILDS / "finds"
# What finds are of: those that are booted, and those of which it is said why they are not.
GEOMETRIES = "kernel_4k_va48_pa48,kernel_4k_va52_pa52,kernel_16k_va36_pa48,kernel_64k_va52_pa52"
CODES = (0, 1, 2)  # not confirmed, confirmed, not reachable
OF_A_PROGRAM = "not played: it is a fault of an emulator, which no kernel has"
BY = {"kernel": "by vmalloc_to_page()", "memory": "by reading"}


def whole_trees():
    """Whole trees, by the series of their release: 6.12."""
    found = {re.sub(r".*-", "", path.name): path for path in WHOLE.glob("linux-source-*") if path.is_dir()}
    return dict(sorted(found.items(), key=lambda one: [int(n) for n in one[0].split(".")]))


def release_of(tree):
    text = (tree / "Makefile").read_text(errors="replace")
    numbers = [re.search(rf"^{name} = (\d+)$", text, re.M).group(1) for name in ("VERSION", "PATCHLEVEL", "SUBLEVEL")]
    return f"Linux {'.'.join(numbers)}"


def with_edit(tree, added):
    """A copy of a whole tree, made of links, with an edit in it."""
    copy, edit = COPIES / f"{tree.name}-{added}-whole", find_play.edit_of(added)
    copies.link_tree(tree, copy)
    try:
        edit(copy)
    except copies.EditFailed as why:
        raise Unusable(f"finds: {added} cannot be made of {tree}: {why}") from why
    return copy


def scenario_of(find, folder):
    if not find.judged:
        return find.folder / "find.scenario"
    code, text, why = find_play.run(copies.TOP / "rig", "--no-install", "waivers", find.judged[0])
    if code:
        raise Unusable(f"finds: {find.name}: {why.strip()}")
    path = Path(folder) / "find.scenario"
    path.write_text(text)
    return path


# --- what confirm said ---------------------------------------------------------------------------


def of_any_boot(text):
    """Without addresses, which the kernel chooses."""
    return re.sub(r"\b0xffff[0-9a-f]{12}\b", "an address", text)


def numbers_in(said):
    """Pages that are wrong, and words that were compared."""
    wrong = re.findall(r"^(kernel|memory) +op \d+: (\d+ of \d+ pages wrong, the first at index \d+)", said, re.M)
    numbers = [f"{text}, {BY[seen_by]}" for seen_by, text in wrong]
    words = re.search(r"^words +(\d+) compared, (\d+) of them different$", said, re.M)
    if words:
        numbers.append(f"{words.group(1)} words compared with the slice, {words.group(2)} different")
    return numbers


def summary(said):
    """One line: the verdict, the numbers, the reason. Raises Unusable where there is none."""
    verdict = re.search(r"^(CONFIRMED|NOT CONFIRMED|NOT REACHABLE)\b[^:]*?(?: \([^)]*\))?: (.*)$", said, re.M)
    if not verdict:
        raise Unusable(f"finds: confirm comes to no verdict:\n{said.strip()[-2000:]}")
    return of_any_boot("; ".join([f"{verdict.group(1)}: {verdict.group(2)}", *numbers_in(said)]))


def confirm(find, tree):
    """The line that `./rig kernel TREE confirm` comes to."""
    with tempfile.TemporaryDirectory() as folder:
        code, said, why = find_play.run(copies.TOP / "rig", "--no-install", "kernel", tree, "confirm",
                                        scenario_of(find, folder), VMAPDIFF_JUDGE=",".join(find.judged),
                                        **{kernel.GEOMETRIES: GEOMETRIES})
    if code not in CODES:
        raise Unusable(f"finds: {find.name} cannot be played on the kernel of {tree}:\n{(said + why).strip()[-2000:]}")
    return summary(said)


# --- recording -----------------------------------------------------------------------------------


def measure(find):
    """[Verdict] of a find, on each whole tree that is there of those that have it."""
    if find.is_guest:
        return [parts.Verdict(one.release, one.added, OF_A_PROGRAM) for one in find.verdicts if one.fails]
    found = []
    for verdict in find.verdicts:
        tree = whole_trees().get(verdict.series)
        if verdict.fails and tree:
            say(f"{find.name}: {verdict.release}, {verdict.added}")
            made = tree if verdict.added == parts.AS_RELEASED else with_edit(tree, verdict.added)
            found.append(parts.Verdict(release_of(tree), verdict.added, confirm(find, made)))
    return found


def record(find):
    """Writes what was measured; what is recorded of trees that are not here stays."""
    lines = parts.merged(find.booted, measure(find))
    parts.write_verdicts(find.folder / "booted", lines, parts.BOOTED_HEAD)


def differences(find, measured):
    """What is not as recorded, as lines."""
    recorded = {one.key: one for one in find.booted}
    return [f"{find.name}: recorded '{recorded.get(one.key, 'nothing')}', measured '{one}'" for one in measured
            if one.key not in recorded or recorded[one.key].said != one.said]
