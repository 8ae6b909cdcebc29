#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Cuts the code that maps and unmaps kernel memory out of a Linux tree.

Of the files that FILES lists, it keeps what the roots in ROOTS reach and
the shim does not define. All else is blanked. Line numbers stay, and #line
names the tree's own files. The tree is only read.

exit: 0 sliced, 1 not an arm64 Linux tree or a root is missing
"""
import argparse
import difflib
import json
import re
import sys
from pathlib import Path

from diagnosis import version
from slicer import boot, emit, more, parsed, places, reach
from slicer.source import read_source


HERE = Path(__file__).resolve().parent
FILES = HERE / "files"


# They change nothing that is mapped, wherever they are declared.
OBSERVES = re.compile(r"(trace_\w+|lockdep_assert_\w+|(__)?count_vm_events?)$")

# Every walk asks `mask & ARCH_PAGE_TABLE_SYNC_MASK` in the end.
SYNC_MASK = re.compile(r"\bARCH_PAGE_TABLE_SYNC_MASK\b")
VALUE = r"(\*?[A-Za-z_]\w*(?:\s*(?:->|\.)\s*\w+)*)"
BEFORE, AFTER = re.compile(VALUE + r"\s*&\s*\Z"), re.compile(r"\s*&\s*(?!PGTBL_)" + VALUE)
LONGEST = 256  # characters before it that are searched: to try each name of a file takes half of the slicer's time


class Unusable(Exception):
    """A tree that cannot be sliced."""


def read_list(path):
    """The words of each line that is not empty or a comment; optional lines begin with `?`."""
    for line in Path(path).read_text().splitlines():
        words = line.split("#")[0].split()
        if words:
            yield words[0].startswith("?"), words[0].lstrip("?"), words[1:]


def show_mask(text):
    """What a walk modified, under the name that the tree has for it, is shown to the rig where the walk ends."""
    for found in reversed(list(SYNC_MASK.finditer(text))):
        value = (BEFORE.search(text, max(0, found.start() - LONGEST), found.start())
                 or AFTER.match(text, found.end()))
        if value:
            first, end = value.span(1)
            text = f"{text[:first]}rig_modified({text[first:end]}){text[end:]}"
    return text


def read_tree(tree, files, kept=None):
    """[(source, place in the slice)]. `kept`: the folder of slicer/parsed.py"""
    check_files(tree, files)
    sources = []
    for _, name, rest in read_list(files):
        path = Path(tree) / name
        if path.is_file():
            text = show_mask(path.read_text(errors="surrogateescape"))
            sources.append((parsed.read_source(text, name, kept), rest[0] if rest else name))
        else:
            sources.append((read_source("", name), rest[0] if rest else name))
    return sources


def check_files(tree, files):
    """Raises Unusable where a folder lacks a file that every tree has."""
    missing = [name for optional, name, _ in read_list(files)
               if not optional and not (Path(tree) / name).is_file()]
    if missing:
        raise Unusable(not_a_tree(Path(tree), missing))


def check_headers(sources):
    """Raises Unusable where a file includes what is outside of the tree: neither read nor written is anything there."""
    foreign = list(emit.foreign_headers(sources))
    if foreign:
        raise Unusable(f"{foreign[0]}: a header outside of the tree, of which only the tree is read. "
                       "Include a header of the tree, by a name below include/ or from the file's own folder")


def not_a_tree(tree, missing):
    """What is told of a folder without files that every tree has."""
    old = version.too_old(tree)
    if old:
        return f"{old} (it has no {some(missing)})"
    near = [path for path in (*sorted(tree.glob("*/")), *tree.absolute().parents)
            if (path / "mm/vmalloc.c").is_file() and (path / "arch/arm64").is_dir()]
    return (f"{tree} is not an arm64 Linux tree: it has no {some(missing)}. Give the top of a tree, whole "
            "or with at least the files that mapper/kernel/files names"
            f"{f'; did you mean {near[0]}?' if near else ''}")


def some(names):
    """The first of many names."""
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


def find_roots(index, tree, roots, left_out):
    """{name: item} of the roots that the tree has, without those of groups that are left out."""
    found, missing = {}, []
    for optional, name, rest in read_list(roots):
        if any(f"@{group}" in rest for group in left_out):
            continue
        item = index.definition(name, rest[0] if rest else None)
        if item:
            found[name] = item
        elif not optional:
            missing.append((name, rest[0] if rest else None))
    if missing:
        raise Unusable(without_roots(tree, index, missing))
    return found


def without_roots(tree, index, missing):
    """What is told of a tree that lacks roots: it is too old, or has other names for them."""
    told = some([name + (f"() in {file}" if file else "") for name, file in missing])
    old = version.too_old(tree)
    if old:
        return f"{old} (it does not define {told})"
    lines = [f"{version.release(tree)} in {tree} does not define {told}: a part of the kernel that the rig "
             "calls was renamed, moved or removed"]
    for name, file in missing[:4]:
        hint = moved_to(index, name, file)
        lines += [f"  {name}: {hint}"] if hint else []
    return "\n".join([*lines, "if it has another name or file now, change it in mapper/kernel/roots, and where "
                      "mapper/kernel/runtime.c calls it"])


def moved_to(index, name, file):
    """Where a root that is missed may be: in another file, or under a name like its own."""
    elsewhere = index.definition(name)
    if elsewhere:
        return f"defined in {elsewhere.file}"
    here = {other for other, items in index.items.items()
            if any(item.kind == "function" and file in (None, item.file) for item in items)}
    near = difflib.get_close_matches(name, here, 3, 0.7)
    return f"{file or 'the tree'} has {', '.join(f'{other}()' for other in near)}" if near else ""


def write_have(out, found, roots):
    """What the tree declares, for #if: no version number is ever looked at. What it lacks is found nowhere."""
    lines = ["// SPDX-License-Identifier: GPL-2.0-only",
             "/* Which roots the tree has, where, and with how many parameters. */"]
    for _, name, _ in read_list(roots):
        if name not in found:
            lines.append(f"#define RIG_ENTRY_{name} {{ NULL, 0 }}")
    for name, item in sorted(found.items()):
        lines.append(f"#define RIG_HAVE_{name} 1")
        lines.append(f'#define RIG_ENTRY_{name} {{ "{item.file}", {item.first + 1} }}')
        if item.returns_nothing:
            lines.append(f"#define RIG_RETURNS_NOTHING_{name} 1")
        if item.parameters is not None:
            lines.append(f"#define RIG_PARAMETERS_{name} {item.parameters}")
    emit.write_if_changed(Path(out) / "have.h", "\n".join(lines) + "\n")


