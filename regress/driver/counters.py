# SPDX-License-Identifier: GPL-2.0-only
"""Counts of what was executed, as clang's builds for coverage write them."""
from __future__ import annotations

import re
import subprocess

from driver import machine
from driver.terminal import Unusable, say


def merge(raw, into):
    """Adds up what processes have written."""
    subprocess.run([machine.llvm_tool("llvm-profdata"), "merge", "-failure-mode=all", "-o", into, *raw],
                   check=True)


def llvm_cov(command, *arguments):
    """What llvm-cov prints."""
    return subprocess.run([machine.llvm_tool("llvm-cov"), command, *map(str, arguments)],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          check=True).stdout


def failing(said):
    """How many scenarios fail, by the last words of a replay or of a test."""
    of_test = re.search(r"^(\d+) scenarios? fails?, ", said, re.MULTILINE)
    of_replay = re.search(r"^\d+ scenarios: \d+ as expected, (\d+) not, ", said, re.MULTILINE)
    found = of_test or of_replay
    return int(found.group(1)) if found else 0


def data_of(raw, into, failed):
    """Merges what processes have counted, says how many scenarios failed, and returns the file."""
    written = [path for path in raw if path.stat().st_size]
    if not written:
        raise Unusable("no scenario was played to its end: there is no data")
    merge(written, into)
    if failed:
        say(f"{failed} scenario{'s fail' if failed > 1 else ' fails'}: what they reach counts as well")
    return into
