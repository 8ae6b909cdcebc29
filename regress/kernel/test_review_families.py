#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The families whose cost a review counts: that their arrays are what their names say.

Usage: test_review_families.py
"""
import re
import sys
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "regress"))
from driver.booting import cost_rows, scenario  # noqa: E402
from driver.reviewing import families, geometry, text  # noqa: E402

BUILT = ["4k va=39 pa=48", "4k va=48 pa=48", "4k va=52 pa=52 lpa2", "16k va=48 pa=48", "64k va=48 pa=48", ""]


def pages_of(family):
    """The page array of a family's first call."""
    line = text.ops_of(text.parse(family.text))[0][0]
    return [first + i for first, count in text.runs_of(line.get("pages")) for i in range(count)]


def runs_of(pages):
    """[(first, count)] of pages that follow each other."""
    return [(first, count) for first, count in text.runs_of(scenario.runs_of(pages))]


class Families(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.all = families.all_of(BUILT)

    def named(self, call, array, pages, granule="4k"):
        return next(one for one in self.all if (one.call, one.array, one.pages) == (call, array, pages)
                    and geometry.granule_of(one.machine) == granule)

    def test_each_has_a_name_of_its_own_and_maps_and_unmaps_twice(self):
        self.assertGreater(len(self.all), 80)
        self.assertEqual(len({one.name for one in self.all}), len(self.all))
        for one in self.all:
            ops = [line for line, _ in text.ops_of(text.parse(one.text))]
            self.assertEqual([line.word for line in ops], [one.call, families.UNDO[one.call]] * 2)
            self.assertEqual(ops[:2], ops[2:])
            self.assertEqual({line.get("va") for line in ops}, {"0xffff800000000000"})

    def test_a_geometry_for_each_granule_that_is_built(self):
        self.assertEqual({one.machine for one in self.all}, {f"{granule} va=48 pa=48" for granule in families.GRANULES})
        self.assertEqual(list(families.chosen_machines(["4k va=39 pa=48", "4k va=52 pa=52 lpa2"])), ["4k va=39 pa=48"])
        self.assertEqual(families.all_of([]), [])
        other = families.all_of(["4k va=39 pa=48"])[0]
        self.assertIn("vmap va=0xffffffc000000000 ", other.text)
        self.assertIn("\nmachine granule=4k va=39 pa=48 bbm=0 tlbirange=yes\n", other.text)

    def test_blocks_of_an_order_are_aligned_and_apart(self):
        for granule in families.GRANULES:
            for order in families.ORDERS:
                pages = pages_of(self.named("vmap", f"order {order}", families.COUNT, granule))
                self.assertEqual(len(set(pages)), families.COUNT)
                self.assertEqual({(first % (1 << order), count) for first, count in runs_of(pages)}, {(0, 1 << order)})

    def test_what_looks_like_large_leaves_has_none(self):
        """No group of the array is aligned and contiguous."""
        for granule, group in geometry.GROUP_OF_PAGES.items():
            found = dict(families.adversarial(group))
            self.assertEqual(len(found), 4)
            for words, pages in found.items():
                with self.subTest(granule=granule, array=words):
                    self.assertEqual(len(set(pages)), len(pages))
                    whole = [i for i in range(0, len(pages) - group + 1, group) if pages[i] % group == 0
                             and pages[i:i + group] == list(range(pages[i], pages[i] + group))]
                    self.assertEqual(whole, [])
            self.assertEqual({page % group for page in found["aligned but apart"]}, {0})
            self.assertEqual(len(runs_of(found["contiguous but unaligned"])), 1)

    def test_captured_arrays_are_those_that_are_checked_in(self):
        for name in cost_rows.CAPTURED:
            captured = (TOP / f"corpus/fuzz_vmap/captured-{name}.scenario").read_text()
            line = next(line for line, _ in text.ops_of(text.parse(captured)) if line.word == "vmap")
            family, = (one for one in self.all if one.array == f"captured {name}")
            self.assertEqual(text.runs_of(line.get("pages")), runs_of(pages_of(family)))

    def test_vmalloc_is_given_the_block_size_that_it_would_choose(self):
        shifts = {granule: [re.search(r"shift=(\d+)", one.text).group(1) for one in self.all
                            if one.call == "vmalloc" and geometry.granule_of(one.machine) == granule]
                  for granule in families.GRANULES}
        self.assertEqual(shifts, {"4k": ["12", "16", "21"], "16k": ["14", "21", "25"], "64k": ["16", "21", "29"]})

if __name__ == "__main__":
    unittest.main()
