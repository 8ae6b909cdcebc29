# SPDX-License-Identifier: GPL-2.0-only
"""AFL++ in place of libFuzzer: regress/ci/afl.py runs it, and its queue goes into the corpus."""
from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys

from driver import tool
from driver.fuzzing.libfuzzer import new_files, snapshot
from driver.fuzzing.outcome import ENDS, OF_SIGINT, Interrupted, Outcome, Pace, code_of
from driver.places import BUILDS, TOP
from driver.terminal import Unusable


def seeds_with_corpus(rig, target, seeds):
    """The seeds and what fuzzing has found so far, in one folder."""
    folder = rig.state / "afl" / "seeds" / target
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(seeds, folder)
    for path in rig.corpus(target).iterdir():
        shutil.copy(path, folder)
    return folder


def helper(rig, target):
    """The mutator or dictionary that AFL++ gets of us."""
    if target == "fuzz_text":
        return ["--dictionary", rig.built / "fuzz" / "fuzz_text.dict"]
    return ["--mutator", BUILDS / "replay" / "fuzz" / f"{target}.mutator.so"]


def keep_queue(rig, target):
    for path in (rig.state / "afl" / target).glob("job*/queue/id*"):
        content = path.read_bytes()
        (rig.corpus(target) / hashlib.sha1(content).hexdigest()).write_bytes(content)


def fuzz(rig, target, seeds, seconds, jobs, flags, tell):
    """As libfuzzer.fuzz()."""
    before = snapshot(rig.findings)
    command = [sys.executable, TOP / "regress" / "ci" / "afl.py",
               "--target", BUILDS / "afl" / "fuzz" / target,
               "--seeds", seeds_with_corpus(rig, target, seeds), "--state", rig.state / "afl" / target,
               "--found", rig.findings, "--seconds", seconds, "--jobs", jobs,
               *helper(rig, target), "--", *flags]
    statistics = rig.log(target).with_suffix(".statistics")
    statistics.unlink(missing_ok=True)
    pace = Pace()
    with open(rig.log(target), "w", encoding="utf-8") as log, subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace",
            env=tool.environment(VMAPDIFF_STATISTICS=str(statistics))) as process:
        try:
            for line in process.stdout:
                log.write(line)
                told = re.match(rf"{target}: (\d+) executions, (\d+) a second.*, (\d+) edges, corpus (\d+)",
                                line)
                if told:
                    pace = Pace(*map(int, told.groups()))
                    tell(pace)
            code, ended = process.wait(), OF_SIGINT
        except ENDS as stop:
            tool.let_end(process)
            code = ended = code_of(stop)
        if code == ended:
            raise Interrupted(Outcome(target, pace.executions, new_files(rig.findings, before), pace), code)
    if process.returncode == 2:
        raise Unusable(f"AFL++ did not run on {target}:\n"
                       f"{rig.log(target).read_text(errors='replace')[-2000:]}")
    keep_queue(rig, target)
    return Outcome(target, pace.executions, new_files(rig.findings, before), pace)
