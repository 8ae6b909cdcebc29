# SPDX-License-Identifier: GPL-2.0-only
"""
Judges what a booted kernel did by the contract of its calls: each page of an area translates to the
page that it was mapped to, by the kernel's own word and by what is read and written there.
"""
from __future__ import annotations

import dataclasses

from driver.booting import plan

CRASH, WARNING, ERRNO = "crash", "warning", "error"
TRANSLATION, MEMORY = "translation", "memory"  # by vmalloc_to_page(); by reading and writing
MISSING, UNEXPECTED, OTHER_PAGE, PERMISSION = "missing", "unexpected", "other-page", "permission"
STALE = "stale"  # a page is read where the tables have nothing: a TLB has it still
NOTHING = None


@dataclasses.dataclass
class Wrong:
    """Something that is not as it must be, in the op of a scenario. `pages` of `of` pages are wrong."""
    op: int
    seen_by: str
    what: str
    text: str
    first: int = 0
    pages: int = 0
    of: int = 0

    def line(self):
        if not self.pages:
            return self.text
        return f"{self.pages} of {self.of} pages wrong, the first at index {self.first}: {self.text}"


@dataclasses.dataclass
class Looked:
    """What the driver said of an area at a look."""
    page: dict = dataclasses.field(default_factory=dict)  # page of the area: pfn, or a word
    read: dict = dataclasses.field(default_factory=dict)
    wrote: dict = dataclasses.field(default_factory=dict)
    held: dict = dataclasses.field(default_factory=dict)  # the same, right after an unmap, where nothing is mapped
    words: list = dataclasses.field(default_factory=list)  # (page, entries, level, pages an entry, first, step)
    unread: bool = False


@dataclasses.dataclass
class Played:
    """What came of an op."""
    op: int
    areas: dict = dataclasses.field(default_factory=dict)  # number: Looked
    warnings: list = dataclasses.field(default_factory=list)
    fatal: str = ""
    error: int = 0


@dataclasses.dataclass
class Place:
    """Where things of a scenario came to lie: blocks by number, areas, and the pages of vmalloc()."""
    block: dict = dataclasses.field(default_factory=dict)  # number: first pfn
    area: dict = dataclasses.field(default_factory=dict)  # number: address, or None if the call failed
    own: dict = dataclasses.field(default_factory=dict)  # number: {page: pfn}

    def pfn(self, area, page):
        """The page frame number that an expectation means."""
        kind, *rest = page
        if kind == "block":
            return self.block[rest[0]] + rest[1]
        if kind == "own":
            return self.own.get(area, {}).get(rest[0])
        return rest[0]


def expand(into, words):
    """Adds a run of `page`, `read`, `wrote` or `pages`: first page, count, and a pfn that grows, or a word."""
    first, count, value = int(words[0]), int(words[1]), words[2]
    grows = value.startswith("0x")
    for i in range(count):
        into[first + i] = int(value, 16) + i if grows else value


def read_scenario(lines):
    """(Place, [Played]) of the lines of a scenario."""
    place, played = Place(), []
    for word, *rest in lines:
        if word == "op":
            played.append(Played(int(rest[0])))
        elif word == "block":
            place.block[int(rest[0])] = int(rest[1], 16)
        elif word == "area":
            place.area[int(rest[0])] = None if rest[1] == "none" else int(rest[1], 16)
        elif word == "pages":
            expand(place.own.setdefault(int(rest[0]), {}), rest[1:])
        elif played:
            read_of_op(played[-1], word, rest)
    return place, played


def read_of_op(op, word, rest):
    if word == "warning":
        op.warnings.append(rest[0])
    elif word == "fatal":
        op.fatal = op.fatal or rest[0]
    elif word == "error":
        op.error = int(rest[1])
    elif word in ("page", "read", "wrote", "held"):
        expand(getattr(op.areas.setdefault(int(rest[0]), Looked()), word), rest[1:])
    elif word == "words":
        numbers = [int(text, 0) for text in rest[1:]]
        op.areas.setdefault(int(rest[0]), Looked()).words.append(tuple(numbers))
    elif word == "unread":
        op.areas.setdefault(int(rest[0]), Looked()).unread = True


# --- what is wrong --------------------------------------------------------------------------------


