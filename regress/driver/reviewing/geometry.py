# SPDX-License-Identifier: GPL-2.0-only
"""Sizes of the leaves of a machine, in pages, for sentences about them."""
from __future__ import annotations

LAST_LEVEL = 3
ENTRIES = {"4k": 512, "16k": 2048, "64k": 8192}
GROUP_OF_PAGES = {"4k": 16, "16k": 128, "64k": 32}
GROUP_OF_BLOCKS = {"4k": 16, "16k": 32, "64k": 32}
PAGE = {"4k": 1 << 12, "16k": 1 << 14, "64k": 1 << 16}


def granule_of(machine):
    """4k, 16k or 64k, of a machine as the tool names it."""
    return machine.split()[0]


def leaf_pages(granule, level):
    """Pages that a leaf of a level maps."""
    return ENTRIES[granule] ** (LAST_LEVEL - level)


def group_pages(granule, level):
    """Pages that a contiguous group of a level maps."""
    number = GROUP_OF_PAGES if level == LAST_LEVEL else GROUP_OF_BLOCKS
    return number[granule] * leaf_pages(granule, level)


def counted(number, one, many=None):
    """'one page', '2 pages'."""
    return f"one {one}" if number == 1 else f"{number} {many or one + 's'}"


def size_of(pages, granule):
    """'16 pages', 'half of a block' is never said: pages are counted."""
    return counted(pages, f"{granule.upper()} page")


def leaves_of_kind(granule, level, contiguous, pages):
    """A run of leaves of one kind in words."""
    unit = group_pages(granule, level) if contiguous else leaf_pages(granule, level)
    what = "page" if level == LAST_LEVEL else f"block of level {level}"
    many = "pages" if level == LAST_LEVEL else f"blocks of level {level}"
    if contiguous:
        what = "contiguous group" + ("" if level == LAST_LEVEL else f" of {many}")
        many = what.replace("group", "groups", 1)
    if pages % unit:
        return f"{pages} pages in {many}"
    return counted(pages // unit, what, many)


def leaves(granule, runs):
    """All leaves of a range in words, in the order of addresses."""
    if not runs:
        return "nothing mapped"
    words = [leaves_of_kind(granule, *run) for run in runs]
    if len(words) > 4:
        words = [*words[:3], f"and {len(words) - 3} more runs"]
    return ", ".join(words)
