# SPDX-License-Identifier: GPL-2.0-only
"""Which files and lines of two trees differ, and which lines are code."""
from __future__ import annotations

import difflib
import os
import pathlib
import re

COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL)
SKIPPED = (".git", ".build")


def read(path):
    try:
        return pathlib.Path(path).read_text(errors="surrogateescape")
    except (FileNotFoundError, NotADirectoryError):
        return ""


def blanked(match):
    """A comment becomes blanks, with its line ends; a string stays."""
    text = match.group(0)
    return re.sub(r"[^\n]", " ", text) if text.startswith("/") else text


def without_comments(text):
    return COMMENT.sub(blanked, text)


def squeezed(text):
    """Code without comments and blanks between words, to compare."""
    return " ".join(re.findall(r"\w+|[^\w\s]", without_comments(text)))


def same_code(base, patched):
    """Whether two texts are the same but for comments and white space."""
    return base == patched or squeezed(base) == squeezed(patched)


def changed_lines(base, patched):
    """Numbers, from 1, of the lines of `patched` that are changed or added; and of `base` that are gone."""
    matcher = difflib.SequenceMatcher(None, base.splitlines(), patched.splitlines(), autojunk=True)
    here, gone = [], []
    for what, first, end, new_first, new_end in matcher.get_opcodes():
        if what != "equal":
            here += range(new_first + 1, new_end + 1)
            gone += range(first + 1, end + 1)
    return here, gone


def is_code(line):
    """Whether a line without comments has more than braces, and is not an #include."""
    return bool(re.search(r"\w", line)) and not re.match(r"\s*#\s*include\b", line)


# --- whole trees --------------------------------------------------------------------------------------


def files_below(top):
    """{name: path} of all files of a tree."""
    found = {}
    for folder, folders, names in os.walk(top):
        folders[:] = [name for name in folders if name not in SKIPPED]
        inside = os.path.relpath(folder, top)
        for name in names:
            path = os.path.join(folder, name)
            found[os.path.normpath(os.path.join(inside, name))] = path
    return found


def same_file(one, other):
    """Whether two files have the same content; a link is what it leads to."""
    try:
        a, b = os.stat(one), os.stat(other)
        if (a.st_dev, a.st_ino) == (b.st_dev, b.st_ino):
            return True
        if a.st_size != b.st_size:
            return False
        with open(one, "rb") as first, open(other, "rb") as second:
            return first.read() == second.read()
    except OSError:
        return os.path.islink(one) and os.path.islink(other) and os.readlink(one) == os.readlink(other)


def changed_files(base, patched):
    """
    (names of files that both have and that differ, number of files that BASE alone has, and PATCHED alone).
    Where one tree is a part, what it lacks says nothing of a patch, so these are counted alone.
    """
    before, after = files_below(base), files_below(patched)
    both = [name for name in before if name in after]
    return ({name for name in both if not same_file(before[name], after[name])},
            len(before) - len(both), len(after) - len(both))
