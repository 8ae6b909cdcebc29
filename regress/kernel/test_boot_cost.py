#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What calls cost, with stand-ins for the booted kernel and for the slice.

Usage: test_boot_cost.py
"""
import collections
import contextlib
import csv
import io
import json
import re
import shutil
import sys
import tempfile
import unittest
import unittest.mock
import xml.etree.ElementTree
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "regress"))
sys.path.insert(0, str(TOP / "regress/kernel"))
import boot_standin  # noqa: E402
from driver import machine  # noqa: E402
from driver.booting import answer, cost, cost_report, cost_rows, judge, plan, qemu, shadow, scenario  # noqa: E402
from driver.booting import slice as sliced  # noqa: E402
from driver.booting.configuration import GRANULES  # noqa: E402
from driver.terminal import Unusable  # noqa: E402


def runs_of(pages):
    """[(first, count)] of pages that follow each other."""
    runs = []
    for kind, block, page in pages:
        if runs and runs[-1][0] == (kind, block) and runs[-1][1] + runs[-1][2] == page:
            runs[-1][2] += 1
        else:
            runs.append([(kind, block), page, 1])
    return [(first, count) for _, first, count in runs]


def pages_of_lines(lines):
    """The page array that the lines of a plan put together."""
    pages = []
    for line in lines:
        word, *rest = line.split()
        numbers = [int(text) for text in rest if text.isdecimal()]
        if word == "run":
            pages += [("block", numbers[0], numbers[1] + i) for i in range(numbers[2])]
        elif word == "comb":
            block, first, count, step, length = numbers
            pages += [("block", block, first + i * step + k) for i in range(count) for k in range(length)]
    return pages


class Rows(unittest.TestCase):
    """The page arrays are what the rows' names say."""

    def rows(self, granule):
        return {row.name: row for row in cost_rows.rows(granule)}

    def test_blocks_of_an_order(self):
        for granule in GRANULES:
            rows, shift = self.rows(granule), plan.PAGE_SHIFTS[granule]
            for order in cost_rows.ORDERS:
                row = rows[f"vmap 100M order-{order}"]
                self.assertEqual(row.count << shift, 100 << 20)
                self.assertEqual(len(set(row.pages)), row.count)
                *whole, last = runs_of(row.pages)
                self.assertEqual({count for _, count in whole}, {1 << order})
                self.assertEqual({first % (1 << order) for first, _ in [*whole, last]}, {0})
                self.assertLessEqual(last[1], 1 << order)

    def test_lines_make_the_pages_that_are_expected(self):
        for granule in GRANULES:
            for row in cost_rows.rows(granule):
                if row.pages and row.pages[0][0] == "block":
                    self.assertEqual(pages_of_lines(row.planned.lines), row.pages, row.name)

    def test_a_group_has_a_row(self):
        for granule, order in (("4k", 4), ("16k", 7), ("64k", 5)):
            self.assertIn(f"vmap 100M order-{order}", self.rows(granule))

    def test_captured_arrays(self):
        for granule in GRANULES:
            for name in cost_rows.CAPTURED:
                text = (TOP / f"corpus/fuzz_vmap/captured-{name}.scenario").read_text()
                pfns = [first + i for first, count in scenario.parse(text).ops[0].runs for i in range(count)]
                pages = self.rows(granule)[f"vmap captured-{name}"].pages
                self.assertEqual(len(pages), len(pfns))
                for (_, block, page), (_, next_block, next_page), pfn, next_pfn in zip(pages, pages[1:], pfns, pfns[1:]):
                    self.assertEqual(next_pfn == pfn + 1, next_block == block and next_page == page + 1)
                at = 0
                for first, count in runs_of(pages):
                    self.assertEqual(first % (1 << (count - 1).bit_length()), pfns[at] % (1 << (count - 1).bit_length()))
                    at += count

    def test_plans_keep_the_limits_of_the_driver(self):
        for granule in GRANULES:
            for row in cost_rows.rows(granule):
                self.assertLessEqual(row.count, plan.MAX_ARRAY_PAGES)
                self.assertLess(max(map(len, row.planned.lines)), 120)
        text = (shadow.DRIVER / "cost.c").read_text()
        self.assertEqual(int(re.search(r"#define MAX_LOOPS (\d+)", text).group(1)), cost_rows.LOOPS_OF_ONE)
        self.assertLessEqual(cost_rows.LOOPS, cost_rows.LOOPS_OF_ONE)

    def test_what_the_series_published_has_a_row(self):
        self.assertLessEqual(set(cost_rows.PUBLISHED), set(self.rows("4k")))


