# SPDX-License-Identifier: GPL-2.0-only
"""./rig kernel TREE WHAT, and ./rig kernel --fetch"""
from __future__ import annotations

import dataclasses
import itertools
import pathlib
import subprocess
import sys

from driver import fetch, install, kernel, machine, packages, shut_in, tool, tree_coverage
from driver.build import locked
from driver.command import Command, Parser, nearest, no_options, positive
from driver.booting import boot, compare, confirm, cost, kunit
from driver.commands import first_verdict, forwarded, fuzz as fuzz_command
from driver.fuzzing.rig import all_targets
from driver.fuzzing.session import fuzz
from driver.places import CASES, CORPUS
from driver.reviewing import bisect
from driver.reviewing.review import COMMAND as REVIEW
from driver.terminal import Unusable, say

NOT_OF_A_TREE = ("fuzz_text",)


def targets_of_a_tree():
    return [target for target in all_targets() if target not in NOT_OF_A_TREE]


# --- what is done with a tree -------------------------------------------------------------------


def run_fuzz(options):
    fuzz_command.check_targets(options.targets, targets_of_a_tree())
    targets = options.targets or targets_of_a_tree()
    rig = kernel.build_tree(options.tree, ["vmapdiff", *targets])
    sys.stderr.write(subprocess.run([rig.tool, "kernel", "brief"], stdout=subprocess.PIPE, text=True,
                                    env=tool.environment(), check=False).stdout)
    code = fuzz(rig, targets, options)
    if code == 0:
        say(f"next: {rig.again} test")
    return code


def run_test(options):
    first_verdict.tell(options.tree, options.executions)
    rig = kernel.build_tree(options.tree, ["vmapdiff"])
    with locked(rig.state / "testing", "tests"):
        rig.findings.mkdir(parents=True, exist_ok=True)
        code = tool.run(rig.tool, "kernel", "test", "-o", rig.findings / "test", *options.argv, CASES, CORPUS)
    for what in kernel.left_out(rig.state):
        say(f"LEFT OUT, and not tested: {what}. A message above says why, and what to do")
    return code


def add_test_options(parser):
    parser.add_argument("--seed", type=positive, metavar="N", help="of the generator (1)")
    parser.add_argument("--executions", type=positive, metavar="N", help="scenarios (65536)")


def run_tool(name, *words):
    def run(options):
        rig = kernel.build_tree(options.tree, ["vmapdiff"])
        return tool.run(rig.tool, name, *words, *options.argv)
    return run


def run_replay(options):
    rig = kernel.build_tree(options.tree, ["vmapdiff"])
    return tool.run(rig.tool, "replay", *forwarded.with_defaults("replay", options))


def run_exhaustive(options):
    rig = kernel.build_tree(options.tree, ["vmapdiff"])
    rig.findings.mkdir(parents=True, exist_ok=True)
    output = [] if options.o else ["-o", rig.findings / "exhaustive.scenario"]
    return tool.run(rig.tool, "exhaustive", *options.argv, *output)


def row(row_, run):
    return dataclasses.replace(forwarded.command(row_, run), example=row_.example.replace(
        "./rig ", "./rig kernel ~/linux "))


WHAT = [
    Command("test", "play known bugs, generated and checked-in scenarios",
            "./rig kernel ~/linux test --executions 65536", add_test_options, run_test),
    Command("fuzz", "fuzz the tree with all targets, or some; 60 seconds in all",
            "./rig kernel ~/linux fuzz fuzz_vmap --seconds 30",
            lambda parser: fuzz_command.add_options(parser, ("libfuzzer",), targets_of_a_tree()),
            run_fuzz, flags="FLAGS of libFuzzer"),
    Command("known", "print the tree's policy and its known bugs", "./rig kernel ~/linux known",
            no_options, run_tool("kernel", "known")),
    row(forwarded.REPLAY, run_replay),
    *(row(one, run_tool(one.name)) for one in (forwarded.SHOW, forwarded.MINIMIZE, forwarded.TRIAGE,
                                                forwarded.EXPORT)),
    row(forwarded.EXHAUSTIVE, run_exhaustive),
    Command("coverage", "list the lines of the tree that scenarios reach",
            "./rig kernel ~/linux coverage", tree_coverage.add_options, tree_coverage.run),
    Command("bench", "executions a second, compared with the models", "./rig kernel ~/linux bench",
            no_options, run_tool("kernel", "bench")),
    Command("boot", "build the tree as a kernel, boot it, and try a few calls",
            "./rig kernel ~/linux boot --granule 16k", boot.add_options, boot.run),
    Command("confirm", "play a finding on the tree's own kernel, booted",
            "./rig kernel ~/linux confirm found.scenario", confirm.add_options, confirm.run),
    Command("kunit", "build a finding into the tree's kernel as a KUnit test, and boot it",
            "./rig kernel ~/linux kunit found.scenario", kunit.add_options, kunit.run),
    Command("compare", "compare the slice with the tree's own kernel, booted, word for word",
            "./rig kernel ~/linux compare --calls 1000", compare.add_options, compare.run),
    Command("cost", "count the instructions of calls on the booted kernel, of one tree or several",
            "./rig kernel ~/linux ~/patched cost --granule all", cost.add_options, cost.run),
    Command("bisect", "for git bisect run: 0 good, 1 bad, 125 no verdict",
            "git bisect run ./rig kernel . bisect a.scenario --like ~/base", bisect.add_options, bisect.run),
]


SHUT_IN = "--shut-in"  # before the tree
OF_SEVERAL = ("cost",)  # commands that take several trees


# --- which of them -------------------------------------------------------------------------------


