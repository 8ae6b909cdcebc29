#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Every fuzz target under every engine for some seconds, and injected bugs that AFL++ must find from
the checked-in seeds. `./rig engines` builds what this runs.

exit: 0 all as it must be, 1 not, 2 something to run is missing
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

from targets import fuzz_targets

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILDS = TOP / ".build"
TARGETS = fuzz_targets()
# Of three kinds: a batch that is too long, a TLB entry that stays, a set_memory that goes wrong.
MUTANTS = {"batch-past-block": "fuzz_vmap", "unmap-leaves-last-page": "fuzz_vmap",
           "split-keeps-group": "fuzz_set_memory"}
LIBFUZZER_RUNS = 5000
AFL_SECONDS = 4
MUTANT_EXECUTIONS = 200000
MUTANT_SECONDS = 120


def run(command, expected=(0,)):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", check=False)
    if done.returncode not in expected:
        raise SystemExit(f"engines: {' '.join(map(str, command))[:300]} ends with "
                         f"{done.returncode}:\n{done.stdout[-3000:]}")
    return done


def seeds_for(target, work):
    """The checked-in scenarios, in the encoding that the target reads."""
    folder = work / ("text" if target == "fuzz_text" else "bytes")
    if folder.exists():
        return folder
    folder.mkdir()
    tool = BUILDS / "replay/regress/vmapdiff"
    where = [TOP / "corpus", TOP / "regress/cases"]
    run([tool, "convert", *([] if target == "fuzz_text" else ["--to-bytes"]), *where, "-o", folder])
    return folder


def say(engine, target, what):
    print(f"{engine:10} {target:34} {what}", flush=True)


def libfuzzer(work):
    for target in TARGETS:
        new = work / f"new-{target}"
        new.mkdir()
        output = run([BUILDS / "fuzz/fuzz" / target, "-seed=1", f"-runs={LIBFUZZER_RUNS}",
                      "-max_len=65536", f"-artifact_prefix={new}/", new,
                      seeds_for(target, work)]).stdout
        say("libfuzzer", target, re.search(r"Done \d+ runs", output).group(0))


def replay(work):
    for target in TARGETS:
        seeds = sorted(seeds_for(target, work).iterdir())
        output = run([BUILDS / "replay/fuzz" / target, *seeds]).stdout
        say("replay", target, re.search(r"played \d+ inputs", output).group(0))


def afl_command(work, binary, target, seconds):
    extra = ["--dictionary", BUILDS / "fuzz/fuzz/fuzz_text.dict"]
    if target != "fuzz_text":
        extra = ["--mutator", BUILDS / f"replay/fuzz/{target}.mutator.so"]
    return ["python3", TOP / "regress/ci/afl.py", "--target", binary, "--seeds", seeds_for(target, work),
            "--state", work / f"afl-{binary.name}", "--found", work, "--seed", 1,
            "--seconds", seconds, *extra]


def afl(work):
    for target in TARGETS:
        output = run(afl_command(work, BUILDS / "afl/fuzz" / target, target, AFL_SECONDS)).stdout
        say("afl++", target, re.search(r"Done \d+ runs", output).group(0))


def afl_finds(work):
    """Three injected bugs, each found by a rule that its header names."""
    for name, target in MUTANTS.items():
        header = (TOP / f"regress/mutants/{name}.patch").read_text()
        rules = re.search(r"^rule: (.*)$", header, re.MULTILINE).group(1).split(" or ")
        command = afl_command(work, BUILDS / "afl/mutants" / f"fuzz.{name}", target, MUTANT_SECONDS)
        done = run([*command, "--executions", MUTANT_EXECUTIONS], expected=(0, 1))
        found = re.search(r"^FAIL (\S+)", done.stdout, re.MULTILINE)
        if not found or found.group(1) not in rules:
            raise SystemExit(f"engines: AFL++ on {name}, which must break {' or '.join(rules)}:\n"
                             f"{done.stdout[-2000:]}")
        executions = re.search(r"Done (\d+) runs", done.stdout).group(1)
        say("afl++", f"mutant {name}", f"{found.group(1)} after {executions} executions")


STEPS = {"libfuzzer": [libfuzzer], "afl": [afl, afl_finds], "replay": [replay]}


def add_options(parser):
    parser.add_argument("engines", nargs="*", metavar="ENGINE",
                        help=f"one of {', '.join(STEPS)}; all if none is named")


def main():
    parser = argparse.ArgumentParser(prog="rig engines", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    options = parser.parse_args()
    asked = options.engines or list(STEPS)
    for engine in asked:
        if engine not in STEPS:
            parser.error(f"'{engine}' is not an engine; the engines are: {', '.join(STEPS)}")
    with tempfile.TemporaryDirectory(prefix="vmapdiff-engines-") as work:
        for engine in asked:
            for step in STEPS[engine]:
                step(pathlib.Path(work))
    print(f"every target runs under {', '.join(asked)}")


if __name__ == "__main__":
    sys.exit(main())
