# SPDX-License-Identifier: GPL-2.0-only
"""What files of Kconfig say of an option where nobody chooses."""
import dataclasses
import re
from pathlib import Path

from slicer.source import IDENTIFIER

COMMENT = re.compile(r"(?:^|(?<=\s))#.*", re.MULTILINE)
HELP = re.compile(r"(?:---)?help")
WORD = re.compile(r"\w+|&&|\|\||!=|\S")
DEPENDS, DEFAULT = re.compile(r"depends on\s+(.*)"), re.compile(r"(?:default|def_bool)\s+(.*)")
SELECT = re.compile(r"(select|imply)\s+(\w+)(?:\s+if\s+(.*))?")


class Expression:
    """`A && (B || !C = y)` of Kconfig. Comparisons with what is neither y nor n are not understood."""

    def __init__(self, text, is_on):
        self.words, self.is_on = WORD.findall(text)[::-1], is_on

    def holds(self):
        """Whether it holds; not if it cannot be read."""
        try:
            return self.any_of() and not self.words
        except (ValueError, RecursionError):
            return False

    def take(self, *words):
        """The next word if it is one of these, which is taken then; else nothing."""
        return self.words.pop() if self.words and self.words[-1] in words else ""

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
        value, how = self.symbol(), self.take("=", "!=")
        if not how:
            return value
        if not self.words or self.words[-1] not in ("y", "n"):
            raise ValueError
        return (value == (self.words.pop() == "y")) == (how == "=")

    def symbol(self):
        if not self.words or not IDENTIFIER.fullmatch(self.words[-1]):
            raise ValueError
        word = self.words.pop()
        return word == "y" or word != "n" and self.is_on(word)


@dataclasses.dataclass
class Block:
    """What a file says of an option, or of all in a menu."""
    file: str
    lines: list
    around: list  # what it stands in: Blocks of menus, and expressions of `if`

    def depends(self):
        """The expressions that must hold for it."""
        for one in self.around:
            yield from one.depends() if isinstance(one, Block) else [one]
        yield from (found[1] for line in self.lines if (found := DEPENDS.fullmatch(line)))


def blocks_of(file, text):
    """(name, Block) of the options that a file of Kconfig has."""
    block, around, helps = None, [], False
    for line in COMMENT.sub("", text.replace("\\\n", " ")).splitlines():
        if line[:1].strip():
            word, rest, *_ = *line.split(None, 1), ""
            block, helps = None, False
            if word in ("config", "menuconfig"):
                block = Block(file, [], list(around))
                yield rest.strip(), block
            elif word == "menu":
                block = Block(file, [], [])
                around.append(block)
            elif word == "if":
                around.append(rest)
            elif word in ("endif", "endmenu") and around:
                around.pop()
        elif block and not helps and line.strip():
            helps = bool(HELP.match(line.strip()))
            block.lines += [] if helps else [line.strip()]


class Kconfig:
    """
    The options that files of a tree have. `says(name)`, without CONFIG_: whether the rig has one on; None of one
    that it does not know.
    """

    def __init__(self, tree, files, says):
        self.says, self.answers = says, {}
        self.blocks, self.selects = {}, {}  # {name: [Block]}, {name: [(who selects it, Block, select or imply, if)]}
        for file in files:
            path = Path(tree) / file
            for name, block in list(blocks_of(file, path.read_text(errors="replace") if path.is_file() else "")):
                self.blocks.setdefault(name, []).append(block)
                for line in block.lines:
                    if found := SELECT.fullmatch(line):
                        self.selects.setdefault(found[2], []).append((name, block, found[1], found[3]))

    def is_on(self, name):
        said = self.says(name)
        return self.answer(name)[0] if said is None else said

    def holds(self, text):
        return Expression(text, self.is_on).holds()

    def is_y(self, words):
        """Whether `VALUE`, or `VALUE if EXPRESSION`, is y."""
        value, _, condition = words.partition(" if ")
        return self.holds(value) and (not condition or self.holds(condition))

    def selected(self, name, how):
        """How an option that is on selects, or implies, this one; nothing if none does."""
        for who, block, word, condition in self.selects.get(name, ()):
            if word == how and self.is_on(who) and (condition is None or self.holds(condition)):
                does = {"select": "selects", "imply": "implies"}[how]
                return f"{block.file} {does} it" if who == "ARM64" else f"in {block.file} {who} {does} it"
        return ""

    def answer(self, name):
        """(whether the option is on where nobody chooses, why). One that needs itself is off."""
        if name not in self.answers:
            self.answers[name] = False, "it needs itself"
            selecting = self.selected(name, "select")
            self.answers[name] = (True, selecting) if selecting else self.by_default(name)
        return self.answers[name]

    def by_default(self, name):
        """The same of one that none selects."""
        said = False, "Kconfig files that the rig reads do not name it"
        for block in self.blocks.get(name, ()):
            missing = next((text for text in block.depends() if not self.holds(text)), "")
            on = any(self.is_y(found[1]) for line in block.lines if (found := DEFAULT.fullmatch(line)))
            implied = self.selected(name, "imply")
            if (on or implied) and not missing:
                return True, f"{block.file} has it on by default" if on else implied
            said = False, (f"in {block.file} it depends on {missing}" if on or implied
                           else f"{block.file} does not have it on by default")
        return said
