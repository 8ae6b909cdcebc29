# SPDX-License-Identifier: GPL-2.0-only
"""
./rig kernel review BASE PATCHED: the same scenarios on both trees, what comes of them compared, and a
report of what the patch changes.
"""
from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import os
import shutil
import pathlib
import time

from driver import install, kernel, packages
from driver.build import locked
from driver.command import Command, positive
from driver.places import BUILDS, short
from driver.reviewing import (building, each, examples, fuzz_both, instructions, known, reached, report, scenarios,
                              trees, worth)
from driver.reviewing.collect import Collected
from driver.reviewing.observer import Observer, play_all
from driver.terminal import Progress, Unusable, say

MINUTES = 10
# Below so many minutes each page size is built, and LPA2, in place of all geometries.
ALL_GEOMETRIES_FROM = 10
FEW_GEOMETRIES = "kernel_4k_va48_pa48,kernel_4k_va52_pa52,kernel_16k_va48_pa48,kernel_64k_va48_pa48"
FUZZ_SHARE = 0.6  # of the time that is left after what is checked in and generated
LEAST_FUZZ_SECONDS = 10
LEAST_EXAMPLE_SECONDS = 20


@dataclasses.dataclass
class Run:
    """What a review knows of itself as it goes."""
    trees: object
    folder: pathlib.Path
    minutes: int
    begin: float
    rigs: list = dataclasses.field(default_factory=list)  # of BASE and PATCHED
    known: list = dataclasses.field(default_factory=list)
    collected: object = dataclasses.field(default_factory=Collected)
    counted: object = dataclasses.field(default_factory=worth.Counted)
    reached: object = None
    generated: int = 0
    checked_in: int = 0
    fuzzed: int = 0  # inputs that fuzzing kept
    executions: int = 0
    targets: tuple = ()
    each: list = dataclasses.field(default_factory=list)

    def left(self):
        return self.begin + 60 * self.minutes - time.monotonic()

    def tools(self):
        return [rig.tool for rig in self.rigs]

    def log(self, name):
        return self.folder / f"{name}.log"


# --- what is compared ------------------------------------------------------------------------------------


def chosen(options):
    """The Trees that the options name. Raises Unusable."""
    named = options.trees
    if options.range and options.mbox:
        raise Unusable("review: --range and --mbox name two series; one is reviewed at a time")
    if options.range or options.mbox:
        if len(named) != 1:
            raise Unusable(f"review: {'--range' if options.range else '--mbox'} goes with one TREE, and "
                           f"{len(named)} are named")
        return trees.of_range(named[0], options.range) if options.range else trees.of_mails(named[0], options.mbox)
    if len(named) != 2:
        raise Unusable("review: two trees are needed, BASE and PATCHED, or one and --range or --mbox:\n"
                       "  ./rig kernel review BASE PATCHED\n"
                       "  ./rig kernel review TREE --range A..B\n"
                       "  ./rig kernel review TREE --mbox FILE")
    if options.each:
        raise Unusable("review: --each goes patch by patch, and needs --range or --mbox")
    return trees.of_two(*named)


def folder_of(found):
    """Where a review of these trees keeps what it makes."""
    key = hashlib.sha256("\0".join(str(step.tree) for step in found.steps).encode()).hexdigest()[:8]
    return BUILDS / "review" / f"{found.patched.tree.name}-{key}"


# --- steps -----------------------------------------------------------------------------------------------


def build_both(run):
    run.reached = reached.begin(run.trees.base.tree, run.trees.patched.tree, run.trees.changed)
    targets = fuzz_both.targets_for(int(run.minutes * 60 * FUZZ_SHARE / 2))
    run.rigs = [building.build_one(step.tree, name, targets)
                for step, name in ((run.trees.base, "BASE"), (run.trees.patched, "PATCHED"))]
    run.targets = targets
    run.known = [known.of(tool) for tool in run.tools()]
    if not run.reached.same_code:
        reached.build(run.trees.patched.tree)


