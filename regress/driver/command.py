# SPDX-License-Identifier: GPL-2.0-only
"""What a command is, and the parser that all have: nearest names, exit code 2, an example."""
from __future__ import annotations

import argparse
import dataclasses
import difflib
import re
from typing import Callable

from driver.terminal import Unusable


class Parser(argparse.ArgumentParser):
    """An argument parser that raises Unusable, and names what is nearest to a misspelt option."""

    def __init__(self, **settings):
        settings.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(allow_abbrev=False, **settings)

    def options(self):
        """Every spelling of every option that is not hidden."""
        return [name for action in self._actions if action.help != argparse.SUPPRESS
                for name in action.option_strings]

    def words(self):
        """The words that an operand may be: its choices, or what completes it as its attribute `words`."""
        return [str(word) for action in self._actions if not action.option_strings
                for word in action.choices or getattr(action, "words", ())]

    def operand(self, name):
        """The action of an operand."""
        return next(action for action in self._actions if action.dest == name)

    def values(self):
        """{option: the words that its value may be, or None where it is a word that nobody lists}"""
        return {name: action.choices and [str(word) for word in action.choices]
                for action in self._actions if action.nargs != 0 for name in action.option_strings}

    def error(self, message):
        unknown = re.match(r"unrecognized arguments: (-\S*)", message)
        if unknown:
            name = unknown.group(1).split("=")[0]
            message = f"'{name}' is not an option{nearest(name, self.options())}"
        choice = re.match(r"argument (\S+): invalid choice: (.*) \(choose from (.*)\)$", message)
        if choice:  # each version of Python quotes the choices in its own way
            message = (f"{choice.group(2)} is not a value of {choice.group(1)}; the values are: "
                       + re.sub("[',]", "", choice.group(3)))
        raise Unusable(f"{self.prog.replace('./rig ', '')}: {message}\nsee {self.prog} --help")


def nearest(word, words):
    """'; did you mean X?', or nothing."""
    close = difflib.get_close_matches(word, words, 1)
    return f"; did you mean '{close[0]}'?" if close else ""


def positive(text):
    """The type of an option that needs a number of at least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of at least 1")
    return int(text)


@dataclasses.dataclass(frozen=True)
class Command:
    """
    A command of the driver. `run` takes the options that `add_options` declares, and returns an
    exit code. options.argv is what was typed, options.flags what came after --, and
    options.may_install whether packages may be installed.
    """

    name: str
    summary: str
    example: str
    add_options: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]
    flags: str = ""  # what comes after --, or nothing

    def parser(self, prefix="./rig"):
        usage_end = f" [-- {self.flags}]" if self.flags else ""
        parser = Parser(prog=f"{prefix} {self.name}", description=self.summary,
                        epilog=f"example:\n  {self.example}")
        self.add_options(parser)
        if usage_end:
            parser.usage = parser.format_usage()[len("usage: "):].rstrip() + usage_end
        return parser

    def parse(self, argv, prefix="./rig"):
        """The options in argv."""
        mine, flags = split_flags(argv) if self.flags else (argv, [])
        options = self.parser(prefix).parse_args(mine)
        options.argv, options.flags = mine, flags
        return options


def split_flags(argv):
    """What stands before and after the first --."""
    where = argv.index("--") if "--" in argv else len(argv)
    return argv[:where], argv[where + 1:]


def no_options(_):
    """add_options of a command that has none."""
