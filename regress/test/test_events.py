#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""show --events: that it is as its schema says, and that all that was stored is in it.

Usage: test_events.py VMAPDIFF TOP     exit: 0 good, 1 not
"""
import copy
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
# pylint: disable=wrong-import-position
import event_lines
from small_schema import violations

VMAPDIFF, TOP = (Path(path).resolve() for path in sys.argv[1:3])
CASES = TOP / "regress/cases"
D1 = CASES / "d1-two-order-7-blocks.scenario"


def show(*arguments):
    done = subprocess.run([VMAPDIFF, "show", *map(str, arguments)], capture_output=True, text=True,
                          check=False)
    return done.returncode, done.stdout, done.stderr


def record(scenario, *arguments):
    code, said, errors = show(scenario, "--events", "-", *arguments)
    assert code in (0, 1), errors
    return event_lines.read(said)


class Events(unittest.TestCase):
    def case(self, text):
        with tempfile.NamedTemporaryFile("w", suffix=".scenario") as file:
            file.write("vmapdiff 2\n" + text)
            file.flush()
            return record(file.name)

    def test_each_case_is_as_the_schema_says_and_leaves_out_no_store(self):
        cases = [case for case in sorted(CASES.glob("*.scenario"))
                 if not case.name.startswith("large-")]  # hundreds of megabytes
        self.assertGreater(len(cases), 80)
        seen = set()
        for scenario in cases:
            with self.subTest(scenario.name):
                lines = record(scenario)
                event_lines.Tables(lines)
                seen.update(line["event"] for line in event_lines.events(lines))
                self.assertEqual([line["record"] for line in lines[:3]], ["tool", "mapper", "machine"])
                self.assertEqual(lines[-1]["record"], "verdict")
        self.assertEqual(seen, {"store", "barrier", "tlbi", "alloc_table", "free_table", "flush_cache",
                                "lock", "unlock", "warn", "bug", "unmap_aliases", "free_pages",
                                "free_memory", "alloc_memory", "take_lock", "release_lock",
                                "read_entry"})

    def test_an_outsider_can_translate_by_the_record(self):
        lines = record(D1)
        begin, = [line for line in lines if line["record"] == "begin"]
        tables, va = event_lines.Tables(lines), int(begin["va"], 16)
        pages = [int(run["pfn"], 16) + i for run in begin["pages"] for i in range(run["count"])]
        self.assertEqual(len(pages), 256)
        self.assertEqual([tables.pfn_of(va + 4096 * i) for i in range(-1, 257)],
                         [None, *pages, None])

    def test_a_call_its_arguments_and_its_outcome(self):
        lines = self.case("preset va=0xffff800080000000 pfn=0x40\n"
                          "fail alloc=1\n"
                          "vmalloc va=0xffff800090000000 pages=0x200+2,null shift=21 prot=device "
                          "flags=huge\n")
        setup, call, cleanup = [line for line in lines if line["record"] == "begin"]
        self.assertEqual((setup["kind"], setup["op"], setup["pfn"]), ("setup", 0, "0x40"))
        self.assertEqual(call, {
            "record": "begin", "step": 1, "op": 1, "kind": "call", "call": "vmalloc",
            "function": "vmalloc(), vmalloc_huge()", "va": "0xffff800090000000", "bytes": "0x3000",
            "pages": [{"pfn": "0x200", "count": 2}, {"bad": "null", "count": 1}], "shift": 21,
            "prot": "device", "flags": "huge", "fail_alloc": 1})
        self.assertEqual((cleanup["kind"], cleanup["call"]), ("cleanup", "vunmap"))
        ends = [line for line in lines if line["record"] == "end"]
        self.assertEqual([line.get("error") for line in ends], [None, -12, 0])
        allocs = [line["failed"] for line in event_lines.events(lines, "alloc_table")
                  if line["step"] == 1]
        self.assertEqual(allocs, [True])
        self.assertTrue(event_lines.events(lines, "store"))

    def test_calls_that_meet_are_told_in_the_order_of_time(self):
        lines = self.case("vmap va=0xffff800080000000 pages=0x10000+4\n"
                          "during event=3 by=cpu\n"
                          "vmap va=0xffff800080010000 pages=0x20000+4\n")
        outer, inner = [line for line in lines if line["record"] == "begin"]
        self.assertNotIn("during", outer)
        self.assertEqual(inner["during"], {"op": 0, "event": 3, "by": "cpu"})
        self.assertEqual([line["step"] for line in lines if line["record"] == "end"], [1, 0])
        turns = [(line["step"], line["event"]) for line in event_lines.events(lines)]
        self.assertEqual(turns[:7], [(0, "alloc_table"), (0, "barrier"), (0, "take_lock"), (1, "alloc_table"),
                                     (1, "barrier"), (0, "store"), (0, "release_lock")])
        self.assertEqual((turns[7], turns[8]), ((1, "take_lock"), (1, "release_lock")))
        self.assertEqual(turns[-1][0], 0)

    def test_a_reader_is_a_step_of_its_own(self):
        lines = self.case("vmap va=0xffff800080000000 pages=0x10000+4\n"
                          "read event=2 of=call by=dump\n"
                          "vunmap va=0xffff800080000000 size=0x1000\n")
        _, call, reader = [line for line in lines if line["record"] == "begin"]
        self.assertNotIn("during", call)
        self.assertEqual(reader, {"record": "begin", "step": 2, "op": 1, "kind": "read", "reader": "dump",
                                  "during": {"op": 1, "event": 2, "by": "cpu"}})
        self.assertEqual([line["step"] for line in lines if line["record"] == "end"], [0, 2, 1])
        turns = [(line["step"], line["event"]) for line in event_lines.events(lines) if line["step"]]
        inner = [event for step, event in turns if step == 2]
        self.assertEqual(turns[2:2 + len(inner)], [(2, event) for event in inner])
        self.assertEqual({step for step, _ in turns[:2] + turns[2 + len(inner):]}, {1})
        self.assertEqual((inner[0], set(inner[1:-1]), inner[-1]), ("lock", {"read_entry"}, "unlock"))
        lock, = event_lines.events(lines, "lock")
        self.assertTrue(lock["acquired"] and lock["for_writing"])

    def test_a_call_while_a_reader_reads(self):
        lines = self.case("vmap va=0xffff800080000000 pages=0x10000+4\n"
                          "read event=3 of=reader by=lookup\n"
                          "vmap va=0xffff800080010000 pages=0x10000+4\n")
        _, reader, call = [line for line in lines if line["record"] == "begin"]
        self.assertEqual((reader["kind"], reader["reader"]), ("read", "lookup"))
        self.assertNotIn("during", reader)
        self.assertEqual(call["during"], {"op": 1, "event": 3, "by": "cpu", "of": "reader"})
        ends = [line for line in lines if line["record"] == "end"]
        self.assertEqual([(line["step"], line.get("error")) for line in ends], [(0, 0), (2, 0), (1, None)])
        turns = [(line["step"], line["event"]) for line in event_lines.events(lines) if line["step"]]
        self.assertEqual(turns[:4], 3 * [(1, "read_entry")] + [(2, "store")])
        self.assertEqual(turns[-1], (1, "read_entry"))
        read = event_lines.events(lines, "read_entry")[0]
        self.assertEqual((read["table"], read["index"]), (0, 256))

    def test_models_have_no_lines(self):
        self.assertFalse(any("place" in line for line in record(D1)))

    def test_the_mapper_that_is_asked_for(self):
        self.assertEqual(record(D1, "--mapper", "prior")[1]["name"], "prior")

    def test_a_file_and_the_words_beside_it(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "events"
            code, said, _ = show(D1, "--events", path)
            self.assertEqual(code, 0)
            self.assertIn(f"wrote {path}, the events as JSON lines", said)
            self.assertEqual(event_lines.read(path.read_text()), record(D1))

    def test_what_cannot_be_written(self):
        for path in ("/nowhere/events", "/dev/full", str(TOP)):
            code, _, errors = show(D1, "--events", path)
            self.assertEqual(code, 2, path)
            self.assertIn(f"{path}: cannot write: ", errors)

    def test_the_schema_refuses(self):
        good = next(line for line in record(D1) if line.get("event") == "store")
        self.assertEqual(list(violations(good, event_lines.SCHEMA)), [])
        for change in ({"pa": 5}, {"pa": "0x0005"}, {"index": -1}, {"index": True}, {"old": []},
                       {"event": "stored"}, {"step": "0"}, {"extra": 1},
                       {"place": {"file": "/abs", "line": 1, "function": "f", "number": 1}}):
            bad = {**copy.deepcopy(good), **change}
            self.assertNotEqual(list(violations(bad, event_lines.SCHEMA)), [], change)
        for name in good:
            bad = {key: value for key, value in good.items() if key != name}
            self.assertNotEqual(list(violations(bad, event_lines.SCHEMA)), [], name)

    def test_an_event_that_resembles_a_good_one_is_checked(self):
        good = ('{"record":"event","step":0,"event":"store","table":1,"pa":"0xfee00000","index":256,'
                '"old":["0x0"],"new":["0x1000"]}')
        event_lines.read(good)
        event_lines.read(good.replace("256", "7"))
        for member, bad in (("256", "-1"), ("256", "true"), ("256", '"7"'), ("256", "1.5"), ("0xfee00000", "0x0ff"),
                            ("0xfee00000", "fff"), ("0xfee00000", "0x" + 17 * "1"), ('"store"', '"stored"'),
                            ('["0x0"]', "[]"), ('"0x1000"', "4096")):
            with self.assertRaises(AssertionError, msg=bad):
                event_lines.read(good.replace(member, bad))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
