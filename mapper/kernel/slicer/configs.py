# SPDX-License-Identifier: GPL-2.0-only
"""
Options of Kconfig that the code of a slice asks for and the rig knows nothing of: a series may put what it adds
after one. They are as the tree's Kconfig has them for arm64 where nobody chooses.
"""
import dataclasses
import functools
import re
from fnmatch import fnmatchcase
from pathlib import Path

from slicer import emit
from slicer.kconfig import Kconfig
from slicer.source import IDENTIFIER

RECORD = "configs"  # file in the folder of a slice
VARIABLE = "VMAPDIFF_CONFIG"  # the variable of the environment that goes before what a tree says
OPTION = re.compile(r"CONFIG_\w+")
OPENS, GOES_ON = ("if", "ifdef", "ifndef"), ("elif", "elifdef", "elifndef")


# --- what is asked for ------------------------------------------------------------------------------


def conditions(source):
    """(first line, last line, words) of each #if with its #endif; words of its #elif are its own."""
    opened = []
    for one in source.directives:
        if one.word in OPENS:
            opened.append((one.first, set()))
        if opened and one.word in OPENS + GOES_ON:
            opened[-1][1].update(IDENTIFIER.findall(one.rest))
        if opened and one.word == "endif":
            first, words = opened.pop()
            yield first, one.last, words


def asked_by_conditions(source):
    """The words of a file's own conditions; the macro by which a header is read once is one of them."""
    return {word for _, _, words in conditions(source) for word in words}


def asked(sources, reachable, stop):
    """
    {word: file that asks for it first} of the conditions in and around what is kept, and of the options that kept
    code names.
    """
    found = {}
    for source in sources:
        kept = [item for item in source.items if id(item) in reachable and not stop.intersection(item.names)]
        words = {ref for item in kept for ref in item.refs if OPTION.fullmatch(ref)}
        for first, last, names in conditions(source):
            if not names <= words and any(item.last >= first and item.first <= last for item in kept):
                words |= names
        for word in words:
            found.setdefault(word, source.file)
    return found


# --- what a tree says -------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Option:
    name: str
    on: bool
    why: str
    file: str  # that asks for it


def forced(text):
    """{option: whether it is on} of `CONFIG_A=y,CONFIG_B=n`. Raises ValueError with what is wrong."""
    said = {}
    for word in text.replace(",", " ").split():
        found = re.fullmatch(r"(CONFIG_\w+)=([yn])", word)
        if not found:
            raise ValueError(f"{VARIABLE}: {word!r}: must be CONFIG_NAME=y or CONFIG_NAME=n; commas part several")
        said[found[1]] = found[2] == "y"
    return said


def names_of(text):
    return set(OPTION.findall(text))


@dataclasses.dataclass
class Rig:
    """What the rig itself says of options."""
    configured: str  # the text by which it has some on
    off: list        # patterns of those that are off on purpose
    kconfigs: list   # files of a tree that have the others
    said: dict       # {option: whether it is on} by who runs it

    @functools.cached_property
    def on(self):
        return names_of(self.configured)

    def says(self, option):
        """Whether an option is on; None of one that only the tree knows."""
        if option in self.said:
            return self.said[option]
        if option in self.on:
            return True
        return False if any(fnmatchcase(option, pattern) for pattern in self.off) else None


def of_slice(tree, words, rig):
    """[Option] for what of the words {word: file that asks} the rig knows nothing of, or was told."""
    asked_for = {word for word in words if OPTION.fullmatch(word) and rig.says(word) is None}
    names = sorted({*asked_for, *rig.said})
    kconfig = Kconfig(tree, rig.kconfigs, lambda name: rig.says(f"CONFIG_{name}")) if names else None
    return [Option(name, rig.said[name], f"{VARIABLE} says so", words.get(name, "")) if name in rig.said
            else Option(name, *kconfig.answer(name.removeprefix("CONFIG_")), words[name]) for name in names]


# --- in the folder of a slice -----------------------------------------------------------------------


def lines_for(option):
    """What the slice's files are compiled with."""
    yield f"#undef {option.name}"
    if option.on:
        yield f"#define {option.name} 1"


def write(folder, options):
    emit.write_if_changed(Path(folder) / "configs.h", "\n".join(
        ["// SPDX-License-Identifier: GPL-2.0-only", "/* Options of which only the tree knows. */",
         *(line for option in options for line in lines_for(option))]) + "\n")
    emit.write_if_changed(Path(folder) / RECORD, "".join(f"{told(option)}\n" for option in options))


def told(option):
    """A line for whoever builds the slice."""
    asks = f", which {option.file} asks for" if option.file else ""
    if option.on:
        off = "" if option.why.startswith(VARIABLE) else f"; {VARIABLE}={option.name}=n has it off"
        return f"{option.name}{asks}, is on: {option.why}{off}"
    return (f"{option.name}{asks}, is off, and what is compiled with it alone is not tested: {option.why}; "
            f"{VARIABLE}={option.name}=y has it on")


def read(folder):
    """The lines of a slice about its options."""
    path = Path(folder) / RECORD
    return path.read_text(errors="replace").splitlines() if path.is_file() else []
