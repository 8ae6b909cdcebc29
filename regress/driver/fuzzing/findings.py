# SPDX-License-Identifier: GPL-2.0-only
"""What a target found: minimized, shown, and what to type."""
from __future__ import annotations

import re
import signal
import subprocess
import sys

from driver import tool
from driver.fuzzing.rig import NOT_SCENARIOS
from driver.places import short
from driver.terminal import Unusable, red, say

OF_THE_PROCESS = ("sanitizer.", "process.")  # rules whose finding ends the process
LEAST_SECONDS = 5  # to minimize one input, or a quarter of the time that was asked for
MANY_TRIALS = 200  # to minimize each of several
MAX_LINES = 60  # of what an engine says of a crash


def signature(log):
    """The FAIL line of a log, or None."""
    line = re.search(r"^FAIL .*$", log.read_text(errors="replace"), re.MULTILINE)
    return line.group(0) if line else None


def ends_the_process(line):
    return line is None or line.split()[1].startswith(OF_THE_PROCESS)


def excerpt(log):
    """What a log says of a crash: from the signature or the sanitizer's first line to its summary."""
    lines = [line for line in log.read_text(errors="replace").splitlines()
             if not line.startswith(("#", "INFO:", "NEW_FUNC", "\tNEW_FUNC"))]
    first = next((i for i, line in enumerate(lines)
                  if re.match(r"FAIL |==\d+==|.*runtime error:", line)), max(0, len(lines) - MAX_LINES))
    last = next((i for i, line in enumerate(lines) if i > first and line.startswith("SUMMARY:")),
                len(lines) - 1)
    return lines[first:last + 1][:MAX_LINES]


def assertion(log):
    """The assertion of the rig's own that ended a target, or None."""
    line = re.search(r"^\S+:\d+: assertion failed: .*$", log.read_text(errors="replace"),
                     re.MULTILINE)
    return line.group(0) if line else None


def refuse_own_failure(rig, outcome):
    """An assertion guards what the rig relies on: it says nothing of what is tested."""
    failed = assertion(rig.log(outcome.target))
    if failed:
        kept = " ".join(short(crash) for crash in outcome.crashes)
        raise Unusable(f"{outcome.target}: the rig itself failed, which is no finding:\n  {failed}\n"
                       f"please report it with the input, which is kept in {kept}\n"
                       f"all that was said: {short(rig.log(outcome.target))}")


def report(rig, outcome, seconds):
    """
    Tells the findings of a target that was to be fuzzed for so many seconds. Raises Unusable where
    the rig itself failed.
    """
    refuse_own_failure(rig, outcome)
    line = signature(rig.log(outcome.target))
    say(red(f"{outcome.target}: A FINDING after {outcome.executions:,} executions"))
    if outcome.target in NOT_SCENARIOS:
        for crash in outcome.crashes:
            report_input(rig, outcome.target, crash)
    elif len(outcome.crashes) > 1:
        say(f"{len(outcome.crashes)} inputs, kept in {short(rig.findings)}, by signature:")
        tool.run(rig.tool, "triage", "--trials", MANY_TRIALS, *outcome.crashes)
    else:
        report_scenario(rig, outcome.target, outcome.crashes[0], line, seconds)


def report_input(rig, target, crash):
    """Of a target whose inputs are no scenarios in bytes, the engine's words are all there is."""
    print("\n".join(excerpt(rig.log(target))), flush=True)
    say(f"kept in {short(crash)}. next: {short(rig.target(target))} {short(crash)}")


def report_scenario(rig, target, crash, line, seconds):
    small = minimize(rig, crash, max(LEAST_SECONDS, seconds // 4))
    if small and not ends_the_process(line):
        sys.stdout.flush()
        subprocess.run([rig.tool, "show", small], stdout=sys.stdout, env=tool.environment(),
                       check=False)
    else:
        print("\n".join(excerpt(rig.log(target))), flush=True)
    kept = small or crash
    say(f"found as {short(crash)}" + (f", minimized as {short(small)}" if small else ""))
    say(f"next: {rig.again} show {short(kept)}")
    say(f"then: {rig.again} replay {short(kept)}   (exits with 0 once it is fixed)")


def minimize(rig, crash, seconds):
    """
    The path of the smallest scenario, or None if it could not be made. After so many seconds it is
    the best so far.
    """
    small = crash.with_name(f"{crash.name}.scenario")
    log = rig.log("minimize")
    with open(log, "w", encoding="utf-8") as out:
        with subprocess.Popen([rig.tool, "minimize", crash, "-o", small], stdout=out,
                              stderr=subprocess.STDOUT, env=tool.environment()) as process:
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGINT)
                say(f"minimizing was ended after {seconds} s; {rig.again} minimize {short(small)} goes on")
    if small.exists():
        return small
    say(f"it could not be minimized (exit {process.returncode}); {short(log)} says why")
    return None
