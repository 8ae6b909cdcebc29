# SPDX-License-Identifier: GPL-2.0-only
"""The policy and the known bugs of a tree, as `vmapdiff kernel known` prints them."""
from __future__ import annotations

import dataclasses
import re
import subprocess

from driver import tool
from driver.terminal import Unusable


@dataclasses.dataclass
class Bug:
    """A known bug that a tree has, and that is waived for it."""
    name: str
    rule: str
    sentence: str
    scenario: str


@dataclasses.dataclass
class Known:
    release: str = ""
    policy: dict = dataclasses.field(default_factory=dict)  # knob: value
    bugs: dict = dataclasses.field(default_factory=dict)  # name: Bug
    left_out: str = ""

    def not_understood(self):
        return [knob for knob, value in self.policy.items() if "NOT UNDERSTOOD" in value]


BUG = re.compile(r"  (\S+) \((\S+\.\S+)\)\n    (.*)\n((?:      \| .*\n)*)")


def policy_of(text):
    """{knob: value}; a knob ends where its last colon is that does not stand in its value."""
    found, last = {}, ""
    for line in text.splitlines():
        if line.startswith("   ") and last:
            found[last] += f"; {line.strip()}"
        elif line.startswith("  "):
            parts = line.strip().split(": ")
            last, found[": ".join(parts[:2])] = ": ".join(parts[:2]), ": ".join(parts[2:])
    return found


def parse(text):
    """The Known of what the tool prints."""
    head, _, rest = text.partition("\n")
    policy, _, bugs = rest.partition("\nwaived, since the tree is found to do it:\n")
    found = Known(head.partition(",")[0], policy_of(policy.partition("\n")[2]))
    left_out = re.search(r"^LEFT OUT: (.*)$", rest, re.MULTILINE)
    found.left_out = left_out.group(1) if left_out else ""
    for name, rule, sentence, scenario in BUG.findall(bugs):
        found.bugs[name] = Bug(name, rule, sentence, re.sub(r"^      \| ", "", scenario, flags=re.MULTILINE))
    return found


def of(binary):
    """The Known of a tree's tool. Raises Unusable."""
    done = subprocess.run([str(binary), "kernel", "known"], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, errors="replace", check=False, env=tool.environment())
    if done.returncode:
        raise Unusable(f"review: the tree cannot be measured:\n{done.stderr[-2000:]}")
    return parse(done.stdout)
