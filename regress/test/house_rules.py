#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What every file must keep: a licence line, its floor, its size, its form.

Usage: house_rules.py TOP
"""
import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "ci"))
# pylint: disable=wrong-import-position
import tracked

FLOORS = ["mapper", "oracle", "fuzz", "regress"]
TOP_LEVEL = {"mapper", "oracle", "fuzz", "corpus", "regress", "CMakeLists.txt", "README.md",
             "CMakePresets.json", "LICENSE", "CHANGELOG.md", "rig"}
LOOSE_IN_REGRESS = {"README.md", "FINDING.md", "CMakeLists.txt"}  # all else has a room
NO_LICENCE_LINE = {"LICENSE", "CMakePresets.json"}  # JSON has no comments
# Headers that are included with a slice of a kernel tree at hand.
NEED_A_TREE = {Path("mapper/kernel/shim.h"), Path("mapper/kernel/tree.h"), Path("mapper/kernel/boot/driver.h")}
MAX_FUNCTION_LINES = 70
MAX_CORPUS_BYTES = 2 << 20  # of all checked-in scenarios: people review them
MAX_README_LINES = 150
ORACLE_MAY_INCLUDE = re.compile(r"mapper/(machine/|mapper\.h|test/cmocka_all\.h)")


def check_licence(top, path):
    if path.name in NO_LICENCE_LINE or path.suffix == ".png":
        return
    head = (top / path).read_text(errors="replace").splitlines()[:2]
    if not any("SPDX-License-Identifier: GPL-2.0-only" in line for line in head):
        yield f"{path}: no SPDX line on top"


def check_includes(top, path):
    """A file includes only its own floor and those below; the oracle only the machine."""
    if path.suffix not in (".c", ".h") or path.parts[0] not in FLOORS:
        return
    floor = FLOORS.index(path.parts[0])
    for number, line in enumerate((top / path).read_text().splitlines(), 1):
        include = re.match(r'#include "([^"]+)"', line)
        if not include:
            continue
        target = include.group(1)
        if target.split("/")[0] not in FLOORS or not (top / target).exists():
            yield f"{path}:{number}: include from the top: \"floor/...\""
        elif FLOORS.index(target.split("/")[0]) > floor:
            yield f"{path}:{number}: includes a floor above: {target}"
        elif path.parts[0] == "oracle" and target.startswith("mapper/") \
                and not ORACLE_MAY_INCLUDE.match(target):
            yield f"{path}:{number}: the oracle shares only the machine: {target}"


def check_functions(top, path):
    if path.suffix != ".c":
        return
    start = None
    for number, line in enumerate((top / path).read_text().splitlines(), 1):
        if line == "{":
            start = number
        elif line == "}" and start:
            if number - start > MAX_FUNCTION_LINES:
                yield f"{path}:{start}: a function of {number - start} lines"
            start = None


def check_headers_stand_alone(top, headers):
    for header in headers:
        run = subprocess.run(["clang", "-std=gnu11", "-fsyntax-only", "-D_GNU_SOURCE", "-I", str(top),
                              "-x", "c", str(top / header)], capture_output=True, text=True)
        if run.returncode:
            yield f"{header}: does not compile alone: {run.stderr.splitlines()[0]}"


def check_format(top, sources):
    run = subprocess.run(["clang-format", "--dry-run", "--Werror", *map(str, sources)], cwd=top,
                         capture_output=True, text=True)
    if run.returncode:
        yield "clang-format: " + "\n".join(run.stderr.splitlines()[:10])


def check_scripts(top, scripts):
    run = subprocess.run(["shellcheck", *map(str, scripts)], cwd=top, capture_output=True, text=True)
    if run.returncode:
        yield "shellcheck: " + run.stdout


def check_top_level(paths):
    for name in {p.parts[0] for p in paths}:
        if name not in TOP_LEVEL and not name.startswith("."):
            yield f"{name}: does not belong on the top level"
    for path in paths:
        if path.parts[0] == "regress" and len(path.parts) == 2 and path.name not in LOOSE_IN_REGRESS:
            yield f"{path}: belongs in a room of regress/"


def check_sizes(top, paths):
    scenarios = sum((top / path).stat().st_size for path in paths if path.suffix == ".scenario")
    if scenarios > MAX_CORPUS_BYTES:
        yield f"the checked-in scenarios have {scenarios} bytes: ./rig corpus minimize"
    lines = len((top / "README.md").read_text().splitlines())
    if lines >= MAX_README_LINES:
        yield f"README.md: {lines} lines; fewer than {MAX_README_LINES} are read"


def main():
    top = Path(sys.argv[1]).resolve()
    paths = tracked.files(top)
    wrong = list(check_top_level(paths)) + list(check_sizes(top, paths))
    for path in paths:
        for check in (check_licence, check_includes, check_functions):
            wrong += check(top, path)
    wrong += check_headers_stand_alone(top, [p for p in paths if p.suffix == ".h"
                                             and "cmocka" not in p.name and p not in NEED_A_TREE])
    wrong += check_format(top, [p for p in paths if p.suffix in (".c", ".h")])
    wrong += check_scripts(top, [p for p in paths if p.suffix == ".sh" or p.name in ("rig", "run")])
    print("\n".join(wrong) or f"{len(paths)} files keep the rules of the house")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
