# SPDX-License-Identifier: GPL-2.0-only
"""Gives each event of a slice its line: the call in a .c file that led to it.

For each .c file, a file of the same name in `traced/` defines macros around
it: one for each function of another file that may record an event. Such a
macro calls its function in RIG_AT(), which shim.h explains. Nothing of the
slice itself is changed.
"""
import re
from pathlib import Path

from slicer import emit
from slicer.source import blank_comments

MARK = "RIG_AT"
CONDITIONS = ("if", "ifdef", "ifndef", "elif", "else", "endif")
MEMBER_CALL = re.compile(r"(?:->|\.)\s*([A-Za-z_]\w*)\s*\(")


def recorders(shim):
    """The functions of the shim by which events are recorded: all that it declares but for loads."""
    return {name for item in shim.items if item.kind == "prototype" for name in item.names
            if name.startswith("rig_") and name != "rig_loaded"}


def that_record(items, seeds):
    """`seeds`, and the names of all items that reach one of them."""
    users = {}
    for item in items:
        for ref in item.refs:
            users.setdefault(ref, []).append(item)
    found, wanted = set(), list(seeds)
    while wanted:
        name = wanted.pop()
        if name not in found:
            found.add(name)
            wanted.extend(other for item in users.get(name, ()) for other in item.names)
    return found


def kind_of_macro(text):
    """
    `#define NAME NAME`, by which the kernel says that a function is there, is "itself"; another
    name in its place is an "alias".
    """
    words = re.fullmatch(r"\s*#\s*define\s+(\w+)\s+(\w+)\s*", blank_comments(text))
    return "other" if not words else "itself" if words.group(1) == words.group(2) else "alias"


class Calls:
    """Which calls of a slice may record events."""

    def __init__(self, sources, shim, reachable):
        kept = [(source, item) for source, _ in sources for item in source.items
                if id(item) in reachable]
        self.recorders = recorders(shim)
        recording = that_record([*shim.items, *(item for _, item in kept)],
                                self.recorders | {MARK})
        # What is called through a member of this name as well cannot be told apart by a macro.
        members = {name for source, item in kept
                   for name in MEMBER_CALL.findall(source.text_of(item))}
        self.functions = {}  # by name: the files that define it
        for _, item in kept:
            if item.kind == "function" and item.names[0] in recording - members:
                self.functions.setdefault(item.names[0], set()).add(item.file)
        self.macros = {}  # kinds of the macros that have the name of a function
        for source, _ in sources:
            for item in source.items:
                if item.kind == "macro" and item.names[0] in self.functions:
                    self.macros.setdefault(item.names[0], set()).add(
                        kind_of_macro(source.text_of(item)))

    def of(self, source):
        """What a file calls of others; it may not define or declare the name itself."""
        own = {name for item in source.items for name in item.names}
        return sorted((self.recorders | set(self.functions)) - own)


def headers_of(source):
    """The file's includes, as they stand between its conditions: no macro may meet a definition."""
    return [line for directive in source.directives
            if directive.word == "include" or directive.word in CONDITIONS
            for line in source.lines[directive.first:directive.last + 1]]


def wrapper(name, macros):
    """
    Where the name is a macro already that calls something else, it is left to what that calls.
    Whether it is one that stands for itself, the preprocessor says in the end.
    """
    condition = [f"#ifndef {name}"]
    if "itself" in macros and "other" not in macros:
        condition = [f"#define RIG_ITSELF_{name} 1", f"#if RIG_IS_ITSELF({name})",
                     f"#undef RIG_ITSELF_{name}", f"#undef {name}"]
    return [f'#pragma push_macro("{name}")', *condition,
            f"#define {name}(...) {MARK}({name}(__VA_ARGS__))", "#endif"]


def traced(source, place, calls):
    """The text around a .c file."""
    names = calls.of(source)
    lines = ["// SPDX-License-Identifier: GPL-2.0-only",
             f"/* Made by slicer/places.py: {place}, with the line of each call that records. */",
             *headers_of(source),
             f'#pragma push_macro("{MARK}")', f"#undef {MARK}",
             f"#define {MARK}(...) RIG_PLACED(__VA_ARGS__)"]
    for name in names:
        lines += wrapper(name, calls.macros.get(name, ()))
    lines.append(f"#include_next <{place}>")
    lines += [f'#pragma pop_macro("{name}")' for name in [*names, MARK]]
    return "\n".join(lines) + "\n"


def write_traced(out, sources, shim, reachable):
    calls = Calls(sources, shim, reachable)
    for source, place in sources:
        if place.endswith(".c"):
            emit.write_if_changed(Path(out) / "traced" / place, traced(source, place, calls))
