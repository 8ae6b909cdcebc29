# SPDX-License-Identifier: GPL-2.0-only
"""The policy and the known bugs of a tree, as `vmapdiff kernel known` prints them."""
from __future__ import annotations

import dataclasses
import re
import subprocess

from driver import tool
from driver.reviewing import difference
from driver.reviewing.observer import Observer
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


BUG = re.compile(r"  ([a-z0-9-]+) \((\S+\.\S+)\)\n    (.*)\n((?:      \| .*\n)*)")


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


def play_judged(tools, name, path, log):
    """The answers of two trees to a scenario in a file, for which a known bug is judged."""
    answers = []
    for binary in tools:
        with Observer(binary, f"{name}, judged", log, VMAPDIFF_JUDGE=name) as observer:
            answers.append(observer.play(path))
    return answers


def sorted_out(tools, base, patched, folder):
    """
    {new, gone, both: [(Bug, file)]} of the known bugs that one tree alone is found to have. Where the other
    does the same in the scenario that shows it, step by step, it breaks no rule there, since less is
    promised: the patch did not bring it. `base`, `patched`: the Known of the trees of `tools`.
    """
    found = {"new": [], "gone": [], "both": []}
    for what, ones, others in (("new", patched.bugs, base.bugs), ("gone", base.bugs, patched.bugs)):
        for name in sorted(set(ones) - set(others)):
            path = folder / f"known-{name}.scenario"
            path.write_text(ones[name].scenario)
            answers = play_judged(tools, name, path, folder / "observe-known.log")
            same = difference.do_the_same(*answers, ones[name].rule)
            found["both" if same else what].append((ones[name], path))
    return found