# --- the booted kernel ------------------------------------------------------------------------------


def expected(row, for_each, for_call=300):
    """Instructions of a call of the stand-in kernel: regress/kernel/boot_standins.c."""
    return for_call + for_each * row.count


@unittest.skipUnless(machine.c_compiler(), "no C compiler")
class Counted(unittest.TestCase):
    """The driver measures the calls of stand-ins, whose cost is known."""

    @classmethod
    def setUpClass(cls):
        cls.work = Path(tempfile.mkdtemp(prefix="vmapdiff-"))
        cls.addClassCleanup(shutil.rmtree, cls.work)
        cls.program = boot_standin.build(cls.work, "-DVMAPDIFF_PUBLIC_VMAP_PAGES_RANGE")
        cls.rows, cls.got = cls.measure()

    @classmethod
    def measure(cls, bug="", program=None):
        kernel = boot_standin.Kernel(program or cls.program, cls.work, bug)
        rows = cost_rows.rows("4k")
        with unittest.mock.patch.object(cost.boot, "play", kernel.play), contextlib.redirect_stderr(io.StringIO()):
            return cost.measure(kernel, rows)

    def test_each_row(self):
        rows = self.rows
        self.assertEqual(list(rows), [row.name for row in cost_rows.rows("4k")])
        for name, one in rows.items():
            with self.subTest(row=name):
                self.assertEqual(one.resolution, 16 / (16 if " 1M" in name else 64 if " 1 page" in name else 1))
                self.assertAlmostEqual(one.map.instructions, expected(one.row, 20), delta=one.resolution)
                self.assertAlmostEqual(one.unmap.instructions, expected(one.row, 10), delta=one.resolution)

    def test_the_first_call_is_told_apart(self):
        row = next(iter(self.rows.values()))
        self.assertAlmostEqual(row.map.first, row.map.instructions + 1000 / cost_rows.LOOPS, delta=2 * row.resolution)
        self.assertEqual(row.unmap.first, row.unmap.instructions)

    def test_it_is_the_same_again(self):
        self.assertEqual(self.measure()[1].lines, self.got.lines)

    def test_a_slower_kernel(self):
        fast, slow = self.rows, self.measure("slow")[0]
        name = "vmap 100M order-0"
        self.assertAlmostEqual(slow[name].map.instructions, expected(slow[name].row, 40), delta=16)
        found = {"4k": {"fast": fast, "slow": slow}}
        ratio = next(one["ratio"] for one in cost_report.records(found)
                     if (one["row"], one["tree"], one["function"]) == (name, "slow", "vmap()"))
        self.assertAlmostEqual(ratio, 0.5, delta=0.01)

    def test_a_tree_without_vmap_pages_range(self):
        work = self.work / "without"
        rows, _ = self.measure(program=boot_standin.build(work))
        self.assertEqual(len(rows), len(cost_rows.rows("4k")) - 1)
        self.assertNotIn("vmap_pages_range 1M", rows)
        with contextlib.redirect_stdout(io.StringIO()) as said:
            cost_report.print_table("4k", {"without": rows, "with": self.rows})
            cost_report.print_table("4k", {"with": self.rows, "without": rows})
            cost_report.print_published({"4k": {"without": rows, "with": self.rows}})
        self.assertIn("vmap_pages_range()", said.getvalue())

    def test_a_call_that_warns_or_fails(self):
        for bug, why in (("warns", "'vmalloc_huge 1M' the booted kernel says: WARNING"), ("fails", "is to be measured fails"),
                         ("panics", "did not end: Kernel panic"), ("ends", "did not end: its last line is missing")):
            with self.subTest(bug=bug), self.assertRaisesRegex(Unusable, re.escape(why)):
                self.measure(bug)

    def test_what_is_no_plan(self):
        for line, why in (("cost_vmap 0 0", "so many calls"), ("cost_vmap 65 0", "so many calls"),
                          ("cost_vmap 1 0", "too much, or nothing"), ("cost_vmalloc 1 0 1", "too much, or nothing"),
                          ("cost_vmalloc 1 262145 1", "too much, or nothing"), ("cost_range 1", "too much, or nothing"),
                          ("cost_ioremap 1 0x180000000 0x10", "too much, or nothing"),
                          ("comb 0 0 1 1 1", "a run is in no block")):
            with self.subTest(line=line):
                said = boot_standin.say(self.program, f"vmapdiff-plan 1\n{line}\nend\n", self.work)
                self.assertIn(why, said.broken)
        for comb in ("comb 0 0 3 2 1", "comb 0 4 1 1 1", "comb 0 0 2 18446744073709551615 1"):
            said = boot_standin.say(self.program, f"vmapdiff-plan 1\nblock 0 2\n{comb}\nend\n", self.work)
            self.assertIn("leaves its block", said.broken)

    def test_scenarios_for_the_slice(self):
        """They have the kernel's addresses and pages, and map and unmap twice."""
        rows, said = cost_rows.rows("4k"), answer.scenarios(self.got)
        for number, row in enumerate(rows):
            place, _ = judge.read_scenario(said[number])
            text = scenario.parse(cost_rows.text_of(row, place, 16, "4k"))
            self.assertEqual([op.kind for op in text.ops], [row.call, "vunmap"] * 2)
            self.assertEqual({op.value("va") for op in text.ops}, {place.area[0]})
            self.assertEqual({op.pages(12) for op in text.ops}, {row.count})
            if row.call == "vmap":
                pfns = [first + i for first, count in text.ops[0].runs for i in range(count)]
                self.assertEqual(pfns, [place.pfn(0, page) for page in row.pages])
        shifts = {row.name: re.search(r"shift=(\d+)", cost_rows.text_of(row, judge.read_scenario(said[n])[0], 16, "4k"))
                  for n, row in enumerate(rows) if row.call == "vmalloc"}
        self.assertEqual(shifts["vmap_pages_range 1M"].group(1), "16")
        single = next(row for row in rows if row.name == "vmap_pages_range 1M")
        self.assertIn("shift=12", cost_rows.text_of(single, judge.read_scenario(said[2])[0], 12, "4k"))


