#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""./rig kernel review and a tree that is not to be trusted, without a build: what its tool answers and leaves
in files, what is taken from the run in bubblewrap, and what earlier reviews have left.

Usage: test_review_trust.py
"""
import argparse
import json
import os
import subprocess
import sys
import unittest
import unittest.mock
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import test_review_parts as parts  # noqa: E402
from driver import kept, shut_in  # noqa: E402
from driver.reviewing import budget, credible, fuzz_both, inside, observer, review, scenarios, trees  # noqa: E402
from driver.terminal import Unusable  # noqa: E402

# --- answers that cannot be ------------------------------------------------------------------------------------


def played_answer(**more):
    return parts.answer(parts.step(counts={"barriers/isb": 1}, warning="a\ttab"), **{"file": "/a b.scenario", **more})


class Credible(parts.WithFolder):
    PATH = Path("/a b.scenario")

    def refused(self, found, path=PATH):
        line = found if isinstance(found, bytes) else json.dumps(found).encode()
        with self.assertRaises(credible.NotTrusted) as caught:
            credible.answer(line, path, "PATCHED")
        self.assertIn("NOT TO BE TRUSTED: PATCHED", str(caught.exception))
        return str(caught.exception)

    def test_what_can_be_an_answer_is_one(self):
        for good in (played_answer(), {"version": 1, "file": "/a b.scenario", "played": False, "unusable": True},
                     {"version": 1, "file": "/a b.scenario", "played": True, "ended": True, "steps": [],
                      "signature": "FAIL a.b"}):
            credible.answer(json.dumps(good).encode(), self.PATH, "PATCHED")
        found = credible.answer(json.dumps(played_answer()).encode(), self.PATH, "PATCHED")
        self.assertEqual(found["steps"][0]["warning"], "a tab")

    def test_what_cannot(self):
        for found, why in ((b"{", "not JSON"), (b"[" * 100000, "not JSON"), (b"\xff\n", "not JSON"),
                           ([], "not an answer"), ({**played_answer(), "version": 2}, "not an answer"),
                           (played_answer(played=1), "not an answer"),
                           (played_answer(file="/other"), "the next one is about /a b.scenario"),
                           (played_answer(machine="4k\n# Details"), "its machine is not a line"),
                           (played_answer(machine="8k va=1 pa=1"), "its machine is not one"),
                           (played_answer(signature=7), "its signature"),
                           (played_answer(signature="\x1b[2J"), "its signature"),
                           (played_answer(op="0"), "its op"), (played_answer(steps={}), "no steps"),
                           ({"version": 1, "file": "/a b.scenario", "played": True, "steps": []},
                            "no machine or no verdict")):
            with self.subTest(why=why):
                self.assertIn(why, self.refused(found))

    def test_what_cannot_be_a_step(self):
        for more, why in (({"kind": "frob"}, "not one"), ({"op": None}, "not one"), ({"op": True}, "not one"),
                          ({"counts": [1]}, "counts are not"), ({"counts": {"barriers/isb": "1"}}, "counts are not"),
                          ({"counts": {"barriers/isb": -1}}, "counts are not"),
                          ({"counts": {"frobs/x": 1}}, "which nothing does"),
                          ({"leaves": [[3, 1, 16]]}, "its leaves"), ({"leaves": [[9, True, 16]]}, "its leaves"),
                          ({"leaves": 3}, "its leaves"), ({"modified": ["3"]}, "its modified"),
                          ({"pages": []}, "its pages"), ({"pages": {"total": "1"}}, "its pages"),
                          ({"warning": 3}, "its warning"), ({"skipped": "a\nb"}, "its skipped")):
            with self.subTest(more=more):
                self.assertIn(why, self.refused(played_answer(steps=[parts.step(**more)])))

    def test_files_that_a_tool_was_to_write(self):
        good, link, large = (self.work / name for name in ("good", "link", "large"))
        good.write_text("vmapdiff 2\n")
        link.symlink_to(good)
        with open(large, "wb") as file:
            file.truncate(credible.LARGEST_SCENARIO + 1)
        self.assertEqual(credible.scenarios([good], "BASE"), [good])
        for path in (link, large, self.work / "missing", self.work):
            with self.assertRaises(credible.NotTrusted):
                credible.scenarios([path], "BASE")

    def test_fewer_generated_than_asked(self):
        def generate(_, folder, executions):
            folder.mkdir()
            for number in range(executions - (folder.name == "patched")):
                (folder / f"{number:06d}.scenario").write_text(f"vmapdiff 2\n# {number}\n")
        with unittest.mock.patch.object(scenarios, "generate", generate), \
                self.assertRaises(credible.NotTrusted) as caught:
            scenarios.generated(["a", "b"], self.work / "generated", 3)
        self.assertIn("PATCHED: did not write", str(caught.exception))


class Observers(parts.WithFolder):
    """Programs in the place of a tree's tool."""

    def tool(self, text):
        path = self.work / "tool"
        path.write_text(f"#!{sys.executable}\nimport json, sys, os\ndef say(path):\n"
                        "    answer = {'version': 1, 'file': path, 'played': False, 'unusable': True}\n"
                        f"    print(json.dumps(answer), flush=True)\n{text}")
        path.chmod(0o755)
        return observer.Observer(path, "PATCHED", self.work / "log")

    def test_answers_in_order(self):
        with self.tool("for line in sys.stdin:\n    say(line.strip())\n") as one:
            self.assertEqual([path for path, _ in observer.play_all([one], ["/a", "/b"])], ["/a", "/b"])

    def refused(self, program, *paths):
        with self.assertRaises(Unusable) as caught, self.tool(program) as one:
            list(observer.play_all([one], paths))
        return str(caught.exception)

    def test_answers_out_of_order_and_of_another_number(self):
        self.assertIn("NOT TO BE TRUSTED", self.refused("a, b = input(), input()\nsay(b)\nsay(a)\n", "/a", "/b"))
        one_more = "for line in sys.stdin:\n    say(line.strip())\nsay('/c')\n"
        self.assertIn("more answers than scenarios", self.refused(one_more, "/a"))
        self.assertIn("the process that plays PATCHED ended", self.refused("say(input())\n", "/a", "/b"))
        self.assertIn("the process that plays PATCHED ended", self.refused("input()\nprint('{', end='')\n", "/a"))
        self.assertIn("not JSON", self.refused("input()\nprint('nothing new')\n", "/a"))


