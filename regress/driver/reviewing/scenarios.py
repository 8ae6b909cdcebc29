# SPDX-License-Identifier: GPL-2.0-only
"""The scenarios that are played on both trees, in files: checked in, generated, and what fuzzing found."""
from __future__ import annotations

import pathlib
import re
import shutil
import subprocess

from driver import tool
from driver.places import CASES, CORPUS
from driver.reviewing import credible
from driver.terminal import Unusable

A_MINUTE = 2048  # generated scenarios, for each minute of the budget
MOST = 65536
SEED = 1
LARGE = "large-"  # checked-in cases whose record is hundreds of megabytes


def generated_for(minutes):
    """How many scenarios are generated in a budget of so many minutes."""
    return min(MOST, A_MINUTE * minutes)


def generate(binary, folder, executions):
    """Writes the scenarios that the test of a tree generates. Raises Unusable."""
    done = subprocess.run([str(binary), "generate", "--seed", str(SEED), "--executions", str(executions),
                           "-o", str(folder)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          errors="replace", check=False, env=tool.environment())
    if done.returncode:
        raise Unusable(f"review: scenarios cannot be generated:\n{done.stderr[-2000:]}")


def meaning_of(path):
    """A scenario's text without its policy: a tree has its own, whatever a scenario says."""
    return re.sub(rb"^policy .*\n", b"", path.read_bytes(), flags=re.MULTILINE)


def generated(binaries, folder, executions):
    """
    What the tests of both trees generate of one seed, each once: each is adapted to what its tree is found
    to do, so some are not the same.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    names, seen, paths = ("base", "patched"), set(), []
    for binary, name in zip(binaries, names):
        generate(binary, folder / name, executions)
        credible.scenarios([folder / name / f"{number:06d}.scenario" for number in range(executions)], name.upper())
    for number in range(executions):
        for name in names:
            path = folder / name / f"{number:06d}.scenario"
            meaning = meaning_of(path)
            if meaning not in seen:
                seen.add(meaning)
                paths.append(path)
    return paths


def checked_in():
    """The project's own cases and seeds."""
    return sorted(path for top in (CASES, CORPUS) for path in pathlib.Path(top).rglob("*.scenario")
                  if not path.name.startswith(LARGE))
