#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What ./rig kernel TREE confirm makes of a finding, with stand-ins for the booted kernel and for the slice.

Usage: test_boot_confirm.py
"""
import argparse
import contextlib
import io
import random
import re
import shutil
import sys
import tempfile
import types
import unittest
import unittest.mock
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "regress"))
sys.path.insert(0, str(TOP / "regress/kernel"))
import boot_standin  # noqa: E402
from driver import machine  # noqa: E402
from driver.booting import (answer, boot, compiled, confirm, judge, plan, reach, scenario,  # noqa: E402
                            shadow, slice as sliced, verdict)

D1 = "vmap va=0xffff800000010000 pages=0x400+512,0xa00+512\n"
OUTPUT_ADDRESS = "FAIL translation.output_address mapper=kernel op=0:vmap granule=4k level=3"
FIRST = "vmap va=0xffff800000010000 pages=0x400+2\n"


def text_of(ops, machine_line=""):
    return f"vmapdiff 2\n{machine_line}{ops}"


def reached(ops, machine_line=""):
    return reach.reach(scenario.parse(text_of(ops, machine_line)))


class Text(unittest.TestCase):
    """Scenarios are read as the tool prints them."""

    def test_ops(self):
        text = scenario.parse("vmapdiff 2\nmachine granule=16k va=48\npolicy v9\nvmap va=0x1000 pages=0x10+2,\n"
                              "        null,bad+3 prot=kernel\nfail alloc=1 trylock=2\nvunmap va=0x1000 size=0x8000\n"
                              "expect holds\n")
        self.assertEqual(text.granule, "16k")
        self.assertEqual([(op.number, op.kind) for op in text.ops], [(0, "vmap"), (1, "vunmap")])
        self.assertEqual(text.ops[0].runs, [(0x10, 2), ("null", 1), ("bad", 3)])
        self.assertEqual(text.ops[0].pages(14), 6)
        self.assertEqual((text.ops[1].fails, text.ops[1].pages(14)), ({"alloc": "1", "trylock": "2"}, 2))

    def test_runs(self):
        self.assertEqual(scenario.runs_of([1, 2, 3, 9, "null", "null", 10, 9, 10]), "0x1+3,0x9,null+2,0xa,0x9+2")


class Reach(unittest.TestCase):
    """What a caller can do is planned, and the rest is refused with the reason."""

    def test_what_is_refused(self):
        for ops, line, why in (
                ("preset va=0xffff800000000000 level=2 table\n" + FIRST, "", "no caller leaves such an entry"),
                ("preset va=0xffff800000010000 pfn=0x1\n" + FIRST, "", "op 1 maps where an op before it has an area"),
                (FIRST + "vunmap va=0xffff800000012000 size=0x1000\n", "", "is about a guard page"),
                ("linear pa=0x0 size=0x1000\n" + FIRST, "", "the linear map is the kernel's own"),
                ("fail alloc=1\n" + FIRST, "", "an allocation or a lock that fails"),
                (FIRST, "machine entries=16 group=4\n", "a scaled-down machine"),
                (FIRST, "machine realm=yes\n", "a Realm's guest"),
                (FIRST + FIRST, "", "op 1 maps where an op before it has an area"),
                (FIRST + "vmap va=0xffff800000012000 pages=0x1\n", "", "or its guard page"),
                (FIRST + "vunmap va=0xffff80000020f000 size=0x1000\n", "", "not in one area"),
                (FIRST + "vm_unmap_ram va=0xffff800000010000 pages=2\n", "", "what vm_map_ram() mapped"),
                ("vmalloc va=0xffff800000010000 pages=0x1 prot=kernel-ro\n", "", "not prot=kernel-ro"),
                ("vmalloc va=0xffff800000010000 pages=0x1,null\n", "", "takes its pages itself"),
                ("vmap va=0xffff800000010000 pages=0x1 prot=user\n", "", "prot=user is made by no caller"),
                ("ioremap va=0xffff800000010000 pa=0x1000 size=0x1000 prot=tagged\n", "", "have no prot=tagged"),
                ("ioremap va=0xffff800000010000 pa=0x4000000000000 size=0x1000\n", "machine va=52 pa=52\n", "of 48 bits"),
                ("set_memory va=0xffff000000000000 pages=1 op=invalid\n", "", "not in one area"),
                ("vmalloc va=0xffff800000010000 pages=0x1\nset_memory va=0xffff800000010000 pages=1 op=rox\n", "",
                 "set_memory_rox() is not among the calls"),
                ("vmap va=0xffff800000000000 pages=null+262145\n", "", "up to 262144 pages")):
            with self.subTest(ops=ops):
                variants, why_not = reached(ops, line)
                self.assertEqual(variants, [])
                self.assertIn(why, why_not[0])

    def test_too_much_memory(self):
        pages = ",".join(f"{i << 20:#x}+65536" for i in range(1, 20))
        self.assertIn("pages of memory in blocks", reached(f"vmap va=0xffff800000000000 pages={pages}\n")[1][0])

    def test_contiguity_and_alignment_are_kept(self):
        """Of arrays at random: two pages follow each other in blocks if and only if they did before."""
        rng = random.Random(22)
        for _ in range(200):
            runs = [(rng.randrange(1 << 20), rng.randrange(1, 700)) for _ in range(rng.randrange(1, 6))]
            if rng.randrange(2):
                runs.append((runs[0][0] + runs[0][1], rng.randrange(1, 40)))
            ops = "vmap va=0xffff800000000000 pages=" + ",".join(f"{first:#x}+{count}" for first, count in runs) + "\n"
            pages = reached(ops)[0][0].planned.expected[0].areas[0].pages
            before = [first + i for first, count in runs for i in range(count)]
            self.assertEqual(len(pages), len(before))
            for i, (_, block, page) in enumerate(pages):
                self.assertEqual(before[i] % 16, page % 16)
                if i:
                    follows = pages[i - 1][1:] == (block, page - 1)
                    self.assertEqual(before[i] == before[i - 1] + 1, follows, (runs, i))

    def test_pages_stay_in_their_blocks(self):
        planned = reached("vmap va=0xffff800000000000 pages=0x3ff+2,0x7ff+600\n")[0][0].planned
        sizes = [int(line.split()[2]) for line in planned.lines if line.startswith("block")]
        for line in planned.lines:
            if line.startswith("run"):
                _, block, first, count = line.split()
                self.assertLessEqual(int(first) + int(count), 1 << sizes[int(block)])

    def test_a_variant_that_begins_at_a_boundary(self):
        variants, why_not = reached("vmap va=0xffff800000013000 pages=0x400+512\n")
        self.assertEqual(why_not, [])
        self.assertEqual([one.residue for one in variants], [{0: 19}, {0: 0}])
        self.assertEqual([len(one.planned.expected[0].areas[0].pages) for one in variants], [512, 531])
        pages = variants[1].planned.expected[0].areas[0].pages
        self.assertNotEqual(pages[16][2], pages[15][2] + 1)  # blocks of 16, 2 and 1, none next to another
        self.assertEqual(len(reached("vmap va=0xffff800000000000 pages=0x400\n")[0]), 1)

    def test_physical_addresses_are_moved_to_memory(self):
        """As far past 1 GB as they were; what is too large stays, but not on the kernel's own memory."""
        for pa, size, there in ((0x8040201000, 0x3000, 0x100201000), (0x1000, 0x1000, 0x100001000),
                                (0x8000000000, 0x80000000, 0x100000000), (0x8000000000, 0x80001000, 0x8000000000)):
            variant = reached(f"ioremap va=0xffff800000000000 pa={pa:#x} size={size:#x} prot=device\n")[0][0]
            self.assertEqual(variant.planned.expected[0].areas[0].pages[0], ("pa", there >> 12))
            self.assertEqual(variant.ops[0].value("pa"), there)
        why = reached("ioremap va=0xffff800000000000 pa=0x0 size=0x80001000 prot=device\n")[1][0]
        self.assertIn("ioremap() of the kernel's own memory", why)

    def test_a_leaf_that_was_there_is_mapped_by_a_call(self):
        for fields, size in (("", 0x1000), (" level=2", 0x200000), (" level=1", 0x40000000)):
            variant, = reached(f"preset va=0xffff8000c0000000 pfn=0x80000{fields}\n")[0]
            self.assertIn(f"ioremap 0 0x100000000 {size:#x} kernel", variant.planned.lines)
        why, = reached("preset va=0xffff8000c0000000 pfn=0x80000 prot=tagged\n")[1]
        self.assertIn("no caller leaves such an entry", why)

    def test_set_memory_of_a_guard_page(self):
        """The kernel takes it for a part of the area; in the area alone are pages that change."""
        ops = "vmalloc va=0xffff800000010000 pages=0x400+2\nset_memory va=0xffff800000011000 pages=2 op=ro\n"
        planned = reached(ops)[0][0].planned
        self.assertIn("set_memory 0 1 2 ro", planned.lines)
        self.assertFalse(planned.expected[1].fails)

    def test_vmalloc_huge_of_less_than_a_block(self):
        """It is called, whatever the blocks are: set_memory of it is to be refused."""
        ops = "vmalloc va=0xffff800000010000 pages=0x400+4 flags=huge\nset_memory va=0xffff800000010000 pages=4 op=ro\n"
        planned = reached(ops)[0][0].planned
        self.assertIn("vmalloc 0 4 1 kernel", planned.lines)
        self.assertTrue(planned.expected[1].fails)
        self.assertEqual(planned.expected[1].areas[0].read_only, set())

    def test_a_part_is_unmapped(self):
        planned = reached(FIRST + "vunmap va=0xffff800000011000 size=0x2000\n")[0][0].planned  # and the guard page
        self.assertIn("vunmap 0 1 1", planned.lines)
        self.assertEqual(planned.expected[1].areas[0].pages[1], None)