class TakenOver(parts.WithFolder):
    """What the process outside makes of what the one in bubblewrap has left."""

    def setUp(self):
        super().setUp()
        self.digests = {}
        for name, suffix in inside.deliver.SUFFIXES.items():
            (self.work / f"report.{suffix}").write_text(name)
            self.digests[name] = inside.digest_of(name.encode())

    def forms(self, code=0, said=None, **more):
        said = json.dumps({"exit": 0, "digests": self.digests, **more}) if said is None else said
        return inside.forms_of(code, said, self.work)

    def refused(self, **settings):
        with self.assertRaises(credible.NotTrusted) as caught:
            self.forms(**settings)
        return str(caught.exception)

    def test_a_report_as_it_was_written(self):
        self.assertEqual(self.forms()["sarif"], "sarif")

    def test_no_report_is_not_nothing_new(self):
        for code in (0, 1, 2):
            self.assertIn(f"exit code {code} and handed over no report", self.refused(code=code, said=""))
        self.assertIn("its report says 0", self.refused(code=1))

    def test_a_report_that_was_changed(self):
        path = self.work / "report.json"
        path.write_text("{}")
        self.assertIn("report.json was changed", self.refused())
        path.unlink()
        self.assertIn("cannot be read", self.refused())
        path.symlink_to("/etc/passwd")
        self.assertIn("cannot be read", self.refused())
        path.unlink()
        os.mkfifo(path)
        self.assertIn("is not a report", self.refused())

    def test_scenarios_go_into_the_folder_of_the_review_alone(self):
        def one(file):
            return {"file": file, "scenario": "vmapdiff 2\n"}
        inside.save_scenarios({"differences": [one("../x.scenario"), one(f"{self.work}/../x.scenario"),
                                               one("/etc/x.scenario"),
                                               one(f"{self.work}/good-1.scenario"), one(f"{self.work}/report.md")],
                               "findings": {"new": [], "gone": [], "both": []}}, self.work)
        self.assertEqual({path.name for path in self.work.iterdir()},
                         {"good-1.scenario", *(f"report.{suffix}" for suffix in inside.deliver.SUFFIXES.values())})
        self.assertEqual((self.work / "report.md").read_text(), "markdown")

    def test_the_option_is_for_the_driver_alone(self):
        for given in ("", "x", "3", "3,4,5"):
            with self.assertRaises(Unusable):
                inside.ends_of(given)


