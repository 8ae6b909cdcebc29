#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""replay: the same words, codes and reports with any number of processes, whatever becomes of a file.

Usage: test_replay.py SOURCES TOOL [MUTANT CRASHING]     exit: 0 good, 1 not
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCES, TOOL = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
MUTANTS = [Path(path).resolve() for path in sys.argv[3:5]]
CASES, CORPUS = SOURCES / "regress/cases", SOURCES / "corpus"
HOLDS = "vmapdiff 2\nvmap va=0xffff800000000000 pages=0x80+16\nexpect holds\n"


def replay(tool, *words, said=None, **environment):
    done = subprocess.run([tool, "replay", *map(str, words)], input=said, capture_output=True, text=True,
                          check=False, env={**os.environ, **environment})
    return done.returncode, done.stdout, done.stderr


def without_addresses(text):
    """What differs from one process to the next: its number, and where things lie."""
    return re.sub(r"0x[0-9a-f]{6,}|==\d+==|pc_\S+", "", text)


class Replay(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="vmapdiff-")
        self.addCleanup(folder.cleanup)
        self.work = Path(folder.name)

    def write(self, name, text):
        (self.work / name).write_text(text)
        return self.work / name

    def alike(self, tool, *words, **how):
        """What two and seven processes say is what one says; returns it."""
        one = replay(tool, *words, "--jobs", 1, **how)
        for jobs in (2, 7):
            more = replay(tool, *words, "--jobs", jobs, **how)
            self.assertEqual(list(map(str, more)), list(map(str, one)), f"{words} {jobs}")
        return one

    def test_all_cases(self):
        code, said, errors = self.alike(TOOL, CORPUS, CASES / "quirk-head-check.scenario")
        self.assertEqual((code, errors), (0, ""))
        self.assertRegex(said, r"(?m)^\d+ scenarios: \d+ as expected, 0 not, 0 unusable$")

    def test_a_file_that_fails_and_files_that_are_unusable(self):
        first = self.write("a.scenario", HOLDS)
        self.write("b.scenario", HOLDS.replace("holds", "fails translation.output_address"))
        self.write("c.scenario", HOLDS.replace("vmap ", "vmaq "))
        self.write("d.scenario", HOLDS)
        code, said, errors = self.alike(TOOL, self.work, self.work / "nowhere", first)
        self.assertEqual(code, 2)
        self.assertIn("b.scenario: holds, but was expected to fail", said)
        self.assertIn("c.scenario:2:1: ", errors)
        self.assertIn("nowhere: cannot open", errors)
        self.assertIn("6 scenarios: 3 as expected, 1 not, 2 unusable", said)

    def test_ktap_numbers_each_file_once(self):
        for name in "abc":
            self.write(f"{name}.scenario", HOLDS if name != "b" else "vmapdiff 2\n")
        _, said, _ = self.alike(TOOL, "--ktap", self.work / "nowhere", self.work)
        self.assertIn("1..3\n", said)
        self.assertEqual(re.findall(r"(?m)^(not ok|ok) (\d+) \S*/(\w)\.scenario$", said),
                         [("ok", "1", "a"), ("not ok", "2", "b"), ("ok", "3", "c")])

    def test_standard_input_is_read_once(self):
        code, said, _ = self.alike(TOOL, CASES / "quirk-head-check.scenario", "-", CORPUS, said=HOLDS)
        self.assertEqual(code, 0)
        self.assertIn(" as expected, 0 not, 0 unusable", said)

    def test_no_file_that_passed_is_written_over(self):
        for name in "ab":
            self.write(f"{name}.scenario", HOLDS)
        for jobs in (1, 2):
            code, _, errors = replay(TOOL, self.work, "--sarif", self.work / "a.scenario", "--jobs", jobs)
            self.assertEqual(code, 2)
            self.assertIn("is not written over", errors)
            self.assertEqual((self.work / "a.scenario").read_text(), HOLDS)

    @unittest.skipUnless(MUTANTS, "no mutants are built")
    def test_many_that_fail(self):
        report = self.work / "report"
        code, said, _ = self.alike(MUTANTS[0], "--sarif", report, CORPUS, CASES)
        self.assertEqual(code, 1)
        self.assertIn("next: ", said)
        reports = [json.loads(report.read_text())]
        replay(MUTANTS[0], "--sarif", report, CORPUS, CASES, "--jobs", 1)
        reports.append(json.loads(report.read_text()))
        self.assertTrue(reports[0]["runs"][0]["results"])
        self.assertEqual(*reports)

    @unittest.skipUnless(len(MUTANTS) > 1, "no mutants are built")
    def test_a_crash_ends_it_with_one_report(self):
        one = replay(MUTANTS[1], CASES, "--jobs", 1)
        more = replay(MUTANTS[1], CASES, "--jobs", 3)
        self.assertIn("FAIL sanitizer.", one[2])
        self.assertEqual(one[2].count("FAIL sanitizer."), 1)
        self.assertEqual(one[0], more[0])
        self.assertEqual(without_addresses(one[1]), without_addresses(more[1]))
        self.assertEqual(without_addresses(one[2]), without_addresses(more[2]))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
