# SPDX-License-Identifier: GPL-2.0-only
"""
What a patch is worth: what calls of families cost on both trees, counted and compared. To add a measure, add a
row to MEASURES.
"""
from __future__ import annotations

import collections
import dataclasses
import fractions

from driver.booting.cost_rows import MAPPED, UNMAPPED
from driver.reviewing import families
from driver.reviewing.collect import kind_of
from driver.reviewing.describe import error_name
from driver.reviewing.difference import aspect_of
from driver.reviewing.observer import play_all
from driver.terminal import Progress, say

FEWER, MORE = "fewer", "more"
# What is counted of a family: the op of its scenario. The first call makes tables; the second finds them there.
STEPS = {"map": MAPPED, "unmap": UNMAPPED, "first map": 0}


def mapped(*names):
    """How many of the pages of the call are mapped so: names as `observe` has them."""
    return lambda step: sum(step.get("pages", {}).get(name, 0) for name in names)


def events(*aspects):
    """How many events of these aspects the call has."""
    return lambda step: sum(number for name, number in step["counts"].items() if aspect_of(name) in aspects)


def one_count(name):
    return lambda step: step["counts"].get(name, 0)


@dataclasses.dataclass(frozen=True)
class Measure:
    name: str
    unit: str
    better: str  # FEWER or MORE
    count: object = None  # of a step of an answer; None for what booted kernels say


INSTRUCTIONS = Measure("Arm instructions", "instructions", FEWER)
MEASURES = (
    Measure("pages in groups or blocks", "pages", MORE, mapped("groups", "blocks")),
    Measure("pages in blocks", "pages", MORE, mapped("blocks")),
    Measure("table walks", "walks to reach every page once, a group or block as one", FEWER, mapped("walks")),
    Measure("table entries read", "reads", FEWER, events("reads")),
    Measure("table pages taken", "pages", FEWER, one_count("tables/taken")),
    Measure("stores", "words stored into tables", FEWER, events("stores")),
    Measure("barriers", "DSB, DMB and ISB", FEWER, events("barriers")),
    Measure("TLBIs", "instructions, with TLBI by range", FEWER, events("tlbi")),
    Measure("pages invalidated", "pages", FEWER, one_count("invalidated/pages")),
    INSTRUCTIONS,
)
BY_NAME = {measure.name: measure for measure in MEASURES}


def ratio(measure, base, patched):
    """How much worse PATCHED is: above 1 worse, below 1 better. Where one is 0, both count as one more."""
    more = 0 if base and patched else 1
    found = fractions.Fraction(patched + more, base + more)
    return found if measure.better == FEWER else 1 / found


# --- one family ------------------------------------------------------------------------------------------


def calls_of(answer):
    """{op: step} of the calls of an answer."""
    return {step["op"]: step for step in answer.get("steps", ()) if step["kind"] == "call"}


def why_not(name, answer):
    """Why a tree's answer to a family says nothing of what it costs, or nothing."""
    if not answer["played"]:
        return f"{name} is not built for its machine"
    if answer.get("signature"):
        return f"{name} breaks {kind_of(answer['signature'])[0]}"
    calls = calls_of(answer)
    for op in (0, 1, MAPPED, UNMAPPED):
        step = calls.get(op, {"skipped": "the scenario ended before"})
        if "skipped" in step:
            return f"{name} is not made to make the call: {step['skipped']}"
        if step.get("error"):
            return f"the call fails in {name}: {error_name(step['error'])}"
    return ""


def entry(family, step, call, measures):
    """What a call of a family costs, as the report has it. `measures`: {name: (base, patched)}"""
    return {"call": call, "step": step, "array": family.array, "pages": family.pages, "machine": family.machine,
            "measures": [{"name": name, "base": base, "patched": patched}
                         for name, (base, patched) in measures.items() if base != patched]}


def compared(family, base, patched):
    """The entries of a family, one for each step; those of equal cost have no measures."""
    calls = calls_of(base), calls_of(patched)
    for step, op in STEPS.items():
        name = families.UNDO[family.call] if step == "unmap" else family.call
        values = {measure.name: tuple(measure.count(one[op]) for one in calls) for measure in MEASURES if measure.count}
        yield entry(family, step, name, values)


def without_repeated(entries):
    """The first call is told where it differs in what the second does not."""
    second = {(one["call"], one["array"], one["pages"], one["machine"]): {each["name"] for each in one["measures"]}
              for one in entries if one["step"] == "map"}
    for one in entries:
        if one["step"] == "first map":
            same = second.get((one["call"], one["array"], one["pages"], one["machine"]), set())
            one["measures"] = [each for each in one["measures"] if each["name"] not in same]
    return entries


# --- all of them -----------------------------------------------------------------------------------------


class Counted:
    """Takes the answers of both trees to each family."""

    def __init__(self):
        self.entries, self.counted, self.instructions = [], 0, 0
        self.not_counted = collections.Counter()  # why: families

    def take(self, family, base, patched):
        why = why_not("BASE", base) or why_not("PATCHED", patched)
        if why:
            self.not_counted[why] += 1
            return
        self.counted += 1
        self.entries += without_repeated(list(compared(family, base, patched)))

    def take_instructions(self, entries):
        """Entries of families that booted kernels were measured with."""
        self.instructions += len(entries)
        self.entries += entries


def first_of_kinds(entries, worse):
    """
    A line for each call and measure that got worse, or better: the family in which it did most, and in how many
    it did; worst first, or best first.
    """
    kinds, of = {}, collections.Counter((one["step"], one["call"]) for one in entries)
    for one in entries:
        for each in one["measures"]:
            much = ratio(BY_NAME[each["name"]], each["base"], each["patched"])
            if (much > 1) == worse:
                kinds.setdefault((one["step"], one["call"], each["name"]), []).append((much, one, each))
    lines = []
    for (step, call, measure), found in kinds.items():
        much, one, each = max(found, key=lambda item: item[0] if worse else -item[0])  # the first of equal ones
        lines.append((much, {"call": call, "step": step, "measure": measure, "array": one["array"],
                             "pages": one["pages"], "machine": one["machine"], "base": each["base"],
                             "patched": each["patched"], "families": len(found),
                             "of": of[(step, call)]}))
    return [line for _, line in sorted(lines, key=lambda item: -item[0] if worse else item[0])]


def told(counted):
    """`worth` of the report."""
    entries = counted.entries
    return {"measures": [{"name": one.name, "unit": one.unit, "better": one.better} for one in MEASURES],
            "counted": counted.counted, "instructions": counted.instructions,
            "not_counted": dict(sorted(counted.not_counted.items())),
            "families": [one for one in entries if one["measures"]],
            "worse": first_of_kinds(entries, True), "better": first_of_kinds(entries, False)}


def play(run, players):
    """
    Plays the families on both trees and counts. Their answers are taken as those of other scenarios are: a rule
    that one breaks is a finding. Returns their files.
    """
    found = families.all_of(run.collected.machines)
    paths = families.write(found, run.folder / "families")
    say(f"counting what {len(found)} families of calls cost on both")
    progress = Progress()
    for number, (family, (path, answers)) in enumerate(zip(found, play_all(players, paths)), 1):
        run.collected.take(path, *answers)
        run.counted.take(family, *answers)
        progress.show(f"counting: {number} of {len(found)} families")
    progress.clear()
    run.checked_in += len(paths)
    return paths
