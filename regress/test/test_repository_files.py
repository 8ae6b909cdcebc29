#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What describes the repository fits it: .editorconfig every file and .clang-format, .gitattributes
every file, CHANGELOG.md its form; the version has one place. Usage: test_repository_files.py TOP
"""
import fnmatch
import re
import subprocess
import sys
import unittest
from pathlib import Path

TOP = Path(sys.argv.pop(1)).resolve()
sys.path.insert(0, str(TOP / "regress" / "ci"))
# pylint: disable=wrong-import-position
import changelog
import tracked
import version

HERE_DOCUMENT = re.compile(r"(<<-?'?(\w+)'?.*\n)(?s:.*?)^\2$", re.MULTILINE)
LONG_STRING = re.compile(r'("{3}|\'{3}).*?\1', re.DOTALL)
FILES = [path for path in tracked.files(TOP) if path.suffix != ".png"]


def read_sections(text):
    """[(glob or None, {property: value})] of an .editorconfig."""
    found = [(None, {})]
    for line in text.splitlines():
        head = re.fullmatch(r"\[(.*)\]", line.strip())
        name, equals, value = line.partition("=")
        if head:
            found.append((head.group(1), {}))
        elif equals and not line.startswith("#"):
            found[-1][1][name.strip()] = value.strip()
    return found


def globs(pattern):
    """The pattern without its braces, as all that it may be."""
    brace = re.search(r"\{([^{}]*)\}", pattern)
    if not brace:
        return [pattern]
    return [pattern[:brace.start()] + choice + pattern[brace.end():]
            for choice in brace.group(1).split(",")]


def matches(path, pattern):
    """As EditorConfig has it: a pattern without a slash is for names in any folder."""
    return any(fnmatch.fnmatchcase(path.as_posix() if "/" in glob else path.name, glob)
               for glob in globs(pattern))


def properties(path, found):
    """What holds for a file: later sections win, and `unset` takes back."""
    held = {}
    for pattern, values in found:
        if pattern and matches(path, pattern):
            held.update(values)
    return {name: value for name, value in held.items() if value != "unset"}


def disagreements(data, held):
    """How the bytes of a file differ from properties, in words."""
    text = data.decode(held["charset"])
    if b"\r" in data and held.get("end_of_line") == "lf":
        yield "has a carriage return"
    if held.get("insert_final_newline") == "true" and data and not data.endswith(b"\n"):
        yield "does not end in a newline"
    if held["trim_trailing_whitespace"] == "true" and re.search(r"[ \t]+$", text, re.MULTILINE):
        yield "has blanks at the end of a line"
    style = held.get("indent_style")
    # Other text in a file, which a program prints or runs, has its own indent.
    own = HERE_DOCUMENT.sub(r"\1", LONG_STRING.sub("", text))
    if style == "space" and re.search(r"^ *\t", own, re.MULTILINE):
        yield "is indented by a tab"
    if style == "tab" and re.search(r"^ {8,}[^ \\]", own, re.MULTILINE):
        yield "is indented by eight blanks"


class EditorConfig(unittest.TestCase):
    """Every file is as .editorconfig says, and .clang-format says the same."""

    found = read_sections((TOP / ".editorconfig").read_text(encoding="utf-8"))

    def test_every_file_is_as_it_says(self):
        self.assertEqual(self.found[0][1].get("root"), "true")
        for path in FILES:
            held = properties(path, self.found)
            said = list(disagreements((TOP / path).read_bytes(), held))
            self.assertEqual(said, [], path)

    def test_what_differs_is_noticed(self):
        held = properties(Path("a/b.py"), self.found)
        for data, said in ((b"a\r\nb\n", "carriage"), (b"a", "newline"), (b"a \n", "end of a line"),
                           (b"  \ta\n", "a tab")):
            self.assertIn(said, " ".join(disagreements(data, held)))
        self.assertEqual(list(disagreements(b'a = """\n\tb\n"""\n', held)), [])
        held = properties(Path("a/b.c"), self.found)
        self.assertIn("eight blanks", " ".join(disagreements(b"{\n        a;\n", held)))
        here = b"cat <<'E'\n        a\nE\n"
        self.assertIn("eight blanks", " ".join(disagreements(here + b"        b\n", held)))
        for data in (here, b"{\n\ta;\n /* b */\n", b"#define A \\\n                  \\\n\tb\n"):
            self.assertEqual(list(disagreements(data, held)), [])

    def test_clang_format_has_the_same_widths(self):
        style = dict(line.split(": ") for line in (TOP / ".clang-format").read_text().splitlines()
                     if ": " in line and not line.startswith("#"))
        held = properties(Path("fuzz/field.c"), self.found)
        self.assertEqual(held["indent_style"], "tab")
        self.assertTrue(style["UseTab"].startswith("For"))
        for ours, theirs in (("indent_size", "IndentWidth"), ("tab_width", "TabWidth"),
                             ("max_line_length", "ColumnLimit")):
            self.assertEqual(held[ours], style[theirs], ours)

    def test_each_section_is_for_some_file(self):
        for pattern, _ in self.found[1:]:
            for glob in globs(pattern):
                self.assertTrue(any(matches(path, glob) for path in FILES), glob)


class GitAttributes(unittest.TestCase):
    """Every file has the attributes of its kind."""

    def setUp(self):
        asked = "\n".join(path.as_posix() for path in tracked.files(TOP))
        names = ["text", "eol", "whitespace", "linguist-generated"]
        run = subprocess.run(["git", "check-attr", "--stdin", *names], cwd=TOP, input=asked,
                             capture_output=True, text=True, check=False)
        if run.returncode:
            self.skipTest("no git checkout")
        self.held = {}
        for line in run.stdout.splitlines():
            path, name, value = line.rsplit(": ", 2)
            self.held.setdefault(path, {})[name] = value

    def test_text_has_lf_and_pictures_and_mails_are_binary(self):
        for path, held in self.held.items():
            suffix = Path(path).suffix
            if suffix in (".png", ".mail"):
                self.assertEqual(held["text"], "unset", path)
                continue
            self.assertEqual(held["eol"], "lf", path)
            self.assertEqual(held["text"], "set" if suffix in (".scenario", ".patch") else "auto", path)

    def test_patches_may_end_lines_in_blanks(self):
        for path, held in self.held.items():
            self.assertEqual(held["whitespace"] == "unset", path.endswith(".patch"), path)

    def test_what_is_made_by_commands_is_marked(self):
        marked = {path for path, held in self.held.items() if held["linguist-generated"] == "set"}
        tables = {path for path in self.held if path.startswith("regress/mutation/tables/")}
        self.assertTrue(tables)
        self.assertEqual(marked - tables, {"regress/bench/counts.txt", "regress/test/soak.digest"})
        self.assertLessEqual(tables, marked)


class Release(unittest.TestCase):
    """What holds at any time, not only before a release; test_records.py tests the checks."""

    def test_the_version_has_one_place(self):
        self.assertEqual(version.wrong(TOP), [])

    def test_the_changelog_has_its_form(self):
        found = changelog.read(TOP)
        self.assertTrue(found)
        self.assertEqual(changelog.wrong_form(found), [])


if __name__ == "__main__":
    unittest.main()
