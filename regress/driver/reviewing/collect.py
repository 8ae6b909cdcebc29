# SPDX-License-Identifier: GPL-2.0-only
"""What came of all scenarios on two trees: findings by signature, differences by kind, and how much was played."""
from __future__ import annotations

import collections
import dataclasses
import re

from driver.reviewing import difference
from driver.reviewing.geometry import granule_of

SIGNATURE = re.compile(r"FAIL (\S+)(?:.*? op=\d+:(\w+))?")
GRANULES = ("4k", "16k", "64k")  # of two scenarios that are as small, the one with the first


def kind_of(signature):
    """(rule, call) of a signature: what findings of one kind have in common. ('', '') if all rules hold."""
    found = SIGNATURE.match(signature or "")
    return (found.group(1), found.group(2) or "") if found else ("", "")


@dataclasses.dataclass
class Finding:
    """Scenarios that break a rule at a call of a kind."""
    kind: tuple
    in_base: int = 0  # scenarios
    in_patched: int = 0
    new: int = 0  # of those in PATCHED: scenarios in which BASE holds
    gone: int = 0
    machines: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    smallest: dict = dataclasses.field(default_factory=dict)  # base, patched, new, gone: (size, path, signature)

    def take(self, what, size, path, signature):
        if what not in self.smallest or size < self.smallest[what][0]:
            self.smallest[what] = (size, path, signature)


@dataclasses.dataclass
class Kind:
    """Differences of one kind."""
    key: tuple
    scenarios: int = 0
    machines: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    smallest: tuple = ()  # (size, path, Difference)

    def take(self, size, path, found):
        self.scenarios += 1
        self.machines[found.machine] += 1
        if not self.smallest or size < self.smallest[0]:
            self.smallest = (size, path, found)


class Collected:
    """Takes the answers of both to each scenario."""

    def __init__(self):
        self.findings, self.kinds = {}, {}
        self.scenarios = self.calls = self.alike = 0
        self.not_compared = collections.Counter()  # why: scenarios
        self.not_made = [collections.Counter(), collections.Counter()]  # of BASE and PATCHED: reason: calls
        self.machines = collections.Counter()

    def take(self, path, base, patched):
        """The answers of both to the scenario in a file."""
        if not self.can_compare(base, patched):
            return
        self.scenarios += 1
        self.machines[patched.get("machine") or base.get("machine", "")] += 1
        for answer, not_made in zip((base, patched), self.not_made):
            for step in answer["steps"]:
                not_made[step.get("skipped", "")] += step["kind"] == "call"
        self.calls += sum(step["kind"] == "call" and "skipped" not in step for step in patched["steps"])
        self.take_findings(path, base, patched)
        found = difference.differences(base, patched)
        self.alike += not found and base.get("signature") == patched.get("signature")
        size = self.size_of(patched, base)
        for key, one in {one.key: one for one in reversed(found)}.items():
            self.kinds.setdefault(key, Kind(key)).take(size, path, one)

    def can_compare(self, base, patched):
        if base.get("unusable") or patched.get("unusable"):
            self.not_compared["not a scenario"] += 1
        elif not base["played"] and not patched["played"]:
            self.not_compared["neither tree is built for its machine"] += 1
        elif not base["played"] or not patched["played"]:
            self.not_compared[f"{'BASE' if patched['played'] else 'PATCHED'} is not built for its machine"] += 1
        else:
            return True
        return False

    @staticmethod
    def size_of(answer, other):
        machine = answer.get("machine") or other.get("machine") or "4k"
        steps, work = difference.size_of(answer if answer["steps"] else other)
        return steps, GRANULES.index(granule_of(machine)), work

    def take_findings(self, path, base, patched):
        signatures = base.get("signature", ""), patched.get("signature", "")
        kinds = kind_of(signatures[0]), kind_of(signatures[1])
        size = self.size_of(patched, base)
        if kinds[0][0]:
            one = self.finding(kinds[0])
            one.in_base += 1
            one.take("base", size, path, signatures[0])
            if not kinds[1][0]:
                one.gone += 1
                one.take("gone", size, path, signatures[0])
        if kinds[1][0]:
            one = self.finding(kinds[1])
            one.in_patched += 1
            one.machines[patched.get("machine") or base.get("machine") or ""] += 1
            one.take("patched", size, path, signatures[1])
            if not kinds[0][0]:
                one.new += 1
                one.take("new", size, path, signatures[1])

    def finding(self, kind):
        return self.findings.setdefault(kind, Finding(kind))

    # --- sorted ---------------------------------------------------------------------------------

    def is_new(self, one):
        """Where BASE holds, or breaks the rule nowhere: where it breaks another before, it could not be seen."""
        return one.in_patched and (one.new or not one.in_base)

    def new_findings(self):
        return [one for one in self.findings.values() if self.is_new(one)]

    def gone_findings(self):
        return [one for one in self.findings.values() if one.in_base and not one.in_patched]

    def findings_in_both(self):
        return [one for one in self.findings.values()
                if one.in_base and one.in_patched and not self.is_new(one)]

    def sorted_kinds(self):
        """
        Kinds of differences: first those that do not follow from others, then by what they are about. Calls
        that one tree is not made to make, for a bug that is known, say least of what the patch does.
        """
        return sorted(self.kinds.values(), key=lambda kind: (
            kind.key[4], kind.key[2] == "made", difference.ASPECTS.index(kind.key[2]), -kind.scenarios, kind.key[0], str(kind.key)))