class Slice(unittest.TestCase):
    """The record of events is put together to tables."""

    def test_tables_and_verdict(self):
        text = text_of("vmap va=0xffff8000001ff000 pages=0x10,0x20\nvunmap va=0xffff8000001ff000 size=0x1000\n")
        got = sliced.read(boot_standin.Record(text).text(OUTPUT_ADDRESS).splitlines())
        self.assertEqual((got.rule, got.op, got.text), ("translation.output_address", 0, text))
        self.assertEqual(got.tables[0].walk(0xffff8000001ff000), (3, boot_standin.PAGE | 0x10000))
        self.assertEqual(got.tables[0].walk(0xffff800000200000), (3, boot_standin.PAGE | 0x20000))
        self.assertEqual(got.tables[1].walk(0xffff8000001ff000), (3, 0))
        self.assertEqual(got.tables[1].walk(0xffff800000400000), (2, 0))
        self.assertEqual(got.tables[1].walk(0xffff000000000000), (0, 0))

    def test_a_word_that_differs(self):
        text = text_of("vmap va=0xffff800000100000 pages=0x10+3\n")
        tables = sliced.read(boot_standin.Record(text).text().splitlines()).tables[0]
        word = boot_standin.PAGE | 0x10000
        same = [(-1, 1, 3, 1, 0, 0), (0, 3, 3, 1, word, 4096), (3, 1, 3, 1, 0, 0)]
        self.assertEqual(sliced.compare(tables, 0xffff800000100000, 3, same), (3, []))
        for run in ((0, 3, 3, 1, word + 4096, 4096), (0, 3, 3, 1, word, 0), (-256, 1, 2, 512, word, 0),
                    (0, 1, 3, 1, 0, 0), (2, 1, 3, 1, word, 0)):
            self.assertTrue(sliced.compare(tables, 0xffff800000100000, 3, [run])[1], run)
        for run in ((-1, 1, 3, 1, word, 0), (3, 9, 3, 1, word, 0)):
            self.assertEqual(sliced.compare(tables, 0xffff800000100000, 3, [run]), (0, []))

    def test_nothing_at_another_level(self):
        tables = sliced.read(boot_standin.Record(text_of("vmap va=0xffff800000100000 pages=0x10\n")).text()
                             .splitlines()).tables[0]
        self.assertEqual(sliced.compare(tables, 0xffff800000500000, 3, [(0, 3, 3, 1, 0, 0)]), (3, []))


