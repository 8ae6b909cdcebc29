# SPDX-License-Identifier: GPL-2.0-only
"""
./rig kernel review BASE PATCHED: the same scenarios on both trees, what comes of them compared, and a
report of what the patch changes.
"""
from __future__ import annotations

import argparse
import contextlib
import dataclasses
import hashlib
import pathlib
import shutil
import time
import traceback

from driver import install, kernel, packages, shut_in
from driver.build import locked
from driver.command import Command, positive
from driver.places import BUILDS, short
from driver.reviewing import (budget, building, credible, deliver, each, examples, foreign, fuzz_both, inside,
                              instructions, known, reached, report, scenarios, trees, worth)
from driver.reviewing.collect import Collected
from driver.reviewing.observer import Observer, play_all
from driver.terminal import Progress, Unusable, say


@dataclasses.dataclass
class Run:
    """What a review knows of itself as it goes."""
    trees: object
    folder: pathlib.Path
    minutes: int
    begin: float
    most: int = 0  # executions of a fuzz target on a tree; 0: as many as there is time for
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
    notes: list = dataclasses.field(default_factory=list)  # on what the trees' code does that no kernel's does
    each: list = dataclasses.field(default_factory=list)
    ended_by: int = 0  # the exit code of what ended it early: 130 an interrupt, 143 SIGTERM

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
                       "  ./rig kernel review TREE --range HEAD     what is not committed\n"
                       "  ./rig kernel review TREE --mbox FILE")
    if options.each:
        raise Unusable("review: --each goes patch by patch, and needs --range or --mbox")
    return trees.of_two(*named)


def folder_of(found):
    """Where a review of these trees keeps what it makes."""
    key = hashlib.sha256("\0".join(str(step.tree) for step in found.steps).encode()).hexdigest()[:8]
    return BUILDS / "review" / f"{found.patched.tree.name}-{key}"


# --- steps -----------------------------------------------------------------------------------------------


def compare_parts(rigs):
    """Raises Unusable where only one tree is built without a part: what a patch does there would look like nothing."""
    base, patched = (kernel.left_out(rig.state) for rig in rigs)
    for name, own, other, others in (("BASE", base, "PATCHED", patched), ("PATCHED", patched, "BASE", base)):
        missing = [what for what in own if what not in others]
        if missing:
            raise Unusable(f"review: {name} is built without {' and '.join(missing)}, and {other} with it: what the "
                           "patch does there is not known: the review gives no verdict. LEFT OUT, above, says why, and "
                           "what to do")


def build_both(run):
    targets = budget.targets_to_build(run.minutes)
    run.rigs = [building.build_one(step.tree, name, targets)
                for step, name in ((run.trees.base, "BASE"), (run.trees.patched, "PATCHED"))]
    compare_parts(run.rigs)
    run.reached = reached.begin(run.trees.base.tree, run.trees.patched.tree, run.trees.changed)
    run.targets = targets
    run.notes = list(foreign.notes(run.rigs))
    for note in run.notes:
        say(note)
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
    seconds = budget.fuzz_seconds(run.left())
    if not seconds:
        return []
    run.targets = tuple(target for target in fuzz_both.targets_for(seconds) if target in run.targets)
    say(f"fuzzing both for {seconds} s with a shared corpus: {' '.join(run.targets)}")
    found, run.executions = fuzz_both.fuzz(run.rigs, run.folder / "fuzz", run.targets, seconds, run.most)
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
        deadline = time.monotonic() + max(budget.LEAST_EXAMPLE_SECONDS, run.left())
        maker = examples.Examples(run.rigs[1].tool, players, run.folder, deadline)
        found = report.of(run, maker)
        if options.each:
            found["patches"] = each.patch_by_patch(run, fixed, fuzzed)
    return found


