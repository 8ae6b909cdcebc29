#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Weakened oracles: edits made by rule that let the oracle accept more, tried on its own tests.

A weakening is noticed by the first test that fails. One that no test notices is argued in
regress/mutation/harmless, or open.
Exit: 0 when none is open; 1 if any is; 2 for unusable arguments.
"""
import argparse
import dataclasses
import functools
import pathlib
import re
import sys
import tempfile

import operators
import pool
import records
import run
import sampled
import weakenings
import workshop
from mutants import BUILD, TOP
from unusable import unusable

HARMLESS = pathlib.Path(__file__).with_name("harmless")
GROUPS = ("oracle", "weakenings")  # not the tests: what they add lets nothing through
RECORDED = {"oracle": 220, "sample": 1, "only": None}
START = "tests"  # what stands in the table where that of mutants says how fuzzing starts
SOAK = ("soak", "--executions", "512", "--jobs", "1")
SECONDS = 120  # after which a test hangs
TOOL = "regress/vmapdiff"
# As fast to compile as can be; the name of the file, which assertions have, is that of no folder.
FLAGS = ("-O1", "-g0", "-Wno-builtin-macro-redefined", '-D__FILE__="oracle"')


@dataclasses.dataclass(frozen=True)
class Test:
    name: str
    target: str
    arguments: tuple = ()
    expected: str = ""  # what it prints; empty where the exit code says all
    flags: tuple = ()  # to link it with

    def notices(self, binary):
        output, code = pool.play(["timeout", str(SECONDS), binary, *self.arguments])
        return code != 0 or (self.expected and output != self.expected)


def unit_tests():
    """The oracle's own. They have nothing in them that is sanitized, and link faster without."""
    declared = (TOP / "oracle" / "test" / "CMakeLists.txt").read_text(encoding="utf-8")
    names = sorted(re.findall(r"^vmapdiff_unit_test\((\w+) oracle\)", declared, re.MULTILINE))
    return [Test(name, f"oracle/test/{name}", flags=("-fno-sanitize=all",)) for name in names]


def failing_cases():
    """Cases that state which rule is broken."""
    paths = sorted((TOP / "regress" / "cases").glob("*.scenario"))
    return tuple(str(path) for path in paths
                 if "\nexpect fails" in path.read_text(encoding="utf-8"))


def tests():
    """All tests, in the order in which they are tried."""
    soak, code = pool.play([str(BUILD / TOOL), *SOAK])
    if code:
        unusable(f"the oracle as it is fails `vmapdiff {' '.join(SOAK)}`:\n{soak}")
    found = [*unit_tests(), Test("cases", TOOL, ("replay", *failing_cases())),
             Test("soak", TOOL, SOAK, soak)]
    for test in found:
        if test.notices(str(BUILD / test.target)):
            unusable(f"{test.name} fails with the oracle as it is")
    return found


def needed_targets():
    """What must be built."""
    return [test.name for test in unit_tests()] + ["vmapdiff"]


def add_options(parser):
    parser.add_argument("--oracle", type=int, metavar="N", nargs="?", const=220, default=220,
                        help="how many (220)")
    sampled.add_options(parser, "weakenings", "weakened", "FUNCTION")


def arguments():
    parser = argparse.ArgumentParser(prog="rig mutants --oracle",
                                     description=__doc__.split("\n", maxsplit=1)[0])
    add_options(parser)
    found = parser.parse_args()
    sampled.check_record(parser, found, RECORDED, "220 weakenings, sample 1")
    if min(found.oracle, found.jobs) < 1:
        parser.error("--oracle and --jobs need a number from 1")
    return found


# --- one weakening --------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Outcome:
    status: str  # noticed, unnoticed, same code, does not compile
    test: str = ""  # that noticed it
    played: int = 0  # tests until then


def object_of(shop, file, text):
    """The compiled `text` as bytes, and None if it does not compile."""
    with tempfile.TemporaryDirectory(prefix="vmapdiff-weakened-") as folder:
        compiled = shop.compile(file, text, pathlib.Path(folder))
        return compiled and compiled.read_bytes()


class Laboratory:
    """What is made once for all weakenings."""

    def __init__(self):
        self.shop = workshop.Workshop(TOP, BUILD, "oracle/liboracle.a", FLAGS)
        self.tests = tests()

    @functools.lru_cache(maxsize=None)
    def unchanged(self, file):
        return object_of(self.shop, file, sampled.text_of(file))

    def examine(self, weakening):
        """The outcome of one weakening."""
        text = weakening.apply(sampled.text_of(weakening.file))
        with tempfile.TemporaryDirectory(prefix="vmapdiff-weakened-") as folder:
            folder = pathlib.Path(folder)
            compiled = self.shop.compile(weakening.file, text, folder)
            if not compiled:
                return Outcome("does not compile")
            if compiled.read_bytes() == self.unchanged(weakening.file):
                return Outcome("same code")
            return self.play(weakening.file, compiled, folder)

    def in_order(self, file):
        """The tests, the one of the file's name first, then those of rules: they notice most."""
        own = f"test_{pathlib.Path(file).stem}"
        return sorted(self.tests, key=lambda test: (test.name != own, "test_rule" not in test.name))

    def play(self, file, compiled, folder):
        for number, test in enumerate(self.in_order(file), 1):
            binary = folder / pathlib.Path(test.target).name
            if not binary.exists():
                self.shop.link(compiled, test.target, binary, test.flags)
            if test.notices(str(binary)):
                return Outcome("noticed", test.name, number)
        return Outcome("unnoticed", "", len(self.tests))


