#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Plays the builder image of ClusterFuzzLite and OSS-Fuzz: sets their variables, runs
.clusterfuzzlite/build.sh, moves $OUT elsewhere, and holds each target against what their check for
bad builds asks of it.

exit: 0 every target passes, 1 one does not, 2 unusable arguments
"""
import argparse
import collections
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

from targets import fuzz_targets

TOP = pathlib.Path(__file__).resolve().parents[2]

# Their flags by sanitizer, as their images set them.
COMMON = ["-O1", "-fno-omit-frame-pointer", "-gline-tables-only",
          "-DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION"]
UNDEFINED = ("array-bounds,bool,builtin,enum,function,integer-divide-by-zero,null,object-size,return,"
             "returns-nonnull-attribute,shift,signed-integer-overflow,unreachable,vla-bound")
SANITIZERS = {
    "address": ["-fsanitize=address", "-fsanitize-address-use-after-scope"],
    "undefined": [f"-fsanitize={UNDEFINED}", f"-fno-sanitize-recover={UNDEFINED}"],
    "memory": ["-fsanitize=memory", "-fsanitize-memory-track-origins"],
    "coverage": ["-fprofile-instr-generate", "-fcoverage-mapping"],
}
ENGINE_HOOKS = "-fsanitize=fuzzer-no-link"

# Calls of a sanitizer's functions that the machine code must have, at least and at most.
MANY = 1 << 30
CALLS = {
    "address": {"asan": (1000, MANY), "msan": (0, 3), "ubsan": (0, 200)},
    "undefined": {"asan": (0, 0), "msan": (0, 3), "ubsan": (169, MANY)},
    "memory": {"asan": (0, 0), "msan": (1000, MANY), "ubsan": (0, 200)},
}
CALL = re.compile(rb"(?:callq?|bl)\s+[0-9a-f]+\s+<__(asan|msan|ubsan)")
LEAST_EDGES = 100
RUNS = 4
LIMITS = ["-rss_limit_mb=2560", "-timeout=120"]
ENTRY = b"LLVMFuzzerTestOneInput"


class Bad(Exception):
    """A build that their check would refuse."""


def say(text):
    print("builder:", text, flush=True)


def checked_out(to):
    """What git would hand on: the files that it tracks and those that it does not ignore."""
    listing = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                             cwd=TOP, stdout=subprocess.PIPE, check=True).stdout.decode()
    for name in filter(None, listing.split("\0")):
        if (TOP / name).exists():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(TOP / name, to / name)


def build(sanitizer, work):
    """Builds as their image does; where the targets are then, which is not where they were built."""
    for name in ("src/vmapdiff", "out", "work"):
        (work / name).mkdir(parents=True)
    checked_out(work / "src/vmapdiff")
    flags = COMMON + SANITIZERS[sanitizer]
    if sanitizer != "coverage":
        flags.append(ENGINE_HOOKS)
    environment = dict(
        os.environ, SRC=str(work / "src"), OUT=str(work / "out"), WORK=str(work / "work"),
        CC="clang", CXX="clang++", CFLAGS=" ".join(flags), CXXFLAGS=" ".join(flags),
        SANITIZER=sanitizer, FUZZING_ENGINE="libfuzzer", FUZZING_LANGUAGE="c",
        ARCHITECTURE=platform.machine(), LIB_FUZZING_ENGINE="-fsanitize=fuzzer")
    done = subprocess.run(["bash", "-eu", ".clusterfuzzlite/build.sh"], cwd=work / "src/vmapdiff",
                          env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, text=True, errors="replace", check=False)
    if done.returncode:
        raise Bad(f"build.sh failed:\n{done.stdout[-3000:]}")
    (work / "out").rename(work / "elsewhere")
    if sanitizer != "coverage":  # whose report names source files
        shutil.rmtree(work / "src")
    shutil.rmtree(work / "work")
    return work / "elsewhere"


def targets_in(out):
    """As their tools find them: executable, ELF, with the entry's name in it."""
    found = [path for path in sorted(out.iterdir())
             if path.is_file() and os.access(path, os.X_OK)
             and path.read_bytes()[:4] == b"\x7fELF" and ENTRY in path.read_bytes()]
    if [path.name for path in found] != sorted(fuzz_targets()):
        raise Bad(f"$OUT has the targets {[path.name for path in found]}, not "
                  f"{sorted(fuzz_targets())}")
    return found


def run(target, *arguments, **more):
    done = subprocess.run([str(target), *map(str, arguments)], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
                          cwd=target.parent, timeout=600, **more)
    if done.returncode:
        raise Bad(f"{target.name} {' '.join(map(str, arguments))[:200]} ends with "
                  f"{done.returncode}:\n{done.stdout[-3000:]}")
    return done.stdout


