# SPDX-License-Identifier: GPL-2.0-only
"""
Which files of a tree are written for a review: those that every slice is made of, those that a series changes, and
those that code of either may take something from.
"""
from __future__ import annotations

import re

from driver import kernel

NEAR = ("include/", "mm/", "arch/arm64/")
MOST_NEAR = 1000
BESIDE = ("mm/", "arch/arm64/mm/", "arch/arm64/include/asm/")
HEADER = re.compile(r'^\+?[ \t]*#[ \t]*include[ \t]*[<"]([^>"\n]+)[>"]', re.MULTILINE)


def listed():
    """The files that each slice is made of or looks options up in, and the Makefile, which has the release."""
    return ["Makefile", *kernel.listed_files(), *kernel.kconfigs()]


def near(changed):
    """Changed files that code may be taken from; few, since git is given each by name."""
    return sorted(name for name in changed if name.startswith(NEAR))[:MOST_NEAR]


def headers(text):
    """Where headers may be that the text of files, or of patches, includes. None is outside of the tree."""
    names = {name for name in HEADER.findall(text) if ".." not in name.split("/") and not name.startswith("/")}
    found = {f"{folder}{name}" for name in names for folder in ("include/", "arch/arm64/include/")}
    return found | {name.replace("asm/", "include/asm-generic/", 1) for name in names if name.startswith("asm/")}


def closure(names, there, includes):
    """
    Those of the named files that a tree has, and all headers that they include, and these. `there` gives those of
    some names that the tree has, `includes` the text of what some of its files include.
    """
    found, new = set(), set(names)
    while new:
        new = set(there(sorted(new))) - found
        found |= new
        new = headers(includes(sorted(new))) - found if new else set()
    return found
