#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What ./rig kernel TREE kunit makes of a finding, with stand-ins for make and QEMU.

Usage: test_boot_kunit.py
"""
import argparse
import contextlib
import io
import sys
import types
import unittest
import unittest.mock
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "regress"))
sys.path.insert(0, str(TOP / "regress/kernel"))
import test_boot_parts  # noqa: E402
from driver.booting import compiled, kunit, qemu, shadow  # noqa: E402
from driver.terminal import Unusable  # noqa: E402

SAID = """[    0.000000] Linux version 7.3
[    0.100000] TAP version is not what this line is about
[    0.110000] KTAP version 1
[    0.110000] 1..1
[    0.120000]     KTAP version 1
[    0.120000]     # Subtest: vmapdiff
[    0.120000]     # module: exported
[    0.120000]     1..1
[    0.130000]     # vmapdiff_test: index 528 of the area at 0xffff800081000000: pfn 0x1 was mapped there, and 0x2 is
[    0.140000]     # vmapdiff_test: EXPECTATION FAILED at mm/vmapdiff/exported.c:199
[    0.150000]     RESULT
[    0.150000] SUITE
[    0.160000] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)
"""


def said(result, suite):
    return SAID.replace("RESULT", result).replace("SUITE", suite)


FAILS = said("not ok 1 vmapdiff_test", "not ok 1 vmapdiff")
OLD = FAILS.replace(" 1 vmapdiff", " 1 - vmapdiff").replace("KTAP", "TAP").replace("[    0.1", "<6>[    0.1")


class Lines(unittest.TestCase):
    """KUnit's lines are found among those of the console, and say how the test ended."""

    def test_lines(self):
        for text in (FAILS, OLD, FAILS.replace("\n", "\r\n")):
            lines = kunit.tap_of(text)
            self.assertRegex(lines[0], r"^K?TAP version 1$")
            self.assertRegex(lines[-1], r"^not ok 1 (- )?vmapdiff$")
            self.assertEqual(len(lines), 10)

    def test_codes(self):
        for text, code in ((FAILS, 1), (OLD, 1), (said("ok 1 vmapdiff_test", "ok 1 vmapdiff"), 0),
                           (said("ok 1 - vmapdiff_test", "ok 1 - vmapdiff"), 0),
                           (said("ok 1 vmapdiff_test # SKIP no memory", "ok 1 vmapdiff # SKIP"), 2),
                           (said("ok 1 other_test", "ok 1 other"), None), ("Linux version 7.3\n", None)):
            self.assertEqual(kunit.code_of(kunit.tap_of(text)), code, text)


class Build(test_boot_parts.WithTree):
    """A test is built into a kernel of its own, in the folder of the other."""

    def setUp(self):
        super().setUp()
        self.calls = test_boot_parts.use_make(self)

    def build(self, test=""):
        self.calls.write_text("")
        with compiled.held(self.tree):
            kernel = compiled.build(self.tree, "4k", test=test)
        return self.calls.read_text().split(), kernel

    def test_it_is_in_the_shadow(self):
        _, kernel = self.build("int a;\n")
        self.assertEqual((kernel.shadow / "mm/vmapdiff/exported.c").read_text(), "int a;\n")
        self.assertIn(" exported.o\n", (kernel.shadow / "mm/vmapdiff/Makefile").read_text())
        _, kernel = self.build()
        self.assertEqual((kernel.shadow / "mm/vmapdiff/exported.c").read_text(), "")

    def test_each_is_kept(self):
        self.assertEqual(self.build()[0][-1], "anew")
        calls, with_test = self.build("int a;\n")
        self.assertEqual(calls, ["Image"])
        without = self.build()[1]
        self.assertNotEqual(with_test.image, without.image)
        self.assertEqual([self.build()[0], self.build("int a;\n")[0]], [[], []])
        self.assertEqual(self.build("int b;\n")[0], ["Image"])

    def test_a_file_that_was_another_in_between(self):
        """make would leave what was made of the other one, if it is older than that."""
        self.build()
        self.write("mm/vmalloc.c", "edited\n")
        self.build("int a;\n")
        path = self.write("mm/vmalloc.c", "mm/vmalloc.c\n")
        built = (shadow.folder_of(self.tree) / "built-4k.json").stat().st_mtime
        test_boot_parts.os.utime(path, (built + 0.001, built + 0.001))
        self.assertEqual(self.build()[0], [])
        self.assertEqual(self.build("int a;\n")[0][-1], "anew")

    def test_a_build_that_fails_in_between(self):
        self.build()
        self.write("mm/vmalloc.c", "wrong\n")
        with self.assertRaises(Unusable):
            self.build("int a;\n")
        self.write("mm/vmalloc.c", "mm/vmalloc.c\n")
        self.assertEqual([self.build()[0], self.build("int a;\n")[0][-1]], [[], "anew"])


