# SPDX-License-Identifier: GPL-2.0-only
"""
./rig kernel TREE confirm FILE: a finding of the slice, played on the tree's own kernel. The scenario
becomes what a caller can do; the kernel chooses addresses and pages; then the slice plays the same
calls at these, and both are compared.
"""
from __future__ import annotations

import dataclasses
import pathlib
import shlex

from driver import install, kernel, packages
from driver.booting import answer, boot, compiled, judge, plan, reach, scenario, shadow, slice as sliced
from driver.places import short
from driver.terminal import say

CONFIRMED, NOT_CONFIRMED, NOT_REACHABLE = "confirmed", "not confirmed", "not reachable"
EXIT = {CONFIRMED: 1, NOT_CONFIRMED: 0, NOT_REACHABLE: 2}
ANY = (judge.MISSING, judge.UNEXPECTED, judge.OTHER_PAGE)
# What a booted kernel shows where a rule is broken: what the judge calls it.
SHOWN = {
    "translation.output_address": (judge.OTHER_PAGE,), "translation.missing": (judge.MISSING,),
    "translation.unexpected": (judge.UNEXPECTED,), "translation.permission": (judge.PERMISSION,),
    "lookup": ANY, "errors.code": (judge.ERRNO,), "errors.residue": (judge.UNEXPECTED,),
    "errors.warning": (judge.WARNING,), "crash": (judge.CRASH,), "process": (judge.CRASH,),
}
# Of these the words of the tables are the evidence: the same words are broken in both.
BY_WORDS = ("contiguous", "placement", "leaf", "translation")
NOT_SHOWN = {
    "history": "QEMU shows no barrier or TLBI, and keeps no entry as hardware may",
    "isolation": "what is between two stores is over before the driver can look",
    "tables": "locks, and tables that are lost or used after they were freed, are not looked at",
    "flush": "cache flushes and the mask of modified levels are not seen from outside",
    "cost": "what a call costs is not counted here",
    "errors": "the call's return value does not tell it",
}


@dataclasses.dataclass
class Result:
    """What came of a variant on the booted kernel, and on the slice at the same addresses."""
    variant: reach.Variant
    wrong: list  # judge.Wrong
    missed: str  # why it does not lie as it had to
    text: str  # the scenario that was reached
    slice: sliced.Slice = None
    words: int = 0
    different: list = dataclasses.field(default_factory=list)


# --- the verdict ----------------------------------------------------------------------------------


def shown_kinds(rule):
    return SHOWN.get(rule, SHOWN.get(rule.split(".")[0], ()))


def shows(result, rule):
    """Whether what is wrong on the booted kernel is what the rule says."""
    return any(one.what in shown_kinds(rule) for one in result.wrong)


def has_the_words(result, rule):
    """Whether the booted kernel has the very words by which the slice breaks the rule."""
    return (rule.split(".")[0] in BY_WORDS and result.slice is not None and result.slice.rule == rule
            and result.words > 0 and not result.different)


def verdict_of(result, rule):
    """(verdict, reason) of a variant, for the rule that the finding breaks."""
    name = rule.split(".")[0]
    if not rule:  # nothing is broken in the slice
        return (CONFIRMED, "the kernel breaks the contract of a call, and the slice does not") if result.wrong else (
            NOT_CONFIRMED, "no rule is broken in the slice, and every page is right on the booted kernel")
    if shows(result, rule):
        return CONFIRMED, "the booted kernel does what the slice does"
    if has_the_words(result, rule):
        return CONFIRMED, "the tables of the booted kernel have the same words, by which the rule is broken"
    if result.missed:
        return NOT_REACHABLE, result.missed
    if result.slice is not None and result.slice.rule != rule:
        return NOT_REACHABLE, (f"at the addresses that the kernel chose, the slice does not break {rule} either"
                               + (f", but {result.slice.rule}" if result.slice.rule else ""))
    if not can_be_seen(rule):
        return NOT_REACHABLE, f"{rule} cannot be seen on a booted kernel: {NOT_SHOWN[name]}"
    return NOT_CONFIRMED, "every page is right on the booted kernel" if not result.wrong else (
        f"the booted kernel does something else: {result.wrong[0].what}")


def can_be_seen(rule):
    """Whether a booted kernel can show that the rule is broken, by pages or by words."""
    name = rule.split(".")[0]
    return bool(shown_kinds(rule)) or name in BY_WORDS or name not in NOT_SHOWN


def best(results, rule):
    """(Result, verdict, reason) of the variant that says most."""
    order = (CONFIRMED, NOT_CONFIRMED, NOT_REACHABLE)
    judged = [(one, *verdict_of(one, rule)) for one in results]
    return min(judged, key=lambda one: order.index(one[1]))


# --- playing ---------------------------------------------------------------------------------------


def compare_words(result, played, place):
    """Compares the words of all areas after each op that both played."""
    for op in played:
        tables = result.slice.tables.get(op.op)
        if tables is None or op.fatal:
            continue
        for number, looked in op.areas.items():
            pages = result.variant.planned.areas[number].count
            count, different = sliced.compare(tables, place.area[number], pages, looked.words)
            result.words += count
            result.different += different


def result_of(variant, lines, fatal, binary, granule, path):
    """The Result of a variant: `path` is where the scenario that was reached goes."""
    place, played = judge.read_scenario(lines)
    wrong = judge.judge(variant.planned.expected, lines, fatal)
    text = reach.text_reached(variant, place, granule)
    result = Result(variant, wrong, reach.missed(variant, place, plan.PAGE_SHIFTS[granule]), text)
    path.write_text(text)
    result.slice = sliced.play(binary, path, path.with_suffix(".events"))
    compare_words(result, played, place)
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
    print_row("console", short(built.folder / f"confirm-{built.granule}.console"))


def print_next(options, rig, rule):
    """What may find a scenario that a caller can make, and breaks the same rule."""
    if rule and can_be_seen(rule):
        to = pathlib.Path(options.FILE).with_suffix(".reachable.scenario").name
        file = shlex.quote(str(options.FILE))
        print(f"next: {rig.again} minimize --reachable {file} -o {shlex.quote(to)}", flush=True)


def play_finding(options, tree, rig):
    """The finding, as the slice has it now."""
    folder = shadow.folder_of(tree)
    folder.mkdir(parents=True, exist_ok=True)
    return sliced.play(rig.tool, options.FILE, folder / "confirm.events")


def run(options):
    tree = shadow.top_of(options.tree)
    install.ensure(packages.BOOT, options.may_install)
    rig = kernel.build_tree(options.tree, ["vmapdiff"])
    finding = play_finding(options, tree, rig)
    text = scenario.parse(finding.text)
    rule = finding.rule or ("crash" if finding.crash else "")
    variants, why_not = reach.reach(text)
    for why in why_not:
        say(why)
    if not variants:
        print(f"NOT REACHABLE: {why_not[0].partition(': ')[2]}")
        print_next(options, rig, rule)
        return EXIT[NOT_REACHABLE]
    built = compiled.build(tree, text.granule, options.fresh)
    results = results_of(built, variants, rig.tool, "confirm")
    result, verdict, reason = best(results, rule)
    print_result(result, finding, built)
    print(f"{verdict.upper()} on a booted kernel ({tree.name}, {text.granule} pages): {reason}", flush=True)
    if verdict == NOT_REACHABLE:
        print_next(options, rig, rule)
    return EXIT[verdict]


def add_options(parser):
    parser.add_argument("FILE", help="the scenario: a finding on this tree")
    parser.add_argument("--fresh", action="store_true", help="build the kernel from nothing, whatever is there")
