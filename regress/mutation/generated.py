#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Generated mutants: edits made by rule, sampled by seed, each fuzzed until it is killed.

Exit: 0 when at least 97 % of those that are not equivalent are killed; 1 if
not; 2 for unusable arguments.
"""
import argparse
import functools
import pathlib
import sys
import tempfile

import journal
import operators
import pool
import records
import report
import run
import sampled
import sources
import workshop
from mutants import BUILD, TOP

EQUIVALENTS = pathlib.Path(__file__).with_name("equivalent")
JOURNAL = BUILD.parent / "generated.journal"
ENOUGH = 0.97
COUNT = 600  # mutants of the checked-in table
GROUPS = (*sources.OF_MUTANTS, "operators")
RECORDED = {"generated": COUNT, "sample": 1, "seed": 1, "executions": run.BOUND, "only": None}
SCENARIOS = ("regress/cases", "corpus")
FIRST_ROUND = 64  # of so many parts of a target's share, the first turn has one

# The fuzz targets that reach each file; the bound is divided among them.
TARGETS = {
    "vmap.c": ["fuzz_vmap"],
    "vmalloc.c": ["fuzz_vmalloc"],
    "ioremap.c": ["fuzz_ioremap"],
    "set_memory.c": ["fuzz_set_memory", "fuzz_sequence"],
    "protect.c": ["fuzz_set_memory", "fuzz_sequence"],
    "split.c": ["fuzz_set_memory", "fuzz_sequence"],
    "set_direct_map.c": ["fuzz_set_memory", "fuzz_sequence"],
    "page_present.c": ["fuzz_set_memory", "fuzz_sequence"],
    "dump.c": ["fuzz_set_memory", "fuzz_sequence"],
    "trans_pgd.c": ["fuzz_set_memory", "fuzz_sequence"],
    "vfree.c": ["fuzz_set_memory", "fuzz_sequence"],
    "vmap_pfn.c": ["fuzz_sequence"],
    "apply_to_page_range.c": ["fuzz_sequence"],
    "vmemmap.c": ["fuzz_vmemmap"],
    "vmemmap_populate.c": ["fuzz_vmemmap"],
    "vmemmap_free.c": ["fuzz_vmemmap"],
    "vrealloc.c": ["fuzz_set_memory", "fuzz_sequence"],
    "vm_map_ram.c": ["fuzz_vm_map_ram", "fuzz_sequence"],
    "vunmap.c": ["fuzz_sequence"],
    "lookup.c": ["fuzz_sequence"],
    "block.c": ["fuzz_vmap", "fuzz_ioremap", "fuzz_sequence"],
    "pte.c": ["fuzz_vmap", "fuzz_ioremap", "fuzz_sequence"],
}
OTHERS = ["fuzz_sequence", "fuzz_set_memory", "fuzz_ioremap", "fuzz_vmap"]


def add_options(parser):
    parser.add_argument("--generated", type=int, metavar="N", help=f"how many ({COUNT})", default=COUNT)
    parser.add_argument("--mechanical", dest="generated", type=int, default=argparse.SUPPRESS,
                        help=argparse.SUPPRESS)  # its name until it was renamed
    sampled.add_options(parser, "mutants", "generated", "LINE")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the fuzzers (1)")
    parser.add_argument("--executions", "--runs", dest="executions", type=int, default=run.BOUND,
                        metavar="N", help="executions at which a mutant has survived (2^20)")
    parser.add_argument("--json", action="store_true", help="with -o: generated.json too")
    parser.add_argument("--fresh", action="store_true",
                        help="forget what an interrupted run of the same sources found")


def arguments():
    parser = argparse.ArgumentParser(prog="rig mutants --generated", description=__doc__)
    add_options(parser)
    found = parser.parse_args()
    sampled.check_record(parser, found, RECORDED, f"{COUNT} mutants, sample 1, seed 1")
    if found.json and not found.output:
        parser.error("--json needs -o DIR")
    if min(found.generated, found.executions, found.jobs) < 1:
        parser.error("--generated, --executions and --jobs need a number from 1")
    return found


def name_of(mutant):
    stem = pathlib.Path(mutant.file).stem
    name = f"{stem}:{mutant.line}:{mutant.column} {mutant.kind} {mutant.replacement}"
    return name.replace("\n", " ")


def rounds(targets, bound):
    """A short turn for each target, then a long one: few mutants survive the first."""
    share = bound // len(targets)
    for part in (share // FIRST_ROUND, share - share // FIRST_ROUND):
        for target in targets:
            yield target, max(part, 1)


def fuzz(build, options, mutant):
    """Fuzzes one mutant with its targets in turn. Between the short turns and the long ones, what the
    checked-in scenarios kill is told apart: none of those needs the whole bound."""
    targets = TARGETS.get(pathlib.Path(mutant.file).name, OTHERS)
    spent = 0
    for number, (target, executions) in enumerate(rounds(targets, options.executions)):
        if number == len(targets):
            found = replay(build("regress/vmapdiff"), mutant)
            if found:
                return found
        found = run.fuzz(build(f"fuzz/{target}"), name_of(mutant), "empty", options.seed + number,
                         executions)
        spent += found.executions
        if found.rule:
            break
    return run.Run(found.mutant, "empty", options.seed, spent, found.rule)


def replay(binary, mutant):
    """The run by the checked-in scenarios if they kill the mutant; else None."""
    for scenarios in SCENARIOS:
        found = run.replay(binary, name_of(mutant), TOP / scenarios)
        if found.rule:
            return found
    return None


def search(shop, options, mutant):
    """What kills one mutant, as a run; None if it does not compile."""
    with tempfile.TemporaryDirectory(prefix="vmapdiff-mutant-") as folder:
        folder = pathlib.Path(folder)
        text = mutant.apply(sampled.text_of(mutant.file))
        compiled = shop.compile(mutant.file, text, folder)
        if not compiled:
            return None

        @functools.lru_cache(maxsize=None)
        def build(target):
            return shop.link(compiled, target, folder / pathlib.Path(target).name)

        found = fuzz(build, options, mutant)
        if not found.rule:
            print_survivor(mutant)
        return found


def remembered(log, shop, options, mutant):
    """The same, from the journal of a run that was ended in the middle, or into it."""
    key = [*sampled.key_of(mutant), mutant.column, options.seed, options.executions]
    known, found = log.find(key)
    if not known:
        found = search(shop, options, mutant)
        log.add(key, found)
    elif found and not found.rule:
        print_survivor(mutant)
    return found


def choose(options):
    mutants = operators.all_mutants(TOP)
    if options.only:
        chosen = sampled.only(mutants, options.only, lambda mutant: str(mutant.line), "mutant", "mapper")
    else:
        chosen = operators.sample(TOP, mutants, options.generated, options.sample)
    return chosen, mutants


def print_survivor(mutant):
    before, after = mutant.lines(sampled.text_of(mutant.file))
    print(f"survived: {mutant.file}:{mutant.line}, {mutant.kind}\n"
          f"in {mutant.file} {mutant.function}\n- {before}\n+ {after}\n", flush=True)


def entries(outcomes, ignored):
    for mutant, found in outcomes:
        status = "CompileError" if found is None else "Killed" if found.rule else "Survived"
        why = f"{found.executions} executions" if found else "does not compile"
        rules = [found.rule] if found and found.rule else []
        yield mutant, status, rules, why
    for mutant, why in ignored:
        yield mutant, "Ignored", [], why


def elements(outcomes, ignored):
    rows = []
    for mutant, status, rules, why in entries(outcomes, ignored):
        text = sampled.text_of(mutant.file)
        end = operators.position(text, mutant.end)
        rows.append((name_of(mutant), mutant.file, (mutant.line, mutant.column), end,
                     mutant.replacement, mutant.kind, status, rules, why))
    return report.elements(TOP, rows)


def write(folder, outcomes, ignored, options, line, origin):
    folder.mkdir(parents=True, exist_ok=True)
    command = f"--generated {COUNT} --record" if options.record else \
        f"--generated {options.generated} --sample {options.sample} -o DIR"
    table = origin.table(f"./rig mutants {command}", [found for _, found in outcomes if found])
    records.write(folder / "generated.csv", table)
    if options.json:
        report.write_json(folder / "generated.json", elements(outcomes, ignored))
    text = report.markdown(table, options.executions, "Generated mutants")
    text += f"\n{line}\n\n## Equivalent, and why\n\n"
    for mutant, why in ignored:
        before, after = mutant.lines(sampled.text_of(mutant.file))
        text += f"* `{mutant.file}`, {mutant.function}(): `{before}` becomes `{after}`: {why}\n"
    (folder / "generated.md").write_text(text)


def main():
    options = arguments()
    origin = records.origin(TOP, groups=GROUPS)
    chosen, mutants = choose(options)
    known = operators.read_equivalents(EQUIVALENTS)
    sampled.check_entries(EQUIVALENTS, known, mutants, "mutant", options.record)
    ignored = [(s, known[sampled.key_of(s)]) for s in chosen if sampled.key_of(s) in known]
    searched = [s for s in chosen if sampled.key_of(s) not in known]
    print(f"mutants: {len(chosen)} of {len(mutants)} mutants, {len(ignored)} of them equivalent; "
          f"each up to {options.executions} executions", file=sys.stderr)
    shop = workshop.Workshop(TOP, BUILD)
    log = journal.Journal(JOURNAL, sources.stamp(TOP).id, options.fresh)
    if log.count:
        print(f"mutants: goes on after {log.count} mutants of an earlier run; --fresh begins anew",
              file=sys.stderr)
    found = pool.run([functools.partial(remembered, log, shop, options, s) for s in searched],
                     "mutants", options.jobs)
    outcomes = list(zip(searched, found))
    compiled = [(s, t) for s, t in outcomes if t]
    killed = sum(bool(t.rule) for _, t in compiled)
    by_cases = sum(t.start == "cases" for _, t in compiled)
    line = (f"{killed} of {len(compiled)} mutants that are not equivalent are killed "
            f"({killed / max(len(compiled), 1):.1%}), {by_cases} of them by checked-in scenarios "
            f"after short fuzzing; {len(ignored)} equivalent, "
            f"{len(outcomes) - len(compiled)} do not compile; {len(mutants)} mutants in all")
    print(line)
    if options.output:
        write(options.output, outcomes, ignored, options, line, origin)
    return 0 if killed >= ENOUGH * len(compiled) else 1


if __name__ == "__main__":
    sys.exit(pool.call(main))
