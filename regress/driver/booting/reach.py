# SPDX-License-Identifier: GPL-2.0-only
"""
Makes of a scenario what a caller of a booted kernel can do: blocks in the place of page frame numbers,
with the same contiguity and alignment, and areas where the allocator puts them. What no caller can
do is refused with the reason.
"""
from __future__ import annotations

import dataclasses

from driver.booting import plan, qemu, scenario
from driver.booting.plan import NotReachable

BUDGET = 0.6  # of the kernel's memory, for blocks
PA_BITS = 48  # of the kernel that is booted
NOT_PLAYED = {"vmemmap_populate": "vmemmap_populate() is for memory that comes, which a booted kernel has none of",
              "vmemmap_free": "vmemmap_free() is for memory that goes, which a booted kernel does not let go",
              "vmap_pfn": "vmap_pfn() is not among the calls that are played there",
              "apply_to_page_range": "apply_to_page_range() is not among the calls that are played there",
              "apply_to_existing_page_range":
              "apply_to_existing_page_range() is not among the calls that are played there",
              "vrealloc": "vrealloc() is not among the calls that are played there",
              "vfree": "vfree() is not among the calls that are played there",
              "trans_pgd": "trans_pgd copies the linear map, which is the kernel's own",
              "set_direct_map": "set_direct_map changes the linear map, which is the kernel's own"}
GROUP_ORDERS = {"4k": 4, "16k": 7, "64k": 5}


@dataclasses.dataclass
class Variant:
    """A scenario as it is planned, and what it must come to be."""
    name: str
    planned: plan.Scenario
    ops: list  # scenario.Op
    area_of: dict  # op: number of its area
    residue: dict  # op of a mapping call: pages past a boundary of a PMD


@dataclasses.dataclass
class Cluster:
    """Page frames that lie together: one block. `first` to `end`, from page `offset` of the block on."""
    first: int
    end: int
    order: int = 0
    offset: int = 0
    block: int = -1


# --- memory -----------------------------------------------------------------------------------------


def clusters(ops, shift):
    """The clusters of all page arrays: what is within a PMD of each other stays so."""
    near = 1 << (shift - 3)
    ranges = sorted((first, first + count) for op in ops if op.kind in ("vmap", "vm_map_ram")
                    for first, count in op.runs if isinstance(first, int))
    found = []
    for first, end in ranges:
        if found and first <= found[-1].end + near:
            found[-1].end = max(found[-1].end, end)
        else:
            found.append(Cluster(first, end))
    return found


def size_clusters(found, granule):
    """
    Gives each cluster a block in which it has the alignment that it has, up to that of a PMD; if that is
    more memory than there is, up to that of a group, or of its own size.
    """
    shift = plan.PAGE_SHIFTS[granule]
    room = int(qemu.USED[granule] * BUDGET) >> shift
    for align in (shift - 3, GROUP_ORDERS[granule]):
        for one in found:
            order = max(align, 0)
            one.offset = one.first % (1 << order)
            one.order = max(order, (one.offset + one.end - one.first - 1).bit_length())
        if sum(1 << one.order for one in found) <= room:
            return
    raise NotReachable(f"its pages need {sum(1 << one.order for one in found)} pages of memory in blocks; the booted "
                       f"kernel has {room} for them")


def make_blocks(planned, found):
    for one in found:
        one.block = planned.block(one.order)


def runs_in(found, runs):
    """A page array as (block, page, count), or (word, count)."""
    placed = []
    for first, count in runs:
        if isinstance(first, int):
            one = next(each for each in found if each.first <= first < each.end)
            placed.append((one.block, one.offset + first - one.first, count))
        else:
            placed.append((first, count))
    return placed


# --- calls ------------------------------------------------------------------------------------------


