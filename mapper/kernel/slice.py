#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Cuts the code that maps and unmaps kernel memory out of a Linux tree.

Of the files that FILES lists, it keeps what the roots in ROOTS reach and
the shim does not define. All else is blanked. Line numbers stay, and #line
names the tree's own files. The tree is only read.

exit: 0 sliced, 1 not an arm64 Linux tree or a root is missing
"""
import argparse
import dataclasses
import difflib
import json
import re
import sys
from pathlib import Path

from diagnosis import lookup, version
from slicer import boot, clashes, configs, emit, parsed, places, reach, unlisted
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


def read_file(tree, name, kept):
    """The Source of a file of a tree, as it is sliced. `kept`: the folder of slicer/parsed.py"""
    return parsed.read_source(show_mask((Path(tree) / name).read_text(errors="surrogateescape")), name, kept)


def read_tree(tree, files, kept=None):
    """[(source, place in the slice)] of the files that are listed."""
    check_files(tree, files)
    return [(read_file(tree, name, kept) if (Path(tree) / name).is_file() else read_source("", name),
             rest[0] if rest else name) for _, name, rest in read_list(files)]


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


def some(names, most=4):
    """The first of many names."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def find_roots(index, tree, roots, left_out, taken):
    """{name: item} of the roots that the tree has, without those of groups that are left out."""
    found, missing = {}, []
    for optional, name, rest in read_list(roots):
        if any(f"@{group}" in rest for group in left_out):
            continue
        item = index.definition(name, rest[0] if rest else None) or moved_root(index, name, taken)
        if item:
            found[name] = item
        elif not optional:
            missing.append((name, rest[0] if rest else None))
    if missing:
        raise Unusable(without_roots(tree, index, missing))
    return found


def moved_root(index, name, taken):
    """The definition of a root in a file that is not listed, or None."""
    return next((item for file in taken if name in taken[file] and (item := index.definition(name, file))), None)


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


def files_of(tree, listed):
    """The files that are not listed, as slicer/unlisted.py searches them."""
    return unlisted.Files(tree, listed, lambda source, names: lookup.declarations_in(source, names, False))


def with_unlisted(arguments, sources, stop, taken):
    """(the sources with those of files that are taken, the latter whole). What is taken is recorded."""
    listed = [source for source, _ in sources]
    known = stop | {name for source in listed for item in source.items for name in item.names}
    found = unlisted.sources(arguments.tree, taken, known, stop,
                             lambda file: read_file(arguments.tree, file, arguments.parsed))
    check_headers([*listed, *(whole for whole, _ in found)])
    there = {whole.file: taken[whole.file] for whole, _ in found}
    unlisted.write(arguments.out, there)
    unlisted.write_header(arguments.out, there)
    return [*sources, *((narrow, unlisted.place_of(narrow.file)) for _, narrow in found)], [whole for whole, _ in found]


def roots_elsewhere(arguments, sources, taken):
    """{name: files} of roots that every tree has and that a file of code has which is not listed."""
    listed = [source for source, _ in sources]
    defined = {(item.file, name) for source in listed for item in source.items if item.kind in reach.DEFINES
               for name in item.names}
    missing = {name for optional, name, rest in read_list(arguments.roots)
               if not optional and rest and not rest[0].startswith("@") and (rest[0], name) not in defined
               and not any(name in names for names in taken.values())}
    found = files_of(arguments.tree, listed).of(missing, taken) if missing else {}
    return {name: places for name, places in found.items() if places[0].endswith(".c")}


def strong_elsewhere(arguments, sources, reachable, taken):
    """{name: files} of weak functions that are reached, and that a file of arm64 has which is not listed."""
    weak = {name for source, _ in sources for item in source.items
            if item.kind == "function" and item.weak and id(item) in reachable for name in item.names}
    weak -= set().union(*taken.values())
    if not weak:
        return {}
    files = files_of(arguments.tree, [source for source, _ in sources])
    return files.defining(files.code(unlisted.CODE[0]), weak)


