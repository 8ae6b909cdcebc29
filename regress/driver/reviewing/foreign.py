# SPDX-License-Identifier: GPL-2.0-only
"""
What a tree's code does that no kernel's does: calls of the C library, and functions that run as its library is
loaded. What the rig cuts out of a tree of Linux has neither, so each is told.
"""
from __future__ import annotations

import re
import subprocess

POINTER = 8  # bytes of an entry of .init_array
OF_A_LIBRARY = re.compile(r"^\s*[A-Za-z] ([A-Za-z]\w*)@", re.MULTILINE)  # not those of the compiler, with __
INIT_ARRAY = re.compile(r"\.init_array\s+INIT_ARRAY\s+\S+\s+\S+\s+([0-9a-f]+)")


def said_by(*words):
    """What a tool of binutils prints; nothing where it is missing."""
    try:
        return subprocess.run([str(word) for word in words], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              errors="replace", check=False).stdout
    except OSError:
        return ""


def libraries(rig):
    """The tree's code as it is played, a library for each geometry."""
    return sorted((rig.built / "mapper/kernel").glob("libkernel_*.so"))


def called(library):
    """{function of another library}, such as open."""
    return set(OF_A_LIBRARY.findall(said_by("nm", "-D", "--undefined-only", library)))


def constructors(library):
    """How many functions run as a library is loaded: those of sanitizers are among them."""
    found = INIT_ARRAY.search(said_by("readelf", "-SW", library))
    return int(found.group(1), 16) // POINTER if found else 0


def listed(names):
    return ", ".join(f"{name}()" for name in sorted(names))


def notes(rigs):
    """Sentences about what BASE's or PATCHED's code does. `rigs`: of both."""
    for name, rig in zip(("BASE", "PATCHED"), rigs):
        names = set().union(*(called(library) for library in libraries(rig)))
        if names:
            yield (f"{name}'s code calls {listed(names)}: of the C library, which no kernel has. Read it before you "
                   "trust a verdict.")
    counts = [max(map(constructors, libraries(rig)), default=0) for rig in rigs]
    if counts[0] != counts[1]:
        yield (f"PATCHED's code has {counts[1]} functions that run as it is loaded, and BASE's {counts[0]}: "
               "constructors, which are executed before any call.")
