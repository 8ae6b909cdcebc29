# SPDX-License-Identifier: GPL-2.0-only
"""
Options of Kconfig that the code of a slice asks for and the rig knows nothing of: a series may put what it adds
after one. They are as the tree's Kconfig has them for arm64 where nobody chooses.
"""
import dataclasses
import re
from fnmatch import fnmatchcase
from pathlib import Path

from slicer import emit
from slicer.source import IDENTIFIER

RECORD = "configs"  # file in the folder of a slice
VARIABLE = "VMAPDIFF_CONFIG"  # the variable of the environment that goes before what a tree says
OPTION = re.compile(r"CONFIG_\w+")
OPENS, GOES_ON = ("if", "ifdef", "ifndef"), ("elif", "elifdef", "elifndef")
BLOCK = re.compile(r"^(?:menu)?config[ \t]+(\w+)[ \t]*\n((?:[ \t].*\n|\n)*)", re.MULTILINE)
HELP = re.compile(r"^\s*(?:---)?help", re.MULTILINE)
WORD = re.compile(r"\w+|&&|\|\||\S")


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
    file: str  # that asks for it
    why: str


class Expression:
    """`A && (B || !C)` of Kconfig. Comparisons are not understood."""

    def __init__(self, text, on):
        self.words, self.on = WORD.findall(text)[::-1], on

    def holds(self):
        """Whether it holds where what is not in `on` is off; not if it cannot be read."""
        try:
            return self.any_of() and not self.words
        except ValueError:
            return False

    def take(self, word):
        """Whether `word` is the next one, which is taken then."""
        return self.words[-1:] == [word] and bool(self.words.pop())

    def any_of(self):
        value = self.all_of()
        while self.take("||"):
            value |= self.all_of()
        return value

    def all_of(self):
        value = self.one()
        while self.take("&&"):
            value &= self.one()
        return value

    def one(self):
        if self.take("!"):
            return not self.one()
        if self.take("("):
            value = self.any_of()
            if self.take(")"):
                return value
        if not self.words or not IDENTIFIER.fullmatch(self.words[-1]):
            raise ValueError
        word = self.words.pop()
        return word == "y" or word in self.on


class Kconfig:
    """The options that files of a tree have. `on`: those that the rig has on, without CONFIG_."""

    def __init__(self, tree, files, on):
        self.on = on
        self.blocks = {}  # {name: [(file, lines)]}
        for file in files:
            path = Path(tree) / file
            text = path.read_text(errors="replace").replace("\\\n", " ") if path.is_file() else ""
            for name, body in BLOCK.findall(text + "\n"):
                lines = [line.strip() for line in HELP.split(body)[0].splitlines()]
                self.blocks.setdefault(name, []).append((file, lines))

    def holds(self, text):
        return Expression(text, self.on).holds()

    def says(self, words):
        """Whether `VALUE`, or `VALUE if EXPRESSION`, is y."""
        value, _, condition = words.partition(" if ")
        return value.strip() == "y" and (not condition or self.holds(condition))

    def selected(self, name):
        """The file in which arm64 itself selects the option, or None."""
        for file, lines in self.blocks.get("ARM64", ()):
            for line in lines:
                found = re.fullmatch(rf"select\s+{name}(?:\s+if\s+(.*))?", line)
                if found and (found[1] is None or self.holds(found[1])):
                    return file
        return None

    def default(self, name):
        """(whether the option is on by its own words, why)"""
        for file, lines in self.blocks.get(name, ()):
            missing = [line.split(None, 2)[2] for line in lines
                       if line.startswith("depends on ") and not self.holds(line.split(None, 2)[2])]
            on = any(self.says(line.split(None, 1)[1]) for line in lines
                     if re.match(r"(default|def_bool)\s", line))
            if on and not missing:
                return True, f"{file} has it on by default"
            return False, f"in {file} it depends on {missing[0]}" if on else f"{file} does not have it on by default"
        return False, "Kconfig files that the rig reads do not name it"

    def option(self, name, file):
        word = name.removeprefix("CONFIG_")
        selecting = self.selected(word)
        if selecting:
            return Option(name, True, file, f"{selecting} selects it")
        on, why = self.default(word)
        return Option(name, on, file, why)


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


def unknown(words, configured, off):
    """The options of these words that the rig has neither on nor off. `configured`, `off`: see of_slice()."""
    on = names_of(configured)
    return sorted(word for word in words if OPTION.fullmatch(word) and word not in on
                  and not any(fnmatchcase(word, pattern) for pattern in off))


@dataclasses.dataclass(frozen=True)
class Rig:
    """What the rig itself says of options."""
    configured: str  # the text by which it has some on
    off: list        # patterns of those that are off on purpose
    kconfigs: list   # files of a tree that have the others
    said: dict       # {option: whether it is on} by who runs it


def of_slice(tree, words, rig):
    """[Option] for what of the words {word: file that asks} the rig knows nothing of, or was told."""
    said = rig.said
    names = sorted({*unknown(words, rig.configured, rig.off), *said})
    on = {name.removeprefix("CONFIG_") for name in names_of(rig.configured)}
    kconfig = Kconfig(tree, rig.kconfigs, on) if names else None
    return [Option(name, said[name], words.get(name, ""), f"{VARIABLE} says so") if name in said
            else kconfig.option(name, words[name]) for name in names]


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
