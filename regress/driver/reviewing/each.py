# SPDX-License-Identifier: GPL-2.0-only
"""Patch by patch: which one brings a finding or a difference, which takes it away, and whether each tree is whole."""
from __future__ import annotations

import dataclasses

from driver import kernel
from driver.reviewing import building, changes, known
from driver.reviewing.collect import Collected
from driver.reviewing.observer import Observer, play_all
from driver.terminal import Progress, Unusable, say


@dataclasses.dataclass
class Played:
    """A tree of the series, built."""
    step: object
    tool: object = None
    error: str = ""
    known: object = None


def same_slice(one, other):
    """Whether what the rig runs of two trees is the same, but for comments."""
    sliced = kernel.files_of_slices(one) | kernel.files_of_slices(other)
    return all(changes.same_code(changes.read(one / name), changes.read(other / name)) for name in sliced)


def built(step, number, count):
    """The Played of a tree; one that does not build says why."""
    try:
        rig = building.build_one(step.tree, f"patch {number} of {count}", [])
    except Unusable as why:
        return Played(step, error=str(why))
    return Played(step, rig.tool, known=known.of(rig.tool))


def compared(run, before, after, paths):
    """The Collected of two trees of the series."""
    found, progress = Collected(), Progress()
    with Observer(before.tool, "the tree before", run.log("observe-before")) as one, \
            Observer(after.tool, "the tree after", run.log("observe-after")) as other:
        for number, (path, answers) in enumerate(play_all([one, other], paths), 1):
            found.take(path, *answers)
            progress.show(f"patch by patch: {number} of {len(paths)} scenarios")
    progress.clear()
    return found


def names_of(findings):
    return sorted(" at ".join(filter(None, one.kind)) for one in findings)


def verdict(one):
    """What a patch does, in words."""
    if one["error"]:
        return "does not build: it is not known what it does"
    parts = [f"{what} {', '.join(one[key])}" for key, what in (("new", "brings"), ("gone", "takes away")) if one[key]]
    if one["same_code"]:
        return "changes no code that the rig runs"
    calls = sorted({f"{call or step}: {aspect}" for call, step, aspect, _, follows in one.pop("kinds") if not follows})
    if calls:
        parts.append(f"differs in {', '.join(calls[:4])}{', ...' * (len(calls) > 4)}")
    return "; ".join(parts) or "nothing that a scenario shows"


def told(step, **more):
    """A patch in the report."""
    one = {"subject": step.subject, "commit": step.commit, "error": "", "same_code": False, "new": [], "gone": [],
           "kinds": [], **more}
    one["verdict"] = verdict(one)
    one.pop("kinds", None)
    return one


def one_patch(run, before, after, paths):
    """What a patch does to the last tree that was built."""
    if after.error:
        return told(after.step, error=after.error)
    if same_slice(before.step.tree, after.step.tree):
        return told(after.step, same_code=True)
    found = compared(run, before, after, paths)
    bugs = known.sorted_out([before.tool, after.tool], before.known, after.known, run.folder)
    names = {what: [f"the known bug {bug.name}" for bug, _ in ones] for what, ones in bugs.items()}
    return told(after.step, new=[*names_of(found.new_findings()), *names["new"]],
                gone=[*names_of(found.gone_findings()), *names["gone"]], kinds=list(found.kinds))


def patch_by_patch(run, fixed, fuzzed):
    """[patch] of the series, in its order."""
    examples = sorted(run.folder.glob("*-finding-*.scenario")) + sorted(run.folder.glob("difference-*.scenario"))
    paths, steps = [*fixed, *fuzzed, *examples], run.trees.steps
    before, patches = built(steps[0], 0, len(steps) - 1), []
    for number, step in enumerate(steps[1:], 1):
        say(f"patch {number} of {len(steps) - 1}: {step.subject or step.commit[:12]}")
        after = built(step, number, len(steps) - 1)
        patches.append(one_patch(run, before, after, paths))
        before = before if after.error else after
    return patches
