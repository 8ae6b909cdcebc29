#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Checks that a slice compiles, and says why if not: the tree, or names that shim.h lacks.

What other files of the tree define is taken from there (slicer/unlisted.py). If only groups of roots do
not compile, the slice is cut again without them.

exit: 0 it compiles, 1 it does not, and ERROR has the message
"""
import argparse
import functools
import shlex
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import slice as slicing
from diagnosis.compiler import compile_slice
from diagnosis.lookup import Tree, stem
from diagnosis.names import CALL, CODE, MEMBER, OTHER_FORM, Missing, Search, find_missing
from diagnosis.report import Reporter
from diagnosis.texts import Texts
from diagnosis.verdict import Judge, Unknown, Verdict
from slicer import reach, unlisted
from slicer.source import read_source

# Groups of `roots`, and what is told of a tree that is tested without them. Those at the front are kept if they can be.
GROUPS = {
    "set_memory": "set_memory",
    "trans_pgd": "trans_pgd_create_copy()",
    "ptdump": "the dump of ptdump_walk()",
    "linear_map": "the linear map by the tree's code",
    "vmemmap": "vmemmap_populate() and vmemmap_free()",
    "vrealloc": "vrealloc()",
    "apply": "apply_to_page_range() and vmap_pfn()",
}


OF_THE_SHIM = (MEMBER, CODE, OTHER_FORM)  # forms in which no other file of a tree has what is missing
ROUNDS = 8  # in which what is taken may itself miss something


class Check:
    """A tree, its slice, and the command that compiles it."""

    def __init__(self, options):
        self.options, self.texts, self.asked = options, Texts(), set()
        self.shim = reach.shim_names(read_source(Path(options.shim).read_text(), "shim.h"))

    def compile(self, config, stand_ins=""):
        """[Diagnostic] of the slice for the geometry that a folder configures"""
        compiler, *words = self.options.command
        with tempfile.NamedTemporaryFile("w", suffix=".h") as file:
            file.write(stand_ins)
            file.flush()
            return compile_slice([compiler, f"-I{config}", *words], file.name)

    def broken(self):
        """The configurations for which the slice does not compile."""
        with ThreadPoolExecutor() as pool:
            said = list(pool.map(self.compile, self.options.config))
        return [config for config, diagnostics in zip(self.options.config, said) if diagnostics]

    def tree(self):
        return Tree(self.options.tree, slicing.read_tree(self.options.tree, self.options.files))

    def diagnose(self, tree, broken):
        """The Verdict of a slice that does not compile, of all these configurations."""
        whole = Verdict()
        for config in broken:
            search = Search(self.texts, self.shim, tree.words())
            diagnostics = find_missing(lambda text: self.compile(config, text), search)
            whole.add(Judge(tree, self.texts, search).verdict(diagnostics))
        return whole

    @functools.lru_cache(maxsize=1)
    def files(self, tree):
        return slicing.files_of(tree.top, tree.sources)

    def reporter(self, tree):
        return Reporter(tree, self.texts, f"./rig kernel {shlex.quote(str(tree.top))}")

    def without(self, groups, tree):
        """The configurations for which the slice does not compile without these groups either."""
        self.options.leave_out = list(groups)
        slicing.cut(self.options, tree.placed, {})
        return self.broken()

    def join(self, taken, tree, names):
        """Adds to `taken` what other files of the tree define of missing names. Whether there is any."""
        found = self.files(tree).of({stem(name) for name in names}, taken)
        self.asked.update(file for files in found.values() for file in files)
        return unlisted.join(taken, found)

    def take(self, tree, unknowns, taken):
        """Adds to `taken` what other files of the tree define, and cuts the slice with it. Whether it compiles then."""
        for _ in range(ROUNDS):
            names = [one.missing.name for one in unknowns if one.missing.form not in OF_THE_SHIM]
            if not self.join(taken, tree, names):
                return False
            slicing.cut(self.options, tree.placed, taken)
            broken = self.broken()
            if not broken:
                return True
            unknowns = self.diagnose(tree, broken).names
        return False

    def with_unlisted(self, tree, whole):
        """Nothing if the slice compiles with what other files of the tree define; else the Verdict without them."""
        taken = unlisted.read(self.options.out)
        recorded = bool(taken)
        if not whole.own and self.take(tree, whole.names, taken):
            return None
        unlisted.write_asked(self.options.out, self.asked)
        if not taken:
            return whole
        broken = self.without((), tree)
        if not broken:
            return None
        return self.diagnose(tree, broken) if recorded else whole

    def fewest(self, tree):
        """The groups without which the slice compiles, and with each of which it does not."""
        left_out = list(GROUPS)
        for group in GROUPS:
            fewer = [one for one in left_out if one != group]
            if not self.without(fewer, tree):
                left_out = fewer
        self.without(left_out, tree)
        return left_out

    def run(self):
        """(message, whether the tree is tested without a group); nothing if it compiles"""
        broken = self.broken()
        if not broken:
            return None
        tree = self.tree()
        whole = self.with_unlisted(tree, self.diagnose(tree, broken))
        if not whole:
            return None
        reporter = self.reporter(tree)
        if whole.own:
            return reporter.message(whole), False
        broken = self.without(GROUPS, tree)
        if not broken:
            return reporter.left_out(whole, " and ".join(GROUPS[one] for one in self.fewest(tree))), True
        needed = {one.key for one in self.diagnose(tree, broken).names}
        only = {one.key for one in whole.names} - needed
        return reporter.message(whole, only, " or ".join(GROUPS.values())), False

    def undefined(self, names):
        """
        The message for names that the linker misses: declared in a header, defined elsewhere. Nothing where other
        files of the tree define some: the slice has them then, and can be built again.
        """
        tree, taken = self.tree(), unlisted.read(self.options.out)
        if not self.options.tell and self.join(taken, tree, names):
            slicing.cut(self.options, tree.placed, taken)
            return ""
        declared = tree.look_up(set(names))
        missing = {name: Missing(name, CALL, self.uses(tree, name)) for name in names}
        return self.reporter(tree).message(Verdict(
            names=[Unknown(missing[name], declared[name]) for name in names]))

    def uses(self, tree, name):
        """The places of the slice that use a name, or that of its declaration."""
        return tree.places_of(name, self.options.out)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    slicing.add_options(parser)
    parser.add_argument("--error", required=True, type=Path, help="the file for a message that ends it")
    parser.add_argument("--left-out", type=Path, help="the file for what is left out")
    parser.add_argument("--config", action="append", default=[], metavar="DIR",
                        help="the folder of a geometry's generated/autoconf.h; may be given again")
    parser.add_argument("--undefined", nargs="+", metavar="NAME", help="names that a linker misses")
    parser.add_argument("--tell", action="store_true", help="of these, only say what is wrong")
    parser.add_argument("command", nargs="*", help="-- COMPILER OPTION... FILE")
    return parser.parse_args()


def main():
    options = arguments()
    try:
        return checked(options)
    except slicing.Unusable as why:
        options.error.write_text(f"rig: {why}\n", errors="surrogateescape")
        return 1


def checked(options):
    check = Check(options)
    if options.undefined:
        message = check.undefined(options.undefined)
        options.error.write_text(message)
        return 1 if message else 0
    told = check.run()
    if told is None:
        return 0
    message, left_out = told
    (options.left_out if left_out else options.error).write_text(message, errors="surrogateescape")
    return 0 if left_out else 1


if __name__ == "__main__":
    sys.exit(main())
