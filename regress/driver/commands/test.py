# SPDX-License-Identifier: GPL-2.0-only
"""./rig test"""
from __future__ import annotations

import os
import subprocess

from driver import install, packages, scripts, tool
from driver.build import build
from driver.command import Command
from driver.places import BUILDS
from driver.terminal import say

QUICK_LABELS = "unit|rule"


def add_options(parser):
    parser.add_argument("--quick", action="store_true",
                        help="only the unit tests and the rules, in the build that ./rig fuzz uses")
    parser.add_argument("--whole", action="store_true",
                        help="play the exhaustive families whole; without it, a tenth of them")


def counted():
    """The programs whose instructions are counted."""
    return scripts.load("bench/counts.py").PROGRAMS


def ctest(preset, *flags):
    """The tests of a preset, with a report in JUnit's form. Whether all passed."""
    return tool.run("ctest", "--test-dir", BUILDS / preset, "--output-on-failure", "-j", "2",
                    "--output-junit", BUILDS / f"{preset}.junit.xml", *flags) == 0


def say_rules():
    done = subprocess.run([BUILDS / "asan/oracle/test/test_rules"], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    say(next((line for line in done.stdout.splitlines() if "pairs of fixtures" in line),
             "the unit tests of the rules fail"))


def quick(options):
    install.ensure(packages.UNIT, options.may_install)
    build("fuzz", "vmapdiff", "unit_tests", with_=("BUILD_TESTING",))
    if not ctest("fuzz", "-L", QUICK_LABELS):
        return 1
    say("next: ./rig test")
    return 0


def steps():
    """(what is tested, how): each builds what it needs; the quick ones first."""
    def asan():
        build("asan")
        say_rules()
        return ctest("asan")

    def replay():
        build("replay")
        return ctest("replay")

    def counts():
        build("bench", *counted())
        return ctest("bench", "-L", "counts")

    def everything():
        build("fuzz", with_=("BUILD_TESTING", "VMAPDIFF_MUTANTS"))
        say("checked-in tables that are older than the code:")
        scripts.run("mutation/stale.py", [])
        return ctest("fuzz")

    yield "unit tests and scenarios, with sanitizers in everything", asan
    yield "the same, built by gcc without sanitizers", replay
    yield "instruction counts, compared with the baseline", counts
    yield "all tests, and the mutants", everything


def run(options):
    if options.quick:
        return quick(options)
    install.ensure(packages.TEST, options.may_install)
    if options.whole:
        os.environ["VMAPDIFF_SAMPLE"] = "1"  # of the test `exhaustive`: every scenario
    for what, step in steps():
        say(what)
        if not step():  # ctest's closing lines name what failed, and are the last
            return 1
    return 0


COMMAND = Command("test", "run everything that CI runs, or the quick part of it",
                  "./rig test --quick", add_options, run)
