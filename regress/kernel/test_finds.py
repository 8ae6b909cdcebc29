#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The folders of regress/finds: each has its parts, and what is not as recorded is noticed.

Plays nothing. Usage: test_finds.py
"""
import argparse
import contextlib
import io
import re
import shutil
import sys
import tempfile
import unittest
import unittest.mock
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
# pylint: disable=wrong-import-position
import copies
import find as parts
import find_booted
import find_index
import find_mail
import finds
import standins
from driver.terminal import Unusable

SERIES = ["Linux 6.1", "Linux 6.12", "Linux 7.2", "Linux 7.3"]
COLUMNS = 75


def all_finds():
    return [parts.read(folder) for folder in parts.folders()]


class Recorded(unittest.TestCase):
    """The folders as they are checked in."""

    def test_each_find_has_all_its_parts(self):
        self.assertGreater(len(all_finds()), 10)

    def test_each_was_played_on_every_tree_and_stand_in(self):
        for find in all_finds():
            with self.subTest(find=find.name):
                keys = {one.key for one in find.verdicts}
                wanted = set() if find.is_guest else {(one, parts.AS_RELEASED) for one in SERIES}
                wanted |= {(f"Linux {series}", added) for series, added in find.standins}
                self.assertEqual(wanted, keys if not find.is_guest else set())

    def test_each_stand_in_fails_and_is_one_of_the_list(self):
        used = set()
        for find in all_finds():
            for series, added in find.standins:
                one, = [v for v in find.verdicts if v.key == (f"Linux {series}", added)]
                self.assertTrue(one.fails, f"{find.name}: {one}")
                self.assertIn(added, standins.EDITS)
                used.add(added)
        self.assertEqual(used, set(standins.EDITS))

    def test_each_was_played_on_a_booted_kernel_that_has_it(self):
        """At least on that of the mail, with numbers, or with the reason why not."""
        confirmed = set()
        for find in all_finds():
            with self.subTest(find=find.name):
                played = {one.key for one in find.booted}
                self.assertIn(find.shown.key, played)
                self.assertLessEqual(played, {one.key for one in find.verdicts if one.fails})
                for one in find.booted:
                    self.assertRegex(one.said, r"^(CONFIRMED: .*; \d+ words compared|NOT (CONFIRMED|REACHABLE): .|not played)")
                confirmed.update(find.name for one in find.booted if one.said.startswith("CONFIRMED"))
        self.assertGreater(len(confirmed), 2)

    def test_the_table_of_finds_is_that_of_the_folders(self):
        self.assertEqual(find_index.README.read_text(), find_index.text(parts.folders()),
                         "./rig finds --record writes it")

    def test_a_mail_is_plain_text_with_all_that_a_reader_needs(self):
        for find in all_finds():
            with self.subTest(find=find.name):
                self.check_mail(find, (find.folder / "mail").read_text())

    def check_mail(self, find, mail):
        words, _, report = mail.partition(f"\n\nReport of {find.shown.release}")
        self.assertTrue(mail.startswith(f"Subject: {parts.plain(find.title)}\n"))
        self.assertTrue(mail.isascii())
        self.assertNotIn(str(parts.TOP), mail)
        for verdict in find.verdicts:
            release, said = re.escape(verdict.release), re.escape(verdict.said)
            self.assertRegex(words, rf"\n  {release}.* {said}\n")
        for text in find.sections.values():
            self.assertIn(find_mail.wrapped(text), words)
        self.assertIn(find.shown.said.removeprefix("aborts: "), report)
        self.assertIn("guest.S" if find.is_guest else "\n  vmapdiff 2\n", report)
        for line in words.splitlines():
            self.assertTrue(len(line) <= COLUMNS or line.startswith(("  ", "Subject: ")), line)

    def test_a_known_bug_is_not_copied(self):
        rows = (parts.TOP / "oracle/waiver.c").read_text()
        for find in all_finds():
            for name in find.judged:
                self.assertIn(f'.name = "{name}"', rows)
            self.assertEqual(bool(find.judged), not (find.folder / "find.scenario").exists()
                             and not find.is_guest, find.name)


class Incomplete(unittest.TestCase):
    """A folder that lacks something is refused, and the message says what."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="vmapdiff-")) / "a-find"
        shutil.copytree(parts.FINDS / "scan-limit-is-zero", self.folder)

    def tearDown(self):
        shutil.rmtree(self.folder.parent)

    def refused(self, why):
        with self.assertRaisesRegex(parts.Incomplete, why):
            parts.read(self.folder)

    def edit(self, pattern, replacement, name="README.md"):
        path = self.folder / name
        text, count = re.subn(pattern, replacement, path.read_text(), flags=re.S)
        self.assertEqual(count, 1)
        path.write_text(text)

    def test_the_whole_one_is_taken(self):
        self.assertEqual(parts.read(self.folder).name, "a-find")

    def test_each_file(self):
        for part in list(self.folder.iterdir()):
            with self.subTest(part=part.name):
                aside = part.rename(self.folder.parent / part.name)
                self.refused(f"no {part.name}")
                aside.rename(part)

    def test_each_section(self):
        whole = (self.folder / "README.md").read_text()
        for name in parts.SECTIONS:
            with self.subTest(section=name):
                self.edit(rf"## {name}\n.*?(?=\n## |\Z)", "")
                self.refused("its sections are not")
                (self.folder / "README.md").write_text(whole)
                self.edit(rf"(## {name}\n).*?(?=\n## |\Z)", r"\1")
                self.refused(f"nothing under {name}")
                (self.folder / "README.md").write_text(whole)

    def test_what_is_played(self):
        self.edit(r"- Scenario: `find.scenario`", "- Scenario: another.scenario")
        self.refused("Scenario is not")

    def test_a_line_of_facts(self):
        self.edit(r"- Stand-ins:[^\n]*\n", "")
        self.refused("no line '- Stand-ins")

    def test_a_find_that_no_tree_has(self):
        self.edit(r"FAIL [^\n]*", "holds", "verdicts")
        self.refused("no tree has it")

    def test_a_verdict_that_cannot_be_read(self):
        self.edit(r" \| holds\n.*", "\n", "verdicts")
        self.refused("is not 'RELEASE")


