#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Cuts the code that maps and unmaps kernel memory out of a Linux tree.

Of the files that FILES lists, it keeps what the roots in ROOTS reach and
the shim does not define. All else is blanked. Line numbers stay, and #line
names the tree's own files. The tree is only read.

exit: 0 sliced, 1 not an arm64 Linux tree or a root is missing
"""
import argparse
import json
import sys
from pathlib import Path

from slicer import boot, emit, places, reach
from slicer.source import read_source


class Unusable(Exception):
    """A tree that cannot be sliced."""


def read_list(path):
    """The words of each line that is not empty or a comment; optional lines begin with `?`."""
    for line in Path(path).read_text().splitlines():
        words = line.split("#")[0].split()
        if words:
            yield words[0].startswith("?"), words[0].lstrip("?"), words[1:]


def read_tree(tree, files):
    """[(source, place in the slice)]"""
    sources, missing = [], []
    for optional, name, rest in read_list(files):
        path = Path(tree) / name
        if path.is_file():
            text = path.read_text(errors="surrogateescape")
            sources.append((read_source(text, name), rest[0] if rest else name))
        elif optional:
            sources.append((read_source("", name), rest[0] if rest else name))
        else:
            missing.append(name)
    if missing:
        raise Unusable(f"{tree} is not an arm64 Linux tree: it has no {', '.join(missing[:4])}"
                       f"{f' and {len(missing) - 4} more' if len(missing) > 4 else ''}. "
                       "Give the top of a tree, whole or with at least the files that "
                       "mapper/kernel/files names")
    return sources


def find_roots(index, tree, roots, left_out):
    """{name: item} of the roots that the tree has, without those of a group that is left out."""
    found, missing = {}, []
    for optional, name, rest in read_list(roots):
        if f"@{left_out}" in rest:
            continue
        item = index.definition(name, rest[0] if rest else None)
        if item:
            found[name] = item
        elif not optional:
            missing.append(f"{name}() in {rest[0]}" if rest else name)
    if missing:
        raise Unusable(f"{tree} does not define {', '.join(missing)}: it is older than Linux 6.1, "
                       "or has renamed the function. If it was renamed, change the name in "
                       "mapper/kernel/roots and in mapper/kernel/runtime.c")
    return found


def write_have(out, found):
    """What the tree declares, for #if: no version number is ever looked at."""
    lines = ["// SPDX-License-Identifier: GPL-2.0-only",
             "/* Which roots the tree has, where, and with how many parameters. */"]
    for name, item in sorted(found.items()):
        lines.append(f"#define RIG_HAVE_{name} 1")
        lines.append(f'#define RIG_FILE_{name} "{item.file}"')
        lines.append(f"#define RIG_LINE_{name} {item.first + 1}")
        if item.parameters is not None:
            lines.append(f"#define RIG_PARAMETERS_{name} {item.parameters}")
    emit.write_if_changed(Path(out) / "have.h", "\n".join(lines) + "\n")


def write_boot(out, tree, taken):
    """What runtime.c does before each call in place of the tree's boot code."""
    top = Path(tree).absolute()
    emit.write_if_changed(Path(out) / "boot.h", boot.header(taken, lambda file: top / file))


def report_of(sources, reachable, stop):
    """{file: [[name, first line, last line, kind]]} of all that was kept."""
    return {source.file: [[item.names[0], item.first + 1, item.last + 1, item.kind]
                          for item in source.items
                          if id(item) in reachable and item.kind != "macro"
                          and not stop.intersection(item.names)]
            for source, _ in sources}


def run(arguments):
    shim = Path(arguments.shim)
    shim_source = read_source(shim.read_text(), shim.name)
    stop = reach.shim_names(shim_source)
    sources = read_tree(arguments.tree, arguments.files)
    index = reach.Index([source for source, _ in sources], stop)
    found = find_roots(index, arguments.tree, arguments.roots, arguments.leave_out)
    taken, reachable = boot.of_slice([source for source, _ in sources], index, found, stop)
    for source, place in sources:
        emit.write_slice(arguments.out, arguments.tree, source, place, reachable, stop)
    emit.write_empty_headers(arguments.out, [source for source, _ in sources],
                             {place for _, place in sources})
    places.write_traced(arguments.out, sources, shim_source, reachable)
    write_have(arguments.out, found)
    write_boot(arguments.out, arguments.tree, taken)
    report = report_of(sources, reachable, stop)
    emit.write_if_changed(Path(arguments.out) / "report.json", json.dumps(report, indent=1) + "\n")
    items = sum(map(len, report.values()))
    lines = sum(last - first + 1 for kept in report.values() for _, first, last, _ in kept)
    print(f"{items} items, {lines} lines of {len(sources)} files")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tree", required=True, help="top of a Linux tree")
    parser.add_argument("--out", required=True, help="where the slice goes")
    here = Path(__file__).parent
    parser.add_argument("--files", default=here / "files")
    parser.add_argument("--roots", default=here / "roots")
    parser.add_argument("--shim", default=here / "shim.h")
    parser.add_argument("--leave-out", metavar="GROUP", help="roots that are not looked for")
    try:
        run(parser.parse_args())
    except Unusable as why:
        sys.exit(f"rig: {why}")


if __name__ == "__main__":
    main()
