# SPDX-License-Identifier: GPL-2.0-only
"""
./rig kernel TREE kunit FILE: a finding as a KUnit test (export --as kunit), built into the tree's own
kernel, and booted.
"""
from __future__ import annotations

import pathlib
import re
import subprocess

from driver import tool
from driver.booting import answer, compiled, qemu, scenario, shadow, slice as sliced
from driver.places import short
from driver.terminal import Unusable

PASSED, FAILED, SKIPPED = 0, 1, 2  # exit codes
BEGIN = re.compile(r"\s*K?TAP version \d")
RESULT = re.compile(r"\s+(ok|not ok) \d+ (?:- )?vmapdiff_test\b(.*)")
END = re.compile(r"(ok|not ok) \d+ (?:- )?vmapdiff\b")  # of the suite


def export(binary, path, to):
    """(C of a finding's test, what the tool says of it). Raises Unusable with the reason why it has none."""
    done = subprocess.run([binary, "export", path, "--as", "kunit", "-o", to], stdin=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True, errors="replace", check=False, env=tool.environment())
    if done.returncode:
        raise Unusable(f"kunit: {done.stderr.strip()[-1000:]}")
    return pathlib.Path(to).read_text(), done.stderr


def tap_of(console):
    """The lines of KUnit in what a console said, to the end of our suite."""
    lines = []
    for line in map(answer.clean, console.splitlines()):
        if lines or BEGIN.match(line):
            lines.append(line)
        if END.match(line):
            break
    return lines


def code_of(lines):
    """The exit code that KUnit's lines ask for; None if the test has no result."""
    for line in lines:
        result = RESULT.match(line)
        if result:
            if result.group(1) == "not ok":
                return FAILED
            return SKIPPED if "# SKIP" in result.group(2) else PASSED
    return None


def play(built):
    """Boots a kernel with a test in it, prints KUnit's lines, and returns the exit code."""
    log = built.folder / f"kunit-{built.granule}.console"
    text, hung = qemu.console(built.image, None, built.granule, log, f"booting {built.tree}")
    lines = tap_of(text)
    code = code_of(lines)
    if code is None:
        why = answer.read(text).fatal or ("it hung" if hung else "KUnit said nothing")
        raise Unusable(f"kunit: the booted kernel gave no result of the test: {why}\nits console is {short(log)}")
    print("\n".join(lines))
    return code


def run(options):
    with compiled.held_with_slice(options) as (tree, rig):
        return run_on(options, tree, rig)


def run_on(options, tree, rig):
    folder = shadow.folder_of(tree)
    granule = scenario.parse(sliced.text_of(rig.tool, options.FILE, folder / "kunit.text")).granule
    test, said = export(rig.tool, options.FILE, folder / "kunit.c")
    code = play(compiled.build(tree, granule, options.fresh, test))
    print(f"{said}{'PASSED FAILED SKIPPED'.split()[code]} on a booted kernel ({tree.name}, {granule} pages): "
          f"{short(folder / 'kunit.c')}", flush=True)
    return code


def add_options(parser):
    parser.add_argument("FILE", help="the scenario: a finding in a call that maps a page array")
    parser.add_argument("--fresh", action="store_true", help="build the kernel from nothing, whatever is there")