class ReadRow(unittest.TestCase):
    """What the driver says becomes instructions."""

    def read(self, *lines):
        return cost.read_row(cost_rows.single_row("4k"), [line.split() for line in lines])

    def test_the_frequency_decides(self):
        one = self.read("clock 62500000", "cost 0 2 100 10", "cost 1 2 90 8", "cost 2 2 91 7")
        self.assertEqual((one.map.instructions, one.map.first, one.unmap.instructions, one.resolution),
                         (720.0, 800.0, 56.0, 8.0))
        self.assertEqual(self.read("clock 1000000000", "cost 0 1 100 10", "cost 1 1 90 8").resolution, 1.0)

    def test_no_figures(self):
        self.assertIsNone(self.read("cost none"))
        for lines in ((), ("clock 62500000",), ("clock 62500000", "cost 0 1 2 3"), ("cost 0 1 2 3", "cost 1 1 2 3")):
            with self.assertRaisesRegex(Unusable, "did not come to the end of the row 'vmap 1 page'"):
                self.read(*lines)


class Machine(unittest.TestCase):
    """The clock counts instructions only where that is asked for."""

    def test_command(self):
        plain, counting = (qemu.command("Image", "plan", "4k", counts) for counts in (False, True))
        self.assertNotIn("-icount", plain)
        self.assertEqual(counting[counting.index("-icount") + 1], "shift=0,sleep=off")
        self.assertEqual(counting[counting.index("-seed") + 1], "1")

    def test_how_vmap_pages_range_is_called(self):
        arguments = ("unsigned long addr, unsigned long end,\n\t\tpgprot_t prot, struct page **pages, "
                     "unsigned int page_shift{});\n")
        with tempfile.TemporaryDirectory() as work:
            tree = Path(work)
            (tree / "include/linux").mkdir(parents=True)
            (tree / "mm").mkdir()
            self.assertEqual(shadow.how_vmap_pages_range(tree), "")
            internal, public = tree / "mm/internal.h", tree / "include/linux/vmalloc.h"
            internal.write_text(f"int vmap_pages_range_noflush({arguments.format(', gfp_t gfp_mask')}")
            self.assertEqual(shadow.how_vmap_pages_range(tree), "")
            internal.write_text(f"int __must_check vmap_pages_range_noflush({arguments.format('')}")
            self.assertIn("VMAPDIFF_INTERNAL", shadow.how_vmap_pages_range(tree))
            public.write_text(f"int vmap_pages_range({arguments.format(', int nid')}")
            self.assertIn("VMAPDIFF_INTERNAL", shadow.how_vmap_pages_range(tree))
            public.write_text(f"int vmap_pages_range({arguments.format('')}")
            self.assertIn("VMAPDIFF_PUBLIC", shadow.how_vmap_pages_range(tree))


