#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A tree's own code, built for arm64 and run by qemu-user, does what the build for this host does.

Known bugs, generated and checked-in scenarios, and some tables: both builds must print the same. No
instruction of the tree's may be one that only a kernel has business with.

Usage: test_aarch64.py TREE [--executions N] [--seed N]
exit: 0 it does, 1 it does not, 77 something is not installed, or this host is arm64 itself
"""
import argparse
import difflib
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "regress/ci"))
from targets import fuzz_targets  # noqa: E402

BUILD = TOP / ".build/kernel-aarch64"
TARGET = "aarch64-linux-gnu"
CASES, CORPUS = TOP / "regress/cases", TOP / "corpus"
SKIP = 77

# Whose tables are compared: each granule, LPA2, protections, splits, blocks.
SHOWN = ["d1-16k", "every-protection", "lpa2-above-2-50", "set-memory-splits-64k",
         "vmalloc-blocks-of-each-size"]
# Instructions by which a CPU is set up, ordered or asked; and some that all code has.
SYSTEM = set("at dc dmb dsb eret hvc ic isb mrs msr smc svc sys sysl tlbi wfe wfi".split())
USUAL = set("ldr str ret".split())
INSTRUCTION = re.compile(r"^ *[0-9a-f]+:\t[0-9a-f]{8} \t([a-z0-9]+)", re.M)


class Failed(Exception):
    """What was found."""


def run(*command):
    """What a command prints on standard output; it must end well."""
    done = subprocess.run([str(word) for word in command], cwd=TOP, capture_output=True, text=True,
                          errors="replace")
    if done.returncode:
        raise Failed(f"{' '.join(map(str, command))} ends with {done.returncode}:\n"
                     f"{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def sysroot():
    """Where arm64's C library and dynamic linker are, or None: what clang links a program with."""
    linker = subprocess.run(["clang", f"--target={TARGET}",
                             "-print-file-name=ld-linux-aarch64.so.1"],
                            capture_output=True, text=True).stdout.strip()
    return Path(linker).resolve().parents[1] if os.path.isabs(linker) else None


def missing(tree):
    """Why this cannot be tested here; None if it can."""
    if platform.machine() in ("aarch64", "arm64"):
        return "this host is arm64: the other kernel tests run the same without an emulator"
    if not tree.is_dir():
        return f"no {tree} (Debian package linux-source)"
    for program, package in [("clang", "clang"), ("qemu-aarch64", "qemu-user"),
                             (f"{TARGET}-ld", "binutils-aarch64-linux-gnu")]:
        if not shutil.which(program):
            return f"no {program} (Debian package {package})"
    if not sysroot():
        return "no C library for arm64 (Debian package libc6-dev-arm64-cross)"
    return None


def build(tree):
    for library in BUILD.glob("mapper/kernel/libkernel_*.so"):
        library.unlink()  # another tree may have had more geometries
    run("cmake", "--preset", "kernel-aarch64", "-B", BUILD, f"-DVMAPDIFF_KERNEL_TREE={tree}",
        f"-DPython3_EXECUTABLE={sys.executable}")
    run("cmake", "--build", BUILD, "--target", "vmapdiff", *fuzz_targets())


def emulated(program, *arguments):
    return run("qemu-aarch64", "-L", sysroot(), BUILD / program, *arguments)


def check_instructions():
    """None of the libraries that the tree became has a system instruction."""
    libraries = sorted((BUILD / "mapper/kernel").glob("libkernel_*.so"))
    if not libraries:
        raise Failed(f"no library of a geometry in {BUILD}")
    for library in libraries:
        code = INSTRUCTION.findall(run(f"{TARGET}-objdump", "-d", library))
        if not USUAL.issubset(code):
            raise Failed(f"{library.name}: cannot read what objdump prints of it")
        if SYSTEM.intersection(code):
            raise Failed(f"{library.name} has system instructions: "
                         f"{' '.join(sorted(SYSTEM.intersection(code)))}")
    print(f"{len(libraries)} libraries, no system instruction", flush=True)


def compare(what, here, there):
    if here != there:
        diff = difflib.unified_diff(here.splitlines(), there.splitlines(), "this host", "arm64",
                                    lineterm="")
        raise Failed(f"{what}: the two builds differ:\n" + "\n".join(list(diff)[:40]))
    lines = here.splitlines()
    print(f"{what}: {len(lines)} lines, the same in both builds", flush=True)


def compare_judgement(tree, options):
    generated = ["--executions", options.executions, "--seed", options.seed]
    here = run(TOP / "rig", "kernel", tree, "test", *generated)
    there = emulated("regress/vmapdiff", "kernel", "test", *generated, CASES, CORPUS)
    compare("known bugs, generated and checked-in scenarios", here, there)
    print(re.search("^digest .*", there, re.M).group())


def compare_tables(tree):
    for name in SHOWN:
        arguments = ["show", CASES / f"{name}.scenario", "--ptdump"]
        compare(name, run(TOP / "rig", "kernel", tree, *arguments),
                emulated("regress/vmapdiff", *arguments))


def play_targets():
    """Built without an engine, a target plays the files it is given."""
    seeds = sorted(CORPUS.glob("*/*.scenario"))[:3]
    for target in fuzz_targets():
        said = emulated(f"fuzz/{target}", *seeds)
        if f"played {len(seeds)} inputs; no finding" not in said:
            raise Failed(f"{target} says: {said}")
    print(f"{len(fuzz_targets())} fuzz targets play {len(seeds)} inputs each")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", type=Path)
    parser.add_argument("--executions", type=int, default=1024, help="generated scenarios")
    parser.add_argument("--seed", type=int, default=3)
    options = parser.parse_args()
    reason = missing(options.tree)
    if reason:
        print(f"SKIP: {reason}")
        return SKIP
    try:
        build(options.tree)
        check_instructions()
        compare_judgement(options.tree, options)
        compare_tables(options.tree)
        play_targets()
    except Failed as why:
        print(f"FAILED: {why}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
