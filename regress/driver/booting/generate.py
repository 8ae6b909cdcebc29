# SPDX-License-Identifier: GPL-2.0-only
"""
Calls at random for a booted kernel: every one is such as a caller makes. Sizes, alignments and places
are those at which mapping code changes what it does: groups, blocks and tables, and one page from them.
"""
from __future__ import annotations

import random

from driver.booting import plan, qemu
from driver.booting.reach import GROUP_ORDERS

LARGEST_ORDER = 10  # of a block: what every granule has many of
MAX_OPS = 8  # of one scenario: with a part of the linear map for each, the rig's scenarios hold them


class Generator:
    """Makes plan.Scenarios; the seed decides."""

    def __init__(self, granule, seed):
        self.granule, self.rng = granule, random.Random(seed)
        self.shift = plan.PAGE_SHIFTS[granule]
        self.group = 1 << GROUP_ORDERS[granule]
        self.pmd = 1 << (self.shift - 3)

    def chance(self, one_in):
        return self.rng.randrange(one_in) == 0

    def near(self, limit):
        """A number from 1 to limit, mostly one at which something changes."""
        around = [one + more for one in (1, self.group, 2 * self.group, self.pmd // 2, self.pmd, self.pmd + self.group)
                  for more in (-1, 0, 1)]
        fitting = [number for number in around if 1 <= number <= limit]
        return self.rng.randint(1, limit) if self.chance(4) else self.rng.choice(fitting)

    # --- arrays ---------------------------------------------------------------------------------

    def run(self, one):
        """A run of a new block: all of it, or a part."""
        order = self.rng.choice((0, 0, 1, GROUP_ORDERS[self.granule] - 1, GROUP_ORDERS[self.granule],
                                 GROUP_ORDERS[self.granule] + 1, min(9, self.shift - 3), LARGEST_ORDER))
        block, size = one.block(order), 1 << order
        if self.chance(3):
            count = min(size, self.near(size))
            return block, self.rng.choice((0, size - count, self.rng.randint(0, size - count))), count
        return block, 0, size

    def runs(self, one, most):
        return [self.run(one) for _ in range(self.rng.randint(1, most))]

    def place(self):
        """(modulus, residue) of an area, in pages."""
        if self.chance(3):
            return 0, 0
        residues = (0, 0, 1, self.group - 1, self.group, self.pmd - self.group, self.pmd - 1,
                    self.rng.randrange(self.pmd))
        return self.pmd, self.rng.choice(residues)

    def vmap(self, one, op):
        runs = self.runs(one, 4)
        if self.chance(6):
            runs.insert(self.rng.randint(0, len(runs)), (self.rng.choice(("null", "bad")), 1))
        prot = self.rng.choice(plan.VMAP_PROTS) if self.chance(3) else "kernel"
        return one.vmap(op, runs, prot, self.chance(3), *self.place())

    def vm_map_ram(self, one, op):
        return one.vm_map_ram(op, [(block, first, min(count, 40)) for block, first, count in self.runs(one, 3)])

    # --- others ---------------------------------------------------------------------------------

    def vmalloc(self, one, op):
        if self.chance(2):
            return one.vmalloc(op, self.rng.randint(1, 3 * self.group), huge=False)
        unit = self.rng.choice((1, self.group, self.pmd if self.granule == "4k" else self.group))
        count = unit * self.rng.randint(1, 3 if unit > 1 else self.group - 1)
        return one.vmalloc(op, count - count % self.group if count >= self.group else count, huge=True)

    def ioremap(self, one, op):
        most = min(2 * self.pmd, 4096)
        pages = self.near(most)
        align = self.rng.choice((1, 1, self.group, self.pmd))
        room = qemu.UNUSED // (1 << self.shift) - pages
        page = self.rng.randint(0, room) // align * align
        base = qemu.unused_at(self.granule) if not self.chance(4) else 1 << 40
        return one.ioremap(op, base + (page << self.shift), pages << self.shift, self.rng.choice(plan.IOREMAP_PROTS))

    def unit(self, one, number):
        """
        Pages that are unmapped together, since one leaf or group may map them. The area is aligned to as many,
        but that of vmap(): of that, all is unmapped, if a run of it may be more than single pages.
        """
        area = one.areas[number]
        if area.kind == "vmap":
            return area.count if self.has_group(area) else 1
        if area.kind == "vmalloc" and one.small(number):
            return 1
        return self.pmd if area.count >= self.pmd else self.group if area.count >= self.group else 1

    def has_group(self, area):
        """Whether so many pages of an array follow each other that a group, or more, may map them."""
        together = 1
        for before, page in zip(area.pages, area.pages[1:]):
            follows = before and page and before[:2] == page[:2] and before[2] + 1 == page[2]
            together = together + 1 if follows else 1
            if together >= self.group:
                return True
        return False

    def part(self, area, unit=1):
        """(first page, pages) of a part of an area, in units of which the last may be shorter."""
        units = -(-area.count // unit)
        first = self.rng.randrange(units) * unit
        most = area.count - first
        count = min(most, -(-self.near(most) // unit) * unit)
        return first, count

    def change(self, one, op):
        """A call on an area that there is; False if none fits."""
        live = [number for number, area in one.areas.items() if area.live]
        if not live:
            return False
        number = self.rng.choice(live)
        area = one.areas[number]
        if area.kind == "vm_map_ram":
            one.vm_unmap_ram(op, number)
        elif area.kind == "vmalloc" and one.small(number) and self.chance(2):
            return self.set_memory(one, op, number)
        else:
            one.vunmap(op, number, *self.part(area, self.unit(one, number)))
        return True

    def set_memory(self, one, op, number):
        """On pages that are mapped; False if there are none. The kernel stores to the entries of others, too."""
        mapped = [page for page, what in enumerate(one.areas[number].pages) if what]
        if not mapped:
            return False
        first = self.rng.choice(mapped)
        most = next((n for n, what in enumerate(one.areas[number].pages[first:]) if not what),
                    one.areas[number].count - first)
        one.set_memory(op, number, first, self.near(most), self.rng.choice(("ro", "rw", "nx", "x")))
        return True

    def scenario(self, looks=plan.LOOKS):
        one = plan.Scenario(self.granule, looks)
        maps = (self.vmap, self.vmap, self.vmap, self.vmalloc, self.vmalloc, self.ioremap, self.vm_map_ram)
        for op in range(self.rng.randint(1, MAX_OPS)):
            if self.chance(2) or not self.change(one, op):
                self.rng.choice(maps)(one, op)
        return one


def generate(granule, seed, calls):
    """Scenarios that have so many calls together, or some more."""
    generator, found, count = Generator(granule, seed), [], 0
    while count < calls:
        one = generator.scenario()
        found.append(one)
        count += len(one.expected)
    return found
