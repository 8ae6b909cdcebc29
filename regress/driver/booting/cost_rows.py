# SPDX-License-Identifier: GPL-2.0-only
"""
The calls that `cost` measures: those of which the series says how much faster they become, and others of
their kind. A row has a plan for the booted kernel, and, once the kernel said where all lies, the
scenario of the same calls for the slice.
"""
from __future__ import annotations

import dataclasses

from driver.booting import plan, qemu, reach, scenario
from driver.places import CORPUS

MEGABYTE = 1 << 20
LOOPS = 16  # of calls that map a megabyte; of one page, as many as the driver measures together
LOOPS_OF_ONE = 64
ORDERS = (0, 2, 4, 8, 9)
# log2 pages of the allocator's blocks, of which page arrays are made: four of the largest of a row at least, so
# that none needs to follow another.
BLOCK = max(ORDERS) + 2
# Page arrays of running processes: in huge pages, in runs of all lengths, and in single pages.
CAPTURED = ("clang-3", "clang-1", "python3-3")
# What the series reports for an RK3588, new kernel over old, by time.
PUBLISHED = {"ioremap 1M": 1.35, "vmap_pages_range 1M": 1.42, "vmap 100M order-8": 8.3}


@dataclasses.dataclass
class Row:
    name: str
    call: str  # of a scenario
    map: str  # the kernel's functions
    unmap: str
    planned: plan.Scenario
    count: int  # pages
    pages: list = dataclasses.field(default_factory=list)  # as of plan.Area
    pa: int = 0

    @property
    def published(self):
        return PUBLISHED.get(self.name)


# --- page arrays ------------------------------------------------------------------------------------


def comb(planned, block, order, first, count):
    """
    Adds `count` blocks of 2^order pages, each second one of a larger block, from its block `first` on.
    Returns the pages.
    """
    length = 1 << order
    planned.lines.append(f"comb {block} {first * length} {count} {2 * length} {length}")
    return [("block", block, (first + 2 * i) * length + page) for i in range(count) for page in range(length)]


def blocks_of(planned, order, count):
    """
    A page array of `count` pages in blocks of 2^order, of which none follows the one before it. The last
    is a part of a block, where the count is not a multiple.
    """
    pages, here = [], 1 << (BLOCK - order)
    while len(pages) < count:
        block = planned.block(BLOCK)
        for first in (0, 1):
            blocks = min(here // 2, (count - len(pages)) >> order)
            if blocks:
                pages += comb(planned, block, order, first, blocks)
            rest = count - len(pages)
            if blocks < here // 2 and rest:
                return pages + run(planned, block, (first + 2 * blocks) << order, rest)
    return pages


def run(planned, block, first, count):
    planned.lines.append(f"run {block} {first} {count}")
    return [("block", block, first + i) for i in range(count)]


def captured_runs(name):
    """[(page frame, count)] of an array that was captured."""
    text = scenario.parse((CORPUS / "fuzz_vmap" / f"captured-{name}.scenario").read_text())
    return next(one.runs for one in text.ops if one.kind == "vmap")


def captured_pages(planned, name):
    """
    A page array with runs of as many pages as one that was captured. A run lies as that did towards
    multiples of its length, so that it has the same blocks, and follows no other.
    """
    pages, block, free = [], None, 0
    for pfn, count in captured_runs(name):
        multiple = 1 << (count - 1).bit_length()
        first = free + (pfn - free) % multiple
        if block is None or first + count > 1 << BLOCK:
            block, first = planned.block(BLOCK), pfn % multiple
        pages += run(planned, block, first, count)
        free = first + count + 1  # a page apart
    return pages


# --- rows ---------------------------------------------------------------------------------------------


def measure(planned, line):
    """Adds a line that measures, as an op of its own: what is said after it is of a call."""
    planned.begin(0)
    planned.lines.append(line)


def vmap_row(name, planned, pages, loops=1):
    measure(planned, f"cost_vmap {loops} 0")
    return Row(name, "vmap", "vmap()", "vunmap()", planned, len(pages), pages)


def ioremap_row(granule):
    planned = plan.Scenario(granule)
    measure(planned, f"cost_ioremap {LOOPS} {qemu.unused_at(granule):#x} {MEGABYTE:#x}")
    return Row("ioremap 1M", "ioremap", "ioremap()", "iounmap()", planned, MEGABYTE >> planned.shift,
               pa=qemu.unused_at(granule))


def vmalloc_row(granule):
    planned = plan.Scenario(granule)
    pages = [("own", i) for i in range(MEGABYTE >> planned.shift)]
    measure(planned, f"cost_vmalloc {LOOPS} {len(pages)} 1")
    return Row("vmalloc_huge 1M", "vmalloc", "vmalloc_huge()", "vfree()", planned, len(pages), pages)


def range_row(granule):
    """The mapping of vmalloc_huge() alone, of blocks of the size of a group as far as a megabyte has one."""
    planned = plan.Scenario(granule)
    count = MEGABYTE >> planned.shift
    pages = blocks_of(planned, min(reach.GROUP_ORDERS[granule], count.bit_length() - 1), count)
    measure(planned, f"cost_range {LOOPS}")
    return Row("vmap_pages_range 1M", "vmalloc", "vmap_pages_range()", "vunmap_range()", planned, count, pages)


def order_row(granule, order):
    planned = plan.Scenario(granule)
    pages = blocks_of(planned, order, 100 * MEGABYTE >> planned.shift)
    return vmap_row(f"vmap 100M order-{order}", planned, pages)


def captured_row(granule, name):
    planned = plan.Scenario(granule)
    return vmap_row(f"vmap captured-{name}", planned, captured_pages(planned, name))


def single_row(granule):
    planned = plan.Scenario(granule)
    return vmap_row("vmap 1 page", planned, run(planned, planned.block(0), 0, 1), LOOPS_OF_ONE)


def rows(granule):
    """Every Row. Orders that make no group have the group's order next to them."""
    orders = sorted({*ORDERS, reach.GROUP_ORDERS[granule]})
    return [ioremap_row(granule), vmalloc_row(granule), range_row(granule),
            *(order_row(granule, order) for order in orders),
            *(captured_row(granule, name) for name in CAPTURED), single_row(granule)]


# --- the same calls for the slice -------------------------------------------------------------------


def mapping_line(row, place, shift_said):
    """The call as a line of a scenario, at the kernel's address and pages."""
    va = place.area[0]
    if row.call == "ioremap":
        return scenario.line_of("ioremap", va=va, pa=row.pa, size=row.count << row.planned.shift, prot="device")
    pfns = [place.pfn(0, page) for page in row.pages]
    if row.call == "vmap":
        return scenario.line_of("vmap", va=va, pages=scenario.runs_of(pfns))
    shift = min(shift_said, scenario.block_shift("huge", row.planned.shift, pfns))
    return scenario.line_of("vmalloc", va=va, pages=scenario.runs_of(pfns), flags="huge", shift=str(shift))


# QEMU's processor of type `max` has TLBI by range.
HEAD = "vmapdiff 2\nmachine granule={} va=48 pa=48 bbm=0 tlbirange=yes\n"
MAPPED, UNMAPPED = 2, 3  # the ops that are counted: the first two leave tables, as the first round does


def text_of(row, place, shift_said, granule):
    """A scenario that maps and unmaps twice."""
    lines = [mapping_line(row, place, shift_said),
             scenario.line_of("vunmap", va=place.area[0], size=row.count << row.planned.shift)]
    return HEAD.format(granule) + "".join(f"{line}\n" for line in lines * 2)
