#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""review --instructions, with stand-ins for what booted kernels say.

Usage: test_review_instructions.py
"""
import dataclasses
import json
import sys
import unittest
import unittest.mock
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "regress"), str(TOP / "regress/test")]
from driver.booting import cost, cost_rows, shadow  # noqa: E402
from driver.reviewing import instructions, worth, worth_text  # noqa: E402
from driver.terminal import Unusable  # noqa: E402
from small_schema import violations  # noqa: E402

SCHEMA = json.loads((TOP / "regress/test/review.schema.json").read_text())


def measured(*rows):
    """{row's name: Measured} of (row, instructions of the call, of what undoes it)"""
    return {row.name: cost.Measured(row, cost.Figures(map_, 0), cost.Figures(unmap, 0), 8.0)
            for row, map_, unmap in rows}


@dataclasses.dataclass
class Options:
    trees: list
    instructions: bool = True
    range: str = ""
    mbox: str = ""
    may_install: bool = False


class Instructions(unittest.TestCase):
    ROW, OTHER = cost_rows.order_row("4k", 8), cost_rows.single_row("4k")

    def test_rows_become_families(self):
        counted = worth.Counted()
        counted.take_instructions(list(instructions.entries(measured((self.ROW, 1000.4, 500)),
                                                            measured((self.ROW, 4000, 515)))))
        found = worth.told(counted)
        self.assertEqual(list(violations(found, SCHEMA["$defs"]["worth"], SCHEMA)), [])
        self.assertEqual(found["instructions"], 2)
        self.assertEqual([worth_text.line(one) for one in found["worse"]],
                         ["vmap of 25,600 pages, 100M order 8, 4K: Arm instructions 1,000 to 4,000"])
        self.assertEqual(worth_text.instructions_note(found), "")

    def test_less_than_the_counter_can_tell_is_equal(self):
        for more, expected in ((16, 0), (17, 1)):
            found = instructions.entries(measured((self.ROW, 1000, 500)), measured((self.ROW, 1000 + more, 500)))
            self.assertEqual(sum(len(one["measures"]) for one in found), expected)

    def test_a_row_that_one_tree_lacks(self):
        base, patched = measured((self.ROW, 1, 1), (self.OTHER, 1, 1)), measured((self.ROW, 1, 1))
        self.assertEqual(len(list(instructions.entries(base, patched))), 2)
        self.assertEqual(list(instructions.missing(base, patched)), ["PATCHED has no vmap() that can be called"])
        self.assertEqual(list(instructions.missing(patched, base)), ["BASE has no vmap() that can be called"])

    def test_its_time_is_not_of_the_budget(self):
        run = unittest.mock.Mock(begin=100.0, counted=worth.Counted())
        times = iter((5.0, 65.0))
        with unittest.mock.patch.object(cost, "measure_tree", lambda *_: measured((self.ROW, 1, 1))), \
                unittest.mock.patch.object(instructions.time, "monotonic", lambda: next(times)):
            instructions.count(run)
        self.assertEqual((run.begin, run.counted.instructions), (160.0, 2))

    def test_what_cannot_be_booted_is_told_before_anything_is_done(self):
        for options, why in ((Options(["/a"], range="a..b"), "two whole trees"),
                             (Options(["/a"], mbox="m"), "two whole trees"),
                             (Options([str(TOP / ".git-none"), "/b"]), "one cannot be booted")):
            with self.subTest(why=why), self.assertRaises(Unusable) as caught:
                instructions.check(options)
            self.assertIn(why, str(caught.exception))

        def part(tree):
            raise Unusable(f"{tree} is a part of one")
        with unittest.mock.patch.object(shadow, "top_of", part), self.assertRaises(Unusable) as caught:
            instructions.check(Options(["/a", "/b"]))
        self.assertIn("/a is a part of one", str(caught.exception))

    def test_nothing_is_asked_of_trees_without_the_option(self):
        instructions.check(Options(["/nowhere", "/b"], instructions=False))

    def test_nothing_is_installed_for_trees_that_are_not_two(self):
        with unittest.mock.patch.object(instructions.install, "ensure") as ensure:
            for trees in ([], ["/nowhere"], ["/a", "/b", "/c"]):
                instructions.check(Options(trees))
            ensure.assert_not_called()
            with unittest.mock.patch.object(shadow, "top_of"):
                instructions.check(Options(["/a", "/b"]))
            ensure.assert_called_once()

if __name__ == "__main__":
    unittest.main()
