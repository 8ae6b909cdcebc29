# SPDX-License-Identifier: GPL-2.0-only
"""What clang says of a slice, as places in the tree's own files."""
from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass, field

# One line a diagnostic: no source lines, and no guess at what was meant, which would hide a name.
FLAGS = ("-fsyntax-only", "-ferror-limit=0", "-fno-caret-diagnostics", "-fno-spell-checking",
         "-fno-color-diagnostics", "-fmacro-backtrace-limit=0")
LINE = re.compile(r"(.+):(\d+):(\d+): (?:fatal )?(error|note): (.*)$")


@dataclass(frozen=True)
class Place:
    """A file, and a line and column that count from 1."""
    file: str
    line: int
    column: int


@dataclass
class Diagnostic:
    """An error, where it stands, and where the macros are written that lead to it."""
    place: Place
    text: str
    macros: list = field(default_factory=list)  # [Place], the innermost last
    opened: Place = None  # of what is not closed
    mentioned: Place = None  # of a type that has no body: where it is named first

    def places(self):
        """Where the code is written that is meant: the innermost macro first."""
        return [*reversed(self.macros), self.place]


def diagnostics(log):
    """[Diagnostic] of what clang printed."""
    found = []
    for line in log.splitlines():
        match = LINE.match(line)
        if not match:
            continue
        place, text = Place(match[1], int(match[2]), int(match[3])), match[5]
        if match[4] == "error":
            found.append(Diagnostic(place, re.sub(r" \[-W[^]]*\]$", "", text)))
        elif found and text.startswith("expanded from macro"):
            found[-1].macros.append(place)
        elif found and text.startswith("forward declaration of"):
            found[-1].mentioned = place
        elif found and text.startswith("to match this"):
            found[-1].opened = place
    return found


def compile_slice(command, stand_ins):
    """
    [Diagnostic] of a slice that is compiled by `command` with the file `stand_ins` after the shim,
    which the command includes first. Nothing is written.
    """
    last = max(i for i, word in enumerate(command) if word == "-include")
    words = [*command[:last + 2], "-include", str(stand_ins), *FLAGS, *command[last + 2:]]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True, errors="surrogateescape", check=False,
                          env={**os.environ, "LC_ALL": "C"})
    found = diagnostics(done.stderr)
    if done.returncode and not found:
        raise RuntimeError(f"{command[0]} failed:\n{done.stderr[-2000:]}")
    return found
