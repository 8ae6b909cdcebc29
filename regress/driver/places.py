# SPDX-License-Identifier: GPL-2.0-only
"""Where things are."""
import pathlib

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILDS = TOP / ".build"
CORPUS = TOP / "corpus"
CASES = TOP / "regress" / "cases"


def short(path):
    """A path as a user types it from the top of the project, or whole if it is elsewhere."""
    path = pathlib.Path(path)
    return str(path.relative_to(TOP)) if TOP in path.parents else str(path)