def macros_elsewhere(arguments, sources, asked, known):
    """{name: files} of macros that conditions ask for and that a header has which is not listed."""
    names = {name: file for name, file in asked.items()
             if name not in known and not name.startswith("__") and not configs.OPTION.fullmatch(name)}
    return files_of(arguments.tree, [source for source, _ in sources]).macros(names) if names else {}


def rig_options(said):
    """What the rig says of options of Kconfig, before any tree does."""
    off, kconfigs = ([name for _, name, _ in read_list(HERE / name)] for name in ("off", "kconfigs"))
    try:
        return configs.Rig((HERE / "autoconf.h.in").read_text(), off, kconfigs, configs.forced(said))
    except ValueError as why:
        raise Unusable(str(why)) from why


def cut(arguments, listed, taken):
    """
    Writes the slice; {file: [[name, first line, last line, kind]]} of all that was kept. `listed`: what read_tree()
    gives; `taken`: the names that other files give, as slicer/unlisted.py has them, to which some may be added.
    """
    shim = Path(arguments.shim)
    shim_source = parsed.read_source(shim.read_text(), shim.name, arguments.parsed)
    stop = reach.shim_names(shim_source)
    unlisted.join(taken, roots_elsewhere(arguments, listed, taken))
    sources, whole = with_unlisted(arguments, listed, stop, taken)
    index = reach.Index([source for source, _ in sources], stop)
    found = find_roots(index, arguments.tree, arguments.roots, arguments.leave_out, taken)
    boots = [*(source for source, _ in listed), *whole]
    assigned, reachable = boot.of_slice(boots, index, found, stop)
    asked = configs.asked([source for source, _ in sources], reachable, stop)
    found_elsewhere = (strong_elsewhere(arguments, listed, reachable, taken),
                       macros_elsewhere(arguments, listed, asked, stop | index.items.keys()))
    if any([unlisted.join(taken, more) for more in found_elsewhere]):
        return cut(arguments, listed, taken)
    configs.write(arguments.out, configs.of_slice(arguments.tree, asked, rig_options(arguments.kconfig)))
    return write(arguments, sources, Parts(shim_source, stop, index, found, assigned, reachable, taken))


@dataclasses.dataclass
class Parts:
    """What a slice is made of, besides its sources."""
    shim: object
    stop: set  # names that the shim has
    index: object
    roots: dict
    assigned: list  # by boot code
    reachable: set
    taken: dict


def write(arguments, sources, parts):
    """Writes all files of a slice, and returns its report."""
    out, tree, stop, reachable = arguments.out, arguments.tree, parts.stop, parts.reachable
    includes, others = unlisted.Includes(tree), clashes.of_slice(sources, reachable, parts.roots)
    for source, place in sources:
        lines = emit.slice_lines(source, reachable, stop)
        emit.write_slice(out, tree, source, place, clashes.renamed(lines, others.get(source.file), source.file))
    emit.write_empty_headers(out, [source for source, _ in sources], {place for _, place in sources},
                             lambda name: includes.lines(name, parts.taken))
    places.write_traced(out, sources, parts.shim, reachable)
    write_have(out, parts.roots, arguments.roots)
    emit.write_if_changed(Path(out) / "stubs.h", "\n".join(
        ["// SPDX-License-Identifier: GPL-2.0-only", "/* Calls that only observe, of files that are not sliced. */",
         *stubs(sources, parts.index, reachable, stop)]) + "\n")
    write_boot(out, tree, parts.assigned)
    report = report_of(sources, reachable, stop)
    emit.write_if_changed(Path(out) / "report.json", json.dumps(report, indent=1) + "\n")
    return report


def run(arguments):
    listed = read_tree(arguments.tree, arguments.files, arguments.parsed)
    taken = unlisted.still_needed(arguments.tree, [source for source, _ in listed], unlisted.read(arguments.out))
    report = cut(arguments, listed, taken)
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
    parser.add_argument("--kconfig", default="", metavar="CONFIG_A=y,CONFIG_B=n",
                        help="options that go before what the tree says")
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