@contextlib.contextmanager
def observers(run):
    """A process for each tree that plays."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(Observer(tool, name, run.log(f"observe-{name.lower()}")))
               for tool, name in zip(run.tools(), ("BASE", "PATCHED"))]


def play(run, players, paths, what):
    """Plays scenarios on both, and takes what comes of them."""
    progress = Progress()
    for number, (path, answers) in enumerate(play_all(players, paths), 1):
        run.collected.take(path, *answers)
        progress.show(f"{what}: {number} of {len(paths)} scenarios on both")
    progress.clear()


def play_fixed(run, players):
    """What is checked in and what is generated: the same each time."""
    checked_in = scenarios.checked_in()
    say(f"playing {len(checked_in)} checked-in scenarios and those that are generated on both")
    generated = scenarios.generated(run.tools(), run.folder / "generated", scenarios.generated_for(run.minutes))
    run.checked_in, run.generated = len(checked_in), len(generated)
    play(run, players, [*checked_in, *generated], "playing")
    return [*checked_in, *generated, *worth.play(run, players)]


def play_fuzzed(run, players):
    """What fuzzing finds in a part of the time that is left."""
    seconds = int(run.left() * FUZZ_SHARE)
    if seconds < LEAST_FUZZ_SECONDS:
        return []
    run.targets = tuple(target for target in fuzz_both.targets_for(seconds) if target in run.targets)
    say(f"fuzzing both for {seconds} s with a shared corpus: {' '.join(run.targets)}")
    found, run.executions = fuzz_both.fuzz(run.rigs, run.folder / "fuzz", run.targets, seconds)
    run.fuzzed = len(found)
    play(run, players, found, "playing what fuzzing found")
    return found


def all_of_it(run, options):
    """Builds, plays, counts and writes. The report as a dictionary."""
    build_both(run)
    if options.instructions:
        instructions.count(run)
    with observers(run) as players:
        fixed = play_fixed(run, players)
        fuzzed = play_fuzzed(run, players)
        if not run.reached.same_code:
            say("counting which of the changed lines are executed")
            reached.count_lines(run.reached, run.trees.base.tree, run.trees.patched.tree, [*fixed, *fuzzed],
                                run.log("observe-lines"))
        deadline = time.monotonic() + max(LEAST_EXAMPLE_SECONDS, run.left())
        maker = examples.Examples(run.rigs[1].tool, players, run.folder, deadline)
        found = report.of(run, maker)
        if options.each:
            found["patches"] = each.patch_by_patch(run, fixed, fuzzed)
    return found


def run_review(options):
    """The command; its exit code."""
    instructions.check(options)
    install.ensure(packages.FUZZ, options.may_install)
    begin = time.monotonic()
    found = chosen(options)
    if not os.environ.get(kernel.GEOMETRIES) and options.minutes < ALL_GEOMETRIES_FROM:
        os.environ[kernel.GEOMETRIES] = FEW_GEOMETRIES
    folder = folder_of(found)
    with locked(folder, "reviews"):
        run = Run(found, folder, options.minutes, begin)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for note in found.notes:
            say(note)
        try:
            told = all_of_it(run, options)
        except KeyboardInterrupt:
            say(f"interrupted after {int(time.monotonic() - begin)} s: there is no report. The trees were only "
                f"read; what was made is in {short(folder)}")
            return 130
        return report.write(told, run, options)


# --- options ---------------------------------------------------------------------------------------------


def add_options(parser):
    parser.add_argument("trees", nargs="*", metavar="TREE", help="BASE and PATCHED; or one tree, with --range or --mbox")
    parser.add_argument("--range", metavar="A..B", help="commits of TREE, a git repository: BASE is where they begin")
    parser.add_argument("--mbox", metavar="FILE", help="a series of mails, applied to a copy of what TREE has")
    parser.add_argument("--each", action="store_true", help="patch by patch too: which brings what, which takes it away")
    parser.add_argument("--instructions", action="store_true",
                        help="count Arm instructions of calls too, on the kernels of both, booted; needs whole trees")
    parser.add_argument("--minutes", type=positive, metavar="N", default=MINUTES,
                        help=f"how long it may take with what is built already ({MINUTES}); below "
                             f"{ALL_GEOMETRIES_FROM}, four geometries in place of all")
    for name, what in (("markdown", "for a mail"), ("json", "for a program"), ("sarif", "new findings, for a code host"),
                       ("html", "for a browser")):
        parser.add_argument(f"--{name}", metavar="OUT", help=f"write the report to this file too: {what}")


COMMAND = Command("review", "what a patch changes, between two trees", "./rig kernel review ~/linux --range v7.3..mm-new",
                  add_options, run_review)
