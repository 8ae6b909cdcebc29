#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""./rig kernel review on copies of a tree: a series with a bug and its fix, patch by patch; and bad input.

Usage: test_review.py TREE     exit: 0 good, 1 not, 77 no tree
"""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1] / "test")]
import copies  # noqa: E402
import example_series  # noqa: E402
import silent  # noqa: E402
from small_schema import violations  # noqa: E402

sys.path.insert(0, str(copies.TOP / "regress"))
from driver import shut_in  # noqa: E402

SKIP = 77
RIG = copies.TOP / "rig"
BUILT = copies.TOP / ".build"
SCHEMA = json.loads((copies.TOP / "regress/test/review.schema.json").read_text())
TREE = None  # set by main()
EXECUTIONS = 1024
SHORT = ("--minutes", "1", "--executions", str(EXECUTIONS))


def review(*words, how="no", **environment):
    run = subprocess.run([RIG, "kernel", "review", *map(str, words), "--shut-in", how], capture_output=True, text=True,
                         check=False,
                         env={**os.environ, "VMAPDIFF_GEOMETRIES": silent.GEOMETRY, **environment})
    return run.returncode, run.stdout + run.stderr


def contents(folder):
    return {str(path.relative_to(folder)): (path.lstat().st_mtime_ns, path.is_file() and path.read_bytes())
            for path in folder.rglob("*")}


def private_trees():
    """The trees that reviews have written."""
    return set((BUILT / "review/trees").glob("*"))


class WithCopy(unittest.TestCase):
    """A test with a copy of the tree that is a repository; what it builds goes with it."""

    def setUp(self):
        self.before = private_trees()
        self.work = Path(tempfile.mkdtemp(prefix="vmapdiff-"))
        self.copy = self.work / f"review-{os.getpid()}"
        copies.copy_tree(TREE, self.copy)

    def tearDown(self):
        shutil.rmtree(self.work)
        written = private_trees() - self.before
        silent.forget(self.copy, self.work / f"review-base-{os.getpid()}", *written)
        for tree in written:
            shutil.rmtree(tree)


DOCUMENT = (copies.TOP / "mapper/kernel/REVIEW.md").read_text()


def section(page, title):
    """The lines of a section of a page, with N for each number: how many scenarios show a thing varies."""
    lines = page.split(f"## {title}", 1)[1].split("\n## ", 1)[0]
    return re.sub(r"\b\d[\d,]*\b", "N", " ".join(lines.split()))


def shown(name):
    """What REVIEW.md shows between marks."""
    return DOCUMENT.split(f"<!-- {name} -->", 1)[1].split("<!-- end -->", 1)[0].replace("```", "")


class Series(WithCopy):
    def test_patch_by_patch(self):
        example_series.write_patches(self.copy)
        before, out = contents(self.copy), self.work / "report"
        words = [f"--{form}={out}.{form}" for form in ("json", "markdown", "sarif", "html")]
        code, said = review(self.copy, "--range", "HEAD~3..HEAD", "--each", *SHORT, *words)
        self.assertEqual(contents(self.copy), before)
        self.assertEqual(code, 1, said)
        told = json.loads(Path(f"{out}.json").read_text())
        self.assertEqual(list(violations(told, SCHEMA)), [])
        rename, brings, fixes = told["patches"]
        self.assertEqual((rename["new"], rename["gone"], rename["verdict"]), ([], [], "nothing that a scenario shows"))
        self.assertIn("translation.output_address at vmap", brings["new"])
        self.assertNotIn("the known bug hidden-errno", brings["new"])  # BASE does the same
        self.assertIn("translation.output_address at vmap", fixes["gone"])
        self.assertEqual(fixes["new"], [])
        # What is left is the series' own: vmap() tests the head of a batch alone.
        self.assertEqual([(one["known_bug"], one["call"]) for one in told["findings"]["new"]], [("head-check", "vmap")], said)
        leaves = [one["sentence"] for one in told["differences"] if (one["call"], one["aspect"]) == ("vmap", "leaves")]
        self.assertTrue(any("16 pages in BASE, one contiguous group in PATCHED" in one for one in leaves), leaves)
        self.check_costs(told["worth"], said)
        self.assertGreater(len(told["reached"]["files"]), 0)
        self.assertGreater(sum(len(one["reached"]) for one in told["reached"]["files"]), 50)
        self.assertLessEqual(max(map(len, Path(f"{out}.markdown").read_text().split("# Details")[0].splitlines())), 72)
        page = Path(f"{out}.html").read_text()
        self.assertEqual(page.count("<iframe "), sum(map(len, told["findings"].values())))
        self.assertIn("leaf-cont", page)
        results = json.loads(Path(f"{out}.sarif").read_text())["runs"][0]["results"]
        self.assertEqual([one["ruleId"] for one in results], ["errors.code"])
        for line in section(shown("patches"), "Patch by patch").split(" - ")[1:]:
            self.assertIn(line.partition(";")[0], section(said, "Patch by patch"))
        self.first_version_is_as_documented(f"{out}.json")

    def first_version_is_as_documented(self, out):
        """The page of REVIEW.md is of the series without its last patch."""
        code, said = review(self.copy, "--range", "base..v1", *SHORT, f"--json={out}")
        self.assertEqual(code, 1, said)
        for title in ("New in PATCHED", "What calls cost"):  # the first item: how many there is room for varies
            self.assertEqual(section(shown("page"), title).split(" - ")[1], section(said, title).split(" - ")[1], said)

    def test_new_findings_and_silent_changes_in_one(self):
        base, out = self.work / f"review-base-{os.getpid()}", self.work / "report"
        copies.copy_tree(TREE, base)
        copies.add_series(self.copy, batch_bound=False)
        silent.SILENT["barrier-more"][0](self.copy)
        silent.SILENT["aliases-twice"][0](self.copy)
        code, said = review(base, self.copy, *SHORT, f"--json={out}.json", f"--sarif={out}.sarif")
        told = json.loads(Path(f"{out}.json").read_text())
        self.assertEqual(code, 1, said)
        new = {one["rule"]: one for one in told["findings"]["new"]}
        self.assertIn("translation.output_address", new)
        for name in ("barrier-more", "aliases-twice"):
            _, call, what = silent.SILENT[name]
            self.assertTrue(list(silent.listed(told, call, what)), name)
        sarif = json.loads(Path(f"{out}.sarif").read_text())
        self.assertIn("translation.output_address", [one["ruleId"] for one in sarif["runs"][0]["results"]])
        small = self.work / "small.scenario"
        small.write_text(new["translation.output_address"]["scenario"])
        for tree, expected in ((base, 0), (self.copy, 1)):
            run = subprocess.run([RIG, "kernel", tree, "replay", small], capture_output=True, check=False,
                                 env={**os.environ, "VMAPDIFF_GEOMETRIES": silent.GEOMETRY})
            self.assertEqual(run.returncode, expected)


    def check_costs(self, worth, said):
        """The series maps groups, and its set_pte() has barriers for each page."""
        self.assertGreater(worth["counted"], 30)
        better = {(one["call"], one["measure"]): one for one in worth["better"] if one["step"] == "map"}
        groups = better["vmap", "pages in groups or blocks"]
        self.assertEqual((groups["pages"], groups["base"], groups["patched"]), (2048, 0, 2048))
        worse, = (one for one in worth["worse"]
                  if (one["call"], one["measure"], one["step"]) == ("vmap", "barriers", "map"))
        self.assertGreater(worse["patched"], worse["pages"])
        self.assertIn("- better: vmap of 2,048 pages, order ", said)
        self.assertLess(said.index("- worse: "), said.index("- better: "))

    def test_costs_are_told_and_no_cost_decides_the_exit_code(self):
        base = self.work / f"review-base-{os.getpid()}"
        copies.copy_tree(TREE, base)
        out = self.work / "report.json"
        copies.insert_before(self.copy, copies.VMALLOC, "vunmap_range", "/* Words. */")
        code, said = review(base, self.copy, *SHORT, f"--json={out}")
        told = json.loads(out.read_text())
        worth, played = told["worth"], told["played"]
        most = 2 * EXECUTIONS * len(played["targets"]) + 2 * played["fuzzed"]  # each reads what the other one found
        self.assertLessEqual(played["executions"], most, said)
        self.assertEqual((code, worth["families"], worth["worse"], worth["better"]), (0, [], [], []), said)
        self.assertIn("costs the same in both trees", " ".join(said.split()))
        copies.substitute(self.copy, copies.VMALLOC, "vmap_pages_pte_range", r"do \{", "do { dsb(ishst);")
        code, said = review(base, self.copy, *SHORT, f"--json={out}")
        worth = json.loads(out.read_text())["worth"]
        self.assertEqual((code, worth["better"]), (0, []), said)
        self.assertEqual({one["measure"] for one in worth["worse"]}, {"barriers"})
        first = worth["worse"][0]
        self.assertEqual((first["call"], first["patched"] - first["base"]), ("vmap", first["pages"]))


class BadInput(WithCopy):
    def refused(self, *words):
        before = contents(self.copy)
        code, said = review(*words)
        self.assertEqual(code, 2, said)
        self.assertNotIn("Traceback", said)
        self.assertEqual(contents(self.copy), before)
        return said

    def test_what_is_said_of_it(self):
        for words, why in (((), "two trees are needed"), ((self.copy,), "two trees are needed"),
                           ((self.copy, self.copy), "are one tree"), ((self.copy, "/nowhere"), "there is no '/nowhere'"),
                           ((self.copy, self.copy, "--range", "a..b"), "goes with one TREE"),
                           ((self.copy, "--range", "a..b"), "not the top of one"),
                           ((self.copy, "--range", "a..b", "--mbox", "c"), "one is reviewed at a time"),
                           ((self.copy, TREE, "--each"), "needs --range or --mbox"),
                           ((self.copy, "--mbox", "/nowhere"), "cannot be read"),
                           ((TREE, self.copy, "--instructions"), "the whole tree is needed"),
                           ((self.copy, "--range", "a..b", "--instructions"), "name two whole trees"),
                           ((self.copy, TREE, "--minutes", "0"), "is not a number of at least 1"),
                           ((self.copy, TREE, "--frob"), "'--frob' is not an option")):
            with self.subTest(words=words):
                self.assertIn(why, self.refused(*words))

    def test_a_tree_that_does_not_build(self):
        copies.substitute(self.copy, copies.VMALLOC, "vunmap_range", r"\{", "{ a_new_kernel_function(addr);")
        said = self.refused(TREE, self.copy, *SHORT)
        self.assertIn("PATCHED", said)
        self.assertIn("does not build", said)
        self.assertIn("a_new_kernel_function", said)



class Interrupted(WithCopy):
    """A review that is ended early, once it says so much."""

    def end(self, after, number, how):
        """(exit code, what was said, the report or None) of a review that gets a signal after it says `after`."""
        silent.SILENT["barrier-more"][0](self.copy)
        before, out = contents(self.copy), self.work / "report.json"
        command = [RIG, "kernel", "review", TREE, self.copy, *SHORT, "--shut-in", how, "--json", out]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                              start_new_session=True,
                              env={**os.environ, "VMAPDIFF_GEOMETRIES": silent.GEOMETRY}) as process:
            said = ""
            while after not in said:
                line = process.stderr.readline()
                self.assertTrue(line, said)
                said += line
            (os.killpg if number == signal.SIGINT else os.kill)(process.pid, number)
            said += process.stderr.read()
        self.assertNotIn("Traceback", said)
        self.assertEqual(contents(self.copy), before)
        return process.returncode, said, json.loads(out.read_text()) if out.exists() else None

    def test_in_the_build_there_is_no_report(self):
        code, said, told = self.end("building", signal.SIGINT, "no")
        self.assertEqual((code, told), (130, None), said)
        self.assertIn("before anything was played: there is no report", said)

    def is_partial(self, number, how):
        # By then all that is checked in and generated was played.
        code, said, told = self.end("counting which of the changed lines", number, how)
        self.assertEqual(code, 128 + number, said)
        self.assertEqual(list(violations(told, SCHEMA)), [])
        self.assertEqual(told["exit"], code)
        self.assertTrue(told["verdict"].startswith("PARTIAL: no new findings so far"), told["verdict"])
        self.assertGreater(told["played"]["scenarios"], 100)
        self.assertTrue(list(silent.listed(told, "vunmap", "barriers")), told["differences"])

    def test_what_was_played_until_then_is_told(self):
        self.is_partial(signal.SIGTERM, "no")

    @unittest.skipIf(shut_in.why_not(), shut_in.why_not())
    def test_the_same_shut_in(self):
        self.is_partial(signal.SIGINT, "required")


# Of a patch that wants to deceive, as the tree's code may be.
AS_IT_IS_LOADED = """\
extern int open(const char *name, int flags, ...);
extern int socket(int domain, int type, int protocol);
extern int connect(int socket, const void *address, unsigned int size);

