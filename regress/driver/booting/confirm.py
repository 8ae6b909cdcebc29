# SPDX-License-Identifier: GPL-2.0-only
"""
./rig kernel TREE confirm FILE: a finding of the slice, played on the tree's own kernel. The scenario
becomes what a caller can do; the kernel chooses addresses and pages; then the slice plays the same
calls at these, and both are compared.
"""
from __future__ import annotations

import pathlib
import shlex

from driver.booting import (answer, boot, compare, compiled, judge, plan, reach, scenario, shadow, slice as sliced,
                            verdict)
from driver.places import short
from driver.terminal import say

# --- playing ---------------------------------------------------------------------------------------


def guarded(area):
    """How many pages an area and its guard page have, where set_memory may change both."""
    return area.count + (area.kind == "vmalloc")


def compare_op(result, expected, op, place):
    """Compares the words of all areas after an op that both made, and what its call returned."""
    tables = result.slice.tables.get(op.op)
    if tables is None or op.fatal or op.op in result.slice.skipped:
        return
    result.answers[op.op] = [text for _, text in compare.compare_returns(op.op, expected, op, place, result.slice)]
    for number, looked in op.areas.items():
        area = result.variant.planned.areas[number]
        count, different = sliced.compare(tables, place.area[number], guarded(area), looked.words)
        result.words += count
        result.different += different


def result_of(variant, lines, fatal, binary, granule, path):
    """The Result of a variant: `path` is where the scenario that was reached goes."""
    place, played = judge.read_scenario(lines)
    wrong = judge.judge(variant.planned.expected, lines, fatal)
    text = reach.text_reached(variant, place, granule)
    result = verdict.Result(variant, wrong, reach.missed(variant, place, plan.PAGE_SHIFTS[granule]), text)
    path.write_text(text)
    result.slice = sliced.play(binary, path, path.with_suffix(".events"))
    for expected, op in zip(variant.planned.expected, played):
        compare_op(result, expected, op, place)
    return result


def results_of(built, variants, binary, name):
    """[Result] of the variants that the kernel came to."""
    got, _ = boot.play(built, [one.planned for one in variants], name)
    said = answer.scenarios(got)
    last = max(said, default=-1)
    return [result_of(variant, said[number], got.fatal if number == last else "", binary, built.granule,
                      built.folder / f"{name}-{number}.scenario")
            for number, variant in enumerate(variants) if number <= last]


# --- what is printed -------------------------------------------------------------------------------


def print_row(name, text):
    print(f"{name:<10} {text}")


def print_seen(result, seen_by, name):
    """A line for each kind of what is wrong, or one that says that nothing is."""
    wrong = [one for one in result.wrong if one.seen_by == seen_by]
    if not wrong:
        print_row(name, "nothing is wrong")
    for one in wrong:
        print_row(name, f"op {one.op}: {one.line()}")


def print_result(result, finding, built):
    print_row("finding", finding.signature or "all rules hold")
    print_row("played", result.variant.name)
    for line in result.text.splitlines()[2:]:
        print_row("", line)
    print_seen(result, judge.TRANSLATION, "kernel")  # by vmalloc_to_page()
    print_seen(result, judge.MEMORY, "memory")
    for one in result.wrong:
        if one.seen_by not in (judge.TRANSLATION, judge.MEMORY):
            print_row(one.seen_by, f"op {one.op}: {one.line()}")
    print_row("slice", f"at the same addresses: {result.slice.signature or 'all rules hold'}")
    print_row("words", f"{result.words} compared, {len(result.different)} of them different")
    for one in result.different[:3]:
        print_row("", one.line())
    for op, texts in result.answers.items():
        for text in texts:
            print_row("answer", f"op {op}: {text}")
    print_row("console", short(built.folder / f"confirm-{built.granule}.console"))


def print_next(options, rig, rule):
    """What may find a scenario that a caller can make, and breaks the same rule."""
    if rule and verdict.can_be_seen(rule):
        to = pathlib.Path(options.FILE).with_suffix(".reachable.scenario").name
        file = shlex.quote(str(options.FILE))
        print(f"next: {rig.again} minimize --reachable {file} -o {shlex.quote(to)}", flush=True)


def play_finding(options, tree, rig):
    """The finding, as the slice has it now."""
    return sliced.play(rig.tool, options.FILE, shadow.folder_of(tree) / "confirm.events")


def run(options):
    with compiled.held_with_slice(options) as (tree, rig):
        return run_on(options, tree, rig)


def run_on(options, tree, rig):
    finding = play_finding(options, tree, rig)
    text = scenario.parse(finding.text)
    rule = finding.rule or ("crash" if finding.crash else "")
    variants, why_not = reach.reach(text)
    for why in why_not:
        say(why)
    if not variants:
        print(f"NOT REACHABLE: {why_not[0].partition(': ')[2]}")
        print_next(options, rig, rule)
        return verdict.EXIT[verdict.NOT_REACHABLE]
    built = compiled.build(tree, text.granule, options.fresh)
    results = results_of(built, variants, rig.tool, "confirm")
    result, came_to, reason = verdict.best(results, rule)
    print_result(result, finding, built)
    print(f"{came_to.upper()} on a booted kernel ({tree.name}, {text.granule} pages): {reason}", flush=True)
    if came_to == verdict.NOT_REACHABLE:
        print_next(options, rig, rule)
    return verdict.EXIT[came_to]


def add_options(parser):
    parser.add_argument("FILE", help="the scenario: a finding on this tree")
    parser.add_argument("--fresh", action="store_true", help="build the kernel from nothing, whatever is there")
