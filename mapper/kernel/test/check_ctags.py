#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Holds the slicer's reading of whole trees against Universal Ctags.

For every function that ctags finds in C files below the given directories,
the slicer must have a function that ends on the same line. What it reads
otherwise is counted and shown. In the files that are sliced nothing may
differ, nor any name; elsewhere at most one function in ten thousand may end
elsewhere: there are macros that only the preprocessor understands, and some
invocations that need no semicolon ctags takes for the name of what follows.

Usage: check_ctags.py TREE [DIRECTORY]...     (default: arch/arm64 mm include/linux)
exit: 0 agreed, 1 not, 77 no Universal Ctags
"""
import json
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from slice import read_list  # noqa: E402
from slicer.source import CLASS_MAKER, read_source  # noqa: E402

DIRECTORIES = ["arch/arm64", "mm", "include/linux"]
SKIP = 77
SHOWN = 8


def universal_ctags():
    path = shutil.which("ctags")
    version = path and subprocess.run([path, "--version"], capture_output=True, text=True).stdout
    return path if version and "Universal Ctags" in version else None


def functions_by_ctags(ctags, tree, directories):
    """{file: {(name, last line)}}"""
    found = {}
    run = subprocess.run([ctags, "-R", "--languages=C", "--langmap=C:.c.h", "--kinds-C=f",
                          "--fields=+ne", "--output-format=json", "-o", "-", *directories],
                         cwd=tree, capture_output=True, text=True, errors="replace", check=True)
    for line in run.stdout.splitlines():
        tag = json.loads(line)
        # A class is not a function, though ctags takes it for the name of the one that follows.
        if "end" in tag and not CLASS_MAKER.match(tag["name"]):
            found.setdefault(tag["path"], set()).add((tag["name"], tag["end"]))
    return found


def functions_by_slicer(tree, file):
    source = read_source((Path(tree) / file).read_text(errors="surrogateescape"), file)
    return {(name, item.last + 1) for item in source.items
            if item.kind in ("function", "invocation") for name in item.names}


def compare(ctags, tree, directories):
    """(functions, those that end elsewhere, those that are named otherwise)"""
    count, elsewhere, renamed = 0, [], []
    for file, wanted in sorted(functions_by_ctags(ctags, tree, directories).items()):
        found = functions_by_slicer(tree, file)
        ends = {end for _, end in found}
        count += len(wanted)
        elsewhere += [(file, name, end) for name, end in sorted(wanted) if end not in ends]
        renamed += [(file, name, end) for name, end in sorted(wanted - found) if end in ends]
    return count, elsewhere, renamed


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    ctags = universal_ctags()
    if not ctags:
        print("SKIP: no Universal Ctags (Debian package universal-ctags)")
        return SKIP
    tree, directories = sys.argv[1], sys.argv[2:] or DIRECTORIES
    if not (Path(tree) / "mm").is_dir():
        print(f"SKIP: no {tree} (Debian package linux-source, or ./rig kernel --fetch)")
        return SKIP
    count, elsewhere, renamed = compare(ctags, tree, directories)
    sliced = {name for _, name, _ in read_list(HERE.parent / "files")}
    wrong = [entry for entry in elsewhere + renamed if entry[0] in sliced]
    for file, name, end in (wrong or elsewhere)[:SHOWN]:
        print(f"  {file}:{end}: {name}() ends here by ctags")
    print(f"{tree}: {count} functions, {len(elsewhere)} end elsewhere, {len(renamed)} are named "
          f"otherwise; {len(wrong)} of these in files that are sliced")
    return 1 if wrong or len(elsewhere) * 10000 > count or not count else 0


if __name__ == "__main__":
    sys.exit(main())
