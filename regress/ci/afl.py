#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Fuzzes one target with AFL++, as libFuzzer does it for `./rig fuzz`: a line of progress every few
seconds, the end at the first finding, which is shown in its own words and kept as crash-DIGEST.

exit: 0 no finding, 1 a finding, 2 AFL++ did not run
"""
import argparse
import hashlib
import math
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

SETTINGS = {
    "AFL_NO_UI": "1",
    "AFL_QUIET": "1",
    "AFL_SKIP_CPUFREQ": "1",  # speed is no matter of correctness
    "AFL_NO_AFFINITY": "1",
    "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES": "1",
    "AFL_BENCH_UNTIL_CRASH": "1",
    "AFL_DISABLE_TRIM": "1",  # of bytes: an encoding that lacks some is no scenario
    "AFL_FORKSRV_INIT_TMOUT": "30000",
}
PROGRESS_SECONDS = 5
MEMORY_OF_SANITIZERS = "none"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--target", type=pathlib.Path, required=True,
                        help="built with the preset afl")
    parser.add_argument("--seeds", type=pathlib.Path, required=True)
    parser.add_argument("--state", type=pathlib.Path, required=True, help="where AFL++ works")
    parser.add_argument("--found", type=pathlib.Path, required=True, help="where findings go")
    parser.add_argument("--mutator", type=pathlib.Path, help="NAME.mutator.so of the target")
    parser.add_argument("--dictionary", type=pathlib.Path)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--executions", type=int, help="a bound on these beside")
    parser.add_argument("--seed", type=int, help="of the first job; the others count on from it")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("flags", nargs="*", help="flags of afl-fuzz, after --")
    return parser.parse_args()


def command(options, job):
    """One afl-fuzz: the first is the main one, the others share its queue."""
    role = "-M" if job == 0 else "-S"
    line = ["afl-fuzz", "-i", options.seeds, "-o", options.state, role, f"job{job}",
            "-V", options.seconds, "-m", MEMORY_OF_SANITIZERS, "-t", "20000+"]
    if options.executions:
        line += ["-E", options.executions]
    if options.seed is not None:
        line += ["-s", options.seed + job]
    if options.dictionary:
        line += ["-x", options.dictionary]
    return [str(word) for word in [*line, *options.flags, "--", options.target]]


def environment(options):
    settings = dict(os.environ, **SETTINGS)
    if options.mutator:
        settings["AFL_CUSTOM_MUTATOR_LIBRARY"] = str(options.mutator)
        settings["AFL_CUSTOM_MUTATOR_ONLY"] = "1"
    return settings


def statistics(state):
    """[{name: value}] of each job that has told something yet."""
    for path in sorted(state.glob("job*/fuzzer_stats")):
        yield {key.strip(): value.strip() for key, _, value in
               (line.partition(":") for line in path.read_text().splitlines())}


def executions(state):
    return sum(int(one.get("execs_done", 0)) for one in statistics(state))


def tell(name, state):
    told = list(statistics(state))
    if not told:
        return
    rates = [float(one.get("execs_per_sec", 0)) for one in told]
    rate = sum(filter(math.isfinite, rates))  # of a job that has just begun it may be "inf", or 0
    rate = rate or executions(state) / max(1, *(int(one.get("run_time", 0)) for one in told), 1)
    by_jobs = f" by {len(told)} jobs" if len(told) > 1 else ""
    print(f"{name}: {executions(state)} executions, {rate:.0f} a second{by_jobs}, "
          f"{max(int(one.get('edges_found', 0)) for one in told)} edges, corpus "
          f"{max(int(one.get('corpus_count', 0)) for one in told)}", flush=True)


def crashes(state):
    return sorted(state.glob("job*/crashes/id*"))


def wait_for(jobs, options):
    """Until all have ended, or one has found something: the others are ended then."""
    due = time.monotonic() + PROGRESS_SECONDS
    while any(job.poll() is None for job in jobs):
        if len(jobs) > 1 and crashes(options.state):
            end(jobs)
        if time.monotonic() >= due:
            tell(options.target.name, options.state)
            due += PROGRESS_SECONDS
        time.sleep(0.2)


def end(jobs):
    for job in jobs:
        if job.poll() is None:
            job.send_signal(signal.SIGINT)


def keep(crash, options):
    """A copy by digest, as libFuzzer names it, and what the target says of it."""
    content = crash.read_bytes()
    kept = options.found / f"crash-{hashlib.sha1(content).hexdigest()}"
    kept.write_bytes(content)
    # Which has been counted already.
    again = {name: value for name, value in os.environ.items() if name != "VMAPDIFF_STATISTICS"}
    said = subprocess.run([options.target, kept], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace", check=False, env=again).stdout
    lines = said.splitlines()
    first = next((i for i, line in enumerate(lines) if line.startswith("FAIL ")), 0)
    last = next((i for i, line in enumerate(lines) if i > first and line.startswith("==")), len(lines))
    print("\n".join(lines[first:last]), flush=True)


def main():
    options = arguments()
    if not shutil.which("afl-fuzz"):
        sys.exit("afl: no afl-fuzz (Debian package afl++)")
    shutil.rmtree(options.state, ignore_errors=True)
    options.state.mkdir(parents=True)
    logs = [options.state.parent / f"{options.state.name}-{job}.log" for job in range(options.jobs)]
    jobs = [subprocess.Popen(command(options, job), env=environment(options), stdin=subprocess.DEVNULL,
                             stdout=log.open("wb"), stderr=subprocess.STDOUT)
            for job, log in enumerate(logs)]
    try:
        wait_for(jobs, options)
    except KeyboardInterrupt:
        end(jobs)
        raise SystemExit(130)
    if not executions(options.state):
        print(logs[0].read_text(errors="replace")[-3000:], file=sys.stderr)
        print("afl: AFL++ did not run; its own words are above", file=sys.stderr)
        return 2
    tell(options.target.name, options.state)
    found = crashes(options.state)
    for crash in found:
        keep(crash, options)
    print(f"Done {executions(options.state)} runs", flush=True)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
