# SPDX-License-Identifier: GPL-2.0-only
"""Commands that build something and hand over to a script: engines, builder, emulators, release-check."""
from __future__ import annotations

from driver import install, packages, scripts, tool
from driver.build import build
from driver.command import Command, no_options
from driver.fuzzing.rig import all_targets
from driver.places import TOP


def run_engines(options):
    install.ensure(packages.AFL, options.may_install)
    mutants = [f"fuzz.{name}" for name in scripts.load("ci/engines.py").MUTANTS]
    build("fuzz", "vmapdiff", *all_targets())
    build("replay")
    build("afl", *all_targets(), *mutants)
    return scripts.run("ci/engines.py", options.argv)


def run_builder(options):
    install.ensure(packages.BUILDER, options.may_install)
    return scripts.run("ci/builder.py", options.argv)


def run_emulators(options):
    install.ensure(packages.EMULATORS, options.may_install)
    folder = build("fuzz", "emulators", "guests", "guest_mutants", with_=("VMAPDIFF_MUTANTS",))
    return tool.run("sh", TOP / "regress/mmu/emulators.sh", folder, TOP)


def run_release_check(options):
    return scripts.run("ci/release.py", options.argv)


ENGINES = Command("engines", "run every target under libFuzzer, AFL++ and plain replay",
                  "./rig engines afl", scripts.options_of("ci/engines.py"), run_engines)
BUILDER = Command("builder", "test the build for ClusterFuzzLite and OSS-Fuzz",
                  "./rig builder address", scripts.options_of("ci/builder.py"), run_builder)
EMULATORS = Command("emulators", "compare the oracle with the MMUs of QEMU and Unicorn",
                    "./rig emulators", no_options, run_emulators)
RELEASE_CHECK = Command("release-check", "check that tables, changelog and README fit this version",
                        "./rig release-check", scripts.options_of("ci/release.py"), run_release_check)
