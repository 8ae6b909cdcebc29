#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What the tool writes: all of it or nothing, over no input, and what cannot be written is an error.

Usage: test_outputs.py SOURCES TOOL
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCES, TOOL = Path(sys.argv[1]), Path(sys.argv[2]).resolve()
CASE = SOURCES / "regress/cases/quirk-head-check.scenario"
KEPT = "is read or was written by this command, and is not written over"


def fails(text):
    """The case, which is expected to fail, as one that is expected to hold."""
    return "\n".join("expect holds" if line.startswith("expect") else line for line in text.splitlines()) + "\n"


class Outputs(unittest.TestCase):
    def setUp(self):
        self.work = Path(tempfile.mkdtemp(prefix="vmapdiff-"))
        self.addCleanup(shutil.rmtree, self.work)
        self.case = self.work / "case.scenario"
        self.case.write_text(fails(CASE.read_text()))
        self.text = self.case.read_text()

    def run_tool(self, *words, **how):
        how = dict({"stdout": subprocess.PIPE}, **how)
        return subprocess.run([str(word) for word in (TOOL, *words)], stderr=subprocess.PIPE, text=True,
                              cwd=self.work, check=False, **how)

    def test_what_cannot_be_printed_is_an_error(self):
        commands = (["--help"], ["--version"], ["rules"], ["grammar"], ["waivers"], ["show", "--help"],
                    ["show", CASE], ["replay", CASE], ["replay", "--ktap", CASE], ["minimize", CASE],
                    ["export", CASE], ["triage", CASE], ["soak", "--executions", "1"])
        for command in commands:
            with open("/dev/full", "w", encoding="ascii") as full:
                ran = self.run_tool(*command, stdout=full)
            self.assertEqual(ran.returncode, 2, command)
            self.assertIn("standard output: cannot write", ran.stderr)

    def test_a_closed_output_is_no_file_that_is_opened_later(self):
        shell = ["sh", "-c", '"$0" show "$1" --html page >&-', str(TOOL), str(CASE)]
        ran = subprocess.run(shell, stderr=subprocess.PIPE, text=True, cwd=self.work, check=False)
        self.assertEqual(ran.returncode, 2)
        self.assertNotIn("FAIL", (self.work / "page").read_text()[:200])

    def test_a_device_that_is_full(self):
        for command in (["show", CASE, "--html"], ["show", CASE, "--events"], ["export", CASE, "-o"],
                        ["export", CASE, "--as", "c", "-o"], ["minimize", CASE, "-o"], ["replay", CASE, "--sarif"]):
            ran = self.run_tool(*command, "/dev/full")
            self.assertEqual(ran.returncode, 2, command)
            self.assertIn("/dev/full: cannot write", ran.stderr)
            self.assertNotIn("wrote", ran.stderr + ran.stdout)

    def test_a_name_that_others_take_for_standard_output(self):
        for command in (["show", CASE, "--html"], ["export", CASE, "-o"], ["minimize", CASE, "-o"]):
            ran = self.run_tool(*command, "-")
            self.assertEqual(ran.returncode, 2, command)
            self.assertIn("'-' is standard output for --events alone", ran.stderr)
            self.assertFalse((self.work / "-").exists())
        ran = self.run_tool("show", CASE, "--html", "./-")
        self.assertIn("<html", (self.work / "-").read_text())

    def test_no_input_is_written_over(self):
        for command in (["show", self.case, "--html", self.case], ["show", self.case, "--events", self.case],
                        ["replay", self.case, "--sarif", self.case], ["export", self.case, "-o", self.case],
                        ["convert", self.case, "-o", self.case], ["minimize", self.case, "-o", self.case]):
            ran = self.run_tool(*command)
            self.assertEqual(ran.returncode, 2, command)
            self.assertIn(KEPT, ran.stderr)
            self.assertEqual(self.case.read_text(), self.text, command)
        self.assertEqual(list(self.work.iterdir()), [self.case])  # nothing is left beside it

    def test_a_minimized_scenario_is_not_lost(self):
        ran = self.run_tool("minimize", self.case, "-o", "no/such/folder")
        self.assertEqual(ran.returncode, 2)
        self.assertIn("no/such/folder: cannot write", ran.stderr)
        self.assertIn("# FAIL errors.code", ran.stdout)

    def test_findings_that_are_triaged_stay(self):
        self.case.rename(self.work / "finding-1.scenario")
        ran = self.run_tool("triage", self.work, "-o", self.work)
        self.assertEqual(ran.returncode, 2)
        self.assertEqual((self.work / "finding-1.scenario").read_text(), self.text)

    def test_a_name_can_be_pasted(self):
        for name in ("$(touch pasted)", "a b", "it's", "a\nb", "\x1b[31m", "~", "-x", "a;b"):
            path = self.work / name
            path.write_text(self.text)
            ran = self.run_tool("replay", "--", name if name.startswith("-") else f"./{name}")
            line = ran.stdout[ran.stdout.index("  next      "):].rsplit("\n", 3)[0]
            words = line.split(" show ", 1)[1].strip()
            pasted = subprocess.run(["bash", "-c", f"printf %s {words}"], capture_output=True, text=True,
                                    cwd=self.work, check=True)
            self.assertEqual((self.work / pasted.stdout).resolve(), path, line)
            self.assertNotIn("\x1b", words)
            self.assertFalse((self.work / "pasted").exists())

    def test_names_that_are_not_utf_8(self):
        name = os.path.join(os.fsencode(self.work), b"\xff\xc3\xa9\xe2\x82")
        with open(name, "w", encoding="ascii") as to:
            to.write(self.text)
        subprocess.run([os.fsencode(TOOL), b"replay", b"--sarif", b"report", name], cwd=self.work,
                       stdout=subprocess.DEVNULL, check=False)
        report = json.loads((self.work / "report").read_text(encoding="utf-8"))
        self.assertIn("\ufffd\u00e9\ufffd", json.dumps(report, ensure_ascii=False))

    def test_nothing_to_play_and_empty_names(self):
        (self.work / "empty").mkdir()
        ran = self.run_tool("replay", "empty")
        self.assertEqual(ran.returncode, 2)
        self.assertIn("nothing was played", ran.stderr)
        for command in (["triage", CASE, "-o"], ["replay", CASE, "--sarif"], ["show", CASE, "--html"],
                        ["soak", "--executions"]):
            ran = self.run_tool(*command, "")
            self.assertEqual(ran.returncode, 2, command)
            self.assertIn("needs a value that is not empty", ran.stderr)

    def test_two_of_one_name(self):
        for folder in ("a", "b", "out"):
            (self.work / folder).mkdir()
        for folder in ("a", "b"):
            shutil.copy(CASE, self.work / folder / "x")
        ran = self.run_tool("convert", "a/x", "b/x", "-o", "out")
        self.assertEqual(ran.returncode, 2)
        self.assertIn(f"out/x.scenario: {KEPT}", ran.stderr)
        ran = self.run_tool("show", CASE, "--html", "page", "--events", "page")
        self.assertEqual(ran.returncode, 2)

    def test_a_file_that_is_written_again(self):
        (self.work / "page").write_text("old")
        (self.work / "page").chmod(0o640)
        (self.work / "link").symlink_to("page")
        self.assertEqual(self.run_tool("export", CASE, "-o", "link").returncode, 0)
        self.assertTrue((self.work / "link").is_symlink())
        self.assertNotEqual((self.work / "page").read_text(), "old")
        self.assertEqual((self.work / "page").stat().st_mode & 0o777, 0o640)
        self.assertEqual(sorted(path.name for path in self.work.iterdir()), ["case.scenario", "link", "page"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
