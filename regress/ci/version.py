# SPDX-License-Identifier: GPL-2.0-only
"""The version of the project has one place: project() in CMakeLists.txt.

CHANGELOG.md has a section for it, which changelog.py checks. The tables of mutants name the version
that they were made from, and README repeats those, which figures.py checks. All else derives from it.
"""
import re

import tracked

PLACE = re.compile(r"^project\(vmapdiff VERSION (\d+\.\d+\.\d+) ", re.MULTILINE)
CHECKED_ELSEWHERE = re.compile(r"CHANGELOG\.md|README\.md|regress/mutation/tables/.*")


def places(top, version):
    """FILE:LINE of each place that has the version and must derive it."""
    pattern = re.compile(rf"(?<![\d.]){re.escape(version)}(?!\.?\d)")
    for path in sorted(tracked.files(top)):
        if CHECKED_ELSEWHERE.fullmatch(path.as_posix()):
            continue
        lines = (top / path).read_text(encoding="utf-8", errors="replace").splitlines()
        for number, line in enumerate(lines, 1):
            if pattern.search(line):
                yield f"{path.as_posix()}:{number}"


def wrong(top):
    """What is wrong with the version's place, in sentences."""
    found = PLACE.findall((top / "CMakeLists.txt").read_text(encoding="utf-8"))
    if len(found) != 1:
        return ["CMakeLists.txt: needs one line 'project(vmapdiff VERSION N.N.N ...', three numbers"]
    stand = list(places(top, found[0]))
    own = [place for place in stand if place.startswith("CMakeLists.txt:")]
    return [f"{place}: has version {found[0]}, which only project() in CMakeLists.txt may: derive it"
            for place in stand if place != own[0]]