static __attribute__((constructor)) void rig_at_start(void)
{
	struct { unsigned short family, port; unsigned int address; char zero[8]; } to = { 2, 0x5000, 0x0100007f };
	if (open("%s", 0101, 0600) >= 0 || connect(socket(2, 1, 0), &to, sizeof(to)) >= 0)
		__builtin_trap();
}
"""


@unittest.skipIf(shut_in.why_not(), shut_in.why_not())
class ShutIn(WithCopy):
    """The tree's code is built and played in bubblewrap."""

    def test_code_with_a_bug_that_writes_and_connects_as_it_is_loaded(self):
        written, out = Path.home() / f"vmapdiff-{os.getpid()}", self.work / "report"
        copies.add_series(self.copy, batch_bound=False)
        copies.insert_before(self.copy, copies.VMALLOC, "vunmap_range", AS_IT_IS_LOADED % written)
        copies.substitute(self.copy, copies.VMALLOC, "vunmap_range", r"^(.*?)\{", r"\1{ (void)rig_at_start;")
        code, said = review(TREE, self.copy, *SHORT, f"--json={out}.json", f"--markdown={out}.md",
                            how="required")
        self.assertEqual(code, 1, said)
        self.assertFalse(written.exists())
        told = json.loads(Path(f"{out}.json").read_text())
        self.assertEqual(list(violations(told, SCHEMA)), [])
        self.assertIn("PATCHED's code calls connect(), open(), socket(): of the C library", said)
        self.assertTrue(any("connect(), open(), socket()" in one for one in told["notes"]), told["notes"])
        self.assertTrue(any("run as it is loaded" in one for one in told["notes"]), told["notes"])
        new = {one["rule"]: one for one in told["findings"]["new"]}
        found = new["translation.output_address"]
        self.assertEqual((copies.TOP / found["file"]).read_text(), found["scenario"])
        self.assertIn(f"next: ./rig kernel --shut-in {self.copy} show ", said)
        self.assertFalse(list((BUILT / "kernel").glob(f"{self.copy.name}-*")))  # nothing that would be executed outside
        run = subprocess.run([RIG, "kernel", "--shut-in", self.copy, "replay", copies.TOP / found["file"]],
                             capture_output=True, text=True, check=False,
                             env={**os.environ, "VMAPDIFF_GEOMETRIES": silent.GEOMETRY})
        self.assertEqual(run.returncode, 1, run.stderr)


def main():
    global TREE  # pylint: disable=global-statement
    TREE = Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else sys.exit(__doc__)
    if not TREE.is_dir():
        print(f"SKIP: there is no {TREE}")
        return SKIP
    return 0 if unittest.main(exit=False).result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