# --- the slice --------------------------------------------------------------------------------------


def record(**fields):
    return json.dumps(fields)


def event(**fields):
    return record(record="event", **fields)


BEGIN = record(record="begin", op=2, kind="call")
END = record(record="end", op=2, kind="call", error=0)


class Events(unittest.TestCase):
    """What is counted of a record, and what of it is refused."""

    def count(self, *lines, shift=12):
        return cost.count_events([BEGIN, *lines, END], shift)[2]

    def test_stores_are_words(self):
        self.assertEqual(self.count(event(event="store", new=["0x1"] * 16), event(event="store", new=["0x0"])),
                         {"stores": 17})

    def test_barriers(self):
        kinds = ("dsb ishst", "dsb ish", "isb", "dmb ishst", "dsb nsh")
        self.assertEqual(self.count(*(event(event="barrier", barrier=kind) for kind in kinds)),
                         {"dsb": 3, "isb": 1, "dmb": 1})

    def test_tlbi(self):
        for fields, count in (({"all": True}, 1), ({"all": False, "bytes": "0x1000"}, 1),
                              ({"all": False, "bytes": "0x10000"}, 16),
                              ({"all": False, "bytes": "0x10000", "range_instructions": 2}, 2)):
            self.assertEqual(self.count(event(event="tlbi", local=False, **fields)), {"tlbi": count})
        self.assertEqual(self.count(event(event="tlbi", all=False, bytes="0x10000"), shift=16), {"tlbi": 1})

    def test_what_is_of_no_call_is_not_counted(self):
        store = event(event="store", new=["0x1"])
        self.assertEqual(cost.count_events([record(record="begin", op=2, kind="cleanup"), store, END], 12)[2], {})
        self.assertEqual(self.count(event(event="alloc_table", failed=False)), {})

    def test_what_says_nothing_is_refused(self):
        for line, why in ((record(record="end", op=2, kind="call", skipped="a reason"), "a reason"),
                          (record(record="end", op=2, kind="call", error=-12), "-12"),
                          (record(record="verdict", holds=False, signature="FAIL x.y"), "breaks a rule: FAIL x.y")):
            with self.assertRaisesRegex(Unusable, why):
                self.count(line)

    def test_a_row_that_cannot_be_played(self):
        row = cost_rows.single_row("4k")
        lines = [["block", "0", "0x100", "1"], ["area", "0", "0xffff800080001000", "1"]]
        with tempfile.TemporaryDirectory() as work:
            path = Path(work) / "0.scenario"

            def run(*_):
                return unittest.mock.Mock(stdout="line 3: why", returncode=2)
            with unittest.mock.patch.object(sliced, "run", run), self.assertRaisesRegex(Unusable, "line 3: why"):
                cost.events_of(row, lines, "tool", "4k", path)
            self.assertIn("vmap va=0xffff800080001000 pages=0x100\n", path.read_text())

            def fail(*words):
                Path(words[-1]).write_text(record(record="verdict", holds=False, signature="FAIL x.y") + "\n")
                return unittest.mock.Mock(stdout="", returncode=1)
            with unittest.mock.patch.object(sliced, "run", fail), \
                    self.assertRaisesRegex(Unusable, "FAIL x.y\nfor the row 'vmap 1 page'"):
                cost.events_of(row, lines, "tool", "4k", path)


    def test_events_that_cannot_be_counted_leave_the_instructions(self):
        rows = [cost_rows.single_row("4k"), cost_rows.ioremap_row("4k")]
        found = {row.name: measured(row, 9) for row in rows}

        def events_of(row, *_):
            if row is rows[0]:
                raise Unusable("the slice breaks a rule: FAIL x.y")
            return collections.Counter(stores=1), collections.Counter(stores=2)
        with tempfile.TemporaryDirectory() as work, unittest.mock.patch.object(cost, "events_of", events_of), \
                contextlib.redirect_stderr(io.StringIO()) as said:
            kernel = unittest.mock.Mock(folder=Path(work), granule="4k")
            got = answer.Answer([["scenario", "0"], ["scenario", "1"]], True, "", "")
            for one in found.values():
                one.map.events = one.unmap.events = collections.Counter()
            cost.add_events(found, got, rows, "tool", kernel)
        self.assertIn("no events: the slice breaks a rule: FAIL x.y", said.getvalue())
        lines = list(cost_report.records({"4k": {"a": found}}))
        self.assertEqual([(one["instructions"], one["stores"]) for one in lines], [(9, None), (7, None), (9, 1), (7, 2)])


