# SPDX-License-Identifier: GPL-2.0-only
"""The Python of whatever this process starts: scripts and tests are started as `python3`."""
from __future__ import annotations

import os
import pathlib
import shutil
import sys


def is_script(path):
    """Whether a program is a script, as the `python3` of a version manager is, which looks for the one to run."""
    try:
        with open(path, "rb") as file:
            return file.read(2) == b"#!"
    except OSError:
        return False


def use():
    """Where `python3` is such a script, has the interpreter of this process come first: it starts at once."""
    found, folder = shutil.which("python3"), pathlib.Path(sys.executable).parent
    if found and is_script(found) and os.access(folder / "python3", os.X_OK) and not is_script(folder / "python3"):
        os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"
