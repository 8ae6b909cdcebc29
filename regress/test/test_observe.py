#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""observe and generate: that answers are as their schema says, complete, the same each time, and in order.

Usage: test_observe.py VMAPDIFF TOP     exit: 0 good, 1 not
"""
import collections
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
# pylint: disable=wrong-import-position
from small_schema import violations

VMAPDIFF, TOP = (Path(path).resolve() for path in sys.argv[1:3])
CASES = TOP / "regress/cases"
SCHEMA = json.loads((TOP / "regress/test/observation.schema.json").read_text())
STORES = {"stores/setting", "stores/changing", "stores/clearing", "stores/of the same word"}


def run(*words, said="", **environment):
    done = subprocess.run([VMAPDIFF, *map(str, words)], input=said, capture_output=True, text=True,
                          check=False, env={**os.environ, **environment})
    return done.returncode, done.stdout, done.stderr


def observe(*paths, **environment):
    """The answers, each as the schema says."""
    code, said, errors = run("observe", said="".join(f"{path}\n" for path in paths), **environment)
    assert code == 0, errors
    answers = [json.loads(line) for line in said.splitlines()]
    for answer in answers:
        found = list(violations(answer, SCHEMA))
        assert not found, f"{found[:3]}\n{json.dumps(answer)[:400]}"
    return answers


def record(path):
    """What show --events has of the mapper that is observed."""
    _, said, _ = run("show", path, "--events", "-", "--mapper", "batched")
    return [json.loads(line) for line in said.splitlines()]


def tlbis_by_address(line, shift):
    """Instructions of a TLBI that is not by range: the record has those that follow each other as one."""
    return 1 if line["all"] else max(int(line["bytes"], 16) >> shift, 1)


def counts_of(lines, shift):
    """What the record of events counts up to, as an observer would count it."""
    counts = collections.Counter()
    for line in lines:
        if line["record"] != "event":
            continue
        if line["event"] == "store":
            counts["stores"] += len(line["new"])
        elif line["event"] == "barrier":
            counts[f"barriers/{line['barrier']}"] += 1
        elif line["event"] == "tlbi":
            counts["tlbi"] += line.get("range_instructions") or tlbis_by_address(line, shift)
        elif line["event"] == "alloc_table":
            counts["tables/refused" if line["failed"] else "tables/taken"] += 1
        elif line["event"] == "alloc_memory":
            counts["tables/memory refused"] += line["failed"]
        elif line["event"] == "free_table":
            counts["tables/freed"] += 1
    return counts


def shift_of(answer):
    return {"4k": 12, "16k": 14, "64k": 16}[answer["machine"].split()[0]]


def counts_told(answer):
    counts = collections.Counter()
    for step in answer["steps"]:
        for name, number in step.get("counts", {}).items():
            if name in STORES or name.startswith("tlbi/"):
                counts[name.split("/")[0]] += number
            elif name.startswith(("barriers/", "tables/")):
                counts[name] += number
    return counts


class Observe(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="vmapdiff-observe-"))
        self.addCleanup(subprocess.run, ["rm", "-rf", self.folder], check=True)

    def scenario(self, text, name="a.scenario"):
        path = self.folder / name
        path.write_text("vmapdiff 2\n" + text)
        return path

    def test_each_case_counts_up_to_its_record_of_events(self):
        cases = [case for case in sorted(CASES.glob("*.scenario")) if not case.name.startswith("large-")][::3]
        answers = observe(*cases)
        self.assertEqual([answer["file"] for answer in answers], [str(case) for case in cases])
        seen = set()
        for case, answer in zip(cases, answers):
            with self.subTest(case.name):
                self.assertEqual(counts_told(answer), counts_of(record(case), shift_of(answer)))
                seen.update(name for step in answer["steps"] for name in step.get("counts", {}))
        self.assertLessEqual(STORES - {"stores/of the same word"}, seen)

    def test_the_same_each_time_and_whatever_came_before(self):
        cases = sorted(CASES.glob("d1-*.scenario"))
        self.assertEqual(observe(*cases), list(reversed(observe(*reversed(cases)))))

    def test_a_verdict_is_told_with_its_details(self):
        answer, = observe(CASES / "quirk-narrow-flush.scenario")
        self.assertRegex(answer["signature"], r"^FAIL history\.stale mapper=batched op=1:vunmap ")
        self.assertEqual(answer["op"], 1)
        self.assertTrue(answer["expected"] and answer["found"])

    def test_leaves_are_those_of_the_call(self):
        answer, = observe(self.scenario("vmap va=0xffff800080000000 pages=0x10000+16,0x77\n"))
        self.assertEqual(answer["steps"][0]["leaves"], [[3, True, 16], [3, False, 1]])
        self.assertEqual(answer["signature"], "")

    def pages(self, text):
        """What is said of the pages of each call of a scenario."""
        return [tuple(step["pages"][name] for name in ("total", "groups", "blocks", "walks"))
                for step in observe(self.scenario(text))[0]["steps"] if step["kind"] == "call"]

    def test_pages_are_counted_by_what_maps_them(self):
        group, block = "0x10000+16", "0x20000+512"
        self.assertEqual(self.pages(f"vmap va=0xffff800080000000 pages={group},0x77\n"), [(17, 16, 0, 2)])
        self.assertEqual(self.pages(f"vmap va=0xffff800080000000 pages={block},{group}\n"), [(528, 16, 512, 2)])
        self.assertEqual(self.pages("vmap va=0xffff800080000000 pages=0x10001+16\n"), [(16, 0, 0, 16)])
        self.assertEqual(self.pages(f"vmap va=0xffff800080000000 pages={group},{group}\n"
                                    "vunmap va=0xffff800080000000 size=0x10000\n"), [(32, 32, 0, 2), (0, 0, 0, 0)])

    def test_groups_of_each_granule_are_one_walk(self):
        for granule, pages in (("16k", 128), ("64k", 32)):
            self.assertEqual(self.pages(f"machine granule={granule}\n"
                                        f"vmap va=0xffff800080000000 pages=0x10000+{2 * pages},0x77\n"),
                             [(2 * pages + 1, 2 * pages, 0, 3)])

    def test_a_group_of_blocks_is_in_blocks_and_one_walk(self):
        area = "set_memory va=0xffff000000000000 pages={} op={}\n"
        text = ("machine bbm=2\nlinear pa=0x0 size=0x4000000 leaf=largest\n" + area.format(16384, "invalid")
                + area.format(8192, "valid") + area.format(16384, "valid"))
        self.assertEqual(self.pages(text), [(0, 0, 0, 0), (8192, 0, 8192, 1), (16384, 0, 16384, 2)])

    def test_pages_are_counted_whatever_the_number_of_runs(self):
        pages = ",".join(f"{0x10000 * i:#x}+16,{0x10000 * i + 0x77:#x}+16" for i in range(1, 33))
        text = f"policy v9 stop-at-order0=no\nvmap va=0xffff800080000000 pages={pages}\n"
        self.assertEqual(self.pages(text), [(1024, 512, 0, 32 + 512)])
        self.assertEqual(len(observe(self.scenario(text))[0]["steps"][0]["leaves"]), 32)

    def test_tlbis_by_address_are_counted_one_by_one(self):
        answer, = observe(self.scenario("vmap va=0xffff800080000000 pages=0x10000+3\n"
                                        "vunmap va=0xffff800080000000 size=0x3000\n"))
        counts = answer["steps"][1]["counts"]
        self.assertEqual(sum(number for name, number in counts.items() if name.startswith("tlbi/by address")), 3)

    def test_digests_tell_other_pages_and_another_order(self):
        one, other = observe(self.scenario("vmap va=0xffff800080000000 pages=0x10000\n"),
                             self.scenario("vmap va=0xffff800080000000 pages=0x10001\n", "b.scenario"))
        for name in ("counts", "leaves"):
            self.assertEqual(one["steps"][0][name], other["steps"][0][name])
        for name in ("tables", "order"):
            self.assertNotEqual(one["steps"][0][name], other["steps"][0][name])

    def test_files_may_be_arguments(self):
        for name in ("b.scenario", "a.scenario"):
            self.scenario("vmap va=0xffff800080000000 pages=0x1\n", name)
        code, said, errors = run("observe", self.folder)
        self.assertEqual(code, 0, errors)
        self.assertEqual(sorted(map(str, self.folder.iterdir())),
                         [json.loads(line)["file"] for line in said.splitlines()])

    def test_what_is_not_a_scenario_is_answered_too(self):
        good = self.scenario("vmap va=0xffff800080000000 pages=0x1\n")
        bad = self.scenario("vnap va=0\n", "bad.scenario")
        answers = observe(bad, good, self.folder / "none", "x" * 9000, good)
        self.assertEqual([answer.get("unusable", False) for answer in answers], [True, False, True, True, False])

    def test_an_answer_comes_before_the_next_question(self):
        good = self.scenario("vmap va=0xffff800080000000 pages=0x1\n")
        with subprocess.Popen([VMAPDIFF, "observe"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True) as process:
            for _ in range(3):
                process.stdin.write(f"{good}\n")
                process.stdin.flush()
                self.assertEqual(json.loads(process.stdout.readline())["file"], str(good))

    def test_what_cannot_be_set_up_is_told_and_the_rest_is_played(self):
        answer, = observe(self.scenario("vmap va=0xffff800080000000 pages=0x1\n"
                                        "preset va=0xffff800080000000 pfn=0x7 level=3\n"
                                        "vunmap va=0xffff800080000000 size=0x1000\n"))
        self.assertEqual(answer["not_set_up"], 1)
        self.assertEqual([step["op"] for step in answer["steps"]], [0, 1, 2])

    def test_arguments(self):
        for words, why in ((("observe", self.folder / "none"), "cannot open"), (("generate",), "-o DIR is missing"),
                           (("generate", "-o", self.folder / "no/where"), "cannot make the directory"),
                           (("generate", "-o", self.folder, "--executions", "2000000"), "at most 1000000")):
            code, _, errors = run(*words)
            self.assertEqual(code, 2, errors)
            self.assertIn(why, errors)

    def test_generated_files_are_the_same_each_time_and_can_be_played(self):
        for name in ("a", "b"):
            code, _, errors = run("generate", "--executions", "64", "--seed", "5", "-o", self.folder / name)
            self.assertEqual(code, 0, errors)
        paths = sorted((self.folder / "a").iterdir())
        self.assertEqual(len(paths), 64)
        for path in paths:
            self.assertEqual(path.read_bytes(), (self.folder / "b" / path.name).read_bytes())
        self.assertFalse(any(answer["signature"] for answer in observe(*paths)))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
