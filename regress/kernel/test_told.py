#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The tables of KERNEL.md about calls and about faults that Linux had: each is whole, and what is wrong is noticed.

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
import call_table
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


class Calls(unittest.TestCase):
    def setUp(self):
        self.table = call_table.read_table(TEXT)

    def test_the_table_has_each_call(self):
        self.assertEqual(call_table.wrong_with(self.table, {}), [])
        self.assertIn("vmemmap_free", self.table)
        self.assertIn("set_memory op=rox", self.table)

    def test_each_known_bug_is_one_of_the_list(self):
        known = set(re.findall(r'\.name = "([\w-]+)"', (copies.TOP / "oracle/waiver.c").read_text()))
        told = {name for cells in self.table.values() for name in re.findall(r"`([\w-]+)`", cells[-1])}
        self.assertLessEqual(told, known)
        self.assertGreater(len(told), 15)

    def test_what_is_wrong_is_told(self):
        offered = {"6.1": {name for name, cells in self.table.items() if cells[0] != call_table.LACKS}}
        self.assertEqual(call_table.wrong_with(self.table, offered), [])
        for changed, said in (({**self.table, "vmap": ["-", *self.table["vmap"][1:]]}, "vmap, 6.1: -, and the tree has it"),
                              ({**self.table, "vrealloc": ["7", "1", "1", "1", ""]}, "vrealloc, 6.1: 7, and the tree lacks"),
                              ({**self.table, "vmap": ["x", "1", "1", "1", ""]}, "'x' is neither"),
                              ({**self.table, "frob": ["1"] * 5}, "a row of no call: frob"),
                              ({key: self.table[key] for key in self.table if key != "vmap"}, "no row: vmap"),
                              (None, "there is no table")):
            self.assertIn(said, call_table.wrong_with(changed, offered)[0])

    def test_an_op_counts_for_its_rows(self):
        for op, rows in (("set_memory va=0x1 pages=1 op=rox", ["set_memory", "set_memory op=rox"]),
                         ("set_memory va=0x1 pages=1 op=split-pages", ["set_memory", "set_memory op=split-pages"]),
                         ("set_memory va=0x1 pages=1 op=ro", ["set_memory"]), ("vmap va=0x1 pages=0x1", ["vmap"])):
            self.assertEqual(call_table.names_of(op), rows)
            self.assertLessEqual(set(rows), set(call_table.rows_of_table()))

    def test_ops_are_those_that_steps_number(self):
        text = "# why\nvmapdiff 2\nmachine bbm=2\npolicy v9\nlinear pa=0x0 size=0x1000\nfail alloc=1\nvmap va=0x1 pages=0x1\n"
        self.assertEqual([op.split()[0] for op in call_table.ops_of(text)], ["linear", "vmap"])

    def test_what_is_not_made_is_not_judged(self):
        for step, judged in (({"kind": "call"}, True), ({"kind": "call", "skipped": "why"}, False),
                             ({"kind": "cleanup"}, False), ({"kind": "setup"}, False), ({"kind": "setup", "counts": {"a": 1}}, True)):
            self.assertEqual(call_table.is_judged(step), judged)


if __name__ == "__main__":
    unittest.main()
