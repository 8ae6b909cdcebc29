# SPDX-License-Identifier: GPL-2.0-only
"""
Files that a slice needs besides those of `files`: a patch moves code into a file of its own, or takes a helper
from a header that no slice needed before.

Of such a file the slice has the names that were missed, and what these need of the same file. The folder of a slice
has a record of them, so that it is cut in the same way the next time.
"""
import dataclasses
import functools
import os
import re
from pathlib import Path

from slicer import clashes, configs, emit, reach
from slicer.source import IDENTIFIER, read_source

RECORD, ASKED = "unlisted", "asked"  # files in the folder of a slice
ARM64, GENERIC = "arch/arm64/include/", "include/asm-generic/"
# Mapping code is taken from here. What the rest of a kernel does, the shim says.
HEADERS = ("include/linux/", GENERIC, ARM64, "mm/", "arch/arm64/mm/")
CODE = ("arch/arm64/mm/", "mm/")  # the first that defines a name is taken
NOT_BUILT = {"mm/nommu.c"}
NAME_OF_FILE = re.compile(r"[\w.+-]+(?:/[\w.+-]+)*")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include\w*[ \t]*[<"]([^>"\n]+)[>"]', re.MULTILINE)
MADE = re.compile("^(class_|__free_)")  # what DEFINE_GUARD() and its like put before a name


def can_be_taken(file):
    """Whether a file is of mapping code; none whose name is not plain: records and #include have it."""
    return bool(NAME_OF_FILE.fullmatch(file)) and ".." not in file.split("/") and file not in NOT_BUILT and \
        file.startswith(CODE if file.endswith(".c") else HEADERS)


def place_of(file):
    """Where the slice has a file."""
    return f"include/{file.removeprefix(ARM64)}" if file.startswith(ARM64) else file


# --- the record -------------------------------------------------------------------------------------


def lines_of(folder, record):
    path = Path(folder) / record
    lines = path.read_text(errors="surrogateescape").splitlines() if path.is_file() else ()
    return [words for words in map(str.split, lines) if words and can_be_taken(words[0])]


def read(folder):
    """{file of the tree: names that are taken from it} of a slice; empty without a record."""
    return {file: {name for name in names if IDENTIFIER.fullmatch(name)}
            for file, *names in lines_of(folder, RECORD)}


def asked(folder):
    """Files that define something that was missed, and that the slice was not made with all the same."""
    return [file for file, *_ in lines_of(folder, ASKED)]


def write(folder, taken):
    """Records them, and removes of the slice what an earlier record had and this has not."""
    for file in read(folder).keys() - taken.keys():
        (Path(folder) / place_of(file)).unlink(missing_ok=True)
    lines = ["# SPDX-License-Identifier: GPL-2.0-only",
             *(" ".join([file, *sorted(names)]) for file, names in sorted(taken.items()))]
    emit.write_if_changed(Path(folder) / RECORD, "\n".join(lines) + "\n")


def write_asked(folder, files):
    emit.write_if_changed(Path(folder) / ASKED, "".join(f"{file}\n" for file in sorted(files)))


# --- what headers lead to ---------------------------------------------------------------------------


class Includes:
    """Which headers the files of a tree include, by way of others too."""

    def __init__(self, tree):
        self.tree = Path(tree)
        self.names = {}  # {file: files that it includes}

    def resolve(self, name, folder=""):
        """The file of the tree that a header's name means; None if it has none."""
        starts = (folder, "include/", ARM64, *((GENERIC,) if name.startswith("asm/") else ()))
        for start in starts:
            file = f"{start}{name.removeprefix('asm/') if start == GENERIC else name}"
            if NAME_OF_FILE.fullmatch(file) and ".." not in file.split("/") and os.path.isfile(self.tree / file):
                return file
        return None

    def included(self, file):
        """The files that a file includes, in their order."""
        if file not in self.names:
            text = (self.tree / file).read_text(errors="surrogateescape")
            folder = file[:file.rfind("/") + 1]
            self.names[file] = [found for name in INCLUDE.findall(text) if (found := self.resolve(name, folder))]
        return self.names[file]

    def closure(self, files):
        """All files that these include, by way of others too, in the order in which they are met."""
        seen, wanted = {}, [file for file in reversed(list(files)) if (self.tree / file).is_file()]
        while wanted:
            for file in reversed(self.included(wanted.pop())):
                if file not in seen:
                    seen[file] = True
                    wanted.append(file)
        return list(seen)

    def lines(self, name, taken):
        """What a header has of which the slice has nothing else: the files that are taken, if it leads to some."""
        file = self.resolve(name) if taken else None
        return [line_for(place_of(one)) for one in self.closure([file]) if one in taken] if file else []


def line_for(place):
    return f"#include <{place.removeprefix('include/')}>"


# --- what defines a name ----------------------------------------------------------------------------


class Files:
    """
    The files of a tree that may define what is missed: headers that the files of the slice include, and code.
    `listed`: the Sources of the others. `declarations(source, names)` gives {name: [Declaration]}, as
    diagnosis/lookup.py has them.
    """

    def __init__(self, tree, listed, declarations):
        self.tree, self.declarations = Path(tree), declarations
        self.listed, self.listed_sources = {source.file for source in listed}, listed
        self.includes = Includes(tree)
        self.sources = {}

    @functools.cached_property
    def made(self):
        """The functions that listed files define."""
        return {name for source in self.listed_sources for item in source.items if item.kind == "function"
                for name in item.names}

    def source(self, file):
        if file not in self.sources:
            self.sources[file] = read_source((self.tree / file).read_text(errors="surrogateescape"), file)
        return self.sources[file]

    def defining(self, files, names):
        """
        {name: files of these that define it}, without weak functions, what a .c file has for itself, and what a
        header has for kernels in which no file of code does: it declares that too.
        """
        found, words = {}, re.compile("|".join(rf"\b{MADE.sub('', name)}\b" for name in sorted(names)))
        for file in files:
            if words.search((self.tree / file).read_text(errors="surrogateescape")):
                for name, declared in self.declarations(self.source(file), names).items():
                    if any(one.defines and not one.weak for one in declared) and \
                            (file.endswith(".c") or all(one.defines for one in declared)):
                        found.setdefault(name, []).append(file)
        return found

    def code(self, folder):
        names = (f"{folder}{path.name}" for path in sorted((self.tree / folder).glob("*.c")) if path.is_file())
        return [file for file in names if can_be_taken(file) and file not in self.listed]

    def headers(self, taken):
        return [file for file in self.includes.closure([*self.listed, *taken])
                if can_be_taken(file) and file not in self.listed]

    def of(self, names, taken):
        """{name: files to take it from}: what headers define, with its conditions; else the code, if it is one file."""
        found = self.defining(self.headers(taken), names) if names else {}
        for folder in CODE:
            left = names - found.keys()
            if left:
                found.update({name: files for name, files in self.defining(self.code(folder), left).items()
                              if len(files) == 1})
        for name in names:  # and where it is declared for other files
            if name in self.made or found.get(name, [""])[0].endswith(".c"):
                found[name] = [*found.get(name, ()), *self.declaring(name, taken)]
        return {name: files for name, files in found.items() if files}

    def macros(self, asked):
        """
        {name: files to take it from} of macros that conditions ask for, {name: file}. A compiler tells of no name
        that only a condition has: of headers that the asking file, or a listed one that it includes, names itself.
        """
        found = {}
        for name, file in asked.items():
            listed = [one for one in (file, *self.includes.closure([file])) if one in self.listed]
            near = dict.fromkeys(header for one in listed for header in self.includes.included(one)
                                 if can_be_taken(header) and header not in self.listed)
            defining = re.compile(rf"^[ \t]*#[ \t]*define[ \t]+{name}\b", re.MULTILINE)
            files = [header for header in near
                     if defining.search((self.tree / header).read_text(errors="surrogateescape"))]
            if files:
                found[name] = files[:1]
        return found

    def declaring(self, name, taken):
        word = re.compile(rf"\b{name}\b")
        return [file for file in self.headers(taken)
                if word.search((self.tree / file).read_text(errors="surrogateescape"))
                and name in self.declarations(self.source(file), {name})]


def join(taken, found):
    """Adds what Files.of() found to what is taken. Whether anything is new."""
    new = False
    for name, files in found.items():
        for file in files:
            names = taken.setdefault(file, set())
            new |= name not in names
            names.add(name)
    return new


# --- what is taken ----------------------------------------------------------------------------------


def narrowed(source, names, known, stop):
    """
    The Source with the items of these names, what they need of it, and the macros that its conditions ask for.
    `known`: names that others make, which go before those of a header, and not before what a .c file has for itself.
    `stop`: those of the shim, which go before all.
    """
    own = clashes.own_names(source) - stop if source.file.endswith(".c") else set()
    reachable = reach.Index([source], known - names - own).reachable(names)
    conditions = configs.asked_by_conditions(source)
    kept = [item for item in source.items
            if id(item) in reachable or (item.kind == "macro" and item.names[0] in conditions)]
    return dataclasses.replace(source, items=kept)


def sources(tree, taken, known, stop, read_file):
    """[(whole Source, the same narrowed)] of files that are taken and there. `read_file` gives the Source of one."""
    whole = [read_file(file) for file in sorted(taken) if (Path(tree) / file).is_file()]
    return [(one, narrowed(one, taken[one.file], known, stop)) for one in whole]


def still_needed(tree, listed, taken):
    """What is taken, without what a listed file of code defines by now, and headers that nothing includes any more."""
    made = {name for source in listed if source.file.endswith(".c") for item in source.items
            if item.kind in reach.DEFINES and not item.weak for name in item.names}
    included = set(Includes(tree).closure([*(source.file for source in listed), *taken])) if taken else set()
    return {file: names - made for file, names in taken.items()
            if names - made and (file.endswith(".c") or file in included)}


def write_header(folder, files):
    """What runtime.c includes: code of other files. Headers are included where the tree does."""
    emit.write_if_changed(Path(folder) / "unlisted.h", "\n".join(
        ["// SPDX-License-Identifier: GPL-2.0-only", "/* Code of files that `files` does not list. */",
         *(line_for(file) for file in sorted(files) if file.endswith(".c"))]) + "\n")