# --- all of them ----------------------------------------------------------------------------


def choose(options):
    found = weakenings.all_weakenings(TOP)
    if options.only:
        chosen = sampled.only(found, options.only, lambda weakening: weakening.function, "weakening",
                              "oracle")
    else:
        chosen = weakenings.sample(TOP, found, options.oracle, options.sample)
    return chosen, found


def print_open(weakening):
    file, function, before, after = sampled.key_of(weakening)
    print(f"open: {weakening.file}:{weakening.line}, {weakening.kind}\n"
          f"in {file} {function}\n- {before}\n+ {after}\n", flush=True)


def name_of(weakening):
    """What it is, without a line number; two of one name change the same line alike."""
    _, function, _, after = sampled.key_of(weakening)
    return f"{weakening.file} {function}: {weakening.kind}: {after}"


def summary(outcomes, known, total):
    counts = {}
    for weakening, outcome in outcomes:
        status = outcome.status
        if status == "unnoticed":
            status = "argued" if sampled.key_of(weakening) in known else "open"
        counts[status] = counts.get(status, 0) + 1
    judged = sum(counts.get(status, 0) for status in ("noticed", "argued", "open"))
    number = {status: counts.get(status, 0)
              for status in ("noticed", "argued", "open", "same code", "does not compile")}
    return counts, (f"{number['noticed']} of {judged} weakened oracles are noticed by a test; of the "
                    f"others {number['argued']} hide nothing, by argument, and {number['open']} are "
                    f"open. {number['same code']} give the same code, {number['does not compile']} do "
                    f"not compile; {total} in all")


def cell(text):
    return "`" + text.replace("|", "\\|") + "`"


def markdown(table, outcomes, known, line):
    text = (f"<!-- {records.LICENCE} -->\n<!-- {table.stamps[-1]} -->\n# Weakened oracles\n\n"
            f"Made by `{table.command}`, of version {table.version} "
            f"(sources `{table.stamps[-1].id}`).\n\n"
            f"{line}.\n\n| where | kind | weakened line | noticed by |\n|---|---|---|---|\n")
    for weakening, outcome in outcomes:
        if outcome.status not in ("noticed", "unnoticed"):
            continue
        _, function, _, after = sampled.key_of(weakening)
        argued = "argument" if sampled.key_of(weakening) in known else "**open**"
        text += (f"| `{weakening.file}`, {function}() | {weakening.kind} | {cell(after)} | "
                 f"{outcome.test or argued} |\n")
    text += "\n## Not noticed, and why that hides no bug\n\n"
    for weakening, outcome in outcomes:
        if outcome.status == "unnoticed" and sampled.key_of(weakening) in known:
            _, function, before, after = sampled.key_of(weakening)
            text += (f"* `{weakening.file}`, {function}(): `{before}` becomes `{after}`: "
                     f"{known[sampled.key_of(weakening)]}\n")
    return text


def write(options, outcomes, known, line, origin):
    options.output.mkdir(parents=True, exist_ok=True)
    runs = [run.Run(name_of(w), START, options.sample, outcome.played, outcome.test or None)
            for w, outcome in outcomes if outcome.status in ("noticed", "unnoticed")]
    command = "--oracle 220 --record" if options.record else f"--oracle {options.oracle} -o DIR"
    table = origin.table(f"./rig mutants {command}", runs)
    records.write(options.output / "weakened.csv", table)
    text = markdown(table, outcomes, known, line)
    (options.output / "weakened.md").write_text(text, encoding="utf-8")


def main():
    options = arguments()
    origin = records.origin(TOP, groups=GROUPS)
    chosen, found = choose(options)
    known = operators.read_equivalents(HARMLESS)
    sampled.check_entries(HARMLESS, known, found, "weakening", options.record)
    laboratory = Laboratory()
    print(f"mutants: {len(chosen)} of {len(found)} weakenings; tests: "
          f"{', '.join(test.name for test in laboratory.tests)}", file=sys.stderr)
    jobs = [functools.partial(laboratory.examine, w) for w in chosen]
    outcomes = list(zip(chosen, pool.run(jobs, "weakenings", options.jobs)))
    for weakening, outcome in outcomes:
        if outcome.status == "unnoticed" and sampled.key_of(weakening) not in known:
            print_open(weakening)
    counts, line = summary(outcomes, known, len(found))
    print(line)
    if options.output:
        write(options, outcomes, known, line, origin)
    return 1 if counts.get("open") else 0


if __name__ == "__main__":
    sys.exit(pool.call(main))
