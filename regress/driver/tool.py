# SPDX-License-Identifier: GPL-2.0-only
"""The tool `vmapdiff`, in the build that this machine can make."""
from __future__ import annotations

import os
import signal
import subprocess

from driver import install, machine, packages
from driver.build import build
from driver.terminal import say


LAST_WORDS_SECONDS = 30  # a scenario that is played ends first, and may hang


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


def without_leaks(**more):
    """An environment for a program whose leaks were judged before: to look for them takes longer than to play."""
    options = os.environ.get("ASAN_OPTIONS", "")
    return environment(ASAN_OPTIONS=f"{options}:detect_leaks=0".lstrip(":"), **more)


def run(*command):
    """Runs a program to its end and returns its exit code; a signal is 2, an interrupt 130."""
    with subprocess.Popen([str(word) for word in command], env=environment()) as process:
        try:
            code = process.wait()
        except KeyboardInterrupt:
            let_end(process)
            return 130
        except BaseException:
            process.terminate()
            let_end(process)  # it keeps and tells what it has
            raise
    return code if code >= 0 else 2


def let_end(process):
    """Gives a program that was interrupted the time to say what it has so far."""
    for seconds, more in ((2, process.send_signal), (LAST_WORDS_SECONDS, lambda _: process.kill())):
        try:
            process.wait(seconds)
            return
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            more(signal.SIGINT)  # a terminal sends it to both, `kill` to one
