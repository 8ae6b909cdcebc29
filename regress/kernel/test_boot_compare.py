#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The comparison of a slice with the booted kernel, with stand-ins for both, which agree but for injected bugs.

Usage: test_boot_compare.py
"""
import collections
import contextlib
import io
import shutil
import sys
import tempfile
import unittest
import unittest.mock
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "regress"))
sys.path.insert(0, str(TOP / "regress/kernel"))
import boot_standin  # noqa: E402
from driver import machine  # noqa: E402
from driver.booting import boot, compare, generate, judge, plan, scenario, slice as sliced  # noqa: E402
from driver.booting.configuration import GRANULES  # noqa: E402


class Generated(unittest.TestCase):
    """Generated calls keep the limits of driver and rig, and reach what changes mapping code."""

    def test_the_seed_decides(self):
        first, again, other = (plan.text_of(generate.generate("4k", seed, 100)) for seed in (1, 1, 2))
        self.assertEqual(first, again)
        self.assertNotEqual(first, other)

    def test_limits(self):
        for granule in GRANULES:
            scenarios = generate.generate(granule, 1, 1000)
            self.assertGreaterEqual(sum(len(one.expected) for one in scenarios), 1000)
            for one in scenarios:
                self.assertLessEqual(len(one.areas), plan.MAX_AREAS)
                for want in one.expected:
                    for area in want.areas.values():
                        self.assertEqual(len(area.pages), area.count)

    def test_no_leaf_is_cut(self):
        """As no caller cuts one: of an area that may have large leaves, whole ones are unmapped."""
        parts = 0
        for one in generate.generate("4k", 3, 2000):
            for want in one.expected:
                if want.call != "vunmap":
                    continue
                area, first, count = one.areas[want.area], want.words["first"], want.words["count"]
                self.assertLessEqual(first + count, area.count)
                small = area.kind == "vmalloc" and one.small(want.area) or area.count < 16
                unit = 1 if small else 512 if area.count >= 512 else 16
                if area.kind != "vmap":
                    self.assertEqual(first % unit, 0)
                    self.assertTrue(count % unit == 0 or first + count == area.count)
                    parts += count < area.count
        self.assertGreater(parts, 50)

    def test_all_kinds(self):
        for granule in GRANULES:
            scenarios = generate.generate(granule, 1, 1000)
            kinds = collections.Counter(want.call for one in scenarios for want in one.expected)
            self.assertEqual(set(kinds), {*scenario.MAPS, "vunmap", "vm_unmap_ram", "set_memory"})
            self.assertGreater(min(kinds.values()), 9, kinds)
            self.assertTrue(any(want.fails for one in scenarios for want in one.expected))


class Lines(unittest.TestCase):
    """The text of what was played."""

    def test_the_block_size_of_vmalloc(self):
        one = plan.Expected(0, "vmalloc", 0, words={"flags": "huge"})
        for pfns, shift in ((range(0x200, 0x400), 21), (range(0x210, 0x410), 16), (range(0x201, 0x401), 12),
                            ([*range(0x200, 0x400), *range(0x600, 0x800)], 21), (range(0x200, 0x210), 16),
                            ([*range(0x200, 0x210), *range(0x300, 0x310)], 16), (range(0x200, 0x20f), 12),
                            ([*range(0x200, 0x20f), 0x300], 12)):
            self.assertEqual(scenario.block_shift(one.words["flags"], 12, list(pfns)), shift, pfns)
        one.words["flags"] = "none"
        self.assertEqual(scenario.block_shift(one.words["flags"], 12, list(range(0x200, 0x400))), 12)

    def test_text(self):
        one = plan.Scenario("4k")
        area = one.vmalloc(0, 3, huge=False)
        one.set_memory(1, area, 1, 2, "ro")
        one.vmap(2, [("null", 1)])
        one.vm_unmap_ram(4, one.vm_map_ram(3, [(one.block(0), 0, 1)]))
        place = judge.Place({0: 0x77}, {0: 0xffff800000001000, 1: None, 2: 0xffff800000009000},
                            {0: {0: 0x10, 1: 0x11, 2: 0x20}})
        text, number_of = compare.text_played(one, place, "4k")
        self.assertEqual(text, scenario.head("4k") + "linear pa=0x10000 size=0x2000 leaf=page\n"
                         "linear pa=0x20000 size=0x1000 leaf=page\n"
                         "vmalloc va=0xffff800000001000 pages=0x10+2,0x20 flags=none shift=12\n"
                         "set_memory va=0xffff800000002000 pages=2 op=ro\n"
                         "vmap va=0xffff920000000000 pages=null prot=kernel flags=none\n"
                         "vm_map_ram va=0xffff800000009000 pages=0x77\n"
                         "vm_unmap_ram va=0xffff800000009000 pages=1\n")
        self.assertEqual(number_of, {0: 2, 1: 3, 2: 4, 3: 5, 4: 6})


@unittest.skipUnless(machine.c_compiler(), "no C compiler")
class Compared(unittest.TestCase):
    """Stand-ins for kernel and slice agree word for word, and a bug of either is seen."""

    @classmethod
    def setUpClass(cls):
        cls.work = Path(tempfile.mkdtemp(prefix="vmapdiff-"))
        cls.addClassCleanup(shutil.rmtree, cls.work)
        cls.program = boot_standin.build(cls.work)

    @staticmethod
    def calls():
        """A call of each kind that a bug may be in."""
        one = plan.Scenario("4k")
        small = one.vmalloc(0, 5, huge=False)
        one.set_memory(1, small, 1, 2, "ro")
        area = one.vmap(2, [(one.block(4), 0, 16), (one.block(0), 0, 1)], prot="kernel-ro")
        one.vunmap(3, area, 0, 17)
        one.vmap(4, [(0, 0, 1), ("null", 1)])
        one.ioremap(5, 1 << 32, 3 << 12)
        return [one]

    def compare(self, bug="", play=boot_standin.play_record, scenarios=None):
        kernel = boot_standin.Kernel(self.program, self.work, bug)
        with unittest.mock.patch.object(boot, "play", kernel.play), unittest.mock.patch.object(sliced, "play", play), \
                contextlib.redirect_stderr(io.StringIO()):
            return compare.compare(kernel, scenarios or self.calls(), "")

    def test_they_agree(self):
        total = self.compare(scenarios=generate.generate("4k", 1, 120))
        self.assertEqual((total.different, total.wrong, total.not_made), ({}, [], {}))
        self.assertGreaterEqual(sum(total.calls.values()), 120)
        self.assertGreater(total.words, 10000)

    def test_a_bug_of_the_kernel(self):
        for bug in ("left", "missing", "other-page", "writable", "stays-writable", "warns", "fails"):
            with self.subTest(bug=bug):
                total = self.compare(bug)
                self.assertTrue(total.different or bug == "fails", bug)  # then there is nothing to compare
                self.assertTrue(total.wrong, bug)

    def test_a_bug_of_the_slice(self):
        def change(pattern, to):
            def play(_, path, *__):
                text = boot_standin.Record(Path(path).read_text()).text()
                return sliced.read(text.replace(pattern, to).splitlines())
            return play
        for pattern, to in (("703\"", "701\""), ('"error": -22', '"error": 0'), ('"warning"', '"said"')):
            with self.subTest(pattern=pattern):
                self.assertTrue(self.compare(play=change(pattern, to)).different)

    def test_a_call_that_the_slice_does_not_make(self):
        def play(_, path, *__):
            text = boot_standin.Record(Path(path).read_text()).text()
            return sliced.read(text.replace('"kind": "call"', '"kind": "call", "skipped": "why"').splitlines())
        total = self.compare(play=play)
        self.assertEqual((total.words, sum(total.calls.values())), (0, 0))
        self.assertEqual(total.not_made["why"], 6)

    def test_a_finding_of_the_slice(self):
        def play(*arguments):
            found = boot_standin.play_record(*arguments)
            found.rule = found.signature = "FAIL x.y"
            return found
        total = self.compare(play=play)
        self.assertEqual(total.different["slice", "a rule is broken: FAIL x.y"], 1)
        self.assertIn("FAIL x.y", total.example["slice", "a rule is broken: FAIL x.y"])

    def test_a_linear_map_in_few_pieces(self):
        self.assertEqual(compare.spans_of([7, 5, 6, 20, 22, 40], 8), [(5, 7), (20, 20), (22, 22), (40, 40)])
        self.assertEqual(compare.spans_of([7, 5, 6, 20, 22, 40], 2), [(5, 22), (40, 40)])
        self.assertEqual(compare.spans_of([], 8), [])

    def test_differences_are_told_by_kind(self):
        words = [((3, 0x703), (3, 0x701), "bit 1 (1 and 0) on the booted kernel and in the slice"),
                 ((3, 0x5703), (3, 0x6703), "the address on the booted kernel and in the slice"),
                 ((2, 0x701), (3, 0x703), "level 2 on the booted kernel, level 3 in the slice"),
                 ((3, 0), (2, 0x701), "mapped in the slice alone")]
        for kernel, other, kind in words:
            self.assertEqual(sliced.Difference(0, kernel, other).kind(), kind)


if __name__ == "__main__":
    unittest.main()