class Differences(unittest.TestCase):
    """What the test of trees fails of."""

    def setUp(self):
        self.find = parts.read(parts.FINDS / "scan-limit-is-zero")
        self.mail = (self.find.folder / "mail").read_text()

    def changed(self, key, **values):
        return [parts.Verdict(**{**one.__dict__, **values}) if one.key == key else one
                for one in self.find.verdicts]

    def test_nothing(self):
        self.assertEqual(finds.differences(self.find, self.find.verdicts, self.mail), [])

    def test_a_verdict(self):
        key = "Linux 7.3", "series-scan-limit"
        for said in ("holds", "FAIL errors.code mapper=kernel op=0:vmap granule=4k level=3"):
            wrong, = finds.differences(self.find, self.changed(key, said=said), self.mail)
            self.assertIn(f"measured 'Linux 7.3.4 | series-scan-limit | {said}'", wrong)

    def test_a_mail(self):
        wrong, = finds.differences(self.find, self.find.verdicts, f"{self.mail} ")
        self.assertIn("its mail is not what the command makes", wrong)

    def test_a_later_release_is_judged_by_its_series(self):
        key = "Linux 7.3", "as released"
        later = self.changed(key, release="Linux 7.3.12")
        self.assertEqual(finds.differences(self.find, later, None), [])
        self.assertEqual(len(finds.differences(
            self.find, self.changed(key, release="Linux 7.3.12", said="not played"), None)), 1)

    def test_what_is_not_here_stays_recorded(self):
        old = self.find.verdicts
        new = parts.Verdict("Linux 7.3.12", "as released", "holds")
        kept = parts.merged(old, [new])
        self.assertEqual(len(kept), len(old))
        self.assertIn(new, kept)

    def test_the_mail_shows_the_newest_release_that_fails(self):
        self.assertEqual(parts.read(parts.FINDS / "silent-cut").shown.release, "Linux 6.12.117")


class Checked(unittest.TestCase):
    """--check, of what a bench without trees measures."""

    def check(self, only, *measured):
        """(exit code, what is printed)"""
        by = unittest.mock.Mock(**{"report.return_value": ""})
        bench = unittest.mock.Mock(qemu=by, **{"measure.return_value": {one: by for one in measured}})
        with unittest.mock.patch.object(finds, "Bench", lambda: bench), \
                contextlib.redirect_stdout(io.StringIO()) as said, contextlib.redirect_stderr(io.StringIO()):
            code = finds.run_check(argparse.Namespace(only=only))
        return code, said.getvalue()

    def verdicts(self, release="Linux 7.3.4", said="holds"):
        return parts.Verdict(release, "as released", said)

    def test_nothing_that_was_measured_is_no_success(self):
        for only in (None, "scan-limit-is-zero"):
            code, said = self.check(only)
            self.assertEqual(code, finds.SKIP, said)
            self.assertIn("SKIP: no verdict was compared", said)

    def test_nothing_that_is_recorded_is_no_success(self):
        code, said = self.check("scan-limit-is-zero", self.verdicts("Linux 9.9"))
        self.assertEqual(code, finds.SKIP, said)

    def test_what_was_compared_is_counted(self):
        code, said = self.check("scan-limit-is-zero", self.verdicts(), self.verdicts("Linux 9.9"))
        self.assertEqual((code, said), (0, "all is as recorded: 1 verdicts were compared\n"))
        code, said = self.check("scan-limit-is-zero", self.verdicts(said="not played"))
        self.assertEqual(code, 1, said)


