# SPDX-License-Identifier: GPL-2.0-only
"""
A plan for the driver of a booted kernel, and what is expected of each of its calls. A call that is
planned is one that the kernel's callers can make; what none can make is refused, with the reason.

An area's expectation is a list with an entry for each page: ("block", number, page of the block),
("pa", page frame number), ("own", page that vmalloc() took), or None where nothing is mapped.
"""
from __future__ import annotations

import dataclasses

VERSION = 1
PAGE_SHIFTS = {"4k": 12, "16k": 14, "64k": 16}
# The driver's limits: mapper/kernel/boot/driver.h
MAX_BLOCKS, MAX_AREAS, MAX_ARRAY_PAGES, MAX_ORDER = 256, 16, 262144, 18
WORDS, PAGES, MEMORY = 1, 2, 4  # what a look shows
LOOKS = WORDS | PAGES | MEMORY
READ_ONLY = ("kernel-ro",)
EXECUTABLE = ("kernel-exec",)
IOREMAP_PROTS = ("device", "normal-nc", "noncached", "kernel")
VMAP_PROTS = ("kernel", "kernel-ro", "kernel-exec", "normal-nc", "device", "tagged", "noncached")


class NotReachable(Exception):
    """No caller of the kernel can make this call; the text says why."""


@dataclasses.dataclass
class Area:
    kind: str
    count: int  # pages
    prot: str = "kernel"
    pages: list = dataclasses.field(default_factory=list)  # the expectation
    read_only: set = dataclasses.field(default_factory=set)  # pages that set_memory made so
    live: bool = True


@dataclasses.dataclass
class Expected:
    """What must come of an op: of each area that lives after it, by number, and whether it fails."""
    op: int
    call: str
    area: int
    fails: bool = False
    words: dict = dataclasses.field(default_factory=dict)  # of the call, as a scenario says them
    areas: dict = dataclasses.field(default_factory=dict)


class Scenario:
    """One scenario of a plan, call by call."""

    def __init__(self, granule, looks=LOOKS):
        self.shift, self.looks = PAGE_SHIFTS[granule], looks
        self.lines, self.areas, self.expected = [], {}, []
        self.blocks = 0

    @property
    def pmd_order(self):
        return self.shift - 3

    # --- memory ---------------------------------------------------------------------------------

    def block(self, order):
        """A block of 2^order pages; its number."""
        if self.blocks == MAX_BLOCKS or order > MAX_ORDER:
            raise NotReachable(f"it needs more memory in one piece, or more pieces, than there is: a block of "
                               f"2^{order} pages, after {self.blocks} others")
        self.lines.append(f"block {self.blocks} {order}")
        self.blocks += 1
        return self.blocks - 1

    def array(self, runs):
        """The lines of a page array of (block, page, count), and of ("null" or "bad", count)."""
        pages = []
        for run in runs:
            if len(run) == 2:
                self.lines.append(f"bad {run[0]} {run[1]}")
                pages += [run[0]] * run[1]
            else:
                block, first, count = run
                self.lines.append(f"run {block} {first} {count}")
                pages += [("block", block, first + i) for i in range(count)]
        if len(pages) > MAX_ARRAY_PAGES:
            raise NotReachable(f"the driver's page arrays have up to {MAX_ARRAY_PAGES} pages, not {len(pages)}")
        return pages

    # --- calls ----------------------------------------------------------------------------------

    def new_area(self, kind, count, prot="kernel"):
        if len(self.areas) == MAX_AREAS:
            raise NotReachable(f"the driver has up to {MAX_AREAS} areas at a time")
        number = len(self.areas)
        self.areas[number] = Area(kind, count, prot)
        return number

    def begin(self, op):
        self.lines.append(f"op {op}")

    def small(self, area):
        """Whether an area was asked for in single pages."""
        return next(one.words.get("flags") for one in self.expected if one.area == area) != "huge"

    def end(self, op, call, area, fails=False, **words):
        """Looks at all areas that live, and keeps what is expected of them."""
        expected = Expected(op, call, area, fails, words=words)
        for number, one in self.areas.items():
            if one.live:
                self.lines.append(f"look {number} {self.looks}")
                expected.areas[number] = Area(one.kind, one.count, one.prot, list(one.pages), set(one.read_only))
        self.expected.append(expected)

    def map(self, kind, pages, prot, fails):
        number = self.new_area(kind, len(pages), prot)
        area = self.areas[number]
        area.live, area.pages = not fails, pages
        return number

    def vmap(self, op, runs, prot="kernel", huge=False, modulus=0, residue=0):
        """modulus, residue: in pages, where the area is to lie; 0: anywhere."""
        if prot not in VMAP_PROTS:
            raise NotReachable(f"vmap() with prot={prot} is made by no caller")
        self.begin(op)
        pages = self.array(runs)
        fails = any(page in ("null", "bad") for page in pages)
        number = self.map("vmap", pages, prot, fails)
        self.lines.append(f"vmap {number} {prot} {int(huge)} {modulus} {residue}")
        self.end(op, "vmap", number, fails, prot=prot, flags="huge" if huge else "none")
        return number

    def vm_map_ram(self, op, runs):
        self.begin(op)
        pages = self.array(runs)
        fails = any(page in ("null", "bad") for page in pages)
        number = self.map("vm_map_ram", pages, "kernel", fails)
        self.lines.append(f"vm_map_ram {number}")
        self.end(op, "vm_map_ram", number, fails)
        return number

    def vmalloc(self, op, count, huge):
        self.begin(op)
        number = self.map("vmalloc", [("own", i) for i in range(count)], "kernel", False)
        self.lines.append(f"vmalloc {number} {count} {int(huge)} kernel")
        self.end(op, "vmalloc", number, flags="huge" if huge else "none")
        return number

    def ioremap(self, op, pa, size, prot="device"):
        if prot not in IOREMAP_PROTS:
            raise NotReachable(f"ioremap() and its kind have no prot={prot}")
        self.begin(op)
        number = self.map("ioremap", [("pa", (pa >> self.shift) + i) for i in range(size >> self.shift)], prot, False)
        self.lines.append(f"ioremap {number} {pa:#x} {size:#x} {prot}")
        self.end(op, "ioremap", number, pa=hex(pa), size=hex(size), prot=prot)
        return number

    def vunmap(self, op, area, first, count):
        self.begin(op)
        self.lines.append(f"vunmap {area} {first} {count}")
        self.areas[area].pages[first:first + count] = [None] * count
        self.end(op, "vunmap", area, first=first, count=count)

    def vm_unmap_ram(self, op, area):
        self.begin(op)
        self.lines.append(f"vm_unmap_ram {area}")
        self.areas[area].live = False
        self.end(op, "vm_unmap_ram", area)

    def set_memory(self, op, area, first, count, change):
        """Of an area that vmalloc() made in single pages, or its guard page with it: of others the kernel refuses it."""
        self.begin(op)
        self.lines.append(f"set_memory {area} {first} {count} {change}")
        made = self.areas[area].kind == "vmalloc" and self.small(area)
        if made and change == "ro":
            self.areas[area].read_only.update(range(first, first + count))
        if made and change == "rw":
            self.areas[area].read_only.difference_update(range(first, first + count))
        self.end(op, "set_memory", area, not made, first=first, count=count, change=change)


def text_of(scenarios):
    """The text of a plan of Scenarios."""
    lines = [f"vmapdiff-plan {VERSION}"]
    for number, scenario in enumerate(scenarios):
        lines += [f"scenario {number}", *scenario.lines]
    return "".join(f"{line}\n" for line in [*lines, "end"])