class Reach:
    """Plans the ops of a scenario one by one."""

    def __init__(self, text, name):
        self.text, self.granule = text, text.granule
        self.shift = plan.PAGE_SHIFTS[self.granule]
        self.planned = plan.Scenario(self.granule)
        self.variant = Variant(name, self.planned, text.ops, {}, {})
        self.taken = []  # (address, end, area): every area that was mapped, its guard page with it

    def check_machine(self):
        if "entries" in self.text.machine or "group" in self.text.machine:
            raise NotReachable("it is for a scaled-down machine, and a kernel has real tables")
        if self.text.machine.get("realm") == "yes":
            raise NotReachable("it is for a Realm's guest, which QEMU does not run")

    def check(self, op):
        if op.kind in scenario.SETS_UP:
            what = "the linear map is the kernel's own" if op.kind == "linear" else "no caller leaves such an entry"
            raise NotReachable(f"op {op.number} is '{op.kind}': {what}")
        if op.fails:
            raise NotReachable(f"op {op.number} needs an allocation or a lock that fails, which a booted kernel is not "
                               "made to do")
        if op.during:
            raise NotReachable(f"op {op.number} meets another call or a reader at an event, and nobody stops a booted "
                               "kernel there")
        if op.kind in NOT_PLAYED:
            raise NotReachable(f"op {op.number}: {NOT_PLAYED[op.kind]}")

    def new_place(self, op, count):
        """Notes where a mapping call is; refuses one where something was mapped before."""
        va = op.value("va")
        end = va + ((count + 1) << self.shift)
        other = next((area for first, last, area in self.taken if first < end and va < last), None)
        if other is not None:
            raise NotReachable(f"op {op.number} maps where an op before it has an area, or its guard page: the "
                               "kernel's allocator gives each call an area of its own")
        self.variant.residue[op.number] = (va >> self.shift) % (1 << self.planned.pmd_order)
        return va, end

    def map(self, op, found):
        count = op.pages(self.shift)
        va, end = self.new_place(op, count)
        prot, huge = op.fields.get("prot", "kernel"), op.fields.get("flags") == "huge"
        if op.kind == "vmap":
            area = self.planned.vmap(op.number, runs_in(found, op.runs), prot, huge, 1 << self.planned.pmd_order,
                                     self.variant.residue[op.number])
        elif op.kind == "vm_map_ram":
            area = self.planned.vm_map_ram(op.number, runs_in(found, op.runs))
            del self.variant.residue[op.number]  # it is mapped by single pages wherever it is
        elif op.kind == "ioremap":
            self.check_physical(op)
            area = self.planned.ioremap(op.number, op.value("pa"), op.value("size"), op.fields.get("prot", "kernel"))
        else:
            area = self.vmalloc(op, count, prot)
        self.variant.area_of[op.number] = area
        self.taken.append((va, end, area))

    def check_physical(self, op):
        if op.value("pa") >> PA_BITS:
            raise NotReachable(f"op {op.number}: ioremap() at {op.value('pa'):#x}, and the kernel that is booted has "
                               f"physical addresses of {PA_BITS} bits")
        first, used = op.value("pa"), (qemu.MEMORY_AT, qemu.MEMORY_AT + qemu.USED[self.granule])
        if first < used[1] and used[0] < first + op.value("size"):
            raise NotReachable(f"op {op.number}: ioremap() of the kernel's own memory, which the kernel refuses")

    def vmalloc(self, op, count, prot):
        if prot != "kernel":
            raise NotReachable(f"op {op.number}: vmalloc() has PAGE_KERNEL, and not prot={prot}")
        if any(not isinstance(first, int) for first, _ in op.runs):
            raise NotReachable(f"op {op.number}: vmalloc() takes its pages itself, and has no null or bad one")
        return self.planned.vmalloc(op.number, count, op.fields.get("flags") == "huge")

    def area_with(self, op, count):
        """(area, its first page of the op), of the one area that an op's range lies in."""
        va = op.value("va")
        for first, end, area in self.taken:
            if first <= va and va + (count << self.shift) <= end:
                return area, (va - first) >> self.shift
        raise NotReachable(f"op {op.number}, {op.kind}, is about a range that is not in one area, and no caller has "
                           "more than its own")

    def change(self, op):
        count = op.pages(self.shift)
        area, page = self.area_with(op, count)
        made = self.planned.areas[area]
        if op.kind != "set_memory" or made.kind != "vmalloc":  # which may be called with the guard page
            count = min(count, made.count - page)
        if not count:
            raise NotReachable(f"op {op.number}, {op.kind}, is about a guard page, and no caller has it")
        self.variant.area_of[op.number] = area
        if op.kind == "vunmap":
            self.planned.vunmap(op.number, area, page, count)
        elif op.kind == "set_memory":
            if op.fields["op"] in ("invalid", "valid"):
                raise NotReachable(f"op {op.number}: set_memory_valid() changes the linear map, which is the kernel's own")
            if op.fields["op"] == "rox":
                raise NotReachable(f"op {op.number}: set_memory_rox() is not among the calls that are played there")
            self.planned.set_memory(op.number, area, page, count, op.fields["op"])
        elif self.planned.areas[area].kind == "vm_map_ram" and (page, count) == (0, self.planned.areas[area].count):
            self.planned.vm_unmap_ram(op.number, area)
        else:
            raise NotReachable(f"op {op.number}: vm_unmap_ram() is called for what vm_map_ram() mapped, as a whole")

    def run(self):
        """The Variant."""
        self.check_machine()
        found = clusters(self.text.ops, self.shift)
        size_clusters(found, self.granule)
        make_blocks(self.planned, found)
        for op in self.text.ops:
            self.check(op)
            if op.kind in scenario.MAPS:
                self.map(op, found)
            else:
                self.change(op)
        return self.variant


# --- variants ------------------------------------------------------------------------------------


def filled(op, shift, free_pfn):
    """
    The op with an array that begins at a boundary of a PMD, or nothing: blocks come first, as far as it
    was past the boundary. The pages that follow lie where they lay.
    """
    past = (op.value("va") >> shift) % (1 << (shift - 3))
    if op.kind != "vmap" or not past:
        return None
    # The largest first, so that each lies at a multiple of its size; and none next to another.
    blocks = [f"{free_pfn + (2 << order):#x}+{1 << order}" for order in reversed(range(past.bit_length()))
              if past >> order & 1]
    fields = {**op.fields, "va": hex(op.value("va") - (past << shift)),
              "pages": ",".join([*blocks, op.fields["pages"]])}
    return scenario.Op(op.number, op.kind, fields, op.fails)


