#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What scenarios reach of a tree is what mapper/kernel/COVERAGE.md says, or more.

Each function that is not reached as a whole has a reason there, and none has one that is. Fewer lines may not be
reached in any file.

Usage: test_coverage.py TREE     exit: 0 good, 1 not, 77 no tree or no llvm-cov
"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "regress"))
from driver import machine, tree_coverage  # noqa: E402

SKIP = 77
DOCUMENT = TOP / "mapper/kernel/COVERAGE.md"


def files_of(text):
    """{file: (lines, lines reached)}"""
    return {name: (int(lines), int(reached)) for name, lines, reached in
            re.findall(r"^\| (\S+) \| (\d+) \| (\d+) \|$", text, re.M)}


def functions_of(text):
    """{(file, function): why not all of it is reached}"""
    return {(file, name): why for name, file, why in
            re.findall(r"^\| `(\w+)\(\)`, (\S+) \| \d+ of \d+ lines \| (.*) \|$", text, re.M)}


def measured(tree):
    """What the command says of the tree now."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "coverage.md"
        run = subprocess.run([TOP / "rig", "--no-install", "kernel", tree, "coverage", "--document", path],
                             capture_output=True, text=True, errors="replace", check=False)
        if run.returncode or not path.exists():
            sys.exit(f"{run.stdout[-2000:]}{run.stderr[-2000:]}")
        return path.read_text()


def differences(told, now):
    """Sentences: what the document says otherwise."""
    for name, (_, reached) in files_of(told).items():
        found = files_of(now).get(name, (0, 0))[1]
        if found < reached:
            yield f"{name}: {found} lines are reached, and {reached} were"
    before, after = functions_of(told), functions_of(now)
    for key in sorted(set(after) - set(before)):
        yield f"{key[1]}() of {key[0]} is not reached as a whole, and COVERAGE.md does not say so"
    for key in sorted(set(before) - set(after)):
        yield f"{key[1]}() of {key[0]} is reached as a whole: take its reason away"
    for (file, name), why in sorted(after.items()):
        if why == tree_coverage.NO_REASON:
            yield f"{name}() of {file}: mapper/kernel/unreached has no reason"
    for file, name in sorted(set(tree_coverage.reasons()) - set(after)):
        yield f"mapper/kernel/unreached: {name}() of {file} is reached as a whole, or is not there"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    if not (Path(sys.argv[1]) / "mm/vmalloc.c").exists() or not machine.llvm_tools():
        print(f"SKIP: no {sys.argv[1]} (Debian package linux-source), or no llvm-cov")
        return SKIP
    wrong = list(differences(DOCUMENT.read_text(), measured(sys.argv[1])))
    print("\n".join(wrong) if wrong else "COVERAGE.md is what is measured")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
