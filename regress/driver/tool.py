# SPDX-License-Identifier: GPL-2.0-only
"""The tool `vmapdiff`, in the build that this machine can make."""
from __future__ import annotations

import os
import subprocess

from driver import install, machine, packages
from driver.build import build
from driver.terminal import say


def build_tool(may_install):
    """
    The path of the tool, built. A clang with libFuzzer shares the build of the fuzz targets; any
    other compiler has one of its own.
    """
    install.ensure(packages.TOOL, may_install)
    if machine.fuzz_compiler():
        return build("fuzz", "vmapdiff") / "regress" / "vmapdiff"
    if not machine.sanitizes(machine.c_compiler()):
        say("this compiler has no sanitizers: findings of theirs are not seen")
    return build("tool", "vmapdiff") / "regress" / "vmapdiff"


def environment(**more):
    """The environment of a program of ours: sanitizers name functions and lines where they can."""
    symbolizer = machine.symbolizer()
    found = dict(os.environ, **more)
    if symbolizer and "ASAN_SYMBOLIZER_PATH" not in found:
        found["ASAN_SYMBOLIZER_PATH"] = symbolizer
        found.setdefault("UBSAN_SYMBOLIZER_PATH", symbolizer)
    return found


def run(*command):
    """Runs a program to its end and returns its exit code; a signal is 2."""
    try:
        code = subprocess.run([str(word) for word in command], env=environment(),
                              check=False).returncode
    except KeyboardInterrupt:
        return 130
    return code if code >= 0 else 2
