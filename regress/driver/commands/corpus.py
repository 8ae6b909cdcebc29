# SPDX-License-Identifier: GPL-2.0-only
"""./rig corpus"""
from __future__ import annotations

from driver import install, packages, scripts
from driver.build import build
from driver.command import Command
from driver.commands import coverage
from driver.fuzzing.rig import all_targets

SCRIPT = "ci/corpus.py"


def run(options):
    install.ensure(packages.COVERAGE, options.may_install)
    if options.what == "cover":
        code = coverage.run(options)
        coverage.write_html(coverage.FOLDER / "html")
        return code
    build("coverage", "vmapdiff")
    build("fuzz", "vmapdiff", *all_targets())
    return scripts.run(SCRIPT, options.argv)


COMMAND = Command("corpus", "merge what fuzzers found as text, remove seeds that reach nothing of "
                  "their own, or show coverage", "./rig corpus merge", scripts.options_of(SCRIPT), run)
