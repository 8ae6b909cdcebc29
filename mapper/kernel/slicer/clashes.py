# SPDX-License-Identifier: GPL-2.0-only
"""
Names that a .c file of a tree has for itself, and that another file has as well. A slice is compiled as one file:
all but one of them get the name of the file behind theirs.
"""
import re

from slicer import configs
from slicer.source import IDENTIFIER, blank_comments

STATIC = re.compile(r"\bstatic\b")


def names_of(source, item):
    """What an item makes that the compiler knows by name; of variables and types, as far as a scanner can tell."""
    if item.kind == "function":
        return item.names[:1]
    if item.kind == "variable":
        declared = set(IDENTIFIER.findall(blank_comments(source.text_of(item)).partition("=")[0]))
        return [name for name in item.names if name in declared]
    return item.names if item.kind == "type" else []


def is_own(source, item, name):
    """Whether what a .c file defines is nobody else's: what is static, and each type."""
    if item.kind == "type":
        return True
    before = re.split(rf"\b{name}\b", blank_comments(source.text_of(item)), maxsplit=1)[0]
    return bool(STATIC.search(before))


def own_names(source):
    """What a .c file has for itself, without what its conditions ask for: that may be a macro's name too."""
    own = {name for item in source.items for name in names_of(source, item) if is_own(source, item, name)}
    return own - configs.asked_by_conditions(source)


def of_slice(sources, reachable, roots):
    """
    {file: names that are to be others in it}. Whoever defines a name for other files, as a header does, keeps it; if
    nobody does, the file that has a root of this name, or the first. `roots`: {name: item}.
    """
    holders = {}  # by name: the files that define it
    for source, _ in sources:
        for item in source.items:
            if id(item) in reachable:
                for name in names_of(source, item):
                    holders.setdefault(name, {})[source.file] = source
    shared = {name: files for name, files in holders.items() if len(files) > 1}
    own = {file: own_names(source) if file.endswith(".c") else set()
           for files in shared.values() for file, source in files.items()}
    found = {}
    for name, files in shared.items():
        for file in losers(name, files, own, roots.get(name)):
            found.setdefault(file, set()).add(name)
    return found


def losers(name, files, own, root):
    """Those of the files in which a name is to be another. `own`: {file: names that it has for itself}."""
    theirs = [file for file in files if name in own[file]]
    if len(theirs) == len(files):
        theirs.remove(root.file if root and root.file in theirs else theirs[0])
    return theirs


def suffix_of(file):
    """What stands behind the names of a file."""
    return "__" + re.sub(r"\W", "_", file)


def renamed(lines, names, file):
    """The lines of a file with other names; a member of a structure keeps its own."""
    if not names:
        return lines
    words = re.compile(rf"((?:->|\.)\s*)?\b({'|'.join(sorted(names))})\b")
    return [words.sub(lambda found: found[0] if found[1] else found[0] + suffix_of(file), line) for line in lines]
