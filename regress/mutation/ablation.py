#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Ablation: what the generator and each property are worth, in kills of the catalogue.

Exit: 0 when each property is the only one to find some mutant; 1 if not.
"""
import argparse
import functools
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import catalogue
import pool
import records
import report
import survival
import run
import workshop
from mutants import BUILD, CORPUS, TOP, encode_corpus


RECORDED = {"seeds": 2, "executions": 1 << 14}
USUAL = {"seeds": 3, "executions": 1 << 16}


def add_options(parser):
    parser.add_argument("--ablation", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("names", nargs="*", metavar="NAME", help="of regress/mutants; default all")
    parser.add_argument("--seeds", type=int, metavar="N", help="runs of each (3)")
    parser.add_argument("--executions", "--runs", dest="executions", type=int, metavar="N",
                        help="executions at which a run ends (2^16)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N",
                        help="runs at a time (one a core)")
    parser.add_argument("-o", "--output", type=pathlib.Path, metavar="DIR",
                        help="also write ablation.csv and ablation.md there")
    parser.add_argument("--record", action="store_true",
                        help="make the rows of these mutants in the checked-in table again, with "
                             "2 seeds and 2^14 executions; with -o: in the table there")


def arguments():
    parser = argparse.ArgumentParser(prog="rig mutants --ablation", description=__doc__)
    add_options(parser)
    found = parser.parse_args()
    records.settle(parser, found, TOP, RECORDED, USUAL)
    return found


@functools.lru_cache(maxsize=None)
def properties():
    """The oracle's properties, in its own order."""
    rules = subprocess.run([BUILD / "regress" / "vmapdiff", "rules"], capture_output=True,
                           text=True, check=True).stdout
    return list(dict.fromkeys(line.split(".")[0] for line in rules.splitlines()
                              if line and not line.startswith(" ")))


def seeds_of(options):
    return range(1, options.seeds + 1)


# --- the search: who makes the scenarios ------------------------------------------------


def search_jobs(shop, folder, mutants, options):
    for m in mutants:
        full = BUILD / "mutants" / f"fuzz.{m.name}"
        tool = BUILD / "mutants" / f"vmapdiff.{m.name}"
        plain = shop.relink(
            f"mutants/fuzz.{m.name}", folder / f"bytes.{m.name}",
            {f"/{m.target}.c.o": "fuzz/CMakeFiles/fuzz_bytes.dir/fuzz_bytes.c.o"})
        for seed in seeds_of(options):
            yield functools.partial(run.fuzz, full, m.name, "full", seed, options.executions)
            yield functools.partial(run.soak, tool, m.name, seed, options.executions)
            yield functools.partial(run.fuzz, plain, m.name, "bytes", seed, options.executions)
            yield functools.partial(run.fuzz, plain, m.name, "bytes+corpus", seed, options.executions,
                                    CORPUS)


SEARCHES = {
    "full": "generator, mutator and coverage, from an empty corpus",
    "unguided": "generator and mutator, no coverage",
    "bytes": "libFuzzer's bytes, from an empty corpus",
    "bytes+corpus": "libFuzzer's bytes, from the checked-in corpus",
}


def search_table(runs, bound):
    groups = report.group(runs)
    lines = ["| search | mutants killed for every seed | for none | median of medians |",
             "|---|---|---|---|"]
    for search, what in SEARCHES.items():
        found = [survival.summary(g) for (_, s), g in groups.items() if s == search]
        medians = sorted(bound if s.median is None else s.median for s in found)
        middle = medians[(len(medians) - 1) // 2]
        lines.append(f"| {what} | {sum(s.killed == s.runs for s in found)} of {len(found)} "
                     f"| {sum(not s.killed for s in found)} "
                     f"| {'over ' if middle >= bound else ''}{middle:,} |")
    return lines


# --- the oracle: each property waived -----------------------------------------------


def first_properties(runs):
    """Of each mutant, the properties that found it first in some run."""
    found = {}
    for r in runs:
        if r.start == "full" and r.rule:
            found.setdefault(r.mutant, set()).add(r.rule.split(".")[0])
    return found


def waived_jobs(mutants, first, options):
    """Only a mutant that a property found first can take longer to kill without it."""
    for m in mutants:
        wanted = sorted(first.get(m.name, set()) & set(properties()))
        if not wanted:
            continue
        full = BUILD / "mutants" / f"fuzz.{m.name}"
        for name in wanted:
            environment = dict(os.environ, VMAPDIFF_WAIVE=name)
            for seed in seeds_of(options):
                yield functools.partial(run.fuzz, full, m.name, f"-{name}", seed,
                                        options.executions, None, environment)


def waived_table(runs, first):
    groups = report.group(runs)
    lines = ["| property switched off | finds first | then never found | what finds the others |",
             "|---|---|---|---|"]
    useless = []
    for name in properties():
        finds = [m for m, found in first.items() if name in found]
        lost, others = [], {}
        for mutant in finds:
            s = survival.summary(groups[mutant, f"-{name}"])
            if not s.killed:
                lost.append(mutant)
            for rule, times in s.rules:
                others[rule] = others.get(rule, 0) + times
        named = ", ".join(f"`{rule}`" for rule in sorted(others, key=lambda r: -others[r])[:4])
        lines.append(f"| {name} | {len(finds)} | {len(lost)}: "
                     f"{', '.join(f'`{m}`' for m in lost) or 'none'} | {named or '-'} |")
        if not lost:
            useless.append(name)
    return lines, useless


# --- both ---------------------------------------------------------------------------------


def document(table, executions):
    runs = table.runs
    waived, useless = waived_table(runs, first_properties(runs))
    text = [*report.head(table, "Ablation"),
            "Every mutant of the catalogue, without parts of the rig. Numbers are executions up to "
            f"{executions:,}.", "", "## Who makes the scenarios", "",
            *search_table(runs, executions), "", "## What judges them", "",
            "With one property switched off, the mutants that it found first were searched for again.",
            "", *waived, ""]
    return "\n".join(text), useless


def command_of(options):
    if options.record:
        return "./rig mutants --ablation --record"
    return (f"./rig mutants --ablation --seeds {options.seeds} --executions {options.executions} "
            "-o DIR")


def write(folder, table, options):
    folder.mkdir(parents=True, exist_ok=True)
    if options.record:
        everyone = {mutant.name for mutant in catalogue.read_all(TOP, [])}
        table = records.updated(folder / "ablation.csv", table, everyone)
    records.write(folder / "ablation.csv", table)
    (folder / "ablation.md").write_text(document(table, options.executions)[0])


def main():
    options = arguments()
    mutants = catalogue.read_all(TOP, options.names)
    origin = records.origin(TOP, [mutant.name for mutant in mutants])
    shop = workshop.Workshop(TOP, BUILD)
    encode_corpus()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="vmapdiff-ablation-"))
    try:
        runs = pool.run(list(search_jobs(shop, folder, mutants, options)), "runs of searches",
                          options.jobs)
        first = first_properties(runs)
        runs += pool.run(list(waived_jobs(mutants, first, options)),
                         "runs with a property waived", options.jobs)
    finally:
        shutil.rmtree(folder)
    table = origin.table(command_of(options), runs)
    text, useless = document(table, options.executions)
    print(text)
    if options.output:
        write(options.output, table, options)
    for name in useless:
        print(f"mutants: without {name} no mutant is lost: it needs one of its own, or needs to go",
              file=sys.stderr)
    return 1 if useless and not options.names else 0


if __name__ == "__main__":
    sys.exit(pool.call(main))
