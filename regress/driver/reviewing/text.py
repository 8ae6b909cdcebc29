# SPDX-License-Identifier: GPL-2.0-only
"""The text of a scenario, line by line, as `vmapdiff convert` prints it."""
from __future__ import annotations

import dataclasses
import re

HEAD = ("vmapdiff", "machine", "policy", "expect")
NOT_PAGES = ("null", "bad")


@dataclasses.dataclass(frozen=True)
class Line:
    """A word and its options; an option without a value has None."""
    word: str
    options: tuple

    def get(self, name, default=None):
        return dict(self.options).get(name, default)

    def with_option(self, name, value):
        return Line(self.word, tuple((one, value if one == name else old) for one, old in self.options))

    def without(self, name):
        return Line(self.word, tuple(option for option in self.options if option[0] != name))

    def __str__(self):
        return " ".join([self.word, *(name if value is None else f"{name}={value}" for name, value in self.options)])


def parse(text):
    """[Line]; a line that begins with white space goes on with the one before."""
    joined = re.sub(r"\n[ \t]+", "", text)
    lines = []
    for line in joined.splitlines():
        words = line.split("#")[0].split()
        if words:
            options = tuple((name, value if equals else None)
                            for name, equals, value in (word.partition("=") for word in words[1:]))
            lines.append(Line(words[0], options))
    return lines


def text_of(lines):
    return "".join(f"{line}\n" for line in lines)


def ops_of(lines):
    """[(line of the op, line of the faults injected into it or None)]"""
    found, faults = [], None
    for line in lines:
        if line.word == "fail":
            faults = line
        elif line.word not in HEAD:
            found.append((line, faults))
            faults = None
    return found


def runs_of(pages):
    """[(first page frame, or what is in its place, count)] of a page array."""
    found = []
    for part in pages.split(","):
        first, _, count = part.partition("+")
        found.append((first if first in NOT_PAGES else int(first, 0), int(count or "1", 0)))
    return found


def pages_text(runs):
    return ",".join((first if first in NOT_PAGES else hex(first)) + (f"+{count}" if count > 1 else "")
                    for first, count in runs)
