#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Care for the checked-in corpus, which is text that people review.

  merge     of what fuzzers have found (.build/corpus), the scenarios that reach a place of the mapper
            which no checked-in one does: shortened, and written as commented text, named by the place
  minimize  removes scenarios that merge once wrote and that reach nothing any more that others do
            not; names those by hand of which the same is true, and leaves them

A place is a region or a direction of a branch in the source of mapper/batched and mapper/pgtable, as
Clang's source-based coverage counts them. exit: 0 done, 2 unusable arguments or a missing build
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from targets import fuzz_targets

TOP = pathlib.Path(__file__).resolve().parents[2]
TOOL = TOP / ".build/coverage/regress/vmapdiff"
FUZZERS = TOP / ".build/fuzz"
SOURCES = ("mapper/batched/", "mapper/pgtable/")
# fuzz_text has texts, and fuzz_crosscheck plays what fuzz_sequence plays.
TARGETS = [name for name in fuzz_targets() if name not in ("fuzz_text", "fuzz_crosscheck")]
PREFIX = "covers-"  # of the names of scenarios that merge writes
HEAD = re.compile(r"#|vmapdiff |machine |policy |expect |$")  # not ops


def say(text):
    print("corpus:", text, file=sys.stderr, flush=True)


def run(*command, **more):
    return subprocess.run([str(word) for word in command], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, errors="replace", **more)


def places(scenarios):
    """{(file, line, column, what): function} that playing the scenarios reaches."""
    if not scenarios:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        raw, data, played = f"{folder}/raw", f"{folder}/data", pathlib.Path(folder, "played")
        played.mkdir()
        for number, path in enumerate(scenarios):
            (played / str(number)).symlink_to(path.resolve())
        run(TOOL, "replay", played, env=dict(os.environ, LLVM_PROFILE_FILE=raw), check=False)
        run("llvm-profdata", "merge", "-o", data, raw, check=True)
        exported = run("llvm-cov", "export", TOOL, f"-instr-profile={data}", check=True).stdout
    reached = {}
    for function in json.loads(exported)["data"][0]["functions"]:
        file = function["filenames"][0].removeprefix(f"{TOP}/")
        name = function["name"].rpartition(":")[2]
        if not file.startswith(SOURCES):
            continue
        for line, column, *_, count, _, _, _ in function["regions"]:
            if count:
                reached[file, line, column, "reached"] = name
        for line, column, _, _, true, false, *_ in function["branches"]:
            if true:
                reached[file, line, column, "true"] = name
            if false:
                reached[file, line, column, "false"] = name
    return reached


def scenarios_in(folder):
    return sorted(folder.rglob("*.scenario"))


# --- merge -----------------------------------------------------------------------------------------


def candidates(target, source, known, work):
    """Inputs of the machine's corpus with edges or counts that no known scenario has, as text."""
    inputs, found, texts = (work / f"{what}-{target}" for what in ("inputs", "found", "text"))
    for folder in (inputs, found, texts):
        folder.mkdir(exist_ok=True)
    run(FUZZERS / "regress/vmapdiff", "convert", "--to-bytes", *known, "-o", found, check=True)
    before = set(found.iterdir())
    done = run(FUZZERS / "fuzz" / target, "-merge=1", "-max_len=65536", found, source, check=False)
    if done.returncode:
        say(f"{target}: libFuzzer could not merge:\n{done.stderr[-1500:]}")
        raise SystemExit(2)
    new = sorted(set(found.iterdir()) - before, key=lambda path: (path.stat().st_size, path.name))
    for path in new:
        path.rename(inputs / path.name)
    run(FUZZERS / "regress/vmapdiff", "convert", inputs, "-o", texts, check=True)
    return [texts / f"{path.name}.scenario" for path in new]


def shorten(path, needed):
    """Drops ops, one at a time from the end, as long as every needed place is still reached."""
    lines = path.read_text().splitlines()
    for at in range(len(lines) - 1, -1, -1):
        if HEAD.match(lines[at]):
            continue
        fewer = lines[:at] + lines[at + 1:]
        path.write_text("\n".join(fewer) + "\n")
        if needed <= places([path]).keys() and holds(path):
            lines = fewer
    path.write_text("\n".join(lines) + "\n")


def holds(path):
    return run(FUZZERS / "regress/vmapdiff", "replay", path, check=False).returncode == 0


def describe(new):
    """A comment line for each function with new places, with their lines."""
    by_function = {}
    for (file, line, _, what), name in sorted(new.items()):
        direction = "" if what == "reached" else f" {what}"
        by_function.setdefault((file, name), []).append(f"{line}{direction}")
    for (file, name), lines in sorted(by_function.items()):
        shown = ", ".join(list(dict.fromkeys(lines))[:6])
        yield f"# {file} {name}(): line {shown}"