class Unexpected(parts.WithFolder):
    """What would end Python with 1, which is the exit code of a new finding."""

    def options(self, **more):
        return argparse.Namespace(**{"inside": "", "mbox": None, "markdown": None, "json": None, "sarif": None,
                                     "html": None, **more})

    def test_an_exception_is_not_a_new_finding(self):
        for what in (KeyError("event"), ValueError("x"), RecursionError(),
                     subprocess.CalledProcessError(1, "llvm-cov")):
            with unittest.mock.patch.object(review, "review", side_effect=what), \
                    unittest.mock.patch.object(review.traceback, "print_exc") as told, \
                    self.assertRaises(credible.NotTrusted) as caught:
                review.run_review(self.options())
            told.assert_called_once()
            self.assertIn(type(what).__name__, str(caught.exception))

    def test_a_report_that_could_not_be_written_is_refused_first(self):
        for form, name, why in (("json", "none/x.json", "its folder is not there"),
                                ("html", ".", "that is a folder")):
            with self.assertRaises(Unusable) as caught:
                review.run_review(self.options(**{form: str(self.work / name)}))
            self.assertIn(f"--{form} {self.work / name}: {why}", str(caught.exception))

    def test_a_report_takes_the_place_of_nothing(self):
        mails, link = self.work / "series.mbox", self.work / "link"
        mails.write_text("From \n")
        link.symlink_to(mails)
        other = str(self.work / "x")
        for more, why in (({"json": "-"}, "the page alone goes to standard output"),
                          ({"mbox": str(mails), "json": str(link)}, "that is read, or is another report"),
                          ({"json": other, "html": other}, "that is read, or is another report")):
            with self.assertRaises(Unusable) as caught:
                review.run_review(self.options(**more))
            self.assertIn(why, str(caught.exception))
        self.assertEqual(mails.read_text(), "From \n")


# --- what is kept ---------------------------------------------------------------------------------------------


class Kept(parts.WithFolder):
    def setUp(self):
        super().setUp()
        self.addCleanup(kept.let_go)
        patch = unittest.mock.patch.object(kept, "BUILDS", self.work)
        patch.start()
        self.addCleanup(patch.stop)
        self.folders = [self.work / f"tree-{n}" for n in range(5)]
        for number, folder in enumerate(self.folders):
            (folder / "mm").mkdir(parents=True)
            os.utime(folder, (number, number))

    def there(self):
        return [folder.name[-1] for folder in self.folders if folder.exists()]

    def test_the_newest_stay(self):
        self.assertEqual(kept.prune(self.folders, 2), self.folders[2::-1])
        self.assertEqual(self.there(), ["3", "4"])
        self.assertEqual(kept.prune(self.folders[3:], 2), [])

    def test_what_goes_with_a_folder(self):
        for name in ("built", "file"):
            (self.work / name).mkdir() if name == "built" else (self.work / name).write_text("x")
        kept.prune(self.folders, 4, lambda _: [self.work / "built", self.work / "file"])
        self.assertEqual([(self.work / name).exists() for name in ("built", "file")], [False, False])

    def test_what_a_run_uses_stays(self):
        kept.hold(self.folders[0])
        with kept.lock_of(self.folders[1]) as other:  # as another process has it
            kept.fcntl.flock(other, kept.fcntl.LOCK_SH)
            kept.prune(self.folders, 1)
            self.assertEqual(self.there(), ["0", "1", "4"])
        kept.let_go()
        kept.prune(self.folders[:2] + self.folders[4:], 1)
        self.assertEqual(self.there(), ["4"])

    def test_a_link_is_removed_and_not_what_it_leads_to(self):
        link = self.work / "link"
        link.symlink_to(self.folders[4])
        kept.remove(link, lambda _: [])
        self.assertEqual((link.is_symlink(), self.folders[4].exists()), (False, True))


