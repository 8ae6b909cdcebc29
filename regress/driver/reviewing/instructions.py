# SPDX-License-Identifier: GPL-2.0-only
"""review --instructions: Arm instructions of calls on the booted kernels of both trees, as `cost` counts them."""
from __future__ import annotations

import time

from driver import install, packages
from driver.booting import cost, cost_report, shadow
from driver.reviewing import families, worth
from driver.terminal import Unusable, say

GRANULE = "4k"
STEPS = ("booted map", "booted unmap")


def check(options):
    """Raises Unusable where the trees cannot be booted, before anything is built or written."""
    if not options.instructions:
        return
    if options.range or options.mbox:
        raise Unusable("review: --instructions boots both trees, and --range and --mbox write only the files of them "
                       "that the rig reads\nname two whole trees, such as two worktrees: "
                       "./rig kernel review BASE PATCHED --instructions")
    if len(options.trees) != 2:
        return  # what is wrong with that is told where the trees are chosen
    for tree in options.trees:
        try:
            shadow.top_of(tree)
        except Unusable as why:
            raise Unusable(f"review: --instructions boots both trees, and one cannot be booted:\n{why}") from why
    install.ensure(packages.BOOT, options.may_install)


def array_of(row):
    """What a row of `cost` maps, in words."""
    return row.name.partition(" ")[2].replace("-", " ")


def figures(base, patched):
    """What a call costs in both; the same where it differs by no more than the counter can tell."""
    values = [side.instructions for side, _ in (base, patched)]
    told = abs(values[0] - values[1]) > base[1] + patched[1]
    return (round(values[0]), round(values[1])) if told else (0, 0)


def entries(base, patched):
    """The entries of rows that both trees have. `base`, `patched`: {row's name: Measured}"""
    for name in filter(patched.__contains__, base):
        row, sides = base[name].row, (base[name], patched[name])
        family = families.Family(row.call, array_of(row), row.count, GRANULE, "")
        for step, *calls in zip(STEPS, *map(cost_report.calls_of, sides)):
            values = figures(*((call[1], side.resolution) for call, side in zip(calls, sides)))
            yield worth.entry(family, step, calls[0][0].rstrip("()"), {worth.INSTRUCTIONS.name: values})


def missing(base, patched):
    """Why rows are not compared, one reason for each: a tree has no such function, or not one that is known."""
    for name, ones, others in (("PATCHED", base, patched), ("BASE", patched, base)):
        for row in (ones[one].row for one in ones if one not in others):
            yield f"{name} has no {row.map} that can be called"


def count(run):
    """Builds and boots both, and counts. The time that it takes is not of the review's budget."""
    begin = time.monotonic()
    say("counting Arm instructions on the booted kernels of both")
    measured = [cost.measure_tree(step.tree, GRANULE, False, None) for step in (run.trees.base, run.trees.patched)]
    run.counted.take_instructions(list(entries(*measured)))
    run.counted.not_counted.update(missing(*measured))
    run.begin += time.monotonic() - begin
