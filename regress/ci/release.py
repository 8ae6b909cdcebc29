#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What must hold before a version is released.

No checked-in table is older than the code, CHANGELOG.md has a section for the
version in CMakeLists.txt, no other file has that version, and README's figures
are those of the tables.

Exit: 0 when all hold, 1 if not.
"""
import argparse
import pathlib
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "regress" / "mutation"))
# pylint: disable=wrong-import-position
import changelog
import figures
import sources
import stale
import version


def stale_tables(top):
    for one in stale.all_of(top):
        yield f"a table is older than the code: {one}"


def wrong(top):
    """What does not hold, in sentences."""
    return [*stale_tables(top), *version.wrong(top), *changelog.wrong(top, sources.version(top)),
            *figures.wrong(top)]


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