def find(name):
    for command in WHAT:
        if command.name == name:
            return command
    known = [command.name for command in WHAT]
    raise Unusable(f"kernel: '{name}' is not a command for a tree{nearest(name, known)}\n"
                   f"the commands are: {' '.join(known)}")


def split(argv):
    """
    (trees, word, what follows it) of words of which the first is a tree. The word is the first that is a
    command; where there is none, the first after the trees, or "test".
    """
    known = [command.name for command in WHAT]
    words = list(itertools.takewhile(lambda word: not word.startswith("-"), argv))
    at = next((i for i, word in enumerate(words) if i and word in known), None)
    if at is None:
        at = next((i for i, word in enumerate(words) if i and not pathlib.Path(word).is_dir()), len(words))
    if at == len(words):
        return words, "test", argv[at:]
    return words[:at], words[at], argv[at + 1:]


def word_of(argv):
    """The command that is typed for a tree, or nothing."""
    argv = argv[argv[:1] == [SHUT_IN]:]
    return split(argv)[1] if argv and not argv[0].startswith("-") else ""


def check_trees(trees, what):
    """Raises Unusable unless a command takes so many trees."""
    if len(trees) == 1 or what.name in OF_SEVERAL:
        return
    odd = next((word for word in trees[1:] if not pathlib.Path(word).is_dir()), None)
    if odd is not None:
        find(odd)  # it is none: this says so
    raise Unusable(f"kernel: '{what.name}' takes one tree, not {len(trees)}: {' '.join(trees)}\n"
                   f"several trees are taken by: {' '.join(OF_SEVERAL)}")


def run(options):
    if options.what is REVIEW:
        return REVIEW.run(options)
    if options.fetch is not None:
        return fetch.command(options.fetch, options.whole)
    install.ensure(packages.FUZZ if options.what.name != "boot" else (), options.may_install)
    if options.shut_in:
        install.ensure(packages.SHUT_IN, options.may_install)
        shut_in.is_chosen("required")
        objects = kernel.all_objects() if options.what.name == "coverage" else [kernel.objects()]
        return shut_in.run([kernel.top_of(tree) for tree in options.trees], objects, options.words)
    return options.what.run(options)


@dataclasses.dataclass(frozen=True)
class Kernel(Command):
    """Takes a tree, a word, and the options of that word."""

    def parser(self, prefix="./rig"):
        listed = "\n".join(f"  {what.name:<10} {what.summary}" for what in WHAT)
        parser = Parser(prog=f"{prefix} kernel", description=self.summary, add_help=True,
                        usage="./rig kernel [--shut-in] TREE [WHAT] [OPTION]...\n"
                              "       ./rig kernel TREE TREE... cost [OPTION]...\n"
                              "       ./rig kernel review BASE PATCHED [OPTION]...\n"
                              "       ./rig kernel review TREE --range A..B [OPTION]...\n"
                              "       ./rig kernel review TREE --mbox FILE [OPTION]...\n"
                              "       ./rig kernel --fetch [VERSION] [--whole]",
                        epilog=f"WHAT (test):\n{listed}\n\n./rig kernel TREE WHAT --help says more; so does "
                               f"mapper/kernel/KERNEL.md.\n./rig kernel review --help: what a patch changes, between "
                               f"two trees.\n\nexample:\n  {self.example}")
        parser.add_argument(SHUT_IN, action="store_true",
                            help="before the TREE of a stranger: build and play in bubblewrap, without network")
        parser.add_argument("--fetch", nargs="?", const="", metavar="VERSION",
                            help="download the source of a Linux release, such as 7.3 or newest, as Debian "
                                 "packs it, into .build/trees, and print its path; without VERSION, list "
                                 "those that there are")
        parser.add_argument("--whole", action="store_true",
                            help="with --fetch VERSION: all of the source, into .build/trees/whole, as boot and "
                                 "confirm need it")
        return parser

    def parse(self, argv, prefix="./rig"):
        if argv[:1] == ["review"] and not (pathlib.Path("review") / "mm").is_dir():
            options = REVIEW.parse(argv[1:], f"{prefix} kernel")
            options.what, options.fetch = REVIEW, None
            return options
        shut, argv = argv[:1] == [SHUT_IN], argv[argv[:1] == [SHUT_IN]:]
        if shut and argv[:1] == ["review"]:
            raise Unusable("kernel: --shut-in goes before a TREE; for a review: "
                           "./rig kernel review BASE PATCHED --shut-in required")
        if not argv or argv[0].startswith("-"):
            options = self.parser(prefix).parse_args(argv)
            if options.whole and not options.fetch:
                raise Unusable("kernel: --whole goes with a version: ./rig kernel --fetch newest --whole")
            options.what = None
            if options.fetch is not None:
                return options
            raise Unusable("kernel needs the top of a Linux tree: ./rig kernel TREE [WHAT]\n"
                           "see ./rig kernel --help")
        if argv[0] in [what.name for what in WHAT] and not (pathlib.Path(argv[0]) / "mm").is_dir():
            raise Unusable(f"kernel: the TREE is missing: ./rig kernel TREE {' '.join(argv)}")
        trees, word, rest = split(argv)
        what = find(word)
        check_trees(trees, what)
        options = what.parse(rest, f"{prefix} kernel TREE")
        options.trees, options.tree, options.what, options.fetch = trees, trees[0], what, None
        options.shut_in, options.words = shut, argv
        return options


COMMAND = Kernel("kernel", "test a Linux tree's own code: ./rig kernel TREE [WHAT]",
                 "./rig kernel ~/linux test", no_options, run)
