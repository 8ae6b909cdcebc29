# SPDX-License-Identifier: GPL-2.0-only
"""Where a tree declares a name, and as what: in files that are sliced, and in those that are not."""
from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from diagnosis.compiler import Place
from slicer.source import IDENTIFIER, KEYWORDS, read_source

# Where mapping code can take a name from, nearest first.
FOLDERS = ("include/linux", "arch/arm64/include", "include/asm-generic", "include", "mm",
           "arch/arm64/mm", "arch/arm64", "lib", "kernel")
# A tree with all of these is taken as whole: what no file of it declares is declared nowhere.
WHOLE = (*FOLDERS, "include/uapi/linux", "include/vdso", "arch/arm64/kernel", "init", "block",
         "drivers", "fs")
KINDS = {"function": "function", "prototype": "function", "macro": "macro", "variable": "variable",
         "type": "type", "forward": "type", "invocation": "variable"}
MAKES_CLASS = re.compile(r"(class_\w+?)(?:_t|_constructor|_destructor|_lock_ptr|_lock_err"
                         r"|_is_conditional|_ext)$")


@dataclass(frozen=True)
class Declaration:
    """Where a name is declared. `condition` is the #if around it, or nothing."""
    kind: str
    file: str
    line: int  # counted from 1
    sliced: bool
    defines: bool  # and is not a prototype or forward declaration
    condition: str = ""
    maker: str = ""  # the macro whose invocation declares it, such as DEFINE_MUTEX
    weak: bool = False  # of a function: another definition goes before it


def stem(name):
    """The name by which a tree declares what a macro pasted together."""
    made = MAKES_CLASS.match(name)
    return made[1] if made else name


def is_whole(tree):
    return all((Path(tree) / folder).is_dir() for folder in WHOLE)


def files_of(folder, seen):
    """
    Every C file of a folder that is not in `seen`, which gets them. A name may be of something else:
    editors leave links that lead nowhere, such as .#mmu.c.
    """
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(parent, name)
            if name.endswith((".h", ".c")) and path not in seen and os.path.isfile(path):
                seen.add(path)
                yield path


def declares(names):
    """A pattern for the bytes of a file that may declare one of these names at its top level."""
    words = b"(?:" + b"|".join(re.escape(name).encode() for name in sorted(names)) + rb")\b"
    return re.compile(rb"^(?:[ \t]*#[ \t]*define[ \t]+" + words + rb"|\s+" + words +
                      rb"[ \t]*(?:[,=/]|$)|(?:[^\s#*/][^\n]*\b)?" + words + rb")", re.MULTILINE)


def condition_of(source, line):
    """The innermost #if whose branch a line stands in, but for that around a whole header."""
    found = []
    for one in source.directives:
        if one.first > line:
            break
        if one.word in ("if", "ifdef", "ifndef"):
            found.append(f"#{one.word} {one.rest}")
        elif one.word in ("else", "elif") and found:
            found[-1] = f"#{one.word} of {found[-1]}" if one.word == "else" else f"#elif {one.rest}"
        elif one.word == "endif" and found:
            found.pop()
    guard = next((one for one in source.directives), None)
    if found and guard and guard.word == "ifndef" and found[0] == f"#ifndef {guard.rest}" \
            and re.fullmatch(r"_*[A-Z0-9_]+_H_*", guard.rest.strip()):
        found = found[1:]
    return found[-1].strip() if found else ""


def kind_of(item, source, name):
    if item.kind == "type":
        head = " ".join(source.lines[item.first:item.first + 2])
        tag = re.search(rf"\b(struct|union|enum)\s+(?:__\w+\s+)*{name}\b", head)
        if tag:
            return tag[1]
        return "enum constant" if re.match(r"\s*enum\b", head) else "type"
    return KINDS[item.kind]


def maker_of(item, source):
    """The macro that an item invokes, if it is an invocation."""
    words = [word for word in IDENTIFIER.findall(source.lines[item.first]) if word not in KEYWORDS]
    return words[0] if item.kind == "invocation" and words else ""


def declarations_in(source, names, sliced):
    """{name: [Declaration]} of those that a file declares at its top level."""
    found = {}
    for item in source.items:
        for name in names.intersection(item.names):
            # What a .c file declares for itself, no other file can use.
            own = source.file.endswith(".c") and not sliced and item.kind != "prototype" and \
                "static" in source.lines[item.first].split()
            if not own:
                found.setdefault(name, []).append(Declaration(
                    kind_of(item, source, name), source.file, item.first + 1, sliced,
                    item.kind not in ("prototype", "forward"), condition_of(source, item.first),
                    maker_of(item, source), item.weak))
    return found


def best(declarations):
    """The declaration to be told: one that defines, of a sliced file, of no condition, of the nearest folder."""
    return min(declarations, key=lambda one: (not one.defines, not one.sliced, bool(one.condition)))


class Tree:
    """What a tree declares. `placed` are the sliced files, as read, with their places in the slice."""

    def __init__(self, top, placed):
        self.top, self.placed = Path(top).absolute(), placed
        self.sources = [source for source, _ in placed]
        self.whole = is_whole(top)
        self.known = {}

    def look_up(self, names):
        """{name: Declaration or None}. Many files are searched, so ask for all names at once."""
        asked = {stem(name) for name in names} - self.known.keys()
        if asked:
            found = {}
            for source in self.sources:
                self.add(found, source, asked, True)
            self.search(found, asked)
            self.known.update({name: best(found[name]) if name in found else None for name in asked})
        return {name: self.known[stem(name)] for name in names}

    @staticmethod
    def add(found, source, names, sliced):
        for name, more in declarations_in(source, names, sliced).items():
            found.setdefault(name, []).extend(more)

    def search(self, found, names):
        """Adds what files that are not sliced declare, folder by folder until each name is defined."""
        seen = {str(self.top / source.file) for source in self.sources}
        for folder in FOLDERS:
            left = {name for name in names if not any(one.defines for one in found.get(name, ()))}
            if not left:
                return
            pattern = declares(left | {re.sub("^(class_|__free_)", "", name) for name in left})
            for path in files_of(self.top / folder, seen):
                text = Path(path).read_bytes()
                if pattern.search(text):
                    name = os.path.relpath(path, self.top)
                    self.add(found, read_source(text.decode(errors="surrogateescape"), name), left, False)

    def macros(self):
        """{name of a macro of the sliced files: names that it refers to}"""
        found = {}
        for source in self.sources:
            for item in source.items:
                if item.kind == "macro":
                    found.setdefault(item.names[0], set()).update(item.refs)
        return found

    def words(self):
        """Every name that the sliced files make: what a misspelt one may have meant."""
        return {name for source in self.sources for item in source.items for name in item.names}

    def places_of(self, name, slice_folder):
        """Each place of the slice's own text that uses a name, as (file of the tree, line)."""
        word = re.compile(rf"\b{name}\b")
        found = []
        for source, place in self.placed:
            kept = (Path(slice_folder) / place).read_text(errors="surrogateescape").split("\n")
            found += [Place(str(self.top / source.file), i + 1, 1) for i, line in enumerate(kept)
                      if word.search(line)]
        return found
