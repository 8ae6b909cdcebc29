# SPDX-License-Identifier: GPL-2.0-only
"""Writes a slice: the same files with the same line numbers, the rest blank."""
import os
import re
from pathlib import Path


def write_if_changed(path, text):
    """Leaves a file alone that is as it should be, so that nothing is built anew for it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text(errors="surrogateescape") != text:
        path.write_text(text, errors="surrogateescape")


def close_comment(line):
    """A comment that a kept line opens, and a dropped one would close, is left out."""
    opened = line.rfind("/*")
    return line[:opened] if opened >= 0 and "*/" not in line[opened:] else line


def keep_lines(kept, lines, first, last):
    for at in range(first, last + 1):
        kept[at] = lines[at]
    kept[last] = close_comment(kept[last])


def slice_lines(source, reachable, stop):
    """The file's lines with all blank that is neither reachable nor for the preprocessor."""
    kept = [""] * len(source.lines)
    code = [item for item in source.items if item.kind != "macro"]
    for directive in source.directives:
        keep_lines(kept, source.lines, directive.first, directive.last)
    for item in source.items:
        if item.kind == "macro" and not stop.intersection(item.names):
            keep_lines(kept, source.lines, item.first, item.last)
    for item in code:
        if id(item) in reachable and not stop.intersection(item.names):
            for at in range(item.first, item.last + 1):
                kept[at] = source.lines[at]
    return kept


def with_line_directive(lines, path):
    """
    Names the user's own file, on line 1 where that is free: coverage counts
    lines of the slice and does not know of #line.
    """
    if lines[0].strip():
        return [f'#line 1 "{path}"'] + lines
    return [f'#line 2 "{path}"'] + lines[1:]


def included(source):
    """(directive, name) of the headers that a file includes, as they are written."""
    for directive in source.directives:
        if directive.word.startswith("include"):
            name = re.search(r'include\w*\s*[<"]([^>"]+)[>"]', source.lines[directive.first])
            if name:
                yield directive, name.group(1)


def is_outside(source, name):
    """Whether a header is none of the tree's: an absolute name, or one that climbs out of the tree."""
    inside = os.path.normpath(os.path.join(os.path.dirname(source.file), name))
    climbs = os.path.normpath(os.path.join("include", name))
    return os.path.isabs(name) or ".." in (inside.split("/")[0], climbs.split("/")[0])


def foreign_headers(sources):
    """Of each directive that includes what is outside of the tree: `file:line: name`."""
    for source in sources:
        for directive, name in included(source):
            if is_outside(source, name):
                yield f"{source.file}:{directive.first + 1}: {name}"


def write_slice(out, tree, source, place, lines):
    path = os.path.join(os.path.abspath(tree), source.file)
    write_if_changed(Path(out) / place, "\n".join(with_line_directive(lines, path)) + "\n")


def write_empty_headers(out, sources, places, lines_of):
    """
    Headers that nobody provides become empty: what is missed then, the compiler names. `lines_of` says what a
    header of a name has in it all the same.
    """
    names = {name for source in sources for _, name in included(source)}
    provided = {place.removeprefix("include/") for place in places}
    for name in sorted(names - provided):
        if Path(name).name not in {Path(p).name for p in places if p.startswith("mm/")} or "/" in name:
            write_if_changed(Path(out) / "empty" / name, "\n".join(
                ["/* what was here stands in the shim */", *lines_of(name)]) + "\n")