def variants_of(text):
    """[Text, with a name]: the scenario, and what is like it and may be reached where it is not."""
    shift = plan.PAGE_SHIFTS[text.granule]
    last = max((first + count for op in text.ops if "pages" in op.fields and op.kind in scenario.MAPS
                for first, count in op.runs if isinstance(first, int)), default=0)
    free = -(-last // (1 << shift)) * (1 << shift) + (1 << shift)
    found = [("as it is", text)]
    ops = [filled(op, shift, free) or op for op in text.ops]
    if any(new is not old for new, old in zip(ops, text.ops)):
        found.append(("with blocks before it, up to a boundary", scenario.Text(text.machine, ops)))
    return found


def without_presets(op, granule):
    """
    The op; if it is a leaf that is there before the calls, an ioremap() of its size, which leaves one like it.
    What has no leaf, or has more in it than a caller can ask for, stays.
    """
    more = set(op.fields) - {"va", "pfn", "level", "prot"}
    if op.kind != "preset" or more or "pfn" not in op.fields or op.fields.get("prot", "kernel") not in plan.IOREMAP_PROTS:
        return op
    shift = plan.PAGE_SHIFTS[granule]
    size = 1 << (shift + (3 - op.value("level", 3)) * (shift - 3))
    return scenario.Op(op.number, "ioremap", {"va": op.fields["va"], "pa": hex(op.value("pfn") << shift),
                                              "size": hex(size), "prot": op.fields.get("prot", "kernel")}, op.fails)


def moved(op, granule):
    """
    The op; if it is an ioremap(), of memory that the kernel does not use, as far past a boundary of 1 GB as
    before, so that it can be read and written. What is too large stays where it is, and what is beyond the
    physical addresses of a kernel that is booted.
    """
    if op.kind != "ioremap" or op.value("pa") >> PA_BITS:
        return op
    past = op.value("pa") % qemu.GIGABYTE
    if past + op.value("size") > qemu.UNUSED:
        return op
    return scenario.Op(op.number, op.kind, {**op.fields, "pa": hex(qemu.unused_at(granule) + past)}, op.fails)


def reach(text):
    """([Variant], [why one is not reachable])"""
    reached, why_not = [], []
    text = scenario.Text(text.machine, [moved(without_presets(op, text.granule), text.granule) for op in text.ops])
    for name, one in variants_of(text):
        try:
            reached.append(Reach(one, name).run())
        except NotReachable as why:
            why_not.append(f"{name}: {why}")
    return reached, why_not


# --- what came of it --------------------------------------------------------------------------------


def missed(variant, place, shift):
    """Why a variant did not come to lie as it had to, or nothing."""
    modulus = 1 << variant.planned.pmd_order
    for op, residue in variant.residue.items():
        va = place.area.get(variant.area_of[op])
        if va is not None and (va >> shift) % modulus != residue:
            return (f"op {op} must lie {residue} pages past a multiple of {modulus} pages, and the kernel chose "
                    f"{va:#x}, {(va >> shift) % modulus} past one")
    return ""


def mapped_by(variant, op):
    """The Area that a mapping call was to make, as it was then."""
    number = variant.area_of[op.number]
    now = variant.planned.areas[number]
    expected = next(one for one in variant.planned.expected if one.op == op.number)
    return expected.areas.get(number, now)


def text_reached(variant, place, granule):
    """The scenario with the addresses and page frames that the booted kernel chose."""
    shift, lines, moved = plan.PAGE_SHIFTS[granule], [], {}
    for op in variant.ops:
        number = variant.area_of[op.number]
        if op.kind in scenario.MAPS:
            # A call that failed has no address: it goes to one of its own, of the booted kernel's 48 bits.
            va = place.area.get(number) or scenario.nowhere(op.number) + op.value("va") % (1 << 36)
            moved[number] = va - op.value("va")
            pages = pages_reached(op, mapped_by(variant, op), number, place, shift)
            lines.append(scenario.line_of(op.kind, **{**op.fields, "va": va, **pages}))
        else:
            lines.append(scenario.line_of(op.kind, **{**op.fields, "va": op.value("va") + moved[number]}))
    return scenario.head(granule) + "".join(f"{line}\n" for line in lines)


def pages_reached(op, area, number, place, shift):
    """{"pages": the array that was mapped}, of a call that has one, if all is known; of vmalloc() the block size too."""
    if area.kind == "ioremap":
        return {}
    pfns = [page if page in ("null", "bad") else place.pfn(number, page) for page in area.pages]
    if None in pfns:
        return {}
    blocks = scenario.block_shift(op.fields.get("flags"), shift, pfns) if area.kind == "vmalloc" else None
    return {"pages": scenario.runs_of(pfns), **({"shift": str(blocks)} if blocks else {})}