class Verdict(unittest.TestCase):
    """Which verdict comes of what was seen."""

    def verdict(self, rule, wrong=(), missed="", slice_rule=None, words=10, different=(), answers=None, error=0,
                ops=FIRST):
        result = verdict.Result(reached(ops)[0][0], list(wrong), missed, "",
                                sliced.Slice("", rule if slice_rule is None else slice_rule, errors={0: error}), words,
                                list(different), {0: []} if answers is None else answers)
        return verdict.verdict_of(result, rule)

    def check(self, *cases):
        for want, arguments in cases:
            with self.subTest(**arguments):
                got, reason = self.verdict(**arguments)
                self.assertEqual(got, want, reason)
                self.assertTrue(reason)

    def test_verdicts(self):
        other = judge.Wrong(0, judge.TRANSLATION, judge.OTHER_PAGE, "")
        warns = judge.Wrong(0, judge.WARNING, judge.WARNING, "")
        held = judge.Wrong(0, judge.MEMORY, judge.STALE, "")
        self.check(
            (verdict.CONFIRMED, {"rule": "translation.output_address", "wrong": [other]}),
            (verdict.CONFIRMED, {"rule": "contiguous.valid"}),
            (verdict.NOT_CONFIRMED, {"rule": "contiguous.valid", "different": [1]}),
            (verdict.NOT_REACHABLE, {"rule": "contiguous.valid", "slice_rule": ""}),
            (verdict.NOT_CONFIRMED, {"rule": "translation.output_address", "different": [1]}),
            (verdict.NOT_CONFIRMED, {"rule": "translation.output_address", "wrong": [warns], "different": [1]}),
            (verdict.NOT_REACHABLE, {"rule": "translation.output_address", "missed": "elsewhere", "words": 0}),
            (verdict.NOT_REACHABLE, {"rule": "contiguous.valid", "missed": "elsewhere", "slice_rule": ""}),
            (verdict.NOT_CONFIRMED, {"rule": "contiguous.valid", "missed": "elsewhere", "different": [1]}),
            (verdict.NOT_REACHABLE, {"rule": "history.stale"}), (verdict.NOT_REACHABLE, {"rule": "history.dsb"}),
            (verdict.CONFIRMED, {"rule": "history.stale", "wrong": [held]}),
            (verdict.NOT_REACHABLE, {"rule": "history.dsb", "wrong": [held]}),
            (verdict.CONFIRMED, {"rule": "errors.warning", "wrong": [warns], "answers": {0: ["it differs"]}}),
            (verdict.CONFIRMED, {"rule": "crash", "wrong": [judge.Wrong(0, judge.CRASH, judge.CRASH, "")]}))

    def test_what_the_slice_finds_right(self):
        """The slice judges what both do: what it does too is not wrong, such as a warning that is due."""
        warns = judge.Wrong(0, judge.WARNING, judge.WARNING, "")
        self.check(
            (verdict.NOT_CONFIRMED, {"rule": ""}), (verdict.NOT_CONFIRMED, {"rule": "", "wrong": [warns]}),
            (verdict.CONFIRMED, {"rule": "", "wrong": [warns], "answers": {0: ["it differs"]}}),
            (verdict.CONFIRMED, {"rule": "", "wrong": [warns], "answers": {}}),
            (verdict.CONFIRMED, {"rule": "", "wrong": [warns], "different": [1]}),
            (verdict.CONFIRMED, {"rule": "", "wrong": [warns], "words": 0}),
            (verdict.CONFIRMED, {"rule": "", "wrong": [judge.Wrong(0, judge.CRASH, judge.CRASH, "")]}),
            (verdict.CONFIRMED, {"rule": "", "wrong": [judge.Wrong(0, judge.MEMORY, judge.STALE, "")]}),
            (verdict.CONFIRMED, {"rule": "", "slice_rule": "contiguous.valid"}))

    def test_the_answer_of_a_call(self):
        """A warning that is missing, or an errno, in both. What vmap() returns tells no errno."""
        change = ("vmalloc va=0xffff800000010000 pages=0x400+2 flags=huge\n", "vmap va=0xffff800000010000 pages=0x400+2\n")
        self.check(
            (verdict.CONFIRMED, {"rule": "errors.warning"}),
            (verdict.NOT_CONFIRMED, {"rule": "errors.warning", "answers": {0: ["it differs"]}}),
            (verdict.NOT_CONFIRMED, {"rule": "errors.warning", "answers": {1: []}}),
            (verdict.NOT_REACHABLE, {"rule": "errors.warning", "slice_rule": ""}),
            *((verdict.CONFIRMED, {"rule": "errors.code", "ops": ops}) for ops in change),
            *((verdict.NOT_CONFIRMED, {"rule": "errors.code", "ops": ops, "error": -22}) for ops in change),
            (verdict.NOT_REACHABLE, {"rule": "errors.undone"}))

    def test_a_crash_of_both(self):
        result = verdict.Result(reached(FIRST)[0][0], [], "", "", sliced.Slice("", crash="ERROR: x"))
        self.assertEqual(verdict.verdict_of(result, "crash")[0], verdict.NOT_CONFIRMED)

    def test_every_property_has_an_answer(self):
        """A rule's property is shown by what is wrong, by words, or has the reason why it is not shown."""
        text = (TOP / "oracle/rules.h").read_text()
        properties = set(re.findall(r'"(\w+)", "\w+",', text))
        self.assertGreater(len(properties), 8)
        shown = {name.split(".")[0] for name in verdict.SHOWN} | set(verdict.BY_WORDS) | set(verdict.NOT_SHOWN)
        self.assertLessEqual(properties, shown)