def part_of_it(run, code):
    """The report of what was played before an interrupt; None where nothing was. Another interrupt ends this too."""
    seconds = int(time.monotonic() - run.begin)
    if not run.collected.scenarios:
        say(f"interrupted after {seconds} s, before anything was played: there is no report. The trees were only "
            f"read; what was made is in {short(run.folder)}")
        return None
    say(f"interrupted after {seconds} s: writing a partial report of what was played until then")
    run.ended_by = code
    with observers(run) as players:
        return report.of(run, examples.Examples(run.rigs[1].tool, players, run.folder, 0))


def played(run, options):
    """(the report, or None where there is none; what ended the review: 0 itself, 130 an interrupt, 143 SIGTERM)"""
    try:
        return all_of_it(run, options), 0
    except KeyboardInterrupt:
        code = 130
    except SystemExit as end:  # main.end_by_signal
        code = end.code
    return part_of_it(run, code), code


def run_here(found, options, folder, begin):
    """Plays in this process; the exit code."""
    run = Run(found, folder, options.minutes, begin, options.executions)
    told, code = played(run, options)
    if not told:
        return code
    deliver.save(deliver.forms_of(told, run), folder, options)
    return deliver.tell(told, folder)


def run_review(options):
    """
    The command; its exit code. Python's own of an exception is 1, which is a new finding's: what a tool says or
    leaves, and the driver does not expect, is not that.
    """
    try:
        return inside.serve(options.inside, Run, played) if options.inside else review(options)
    except (Unusable, OSError):  # main.py tells them
        raise
    except Exception as why:  # pylint: disable=broad-except
        traceback.print_exc()
        raise credible.NotTrusted("the review", f"it met what it does not expect: {type(why).__name__}: {why}") from why


def review(options):
    """Finds the trees, and reviews them in this process or in bubblewrap; the exit code."""
    deliver.check(options)
    instructions.check(options)
    install.ensure(packages.FUZZ, options.may_install)
    if options.shut_in == "required":
        install.ensure(packages.SHUT_IN, options.may_install)
    begin = time.monotonic()
    is_shut_in = shut_in.is_chosen(options.shut_in)
    found = chosen(options)
    budget.choose_geometries(options.minutes)
    folder = folder_of(found)
    with locked(folder, "reviews"):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        trees.prune(folder)
        for note in found.notes:
            say(note)
        return (inside.review if is_shut_in else run_here)(found, options, folder, begin)


# --- options ---------------------------------------------------------------------------------------------


def add_options(parser):
    parser.add_argument("trees", nargs="*", metavar="TREE", help="BASE and PATCHED; or one tree, with --range or --mbox")
    parser.add_argument("--range", metavar="A..B",
                        help="commits of TREE, a git repository: BASE is where they begin; A alone: all that came "
                             "after it, and what is not committed")
    parser.add_argument("--mbox", metavar="FILE", help="a series of mails, applied to a copy of what TREE has")
    parser.add_argument("--each", action="store_true", help="patch by patch too: which brings what, which takes it away")
    parser.add_argument("--instructions", action="store_true",
                        help="count Arm instructions of calls too, on the kernels of both, booted; needs whole trees")
    parser.add_argument("--minutes", type=positive, metavar="N", default=budget.MINUTES,
                        help=f"how long it may take, builds included ({budget.MINUTES}); below "
                             f"{budget.ALL_GEOMETRIES_FROM}, four geometries in place of all")
    parser.add_argument("--executions", type=positive, metavar="N", default=0,
                        help="end each fuzz target after so many executions, even if time is left")
    parser.add_argument("--shut-in", choices=shut_in.HOW, default="auto", metavar="HOW",
                        help="build and play in bubblewrap, without network: where it works (auto), or not at all "
                             "without it (required), or without it (no)")
    parser.add_argument("--inside", help=argparse.SUPPRESS)  # of inside.py, for itself
    for name, what in (("markdown", "for a mail"), ("json", "for a program"), ("sarif", "new findings, for a code host"),
                       ("html", "for a browser")):
        parser.add_argument(f"--{name}", metavar="OUT", help=f"write the report to this file too: {what}")


COMMAND = Command("review", "what a patch changes, between two trees", "./rig kernel review ~/linux --range v7.3..mm-new",
                  add_options, run_review)
