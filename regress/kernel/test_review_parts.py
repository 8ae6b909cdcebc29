#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The parts of ./rig kernel review, without a build: trees, mails, differences, sentences, the page.

Usage: test_review_parts.py
"""
import gzip
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import unittest.mock
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "regress"), str(TOP / "regress/test"), str(TOP / "regress/kernel")]
from driver import kernel  # noqa: E402
from driver.booting.scenario import WITH_ARRAY  # noqa: E402
from driver.fuzzing.rig import Rig  # noqa: E402
from driver.reviewing import (changes, collect, describe, difference, examples, first_event, foreign, git, html,  # noqa: E402
                              known, mails, markdown, needed, pictures, reached, report, review, shrink, text, trees,
                              worth)
from driver.terminal import Unusable  # noqa: E402
import releases  # noqa: E402
from small_schema import violations  # noqa: E402

HAS_GIT = shutil.which("git")
FILES = [line.split()[0] for line in (TOP / "mapper/kernel/files").read_text().splitlines()
         if line and line[0] not in "#?"]


class WithFolder(unittest.TestCase):
    def setUp(self):
        self.work = Path(tempfile.mkdtemp(prefix="vmapdiff-review-"))
        self.addCleanup(shutil.rmtree, self.work)


# --- trees ------------------------------------------------------------------------------------------------


def state_of(folder):
    """All there is below a folder, with contents and times: what is only read stays as it is."""
    return {str(path.relative_to(folder)): (path.is_file() and path.read_bytes(), path.lstat().st_mtime_ns)
            for path in sorted(folder.rglob("*"))}


@unittest.skipUnless(HAS_GIT, "git is not installed")
class WithTree(WithFolder):
    """A repository with a tree of files that are as good as empty, and two commits on top."""

    def setUp(self):
        super().setUp()
        self.tree = self.work / "a tree"
        for name in FILES + ["Makefile"]:
            self.write(name, f"/* {name} */\nint first;\nint last;\n")
        self.git("init", "--quiet", "-b", "main")
        self.base = self.commit("base")
        self.write("mm/vmalloc.c", "/* mm/vmalloc.c */\nint first;\nint more;\nint last;\n")
        self.one = self.commit("mm: more")
        self.write("mm/vmalloc.c", "/* mm/vmalloc.c */\nint first;\nint more;\nint last, least;\n")
        self.write("fs/open.c", "int open;\n")
        self.two = self.commit("mm: least")
        patch = unittest.mock.patch.object(trees, "PRIVATE", self.work / "private")
        patch.start()
        self.addCleanup(patch.stop)

    def write(self, name, content):
        path = self.tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)

    def git(self, *words, **more):
        return subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], cwd=self.tree,
                              capture_output=True, text=True, check=True, **more).stdout.strip()

    def commit(self, subject):
        self.git("add", "-A")
        self.git("commit", "--quiet", "-m", subject)
        return self.git("rev-parse", "HEAD")

    def mbox(self, *revisions, name="series.mbox"):
        path = self.work / name
        path.write_text(self.git("format-patch", "--stdout", *revisions) + "\n")
        return path

    def refused(self, call, *arguments):
        before = state_of(self.tree)
        with self.assertRaises(Unusable) as caught:
            call(*arguments)
        self.assertEqual(state_of(self.tree), before)
        self.assertEqual(list((TOP / ".build/review/work").glob(f"{os.getpid()}-*")), [])
        return str(caught.exception)


class Ranges(WithTree):
    def test_each_commit_is_written_and_the_repository_is_as_before(self):
        self.write("mm/vmalloc.c", "int not_committed;\n")
        before = state_of(self.tree)
        found = trees.of_range(self.tree, f"{self.base}..{self.two}")
        self.assertEqual(state_of(self.tree), before)
        self.assertEqual([step.subject for step in found.steps], ["base", "mm: more", "mm: least"])
        self.assertEqual([step.commit for step in found.steps], [self.base, self.one, self.two])
        self.assertEqual(found.changed, {"mm/vmalloc.c", "fs/open.c"})
        self.assertNotIn("more", (found.base.tree / "mm/vmalloc.c").read_text())
        self.assertIn("least", (found.patched.tree / "mm/vmalloc.c").read_text())
        self.assertFalse((found.patched.tree / "fs/open.c").exists())  # which nothing of the rig reads

    def test_the_same_range_uses_the_same_folders(self):
        first = trees.of_range(self.tree, "HEAD~2..HEAD")
        times = state_of(first.base.tree)
        self.assertEqual([step.tree for step in trees.of_range(self.tree, "HEAD~2..").steps],
                         [step.tree for step in first.steps])
        self.assertEqual(state_of(first.base.tree), times)

    def test_a_base_that_went_on_is_left_where_the_series_begins(self):
        self.git("checkout", "--quiet", "-b", "other", self.base)
        self.write("mm/memory.c", "int other;\n")
        self.commit("mm: other")
        found = trees.of_range(self.tree, "other..main")
        self.assertEqual(found.base.commit, self.base)
        self.assertIn(f"begins at {self.base[:12]}", found.notes[0])

    def test_what_is_not_a_range(self):
        for given, why in (("nowhere..HEAD", "has no commit 'nowhere'"), ("nowhere", "has no commit 'nowhere'"),
                           ("HEAD...main", "is neither a range of commits"), ("", "is neither a range of commits"),
                           ("HEAD..HEAD", "has no commit in it"), ("HEAD", "that is read differs from HEAD"),
                           ("HEAD..--all", "has no commit '--all'")):
            self.assertIn(why, self.refused(trees.of_range, self.tree, given), given)
        self.assertIn("not the top of one", self.refused(trees.of_range, self.work, "a..b"))

    def test_what_is_not_committed(self):
        """Edited, new, and taken away; what git ignores, or no slice needs, is none of it."""
        self.write(".git/info/exclude", "*.tmp.h\n")
        self.write("mm/vmalloc.c", '#include <linux/new.h>\nint not_committed;\n')
        for name in ("include/linux/new.h", "include/linux/old.tmp.h", "notes"):
            self.write(name, "int new;\n")
        (self.tree / "fs/open.c").unlink()
        before = state_of(self.tree)
        found = trees.of_range(self.tree, "HEAD~1")
        self.assertEqual(state_of(self.tree), before)
        self.assertEqual([step.commit for step in found.steps], [self.one, self.two, f"{self.two}+"])
        self.assertEqual(found.patched.subject, "what is not committed")
        self.assertEqual(found.changed, {"mm/vmalloc.c", "fs/open.c", "include/linux/new.h"})
        self.assertIn("not_committed", (found.patched.tree / "mm/vmalloc.c").read_text())
        self.assertTrue((found.patched.tree / "include/linux/new.h").exists())
        self.assertEqual(len(trees.of_range(self.tree, "HEAD").steps), 2)

    def test_all_is_committed(self):
        self.assertEqual([step.commit for step in trees.of_range(self.tree, "HEAD~1").steps], [self.one, self.two])

    def test_files_that_stand_there_and_are_no_tree_of_the_kernel(self):
        shutil.rmtree(self.tree / "mm")
        self.assertIn("the files of", self.refused(trees.of_range, self.tree, "HEAD"))

    def test_a_commit_that_is_not_a_tree_of_the_kernel(self):
        self.git("rm", "-r", "--quiet", "mm")
        self.commit("mm: gone")
        self.assertIn('"mm: gone"', self.refused(trees.of_range, self.tree, "HEAD~1..HEAD"))

    def test_words_of_a_stranger_are_words(self):
        self.git("commit", "--quiet", "--allow-empty", "-m", "mm: \x1b[2Jclear")
        self.assertEqual(trees.of_range(self.tree, "HEAD~1..HEAD").patched.subject, "mm: ?[2Jclear")

    def test_a_repository_without_a_commit(self):
        empty = self.work / "empty"
        empty.mkdir()
        subprocess.run(["git", "init", "--quiet", empty], check=True)
        self.assertEqual(git.head_of(empty), "")

    def test_a_git_above_this_process_is_not_asked(self):
        with unittest.mock.patch.dict(os.environ, {"GIT_DIR": "/nowhere", "GIT_INDEX_FILE": "/nowhere/index"}):
            self.assertEqual(git.head_of(self.tree), self.two)

    def test_links_of_a_commit_are_not_followed(self):
        (self.tree / "mm/memory.c").unlink()
        (self.tree / "mm/memory.c").symlink_to("/etc/passwd")
        self.commit("mm: a link")
        self.assertIn("mm/memory.c", self.refused(trees.of_range, self.tree, "HEAD~1..HEAD"))


class Needed(WithTree):
    """What code of a series may take something from is written with it."""

    def setUp(self):
        super().setUp()
        for name, content in (("include/linux/near.h", "#include <linux/nearer.h>\n"), ("include/linux/nearer.h", "int a;\n"),
                              ("include/linux/far.h", "int far;\n"), ("mm/other.c", "int other;\n"),
                              ("include/linux/new.h", "int of_new;\n"), ("kernel/fork.c", "int fork;\n")):
            self.write(name, content)
        self.write("mm/vmalloc.c", '#include <linux/near.h>\n#include <linux/../../../outside.h>\n#include "/etc/passwd"\n')
        self.before = self.commit("mm: headers")
        self.write("mm/vmalloc.c", "#include <linux/near.h>\n#include <linux/new.h>\n")
        self.write("mm/new.h", "int new;\n")
        self.last = self.commit("mm: new")

    def check(self, found):
        here = {str(path.relative_to(found.tree)) for path in found.tree.rglob("*") if path.is_file()}
        self.assertLessEqual({"include/linux/near.h", "include/linux/nearer.h", "mm/other.c"}, here)
        self.assertFalse(here & {"include/linux/far.h", "kernel/fork.c"})
        return here

    def test_of_a_range(self):
        found = trees.of_range(self.tree, "HEAD~1..HEAD")
        self.assertNotIn("mm/new.h", self.check(found.base))
        self.assertLessEqual({"mm/new.h", "include/linux/new.h"}, self.check(found.patched))

    def test_of_a_series(self):
        series = self.mbox("-1")
        self.git("checkout", "--quiet", self.before)
        found = trees.of_mails(self.tree, series)
        self.assertNotIn("mm/new.h", self.check(found.base))
        self.assertLessEqual({"mm/new.h", "include/linux/new.h"}, self.check(found.patched))

    def test_names_that_lead_out_of_the_tree(self):
        self.assertEqual(needed.headers('#include <linux/../../x.h>\n#include "/etc/passwd"\n+ # include <a/b.h>\n'),
                         {"include/a/b.h", "arch/arm64/include/a/b.h"})

    def test_headers_that_are_generic(self):
        self.assertIn("include/asm-generic/a.h", needed.headers("#include <asm/a.h>\n"))


class Series(WithTree):
    def setUp(self):
        super().setUp()
        self.series = self.mbox(f"{self.base}..{self.two}")
        self.git("checkout", "--quiet", self.base)

    def test_each_patch_is_applied_to_a_copy(self):
        before = state_of(self.tree)
        found = trees.of_mails(self.tree, self.series)
        self.assertEqual(state_of(self.tree), before)
        self.assertEqual([step.subject for step in found.steps], ["", "mm: more", "mm: least"])
        self.assertIn("least", (found.patched.tree / "mm/vmalloc.c").read_text())
        self.assertEqual(found.changed, {"mm/vmalloc.c", "fs/open.c"})

    def test_what_stands_in_the_tree_counts_not_what_was_committed(self):
        self.write("mm/memory.c", "int mine;\n")
        found = trees.of_mails(self.tree, self.series)
        self.assertIn("mine", (found.patched.tree / "mm/memory.c").read_text())
        self.assertTrue(found.base.commit.endswith("+"))

    def test_a_tree_without_git(self):
        shutil.rmtree(self.tree / ".git")
        self.assertEqual(len(trees.of_mails(self.tree, self.series).steps), 3)

    def test_order_cover_letter_replies_and_compression(self):
        patches = self.git("format-patch", "--stdout", "--cover-letter", f"{self.base}..{self.two}").split("\nFrom ")
        reply = re.sub(r"Subject: \[", "Subject: Re: [", patches[2])
        jumbled = "\nFrom ".join([patches[0], *[p + "\n" for p in (patches[2], reply, patches[1])]])
        path = self.work / "thread.mbox.gz"
        path.write_bytes(gzip.compress((jumbled + "\n").encode()))
        self.assertEqual([mail.subject for mail in mails.read(path)], ["mm: more", "mm: least"])
        self.assertEqual(len(trees.of_mails(self.tree, path).steps), 3)

    def test_a_patch_that_does_not_apply_is_named(self):
        self.write("mm/vmalloc.c", "int something_else;\n")
        said = self.refused(trees.of_mails, self.tree, self.series)
        self.assertIn("patch 1 of 2 does not apply: mm: more", said)
        self.assertIn("mm/vmalloc.c", said)

    def test_what_is_not_a_series(self):
        one = self.mbox("-1", self.two, name="one.mbox")
        numbered = one.read_text().replace("[PATCH]", "[PATCH 2/2]")
        (self.work / "gap.mbox").write_text(numbered)
        (self.work / "two.mbox").write_text(numbered + "\n" + numbered.replace("2/2", "v2 2/3"))
        (self.work / "empty.mbox").write_text("")
        (self.work / "words.mbox").write_text("Subject: hello\n\nwords\n")
        (self.work / "bad.mbox.gz").write_bytes(b"\x1f\x8bxx")
        for name, why in (("gap.mbox", "of 2 patches, these are missing: 1"), ("two.mbox", "more than one series"),
                          ("empty.mbox", "has no patch in it"), ("words.mbox", "has no patch in it"),
                          ("none.mbox", "cannot be read"), ("bad.mbox.gz", "cannot be read")):
            self.assertIn(why, self.refused(trees.of_mails, self.tree, self.work / name), name)

    def test_a_patch_leads_nowhere_out_of_its_folder(self):
        for name in ("../outside.c", ".git/hooks/post-applypatch"):
            (self.work / "evil.mbox").write_text(
                f"From: a <a@b>\nSubject: [PATCH] evil\n\n---\ndiff --git a/{name} b/{name}\nnew file mode 100755\n"
                f"--- /dev/null\n+++ b/{name}\n@@ -0,0 +1 @@\n+touch {self.work}/ran\n--\n2.0\n")
            self.assertIn("does not apply", self.refused(trees.of_mails, self.tree, self.work / "evil.mbox"))
        self.assertFalse((self.work / "ran").exists())


# --- what differs -------------------------------------------------------------------------------------------


def step(op=0, kind="call", call="vmap", **more):
    return {"op": op, "kind": kind, "call": call, "error": 0, "modified": [3], "counts": {}, "order": "0" * 16,
            "tables": "1" * 16, "leaves": [[3, False, 16]], **more}


def answer(*steps, **more):
    return {"version": 1, "file": "a", "machine": "4k va=48 pa=48", "played": True, "steps": list(steps),
            "signature": "", **more}


class Differences(unittest.TestCase):
    def leads(self, base, patched):
        return [one.lead for one in difference.differences(base, patched)]

    def test_nothing_differs(self):
        self.assertEqual(self.leads(answer(step()), answer(step())), [])

    def test_each_aspect_is_seen_and_named(self):
        for aspect, more in (("errno", {"error": -12}), ("modified", {"modified": [2, 3]}), ("order", {"order": "2" * 16}),
                             ("leaves", {"leaves": [[3, True, 16]], "tables": "2" * 16}), ("mapping", {"tables": "2" * 16}),
                             ("block size", {"page_shift": 21}), ("made", {"skipped": "why"}),
                             ("warning text", {"warning": "WARN at mm/a.c:1: x"}),
                             *((name.split("/")[0], {"counts": {name: 1}}) for name in (
                                 "stores/setting", "barriers/isb", "tlbi/by range", "invalidated/pages", "tables/taken",
                                 "locks/released", "flushes/pages", "aliases/vm_unmap_aliases", "warnings/WARN",
                                 "reads/descriptors", "lazy/sections left open", "traps/bad access"))):
            with self.subTest(aspect):
                self.assertEqual(self.leads(answer(step()), answer(step(**more))), [aspect])
                self.assertEqual(self.leads(answer(step(**more)), answer(step())), [aspect])

    def test_places_of_warnings_do_not_count(self):
        self.assertEqual(self.leads(answer(step(warning="WARN at /a/mm/a.c:1: x")),
                                    answer(step(warning="WARN at /b/mm/a.c:22: x"))), [])

    def test_more_and_fewer_are_two_kinds(self):
        more, fewer = answer(step(counts={"barriers/isb": 2})), answer(step(counts={"barriers/isb": 1}))
        keys = {difference.differences(*pair)[0].key for pair in ((more, fewer), (fewer, more))}
        self.assertEqual(len(keys), 2)

    def test_what_comes_after_a_difference_is_told_apart(self):
        base, patched = (answer(step(tables=tables), step(1, call="vunmap", counts={"barriers/isb": count}))
                         for tables, count in (("1" * 16, 1), ("2" * 16, 2)))
        self.assertEqual([one.follows for one in difference.differences(base, patched)], [False, True])

    def test_what_comes_of_a_broken_rule_is_a_finding(self):
        base = answer(step(), step(1))
        patched = answer(step(), step(1, error=-12), signature="FAIL errors.code mapper=kernel op=1:vmap", op=1)
        self.assertEqual(difference.differences(base, patched), [])

    def test_findings_are_sorted_by_scenario(self):
        broken = {"signature": "FAIL errors.code mapper=kernel op=0:vmap granule=4k level=3", "op": 0}
        found = collect.Collected()
        found.take("both", answer(step(), **broken), answer(step(), **broken))
        self.assertEqual([one.kind for one in found.findings_in_both()], [("errors.code", "vmap")])
        found.take("new", answer(step()), answer(step(), **broken))
        self.assertEqual([one.kind for one in found.new_findings()], [("errors.code", "vmap")])
        self.assertEqual(found.new_findings()[0].smallest["new"][1], "new")
        gone = collect.Collected()
        gone.take("gone", answer(step(), **broken), answer(step()))
        self.assertEqual(([], 1), (gone.new_findings(), len(gone.gone_findings())))

    def test_a_rule_that_one_hides_is_not_new_where_base_breaks_it_elsewhere(self):
        def broken(rule):
            return {"signature": f"FAIL {rule} mapper=kernel op=0:vmap granule=4k level=3", "op": 0}
        found = collect.Collected()
        found.take("a", answer(step(), **broken("errors.code")), answer(step(), **broken("cost.tlbi")))
        self.assertEqual([one.kind[0] for one in found.new_findings()], ["cost.tlbi"])
        found.take("b", answer(step(), **broken("cost.tlbi")), answer(step(), **broken("cost.tlbi")))
        self.assertEqual(found.new_findings(), [])

    def test_a_process_that_ended_is_a_finding(self):
        found = collect.Collected()
        ended = {"version": 1, "file": "a", "played": True, "ended": True, "steps": [],
                 "signature": "FAIL sanitizer.heap-buffer-overflow mapper=kernel op=0:vmap granule=4k level=none"}
        found.take("a", answer(step()), ended)
        self.assertEqual([one.kind for one in found.new_findings()], [("sanitizer.heap-buffer-overflow", "vmap")])

    def test_what_cannot_be_compared_is_counted(self):
        found = collect.Collected()
        found.take("a", answer(), answer(played=False))
        found.take("b", {"version": 1, "file": "b", "played": False, "unusable": True}, answer())
        self.assertEqual(dict(found.not_compared), {"PATCHED is not built for its machine": 1, "not a scenario": 1})
        self.assertEqual(found.scenarios, 0)

    def test_a_known_bug_that_both_have_though_one_promises_less(self):
        base = answer(step(error=-12, counts={"reads/descriptors": 5}))
        patched = answer(step(error=-12, counts={"reads/descriptors": 9}))
        self.assertTrue(difference.do_the_same(base, patched, "errors.code"))
        self.assertFalse(difference.do_the_same(base, patched, "cost.loads"))
        self.assertFalse(difference.do_the_same(base, patched, "history.stale"))


SCENARIO = """vmapdiff 2
machine granule=4k va=48 pa=48 bbm=2
policy prior
vmap va=0xffff800080000000 pages=0x10000+16,
        0x77 flags=huge
