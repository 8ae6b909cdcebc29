# SPDX-License-Identifier: GPL-2.0-only
"""./rig packages and ./rig version"""
from __future__ import annotations

from driver import install, machine, packages, scripts
from driver.command import Command, no_options
from driver.places import TOP
from driver.terminal import say


def add_options(parser):
    parser.add_argument("what", nargs="?", default="list", choices=["optional", "test", "list"],
                        help="install what only some tests use; what ./rig test needs; or list what "
                             "there is and what is missing (list)")


def run(options):
    if options.what == "list":
        for name, need in packages.NEEDS.items():
            print(f"{'there  ' if need.is_there() else 'missing'}  {name:<15} {need.what}")
        return 0
    names = packages.OPTIONAL if options.what == "optional" else packages.TEST
    install.ensure(names, options.may_install, optional=options.what == "optional")
    left = packages.missing(names)
    say("all there" if not left else "without: " + "; ".join(need.what for need in left))
    return 0


def commit():
    """The commit of this checkout, marked where files were changed; or nothing."""
    return machine.output_of("git", "-c", f"safe.directory={TOP}", "-C", TOP, "describe", "--always", "--dirty", "--exclude=*").strip()


def run_version(_):
    compiler = machine.fuzz_compiler() or machine.c_compiler()
    said = machine.output_of(compiler, "--version").splitlines() if compiler else []
    release = scripts.load("mutation/sources.py").version(TOP)
    print(", ".join(filter(None, [f"vmapdiff {release}", commit() and f"commit {commit()}",
                                  said[0] if said else "no compiler"])))
    return 0


PACKAGES = Command("packages", "install or list what tests use", "./rig packages list", add_options, run)
VERSION = Command("version", "say release, commit and compiler; also ./rig --version",
                  "./rig version", no_options, run_version)
