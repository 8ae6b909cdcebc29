# SPDX-License-Identifier: GPL-2.0-only
"""
Files that a slice needs besides those of `files`: a patch moves code into a file of its own, or takes a helper
from a header that no slice needed before.

Of such a file the slice has the names that were missed, and what these need of the same file. The folder of a slice
has a record of them, so that it is cut in the same way the next time.
"""
import dataclasses
import re
from pathlib import Path

from slicer import emit, parsed, reach

RECORD = "more"
ARM64 = "arch/arm64/include/"
# Mapping code is taken from here. What the rest of a kernel does, the shim says.
HEADERS = ("include/linux/", "include/asm-generic/", ARM64, "mm/", "arch/arm64/mm/")
CODE = ("mm/", "arch/arm64/mm/")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include\w*[ \t]*[<"]([^>"\n]+)[>"]', re.MULTILINE)


def can_be_taken(file):
    return file.startswith(CODE if file.endswith(".c") else HEADERS)


# --- the record -------------------------------------------------------------------------------------


def read(folder):
    """{file of the tree: names that are taken from it} of a slice; nothing where there is no record."""
    path = Path(folder) / RECORD
    lines = path.read_text(errors="surrogateescape").splitlines() if path.is_file() else ()
    return {words[0]: set(words[1:]) for words in map(str.split, lines) if words and not words[0].startswith("#")}


def write(folder, more):
    """Records them, and removes of the slice what an earlier record had and this has not."""
    for file in read(folder).keys() - more.keys():
        (Path(folder) / place_of(file)).unlink(missing_ok=True)
    lines = ["# SPDX-License-Identifier: GPL-2.0-only",
             *(" ".join([file, *sorted(names)]) for file, names in sorted(more.items()))]
    emit.write_if_changed(Path(folder) / RECORD, "\n".join(lines) + "\n")


def join(more, declarations):
    """Adds what a name is taken from: [(name, [Declaration])]. Whether anything is new."""
    new = False
    for name, found in declarations:
        taken = [one for one in found if not one.sliced and can_be_taken(one.file)]
        for one in taken if any(one.defines for one in taken) else ():
            names = more.setdefault(one.file, set())
            new |= name not in names
            names.add(name)
    return new


# --- what is taken ----------------------------------------------------------------------------------


def place_of(file):
    """Where the slice has a file."""
    return f"include/{file.removeprefix(ARM64)}" if file.startswith(ARM64) else file


def guard_of(source):
    """The macro by which a header is read once; nothing if it has none."""
    first = source.directives[0] if source.directives else None
    return first.rest if first and first.word == "ifndef" else ""


def narrowed(source, names, known):
    """The Source with the items of these names, and what they need of it. `known`: names that others make."""
    reachable = reach.Index([source], known - names).reachable(names)
    guard = guard_of(source)
    kept = [item for item in source.items
            if id(item) in reachable or (item.kind == "macro" and item.names == [guard])]
    return dataclasses.replace(source, items=kept)


def sources(tree, more, known, kept):
    """[(Source, place in the slice)] of the files that the tree has. `kept`: the folder of slicer/parsed.py"""
    found = []
    for file, names in sorted(more.items()):
        path = Path(tree) / file
        if path.is_file():
            text = path.read_text(errors="surrogateescape")
            found.append((narrowed(parsed.read_source(text, file, kept), names, known), place_of(file)))
    return found


# --- how it is included -----------------------------------------------------------------------------


def line_for(place):
    return f"#include <{place.removeprefix('include/')}>"


class Includes:
    """Which headers lead to files that are taken, over others that the slice has nothing of."""

    def __init__(self, tree, taken):
        self.tree, self.taken = Path(tree), set(taken)
        self.names = {}

    def resolve(self, name, folder=""):
        """The file of the tree that a header's name means; None if it has none."""
        for start in (folder, "include/", ARM64):
            if (self.tree / start / name).is_file():
                return f"{start}{name}"
        return None

    def included(self, file):
        """The files that a file includes."""
        if file not in self.names:
            text = (self.tree / file).read_text(errors="surrogateescape")
            folder = file[:file.rfind("/") + 1]
            self.names[file] = [found for name in INCLUDE.findall(text) if (found := self.resolve(name, folder))]
        return self.names[file]

    def leads_to(self, name):
        """The files that are taken and that a header of this name includes, or another that it includes."""
        first = self.resolve(name)
        seen, wanted, found = {first}, [first] if first else [], []
        while wanted:
            for file in self.included(wanted.pop()):
                if file in self.taken and file not in found:
                    found.append(file)
                if file not in seen:
                    seen.add(file)
                    wanted.append(file)
        return found

    def lines(self, name):
        """What a header has in it of which the slice has nothing else."""
        return [line_for(place_of(file)) for file in self.leads_to(name)] if self.taken else []


def write_header(folder, more):
    """What runtime.c includes: code of other files, and headers that none of those before leads to."""
    places = sorted(map(place_of, more), key=lambda place: (place.endswith(".c"), place))
    emit.write_if_changed(Path(folder) / "more.h", "\n".join(
        ["// SPDX-License-Identifier: GPL-2.0-only", "/* Files of the tree that `files` does not list. */",
         *map(line_for, places)]) + "\n")