fail alloc=2
vunmap va=0xffff800080000000 size=0x11000
"""


class Calls(unittest.TestCase):
    def test_calls_with_an_array_are_those_of_the_mapper(self):
        rows = re.findall(r'\.name = "(\w+)",(.*?)\n\t\},', (TOP / "mapper/call.c").read_text(), re.S)
        self.assertEqual({name for name, row in rows if "FIELD_PAGES" in row}, set(WITH_ARRAY))


class Texts(unittest.TestCase):
    def test_a_text_is_read_and_written(self):
        lines = text.parse(SCENARIO)
        self.assertEqual(text.parse(text.text_of(lines)), lines)
        (vmap, none), (vunmap, fault) = text.ops_of(lines)
        self.assertEqual((vmap.get("pages"), none, vunmap.word), ("0x10000+16,0x77", None, "vunmap"))
        self.assertEqual(fault.get("alloc"), "2")
        self.assertEqual(text.pages_text(text.runs_of("0x10+2,null,bad+3")), "0x10+2,null,bad+3")

    def test_all_checked_in_scenarios_are_read(self):
        for path in (TOP / "regress/cases").glob("*.scenario"):
            for line, _ in text.ops_of(text.parse(path.read_text())):
                describe.range_words(line, "4k")

    def test_the_smallest_that_shows_it_is_found(self):
        def shows(lines):
            return any(line.word == "vmap" and sum(count for _, count in text.runs_of(line.get("pages"))) >= 3
                       for line, _ in text.ops_of(lines))
        small = shrink.shrink(text.parse(SCENARIO), 4096, shows, 1000)
        self.assertEqual(text.text_of(small), "vmapdiff 2\nmachine granule=4k va=48 pa=48\npolicy prior\n"
                                              "vmap va=0xffff800080000000 pages=0x10000+3\n")

    def test_shrinking_ends_and_never_loses_what_it_is_for(self):
        rng = random.Random(1)
        for _ in range(50):
            words = [rng.randrange(1 << 16) for _ in range(4)]
            def shows(lines, words=words):
                return hash(text.text_of(lines)) % 3 != words[0] % 3 and len(text.ops_of(lines)) > 0
            lines = text.parse(SCENARIO)
            if shows(lines):
                self.assertTrue(shows(shrink.shrink(lines, 4096, shows, 200)))

    def sentence(self, scenario, base, patched):
        found, = difference.differences(answer(base), answer(patched))
        return examples.sentence_of(text.parse("vmapdiff 2\n" + scenario), found)

    def test_sentences(self):
        counts = {"barriers/dsb ishst": 1, "barriers/isb": 1}
        self.assertEqual(
            self.sentence("vmap va=0xffff800000000000 pages=0x100+16\n", step(counts=counts),
                          step(counts=counts, leaves=[[3, True, 16]], tables="2" * 16)),
            "vmap() of 16 aligned contiguous pages: 16 pages in BASE, one contiguous group in PATCHED; barriers 2 and 2")
        self.assertEqual(
            self.sentence("set_memory va=0xffff800000001000 pages=1 op=ro\n", step(call="set_memory"),
                          step(call="set_memory", error=-22)),
            "set_memory_ro() of one page at an unaligned address: 0 in BASE, -EINVAL in PATCHED")
        self.assertEqual(
            self.sentence("fail alloc=2\nioremap va=0xffff800000000000 pa=0x0 size=0x200000\n",
                          step(call="ioremap", counts={"tlbi/by range": 2}), step(call="ioremap")),
            "ioremap() of 512 pages of aligned memory, with table page 2 not had: TLBI by range: 2 in BASE, 0 in PATCHED")

    def test_a_sentence_that_cannot_be_made_is_made_of_less(self):
        found, = difference.differences(answer(step()), answer(step(error=-12)))
        self.assertIn("-ENOMEM in PATCHED", examples.sentence_of([], found))


# --- lines -----------------------------------------------------------------------------------------------------


class Lines(WithFolder):
    BASE = "int a(void)\n{\n\treturn 1; /* one */\n}\n"

    def test_same_code(self):
        self.assertTrue(changes.same_code(self.BASE, self.BASE.replace("one", "two */\n/* lines")))
        self.assertTrue(changes.same_code(self.BASE, "// new\n" + self.BASE.replace("\t", "        ")))
        self.assertFalse(changes.same_code(self.BASE, self.BASE.replace("1", "2")))
        self.assertFalse(changes.same_code('a("/* x */");', 'a("/* y */");'))

    def test_changed_lines(self):
        here, gone = changes.changed_lines("a\nb\nc\n", "a\nx\ny\nc\n")
        self.assertEqual((here, gone), ([2, 3], [2]))

    def test_files_of_two_trees(self):
        for tree, content in (("base", "1"), ("patched", "2")):
            for name in ("mm/a.c", "mm/same.c", f"only-{tree}/b.c"):
                path = self.work / tree / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text("same" if "same" in name else content)
        self.assertEqual(changes.changed_files(self.work / "base", self.work / "patched"), ({"mm/a.c"}, 1, 1))

    def test_lines_are_sorted_by_what_is_known_of_them(self):
        name, place = "mm/vmalloc.c", "mm/vmalloc.c"
        base = "int f(void)\n{\n}\n"
        patched = "int f(void)\n{\n\tran();\n\tdid_not();\n\t/* words */\n}\nstatic int declared;\nint blanked(void);\n#if 1\n"
        sliced = patched.replace("int blanked(void);", "")
        for folder, content in (("base", base), ("patched", patched), ("slice", sliced)):
            path = self.work / folder / (place if folder == "slice" else name)
            path.parent.mkdir(parents=True)
            path.write_text(content)
        counts = {"4k": {name: {3: 5, 4: 0, 9: 5}}, "16k": {name: {3: 0, 4: 0}}}
        found = reached.lines_of(name, self.work / "base", self.work / "patched", self.work / "slice", counts)
        self.assertEqual([number for number, _ in found.reached], [3])
        self.assertEqual(found.geometries[3], ["4k"])
        self.assertEqual(found.not_reached, [(4, "did_not();")])
        self.assertEqual(found.uncounted, [(7, "static int declared;"), (9, "#if 1")])
        self.assertEqual(found.not_held, [(8, "int blanked(void);")])


KNOWN = """Linux 7.3.4, /a tree
policy, as measured on the tree's own code:
  vmap(): large leaves: none
  vmap(): other: NOT UNDERSTOOD
    nearest is 'x'