# --- what is printed and written ------------------------------------------------------------------


def figures(instructions, **events):
    return cost.Figures(instructions, instructions + 100, collections.Counter(events))


def measured(row, instructions):
    return cost.Measured(row, figures(instructions, stores=5, dsb=1), figures(7), 16.0)


class Report(unittest.TestCase):
    """Table, CSV and plot of what was measured."""

    def setUp(self):
        rows = {row.name: row for row in cost_rows.rows("4k")}
        self.found = {granule: {"a 'tree' of <&_{x}": {name: measured(row, 1000) for name, row in rows.items()},
                                "other": {name: measured(row, 250) for name, row in rows.items() if "order" in name}}
                      for granule in ("4k", "64k")}

    def test_table(self):
        with contextlib.redirect_stdout(io.StringIO()) as said:
            cost_report.print_table("4k", self.found["4k"])
            cost_report.print_published(self.found)
        self.assertRegex(said.getvalue(), r"(?m)^vmap 100M order-8 +vmap\(\) +a 'tree' of <&_\{x\} +1000 +16.0 +1100 +1.00 "
                                          r"+1 +0 +0 +0 +5$")
        self.assertRegex(said.getvalue(), r"(?m)^ +other +250 +16.0 +350 +4.00")
        self.assertRegex(said.getvalue(), r"(?m)^ioremap 1M +1.35$")
        self.assertRegex(said.getvalue(), r"(?m)^vmap 100M order-8 +4.00 +8.3$")

    def test_one_tree_has_no_published_ratio_next_to_it(self):
        with contextlib.redirect_stdout(io.StringIO()) as said:
            cost_report.print_published({"4k": {"one": self.found["4k"]["other"]}})
            cost_report.print_published({"16k": self.found["4k"]})  # theirs are of 4K pages
        self.assertEqual(said.getvalue(), "")

    def test_csv(self):
        with tempfile.TemporaryDirectory() as work:
            cost_report.write_csv(Path(work) / "a.csv", self.found)
            with open(Path(work) / "a.csv", newline="", encoding="utf-8") as file:
                lines = list(csv.DictReader(file))
        orders = sum("order" in name for name in self.found["4k"]["a 'tree' of <&_{x}"])
        self.assertEqual(len(lines), 2 * 2 * (len(cost_rows.rows("4k")) + orders))
        one = next(line for line in lines if line["row"] == "vmap 100M order-8" and line["tree"] == "other")
        self.assertEqual((one["granule"], one["function"], one["instructions"], one["ratio"], one["published"],
                          one["stores"]), ("4k", "vmap()", "250", "4.0000", "8.3", "5"))

    @unittest.skipUnless(shutil.which("gnuplot"), "no gnuplot")
    def test_plot(self):
        with tempfile.TemporaryDirectory() as work:
            path = Path(work) / "a plot.svg"
            cost_report.plot(path, self.found)
            drawn = path.read_text()
            texts = ["".join(one.itertext()).strip() for one in xml.etree.ElementTree.fromstring(drawn).iter()
                     if one.tag.endswith("text")]
        self.assertIn("SPDX-License-Identifier: GPL-2.0-only", drawn)
        for text in ("a 'tree' of <&_{x}", "other", "4k pages", "64k pages", "vmap 100M order-8", "vmap 1 page"):
            self.assertIn(text, texts)

    def test_names_of_trees(self):
        self.assertEqual(cost.names_of([Path("/a/linux"), Path("/b/patched")]), ["linux", "patched"])
        self.assertEqual(cost.names_of([Path("/a/b/linux"), Path("/c/b/linux")]), ["a/b/linux", "c/b/linux"])
        self.assertEqual(cost.names_of([Path("/a/linux")]), ["linux"])


if __name__ == "__main__":
    unittest.main()