def name_of(new, folder):
    """After the function that has most of what is new, and its first line there."""
    names = list(new.values())
    function = max(sorted(set(names)), key=names.count)
    line = min(place[1] for place, name in new.items() if name == function)
    name = f"{PREFIX}{function.replace('_', '-')}-{line}"
    count = 1
    while (folder / f"{name}.scenario").exists():
        count += 1
        name = re.sub(r"(-again-\d+)?$", f"-again-{count}", name, count=1)
    return folder / f"{name}.scenario"


def write(path, new, target, folder):
    folder.mkdir(parents=True, exist_ok=True)
    to = name_of(new, folder)
    body = path.read_text().splitlines()
    comments = ["# SPDX-License-Identifier: GPL-2.0-only",
                f"# Found by {target}; alone among the seeds it reaches, of the mapper:",
                *describe(new)]
    to.write_text("\n".join([*comments, *body]) + "\n")
    say(f"wrote {to.relative_to(folder.parent.parent)}: {len(new)} new places")


def merge(corpus, cases, machine):
    known = [corpus, *([cases] if cases else [])]
    seeds = [path for folder in known for path in scenarios_in(folder)]
    reached = places(seeds)
    if seeds and not reached:
        say("the build for coverage names no source of this tree, as where a compiler cache rewrites "
            "paths: rm -r .build/coverage, and build without the cache")
        raise SystemExit(2)
    written = 0
    with tempfile.TemporaryDirectory(prefix="vmapdiff-corpus-") as folder:
        for target in TARGETS:
            source = machine / target
            if not source.is_dir() or not any(source.iterdir()):
                continue
            found = candidates(target, source, known, pathlib.Path(folder))
            new_of_all = places(found).keys() - reached.keys()
            say(f"{target}: {len(list(source.iterdir()))} inputs, {len(found)} with new edges or "
                f"counts, which reach {len(new_of_all)} new places")
            for path in found if new_of_all else []:
                new = {k: v for k, v in places([path]).items() if k not in reached}
                if not new or not holds(path):
                    continue
                shorten(path, new.keys())
                write(path, new, target, corpus / target)
                reached.update(places([path]))
                written += 1
    say(f"{written} scenarios written. next: read them, and ./rig replay {corpus_name(corpus)}")


# --- minimize --------------------------------------------------------------------------------------


def minimize(corpus, cases):
    """Goes through the scenarios from the largest on; each must reach what the rest does not."""
    paths = sorted(scenarios_in(corpus), key=lambda path: (-path.stat().st_size, path.name))
    reached = {path: set(places([path])) for path in paths}
    for_ever = set(places(scenarios_in(cases))) if cases else set()
    removed = by_hand = 0
    for path in paths:
        others = for_ever.union(*(reached[other] for other in reached if other != path))
        if reached[path] - others:
            continue
        if not path.name.startswith(PREFIX):
            by_hand += 1
            continue
        say(f"removed {path.relative_to(corpus)}: others reach all that it does")
        path.unlink()
        del reached[path]
        removed += 1
    say(f"{len(paths)} scenarios: {removed} removed; {by_hand} made by hand reach nothing that others "
        "do not, and stay for what they show")


def corpus_name(corpus):
    return corpus.relative_to(TOP) if corpus.is_relative_to(TOP) else corpus


def add_options(parser):
    parser.add_argument("what", choices=["merge", "minimize", "cover"],
                        help="write what fuzzers found as text; remove seeds that reach nothing of "
                             "their own; or show in a browser what is reached")
    parser.add_argument("--corpus", type=pathlib.Path, default=TOP / "corpus", metavar="DIR",
                        help="in place of corpus/; the regression cases are then left aside too")
    parser.add_argument("--from", dest="machine", type=pathlib.Path, metavar="DIR",
                        default=TOP / ".build/corpus", help="where fuzzers left their inputs")


def main():
    parser = argparse.ArgumentParser(prog="rig corpus", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    options = parser.parse_args()
    corpus = options.corpus.resolve()
    if not corpus.is_dir():
        parser.error(f"{options.corpus} is not a directory")
    if not TOOL.exists():
        parser.error("the build for coverage is missing: ./rig corpus makes it")
    cases = TOP / "regress/cases" if corpus == TOP / "corpus" else None
    if options.what == "merge":
        merge(corpus, cases, options.machine.resolve())
    else:
        minimize(corpus, cases)


if __name__ == "__main__":
    main()
