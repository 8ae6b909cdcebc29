#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""When a tree's test begins with one geometry, and what it says of it."""
import contextlib
import io
import shutil
import sys
import tempfile
import unittest
import unittest.mock
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
# pylint: disable=wrong-import-position
from driver import kernel
from driver.build import Failed
from driver.commands import first_verdict
from driver.fuzzing.rig import Rig
from driver.reviewing import scenarios

FAILS = "policy\n\nFAIL translation.missing mapper=kernel op=0:vmap granule=4k level=3\n  rule    each page\n"


class FirstVerdict(unittest.TestCase):
    def setUp(self):
        self.work = Path(tempfile.mkdtemp(prefix="vmapdiff-"))
        self.addCleanup(shutil.rmtree, self.work)
        (self.work / "regress").mkdir()
        self.built = []

    def build(self, tree, _, geometry):
        self.built.append((tree, geometry))
        return Rig(self.work, self.work, "./rig kernel t")

    def tell(self, code, prints, executions=None, chosen="", is_built=False, of="*"):
        """(stdout, stderr) where the tool prints this and ends with `code`, of the part `of` of what is played."""
        tool = self.work / "regress/vmapdiff"
        tool.write_text(f"#!/bin/sh\ncase $4 in */{of}) printf '%s' '{prints}'; exit {code} ;; esac\n")
        tool.chmod(0o755)
        out, told = io.StringIO(), io.StringIO()
        with unittest.mock.patch.object(kernel, "build_quickly", self.build), \
                unittest.mock.patch.object(kernel, "is_built", lambda *_: is_built), \
                unittest.mock.patch.dict("os.environ", {kernel.GEOMETRIES: chosen}), \
                contextlib.redirect_stdout(out), contextlib.redirect_stderr(told):
            first_verdict.tell("t", executions)
        return out.getvalue(), told.getvalue()

    def test_no_finding(self):
        out, told = self.tell(0, "policy\nno finding. next: fuzz\n")
        self.assertEqual(out, "")
        self.assertEqual(told, "rig: first verdict, 4K pages, 48 bits: no finding. The other geometries follow\n")
        self.assertEqual(self.built, [("t", "kernel_4k_va48_pa48")])

    def test_findings_are_shown_without_what_is_before_them(self):
        out, told = self.tell(1, FAILS)
        self.assertEqual(out, FAILS[len("policy\n"):] + "\n")
        self.assertIn("first verdict, 4K pages, 48 bits: findings, above.", told)

    def test_findings_of_either_part(self):
        for part in ("test", "generated"):
            self.assertEqual(self.tell(1, FAILS, of=part)[0], FAILS[len("policy\n"):] + "\n", part)

    def test_a_tool_that_dies_gives_no_verdict(self):
        out, told = self.tell(9, "policy\n")
        self.assertEqual(out, "")
        self.assertIn("no verdict (exit 9)", told)

    def test_the_slowest_cases_are_left_to_what_follows(self):
        left_out = set(scenarios.checked_in()) - set(first_verdict.played())
        self.assertEqual({path.stem for path in left_out}, set(first_verdict.SLOW))

    def test_a_tree_that_only_an_optimizing_compiler_takes_has_none(self):
        self.build = unittest.mock.Mock(side_effect=Failed("log"))
        self.assertEqual(self.tell(0, ""), ("", ""))

    def test_where_all_is_built_or_little_is_asked_for(self):
        for more in ({"is_built": True}, {"chosen": "kernel_64k_va48_pa48"}, {"executions": 2048}):
            self.assertEqual(self.tell(0, "", **more), ("", ""), more)
        self.assertEqual(self.built, [])
        self.tell(0, "", executions=2049)
        self.assertTrue(self.built)


if __name__ == "__main__":
    unittest.main()
