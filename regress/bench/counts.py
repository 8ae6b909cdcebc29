#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Instructions of each row of the benchmark and of each fuzz target over its checked-in
scenarios, held against those that are recorded in counts.txt: what costs more than before, or
less, is said here and not by a clock. What was meant to change is recorded with --record."""

import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import counting  # noqa: E402 (beside this file)

TOP = pathlib.Path(__file__).resolve().parents[2]
RECORD = pathlib.Path(__file__).with_name("counts.txt")
TOLERANCE = 0.03
SKIP = 77

ROWS = {
    "ioremap-1M": 8,  # calls that are counted together: an instruction more in one is no news
    "vmalloc-1M-order-4": 8,
    "vmap-100M-order-8": 1,
    "vmap-100M-order-0": 1,
    "vmap-1-page": 8,
}
MAPPERS = ["prior", "batched", "reference"]

# Targets, and whose scenarios of the corpus they play.
TARGETS = {
    "fuzz_vmap": "fuzz_vmap",
    "fuzz_vmalloc": "fuzz_vmalloc",
    "fuzz_ioremap": "fuzz_ioremap",
    "fuzz_set_memory": "fuzz_set_memory",
    "fuzz_sequence": "fuzz_sequence",
    "fuzz_crosscheck": "fuzz_sequence",
    "fuzz_bytes": "fuzz_vmap",
    "fuzz_text": "fuzz_vmap",
}
PROGRAMS = ["bench", "vmapdiff", *TARGETS]


def skip(reason):
    print(f"SKIP: {reason}")
    raise SystemExit(SKIP)


def compiler(build):
    """The compiler of a build: another one makes other instructions, which is no regression."""
    for line in (build / "CMakeCache.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("CMAKE_C_COMPILER:"):
            path = line.split("=", 1)[1]
            machine = subprocess.run([path, "-dumpmachine"], stdout=subprocess.PIPE, text=True,
                                     check=True).stdout.strip()
            version = subprocess.run([path, "--version"], stdout=subprocess.PIPE, text=True,
                                     check=True).stdout.splitlines()[0]
            return f"{version}, {machine}"
    raise SystemExit(f"counts: {build} is not a build; ./rig counts makes one")


def seeds_of(build, target, into):
    """The scenarios that a target plays, in the encoding that it reads."""
    where = TOP / "corpus" / TARGETS[target]
    if target == "fuzz_text":
        return sorted(map(str, where.glob("*.scenario")))
    subprocess.run([build / "regress" / "vmapdiff", "convert", "--to-bytes", where, "-o", into],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return sorted(map(str, pathlib.Path(into).iterdir()))


def count_target(build, target):
    """Instructions of one execution of the target, on the average of its seeds."""
    with tempfile.TemporaryDirectory() as into:
        seeds = seeds_of(build, target, into)
        return counting.count("LLVMFuzzerTestOneInput",
                              [str(build / "fuzz" / target), *seeds]) // len(seeds)


def count_all(build):
    """Yields name and instructions, row by row and target by target."""
    bench = str(build / "regress" / "bench" / "bench")
    for row, calls in ROWS.items():
        for mapper in MAPPERS:
            yield f"{row} {mapper}", counting.of_bench(bench, row, mapper, calls)
    for target in TARGETS:
        yield f"execution {target}", count_target(build, target)


def read_record():
    made_by, counts = "", {}
    for line in RECORD.read_text(encoding="ascii").splitlines():
        if line.startswith("# made by "):
            made_by = line[len("# made by "):]
        elif line and not line.startswith("#"):
            name, count = line.rsplit(" ", 1)
            counts[name] = int(count)
    return made_by, counts


def write_record(made_by, counts):
    lines = ["# SPDX-License-Identifier: GPL-2.0-only",
             "# Instructions, as ./rig counts --record writes them.",
             f"# made by {made_by}"]
    lines += [f"{name} {count}" for name, count in counts.items()]
    RECORD.write_text("\n".join(lines) + "\n", encoding="ascii")


def hold(name, count, recorded):
    """Prints a count beside the recorded one; whether it is within the tolerance."""
    if recorded is None:
        print(f"{name:36} {count:12}  is not recorded")
        return False
    change = count / recorded - 1
    within = abs(change) <= TOLERANCE
    print(f"{name:36} {count:12} {recorded:12} {change:+8.2%}{'' if within else '  CHANGED'}",
          flush=True)
    return within


def compare(build, made_by):
    recorded_by, recorded = read_record()
    if made_by != recorded_by:
        skip(f"built by {made_by}; recorded of {recorded_by}")
    print(f"{'instructions':36} {'now':>12} {'recorded':>12} {'change':>8}")
    held, seen = True, set()
    for name, count in count_all(build):
        held &= hold(name, count, recorded.get(name))
        seen.add(name)
    for name in recorded.keys() - seen:
        print(f"{name:36} is recorded but not counted any more")
        held = False
    if not held:
        print("instructions changed by more than 3 %. If that was meant: ./rig counts --record, "
              "and say why in the commit")
    return held


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, required=True, help="a build of preset bench")
    parser.add_argument("--record", action="store_true")
    arguments = parser.parse_args()
    if not shutil.which("valgrind"):
        skip("no valgrind (Debian package valgrind)")
    made_by = compiler(arguments.build)
    if arguments.record:
        write_record(made_by, dict(count_all(arguments.build)))
        print(f"recorded in {RECORD.relative_to(TOP)}")
    elif not compare(arguments.build, made_by):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
