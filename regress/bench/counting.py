# SPDX-License-Identifier: GPL-2.0-only
"""Instructions that a piece of a program executes, counted by valgrind's callgrind: the same on
every run of one binary, where seconds are not."""

import os
import re
import subprocess

# The C library chooses its copies by processor; without these it takes one that all have.
PLAIN_LIBRARY = "glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX2,-AVX,-ERMS,-FSRM"


def count(function, command):
    """Instructions inside calls of `function` while `command` runs."""
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
         f"--toggle-collect={function}", *command],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        env=dict(os.environ, GLIBC_TUNABLES=PLAIN_LIBRARY), check=False)
    collected = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or not collected:
        raise SystemExit(f"counting: {' '.join(command)} failed:\n{done.stderr}")
    return int(collected.group(1))


def of_bench(binary, row, mapper, calls):
    """Instructions of one call of `mapper` in a row of the benchmark, or in a scenario file's."""
    return count("bench_counted", [binary, "count", row, mapper, str(calls)]) // calls
