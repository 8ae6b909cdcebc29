#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The table of KERNEL.md about faults that Linux had: it is whole, and what is wrong is noticed.

Builds nothing. Usage: test_told.py
"""
import contextlib
import io
import re
import sys
import tempfile
import unittest
import unittest.mock
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
# pylint: disable=wrong-import-position
import copies
import injected
import real_faults

TEXT = real_faults.DOCUMENT.read_text()


class Faults(unittest.TestCase):
    def test_the_table_has_each(self):
        self.assertEqual(real_faults.wrong_with(TEXT), [])

    def test_each_is_a_bug_that_can_be_made(self):
        for one in real_faults.FAULTS:
            self.assertIn(one.bug, injected.INJECTED | injected.NEWEST)
            self.assertIn(one.commit, TEXT)

    def test_what_is_known_is_judged(self):
        """Else a tree that has it is found to have a known bug, and nothing is found."""
        rows = (copies.TOP / "oracle/waiver.c").read_text()
        for bug, known in injected.JUDGED.items():
            self.assertIn(f'.name = "{known}"', rows)
            with tempfile.TemporaryDirectory() as folder, unittest.mock.patch.dict(
                    injected.NEWEST, {bug: ("fuzz_vmap", "a.b", lambda tree: None)}):
                build = injected.Build(None, Path(folder))
                build.change(bug)
                self.assertEqual(build.environment["VMAPDIFF_JUDGE"], known)

    def wrong_after(self, pattern, replacement):
        table = real_faults.TABLE.search(TEXT)[0]
        changed, count = re.subn(pattern, replacement, table, count=1)
        self.assertEqual(count, 1, pattern)
        return real_faults.wrong_with(TEXT.replace(table, changed))

    def test_what_is_wrong_is_told(self):
        self.assertIn("no row, or more than one", self.wrong_after(r"\| 15bfba1ad77f .*\n", "")[0])
        self.assertIn("a row of no fault", self.wrong_after(r"a copy of 7\.3", "a copy of 7.4")[1])
        self.assertIn("not as it must be", self.wrong_after(r"errors\.code", "errors.mode")[0])
        self.assertIn("not as it must be", self.wrong_after(r"\| \d+ \|\n", "| 0 |\n")[0])
        self.assertEqual(real_faults.wrong_with("nothing"), ["there is no table of faults"])

    def test_one_that_is_not_found_writes_nothing(self):
        def find_again(fault, _):
            return (False, "", "survived") if fault == real_faults.FAULTS[0] else (True, "row\n", "found")
        with tempfile.TemporaryDirectory() as folder, \
                unittest.mock.patch.multiple(real_faults, TREES=Path(folder), DOCUMENT=Path(folder) / "KERNEL.md",
                                             find_again=find_again), \
                contextlib.redirect_stdout(io.StringIO()):
            self.assertEqual(real_faults.run_on_trees(real_faults.FAULTS, True), injected.SKIP)
            for series in ("6.1", "6.12", "7.3"):
                real_faults.tree_of(series).mkdir()
            real_faults.DOCUMENT.write_text("<!-- faults -->\n<!-- end of faults -->")
            self.assertEqual(real_faults.run_on_trees(real_faults.FAULTS, True), 1)
            self.assertNotIn("row", real_faults.DOCUMENT.read_text())
            self.assertEqual(real_faults.run_on_trees(real_faults.FAULTS[1:], True), 0)
            self.assertIn("row", real_faults.DOCUMENT.read_text())


if __name__ == "__main__":
    unittest.main()