def stubs(sources, index, reachable, stop):
    """#define lines of what is reached and observes alone: tracepoints, lockdep's assertions, event counters."""
    names = {ref for source, _ in sources for item in source.items if id(item) in reachable for ref in item.refs}
    for name in sorted(name for name in names if OBSERVES.match(name) and name not in stop | index.items.keys()):
        yield f"#define {name}(...) {'false' if name.endswith('_enabled') else '((void)0)'}"


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


def with_more(arguments, sources, stop, taken):
    """The sources, and those of the files of slicer/more.py, which are recorded."""
    known = stop | {name for source, _ in sources for item in source.items for name in item.names}
    found = more.sources(arguments.tree, taken, known, arguments.parsed)
    there = {source.file: taken[source.file] for source, _ in found}
    check_headers([source for source, _ in [*sources, *found]])
    more.write(arguments.out, there)
    more.write_header(arguments.out, there)
    return [*sources, *found], more.Includes(arguments.tree, there)


def cut(arguments, sources, taken):
    """
    Writes the slice; {file: [[name, first line, last line, kind]]} of all that was kept. `taken`: the names that
    other files give, as slicer/more.py has them.
    """
    shim = Path(arguments.shim)
    shim_source = parsed.read_source(shim.read_text(), shim.name, arguments.parsed)
    stop = reach.shim_names(shim_source)
    sources, includes = with_more(arguments, sources, stop, taken)
    index = reach.Index([source for source, _ in sources], stop)
    found = find_roots(index, arguments.tree, arguments.roots, arguments.leave_out)
    taken, reachable = boot.of_slice([source for source, _ in sources], index, found, stop)
    for source, place in sources:
        emit.write_slice(arguments.out, arguments.tree, source, place, reachable, stop)
    emit.write_empty_headers(arguments.out, [source for source, _ in sources],
                             {place for _, place in sources}, includes.lines)
    places.write_traced(arguments.out, sources, shim_source, reachable)
    write_have(arguments.out, found, arguments.roots)
    emit.write_if_changed(Path(arguments.out) / "stubs.h", "\n".join(
        ["// SPDX-License-Identifier: GPL-2.0-only", "/* Calls that only observe, of files that are not sliced. */",
         *stubs(sources, index, reachable, stop)]) + "\n")
    write_boot(arguments.out, arguments.tree, taken)
    report = report_of(sources, reachable, stop)
    emit.write_if_changed(Path(arguments.out) / "report.json", json.dumps(report, indent=1) + "\n")
    return report


def run(arguments):
    report = cut(arguments, read_tree(arguments.tree, arguments.files, arguments.parsed), more.read(arguments.out))
    items = sum(map(len, report.values()))
    lines = sum(last - first + 1 for kept in report.values() for _, first, last, _ in kept)
    print(f"{items} items, {lines} lines of {len(report)} files")


def add_options(parser):
    parser.add_argument("--tree", required=True, help="top of a Linux tree")
    parser.add_argument("--out", required=True, help="where the slice goes")
    parser.add_argument("--files", default=FILES)
    parser.add_argument("--roots", default=HERE / "roots")
    parser.add_argument("--shim", default=HERE / "shim.h")
    parser.add_argument("--parsed", metavar="DIR", help="where what is read of files is kept, for other trees too")
    parser.add_argument("--leave-out", action="append", default=[], metavar="GROUP",
                        help="roots that are not looked for; may be given again")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    try:
        run(parser.parse_args())
    except Unusable as why:
        sys.exit(f"rig: {why}")


if __name__ == "__main__":
    main()
