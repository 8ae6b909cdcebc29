# SPDX-License-Identifier: GPL-2.0-only
"""
The commands of the tool `vmapdiff`, which the driver builds and hands its arguments to. The tool
has the last word on them; regress/test/test_driver.py holds these tables against its help.
"""
from __future__ import annotations

import dataclasses

from driver import tool
from driver.command import Command, positive
from driver.places import BUILDS, CASES, CORPUS

FILE = ("FILE", {"help": "a scenario as text or bytes; - is standard input"})
FILES = ("FILE", {"nargs": "+", "metavar": "FILE|DIR", "help": "scenarios; - is standard input"})
NUMBER = {"type": positive, "metavar": "N"}
OUTPUT = {"metavar": "OUT"}
TRIALS = ("--trials", {**NUMBER, "help": "scenarios tried to minimize one, at most (1000)"})


@dataclasses.dataclass(frozen=True)
class Row:
    name: str
    summary: str
    example: str
    arguments: tuple  # (name, settings of argparse)


REPLAY = Row("replay", "play scenarios and say which hold; without a name, all cases and seeds",
             "./rig replay regress/cases corpus --ktap",
             (("FILE", {"nargs": "*", "metavar": "FILE|DIR", "help": "scenarios; - is standard input"}),
              ("--ktap", {"action": "store_true", "help": "results as KTAP"}),
              ("--jobs", {**NUMBER, "help": "processes at a time (one a core)"}),
              ("--sarif", {**OUTPUT, "help": "findings as SARIF"})))
SHOW = Row("show", "explain the verdict of a scenario",
           "./rig show regress/cases/d1-two-order-7-blocks.scenario --html .build/picture.html",
           (FILE, ("--mapper", {"metavar": "NAME", "help": "compare the reference with this mapper"}),
            ("--ptdump", {"action": "store_true", "help": "the tables as ptdump prints them"}),
            ("--html", {**OUTPUT, "help": "a page for a browser"}),
            ("--events", {**OUTPUT, "help": "every event as JSON lines; - is standard output"})))
MINIMIZE = Row("minimize", "find the smallest scenario with the same signature",
               "./rig minimize .build/findings/crash-1234 -o small.scenario",
               (FILE, TRIALS, ("--reachable", {"action": "store_true",
                                               "help": "prefer what callers of a kernel can do"}),
                ("-o", {**OUTPUT, "help": "where it goes (standard output)"})))
TRIAGE = Row("triage", "group failing scenarios by signature, and minimize one of each group",
             "./rig triage .build/findings",
             (FILES, TRIALS, ("-o", {"metavar": "DIR", "help": "where minimized scenarios go"})))
EXPORT = Row("export", "write a bug report, a KUnit test, or a page array in C",
             "./rig export small.scenario --as mail -o report.txt",
             (FILE, ("--as", {"choices": ["mail", "kunit", "c"], "help": "the form (mail)"}),
              ("-o", {**OUTPUT, "help": "where it goes (standard output)"})))
CONVERT = Row("convert", "convert scenarios between text and a fuzzer's bytes",
              "./rig convert --to-bytes corpus -o .build/bytes",
              (FILES, ("--to-bytes", {"action": "store_true", "help": "to bytes; without it, to text"}),
               ("-o", {**OUTPUT, "required": True, "help": "a file, or a folder for several"})))
CAPTURE = Row("capture", "write the physical pages of a process as scenarios (root)",
              "./rig capture 1234 -o .build/captured",
              (("PID", {"help": "the process"}), ("-o", {"metavar": "DIR", "help": "where they go"})))
RULES = Row("rules", "list every rule, or some, with its source", "./rig rules translation.output_address",
            (("NAME", {"nargs": "?", "metavar": "RULE", "help": "one of them, or what stands before its dot"}),))
WAIVERS = Row("waivers", "list the known bugs of Linux trees, or print the scenario of one",
              "./rig waivers narrow-flush", (("NAME", {"nargs": "?", "help": "one of them"}),))
GRAMMAR = Row("grammar", "print the grammar of scenarios: calls and fields", "./rig grammar",
              (("--dictionary", {"action": "store_true", "help": "its words, for a fuzzing engine"}),))
EXHAUSTIVE = Row("exhaustive", "play every scenario of some kinds, up to a bound",
                 "./rig exhaustive vmap --runs 3",
                 (("FAMILY", {"nargs": "*", "help": "some of the families"}),
                  ("--runs", {**NUMBER, "help": "contiguous runs of a page array"}),
                  ("--sample", {**NUMBER, "help": "play 1 in N of them (all)"}),
                  ("--jobs", {**NUMBER, "help": "processes at a time (one a core)"}),
                  ("-o", {**OUTPUT, "help": "where a finding goes"})))
SOAK = Row("soak", "play generated scenarios; print a digest of the verdicts",
           "./rig soak --seed 7 --executions 100000",
           (("--seed", {**NUMBER, "help": "of the generator (1)"}),
            ("--from", {**NUMBER, "help": "begin with this scenario, a multiple of 4096"}),
            ("--executions", {**NUMBER, "help": "how many scenarios"}),
            ("--profile", {"metavar": "NAME", "help": "scenarios of this profile alone"}),
            ("--pages", {**NUMBER, "help": "of the page arrays of one scenario together"}),
            ("--jobs", {**NUMBER, "help": "processes at a time (one a core)"}),
            ("-o", {**OUTPUT, "help": "where a finding goes"})))
ALL = (REPLAY, SHOW, MINIMIZE, TRIAGE, EXPORT, CONVERT, CAPTURE, RULES, WAIVERS, GRAMMAR, EXHAUSTIVE, SOAK)


def add_options(row):
    def add(parser):
        for name, settings in row.arguments:
            parser.add_argument(name, **settings)
    return add


def with_defaults(name, options):
    """What the driver adds to what was typed."""
    if name == "replay" and not options.FILE:
        return [*options.argv, CASES, CORPUS]
    if name in ("exhaustive", "soak") and not options.o:
        (BUILDS / "findings").mkdir(parents=True, exist_ok=True)
        return [*options.argv, "-o", BUILDS / "findings" / f"{name}.scenario"]
    return options.argv


def forward(name):
    def run(options):
        binary = tool.build_tool(options.may_install)
        return tool.run(binary, name, *with_defaults(name, options))
    return run


def command(row, run=None):
    return Command(row.name, row.summary, row.example, add_options(row), run or forward(row.name))


COMMANDS = {row.name: command(row) for row in ALL}
