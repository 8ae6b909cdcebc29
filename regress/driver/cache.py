# SPDX-License-Identifier: GPL-2.0-only
"""
ccache, where it is installed: builds of other trees and presets compile what changed alone. It is
kept with the builds. A user's own settings are left as they are.
"""
from __future__ import annotations

import os
import shutil

from driver.places import BUILDS, TOP

# AFL++'s compiler reads lists from its environment, which ccache does not see. Coverage names the files that were
# compiled, by paths that ccache rewrites.
NOT_CACHED = ("afl", "coverage")
LAUNCHER = "CMAKE_C_COMPILER_LAUNCHER"


def use():
    """Sets the environment of all that is built from here on, tests of builds included."""
    if LAUNCHER not in os.environ and shutil.which("ccache"):
        os.environ[LAUNCHER] = "ccache"
        # Objects name the folder that they were first compiled in, and nothing reads that.
        os.environ.setdefault("CCACHE_NOHASHDIR", "1")
        os.environ.setdefault("CCACHE_BASEDIR", str(TOP))  # paths below are relative: of two copies of a tree too
        # What the compiler says it has read is taken for what a result depends on: nothing is preprocessed besides.
        os.environ.setdefault("CCACHE_DEPEND", "1")
        os.environ.setdefault("CCACHE_DIR", str(BUILDS / "ccache"))


def option(preset):
    """The -D option of a configuration: said each time, since ccache may come and go."""
    launcher = "" if preset in NOT_CACHED else os.environ.get(LAUNCHER, "")
    return f"-D{LAUNCHER}={launcher}"
