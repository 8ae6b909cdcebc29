# SPDX-License-Identifier: GPL-2.0-only
"""
./rig kernel TREE bisect FILE, for git bisect run: which commit broke a rule, or, with --like, which one began
to do something else than another tree does. What it cannot say is Unusable: main.py makes 125 of it.
"""
from __future__ import annotations

import contextlib
import pathlib
import tempfile

from driver import kernel, tool
from driver.reviewing import difference, examples, text
from driver.reviewing.collect import kind_of
from driver.reviewing.observer import Observer
from driver.terminal import Unusable, say

SAME, DIFFERS = 0, 1


def add_options(parser):
    parser.add_argument("FILE", help="the scenario")
    parser.add_argument("--like", metavar="TREE2",
                        help="good is what does in the scenario what TREE2 does, whether a rule is broken or not")
    parser.add_argument("--only", metavar="ASPECT", choices=difference.ASPECTS,
                        help=f"with --like: compare this alone: {', '.join(difference.ASPECTS)}")


def answers(trees, path):
    """What both do in the scenario in a file. Raises Unusable where one does not play it."""
    rigs = [kernel.build_tree(tree, ["vmapdiff"]) for tree in trees]
    with tempfile.TemporaryDirectory(prefix="vmapdiff-bisect-") as folder, contextlib.ExitStack() as stack:
        players = [stack.enter_context(Observer(rig.tool, tree, pathlib.Path(folder) / f"{number}.log"))
                   for number, (rig, tree) in enumerate(zip(rigs, trees))]
        found = [player.play(path) for player in players]
    for tree, one in zip(trees, found):
        if one.get("unusable"):
            raise Unusable(f"bisect: {path} is not a scenario: ./rig kernel {tree} replay {path} says why")
        if not one["played"]:
            raise Unusable(f"bisect: {tree} is not built for the machine of {path}")
    return found


def first_difference(like, here, only):
    """The first Difference that counts, or None. Raises Unusable where what is asked for cannot be compared."""
    for one in difference.differences(like, here):
        if not only or only in map(difference.aspect_of, one.aspects):
            return one
        if one.lead == "made":
            raise Unusable(f"bisect: op {one.op}, {one.call}, is made in one tree alone: {one.aspects['made']}")
    if kind_of(like.get("signature")) == kind_of(here.get("signature")):
        return None
    if only:
        raise Unusable(f"bisect: a rule is broken before anything differs in {only}: "
                       f"'{like.get('signature')}' in TREE2, '{here.get('signature')}' here")
    return here.get("signature") or like.get("signature")


def told(path, found, like):
    """A sentence for the user."""
    if isinstance(found, str):
        return f"differs: only one of the two breaks a rule: {found}"
    lines = text.parse(path.read_text(errors="replace"))
    return f"differs: {examples.sentence_of(lines, found)} (BASE is {like})"


def compare(options):
    """0 where the tree does what the other does, else 1."""
    trees = [kernel.top_of(options.like), kernel.top_of(options.tree)]
    if trees[0] == trees[1]:
        raise Unusable(f"bisect: --like names the tree that is bisected, {trees[0]}: git changes it. Name a copy of "
                       "what is good: git worktree add ~/base GOOD")
    path = pathlib.Path(options.FILE).resolve()
    if not path.is_file():
        raise Unusable(f"bisect: there is no scenario '{options.FILE}'")
    found = first_difference(*answers(trees, path), options.only)
    say(told(path, found, trees[0]) if found else f"does what {trees[0]} does"
        + (f", as to {options.only}" if options.only else ""))
    return DIFFERS if found else SAME


def run(options):
    """The command; its exit code."""
    if options.like:
        return compare(options)
    if options.only:
        raise Unusable("bisect: --only goes with --like TREE2")
    rig = kernel.build_tree(options.tree, ["vmapdiff"])
    return tool.run(rig.tool, "replay", options.FILE)