class Booted(unittest.TestCase):
    """What `confirm` prints, as a line."""

    SAID = ("finding    FAIL x\nplayed     as it is\n           vmap va=0xffff800081800000 pages=0x41c00+16\n"
            "kernel     op 0: 240 of 1040 pages wrong, the first at index 528: pfn 0x1 was mapped there\n"
            "memory     nothing is wrong\nwords      1040 compared, 0 of them different\n"
            "CONFIRMED on a booted kernel (linux-source-7.3, 4k pages): the booted kernel does it: always\n")

    def test_a_line(self):
        self.assertEqual(find_booted.summary(self.SAID),
                         "CONFIRMED: the booted kernel does it: always; 240 of 1040 pages wrong, the first at index 528, "
                         "by vmalloc_to_page(); 1040 words compared with the slice, 0 different")
        for said, line in (("NOT REACHABLE: op 0 is 'linear': why\n", "NOT REACHABLE: op 0 is 'linear': why"),
                           ("NOT CONFIRMED on a booted kernel (a b, 4k pages): at 0xffff800081800000\n",
                            "NOT CONFIRMED: at an address")):
            self.assertEqual(find_booted.summary(said), line)
        with self.assertRaisesRegex(Unusable, "comes to no verdict"):
            find_booted.summary("rig: something else\n")

    def test_what_is_not_as_recorded(self):
        find = unittest.mock.Mock(booted=[parts.Verdict("Linux 7.3.4", "as released", "CONFIRMED: x")])
        for release, said, count in (("Linux 7.3.9", "CONFIRMED: x", 0), ("Linux 7.3.4", "NOT CONFIRMED: x", 1),
                                     ("Linux 7.2.1", "CONFIRMED: x", 1)):
            measured = [parts.Verdict(release, "as released", said)]
            self.assertEqual(len(find_booted.differences(find, measured)), count, (release, said))

    def test_no_tree_is_no_success(self):
        options = argparse.Namespace(only="silent-cut", record=False, check=True, booted=True)
        with unittest.mock.patch.object(find_booted, "whole_trees", dict), \
                contextlib.redirect_stdout(io.StringIO()) as said:
            self.assertEqual(finds.run_booted(options), finds.SKIP)
        self.assertIn("SKIP: nothing was compared", said.getvalue())

    def test_the_column_of_the_table(self):
        for said, cell in ((("CONFIRMED: x", "NOT CONFIRMED: y"), "confirmed: 7.3"), (("NOT CONFIRMED: y",) * 2, "not confirmed"),
                           (("NOT REACHABLE: y",) * 2, "not reachable")):
            booted = [parts.Verdict(f"Linux 7.{3 - i}.1", "as released", one) for i, one in enumerate(said)]
            self.assertEqual(find_index.booted(unittest.mock.Mock(booted=booted, is_guest=False)), cell)


class Report(unittest.TestCase):
    def test_it_is_the_same_on_every_machine_and_in_every_build(self):
        said = ("/tmp/x/a.scenario: WARN at /home/a/linux/mm/vmalloc.c:1, in /home/a/linux\n"
                "vmapdiff 1.2.0 (commit 1a2b3c4-dirty, clang 14.0.6, arm64)\n")
        self.assertEqual(finds.find_play.of_any_machine(said, "/home/a/linux", "/tmp/x/a.scenario"),
                         "find.scenario: WARN at mm/vmalloc.c:1, in TREE\n"
                         "vmapdiff, of the commit that has this mail\n")

    def test_calls_that_are_not_made_are_never_overlooked(self):
        count = finds.find_play.calls_not_made
        self.assertEqual(count("waived: nothing\n12 calls were not made: a reason\n"), 12)
        self.assertEqual(count("calls of the scenarios   3 100.00 %\n  not made      2\n"), 2)
        self.assertEqual(count("0 calls were not made: a reason\n"), 0)
        with self.assertRaisesRegex(Unusable, "does not say how many"):
            count("1 scenarios: 1 as expected, 0 not, 0 unusable\n")


class StandIns(unittest.TestCase):
    def test_one_that_there_is_not(self):
        with self.assertRaisesRegex(Unusable, "no stand-in 'frob'; there are: series"):
            finds.find_play.edit_of("frob")

    def test_an_edit_that_finds_no_place_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            mmu = Path(folder) / standins.MMU
            mmu.parent.mkdir(parents=True)
            mmu.write_text("int pud_free_pmd_page(pud_t *pudp, unsigned long addr)\n"
                           "{\n\treturn 1;\n}\n")
            with self.assertRaises(copies.EditFailed):
                standins.warns_of_empty(folder)


if __name__ == "__main__":
    unittest.main()
