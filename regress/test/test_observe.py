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


def counts_of(lines):
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
            counts["tlbi"] += line.get("range_instructions", 1)
        elif line["event"] == "alloc_table":
            counts["tables/refused" if line["failed"] else "tables/taken"] += 1
        elif line["event"] == "free_table":
            counts["tables/freed"] += 1
    return counts


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
                self.assertEqual(counts_told(answer), counts_of(record(case)))
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
