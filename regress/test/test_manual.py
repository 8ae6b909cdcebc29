#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The installed vmapdiff(1) says what the tool's own help says, its examples work, and linters of
manuals have nothing to say. Usage: test_manual.py PREFIX TOP
"""
from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PREFIX, TOP = (Path(argument).resolve() for argument in sys.argv[1:3])
del sys.argv[1:3]
sys.path[:0] = [str(TOP / "regress" / "ci"), str(TOP / "regress" / "mutation")]
# pylint: disable=wrong-import-position
import changelog
import sources

VMAPDIFF = PREFIX / "bin" / "vmapdiff"
PAGE = PREFIX / "share" / "man" / "man1" / "vmapdiff.1"
LINTERS = [["mandoc", "-T", "lint"], ["groff", "-man", "-Tutf8", "-ww", "-z"],
           ["man", "--warnings", "-l"]]
SPECIAL = {r"\-": "-", r"\(aq": "'", r"\(dq": '"', r"\(ga": "`", r"\(ha": "^", r"\(ti": "~",
           r"\e": "\\", r"\ ": " "}
SCENARIO = "regress/cases/quirk-head-check.scenario"  # of a bug in what the models are asked for


def tool(*arguments, **options):
    return subprocess.run([VMAPDIFF, *arguments], stdout=subprocess.PIPE, text=True, check=False,
                          stdin=subprocess.DEVNULL, **options)


def plain(roff):
    """What a reader sees, on lines as they are in the source, without macros."""
    text = re.sub(r"^\.(?!TH|SH|SS|EX|EE).*\n", "", roff, flags=re.MULTILINE)
    text = re.sub(r"\\f[BIR]|\\&|\\%|\\:", "", text)
    return re.sub(r"\\(?:\(..|.)", lambda found: SPECIAL[found.group()], text)


def flat(text):
    return " ".join(text.split())


def sections(text):
    """{title: text}"""
    parts = re.split(r'^\.SH "(.*)"\n', text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


def blocks(text):
    """What stands between .EX and .EE, each as its lines."""
    return [found.splitlines() for found in re.findall(r"^\.EX\n(.*?)^\.EE", text, re.M | re.S)]


def sentence(words):
    return words[0].upper() + words[1:] + "."


def variables():
    """The environment variables that the tool reads: those of sources whose names are in it."""
    found, defined = set(), {}
    texts = [path.read_text(encoding="utf-8") for folder in ("fuzz", "regress/tool", "oracle", "mapper")
             for path in (TOP / folder).glob("**/*.[ch]")]
    for text in texts:
        defined.update(re.findall(r'^#define (\w+) "(\w+)"', text, re.MULTILINE))
    for text in texts:
        for quoted, name in re.findall(r'\bgetenv\((?:"(\w+)"|(\w+))\)', text):
            found.add(quoted or defined[name])
    program = VMAPDIFF.read_bytes()
    return {name for name in found if name.encode() in program}


class Manual(unittest.TestCase):
    """The page, compared with what the tool prints."""

    roff = PAGE.read_text(encoding="ascii")
    text = plain(roff)
    part = sections(text)

    def expect_words(self, words, where):
        self.assertIn(flat(words), flat(where))

    def test_linters_have_nothing_to_say(self):
        used = [command for command in LINTERS if shutil.which(command[0])]
        for command in used:
            done = subprocess.run([*command, PAGE], capture_output=True, text=True, check=False,
                                  env={**os.environ, "MANPAGER": "cat", "LC_ALL": "C.UTF-8"})
            said = done.stderr + (done.stdout if command[0] == "mandoc" else "")
            self.assertEqual(said, "", command)
        names = [command[0] for command in used]
        print(f"linted by {', '.join(names) or 'nothing: no mandoc, groff or man'}")

    def test_it_has_the_version_and_the_date_of_the_changelog(self):
        version = sources.version(TOP)
        date = next(s.date for s in changelog.read(TOP) if s.version != changelog.UNRELEASED)
        self.expect_words(f'.TH VMAPDIFF 1 {date} "vmapdiff {version}"', self.text)

    def test_every_command_is_described(self):
        usages = re.findall(r"^  (vmapdiff (\w+).*)\n      (.*)$", tool("--help").stdout, re.M)
        self.assertGreaterEqual(len(usages), 12)
        for usage, name, what in usages:
            self.expect_words(usage, self.part["SYNOPSIS"])
            own = self.part["COMMANDS"].split(f'.SS "{name}"\n')[1].split(".SS")[0]
            self.expect_words(f"{usage} {sentence(what)}", own)
            said = tool(name, "--help").stdout
            options = re.findall(r"^(?:options:)? {2,}(-.*?) {2,}(\S.*)$", said, re.MULTILINE)
            self.assertEqual(len(options), len(re.findall(r"(?<![\w-])--?[a-z]", usage)), name)
            for option, meaning in options:
                self.expect_words(f"{option} {sentence(meaning)}", own)
            self.expect_words(f"Example: .EX {said.split('example:')[1]} .EE", own)

    def test_every_line_of_scenarios_is_described(self):
        said = tool("grammar").stdout
        for line in re.findall(r"^(?! ).*$", said, re.MULTILINE):
            self.expect_words(line, self.part["SCENARIOS"])
        for name, what in re.findall(r"^    (\w+) {2,}(\S.*)$", said, re.MULTILINE):
            self.assertRegex(flat(self.part["SCENARIOS"]), rf"\b{name}\S* {re.escape(what)}")

    def test_every_exit_status_is_described(self):
        said = re.search(r"^exit: (.*)$", tool("--help").stdout, re.MULTILINE).group(1)
        self.assertGreaterEqual(said.count(","), 2)
        for status in said.split(", "):
            self.expect_words(status, self.part["EXIT STATUS"])

    def test_every_variable_of_the_environment_is_described(self):
        names = variables()
        self.assertIn("VMAPDIFF_WAIVE", names)
        described = set(re.findall(r"^([A-Z]+(?:_[A-Z]+)*)$", self.part["ENVIRONMENT"], re.M))
        self.assertEqual(described, names)

    def test_every_file_is_there_and_named(self):
        named = re.findall(r"^(share/\S+)$", self.part["FILES"], re.MULTILINE)
        there = [path.relative_to(PREFIX).as_posix() for path in (PREFIX / "share/vmapdiff").iterdir()]
        self.assertEqual(sorted(named), sorted(there))

    def test_the_scenario_plays(self):
        lines = blocks(self.part["SCENARIOS"])
        self.assertEqual(len(lines), 1)
        with tempfile.TemporaryDirectory() as work:
            path = Path(work) / "of-the-page.scenario"
            path.write_text("\n".join(lines[0]) + "\n", encoding="ascii")
            done = tool("replay", path)
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertIn("1 as expected", done.stdout)

    def test_the_examples_work(self):
        lines = [line for block in blocks(self.part["EXAMPLES"]) for line in block]
        self.assertGreaterEqual(len(lines), 4)
        with tempfile.TemporaryDirectory() as work:
            shutil.copy(TOP / SCENARIO, Path(work) / "finding.scenario")
            path = f"{VMAPDIFF.parent}:{os.environ['PATH']}"
            for line in lines:
                done = subprocess.run(["sh", "-c", line], cwd=work, text=True, check=False,
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                      env={**os.environ, "PATH": path})
                self.assertIn(done.returncode, (0, 1), f"{line}: {done.stdout}")
            mail = (Path(work) / "mail.txt").read_text(encoding="utf-8")
            self.assertRegex(mail, r"\ASubject: .*\n(?s:.*)FAIL errors\.code ")


if __name__ == "__main__":
    unittest.main()
