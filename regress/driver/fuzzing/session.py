# SPDX-License-Identifier: GPL-2.0-only
"""Fuzzes targets one after the other, and sums up."""
from __future__ import annotations

import os
import time

from driver.build import locked
from driver.fuzzing import afl, findings, libfuzzer, seeds
from driver.fuzzing.outcome import Outcome, Statistics, table
from driver.places import short
from driver.terminal import Progress, green, say

ENGINES = {"libfuzzer": libfuzzer.fuzz, "afl": afl.fuzz}


def fuzz_one(rig, target, seconds, options):
    """One target until its time is over or something is found."""
    rig.corpus(target).mkdir(parents=True, exist_ok=True)
    start = seeds.seeds_of(rig, target)
    say(f"{target}: {seconds} s, from {len(list(start.iterdir()))} checked-in scenarios and "
        f"{len(list(rig.corpus(target).iterdir()))} inputs found before")
    progress = Progress()
    outcome = ENGINES[options.engine](rig, target, start, seconds, options.jobs, options.flags,
                                      lambda pace: progress.show(f"{target}: {pace}"))
    progress.clear()
    if outcome.crashes:
        findings.report(rig, outcome, seconds)
    return outcome


def fuzz_on(rig, target, seconds, options):
    """The same past each finding: its signature is waived, until the time is over."""
    waived = rig.state / "waived"
    waived.write_text("")
    os.environ["VMAPDIFF_WAIVE"] = f"@{waived}"
    end = time.monotonic() + seconds
    total, crashes = 0, []
    try:
        while (left := int(end - time.monotonic())) > 0:
            outcome = fuzz_one(rig, target, left, options)
            total += outcome.executions
            crashes += outcome.crashes
            if not outcome.crashes:
                break
            line = findings.signature(rig.log(target))
            if findings.ends_the_process(line):
                say("this finding ends the process each time: fix it first")
                break
            with open(waived, "a", encoding="utf-8") as file:
                print(line, file=file)
            say(f"{target}: going on, with {len(waived.read_text().splitlines())} signatures waived")
    finally:
        del os.environ["VMAPDIFF_WAIVE"]
    return Outcome(target, total, crashes)


def row(rig, outcome):
    statistics = Statistics(rig.log(outcome.target).with_suffix(".statistics"))
    found = f"{len(outcome.crashes)}" if outcome.crashes else "none"
    return [outcome.target, f"{outcome.executions:,}", *statistics.cells(), found]


def fuzz(rig, targets, options):
    """All of it; the exit code."""
    rig.findings.mkdir(parents=True, exist_ok=True)
    rig.logs.mkdir(parents=True, exist_ok=True)
    each = -(-options.seconds // len(targets))
    one = fuzz_on if options.keep_going else fuzz_one
    with locked(rig.state / "fuzzing", "fuzzes"):
        outcomes = [one(rig, target, each, options) for target in targets]
        print("\n".join(table([row(rig, outcome) for outcome in outcomes])), flush=True)
    say(f"what the engine said: {short(rig.logs)}/")
    found = [outcome.target for outcome in outcomes if outcome.crashes]
    if not found:
        say(green(f"nothing found by {len(targets)} target{'s' * (len(targets) > 1)}"))
    return 1 if found else 0
