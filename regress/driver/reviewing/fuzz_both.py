# SPDX-License-Identifier: GPL-2.0-only
"""
Fuzzes both trees at a time. The two engines share a corpus, and each reads anew what the other has found,
so that the code of both guides. What breaks a rule is kept, and the engine goes on without judging it.
"""
from __future__ import annotations

import os
import shutil
import subprocess
import time

from driver import tool
from driver.fuzzing import findings, seeds
from driver.fuzzing.libfuzzer import SLOWEST_EXECUTION, Job
from driver.reviewing import credible
from driver.terminal import Progress

POLL_SECONDS = 0.2
TARGETS = ("fuzz_sequence", "fuzz_vmap", "fuzz_set_memory", "fuzz_vmalloc", "fuzz_ioremap", "fuzz_vm_map_ram",
           "fuzz_vmemmap")
LEAST_SECONDS = 5  # for a target; with less, fewer targets are fuzzed
RELOAD_SECONDS = 1
MOST_CRASHES = 20  # of one tree, after which its engine is not started again


def targets_for(seconds):
    """As many of the targets as there is time for; the first plays calls of all kinds."""
    return TARGETS[:max(1, min(len(TARGETS), seconds // LEAST_SECONDS))]


class Side:
    """The engine of one tree."""

    def __init__(self, rig, name, folder, most):
        self.rig, self.name = rig, name
        self.bound = [f"-runs={most}"] if most else []
        self.found = folder / f"crashes-{name}"
        self.waived = folder / f"waived-{name}"
        self.log = folder / f"fuzz-{name}.log"
        self.found.mkdir(parents=True, exist_ok=True)
        self.waived.write_text("")
        self.job, self.executions, self.stopped = None, 0, False

    def start(self, target, corpus, start, seconds):
        environment = tool.environment(VMAPDIFF_WAIVE=f"@{self.waived}")
        self.job = Job([str(self.rig.target(target)), "-max_len=65536", f"-max_total_time={max(1, seconds)}",
                        f"-timeout={SLOWEST_EXECUTION}", f"-artifact_prefix={self.found}/",
                        f"-reload={RELOAD_SECONDS}", "-seed=1", *self.bound, str(corpus), str(start)],
                       self.log, environment)

    def end(self):
        """Ends the engine if it still runs, and counts what it made."""
        if not self.job:
            return
        self.job.end()
        try:
            self.job.process.wait(10)
        except subprocess.TimeoutExpired:
            self.job.process.kill()
            self.job.process.wait()
        self.job.update()
        self.executions += self.job.pace.executions
        self.job = None

    def goes_on(self):
        """Whether an engine that ended is to be started again: after a finding, which it judges no more."""
        if self.job.process.returncode == 0:  # it made as many executions as it was given
            self.end()
            return False
        return self.waive_what_it_found()

    def waive_what_it_found(self):
        """After a finding: goes on without judging it; False where that is of no use."""
        line = findings.signature(self.log)
        self.end()
        if len(list(self.found.iterdir())) >= MOST_CRASHES or findings.ends_the_process(line):
            self.stopped = True
            return False
        with open(self.waived, "a", encoding="utf-8") as file:
            print(line, file=file)
        return True


def fuzz_target(sides, target, folder, seconds):
    """One target on both, until its time is over."""
    corpus = folder / "corpus" / target
    corpus.mkdir(parents=True)
    start = seeds.seeds_of(sides[0].rig, target)
    end, progress = time.monotonic() + seconds, Progress()
    try:
        for side in sides:
            side.stopped = False
            side.start(target, corpus, start, seconds)
        while (left := end - time.monotonic()) > 0 and any(side.job for side in sides):
            time.sleep(POLL_SECONDS)
            for side in sides:
                if side.job and not side.job.runs() and not side.stopped and side.goes_on():
                    side.start(target, corpus, start, int(left))
                elif side.job:
                    side.job.update()
            progress.show(f"fuzzing both with {target}: {max(0, int(left))} s left")
    finally:
        for side in sides:
            side.end()
        progress.clear()


def fuzz(rigs, folder, targets, seconds, most=0):
    """
    ([files of scenarios that are new, sorted], executions of both together). What `folder` had is removed.
    `rigs`: of BASE and PATCHED. `most`: executions of a target on a tree, after which it ends; 0: as many as
    there is time for.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    sides = [Side(rig, name, folder, most) for rig, name in zip(rigs, ("base", "patched"))]
    for target in targets:
        fuzz_target(sides, target, folder, seconds / len(targets))
    found = [path for top in [folder / "corpus", *(side.found for side in sides)]
             for path in sorted(top.rglob("*")) if path.is_file() and os.path.getsize(path)]
    credible.scenarios(found, "what fuzzes")
    return found, sum(side.executions for side in sides)
