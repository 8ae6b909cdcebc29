#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What people give to the tool: mails, standard input, FIFOs; and what it shows them on a terminal.

Usage: test_input.py VMAPDIFF TOP
"""
from __future__ import annotations

import json
import os
import pty
import re
import select
import socket
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

VMAPDIFF, TOP = (Path(path).resolve() for path in sys.argv[1:3])
CASES, MAILS = TOP / "regress/cases", TOP / "regress/test/mail"
GOOD = CASES / "d1-two-order-7-blocks.scenario"
BROKEN = CASES / "quirk-head-check.scenario"  # whose last line expects it
SECONDS = 120  # for a command: what waits for a writer waits longer

# Of each mail: the exit code, and what is said about it.
OF_MAILS = {
    "thread": (0, 'skipped 30 lines before the scenario and 11 after it, quoting "> > ", 2 line '
                  "breaks"),
    "outlook": (0, "skipped 10 lines before the scenario and 2 after it, CRLF line ends, blanks "
                   "that are not ASCII, quoted-printable encoding"),
    "patch": (0, 'skipped 19 lines before the scenario and 2 after it, quoting "+"'),
    "webmail": (0, 'skipped 3 lines before the scenario and 2 after it, quoting "| ", 8 line '
                   "breaks"),
    "reply-in-the-middle": (2, ":8:1: 'Does' is not a word of a scenario"),
    "two-findings": (2, ":11:1: another scenario begins here, which differs from that of line 6"),
    "misspelt": (2, ":9:4: 'page' is not an option of 'vmap'; did you mean 'pages'?"),
}


def run(*arguments, given=None, code=0, **options):
    """Output and errors of a command, which must return `code`; `given` is its standard input."""
    if given is None:
        options.setdefault("stdin", subprocess.DEVNULL)
    done = subprocess.run([VMAPDIFF, *map(str, arguments)], input=given, capture_output=True,
                          timeout=SECONDS, check=False, **options)
    out, err = done.stdout.decode(), done.stderr.decode()
    assert done.returncode == code, f"{arguments} returned {done.returncode}:\n{out}{err}"
    return out, err


def broken_text():
    """A scenario that breaks a rule and does not expect it."""
    return re.sub(r"^expect .*\n", "", BROKEN.read_text(), flags=re.M)


def quoted(text, mark="> "):
    return "".join(f"{mark}{line}\n" for line in text.splitlines())


def fenced(document):
    """The first block of a document that holds a scenario and its finding."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", (TOP / document).read_text(), re.M | re.S)
    return next(block for block in blocks if "\nFAIL " in block and "vmapdiff 2\n" in block)