def check_start(target):
    output = run(target, "-seed=1337", f"-runs={RUNS}")
    edges = re.search(r"INFO: Loaded \d+ modules? .*?: (\d+)", output)
    if f"Done {RUNS} runs" not in output:
        raise Bad(f"{target.name} does not print 'Done {RUNS} runs':\n{output[-2000:]}")
    if not edges or int(edges.group(1)) < LEAST_EDGES:
        raise Bad(f"{target.name} has fewer than {LEAST_EDGES} edges to be guided by")
    return int(edges.group(1))


def check_calls(target, sanitizer):
    code = subprocess.run(["objdump", "-d", "--no-show-raw-insn", str(target)], stdout=subprocess.PIPE, check=True).stdout
    every = collections.Counter(CALL.findall(code))
    counted = {name: every[name.encode()] for name in CALLS[sanitizer]}
    for name, (least, most) in CALLS[sanitizer].items():
        if not least <= counted[name] <= most:
            raise Bad(f"{target.name}: {counted[name]} calls of __{name}_ functions in a build for "
                      f"{sanitizer}; at least {least} and at most {most} are to be there")
    return counted


def unpacked_seeds(target, to):
    archive = target.with_name(target.name + "_seed_corpus.zip")
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(to)
    seeds = sorted(path for path in pathlib.Path(to).rglob("*") if path.is_file())
    if not seeds:
        raise Bad(f"{archive.name} is empty")
    return seeds


def check_seeds(target):
    with tempfile.TemporaryDirectory() as folder:
        seeds = unpacked_seeds(target, folder)
        arguments = ["-runs=0", *LIMITS]
        if target.with_suffix(".dict").exists():
            arguments.append(f"-dict={target.with_suffix('.dict')}")
        run(target, *arguments, folder)
    return len(seeds)


def check_options(target):
    text = target.with_suffix(".options").read_text()
    if not re.search(r"^\[libfuzzer\]$", text, re.MULTILINE) or "max_len = " not in text:
        raise Bad(f"{target.name}.options has no section [libfuzzer] with max_len")


def check_target(target, sanitizer):
    edges = check_start(target)
    calls = check_calls(target, sanitizer)
    seeds = check_seeds(target)
    check_options(target)
    say(f"{sanitizer}: {target.name}: {edges} edges, {seeds} seeds, calls of "
        + ", ".join(f"{name} {count}" for name, count in calls.items()))


def check_coverage(target):
    """That a report can be made of what its seeds cover."""
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        seeds = unpacked_seeds(target, work / "seeds")
        run(target, *seeds, env=dict(os.environ, LLVM_PROFILE_FILE=str(work / "raw")))
        subprocess.run(["llvm-profdata", "merge", "-o", work / "data", work / "raw"], check=True)
        report = subprocess.run(["llvm-cov", "report", target, f"-instr-profile={work / 'data'}"],
                                stdout=subprocess.PIPE, text=True, check=True).stdout
    total = re.search(r"^TOTAL.*?([\d.]+)%\s+\d+\s+\d+\s+([\d.]+)%", report, re.MULTILINE)
    if not total or float(total.group(2)) == 0:
        raise Bad(f"{target.name}: no coverage is reported:\n{report[-1000:]}")
    say(f"coverage: {target.name}: {len(seeds)} seeds reach {total.group(2)} % of its functions")


def play(sanitizer):
    say(f"{sanitizer}: building, about half a minute")
    with tempfile.TemporaryDirectory(prefix="vmapdiff-builder-") as folder:
        for target in targets_in(build(sanitizer, pathlib.Path(folder))):
            if sanitizer == "coverage":
                check_coverage(target)
            else:
                check_target(target, sanitizer)


def add_options(parser):
    parser.add_argument("sanitizers", nargs="*", metavar="SANITIZER",
                        help=f"one of {', '.join(SANITIZERS)}; all if none is named")


def main():
    parser = argparse.ArgumentParser(prog="rig builder", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    asked = parser.parse_args().sanitizers or list(SANITIZERS)
    for sanitizer in asked:
        if sanitizer not in SANITIZERS:
            parser.error(f"'{sanitizer}' is not a sanitizer; the sanitizers are: {', '.join(SANITIZERS)}")
    for sanitizer in asked:
        try:
            play(sanitizer)
        except Bad as why:
            print(f"builder: BAD BUILD for {sanitizer}: {why}", file=sys.stderr)
            return 1
    say(f"good for {', '.join(asked)}: the builder would take every target")
    return 0


if __name__ == "__main__":
    sys.exit(main())
