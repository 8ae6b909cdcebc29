# SPDX-License-Identifier: GPL-2.0-only
"""One mutant, one seed: run until a rule breaks or the bound is reached."""
from __future__ import annotations

import dataclasses
import os
import pathlib
import re
import shutil
import tempfile

import pool

HANG_SECONDS = "1"  # of a mutant's call: no call of the mapper takes a hundredth of it
BOUND = 1 << 20  # executions: a mutant that survives so many is right-censored there


@dataclasses.dataclass(frozen=True)
class Run:
    """What came of it. `rule` is None when the mutant survived, and then executions is the bound."""

    mutant: str
    start: str  # "empty", "corpus" or another name of what the fuzzer began with
    seed: int
    executions: int
    rule: str | None


def _play(command, environment=None):
    """Runs it and returns what it printed and its exit code. Nothing reads the functions' names in a
    stack trace, and the symbolizer takes longer than most runs."""
    environment = dict(environment or os.environ)
    environment["ASAN_OPTIONS"] = f"{environment.get('ASAN_OPTIONS', '')}:symbolize=0".lstrip(":")
    environment.setdefault("VMAPDIFF_HANG_SECONDS", HANG_SECONDS)
    return pool.play(command, environment)


def read_output(output, bound):
    """(executions, rule) from what a fuzz target printed; the rule is None if it found nothing."""
    fail = re.search(r"^FAIL (\S+)", output, re.MULTILINE)
    after = re.search(r"^  after +(\d+) executions", output, re.MULTILINE)
    units = re.search(r"^stat::number_of_executed_units: *(\d+)", output, re.MULTILINE)
    executions = int((after or units).group(1)) if after or units else bound
    if fail:
        return max(executions, 1), fail.group(1)
    error = re.search(r"ERROR: (\w+): ([\w-]+)", output)
    if error:  # neither a rule nor the crash handler had the word: the engine did
        return max(executions, 1), f"{error.group(1)}.{error.group(2)}".lower()
    if "Done" not in output:
        raise RuntimeError("a fuzz target ended without a word:\n" + output[-2000:])
    return bound, None


# libFuzzer reads its corpus again once a second; and it executes an input again if another thread of its own
# allocated memory meanwhile.
AS_ON_ANY_MACHINE = ("-reload=0", "-detect_leaks=0")


def fuzz(binary, mutant, start, seed, bound=BOUND, seeds=None, environment=None, keep=None):
    """
    Fuzzes with `binary` from nothing, or from the inputs in folder `seeds`. The input that kills the
    mutant goes into the file `keep`.
    """
    work = pathlib.Path(tempfile.mkdtemp(prefix="vmapdiff-kill-"))
    try:
        command = [binary, f"-seed={seed}", f"-runs={bound}", "-max_len=4096", "-timeout=120",
                   "-rss_limit_mb=4096", "-print_final_stats=1", f"-artifact_prefix={work}/", *AS_ON_ANY_MACHINE]
        if seeds:
            (work / "new").mkdir()
            command += [work / "new", seeds]  # what is new goes into the first
        output, _ = _play(command, environment)
        executions, rule = read_output(output, bound)
        for crash in work.glob("crash-*") if keep else ():
            shutil.copyfile(crash, keep)
    finally:
        shutil.rmtree(work)
    return Run(mutant, start, seed, executions if rule else bound, rule)


def soak(binary, mutant, seed, bound=BOUND):
    """Plays scenarios of the generator and mutator as they come, without coverage to guide them."""
    output, code = _play([binary, "soak", "--jobs", "1", "--seed", str(seed), "--executions",
                          str(bound)])
    fail = re.search(r"^FAIL (\S+)", output, re.MULTILINE)
    after = re.search(r"^  where +execution (\d+)", output, re.MULTILINE)
    if code == 0:
        return Run(mutant, "unguided", seed, bound, None)
    if not after and "a worker process crashed" not in output:
        raise RuntimeError("a soak ended without saying where:\n" + output[-2000:])
    # A sanitizer ends the process before it has said where: counted as the bound, at worst.
    executions = int(after.group(1)) + 1 if after else bound
    return Run(mutant, "unguided", seed, executions, fail.group(1) if fail else "soak.crash")


# The families of ./rig exhaustive that are about what a target is about; then all the others.
FAMILIES = {
    "fuzz_vmap": ["vmap", "bad_page", "granules", "busy", "again"],
    "fuzz_vmalloc": ["vmalloc", "granules"],
    "fuzz_ioremap": ["again", "busy", "ioremap"],
    "fuzz_set_memory": ["linear", "remove_memory", "add_memory", "vrealloc", "set_memory"],
    "fuzz_sequence": ["apply", "existing", "vunmap", "again", "set_memory"],
    "fuzz_interrupted": ["read", "meet"],
    "fuzz_vm_map_ram": ["meet"],
    "fuzz_vmemmap": ["halves", "sections"],
}
UNUSABLE = 2


def exhaustive(binary, mutant, target):
    """Plays every case up to the default bound; executions are the number of the family's case."""
    for families in (FAMILIES[target], []):
        output, code = _play([binary, "exhaustive", "--jobs", "1", *families])
        if code == 0:
            continue
        if code == UNUSABLE:
            raise RuntimeError("exhaustive was not played:\n" + output[-2000:])
        fail = re.search(r"^FAIL (\S+)", output, re.MULTILINE)
        case = re.search(r"^  where +case (\d+)", output, re.MULTILINE)
        return Run(mutant, "exhaustive", 0, int(case.group(1)) + 1 if case else 1,
                     fail.group(1) if fail else "exhaustive.crash")
    return Run(mutant, "exhaustive", 0, BOUND, None)


def replay(binary, mutant, scenarios):
    """Plays checked-in scenarios: how many are not as expected, and the rule of the first."""
    output, code = _play([binary, "replay", scenarios])
    fail = re.search(r"^FAIL (\S+)", output, re.MULTILINE)
    total = re.search(r"(\d+) scenarios: \d+ as expected, (\d+) not", output)
    if code == 0:
        return Run(mutant, "cases", 0, int(total.group(1)), None)
    failed = int(total.group(2)) if total else 1  # a sanitizer ended it
    return Run(mutant, "cases", 0, failed, fail.group(1) if fail else "replay.crash")