class Work(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="vmapdiff-")
        self.work = Path(self.folder.name)

    def tearDown(self):
        self.folder.cleanup()

    def file(self, name, text):
        (self.work / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return self.work / name


class Mails(Work):
    def test_each_mail_is_read_as_its_reader_would(self):
        self.assertEqual({path.stem for path in MAILS.iterdir()}, set(OF_MAILS))
        for name, (code, said) in OF_MAILS.items():
            _, err = run("replay", MAILS / f"{name}.mail", code=code)
            self.assertIn(said, err, name)

    def test_plain_scenarios_say_nothing(self):
        _, err = run("replay", CASES, TOP / "corpus")
        self.assertEqual(err, "")

    def test_a_whole_report_replays_as_it_is_and_quoted(self):
        text, _ = run("export", self.file("a.scenario", broken_text()), "--as", "mail")
        self.assertIn("FAIL errors.code", text)
        want, _ = run("show", self.work / "a.scenario", code=1)
        crlf = quoted(text, ">> ").replace("\n", "\r\n")
        for name, mail in {
                "plain": text,
                "quoted": quoted(text),
                "quoted twice": f"A wrote:\r\n{crlf}\r\nHm.",
                "indented": quoted(text, "\t"),
                "in a comment": f"/*\n{quoted(text, ' * ')} */\n",
                "a thread": f"{text}\n\nB wrote:\n{quoted(text, '| ')}",
        }.items():
            with self.subTest(name):
                path = self.file("mail", mail)
                out, err = run("replay", path, code=1)
                self.assertIn("FAIL errors.code mapper=batched op=1:vmap", out)
                self.assertRegex(err, r"skipped \d+ lines before the scenario and \d+ after it")
                out, _ = run("show", path, code=1)
                self.assertEqual(out.replace(str(path), str(self.work / "a.scenario")), want)

    def test_what_show_prints_replays(self):
        shown, _ = run("show", self.file("a.scenario", broken_text()), code=1)
        again, err = run("show", "-", given=shown.encode(), code=1)
        self.assertEqual(shown.splitlines()[:-1], again.splitlines()[:-1])
        self.assertRegex(err, r"^<stdin>: skipped \d+ lines after the scenario\n$")
        out, _ = run("replay", "-", given=quoted(shown).encode(), code=1)
        self.assertIn("FAIL errors.code", out)

    def test_the_findings_of_the_documents_replay(self):
        for document in ("README.md", "regress/FINDING.md"):
            block = fenced(document)
            _, err = run("replay", "-", given=block.encode())
            self.assertRegex(err, r"skipped .*\d+ (lines after the scenario|after it), 1 line br")
            run("replay", "-", given=quoted(block).encode())
            run("replay", TOP / document)

    def test_a_report_of_findings_names_the_line_in_the_mail(self):
        mail = self.file("a.mail", f"Hello\n\n{quoted(broken_text())}")
        run("replay", mail, "--sarif", self.work / "out.sarif", code=1)
        result = json.loads((self.work / "out.sarif").read_text())["runs"][0]["results"][0]
        place = result["locations"][0]["physicalLocation"]
        line = mail.read_text().splitlines()[place["region"]["startLine"] - 1]
        self.assertEqual(place["artifactLocation"]["uri"], str(mail))
        self.assertTrue(line.startswith("> vmap "), line)


class StandardInput(Work):
    def test_each_command_that_takes_a_file_reads_it(self):
        given = broken_text().encode()
        for command, code, said in (("replay", 1, "<stdin>:\nFAIL errors.code"),
                                    ("show", 1, "FAIL errors.code"),
                                    ("minimize", 0, "vmapdiff 2"),
                                    ("triage", 1, "smallest  <stdin>"),
                                    ("export", 0, "Subject: vmap() breaks errors.code")):
            for name in ("-", "/dev/stdin"):
                out, _ = run(command, name, given=given, code=code)
                self.assertIn(said, out, command)
        run("convert", "-", "-o", self.work, given=given)
        self.assertEqual([path.name for path in self.work.iterdir()], ["stdin.scenario"])

    def test_bytes_are_read_too(self):
        run("convert", "--to-bytes", GOOD, "-o", self.work / "bytes")
        with open(self.work / "bytes", "rb") as file:
            out, err = run("replay", "-", stdin=file)
        self.assertEqual((out, err), ("1 scenarios: 1 as expected, 0 not, 0 unusable\n", ""))

    def test_what_is_next_can_be_typed(self):
        given = broken_text().encode()
        for command, following in (("replay", "show"), ("show", "minimize")):
            out, _ = run(command, "-", given=given, code=1)
            self.assertRegex(out, rf"next:? +\S+ {following} -, with the same standard input\n")
        out, err = run("minimize", "-", "-o", self.work / "small", given=given)
        self.assertIn(f"show {self.work / 'small'}", err)

    def test_what_cannot_be_read(self):
        _, err = run("replay", "-", "-", given=b"", code=2)
        self.assertIn("standard input is named twice", err)
        _, err = run("replay", "-", given=b"", code=2)
        self.assertIn("<stdin>:1:1: the text ends before the line 'vmapdiff 2'", err)
        _, err = run("show", "-", stdin=os.open(self.work, os.O_RDONLY), code=2)
        self.assertIn("<stdin>: cannot read", err)
        out, _ = run("replay", "./-", code=2, cwd=self.work)
        self.file("-", GOOD.read_bytes())
        run("replay", "./-", cwd=self.work)


class Files(Work):
    def refused(self, path, what):
        for command in ("replay", "show", "minimize", "export", "triage", "convert"):
            more = ("-o", self.work / "out") if command == "convert" else ()
            _, err = run(command, path, *more, code=2)
            self.assertIn(f"{path}: is {what}, not a file; use - to read standard input", err)

    def test_what_is_not_a_file_is_refused_at_once(self):
        os.mkfifo(self.work / "fifo")
        self.refused(self.work / "fifo", "a FIFO")
        self.refused("/dev/zero", "a character device")
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(self.work / "socket"))
            self.refused(self.work / "socket", "a socket")
        read, write = os.pipe()
        _, err = run("show", f"/dev/fd/{read}", code=2, pass_fds=(read,))
        self.assertIn("is a FIFO", err)
        os.close(read)
        os.close(write)
        _, err = run("show", self.work, code=2)
        self.assertIn("is a directory; this needs a file", err)

    def test_other_files_of_its_directory_are_played(self):
        folder = self.work / "in"
        folder.mkdir()
        os.mkfifo(folder / "b")
        for name in ("a", "c"):
            (folder / name).write_bytes(GOOD.read_bytes())
        out, err = run("replay", folder, code=2)
        self.assertIn("3 scenarios: 2 as expected, 0 not, 1 unusable", out)
        self.assertIn(f"{folder / 'b'}: is a FIFO", err)
        out, _ = run("replay", folder, "--ktap", code=2)
        self.assertEqual(re.findall(r"^ok \d", out, re.M), ["ok 1", "ok 2"])


