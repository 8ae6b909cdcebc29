# SPDX-License-Identifier: GPL-2.0-only
"""
Families of calls whose cost a review counts: page arrays in blocks of each order, of several sizes, in mixes,
as running processes have them, and such as look as if they could be mapped in large leaves and cannot. Each is a
scenario that maps and unmaps twice: what is counted of the second call is the cost with the tables there.
"""
from __future__ import annotations

import dataclasses
import re

from driver.booting import scenario
from driver.booting.cost_rows import CAPTURED, captured_runs
from driver.reviewing import geometry

ORDERS = range(11)
SIZES = (1, 16, 512, 1024)  # pages, of arrays in single pages
COUNT = 2048  # pages of an array in blocks
MIXED = (10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
FIRST = 1 << 16  # the page frame where arrays begin: a multiple of each block
UNDO = {"vmap": "vunmap", "vmalloc": "vunmap", "ioremap": "vunmap", "vm_map_ram": "vm_unmap_ram"}
GRANULES = ("4k", "16k", "64k")
PLAIN = " va=48 pa=48"  # the geometry that a granule is counted with, where it is built


@dataclasses.dataclass(frozen=True)
class Family:
    call: str  # as a scenario has it
    array: str  # what its pages are, in words
    pages: int
    machine: str  # as the tool names it
    text: str

    @property
    def name(self):
        words = f"{self.call}-{self.array}-{self.pages}-{geometry.granule_of(self.machine)}"
        return re.sub(r"[^a-z0-9]+", "-", words.lower())


# --- page arrays: lists of page frames -------------------------------------------------------------------


def blocks(sizes):
    """Blocks of so many pages each, powers of two: each at a multiple of its size, and next to no other."""
    pages, at = [], FIRST
    for size in sizes:
        at = (at + size - 1) // size * size
        pages += range(at, at + size)
        at += size + 1
    return pages


def of_order(order, count):
    return blocks([1 << order] * max(1, count >> order))


def in_turn(count, group):
    """Pages of two contiguous runs, one of each in turn."""
    return [FIRST + i // 2 + i % 2 * 2 * count * group for i in range(count)]


def one_off(count, group):
    """Groups whose last page is another."""
    return [page + group if i % group == group - 1 else page
            for i, page in enumerate(blocks([group] * (count // group)))]


def adversarial(group):
    """(words, page array): what looks like large leaves, and is none."""
    yield "aligned but apart", [FIRST + 2 * i * group for i in range(COUNT)]
    yield "contiguous but unaligned", list(range(FIRST + 1, FIRST + 1 + COUNT))
    yield "one page of a group off", one_off(COUNT, group)
    yield "two runs in turn", in_turn(COUNT, group)


def mixes(group):
    yield "orders 10 to 0", blocks([1 << order for order in MIXED])
    yield "groups and single pages", blocks([group, 1] * (COUNT // (group + 1)))


# --- scenarios -------------------------------------------------------------------------------------------


def first_address(machine):
    """The middle of the address space: a multiple of each block."""
    return (1 << 64) - (1 << int(re.search(r"va=(\d+)", machine).group(1)) - 1)


def twice(call, array, pages, machine, line):
    """The Family of a line that maps, and what undoes it."""
    va, shift = first_address(machine), geometry.PAGE[geometry.granule_of(machine)].bit_length() - 1
    size = {"pages": str(pages)} if call == "vm_map_ram" else {"size": pages << shift}
    undo = scenario.line_of(UNDO[call], va=va, **size)
    # TLBI by range, as `cost` counts it.
    head = f"vmapdiff 2\nmachine granule={machine} bbm=0 tlbirange=yes\n"
    return Family(call, array, pages, machine, head + f"{line}\n{undo}\n" * 2)


def of_array(call, array, pages, machine):
    """The Family of a call with a page array."""
    more, shift = {}, geometry.PAGE[geometry.granule_of(machine)].bit_length() - 1
    if call == "vmalloc":
        more = {"shift": str(scenario.block_shift("huge", shift, pages)), "flags": "huge"}
    line = scenario.line_of(call, va=first_address(machine), pages=scenario.runs_of(pages), **more)
    return twice(call, array, len(pages), machine, line)


def of_memory(array, first, count, machine):
    """The Family of ioremap() of `count` pages from a page frame on."""
    size = geometry.PAGE[geometry.granule_of(machine)]
    line = scenario.line_of("ioremap", va=first_address(machine), pa=first * size, size=count * size, prot="device")
    return twice("ioremap", array, count, machine, line)


def vmaps(machine, group):
    for order in ORDERS:
        yield of_array("vmap", f"order {order}", of_order(order, COUNT), machine)
    for size in SIZES:
        yield of_array("vmap", "order 0", of_order(0, size), machine)
    for words, pages in (*mixes(group), *adversarial(group)):
        yield of_array("vmap", words, pages, machine)
    if geometry.granule_of(machine) == "4k":  # which the processes had
        for name in CAPTURED:
            pages = [first + i for first, count in captured_runs(name) for i in range(count)]
            yield of_array("vmap", f"captured {name}", pages, machine)


def others(machine, group, block):
    for words, pages in (("single pages", of_order(0, SIZES[-1])), ("groups", blocks([group] * (1024 // group))),
                         ("blocks", blocks([block]))):
        yield of_array("vmalloc", words, pages, machine)
    for count in dict.fromkeys((1, group, block)):
        yield of_memory("aligned", FIRST, count, machine)
    yield of_memory("unaligned", FIRST + 1, block, machine)
    for count in SIZES[:2]:
        yield of_array("vm_map_ram", "order 0", of_order(0, count), machine)


def chosen_machines(built):
    """A geometry for each granule, of those that are built: names as the tool has them."""
    for granule in GRANULES:
        fitting = sorted(name for name in built if name and geometry.granule_of(name) == granule)
        plain = granule + PLAIN
        if fitting:
            yield plain if plain in fitting else fitting[0]


def all_of(built):
    """[Family] for the geometries that are built."""
    found = []
    for machine in chosen_machines(built):
        granule, last = geometry.granule_of(machine), geometry.LAST_LEVEL
        group, block = geometry.group_pages(granule, last), geometry.leaf_pages(granule, last - 1)
        found += [*vmaps(machine, group), *others(machine, group, block)]
    return found


def write(families, folder):
    """[file of each], in their order."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{one.name}.scenario" for one in families]
    for one, path in zip(families, paths):
        path.write_text(one.text)
    return paths
