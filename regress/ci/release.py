#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What must hold before a version is released.

No checked-in table is older than the code, CHANGELOG.md has a section for the
version in CMakeLists.txt, and README's figures are those of the tables.

Exit: 0 when all hold, 1 if not.
"""
import argparse
import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "regress" / "mutation"))
# pylint: disable=wrong-import-position
import figures
import sources
import stale


def stale_tables(top):
    for one in stale.all_of(top):
        yield f"a table is older than the code: {one}"


def missing_section(top):
    path, version = top / "CHANGELOG.md", sources.version(top)
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    section = re.search(rf"^## {re.escape(version)}\b[^.\n]*\n(.*?)(?=^## |\Z)", text,
                        re.MULTILINE | re.DOTALL)
    if not section or not section.group(1).strip():
        yield f"CHANGELOG.md: no section '## {version}' that says anything"


def wrong(top):
    """What does not hold, in sentences."""
    return [*stale_tables(top), *missing_section(top), *figures.wrong(top)]


def add_options(parser):
    parser.add_argument("--top", type=pathlib.Path, default=TOP, metavar="DIR",
                        help="another checkout or copy than this one")


def main():
    parser = argparse.ArgumentParser(prog="rig release-check", description=__doc__)
    add_options(parser)
    options = parser.parse_args()
    found = wrong(options.top)
    for sentence in found:
        print(f"release: {sentence}")
    if not found:
        print(f"version {sources.version(options.top)} can be released")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
