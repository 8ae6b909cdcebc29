# SPDX-License-Identifier: GPL-2.0-only
"""What show --events writes, read as a checker from elsewhere would: nothing of the rig is used."""
import json
import re
from pathlib import Path

from small_schema import violations

SCHEMA = json.loads((Path(__file__).resolve().parent / "events.schema.json").read_text())


# Numbers of which the schema says of an event what it says of all such: a hexadecimal one without zeros before
# it, and one above 0.
NUMBER = re.compile(r'"0x(?:0|[1-9a-f][0-9a-f]{0,15})"|(?<=":)[1-9][0-9]*(?=[,}])')
GOOD = set()  # events that are as the schema says, without their numbers


def check(text, line, number):
    """An assertion unless a line is as the schema says. Of events that differ in numbers alone, one is compared."""
    form = NUMBER.sub(lambda found: '"0x1"' if found.group()[0] == '"' else "1", text)
    if line.get("record") == "event" and form in GOOD:
        return
    found = list(violations(line, SCHEMA))
    assert not found, f"line {number}: {found[:3]}\n{json.dumps(line)[:400]}"
    GOOD.add(form)


def read(text):
    """The lines, each as the schema says, or an assertion."""
    lines = []
    for number, line in enumerate(text.splitlines(), 1):
        lines.append(json.loads(line))
        check(line, lines[-1], number)
    return lines


def events(lines, name=None):
    return [line for line in lines if line["record"] == "event" and name in (None, line["event"])]


class Tables:
    """Table memory, made anew from the record: an assertion where the record contradicts itself."""

    def __init__(self, lines):
        self.machine, = [line for line in lines if line["record"] == "machine"]
        self.words = {self.machine["root"]: [0] * self.machine["table_entries"]}
        self.at = {int(self.machine["root_pa"], 16): self.machine["root"]}
        for line in events(lines):
            getattr(self, line["event"], lambda line: None)(line)

    def alloc_table(self, line):
        if line["failed"]:
            return
        assert line["table"] not in self.words, line
        self.words[line["table"]] = [0] * self.machine["table_entries"]
        self.at[int(line["pa"], 16)] = line["table"]

    def free_table(self, line):
        del self.words[line["table"]]
        del self.at[int(line["pa"], 16)]

    def store(self, line):
        assert self.at[int(line["pa"], 16)] == line["table"], line
        first, end = line["index"], line["index"] + len(line["new"])
        words = self.words[line["table"]]
        assert words[first:end] == [int(word, 16) for word in line["old"]], f"old words: {line}"
        words[first:end] = [int(word, 16) for word in line["new"]]

    def pfn_of(self, va):
        """Of an address of the upper half, with 4K pages and 48 bits: the Arm manual's walk."""
        table = self.machine["root"]
        for level in range(4):
            shift = 39 - 9 * level
            entry = self.words[table][va >> shift & 511]
            address = entry & 0x0000fffffffff000
            if not entry & 1:
                return None
            if level == 3 or not entry & 2:
                return (address & ~((1 << shift) - 1) | va & ((1 << shift) - 1)) >> 12
            table = self.at[address]
        return None