LEFT OUT: set_memory
waived, since the tree is found to do it:
  head-check (errors.code)
    of a batch only the first entry is tested
      | vmapdiff 2
      | vunmap va=0x0 size=0x1000
"""


class Known(unittest.TestCase):
    def test_what_the_tool_prints_is_read(self):
        found = known.parse(KNOWN)
        self.assertEqual((found.release, found.left_out), ("Linux 7.3.4", "set_memory"))
        self.assertEqual(found.policy["vmap(): large leaves"], "none")
        self.assertEqual(found.not_understood(), ["vmap(): other"])
        self.assertEqual(found.bugs["head-check"].scenario, "vmapdiff 2\nvunmap va=0x0 size=0x1000\n")

    def test_a_name_that_leads_elsewhere_is_none(self):
        self.assertEqual(known.parse(KNOWN.replace("head-check", "../head-check")).bugs, {})


# --- the report ---------------------------------------------------------------------------------------------------


def finding(**more):
    return {"rule": "errors.code", "call": "vmap", "signature": "FAIL errors.code mapper=kernel op=0:vmap",
            "sentence": "the same fault gives the errno the kernel gives",
            "scenarios": {"base": 0, "patched": 7, "new": 7, "gone": 0}, "machines": ["4k va=48 pa=48"],
            "file": "a.scenario", "scenario": "vmapdiff 2\nvmap va=0xffff800080000000 pages=0x1\n", "known_bug": "", **more}


def told(**more):
    side = {"tree": "/a", "release": "Linux 7.3.4", "commit": "", "not_understood": [], "left_out": ""}
    found = {"format": report.FORMAT, "version": report.VERSION, "tool": "vmapdiff 1", "how": "two trees",
             "base": side, "patched": side, "partial": "", "notes": [], "subjects": [],
             "findings": {"new": [], "gone": [], "both": []}, "known_in_both": [], "policy": [], "differences": [],
             "worth": {**worth.told(worth.Counted()), "counted": 93}, "bounded": 0, "patches": [], "not_concluded": ["Nothing is said of other processors."],
             "reached": {"measured": False, "same_code": True, "scenarios": 0, "geometries": [], "not_tested": [],
                         "only_base": 0, "only_patched": 0, "files": []},
             "played": {"scenarios": 10, "calls": 20, "alike": 10, "checked_in": 4, "generated": 6, "seed": 1,
                        "fuzzed": 0, "executions": 0, "targets": [], "minutes": 3, "seconds": 5,
                        "machines": {"4k va=48 pa=48": 10}, "not_compared": {}, "not_made": [{}, {}]}, **more}
    found["exit"], found["verdict"] = report.exit_code(found), report.verdict(found)
    return found


def told_cost(number):
    return {"call": "vm_unmap_ram", "step": "unmap", "measure": "pages in groups or blocks", "array": "one page of a group off",
            "pages": 1024 + number, "machine": "16k va=48 pa=48", "base": 1 << 20, "patched": 1 << 30, "families": 100,
            "of": 200}


def told_family():
    return {"call": "vmap", "step": "map", "array": "order 0", "pages": 16, "machine": "4k va=48 pa=48",
            "measures": [{"name": "barriers", "base": 2, "patched": 4}]}


def told_difference(number):
    return {"call": f"vmap{number}", "step": "call", "aspect": "leaves", "follows": False, "op": 0,
            "sentence": "vmap() of 16 aligned contiguous pages: " + "16 pages in BASE, one contiguous group " * 4,
            "scenarios": 5, "machines": ["4k va=48 pa=48"], "aspects": [{"name": "leaves", "base": [], "patched": []}],
            "file": "b.scenario", "scenario": "vmapdiff 2\n"}


class FirstEvent(unittest.TestCase):
    STORE = {"record": "event", "step": 0, "event": "store", "table": 1, "pa": "0x1000", "index": 7,
             "old": ["0x0", "0x0"], "new": ["0x703", "0x1703"],
             "place": {"file": "mm/vmalloc.c", "line": 565, "function": "vmap_pte_range", "number": 3}}
    DSB = {"record": "event", "step": 0, "event": "barrier", "barrier": "dsb ishst"}

    def lines(self, *events):
        begin = {"record": "begin", "step": 0, "op": 0, "kind": "call"}
        other = {"record": "begin", "step": 1, "op": 1, "kind": "call"}
        isb = {**self.DSB, "step": 1, "barrier": "isb"}
        return [json.dumps(one) for one in ({"record": "tool"}, begin, *events, other, isb)]

    def parted(self, base, patched):
        return first_event.first(*(first_event.of_step(self.lines(*events), 0, "call") for events in (base, patched)))

    def test_the_same_events_from_other_lines(self):
        moved = {**self.STORE, "place": {**self.STORE["place"], "line": 9}, "table": 2}
        self.assertIsNone(self.parted([self.STORE, self.DSB], [moved, self.DSB]))

    def test_stores_are_compared_word_by_word(self):
        first = {**self.STORE, "old": ["0x0"], "new": ["0x703"]}
        second = {**self.STORE, "index": 8, "old": ["0x0"], "new": ["0x1703"]}
        self.assertIsNone(self.parted([self.STORE], [first, second]))
        number, base, patched = self.parted([self.STORE], [first, {**second, "new": ["0x1743"]}])
        self.assertEqual((number, first_event.told(base), first_event.words_of(patched)),
                         (2, "entry 8 of table 1: 0x1703, at mm/vmalloc.c:565, vmap_pte_range()", "entry 8 of table 1: 0x1743"))

    def test_a_call_that_ends_before_the_other(self):
        number, base, patched = self.parted([self.STORE, self.DSB], [self.STORE])
        self.assertEqual((number, first_event.told(base), first_event.told(patched)), (3, "dsb ishst", "the call has ended"))

    def test_what_is_made_meanwhile_is_not_of_the_call(self):
        inner = {"record": "begin", "step": 1, "op": 0, "kind": "read"}
        lines = [json.dumps({"record": "begin", "step": 0, "op": 0, "kind": "call"}),
                 *map(json.dumps, (self.STORE, inner, {**self.DSB, "step": 1}, self.DSB))]
        self.assertEqual(first_event.of_step(lines, 0, "call"), [self.STORE, self.DSB])
        self.assertEqual(first_event.of_step(lines, 0, "read"), [{**self.DSB, "step": 1}])

    def test_each_event_of_the_schema_has_words(self):
        schema = json.loads((TOP / "regress/test/events.schema.json").read_text())
        kinds = [one["properties"]["event"] for one in schema["oneOf"] if "event" in one["properties"]]
        full = {"old": ["0x1"], "new": ["0x0"], "table": 1, "index": 0, "barrier": "isb", "all": False, "local": True, "va": "0x0",
                "bytes": "0x1000", "function": "flush_cache_vmap", "acquired": True, "trap": "no table", "failed": True}
        for kind in kinds:
            for name in kind.get("enum", [kind.get("const")]):
                self.assertTrue(first_event.words_of({**full, "event": name}), name)


@unittest.skipUnless(shutil.which("cc") and shutil.which("nm") and shutil.which("readelf"), "needs cc and binutils")
class Foreign(WithFolder):
    """What a tree's code does that no kernel's does."""

    def built(self, name, text):
        folder = self.work / name / "mapper/kernel"
        folder.mkdir(parents=True)
        subprocess.run(["cc", "-shared", "-fPIC", "-x", "c", "-", "-o", folder / "libkernel_4k.so"], input=text, text=True,
                       check=True)
        return unittest.mock.Mock(built=self.work / name)

    def test_what_is_the_kernels_is_not_told(self):
        both = [self.built(name, "int first(int a) { return a; }") for name in "ab"]
        self.assertEqual(list(foreign.notes(both)), [])

    def test_calls_and_constructors_are_told(self):
        base = self.built("a", "int first(int a) { return a; }")
        patched = self.built("b", "int socket(int, int, int); int open(const char *, int, ...);"
                                  "__attribute__((constructor)) void first(void) { open(\"a\", socket(2, 1, 0)); }")
        calls, runs = foreign.notes([base, patched])
        self.assertIn("PATCHED's code calls open(), socket(): of the C library", calls)
        self.assertIn("PATCHED's code has 2 functions that run as it is loaded, and BASE's 1", runs)


class Releases(unittest.TestCase):
    """What sorts the differences of two releases by their causes."""

    def causes(self, **more):
        found, left = releases.sort_out([{"call": "vmap", "aspect": "order", "sentence": "", "follows": False,
                                          "scenarios": 1, **more}])
        return [cause.where for cause, ones in found.items() if ones], len(left)

    def test_a_difference_that_nothing_explains_is_named(self):
        self.assertEqual(self.causes(), ([], 1))
        self.assertEqual(self.causes(follows=True), ([], 0))

    def test_the_access_flag_of_tables_alone(self):
        event = {"number": 3, "base": "entry 1 of table 0: 0x1003, at a", "patched": "entry 1 of table 0: 0x1403, at b"}
        self.assertEqual(self.causes(first_event=event), (["pud_populate(), pmd_populate_kernel()"], 0))
        more = {**event, "patched": "entry 1 of table 0: 0x0 becomes 0x1c03"}
        self.assertEqual(self.causes(first_event=more), ([], 1))

    def test_reads_alone_are_explained_where_all_events_are_the_same(self):
        self.assertEqual(self.causes(aspect="reads")[1], 0)
        event = {"number": 1, "base": "isb", "patched": "dsb ish"}
        self.assertEqual(self.causes(aspect="reads", first_event=event)[1], 1)


class Report(unittest.TestCase):
    SCHEMA = json.loads((TOP / "regress/test/review.schema.json").read_text())

    def test_a_page_is_a_page_whatever_is_in_it(self):
        full = told(findings={"new": [finding(rule=f"errors.code{n}") for n in range(30)], "gone": [finding()] * 9,
                              "both": [finding()] * 9}, differences=[told_difference(n) for n in range(80)],
                    worth={**told()["worth"], "worse": [told_cost(n) for n in range(20)], "families": [told_family()],
                           "better": [told_cost(n) for n in range(20)], "not_counted": {"PATCHED breaks a.b": 1, "b": 2, "c": 3}},
                    policy=[{"knob": f"knob {n}", "base": "a", "patched": "b"} for n in range(30)],
                    reached={**told()["reached"], "same_code": False, "measured": True, "not_tested": ["fs/a.c"] * 50,
                             "files": [{"name": "mm/a.c", "reached": [], "not_held": [], "uncounted": [], "gone": 0,
                                        "not_reached": [{"line": n, "text": "x();"} for n in range(90)]}]})
        page = markdown.page(full)
        self.assertLessEqual(len(page.splitlines()), markdown.PAGE)
        self.assertLessEqual(max(map(len, page.splitlines())), markdown.WIDTH)
        whole = markdown.text(full)
        self.assertTrue(whole.startswith(page))
        self.assertEqual(whole.count("### New "), 30)
        self.assertEqual(whole.count("### Difference "), 80)
        self.assertIn("- worse: vm_unmap_ram of 1,024 pages, one page of a group off, 16K:\n  pages in groups or blocks", page)
        self.assertLess(page.index("## New in PATCHED"), page.index("## What calls cost"))
        self.assertLess(page.index("- worse: "), page.index("- better: "))
        self.assertLess(page.index("- better: "), page.index("## Differences with no rule broken"))

    def test_nothing_new_says_so(self):
        nothing = told()
        self.assertEqual(nothing["exit"], 0)
        page = " ".join(markdown.page(nothing).split())
        self.assertIn("no difference", page)
        self.assertIn("the same, but for comments and white space", page)
        self.assertIn("No line of code that the rig runs is changed", page)
        self.assertIn("93 families of calls: each costs the same in both trees", page)
        self.assertIn("--instructions counts them", markdown.text(nothing))

    def test_the_page_for_a_browser_has_the_leaves_of_both(self):
        leaves = {"name": "leaves", "base": [[3, False, 16]], "patched": [[3, True, 16], [2, False, 512]]}
        page = html.page(told(differences=[{**told_difference(1), "aspects": [leaves]}]))
        self.assertEqual(page.count("<svg"), 2)
        self.assertEqual(re.findall(r'<rect class="leaf-(\w+)"', page), ["page", "cont", "block"])
        self.assertIn("<title>one contiguous group</title>", page)
        self.assertEqual(pictures.of_difference({**told_difference(1), "aspects": []}), "")
        sixteen = {**told_difference(1), "aspects": [leaves], "scenario": "vmapdiff 2\nmachine granule=16k\n"}
        self.assertIn("512 pages in blocks", pictures.of_difference(sixteen))

    def test_a_picture_of_a_finding_reaches_nothing(self):
        broken = told(findings={"new": [finding()], "gone": [], "both": []})
        page = html.page(broken, {"a.scenario": '"><script>alert(1)</script>'})
        self.assertIn('<iframe sandbox="allow-scripts" loading="lazy" srcdoc="&quot;&gt;&lt;script&gt;', page)
        self.assertNotIn("<script", page)
        self.assertNotIn("<iframe", html.page(broken))

    def test_a_partial_report_says_so_first(self):
        partial = told(partial="The review was ended by SIGTERM after 12 s, before it was done: 10 scenarios were played on both, of 99")
        self.assertEqual(partial["verdict"], "PARTIAL: no new findings so far in PATCHED; no difference")
        page = markdown.page(partial)
        self.assertTrue(page.startswith("vmapdiff review: PARTIAL, no new finding\n"))
        self.assertIn("ended by SIGTERM after 12 s", " ".join(page.split()))
        self.assertEqual(list(violations({**partial, "exit": 143}, self.SCHEMA)), [])

    def test_exit_codes(self):
        patch = {"subject": "a", "commit": "", "error": "", "same_code": False, "new": [], "gone": [], "verdict": "x"}
        self.assertEqual(told(findings={"new": [finding()], "gone": [], "both": []})["exit"], 1)
        self.assertEqual(told(findings={"new": [], "gone": [finding()], "both": [finding()]})["exit"], 0)
        self.assertEqual(told(differences=[told_difference(1)])["exit"], 0)
        self.assertEqual(told(worth={**told()["worth"], "worse": [told_cost(1)]})["exit"], 0)
        self.assertEqual(told(patches=[patch, {**patch, "new": ["errors.code"]}])["exit"], 1)
        self.assertEqual(told(patches=[patch, {**patch, "error": "does not build"}])["exit"], 2)

    def test_aspects_are_those_of_the_tool_and_of_the_schema(self):
        classes = set(re.findall(r'"(\w+)/[\w %]', (TOP / "regress/tool/observation.c").read_text())) - {"regress", "fuzz", "mapper"}
        self.assertGreater(len(classes), 9)
        self.assertLessEqual(classes, set(difference.ASPECTS))
        aspect = self.SCHEMA["$defs"]["difference"]["properties"]["aspect"]["enum"]
        self.assertEqual(sorted(aspect), sorted(difference.ASPECTS))

    def test_it_is_as_its_schema_says(self):
        event = {"number": 2, "base": "isb", "patched": "dsb ish"}
        full = told(findings={"new": [finding()], "gone": [], "both": []},
                    differences=[told_difference(1), {**told_difference(2), "first_event": event}],
                    worth={**told()["worth"], "worse": [told_cost(1)], "families": [told_family()]})
        self.assertIn("- PATCHED: dsb ish", markdown.text(full))
        self.assertIn("PATCHED: dsb ish</p>", html.page(full))
        self.assertEqual(list(violations(full, self.SCHEMA)), [])
        del full["verdict"]
        self.assertNotEqual(list(violations(full, self.SCHEMA)), [])


class LeftOut(unittest.TestCase):
    """A part of a tree that does not build in the rig, such as set_memory."""

    def rigs(self, *texts):
        rigs = []
        for text in texts:
            folder = Path(tempfile.mkdtemp(prefix="vmapdiff-"))
            self.addCleanup(shutil.rmtree, folder)
            if text:
                (folder / kernel.LEFT_OUT).write_text(text)
            rigs.append(Rig(folder, folder, "./rig kernel t"))
        return rigs

    def test_what_is_left_out(self):
        rig, other = self.rigs("rig: LEFT OUT: set_memory and vrealloc(). Linux uses\n  x\nrig: LEFT OUT: the lines of "
                               "events, whose macros the tree does not compile with:\n", "")
        self.assertEqual(kernel.left_out(rig.state), ["set_memory and vrealloc()"])
        self.assertEqual(kernel.left_out(other.state), [])

    def test_only_one_tree_without_it_has_no_verdict(self):
        without = "rig: LEFT OUT: set_memory. Linux uses\n"
        for texts, name in (((without, ""), "BASE"), (("", without), "PATCHED")):
            with self.assertRaisesRegex(Unusable, f"{name} is built without set_memory.*no verdict"):
                review.compare_parts(self.rigs(*texts))
        review.compare_parts(self.rigs(without, without))
        review.compare_parts(self.rigs("", ""))


if __name__ == "__main__":
    unittest.main()
