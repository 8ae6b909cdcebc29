#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Finds: faults in real code. Lists them, says which a tree has, records and checks what was measured.

exit: 0 done, or as recorded; 1 otherwise than recorded; 2 unusable; 77 nothing to measure with
"""
from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
# pylint: disable=wrong-import-position
import find as parts
import find_booted
import find_index
import find_mail
import find_play
from driver.terminal import Unusable, say

SKIP = 77


def add_options(parser):
    parser.add_argument("trees", nargs="*", metavar="TREE", help="Linux trees to play the finds on")
    parser.add_argument("--record", action="store_true",
                        help="measure all trees of .build/trees, and write verdicts and mails anew")
    parser.add_argument("--check", action="store_true",
                        help="measure the same; exit 1 if it is not as recorded")
    parser.add_argument("--booted", action="store_true",
                        help="with --record or --check: confirm each on the kernels of the whole trees of "
                             ".build/trees/whole that have it, built and booted, in some minutes each")
    parser.add_argument("--only", metavar="NAME", help="one find")


# --- what is measured ----------------------------------------------------------------------------


class Bench:
    """What there is to measure with. A tree is built when it is first asked for, and once."""

    def __init__(self):
        self.built, self.qemu = {}, find_play.qemu()

    def tree(self, series, added=parts.AS_RELEASED):
        key = series, added
        if key not in self.built:
            self.built[key] = (find_play.with_edit(series, added) if added != parts.AS_RELEASED
                               else find_play.Tree(find_play.trees()[series]))
        return self.built[key]

    def on(self, find):
        """What a find is played on: programs or trees."""
        if find.is_guest:
            return [self.qemu] if self.qemu else []
        wanted = [(series, parts.AS_RELEASED) for series in find_play.trees()] + find.standins
        return [one for one in (self.tree(*key) for key in wanted) if one]

    def measure(self, find):
        """(its verdicts, by what each was made)"""
        return {one.play(find): one for one in self.on(find)}


def report_of(find, measured):
    """The report of the tree that the mail shows; None where no tree here is as it was recorded."""
    for verdict, by in measured.items():
        if verdict == find.shown:
            return by.report(find)
    return None


# --- record, check -------------------------------------------------------------------------------


def record(find, bench):
    """Writes what was measured. Verdicts of what is not here stay, and a mail that shows one."""
    path, measured = find.folder / "verdicts", bench.measure(find)
    old = find.verdicts if path.exists() else []
    parts.write_verdicts(path, parts.merged(old, measured))
    if not find.shown:
        raise Unusable(f"finds: {find.name}: no tree has it:\n{path.read_text()}")
    report = report_of(find, measured)
    if report is None:
        say(f"{find.name}: its mail stays: nothing here gives '{find.shown}'")
        return
    (find.folder / "mail").write_text(find_mail.compose(find, report))


def differences(find, measured, mail):
    """
    What is not as recorded, as lines. `measured` are verdicts. `mail` is what the command makes of
    the tree that the recorded mail shows; None if that tree is not here as it was recorded.
    """
    recorded = {one.key: one for one in find.verdicts}
    wrong = []
    for one in measured:
        was = recorded.get(one.key)
        if not was:
            say(f"{find.name}: not recorded: {one}")
        elif was.said != one.said:
            wrong.append(f"{find.name}: recorded '{was}', measured '{one}'")
    if mail is None:
        say(f"{find.name}: its mail was not compared: nothing here gives '{find.shown}'")
    elif mail != (find.folder / "mail").read_text():
        wrong.append(f"{find.name}: its mail is not what the command makes today")
    return wrong


def check(find, measured):
    report = report_of(find, measured)
    return differences(find, measured, report and find_mail.compose(find, report))


def compared(recorded, measured):
    """How many verdicts there is a recorded one for."""
    return len({one.key for one in recorded} & {one.key for one in measured})


# --- the command ---------------------------------------------------------------------------------


def chosen(options):
    """The folders that are meant."""
    folders = [one for one in parts.folders() if options.only in (None, one.name)]
    if not folders:
        names = " ".join(one.name for one in parts.folders())
        raise Unusable(f"finds: no find '{options.only}'; there are: {names}")
    return folders


def read(folder, how):
    try:
        return how(folder)
    except parts.Incomplete as why:
        raise Unusable(f"finds: regress/finds/{folder.name}: {why}") from why


def run_record(options):
    bench = Bench()
    for folder in chosen(options):
        record(read(folder, parts.read_draft), bench)
    find_index.write()
    return 0


def run_check(options):
    bench, count, wrong = Bench(), 0, []
    for folder in chosen(options):
        find = read(folder, parts.read)
        measured = bench.measure(find)
        count += compared(find.verdicts, measured)
        wrong += check(find, measured)
    if not count:
        print("SKIP: no verdict was compared: no tree in .build/trees, and no QEMU, that one is recorded of")
        return SKIP
    print("\n".join(wrong) or f"all is as recorded: {count} verdicts were compared")
    if wrong:
        say(f"{count} verdicts were compared; if that is meant: ./rig finds --record")
    return 1 if wrong else 0


def run_booted(options):
    """Plays finds on booted kernels, and writes or compares what these show."""
    count, wrong = 0, []
    for folder in chosen(options):
        find = read(folder, parts.read_draft)
        if options.record:
            find_booted.record(find)
            continue
        measured = find_booted.measure(find)
        count += compared(find.booted, measured)
        wrong += find_booted.differences(find, measured)
    if not options.record and not count:
        print("SKIP: nothing was compared: no whole tree in .build/trees/whole that has a find")
        return SKIP
    print("\n".join(wrong) or ("recorded" if options.record else f"all is as recorded: {count} lines were compared"))
    return 1 if wrong else 0


def run_trees(options):
    """Which finds each tree has."""
    finds = [find for find in (read(folder, parts.read) for folder in chosen(options))
             if not find.is_guest]
    width = max(len(find.name) for find in finds)
    for path in options.trees:
        tree = find_play.Tree(path)
        print(f"{tree.release}, {path}")
        for find in finds:
            print(f"  {find.name:{width}}  {tree.play(find).said}")
    return 0


def run_list(options):
    for folder in chosen(options):
        find = read(folder, parts.read)
        failing = ", ".join(one.release + ("" if one.added in (parts.AS_RELEASED, "as packed")
                                           else f" with {one.added}")
                            for one in find.verdicts if one.fails)
        print(f"{find.name}\n    {parts.plain(find.title)}\n    {failing}")
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    options = parser.parse_args()
    how = (run_booted if options.booted else run_record if options.record else run_check if options.check
           else run_trees if options.trees else run_list)
    try:
        if options.trees and (options.record or options.check):
            raise Unusable("finds: --record and --check take the trees of .build/trees, and no "
                           "TREE\nsee ./rig finds --help")
        if options.booted and not (options.record or options.check):
            raise Unusable("finds: --booted goes with --record or --check\nsee ./rig finds --help")
        return how(options)
    except Unusable as why:
        sys.stderr.write(f"{why}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main())
