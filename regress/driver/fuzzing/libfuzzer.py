# SPDX-License-Identifier: GPL-2.0-only
"""
libFuzzer: as many processes as jobs, which share a corpus. What they say goes into logs; how far
they have come is read from there.
"""
from __future__ import annotations

import contextlib
import re
import signal
import subprocess
import time

from driver import tool
from driver.fuzzing.outcome import ENDS, Interrupted, Outcome, Pace, code_of
from driver.terminal import Unusable

POLL_SECONDS = 0.2
# Seconds of the clock, of one input on a loaded machine. A call that hangs ends by the processor's: watch.h.
SLOWEST_EXECUTION = 120


class Job:
    """A process of libFuzzer and what it has told so far."""

    def __init__(self, command, log, environment):
        self.log = log
        with open(log, "wb") as out:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out,
                                            stderr=subprocess.STDOUT, env=environment,
                                            cwd=log.parent)
        self.read = 0
        self.pace = Pace()

    def runs(self):
        return self.process.poll() is None

    def update(self):
        """Reads the lines that came since."""
        with open(self.log, "rb") as log:
            log.seek(self.read)
            new = log.read()
        whole = new.rfind(b"\n") + 1
        self.read += whole
        for line in re.finditer(rb"^#(\d+).*? cov: (\d+) .*?corp: (\d+).*?exec/s: (\d+)",
                                new[:whole], re.MULTILINE):
            executions, edges, corpus, rate = map(int, line.groups())
            self.pace = Pace(executions, rate, edges, corpus)

    def end(self):
        if self.runs():
            self.process.send_signal(signal.SIGTERM)


def seed_flags(flags, job):
    """The flags of one job: jobs that are given one seed count on from it."""
    return [f"-seed={int(flag[6:]) + job}" if re.fullmatch(r"-seed=\d+", flag) else flag
            for flag in flags]


def start(rig, target, seeds, seconds, jobs, flags):
    statistics = rig.log(target).with_suffix(".statistics")
    statistics.unlink(missing_ok=True)
    environment = tool.environment(VMAPDIFF_STATISTICS=str(statistics))
    for job in range(jobs):
        log = rig.log(target) if jobs == 1 else rig.log(f"{target}-{job}")
        yield Job([str(rig.target(target)), "-max_len=65536", f"-max_total_time={seconds}",
                   f"-timeout={SLOWEST_EXECUTION}", f"-artifact_prefix={rig.findings}/", "-reload=1",
                   *seed_flags(flags, job), str(rig.corpus(target)), str(seeds)], log, environment)


def wait_for(jobs, found_any, tell):
    """Until all have ended, or one has found something: the others are ended then."""
    try:
        while any(job.runs() for job in jobs):
            time.sleep(POLL_SECONDS)
            for job in jobs:
                job.update()
            tell(Pace.sum([job.pace for job in jobs]))
            if any(job.process.returncode not in (None, 0) for job in jobs) and found_any():
                for job in jobs:
                    job.end()
    finally:
        end_all(jobs)


def end_all(jobs):
    """Ends what still runs, and reads its last words."""
    for job in jobs:
        job.end()
        job.process.wait()
        job.update()


@contextlib.contextmanager
def signals_held_back():
    """A signal that comes while processes are started is handled once all are known, so that none goes on."""
    came = []
    before = {number: signal.signal(number, lambda *what: came.append(what))
              for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    for number, _ in came[:1]:
        signal.raise_signal(number)


def executions(job):
    """How many a job made: by its last words, or else by its last line of progress."""
    text = job.log.read_text(errors="replace")
    done = re.search(r"^Done (\d+) runs", text, re.MULTILINE)
    after = re.search(r"^  after +(\d+) executions", text, re.MULTILINE)
    last = done or after
    return int(last.group(1)) if last else job.pace.executions


def played_seeds_only(job):
    """Whether a job ended while it still read its corpus, or at once after it."""
    text = job.log.read_text(errors="replace")
    read = re.search(r"^#(\d+)\s+INITED", text, re.MULTILINE)
    return "Done " in text and executions(job) <= int(read.group(1)) if read else "seed corpus:" in text


def join_logs(rig, target, jobs):
    """One log for all jobs."""
    if len(jobs) > 1:
        with open(rig.log(target), "wb") as whole:
            for job in jobs:
                whole.write(job.log.read_bytes())
                job.log.unlink()


def fuzz(rig, target, seeds, seconds, jobs, flags, tell):
    """Fuzzes, tells the pace as it goes, and returns an Outcome. Raises Unusable."""
    before = snapshot(rig.findings)
    running = []
    try:
        with signals_held_back():
            running.extend(start(rig, target, seeds, seconds, jobs, flags))
        wait_for(running, lambda: new_files(rig.findings, before), tell)
    except ENDS as stop:
        end_all(running)
        raise Interrupted(Outcome(target, sum(map(executions, running)),
                                  new_files(rig.findings, before)), code_of(stop)) from None
    finally:
        end_all(running)
    total = sum(map(executions, running))
    unfinished = [job for job in running if "Done " not in job.log.read_text(errors="replace")]
    seeds_only = all(map(played_seeds_only, running))
    join_logs(rig, target, running)
    crashes = new_files(rig.findings, before)
    if unfinished and not crashes:
        end = rig.log(target).read_text(errors="replace")[-2000:]
        raise Unusable(f"{target} did not finish; its last words are:\n{end}")
    return Outcome(target, total, crashes, Pace.sum([job.pace for job in running]), seeds_only)


def snapshot(folder):
    """Each finding there is, with its time: one that is found again is written again."""
    return {path: path.stat().st_mtime_ns for path in folder.iterdir()
            if path.is_file() and path.suffix != ".scenario"}


def new_files(folder, before):
    return sorted(path for path, when in snapshot(folder).items() if before.get(path) != when)
