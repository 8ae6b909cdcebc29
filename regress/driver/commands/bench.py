# SPDX-License-Identifier: GPL-2.0-only
"""./rig bench and ./rig counts"""
from __future__ import annotations

import pathlib
import platform

from driver import install, packages, scripts
from driver.build import build
from driver.command import Command
from driver.kernel import build_tree
from driver.places import BUILDS
from driver.terminal import Unusable, say

TREE_OPTIONS = ("-DVMAPDIFF_SANITIZE=none", "-DCMAKE_C_FLAGS=-gdwarf-4")


def is_x86_64_v3():
    """Whether this processor has what x86-64-v3 needs; its AVX2 stands for the rest."""
    return platform.machine() == "x86_64" and " avx2 " in pathlib.Path("/proc/cpuinfo").read_text()


def add_options(parser):
    parser.add_argument("trees", nargs="*", metavar="TREE", help="Linux trees to measure as well")
    parser.add_argument("--quick", action="store_true", help="fewer rounds: to see that it works")


def run(options):
    install.ensure(packages.BENCH, options.may_install)
    flags = ["--quick"] if options.quick else []
    for path in options.trees:
        rig = build_tree(path, ["bench"], suffix="-bench", options=TREE_OPTIONS, whole=True)
        flags += ["--tree", f"{pathlib.Path(path).resolve().name}={rig.built}"]
    flags += ["--build", f"baseline={build('bench', 'bench')}"]
    if is_x86_64_v3():
        flags += ["--build", f"x86-64-v3={build('bench-v3', 'bench')}"]
    flags += ["--fuzz", str(build("fuzz", "fuzz_vmap", "fuzz_empty", "vmapdiff")),
              "--out", str(BUILDS / "bench-report")]
    if scripts.run("bench/report.py", flags):
        raise Unusable("the benchmark failed")
    say("tables and plots as files: .build/bench-report. next: ./rig counts, which compares "
        "instruction counts")
    return 0


def run_counts(options):
    install.ensure(packages.BENCH, options.may_install)
    folder = build("bench", *scripts.load("bench/counts.py").PROGRAMS)
    return scripts.run("bench/counts.py", ["--build", folder, *options.argv])


def add_counts_options(parser):
    parser.add_argument("--record", action="store_true", help="make these the baseline")


COMMAND = Command("bench", "measure how fast mappers map, and scenarios a second",
                  "./rig bench --quick", add_options, run)
COUNTS = Command("counts", "compare instruction counts with the baseline", "./rig counts",
                 add_counts_options, run_counts)
