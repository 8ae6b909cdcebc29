# SPDX-License-Identifier: GPL-2.0-only
"""
A scenario played on the tree's slice: the verdict, and the tables after each op, put together of the
record of events.
"""
from __future__ import annotations

import dataclasses
import json
import pathlib
import re
import subprocess

from driver import tool
from driver.terminal import Unusable

TABLE = 3  # the low bits of a table's descriptor, above level 3
LAST_LEVEL = 3


class Tables:
    """The tables of the simulated machine, word by word."""

    def __init__(self, machine):
        self.shift, self.va_bits = machine["page_shift"], machine["va_bits"]
        self.index_bits = self.shift - 3
        levels = -(-(self.va_bits - self.shift) // self.index_bits)
        self.start = LAST_LEVEL + 1 - levels
        self.root = machine["root"]
        self.at = {int(machine["root_pa"], 16): self.root}  # physical address: number of the table
        self.words = {self.root: {}}

    def store(self, event):
        words = self.words.setdefault(event["table"], {})
        for i, word in enumerate(event["new"]):
            words[event["index"] + i] = int(word, 16)

    def take(self, event):
        """What an event changes."""
        if event["event"] == "store":
            self.store(event)
        elif event["event"] == "alloc_table" and not event["failed"]:
            self.at[int(event["pa"], 16)] = event["table"]
            self.words[event["table"]] = {}

    def copy(self):
        other = Tables.__new__(Tables)
        other.__dict__.update(self.__dict__)
        other.at, other.words = dict(self.at), {table: dict(words) for table, words in self.words.items()}
        return other

    def size(self, level):
        return 1 << (self.shift + (LAST_LEVEL - level) * self.index_bits)

    def walk(self, va):
        """(level, word) of the entry at which a walk of an address ends."""
        table, offset = self.root, va % (1 << self.va_bits)
        for level in range(self.start, LAST_LEVEL + 1):
            index = offset // self.size(level) if level == self.start else offset // self.size(level) % (
                1 << self.index_bits)
            word = self.words.get(table, {}).get(index, 0)
            if level == LAST_LEVEL or word & 3 != TABLE:
                return level, word
            table = self.at.get(word & (1 << 48) - (1 << self.shift))
        raise AssertionError("a walk has no end")


@dataclasses.dataclass
class Slice:
    """What came of a scenario on the slice."""
    text: str  # of the scenario, as the tool prints it
    rule: str = ""  # property.rule that is broken, or nothing
    signature: str = ""
    op: int = 0  # at which
    tables: dict = dataclasses.field(default_factory=dict)  # op: Tables after it
    errors: dict = dataclasses.field(default_factory=dict)  # op: errno
    warnings: dict = dataclasses.field(default_factory=dict)  # op: text
    skipped: dict = dataclasses.field(default_factory=dict)  # op: why its call was not made
    crash: str = ""


def read(lines):
    """The Slice that records say, one JSON object a line."""
    found, tables = Slice(""), None
    for record in map(json.loads, lines):
        kind = record["record"]
        if kind == "tool":
            found.text = record["scenario"]
        elif kind == "machine":
            tables = Tables(record)
        elif kind == "event":
            tables.take(record)
        elif kind == "end":
            end_of_op(found, record, tables)
        elif kind == "verdict" and not record["holds"]:
            found.signature, found.op = record.get("signature", ""), record.get("op", 0)
    match = re.match(r"FAIL (\S+)", found.signature)
    found.rule = match.group(1) if match else ""
    return found


def end_of_op(found, record, tables):
    op = record["op"]
    found.tables[op] = tables.copy()
    if record["kind"] != "call":
        return
    found.errors[op] = record.get("error", 0)
    if "warning" in record:
        found.warnings[op] = record["warning"]
    if "skipped" in record:
        found.skipped[op] = record["skipped"]


def run(*words):
    return subprocess.run([str(word) for word in words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", check=False, env=tool.environment())


def text_of(binary, path, to):
    """A scenario's text, as the tool prints it. Raises Unusable where the file has none."""
    done = run(binary, "convert", path, "-o", to)
    if done.returncode:
        raise Unusable(f"confirm: {path} is not a scenario that can be played: {done.stdout.strip()[-1000:]}")
    return pathlib.Path(to).read_text()


def play(binary, path, events, text=None):
    """
    The Slice of a scenario in a file; `events` is where the record goes. `text` is its text, where that is known
    as the tool prints it. Raises Unusable.
    """
    events = pathlib.Path(events)
    events.unlink(missing_ok=True)
    text = text or text_of(binary, path, events.with_suffix(".text"))
    done = run(binary, "show", path, "--events", events)
    found = read(events.read_text(errors="replace").splitlines()) if events.exists() else Slice(text)
    found.text = text
    if done.returncode not in (0, 1) or (done.returncode == 1 and not found.rule):
        found.crash = next((line for line in done.stdout.splitlines() if "ERROR: " in line or line.startswith("FAIL ")),
                           "")
        if not found.crash:
            raise Unusable(f"confirm: {path} cannot be played: {done.stdout.strip()[-1000:]}")
        found.signature = found.crash
    return found


# --- word for word --------------------------------------------------------------------------------


@dataclasses.dataclass
class Difference:
    """A word that the two have differently."""
    va: int
    kernel: tuple  # (level, word)
    slice: tuple

    def kind(self):
        """In what way they differ, in words that are the same for all that differ so."""
        (level, word), (other_level, other) = self.kernel, self.slice
        if not word or not other:
            return f"mapped {'on the booted kernel' if word else 'in the slice'} alone"
        if level != other_level:
            return f"level {level} on the booted kernel, level {other_level} in the slice"
        bits = [bit for bit in range(64) if (word ^ other) >> bit & 1]
        address = [bit for bit in bits if 12 <= bit < 48]
        names = ["the address"] * bool(address) + [f"bit {bit} ({word >> bit & 1} and {other >> bit & 1})"
                                                   for bit in bits if bit not in address]
        return f"{', '.join(names)} on the booted kernel and in the slice"

    def line(self):
        (level, word), (other_level, other) = self.kernel, self.slice
        return (f"at {self.va:#x}: level {level} {word:#018x} on the booted kernel, level {other_level} {other:#018x} "
                "in the slice")


def compare(tables, va, pages_of_area, words):
    """
    (number of words, [Difference]) of an area at an address, whose words the driver told. Where both have
    nothing, the level says nothing: the kernel has tables for other areas too. Outside of the area it has
    what is theirs, and the slice has not.
    """
    count, different = 0, []
    for page, entries, level, pages, first, step in words:
        for i in range(entries):
            begins = page + i * pages
            at = va + (begins << tables.shift)
            if begins + pages <= 0 or begins >= pages_of_area:
                continue
            seen, wanted = (level, first + i * step), tables.walk(max(at, va))
            count += 1
            if seen != wanted and (seen[1] or wanted[1]):
                different.append(Difference(at, seen, wanted))
    return count, different