class Command(test_boot_parts.WithTree):
    """From a finding to an exit code."""

    def run_on(self, console, exports='printf "int a;\\n" >"$6"', hung=False):
        """(exit code, what is printed), of a kernel that says so."""
        tool = self.program("tool", f"""#!/bin/sh
case $1 in
convert) printf 'vmapdiff 2\\nmachine granule=16k\\nvmap va=0x1000 pages=0x1\\n' >"$4";;
export) {exports};;
esac
""")
        built = types.SimpleNamespace(image="Image", granule="16k", tree=self.tree, folder=self.work)
        builds, printed = [], io.StringIO()

        def build(*arguments):
            builds.append(arguments)
            return built
        with unittest.mock.patch.object(compiled, "build", build), \
                unittest.mock.patch.object(compiled.install, "ensure"), \
                unittest.mock.patch.object(compiled.sliced_kernel, "build_tree", lambda *_: types.SimpleNamespace(tool=tool)), \
                unittest.mock.patch.object(qemu, "console", lambda *_: (console, hung)), \
                contextlib.redirect_stdout(printed):
            code = kunit.run(argparse.Namespace(tree=self.tree, FILE="a", fresh=False, may_install=False))
        self.assertEqual(builds, [(self.tree, "16k", False, "int a;\n")])
        return code, printed.getvalue()

    def test_verdicts(self):
        code, printed = self.run_on(FAILS)
        self.assertEqual(code, 1)
        self.assertIn("\n    not ok 1 vmapdiff_test\nnot ok 1 vmapdiff\nFAILED on a booted kernel (a tree, 16k pages)",
                      printed)
        self.assertNotIn("panic", printed)
        code, printed = self.run_on(said("ok 1 vmapdiff_test", "ok 1 vmapdiff"))
        self.assertEqual((code, "PASSED on a booted kernel" in printed), (0, True))
        code, printed = self.run_on(said("ok 1 vmapdiff_test # SKIP x", "ok 1 vmapdiff # SKIP"))
        self.assertEqual((code, "SKIPPED on a booted kernel" in printed), (2, True))

    def test_what_is_left_out_is_said(self):
        _, printed = self.run_on(FAILS, 'printf "int a;\\n" >"$6"; echo "op 1, and no other" >&2')
        self.assertIn("op 1, and no other\nFAILED", printed)

    def test_no_result(self):
        for text, hung, why in (("Linux version\n", False, "KUnit said nothing"), ("Linux version\n", True, "it hung"),
                                ("Internal error: Oops\n", False, "Internal error: Oops")):
            with self.assertRaisesRegex(Unusable, f"no result of the test: {why}\nits console is "):
                self.run_on(text, hung=hung)

    def test_what_cannot_be_exported(self):
        with self.assertRaisesRegex(Unusable, "kunit: none has such a protection"):
            self.run_on("", "echo none has such a protection >&2; exit 2")


class Qemu(unittest.TestCase):
    """A kernel that has a plan plays it, and one that has none comes to KUnit."""

    def test_the_plan(self):
        for plan in ("plan", None):
            words = qemu.command("Image", plan, "4k")
            self.assertEqual([any("vmapdiff_plan=" in word for word in words), "-device" in words], [plan is not None] * 2)


if __name__ == "__main__":
    unittest.main()
