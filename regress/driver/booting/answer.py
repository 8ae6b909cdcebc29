# SPDX-License-Identifier: GPL-2.0-only
"""
What a booted kernel said: the lines of the test driver, and, between them, warnings and crashes of
the kernel's own. An answer counts if it has every line from the first to the last.
"""
from __future__ import annotations

import dataclasses
import re

PROTOCOL = 1
OURS = re.compile(r"vmapdiff: (\d+) (.*)$")
# Of the kernel's own lines: what ends it, and what warns.
FATAL = re.compile(r"(Kernel panic - not syncing: .*|Internal error: .*|Unable to handle kernel .*|"
                   r"kernel BUG at .*)")
WARNING = re.compile(r"WARNING: .*")


@dataclasses.dataclass
class Answer:
    """An answer: `lines` are lists of words, and warnings stand among them as ["warning", text]."""
    lines: list
    ended: bool  # whether the driver came to its last line
    fatal: str  # the first line of a crash, or nothing
    broken: str  # why the answer cannot be trusted, or nothing


def clean(line):
    return re.sub(r"^(<\d>)?(\[ *\d+\.\d+\](\[ *\w+\])? )?", "", line.rstrip("\r\n"))


def read(text):
    """The Answer that is in what a console printed."""
    lines, expected, ended, fatal, broken = [], 0, False, "", ""
    for line in map(clean, text.splitlines()):
        ours = OURS.search(line)
        if ours:
            number = int(ours.group(1))
            if number != expected and not broken:
                broken = f"line {expected} of the driver is missing, and line {number} came"
            expected = number + 1
            lines.append(ours.group(2).split())
            ended = ended or ours.group(2) == "end"
        elif WARNING.search(line):
            lines.append(["warning", WARNING.search(line).group(0)])
        elif FATAL.search(line) and not fatal:
            fatal = FATAL.search(line).group(0)
            lines.append(["fatal", fatal])
    return Answer(lines, ended, fatal, broken or what_is_wrong(lines))


def what_is_wrong(lines):
    """Why lines are not those of a driver of this version, or nothing."""
    ours = [line for line in lines if line[0] not in ("warning", "fatal")]
    if ours and ours[0][:2] != ["protocol", str(PROTOCOL)]:
        return f"the driver's first line is '{' '.join(ours[0])}', not that of protocol {PROTOCOL}"
    refused = next((line for line in ours if line[0] == "refused"), None)
    if refused:
        return f"the driver refused line {refused[1]} of the plan: {' '.join(refused[2:])}"
    return ""


def scenarios(answer):
    """{number: its lines}, of the scenarios that were begun."""
    found, current = {}, None
    for line in answer.lines:
        if line[0] == "scenario":
            current = found.setdefault(int(line[1]), [])
        elif line[0] == "free":
            current = None
        elif current is not None and line != ["end"]:
            current.append(line)
    return found
