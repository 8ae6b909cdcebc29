#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What fuzz targets write into the file that VMAPDIFF_STATISTICS names: at a usual end, at a
finding, several at a time, killed, and with a mutant whose bug a sanitizer sees.

Usage: test_statistics.py BUILD TOP [MUTANT]     MUTANT: a fuzz target that AddressSanitizer ends
"""
from __future__ import annotations

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

RUNS = 2000
EVERY = 256  # executions: STATISTICS_EVERY of fuzz/statistics_file.h
DEADLINE_SECONDS = 120
COUNTS = {"executions", "crosschecked", "scenarios", "unsupported", "requested", "calls",
          "unjudged"}
KEYS = COUNTS | {"target", "mapper", "complete", "skipped", "pages", "missed", "rules"}


def environment(path=None):
    clean = {name: value for name, value in os.environ.items() if name != "VMAPDIFF_STATISTICS"}
    clean["ASAN_OPTIONS"] = f"{clean.get('ASAN_OPTIONS', '')}:symbolize=0".lstrip(":")
    return dict(clean, VMAPDIFF_STATISTICS=str(path)) if path else clean


def run(command, path=None, **more):
    return subprocess.run([str(word) for word in command], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
                          stdin=subprocess.DEVNULL, env=environment(path), **more)


def fuzz(binary, runs=RUNS, seed=1):
    """Without the check for leaks, which plays an input again where another thread of the engine has allocated."""
    return [binary, f"-seed={seed}", f"-runs={runs}", "-max_len=4096", "-verbosity=0", "-detect_leaks=0"]


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def only_line(path):
    found = lines(path)
    assert len(found) == 1, f"{len(found)} lines in place of one"
    return found[0]


class Test:
    def __init__(self, build, top, work, mutant):
        self.build, self.top, self.work, self.mutant = build, top, work, mutant
        self.tool = build / "regress/vmapdiff"
        said = run([self.tool, "rules"]).stdout
        self.rules = [line for line in said.splitlines() if not line.startswith(" ")]

    def target(self, name):
        return self.build / "fuzz" / name

    def bytes_of(self, case, without_expectation):
        """A case in the encoding that targets read."""
        text = self.work / "case.scenario"
        source = (self.top / "regress/cases" / case).read_text().splitlines()
        text.write_text("".join(f"{line}\n" for line in source
                                if not (without_expectation and line.startswith("expect"))))
        encoded = self.work / "case.bytes"
        done = run([self.tool, "convert", "--to-bytes", text, "-o", encoded])
        assert done.returncode == 0, done.stdout
        return encoded

    def check_form(self, line, died=False):
        """Where a call ended the process, neither it nor those after it were judged or skipped."""
        assert set(line) == KEYS, set(line) ^ KEYS
        assert all(isinstance(line[name], int) for name in COUNTS)
        assert set(line["pages"]) == {"block", "group", "single"}
        assert set(line["missed"]) == {"group", "block"}
        assert line["rules"]["of"] == len(self.rules)
        exercised = line["rules"]["exercised"]
        assert exercised == [name for name in self.rules if name in exercised]
        assert line["scenarios"] <= line["executions"]
        made = line["calls"] + line["unjudged"] + sum(line["skipped"].values())
        assert line["requested"] > made if died else line["requested"] == made, line

    def usual_end(self):
        """The line is that of the whole run, and stands in the place of the human one."""
        path = self.work / "usual"
        done = run(fuzz(self.target("fuzz_vmap")), path)
        line = only_line(path)
        self.check_form(line)
        assert done.returncode == 0, done.stdout
        assert "calls judged" not in done.stdout and "pages that missed" not in done.stdout
        assert (line["target"], line["mapper"], line["complete"]) == ("fuzz_vmap", "batched", True)
        assert line["executions"] == RUNS
        assert min(line["calls"], line["crosschecked"], *line["pages"].values()) > 0
        assert {"contiguous.partial", "lookup.page"} <= set(line["rules"]["exercised"])
        assert "flush.aliases" not in line["rules"]["exercised"]  # which set_memory alone does
        return line

    def human_line(self, line):
        """Without the file the same figures are said, once."""
        said = [text for text in run(fuzz(self.target("fuzz_vmap"))).stdout.splitlines()
                if "calls judged" in text or "pages that missed" in text]
        assert len(said) == 1, said
        figures = list(map(int, re.findall(r"\d+", re.sub(r"; not:.*; pages", "; pages", said[0]))))
        assert figures == [line["scenarios"], line["calls"], len(line["rules"]["exercised"]),
                           len(self.rules), *(line["pages"][leaf]
                                              for leaf in ("block", "group", "single"))], said[0]

    def several_at_a_time(self):
        """Each process has a line of its own, whichever comes first."""
        path = self.work / "several"
        names = ["fuzz_vmap", "fuzz_text", "fuzz_ioremap", "fuzz_bytes", "fuzz_vmap"]
        jobs = [subprocess.Popen(list(map(str, fuzz(self.target(name), 600 + i, i + 1))),
                                 env=environment(path), stdin=subprocess.DEVNULL,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                for i, name in enumerate(names)]
        assert [job.wait() for job in jobs] == [0] * len(jobs)
        found = lines(path)
        for line in found:
            self.check_form(line)
        assert sorted((line["target"], line["executions"]) for line in found) == \
            sorted((name, 600 + i) for i, name in enumerate(names)), found
        assert all(line["complete"] for line in found)
        text = next(line for line in found if line["target"] == "fuzz_text")
        assert (text["mapper"], text["calls"], text["rules"]["exercised"]) == ("", 0, [])

    def finding(self):
        """The call that broke a rule is judged, and its rule is exercised."""
        path = self.work / "finding"
        encoded = self.bytes_of("quirk-head-check.scenario", without_expectation=True)
        done = run([self.target("fuzz_ioremap"), f"-artifact_prefix={self.work}/", encoded], path)
        broken = re.search(r"^FAIL (\S+)", done.stdout, re.MULTILINE)
        line = only_line(path)
        self.check_form(line)
        assert done.returncode and broken, done.stdout
        assert line["complete"] and line["executions"] in (1, 2), line  # libFuzzer plays "" first
        assert (line["scenarios"], line["calls"] > 0) == (1, True), line
        assert broken.group(1) in line["rules"]["exercised"], line
        assert len(line["rules"]["exercised"]) < len(self.rules)

    def crosscheck_counts_its_executions(self):
        """A finding of the target in which every mapper plays says after how many it was found."""
        encoded = self.bytes_of("quirk-head-check.scenario", without_expectation=True)
        done = run([self.target("fuzz_crosscheck"), f"-artifact_prefix={self.work}/", encoded])
        assert re.search(r"^  after     1 executions$", done.stdout, re.MULTILINE), done.stdout

    def killed(self):
        """A process that cannot say anything any more has said what it did up to a short while ago."""
        path = self.work / "killed"
        job = subprocess.Popen(list(map(str, fuzz(self.target("fuzz_vmap"), -1))),
                               env=environment(path), stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not (path.exists() and path.stat().st_size and only_line(path)["executions"] > EVERY):
            assert time.monotonic() < deadline and job.poll() is None, "it writes no line"
            time.sleep(0.1)
        job.send_signal(signal.SIGKILL)
        job.wait()
        line = only_line(path)
        self.check_form(line)
        assert not line["complete"] and line["executions"] % EVERY == 1, line

    def sanitizer(self):
        """Where a sanitizer ends the process, its last execution is counted too."""
        path = self.work / "sanitizer"
        done = run([*fuzz(self.mutant, -1), "-print_final_stats=1",
                    f"-artifact_prefix={self.work}/"], path)
        line = only_line(path)
        self.check_form(line, died=True)
        units = re.search(r"^stat::number_of_executed_units: *(\d+)", done.stdout, re.MULTILINE)
        assert "FAIL sanitizer." in done.stdout and units, done.stdout
        assert line["complete"] and line["executions"] == int(units.group(1)), (line, done.stdout)

    def unusable_file(self):
        for target in ("fuzz_vmap", "fuzz_text"):
            done = run(fuzz(self.target(target), 1), self.work)
            assert done.returncode == 2, done.stdout
            assert f"VMAPDIFF_STATISTICS: {self.work}: cannot open" in done.stdout, done.stdout

    def all(self):
        self.human_line(self.usual_end())
        self.several_at_a_time()
        self.finding()
        self.crosscheck_counts_its_executions()
        self.killed()
        self.unusable_file()
        if self.mutant:
            self.sanitizer()


def main():
    build, top = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    mutant = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else None
    with tempfile.TemporaryDirectory(prefix="vmapdiff-statistics-") as work:
        Test(build, top, pathlib.Path(work), mutant).all()
    print("every target says what it did, however it ends")


if __name__ == "__main__":
    main()
