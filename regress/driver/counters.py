# SPDX-License-Identifier: GPL-2.0-only
"""Counts of what was executed, as clang's builds for coverage write them."""
from __future__ import annotations

import subprocess

from driver import machine


def merge(raw, into):
    """Adds up what processes have written."""
    subprocess.run([machine.llvm_tool("llvm-profdata"), "merge", "-failure-mode=all", "-o", into, *raw],
                   check=True)


def llvm_cov(command, *arguments):
    """What llvm-cov prints."""
    return subprocess.run([machine.llvm_tool("llvm-cov"), command, *map(str, arguments)],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          check=True).stdout
