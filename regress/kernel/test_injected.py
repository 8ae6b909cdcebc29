#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What counts as found of an injected bug.

Builds nothing. Usage: test_injected.py
"""
import os
import sys
import tempfile
import unittest
import unittest.mock
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import confirm_injected  # noqa: E402
import injected  # noqa: E402

BUG = "executable"  # must break translation.permission
FOUND = "FAIL translation.permission mapper=kernel op=0:vmap\nafter 12 executions\n"
SMALL = "vmapdiff 2\n"


class Found(unittest.TestCase):
    """The fuzzer's finding and the minimized scenario both break the rule."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="vmapdiff-")
        self.findings = Path(self.folder.name)
        self.crash = self.findings / "crash-1"
        self.crash.touch()

    def tearDown(self):
        self.folder.cleanup()

    def try_one(self, log, code=0, replayed=FOUND, writes=True):
        """A tool that minimizes, and says `replayed` of what it wrote."""
        build = injected.Build(None, self.findings)

        def tool(command, *rest):
            if command == "replay":
                return 1, replayed
            if writes:
                Path(rest[-1]).write_text(SMALL)
            return code, "why not\n"
        with unittest.mock.patch.multiple(build, inject=unittest.mock.DEFAULT, make=unittest.mock.DEFAULT,
                                          fuzz=lambda *_: log, tool=tool):
            return injected.try_one(build, BUG, 100, self.findings)

    def test_both_break_the_rule(self):
        found, line, scenario = self.try_one(FOUND)
        self.assertTrue(found, line)
        self.assertEqual(scenario, SMALL)

    def test_it_survives(self):
        found, line, _ = self.try_one("Done 100 runs\n")
        self.assertFalse(found)
        self.assertIn("survived 100 executions", line)

    def test_another_rule(self):
        self.assertFalse(self.try_one(FOUND.replace("permission", "missing"))[0])

    def test_what_is_minimized_breaks_another_rule_or_none(self):
        for replayed in (FOUND.replace("permission", "missing"), "1 scenarios: 1 as expected\n"):
            found, line, _ = self.try_one(FOUND, replayed=replayed)
            self.assertFalse(found, line)
            self.assertIn(", minimized: ", line)

    def test_minimize_fails(self):
        """Also where a scenario of another bug is there, which is newer than the crash."""
        (self.findings / "crash-1.scenario").write_text(SMALL)
        os.utime(self.crash, (1, 1))
        for code, writes in ((2, False), (0, False), (1, True)):
            found, line, said = self.try_one(FOUND, code=code, writes=writes)
            self.assertFalse(found, line)
            self.assertEqual(said, "why not\n")


class OnBootedKernels(unittest.TestCase):
    """What `confirm` must print of an injected bug."""

    def test_each_is_a_bug_of_the_list(self):
        self.assertLessEqual(set(confirm_injected.BUGS), set(injected.INJECTED | injected.NEWEST))
        self.assertGreater(len({one.kind for one in confirm_injected.BUGS.values()}), 5)

    def test_what_is_not_as_it_must_be_is_told(self):
        name = "lookup-of-a-blocks-head"
        said = ("kernel     op 0: 511 of 512 pages wrong, the first at index 1: x\nmemory     nothing is wrong\n"
                "CONFIRMED on a booted kernel (a copy, 4k pages): x\n")
        self.assertEqual(confirm_injected.wrong_with(name, said), [])
        self.assertIn("it must be CONFIRMED, and is: NOT CONFIRMED on",
                      confirm_injected.wrong_with(name, said.replace("\nCONFIRMED", "\nNOT CONFIRMED"))[0])
        self.assertEqual(len(confirm_injected.wrong_with(name, said.replace("memory     nothing", "memory     op 0"))), 1)
        self.assertEqual(len(confirm_injected.wrong_with(name, "")), 3)


if __name__ == "__main__":
    unittest.main()