def compare(op, seen_by, wanted, seen, nothing):
    """
    Wrongs of pages: `wanted` has a pfn or None a page, `seen` a pfn, or words, of which `nothing` says
    that nothing is mapped.
    """
    groups = {}
    for page, pfn in enumerate(wanted):
        found = seen.get(page, "untold")
        if found == pfn or (pfn is NOTHING and found == nothing):
            continue
        what = MISSING if found == nothing else UNEXPECTED if pfn is NOTHING else OTHER_PAGE
        groups.setdefault(what, []).append((page, pfn, found))
    for what, pages in groups.items():
        page, pfn, found = pages[0]
        yield Wrong(op, seen_by, what, f"{named(pfn)} was mapped there, and {named(found)} is seen", page,
                    len(pages), len(wanted))


def named(value):
    if value is NOTHING or value in ("none", "faults"):
        return "nothing"
    return f"pfn {value:#x}" if isinstance(value, int) else f"a page of nobody's ({value})"


def permissions(op, area, looked):
    """Pages that can be written and must not be, or the reverse, where the right page is read."""
    wrong = [page for page in range(area.count) if looked.wrote.get(page) not in ("nothing", None)
             and (looked.wrote[page] == "faults") != (area.prot in plan.READ_ONLY or page in area.read_only)]
    if wrong:
        yield Wrong(op, MEMORY, PERMISSION, f"what is written there: {looked.wrote[wrong[0]]}", wrong[0], len(wrong),
                    area.count)
    lost = [page for page in range(area.count) if looked.wrote.get(page) == "lost"]
    if lost:
        yield Wrong(op, MEMORY, OTHER_PAGE, "what is written there does not come to the page that is read", lost[0],
                    len(lost), area.count)


def stale(op, area, looked):
    """Pages that were read right after an unmap although the tables had nothing there."""
    held = sorted(looked.held)
    if held:
        yield Wrong(op, MEMORY, STALE, f"the tables have nothing there, and {named(looked.held[held[0]])} is read: a "
                    "TLB has it still", held[0], len(held), area.count)


def judge_area(op, number, area, place, looked):
    wanted = [NOTHING if page is None else place.pfn(number, page) for page in area.pages]
    if looked.page:
        yield from compare(op, TRANSLATION, wanted, looked.page, "none")
    if looked.read:
        yield from compare(op, MEMORY, wanted, looked.read, "faults")
        yield from permissions(op, area, looked)
    yield from stale(op, area, looked)


def judge_set_memory(expected, played):
    """The kernel refuses to change what vmalloc() did not map by single pages, and nothing else."""
    if expected.fails and not played.error:
        yield Wrong(played.op, ERRNO, ERRNO, "set_memory of an area that it must refuse returned 0")
    if played.error and not expected.fails:
        yield Wrong(played.op, ERRNO, ERRNO, f"set_memory returned {played.error}")


def judge_call(expected, played, place):
    """Whether a mapping call came to map something, and what set_memory returned."""
    if expected.call == "set_memory":
        yield from judge_set_memory(expected, played)
    if expected.call in ("vunmap", "vm_unmap_ram", "set_memory"):
        return
    failed = place.area.get(expected.area) is None
    if failed and not expected.fails:
        yield Wrong(played.op, ERRNO, ERRNO, f"{expected.call}() failed")
    if expected.fails and not failed:
        yield Wrong(played.op, ERRNO, ERRNO, f"{expected.call}() of a page that is none did not fail")


def judge_op(expected, played, place):
    """[Wrong] of an op."""
    found = list(judge_call(expected, played, place))
    if played.fatal:
        found.append(Wrong(played.op, CRASH, CRASH, played.fatal))
        return found
    if not expected.fails:
        found += [Wrong(played.op, WARNING, WARNING, text) for text in played.warnings]
    for number, area in expected.areas.items():
        if place.area.get(number) is not None:
            found += judge_area(played.op, number, area, place, played.areas.get(number, Looked()))
    return found


def judge(expected, lines, fatal=""):
    """[Wrong] of a scenario: of what is expected, by op, and what was said. `fatal` is of the last op."""
    place, played = read_scenario(lines)
    found = []
    for want, got in zip(expected, played):
        found += judge_op(want, got, place)
    if len(played) < len(expected) and not any(one.what == CRASH for one in found):
        found.append(Wrong(len(played), CRASH, CRASH, fatal or "the kernel said nothing more"))
    return found