class KeptOfReviews(parts.WithTree):
    def test_old_trees_and_reports_go(self):
        for name, value in (("REVIEWS", self.work), ("MOST_TREES", 1), ("MOST_REPORTS", 1)):
            patch = unittest.mock.patch.object(trees, name, value)
            patch.start()
            self.addCleanup(patch.stop)
        self.addCleanup(kept.let_go)
        for number, name in enumerate(("old", "older", "mine")):
            (self.work / name).mkdir()
            (self.work / name / trees.REPORT).write_text("{}")
            os.utime(self.work / name, (9 - number, 9 - number))
        trees.PRIVATE.mkdir()
        for number in range(3):
            (trees.PRIVATE / f"gone-{number}").mkdir()
            os.utime(trees.PRIVATE / f"gone-{number}", (number, number))
        found = trees.of_range(self.tree, f"{self.base}..{self.two}")
        trees.prune(self.work / "mine")
        self.assertEqual({path.name for path in trees.PRIVATE.iterdir()}, {step.tree.name for step in found.steps})
        self.assertEqual([(self.work / name).exists() for name in ("old", "older", "mine")], [True, False, True])


class Budgets(unittest.TestCase):
    def test_the_table_of_the_document_is_that_of_the_code(self):
        document = (parts.TOP / "mapper/kernel/KERNEL.md").read_text()
        self.assertTrue(budget.table() in document, f"KERNEL.md is to have this table:\n{budget.table()}")
        self.assertIn(f"The newest {trees.MOST_REPORTS} reports and\n{trees.MOST_TREES} trees stay", document)
        self.assertEqual(shut_in.MOST_FOLDERS, 4)  # "the newest four stay"

    def test_a_short_one_fuzzes_less(self):
        self.assertEqual(budget.column(1)["fuzz targets"], "`fuzz_sequence` `fuzz_vmap` `fuzz_set_memory`")
        self.assertEqual(budget.fuzz_seconds(budget.LEAST_FUZZ_SECONDS), 0)

    def test_geometries_of_the_user_are_taken(self):
        name = budget.kernel.GEOMETRIES
        for given, minutes, then in ({}, 3, budget.FEW_GEOMETRIES), ({}, 30, None), ({name: "one"}, 3, "one"):
            with unittest.mock.patch.dict(os.environ, given, clear=True):
                budget.choose_geometries(minutes)
                self.assertEqual(os.environ.get(name), then)


class Bounded(parts.WithFolder):
    """A fuzz target that is given a number of executions ends after them, and is not started again."""

    ENGINE = """#!/bin/sh
echo "$@" >>%s
echo "#4096 DONE cov: 5 ft: 6 corp: 7/8b exec/s: 9"
"""

    def test_each_side_starts_once(self):
        given, tool = self.work / "given", self.work / "engine"
        tool.write_text(self.ENGINE % given)
        tool.chmod(0o755)
        rig = unittest.mock.Mock(**{"target.return_value": tool})
        with unittest.mock.patch.object(fuzz_both.seeds, "seeds_of", return_value=self.work):
            found, executions = fuzz_both.fuzz([rig, rig], self.work / "fuzz", ("fuzz_vmap",), 60, 4096)
        lines = given.read_text().splitlines()
        self.assertEqual((found, executions, len(lines)), ([], 2 * 4096, 2))
        self.assertTrue(all(" -runs=4096 " in line for line in lines), lines)


if __name__ == "__main__":
    unittest.main()
