#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The kill table: how many executions until each injected bug is found.

Exit: 0 when every mutant is killed for every seed, each most often by a rule that
its header names; 1 if not; 2 for unusable arguments.
"""
import argparse
import functools
import os
import pathlib
import shutil
import subprocess
import sys

import catalogue
import pool
import records
import report
import run
import survival

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = TOP / ".build" / "fuzz"
KILLERS = BUILD.parent / "killers"  # inputs that kill mutants
CORPUS = BUILD.parent / "seeds" / "corpus"  # as bytes: see encode_corpus()
STARTS = ("empty", "corpus", "cases", "exhaustive")
# What the checked-in table has, which README's figures and the bars of its test are about.
RECORDED = {"seeds": 20, "start": ["empty", "corpus", "cases"], "executions": run.BOUND}
USUAL = {"seeds": 5, "start": ["empty"], "executions": run.BOUND}


def add_options(parser):
    parser.add_argument("names", nargs="*", metavar="NAME", help="of regress/mutants; default all")
    parser.add_argument("--seeds", type=int, metavar="N", help="runs of each (5)")
    parser.add_argument("--executions", "--runs", dest="executions", type=int, metavar="N",
                        help="executions at which a run ends (2^20)")
    parser.add_argument("--start", action="append", choices=STARTS,
                        help="from an empty corpus, the checked-in one, or by the cases or the "
                             "exhaustive families alone; may be given again (empty)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N",
                        help="runs at a time (one a core)")
    parser.add_argument("-o", "--output", type=pathlib.Path, metavar="DIR",
                        help="also write kills.csv and kills.md there")
    parser.add_argument("--record", action="store_true",
                        help="make the rows of these mutants in the checked-in tables again, with "
                             "20 seeds from empty, corpus and cases; with -o: in the tables there")
    parser.add_argument("--stale", action="store_true",
                        help="list the tables and rows that are older than the code; see "
                             "--stale --help")
    parser.add_argument("--json", action="store_true", help="with -o: kills.json too")
    parser.add_argument("--svg", action="store_true", help="with -o: survival curves as kills.svg")


def arguments():
    parser = argparse.ArgumentParser(prog="rig mutants", description=__doc__.split("\n", 1)[0])
    add_options(parser)
    found = parser.parse_args()
    if (found.json or found.svg) and not found.output:
        parser.error("--json and --svg need -o DIR")
    records.settle(parser, found, TOP, RECORDED, USUAL)
    return found


def needed_targets(names):
    """What must be built for these mutants; nothing named means everything."""
    return ["vmapdiff", *(f"{kind}.{name}" for name in names for kind in ("fuzz", "vmapdiff"))
            ] if names else []


def job_of(mutant, start, seed, executions, keep=None):
    """The job of one run of a mutant. By cases and the families there is one, whatever the seed."""
    target = BUILD / "mutants" / f"fuzz.{mutant.name}"
    tool = BUILD / "mutants" / f"vmapdiff.{mutant.name}"
    if start == "cases":
        return functools.partial(run.replay, tool, mutant.name, TOP / "regress" / "cases")
    if start == "exhaustive":
        return functools.partial(run.exhaustive, tool, mutant.name, mutant.target)
    return functools.partial(run.fuzz, target, mutant.name, start, seed, executions,
                             CORPUS if start == "corpus" else None, keep=keep)


def runs_of(mutant, options):
    """The jobs of one mutant."""
    for start in options.start:
        for seed in range(1, 1 + (options.seeds if start in report.STARTS else 1)):
            yield job_of(mutant, start, seed, options.executions, killer_of(mutant.name) if seed == 1 else None)


def killer_of(name):
    """Where the input goes that kills a mutant by the first seed."""
    return KILLERS / f"{name}.bytes"


def encode_corpus():
    """The checked-in seeds as bytes, for the fuzz targets."""
    shutil.rmtree(CORPUS, ignore_errors=True)
    CORPUS.mkdir(parents=True)
    subprocess.run([BUILD / "regress" / "vmapdiff", "convert", "--to-bytes", TOP / "corpus", "-o",
                    CORPUS], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def print_row(name, start, runs):
    s = survival.summary(runs)
    rules = ", ".join(f"{rule} ({times})" for rule, times in s.rules)
    print(f"{name:<32} {start:<7} {s.killed:>4}/{s.runs:<4} {s.median or '-':>9} "
          f"{s.p90 or '-':>9} {s.worst or '-':>9}  {rules}")


def print_table(groups, options):
    print(f"{'mutant':<32} {'from':<7} {'killed':>9} {'median':>9} {'90 %':>9} {'worst':>9}"
          "  rule that fired (times)")
    for (name, start), runs in groups.items():
        print_row(name, start, runs)
    print(f"numbers are executions; a run ends at {options.executions}", flush=True)


def say_next(mutants):
    """The command that shows what kills a mutant, where there are not too many to choose from."""
    for mutant in mutants if len(mutants) < 4 else ():
        killer = killer_of(mutant.name)
        if killer.exists():
            tool = BUILD / "mutants" / f"vmapdiff.{mutant.name}"
            print(f"next: {os.path.relpath(tool, TOP)} show {os.path.relpath(killer, TOP)}", file=sys.stderr)


def violations(mutants, groups):
    """What is not as it must be, in sentences."""
    by_name = {mutant.name: mutant for mutant in mutants}
    for (name, start), runs in groups.items():
        s = survival.summary(runs)
        if start in ("cases", "exhaustive"):
            continue
        if s.killed < s.runs:
            yield f"{name}: {s.runs - s.killed} of {s.runs} runs from {start} survived"
        if s.rules and start == "empty" and s.rules[0][0] not in by_name[name].rules:
            yield (f"{name}: {s.rules[0][0]} found it, and its header expects "
                   f"{' or '.join(by_name[name].rules)}")


def elements(mutants, runs):
    """The table in the schema of mutation-testing-elements."""
    entries = []
    for m in mutants:
        found = [r for r in runs if r.mutant == m.name and r.rule]
        rules = [rule for rule, _ in survival.summary(found).rules] if found else []
        entries.append((m.name, m.file, (m.line, 1), (m.last_line + 1, 1), m.replacement,
                        "catalogue", "Killed" if found else "Survived", rules, m.injects))
    return report.elements(TOP, entries)


def write_svg(path, runs, bound):
    curves = [r for r in runs if r.start in report.STARTS]
    if not curves or not report.write_curves(path, curves, bound):
        print("mutants: no kills.svg: gnuplot is missing", file=sys.stderr)


def command_of(options):
    if options.record:
        return "./rig mutants --record"
    starts = "".join(f" --start {s}" for s in options.start)
    return f"./rig mutants{starts} --seeds {options.seeds} -o DIR"


def markdown(table, executions):
    return report.markdown(table, executions, "The kill table of the catalogue")


def write(folder, mutants, table, options):
    folder.mkdir(parents=True, exist_ok=True)
    if options.record:
        everyone = {mutant.name for mutant in catalogue.read_all(TOP, [])}
        table = records.updated(folder / "kills.csv", table, everyone)
    records.write(folder / "kills.csv", table)
    (folder / "kills.md").write_text(markdown(table, options.executions))
    if options.json:
        report.write_json(folder / "kills.json", elements(mutants, table.runs))
    if options.svg:
        write_svg(folder / "kills.svg", table.runs, options.executions)
    print(f"mutants: {len(mutants)} mutants written to {folder}", file=sys.stderr)


def main():
    options = arguments()
    mutants = catalogue.read_all(TOP, options.names)
    origin = records.origin(TOP, [mutant.name for mutant in mutants])
    if "corpus" in options.start:
        encode_corpus()
    jobs = [job for mutant in mutants for job in runs_of(mutant, options)]
    KILLERS.mkdir(parents=True, exist_ok=True)
    try:
        runs = pool.run(jobs, "runs", options.jobs)
    except pool.Interrupted as stop:
        print_table(report.group(stop.results), options)
        raise
    groups = report.group(runs)
    print_table(groups, options)
    if options.output:
        write(options.output, mutants, origin.table(command_of(options), runs), options)
    wrong = list(violations(mutants, groups))
    for sentence in wrong:
        print(f"mutants: {sentence}", file=sys.stderr)
    say_next(mutants)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(pool.call(main))