class Judge(unittest.TestCase):
    """What is seen of a call that a booted kernel made."""

    def judge(self, expected, *lines):
        return [one.what for one in judge.judge(expected, [line.split() for line in lines])]

    def test_a_translation_that_a_tlb_has_still(self):
        one = plan.Scenario("4k", 0)
        area = one.vmap(0, [(one.block(1), 0, 2)])
        one.vunmap(1, area, 0, 2)
        begin = ("block 0 0x100 2", "op 0", "area 0 0xffff800000010000 2", "op 1", "read 0 0 2 faults")
        self.assertEqual(self.judge(one.expected, *begin), [])
        self.assertEqual(self.judge(one.expected, *begin, "held 0 1 1 0x101"), [judge.STALE])

    def test_the_errno_of_set_memory(self):
        for huge, error, want in ((False, 0, []), (False, -22, [judge.ERRNO]), (True, 0, [judge.ERRNO]), (True, -22, [])):
            one = plan.Scenario("4k", 0)
            area = one.vmalloc(0, 2, huge)
            one.set_memory(1, area, 0, 2, "nx")
            self.assertEqual(self.judge(one.expected, "op 0", "area 0 0xffff800000010000 2", "op 1",
                                        f"error 0 {error}"), want, (huge, error))


@unittest.skipUnless(machine.c_compiler(), "no C compiler")
class Confirm(unittest.TestCase):
    """From a finding to a verdict."""

    @classmethod
    def setUpClass(cls):
        cls.work = Path(tempfile.mkdtemp(prefix="vmapdiff-"))
        cls.addClassCleanup(shutil.rmtree, cls.work)
        cls.program = boot_standin.build(cls.work)

    def confirm(self, ops, signature="", bug="", breaks_there=True, **environment):
        """(exit code, what is printed)"""
        kernel = boot_standin.Kernel(self.program, self.work, bug, **environment)
        file = self.work / "finding.scenario"
        file.write_text(text_of(ops))

        def play(_, path, __):
            of_finding = path == file
            text = Path(path).read_text()
            said = signature if of_finding or breaks_there else ""
            record = text if of_finding and signature else boot_standin.Record(text).text(said)
            if of_finding:
                found = sliced.Slice(text)
                found.signature, found.rule = signature, signature[len("FAIL "):].split(" ")[0]
                return found
            return sliced.read(record.splitlines())
        said = io.StringIO()
        with unittest.mock.patch.object(boot, "play", kernel.play), \
                unittest.mock.patch.object(sliced, "play", play), \
                unittest.mock.patch.object(shadow, "top_of", lambda _: self.work), \
                unittest.mock.patch.object(shadow, "folder_of", lambda _: self.work), \
                unittest.mock.patch.object(compiled.install, "ensure"), \
                unittest.mock.patch.object(compiled.sliced_kernel, "build_tree",
                                           lambda *_: types.SimpleNamespace(tool="", again="./rig kernel TREE")), \
                unittest.mock.patch.object(compiled, "build", lambda *_: kernel), \
                contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            code = confirm.run(argparse.Namespace(tree="", FILE=file, fresh=False, may_install=False))
        return code, said.getvalue()

    def next_line(self):
        return (f"next: ./rig kernel TREE minimize --reachable {self.work}/finding.scenario "
                "-o finding.reachable.scenario\n")

    def test_pages_past_the_block(self):
        code, said = self.confirm(D1, OUTPUT_ADDRESS, "past-block")
        self.assertEqual(code, 1, said)
        self.assertIn("played     as it is\n", said)
        for seen_by in ("kernel ", "memory "):
            self.assertRegex(said, rf"{seen_by} +op 0: 240 of 1024 pages wrong, the first at index 512: ")
        self.assertIn("\nCONFIRMED on a booted kernel (", said)

    def test_areas_that_the_kernel_aligns(self):
        """Then the scenario as it is lies elsewhere, and the one with a block before it is reached."""
        code, said = self.confirm(D1, OUTPUT_ADDRESS, "past-block", ALIGNED="1")
        self.assertEqual(code, 1, said)
        self.assertIn("played     with blocks before it, up to a boundary\n", said)
        self.assertIn("op 0: 240 of 1040 pages wrong, the first at index 528: ", said)

    def test_the_fixed_kernel(self):
        code, said = self.confirm(D1)
        self.assertEqual(code, 0, said)
        self.assertRegex(said, r"words      \d+ compared, 0 of them different\n")
        self.assertIn("\nNOT CONFIRMED on a booted kernel (", said)
        code, said = self.confirm(D1, OUTPUT_ADDRESS)  # the slice breaks the rule and the kernel does not
        self.assertEqual(code, 1 if "have the same words" in said else 0, said)

    def test_what_the_kernel_does_not_do(self):
        code, said = self.confirm(D1, OUTPUT_ADDRESS, "warns")
        self.assertIn("warning    op 0: WARNING: ", said)

    def test_a_crash(self):
        code, said = self.confirm(D1, "FAIL crash.asan mapper=kernel", "panics")
        self.assertEqual(code, 1, said)
        self.assertIn("crash      op 0: Kernel panic - not syncing: of a bug\n", said)

    def test_a_tlb_entry_that_stays(self):
        ops = FIRST + "vunmap va=0xffff800000010000 size=0x2000\n"
        signature = "FAIL history.stale mapper=kernel op=1:vunmap"
        code, said = self.confirm(ops, signature, "stale")
        self.assertEqual(code, 1, said)
        self.assertRegex(said, r"memory +op 1: 1 of 2 pages wrong, the first at index 1: the tables have nothing there")
        code, said = self.confirm(ops, signature)
        self.assertEqual(code, 2, said)
        self.assertIn("history.stale cannot be seen", said)

    def test_it_is_not_reachable(self):
        code, said = self.confirm("fail alloc=1\n" + D1, OUTPUT_ADDRESS)
        self.assertEqual(code, 2)
        self.assertIn("NOT REACHABLE: op 0 needs an allocation or a lock that fails", said)
        self.assertIn(self.next_line(), said)
        code, said = self.confirm(D1, "FAIL history.stale mapper=kernel op=0:vmap")
        self.assertEqual(code, 2)
        self.assertIn("NOT REACHABLE on a booted kernel", said)
        self.assertIn("QEMU shows no barrier or TLBI", said)
        self.assertNotIn("next: ", said)
        code, said = self.confirm(D1, OUTPUT_ADDRESS, breaks_there=False)
        self.assertEqual(code, 2)
        self.assertIn("the slice does not break translation.output_address either", said)
        self.assertIn(self.next_line(), said)
        code, said = self.confirm("fail alloc=1\n" + D1)  # nothing is broken, so there is nothing to minimize
        self.assertEqual((code, "next: " in said), (2, False))

    def test_all_scenarios_of_the_project(self):
        """Each is planned, and played rightly by a kernel without bugs; or it is refused with a reason."""
        planned, refused = [], 0
        for path in sorted([*(TOP / "regress/cases").glob("*.scenario"), *(TOP / "corpus").rglob("*.scenario")]):
            text = scenario.parse(path.read_text())
            if text.granule != "4k":
                continue
            variants, why_not = reach.reach(text)
            planned += [one.planned for one in variants]
            refused += not variants
            self.assertTrue(variants or why_not[0], path)
        self.assertGreater(len(planned), 40)
        self.assertGreater(refused, 40)
        for at in range(0, len(planned), 8):  # the stand-in has little memory, and frees none
            some = planned[at:at + 8]
            got = boot_standin.say(self.program, plan.text_of(some), self.work)
            self.assertEqual(got.broken, "")
            self.assertEqual(boot.judge_all(some, got), {})

    def test_what_is_reached_has_the_kernels_addresses(self):
        code, said = self.confirm("vmap va=0xffff800000200000 pages=0x3f0+16,0x401,0x500\n"
                                  "vunmap va=0xffff800000201000 size=0x2000\n")
        self.assertEqual(code, 0, said)
        self.assertRegex(said, r"vmap va=0xffff8000[0-9a-f]{8} pages=0x[0-9a-f]+f0\+16,0x[0-9a-f]+01,0x[0-9a-f]+00\n"
                               r" +vunmap va=0xffff8000[0-9a-f]{4}1000 size=0x2000\n")


if __name__ == "__main__":
    unittest.main()
