# SPDX-License-Identifier: GPL-2.0-only
"""A scenario's text, as the tool prints it, and the text of one that was played on a booted kernel."""
from __future__ import annotations

import dataclasses
import re

MAPS = ("vmap", "vmalloc", "ioremap", "vm_map_ram")
WITH_ARRAY = ("vmap", "vmalloc", "vm_map_ram", "vmap_pfn", "apply_to_page_range")  # calls whose pages are a list
SETS_UP = ("preset", "linear")
NO_OPS = ("vmapdiff", "machine", "policy", "fail", "during", "read", "expect")


@dataclasses.dataclass
class Op:
    """A line of a scenario. `runs` is its page array: (pfn, count), with "null" or "bad" for a pfn."""
    number: int
    kind: str
    fields: dict
    fails: dict = dataclasses.field(default_factory=dict)  # what a `fail` line before it has
    during: bool = False  # it is made while the one before it runs, or while a reader reads

    def value(self, name, default=0):
        return int(self.fields.get(name, str(default)), 0)

    @property
    def runs(self):
        found = []
        for run in self.fields.get("pages", "").split(","):
            first, _, count = run.partition("+")
            found.append((first if first in ("null", "bad") else int(first, 0), int(count or "1", 0)))
        return found

    def pages(self, shift):
        """How many pages it is about."""
        if self.kind in WITH_ARRAY:
            return sum(count for _, count in self.runs)
        if self.kind in ("vm_unmap_ram", "vfree", "vrealloc", "set_memory", "set_direct_map"):
            return self.value("pages")
        return self.value("size") >> shift


@dataclasses.dataclass
class Text:
    """What a scenario says: its machine, as words of fields, and its ops."""
    machine: dict
    ops: list

    @property
    def granule(self):
        return self.machine.get("granule", "4k")


def fields_of(words):
    return dict(word.partition("=")[::2] for word in words)


def parse(text):
    """The Text of a scenario that the tool printed: one that it has checked."""
    machine, ops, fails, during = {}, [], {}, False
    for line in re.sub(r"\n[ \t]+", "", text).splitlines():
        kind, *words = line.split("#")[0].split() or [""]
        if kind == "machine":
            machine = fields_of(words)
        elif kind == "fail":
            fails = fields_of(words)
        elif kind in ("during", "read"):
            during = True
        elif kind and kind not in NO_OPS:
            ops.append(Op(len(ops), kind, fields_of(words), fails, during))
            fails, during = {}, False
    return Text(machine, ops)


# --- what was reached ----------------------------------------------------------------------------


def runs_of(pfns):
    """The words of a page array: pfns, "null" and "bad", as runs."""
    runs = []
    for pfn in pfns:
        last = runs[-1] if runs else None
        if last and (last[0] + last[1] == pfn if isinstance(pfn, int) and isinstance(last[0], int) else last[0] == pfn):
            last[1] += 1
        else:
            runs.append([pfn, 1])
    return ",".join((f"{pfn:#x}" if isinstance(pfn, int) else pfn) + (f"+{count}" if count > 1 else "")
                    for pfn, count in runs)


def head(granule):
    return f"vmapdiff 2\nmachine granule={granule} va=48 pa=48 bbm=0\n"


def line_of(kind, **fields):
    words = [kind, *(f"{name}={value:#x}" if isinstance(value, int) else f"{name}={value}"
                     for name, value in fields.items() if value not in (None, ""))]
    return " ".join(words)


def block_shift(flags, shift, pfns):
    """The block size that vmalloc() chose: the largest that its size allows, and its pages are made of."""
    count = len(pfns)
    if flags != "huge":
        return shift
    group = shift + {12: 4, 14: 7, 16: 5}[shift]
    for large in (2 * shift - 3, group):
        size = 1 << (large - shift)
        if count >= size and all(pfns[i] % size == i % size for i in range(count)) and all(
                pfns[i] == pfns[i - i % size] + i % size for i in range(count)):
            return large
    return shift


def nowhere(op):
    """Where a call is put in the slice that the kernel gave no area: an address of 48 bits, for each op another."""
    return 0xffff900000000000 + (op << 40)
