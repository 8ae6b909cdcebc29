#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What is older than the code is listed, one row is made again alone, and the release check notices
each of its conditions. All on copies, whatever the checked-in tables are. Usage: test_records.py TOP
"""
import dataclasses
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOP = Path(sys.argv.pop(1)).resolve()
sys.path.insert(0, str(TOP / "regress" / "mutation"))
# pylint: disable=wrong-import-position
import confirm
import figures
import journal
import records
import sources
import workshop
from run import Run

COPIED = ["mapper", "fuzz", "oracle", "regress/mutation", "regress/mutants", "regress/ci",
          "regress/tool"]
NAME, OTHER = "batch-past-block", "split-failure-lost"


def fresh_catalogue(top, name):
    """The table with a row for each mutant there is, of the sources there are."""
    path = top / records.TABLES / f"{name}.csv"
    table = records.read(path)
    mutants = sorted(patch.stem for patch in (top / "regress/mutants").glob("*.patch"))
    runs = [run for run in table.runs if run.mutant in mutants]
    runs += [Run(m, "empty", 1, 9, "a.b") for m in mutants if m not in table.mutants]
    made = records.origin(top, mutants).table(table.command, runs)
    records.write(path, records.merged(records.Table(made.command, (), ()), made, set(mutants)))


def freshen(top):
    """Makes a copy one that can be released, without running any mutant."""
    for name in ("kills", "ablation"):
        fresh_catalogue(top, name)
    tables = top / records.TABLES
    table = records.read(tables / "generated.csv")
    origin = records.origin(top, groups=(*sources.OF_MUTANTS, "operators"))
    records.write(tables / "generated.csv", origin.table(table.command, table.runs))
    weakened = records.read(tables / "weakened.csv")
    origin = records.origin(top, groups=("oracle", "weakenings"))
    records.write(tables / "weakened.csv", origin.table(weakened.command, weakened.runs))
    text = (tables / "minimized.md").read_text()
    mutants = re.findall(r"^\| ([a-z][\w-]*) \| \d", text, re.MULTILINE)
    stamp = sources.stamp_of_minimized(top, mutants)
    (tables / "minimized.md").write_text(re.sub("<!-- sources .*", f"<!-- {stamp} -->", text))
    found = figures.in_tables(top)
    (top / "README.md").write_text(
        f"# A title\n\n{figures.MARKER}\nOf version {sources.version(top)}: "
        f"{'{} of {} injected bugs'.format(*found['injected bugs'])} for each of\n"
        f"{found['seeds'][0]} seeds, a median of {found['executions'][0]:,} executions; "
        f"{'{} of {} generated mutants'.format(*found['generated mutants'])}; "
        f"{'{} of {} weakened oracles'.format(*found['weakened oracles'])}.\n\nMore 1 of 2.\n")
    (top / "CHANGELOG.md").write_text(
        f"# Changes\n\n## {sources.version(top)} - 2026-01-02\n\n### Added\n\n- All of it.\n")


class Copy(unittest.TestCase):
    """A test with a copy of its own."""
    folder = fresh = None

    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="vmapdiff-"))
        cls.fresh = cls.folder / "fresh"
        for name in COPIED:
            shutil.copytree(TOP / name, cls.fresh / name,
                            ignore=shutil.ignore_patterns("__pycache__", "picture"))
        shutil.copy(TOP / "CMakeLists.txt", cls.fresh)
        freshen(cls.fresh)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def setUp(self):
        self.top = self.folder / self.id()
        shutil.copytree(self.fresh, self.top)

    def run_script(self, name, *arguments):
        done = subprocess.run([sys.executable, "-B", self.top / "regress" / name, *arguments],
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def edit(self, name, pattern, replacement):
        """Changes the first place that a pattern finds."""
        text, count = re.subn(pattern, replacement, (self.top / name).read_text(), count=1,
                              flags=re.MULTILINE | re.DOTALL)
        self.assertEqual(count, 1, pattern)
        (self.top / name).write_text(text)

    def expect_release(self, code, *texts):
        got, said = self.run_script("ci/release.py")
        self.assertEqual(got, code, said)
        for text in texts:
            self.assertIn(text, said)
        return said


class Release(Copy):
    """The release check notices each of its conditions."""

    def test_when_all_hold(self):
        self.expect_release(0, f"version {sources.version(self.top)} can be released")

    def test_a_table_is_stale(self):
        self.edit("mapper/policy.c", r"\Z", "int one_more;\n")
        said = self.expect_release(1, "older than the code: kills: all")
        for table in ("generated", "ablation", "minimized"):
            self.assertIn(f"older than the code: {table}: ", said)
        self.assertNotIn("README", said)

    def test_the_version_has_no_section(self):
        self.edit("CMakeLists.txt", r"vmapdiff VERSION [\d.]+", "vmapdiff VERSION 77.1.0")
        self.assertEqual(self.expect_release(1, "no section '## 77.1.0 - ").count("release: "), 1)

    def expect_changelog(self, text, *sentences):
        """The changelog is the only thing that is wrong, and this is what is said of it."""
        version = sources.version(self.top)
        (self.top / "CHANGELOG.md").write_text(text.replace("VERSION", version))
        said = self.expect_release(1, *(one.replace("VERSION", version) for one in sentences))
        self.assertEqual(said.count("release: CHANGELOG.md: "), len(sentences), said)
        self.assertEqual(said.count("release: "), len(sentences), said)

    def test_the_section_says_nothing(self):
        self.expect_changelog("## VERSION - 2026-01-02\n\n## 0.0.1 - 2025-01-02\n\n- Not this.\n",
                              "no section '## VERSION - ")
        self.expect_changelog("## VERSION.5 - 2026-01-02\n\n- Not this.\n",
                              "no section '## VERSION - ")

    def test_the_section_has_no_date(self):
        for date in ("", " - soon", " - 2026-02-30", " (2026-01-02)"):
            wrong = "no section '## VERSION - " if "(" in date else "section 'VERSION' needs a date"
            self.expect_changelog(f"## VERSION{date}\n\n- This.\n", wrong,
                                  *(["' needs a date"] if "(" in date else []))

    def test_sections_are_out_of_order(self):
        self.expect_changelog("## 0.0.1 - 2025-01-02\n\n- A.\n\n## VERSION - 2026-01-02\n\n- B.\n",
                              "section '0.0.1' stands above 'VERSION', which is more recent",
                              "section '0.0.1' stands above that of 'VERSION'")

    def test_changes_are_unreleased(self):
        released = "## VERSION - 2026-01-02\n\n- B.\n"
        self.expect_changelog(f"## Unreleased\n\n- A.\n\n{released}", "'Unreleased' is not empty")
        (self.top / "CHANGELOG.md").write_text(
            f"## Unreleased\n\n{released}".replace("VERSION", sources.version(self.top)))
        self.expect_release(0)

    def test_a_group_of_changes_is_misspelt(self):
        self.expect_changelog("## VERSION - 2026-01-02\n\n### Add\n\n- A.\n", "'Add' is none of Added, ")

    def test_there_is_no_changelog(self):
        (self.top / "CHANGELOG.md").unlink()
        self.expect_release(1, "CHANGELOG.md: no section")

    def test_the_version_has_a_second_place(self):
        version = sources.version(self.top)
        for name, text in (("regress/ci/new.h", f'#define VERSION "{version}"\n'),
                           ("regress/tool/new.in", f"\nvmapdiff-{version}.tar.xz\n"),
                           ("CMakeLists.txt", f"# {version}.\n")):
            before = (self.top / name).read_text() if (self.top / name).exists() else ""
            (self.top / name).write_text(before + text)
            said = self.expect_release(1, f"{name}:{len((before + text).splitlines())}: has version")
            self.assertEqual(said.count("release: "), 1, said)
            (self.top / name).write_text(before)
        (self.top / "regress/ci/new.h").write_text(f"// {version}.1, 3.{version}, {version}7\n")
        self.expect_release(0)

    def test_the_version_has_two_numbers(self):
        self.edit("CMakeLists.txt", r"vmapdiff VERSION [\d.]+", "vmapdiff VERSION 77.1")
        self.expect_release(1, "three numbers")

    def test_readme_says_otherwise(self):
        for form in (r"\d+( of \d+ injected bugs)", r"\d+( of \d+ generated mutants)",
                     r"\d+( of \d+ weakened oracles)", r"\d+( seeds)", r"[\d,]+( executions)"):
            before = (self.top / "README.md").read_text()
            self.edit("README.md", form, r"123456\1")
            said = self.expect_release(1, "it says (123456")
            self.assertEqual(said.count("release: "), 1)
            (self.top / "README.md").write_text(before)

    def test_readme_is_of_another_version(self):
        self.edit("README.md", r"version [\d.]+", "version 77.1")
        self.expect_release(1, "its figures are of version 77.1")

    def test_readme_has_no_figures(self):
        self.edit("README.md", r" of (\d+) injected bugs", r" from \1 bugs")
        self.expect_release(1, "0 places have the form")
        self.edit("README.md", re.escape(figures.MARKER), "<!-- nothing -->")
        self.expect_release(1, f"no line '{figures.MARKER}'")


class Stale(Copy):
    """The list of what is older than the code."""

    def stale(self, *options):
        return self.run_script("mutation/stale.py", *options)

    def expect_stale(self, *texts):
        code, said = self.stale()
        self.assertEqual(code, 0, said)
        self.assertEqual(self.stale("--check")[0], 1)
        for text in texts:
            self.assertIn(text, said)
        return said

    def expect_none(self):
        self.assertEqual(self.stale("--check"), (0, "no table is older than the code\n"))

    def test_comments_indents_and_tests_do_not_count(self):
        self.edit("mapper/policy.c", r"\A", "/* A \"comment\n */ // and 'another\n")
        self.edit("mapper/policy.c", r"^\t", "\t\t    ")
        self.edit("mapper/policy.c", r";\n", "; /* why */\n\n")
        (self.top / "oracle/test/new.c").write_text("int new;\n")
        (self.top / "fuzz/new.md").write_text("New.\n")
        self.expect_none()

    def test_a_string_is_not_a_comment(self):
        self.edit("oracle/rules.c", r"\Z", 'const char *url = "a//b";\n')
        before = self.expect_stale("changed: oracle\n")
        first = sources.stamp(self.top)
        self.edit("oracle/rules.c", "a//b", "a//c")
        self.assertNotEqual(first, sources.stamp(self.top))
        self.assertEqual(before, self.expect_stale())

    def test_each_group_is_named(self):
        for name, group in (("mapper/mapper.h", "mapper"), ("fuzz/generate.c", "generator"),
                            ("oracle/oracle.c", "oracle"),
                            ("regress/mutation/operators.py", "operators")):
            before = (self.top / name).read_text()
            self.edit(name, r"\Z", "\nnew = 1;\n")
            self.expect_stale(f"changed: {group}\n    ./rig mutants --generated 600 --record\n")
            (self.top / name).write_text(before)
        self.expect_none()

    def test_weakenings_are_of_the_oracle(self):
        for name, group in (("oracle/tlb.c", "oracle"), ("regress/mutation/weakenings.py", "weakenings"),
                            ("regress/mutation/harmless", "weakenings")):
            before = (self.top / name).read_text()
            self.edit(name, r"\Z", "\nnew = 1;\n")
            self.expect_stale(f"weakened: the table: changed: {group}\n"
                              "    ./rig mutants --oracle 220 --record\n")
            (self.top / name).write_text(before)
        self.expect_none()

    def test_a_patch_makes_one_row_stale(self):
        self.edit(f"regress/mutants/{NAME}.patch", r"^\+(?!\+)", "+ 0 + ")
        said = self.expect_stale(f"kills: {NAME}: changed: its patch\n"
                                 f"    ./rig mutants {NAME} --record\n",
                                 f"    ./rig mutants {NAME} --ablation --record\n")
        self.assertNotIn("generated", said)

    def test_the_header_of_a_patch_does_not_count(self):
        self.edit(f"regress/mutants/{NAME}.patch", r"^happened: ", "happened: long ago, ")
        self.expect_none()

    def test_a_mutant_without_rows_and_rows_without_a_mutant(self):
        folder = self.top / "regress/mutants"
        (folder / f"{NAME}.patch").rename(folder / "new-one.patch")
        self.expect_stale("kills: new-one: not in the table\n"
                          "    ./rig mutants new-one --record\n",
                          f"kills: {NAME}: changed: its patch is gone\n")

    def test_a_stamp_that_is_none(self):
        self.edit(records.TABLES / "kills.csv", r"mapper=\w", "mapper=x")
        code, said = self.stale()
        self.assertEqual(code, 2, said)
        self.assertIn("not a stamp, since its hash is", said)

    def test_a_row_of_no_known_sources(self):
        self.edit(records.TABLES / "kills.csv", rf"^({NAME},.*?),\w+,(\w+)$", r"\1,00000000,\2")
        code, said = self.stale()
        self.assertEqual(code, 2, said)
        self.assertIn("no line for the sources 00000000", said)


class Confirming(Copy):
    """Rows that other sources made name the sources as they are, where runs are the same."""

    def setUp(self):
        super().setUp()
        self.edit("mapper/policy.c", r"\Z", "int one_more;\n")
        self.path = self.top / records.TABLES / "kills.csv"
        self.table = records.read(self.path)
        self.now = sources.stamp(self.top)

    def old(self):
        return confirm.old_mutants(self.table, self.now,
                                   {mutant: sources.patch_hash(self.top, mutant) for mutant in self.table.mutants})

    def test_the_longest_run_that_is_short_is_played_of_each_start(self):
        def runs(start, *executions):
            return [Run("m", start, seed, one, "a.b") for seed, one in enumerate(executions, 1)]
        found = confirm.choose(runs("empty", 5, 20000, 20001) + runs("corpus", 30000, 20002) + runs("cases", 7))
        self.assertEqual([(one.start, one.executions) for one in found],
                         [("empty", 20000), ("corpus", 20002), ("cases", 7)])

    def test_a_mutant_with_another_patch_is_not_confirmed(self):
        self.assertEqual(set(self.old()), set(self.table.mutants))
        self.edit(f"regress/mutants/{NAME}.patch", r"^\+(?!\+)", "+ 0 + ")
        self.assertEqual(set(self.old()), {*self.table.mutants} - {NAME})

    def test_what_is_confirmed_is_no_longer_old_and_says_so(self):
        stamp = dataclasses.replace(self.now, confirmed="3/41")
        table = confirm.confirmed(self.table, [NAME], stamp)
        confirm.write(table, self.path)
        read = records.read(self.path)
        self.assertEqual(read, table)
        self.assertEqual(read.stamps, (*self.table.stamps, stamp))
        self.assertEqual({row.run.mutant for row in read.rows if row.sources == stamp.id}, {NAME})
        self.assertEqual(read.runs, self.table.runs)
        self.assertIn(f"1 mutants of version {self.now.version} (sources `{stamp.id}`: made from earlier ones; of their "
                      "41 runs 3 were played again, and are the same)", self.path.with_suffix(".md").read_text())
        self.table = read
        self.assertNotIn(NAME, self.old())
        self.assertIn(OTHER, self.old())
        code, said = self.run_script("mutation/stale.py")
        self.assertEqual(code, 0, said)
        self.assertIn(f"kills: {len(self.table.mutants) - 1} of {len(self.table.mutants)} mutants: changed: mapper", said)

    def test_rows_that_are_made_again_are_of_the_sources_alone(self):
        table = confirm.confirmed(self.table, self.table.mutants, dataclasses.replace(self.now, confirmed="9/99"))
        records.write(self.path, table)
        new = records.origin(self.top, [NAME]).table(table.command, [run for run in table.runs if run.mutant == NAME])
        merged = records.updated(self.path, new, set(table.mutants))
        self.assertEqual([stamp.confirmed for stamp in merged.stamps], ["9/99", ""])
        self.assertEqual({row.sources for row in merged.rows if row.run.mutant == NAME}, {self.now.id})


class Rows(Copy):
    """Rows of some mutants are made again, and no others."""

    def update(self, *mutants):
        path = self.top / records.TABLES / "kills.csv"
        old = records.read(path)
        runs = [dataclasses.replace(run, executions=run.executions + 1)
                for run in old.runs if run.mutant in mutants]
        new = records.origin(self.top, mutants).table(old.command, runs)
        everyone = {patch.stem for patch in (self.top / "regress/mutants").glob("*.patch")}
        before = path.read_text().splitlines()
        records.write(path, records.updated(path, new, everyone))
        return before, path.read_text().splitlines()

    @staticmethod
    def rows(lines, *but):
        return [line for line in lines if line[0] != "#" and line.split(",")[0] not in but]

    def test_other_rows_stay_byte_for_byte(self):
        self.edit("mapper/policy.c", r"\Z", "int one_more;\n")
        self.edit("CMakeLists.txt", r"vmapdiff VERSION [\d.]+", "vmapdiff VERSION 77.1.0")
        before, after = self.update(NAME, OTHER)
        self.assertEqual(self.rows(before, NAME, OTHER), self.rows(after, NAME, OTHER))
        self.assertEqual(len(before) + 1, len(after))  # the head's line of the new sources
        self.assertNotEqual(self.rows(before), self.rows(after))
        table = records.read(self.top / records.TABLES / "kills.csv")
        self.assertEqual(table.version, "77.1.0")
        self.assertEqual({row.sources for row in table.rows if row.run.mutant in (NAME, OTHER)},
                         {sources.stamp(self.top).id})

    def test_the_same_sources_add_no_line(self):
        before, after = self.update(NAME)
        self.assertEqual(before[:4], after[:4])
        self.assertEqual(len(before), len(after))

    def test_all_rows_leave_one_stamp(self):
        self.edit("mapper/policy.c", r"\Z", "int one_more;\n")
        table = records.read(self.top / records.TABLES / "kills.csv")
        self.update(*table.mutants)
        table = records.read(self.top / records.TABLES / "kills.csv")
        self.assertEqual(table.stamps, (sources.stamp(self.top),))

    def test_a_mutant_that_is_gone_loses_its_rows(self):
        (self.top / f"regress/mutants/{OTHER}.patch").unlink()
        before, after = self.update(NAME)
        self.assertTrue(self.rows(before, NAME) != self.rows(after, NAME))
        self.assertEqual(self.rows(before, NAME, OTHER), self.rows(after, NAME))


class JournalOfARun(unittest.TestCase):
    """A run of generated mutants that is ended in the middle goes on where it was."""

    KILLED, SURVIVED = Run("m", "empty", 1, 7, "a.b"), Run("n", "cases", 1, 99, None)

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "build" / "journal"
        log = journal.Journal(self.path, "one")
        log.add(["m", 1], self.KILLED)
        log.add(["n", 1], self.SURVIVED)
        log.add(["o", 1], None)

    def test_what_was_found_is_found_again(self):
        log = journal.Journal(self.path, "one")
        self.assertEqual(log.count, 3)
        self.assertEqual(log.find(["m", 1]), (True, self.KILLED))
        self.assertEqual(log.find(["n", 1]), (True, self.SURVIVED))
        self.assertEqual(log.find(["o", 1]), (True, None))
        self.assertEqual(log.find(["m", 2]), (False, None))

    def test_a_line_that_was_cut_short_is_played_again(self):
        text = self.path.read_text()
        self.path.write_text(text[:-9])
        log = journal.Journal(self.path, "one")
        self.assertEqual((log.count, log.find(["o", 1])), (2, (False, None)))
        log.add(["o", 1], None)
        self.assertEqual(journal.Journal(self.path, "one").find(["o", 1]), (True, None))

    def test_other_sources_and_a_fresh_run_begin_anew(self):
        self.assertEqual(journal.Journal(self.path, "one", fresh=True).count, 0)
        self.setUp()
        self.assertEqual(journal.Journal(self.path, "two").count, 0)
        self.assertEqual(journal.Journal(self.path, "one").count, 0)  # and forget the old

    def test_a_compiler_that_is_ended_says_nothing_of_its_mutant(self):
        shop = workshop.Workshop(self.path.parent, self.path.parent)
        for program, compiles in (("false", False), ("true", True)):
            shop._commands = lambda _, p=program: [[p, str(self.path.parent / "m.c")]]
            done = shop.compile("m.c", "", self.path.parent)
            self.assertEqual(bool(done), compiles)
        script = self.path.parent / "end.sh"
        script.write_text("kill -INT $$\n")
        shop._commands = lambda _: [["sh", str(script), str(self.path.parent / "m.c")]]
        with self.assertRaises(workshop.pool.Stopped):
            shop.compile("m.c", "", self.path.parent)


if __name__ == "__main__":
    unittest.main()