def on_terminal(*arguments, given=b"", **environment):
    """What a command writes to a terminal, which is also its standard input."""
    kept = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    pid, terminal = pty.fork()
    if not pid:
        os.execve(VMAPDIFF, [str(VMAPDIFF), *map(str, arguments)],
                  {**kept, "TERM": "xterm", **environment})
    os.write(terminal, given)
    written = b""
    while select.select([terminal], [], [], SECONDS)[0]:
        try:
            some = os.read(terminal, 65536)
        except OSError:  # as Linux tells of the end
            break
        if not some:
            break
        written += some
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), written.decode().replace("\r\n", "\n")


class Terminal(Work):
    COMMANDS = ("show", "replay", "minimize", "triage")

    def test_what_matters_is_in_colour(self):
        path = self.file("a.scenario", broken_text())
        for command in self.COMMANDS:
            _, written = on_terminal(command, path)
            self.assertRegex(written, r"(?m)^\x1b\[1;31mFAIL errors\.code [^\x1b\n]*\x1b\[0m$")
        _, written = on_terminal("show", path)
        self.assertRegex(written, r"(?m)^\x1b\[31m! 0x")
        shown, _ = run("show", path, code=1)
        self.assertEqual(re.sub(r"\x1b\[[0-9;]*m", "", written), shown)
        event = on_terminal("show", CASES / "quirk-cut-groups.scenario")[1]
        self.assertRegex(event, r"(?m)^\x1b\[33m  > +\d+ store [^\x1b\n]*\x1b\[0m$")

    def test_it_is_not_where_it_is_not_wanted(self):
        path = self.file("a.scenario", broken_text())
        for command in self.COMMANDS:
            for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}, {"TERM": ""}):
                self.assertNotIn("\x1b", on_terminal(command, path, **environment)[1])
            out, err = run(command, path, code=0 if command == "minimize" else 1)
            self.assertNotIn("\x1b", out + err)
        self.assertIn("\x1b", on_terminal("show", path, NO_COLOR="")[1])
        self.assertNotIn("\x1b", on_terminal("replay", path, "--ktap")[1])

    def test_whoever_types_is_told_that_it_waits(self):
        code, written = on_terminal("replay", "-", given=GOOD.read_bytes() + b"\x04")
        self.assertIn("reads a scenario from this terminal, until Ctrl-D", written)
        self.assertIn("1 as expected", written)
        self.assertEqual(code, 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
