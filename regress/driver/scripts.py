# SPDX-License-Identifier: GPL-2.0-only
"""Scripts of regress/ that are commands of the driver: their own parsers say what they take."""
from __future__ import annotations

import importlib
import sys

from driver import tool
from driver.places import TOP

STARTER = TOP / "regress/driver/script.py"


def load(path):
    """A script as a module; its folder is searched for what it imports."""
    file = TOP / "regress" / path
    if str(file.parent) not in sys.path:
        sys.path.append(str(file.parent))
    return importlib.import_module(file.stem)


def options_of(path):
    """add_options of a command whose options a script declares by its add_options()."""
    return lambda parser: load(path).add_options(parser)


def run(path, argv, python=sys.executable):
    """Runs a script and returns its exit code."""
    return tool.run(python, STARTER, TOP / "regress" / path, *argv)
