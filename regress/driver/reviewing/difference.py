# SPDX-License-Identifier: GPL-2.0-only
"""
What two trees do differently in a scenario, step by step. A step differs in aspects: what is mapped,
errno, counts of events. The first of them, in the order of ASPECTS, names the kind of the difference;
the others are told with it.
"""
from __future__ import annotations

import collections
import dataclasses
import re

# From what a caller notices to what only a record does. What is later in the list often follows from
# what is before.
ASPECTS = ("made", "errno", "warnings", "mapping", "leaves", "block size", "tables", "traps", "stores",
           "tlbi", "invalidated", "barriers", "aliases", "freed", "locks", "lazy", "flushes", "modified", "reads",
           "order", "warning text")
NOT_MADE = "not made: "  # and why
PLACE = re.compile(r" at \S+:\d+")
# What a rule, or all of a property, is about. Others are about all that is done.
ABOUT = {"errors": ("made", "errno", "warnings"), "cost.loads": ("reads",), "cost.stores": ("stores",),
         "cost.tlbi": ("tlbi", "invalidated"), "flush.modified": ("modified",)}


@dataclasses.dataclass
class Difference:
    """A step that differs."""
    index: int  # of the step
    op: int
    kind: str  # call, cleanup, purge, setup
    call: str
    machine: str
    aspects: dict  # name: (in BASE, in PATCHED), the most important first
    steps: tuple  # of both, whole
    follows: bool  # what was mapped before the step differed already

    @property
    def lead(self):
        """The aspect that names the kind."""
        return aspect_of(next(iter(self.aspects)))

    @property
    def key(self):
        """What differences of one kind have in common."""
        detail = tuple(one for name, values in self.aspects.items() if aspect_of(name) == self.lead
                       for one in detail_of(name, *values))
        return (self.call, self.kind, self.lead, detail, self.follows)


def aspect_of(name):
    """counts are named ASPECT/WHAT"""
    return name.split("/")[0]


def kinds_of(runs):
    """{(level, contiguous): pages} of leaves."""
    kinds = collections.Counter()
    for level, contiguous, pages in runs or ():
        kinds[(level, contiguous)] += pages
    return kinds


def detail_of(name, base, patched):
    """What of the values belongs to the kind: which errnos, which leaves became which, more or fewer."""
    if name == "leaves":
        before, after = kinds_of(base), kinds_of(patched)
        yield "fewer", tuple(sorted(kind for kind in before if before[kind] > after[kind]))
        yield "more", tuple(sorted(kind for kind in after if after[kind] > before[kind]))
    elif "/" in name:
        yield name, "more" if patched > base else "fewer"
    elif name in ("mapping", "order", "warning text"):
        yield name
    else:
        yield name, str(base), str(patched)


def without_line(text):
    """A warning's text without its place: trees lie in folders of their own, and lines move as code is added."""
    return PLACE.sub("", text or "")


def values_of(step):
    """{aspect: value} of a step."""
    if "skipped" in step:
        return {"made": f"{NOT_MADE}{step['skipped']}"}
    found = {"made": "made", "errno": step.get("error"), "leaves": step.get("leaves"),
             "mapping": step.get("tables"), "block size": step.get("page_shift"),
             "modified": step.get("modified"), "order": step.get("order"),
             "warning text": without_line(step.get("warning"))}
    found.update(step.get("counts", {}))
    return found


def is_count(name):
    return "/" in name


def explain(aspects):
    """Leaves out what says nothing more: a digest where what it is made of differs."""
    names = {aspect_of(name) for name in aspects}
    if "leaves" in names:
        aspects.pop("mapping", None)
    if names - {"order", "warning text"}:
        aspects.pop("order", None)
        aspects.pop("warning text", None)
    return aspects


def aspects_of(base, patched):
    """{name: (in BASE, in PATCHED)} of what differs in a step, sorted."""
    before, after = values_of(base), values_of(patched)
    if before["made"] != after["made"]:
        return {"made": (before["made"], after["made"])}
    found = {}
    for name in dict.fromkeys([*before, *after]):
        values = tuple(values.get(name, 0 if is_count(name) else None) for values in (before, after))
        if values[0] != values[1]:
            found[name] = values
    return dict(sorted(explain(found).items(), key=lambda item: (ASPECTS.index(aspect_of(item[0])), item[0])))


def steps_to_compare(base, patched):
    """Pairs of steps before the one at which a rule is broken in either: what comes of that is a finding."""
    ends = [answer["op"] for answer in (base, patched) if answer.get("signature") and "op" in answer]
    for one, other in zip(base.get("steps", ()), patched.get("steps", ())):
        if (one["op"], one["kind"]) != (other["op"], other["kind"]) or one["op"] >= min(ends, default=1 << 30):
            return
        yield one, other


def tables_differ(one, other, aspects):
    """Whether what comes after a step may differ because of it."""
    return ("skipped" in {**one, **other} or one.get("tables") != other.get("tables")
            or any(aspect_of(name) == "tables" for name in aspects))


def differences(base, patched):
    """[Difference] of a scenario, by the answers of both."""
    found, follows = [], False
    for index, (one, other) in enumerate(steps_to_compare(base, patched)):
        aspects = aspects_of(one, other)
        if aspects:
            found.append(Difference(index, one["op"], one["kind"], one.get("call", ""), base["machine"], aspects,
                                    (one, other), follows))
        follows = follows or tables_differ(one, other, aspects)
    return found


def do_the_same(base, patched, rule):
    """
    Whether two answers are the same in what a rule is about, whatever the verdicts are. A scenario ends
    where a rule is broken: what one did after that is not compared.
    """
    if base.get("ended") or patched.get("ended") or not (base["played"] and patched["played"]):
        return False
    about = ABOUT.get(rule) or ABOUT.get(rule.partition(".")[0]) or ASPECTS
    return not any(aspect_of(name) in about for one, other in zip(base["steps"], patched["steps"])
                   for name in aspects_of(one, other))


def size_of(answer):
    """How hard a scenario is to read: by steps, then by what was done in them."""
    return len(answer["steps"]), sum(sum(step.get("counts", {}).values()) for step in answer["steps"])
