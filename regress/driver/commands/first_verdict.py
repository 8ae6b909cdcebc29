# SPDX-License-Identifier: GPL-2.0-only
"""
What `./rig kernel TREE test` says of one geometry, before the others are built: to compile all that Linux
builds takes ten times as long.
"""
from __future__ import annotations

import subprocess
from concurrent import futures

from driver import kernel, tool
from driver.build import Failed, locked
from driver.reviewing import scenarios
from driver.terminal import say

GEOMETRY, WORDS = "kernel_4k_va48_pa48", "4K pages, 48 bits"
EXECUTIONS = 2048  # scenarios that are generated
NOT_LINKED = "symbol lookup error"  # of the loader: a function that no file of the slice defines was called
SLOW = ("huge-array-of-4k-pages", "huge-ioremap-of-8g")  # each takes as long as most others together


def is_wanted(tree, executions):
    """Whether all geometries are to be built, and more is to be played."""
    return (not kernel.chosen_geometries() and (executions or EXECUTIONS + 1) > EXECUTIONS
            and not kernel.is_built(tree, ["vmapdiff"]))


def played():
    """The checked-in scenarios, without the slowest, which are left to what follows."""
    return [path for path in scenarios.checked_in() if path.stem not in SLOW]


def play_part(rig, part, *arguments):
    """(exit code, what the tool prints) of some scenarios, whose findings go to a folder of their own."""
    done = subprocess.run([rig.tool, "kernel", "test", "-o", rig.findings / part, *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True, errors="replace", env=tool.without_leaks(), check=False)
    return done.returncode, done.stdout


def play(rig):
    """
    The same of checked-in scenarios, or, where these hold, of some that are generated: both are played at a time.
    Leaks are left to what follows, which plays more and looks for them.
    """
    with locked(rig.state / "testing", "tests"), futures.ThreadPoolExecutor() as pool:
        rig.findings.mkdir(parents=True, exist_ok=True)
        parts = [pool.submit(play_part, rig, "test", "--executions", "1", *played()),
                 pool.submit(play_part, rig, "generated", "--executions", str(EXECUTIONS))]
        cases, generated = (part.result() for part in parts)
    return cases if cases[0] else generated


def tell(tree, executions):
    """Builds and plays the first geometry, and says what came of it. What fails is told by what follows, too."""
    if not is_wanted(tree, executions):
        return
    try:
        rig = kernel.build_quickly(tree, ["vmapdiff"], GEOMETRY)
    except Failed:
        return  # the build that follows is optimized, and says why if it fails as well
    code, said = play(rig)
    if NOT_LINKED in said:
        return
    start = said.find("\nFAIL ")
    if start >= 0:
        print(said[start:], flush=True)
    verdict = "no finding" if code == 0 else "findings, above" if start >= 0 else f"no verdict (exit {code})"
    say(f"first verdict, {WORDS}: {verdict}. The other geometries follow")
